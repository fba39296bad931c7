//! The expected number of incidents, also after a planned release (METHOD 7).

use statrs::function::beta::checked_beta_reg;

use crate::error::{Error, Result};
use crate::evidence::Rate;
use crate::facts::{Day, Release};
use crate::prepared::{FeatureCounts, Prepared};
use crate::prior::Hyperparameters;

/// Which forecast to make.
#[derive(Clone, Debug, PartialEq)]
pub struct ForecastQuery {
    /// The feature's code.
    pub feature: u32,
    /// The last day whose rows may be known; the forecast begins the day after.
    pub as_of: Day,
    /// How many days.
    pub days: u32,
    /// The day of the planned release, if one is planned.
    pub release_day: Option<Day>,
    /// Active customers expected on each of the days; empty: as many as in the last 28 days.
    pub exposure: Vec<f64>,
}

/// The expected incidents.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecast {
    /// The feature's code.
    pub feature: u32,
    /// Expected incidents over all the days.
    pub mean: f64,
    /// Their standard deviation.
    pub sd: f64,
    /// Their whole distribution.
    pub distribution: Spread,
    /// For each share of [`QUANTILES`], the number of incidents that is not exceeded with that probability.
    pub quantiles: Vec<Quantile>,
    /// Factor of the organization's releases on incidents 0-1, 2-6 and 7-13 days after; 1: no effect.
    pub release_effect: [f64; 3],
    /// Incidents of the feature in the past of the forecast.
    pub incidents: i64,
    /// The method's version.
    pub method: &'static str,
}

/// A point of the distribution of incidents.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantile {
    /// Probability, 0 to 1.
    pub share: f64,
    /// Incidents.
    pub incidents: f64,
}

/// The shares of a forecast.
pub const QUANTILES: [f64; 7] = [0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95];

/// Days since a release at which its effect changes; after the last it has none.
const AGES: [Day; 4] = [0, 2, 7, 14];
/// Weight of "no effect" in expected incidents.
const K_EFFECT: f64 = 10.0;
/// Number of days from which rates and effects are estimated.
pub(crate) const HISTORY: Day = 182;
/// Number of days whose mean exposure is assumed for the future if none is given.
const RECENT: Day = 28;
/// The longest forecast, in days.
const MAX_DAYS: u32 = 366;

/// The forecast of a feature's incidents; none if nothing is known of the feature and the organization.
pub fn forecast(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    query: &ForecastQuery,
) -> Result<Option<Forecast>> {
    if query.days == 0 || query.days > MAX_DAYS {
        return Err(Error::Invalid { column: "days", reason: "must be between 1 and 366" });
    }
    let given = query.exposure.len();
    if given != 0 && given != query.days as usize || query.exposure.iter().any(|x| !x.is_finite() || *x < 0.0)
    {
        return Err(Error::Invalid {
            column: "exposure",
            reason: "must have one number of customers per day, or be empty",
        });
    }
    let feature = prepared.feature(query.feature)?;
    let until = query.as_of + 1;
    let pasts: Vec<_> = prepared.features.iter().map(|f| Past::of(prepared, f, until)).collect();
    let (observed, expected) = bins(&pasts);
    let effect = release_effect(observed, expected);
    let totals: Vec<_> = pasts.iter().map(|past| past.total(&effect)).collect();
    let known: Vec<_> = totals.iter().copied().filter(|total| total.exposure > 0.0).collect();
    if known.is_empty() {
        return Ok(None);
    }

    let mut releases = release_days(prepared, feature, until);
    releases.extend(query.release_day);
    let future: Vec<_> = (0..query.days as usize)
        .map(|i| {
            let day = until + i as Day;
            let exposure = query.exposure.get(i).copied().unwrap_or_else(|| recent_exposure(feature, until));
            (exposure, bin(age(&releases, day)))
        })
        .collect();
    let mine = totals[query.feature as usize];
    let prior = rate_prior(&known, hyper.phi_incidents);
    let spread = spread(mine, prior, &future, &effect, Some(expected), hyper.phi_incidents);
    let quantiles = QUANTILES.map(|share| Quantile { share, incidents: spread.quantile(share) });
    Ok(Some(Forecast {
        feature: query.feature,
        mean: spread.mean,
        sd: spread.sd,
        distribution: spread,
        quantiles: quantiles.to_vec(),
        release_effect: effect,
        incidents: mine.incidents as i64,
        method: crate::METHOD,
    }))
}

/// Incidents and exposure of one feature's last half year by days since a release; the last bin is "none".
pub(crate) struct Past(pub(crate) [Rate; 4]);

impl Past {
    fn of(prepared: &Prepared, feature: &FeatureCounts, until: Day) -> Self {
        let Some(since) = feature.first_day else { return Self([Rate::default(); 4]) };
        let from = since.max(until - HISTORY);
        let releases = release_days(prepared, feature, until);
        let of_day = |day: Day| bin(age(&releases, day)).unwrap_or(3);
        let mut bins = [Rate::default(); 4];
        if feature.exposure.between(from, until) > 0.0 {
            for (day, [active]) in feature.exposure.total.daily(from, until) {
                bins[of_day(day)].exposure += active as f64;
            }
        } else {
            for day in from..until {
                bins[of_day(day)].exposure += 1.0;
            }
        }
        for incident in feature.incidents(from, until) {
            bins[of_day(incident.day)].incidents += incident.opened as f64;
        }
        Self(bins)
    }

    /// All incidents, and the equivalent exposure without releases.
    pub(crate) fn total(&self, effect: &[f64; 3]) -> Rate {
        let effects = effect.iter().copied().chain([1.0]);
        let fold = |sum: Rate, (bin, effect): (&Rate, f64)| Rate {
            incidents: sum.incidents + bin.incidents,
            exposure: sum.exposure + effect * bin.exposure,
        };
        self.0.iter().zip(effects).fold(Rate::default(), fold)
    }
}

/// Incidents soon after releases, and those expected by each feature's rate at other times.
pub(crate) fn bins(pasts: &[Past]) -> ([f64; 3], [f64; 3]) {
    let (mut observed, mut expected) = ([0.0; 3], [0.0; 3]);
    for Past([near @ .., far]) in pasts.iter().filter(|past| past.0[3].exposure > 0.0) {
        for (i, bin) in near.iter().enumerate() {
            observed[i] += bin.incidents;
            expected[i] += far.incidents / far.exposure * bin.exposure;
        }
    }
    (observed, expected)
}

pub(crate) fn release_days(prepared: &Prepared, feature: &FeatureCounts, until: Day) -> Vec<Day> {
    let of_product = prepared.releases.iter().filter(|r| r.product == feature.product);
    of_product.flat_map(Release::starts).filter(|day| *day < until).collect()
}

/// Days since the latest release.
pub(crate) fn age(releases: &[Day], day: Day) -> Option<Day> {
    releases.iter().filter(|release| **release <= day).max().map(|release| day - release)
}

/// The index of a day's release effect; none long after a release, or before any.
pub fn bin(age: Option<Day>) -> Option<usize> {
    let age = age.filter(|age| (AGES[0]..AGES[3]).contains(age))?;
    Some(AGES.partition_point(|from| *from <= age) - 1)
}

pub(crate) fn recent_exposure(feature: &FeatureCounts, until: Day) -> f64 {
    let running = &feature.exposure.total;
    let days = running.before(until) - running.before(until - RECENT);
    if days == 0 { 1.0 } else { feature.exposure.between(until - RECENT, until) / days as f64 }
}

/// Incidents soon after a release per incidents expected, `h = (observed + 10) / (expected + 10)`.
pub fn release_effect(observed: [f64; 3], expected: [f64; 3]) -> [f64; 3] {
    std::array::from_fn(|i| (observed[i] + K_EFFECT) / (expected[i] + K_EFFECT))
}

/// Gamma(a, b) over the features' rates: the mean is the pooled rate, `a` by moments, `0.5 <= a <= 50`.
pub fn rate_prior(features: &[Rate], phi: f64) -> (f64, f64) {
    let incidents: f64 = features.iter().map(|f| f.incidents).sum();
    let exposure: f64 = features.iter().map(|f| f.exposure).sum();
    let pooled = (incidents + 0.5) / exposure.max(f64::MIN_POSITIVE);
    let (mut extra, mut squares) = (0.0, 0.0);
    for f in features {
        let expected = pooled * f.exposure;
        extra += (f.incidents - expected).powi(2) - phi * expected;
        squares += expected * expected;
    }
    let a = if extra > 0.0 { (squares / extra).clamp(0.5, 50.0) } else { 50.0 };
    (a, a / pooled)
}

/// Negative binomial distribution of the incidents to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Its mean.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Its size parameter.
    pub r: f64,
    /// Its probability parameter.
    pub p: f64,
}

/// The incidents of days with the given exposure and [`bin`], of a feature with this past and prior.
///
/// ```text
/// mean = rate sum h x;  var = phi M + M^2 (1 / (a + N / phi) + sum_b share_b^2 / (10 + E_b))
/// ```
pub fn spread(
    past: Rate,
    (a, b): (f64, f64),
    future: &[(f64, Option<usize>)],
    effect: &[f64; 3],
    expected: Option<[f64; 3]>,
    phi: f64,
) -> Spread {
    let (a, b) = (a + past.incidents / phi, b + past.exposure / phi);
    let rate = a / b;
    let (mut mean, mut near) = (0.0, [0.0; 3]);
    for (exposure, bin) in future {
        let incidents = rate * exposure * bin.map_or(1.0, |i| effect[i]);
        mean += incidents;
        if let Some(i) = bin {
            near[*i] += incidents;
        }
    }
    if mean <= 0.0 {
        return Spread { mean: 0.0, sd: 0.0, r: 1.0, p: 1.0 };
    }
    let mut cv2 = 1.0 / a;
    if let Some(expected) = expected {
        cv2 += (0..3).map(|i| (near[i] / mean).powi(2) / (K_EFFECT + expected[i])).sum::<f64>();
    }
    let variance = phi * mean + mean * mean * cv2;
    let r = mean * mean / (variance - mean).max(1e-9);
    Spread { mean, sd: variance.sqrt(), r, p: r / (r + mean) }
}

impl Spread {
    /// The distribution of the sum of independent numbers of incidents, by its first two moments; none if there are none.
    pub fn sum(parts: &[Self]) -> Option<Self> {
        if parts.is_empty() {
            return None;
        }
        let mean: f64 = parts.iter().map(|part| part.mean).sum();
        let variance: f64 = parts.iter().map(|part| part.sd * part.sd).sum();
        if mean <= 0.0 {
            return Some(Self { mean: 0.0, sd: 0.0, r: 1.0, p: 1.0 });
        }
        let r = mean * mean / (variance - mean).max(1e-9);
        Some(Self { mean, sd: variance.sqrt(), r, p: r / (r + mean) })
    }

    /// The smallest number of incidents that is not exceeded with probability `share`.
    pub fn quantile(&self, share: f64) -> f64 {
        if self.mean <= 0.0 {
            return 0.0;
        }
        let mut high = (self.mean + 8.0 * self.sd).ceil().max(1.0);
        while self.cdf(high) < share && high < 1e12 {
            high *= 2.0;
        }
        let mut low = -1.0;
        while high - low > 1.0 {
            let middle = ((low + high) / 2.0).floor();
            if self.cdf(middle) >= share { high = middle } else { low = middle }
        }
        high
    }

    /// The probability of at least `k` incidents, exact where it is tiny.
    pub fn tail(&self, k: f64) -> f64 {
        if k <= 0.0 {
            return 1.0;
        }
        if self.mean <= 0.0 {
            return 0.0;
        }
        if self.r + k > MANY {
            return normal_cdf((self.mean - k + 0.5) / self.sd);
        }
        checked_beta_reg(k, self.r, 1.0 - self.p).unwrap_or(1.0)
    }

    /// The probability of at most `k` incidents.
    pub fn cdf(&self, k: f64) -> f64 {
        if self.mean <= 0.0 {
            return 1.0;
        }
        if self.r + k > MANY {
            return normal_cdf((k + 0.5 - self.mean) / self.sd);
        }
        checked_beta_reg(self.r, k + 1.0, self.p).unwrap_or(0.0)
    }
}

/// Number of incidents and pseudo-incidents above which the normal distribution is used: it is accurate to less than one
/// incident, and the continued fraction of the exact distribution function is cut off.
const MANY: f64 = 20_000.0;

fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / std::f64::consts::SQRT_2)
}
