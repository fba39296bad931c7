//! The log of changes: the changes of transactions to the daily counts, in the order of their revisions. A reader of the
//! counts applies them instead of reading all counts again.

use ballroom_entity::{
    count_change::{Column, Entity},
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, Value,
    prelude::Expr,
    sea_query::{ExprTrait, Func, Query},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Changes, ExposureKey, FeedbackKey, IncidentKey, IncidentSums};
use crate::{
    base::{
        day::{date, day},
        error::Error,
    },
    store::Together,
};

/// Maximum number of sums in an entry. Larger changes are not stored: reading all counts again is no more work.
const MAX_SUMS: usize = 20_000;

/// Time for which entries are stored. Later readers read all counts.
const RETENTION: TimeDelta = TimeDelta::minutes(10);

/// Number of revisions between two deletions of old entries.
const PRUNE_INTERVAL: i64 = 64;

/// The changes since a revision.
#[derive(Debug, PartialEq)]
pub enum Since {
    /// The sums to add.
    Added(Changes),
    /// The changes are no longer stored, or are too many.
    Unknown,
}

/// The stored form of the sums; each ID occurs once.
#[derive(Serialize, Deserialize)]
struct Written {
    ids: Vec<Uuid>,
    feedback: Vec<([u32; 5], i32, i32, i64)>,
    incidents: Vec<([u32; 3], i16, i32, [i64; 3])>,
    exposure: Vec<([u32; 3], i32, i64)>,
}

/// Adds an entry. `sums` are the changes that are not zero; none: all counts were replaced.
pub(super) async fn append(
    db: &impl ConnectionTrait,
    together: &mut Together,
    (organization, revision, at): (OrganizationId, i64, DateTime<Utc>),
    sums: Option<&Changes>,
) -> Result<(), DbErr> {
    let changes = sums.filter(|sums| sums.len() <= MAX_SUMS).map(write);
    let newest = Func::coalesce([
        Expr::SubQuery(
            None,
            Box::new(
                Query::select()
                    .expr(Expr::col(Column::Revision).max())
                    .from(Entity)
                    .and_where(Column::OrganizationId.eq(organization))
                    .to_owned()
                    .into(),
            ),
        ),
        Expr::val(0_i64),
    ]);
    let columns = [
        Column::OrganizationId,
        Column::Revision,
        Column::PreviousRevision,
        Column::Changes,
        Column::CreatedAt,
    ];
    let entry = Query::select()
        .expr(Expr::val(organization.0))
        .expr(Expr::val(revision))
        .expr(newest)
        .expr(Expr::val(Value::Bytes(changes)))
        .expr(Expr::val(at))
        .to_owned();
    let mut insert = Query::insert();
    insert.into_table(Entity).columns(columns);
    insert.select_from(entry).map_err(|error| DbErr::Custom(error.to_string()))?;
    together.add(db, db.get_database_backend().build(&insert)).await?;
    if revision % PRUNE_INTERVAL == 0 {
        // It reads the newest entry before it, which may be one of the deleted.
        together.send(db).await?;
        // The newest entry is kept whatever its age: it tells late readers that entries are missing.
        Entity::delete_many()
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::Revision.lt(revision))
            .filter(Column::CreatedAt.lt(at - RETENTION))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// The changes after a revision.
pub async fn since(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    revision: i64,
) -> Result<Since, Error> {
    let entries = Entity::owned_by(organization)
        .filter(Column::Revision.gt(revision))
        .order_by_asc(Column::Revision)
        .all(db)
        .await?;
    // Entries are deleted from the oldest on, so none is missing if none is missing before the first.
    if entries.first().is_some_and(|first| first.previous_revision > revision) {
        return Ok(Since::Unknown);
    }
    let mut all = Changes::default();
    for entry in entries {
        let Some(changes) = entry.changes else { return Ok(Since::Unknown) };
        read(&changes, &mut all)?;
    }
    Ok(Since::Added(all))
}

fn write(sums: &Changes) -> Vec<u8> {
    let mut ids: Vec<Uuid> = Vec::new();
    let mut place = |id: Uuid| {
        let known = ids.iter().position(|known| *known == id);
        known.unwrap_or_else(|| {
            ids.push(id);
            ids.len() - 1
        }) as u32
    };
    let feedback = sums.feedback.iter().map(|(key, sum)| {
        let ids = [key.product.0, key.feature.0, key.release.0, key.segment.0, key.scale.0].map(&mut place);
        (ids, day(key.day), key.level, *sum)
    });
    let feedback = feedback.collect();
    let incidents = sums.incidents.iter().map(|(key, sums)| {
        let ids = [key.product.0, key.feature.0, key.release.0].map(&mut place);
        (ids, key.severity, day(key.day), [sums.opened, sums.affected_change, sums.unknown_change])
    });
    let incidents = incidents.collect();
    let exposure = sums.exposure.iter().map(|(key, sum)| {
        let ids = [key.product.0, key.feature.0, key.segment.0].map(&mut place);
        (ids, day(key.day), *sum)
    });
    let exposure = exposure.collect();
    let written = Written { ids, feedback, incidents, exposure };
    // Fails only for types that cannot be serialized; these can.
    rmp_serde::to_vec(&written).unwrap_or_default()
}

fn read(entry: &[u8], into: &mut Changes) -> Result<(), Error> {
    let unreadable = |error| Error::internal("cannot read an entry of count_change", error);
    let written: Written = rmp_serde::from_slice(entry).map_err(unreadable)?;
    let id = |place: u32| {
        let id = written.ids.get(place as usize).copied();
        id.ok_or_else(|| {
            Error::Inconsistent(
                "an entry of count_change refers to an ID that it does not contain".to_owned(),
            )
        })
    };
    for ([product, feature, release, segment, scale], on, level, sum) in written.feedback {
        let key = FeedbackKey {
            product: ProductId(id(product)?),
            feature: FeatureId(id(feature)?),
            release: ReleaseId(id(release)?),
            segment: SegmentId(id(segment)?),
            scale: ScaleId(id(scale)?),
            day: date(on),
            level,
        };
        into.feedback(key, sum);
    }
    for ([product, feature, release], severity, on, [opened, affected_change, unknown_change]) in
        written.incidents
    {
        let key = IncidentKey {
            product: ProductId(id(product)?),
            feature: FeatureId(id(feature)?),
            release: ReleaseId(id(release)?),
            severity,
            day: date(on),
        };
        into.incident(key, IncidentSums { opened, affected_change, unknown_change });
    }
    for ([product, feature, segment], on, sum) in written.exposure {
        let key = ExposureKey {
            product: ProductId(id(product)?),
            feature: FeatureId(id(feature)?),
            segment: SegmentId(id(segment)?),
            day: date(on),
        };
        into.exposure(key, sum);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let [product, feature, release, scale] = [1, 2, 3, 4].map(Uuid::from_u128);
        let days = [(2026, 11, 26), (1999, 1, 1)].map(|(y, m, d)| NaiveDate::from_ymd_opt(y, m, d));
        let mut changes = Changes::default();
        for (day, sum) in days.into_iter().flatten().zip([3, -2]) {
            let (product, feature) = (ProductId(product), FeatureId(feature));
            let (release, segment) = (ReleaseId(release), SegmentId::NONE);
            let key =
                FeedbackKey { product, feature, release, segment, scale: ScaleId(scale), day, level: 4 };
            changes.feedback(key, sum);
            let key = IncidentKey { product, feature: FeatureId::NONE, release, severity: 2, day };
            changes.incident(key, IncidentSums { opened: 1, affected_change: -7, unknown_change: sum });
            changes.exposure(ExposureKey { product, feature, segment, day }, 1_000_000 * sum);
        }
        let mut known = Changes::default();
        read(&write(&changes), &mut known).expect("it can be read");
        assert_eq!(known, changes);
        assert!(read(b"nonsense", &mut known).is_err());
    }
}
