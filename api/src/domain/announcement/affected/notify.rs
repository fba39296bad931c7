//! Notices to those whom a change affects.

use std::collections::HashMap;

use ballroom_entity::{
    announcement::{AnnouncementState, Model},
    announcement_customer::{self, Column, CustomerDecision, Entity},
    api_token::Role,
    customer,
    id::{AnnouncementId, CustomerId, OrganizationId},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait,
    sea_query::{Expr, OnConflict, Query},
};

use super::{
    super::{audiences, features_of, in_transaction, over},
    Reach,
};
use crate::{
    base::error::Error,
    domain::{
        access::{Report, Ship},
        check, customer as customers_of,
    },
    store::Store,
    transaction::{Event, Transaction},
};

/// Records a decision about customers of an announcement, or withdraws an earlier one. Returns those about whom another one
/// was recorded before.
pub async fn decide(
    store: &Store,
    by: Ship,
    id: AnnouncementId,
    customers: &[String],
    decision: Option<CustomerDecision>,
    at: DateTime<Utc>,
) -> Result<(Model, Vec<customer::Model>), Error> {
    check::batch("customers", customers.len())?;
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = in_transaction(&tx, id).await?;
    if matches!(row.state, AnnouncementState::Concluded | AnnouncementState::Cancelled) {
        return Err(over(&row));
    }
    let ids = customers_of::named(&tx, customers).await?;
    let mut known = HashMap::new();
    for some in ids.chunks(1_000) {
        let rows = Entity::owned_by(tx.organization())
            .filter(Column::AnnouncementId.eq(id))
            .filter(Column::CustomerId.is_in(some.iter().copied()));
        known.extend(rows.all(tx.db()).await?.into_iter().map(|row| (row.customer_id, row.decision)));
    }
    let changed: Vec<_> = ids.into_iter().filter(|id| known.get(id).copied().flatten() != decision).collect();
    if changed.is_empty() {
        return Ok((row, Vec::new()));
    }
    for some in changed.chunks(1_000) {
        let rows = some.iter().map(|customer| announcement_customer::ActiveModel {
            organization_id: sea_orm::Set(tx.organization()),
            announcement_id: sea_orm::Set(id),
            customer_id: sea_orm::Set(*customer),
            decision: sea_orm::Set(decision),
            notified_edition: sea_orm::Set(None),
            notified_at: sea_orm::Set(None),
        });
        let replace =
            OnConflict::columns([Column::OrganizationId, Column::AnnouncementId, Column::CustomerId])
                .update_column(Column::Decision)
                .to_owned();
        Entity::insert_many(rows).on_conflict(replace).exec_without_returning(tx.db()).await?;
    }
    if row.edition > 0
        && audiences(&row).contains(&Role::Customer)
        && decision == Some(CustomerDecision::Added)
    {
        notify(&tx, &row).await?;
    }
    let mut found = Vec::with_capacity(changed.len());
    for some in changed.chunks(1_000) {
        let rows = customer::Entity::owned_by(tx.organization())
            .filter(customer::Column::Id.is_in(some.iter().copied()));
        found.extend(rows.all(tx.db()).await?);
    }
    found.sort_by(|a, b| a.key.cmp(&b.key));
    tx.emit(Event::AnnouncementUpdated(id));
    tx.commit().await?;
    Ok((row, found))
}

/// Notifies the customers of an announcement of its current edition, if it is for customers: those who were notified before,
/// and those who are affected now.
pub(in crate::domain) async fn notify(tx: &Transaction, row: &Model) -> Result<(), Error> {
    if !audiences(row).contains(&Role::Customer) {
        return Ok(());
    }
    let features = features_of(tx.db(), tx.organization(), &[row.id]).await?;
    let reach = Reach::new(row, features.into_iter().map(|(_, feature)| feature).collect(), tx.at);
    let no = |decision| reach.decided(tx.organization(), Some(decision));
    let customers = reach
        .customers(tx.organization())
        .filter(customer::Column::Id.not_in_subquery(no(CustomerDecision::Excluded)))
        .filter(customer::Column::Id.not_in_subquery(no(CustomerDecision::DoNotNotify)))
        .select_only()
        .column(customer::Column::OrganizationId)
        .expr(Expr::val(row.id.0))
        .column(customer::Column::Id)
        .expr(Expr::val(row.edition))
        .expr(Expr::val(tx.at));
    let columns = [
        Column::OrganizationId,
        Column::AnnouncementId,
        Column::CustomerId,
        Column::NotifiedEdition,
        Column::NotifiedAt,
    ];
    let again = OnConflict::columns([Column::OrganizationId, Column::AnnouncementId, Column::CustomerId])
        .update_columns([Column::NotifiedEdition, Column::NotifiedAt])
        .to_owned();
    let mut insert = Query::insert();
    insert.into_table(Entity).columns(columns).on_conflict(again);
    insert
        .select_from(customers.into_query())
        .map_err(|error| Error::internal("cannot notify customers", error))?;
    tx.db().execute(&insert).await?;
    Entity::update_many()
        .col_expr(Column::NotifiedEdition, Expr::val(row.edition))
        .col_expr(Column::NotifiedAt, Expr::val(tx.at))
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::AnnouncementId.eq(row.id))
        .filter(Column::NotifiedEdition.lt(row.edition))
        .filter(Column::Decision.is_null().or(Column::Decision.ne(CustomerDecision::DoNotNotify)))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// That a customer was notified of an announcement.
pub(crate) fn has_notified(organization: OrganizationId, customer: CustomerId) -> Expr {
    let notified = Entity::owned_by(organization)
        .filter(Column::CustomerId.eq(customer))
        .filter(Column::NotifiedEdition.is_not_null())
        .select_only()
        .column(Column::AnnouncementId);
    ballroom_entity::announcement::Column::Id.in_subquery(notified.into_query())
}

/// Number of affected customers, and of those among them who were notified.
pub async fn coverage(store: &Store, by: Report, reach: &Reach) -> Result<(u64, u64), Error> {
    let affected = reach.affected(by.organization());
    let notified = Entity::owned_by(by.organization())
        .filter(Column::AnnouncementId.eq(reach.announcement))
        .filter(Column::NotifiedEdition.is_not_null())
        .select_only()
        .column(Column::CustomerId);
    let covered = affected.clone().filter(customer::Column::Id.in_subquery(notified.into_query()));
    Ok((affected.count(store.reader()).await?, covered.count(store.reader()).await?))
}

/// Number of customers who were notified of an announcement.
pub async fn notified_of(store: &Store, by: Report, id: AnnouncementId) -> Result<i64, Error> {
    let counted = Entity::owned_by(by.organization())
        .filter(Column::AnnouncementId.eq(id))
        .filter(Column::NotifiedEdition.is_not_null())
        .select_only()
        .column_as(Expr::cust("COUNT(*)"), "customers");
    Ok(counted.into_tuple::<i64>().one(store.reader()).await?.unwrap_or(0))
}
