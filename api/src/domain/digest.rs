//! Digests: the unread notifications of a member by mail, as often as the member wants.

use std::collections::HashMap;

use ballroom_entity::{
    digest::{Column, DigestFrequency, Entity, Model},
    id::{
        AnnouncementId, FeatureId, IncidentId, KnownErrorId, MemberId, NotificationId, OrganizationId,
        ReleaseId,
    },
    member,
    notification::{self, NotificationKind},
};
use chrono::{DateTime, Datelike, Utc, Weekday};
use sea_orm::{
    ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{lookup::ById, member as members, schedule};
use crate::{
    base::{error::Error, reference::PublicId, right::Right},
    store::{Dimensions, Lease, Store},
    transaction::{Event, Transaction},
    words::counted,
};

/// Maximum number of notifications that a digest lists.
const MOST: usize = 50;

/// A digest to send.
#[derive(Clone, Debug)]
pub struct Digest {
    /// Whose it is, and how far it was told.
    pub row: Model,
    /// The address.
    pub address: String,
    /// Subject of the mail.
    pub subject: String,
    /// What is unread, the latest first: when, and what.
    pub lines: Vec<(DateTime<Utc>, String)>,
    /// Number of unread notifications that are not listed.
    pub more: usize,
    /// What happened up to this time is told by it.
    pub until: DateTime<Utc>,
}

/// How often a member wants a digest.
pub(crate) async fn frequencies(
    store: &Store,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<HashMap<MemberId, DigestFrequency>, Error> {
    let rows = Entity::owned_by(organization).filter(Column::MemberId.is_in(members.iter().copied()));
    Ok(rows.all(store.reader()).await?.into_iter().map(|row| (row.member_id, row.frequency)).collect())
}

/// Stores how often a member wants a digest. Whoever begins to want one is told what happens from then on.
pub(super) async fn set(tx: &Transaction, member: MemberId, frequency: DigestFrequency) -> Result<(), Error> {
    let there = Entity::owned_by(tx.organization()).filter(Column::MemberId.eq(member)).one(tx.db()).await?;
    let was = there.as_ref().map_or(DigestFrequency::Never, |row| row.frequency);
    if was == frequency {
        return Ok(());
    }
    let begins = was == DigestFrequency::Never;
    let row = Model {
        organization_id: tx.organization(),
        member_id: member,
        frequency,
        secret: schedule::new_secret()?,
        told_until: there.as_ref().filter(|_| !begins).map_or(tx.at, |row| row.told_until),
        created_at: there.as_ref().map_or(tx.at, |row| row.created_at),
        updated_at: tx.at,
    };
    let again = OnConflict::columns([Column::OrganizationId, Column::MemberId])
        .update_columns([Column::Frequency, Column::Secret, Column::ToldUntil, Column::UpdatedAt])
        .to_owned();
    Entity::insert(row.into_active_model()).on_conflict(again).exec_without_returning(tx.db()).await?;
    Ok(())
}

/// The digests that are due in the morning of a day: the weekly ones on Mondays.
pub async fn due(
    store: &Store,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> Result<Vec<Digest>, Error> {
    let mut wanted = vec![DigestFrequency::Daily];
    if now.weekday() == Weekday::Mon {
        wanted.push(DigestFrequency::Weekly);
    }
    let rows = Entity::owned_by(organization)
        .filter(Column::Frequency.is_in(wanted))
        .order_by_asc(Column::MemberId)
        .all(store.reader())
        .await?;
    let ids: Vec<MemberId> = rows.iter().map(|row| row.member_id).collect();
    let known = MemberId::rows(store, organization, &ids).await?;
    let dimensions = store.dimensions(organization).await?;
    let mut due = Vec::new();
    for row in rows {
        let Some(member) = known.get(&row.member_id).filter(|member| member.removed_at.is_none()) else {
            continue;
        };
        let Some(address) = member.email.clone() else { continue };
        let unread = notification::Entity::owned_by(organization)
            .filter(notification::Column::MemberId.eq(member.id))
            .filter(notification::Column::ReadAt.is_null())
            .filter(notification::Column::UpdatedAt.gt(row.told_until))
            .filter(notification::Column::UpdatedAt.lte(now))
            .order_by_desc(notification::Column::UpdatedAt)
            .order_by_desc(notification::Column::Id)
            .limit(1_000)
            .all(store.reader())
            .await?;
        if unread.is_empty() {
            continue;
        }
        let told = told(store, &dimensions, member, &unread[..unread.len().min(MOST)]).await?;
        due.push(Digest {
            row,
            address,
            subject: format!("{} in Ballroom", counted(unread.len() as u64, "unread notification")),
            lines: told,
            more: unread.len().saturating_sub(MOST),
            until: now,
        });
    }
    Ok(due)
}

/// Notes that a digest was sent.
pub async fn sent(store: &Store, lease: &Lease, digest: &Digest, at: DateTime<Utc>) -> Result<(), Error> {
    let tx = store.begin(digest.row.organization_id, at).await?;
    let mut row = digest.row.clone().into_active_model();
    row.told_until = sea_orm::Set(digest.until);
    Entity::update(row).exec(tx.db()).await?;
    lease.hold(tx.db()).await?;
    tx.commit().await?;
    Ok(())
}

/// What notifications say, in sentences. Titles of incidents are told only to members whose work includes reading them.
async fn told(
    store: &Store,
    dimensions: &Dimensions,
    member: &member::Model,
    rows: &[notification::Model],
) -> Result<Vec<(DateTime<Utc>, String)>, Error> {
    let organization = member.organization_id;
    let reads = members::roles(member).iter().any(|role| Right::Read.of_role(*role));
    fn ids<I: PublicId>(rows: &[notification::Model]) -> Vec<I> {
        rows.iter().filter_map(|row| I::parse(&row.subject)).collect()
    }
    let announcements = AnnouncementId::rows(store, organization, &ids::<AnnouncementId>(rows)).await?;
    let incidents = IncidentId::rows(store, organization, &ids::<IncidentId>(rows)).await?;
    let errors = KnownErrorId::rows(store, organization, &ids::<KnownErrorId>(rows)).await?;
    let line = |row: &notification::Model| {
        let subject = &*row.subject;
        let announcement = AnnouncementId::parse(subject).and_then(|id| announcements.get(&id));
        let announced = announcement.map_or("a change", |row| row.title.as_str());
        let incident = IncidentId::parse(subject).and_then(|id| incidents.get(&id)).filter(|_| reads);
        let incident = incident.map(|row| format!(": {}", row.title)).unwrap_or_default();
        let error = KnownErrorId::parse(subject).and_then(|id| errors.get(&id));
        let error = error.map_or("a known error", |row| row.title.as_str());
        let feature = FeatureId::parse(subject).and_then(|id| dimensions.features.get(&id));
        let feature = feature.map_or("The product as a whole", |row| row.name.as_str());
        // The topic of a verdict names its release.
        let release = row.topic.split(' ').find_map(ReleaseId::parse).or_else(|| ReleaseId::parse(subject));
        let release = release.and_then(|id| dimensions.releases.get(&id));
        let release = release.map_or("a release", |row| row.version.as_str());
        match row.kind {
            NotificationKind::AnnouncementPublished => format!("Announced: {announced}"),
            NotificationKind::AnnouncementRescheduled => format!("Rescheduled: {announced}"),
            NotificationKind::AnnouncementCancelled => format!("Cancelled: {announced}"),
            NotificationKind::IncidentOpened => {
                let number = counted(row.occurrences.unsigned_abs().into(), "incident");
                let last = if row.occurrences > 1 && !incident.is_empty() { ", the last one" } else { "" };
                format!("{number} with features of your team{last}{incident}")
            }
            NotificationKind::FeatureWorse => format!("{feature} got worse with {release}"),
            NotificationKind::FeatureBetter => format!("{feature} got better with {release}"),
            NotificationKind::ReleaseIncident => {
                format!("An incident probably comes from {release}, which you watch{incident}")
            }
            NotificationKind::WatchConcluded => format!("The watch of {release} has ended"),
            NotificationKind::FixHelped => format!("Customers say that the fix helped: {error}"),
            NotificationKind::FixFailed => format!("Customers say that the fix did not help: {error}"),
        }
    };
    Ok(rows.iter().map(|row| (row.updated_at, line(row))).collect())
}

/// The parts of the link that ends a digest.
#[derive(Clone, Copy, Debug)]
pub struct EndDigest<'a> {
    /// The organization.
    pub organization: OrganizationId,
    /// The member.
    pub member: MemberId,
    /// The secret of the digest.
    pub secret: &'a str,
}

impl<'a> EndDigest<'a> {
    /// The parts of the path of a link, as [`path`](Self::path) writes it.
    pub fn parse(organization: &str, member: &str, secret: &'a str) -> Option<Self> {
        let (organization, member) = (OrganizationId::parse(organization)?, MemberId::parse(member)?);
        (secret.len() == 64).then_some(Self { organization, member, secret })
    }

    /// The path of the link.
    pub fn path(&self) -> String {
        format!("unsubscribe/{}/{}/{}", self.organization.public(), self.member.public(), self.secret)
    }
}

/// The address that a link ends the digest of; none: there is no such digest any more.
pub async fn address_of(store: &Store, link: &EndDigest<'_>) -> Result<Option<String>, Error> {
    let row = Entity::owned_by(link.organization)
        .filter(Column::MemberId.eq(link.member))
        .filter(Column::Secret.eq(link.secret))
        .filter(Column::Frequency.ne(DigestFrequency::Never))
        .one(store.reader())
        .await?;
    let Some(row) = row else { return Ok(None) };
    let member = MemberId::rows(store, link.organization, &[row.member_id]).await?.remove(&row.member_id);
    Ok(member.and_then(|member| member.email))
}

/// Ends a digest; returns the address, or none if there is no such digest any more.
pub async fn end(store: &Store, link: &EndDigest<'_>, at: DateTime<Utc>) -> Result<Option<String>, Error> {
    let Some(address) = address_of(store, link).await? else { return Ok(None) };
    let mut tx = store.begin(link.organization, at).await?;
    set(&tx, link.member, DigestFrequency::Never).await?;
    tx.emit(Event::MemberUpdated(link.member));
    tx.commit().await?;
    Ok(Some(address))
}

/// The ID by which a mail program recognizes a digest that arrives twice.
pub fn message_id(digest: &Digest) -> String {
    let of = NotificationId::NOUN;
    format!("{of}-digest-{}-{}", digest.row.member_id.public(), digest.row.told_until.timestamp_micros())
}
