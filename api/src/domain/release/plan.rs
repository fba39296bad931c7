//! Planning a release: creating it, or updating the one with this version.

use ballroom_entity::{
    id::{FeatureId, ReleaseId},
    release::{ActiveModel, Model, ReleaseLifecycle},
    release_feature::{self, FeatureChange},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, Set};
use serde::Serialize;

use super::{
    TouchedFeature, ancestors, cycle, replace_touched,
    ship::{keep, ship_at},
    touch, touched,
};
use crate::{
    base::{error::Error, reference::PublicId, version},
    domain::{
        access::Ship,
        check,
        sent::{Nulls, Outcome, Stamp},
    },
    store::Store,
    transaction::{Event, Transaction},
};

/// A release to create, or an update of one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewRelease {
    /// The product, by ID or key.
    pub product: String,
    /// The version: any text, never parsed as a number.
    pub version: String,
    /// Title.
    pub title: Option<String>,
    /// Release notes.
    pub notes: Option<String>,
    /// Predecessor, by ID or version.
    pub previous: Option<String>,
    /// The day it is meant to ship.
    pub planned_for: Option<NaiveDate>,
    /// When customers got it, if they have.
    pub released_at: Option<DateTime<Utc>>,
    /// The features that it touches, by ID or key.
    pub features: Vec<TouchedFeature>,
    /// Time of this version according to the source.
    pub updated_at: Option<DateTime<Utc>>,
    /// Fields that were sent as null.
    pub nulls: Nulls,
}

/// A release, and the outcome of the submission.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The row.
    pub release: Model,
    /// The outcome.
    pub outcome: Outcome,
    /// After a creation: releases of the product whose version is another spelling of this one.
    pub alike: Vec<Model>,
}

/// Creates a planned release, or one that has shipped. The same version again updates the given fields that differ.
pub async fn plan(store: &Store, by: Ship, new: NewRelease, at: DateTime<Utc>) -> Result<Planned, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let planned = plan_in(&mut tx, new).await?;
    if matches!(planned.outcome, Outcome::Created | Outcome::Updated) {
        tx.dimensions_changed().await?;
    }
    tx.commit().await?;
    Ok(planned)
}

/// The same inside a transaction; the caller must call [`Transaction::dimensions_changed`] afterwards.
pub(crate) async fn plan_in(tx: &mut Transaction, new: NewRelease) -> Result<Planned, Error> {
    let stamp = Stamp::of(&new, new.updated_at, tx.at)?;
    let dimensions = tx.dimensions();
    let product = dimensions.product("product", &new.product)?;
    let version = check::name("version", &new.version)?;
    if crate::base::reference::looks_like_an_id(&version) {
        return Err(Error::invalid("version", "must not have the form of an ID; choose another version"));
    }
    let title = check::optional_line("title", new.title.as_deref(), check::NAME_LENGTH)?;
    let notes = check::text("notes", new.notes.as_deref())?;
    let previous = match &new.previous {
        Some(previous) => Some(dimensions.release(product.id, "previous", previous)?.id),
        None => None,
    };
    let planned_for = new.planned_for.map(|day| check::valid_day("plannedFor", day)).transpose()?;
    let released_at = new.released_at.map(|moment| check::moment("releasedAt", moment, tx.at)).transpose()?;
    let touched = touched(&dimensions, product.id, &new.features)?;
    let zone = check::time_zone("timeZone", &product.time_zone)?;
    let released_on = released_at.map(|moment| moment.with_timezone(&zone).date_naive());
    if let Some(there) = dimensions.known_release(product.id, &version) {
        let nulls = new.nulls;
        let given = NewState { title, notes, previous, planned_for, released_at, touched, nulls, stamp };
        let there = there.clone();
        drop(dimensions);
        return renew(tx, &there, given).await;
    }
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(ReleaseId::new()),
        product_id: Set(product.id),
        version_order: Set(version::order(&version)),
        version: Set(version),
        title: Set(title),
        notes: Set(notes),
        lifecycle: Set(match released_at {
            Some(_) => ReleaseLifecycle::Released,
            None => ReleaseLifecycle::Planned,
        }),
        previous_release_id: Set(previous),
        planned_for: Set(planned_for),
        released_at: Set(released_at),
        released_on: Set(released_on),
        withdrawn_at: Set(None),
        withdrawn_on: Set(None),
        inferred: Set(false),
        by_deployment: Set(false),
        planned_by: Set(tx.actor()),
        shipped_by: Set(released_at.and_then(|_| tx.actor())),
        withdrawn_by: Set(None),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
        revision: Set(1),
        source_updated_at: Set(stamp.updated_at),
        sent: Set(Some(stamp.sent)),
    };
    let row = row.insert(tx.db()).await?;
    touch(tx, row.id, touched).await?;
    let alike = dimensions.spelled_like(row.product_id, &row.version);
    let alike = alike.into_iter().cloned().collect();
    drop(dimensions);
    tx.release_written(&row);
    tx.emit(Event::ReleasePlanned(row.id));
    if row.released_at.is_some() {
        tx.emit(Event::ReleaseShipped(row.id));
    }
    Ok(Planned { release: row, outcome: Outcome::Created, alike })
}

/// A validated update of a release.
struct NewState {
    title: Option<String>,
    notes: Option<String>,
    previous: Option<ReleaseId>,
    planned_for: Option<NaiveDate>,
    released_at: Option<DateTime<Utc>>,
    touched: Vec<(FeatureId, FeatureChange)>,
    nulls: Nulls,
    stamp: Stamp,
}

/// Applies an update of a release; omitted fields are kept.
async fn renew(tx: &mut Transaction, there: &Model, given: NewState) -> Result<Planned, Error> {
    let known = |outcome| Ok(Planned { release: there.clone(), outcome, alike: Vec::new() });
    if let Some(outcome) = given.stamp.against(there.source_updated_at, there.sent)
        && !there.inferred
    {
        return known(outcome);
    }
    let mut after = there.clone();
    given.nulls.take("title", &mut after.title, given.title);
    given.nulls.take("notes", &mut after.notes, given.notes);
    given.nulls.take("plannedFor", &mut after.planned_for, given.planned_for);
    let dimensions = tx.dimensions();
    if let Some(previous) = given.previous
        && ancestors(&dimensions, previous).contains(&there.id)
    {
        return Err(cycle(&dimensions, previous, there.id));
    }
    given.nulls.take("previous", &mut after.previous_release_id, given.previous);
    if there.inferred && given.released_at.is_none() {
        // It was entered without a time: its first day is still inferred from its responses.
        after.lifecycle = ReleaseLifecycle::Planned;
        (after.released_at, after.released_on) = (None, None);
    }
    if there.inferred {
        after.planned_by = tx.actor();
    }
    after.inferred = false;
    let ended = match given.released_at {
        Some(released_at) => ship_at(&tx.dimensions(), &mut after, released_at)?,
        None => None,
    };
    if after.released_at != there.released_at {
        after.shipped_by = after.released_at.and_then(|_| tx.actor());
    }
    let touches = release_feature::Entity::owned_by(tx.organization())
        .filter(release_feature::Column::ReleaseId.eq(there.id))
        .all(tx.db())
        .await?;
    let same_touches = (given.touched.is_empty() && !given.nulls.has("features"))
        || (given.touched.len() == touches.len()
            && touches.iter().all(|row| given.touched.contains(&(row.feature_id, row.change))));
    let differs = after != *there || !same_touches;
    let shipped = after.lifecycle == ReleaseLifecycle::Released && after.released_at != there.released_at;
    // A given time belongs to the release itself.
    after.by_deployment &= given.released_at.is_none();
    after.source_updated_at = given.stamp.later(there.source_updated_at);
    after.sent = Some(given.stamp.sent);
    if differs {
        after.revision += 1;
        after.updated_at = tx.at;
    }
    let after = after.into_active_model().reset_all().update(tx.db()).await?;
    keep(tx, ended).await?;
    if !same_touches {
        replace_touched(tx, after.id, given.touched).await?;
    }
    if !differs {
        if after.by_deployment != there.by_deployment {
            tx.release_written(&after);
        }
        return Ok(Planned { release: after, outcome: Outcome::Unchanged, alike: Vec::new() });
    }
    tx.release_written(&after);
    tx.emit(Event::ReleaseUpdated(after.id));
    if shipped {
        tx.emit(Event::ReleaseShipped(after.id));
    }
    Ok(Planned { release: after, outcome: Outcome::Updated, alike: Vec::new() })
}
