//! Deployments: releases reaching environments.

use ballroom_entity::{
    deployment::{ActiveModel, Column, DeploymentStatus, Entity, Model},
    id::{DeploymentId, OrganizationId, ReleaseId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter, QueryOrder, Set};

use super::{access::Ship, check, error::Error, reference::PublicId};
use crate::store::{Store, about};

/// A deployment that happened.
#[derive(Clone, Debug)]
pub struct NewDeployment {
    /// The release.
    pub release: ReleaseId,
    /// Where to.
    pub environment: String,
    /// How it went.
    pub status: DeploymentStatus,
    /// When it finished.
    pub deployed_at: Option<DateTime<Utc>>,
    /// The reporting system's id of it.
    pub external_id: Option<String>,
    /// The reporting system; the token's name if not given.
    pub source: Option<String>,
}

/// Records a deployment. The same external id again returns what is there.
pub async fn record(
    store: &Store,
    by: Ship,
    source: &str,
    new: NewDeployment,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = tx.dimensions().releases.contains_key(&new.release);
    if !there {
        return Err(Error::not_found("release", "release", new.release.public()));
    }
    let source = check::line("source", new.source.as_deref().unwrap_or(source), 64)?;
    let external_id = check::optional_line("externalId", new.external_id.as_deref(), check::NAME_LENGTH)?;
    if let Some(external_id) = &external_id {
        let known = Entity::owned_by(by.organization())
            .filter(Column::Source.eq(&source))
            .filter(Column::ExternalId.eq(external_id));
        if let Some(known) = known.one(tx.db()).await? {
            return Ok(known);
        }
    }
    let row = ActiveModel {
        organization_id: Set(by.organization()),
        id: Set(DeploymentId::new()),
        release_id: Set(new.release),
        environment: Set(check::line("environment", &new.environment, 64)?),
        status: Set(new.status),
        deployed_at: Set(check::moment("deployedAt", new.deployed_at.unwrap_or(at), at)?),
        source: Set(source),
        external_id: Set(external_id),
        created_at: Set(at),
    };
    let row = row.insert(tx.db()).await?;
    tx.tell("deployment.recorded", about(row.id));
    tx.commit().await?;
    Ok(row)
}

/// The deployments of each release, the newest first.
pub(crate) async fn of_releases(
    store: &Store,
    organization: OrganizationId,
    releases: &[ReleaseId],
) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(organization)
        .filter(Column::ReleaseId.is_in(releases.iter().copied()))
        .order_by_desc(Column::DeployedAt);
    Ok(rows.all(store.reader()).await?)
}
