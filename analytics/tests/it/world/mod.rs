//! A small organization to tell stories about: one product, one scale of 1 to 5, rows added one by one.

#![allow(dead_code)]

use ballroom_analytics::regression::{RegressionScore, ReleaseReport};
use ballroom_analytics::{
    Day, ExposureRow, Facts, Feature, FeedbackRow, IncidentRow, MIN_ANSWERS, Prepared, Release, Scale,
    ScaleKind, frame, hyperparameters, regression, regression_after,
};

/// Responses of a day with ratings 1 to 5.
pub(crate) const HAPPY: [i64; 5] = [0, 0, 1, 3, 6];
pub(crate) const LESS_HAPPY: [i64; 5] = [0, 1, 1, 3, 5];
pub(crate) const MIXED: [i64; 5] = [1, 1, 2, 3, 3];
pub(crate) const UNHAPPY: [i64; 5] = [5, 3, 1, 1, 0];

/// The report on a release, with those on the ones before it.
pub(crate) fn report(world: &World, release: u32, as_of: Day) -> ReleaseReport {
    let prepared = world.prepare();
    let report = regression_after(&prepared, (release, as_of), |release, as_of, earlier| {
        let first_day = prepared.release_first_day(release).expect("it is out");
        let hyper = hyperparameters(&prepared, first_day - 1);
        regression(&prepared, &hyper, release, as_of, earlier)
    });
    report.expect("a known release").expect("it is out")
}

pub(crate) fn score(world: &World, release: u32, as_of: Day) -> RegressionScore {
    report(world, release, as_of).features.swap_remove(0)
}

#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) releases: Vec<Release>,
    pub(crate) features: u32,
    /// Features in turn belong to so many products.
    pub(crate) products: u32,
    pub(crate) feedback: Vec<FeedbackRow>,
    pub(crate) incidents: Vec<IncidentRow>,
    pub(crate) exposure: Vec<ExposureRow>,
    pub(crate) min_answers: u32,
}

/// Codes of the scales of every world.
pub(crate) const CSAT: u32 = 0;
pub(crate) const THUMBS: u32 = 1;
pub(crate) const NPS: u32 = 2;
pub(crate) const STARS: u32 = 3;
pub(crate) const LEVELS: [u32; 4] = [5, 2, 11, 5];
/// Segments of every world, with code 0 for none.
pub(crate) const SEGMENTS: u32 = 3;

impl World {
    pub(crate) fn with_features(features: u32) -> Self {
        Self {
            releases: Vec::new(),
            features,
            products: 1,
            feedback: Vec::new(),
            incidents: Vec::new(),
            exposure: Vec::new(),
            min_answers: MIN_ANSWERS,
        }
    }

    /// A release that is known from responses only.
    pub(crate) fn inferred(&mut self, order: &str) -> u32 {
        let release = self.release(order, None);
        self.releases[release as usize].inferred = true;
        release
    }

    /// A release; of those of one day, the one made last is the newest.
    pub(crate) fn release(&mut self, _version: &str, first_day: Option<Day>) -> u32 {
        let code = self.releases.len() as u32;
        self.releases.push(Release { first_day, order: code, ..Release::default() });
        code
    }

    /// Responses on every day of a span to feature 0 on the first scale, `counts` for ratings 1 to 5 each day.
    pub(crate) fn answers(&mut self, days: std::ops::Range<Day>, release: Option<u32>, counts: [i64; 5]) {
        for day in days {
            for (level, count) in (0..).zip(counts) {
                let row = FeedbackRow { feature: 0, release, segment: 0, scale: CSAT, day, level, count };
                self.feedback.push(row);
            }
        }
    }

    /// Those of [`answers`](Self::answers), to another feature.
    pub(crate) fn answers_to(
        &mut self,
        feature: u32,
        days: std::ops::Range<Day>,
        release: Option<u32>,
        counts: [i64; 5],
    ) {
        let known = self.feedback.len();
        self.answers(days, release, counts);
        self.feedback[known..].iter_mut().for_each(|row| row.feature = feature);
    }

    pub(crate) fn incident(&mut self, day: Day, release: Option<u32>, no_change: bool) {
        let row = IncidentRow { feature: 0, release, no_change, day, opened: 1, spoiled: 5.0 };
        self.incidents.push(row);
    }

    pub(crate) fn prepare(&self) -> Prepared {
        self.try_prepare().expect("the facts are sound")
    }

    pub(crate) fn try_prepare(&self) -> Result<Prepared, ballroom_analytics::Error> {
        let scale = |max, min, kind| Scale { min, max, step: 1.0, higher_is_better: true, kind };
        Facts {
            scales: vec![
                scale(5.0, 1.0, ScaleKind::Csat),
                scale(1.0, 0.0, ScaleKind::Thumbs),
                scale(10.0, 0.0, ScaleKind::Nps),
                scale(5.0, 1.0, ScaleKind::Stars),
            ],
            releases: self.releases.clone(),
            features: (0..self.features)
                .map(|code| Feature { product: code % self.products, whole: false })
                .collect(),
            segments: SEGMENTS,
            feedback: frame::feedback(&self.feedback)?,
            incidents: frame::incidents(&self.incidents)?,
            exposure: frame::exposure(&self.exposure)?,
            min_answers: self.min_answers,
        }
        .prepare()
    }
}
