//! Secret addresses of calendars.

use sea_orm_migration::prelude::*;

/// Calendar feeds.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(feed()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("calendar_feed").to_owned()).await
    }
}

fn feed() -> TableCreateStatement {
    Table::create()
        .table("calendar_feed")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from("calendar_feed", "organization_id").to("organization", "id"))
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("name").string_len(64).not_null())
        .col(ColumnDef::new("product_id").uuid().null())
        .foreign_key(
            ForeignKey::create()
                .from("calendar_feed", ("organization_id", "product_id"))
                .to("product", ("organization_id", "id")),
        )
        .col(ColumnDef::new("secret_hash").string_len(64).not_null())
        .col(ColumnDef::new("token_id").uuid().null())
        .col(ColumnDef::new("identity_id").uuid().null())
        .col(ColumnDef::new("role").string_len(32).null())
        .col(ColumnDef::new("scope").string_len(32).null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}
