//! The known errors that an article is about.

use sea_orm::entity::prelude::*;

use crate::id::{ArticleId, KnownErrorId, OrganizationId};

/// One known error of one article.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article_known_error")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// The article.
    #[sea_orm(primary_key, auto_increment = false)]
    pub article_id: ArticleId,
    /// The known error.
    #[sea_orm(primary_key, auto_increment = false)]
    pub known_error_id: KnownErrorId,
}

tenant_table!();
