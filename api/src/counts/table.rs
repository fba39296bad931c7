//! The three tables of daily counts: their keys and sums, and how sums are added to them.

use std::collections::BTreeMap;

use ballroom_entity::{exposure_daily, feedback_daily, id::OrganizationId, incident_daily};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, IdenStatic, Iterable, ModelTrait,
    PrimaryKeyToColumn, QueryFilter,
};

use super::{CodedKey, ExposureKey, IncidentKey, IncidentSums};
use crate::store::{Bulk, Together};

/// Maximum number of keys per statement that removes empty rows.
const EMPTY_KEYS: usize = 50;

/// A table of daily counts. Its primary key is the organization and the key; all other columns are sums.
pub(crate) trait Daily: EntityTrait {
    /// The key, in the order of the table's key.
    type Key: Copy + Ord;
    /// The sums of a key.
    type Sums: Copy;

    /// The row of a key.
    fn row(organization: OrganizationId, key: Self::Key, sums: Self::Sums) -> Self::Model;

    /// The key and the sums of a row.
    fn entry(row: &Self::Model) -> (Self::Key, Self::Sums);

    /// Whether all sums of a key may be zero after these were added.
    fn may_empty(sums: &Self::Sums) -> bool;
}

impl Daily for feedback_daily::Entity {
    type Key = CodedKey;
    type Sums = i64;

    fn row(organization_id: OrganizationId, key: CodedKey, answers: i64) -> feedback_daily::Model {
        let CodedKey { feature, day, release, segment, scale, level } = key;
        feedback_daily::Model {
            organization_id,
            feature_code: feature,
            day,
            release_code: release,
            segment_code: segment,
            scale_code: scale,
            level,
            answers,
        }
    }

    fn entry(row: &feedback_daily::Model) -> (CodedKey, i64) {
        let key = CodedKey {
            feature: row.feature_code,
            day: row.day,
            release: row.release_code,
            segment: row.segment_code,
            scale: row.scale_code,
            level: row.level,
        };
        (key, row.answers)
    }

    fn may_empty(answers: &i64) -> bool {
        *answers < 0
    }
}

impl Daily for incident_daily::Entity {
    type Key = IncidentKey;
    type Sums = IncidentSums;

    fn row(organization_id: OrganizationId, key: IncidentKey, sums: IncidentSums) -> incident_daily::Model {
        let IncidentKey { product, feature, release, severity, day } = key;
        let IncidentSums { opened, affected_change, unknown_change } = sums;
        incident_daily::Model {
            organization_id,
            product_id: product,
            feature_id: feature,
            release_id: release,
            severity,
            day,
            opened,
            affected_change,
            unknown_change,
        }
    }

    fn entry(row: &incident_daily::Model) -> (IncidentKey, IncidentSums) {
        let key = IncidentKey {
            product: row.product_id,
            feature: row.feature_id,
            release: row.release_id,
            severity: row.severity,
            day: row.day,
        };
        let sums = IncidentSums {
            opened: row.opened,
            affected_change: row.affected_change,
            unknown_change: row.unknown_change,
        };
        (key, sums)
    }

    /// Signs differ from column to column, so any key may have become empty. Incidents are few.
    fn may_empty(_: &IncidentSums) -> bool {
        true
    }
}

impl Daily for exposure_daily::Entity {
    type Key = ExposureKey;
    type Sums = i64;

    fn row(organization_id: OrganizationId, key: ExposureKey, customers: i64) -> exposure_daily::Model {
        let ExposureKey { product, feature, segment, day } = key;
        exposure_daily::Model {
            organization_id,
            product_id: product,
            feature_id: feature,
            segment_id: segment,
            day,
            active_customers: customers,
        }
    }

    fn entry(row: &exposure_daily::Model) -> (ExposureKey, i64) {
        let key = ExposureKey {
            product: row.product_id,
            feature: row.feature_id,
            segment: row.segment_id,
            day: row.day,
        };
        (key, row.active_customers)
    }

    fn may_empty(customers: &i64) -> bool {
        *customers < 0
    }
}

/// Adds sums to a table, together with other rows once those are sent; a key whose sums become zero has no row.
pub(super) async fn add<T: Daily>(
    db: &impl ConnectionTrait,
    together: &mut Together,
    organization: OrganizationId,
    sums: BTreeMap<T::Key, T::Sums>,
) -> Result<(), DbErr> {
    if sums.is_empty() {
        return Ok(());
    }
    let shrunk = sums.iter().filter(|(_, sums)| T::may_empty(sums));
    let shrunk: Vec<_> = shrunk.map(|(key, sums)| T::row(organization, *key, *sums)).collect();
    let values = |row: T::Model| T::Column::iter().map(|column| row.get(column)).collect();
    let rows = sums.into_iter().map(|(key, sums)| values(T::row(organization, key, sums)));
    together.insert(db, &upsert::<T>(), rows.collect()).await?;
    if !shrunk.is_empty() {
        together.send(db).await?;
    }
    for rows in shrunk.chunks(EMPTY_KEYS) {
        let with_key = |row: &T::Model| {
            key::<T>().fold(Condition::all(), |all, column| all.add(column.eq(row.get(column))))
        };
        let any = rows.iter().fold(Condition::any(), |any, row| any.add(with_key(row)));
        let empty = sum_columns::<T>().fold(Condition::all(), |all, column| all.add(column.eq(0)));
        T::delete_many().filter(empty).filter(any).exec(db).await?;
    }
    Ok(())
}

fn upsert<T: Daily>() -> Bulk {
    let table = T::default().as_str();
    let key: Vec<_> = key::<T>().map(|column| column.as_str()).collect();
    let sums = sum_columns::<T>().map(|column| column.as_str());
    let sums: Vec<_> = sums.map(|sum| format!("{sum} = {table}.{sum} + excluded.{sum}")).collect();
    let conflict = format!("ON CONFLICT ({}) DO UPDATE SET {}", key.join(", "), sums.join(", "));
    Bulk::into::<T>(conflict, T::Column::iter())
}

/// The columns of the key, the first of which is the organization.
fn key<T: Daily>() -> impl Iterator<Item = T::Column> {
    T::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column)
}

fn sum_columns<T: Daily>() -> impl Iterator<Item = T::Column> {
    T::Column::iter().filter(|column| T::PrimaryKey::from_column(*column).is_none())
}
