//! From facts to [`Prepared`]: all facts at once.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::facts::{Day, Facts, IncidentRow, Scale, Stratum};
use crate::frame;
use crate::labels::{Labels, first_days};
use crate::levels::{LevelKey, Levels};
use crate::prepared::{FeatureCounts, IncidentDay, KnownStratum, Prepared, ProductCounts, StratumCounts};
use crate::release::Timeline;
use crate::utility::Ruler;

impl Facts {
    /// Validates the facts, resolves the release of each row and sums the counts.
    pub fn prepare(self) -> Result<Prepared> {
        for scale in &self.scales {
            scale.check()?;
        }
        self.check_releases()?;
        if self.segments == 0 {
            return Err(Error::Invalid { column: "segments", reason: "must be at least 1, for code 0" });
        }
        frame::check_answers(&self)?;
        let levels = frame::levels(&self)?;
        let incidents = frame::incident_rows(&self)?;
        let exposure = frame::exposure_days(&self)?;

        let of = |f: &crate::facts::Feature| FeatureCounts {
            product: f.product,
            whole: f.whole,
            ..FeatureCounts::default()
        };
        let mut features: Vec<_> = self.features.iter().map(of).collect();
        for rows in levels.chunk_by(|a, b| a.0 == b.0) {
            features[rows[0].0 as usize].levels =
                Levels::of(rows.iter().map(|(_, key, count)| (*key, *count)));
        }
        for row in exposure {
            features[row.feature as usize].exposure.add(row.segment, row.day, row.active);
        }
        let mut prepared = Prepared {
            strata: known_strata(&self.scales, levels.iter().map(|(_, key, _)| key)),
            scales: self.scales.into(),
            undeclared: self.releases.iter().map(|release| release.is_undeclared()).collect(),
            releases: Arc::new(self.releases),
            products: features.iter().map(|feature| (feature.product, Arc::default())).collect(),
            features: features.into_iter().map(Arc::new).collect(),
            segments: self.segments,
            min_answers: self.min_answers,
        };
        drop(levels);
        let mut by_product: HashMap<u32, Vec<IncidentRow>> = HashMap::new();
        for row in incidents {
            by_product.entry(prepared.features[row.feature as usize].product).or_default().push(row);
        }
        let products: Vec<u32> = prepared.products.keys().copied().collect();
        for product in products {
            prepared.count_labels(product);
            prepared.find_first_days(product);
            prepared.sum_answers(product);
            prepared.set_incidents(product, by_product.remove(&product).unwrap_or_default());
        }
        prepared.features.iter_mut().for_each(|feature| {
            let feature = Arc::make_mut(feature);
            feature.first_day = feature.earliest();
        });
        Ok(prepared)
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

/// The strata of these responses, in the order of their codes.
pub(crate) fn known_strata<'a>(
    scales: &[Scale],
    keys: impl Iterator<Item = &'a LevelKey>,
) -> Vec<KnownStratum> {
    let mut first_days: BTreeMap<Stratum, Day> = BTreeMap::new();
    for key in keys {
        let first = first_days.entry(key.stratum).or_insert(key.day);
        *first = key.day.min(*first);
    }
    let known = |(stratum, first_day): (Stratum, Day)| KnownStratum {
        stratum,
        ruler: Ruler::of(&scales[stratum.scale as usize]),
        first_day,
    };
    first_days.into_iter().map(known).collect()
}

impl Prepared {
    fn product(&mut self, product: u32) -> &mut ProductCounts {
        Arc::make_mut(self.products.entry(product).or_default())
    }

    fn codes_of(&self, product: u32) -> Vec<usize> {
        (0..self.features.len()).filter(|code| self.features[*code].product == product).collect()
    }

    fn count_labels(&mut self, product: u32) {
        let of_product = self.features.iter().filter(|feature| feature.product == product);
        let rows = of_product.flat_map(|feature| feature.levels.all());
        let labels = Labels::of(rows.map(|(key, count)| (key.day, key.label.is_some(), count)));
        self.product(product).answer_labels = labels;
    }

    fn undeclared_of(&self, product: u32) -> Vec<u32> {
        let releases = (0..).zip(self.releases.iter().zip(self.undeclared.iter()));
        let of_product =
            releases.filter(|(_, (release, undeclared))| **undeclared && release.product == product);
        of_product.map(|(code, _)| code).collect()
    }

    /// Finds the first days of the product's undeclared releases. Returns whether one has moved.
    pub(crate) fn find_first_days(&mut self, product: u32) -> bool {
        let Some(counts) = self.products.get(&product) else { return false };
        let of_product = self.features.iter().filter(|feature| feature.product == product);
        let levels = of_product.map(|feature| &feature.levels);
        let found = first_days(&self.undeclared_of(product), levels, &counts.answer_labels);
        let moved = |(release, day): &(u32, Option<Day>)| self.releases[*release as usize].first_day != *day;
        let moved: Vec<_> = found.into_iter().filter(moved).collect();
        if moved.is_empty() {
            return false;
        }
        let releases = Arc::make_mut(&mut self.releases);
        moved.iter().for_each(|(release, day)| releases[*release as usize].first_day = *day);
        true
    }

    /// Sums the responses of the product's features, each with its resolved release.
    pub(crate) fn sum_answers(&mut self, product: u32) {
        let given = self.given(product);
        let codes = self.codes_of(product);
        let summed: Vec<_> = codes
            .iter()
            .map(|code| {
                StratumCounts::of(&self.features[*code].levels, &self.strata, |key| given.release(key))
            })
            .collect();
        for (code, answers) in codes.into_iter().zip(summed) {
            Arc::make_mut(&mut self.features[code]).answers = answers;
        }
    }

    /// Replaces the incidents of a product.
    pub(crate) fn set_incidents(&mut self, product: u32, rows: Vec<IncidentRow>) {
        let caused = rows.iter().filter(|row| !row.no_change && row.opened > 0);
        let mut named: Vec<_> = caused.map(|row| (row.day, row.release.is_some(), row.opened)).collect();
        named.sort_unstable();
        let first_incident = rows.iter().filter(|row| row.opened > 0).map(|row| row.day).min();
        let incident_labels = Labels::of(named);
        let counts = self.product(product);
        (counts.incidents, counts.incident_labels, counts.first_incident) =
            (rows, incident_labels, first_incident);
        self.give_incidents(product);
    }

    /// Assigns the product's incidents to its features; those that name no release are assigned to the newest one of their day.
    pub(crate) fn give_incidents(&mut self, product: u32) {
        let Some(counts) = self.products.get(&product) else { return };
        let timeline = Timeline::of_product(&self.releases, product);
        let mut days: BTreeMap<_, (i64, f64)> = BTreeMap::new();
        for row in &counts.incidents {
            let release = row.release.or_else(|| timeline.live_or_earlier(product, row.day));
            let sums = days.entry((row.feature, row.day, release, row.no_change)).or_default();
            *sums = (sums.0 + row.opened, sums.1 + row.spoiled);
        }
        let mut given: HashMap<u32, Vec<IncidentDay>> = HashMap::new();
        for ((feature, day, release, no_change), (opened, spoiled)) in days {
            given.entry(feature).or_default().push(IncidentDay { day, release, no_change, opened, spoiled });
        }
        for code in self.codes_of(product) {
            let incidents = given.remove(&(code as u32)).unwrap_or_default();
            if self.features[code].incidents != incidents {
                Arc::make_mut(&mut self.features[code]).incidents = incidents;
            }
        }
    }
}
