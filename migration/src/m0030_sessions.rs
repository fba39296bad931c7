//! Sessions of browsers, and the links that open one.

use sea_orm_migration::prelude::*;

/// Sessions.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = [("token_id", "api_token"), ("identity_id", "identity")];
        let mut table = Table::create()
            .table("session")
            .col(ColumnDef::new("organization_id").uuid().not_null())
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("secret_hash").string_len(64).not_null())
            .col(ColumnDef::new("token_id").uuid().null())
            .col(ColumnDef::new("identity_id").uuid().null())
            .col(ColumnDef::new("role").string_len(16).null())
            .col(ColumnDef::new("scope").string_len(16).null())
            .col(ColumnDef::new("customer_id").uuid().null())
            .col(ColumnDef::new("source").string_len(64).null())
            .col(ColumnDef::new("user_agent").string_len(200).null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("opened_at").timestamp_with_time_zone().null())
            .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("ended_at").timestamp_with_time_zone().null())
            .primary_key(Index::create().col("organization_id").col("id"))
            .foreign_key(ForeignKey::create().from("session", "organization_id").to("organization", "id"))
            .to_owned();
        for (column, other) in keys {
            table.foreign_key(
                ForeignKey::create()
                    .from("session", ("organization_id", column))
                    .to(other, ("organization_id", "id")),
            );
        }
        manager.create_table(table).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("session").to_owned()).await
    }
}
