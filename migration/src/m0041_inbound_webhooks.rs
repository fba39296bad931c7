//! Inbound webhooks: what other systems send, stored before it is worked off.

use sea_orm_migration::prelude::*;

/// Inbound webhooks.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(webhook()).await?;
        manager.create_table(delivery()).await?;
        for index in [
            "CREATE INDEX inbound_delivery_due ON inbound_delivery (due_at) WHERE state = 'pending'",
            "CREATE UNIQUE INDEX inbound_delivery_key ON inbound_delivery (organization_id, webhook_id, delivery_key)",
        ] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["inbound_delivery", "inbound_webhook"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn webhook() -> TableCreateStatement {
    Table::create()
        .table("inbound_webhook")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from("inbound_webhook", "organization_id").to("organization", "id"))
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("name").string_len(64).not_null())
        .col(ColumnDef::new("kind").string_len(16).not_null())
        .col(ColumnDef::new("product_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("inbound_webhook", ("organization_id", "product_id"))
                .to("product", ("organization_id", "id")),
        )
        .col(ColumnDef::new("secret").text().not_null())
        .col(ColumnDef::new("version_prefix").string_len(64).null())
        .col(ColumnDef::new("mapping").json_binary().null())
        .col(ColumnDef::new("enabled").boolean().not_null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

fn delivery() -> TableCreateStatement {
    Table::create()
        .table("inbound_delivery")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("webhook_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("inbound_delivery", ("organization_id", "webhook_id"))
                .to("inbound_webhook", ("organization_id", "id"))
                .on_delete(ForeignKeyAction::Cascade),
        )
        .col(ColumnDef::new("delivery_key").string_len(200).not_null())
        .col(ColumnDef::new("event").string_len(200).not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("state").string_len(16).not_null())
        .col(ColumnDef::new("reason").text().null())
        .col(ColumnDef::new("results").json_binary().not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("claimed_until").timestamp_with_time_zone().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}
