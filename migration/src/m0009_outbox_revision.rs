//! The revision of an event, by which events can be read in the order of their commits.

use sea_orm_migration::prelude::*;

/// The revision of an event.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("outbox")
                    // Events from before have none: whoever reads by revision begins with what comes.
                    .add_column(ColumnDef::new("revision").big_integer().not_null().default(0))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("outbox_by_revision")
                    .table("outbox")
                    .col("organization_id")
                    .col("revision")
                    .col("id")
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_index(Index::drop().name("outbox_by_revision").table("outbox").to_owned()).await?;
        manager.alter_table(Table::alter().table("outbox").drop_column("revision").to_owned()).await
    }
}
