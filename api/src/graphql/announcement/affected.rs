//! Whom an announced change affects.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_entity::customer;

use super::super::{
    ContextExt,
    customer::Customer,
    fault::Fault,
    load::ReasonsFor,
    scalar::DateTime,
    segment::{self, Segment},
};
use crate::domain::announcement::{self as domain, Reach};

/// Reason why an announced change concerns a customer, or does not.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::Reason")]
enum AffectedReason {
    /// The customer responded about an affected feature in the last 90 days.
    Responded,
    /// An open incident about an affected feature affects the customer.
    HasIncident,
    /// A person added the customer.
    Added,
    /// A person excluded the customer, who is not affected.
    Excluded,
    /// A person decided not to notify the customer.
    DoNotNotify,
}

/// A customer whom an announced change concerns, with the reasons.
#[derive(Description)]
pub struct AffectedCustomer {
    pub(super) row: customer::Model,
    pub(super) reach: Arc<Reach>,
}

#[Object(use_type_description)]
impl AffectedCustomer {
    /// The customer.
    async fn customer(&self) -> Customer {
        Customer(self.row.clone())
    }

    /// Why the change concerns the customer, or does not.
    async fn reasons(&self, ctx: &Context<'_>) -> Result<Vec<AffectedReason>, Fault> {
        let affected = self.affected(ctx).await?;
        Ok(affected.into_iter().flat_map(|one| one.reasons).map(Into::into).collect())
    }

    /// Time at which the customer was last notified; null: never.
    async fn notified_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        Ok(self.affected(ctx).await?.and_then(|one| one.notified_at).map(Into::into))
    }
}

impl AffectedCustomer {
    async fn affected(&self, ctx: &Context<'_>) -> Result<Option<domain::Affected>, Fault> {
        let key = ReasonsFor { reach: self.reach.clone(), customer: self.row.id };
        Ok(ctx.load().load_one(key).await?)
    }
}

/// Number of affected customers of a segment.
#[derive(Description)]
pub(super) struct AffectedSegment(pub(super) domain::SegmentCount);

#[Object(use_type_description)]
impl AffectedSegment {
    /// The segment; null: customers without a segment, or the rest.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        segment::of(ctx, self.0.segment).await
    }

    /// Number of affected customers; null: too few to be shown to this caller.
    async fn customers(&self) -> Option<i64> {
        self.0.customers
    }

    /// Whether these are several segments with few affected customers, which are shown together to callers who may not
    /// read customers.
    async fn is_rest(&self) -> bool {
        self.0.rest
    }
}
