//! Which answers of a source were deleted, and which releases are known by deployments only.

use sea_orm_migration::prelude::*;

/// Deletions of answers, releases by deployments.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("feedback_deletion")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("source").string().not_null())
                    .col(ColumnDef::new("external_id").string().not_null())
                    .col(ColumnDef::new("deleted_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("source").col("external_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("feedback_deletion", "organization_id")
                            .to("organization", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        let by_deployment = ColumnDef::new("by_deployment").boolean().not_null().default(false).to_owned();
        manager.alter_table(Table::alter().table("release").add_column(by_deployment).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("release").drop_column("by_deployment").to_owned()).await?;
        manager.drop_table(Table::drop().table("feedback_deletion").to_owned()).await
    }
}
