//! Deployments of a period, counted for reports.

use ballroom_entity::{
    deployment::{Column, DeploymentStatus, Entity, Model},
    id::ProductId,
    release,
};
use chrono::{Days, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait};

use crate::{base::error::Error, domain::access::Report, store::Store};

/// Numbers of deployments by their outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deployed {
    /// Successful ones.
    pub succeeded: i64,
    /// Failed ones.
    pub failed: i64,
    /// Those rolled back.
    pub rolled_back: i64,
}

/// The deployments of a product's releases that ended on the days from one (inclusive) to another (exclusive) in its time
/// zone.
pub async fn deployed(
    store: &Store,
    by: Report,
    (product, zone): (ProductId, Tz),
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Deployed, Error> {
    let releases = release::Entity::owned_by(by.organization())
        .filter(release::Column::ProductId.eq(product))
        .select_only()
        .column(release::Column::Id);
    // A day begins up to half a day before or after that of UTC.
    let around = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let rows: Vec<Model> = Entity::owned_by(by.organization())
        .filter(Column::ReleaseId.in_subquery(releases.into_query()))
        .filter(Column::DeployedAt.gte(around(from - Days::new(1))))
        .filter(Column::DeployedAt.lt(around(until + Days::new(1))))
        .all(store.reader())
        .await?;
    let mut deployed = Deployed::default();
    for row in rows {
        let day = row.deployed_at.with_timezone(&zone).date_naive();
        if from <= day && day < until {
            match row.status {
                DeploymentStatus::Succeeded => deployed.succeeded += 1,
                DeploymentStatus::Failed => deployed.failed += 1,
                DeploymentStatus::RolledBack => deployed.rolled_back += 1,
            }
        }
    }
    Ok(deployed)
}
