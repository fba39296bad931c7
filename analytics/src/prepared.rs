//! Prepared facts: validated, with the release of each row resolved, and summed. Created once ([`Facts::prepare`]), updated
//! incrementally ([`Prepared::apply`]), read by all scores.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::facts::{Day, IncidentRow, Release, Scale, Stratum};
use crate::labels::Labels;
use crate::levels::{LevelKey, Levels};
use crate::release::Timeline;
use crate::running::{Discounted, Running};
use crate::utility::{Moments, Ruler, Sums};

/// Half-life in days of a feature's own history (METHOD 3).
pub(crate) const HALF_LIFE: f64 = 90.0;

/// One organization's daily counts, ready for any number of questions. Copies share the large parts.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    pub(crate) scales: Arc<[Scale]>,
    pub(crate) releases: Arc<Vec<Release>>,
    /// For each release, whether its first day is found by its responses.
    pub(crate) undeclared: Arc<[bool]>,
    pub(crate) features: Vec<Arc<FeatureCounts>>,
    pub(crate) segments: u32,
    pub(crate) min_answers: u32,
    /// By the code that identifies a product's features.
    pub(crate) products: HashMap<u32, Arc<ProductCounts>>,
    /// Every stratum with a response, in the order of its codes.
    pub(crate) strata: Vec<KnownStratum>,
}

/// The counts of a product, over its features.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ProductCounts {
    /// How many responses name a release.
    pub(crate) answer_labels: Labels,
    /// How many incidents name a release.
    pub(crate) incident_labels: Labels,
    /// The incidents as reported: those that name no release are reassigned when the releases' first days move.
    pub(crate) incidents: Vec<IncidentRow>,
    /// The first day of an incident.
    pub(crate) first_incident: Option<Day>,
}

/// Assigns the responses of a product that name no release to one.
pub(crate) struct Given<'a> {
    product: u32,
    labels: Option<&'a Labels>,
    timeline: Timeline<'a>,
}

/// A stratum and how to read its levels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct KnownStratum {
    pub(crate) stratum: Stratum,
    pub(crate) ruler: Ruler,
    /// The day of its first response, so that a past day does not know of strata to come.
    pub(crate) first_day: Day,
}

/// The counts of one feature.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct FeatureCounts {
    pub(crate) product: u32,
    pub(crate) whole: bool,
    /// The first day of any row.
    pub(crate) first_day: Option<Day>,
    /// All responses.
    pub(crate) levels: Levels,
    /// Their sums, in the order of the strata; only strata with responses.
    pub(crate) answers: Vec<StratumCounts>,
    /// In the order of the days.
    pub(crate) incidents: Vec<IncidentDay>,
    pub(crate) exposure: Exposure,
}

/// Responses of one feature in one stratum.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StratumCounts {
    /// Index into [`Prepared::strata`].
    pub(crate) stratum: usize,
    pub(crate) all: Running<3>,
    discounted: Discounted,
    releases: Vec<(Option<u32>, Running<3>)>,
}

/// Incidents of one day, release and kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct IncidentDay {
    pub(crate) day: Day,
    pub(crate) release: Option<u32>,
    pub(crate) no_change: bool,
    pub(crate) opened: i64,
    pub(crate) spoiled: f64,
}

/// Active customers of one feature.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Exposure {
    pub(crate) total: Running<1>,
    pub(crate) segments: Vec<(u32, Running<1>)>,
}

impl Default for Exposure {
    fn default() -> Self {
        Self { total: Running::of([]), segments: Vec::new() }
    }
}

impl StratumCounts {
    pub(crate) fn new(stratum: usize) -> Self {
        let all = Running::of([]);
        Self { stratum, discounted: Discounted::of(&all, HALF_LIFE), all, releases: Vec::new() }
    }

    /// The responses of one feature, summed by stratum and by their resolved release.
    pub(crate) fn of(
        levels: &Levels,
        strata: &[KnownStratum],
        release_of: impl Fn(&LevelKey) -> Option<u32>,
    ) -> Vec<Self> {
        let mut counts: Vec<Self> = Vec::new();
        // The rows are in the order of the days, so each series grows at its end.
        for (key, count) in levels.all() {
            let stratum = strata.partition_point(|known| known.stratum < key.stratum);
            let place = counts.binary_search_by_key(&stratum, |known| known.stratum);
            let place = place.unwrap_or_else(|place| {
                counts.insert(place, Self::new(stratum));
                place
            });
            counts[place].count(release_of(&key), key.day, sums_of(key.level, count));
        }
        for counts in &mut counts {
            counts.discounted = Discounted::of(&counts.all, HALF_LIFE);
        }
        counts
    }

    fn count(&mut self, release: Option<u32>, day: Day, sums: [i64; 3]) -> usize {
        let place = self.all.add(day, sums);
        let of_release = match self.releases.binary_search_by_key(&release, |(release, _)| *release) {
            Ok(at) => at,
            Err(at) => {
                self.releases.insert(at, (release, Running::of([])));
                at
            }
        };
        self.releases[of_release].1.add(day, sums);
        if self.releases[of_release].1.is_empty() {
            self.releases.remove(of_release);
        }
        place
    }

    /// Adds `count` responses, which may be negative, to a day.
    pub(crate) fn add(&mut self, release: Option<u32>, day: Day, level: u32, count: i64) {
        let place = self.count(release, day, sums_of(level, count));
        self.discounted.follow(&self.all, place);
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
        let at = self.releases.binary_search_by_key(&release, |(release, _)| *release).ok()?;
        Some(&self.releases[at].1)
    }
}

/// Responses, their levels and their squared levels.
fn sums_of(level: u32, count: i64) -> [i64; 3] {
    let level = i64::from(level);
    [count, count * level, count * level * level]
}

impl<'a> Given<'a> {
    /// The release of a response: the named one, else the newest declared one if hardly any response names one.
    pub(crate) fn release(&self, key: &LevelKey) -> Option<u32> {
        let newest = || {
            self.labels.filter(|labels| labels.hardly_any(key.day))?;
            self.timeline.live_or_earlier(self.product, key.day)
        };
        key.label.or_else(newest)
    }
}

impl Exposure {
    /// Adds active customers, which may be negative, of a segment on a day.
    pub(crate) fn add(&mut self, segment: u32, day: Day, active: i64) {
        self.total.add(day, [active]);
        let of_segment = match self.segments.binary_search_by_key(&segment, |(segment, _)| *segment) {
            Ok(at) => at,
            Err(at) => {
                self.segments.insert(at, (segment, Running::of([])));
                at
            }
        };
        self.segments[of_segment].1.add(day, [active]);
        if self.segments[of_segment].1.is_empty() {
            self.segments.remove(of_segment);
        }
    }

    /// Customer-days of a window.
    pub(crate) fn between(&self, from: Day, until: Day) -> f64 {
        self.total.between(from, until)[0] as f64
    }
}

impl FeatureCounts {
    fn bytes(&self) -> usize {
        let sums = |series: &Running<3>| 28 * series.days().len();
        let of_stratum = |counts: &StratumCounts| {
            // There are as many discounted sums as undiscounted ones.
            let releases: usize = counts.releases.iter().map(|(_, series)| sums(series)).sum();
            2 * sums(&counts.all) + releases
        };
        let exposure =
            self.exposure.segments.iter().map(|(_, series)| 12 * series.days().len()).sum::<usize>();
        let incidents = self.incidents.len() * size_of::<IncidentDay>();
        self.levels.bytes() + self.answers.iter().map(of_stratum).sum::<usize>() + exposure + incidents
    }

    pub(crate) fn earliest(&self) -> Option<Day> {
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

    /// The first day of a release: as declared, else that on which its own responses show it in real use; none if
    /// it was never in use.
    pub fn release_first_day(&self, release: u32) -> Option<Day> {
        self.releases.get(release as usize)?.first_day
    }

    /// The same as it was known by a day: of a release that was taken back and came again later, the first day of the time
    /// that it was in by then.
    pub fn release_first_day_as_of(&self, release: u32, day: Day) -> Option<Day> {
        let facts = self.releases.get(release as usize)?;
        facts.as_of(day).map_or(facts.first_day, |then| then.first_day)
    }

    /// The [previous](Self::previous) release, as it was known by a day.
    pub fn previous_as_of(&self, release: u32, day: Day) -> Option<u32> {
        self.as_of(release, day).as_ref().unwrap_or(self).previous(release)
    }

    /// All that is known, with a release as it was by a day; none where it is as it is now.
    pub(crate) fn as_of(&self, release: u32, day: Day) -> Option<Self> {
        let then = self.releases.get(release as usize)?.as_of(day)?;
        let mut prepared = self.clone();
        Arc::make_mut(&mut prepared.releases)[release as usize] = then;
        Some(prepared)
    }

    /// The release before one: the one that it was made from, else the newest that began earlier, be it on the same day.
    pub fn previous(&self, release: u32) -> Option<u32> {
        let facts = self.releases.get(release as usize)?;
        match facts.ancestors.as_deref() {
            Some([parent, ..]) => Some(*parent),
            _ => Timeline::of(&self.releases).before(release),
        }
    }

    /// Customers who used a feature on a day; 0 if not recorded.
    pub fn active_customers(&self, feature: u32, day: Day) -> i64 {
        let feature = self.features.get(feature as usize);
        feature.map_or(0, |feature| feature.exposure.total.between(day, day + 1)[0])
    }

    /// The first day on which a response names each release, for releases that any names.
    pub fn first_answers(&self) -> HashMap<u32, Day> {
        let mut first_days: HashMap<u32, Day> = HashMap::new();
        for (key, _) in self.features.iter().flat_map(|feature| feature.levels.all()) {
            if let Some(release) = key.label {
                let first = first_days.entry(release).or_insert(key.day);
                *first = key.day.min(*first);
            }
        }
        first_days
    }

    /// Approximate size in bytes, including the parts shared with copies.
    pub fn bytes(&self) -> usize {
        self.features.iter().map(|feature| feature.bytes()).sum()
    }

    /// The first day of any row of a feature.
    pub fn first_day(&self, feature: u32) -> Option<Day> {
        self.features.get(feature as usize)?.first_day
    }

    /// Every stratum that has a response, in the order of its codes.
    pub fn strata(&self) -> Vec<Stratum> {
        self.strata.iter().map(|s| s.stratum).collect()
    }

    /// The first day of any incident of a product; none if none are recorded.
    pub(crate) fn first_incident(&self, product: u32) -> Option<Day> {
        self.products.get(&product)?.first_incident
    }

    /// Share of a product's incidents of the days before a day that name their release; 1 without incidents.
    pub(crate) fn labelled_incidents(&self, product: u32, until: Day) -> f64 {
        self.products.get(&product).map_or(1.0, |counts| counts.incident_labels.share_until(until))
    }

    /// Whether most responses of one of two spans of days belong to a release because they name it, and those of the other
    /// because they were assigned to it.
    pub(crate) fn labels_changed(&self, product: u32, before: Range<Day>, after: Range<Day>) -> bool {
        let Some(counts) = self.products.get(&product) else { return false };
        let shares = [before, after].map(|days| counts.answer_labels.assigned(days));
        matches!(shares, [Some(before), Some(after)] if (before - after).abs() > 0.5)
    }

    /// The assignment of the product's responses that name no release.
    pub(crate) fn given(&self, product: u32) -> Given<'_> {
        let labels = self.products.get(&product).map(|counts| &counts.answer_labels);
        Given { product, labels, timeline: Timeline::declared_of(&self.releases, product) }
    }

    pub(crate) fn feature(&self, code: u32) -> Result<&FeatureCounts> {
        find(&self.features, "feature", code).map(AsRef::as_ref)
    }

    pub(crate) fn release(&self, code: u32) -> Result<&Release> {
        find(&self.releases, "release", code)
    }

    /// The strata known on a past day; all of them if none are.
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
