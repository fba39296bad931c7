//! Search for features, releases and teams: their names, case-folded, in a separate column.
//!
//! Both databases can convert to lower case, but neither for all scripts: SQLite knows ASCII, PostgreSQL
//! what its locale defines. So the server folds both the stored text and the search text.

use ballroom_entity::{feature, id::OrganizationId, release, team};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, LikeExpr, Query},
};
use uuid::Uuid;

use super::Dimensions;
use crate::base::text::folded;

/// The column; no entity has it, because it is never read.
const SEARCH: &str = "search";

/// Maximum length of the text: longer than two names together.
const MAX_LENGTH: usize = 1_000;

/// The condition that a row's names contain a text, not case-sensitive in any script.
pub fn holds(text: &str) -> Expr {
    // Wildcards in the search text are literal characters.
    let text = folded(text);
    if text.contains('\0') || text.chars().count() > MAX_LENGTH {
        return Expr::val(false);
    }
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Expr::col(SEARCH).like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
}

/// Updates the search column of features, releases and teams written by a transaction.
pub(super) async fn follow(
    db: &impl ConnectionTrait,
    before: &Dimensions,
    after: &Dimensions,
) -> Result<(), DbErr> {
    for row in after.features.values() {
        let previous = before.features.get(&row.id);
        if previous.is_none_or(|previous| (&previous.key, &previous.name) != (&row.key, &row.name)) {
            write(db, "feature", row.organization_id, row.id.0, of_feature(row)).await?;
        }
    }
    for row in after.releases.values() {
        let previous = before.releases.get(&row.id);
        if previous.is_none_or(|previous| (&previous.version, &previous.title) != (&row.version, &row.title))
        {
            write(db, "release", row.organization_id, row.id.0, of_release(row)).await?;
        }
    }
    for row in after.teams.values() {
        let previous = before.teams.get(&row.id);
        if previous.is_none_or(|previous| (&previous.key, &previous.name) != (&row.key, &row.name)) {
            write(db, "team", row.organization_id, row.id.0, of_team(row)).await?;
        }
    }
    Ok(())
}

/// Fills the search column of rows from before it existed.
pub(super) async fn fill(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    #[allow(clippy::disallowed_methods, reason = "of every organization")]
    let (features, releases, teams) =
        (feature::Entity::find(), release::Entity::find(), team::Entity::find());
    for row in features.filter(Expr::col(SEARCH).is_null()).all(db).await? {
        write(db, "feature", row.organization_id, row.id.0, of_feature(&row)).await?;
    }
    for row in releases.filter(Expr::col(SEARCH).is_null()).all(db).await? {
        write(db, "release", row.organization_id, row.id.0, of_release(&row)).await?;
    }
    for row in teams.filter(Expr::col(SEARCH).is_null()).all(db).await? {
        write(db, "team", row.organization_id, row.id.0, of_team(&row)).await?;
    }
    Ok(())
}

fn of_feature(row: &feature::Model) -> String {
    format!("{}\n{}", folded(&row.key), folded(&row.name))
}

fn of_team(row: &team::Model) -> String {
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
