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
    /// The name that people and the command line use; unique.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// How many writing transactions there were: each takes the next number, which also makes them wait for
    /// one another. Whatever was computed at one revision is right until the next.
    pub revision: i64,
    /// The revision that last changed a dimension: a product, feature, release, segment or scale.
    pub dimension_revision: i64,
    /// Answers that a verdict needs on each side.
    pub min_answers: i32,
    /// Share of a customer's day that an incident of severity 1 takes.
    pub severity_weight_1: f64,
    /// The same of severity 2.
    pub severity_weight_2: f64,
    /// The same of severity 3.
    pub severity_weight_3: f64,
    /// The same of severity 4.
    pub severity_weight_4: f64,
    /// Share of the active customers that an incident of severity 1 hurts when nobody knows how many it does.
    pub unknown_share_1: f64,
    /// The same of severity 2.
    pub unknown_share_2: f64,
    /// The same of severity 3.
    pub unknown_share_3: f64,
    /// The same of severity 4.
    pub unknown_share_4: f64,
    /// Events of revisions up to this one may have been taken out of the outbox.
    pub pruned_revision: i64,
    /// When the row was made.
    pub created_at: DateTimeUtc,
    /// When the row last changed, but for its revision.
    pub updated_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
