//! Which answers name their release, and what follows for those that do not (METHOD 0, "Unlabelled answers").
//!
//! On real reviews a tenth to a third of the answers name no release, and they rate differently from the others. So
//! they count for the value of their feature, and stand on neither side of a verdict: given to the newest release
//! they made healthy releases look guilty. Only where a product's answers hardly ever name a release is an answer
//! given to the newest release that somebody declared.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::ops::Range;

use crate::facts::{Day, Feature, Release};
use crate::running::Running;

/// A product labels if at least this share of its answers of the last [`SPAN`] days names a release.
const LABELS: f64 = 0.10;
/// Days up to an answer that decide whether its product labels.
const SPAN: Day = 28;
/// An inferred release is in use from the day on which this many of its answers lie within [`WEEK`] days ...
const IN_USE: i64 = 5;
/// ... or this share of all answers of those days that name a release, if they are so many: one straggler in a week with
/// few answers is none ...
const SHARE_IN_USE: f64 = 0.05;
const FEW_IN_USE: i64 = 2;
const WEEK: Day = 7;
/// ... or the same share of [`SPAN`] days, where answers are rarer than that.
const RARE_IN_USE: i64 = 3;
/// So few are stragglers, though, where the release's share of the answers of the four weeks from then on is less than this
/// part of what it is at its most, in four weeks with so many answers or as if they had them; or where it has fewer answers
/// than that in [`WATCH`] days, and less than this part of what it has in as many later ones.
const PART_OF_PEAK: f64 = 0.10;
const WATCH: Day = 90;
const ENOUGH: i64 = 10;

/// Answers, or incidents, of one feature on one day that name one release, or none.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tally {
    pub(crate) feature: u32,
    pub(crate) release: Option<u32>,
    pub(crate) day: Day,
    pub(crate) count: i64,
}

/// How many answers, or incidents, of each product name a release.
#[derive(Clone, Debug, Default)]
pub(crate) struct Labels {
    /// Those that do, and all.
    products: HashMap<u32, Running<2>>,
}

impl Labels {
    /// From tallies in the order of their days.
    pub(crate) fn of(features: &[Feature], tallies: &[Tally]) -> Self {
        let mut days: HashMap<u32, Vec<(Day, [i64; 2])>> = HashMap::new();
        for tally in tallies {
            let labelled = if tally.release.is_some() { tally.count } else { 0 };
            let product = features[tally.feature as usize].product;
            days.entry(product).or_default().push((tally.day, [labelled, tally.count]));
        }
        Self { products: days.into_iter().map(|(product, days)| (product, Running::of(days))).collect() }
    }

    /// Whether fewer than a tenth of the product's answers of the four weeks up to a day name a release.
    pub(crate) fn hardly_any(&self, product: u32, day: Day) -> bool {
        let [labelled, all] = self.between(product, day + 1 - SPAN, day + 1);
        (labelled as f64) < LABELS * all as f64
    }

    /// Share of a product's answers of a span of days that were given on days on which [hardly any](Self::hardly_any) names a
    /// release; none without answers.
    pub(crate) fn unlabelled_days(&self, product: u32, days: Range<Day>) -> Option<f64> {
        let counts = self.products.get(&product)?.daily(days.start, days.end);
        let (unlabelled, all) = counts.fold((0, 0), |(unlabelled, all), (day, [_, count])| {
            let more = if self.hardly_any(product, day) { count } else { 0 };
            (unlabelled + more, all + count)
        });
        (all > 0).then(|| unlabelled as f64 / all as f64)
    }

    /// Share of a product's rows of the days before a day that name a release; all of none.
    pub(crate) fn share_until(&self, product: u32, until: Day) -> f64 {
        let [labelled, all] = self.products.get(&product).map_or([0; 2], |days| days.until(until));
        if all > 0 { labelled as f64 / all as f64 } else { 1.0 }
    }

    fn between(&self, product: u32, from: Day, until: Day) -> [i64; 2] {
        self.products.get(&product).map_or([0; 2], |days| days.between(from, until))
    }
}

/// Gives the releases that nobody declared the first day on which their own answers show them in real use: one late
/// review of an old version, or one of a version yet to come, does not start a release. None where it never was.
pub(crate) fn find_first_days(releases: &mut [Release], tallies: &[Tally], labels: &Labels) {
    let mut own: HashMap<u32, Vec<(Day, [i64; 1])>> = HashMap::new();
    for tally in tallies {
        let Some(release) = tally.release else { continue };
        if releases.get(release as usize).is_some_and(Release::is_undeclared) {
            own.entry(release).or_default().push((tally.day, [tally.count]));
        }
    }
    for (code, release) in (0..).zip(releases) {
        if !release.is_undeclared() {
            continue;
        }
        let own = Running::of(own.remove(&code).unwrap_or_default());
        release.first_day = in_use(&own, |from, until| labels.between(release.product, from, until)[0]);
    }
}

/// The first day on which a release's own answers show it in real use, from the answers of each day that name it, and
/// those of its product that name any release, in the order of the days.
pub fn first_day_in_use(own: &[(Day, i64)], labelled: &[(Day, i64)]) -> Option<Day> {
    let running = |days: &[(Day, i64)]| Running::of(days.iter().map(|(day, count)| (*day, [*count])));
    let labelled = running(labelled);
    in_use(&running(own), |from, until| labelled.between(from, until)[0])
}

fn in_use(own: &Running<1>, labelled: impl Fn(Day, Day) -> i64) -> Option<Day> {
    let within = |day: Day, days: Day, enough: i64| {
        let (from, until) = (day + 1 - days, day + 1);
        let [own] = own.between(from, until);
        own >= enough && own as f64 >= SHARE_IN_USE * labelled(from, until) as f64
    };
    // A few early ones are not yet the release in use, if later it has ten times their share of all answers, or if too few
    // follow within the days of a watch and ten times as many do later.
    let share_from =
        |day: Day| own.between(day, day + SPAN)[0] as f64 / labelled(day, day + SPAN).max(ENOUGH) as f64;
    let watched_from = |day: Day| own.between(day, day + WATCH)[0] as f64;
    let peak = LazyCell::new(|| own.days().iter().map(|day| share_from(*day)).fold(0.0, f64::max));
    let most = LazyCell::new(|| own.days().iter().map(|day| watched_from(*day)).fold(0.0, f64::max));
    let is_straggler = |day: Day| {
        let watched = watched_from(day);
        share_from(day) < PART_OF_PEAK * *peak || (watched < ENOUGH as f64 && watched < PART_OF_PEAK * *most)
    };
    let in_use = |day: &&Day| {
        let [week] = own.between(**day + 1 - WEEK, **day + 1);
        let few = || within(**day, WEEK, FEW_IN_USE) || within(**day, SPAN, RARE_IN_USE);
        week >= IN_USE || (few() && !is_straggler(**day))
    };
    own.days().iter().find(in_use).copied()
}

impl Release {
    /// Whether nobody said when it reached customers.
    pub(crate) fn is_undeclared(&self) -> bool {
        self.inferred || self.first_day.is_none()
    }
}
