//! The change point: the day on which the experience changed, and the suspect releases (METHOD 6).

mod posterior;

use std::ops::Range;

pub use posterior::{Posterior, Series, posterior};

use crate::error::Result;
use crate::evidence::Rate;
use crate::facts::{Day, Release};
use crate::prepared::{FeatureCounts, IncidentDay, Prepared, StratumCounts};
use crate::prior::Hyperparameters;
use crate::regression::BASELINE_DAYS;

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
    /// Natural logarithm of the evidence of any change.
    pub log_bf: f64,
    /// Whether the change is reported: a Bayes factor of 20 or more.
    pub called: bool,
    /// All releases of the period, the most probable first. Releases of one day share its probability.
    pub suspects: Vec<Suspect>,
    /// The probability of each day of the series, from `first_day` on.
    pub posterior: Vec<f64>,
    /// The first day of the series.
    pub first_day: Day,
    /// The method's version.
    pub method: &'static str,
}

/// A release that may have caused the change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suspect {
    /// The release's code.
    pub release: u32,
    /// Probability that the change began between its first day and the next release, if there was one.
    pub probability: f64,
    /// The most probable first day of the new state in this time.
    pub day: Day,
}

impl ChangePoint {
    /// The suspects to show: those of 1 % or more, at most ten; none if no change is reported.
    pub fn listed(&self) -> &[Suspect] {
        let listed = self
            .suspects
            .iter()
            .take(MAX_SUSPECTS)
            .take_while(|s| self.called && s.probability >= MIN_PROBABILITY);
        &self.suspects[..listed.count()]
    }

    /// The probability of everything else: of releases that are not listed, and of days before any release of the period.
    pub fn other_probability(&self) -> f64 {
        (1.0 - self.listed().iter().map(|s| s.probability).sum::<f64>()).clamp(0.0, 1.0)
    }
}

/// Minimum probability of a suspect to list.
const MIN_PROBABILITY: f64 = 0.01;
/// Maximum number of suspects to list.
const MAX_SUSPECTS: usize = 10;
/// Length of a series in days.
const SERIES_DAYS: Day = 180;
/// Minimum Bayes factor of a change to report.
const MIN_BAYES_FACTOR: f64 = 20.0;

/// The change point of a feature in the 180 days up to `as_of`; none if fewer than two days are known.
/// Incidents known not to come from a change are left out, because a release could not have caused them.
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
/// mix of features is not a change. `whole` is the feature that stands for the product as a whole: its exposure is the
/// product's; if it has none, all features' exposures are added.
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

/// The change point of a feature in the rows that a release's verdict is based on: its own and those of its declared
/// ancestors, or of all releases if it declares none. Other lines have no influence. `as_of` is the last day of the verdict.
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
    let rows = declared.map_or(Rows::AnyRelease, Rows::Of);
    // From the first day of the baseline, whatever the day of the verdict: an earlier decline does not fade from its sight.
    let from = facts.first_day.map_or(Day::MIN, |first_day| first_day - BASELINE_DAYS);
    let line = Line { rows, from, judged: Some(Judged::of(release, facts)) };
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
    let line = Line { rows: Rows::Of(vec![previous]), from, judged: Some(Judged::of(release, facts)) };
    let counts =
        Counts { feature, parts: vec![prepared.feature(feature)?], exposure: prepared.feature(feature)? };
    find(prepared, hyper, &counts, &line, as_of)
}

/// The counts in which a change is searched.
struct Counts<'a> {
    /// The feature, or the product as a whole.
    feature: u32,
    parts: Vec<&'a FeatureCounts>,
    /// The feature whose customers are the exposure.
    exposure: &'a FeatureCounts,
}

impl Counts<'_> {
    fn first_day(&self) -> Option<Day> {
        self.parts.iter().filter_map(|part| part.first_day).min()
    }

    /// Customers of each day from `from` on; none if no customers are known.
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

/// The rows in which a change is searched.
struct Line {
    rows: Rows,
    /// The first day of the rows.
    from: Day,
    /// The release that is judged by them; its own rows belong to them, too.
    judged: Option<Judged>,
}

/// A release that is judged: its own rows belong to those that are searched, and no later release is a suspect, because none can have
/// caused what the responses to this one say.
struct Judged {
    release: u32,
    first_day: Day,
    /// The first day of its own rows: its first responses, or its latest first day if it was withdrawn and shipped again.
    own_from: Day,
}

impl Judged {
    fn of(release: u32, facts: &Release) -> Self {
        let first_day = facts.first_day.unwrap_or(Day::MAX);
        Self { release, first_day, own_from: facts.came_again().unwrap_or(Day::MIN) }
    }
}

/// The releases whose rows are searched.
enum Rows {
    /// All.
    All,
    /// Those that belong to any release: the rows of verdicts.
    AnyRelease,
    /// Those of these releases.
    Of(Vec<u32>),
}

impl Line {
    fn all() -> Self {
        Self { rows: Rows::All, from: Day::MIN, judged: None }
    }

    /// The days of a release's rows; none: its rows are left out.
    fn days(&self, release: Option<u32>) -> Option<Range<Day>> {
        let judged = self.judged.as_ref();
        if let Some(judged) = judged.filter(|judged| release == Some(judged.release)) {
            return Some(judged.own_from..Day::MAX);
        }
        let of_line = match (&self.rows, release) {
            (Rows::All, _) | (Rows::AnyRelease, Some(_)) => true,
            (Rows::Of(line), Some(release)) => line.contains(&release),
            (_, None) => false,
        };
        of_line.then_some(Day::MIN..Day::MAX)
    }

    fn holds(&self, release: Option<u32>, day: Day) -> bool {
        self.days(release).is_some_and(|days| days.contains(&day))
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
        .filter(|(day, _)| line.judged.as_ref().is_none_or(|judged| *day <= judged.first_day))
        .collect();
    started.sort_unstable();
    let same_day: Vec<_> = started.chunk_by(|a, b| a.0 == b.0).collect();
    let release_days: Vec<_> = same_day.iter().map(|releases| place(releases[0].0)).collect();

    let found = posterior(&strata, &incidents, hyper.phi, hyper.phi_incidents, &release_days);
    let suspects_of = |place: usize| {
        let (start, releases) = (release_days[place], same_day[place]);
        let end = release_days.get(place + 1).copied().unwrap_or(days);
        let most_probable = (start..end).max_by(|a, b| found.posterior[*a].total_cmp(&found.posterior[*b]));
        let day = from + most_probable.unwrap_or(start) as Day;
        let probability = found.suspects[place] / releases.len() as f64;
        releases.iter().map(move |(_, release)| Suspect { release: *release, probability, day })
    };
    let mut suspects: Vec<Suspect> = Vec::with_capacity(started.len());
    for suspect in (0..same_day.len()).flat_map(suspects_of) {
        // A release that was shipped again is one suspect.
        match suspects.iter_mut().find(|known| known.release == suspect.release) {
            Some(known) => {
                if suspect.probability > known.probability {
                    known.day = suspect.day;
                }
                known.probability += suspect.probability;
            }
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
        called: found.log_bf >= MIN_BAYES_FACTOR.ln(),
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
        let Some(days) = line.days(release) else { continue };
        let days = from.max(days.start)..until.min(days.end);
        if days.is_empty() {
            continue;
        }
        for (day, [n, levels, _]) in running.daily(days.start, days.end) {
            let sum = &mut sums[(day - from) as usize];
            *sum = (sum.0 + n, sum.1 + levels);
        }
    }
    let days = sums.into_iter().map(|(n, levels)| stratum.ruler.mean(n, levels)).collect();
    Series { variance: ratio * mean * (1.0 - mean), days }
}
