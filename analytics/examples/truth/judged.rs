//! What the method says of every release that the reviews name.

use std::collections::HashMap;

use ballroom_analytics::regression::{RegressionScore, Verdict};
use ballroom_analytics::{
    Day, Facts, Feature, FeedbackRow, Hyperparameters, Prepared, Release, Scale, ScaleKind, frame,
    hyperparameters, regression,
};

use super::Error;
use super::review::{Review, Set};

/// Days for which a release is watched: the verdict is that of the last, "ever" means any of them.
const WATCHED: Day = 90;

/// A release, and what is said of it.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// Answers that name it, whenever they came.
    pub(crate) own: usize,
    /// Whether it was called regressed on any of its days.
    pub(crate) ever_regressed: bool,
    pub(crate) score: RegressionScore,
}

impl Judged {
    pub(crate) fn is_regressed(&self) -> bool {
        self.score.verdict == Verdict::Regressed
    }
}

/// Every release of the set, in the order of its codes, judged on its 90th day by these reviews. `ancestors` are
/// declared ones, as (release, its ancestor).
pub(crate) fn all(set: &Set, reviews: &[Review], ancestors: &[(u32, u32)]) -> Result<Vec<Judged>, Error> {
    let prepared = facts(set, reviews, ancestors)?.prepare()?;
    let mut own = vec![0; set.releases.len()];
    for release in reviews.iter().filter_map(|r| r.release) {
        own[release as usize] += 1;
    }
    let first_days = first_days(set, reviews);
    let mut nightly = HashMap::new();
    let judged = (0..).zip(first_days).map(|(release, first_day)| {
        let first_day = first_day.ok_or("a release that no review names")?;
        let hyper = nightly.entry(first_day - 1).or_insert_with_key(|day| hyperparameters(&prepared, *day));
        let score = judge(&prepared, hyper, release, first_day)?;
        let ever_regressed = score.first_flagged_day.is_some();
        Ok(Judged { own: own[release as usize], ever_regressed, score })
    });
    judged.collect()
}

fn judge(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    release: u32,
    first_day: Day,
) -> Result<RegressionScore, Error> {
    let report = regression(prepared, hyper, release, first_day + WATCHED - 1)?;
    // One feature a product: the product as a whole.
    let score = report.and_then(|report| report.features.into_iter().next());
    Ok(score.ok_or("a release that has not reached customers")?)
}

/// The daily counts of the reviews: one feature a product, one scale, no segments.
pub(crate) fn facts(set: &Set, reviews: &[Review], ancestors: &[(u32, u32)]) -> Result<Facts, Error> {
    let mut counts: HashMap<(u32, Option<u32>, Day, u32), i64> = HashMap::new();
    for r in reviews {
        *counts.entry((r.product, r.release, r.day, r.stars - 1)).or_default() += 1;
    }
    let row = |((feature, release, day, level), count): ((u32, Option<u32>, Day, u32), i64)| FeedbackRow {
        feature,
        release,
        segment: 0,
        scale: 0,
        day,
        level,
        count,
    };
    let rows: Vec<_> = counts.into_iter().map(row).collect();
    let release = |(code, (version, first_day)): (u32, (&super::review::Version, Option<Day>))| {
        let declared = ancestors.iter().filter(|(release, _)| *release == code);
        Release {
            product: version.product,
            first_day,
            order: version.version.clone(),
            ancestors: Some(declared.map(|(_, ancestor)| *ancestor).collect()),
            ..Release::default()
        }
    };
    let releases = set.releases.iter().zip(first_days(set, reviews));
    Ok(Facts {
        scales: vec![Scale { min: 1.0, max: 5.0, step: 1.0, higher_is_better: true, kind: ScaleKind::Stars }],
        releases: (0..).zip(releases).map(release).collect(),
        features: (0..set.products.len() as u32).map(|product| Feature { product }).collect(),
        segments: 1,
        feedback: frame::feedback(&rows)?,
        incidents: frame::incidents(&[])?,
        exposure: frame::exposure(&[])?,
    })
}

/// The first day of each release, which nobody entered: that of the first review that names it.
pub(crate) fn first_days(set: &Set, reviews: &[Review]) -> Vec<Option<Day>> {
    let mut first = vec![None; set.releases.len()];
    for review in reviews {
        let Some(release) = review.release else { continue };
        let day: &mut Option<Day> = &mut first[release as usize];
        *day = Some(day.map_or(review.day, |known| known.min(review.day)));
    }
    first
}
