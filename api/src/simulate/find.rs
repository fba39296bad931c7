//! Comparison of the scores with the effects in the simulated world.

use ballroom_analytics::regression::{Control, RegressionScore, Verdict};
use ballroom_entity::id::FeatureId;
use chrono::Days;

use super::{Truth, TruthKind, World};
use crate::{
    base::error::Error,
    domain::access::Report,
    report::{
        finding::name,
        terminal::{release::ReleaseVerdicts, value::ValueReport},
    },
    score::{Cell, Period, Scores},
};

/// The findings of the scores in a world.
pub struct Findings {
    /// The value of every feature in the last 90 days.
    pub values: ValueReport,
    /// The verdicts on every release.
    pub verdicts: ReleaseVerdicts,
    /// Every simulated effect with the finding.
    pub truths: Vec<Found>,
}

/// A simulated effect with the finding.
pub struct Found {
    /// The effect.
    pub truth: Truth,
    /// Whether the scores agree.
    pub agrees: bool,
    /// The finding.
    pub says: String,
}

/// Scores a stored world as of its last day.
pub async fn find(scores: &Scores, by: Report, world: &World) -> Result<Findings, Error> {
    let as_of = world.last_day;
    let snapshot = scores.snapshot(by, as_of).await?;
    let product = snapshot.dimensions.product("product", world.product.key)?.clone();
    let period = Period { from: as_of - Days::new(89), until: as_of + Days::new(1) };
    let cell = Cell { period, release: None, segment: None, as_of };
    let (snapshot, values) = scores.value_report(by, as_of, product.id, cell).await?;
    let values = ValueReport::new(&snapshot, &product.name, (cell, as_of + Days::new(1), false), &values);

    let mut verdicts = ReleaseVerdicts::default();
    let mut scored: Vec<(String, FeatureId, RegressionScore)> = Vec::new();
    for release in snapshot.dimensions.releases_of(product.id) {
        let (snapshot, report) = scores.regression(by, as_of, release.id, as_of).await?;
        let Some(report) = report else { continue };
        verdicts.add(&snapshot, &report);
        scored.extend(
            report
                .features
                .into_iter()
                .map(|score| (release.version.clone(), snapshot.feature_of(&score), score)),
        );
    }

    let feature = |key: Option<&str>| {
        let found = key.map(|key| snapshot.dimensions.feature(product.id, "feature", key));
        found.transpose().map(|row| row.map_or(FeatureId::NONE, |row| row.id))
    };
    let mut truths = Vec::new();
    for truth in &world.truths {
        let about = feature(truth.feature)?;
        let here: Vec<_> = scored
            .iter()
            .filter(|(release, feature, _)| {
                truth.release.is_none_or(|one| one == release)
                    && (truth.feature.is_none() || *feature == about)
            })
            .map(|(_, _, score)| score)
            .collect();
        let regressed = here.iter().filter(|score| score.verdict == Verdict::Regressed).count();
        let (agrees, says) = match truth.kind {
            TruthKind::Regression | TruthKind::Improvement => {
                let wanted = match truth.kind {
                    TruthKind::Regression => Verdict::Regressed,
                    _ => Verdict::Improved,
                };
                match here.first() {
                    Some(RegressionScore { verdict, score, .. }) => {
                        (*verdict == wanted, format!("{} (score {score:.0})", name(*verdict)))
                    }
                    None => (false, "nothing".to_owned()),
                }
            }
            TruthKind::CommonDrift => {
                let shared = here.iter().filter(|score| score.control == Some(Control::Shared));
                let moved: Vec<_> = shared.filter_map(|score| score.controlled.as_ref()).collect();
                let shift = moved.first().map_or(0.0, |controlled| controlled.common_shift.estimate);
                let found = regressed == 0 && !moved.is_empty();
                (
                    found,
                    format!(
                        "{regressed} of {} features regressed; {} declined no more than features that the release does not touch ({shift:+.1})",
                        here.len(),
                        moved.len(),
                    ),
                )
            }
            TruthKind::MixShift => {
                (regressed == 0, format!("{regressed} of {} features regressed", here.len()))
            }
            TruthKind::FewAnswers => {
                let entry = values.features.iter().find(|entry| entry.feature.as_deref() == truth.feature);
                match entry.map(|entry| entry.rank) {
                    Some(Some(rank)) => (rank > 1, format!("rank {rank}")),
                    Some(None) => (true, "not enough responses to rank".to_owned()),
                    None => (false, "nothing".to_owned()),
                }
            }
            TruthKind::SlowDrift => {
                (regressed == 0, format!("{regressed} of {} releases regressed", here.len()))
            }
        };
        truths.push(Found { truth: truth.clone(), agrees, says });
    }
    Ok(Findings { values, verdicts, truths })
}

impl Findings {
    /// Whether every effect was found.
    pub fn all_agree(&self) -> bool {
        self.truths.iter().all(|found| found.agrees)
    }

    /// The effects and the findings, for people.
    pub fn truths_table(&self) -> String {
        let mut text = "Simulated effects and findings\n".to_owned();
        for Found { truth, agrees, says } in &self.truths {
            let mark = if *agrees { "found " } else { "MISSED" };
            text.push_str(&format!("  {mark}  {}\n          → {says}\n", truth.sentence));
        }
        text
    }
}
