//! Acknowledgements: members of support have read an announcement.

use ballroom_entity::{
    acknowledgement::{Column, Entity, Model},
    announcement::{self, AnnouncementState},
    api_token::Role,
    id::{AnnouncementId, OrganizationId},
    member,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryOrder};

use super::in_transaction;
use crate::{
    base::error::Error,
    domain::{access::Acknowledge, check, member::roles, sent::Outcome},
    store::Store,
    transaction::Event,
};

/// Acknowledges the current edition of an announcement. A member acknowledges it once.
pub async fn acknowledge(
    store: &Store,
    by: Acknowledge,
    id: AnnouncementId,
    note: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(announcement::Model, Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let announcement = in_transaction(&tx, id).await?;
    if announcement.edition == 0 {
        let what = match announcement.state {
            AnnouncementState::Draft => "is a draft; it can be acknowledged once it is published",
            _ => "was canceled before it was published; there is nothing to acknowledge",
        };
        return Err(Error::conflict("announcement", what));
    }
    let note = check::text("note", note)?;
    let known = Entity::owned_by(by.organization())
        .filter(Column::AnnouncementId.eq(id))
        .filter(Column::MemberId.eq(by.member()))
        .filter(Column::Edition.eq(announcement.edition));
    if let Some(known) = known.one(tx.db()).await? {
        if note.is_none() || note == known.note {
            return Ok((announcement, known, Outcome::Unchanged));
        }
        let mut row = known.into_active_model();
        row.note = sea_orm::Set(note);
        let row = row.update(tx.db()).await?;
        tx.emit(Event::AnnouncementAcknowledged(id));
        tx.commit().await?;
        return Ok((announcement, row, Outcome::Updated));
    }
    let row = Model {
        organization_id: by.organization(),
        announcement_id: id,
        member_id: by.member(),
        edition: announcement.edition,
        note,
        acknowledged_at: at,
    };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.emit(Event::AnnouncementAcknowledged(id));
    tx.commit().await?;
    Ok((announcement, row, Outcome::Created))
}

/// The acknowledgements of each announcement, the earliest first.
pub async fn of_announcements(
    store: &Store,
    organization: OrganizationId,
    announcements: &[AnnouncementId],
) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(organization)
        .filter(Column::AnnouncementId.is_in(announcements.iter().copied()))
        .order_by_asc(Column::AcknowledgedAt)
        .order_by_asc(Column::MemberId);
    Ok(rows.all(store.reader()).await?)
}

/// The active members of support, by name: those who are to acknowledge announcements.
pub async fn support(store: &Store, organization: OrganizationId) -> Result<Vec<member::Model>, Error> {
    let active = member::Entity::owned_by(organization)
        .filter(member::Column::RemovedAt.is_null())
        .order_by_asc(member::Column::Name)
        .order_by_asc(member::Column::Id);
    let mut members = active.all(store.reader()).await?;
    members.retain(|member| roles(member).contains(&Role::Support));
    Ok(members)
}
