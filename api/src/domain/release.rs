//! Releases: planning, shipping and withdrawing them.

mod list;
mod plan;
mod remove;
mod seen;
mod ship;

use std::collections::HashSet;

use ballroom_entity::{
    id::{FeatureId, OrganizationId, ProductId, ReleaseId},
    release::{ActiveModel, Model, ReleaseLifecycle},
    release_feature::{self, FeatureChange},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveEnum, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde::Serialize;

pub use list::{ReleaseFilter, ReleaseSort, Releases};
pub(crate) use plan::plan_in;
pub use plan::{NewRelease, Planned, plan};
pub(crate) use remove::remove_unnamed_in;
pub(crate) use ship::{move_in, ship_in, unship_in, withdraw_in};
pub use ship::{ship, withdraw};

use super::{access::Ship, check};
use crate::{
    base::{error::Error, reference::PublicId, version},
    store::{Dimensions, Store},
    transaction::{Event, Transaction},
};

/// A feature that a release touches.
#[derive(Clone, Debug, Serialize)]
pub struct TouchedFeature {
    /// The feature, by ID or key.
    pub feature: String,
    /// Effect of the release.
    #[serde(serialize_with = "by_name")]
    pub change: FeatureChange,
}

/// A change by the name under which it is stored.
fn by_name<S: serde::Serializer>(change: &FeatureChange, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&change.to_value())
}

/// Changes of a release.
#[derive(Clone, Debug, Default)]
pub struct ReleaseChanges {
    /// A new title, or none.
    pub title: Option<Option<String>>,
    /// New notes, or none.
    pub notes: Option<Option<String>>,
    /// Predecessor, or none.
    pub previous: Option<Option<String>>,
    /// The day it is meant to ship, or none.
    pub planned_for: Option<Option<NaiveDate>>,
    /// The features that it touches, instead of those before.
    pub features: Option<Vec<TouchedFeature>>,
}

/// The error of a predecessor that is the release itself or descends from it.
fn cycle(dimensions: &Dimensions, previous: ReleaseId, release: ReleaseId) -> Error {
    let known = dimensions.releases.get(&previous);
    let version = known.map_or_else(|| previous.public(), |known| known.version.clone());
    let reason = match previous == release {
        true => format!("{version} is this release itself; choose another one, or none"),
        false => {
            format!("{version} descends from this release, which would create a cycle; choose another one")
        }
    };
    Error::unfit("previous", reason)
}

/// Creates a release that a response names and that was not entered: its first day is the first on which it is seen.
pub(crate) async fn infer_in(
    tx: &mut Transaction,
    product: ProductId,
    version: &str,
    seen_at: DateTime<Utc>,
) -> Result<Model, Error> {
    let dimensions = tx.dimensions();
    let product = dimensions.product("product", &product.public())?;
    let version = check::name("release", version)?;
    let zone = check::time_zone("timeZone", &product.time_zone)?;
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(ReleaseId::new()),
        product_id: Set(product.id),
        version_order: Set(version::order(&version)),
        version: Set(version),
        title: Set(None),
        notes: Set(None),
        lifecycle: Set(ReleaseLifecycle::Released),
        previous_release_id: Set(None),
        planned_for: Set(None),
        released_at: Set(Some(seen_at)),
        released_on: Set(Some(seen_at.with_timezone(&zone).date_naive())),
        withdrawn_at: Set(None),
        withdrawn_on: Set(None),
        inferred: Set(true),
        by_deployment: Set(false),
        planned_by: Set(None),
        shipped_by: Set(None),
        withdrawn_by: Set(None),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
        revision: Set(1),
        source_updated_at: Set(None),
        sent: Set(None),
    };
    let row = row.insert(tx.db()).await?;
    tx.emit(Event::ReleaseInferred(row.id));
    Ok(row)
}

/// Moves the first day of an inferred release back to an earlier response that names it.
pub(crate) async fn seen_earlier_in(
    tx: &mut Transaction,
    release: &Model,
    seen_at: DateTime<Utc>,
) -> Result<(), Error> {
    let zone = zone_of(&tx.dimensions(), release.product_id)?;
    let mut row = release.clone().into_active_model();
    row.released_at = Set(Some(seen_at));
    row.released_on = Set(Some(seen_at.with_timezone(&zone).date_naive()));
    row.updated_at = Set(tx.at);
    row.update(tx.db()).await?;
    Ok(())
}

/// Updates a release.
pub async fn update(
    store: &Store,
    by: Ship,
    release: ReleaseId,
    changes: ReleaseChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = find_in(&tx, release)?;
    let dimensions = tx.dimensions();
    let (product, revision) = (there.product_id, there.revision);
    let mut row = there.into_active_model();
    if let Some(title) = changes.title {
        row.title = Set(check::optional_line("title", title.as_deref(), check::NAME_LENGTH)?);
    }
    if let Some(notes) = changes.notes {
        row.notes = Set(check::text("notes", notes.as_deref())?);
    }
    if let Some(previous) = changes.previous {
        let previous = match previous {
            Some(previous) => Some(dimensions.release(product, "previous", &previous)?.id),
            None => None,
        };
        if let Some(previous) = previous
            && ancestors(&dimensions, previous).contains(&release)
        {
            return Err(cycle(&dimensions, previous, release));
        }
        row.previous_release_id = Set(previous);
    }
    if let Some(planned_for) = changes.planned_for {
        row.planned_for = Set(planned_for.map(|day| check::valid_day("plannedFor", day)).transpose()?);
    }
    row.updated_at = Set(at);
    row.revision = Set(revision + 1);
    let row = row.update(tx.db()).await?;
    if let Some(features) = changes.features {
        let touched = touched(&dimensions, product, &features)?;
        replace_touched(&tx, release, touched).await?;
    }
    tx.dimensions_changed().await?;
    tx.emit(Event::ReleaseUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// A release and all its ancestors, nearest first.
pub fn ancestors(dimensions: &Dimensions, release: ReleaseId) -> Vec<ReleaseId> {
    let mut line = Vec::new();
    let mut seen = HashSet::new();
    let mut next = Some(release);
    while let Some(id) = next.filter(|id| seen.insert(*id)) {
        line.push(id);
        next = dimensions.releases.get(&id).and_then(|release| release.previous_release_id);
    }
    line
}

/// The features that each release touches.
pub(crate) async fn touched_by(
    store: &Store,
    organization: OrganizationId,
    releases: &[ReleaseId],
) -> Result<Vec<release_feature::Model>, Error> {
    let rows = release_feature::Entity::owned_by(organization)
        .filter(release_feature::Column::ReleaseId.is_in(releases.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}

fn find_in(tx: &Transaction, release: ReleaseId) -> Result<Model, Error> {
    let there = tx.dimensions().releases.get(&release).cloned();
    there.ok_or_else(|| Error::not_found("release", "release", release.public()))
}

fn zone_of(dimensions: &Dimensions, product: ProductId) -> Result<chrono_tz::Tz, Error> {
    let product = dimensions.product("product", &product.public())?;
    check::time_zone("timeZone", &product.time_zone)
}

fn touched(
    dimensions: &Dimensions,
    product: ProductId,
    features: &[TouchedFeature],
) -> Result<Vec<(FeatureId, FeatureChange)>, Error> {
    let mut touched: Vec<(FeatureId, FeatureChange)> = Vec::new();
    for (index, one) in features.iter().enumerate() {
        let field = format!("features.{index}.feature");
        let id = dimensions.feature(product, &field, &one.feature)?.id;
        if touched.iter().any(|(known, _)| *known == id) {
            return Err(Error::invalid(field, "is named twice; name each feature once"));
        }
        touched.push((id, one.change));
    }
    Ok(touched)
}

/// Replaces the features that a release touches.
async fn replace_touched(
    tx: &Transaction,
    release: ReleaseId,
    features: Vec<(FeatureId, FeatureChange)>,
) -> Result<(), Error> {
    release_feature::Entity::delete_many()
        .filter(release_feature::Column::OrganizationId.eq(tx.organization()))
        .filter(release_feature::Column::ReleaseId.eq(release))
        .exec(tx.db())
        .await?;
    touch(tx, release, features).await
}

async fn touch(
    tx: &Transaction,
    release: ReleaseId,
    features: Vec<(FeatureId, FeatureChange)>,
) -> Result<(), Error> {
    if features.is_empty() {
        return Ok(());
    }
    let rows = features.into_iter().map(|(feature, change)| release_feature::ActiveModel {
        organization_id: Set(tx.organization()),
        release_id: Set(release),
        feature_id: Set(feature),
        change: Set(change),
    });
    release_feature::Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    Ok(())
}
