//! An article: help text that answers a known question.

use sea_orm::entity::prelude::*;

use crate::id::{ArticleId, OrganizationId, ProductId};

/// One article.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "article")]
pub struct Model {
    /// The tenant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    /// UUID v7.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ArticleId,
    /// The product that it is about.
    pub product_id: ProductId,
    /// Title in one line.
    pub title: String,
    /// The text, in Markdown.
    #[sea_orm(column_type = "Text", nullable)]
    pub body: Option<String>,
    /// Where it is published for customers; null: nowhere else.
    pub url: Option<String>,
    /// Language of the text, as ISO 639-1; null: unknown.
    pub language: Option<String>,
    /// Lifecycle stage.
    pub state: ArticleState,
    /// When it was published; null: it was not.
    pub published_at: Option<DateTimeUtc>,
    /// Source system.
    pub source: String,
    /// ID in the source system; unique within the source.
    pub external_id: Option<String>,
    /// Actor that created it.
    pub created_by: Option<String>,
    /// Title, folded, for the filter by text.
    #[sea_orm(column_type = "Text")]
    pub search: String,
    /// Time of creation of the row.
    pub created_at: DateTimeUtc,
    /// Time of the last change of the row.
    pub updated_at: DateTimeUtc,
}

/// Lifecycle stage of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "String(StringLen::N(16))", rename_all = "snake_case")]
pub enum ArticleState {
    /// Customers cannot see it.
    Draft,
    /// Customers can see it.
    Published,
    /// It no longer applies.
    Retired,
}

tenant_table!();
