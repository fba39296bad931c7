//! The customers affected by an announced change: computed from what is known of them, and decided by people.

use std::collections::HashMap;

use ballroom_entity::{
    announcement::{AnnouncementState, Model},
    announcement_customer::{self, Column, CustomerDecision, Entity},
    api_token::Role,
    customer, feedback,
    id::{AnnouncementId, CustomerId, FeatureId, OrganizationId, ProductId, SegmentId},
    incident, incident_customer, incident_feature,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, OnConflict, Query, SelectStatement},
};

use super::{audiences, features_of, in_transaction, over};
use crate::{
    base::error::Error,
    domain::{
        access::{Report, Ship},
        check, customer as customers_of,
        privacy::MIN_GROUP,
    },
    store::Store,
    transaction::{Event, Transaction},
};

/// Days for which a response makes a customer one who uses the feature.
const DAYS: u64 = 90;

/// Why a customer is affected, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// The customer responded about an affected feature in the last 90 days.
    Responded,
    /// An open incident about an affected feature affects the customer.
    HasIncident,
    /// A person added the customer.
    Added,
    /// A person excluded the customer.
    Excluded,
    /// A person decided not to notify the customer.
    DoNotNotify,
}

/// What an announced change affects, as the condition on its customers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reach {
    /// The announcement.
    pub announcement: AnnouncementId,
    /// The product.
    pub product: ProductId,
    /// The features; empty: the product as a whole.
    pub features: Vec<FeatureId>,
    /// Responses count from this day on.
    pub since: NaiveDate,
}

/// A customer of an announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Affected {
    /// Why.
    pub reasons: Vec<Reason>,
    /// When the customer was last notified; none: never.
    pub notified_at: Option<DateTime<Utc>>,
}

/// Affected customers of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentCount {
    /// The segment; none: customers without one, or of several segments with few affected customers.
    pub segment: Option<SegmentId>,
    /// Number of affected customers; none: too few to be shown.
    pub customers: Option<i64>,
    /// Whether it is the rest: segments with few affected customers, taken together.
    pub rest: bool,
}

impl Reach {
    /// What an announcement with these affected features affects.
    pub(crate) fn new(row: &Model, features: Vec<FeatureId>, at: DateTime<Utc>) -> Self {
        Self::of(row.id, row.product_id, features, at)
    }

    /// What a change of these features affects; empty: of the product as a whole.
    pub(crate) fn of(
        announcement: AnnouncementId,
        product: ProductId,
        mut features: Vec<FeatureId>,
        at: DateTime<Utc>,
    ) -> Self {
        features.sort();
        features.dedup();
        Self { announcement, product, features, since: at.date_naive() - Days::new(DAYS) }
    }

    /// That the change concerns a customer: it affects the customer, or a person decided about it.
    pub(crate) fn concerns(&self, organization: OrganizationId) -> Condition {
        let known = [
            self.responded(organization),
            self.have_incidents(organization),
            self.decided(organization, None),
        ];
        known
            .into_iter()
            .fold(Condition::any(), |any, customers| any.add(customer::Column::Id.in_subquery(customers)))
    }

    /// The customers whom the change concerns.
    fn customers(&self, organization: OrganizationId) -> Select<customer::Entity> {
        customer::Entity::owned_by(organization).filter(self.concerns(organization))
    }

    /// The affected ones: those without whom a person excluded.
    fn affected(&self, organization: OrganizationId) -> Select<customer::Entity> {
        let excluded = self.decided(organization, Some(CustomerDecision::Excluded));
        self.customers(organization).filter(customer::Column::Id.not_in_subquery(excluded))
    }

    fn responded(&self, organization: OrganizationId) -> SelectStatement {
        feedback::Entity::owned_by(organization)
            .filter(feedback::Column::ProductId.eq(self.product))
            .filter(feedback::Column::CustomerId.is_not_null())
            .filter(feedback::Column::Day.gte(self.since))
            .apply_if(self.features(), |query, features| {
                query.filter(feedback::Column::FeatureId.is_in(features))
            })
            .select_only()
            .column(feedback::Column::CustomerId)
            .into_query()
    }

    fn have_incidents(&self, organization: OrganizationId) -> SelectStatement {
        let open = incident::Entity::owned_by(organization)
            .filter(incident::Column::ProductId.eq(self.product))
            .filter(incident::Column::ResolvedAt.is_null())
            .apply_if(self.features(), |query, features| {
                let of_features = incident_feature::Entity::owned_by(organization)
                    .filter(incident_feature::Column::FeatureId.is_in(features))
                    .select_only()
                    .column(incident_feature::Column::IncidentId);
                query.filter(incident::Column::Id.in_subquery(of_features.into_query()))
            })
            .select_only()
            .column(incident::Column::Id);
        incident_customer::Entity::owned_by(organization)
            .filter(incident_customer::Column::IncidentId.in_subquery(open.into_query()))
            .select_only()
            .column(incident_customer::Column::CustomerId)
            .into_query()
    }

    /// The customers about whom a person decided so, or in any way.
    fn decided(&self, organization: OrganizationId, decision: Option<CustomerDecision>) -> SelectStatement {
        Entity::owned_by(organization)
            .filter(Column::AnnouncementId.eq(self.announcement))
            .filter(Column::Decision.is_not_null())
            .apply_if(decision, |query, decision| query.filter(Column::Decision.eq(decision)))
            .select_only()
            .column(Column::CustomerId)
            .into_query()
    }

    fn features(&self) -> Option<Vec<FeatureId>> {
        (!self.features.is_empty()).then(|| self.features.clone())
    }
}

/// Why each of these customers is affected.
pub async fn reasons(
    store: &Store,
    organization: OrganizationId,
    reach: &Reach,
    customers: &[CustomerId],
) -> Result<HashMap<CustomerId, Affected>, Error> {
    let blank = || Affected { reasons: Vec::new(), notified_at: None };
    let mut found: HashMap<CustomerId, Affected> = customers.iter().map(|id| (*id, blank())).collect();
    let known = [
        (Reason::Responded, reach.responded(organization)),
        (Reason::HasIncident, reach.have_incidents(organization)),
    ];
    for (reason, of_reason) in known {
        let rows = customer::Entity::owned_by(organization)
            .filter(customer::Column::Id.is_in(customers.iter().copied()))
            .filter(customer::Column::Id.in_subquery(of_reason))
            .select_only()
            .column(customer::Column::Id);
        for id in rows.into_tuple::<CustomerId>().all(store.reader()).await? {
            found.entry(id).or_insert_with(blank).reasons.push(reason);
        }
    }
    let decided = Entity::owned_by(organization)
        .filter(Column::AnnouncementId.eq(reach.announcement))
        .filter(Column::CustomerId.is_in(customers.iter().copied()));
    for row in decided.all(store.reader()).await? {
        let affected = found.entry(row.customer_id).or_insert_with(blank);
        affected.notified_at = row.notified_at;
        affected.reasons.extend(row.decision.map(|decision| match decision {
            CustomerDecision::Added => Reason::Added,
            CustomerDecision::Excluded => Reason::Excluded,
            CustomerDecision::DoNotNotify => Reason::DoNotNotify,
        }));
    }
    Ok(found)
}

/// Number of affected customers by segment, the largest first. For callers who may not see single customers, segments with
/// fewer than five affected customers are taken together, and their number is not shown if it is less than five as well,
/// or if it could be computed from the others.
pub async fn by_segment(
    store: &Store,
    by: Report,
    reach: &Reach,
    sees_customers: bool,
) -> Result<Vec<SegmentCount>, Error> {
    let counted = reach
        .affected(by.organization())
        .select_only()
        .column(customer::Column::SegmentId)
        .column_as(Expr::cust("COUNT(*)"), "customers")
        .group_by(customer::Column::SegmentId);
    let rows: Vec<(Option<SegmentId>, i64)> = counted.into_tuple().all(store.reader()).await?;
    Ok(grouped(rows, sees_customers))
}

fn grouped(mut rows: Vec<(Option<SegmentId>, i64)>, sees_customers: bool) -> Vec<SegmentCount> {
    rows.sort_by_key(|(segment, customers)| (-customers, *segment));
    let (mut large, small): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(_, customers)| sees_customers || *customers >= MIN_GROUP);
    let rest: i64 = small.iter().map(|(_, customers)| customers).sum();
    let hidden = (0 < rest && rest < MIN_GROUP).then(|| large.pop()).flatten();
    // A small rest hides among the customers of the smallest segment that could be shown.
    let rest = rest + hidden.map_or(0, |(_, customers)| customers);
    let of = |(segment, customers)| SegmentCount { segment, customers: Some(customers), rest: false };
    let mut counts: Vec<_> = large.into_iter().map(of).collect();
    if rest > 0 {
        let customers = (rest >= MIN_GROUP).then_some(rest);
        counts.push(SegmentCount { segment: None, customers, rest: true });
    }
    counts
}

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
pub(super) async fn notify(tx: &Transaction, row: &Model) -> Result<(), Error> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::reference::PublicId;

    fn numbers(rows: &[i64], sees_customers: bool) -> Vec<(Option<i64>, bool)> {
        let rows = rows.iter().map(|customers| (Some(SegmentId::new()), *customers)).collect();
        grouped(rows, sees_customers).into_iter().map(|count| (count.customers, count.rest)).collect()
    }

    #[test]
    fn a_caller_who_sees_customers_sees_all_counts() {
        assert_eq!(numbers(&[1, 9, 4], true), [(Some(9), false), (Some(4), false), (Some(1), false)]);
    }

    #[test]
    fn small_segments_are_taken_together() {
        assert_eq!(numbers(&[9, 3, 4], false), [(Some(9), false), (Some(7), true)]);
    }

    #[test]
    fn a_small_rest_hides_among_the_smallest_segment_that_is_shown() {
        assert_eq!(numbers(&[20, 9, 2], false), [(Some(20), false), (Some(11), true)]);
        assert_eq!(numbers(&[2, 1], false), [(None, true)]);
        assert_eq!(numbers(&[], false), []);
    }
}
