//! Releases: planning, shipping and withdrawing them.

mod list;
mod seen;

use std::collections::HashSet;

use ballroom_entity::{
    id::{FeatureId, OrganizationId, ProductId, ReleaseId},
    release::{ActiveModel, Model, ReleaseLifecycle},
    release_feature::{self, FeatureChange},
    release_interval,
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveEnum, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};
use serde::Serialize;

pub use list::{ReleaseFilter, ReleaseSort, Releases};

use super::{
    access::Ship,
    check,
    sent::{Nulls, Outcome, Stamp},
};
use crate::{
    base::{error::Error, reference::PublicId, version},
    store::{Dimensions, Store},
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
    if let Some(previous) = given.previous
        && ancestors(&tx.dimensions(), previous).contains(&there.id)
    {
        return Err(cycle());
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

/// Records that customers have a release since a time. If it was withdrawn before that time, it
/// is reshipped: it counts from then on, and its earlier interval does not. That interval is returned, to be stored.
fn ship_at(
    dimensions: &Dimensions,
    row: &mut Model,
    released_at: DateTime<Utc>,
) -> Result<Option<release_interval::Model>, Error> {
    let earlier = dimensions.earlier(row.id);
    if let Some(last) = earlier.last()
        && released_at <= last.time.withdrawn_at
    {
        // An earlier interval, submitted again.
        let known = earlier.iter().any(|earlier| earlier.time.released_at == released_at);
        return if known { Ok(None) } else { Err(withdrawn_since(last.time.withdrawn_at)) };
    }
    let mut ended = None;
    match row.withdrawn_at {
        // A correction of its first interval.
        Some(withdrawn_at) if released_at <= withdrawn_at => {
            if row.released_at == Some(released_at) {
                return Ok(None);
            }
        }
        withdrawn_at => {
            let first = (row.released_at, row.released_on);
            if let (Some(withdrawn_at), Some(withdrawn_on), (Some(released_at), Some(released_on))) =
                (withdrawn_at, row.withdrawn_on, first)
            {
                let (organization_id, release_id) = (row.organization_id, row.id);
                ended = Some(release_interval::Model {
                    organization_id,
                    release_id,
                    released_at,
                    released_on,
                    withdrawn_at,
                    withdrawn_on,
                });
            }
            (row.withdrawn_at, row.withdrawn_on, row.withdrawn_by) = (None, None, None);
            row.lifecycle = ReleaseLifecycle::Released;
        }
    }
    row.released_at = Some(released_at);
    row.released_on = Some(released_at.with_timezone(&zone_of(dimensions, row.product_id)?).date_naive());
    Ok(ended)
}

/// Stores an earlier interval of a reshipped release.
async fn keep(tx: &mut Transaction, ended: Option<release_interval::Model>) -> Result<(), Error> {
    if let Some(ended) = ended {
        ended.clone().into_active_model().insert(tx.db()).await?;
        tx.release_interval_written(ended);
    }
    Ok(())
}

/// Whether it is since this moment that customers had a release, now or before it came again.
fn had_since(dimensions: &Dimensions, row: &Model, moment: DateTime<Utc>) -> bool {
    let mut earlier = dimensions.earlier(row.id).iter();
    row.released_at == Some(moment) || earlier.any(|earlier| earlier.time.released_at == moment)
}

fn withdrawn_since(withdrawn_at: DateTime<Utc>) -> Error {
    let reason = format!("must be after the release was withdrawn ({})", withdrawn_at.to_rfc3339());
    Error::unfit("releasedAt", reason)
}

fn cycle() -> Error {
    Error::unfit(
        "previous",
        "is a descendant of this release, which would create a cycle; choose another release",
    )
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

/// Ships a release at a given time, else now, or on the day that it was first seen if it is known from responses
/// only. A withdrawn release can be shipped again.
pub async fn ship(
    store: &Store,
    by: Ship,
    release: ReleaseId,
    released_at: Option<DateTime<Utc>>,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let before = find_in(&tx, release)?.revision;
    let row = ship_in(&mut tx, release, released_at, at, false).await?;
    tx.commit().await?;
    let outcome = changed(before, &row);
    Ok((row, outcome))
}

/// The outcome for a release that had this revision.
fn changed(before: i32, row: &Model) -> Outcome {
    if row.revision == before { Outcome::Unchanged } else { Outcome::Updated }
}

/// The same inside a transaction. Without a given time and without responses, the time is `otherwise`.
pub(crate) async fn ship_in(
    tx: &mut Transaction,
    release: ReleaseId,
    released_at: Option<DateTime<Utc>>,
    otherwise: DateTime<Utc>,
    by_deployment: bool,
) -> Result<Model, Error> {
    let there = find_in(tx, release)?;
    let given = released_at.map(|moment| check::moment("releasedAt", moment, tx.at)).transpose()?;
    let dimensions = tx.dimensions();
    let since = match there.lifecycle {
        ReleaseLifecycle::Released if !there.inferred => {
            // Submitted again: without a time, or with a known one.
            if given.is_none_or(|given| had_since(&dimensions, &there, given)) {
                if by_deployment || !there.by_deployment {
                    return Ok(there);
                }
                let mut row = there.into_active_model();
                row.by_deployment = Set(false);
                let row = row.update(tx.db()).await?;
                tx.dimensions_changed().await?;
                return Ok(row);
            }
            let since = there.released_at.map(|since| since.to_rfc3339()).unwrap_or_default();
            let reason = format!(
                "was already released at {since}; correct the time by planRelease with another releasedAt"
            );
            return Err(Error::conflict("release", reason));
        }
        ReleaseLifecycle::Released | ReleaseLifecycle::Planned => match given {
            Some(given) => given,
            None => seen::first(tx, &there).await?.or(there.released_at).unwrap_or(otherwise),
        },
        ReleaseLifecycle::Withdrawn => {
            let again = given.unwrap_or(otherwise);
            if let Some(withdrawn_at) = there.withdrawn_at.filter(|withdrawn_at| again <= *withdrawn_at) {
                // Sent again late: this is how it was before it was withdrawn.
                if given.is_some_and(|given| had_since(&dimensions, &there, given)) {
                    return Ok(there);
                }
                return Err(withdrawn_since(withdrawn_at));
            }
            again
        }
    };
    let mut row = there;
    let ended = ship_at(&dimensions, &mut row, since)?;
    drop(dimensions);
    row.inferred = false;
    row.by_deployment = by_deployment;
    row.shipped_by = tx.actor();
    row.updated_at = tx.at;
    row.revision += 1;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    keep(tx, ended).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ReleaseShipped(row.id));
    Ok(row)
}

/// Moves the first day of a release that customers have.
pub(crate) async fn move_in(
    tx: &mut Transaction,
    release: &Model,
    released_at: DateTime<Utc>,
) -> Result<(), Error> {
    let zone = zone_of(&tx.dimensions(), release.product_id)?;
    let mut row = release.clone();
    row.released_at = Some(released_at);
    row.released_on = Some(released_at.with_timezone(&zone).date_naive());
    row.updated_at = tx.at;
    row.revision += 1;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ReleaseUpdated(row.id));
    Ok(())
}

/// Reverts the shipment of a release: it is planned.
pub(crate) async fn unship_in(tx: &mut Transaction, release: &Model) -> Result<(), Error> {
    let mut row = release.clone();
    row.lifecycle = ReleaseLifecycle::Planned;
    (row.released_at, row.released_on) = (None, None);
    (row.shipped_by, row.by_deployment) = (None, false);
    row.updated_at = tx.at;
    row.revision += 1;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::ReleaseUpdated(row.id));
    Ok(())
}

/// Withdraws a release. Its responses and scores remain.
pub async fn withdraw(
    store: &Store,
    by: Ship,
    release: ReleaseId,
    withdrawn_at: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let there = find_in(&tx, release)?;
    let before = there.revision;
    let row = withdraw_in(&mut tx, there, withdrawn_at).await?;
    tx.dimensions_changed().await?;
    tx.commit().await?;
    let outcome = changed(before, &row);
    Ok((row, outcome))
}

/// The same inside a transaction; the caller must call [`Transaction::dimensions_changed`] afterwards.
pub(crate) async fn withdraw_in(
    tx: &mut Transaction,
    there: Model,
    withdrawn_at: DateTime<Utc>,
) -> Result<Model, Error> {
    let withdrawn_at = check::moment("withdrawnAt", withdrawn_at, tx.at)?;
    let mut there = there;
    match there.lifecycle {
        ReleaseLifecycle::Withdrawn => return Ok(there),
        // It was never shipped, but responses show that customers had it.
        ReleaseLifecycle::Planned => match seen::first(tx, &there).await? {
            Some(since) => ship_at(&tx.dimensions(), &mut there, since).map(|_| ())?,
            None => {
                return Err(Error::conflict(
                    "release",
                    "is only planned, so it cannot be withdrawn; ship it first",
                ));
            }
        },
        ReleaseLifecycle::Released => {
            let dimensions = tx.dimensions();
            let mut earlier = dimensions.earlier(there.id).iter();
            // It was reshipped since.
            if earlier.any(|earlier| earlier.time.withdrawn_at == withdrawn_at) {
                return Ok(there);
            }
        }
    }
    if there.released_at.is_some_and(|released| withdrawn_at < released) {
        return Err(Error::unfit("withdrawnAt", "must not be before releasedAt"));
    }
    let zone = zone_of(&tx.dimensions(), there.product_id)?;
    there.withdrawn_at = Some(withdrawn_at);
    there.withdrawn_on = Some(withdrawn_at.with_timezone(&zone).date_naive());
    there.lifecycle = ReleaseLifecycle::Withdrawn;
    there.withdrawn_by = tx.actor();
    there.updated_at = tx.at;
    there.revision += 1;
    let row = there.into_active_model().reset_all().update(tx.db()).await?;
    tx.release_written(&row);
    tx.emit(Event::ReleaseWithdrawn(row.id));
    Ok(row)
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
        if previous.is_some_and(|previous| ancestors(&dimensions, previous).contains(&release)) {
            return Err(cycle());
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
