//! Incremental changes of prepared counts: the scores of a busy organization follow its responses at the cost of the new
//! ones only. In any order of changes, the result equals that of preparing all facts at once, to the last digit.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::facts::{ExposureRow, FeedbackRow, IncidentRow, Stratum};
use crate::levels::LevelKey;
use crate::prepared::{KnownStratum, Prepared, StratumCounts};
use crate::utility::Ruler;

/// Counts to add to the known ones.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Changes {
    /// Responses; negative counts are removed.
    pub feedback: Vec<FeedbackRow>,
    /// Active customers; negative counts are removed.
    pub exposure: Vec<ExposureRow>,
    /// Products by the code that identifies their features, each with all its current incidents.
    pub incidents: Vec<(u32, Vec<IncidentRow>)>,
}

impl Prepared {
    /// Applies changes of counts. Changes of scales, segments, features and releases require a new preparation.
    /// After an error, `self` must not be used.
    pub fn apply(&mut self, changes: Changes) -> Result<()> {
        let mut touched = BTreeSet::new();
        let mut to_give = BTreeSet::new();
        let mut to_sum = BTreeSet::new();
        changes.feedback.iter().try_for_each(|row| self.check(row))?;
        let assigned = self.assigned(&changes.feedback);
        for row in &changes.feedback {
            let product = self.features[row.feature as usize].product;
            let counts = Arc::make_mut(self.products.entry(product).or_default());
            if counts.answer_labels.add(row.day, row.release.is_some(), row.count) {
                to_sum.insert(product);
            }
            touched.insert(row.feature);
        }
        // A response may be taken away together with those that decide whether it is assigned to a release.
        let now = self.assigned(&changes.feedback);
        for (row, _) in
            changes.feedback.iter().zip(assigned.iter().zip(&now)).filter(|(_, (was, is))| was != is)
        {
            to_sum.insert(self.features[row.feature as usize].product);
        }
        self.know_strata(changes.feedback.iter().filter(|row| row.count > 0));
        self.add_answers(&changes.feedback, &to_sum)?;
        for row in changes.exposure {
            let feature = Arc::make_mut(self.feature_mut(row.feature)?);
            feature.exposure.add(row.segment, row.day, row.active);
            touched.insert(row.feature);
        }
        for product in touched_products(self, &changes.feedback) {
            if self.find_first_days(product) {
                // Rows that name no release may now be assigned to another one.
                to_give.insert(product);
                to_sum.insert(product);
            }
        }
        to_sum.iter().for_each(|product| self.sum_answers(*product));
        for (product, rows) in changes.incidents {
            to_give.remove(&product);
            self.set_incidents(product, rows);
            touched.extend(self.features_of(product));
        }
        to_give.iter().for_each(|product| self.give_incidents(*product));
        for code in touched {
            let first_day = self.features[code as usize].earliest();
            if self.features[code as usize].first_day != first_day {
                Arc::make_mut(&mut self.features[code as usize]).first_day = first_day;
            }
        }
        self.forget_strata();
        Ok(())
    }

    /// Whether each response names no release and is assigned to one.
    fn assigned(&self, rows: &[FeedbackRow]) -> Vec<bool> {
        let labels = |row: &FeedbackRow| self.products.get(&self.features[row.feature as usize].product);
        let hardly_any = |row: &FeedbackRow| labels(row).is_some_and(|c| c.answer_labels.hardly_any(row.day));
        rows.iter().map(|row| row.release.is_none() && hardly_any(row)).collect()
    }

    fn check(&self, row: &FeedbackRow) -> Result<()> {
        let known = |column, code: u32, known: usize| match (code as usize) < known {
            true => Ok(()),
            false => Err(Error::Unknown { column, code: u64::from(code), known: known as u64 }),
        };
        known("feature", row.feature, self.features.len())?;
        known("scale", row.scale, self.scales.len())?;
        known("segment", row.segment, self.segments as usize)?;
        known("release", row.release.unwrap_or(0), self.releases.len().max(1))?;
        known("level", row.level, self.scales[row.scale as usize].levels() as usize)
    }

    fn feature_mut(&mut self, code: u32) -> Result<&mut Arc<crate::prepared::FeatureCounts>> {
        let known = self.features.len() as u64;
        let unknown = Error::Unknown { column: "feature", code: u64::from(code), known };
        self.features.get_mut(code as usize).ok_or(unknown)
    }

    /// Adds responses to the rows and the sums of their features; those of the products `to_sum` are summed later.
    fn add_answers(&mut self, rows: &[FeedbackRow], to_sum: &BTreeSet<u32>) -> Result<()> {
        let mut by_product: BTreeMap<u32, Vec<&FeedbackRow>> = BTreeMap::new();
        for row in rows {
            by_product.entry(self.features[row.feature as usize].product).or_default().push(row);
        }
        for (product, rows) in by_product {
            let releases = {
                let given = self.given(product);
                rows.iter().map(|row| given.release(&LevelKey::from(*row))).collect::<Vec<_>>()
            };
            for (row, release) in rows.into_iter().zip(releases) {
                let key = LevelKey::from(row);
                let stratum = self.strata.partition_point(|known| known.stratum < key.stratum);
                let feature = Arc::make_mut(&mut self.features[row.feature as usize]);
                if !feature.levels.add(key, row.count) {
                    return Err(Error::Invalid { column: "count", reason: "must leave no fewer than none" });
                }
                if !to_sum.contains(&product) {
                    add_to(&mut feature.answers, stratum, |counts| {
                        counts.add(release, row.day, row.level, row.count);
                    });
                }
            }
        }
        Ok(())
    }

    /// Adds strata that had no responses so far.
    fn know_strata<'a>(&mut self, rows: impl Iterator<Item = &'a FeedbackRow>) {
        let mut known: BTreeMap<Stratum, KnownStratum> =
            self.strata.iter().map(|s| (s.stratum, *s)).collect();
        for row in rows {
            let stratum = LevelKey::from(row).stratum;
            let ruler = Ruler::of(&self.scales[stratum.scale as usize]);
            known.entry(stratum).or_insert(KnownStratum { stratum, ruler, first_day: row.day });
        }
        self.set_strata(known.into_values().collect());
    }

    /// Removes strata without responses, and finds the first days of the others.
    fn forget_strata(&mut self) {
        let mut first_days = vec![None; self.strata.len()];
        for counts in self.features.iter().flat_map(|feature| &feature.answers) {
            let first = counts.all.days().first().copied();
            let known: &mut Option<_> = &mut first_days[counts.stratum];
            *known = [*known, first].into_iter().flatten().min();
        }
        let known = self.strata.iter().zip(first_days);
        let known = known.filter_map(|(known, first)| Some(KnownStratum { first_day: first?, ..*known }));
        self.set_strata(known.collect());
    }

    /// Replaces the strata, and updates the indexes of the features.
    fn set_strata(&mut self, strata: Vec<KnownStratum>) {
        let same = |(a, b): (&KnownStratum, &KnownStratum)| a.stratum == b.stratum;
        if strata.len() != self.strata.len() || !strata.iter().zip(&self.strata).all(same) {
            let place = |stratum: Stratum| strata.partition_point(|known| known.stratum < stratum);
            let moved: Vec<_> = self.strata.iter().map(|known| place(known.stratum)).collect();
            for feature in self.features.iter_mut().filter(|feature| !feature.answers.is_empty()) {
                let answers = &mut Arc::make_mut(feature).answers;
                answers.iter_mut().for_each(|counts| counts.stratum = moved[counts.stratum]);
            }
        }
        self.strata = strata;
    }
}

fn touched_products(prepared: &Prepared, rows: &[FeedbackRow]) -> HashSet<u32> {
    rows.iter().map(|row| prepared.features[row.feature as usize].product).collect()
}

/// Adds to the counts of a stratum; empty counts are not stored.
fn add_to(answers: &mut Vec<StratumCounts>, stratum: usize, add: impl FnOnce(&mut StratumCounts)) {
    let place = match answers.binary_search_by_key(&stratum, |counts| counts.stratum) {
        Ok(place) => place,
        Err(place) => {
            answers.insert(place, StratumCounts::new(stratum));
            place
        }
    };
    add(&mut answers[place]);
    if answers[place].all.is_empty() {
        answers.remove(place);
    }
}
