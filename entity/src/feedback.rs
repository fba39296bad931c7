//! Feedback: one response. The hot table: few indexes and no foreign keys.

use sea_orm::entity::prelude::*;

use crate::id::{
    CustomerId, FeatureId, FeedbackId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId,
};

/// One response.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "feedback")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: FeedbackId,
    /// The product that it is about.
    pub product_id: ProductId,
    /// The feature that it is about; null: the product as a whole.
    pub feature_id: Option<FeatureId>,
    /// The release that the response names; null: none, and scores take the newest one live on its day.
    pub release_id: Option<ReleaseId>,
    /// The customer's segment when the response was given.
    pub segment_id: Option<SegmentId>,
    /// Customer who responded; null: anonymous.
    pub customer_id: Option<CustomerId>,
    /// How it is rated; null exactly where `level` is: it has a comment and no rating.
    pub scale_id: Option<ScaleId>,
    /// The rating as the number of steps above the scale's minimum.
    pub level: Option<i32>,
    /// Comment.
    #[sea_orm(column_type = "Text", nullable)]
    pub comment: Option<String>,
    /// How it came: in-app, mail, store, call.
    pub channel: Option<String>,
    /// Time of the response.
    pub occurred_at: DateTimeUtc,
    /// The day of `occurred_at` in the product's time zone.
    pub day: Date,
    /// Source system.
    pub source: String,
    /// ID in the source system; unique within the source.
    pub external_id: Option<String>,
    /// Hash of (product, feature, scale, customer, day): of the responses with the same hash one counts. Null for
    /// anonymous responses and those without a rating.
    pub voice: Option<i64>,
    /// Whether it is in the daily counts: false when it has no rating, or a later response of the same voice supersedes it.
    pub counted: bool,
    /// When it was stored.
    pub received_at: DateTimeUtc,
    /// When it was last corrected.
    pub corrected_at: Option<DateTimeUtc>,
    /// When it last changed after it was stored: it was corrected, or began or ceased to count. Null: never.
    pub changed_at: Option<DateTimeUtc>,
    /// Number of versions: 1 after the creation.
    pub revision: i32,
    /// Time of this version according to the source; null: not given.
    pub source_updated_at: Option<DateTimeUtc>,
    /// Hash of the last submission, which identifies a repeated one.
    pub sent: Option<i64>,
}

tenant_table!();
