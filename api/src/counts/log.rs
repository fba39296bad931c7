//! The log of changes: what transactions did to the daily counts, in the order of their revisions. Whoever has read the
//! counts follows it instead of reading all of them again.

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
use crate::base::{
    day::{date, day},
    error::Error,
};

/// Sums in one entry. A reader who meets an entry without changes reads the counts anew, which is no more work.
const MOST_SUMS: usize = 20_000;

/// How long entries are kept. A reader who comes later reads the counts anew.
const KEPT: TimeDelta = TimeDelta::minutes(10);

/// Revisions after which old entries are removed.
const PRUNED_EVERY: i64 = 64;

/// What changed since a revision.
#[derive(Debug, PartialEq)]
pub enum Since {
    /// The sums to add.
    Added(Changes),
    /// Nobody knows any more, or it is too much to tell.
    Unknown,
}

/// The sums as they are written; each id once.
#[derive(Serialize, Deserialize)]
struct Written {
    ids: Vec<Uuid>,
    feedback: Vec<([u32; 5], i32, i32, i64)>,
    incidents: Vec<([u32; 3], i16, i32, [i64; 3])>,
    exposure: Vec<([u32; 3], i32, i64)>,
}

/// Adds an entry. `sums` are those that differ from zero; none: the counts were written anew.
pub(super) async fn append(
    db: &impl ConnectionTrait,
    (organization, revision, at): (OrganizationId, i64, DateTime<Utc>),
    sums: Option<&Changes>,
) -> Result<(), DbErr> {
    let changes = sums.filter(|sums| sums.len() <= MOST_SUMS).map(write);
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
    db.execute(&insert).await?;
    if revision % PRUNED_EVERY == 0 {
        // The newest stays whatever its age: it tells who comes late that something is missing.
        Entity::delete_many()
            .filter(Column::OrganizationId.eq(organization))
            .filter(Column::Revision.lt(revision))
            .filter(Column::CreatedAt.lt(at - KEPT))
            .exec(db)
            .await?;
    }
    Ok(())
}

/// What changed after a revision.
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
    // Entries are removed from the oldest on, so nothing is missing if nothing is missing before the first.
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
    // Only a type that cannot be written fails, and these can.
    rmp_serde::to_vec(&written).unwrap_or_default()
}

fn read(entry: &[u8], into: &mut Changes) -> Result<(), Error> {
    let unreadable = |error| Error::internal("an entry of count_change cannot be read", error);
    let written: Written = rmp_serde::from_slice(entry).map_err(unreadable)?;
    let id = |place: u32| {
        let id = written.ids.get(place as usize).copied();
        id.ok_or_else(|| Error::Inconsistent("an entry of count_change names an id that it lacks".to_owned()))
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
