//! The inbox: what members should know, each thing once.
//!
//! A notification is written in the transaction of what it is about. Its *topic* says what must not be told twice: a second
//! occurrence of the same topic (another incident of the same hour) increases its number and makes it unread.

use std::collections::{BTreeMap, BTreeSet};

use ballroom_entity::{
    announcement,
    id::{FeatureId, IncidentId, KnownErrorId, MemberId, NotificationId, OrganizationId, ReleaseId, TeamId},
    known_error_feature, member,
    notification::{Column, Entity, Model, NotificationKind, NotificationReason},
    team_member,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ColumnTrait, EntityTrait, ExprTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, OnConflict},
};

use super::{
    access::{Profile, Viewer},
    announcement::audiences,
    check, member as members,
    page::{Direction, List, Order, sorts},
    range::{self, Range},
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// Something that members should know.
struct News {
    kind: NotificationKind,
    subject: String,
    topic: String,
    occurrences: i32,
}

/// Notifies the members for whom an announcement is.
pub(super) async fn announced(
    tx: &mut Transaction,
    row: &announcement::Model,
    kind: NotificationKind,
) -> Result<(), Error> {
    let audience = audiences(row);
    let active = member::Entity::owned_by(tx.organization()).filter(member::Column::RemovedAt.is_null());
    let mut told = active.all(tx.db()).await?;
    told.retain(|member| members::roles(member).iter().any(|role| audience.contains(role)));
    let told = told.into_iter().map(|member| (member.id, NotificationReason::Audience)).collect();
    let subject = row.id.public();
    let topic = format!("{subject} {}", row.edition);
    notify(tx, told, News { kind, subject, topic, occurrences: 1 }).await
}

/// Notifies the members of the teams that own the affected features of new incidents. Those that a member is notified of in an
/// hour are one notification, however many features and teams they concern.
pub(super) async fn incidents_opened(
    tx: &mut Transaction,
    opened: &[(IncidentId, Vec<FeatureId>)],
) -> Result<(), Error> {
    let dimensions = tx.dimensions();
    let mut of_teams: BTreeMap<TeamId, BTreeSet<IncidentId>> = BTreeMap::new();
    for (incident, features) in opened {
        for team in features.iter().filter_map(|feature| dimensions.features.get(feature)?.team_id) {
            of_teams.entry(team).or_default().insert(*incident);
        }
    }
    if of_teams.is_empty() {
        return Ok(());
    }
    let members = team_member::Entity::owned_by(tx.organization())
        .filter(team_member::Column::TeamId.is_in(of_teams.keys().copied()))
        .all(tx.db())
        .await?;
    let mut of_members: BTreeMap<MemberId, BTreeSet<IncidentId>> = BTreeMap::new();
    for row in members {
        of_members.entry(row.member_id).or_default().extend(of_teams.get(&row.team_id).into_iter().flatten());
    }
    // Members who are notified of the same incidents share a statement.
    let mut told: BTreeMap<BTreeSet<IncidentId>, Vec<(MemberId, NotificationReason)>> = BTreeMap::new();
    for (member, incidents) in of_members {
        told.entry(incidents).or_default().push((member, NotificationReason::Team));
    }
    for (incidents, members) in told {
        let Some(last) = incidents.last() else { continue };
        let news = News {
            kind: NotificationKind::IncidentOpened,
            subject: last.public(),
            topic: format!("incidents {}", tx.at.format("%Y-%m-%dT%H")),
            occurrences: incidents.len() as i32,
        };
        notify(tx, members, news).await?;
    }
    Ok(())
}

/// Members whose team owns a feature.
async fn team_of(tx: &Transaction, feature: FeatureId) -> Result<Vec<MemberId>, Error> {
    let team = tx.dimensions().features.get(&feature).and_then(|row| row.team_id);
    let Some(team) = team else { return Ok(Vec::new()) };
    let rows = team_member::Entity::owned_by(tx.organization()).filter(team_member::Column::TeamId.eq(team));
    Ok(rows.all(tx.db()).await?.into_iter().map(|row| row.member_id).collect())
}

/// The features whose team has members.
pub(crate) async fn features_with_members(
    store: &Store,
    organization: OrganizationId,
) -> Result<BTreeSet<FeatureId>, Error> {
    let rows = team_member::Entity::owned_by(organization).all(store.reader()).await?;
    let teams: BTreeSet<TeamId> = rows.into_iter().map(|row| row.team_id).collect();
    let dimensions = store.dimensions(organization).await?;
    let owned =
        dimensions.features.values().filter(|row| row.team_id.is_some_and(|team| teams.contains(&team)));
    Ok(owned.map(|row| row.id).collect())
}

/// Notifies the team of a feature, and the watcher of a release, that the release made the feature worse or better; once.
pub(crate) async fn verdict(
    tx: &mut Transaction,
    release: ReleaseId,
    feature: FeatureId,
    worse: bool,
    watcher: Option<MemberId>,
) -> Result<u64, Error> {
    let team = team_of(tx, feature).await?;
    let mut told: BTreeMap<MemberId, NotificationReason> =
        team.into_iter().map(|member| (member, NotificationReason::Team)).collect();
    told.extend(watcher.map(|member| (member, NotificationReason::Watch)));
    let kind = if worse { NotificationKind::FeatureWorse } else { NotificationKind::FeatureBetter };
    // Of a team the news is about its feature; that of the product as a whole is about the release.
    let subject = feature.some().map_or_else(|| release.public(), PublicId::public);
    let topic = format!("{} {} {}", kind.to_value(), release.public(), feature.uuid().simple());
    notify_once(tx, told.into_iter().collect(), News { kind, subject, topic, occurrences: 1 }).await
}

/// Notifies the watcher of a release of an incident that probably comes from it; once.
pub(crate) async fn watched_incident(
    tx: &mut Transaction,
    watcher: MemberId,
    release: ReleaseId,
    incident: IncidentId,
) -> Result<u64, Error> {
    let kind = NotificationKind::ReleaseIncident;
    let topic = format!("{} {} {}", kind.to_value(), release.public(), incident.public());
    let news = News { kind, subject: incident.public(), topic, occurrences: 1 };
    notify_once(tx, vec![(watcher, NotificationReason::Watch)], news).await
}

/// Notifies the watcher of a release that the watch has ended.
pub(crate) async fn watch_concluded(
    tx: &mut Transaction,
    watcher: MemberId,
    release: ReleaseId,
) -> Result<u64, Error> {
    let kind = NotificationKind::WatchConcluded;
    let topic = format!("{} {}", kind.to_value(), release.public());
    let news = News { kind, subject: release.public(), topic, occurrences: 1 };
    notify_once(tx, vec![(watcher, NotificationReason::Watch)], news).await
}

/// Notifies the teams of the features of a known error that a customer judged the fix.
pub(super) async fn fix_judged(
    tx: &mut Transaction,
    known_error: KnownErrorId,
    helped: bool,
) -> Result<(), Error> {
    let affected = known_error_feature::Entity::owned_by(tx.organization())
        .filter(known_error_feature::Column::KnownErrorId.eq(known_error))
        .all(tx.db())
        .await?;
    let mut members = BTreeSet::new();
    for row in affected {
        members.extend(team_of(tx, row.feature_id).await?);
    }
    let kind = if helped { NotificationKind::FixHelped } else { NotificationKind::FixFailed };
    let topic = format!("{} {}", kind.to_value(), known_error.public());
    let told = members.into_iter().map(|member| (member, NotificationReason::Team)).collect();
    notify(tx, told, News { kind, subject: known_error.public(), topic, occurrences: 1 }).await
}

/// Notifies those members who do not know the topic yet; returns how many.
async fn notify_once(
    tx: &mut Transaction,
    mut members: Vec<(MemberId, NotificationReason)>,
    news: News,
) -> Result<u64, Error> {
    let known: Vec<MemberId> = Entity::owned_by(tx.organization())
        .filter(Column::Topic.eq(&news.topic))
        .filter(Column::MemberId.is_in(members.iter().map(|(member, _)| *member)))
        .select_only()
        .column(Column::MemberId)
        .into_tuple()
        .all(tx.db())
        .await?;
    members.retain(|(member, _)| !known.contains(member));
    let number = members.len() as u64;
    notify(tx, members, news).await?;
    Ok(number)
}

async fn notify(
    tx: &mut Transaction,
    members: Vec<(MemberId, NotificationReason)>,
    news: News,
) -> Result<(), Error> {
    if members.is_empty() {
        return Ok(());
    }
    let rows = members.iter().map(|(member, reason)| {
        Model {
            organization_id: tx.organization(),
            id: NotificationId::new(),
            member_id: *member,
            kind: news.kind,
            reason: *reason,
            subject: news.subject.clone(),
            topic: news.topic.clone(),
            occurrences: news.occurrences,
            created_at: tx.at,
            updated_at: tx.at,
            read_at: None,
        }
        .into_active_model()
    });
    let again = OnConflict::columns([Column::OrganizationId, Column::MemberId, Column::Topic])
        .update_columns([Column::Subject, Column::UpdatedAt, Column::ReadAt])
        .value(Column::Occurrences, Expr::col((Entity, Column::Occurrences)).add(news.occurrences))
        .to_owned();
    Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx.db()).await?;
    // A topic that was known before keeps its ID.
    let sent = Entity::owned_by(tx.organization())
        .filter(Column::Topic.eq(&news.topic))
        .filter(Column::MemberId.is_in(members.iter().map(|(member, _)| *member)))
        .select_only()
        .column(Column::Id)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(tx.db())
        .await?;
    tx.emit(Event::NotificationSent(sent));
    Ok(())
}

/// The notifications of a member.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notifications {
    /// The member.
    pub member: MemberId,
    /// The filter.
    pub filter: NotificationFilter,
    /// The order.
    pub order: Order<NotificationSort>,
}

/// Conditions on notifications; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct NotificationFilter {
    /// Whether they are unread.
    pub unread: Option<bool>,
    /// Kinds, one of which it has.
    pub kind: Option<Vec<NotificationKind>>,
    /// When it happened last.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of notifications.
    NotificationSort: UpdatedAt Descending {
        UpdatedAt = UpdatedAt,
        CreatedAt = Id,
    }
}

impl List for Notifications {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        let own = viewer.edits_profile()?.member();
        if own == self.member { Ok(()) } else { Err(Error::Forbidden(crate::base::right::Right::Profile)) }
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let NotificationFilter { unread, kind, updated_at } = &self.filter;
        let is_read = |unread: bool| match unread {
            true => Column::ReadAt.is_null(),
            false => Column::ReadAt.is_not_null(),
        };
        Entity::owned_by(organization)
            .filter(Column::MemberId.eq(self.member))
            .apply_if(*unread, |query, unread| query.filter(is_read(unread)))
            .apply_if(kind.as_ref(), |query, kinds| query.filter(Column::Kind.is_in(kinds.iter().copied())))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}

/// The caller's notification with this ID, if there is one.
pub async fn find(store: &Store, by: Profile, id: NotificationId) -> Result<Option<Model>, Error> {
    let own = Entity::owned_by(by.organization())
        .filter(Column::MemberId.eq(by.member()))
        .filter(Column::Id.eq(id));
    Ok(own.one(store.reader()).await?)
}

/// Number of unread notifications.
pub async fn unread(store: &Store, by: Profile) -> Result<u64, Error> {
    let unread = Entity::owned_by(by.organization())
        .filter(Column::MemberId.eq(by.member()))
        .filter(Column::ReadAt.is_null());
    Ok(unread.count(store.reader()).await?)
}

/// Marks notifications of the caller as read: these, or all that happened up to now. Returns how many were unread.
pub async fn mark_read(
    store: &Store,
    by: Profile,
    ids: Option<&[NotificationId]>,
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    if let Some(ids) = ids {
        check::batch("notifications", ids.len())?;
    }
    let tx = store.begin(by.organization(), at).await?;
    let marked = Entity::update_many()
        .col_expr(Column::ReadAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(by.organization()))
        .filter(Column::MemberId.eq(by.member()))
        .filter(Column::ReadAt.is_null())
        .apply_if(ids, |query, ids| query.filter(Column::Id.is_in(ids.iter().copied())))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(marked.rows_affected)
}
