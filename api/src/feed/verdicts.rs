//! Changes of verdicts.

use std::{collections::HashMap, sync::Arc};

use ballroom_analytics::regression::{RegressionScore, ReleaseReport, Verdict};
use ballroom_entity::{
    id::{FeatureId, ProductId, ReleaseId},
    product,
};
use chrono::NaiveDate;

use super::{
    Channel, Shared,
    monitor::{Computed, Monitor},
};
use crate::{base::error::Error, domain::access::Report, score::Snapshot, store::Dimensions};

/// Number of days after a release that its verdict considers.
const DAYS: i64 = 90;

/// A changed verdict.
pub struct VerdictChanged {
    /// The product of the release.
    pub product: ProductId,
    /// The release.
    pub release: ReleaseId,
    /// The feature; `NONE`: the product as a whole.
    pub feature: FeatureId,
    /// The previous verdict, if any.
    pub before: Option<Verdict>,
    /// The score with the new verdict.
    pub score: RegressionScore,
    /// The verdicts on all features of the release, of which it is one.
    pub report: Arc<ReleaseReport>,
    /// The snapshot that it was computed from.
    pub snapshot: Arc<Snapshot>,
    /// The day as of which, in the product's time zone.
    pub today: NaiveDate,
}

impl Computed for VerdictChanged {
    type KnownState = HashMap<(ReleaseId, FeatureId), Verdict>;

    const NAME: &'static str = "verdicts";

    /// The verdicts on a product's recent releases.
    async fn compare(
        shared: &Shared,
        by: Report,
        _dimensions: &Dimensions,
        known: &mut Self::KnownState,
        product: &product::Model,
        today: NaiveDate,
    ) -> Result<Vec<Self>, Error> {
        let mut changes = Vec::new();
        let snapshot = shared.scores.snapshot(by, today).await?;
        for release in recent(&snapshot, product.id, today) {
            let (snapshot, report) = shared.scores.regression(by, today, release, today).await?;
            let Some(report) = report.map(Arc::new) else { continue };
            for score in report.features.iter().cloned() {
                let feature = snapshot.feature_of(&score);
                let before = known.get(&(release, feature)).copied();
                if before != Some(score.verdict) {
                    let (report, snapshot) = (report.clone(), snapshot.clone());
                    let product = product.id;
                    changes.push(Self { product, release, feature, before, score, report, snapshot, today });
                }
            }
        }
        // Only now: if one of the computations fails, the changes found by others are found again.
        known.extend(changes.iter().map(|change| ((change.release, change.feature), change.score.verdict)));
        Ok(changes)
    }

    fn keep(dimensions: &Dimensions, known: &mut Self::KnownState, wanted: &[ProductId]) {
        known.retain(|(release, _), _| {
            dimensions.releases.get(release).is_some_and(|release| wanted.contains(&release.product_id))
        });
    }

    fn of(channel: &mut Channel) -> &mut Option<Arc<Monitor<Self>>> {
        &mut channel.verdicts
    }
}

/// The releases of a product within the days that a verdict considers.
fn recent(snapshot: &Snapshot, product: ProductId, today: NaiveDate) -> Vec<ReleaseId> {
    let age = |first: NaiveDate| (today - first).num_days();
    let is_young = |first| (0..DAYS).contains(&age(first));
    let releases = snapshot.dimensions.releases_of(product).into_iter().map(|release| release.id);
    releases.filter(|release| snapshot.first_day(*release).is_some_and(is_young)).collect()
}
