//! Announcements: notice of a change, before customers meet it.
//!
//! A draft is published, and then concluded or canceled; a published one can be rescheduled. Publication, rescheduling and
//! cancellation notify the audience: each makes another *edition*, which is acknowledged separately.

mod acknowledge;
mod affected;
mod list;
mod moves;

use ballroom_entity::{
    announcement::{AnnouncementKind, AnnouncementState, Column, Entity, Model},
    announcement_feature, announcement_move,
    api_token::Role,
    id::{AnnouncementId, FeatureId, OrganizationId},
    release_feature,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ConnectionTrait, IntoActiveModel, Iterable, QueryFilter,
    QueryOrder,
};

pub use acknowledge::{acknowledge, of_announcements as acknowledgements_of, support};
pub use affected::{
    Affected, Reach, Reason, SegmentCount, by_segment, coverage, decide, notified_of, reasons,
};
pub use list::{AnnouncementFilter, AnnouncementSort, Announcements};
pub use moves::{Planned, cancel, conclude, publish, reschedule};

pub use super::privacy::shown;
use super::{
    access::{Read, Report, Ship},
    check,
    links::LinkTable,
    lookup, member,
    sent::Outcome,
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::{Store, found_by},
    transaction::{Event, Transaction},
};

/// The features that announcements name.
const FEATURES: LinkTable<announcement_feature::Entity> = LinkTable::new(
    announcement_feature::Column::OrganizationId,
    announcement_feature::Column::AnnouncementId,
    announcement_feature::Column::FeatureId,
);

/// An announcement to create.
#[derive(Clone, Debug)]
pub struct NewAnnouncement {
    /// The product, by ID or key.
    pub product: String,
    /// What is announced.
    pub kind: AnnouncementKind,
    /// Summary in one line.
    pub title: String,
    /// When it is planned.
    pub planned: Planned,
    /// All else.
    pub details: AnnouncementChanges,
    /// The reporting system; the token's name if not given.
    pub source: Option<String>,
    /// The reporting system's ID of it.
    pub external_id: Option<String>,
}

/// Changes of an announcement.
#[derive(Clone, Debug, Default)]
pub struct AnnouncementChanges {
    /// A new title.
    pub title: Option<String>,
    /// When it is planned.
    pub planned: Option<Planned>,
    /// The release by ID or version, or none.
    pub release: Option<Option<String>>,
    /// The affected features by ID or key; empty: those that the release touches, or the product as a whole.
    pub features: Option<Vec<String>>,
    /// What customers will notice.
    pub changes: Option<Option<String>>,
    /// What support can say about it.
    pub talking_points: Option<Option<String>>,
    /// What customers can do meanwhile.
    pub workaround: Option<Option<String>>,
    /// How to undo the change.
    pub rollback: Option<Option<String>>,
    /// Whom to call: a member by ID or email address, or none.
    pub contact_member: Option<Option<String>>,
    /// Whom to call: a team by ID or key, or none.
    pub contact_team: Option<Option<String>>,
    /// The roles that it is for.
    pub audiences: Option<Vec<Role>>,
}

/// The announcement with this ID.
pub async fn find(store: &Store, by: Report, id: AnnouncementId) -> Result<Model, Error> {
    let row = Entity::owned_by(by.organization()).filter(Column::Id.eq(id)).one(store.reader()).await?;
    row.ok_or_else(|| missing(id))
}

/// The announcement of which the customer was notified.
pub async fn find_own(store: &Store, by: Read, id: AnnouncementId) -> Result<Model, Error> {
    let query = Entity::owned_by(by.organization()).filter(Column::Id.eq(id));
    let query = match by.only() {
        Some(customer) => query.filter(affected::has_notified(by.organization(), customer)),
        None => query,
    };
    query.one(store.reader()).await?.ok_or_else(|| missing(id))
}

/// The announcement with this ID of a source system.
pub async fn find_external(
    store: &Store,
    by: Report,
    external_id: &str,
    source: Option<&str>,
) -> Result<Model, Error> {
    let rows = Entity::owned_by(by.organization());
    let columns = (Column::Source, Column::ExternalId);
    lookup::by_external_id(store, rows, columns, AnnouncementId::NOUN, (external_id, source)).await
}

fn missing(id: AnnouncementId) -> Error {
    Error::not_found("id", AnnouncementId::NOUN, id.public())
}

/// Creates a draft, or changes the announcement with this external ID.
pub async fn create(
    store: &Store,
    by: Ship,
    source: &str,
    new: NewAnnouncement,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let product = tx.dimensions().product("product", &new.product)?.id;
    let source = check::line("source", new.source.as_deref().unwrap_or(source), 64)?;
    let external_id = check::optional_line("externalId", new.external_id.as_deref(), check::NAME_LENGTH)?;
    let details = AnnouncementChanges { title: Some(new.title), planned: Some(new.planned), ..new.details };
    if let Some(external_id) = &external_id {
        let known = Entity::owned_by(by.organization())
            .filter(Column::Source.eq(&source))
            .filter(Column::ExternalId.eq(external_id));
        if let Some(known) = known.one(tx.db()).await? {
            if (known.product_id, known.kind) != (product, new.kind) {
                let field = if known.product_id == product { "kind" } else { "product" };
                let reason = "differs from that of the announcement with this externalId; use another externalId for \
                              another announcement";
                return Err(Error::conflict(field, reason));
            }
            return change(tx, known, details).await;
        }
    }
    let mut row = Model {
        organization_id: tx.organization(),
        id: AnnouncementId::new(),
        product_id: product,
        kind: new.kind,
        title: String::new(),
        release_id: None,
        changes: None,
        talking_points: None,
        workaround: None,
        rollback: None,
        contact_member_id: None,
        contact_team_id: None,
        audiences: stored_audiences(&[Role::Support]),
        starts_at: new.planned.from,
        ends_at: new.planned.until,
        state: AnnouncementState::Draft,
        edition: 0,
        published_at: None,
        source,
        external_id,
        created_by: tx.actor(),
        search: String::new(),
        created_at: at,
        updated_at: at,
    };
    let mut features = Vec::new();
    apply(&tx, &mut row, &mut features, details).await?;
    let row = row.into_active_model().insert(tx.db()).await?;
    FEATURES.add(&tx, row.id, &features).await?;
    tx.emit(Event::AnnouncementCreated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Created))
}

/// Changes an announcement that is neither concluded nor canceled. The time of a published one is changed by
/// [`reschedule`].
pub async fn update(
    store: &Store,
    by: Ship,
    id: AnnouncementId,
    changes: AnnouncementChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = in_transaction(&tx, id).await?;
    Ok(change(tx, row, changes).await?.0)
}

async fn change(
    mut tx: Transaction,
    before: Model,
    changes: AnnouncementChanges,
) -> Result<(Model, Outcome), Error> {
    let features_before = FEATURES.of(tx.db(), tx.organization(), before.id).await?;
    let (mut row, mut features) = (before.clone(), features_before.clone());
    apply(&tx, &mut row, &mut features, changes).await?;
    if row == before && features == features_before {
        return Ok((before, Outcome::Unchanged));
    }
    if matches!(before.state, AnnouncementState::Concluded | AnnouncementState::Cancelled) {
        return Err(over(&before));
    }
    if before.state == AnnouncementState::Published {
        if (row.starts_at, row.ends_at) != (before.starts_at, before.ends_at) {
            let reason = "cannot be changed after publication; use rescheduleAnnouncement, which notifies the audience";
            return Err(Error::conflict("planned", reason));
        }
        moves::publishable(&row)?;
    }
    row.updated_at = tx.at;
    if features != features_before {
        FEATURES.replace(&tx, row.id, &features).await?;
    }
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::AnnouncementUpdated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Updated))
}

/// The error for an announcement that no longer changes.
fn over(row: &Model) -> Error {
    let state = match row.state {
        AnnouncementState::Cancelled => "canceled",
        _ => "concluded",
    };
    Error::conflict("announcement", format!("is {state} and can no longer change; create another one"))
}

async fn in_transaction(tx: &Transaction, id: AnnouncementId) -> Result<Model, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("announcement", AnnouncementId::NOUN, id.public()))
}

/// Applies changes, and validates the result.
async fn apply(
    tx: &Transaction,
    row: &mut Model,
    features: &mut Vec<FeatureId>,
    changes: AnnouncementChanges,
) -> Result<(), Error> {
    let dimensions = tx.dimensions();
    if let Some(title) = changes.title {
        row.title = check::name("title", &title)?;
    }
    if let Some(planned) = changes.planned {
        let planned = planned.checked()?;
        (row.starts_at, row.ends_at) = (planned.from, planned.until);
    }
    if let Some(release) = changes.release {
        let release = release.map(|release| dimensions.release(row.product_id, "release", &release));
        row.release_id = release.transpose()?.map(|release| release.id);
    }
    if let Some(named) = changes.features {
        let known = named.iter().enumerate().map(|(index, feature)| {
            dimensions.feature(row.product_id, &format!("features.{index}"), feature).map(|row| row.id)
        });
        *features = known.collect::<Result<_, _>>()?;
        features.sort();
        features.dedup();
    }
    let texts = [
        ("changes", &mut row.changes, changes.changes),
        ("talkingPoints", &mut row.talking_points, changes.talking_points),
        ("workaround", &mut row.workaround, changes.workaround),
        ("rollback", &mut row.rollback, changes.rollback),
    ];
    for (field, known, given) in texts {
        if let Some(given) = given {
            *known = check::text(field, given.as_deref())?;
        }
    }
    if let Some(contact) = changes.contact_member {
        row.contact_member_id = match contact {
            Some(member) => {
                Some(member::active(tx.db(), tx.organization(), "contactMember", &member).await?.id)
            }
            None => None,
        };
    }
    if let Some(contact) = changes.contact_team {
        let team = contact.map(|team| dimensions.team("contactTeam", &team).map(|team| team.id));
        row.contact_team_id = team.transpose()?;
    }
    if let Some(audiences) = changes.audiences {
        row.audiences = stored_audiences(&audiences);
    }
    row.search = found_by(&row.title, row.changes.as_deref());
    consistent(row)
}

fn consistent(row: &Model) -> Result<(), Error> {
    use AnnouncementKind::{Freeze, Maintenance, Release};
    let kind = row.kind.to_value().to_uppercase();
    match (row.kind, row.release_id, row.ends_at) {
        (Release, None, _) => {
            Err(Error::invalid("release", "must be given for an announcement of the kind RELEASE"))
        }
        (Maintenance | Freeze, Some(_), _) => {
            Err(Error::invalid("release", format!("must be omitted for an announcement of the kind {kind}")))
        }
        (Maintenance | Freeze, _, None) => Err(Error::invalid(
            "planned.until",
            format!("must be given for an announcement of the kind {kind}"),
        )),
        _ => Ok(()),
    }
}

fn stored_audiences(given: &[Role]) -> serde_json::Value {
    Role::iter().filter(|role| given.contains(role)).map(|role| role.to_value()).collect()
}

/// The roles that an announcement is for.
pub fn audiences(row: &Model) -> Vec<Role> {
    let roles = row.audiences.as_array().into_iter().flatten();
    roles.filter_map(|role| Role::try_from_value(&role.as_str()?.to_owned()).ok()).collect()
}

/// The affected features of each announcement: its own, else those that its release touches.
pub(crate) async fn features_of(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    announcements: &[AnnouncementId],
) -> Result<Vec<(AnnouncementId, FeatureId)>, Error> {
    let own = announcement_feature::Entity::owned_by(organization)
        .filter(announcement_feature::Column::AnnouncementId.is_in(announcements.iter().copied()));
    let own = own.all(db).await?.into_iter().map(|row| (row.announcement_id, row.feature_id));
    let mut features: Vec<_> = own.collect();
    let others = announcements.iter().filter(|id| features.iter().all(|(known, _)| known != *id));
    let others = Entity::owned_by(organization)
        .filter(Column::Id.is_in(others.copied().collect::<Vec<_>>()))
        .filter(Column::ReleaseId.is_not_null())
        .all(db)
        .await?;
    if others.is_empty() {
        return Ok(features);
    }
    let releases = others.iter().filter_map(|row| row.release_id);
    let touched = release_feature::Entity::owned_by(organization)
        .filter(release_feature::Column::ReleaseId.is_in(releases))
        .all(db)
        .await?;
    features.extend(others.iter().flat_map(|row| {
        let touched = touched.iter().filter(|touched| Some(touched.release_id) == row.release_id);
        touched.map(|touched| (row.id, touched.feature_id))
    }));
    Ok(features)
}

/// The moves of each announcement, the earliest first.
pub(crate) async fn moves_of(
    store: &Store,
    organization: OrganizationId,
    announcements: &[AnnouncementId],
) -> Result<Vec<announcement_move::Model>, Error> {
    let rows = announcement_move::Entity::owned_by(organization)
        .filter(announcement_move::Column::AnnouncementId.is_in(announcements.iter().copied()))
        .order_by_asc(announcement_move::Column::Id);
    Ok(rows.all(store.reader()).await?)
}
