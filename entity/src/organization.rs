//! An organization: the tenant that owns everything.

use sea_orm::entity::prelude::*;

use crate::id::OrganizationId;

/// One tenant.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
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
    /// Responses that a verdict needs on each side.
    pub min_answers: i32,
    /// When the row was made.
    pub created_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
