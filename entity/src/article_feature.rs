//! The features that an article is about.

use sea_orm::entity::prelude::*;

use crate::id::{ArticleId, FeatureId, OrganizationId};

/// One feature of one article.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_feature")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The article.
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: ArticleId,
    /// The feature.
    #[sea_orm(primary_key, auto_increment = false)]
    pub feature_id: FeatureId,
}

tenant_table!();
