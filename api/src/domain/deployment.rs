//! Deployments: releases reaching environments.

mod count;
mod list;

use ballroom_entity::{
    deployment::{ActiveModel, Column, DeploymentStatus, Entity, Model},
    id::{DeploymentId, OrganizationId, ReleaseId},
    release::ReleaseLifecycle,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::Serialize;

pub use count::{Deployed, deployed};
pub use list::{DeploymentFilter, DeploymentSort, Deployments};

use super::{
    access::Ship,
    check, product, release,
    sent::{Outcome, Stamp},
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// A deployment to record.
#[derive(Clone, Debug, Serialize)]
pub struct NewDeployment {
    /// The release.
    #[serde(serialize_with = "as_public")]
    pub release: ReleaseId,
    /// The environment.
    pub environment: String,
    /// The result.
    #[serde(serialize_with = "by_name")]
    pub status: DeploymentStatus,
    /// When it finished.
    pub deployed_at: Option<DateTime<Utc>>,
    /// The reporting system's ID of it.
    pub external_id: Option<String>,
    /// The reporting system; the token's name if not given.
    pub source: Option<String>,
    /// Time of this version according to the source.
    pub updated_at: Option<DateTime<Utc>>,
}

fn as_public<S: serde::Serializer>(release: &ReleaseId, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&release.public())
}

fn by_name<S: serde::Serializer>(status: &DeploymentStatus, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&status.to_value())
}

/// A deployment that was recorded.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The row.
    pub deployment: Model,
    /// The outcome.
    pub outcome: Outcome,
}

/// Records a deployment. The same external ID again updates its result and time, if that is newer; one that succeeds
/// in a production environment ships a planned release, and one that was withdrawn before.
pub async fn record(
    store: &Store,
    by: Ship,
    source: &str,
    new: NewDeployment,
    at: DateTime<Utc>,
) -> Result<Recorded, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    if !tx.dimensions().releases.contains_key(&new.release) {
        return Err(Error::not_found("release", "release", new.release.public()));
    }
    let stamp = Stamp::of(&new, new.updated_at, at)?;
    let row = Model {
        organization_id: by.organization(),
        id: DeploymentId::new(),
        release_id: new.release,
        environment: check::line("environment", &new.environment, 64)?,
        status: new.status,
        deployed_at: check::moment("deployedAt", new.deployed_at.unwrap_or(at), at)?,
        source: check::line("source", new.source.as_deref().unwrap_or(source), 64)?,
        external_id: check::optional_line("externalId", new.external_id.as_deref(), check::NAME_LENGTH)?,
        recorded_by: tx.actor(),
        created_at: at,
        updated_at: at,
        revision: 1,
        source_updated_at: stamp.updated_at,
        sent: Some(stamp.sent),
    };
    let known = known(&tx, &row).await?;
    let before = known.clone();
    let recorded = match known {
        // A deployment without an external ID, submitted again.
        Some(known) if row.external_id.is_none() => {
            Recorded { deployment: known, outcome: Outcome::Unchanged }
        }
        None => {
            let row = row.into_active_model().insert(tx.db()).await?;
            tx.emit(Event::DeploymentRecorded(row.id));
            Recorded { deployment: row, outcome: Outcome::Created }
        }
        Some(known) => renew(&mut tx, known, row, new.deployed_at.is_some(), stamp).await?,
    };
    if matches!(recorded.outcome, Outcome::Created | Outcome::Updated) {
        ships(&mut tx, &recorded.deployment, before.as_ref()).await?;
    }
    tx.commit().await?;
    Ok(recorded)
}

/// The stored deployment with the same source and external ID; without an ID, one of the same release to the same
/// environment at the same time with the same result.
async fn known(tx: &Transaction, row: &Model) -> Result<Option<Model>, Error> {
    let known = Entity::owned_by(tx.organization());
    let known = match &row.external_id {
        Some(external_id) => {
            known.filter(Column::Source.eq(&row.source)).filter(Column::ExternalId.eq(external_id))
        }
        None => known
            .filter(Column::ReleaseId.eq(row.release_id))
            .filter(Column::Environment.eq(&row.environment))
            .filter(Column::DeployedAt.eq(row.deployed_at))
            .filter(Column::Status.eq(row.status))
            .order_by_asc(Column::Id),
    };
    Ok(known.one(tx.db()).await?)
}

async fn renew(
    tx: &mut Transaction,
    known: Model,
    given: Model,
    timed: bool,
    stamp: Stamp,
) -> Result<Recorded, Error> {
    // Another release or environment means another deployment with a reused ID.
    let another = |field: &str, what: String| {
        let reason = format!(
            "is {what} in the deployment with this externalId; use another externalId for another deployment"
        );
        Err(Error::conflict(field, reason))
    };
    if known.release_id != given.release_id {
        let version = tx.dimensions().releases.get(&known.release_id).map(|row| row.version.clone());
        return another("release", format!("\"{}\"", version.unwrap_or_default()));
    }
    if known.environment != given.environment {
        return another("environment", format!("\"{}\"", known.environment));
    }
    if let Some(outcome) = stamp.against(known.source_updated_at, known.sent) {
        return Ok(Recorded { deployment: known, outcome });
    }
    let mut after = known.clone();
    after.status = given.status;
    if timed {
        after.deployed_at = given.deployed_at;
    }
    let outcome = if after == known { Outcome::Unchanged } else { Outcome::Updated };
    if outcome == Outcome::Updated {
        after.revision += 1;
        after.updated_at = tx.at;
    }
    after.source_updated_at = stamp.later(known.source_updated_at);
    after.sent = Some(stamp.sent);
    let after: ActiveModel = after.into_active_model().reset_all();
    let after = after.update(tx.db()).await?;
    if outcome == Outcome::Updated {
        tx.emit(Event::DeploymentUpdated(after.id));
    }
    Ok(Recorded { deployment: after, outcome })
}

/// Ships a planned release that has reached customers, or one that was withdrawn and has reached them again. If its first day comes from a deployment, it is that of the
/// earliest one, in whichever order they are submitted; if that deployment turns out to have failed, customers did not
/// get it, and if it was rolled back, the release is withdrawn. `before` is the deployment as it was stored.
async fn ships(tx: &mut Transaction, deployment: &Model, before: Option<&Model>) -> Result<(), Error> {
    let dimensions = tx.dimensions();
    let Some(row) = dimensions.releases.get(&deployment.release_id) else { return Ok(()) };
    let places = dimensions.products.get(&row.product_id).map(product::ships_to).unwrap_or_default();
    let shipping = |one: &Model| {
        one.status == DeploymentStatus::Succeeded
            && places.iter().any(|place| place.eq_ignore_ascii_case(&one.environment))
    };
    if !shipping(deployment) && !before.is_some_and(shipping) {
        return Ok(());
    }
    // A release that was withdrawn and is deployed once more has come again.
    let comes_again = row.withdrawn_at.is_some_and(|withdrawn| deployment.deployed_at > withdrawn)
        && row.lifecycle == ReleaseLifecycle::Withdrawn
        && shipping(deployment);
    if row.lifecycle == ReleaseLifecycle::Planned || row.inferred || comes_again {
        if !shipping(deployment) {
            return Ok(());
        }
        // The time is that of the recording: none was given.
        let given = (deployment.deployed_at != deployment.created_at).then_some(deployment.deployed_at);
        release::ship_in(tx, row.id, given, deployment.deployed_at, true).await?;
        return Ok(());
    }
    let all = Entity::owned_by(tx.organization()).filter(Column::ReleaseId.eq(row.id)).all(tx.db()).await?;
    // It was deployed and rolled back.
    let rolled_back = deployment.status == DeploymentStatus::RolledBack;
    if !all.iter().any(&shipping) {
        // A later change of the release itself is not reverted.
        let only_by_this = row.by_deployment && row.lifecycle == ReleaseLifecycle::Released;
        return match only_by_this && dimensions.earlier(row.id).is_empty() {
            true if rolled_back => {
                let told = deployment.source_updated_at.unwrap_or(tx.at);
                let moved = before.is_some_and(|before| before.deployed_at < deployment.deployed_at);
                let at = if moved { deployment.deployed_at } else { told };
                let after_all = row.released_at.is_some_and(|released| released < at);
                let at = if after_all { at } else { tx.at };
                release::withdraw_in(tx, row.clone(), at).await?;
                Ok(tx.dimensions_changed().await?)
            }
            true => release::unship_in(tx, row).await,
            false => Ok(()),
        };
    }
    let shipping: Vec<_> = all.iter().chain(before).filter(|one| shipping(one)).collect();
    if rolled_back || !shipping.iter().any(|one| Some(one.deployed_at) == row.released_at) {
        return Ok(());
    }
    let came_again = dimensions.earlier(row.id).last().map(|last| last.time.withdrawn_at);
    let moments = all.iter().filter(|one| shipping.contains(one)).map(|one| one.deployed_at);
    let moments = moments.filter(|at| came_again.is_none_or(|withdrawn| *at > withdrawn));
    if let Some(earliest) = moments.min()
        && Some(earliest) != row.released_at
        && row.withdrawn_at.is_none_or(|withdrawn| earliest <= withdrawn)
    {
        release::move_in(tx, row, earliest).await?;
    }
    Ok(())
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
