//! Facts made ready: checked, every row's release resolved, counts summed up. Made once, read by all scores.

use std::collections::HashMap;
use std::ops::Range;

use polars::frame::DataFrame;

use crate::error::{Error, Result};
use crate::facts::{Day, Facts, Release, Scale, Stratum};
use crate::frame::{self, Answers, Incidents};
use crate::labels::{Labels, find_first_days};
use crate::release::Timeline;
use crate::running::{Discounted, Running};
use crate::utility::{Moments, Ruler, Sums};

/// Half-life in days of a feature's own history (METHOD 3).
pub(crate) const HALF_LIFE: f64 = 90.0;

/// One organization's daily counts, ready for any number of questions.
#[derive(Clone, Debug)]
pub struct Prepared {
    pub(crate) scales: Vec<Scale>,
    pub(crate) releases: Vec<Release>,
    pub(crate) features: Vec<FeatureCounts>,
    pub(crate) segments: u32,
    pub(crate) min_answers: u32,
    /// The first day of an incident, by product.
    first_incidents: HashMap<u32, Day>,
    /// How many responses of each product name a release.
    answer_labels: Labels,
    /// How many incidents of each product name a release.
    pub(crate) incident_labels: Labels,
    /// Every stratum with a response, in the order of its codes.
    pub(crate) strata: Vec<KnownStratum>,
    /// The responses with their releases resolved, one row per level, for figures that need levels.
    pub(crate) answers: DataFrame,
}

/// A stratum and how to read its levels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownStratum {
    pub(crate) stratum: Stratum,
    pub(crate) ruler: Ruler,
    /// The day of its first response, so that a past day does not know of strata to come.
    pub(crate) first_day: Day,
}

/// What is counted of one feature.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeatureCounts {
    pub(crate) product: u32,
    pub(crate) whole: bool,
    /// The first day of any row.
    pub(crate) first_day: Option<Day>,
    /// In the order of the strata; only those with responses.
    pub(crate) answers: Vec<StratumCounts>,
    /// In the order of the days.
    pub(crate) incidents: Vec<IncidentDay>,
    pub(crate) exposure: Exposure,
}

/// Responses of one feature in one stratum.
#[derive(Clone, Debug)]
pub(crate) struct StratumCounts {
    /// Index into [`Prepared::strata`].
    pub(crate) stratum: usize,
    pub(crate) all: Running<3>,
    discounted: Discounted,
    releases: Vec<(Option<u32>, Running<3>)>,
}

/// Incidents of one day, release and kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IncidentDay {
    pub(crate) day: Day,
    pub(crate) release: Option<u32>,
    pub(crate) no_change: bool,
    pub(crate) opened: i64,
    pub(crate) spoiled: f64,
}

/// Active customers of one feature.
#[derive(Clone, Debug)]
pub(crate) struct Exposure {
    pub(crate) total: Running<1>,
    pub(crate) segments: Vec<(u32, Running<1>)>,
}

impl Default for Exposure {
    fn default() -> Self {
        Self { total: Running::of([]), segments: Vec::new() }
    }
}

impl Facts {
    /// Checks the facts, resolves the release of each row and sums the counts up.
    pub fn prepare(mut self) -> Result<Prepared> {
        for scale in &self.scales {
            scale.check()?;
        }
        self.check_releases()?;
        if self.segments == 0 {
            return Err(Error::Invalid { column: "segments", reason: "must be at least 1, for code 0" });
        }
        frame::check_answers(&self)?;
        let tallies = frame::tallies(&self)?;
        let labels = Labels::of(&self.features, &tallies);
        find_first_days(&mut self.releases, &tallies, &labels);
        let answers = frame::answers(&self, &labels)?;
        let incidents = frame::incident_days(&self)?;
        let incident_labels = Labels::of(&self.features, &frame::incident_tallies(&self)?);
        let exposure = frame::exposure_days(&self)?;

        let strata = known_strata(&self.scales, &answers.summed);
        let mut features: Vec<_> = self
            .features
            .iter()
            .map(|f| FeatureCounts { product: f.product, whole: f.whole, ..FeatureCounts::default() })
            .collect();
        for rows in answers.summed.chunk_by(|a, b| a.feature == b.feature) {
            features[rows[0].feature as usize].answers = rows
                .chunk_by(|a, b| a.stratum == b.stratum)
                .map(|rows| StratumCounts::of(rows, &strata))
                .collect();
        }
        for Incidents { feature, day } in incidents {
            features[feature as usize].incidents.push(day);
        }
        for rows in exposure.chunk_by(|a, b| a.feature == b.feature) {
            features[rows[0].feature as usize].exposure = Exposure::of(rows);
        }
        for feature in &mut features {
            feature.first_day = feature.earliest();
        }
        let mut first_incidents: HashMap<u32, Day> = HashMap::new();
        for feature in &features {
            if let Some(first) = feature.incidents.iter().find(|incident| incident.opened > 0) {
                let known = first_incidents.entry(feature.product).or_insert(first.day);
                *known = first.day.min(*known);
            }
        }
        Ok(Prepared {
            first_incidents,
            answer_labels: labels,
            incident_labels,
            scales: self.scales,
            releases: self.releases,
            features,
            segments: self.segments,
            min_answers: self.min_answers,
            strata,
            answers: answers.levels,
        })
    }

    fn check_releases(&self) -> Result<()> {
        let check = |column, named: Option<&u32>, known: usize| match named {
            Some(code) if *code as usize >= known => {
                Err(Error::Unknown { column, code: u64::from(*code), known: known as u64 })
            }
            _ => Ok(()),
        };
        let ancestors = self.releases.iter().flat_map(|r| r.ancestors.iter().flatten());
        check("ancestors", ancestors.max(), self.releases.len())?;
        check("touched", self.releases.iter().flat_map(|r| &r.touched).max(), self.features.len())
    }
}

fn known_strata(scales: &[Scale], rows: &[Answers]) -> Vec<KnownStratum> {
    let mut first_days: HashMap<Stratum, Day> = HashMap::new();
    for row in rows {
        let first = first_days.entry(row.stratum).or_insert(row.day);
        *first = row.day.min(*first);
    }
    let mut strata: Vec<_> = first_days
        .into_iter()
        .map(|(stratum, first_day)| KnownStratum {
            stratum,
            ruler: Ruler::of(&scales[stratum.scale as usize]),
            first_day,
        })
        .collect();
    strata.sort_by_key(|s| s.stratum);
    strata
}

impl StratumCounts {
    fn of(rows: &[Answers], strata: &[KnownStratum]) -> Self {
        let stratum = strata.partition_point(|s| s.stratum < rows[0].stratum);
        let releases: Vec<_> = rows
            .chunk_by(|a, b| a.release == b.release)
            .map(|rows| (rows[0].release, Running::of(rows.iter().map(|r| (r.day, r.sums)))))
            .collect();
        let all = match &releases[..] {
            [(_, only)] => only.clone(),
            _ => {
                let mut days: Vec<_> = rows.iter().map(|r| (r.day, r.sums)).collect();
                days.sort_by_key(|(day, _)| *day);
                Running::of(days)
            }
        };
        let discounted = Discounted::of(&all, HALF_LIFE);
        Self { stratum, all, discounted, releases }
    }

    /// Responses of a window, of one release or of all.
    pub(crate) fn sums(&self, release: Option<u32>, from: Day, until: Day) -> Sums<i64> {
        match release {
            None => Sums(self.all.between(from, until)),
            Some(_) => Sums(self.of_release(release).map_or([0; 3], |r| r.between(from, until))),
        }
    }

    /// Responses of a window, each weighted by its age on the day `at`.
    pub(crate) fn discounted(&self, from: Day, until: Day, at: Day) -> Sums<f64> {
        Sums(self.discounted.between(&self.all, from, until, at))
    }

    /// The responses of each release.
    pub(crate) fn by_release(&self) -> impl Iterator<Item = (Option<u32>, &Running<3>)> {
        self.releases.iter().map(|(release, running)| (*release, running))
    }

    /// Responses of a window that belong to no release: they are on neither side of a verdict.
    pub(crate) fn unlabelled(&self, from: Day, until: Day) -> Sums<i64> {
        Sums(self.of_release(None).map_or([0; 3], |r| r.between(from, until)))
    }

    pub(crate) fn of_release(&self, release: Option<u32>) -> Option<&Running<3>> {
        self.releases.iter().find(|(r, _)| *r == release).map(|(_, running)| running)
    }
}

impl Exposure {
    fn of(rows: &[frame::Exposures]) -> Self {
        let segments: Vec<_> = rows
            .chunk_by(|a, b| a.segment == b.segment)
            .map(|rows| (rows[0].segment, Running::of(rows.iter().map(|r| (r.day, [r.active])))))
            .collect();
        let mut days: Vec<_> = rows.iter().map(|r| (r.day, [r.active])).collect();
        days.sort_by_key(|(day, _)| *day);
        Self { total: Running::of(days), segments }
    }

    /// Customer-days of a window.
    pub(crate) fn between(&self, from: Day, until: Day) -> f64 {
        self.total.between(from, until)[0] as f64
    }
}

impl FeatureCounts {
    fn earliest(&self) -> Option<Day> {
        let answers = self.answers.iter().filter_map(|s| s.all.days().first());
        let incidents = self.incidents.first().map(|i| &i.day);
        answers.chain(incidents).chain(self.exposure.total.days().first()).min().copied()
    }

    /// The incidents of `from <= day < until`.
    pub(crate) fn incidents(&self, from: Day, until: Day) -> &[IncidentDay] {
        let low = self.incidents.partition_point(|i| i.day < from);
        let high = self.incidents.partition_point(|i| i.day < until);
        &self.incidents[low..high.max(low)]
    }
}

impl Prepared {
    /// The features of a product, in the order of their codes.
    pub fn features_of(&self, product: u32) -> Vec<u32> {
        (0..).zip(&self.features).filter(|(_, f)| f.product == product).map(|(code, _)| code).collect()
    }

    /// The first day of a release: as declared, else that on which its own responses show it in real use; none where
    /// it never was.
    pub fn release_first_day(&self, release: u32) -> Option<Day> {
        self.releases.get(release as usize)?.first_day
    }

    /// The release before one: the one that it was made from, else the newest that began earlier, be it on the same day.
    pub fn previous(&self, release: u32) -> Option<u32> {
        let facts = self.releases.get(release as usize)?;
        match facts.ancestors.as_deref() {
            Some([parent, ..]) => Some(*parent),
            _ => Timeline::of(&self.releases).before(release),
        }
    }

    /// The first day of any row of a feature.
    pub fn first_day(&self, feature: u32) -> Option<Day> {
        self.features.get(feature as usize)?.first_day
    }

    /// Every stratum that has a response, in the order of its codes.
    pub fn strata(&self) -> Vec<Stratum> {
        self.strata.iter().map(|s| s.stratum).collect()
    }

    /// The first day of any incident of a product; none where nobody records them.
    pub(crate) fn first_incident(&self, product: u32) -> Option<Day> {
        self.first_incidents.get(&product).copied()
    }

    /// Whether the responses of one of two spans of days name releases and those of the other hardly ever do.
    pub(crate) fn labels_changed(&self, product: u32, before: Range<Day>, after: Range<Day>) -> bool {
        let shares = [before, after].map(|days| self.answer_labels.unlabelled_days(product, days));
        matches!(shares, [Some(before), Some(after)] if (before - after).abs() > 0.5)
    }

    pub(crate) fn feature(&self, code: u32) -> Result<&FeatureCounts> {
        find(&self.features, "feature", code)
    }

    pub(crate) fn release(&self, code: u32) -> Result<&Release> {
        find(&self.releases, "release", code)
    }

    /// The strata that a past day knows of; all of them where it knows none.
    pub(crate) fn strata_known(&self, as_of: Day) -> Vec<usize> {
        let known: Vec<_> = (0..self.strata.len()).filter(|s| self.strata[*s].first_day <= as_of).collect();
        if known.is_empty() { (0..self.strata.len()).collect() } else { known }
    }

    /// The moments of a stratum's responses in a window.
    pub(crate) fn moments(&self, counts: &StratumCounts, from: Day, until: Day) -> Moments {
        self.strata[counts.stratum].ruler.moments(counts.sums(None, from, until))
    }
}

fn find<'a, T>(table: &'a [T], column: &'static str, code: u32) -> Result<&'a T> {
    let unknown = Error::Unknown { column, code: u64::from(code), known: table.len() as u64 };
    table.get(code as usize).ok_or(unknown)
}
