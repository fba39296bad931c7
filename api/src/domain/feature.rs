//! Features.

mod list;

use ballroom_entity::{
    feature::{ActiveModel, FeatureLifecycle, Model},
    id::{FeatureId, TeamId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, IntoActiveModel, Set};

pub use list::{FeatureFilter, FeatureSort, Features};

use super::{
    access::Manage,
    check,
    sent::{Nulls, Outcome},
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::{Dimensions, Store},
    transaction::{Event, Transaction},
};

/// A feature to create.
#[derive(Clone, Debug, Default)]
pub struct NewFeature {
    /// The product, by ID or key.
    pub product: String,
    /// Its key.
    pub key: String,
    /// Display name; default: the key.
    pub name: Option<String>,
    /// Description: what it does for the customer.
    pub description: Option<String>,
    /// Lifecycle stage; default: live.
    pub lifecycle: Option<FeatureLifecycle>,
    /// The team that owns it, by ID or key.
    pub team: Option<String>,
    /// Fields that were sent as null.
    pub nulls: Nulls,
}

/// Changes of a feature.
#[derive(Clone, Debug, Default)]
pub struct FeatureChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new description, or none.
    pub description: Option<Option<String>>,
    /// The new lifecycle stage.
    pub lifecycle: Option<FeatureLifecycle>,
    /// The new owning team, by ID or key, or none.
    pub team: Option<Option<String>>,
}

/// Creates a feature, or updates the one with this key; omitted fields are kept.
pub async fn create(
    store: &Store,
    by: Manage,
    new: NewFeature,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let made = insert_in(&mut tx, new).await?;
    if made.1 != Outcome::Unchanged {
        tx.dimensions_changed().await?;
    }
    tx.commit().await?;
    Ok(made)
}

/// The same inside a transaction; the caller must call [`Transaction::dimensions_changed`] afterwards.
pub(crate) async fn insert_in(tx: &mut Transaction, new: NewFeature) -> Result<(Model, Outcome), Error> {
    let dimensions = tx.dimensions();
    let product = dimensions.product("product", &new.product)?.id;
    let key = check::key("key", &new.key)?;
    let name = new.name.as_deref().map(|name| check::name("name", name)).transpose()?;
    let description = check::text("description", new.description.as_deref())?;
    let team = team_of(&dimensions, new.team.as_deref())?;
    if let Some(there) = dimensions.known_feature(product, &key) {
        let mut after = there.clone();
        let nulls = &new.nulls;
        nulls.take_or("name", &mut after.name, name, || key.clone());
        nulls.take("description", &mut after.description, description);
        nulls.take_or("lifecycle", &mut after.lifecycle, new.lifecycle, || FeatureLifecycle::Live);
        nulls.take("team", &mut after.team_id, team);
        if after == *there {
            return Ok((after, Outcome::Unchanged));
        }
        after.updated_at = tx.at;
        let after = after.into_active_model().reset_all().update(tx.db()).await?;
        tx.emit(Event::FeatureUpdated(after.id));
        return Ok((after, Outcome::Updated));
    }
    let name = name.unwrap_or_else(|| key.clone());
    let lifecycle = new.lifecycle.unwrap_or(FeatureLifecycle::Live);
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(FeatureId::new()),
        product_id: Set(product),
        key: Set(key),
        name: Set(name),
        description: Set(description),
        lifecycle: Set(lifecycle),
        team_id: Set(team),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
    };
    let row = row.insert(tx.db()).await?;
    tx.emit(Event::FeatureCreated(row.id));
    Ok((row, Outcome::Created))
}

/// Changes a feature.
pub async fn update(
    store: &Store,
    by: Manage,
    feature: FeatureId,
    changes: FeatureChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = tx.dimensions().features.get(&feature).cloned();
    let there = there.ok_or_else(|| Error::not_found("feature", "feature", feature.public()))?;
    let mut row = there.into_active_model();
    if let Some(name) = changes.name {
        row.name = Set(check::name("name", &name)?);
    }
    if let Some(description) = changes.description {
        row.description = Set(check::text("description", description.as_deref())?);
    }
    if let Some(lifecycle) = changes.lifecycle {
        row.lifecycle = Set(lifecycle);
    }
    if let Some(team) = changes.team {
        row.team_id = Set(team_of(&tx.dimensions(), team.as_deref())?);
    }
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::FeatureUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

fn team_of(dimensions: &Dimensions, reference: Option<&str>) -> Result<Option<TeamId>, Error> {
    reference.map(|reference| Ok(dimensions.team("team", reference)?.id)).transpose()
}
