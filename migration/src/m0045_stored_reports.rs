//! Stored reports.

use sea_orm_migration::prelude::*;

/// Stored reports.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("stored_report")
            .col(ColumnDef::new("organization_id").uuid().not_null())
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("kind").string_len(16).not_null())
            .col(ColumnDef::new("product_id").uuid().null())
            .col(ColumnDef::new("title").text().not_null())
            .col(ColumnDef::new("audience").string_len(16).not_null())
            .col(ColumnDef::new("detailed").boolean().not_null())
            .col(ColumnDef::new("as_of").date().not_null())
            .col(ColumnDef::new("method").string_len(16).not_null())
            .col(ColumnDef::new("revision").big_integer().not_null())
            .col(ColumnDef::new("model").text().not_null())
            .col(ColumnDef::new("stored_by").string_len(64).null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("organization_id").col("id"))
            .foreign_key(
                ForeignKey::create().from("stored_report", "organization_id").to("organization", "id"),
            )
            .foreign_key(
                ForeignKey::create()
                    .from("stored_report", ("organization_id", "product_id"))
                    .to("product", ("organization_id", "id")),
            )
            .to_owned();
        manager.create_table(table).await?;
        let index = Index::create()
            .name("stored_report_product")
            .table("stored_report")
            .col("organization_id")
            .col("product_id")
            .col("id")
            .to_owned();
        manager.create_index(index).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("stored_report").to_owned()).await
    }
}
