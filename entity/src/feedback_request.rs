//! A feedback request: one question to a sample of customers after a release.

use sea_orm::entity::prelude::*;

use crate::id::{FeatureId, FeedbackRequestId, OrganizationId, ProductId, ReleaseId, ScaleId};

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback_request")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeedbackRequestId,
    /// The product.
    pub product_id: ProductId,
    /// The release that is asked about.
    pub release_id: ReleaseId,
    /// The feature that is asked about; null: the product as a whole.
    pub feature_id: Option<FeatureId>,
    /// How it is answered.
    pub scale_id: ScaleId,
    /// The question.
    pub question: String,
    /// When its links expire.
    pub expires_at: DateTimeUtc,
    /// When it was closed; null: it was not.
    pub closed_at: Option<DateTimeUtc>,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

tenant_table!();
