//! A planted world: a year of a product whose truths are known, for the demo and for the tests.
//!
//! Pure: a seed and a first day in, plain data out, the same on every machine. The truths that are planted
//! are part of the data, so the scores of the world can be compared with them.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use ballroom_files::Touch;

mod answers;
mod calendar;
mod catalog;
mod comments;
mod csv;
mod customers;
mod dice;
mod exposure;
mod incidents;

pub mod find;
pub mod plant;
pub mod story;

pub use self::csv::write_csv;
pub use answers::{Answer, Answers};
pub use catalog::{Feature, Scale, Segment};
pub use customers::Customer;
pub use exposure::Exposure;
pub use incidents::Incident;

use calendar::Calendar;
use catalog::{
    BRINGS_WHITEBOARD, COINCIDES, COMMON, DAYS, DRIFT, EXPORT, FEATURES, FREE, GAIN, GOALS, HURT,
    HURT_INCIDENTS, HURTS, IMPROVES, PLUGINS, RELEASES, SCALES, SEARCH, SEGMENTS, SHIFTS, WHITEBOARD,
};

/// The seed of the demo, chosen: with it every planted truth is found and nothing else is called regressed or improved.
pub const DEFAULT_SEED: u64 = 5;

/// The version of the release that makes a feature worse.
pub const REGRESSION: &str = HURTS;

/// A year of a product.
#[derive(Clone, Debug, PartialEq)]
pub struct World {
    /// The product.
    pub product: Product,
    /// The first day with data.
    pub first_day: NaiveDate,
    /// The last day with data: the day to look back from.
    pub last_day: NaiveDate,
    /// Every named group of customers.
    pub segments: Vec<Segment>,
    /// Every scale that responds are given on.
    pub scales: Vec<Scale>,
    /// Every feature.
    pub features: Vec<Feature>,
    /// Every release, in the order of their days.
    pub releases: Vec<Release>,
    /// All respondents.
    pub customers: Vec<Customer>,
    /// Every response, in the order of their days.
    pub answers: Vec<Answer>,
    /// Every incident, in the order in which they were opened.
    pub incidents: Vec<Incident>,
    /// The IDs of the incidents that the release that hurts caused; all others would have happened without any release.
    pub caused: BTreeSet<String>,
    /// Active customers a feature, segment and day.
    pub exposure: Vec<Exposure>,
    /// The sprints.
    pub iterations: Vec<Iteration>,
    /// Every release reaching, or not reaching, an environment.
    pub deployments: Vec<Deployment>,
    /// The known effect.
    pub truths: Vec<Truth>,
}

/// The product of the planted world.
#[derive(Clone, Debug, PartialEq)]
pub struct Product {
    /// The name that files use.
    pub key: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Where its days begin and end.
    pub time_zone: Tz,
}

pub(super) const PRODUCT: Product =
    Product { key: "atelier", name: "Atelier", time_zone: chrono_tz::Europe::Berlin };

/// A version of the product.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    /// The version, a string: 4.10 is not 4.1.
    pub version: &'static str,
    /// The version that it follows, which on a backport line is not the one that came out before it.
    pub previous: Option<&'static str>,
    /// Its name.
    pub title: &'static str,
    /// When it came out.
    pub released_at: DateTime<Utc>,
    /// The features that it touches.
    pub touches: Vec<Touch>,
}

/// A sprint; its days are half-open.
#[derive(Clone, Debug, PartialEq)]
pub struct Iteration {
    /// Its name.
    pub name: String,
    /// Its goal.
    pub goal: &'static str,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The day after the last.
    pub ends_before: NaiveDate,
}

/// A release on its way into an environment.
#[derive(Clone, Debug, PartialEq)]
pub struct Deployment {
    /// The version.
    pub release: &'static str,
    /// Where to.
    pub environment: &'static str,
    /// When it ended.
    pub deployed_at: DateTime<Utc>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a deployment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The release is there.
    Succeeded,
    /// It never got there.
    Failed,
    /// It was deployed and then removed again.
    RolledBack,
}

/// Something planted, to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct Truth {
    /// Its kind.
    pub kind: TruthKind,
    /// The feature that it is about.
    pub feature: Option<&'static str>,
    /// The release that it is about.
    pub release: Option<&'static str>,
    /// It in a sentence.
    pub sentence: String,
}

/// What can be planted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TruthKind {
    /// The release makes the feature worse: verdict regressed.
    Regression,
    /// The release improves the feature: verdict improved.
    Improvement,
    /// Everything is rated lower from the day of the release on, for another reason: the release is not to blame, and
    /// the features that it touches changed with everything else.
    CommonDrift,
    /// Others respond from the release on, with unchanged ratings: no feature regressed.
    MixShift,
    /// Too few love the feature for it to be ranked.
    FewAnswers,
    /// The feature loses a little every day: no release is to blame.
    SlowDrift,
}

impl World {
    /// A year: 60,000 responses, 400 incidents. Whenever it begins, it is the same year except for its dates; its
    /// weekends are on weekends when it begins on a Monday.
    pub fn year(seed: u64, first_day: NaiveDate) -> World {
        World::with(seed, first_day, 60_000, 400)
    }

    /// The same year with 2,000 responses and 40 incidents, for tests that only need something to be there: most
    /// truths cannot be found in it.
    pub fn small(seed: u64, first_day: NaiveDate) -> World {
        World::with(seed, first_day, 2_000, 40)
    }

    fn with(seed: u64, first_day: NaiveDate, answers: usize, incidents: usize) -> World {
        let calendar = Calendar::from(first_day);
        let customers = customers::all(seed);
        let (incidents, caused) = incidents::all(seed, &calendar, &customers, incidents);
        World {
            product: PRODUCT,
            first_day,
            last_day: calendar.day(DAYS - 1),
            segments: SEGMENTS.to_vec(),
            scales: SCALES.to_vec(),
            features: FEATURES.to_vec(),
            releases: releases(&calendar),
            answers: Answers::new(seed, first_day, answers).collect(),
            incidents,
            caused,
            customers,
            exposure: exposure::all(seed, &calendar),
            iterations: iterations(&calendar),
            deployments: deployments(&calendar),
            truths: truths(&calendar),
        }
    }
}

/// Five in the morning, in seconds: before anybody responses, so that a release is out on all of its first day.
const RELEASED_AT: i64 = 5 * 3600;

fn releases(calendar: &Calendar) -> Vec<Release> {
    let release = |plan: &catalog::Plan| Release {
        version: plan.version,
        previous: plan.previous,
        title: plan.title,
        released_at: calendar.at(plan.day, RELEASED_AT),
        touches: plan
            .touches
            .iter()
            .map(|&(feature, change)| Touch { feature: feature.into(), change })
            .collect(),
    };
    RELEASES.iter().map(release).collect()
}

fn iterations(calendar: &Calendar) -> Vec<Iteration> {
    let iteration = |n: i64| Iteration {
        name: format!("Sprint {}", n + 1),
        goal: GOALS[n as usize % GOALS.len()],
        starts_on: calendar.day(14 * n),
        ends_before: calendar.day(14 * (n + 1)),
    };
    (0..DAYS / 14).map(iteration).collect()
}

/// Each release reaches staging, then production; one deployment fails and one is rolled back first.
fn deployments(calendar: &Calendar) -> Vec<Deployment> {
    let mut deployments = Vec::new();
    for plan in &RELEASES {
        let at = calendar.at(plan.day, RELEASED_AT);
        let mut add = |environment, before, outcome| {
            let deployed_at = at - before;
            deployments.push(Deployment { release: plan.version, environment, deployed_at, outcome });
        };
        if plan.version == "4.11" {
            add("staging", TimeDelta::days(3), Outcome::Failed);
        }
        add("staging", TimeDelta::days(2), Outcome::Succeeded);
        if plan.version == IMPROVES {
            add("production", TimeDelta::hours(20), Outcome::RolledBack);
        }
        add("production", TimeDelta::zero(), Outcome::Succeeded);
    }
    deployments
}

fn truths(calendar: &Calendar) -> Vec<Truth> {
    let truth = |kind, feature, release, sentence| Truth { kind, feature, release, sentence };
    let percent = |share: f64| (share * 100.0).round();
    let on = |version: &str| {
        RELEASES.iter().find(|plan| plan.version == version).map(|plan| calendar.day(plan.day))
    };
    let on = |version: &str| on(version).unwrap_or(calendar.day(0));
    vec![
        truth(
            TruthKind::Regression,
            Some(EXPORT),
            Some(HURTS),
            format!(
                "{HURTS} ({}) hurts Export: ratings fall by {} points of 100 and incidents are {HURT_INCIDENTS} times as many",
                on(HURTS),
                percent(HURT)
            ),
        ),
        truth(
            TruthKind::Improvement,
            Some(SEARCH),
            Some(IMPROVES),
            format!("{IMPROVES} ({}) improves Search by {} points of 100", on(IMPROVES), percent(GAIN)),
        ),
        truth(
            TruthKind::CommonDrift,
            None,
            Some(COINCIDES),
            format!(
                "on the day of {COINCIDES} ({}) prices rise, and every feature loses {} points of 100: not caused by the release",
                on(COINCIDES),
                percent(COMMON)
            ),
        ),
        truth(
            TruthKind::MixShift,
            None,
            Some(SHIFTS),
            format!(
                "from {SHIFTS} ({}) on the unhappy segment `{FREE}` responds twice as often with unchanged ratings: no regression",
                on(SHIFTS)
            ),
        ),
        truth(
            TruthKind::FewAnswers,
            Some(WHITEBOARD),
            Some(BRINGS_WHITEBOARD),
            "exactly 3 customers rated Whiteboard, all with the best rating: it must not top the ranking"
                .into(),
        ),
        truth(
            TruthKind::SlowDrift,
            Some(PLUGINS),
            None,
            format!(
                "Plugins loses {} points of 100 over the year, a little every day: not caused by a release",
                percent(DRIFT)
            ),
        ),
    ]
}

#[cfg(test)]
mod tests;
