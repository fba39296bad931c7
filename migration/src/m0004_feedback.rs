//! Answers. The hot table: no foreign keys, and only the indexes that its queries need.

use sea_orm_migration::prelude::*;

/// Answers. The hot table: no foreign keys, and only the indexes that its queries need.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("feedback")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("feature_id").uuid().null())
                    .col(ColumnDef::new("release_id").uuid().null())
                    .col(ColumnDef::new("segment_id").uuid().null())
                    .col(ColumnDef::new("customer_id").uuid().null())
                    .col(ColumnDef::new("scale_id").uuid().not_null())
                    .col(ColumnDef::new("level").integer().not_null())
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
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .to_owned(),
            )
            .await?;
        // Most answers of some sources have neither an external id nor a known customer: those rows stay out of
        // these two indexes, which are most of the cost of an insert.
        for index in [
            "CREATE UNIQUE INDEX feedback_external_id ON feedback (organization_id, source, external_id)
             WHERE external_id IS NOT NULL",
            "CREATE INDEX feedback_voice ON feedback (organization_id, voice) WHERE voice IS NOT NULL",
            "CREATE INDEX feedback_latest ON feedback (organization_id, product_id, feature_id, occurred_at, id)",
        ] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("feedback").to_owned()).await?;
        Ok(())
    }
}
