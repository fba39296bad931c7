//! A scale: how a response is rated.

use sea_orm::entity::prelude::*;

use crate::id::{OrganizationId, ScaleId};

/// One rating scale. It cannot be changed: counts are stored by level.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "scale")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScaleId,
    /// The name that people and files use; unique in the organization.
    pub key: String,
    /// Display name.
    pub name: String,
    /// Which standard figure belongs to it.
    pub kind: ScaleKind,
    /// The lowest rating.
    pub min: f64,
    /// The highest rating.
    pub max: f64,
    /// The distance between two ratings.
    pub step: f64,
    /// Whether `max` is the best rating (false: an effort scale on which low is good).
    pub higher_is_better: bool,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
}

/// Which standard figure belongs to a scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ScaleKind {
    /// Customer satisfaction, 1-5: share of 4 and 5.
    Csat,
    /// Net promoter score, 0-10: promoters minus detractors.
    Nps,
    /// Customer effort score, 1-7: mean.
    Ces,
    /// Star ratings: mean.
    Stars,
    /// Thumbs down or up, 0-1: share of up.
    Thumbs,
    /// Anything else: mean.
    Custom,
}

tenant_table!();
