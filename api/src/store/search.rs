//! Search for rows: their names, case-folded, in a separate column.
//!
//! Both databases can convert to lower case, but neither for all scripts: SQLite knows ASCII, PostgreSQL
//! what its locale defines. So the server folds both the stored text and the search text.

use std::{collections::HashMap, hash::Hash};

use ballroom_entity::{customer, feature, id::OrganizationId, iteration, product, release, segment, team};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, QueryFilter,
    sea_query::{CaseStatement, Expr, ExprTrait, LikeExpr, Query},
};
use uuid::Uuid;

use super::Dimensions;
use crate::base::text::folded;

/// The column; no entity has it, because it is never read.
const SEARCH: &str = "search";

/// Maximum length of the text: longer than two names together.
const MAX_LENGTH: usize = 1_000;

/// Rows per statement.
const TOGETHER: usize = 200;

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

/// The search text of a row with these names.
pub fn found_by(name: &str, other: Option<&str>) -> String {
    format!("{}\n{}", folded(name), other.map(folded).unwrap_or_default())
}

/// Updates the search column of the dimensions written by a transaction. Members, customers and iterations
/// are not dimensions: the code that writes them writes the column too.
pub(super) async fn follow(
    db: &impl ConnectionTrait,
    before: &Dimensions,
    after: &Dimensions,
) -> Result<(), DbErr> {
    write(db, &changed(&before.products, &after.products)).await?;
    write(db, &changed(&before.features, &after.features)).await?;
    write(db, &changed(&before.releases, &after.releases)).await?;
    write(db, &changed(&before.segments, &after.segments)).await?;
    write(db, &changed(&before.teams, &after.teams)).await
}

/// Fills the search column of rows from before it existed.
pub(super) async fn fill(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    fill_in::<product::Entity>(db).await?;
    fill_in::<feature::Entity>(db).await?;
    fill_in::<release::Entity>(db).await?;
    fill_in::<segment::Entity>(db).await?;
    fill_in::<team::Entity>(db).await?;
    fill_in::<customer::Entity>(db).await?;
    fill_in::<iteration::Entity>(db).await
}

/// A row that is found by its names.
trait Searched: Sync {
    /// Its table.
    const TABLE: &'static str;

    /// Its key.
    fn key(&self) -> (OrganizationId, Uuid);

    /// Its names.
    fn names(&self) -> (&str, Option<&str>);
}

macro_rules! searched {
    ($($table:ident($row:ident): $name:expr, $other:expr;)*) => {$(
        impl Searched for $table::Model {
            const TABLE: &'static str = stringify!($table);

            fn key(&self) -> (OrganizationId, Uuid) {
                (self.organization_id, self.id.0)
            }

            fn names(&self) -> (&str, Option<&str>) {
                let $row = self;
                ($name, $other)
            }
        }
    )*};
}

searched! {
    product(row): &row.key, Some(&row.name);
    feature(row): &row.key, Some(&row.name);
    release(row): &row.version, row.title.as_deref();
    segment(row): &row.key, Some(&row.name);
    team(row): &row.key, Some(&row.name);
    customer(row): &row.key, row.name.as_deref();
    iteration(row): &row.name, row.goal.as_deref();
}

/// The rows that are new, or have other names than before.
fn changed<'a, I: Eq + Hash, M: Searched>(before: &HashMap<I, M>, after: &'a HashMap<I, M>) -> Vec<&'a M> {
    let differs = |(id, row): &(&I, &M)| before.get(id).is_none_or(|there| there.names() != row.names());
    after.iter().filter(differs).map(|(_, row)| row).collect()
}

async fn fill_in<E: EntityTrait<Model: Searched>>(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    #[allow(clippy::disallowed_methods, reason = "of every organization")]
    let rows = E::find().filter(Expr::col(SEARCH).is_null()).all(db).await?;
    write(db, &rows.iter().collect::<Vec<_>>()).await
}

async fn write<M: Searched>(db: &impl ConnectionTrait, rows: &[&M]) -> Result<(), DbErr> {
    for some in rows.chunks(TOGETHER) {
        let mut text = CaseStatement::new();
        for row in some {
            let (name, other) = row.names();
            text = text.case(Expr::col("id").eq(row.key().1), found_by(name, other));
        }
        let update = Query::update()
            .table(M::TABLE)
            .value(SEARCH, text)
            .and_where(Expr::col("organization_id").is_in(some.iter().map(|row| row.key().0.0)))
            .and_where(Expr::col("id").is_in(some.iter().map(|row| row.key().1)))
            .to_owned();
        db.execute(&update).await?;
    }
    Ok(())
}
