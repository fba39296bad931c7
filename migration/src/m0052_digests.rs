//! Digests: how often a member gets the unread notifications by mail.

use sea_orm_migration::prelude::*;

/// Digests.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("digest")
            .col(ColumnDef::new("organization_id").uuid().not_null())
            .foreign_key(ForeignKey::create().from("digest", "organization_id").to("organization", "id"))
            .col(ColumnDef::new("member_id").uuid().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from("digest", ("organization_id", "member_id"))
                    .to("member", ("organization_id", "id")),
            )
            .col(ColumnDef::new("frequency").string_len(16).not_null())
            .col(ColumnDef::new("secret").string_len(64).not_null())
            .col(ColumnDef::new("told_until").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("organization_id").col("member_id"))
            .to_owned();
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("digest").to_owned()).await
    }
}
