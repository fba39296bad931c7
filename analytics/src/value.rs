//! The perceived value of a feature over a period, from its responses, its history and the organization.

use std::cell::OnceCell;

use crate::credibility::{Expectation, credibility, spoiled_share, stratum_weights};
use crate::error::{Error, Result};
use crate::facts::{Day, Stratum};
use crate::prepared::{FeatureCounts, IncidentDay, Prepared, StratumCounts};
use crate::prior::{Hyperparameters, YEAR};
use crate::utility::Moments;

/// Responses, with the discounted history, below which a score is not ranked.
const MIN_RESPONSES: f64 = 5.0;
/// The longest period of a trend, in days.
const MAX_DAYS: u32 = 36_500;

/// Which value to compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ValueQuery {
    /// The feature's code.
    pub feature: u32,
    /// The first day of the period.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
    /// Only responses and incidents of this release. The history is that of the feature all the same.
    pub release: Option<u32>,
    /// Only the value to this segment; responses of the others still contribute.
    pub segment: Option<u32>,
    /// The last day whose rows may be known. Usually `until - 1`.
    pub as_of: Day,
}

/// The basis of the deduction for incidents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IncidentBasis {
    /// Against the active customers of the period.
    Exposure,
    /// Not known, because active customers were not recorded: the score contains no deduction.
    None,
}

/// The perceived value, 0 to 100, with its reasons: `base + history + feedback + incidents = score`.
#[derive(Clone, Debug, PartialEq)]
pub struct ValueScore {
    /// The feature's code.
    pub feature: u32,
    /// The perceived value, 0 to 100.
    pub score: f64,
    /// Lower end of the interval that holds the value with 90 % probability.
    pub lower: f64,
    /// Upper end of it.
    pub upper: f64,
    /// Standard deviation of the value before the deduction for incidents.
    pub sd: f64,
    /// What an average feature of the organization would score in this mix of segments and scales.
    pub base: f64,
    /// What this feature usually adds to that, from its responses before the period.
    pub history: f64,
    /// What the responses of the period add.
    pub feedback: f64,
    /// What incidents took away: zero or less.
    pub incidents: f64,
    /// The strata, in the order of their codes; those with no weight and no responses are left out.
    pub strata: Vec<StratumValue>,
    /// The share of the score that comes from this period's own responses, 0 to 1.
    pub own_weight: f64,
    /// Responses of the period, in the segment asked for.
    pub responses: i64,
    /// Responses before the period in the segment asked for, each discounted by its age.
    pub history_responses: f64,
    /// False when the period has no responses, or fewer than 5 with the history: such a score is listed after the
    /// ranked ones as "not enough responses".
    pub ranked: bool,
    /// Whether incidents could be counted at all.
    pub incident_basis: IncidentBasis,
    /// Share of the period's customer-days that incidents spoiled, 0 to 1.
    pub spoiled: f64,
    /// Days of the period with known exposure.
    pub exposure_days: u32,
    /// Sum of the active customers over those days.
    pub customer_days: f64,
    /// Over-dispersion of responses that was assumed.
    pub phi: f64,
    /// The last day whose rows were looked at.
    pub as_of: Day,
    /// The method's version.
    pub method: &'static str,
}

/// One stratum's part in a value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratumValue {
    /// The stratum.
    pub stratum: Stratum,
    /// Its share in the reference mix; the shares add to 1.
    pub weight: f64,
    /// Responses of the period.
    pub responses: i64,
    /// Responses before the period, discounted by age.
    pub history_responses: f64,
    /// Their mean, 0 to 100; none without responses.
    pub mean: Option<f64>,
    /// Expected value by the feature's history, 0 to 100.
    pub expected: f64,
    /// Points that this stratum's responses add to the score; over all strata they add to
    /// [`ValueScore::feedback`] (but for scores pressed against 0 or 100).
    pub contribution: f64,
}

/// Which trend to compute: a period of fixed length that ends on each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrendQuery {
    /// The feature's code.
    pub feature: u32,
    /// Length of the period in days, at least 1.
    pub days: u32,
    /// Only responses and incidents of this release.
    pub release: Option<u32>,
    /// Only the value to this segment.
    pub segment: Option<u32>,
}

/// A point of a trend.
#[derive(Clone, Debug, PartialEq)]
pub struct TrendPoint {
    /// The last day of its period, and the day as of which it is computed.
    pub day: Day,
    /// The value; none where the segment asked for has no responses anywhere.
    pub value: Option<ValueScore>,
}

/// Which values a report holds: those of `features`, over one period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportQuery {
    /// The features' codes; [`Prepared::features_of`] gives those of a product.
    pub features: Vec<u32>,
    /// The first day of the period.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
    /// Only responses and incidents of this release.
    pub release: Option<u32>,
    /// Only the value to this segment.
    pub segment: Option<u32>,
    /// The last day whose rows may be known.
    pub as_of: Day,
}

/// The perceived value of one feature. None when the segment asked for has no responses anywhere.
pub fn value(prepared: &Prepared, hyper: &Hyperparameters, query: &ValueQuery) -> Result<Option<ValueScore>> {
    Ok(Values::new(prepared, hyper, query.as_of, query.until).value(prepared.feature(query.feature)?, query))
}

/// The values of several features: the ranked ones from the highest score down, then those with not enough
/// responses.
pub fn value_report(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    query: &ReportQuery,
) -> Result<Vec<ValueScore>> {
    let ReportQuery { ref features, from, until, release, segment, as_of } = *query;
    let values = Values::new(prepared, hyper, as_of, until);
    let mut report = Vec::with_capacity(features.len());
    for &feature in features {
        let query = ValueQuery { feature, from, until, release, segment, as_of };
        report.extend(values.value(prepared.feature(feature)?, &query));
    }
    report.sort_by(|a, b| {
        b.ranked.cmp(&a.ranked).then(b.score.total_cmp(&a.score)).then(a.feature.cmp(&b.feature))
    });
    Ok(report)
}

/// The value as of the day of each of `hyper`, in their order.
pub fn trend<'a>(
    prepared: &Prepared,
    hyper: impl IntoIterator<Item = &'a Hyperparameters>,
    query: &TrendQuery,
) -> Result<Vec<TrendPoint>> {
    let feature = prepared.feature(query.feature)?;
    if query.days == 0 || query.days > MAX_DAYS {
        return Err(Error::Invalid { column: "days", reason: "must be between 1 and 36500" });
    }
    let point = |hyper: &Hyperparameters| {
        let (day, until) = (hyper.day, hyper.day + 1);
        let TrendQuery { feature: code, days, release, segment } = *query;
        let query =
            ValueQuery { feature: code, from: until - days as Day, until, release, segment, as_of: day };
        TrendPoint { day, value: Values::new(prepared, hyper, day, until).value(feature, &query) }
    };
    Ok(hyper.into_iter().map(point).collect())
}

/// What all values of one day share.
struct Values<'a> {
    prepared: &'a Prepared,
    strata: Vec<usize>,
    segments: Vec<u32>,
    org: Expectation,
    /// The responses of the whole organization, for features without any: made when first needed.
    everyone: OnceCell<Vec<f64>>,
    until: Day,
    known_until: Day,
}

impl<'a> Values<'a> {
    fn new(prepared: &'a Prepared, hyper: &Hyperparameters, as_of: Day, until: Day) -> Self {
        let strata = prepared.strata_known(as_of);
        let org = if strata.is_empty() {
            hyper.unheard()
        } else {
            hyper.expectation(strata.iter().map(|s| &prepared.strata[*s]))
        };
        let segments = strata.iter().map(|s| prepared.strata[*s].stratum.segment).collect();
        let known_until = until.min(as_of + 1);
        Self { prepared, strata, segments, org, everyone: OnceCell::new(), until, known_until }
    }

    fn value(&self, feature: &FeatureCounts, query: &ValueQuery) -> Option<ValueScore> {
        let (from, until) = (query.from, self.known_until);
        let weights = self.weights(feature, query.segment)?;
        let history_until = from.min(query.as_of + 1);
        let mut cell = vec![Moments::default(); weights.len()];
        let mut history = cell.clone();
        for (s, counts) in self.counts(feature) {
            let ruler = self.prepared.strata[counts.stratum].ruler;
            cell[s] = ruler.moments(counts.sums(query.release, from, until));
            history[s] = ruler.discounted_moments(counts.discounted(from - YEAR, history_until, from));
        }
        let spoiled = spoiled_share(spoiled_days(feature, query.release, from, until));
        let result = credibility(&self.org, &weights, &history, &cell, spoiled);

        let asked = |s: &usize| query.segment.is_none_or(|g| self.segments.get(*s) == Some(&g));
        let responses = (0..cell.len()).filter(asked).map(|s| cell[s].n).sum::<f64>();
        let history_responses = (0..cell.len()).filter(asked).map(|s| history[s].n).sum::<f64>();
        let stratum = |(s, index): (usize, &usize)| {
            let any = weights[s] > 0.0 || cell[s].n > 0.0 || history[s].n > 0.0;
            any.then(|| StratumValue {
                stratum: self.prepared.strata[*index].stratum,
                weight: weights[s],
                responses: cell[s].n as i64,
                history_responses: history[s].n,
                mean: (cell[s].n > 0.0).then_some(100.0 * cell[s].mean),
                expected: 100.0 * result.expected[s],
                contribution: result.by_stratum[s],
            })
        };
        let exposure = &feature.exposure.total;
        let exposure_days = exposure.before(until).saturating_sub(exposure.before(from)) as u32;
        let customer_days = feature.exposure.between(from, until);
        Some(ValueScore {
            feature: query.feature,
            score: result.score,
            lower: result.lower,
            upper: result.upper,
            sd: result.sd,
            base: result.base,
            history: result.history,
            feedback: result.feedback,
            incidents: result.incidents,
            strata: self.strata.iter().enumerate().filter_map(stratum).collect(),
            own_weight: result.own_weight,
            responses: responses as i64,
            history_responses,
            ranked: responses > 0.0 && responses + history_responses >= MIN_RESPONSES,
            incident_basis: if customer_days > 0.0 { IncidentBasis::Exposure } else { IncidentBasis::None },
            spoiled,
            exposure_days,
            customer_days,
            phi: self.org.phi,
            as_of: query.as_of,
            method: crate::METHOD,
        })
    }

    /// The reference mix of a year, so that a change in who responds cannot move the score.
    fn weights(&self, feature: &FeatureCounts, segment: Option<u32>) -> Option<Vec<f64>> {
        if self.strata.is_empty() {
            return segment.is_none().then(|| vec![1.0]);
        }
        let (from, until) = (self.until - YEAR, self.known_until);
        let mut responses = self.responses(feature);
        if responses.iter().sum::<f64>() <= 0.0 {
            responses.clone_from(self.everyone.get_or_init(|| {
                let each = self.prepared.features.iter().map(|f| self.responses(f));
                each.reduce(|a, b| a.iter().zip(b).map(|(a, b)| a + b).collect()).unwrap_or_default()
            }));
        }
        let exposed = |segment: u32| {
            let running = feature.exposure.segments.iter().find(|(g, _)| *g == segment);
            running.map_or(0.0, |(_, running)| running.between(from, until)[0] as f64)
        };
        let mut weights = stratum_weights(&responses, &self.segments, Some(&exposed));
        if let Some(segment) = segment {
            for (weight, of) in weights.iter_mut().zip(&self.segments) {
                *weight = if *of == segment { *weight } else { 0.0 };
            }
            let sum: f64 = weights.iter().sum();
            if sum <= 0.0 {
                return None;
            }
            weights.iter_mut().for_each(|w| *w /= sum);
        }
        Some(weights)
    }

    /// A year's responses of a feature in each stratum.
    fn responses(&self, feature: &FeatureCounts) -> Vec<f64> {
        let mut responses = vec![0.0; self.strata.len()];
        for (s, counts) in self.counts(feature) {
            let [n, ..] = counts.all.between(self.until - YEAR, self.known_until);
            responses[s] = n as f64;
        }
        responses
    }

    /// A feature's counts by the place of their stratum among the known ones; both are sorted.
    fn counts<'b>(&'b self, feature: &'b FeatureCounts) -> impl Iterator<Item = (usize, &'b StratumCounts)> {
        let place =
            |counts: &'b StratumCounts| Some((self.strata.binary_search(&counts.stratum).ok()?, counts));
        feature.answers.iter().filter_map(place)
    }
}

/// Customer-days spoiled and active on each day of a period.
fn spoiled_days(
    feature: &FeatureCounts,
    release: Option<u32>,
    from: Day,
    until: Day,
) -> impl Iterator<Item = (f64, f64)> {
    let of_release = move |i: &&IncidentDay| release.is_none() || i.release == release;
    let mut incidents = feature.incidents(from, until).iter().filter(of_release).peekable();
    feature.exposure.total.daily(from, until).map(move |(day, [active])| {
        let mut spoiled = 0.0;
        while let Some(incident) = incidents.next_if(|i| i.day <= day) {
            spoiled += if incident.day == day { incident.spoiled } else { 0.0 };
        }
        (spoiled, active as f64)
    })
}
