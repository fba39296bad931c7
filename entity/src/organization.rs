//! An organization: the tenant that owns everything.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// One tenant.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "organization")]
pub struct Model {
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrganizationId,
    /// Unique key.
    pub key: String,
    /// Display name.
    pub name: String,
    /// Number of writing transactions: each takes the next number, which also serializes them. Results computed at one
    /// revision are valid until the next.
    pub revision: i64,
    /// The revision that last changed a dimension: a product, feature, release, segment or scale.
    pub dimension_revision: i64,
    /// Responses that a verdict needs on each side.
    pub min_answers: i32,
    /// Share of an affected customer's day that is lost to an incident of severity 1.
    pub severity_weight_1: f64,
    /// The same of severity 2.
    pub severity_weight_2: f64,
    /// The same of severity 3.
    pub severity_weight_3: f64,
    /// The same of severity 4.
    pub severity_weight_4: f64,
    /// Assumed share of the active customers affected by an incident of severity 1 if their number is unknown.
    pub unknown_share_1: f64,
    /// The same of severity 2.
    pub unknown_share_2: f64,
    /// The same of severity 3.
    pub unknown_share_3: f64,
    /// The same of severity 4.
    pub unknown_share_4: f64,
    /// Whether a suspicion is enough for a release gate to fail.
    pub gate_fail_on_watch: bool,
    /// The largest decline that a release gate tolerates, in points of 100.
    pub gate_max_decline: f64,
    /// Responses that each feature needs before a release gate passes; none: as many as its verdict needs.
    pub gate_min_responses: Option<i32>,
    /// Customers that a group needs to be shown to callers who may not see single customers.
    pub min_group: i32,
    /// Events up to this revision may have been deleted from the outbox.
    pub pruned_revision: i64,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row, but for its revision.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
