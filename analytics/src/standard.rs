//! The figures that everybody knows: NPS, CSAT, CES, stars. Shown beside the scores, never instead.

use crate::error::Result;
use crate::facts::{Day, ScaleKind};
use crate::prepared::Prepared;

/// Whose figures are asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StandardQuery {
    /// Only this feature; none: all features.
    pub feature: Option<u32>,
    /// Only this release.
    pub release: Option<u32>,
    /// Only this segment.
    pub segment: Option<u32>,
    /// The first day.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
}

/// One scale's standard figure.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// Index into the scales.
    pub scale: u32,
    /// Its kind.
    pub kind: ScaleKind,
    /// NPS -100 to 100; CSAT and thumbs the percentage satisfied; CES, stars and custom the mean rating.
    pub value: f64,
    /// Its standard error; none for a mean of one answer.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval; none where there is no standard error.
    pub lower: Option<f64>,
    /// Upper end of it.
    pub upper: Option<f64>,
    /// Answers.
    pub responses: i64,
    /// Answers at each level, from the lowest rating up.
    pub levels: Vec<i64>,
}

/// The standard figure of every scale that has answers, in the order of the scales.
pub fn standard(_prepared: &Prepared, _query: &StandardQuery) -> Result<Vec<Standard>> {
    Ok(Vec::new())
}
