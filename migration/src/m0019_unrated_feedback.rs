//! Answers that have a comment and no rating.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// The scale and the level of an answer may be null.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // SQLite copies the table: all of it or nothing.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        match manager.get_database_backend() {
            DbBackend::Sqlite => copy(manager, true).await,
            _ => each(manager, "DROP NOT NULL").await,
        }
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let unrated =
            Query::delete().from_table("feedback").and_where(Expr::col("level").is_null()).to_owned();
        manager.execute(unrated).await?;
        match manager.get_database_backend() {
            DbBackend::Sqlite => copy(manager, false).await,
            _ => each(manager, "SET NOT NULL").await,
        }
    }
}

async fn each(manager: &SchemaManager<'_>, change: &str) -> Result<(), DbErr> {
    let sql = format!("ALTER TABLE feedback ALTER COLUMN scale_id {change}, ALTER COLUMN level {change}");
    manager.get_connection().execute_unprepared(&sql).await?;
    Ok(())
}

/// SQLite cannot change whether a column may be null, so the rows move to a table that is defined anew. No foreign key
/// refers to it.
async fn copy(manager: &SchemaManager<'_>, may_be_null: bool) -> Result<(), DbErr> {
    let rated = |column: ColumnDef| match may_be_null {
        true => column.clone().null().to_owned(),
        false => column.clone().not_null().to_owned(),
    };
    manager
        .create_table(
            Table::create()
                .table("feedback_copy")
                .col(ColumnDef::new("organization_id").uuid().not_null())
                .col(ColumnDef::new("id").uuid().not_null())
                .col(ColumnDef::new("product_id").uuid().not_null())
                .col(ColumnDef::new("feature_id").uuid().null())
                .col(ColumnDef::new("release_id").uuid().null())
                .col(ColumnDef::new("segment_id").uuid().null())
                .col(ColumnDef::new("customer_id").uuid().null())
                .col(rated(ColumnDef::new("scale_id").uuid().to_owned()))
                .col(rated(ColumnDef::new("level").integer().to_owned()))
                .col(ColumnDef::new("comment").text().null())
                .col(ColumnDef::new("channel").string_len(64).null())
                .col(ColumnDef::new("occurred_at").timestamp_with_time_zone().not_null())
                .col(ColumnDef::new("day").date().not_null())
                .col(ColumnDef::new("source").string_len(64).not_null())
                .col(ColumnDef::new("external_id").string_len(200).null())
                .col(ColumnDef::new("voice").big_integer().null())
                .col(ColumnDef::new("counted").boolean().not_null())
                .col(ColumnDef::new("received_at").timestamp_with_time_zone().not_null())
                .col(ColumnDef::new("corrected_at").timestamp_with_time_zone().null())
                .col(ColumnDef::new("revision").integer().not_null().default(1))
                .col(ColumnDef::new("source_updated_at").timestamp_with_time_zone().null())
                .col(ColumnDef::new("sent").big_integer().null())
                .col(ColumnDef::new("changed_at").timestamp_with_time_zone().null())
                .primary_key(Index::create().col("organization_id").col("id"))
                .to_owned(),
        )
        .await?;
    let columns = "organization_id, id, product_id, feature_id, release_id, segment_id, customer_id, scale_id, level, \
        comment, channel, occurred_at, day, source, external_id, voice, counted, received_at, corrected_at, revision, \
        source_updated_at, sent, changed_at";
    for sql in [
        // In the order of the key: each page of the new table is written once.
        &format!(
            "INSERT INTO feedback_copy ({columns}) SELECT {columns} FROM feedback ORDER BY organization_id, id"
        ),
        "DROP TABLE feedback",
        "ALTER TABLE feedback_copy RENAME TO feedback",
        "CREATE UNIQUE INDEX feedback_external_id ON feedback (organization_id, source, external_id)
         WHERE external_id IS NOT NULL",
        "CREATE INDEX feedback_voice ON feedback (organization_id, voice) WHERE voice IS NOT NULL",
        "CREATE INDEX feedback_latest ON feedback (organization_id, product_id, feature_id, occurred_at, id)",
        "CREATE INDEX feedback_changed ON feedback (organization_id, changed_at) WHERE changed_at IS NOT NULL",
    ] {
        manager.get_connection().execute_unprepared(sql).await?;
    }
    Ok(())
}
