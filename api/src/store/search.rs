//! What features and releases are found by: their names, folded, in a column of their own.
//!
//! Both databases have a function that makes letters small, and neither does it for all: SQLite knows ASCII, PostgreSQL
//! what its locale says. So the server folds what is stored, and what is looked for, in the same way.

use ballroom_entity::{feature, id::OrganizationId, release};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, LikeExpr, Query},
};
use uuid::Uuid;

use super::Dimensions;
use crate::base::text::folded;

/// The column; no entity has it, for nobody reads it.
const SEARCH: &str = "search";

/// The longest text that can be found: longer than two names together.
const LONGEST: usize = 1_000;

/// That a row's names hold a text, whatever the case of its letters in any script.
pub fn holds(text: &str) -> Expr {
    // What the caller typed is looked for by the letter.
    let text = folded(text);
    if text.contains('\0') || text.chars().count() > LONGEST {
        return Expr::val(false);
    }
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::col(SEARCH).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// Brings up to date what the features and releases are found by that a transaction has written.
pub(super) async fn follow(
    db: &impl ConnectionTrait,
    before: &Dimensions,
    after: &Dimensions,
) -> Result<(), DbErr> {
    for row in after.features.values() {
        let there = before.features.get(&row.id);
        if there.is_none_or(|there| (&there.key, &there.name) != (&row.key, &row.name)) {
            write(db, "feature", row.organization_id, row.id.0, of_feature(row)).await?;
        }
    }
    for row in after.releases.values() {
        let there = before.releases.get(&row.id);
        if there.is_none_or(|there| (&there.version, &there.title) != (&row.version, &row.title)) {
            write(db, "release", row.organization_id, row.id.0, of_release(row)).await?;
        }
    }
    Ok(())
}

/// Fills in what is missing: rows from before they could be found.
pub(super) async fn fill(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    #[allow(clippy::disallowed_methods, reason = "of every organization")]
    let (features, releases) = (feature::Entity::find(), release::Entity::find());
    for row in features.filter(Expr::col(SEARCH).is_null()).all(db).await? {
        write(db, "feature", row.organization_id, row.id.0, of_feature(&row)).await?;
    }
    for row in releases.filter(Expr::col(SEARCH).is_null()).all(db).await? {
        write(db, "release", row.organization_id, row.id.0, of_release(&row)).await?;
    }
    Ok(())
}

fn of_feature(row: &feature::Model) -> String {
    format!("{}\n{}", folded(&row.key), folded(&row.name))
}

fn of_release(row: &release::Model) -> String {
    format!("{}\n{}", folded(&row.version), folded(row.title.as_deref().unwrap_or_default()))
}

async fn write(
    db: &impl ConnectionTrait,
    table: &'static str,
    organization: OrganizationId,
    id: Uuid,
    text: String,
) -> Result<(), DbErr> {
    let update = Query::update()
        .table(table)
        .value(SEARCH, text)
        .and_where(Expr::col("organization_id").eq(organization.0))
        .and_where(Expr::col("id").eq(id))
        .to_owned();
    db.execute(&update).await.map(drop)
}
