//! What a token that stands in a page is bound to, when a token was last used, texts to be searched, and when an answer
//! was last changed.

use sea_orm_migration::prelude::*;

/// Tokens of pages, texts to be searched, changes of answers.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ("api_token", ColumnDef::new("product_id").uuid().null().to_owned()),
            // JSON lists: a token has few features and origins, and nobody looks for them.
            ("api_token", ColumnDef::new("feature_ids").json_binary().null().to_owned()),
            ("api_token", ColumnDef::new("origins").json_binary().null().to_owned()),
            ("api_token", ColumnDef::new("last_used_at").timestamp_with_time_zone().null().to_owned()),
            // What is looked for by a text, folded by the server: lower case of all letters is beyond SQLite, and what
            // PostgreSQL makes of it depends on its locale. The server fills in what is null when it starts.
            ("feature", ColumnDef::new("search").text().null().to_owned()),
            ("release", ColumnDef::new("search").text().null().to_owned()),
            // Null: an answer that never changed. Almost all of them, so its index costs a new answer nothing.
            ("feedback", ColumnDef::new("changed_at").timestamp_with_time_zone().null().to_owned()),
        ];
        for (table, column) in columns {
            manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
        }
        let changed = Query::update()
            .table("feedback")
            .value("changed_at", Expr::col("corrected_at"))
            .and_where(Expr::col("corrected_at").is_not_null())
            .to_owned();
        manager.execute(changed).await?;
        manager
            .get_connection()
            .execute_unprepared(
                "CREATE INDEX feedback_changed ON feedback (organization_id, changed_at) WHERE changed_at IS NOT NULL",
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("feedback_changed").table("feedback").to_owned()).await?;
        let columns = [
            ("feedback", "changed_at"),
            ("release", "search"),
            ("feature", "search"),
            ("api_token", "last_used_at"),
            ("api_token", "origins"),
            ("api_token", "feature_ids"),
            ("api_token", "product_id"),
        ];
        for (table, column) in columns {
            manager.alter_table(Table::alter().table(table).drop_column(column).to_owned()).await?;
        }
        Ok(())
    }
}
