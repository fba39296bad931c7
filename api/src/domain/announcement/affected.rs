//! The customers affected by an announced change: computed from what is known of them, and decided by people.

mod notify;

use std::collections::HashMap;

use ballroom_entity::{
    announcement::Model,
    announcement_customer::{Column, CustomerDecision, Entity},
    customer, feedback,
    id::{AnnouncementId, CustomerId, FeatureId, OrganizationId, ProductId, SegmentId},
    incident, incident_customer, incident_feature,
};
use chrono::{DateTime, Days, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SelectStatement},
};

use crate::{
    base::error::Error,
    domain::{access::Report, privacy::MinGroup},
    store::Store,
};

pub(crate) use notify::has_notified;
pub(super) use notify::notify;
pub use notify::{coverage, decide, notified_of};

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
/// too few affected customers are taken together, and their number is not shown if it is too small as well, or if it could be computed from the others.
pub async fn by_segment(
    store: &Store,
    by: Report,
    reach: &Reach,
    only_groups: Option<MinGroup>,
) -> Result<Vec<SegmentCount>, Error> {
    let counted = reach
        .affected(by.organization())
        .select_only()
        .column(customer::Column::SegmentId)
        .column_as(Expr::cust("COUNT(*)"), "customers")
        .group_by(customer::Column::SegmentId);
    let rows: Vec<(Option<SegmentId>, i64)> = counted.into_tuple().all(store.reader()).await?;
    Ok(grouped(rows, only_groups))
}

fn grouped(mut rows: Vec<(Option<SegmentId>, i64)>, only_groups: Option<MinGroup>) -> Vec<SegmentCount> {
    let is_enough = |customers: i64| only_groups.is_none_or(|group| group.is_enough(customers));
    rows.sort_by_key(|(segment, customers)| (-customers, *segment));
    let (mut large, small): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(_, customers)| is_enough(*customers));
    let rest: i64 = small.iter().map(|(_, customers)| customers).sum();
    let hidden = (0 < rest && !is_enough(rest)).then(|| large.pop()).flatten();
    // A small rest hides among the customers of the smallest segment that could be shown.
    let rest = rest + hidden.map_or(0, |(_, customers)| customers);
    let of = |(segment, customers)| SegmentCount { segment, customers: Some(customers), rest: false };
    let mut counts: Vec<_> = large.into_iter().map(of).collect();
    if rest > 0 {
        let customers = is_enough(rest).then_some(rest);
        counts.push(SegmentCount { segment: None, customers, rest: true });
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::reference::PublicId;

    fn numbers(rows: &[i64], sees_customers: bool) -> Vec<(Option<i64>, bool)> {
        let rows = rows.iter().map(|customers| (Some(SegmentId::new()), *customers)).collect();
        grouped(rows, (!sees_customers).then(|| MinGroup::for_tests(5)))
            .into_iter()
            .map(|count| (count.customers, count.rest))
            .collect()
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
