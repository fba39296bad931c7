//! Changes of the daily counts, from which scores are computed. They change with the rows that they count, in
//! the same transaction, by addition; recomputed from the rows, they are the same.

pub mod log;

use std::collections::BTreeMap;

use ballroom_entity::{
    exposure_daily, feedback_daily,
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
    incident_daily,
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Value};

use crate::store::{Bulk, BulkColumn};

/// A key of `feedback_daily`, in the order of the table's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedbackKey {
    /// The product.
    pub product: ProductId,
    /// The feature; none: the product as a whole.
    pub feature: FeatureId,
    /// The release that the responses name, or none.
    pub release: ReleaseId,
    /// The segment, or none.
    pub segment: SegmentId,
    /// The scale.
    pub scale: ScaleId,
    /// The day in the product's time zone.
    pub day: NaiveDate,
    /// Steps above the scale's minimum.
    pub level: i32,
}

/// A key of `incident_daily`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IncidentKey {
    /// The product.
    pub product: ProductId,
    /// The feature; none: the product as a whole.
    pub feature: FeatureId,
    /// The release it is attributed to, none, or "not caused by a change".
    pub release: ReleaseId,
    /// 1 to 4.
    pub severity: i16,
    /// The day in the product's time zone.
    pub day: NaiveDate,
}

/// The sums of `incident_daily`; they add up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct IncidentSums {
    /// Incidents opened.
    pub opened: i64,
    /// Change of affected customers, if their number is known.
    pub affected_change: i64,
    /// Change of open incidents whose number of customers is unknown.
    pub unknown_change: i64,
}

/// A key of `exposure_daily`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExposureKey {
    /// The product.
    pub product: ProductId,
    /// The feature; none: the product as a whole.
    pub feature: FeatureId,
    /// The segment, or none.
    pub segment: SegmentId,
    /// The day in the product's time zone.
    pub day: NaiveDate,
}

/// Sums to add to the daily counts, in the order of the keys.
#[derive(Debug, Default, PartialEq)]
pub struct Changes {
    pub(crate) feedback: BTreeMap<FeedbackKey, i64>,
    pub(crate) incidents: BTreeMap<IncidentKey, IncidentSums>,
    pub(crate) exposure: BTreeMap<ExposureKey, i64>,
}

/// Maximum number of keys per statement that removes empty rows.
const EMPTY_KEYS: usize = 50;

impl Changes {
    /// Adds responses to a key (removes them, if negative).
    pub fn feedback(&mut self, key: FeedbackKey, answers: i64) {
        *self.feedback.entry(key).or_default() += answers;
    }

    /// Adds sums to a key.
    pub fn incident(&mut self, key: IncidentKey, sums: IncidentSums) {
        let total = self.incidents.entry(key).or_default();
        total.opened += sums.opened;
        total.affected_change += sums.affected_change;
        total.unknown_change += sums.unknown_change;
    }

    /// Adds active customers to a key.
    pub fn exposure(&mut self, key: ExposureKey, customers: i64) {
        *self.exposure.entry(key).or_default() += customers;
    }

    /// The first day on which anything changes.
    pub fn first_day(&self) -> Option<NaiveDate> {
        let feedback = self.feedback.keys().map(|key| key.day);
        let incidents = self.incidents.keys().map(|key| key.day);
        feedback.chain(incidents).chain(self.exposure.keys().map(|key| key.day)).min()
    }

    /// Without the sums that are zero.
    fn without_zeros(mut self) -> Self {
        self.feedback.retain(|_, answers| *answers != 0);
        self.incidents.retain(|_, sums| *sums != IncidentSums::default());
        self.exposure.retain(|_, customers| *customers != 0);
        self
    }

    /// The sums that differ from zero, in the order of the keys.
    pub(super) fn into_parts(
        self,
    ) -> (BTreeMap<FeedbackKey, i64>, BTreeMap<IncidentKey, IncidentSums>, BTreeMap<ExposureKey, i64>) {
        let Self { feedback, incidents, exposure } = self.without_zeros();
        (feedback, incidents, exposure)
    }

    /// The number of sums.
    fn len(&self) -> usize {
        self.feedback.len() + self.incidents.len() + self.exposure.len()
    }

    /// Adds them to the tables, and to the [log]; a key whose sums become zero has no row. `anew`: the tables were
    /// emptied before.
    pub async fn write(
        self,
        db: &impl ConnectionTrait,
        (organization, revision, at): (OrganizationId, i64, DateTime<Utc>),
        anew: bool,
    ) -> Result<(), DbErr> {
        let sums = self.without_zeros();
        if sums.len() == 0 && !anew {
            return Ok(());
        }
        log::append(db, (organization, revision, at), Some(&sums).filter(|_| !anew)).await?;
        let Self { feedback, incidents, exposure } = sums;
        write_feedback(db, organization, feedback).await?;
        write_incidents(db, organization, incidents).await?;
        write_exposure(db, organization, exposure).await
    }
}

async fn write_feedback(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    sums: BTreeMap<FeedbackKey, i64>,
) -> Result<(), DbErr> {
    let table = Bulk::into(
        "feedback_daily",
        "ON CONFLICT (organization_id, product_id, feature_id, release_id, segment_id, scale_id, day, level)
         DO UPDATE SET answers = feedback_daily.answers + excluded.answers",
        vec![
            BulkColumn::uuid("organization_id"),
            BulkColumn::uuid("product_id"),
            BulkColumn::uuid("feature_id"),
            BulkColumn::uuid("release_id"),
            BulkColumn::uuid("segment_id"),
            BulkColumn::uuid("scale_id"),
            BulkColumn::date("day"),
            BulkColumn::integer("level"),
            BulkColumn::big_integer("answers"),
        ],
    );
    let shrunk: Vec<FeedbackKey> = sums.iter().filter(|(_, n)| **n < 0).map(|(key, _)| *key).collect();
    let rows = sums.into_iter().map(|(key, answers)| {
        vec![
            uuid(organization.0),
            uuid(key.product.0),
            uuid(key.feature.0),
            uuid(key.release.0),
            uuid(key.segment.0),
            uuid(key.scale.0),
            Value::ChronoDate(Some(key.day)),
            Value::Int(Some(key.level)),
            Value::BigInt(Some(answers)),
        ]
    });
    table.insert(db, rows.collect()).await?;
    use feedback_daily::Column;
    for keys in shrunk.chunks(EMPTY_KEYS) {
        let any = keys.iter().fold(Condition::any(), |any, key| {
            any.add(
                Condition::all()
                    .add(Column::ProductId.eq(key.product))
                    .add(Column::FeatureId.eq(key.feature))
                    .add(Column::ReleaseId.eq(key.release))
                    .add(Column::SegmentId.eq(key.segment))
                    .add(Column::ScaleId.eq(key.scale))
                    .add(Column::Day.eq(key.day))
                    .add(Column::Level.eq(key.level)),
            )
        });
        feedback_daily::Entity::delete_many()
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::Answers.eq(0))
            .filter(any)
            .exec(db)
            .await?;
    }
    Ok(())
}

async fn write_incidents(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    sums: BTreeMap<IncidentKey, IncidentSums>,
) -> Result<(), DbErr> {
    let table = Bulk::into(
        "incident_daily",
        "ON CONFLICT (organization_id, product_id, feature_id, release_id, severity, day)
         DO UPDATE SET opened = incident_daily.opened + excluded.opened,
             affected_change = incident_daily.affected_change + excluded.affected_change,
             unknown_change = incident_daily.unknown_change + excluded.unknown_change",
        vec![
            BulkColumn::uuid("organization_id"),
            BulkColumn::uuid("product_id"),
            BulkColumn::uuid("feature_id"),
            BulkColumn::uuid("release_id"),
            BulkColumn::small_integer("severity"),
            BulkColumn::date("day"),
            BulkColumn::big_integer("opened"),
            BulkColumn::big_integer("affected_change"),
            BulkColumn::big_integer("unknown_change"),
        ],
    );
    // Signs differ from column to column, so any key may have become empty. Incidents are few.
    let keys: Vec<IncidentKey> = sums.keys().copied().collect();
    let rows = sums.into_iter().map(|(key, sums)| {
        vec![
            uuid(organization.0),
            uuid(key.product.0),
            uuid(key.feature.0),
            uuid(key.release.0),
            Value::SmallInt(Some(key.severity)),
            Value::ChronoDate(Some(key.day)),
            Value::BigInt(Some(sums.opened)),
            Value::BigInt(Some(sums.affected_change)),
            Value::BigInt(Some(sums.unknown_change)),
        ]
    });
    table.insert(db, rows.collect()).await?;
    use incident_daily::Column;
    for keys in keys.chunks(EMPTY_KEYS) {
        let any = keys.iter().fold(Condition::any(), |any, key| {
            any.add(
                Condition::all()
                    .add(Column::ProductId.eq(key.product))
                    .add(Column::FeatureId.eq(key.feature))
                    .add(Column::ReleaseId.eq(key.release))
                    .add(Column::Severity.eq(key.severity))
                    .add(Column::Day.eq(key.day)),
            )
        });
        incident_daily::Entity::delete_many()
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::Opened.eq(0))
            .filter(Column::AffectedChange.eq(0))
            .filter(Column::UnknownChange.eq(0))
            .filter(any)
            .exec(db)
            .await?;
    }
    Ok(())
}

async fn write_exposure(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    sums: BTreeMap<ExposureKey, i64>,
) -> Result<(), DbErr> {
    let table = Bulk::into(
        "exposure_daily",
        "ON CONFLICT (organization_id, product_id, feature_id, segment_id, day)
         DO UPDATE SET active_customers = exposure_daily.active_customers + excluded.active_customers",
        vec![
            BulkColumn::uuid("organization_id"),
            BulkColumn::uuid("product_id"),
            BulkColumn::uuid("feature_id"),
            BulkColumn::uuid("segment_id"),
            BulkColumn::date("day"),
            BulkColumn::big_integer("active_customers"),
        ],
    );
    let shrunk: Vec<ExposureKey> = sums.iter().filter(|(_, n)| **n < 0).map(|(key, _)| *key).collect();
    let rows = sums.into_iter().map(|(key, customers)| {
        vec![
            uuid(organization.0),
            uuid(key.product.0),
            uuid(key.feature.0),
            uuid(key.segment.0),
            Value::ChronoDate(Some(key.day)),
            Value::BigInt(Some(customers)),
        ]
    });
    table.insert(db, rows.collect()).await?;
    use exposure_daily::Column;
    for keys in shrunk.chunks(EMPTY_KEYS) {
        let any = keys.iter().fold(Condition::any(), |any, key| {
            any.add(
                Condition::all()
                    .add(Column::ProductId.eq(key.product))
                    .add(Column::FeatureId.eq(key.feature))
                    .add(Column::SegmentId.eq(key.segment))
                    .add(Column::Day.eq(key.day)),
            )
        });
        exposure_daily::Entity::delete_many()
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::ActiveCustomers.eq(0))
            .filter(any)
            .exec(db)
            .await?;
    }
    Ok(())
}

fn uuid(id: uuid::Uuid) -> Value {
    Value::Uuid(Some(id))
}
