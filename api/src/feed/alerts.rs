//! Alerts: bursts of incidents that begin.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use ballroom_analytics::{
    Day,
    alert::{Alert, AlertKind},
};
use ballroom_entity::{
    id::{FeatureId, ProductId},
    product,
};
use chrono::NaiveDate;

use super::{
    Channel, Shared,
    monitor::{Computed, Monitor},
};
use crate::{
    base::error::Error,
    domain::access::Report,
    score::{Period, Snapshot},
    store::Dimensions,
};

/// Age limit of alerts that are sent, in days: older ones are history.
const DAYS: u64 = 14;

/// Maximum number of days between two alerts of the same burst.
const MAX_GAP_DAYS: Day = 7;

/// A new alert.
pub struct AlertBegun {
    /// The product.
    pub product: ProductId,
    /// The feature; `NONE`: the product with all its features.
    pub feature: FeatureId,
    /// The alert.
    pub alert: Alert,
    /// The snapshot that it was computed from.
    pub snapshot: Arc<Snapshot>,
}

impl Computed for AlertBegun {
    /// The first days of the alerts of each product, feature and kind.
    type KnownState = HashMap<(ProductId, FeatureId, AlertKind), HashSet<Day>>;

    const NAME: &'static str = "alerts";

    /// The alerts of the last days that do not continue a known one: a burst is sent once, however long it
    /// lasts and whichever of its weeks is the most unlikely in the end.
    async fn compare(
        shared: &Shared,
        by: Report,
        _: &Dimensions,
        known: &mut Self::KnownState,
        product: &product::Model,
        today: NaiveDate,
    ) -> Result<Vec<Self>, Error> {
        let period = Period::last(DAYS, today);
        let (snapshot, alerts) = shared.scores.alerts(by, today, product.id, period).await?;
        let mut begun = Vec::new();
        for alert in alerts {
            let feature = snapshot.feature_of(&alert);
            let first_days = known.entry((product.id, feature, alert.kind)).or_default();
            let goes_on = first_days.iter().any(|known| (known - alert.first_day).abs() <= MAX_GAP_DAYS);
            first_days.insert(alert.first_day);
            if !goes_on {
                begun.push(Self { product: product.id, feature, alert, snapshot: snapshot.clone() });
            }
        }
        Ok(begun)
    }

    fn keep(_: &Dimensions, known: &mut Self::KnownState, wanted: &[ProductId]) {
        known.retain(|(product, ..), _| wanted.contains(product));
    }

    fn of(channel: &mut Channel) -> &mut Option<Arc<Monitor<Self>>> {
        &mut channel.alerts
    }
}
