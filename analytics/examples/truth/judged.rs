//! What the method says of every release that the reviews name.

use std::collections::HashMap;
use std::rc::Rc;

use ballroom_analytics::evidence::FALSE_DISCOVERIES;
use ballroom_analytics::regression::{RegressionScore, Verdict};
use ballroom_analytics::{
    Day, Facts, Feature, FeedbackRow, Hyperparameters, MIN_ANSWERS, Release, Scale, ScaleKind, frame,
    hyperparameters, regression, regression_after,
};

use super::Error;
use super::review::{Review, Set};

/// Days for which a release is watched: the verdict is that of the last, "ever" means any of them.
const WATCHED: Day = 90;

/// A release, and what is said of it.
#[derive(Clone, Debug)]
pub(crate) struct Judged {
    /// Responses that name it, whenever they came.
    pub(crate) own: usize,
    /// Whether it was called regressed on any of its days.
    pub(crate) ever_regressed: bool,
    /// Whether the evidence of the responses alone, without floor, controls or earlier falls, was ever enough: what version
    /// 1.0 of the method called, for there is one feature a product.
    pub(crate) ever_evident: bool,
    /// None: it was never more than a few responses.
    pub(crate) score: Option<RegressionScore>,
    /// Verdict and reason on the day of the most evidence, where the evidence was enough and it was not called.
    pub(crate) at_most: Option<String>,
}

impl Judged {
    fn none(own: usize) -> Self {
        Self { own, ever_regressed: false, ever_evident: false, score: None, at_most: None }
    }

    pub(crate) fn is(&self, verdict: Verdict) -> bool {
        self.score.as_ref().is_some_and(|score| score.verdict == verdict)
    }
}

/// Verdict and reason, in words.
fn said(score: &RegressionScore) -> String {
    match score.reason {
        Some(reason) => format!("{:?} {reason:?}", score.verdict),
        None => format!("{:?}", score.verdict),
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
    let mut nightly: HashMap<Day, Rc<Hyperparameters>> = HashMap::new();
    let mut judge = |release: u32, as_of: Day| {
        regression_after(&prepared, (release, as_of), |release, as_of, earlier| {
            let Some(first_day) = prepared.release_first_day(release) else { return Ok(None) };
            let night = nightly.entry(first_day - 1);
            let hyper = night.or_insert_with_key(|day| Rc::new(hyperparameters(&prepared, *day))).clone();
            Ok::<_, Error>(regression(&prepared, &hyper, release, as_of, earlier)?)
        })
    };
    let judged = (0..set.releases.len() as u32).map(|release| {
        let own = own[release as usize];
        let Some(first_day) = prepared.release_first_day(release) else { return Ok(Judged::none(own)) };
        let report = judge(release, first_day + WATCHED - 1)?;
        // One feature a product: the product as a whole.
        let score = report.and_then(|report| report.features.into_iter().next());
        let ever_regressed = score.as_ref().is_some_and(|score| score.first_flagged_day.is_some());
        let evident =
            |score: &RegressionScore| score.path.iter().any(|log_e| *log_e >= (1.0 / FALSE_DISCOVERIES).ln());
        let ever_evident = score.as_ref().is_some_and(evident);
        let mut at_most = None;
        if let Some(score) = score.as_ref().filter(|_| ever_evident && !ever_regressed) {
            let most = (first_day..).zip(&score.path).max_by(|a, b| a.1.total_cmp(b.1));
            let report = most.map(|(day, _)| judge(release, day)).transpose()?.flatten();
            at_most = report.and_then(|report| report.features.first().map(said));
        }
        Ok(Judged { own, ever_regressed, ever_evident, score, at_most })
    });
    judged.collect()
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
    let release = |(code, version): (u32, &super::review::Version)| {
        let declared = ancestors.iter().filter(|(release, _)| *release == code);
        Release {
            product: version.product,
            first_day: None,
            inferred: true,
            order: code,
            ancestors: Some(declared.map(|(_, ancestor)| *ancestor).collect()),
            ..Release::default()
        }
    };
    Ok(Facts {
        scales: vec![Scale { min: 1.0, max: 5.0, step: 1.0, higher_is_better: true, kind: ScaleKind::Stars }],
        releases: (0..).zip(&set.releases).map(release).collect(),
        features: (0..set.products.len() as u32).map(|product| Feature { product, whole: true }).collect(),
        segments: 1,
        feedback: frame::feedback(&rows)?,
        incidents: frame::incidents(&[])?,
        exposure: frame::exposure(&[])?,
        min_answers: MIN_ANSWERS,
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
