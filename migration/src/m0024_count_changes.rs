//! What each transaction did to the daily counts.

use sea_orm_migration::prelude::*;

/// Changes of counts.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // No foreign key: every transaction writes here, and all rows are gone in some minutes.
        manager
            .create_table(
                Table::create()
                    .table("count_change")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("revision").big_integer().not_null())
                    .col(ColumnDef::new("previous_revision").big_integer().not_null())
                    .col(ColumnDef::new("changes").blob())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("revision"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("count_change").to_owned()).await
    }
}
