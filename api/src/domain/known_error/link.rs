//! The incidents and responses that come from a known error.

use ballroom_entity::{
    feedback,
    id::{FeedbackId, IncidentId, KnownErrorId, OrganizationId},
    incident,
    known_error::Model,
    known_error_feedback, known_error_incident,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, Set,
    sea_query::OnConflict,
};

use super::in_transaction;
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{access::Contribute, check},
    store::Store,
    transaction::{Event, Transaction},
};

/// Incidents and responses to link to a known error.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The incidents.
    pub incidents: Vec<IncidentId>,
    /// The responses.
    pub feedback: Vec<FeedbackId>,
}

impl Links {
    fn check(&self) -> Result<(), Error> {
        if self.incidents.is_empty() && self.feedback.is_empty() {
            return Err(Error::invalid(
                "incidents",
                "and feedback are both empty; name at least one incident or response",
            ));
        }
        for (field, items) in [("incidents", self.incidents.len()), ("feedback", self.feedback.len())] {
            if items > 0 {
                check::batch(field, items)?;
            }
        }
        Ok(())
    }
}

/// Links incidents and responses to a known error; those that are linked already stay so. They must be about its product.
pub async fn link(
    store: &Store,
    by: Contribute,
    id: KnownErrorId,
    links: &Links,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    links.check()?;
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = in_transaction(&tx, id).await?;
    let incidents = incident::Entity::owned_by(tx.organization())
        .filter(incident::Column::ProductId.eq(row.product_id))
        .filter(incident::Column::Id.is_in(links.incidents.iter().copied()))
        .select_only()
        .column(incident::Column::Id)
        .into_tuple::<IncidentId>()
        .all(tx.db())
        .await?;
    let feedback = feedback::Entity::owned_by(tx.organization())
        .filter(feedback::Column::ProductId.eq(row.product_id))
        .filter(feedback::Column::Id.is_in(links.feedback.iter().copied()))
        .select_only()
        .column(feedback::Column::Id)
        .into_tuple::<FeedbackId>()
        .all(tx.db())
        .await?;
    let unknown = links.incidents.iter().position(|id| !incidents.contains(id));
    if let Some(index) = unknown {
        let id = links.incidents[index].public();
        return Err(Error::not_found(format!("incidents.{index}"), "incident of this product", id));
    }
    let unknown = links.feedback.iter().position(|id| !feedback.contains(id));
    if let Some(index) = unknown {
        let id = links.feedback[index].public();
        return Err(Error::not_found(format!("feedback.{index}"), "response about this product", id));
    }
    for some in incidents.chunks(500) {
        let rows = some.iter().map(|incident| known_error_incident::ActiveModel {
            organization_id: Set(tx.organization()),
            known_error_id: Set(id),
            incident_id: Set(*incident),
            linked_by: Set(tx.actor()),
            linked_at: Set(at),
        });
        let key = [
            known_error_incident::Column::OrganizationId,
            known_error_incident::Column::KnownErrorId,
            known_error_incident::Column::IncidentId,
        ];
        known_error_incident::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(tx.db())
            .await?;
    }
    for some in feedback.chunks(500) {
        let rows = some.iter().map(|feedback| known_error_feedback::ActiveModel {
            organization_id: Set(tx.organization()),
            known_error_id: Set(id),
            feedback_id: Set(*feedback),
            linked_by: Set(tx.actor()),
            linked_at: Set(at),
        });
        let key = [
            known_error_feedback::Column::OrganizationId,
            known_error_feedback::Column::KnownErrorId,
            known_error_feedback::Column::FeedbackId,
        ];
        known_error_feedback::Entity::insert_many(rows)
            .on_conflict(OnConflict::columns(key).do_nothing().to_owned())
            .exec_without_returning(tx.db())
            .await?;
    }
    changed(tx, row).await
}

/// Removes links of incidents and responses to a known error; those that are not linked are ignored.
pub async fn unlink(
    store: &Store,
    by: Contribute,
    id: KnownErrorId,
    links: &Links,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    links.check()?;
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = in_transaction(&tx, id).await?;
    for some in links.incidents.chunks(1_000) {
        known_error_incident::Entity::delete_many()
            .filter(known_error_incident::Column::OrganizationId.eq(tx.organization()))
            .filter(known_error_incident::Column::KnownErrorId.eq(id))
            .filter(known_error_incident::Column::IncidentId.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    for some in links.feedback.chunks(1_000) {
        known_error_feedback::Entity::delete_many()
            .filter(known_error_feedback::Column::OrganizationId.eq(tx.organization()))
            .filter(known_error_feedback::Column::KnownErrorId.eq(id))
            .filter(known_error_feedback::Column::FeedbackId.is_in(some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    changed(tx, row).await
}

async fn changed(mut tx: Transaction, mut row: Model) -> Result<Model, Error> {
    row.updated_at = tx.at;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(Event::KnownErrorUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// The known errors that each of these incidents comes from.
pub(crate) async fn of_incidents(
    store: &Store,
    organization: OrganizationId,
    incidents: &[IncidentId],
) -> Result<Vec<known_error_incident::Model>, Error> {
    let rows = known_error_incident::Entity::owned_by(organization)
        .filter(known_error_incident::Column::IncidentId.is_in(incidents.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}

/// The known errors that each of these responses reports.
pub(crate) async fn of_feedback(
    store: &Store,
    organization: OrganizationId,
    feedback: &[FeedbackId],
) -> Result<Vec<known_error_feedback::Model>, Error> {
    let rows = known_error_feedback::Entity::owned_by(organization)
        .filter(known_error_feedback::Column::FeedbackId.is_in(feedback.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}
