//! Texts by which products, segments, iterations and customers are searched, and when organizations and tokens were last
//! changed.

use sea_orm_migration::prelude::*;

/// Texts to be searched, times of changes.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables that get a text to be searched; the server fills in what is null when it migrates.
const SEARCHED: [&str; 4] = ["product", "segment", "iteration", "customer"];

/// The tables that get a time of the last change, and what it is for rows that are there.
const CHANGED: [(&str, &str); 2] =
    [("organization", "created_at"), ("api_token", "COALESCE(revoked_at, created_at)")];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in SEARCHED {
            add(manager, table, ColumnDef::new("search").text().null().to_owned()).await?;
        }
        for (table, known) in CHANGED {
            // SQLite adds a column that is not null only with a default; every writer gives a value.
            let column = ColumnDef::new("updated_at")
                .timestamp_with_time_zone()
                .not_null()
                .default("1970-01-01 00:00:00+00:00")
                .to_owned();
            add(manager, table, column).await?;
            let fill = Query::update().table(table).value("updated_at", Expr::cust(known)).to_owned();
            manager.execute(fill).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, _) in CHANGED {
            manager.alter_table(Table::alter().table(table).drop_column("updated_at").to_owned()).await?;
        }
        for table in SEARCHED {
            manager.alter_table(Table::alter().table(table).drop_column("search").to_owned()).await?;
        }
        Ok(())
    }
}

async fn add(manager: &SchemaManager<'_>, table: &'static str, column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await
}
