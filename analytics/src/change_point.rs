//! When did the experience change, and which release is suspect (METHOD 6)?

use libm::lgamma;

use crate::error::Result;
use crate::evidence::{Rate, SD_CHANGE, log_sum_exp};
use crate::facts::Day;
use crate::prepared::{FeatureCounts, IncidentDay, Prepared, StratumCounts};
use crate::prior::Hyperparameters;

/// The day on which the experience of a feature most likely changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ChangePoint {
    /// The feature's code.
    pub feature: u32,
    /// The first day of the new state, if there is one.
    pub day: Day,
    /// First day of the span that holds the change with 90 % probability.
    pub earliest: Day,
    /// Last day of it.
    pub latest: Day,
    /// Natural logarithm of the evidence that anything changed at all.
    pub log_bf: f64,
    /// Whether that is enough to call it: a Bayes factor of 20 or more.
    pub called: bool,
    /// All releases of the time, the most likely culprit first. Releases of one day share its probability.
    pub suspects: Vec<Suspect>,
    /// The probability of each day of the series, from `first_day` on.
    pub posterior: Vec<f64>,
    /// The first day of the series.
    pub first_day: Day,
    /// The method's version.
    pub method: &'static str,
}

/// A release that may have brought the change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspect {
    /// The release's code.
    pub release: u32,
    /// Probability that the change began between its first day and the next release, if there was one.
    pub probability: f64,
}

impl ChangePoint {
    /// The suspects worth showing: those of 1 % or more, at most ten; none while no change is called.
    pub fn listed(&self) -> &[Suspect] {
        let listed = self.suspects.iter().take(LISTED).take_while(|s| self.called && s.probability >= LEAST);
        &self.suspects[..listed.count()]
    }

    /// The probability of all else: of releases that are not listed, and of days before any release of the time.
    pub fn other_probability(&self) -> f64 {
        (1.0 - self.listed().iter().map(|s| s.probability).sum::<f64>()).clamp(0.0, 1.0)
    }
}

/// The probability from which a suspect is listed, and how many are.
const LEAST: f64 = 0.01;
const LISTED: usize = 10;
/// Days that a series reaches back.
const SERIES_DAYS: Day = 180;
/// Evidence from which a change is called: 20 to 1.
const CALLED: f64 = 20.0;
/// Probability that the span of days holds.
const LEVEL: f64 = 0.90;
/// Shape of the gamma prior of the incident rate on each side.
const SHAPE: f64 = 0.5;

/// The change point of a feature in the 180 days up to `as_of`; none when fewer than two days are known.
/// Incidents known not to come from a change are left out: they would point at a release.
pub fn change_point(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    feature: u32,
    as_of: Day,
) -> Result<Option<ChangePoint>> {
    let counts =
        Counts { feature, parts: vec![prepared.feature(feature)?], exposure: prepared.feature(feature)? };
    find(prepared, hyper, &counts, &Line::all(), as_of)
}

/// The change point of a product: of all its features together, each compared with itself only, so that another
/// mix of features is no change. `whole` is the feature that stands for the product as a whole: its exposure is the
/// product's; where it has none, all features' exposures are added.
pub fn change_point_of_product(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    whole: u32,
    as_of: Day,
) -> Result<Option<ChangePoint>> {
    let product = prepared.feature(whole)?;
    let codes = prepared.features_of(product.product);
    let parts = codes.iter().map(|code| prepared.feature(*code)).collect::<Result<Vec<_>>>()?;
    let counts = Counts { feature: whole, parts, exposure: product };
    find(prepared, hyper, &counts, &Line::all(), as_of)
}

/// The change point of a feature in the rows that a release is judged by: its own and those of the ancestors
/// that it declares, or all where it declares none. What other lines did meanwhile points at nobody here.
/// `as_of` is the last day that the verdict looked at.
pub fn change_point_of_release(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    feature: u32,
    release: u32,
    as_of: Day,
) -> Result<Option<ChangePoint>> {
    let then = prepared.as_of(release, as_of);
    let prepared = then.as_ref().unwrap_or(prepared);
    let facts = prepared.release(release)?;
    let declared = facts.ancestors.clone().filter(|ancestors| !ancestors.is_empty());
    let line = declared.map(|ancestors| Rows::Of(ancestors.into_iter().chain([release]).collect()));
    let line = Line {
        rows: line.unwrap_or(Rows::AnyRelease),
        from: Day::MIN,
        again: facts.came_again().map(|first_day| (release, first_day)),
    };
    let counts =
        Counts { feature, parts: vec![prepared.feature(feature)?], exposure: prepared.feature(feature)? };
    find(prepared, hyper, &counts, &line, as_of)
}

/// The same in the rows of a release and of the previous one alone, from a day on.
pub(crate) fn change_point_after(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    feature: u32,
    (previous, from): (u32, Day),
    release: u32,
    as_of: Day,
) -> Result<Option<ChangePoint>> {
    let facts = prepared.release(release)?;
    let again = facts.came_again().map(|first_day| (release, first_day));
    let line = Line { rows: Rows::Of(vec![previous, release]), from, again };
    let counts =
        Counts { feature, parts: vec![prepared.feature(feature)?], exposure: prepared.feature(feature)? };
    find(prepared, hyper, &counts, &line, as_of)
}

/// Whose rows are looked at.
struct Counts<'a> {
    /// What the response is about.
    feature: u32,
    parts: Vec<&'a FeatureCounts>,
    /// Whose customers are exposed to all of it.
    exposure: &'a FeatureCounts,
}

impl Counts<'_> {
    fn first_day(&self) -> Option<Day> {
        self.parts.iter().filter_map(|part| part.first_day).min()
    }

    /// Customers of each day from `from` on; none where no customers are known.
    fn active(&self, from: Day, until: Day) -> Option<Vec<f64>> {
        let own = self.exposure.exposure.between(from, until) > 0.0;
        let parts: &[&FeatureCounts] = if own { &[self.exposure] } else { &self.parts };
        if parts.iter().all(|part| part.exposure.between(from, until) <= 0.0) {
            return None;
        }
        let mut active = vec![0.0; (until - from) as usize];
        for (day, [customers]) in parts.iter().flat_map(|part| part.exposure.total.daily(from, until)) {
            active[(day - from) as usize] += customers as f64;
        }
        Some(active)
    }
}

/// Which rows are looked at.
struct Line {
    rows: Rows,
    /// The first day that is looked at.
    from: Day,
    /// A release that came again, and since when: its rows from before are left out.
    again: Option<(u32, Day)>,
}

/// Whose rows are looked at.
enum Rows {
    /// All.
    All,
    /// Those that belong to any release: a verdict rests on no others.
    AnyRelease,
    /// Those of these releases.
    Of(Vec<u32>),
}

impl Line {
    fn all() -> Self {
        Self { rows: Rows::All, from: Day::MIN, again: None }
    }

    /// The day from which on rows of a release are looked at; none: no day.
    fn since(&self, release: Option<u32>) -> Option<Day> {
        let of_line = match (&self.rows, release) {
            (Rows::All, _) | (Rows::AnyRelease, Some(_)) => true,
            (Rows::Of(line), Some(release)) => line.contains(&release),
            (_, None) => false,
        };
        let again = self.again.filter(|(again, _)| release == Some(*again));
        of_line.then(|| again.map_or(Day::MIN, |(_, since)| since))
    }

    fn holds(&self, release: Option<u32>, day: Day) -> bool {
        self.since(release).is_some_and(|since| since <= day)
    }
}

fn find(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    counts: &Counts,
    line: &Line,
    as_of: Day,
) -> Result<Option<ChangePoint>> {
    let Some(since) = counts.first_day() else { return Ok(None) };
    let (from, until) = (since.max(as_of + 1 - SERIES_DAYS).max(line.from), as_of + 1);
    let Some(days) = usize::try_from(until - from).ok().filter(|days| *days >= 2) else { return Ok(None) };
    let place = |day: Day| (day - from) as usize;

    let answers = counts.parts.iter().flat_map(|part| &part.answers);
    let strata: Vec<_> = answers.map(|s| series(prepared, hyper, s, line, from, until)).collect();
    let active = counts.active(from, until).unwrap_or_else(|| vec![1.0; days]);
    let mut incidents: Vec<_> =
        active.into_iter().map(|exposure| Rate { incidents: 0.0, exposure }).collect();
    let of_line = |i: &&IncidentDay| !i.no_change && line.holds(i.release, i.day);
    let opened = counts.parts.iter().flat_map(|part| part.incidents(from, until));
    for incident in opened.filter(of_line) {
        incidents[place(incident.day)].incidents += incident.opened as f64;
    }

    let mut started: Vec<(Day, u32)> = (0..)
        .zip(prepared.releases.iter())
        .filter(|(_, r)| r.product == counts.exposure.product)
        .flat_map(|(code, r)| r.starts().map(move |day| (day, code)))
        .filter(|(day, code)| from < *day && *day < until && line.holds(Some(*code), *day))
        .collect();
    started.sort_unstable();
    let same_day: Vec<_> = started.chunk_by(|a, b| a.0 == b.0).collect();
    let release_days: Vec<_> = same_day.iter().map(|releases| place(releases[0].0)).collect();

    let found = posterior(&strata, &incidents, hyper.phi, hyper.phi_incidents, &release_days);
    let suspect = |(releases, probability): (&&[(Day, u32)], &f64)| {
        let probability = probability / releases.len() as f64;
        releases.iter().map(|(_, release)| Suspect { release: *release, probability }).collect::<Vec<_>>()
    };
    let mut suspects: Vec<Suspect> = Vec::with_capacity(started.len());
    for suspect in same_day.iter().zip(&found.suspects).flat_map(suspect) {
        // A release that came again is one suspect.
        match suspects.iter_mut().find(|known| known.release == suspect.release) {
            Some(known) => known.probability += suspect.probability,
            None => suspects.push(suspect),
        }
    }
    suspects.sort_by(|a, b| b.probability.total_cmp(&a.probability));
    Ok(Some(ChangePoint {
        feature: counts.feature,
        day: from + found.day as Day,
        earliest: from + found.span.0 as Day,
        latest: from + found.span.1 as Day,
        log_bf: found.log_bf,
        called: found.log_bf >= CALLED.ln(),
        suspects,
        posterior: found.posterior,
        first_day: from,
        method: crate::METHOD,
    }))
}

fn series(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    counts: &StratumCounts,
    line: &Line,
    from: Day,
    until: Day,
) -> Series {
    let stratum = &prepared.strata[counts.stratum];
    let (mean, ratio) = hyper.stratum(stratum);
    let mut sums = vec![(0, 0); (until - from) as usize];
    for (release, running) in counts.by_release() {
        let Some(since) = line.since(release) else { continue };
        for (day, [n, levels, _]) in running.daily(from.max(since), until) {
            let sum = &mut sums[(day - from) as usize];
            *sum = (sum.0 + n, sum.1 + levels);
        }
    }
    let days = sums.into_iter().map(|(n, levels)| stratum.ruler.mean(n, levels)).collect();
    Series { variance: ratio * mean * (1.0 - mean), days }
}

/// A stratum day by day.
#[derive(Clone, Debug)]
pub struct Series {
    /// Variance of one response.
    pub variance: f64,
    /// Responses and their mean utility on each day.
    pub days: Vec<(f64, f64)>,
}

/// The probability of a change on each day of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Posterior {
    /// The most likely day, counted from 0; "day t" is a change between day t - 1 and day t.
    pub day: usize,
    /// Evidence that anything changed.
    pub log_bf: f64,
    /// First and last of the likeliest days that hold 90 %.
    pub span: (usize, usize),
    /// Probability from each release's day to the next release's.
    pub suspects: Vec<f64>,
    /// Probability of each day.
    pub posterior: Vec<f64>,
}

/// A single change point (Smith 1975) in responses and incidents together. All series have as many days as
/// `incidents`, at least two; `release_days` are distinct and ascending.
///
/// ```text
/// responses:   -1/2 ln(1 + g I) + 1/2 S^2 g / (1 + g I),  g = 0.10^2
///            I_s = (n_l n_r / (n_l + n_r)) / (phi r m (1 - m)),  S = sum_s I_s (y_r - y_l)
/// incidents: gamma-Poisson likelihood, two rates against one
/// prior:     half even over days, half on release days
/// ```
pub fn posterior(
    strata: &[Series],
    incidents: &[Rate],
    phi: f64,
    phi_incidents: f64,
    release_days: &[usize],
) -> Posterior {
    let days = incidents.len();
    let mut log_bf = log_bf_feedback(strata, days, phi);
    for (total, incidents) in log_bf.iter_mut().zip(log_bf_incidents(incidents, phi_incidents)) {
        *total += incidents;
    }

    let releases: Vec<_> = release_days.iter().copied().filter(|day| (1..days).contains(day)).collect();
    let even = 1.0 / (days as f64 - 1.0);
    let mut prior = vec![if releases.is_empty() { even } else { 0.5 * even }; days];
    for day in &releases {
        prior[*day] += 0.5 / releases.len() as f64;
    }
    let joint: Vec<_> = log_bf.iter().zip(&prior).skip(1).map(|(bf, prior)| bf + prior.ln()).collect();
    let log_bf = log_sum_exp(&joint);
    let posterior: Vec<_> =
        std::iter::once(0.0).chain(joint.iter().map(|joint| (joint - log_bf).exp())).collect();

    let mut likeliest: Vec<_> = (0..days).collect();
    likeliest.sort_by(|a, b| posterior[*b].total_cmp(&posterior[*a]));
    let (mut held, mut span) = (0.0, (likeliest[0], likeliest[0]));
    for day in &likeliest {
        span = (span.0.min(*day), span.1.max(*day));
        held += posterior[*day];
        if held >= LEVEL {
            break;
        }
    }
    let ends = releases.iter().skip(1).copied().chain([days]);
    let suspects =
        releases.iter().zip(ends).map(|(from, until)| posterior[*from..until].iter().sum()).collect();
    Posterior { day: likeliest[0], log_bf, span, suspects, posterior }
}

fn log_bf_feedback(strata: &[Series], days: usize, phi: f64) -> Vec<f64> {
    let (mut information, mut surprise) = (vec![0.0; days], vec![0.0; days]);
    for series in strata {
        let all =
            series.days.iter().fold((0.0, 0.0), |(n, sum), (answers, y)| (n + answers, sum + answers * y));
        let (mut n, mut sum) = (0.0, 0.0);
        for day in 1..days {
            let (answers, y) = series.days[day - 1];
            (n, sum) = (n + answers, sum + answers * y);
            let after = all.0 - n;
            if n > 0.0 && after > 0.0 {
                let i = n * after / (n + after) / (phi * series.variance);
                information[day] += i;
                surprise[day] += i * ((all.1 - sum) / after - sum / n);
            }
        }
    }
    let g = SD_CHANGE * SD_CHANGE;
    let log_bf = |(i, s): (&f64, &f64)| -0.5 * (g * i).ln_1p() + 0.5 * s * s * g / (1.0 + g * i);
    information.iter().zip(&surprise).map(log_bf).collect()
}

fn log_bf_incidents(days: &[Rate], phi: f64) -> Vec<f64> {
    let all = days.iter().fold((0.0, 0.0), |(n, x), day| (n + day.incidents / phi, x + day.exposure / phi));
    if all.1 <= 0.0 {
        return vec![0.0; days.len()];
    }
    let scale = SHAPE * all.1 / all.0.max(0.5);
    let likelihood = |n: f64, x: f64| {
        SHAPE * scale.ln() - lgamma(SHAPE) + lgamma(SHAPE + n) - (SHAPE + n) * (scale + x).ln()
    };
    let together = likelihood(all.0, all.1);
    let (mut n, mut x) = (0.0, 0.0);
    let mut log_bf = vec![0.0];
    for day in &days[..days.len() - 1] {
        (n, x) = (n + day.incidents / phi, x + day.exposure / phi);
        log_bf.push(likelihood(n, x) + likelihood(all.0 - n, all.1 - x) - together);
    }
    log_bf
}
