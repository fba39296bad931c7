//! Stored reports: what a report said when it was stored. They are never changed.

mod list;

use ballroom_entity::{
    id::{OrganizationId, ProductId, ReportId},
    stored_report::{ActiveModel, Column, Entity, Model, ReportKind},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, QueryFilter, QueryTrait, Set};

pub use list::{StoredReportFilter, StoredReportSort, StoredReports};

use super::access::{Manage, Report};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// A report to store.
#[derive(Clone, Debug)]
pub struct NewStoredReport {
    /// Its kind.
    pub kind: ReportKind,
    /// The product; none: all products.
    pub product: Option<ProductId>,
    /// Title.
    pub title: String,
    /// For whom it is.
    pub audience: String,
    /// Whether it has single responses or incidents.
    pub detailed: bool,
    /// The last day whose data it uses.
    pub as_of: NaiveDate,
    /// Version of the method.
    pub method: String,
    /// Revision of the data.
    pub revision: i64,
    /// The report as JSON.
    pub model: String,
}

/// Stores a report.
pub async fn create(
    store: &Store,
    by: Manage,
    new: NewStoredReport,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = create_in(&mut tx, new).await?;
    tx.commit().await?;
    Ok(row)
}

/// The same within a transaction, at its time and by its actor.
pub(crate) async fn create_in(tx: &mut Transaction, new: NewStoredReport) -> Result<Model, Error> {
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(ReportId::new()),
        kind: Set(new.kind),
        product_id: Set(new.product),
        title: Set(new.title),
        audience: Set(new.audience),
        detailed: Set(new.detailed),
        as_of: Set(new.as_of),
        method: Set(new.method),
        revision: Set(new.revision),
        model: Set(new.model),
        stored_by: Set(tx.actor()),
        created_at: Set(tx.at),
    };
    let row = row.insert(tx.db()).await?;
    tx.emit(Event::ReportStored(row.id));
    Ok(row)
}

/// The stored report with this ID, for the server's own work.
pub async fn of_id(
    store: &Store,
    organization: OrganizationId,
    id: ReportId,
) -> Result<Option<Model>, Error> {
    Ok(Entity::owned_by(organization).filter(Column::Id.eq(id)).one(store.reader()).await?)
}

/// A stored report; `sees_responses` is whether the caller may see single responses. A report that has some does not exist for
/// others.
pub async fn find(
    store: &Store,
    by: Report,
    sees_responses: bool,
    (field, reference): (&str, &str),
) -> Result<Model, Error> {
    let id = ReportId::parse(reference.trim());
    let found = match id {
        Some(id) => {
            let rows = Entity::owned_by(by.organization())
                .filter(Column::Id.eq(id))
                .apply_if((!sees_responses).then_some(false), |query, detailed| {
                    query.filter(Column::Detailed.eq(detailed))
                });
            rows.one(store.reader()).await?
        }
        None => None,
    };
    found.ok_or_else(|| Error::not_found(field, ReportId::NOUN, reference))
}
