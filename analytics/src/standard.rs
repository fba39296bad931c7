//! Standard figures: NPS, CSAT, CES, stars. Shown beside the scores, never instead (METHOD 8).

use std::collections::BTreeMap;
use std::sync::Arc;

use statrs::distribution::{ContinuousCDF, Normal, StudentsT};

use crate::error::{Error, Result};
use crate::facts::{Day, ScaleKind};
use crate::prepared::{FeatureCounts, Prepared};

/// Which figures to compute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StandardQuery {
    /// Only this feature; none: all features.
    pub feature: Option<u32>,
    /// Only the features of this product, the product as a whole included.
    pub product: Option<u32>,
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
    /// Its standard error; none for a mean of one response, and for equal responses, which have no spread.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval; none for the mean of one response.
    pub lower: Option<f64>,
    /// Upper end of it. The value lies between both.
    pub upper: Option<f64>,
    /// Responses.
    pub responses: i64,
    /// Responses at each level, from the lowest rating up.
    pub levels: Vec<i64>,
}

/// Probability of the intervals shown.
const LEVEL: f64 = 0.95;

/// The standard figure of every scale that has responses, in the order of the scales.
pub fn standard(prepared: &Prepared, query: &StandardQuery) -> Result<Vec<Standard>> {
    Ok(standard_series(prepared, query, &[query.from])?.pop().unwrap_or_default())
}

/// The same for each of a series of periods that follow one another, in one pass over the responses: each begins on one of
/// `starts` and ends where the next begins, the last with the query's period.
pub fn standard_series(
    prepared: &Prepared,
    query: &StandardQuery,
    starts: &[Day],
) -> Result<Vec<Vec<Standard>>> {
    let known = [
        ("feature", query.feature, prepared.features.len()),
        ("release", query.release, prepared.releases.len()),
        ("segment", query.segment, prepared.segments as usize),
    ];
    for (column, code, known) in known {
        if let Some(code) = code.filter(|code| *code as usize >= known) {
            return Err(Error::Unknown { column, code: u64::from(code), known: known as u64 });
        }
    }
    let mut series: Vec<BTreeMap<u32, Vec<i64>>> = vec![BTreeMap::new(); starts.len()];
    let asked =
        |feature: &&Arc<FeatureCounts>| query.product.is_none_or(|product| feature.product == product);
    let features: Vec<_> = match query.feature {
        Some(code) => prepared.features.get(code as usize).filter(asked).into_iter().collect(),
        None => prepared.features.iter().filter(asked).collect(),
    };
    for feature in features {
        let given = prepared.given(feature.product);
        for (key, count) in feature.levels.between(query.from, query.until) {
            let of_segment = query.segment.is_none_or(|segment| key.stratum.segment == segment);
            let of_release = || query.release.is_none() || given.release(&key) == query.release;
            if !of_segment || !of_release() {
                continue;
            }
            let begun = starts.partition_point(|start| *start <= key.day);
            let Some(levels) = begun.checked_sub(1).and_then(|at| series.get_mut(at)) else { continue };
            let size = prepared.scales[key.stratum.scale as usize].levels() as usize;
            let levels = levels.entry(key.stratum.scale).or_insert_with(|| vec![0; size]);
            levels[key.level as usize] += count;
        }
    }
    let figures = |levels: BTreeMap<u32, Vec<i64>>| {
        levels.into_iter().filter_map(|(scale, levels)| of_scale(prepared, scale, levels)).collect()
    };
    Ok(series.into_iter().map(figures).collect())
}

fn of_scale(prepared: &Prepared, code: u32, levels: Vec<i64>) -> Option<Standard> {
    let scale = &prepared.scales[code as usize];
    let counts: Vec<_> = levels.iter().map(|count| *count as f64).collect();
    let share_from = |utility: f64| {
        let satisfied = counts.iter().zip(scale.utilities()).filter(|(_, u)| *u >= utility - 1e-9);
        wilson(satisfied.map(|(count, _)| count).sum(), counts.iter().sum(), LEVEL)
    };
    let (figure, limits) = match scale.kind {
        ScaleKind::Nps if levels.len() == 11 && scale.higher_is_better => {
            (nps(&counts, LEVEL), (-100.0, 100.0))
        }
        // The top two of five, or as much of any other number.
        ScaleKind::Csat => (share_from(0.75), (0.0, 100.0)),
        ScaleKind::Thumbs => (share_from(1.0), (0.0, 100.0)),
        _ => {
            let mean = mean_rating(&counts, scale.min, scale.step, scale.max, LEVEL)?;
            let (n, limits) = (counts.iter().sum(), (scale.min, scale.max));
            let figure =
                if mean.se == Some(0.0) { equal_ratings(mean.value, n, limits, LEVEL) } else { Some(mean) };
            (figure, limits)
        }
    };
    let figure = figure?.honest(limits);
    Some(Standard {
        scale: code,
        kind: scale.kind,
        value: figure.value,
        se: figure.se,
        lower: figure.interval.map(|(lower, _)| lower),
        upper: figure.interval.map(|(_, upper)| upper),
        responses: levels.iter().sum(),
        levels,
    })
}

/// A figure with its standard error and 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure {
    /// The figure.
    pub value: f64,
    /// Its standard error.
    pub se: Option<f64>,
    /// Its interval.
    pub interval: Option<(f64, f64)>,
}

impl Figure {
    /// The adjusted intervals of few responses have another center, so they are widened to contain the figure itself. Equal
    /// responses do not make it certain. Neither leaves the scale, be it by the last digit of the arithmetic.
    fn honest(mut self, (min, max): (f64, f64)) -> Self {
        self.value = self.value.clamp(min, max);
        let around =
            |(lower, upper): (f64, f64)| (lower.min(self.value).max(min), upper.max(self.value).min(max));
        self.interval = self.interval.map(around);
        self.se = self.se.filter(|se| *se > 0.0);
        self
    }
}

/// The mean of two or more equal ratings, whose spread of 0 would make it certain. Were more than a share
/// `q = 1 - (1 - level)^(1/n)` of all ratings different, n equal ones were less probable than `1 - level`: "the rule of
/// three" (Hanley and Lippman-Hand 1983), exactly. The interval holds the mean whatever those others rate.
fn equal_ratings(value: f64, n: f64, (min, max): (f64, f64), level: f64) -> Option<Figure> {
    let others = 1.0 - (1.0 - level).powf(1.0 / n);
    let interval = (value - others * (value - min), value + others * (max - value));
    Some(Figure { value, se: None, interval: Some(interval) })
}

/// A percentage with Wilson's interval (1927); none of no responses.
pub fn wilson(satisfied: f64, n: f64, level: f64) -> Option<Figure> {
    if n <= 0.0 {
        return None;
    }
    let p = satisfied / n;
    let z = normal_quantile(level);
    let d = 1.0 + z * z / n;
    let center = (p + z * z / (2.0 * n)) / d;
    let half = z / d * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    Some(Figure {
        value: 100.0 * p,
        se: Some(100.0 * (p * (1.0 - p) / n).sqrt()),
        interval: Some((100.0 * (center - half), 100.0 * (center + half))),
    })
}

/// NPS of counts for 0 to 10, with the adjusted Wald interval: three responses are added, 3/4 of them promoters
/// and 3/4 detractors (Rocks 2016).
pub fn nps(counts: &[f64], level: f64) -> Option<Figure> {
    let n: f64 = counts.iter().sum();
    if n <= 0.0 {
        return None;
    }
    let promoters: f64 = counts.iter().skip(9).sum();
    let detractors: f64 = counts.iter().take(7).sum();
    let spread = |p: f64, d: f64, n: f64| ((p + d - (p - d).powi(2)).max(0.0) / n).sqrt();
    let (p, d) = (promoters / n, detractors / n);
    let adjusted = n + 3.0;
    let (pa, da) = ((promoters + 0.75) / adjusted, (detractors + 0.75) / adjusted);
    let half = normal_quantile(level) * spread(pa, da, adjusted);
    Some(Figure {
        value: 100.0 * (p - d),
        se: Some(100.0 * spread(p, d, n)),
        interval: Some((100.0 * (pa - da - half).max(-1.0), 100.0 * (pa - da + half).min(1.0))),
    })
}

/// CSAT of counts for 1 to 5: the percentage of 4 and 5.
pub fn csat(counts: &[f64], level: f64) -> Option<Figure> {
    wilson(counts.iter().skip(3).sum(), counts.iter().sum(), level)
}

/// The mean rating on its own scale, `se = s / sqrt(n)` with `s` over `n - 1`, and Student's interval inside the
/// scale; neither of one response.
pub fn mean_rating(counts: &[f64], min: f64, step: f64, max: f64, level: f64) -> Option<Figure> {
    let n: f64 = counts.iter().sum();
    if n <= 0.0 {
        return None;
    }
    let rating = |level: usize| min + step * level as f64;
    let mean = counts.iter().enumerate().map(|(level, c)| c * rating(level)).sum::<f64>() / n;
    let squares: f64 = counts.iter().enumerate().map(|(level, c)| c * (rating(level) - mean).powi(2)).sum();
    let se = (n >= 2.0).then(|| (squares / (n - 1.0) / n).sqrt());
    let student = StudentsT::new(0.0, 1.0, n - 1.0).ok().map(|t| t.inverse_cdf(0.5 + level / 2.0));
    let interval = se.zip(student).map(|(se, t)| ((mean - t * se).max(min), (mean + t * se).min(max)));
    Some(Figure { value: mean, se, interval })
}

/// How many standard deviations an interval of this probability reaches to each side.
fn normal_quantile(level: f64) -> f64 {
    Normal::standard().inverse_cdf(0.5 + level / 2.0)
}
