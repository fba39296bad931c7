//! The parameters that scores rest on, kept by day.

use sea_orm_migration::prelude::*;

/// The parameters that scores rest on, kept by day.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("parameters_daily")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("day").date().not_null())
                    .col(ColumnDef::new("method").string_len(64).not_null())
                    .col(ColumnDef::new("parameters").json_binary().not_null())
                    .col(ColumnDef::new("computed_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("day"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("parameters_daily").to_owned()).await
    }
}
