//! An invitation: a customer who is asked, and the link that works once.

use sea_orm::entity::prelude::*;

use crate::id::{CustomerId, FeedbackId, FeedbackInvitationId, FeedbackRequestId, OrganizationId, SegmentId};

/// One customer of one request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_invitation")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeedbackInvitationId,
    /// The request.
    pub request_id: FeedbackRequestId,
    /// The customer.
    pub customer_id: CustomerId,
    /// The customer's segment when it was asked.
    pub segment_id: Option<SegmentId>,
    /// Hash of the secret part of the link.
    pub secret_hash: Vec<u8>,
    /// The response; null: none.
    pub feedback_id: Option<FeedbackId>,
    /// When the link was used; null: it was not.
    pub answered_at: Option<DateTimeUtc>,
    /// When the customer was asked.
    pub created_at: DateTimeUtc,
}

tenant_table!();
