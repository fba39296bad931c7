//! Exposure: the number of customers who use a feature on a day.

mod list;
mod restore;

use std::collections::{BTreeMap, HashMap};

use ballroom_entity::{
    exposure::{Column, Entity, Model},
    id::{FeatureId, SegmentId},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, Iterable, QueryFilter};

pub(crate) use restore::restore_in;

pub use crate::counts::ExposureKey;
pub use list::{ExposureFilter, ExposurePlace, ExposureSort, Exposures, changes};

use super::{access::Contribute, check, sent::Outcome};
use crate::{
    base::error::Error,
    store::{Bulk, Store, values},
    transaction::{Event, Total, Transaction},
};

/// A figure to record; it replaces the figure of the same source, feature, segment and day.
#[derive(Clone, Debug, Default)]
pub struct NewExposure {
    /// The product, by ID or key.
    pub product: String,
    /// The feature, by ID or key; none: the product as a whole.
    pub feature: Option<String>,
    /// The segment, by ID or key.
    pub segment: Option<String>,
    /// The day in the product's time zone.
    pub day: NaiveDate,
    /// Customers who used it on that day.
    pub active_customers: i64,
    /// The system that counted; the caller's name if not given. The sources of a day add up.
    pub source: Option<String>,
}

/// A figure that was recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The row.
    pub exposure: Model,
    /// The outcome.
    pub outcome: Outcome,
    /// The figure before; none: there was none.
    pub before: Option<i64>,
}

/// Records figures, each separately.
pub async fn record(
    store: &Store,
    by: Contribute,
    source: &str,
    items: Vec<NewExposure>,
    at: DateTime<Utc>,
) -> Result<Vec<Result<Recorded, Error>>, Error> {
    check::batch("items", items.len())?;
    let mut tx = store.begin(by.organization(), at).await?;
    let results = record_in(&mut tx, source, items).await?;
    tx.commit().await?;
    Ok(results)
}

/// The same inside a transaction.
pub(crate) async fn record_in(
    tx: &mut Transaction,
    source: &str,
    items: Vec<NewExposure>,
) -> Result<Vec<Result<Recorded, Error>>, Error> {
    let rows: Vec<Result<Model, Error>> = items.iter().map(|item| row(tx, source, item)).collect();
    let mut there = stored(tx, rows.iter().flatten()).await?;
    let mut changed: BTreeMap<(ExposureKey, String), Model> = BTreeMap::new();
    let mut results = Vec::with_capacity(rows.len());
    for row in rows {
        results.push(row.map(|mut row| {
            let known = there.insert((key(&row), row.source.clone()), row.clone());
            let before = known.as_ref().map(|known| known.active_customers);
            let outcome = match before {
                None => Outcome::Created,
                Some(before) if before == row.active_customers => Outcome::Unchanged,
                Some(_) => Outcome::Updated,
            };
            if let (Outcome::Unchanged, Some(known)) = (outcome, known) {
                row.updated_at = known.updated_at;
                there.insert((key(&row), row.source.clone()), row.clone());
            } else {
                tx.counts.exposure(key(&row), row.active_customers - before.unwrap_or(0));
                changed.insert((key(&row), row.source.clone()), row.clone());
            }
            Recorded { exposure: row, outcome, before }
        }));
    }
    if !changed.is_empty() {
        tx.emit(Event::ExposureRecorded(Total(changed.len() as u64)));
    }
    write(tx, changed.into_values()).await?;
    Ok(results)
}

/// The key of the daily counts under which a figure counts.
pub(crate) fn key(row: &Model) -> ExposureKey {
    ExposureKey { product: row.product_id, feature: row.feature_id, segment: row.segment_id, day: row.day }
}

fn row(tx: &Transaction, source: &str, item: &NewExposure) -> Result<Model, Error> {
    let dimensions = tx.dimensions();
    let product = dimensions.product("product", &item.product)?.id;
    let feature = match &item.feature {
        Some(feature) => dimensions.feature(product, "feature", feature)?.id,
        None => FeatureId::NONE,
    };
    let segment = match &item.segment {
        Some(segment) => dimensions.segment("segment", segment)?.id,
        None => SegmentId::NONE,
    };
    Ok(Model {
        organization_id: tx.organization(),
        product_id: product,
        feature_id: feature,
        segment_id: segment,
        day: check::past_day("day", item.day, tx.at)?,
        source: check::line("source", item.source.as_deref().unwrap_or(source), 64)?,
        active_customers: check::customers("activeCustomers", item.active_customers)?,
        updated_at: Some(tx.at),
    })
}

/// The stored figures with the keys of the rows (and some others).
async fn stored(
    tx: &Transaction,
    rows: impl Iterator<Item = &Model>,
) -> Result<HashMap<(ExposureKey, String), Model>, Error> {
    let mut by_product: BTreeMap<_, Vec<&Model>> = BTreeMap::new();
    for row in rows {
        by_product.entry(row.product_id).or_default().push(row);
    }
    let mut there = HashMap::new();
    for (product, rows) in by_product {
        let mut features: Vec<FeatureId> = rows.iter().map(|row| row.feature_id).collect();
        features.sort_unstable();
        features.dedup();
        let first = rows.iter().map(|row| row.day).min().unwrap_or_default();
        let last = rows.iter().map(|row| row.day).max().unwrap_or_default();
        for some in features.chunks(500) {
            let stored = Entity::owned_by(tx.organization())
                .filter(Column::ProductId.eq(product))
                .filter(Column::FeatureId.is_in(some.iter().copied()))
                .filter(Column::Day.between(first, last));
            for row in stored.all(tx.db()).await? {
                there.insert((key(&row), row.source.clone()), row);
            }
        }
    }
    Ok(there)
}

async fn write(tx: &Transaction, rows: impl Iterator<Item = Model>) -> Result<(), Error> {
    let columns: Vec<Column> = Column::iter().collect();
    let table = Bulk::into::<Entity>(
        "ON CONFLICT (organization_id, product_id, feature_id, segment_id, day, source)
         DO UPDATE SET active_customers = excluded.active_customers, updated_at = excluded.updated_at",
        columns.iter().copied(),
    );
    let rows = rows.map(|row| values(&row, &columns));
    table.insert(tx.db(), rows.collect()).await?;
    Ok(())
}
