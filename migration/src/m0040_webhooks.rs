//! Webhooks: where events are sent, and what became of each.

use sea_orm_migration::prelude::*;

/// Webhooks.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(webhook()).await?;
        manager.create_table(delivery()).await?;
        for index in [
            // Whoever sends looks for what is due in all organizations; what is done is not in it.
            "CREATE INDEX webhook_delivery_due ON webhook_delivery (due_at) WHERE state = 'pending'",
            "CREATE UNIQUE INDEX webhook_delivery_event ON webhook_delivery (organization_id, webhook_id, event_id)",
        ] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["webhook_delivery", "webhook"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn webhook() -> TableCreateStatement {
    Table::create()
        .table("webhook")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from("webhook", "organization_id").to("organization", "id"))
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("name").string_len(200).not_null())
        .col(ColumnDef::new("url").string_len(2000).not_null())
        .col(ColumnDef::new("events").json_binary().not_null())
        .col(ColumnDef::new("secret").binary().not_null())
        .col(ColumnDef::new("previous_secret").binary().null())
        .col(ColumnDef::new("previous_secret_until").timestamp_with_time_zone().null())
        .col(ColumnDef::new("state").string_len(16).not_null())
        .col(ColumnDef::new("disabled_reason").text().null())
        .col(ColumnDef::new("revision").big_integer().not_null())
        .col(ColumnDef::new("event_id").uuid().not_null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

fn delivery() -> TableCreateStatement {
    Table::create()
        .table("webhook_delivery")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("webhook_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("webhook_delivery", ("organization_id", "webhook_id"))
                .to("webhook", ("organization_id", "id"))
                .on_delete(ForeignKeyAction::Cascade),
        )
        .col(ColumnDef::new("event_id").uuid().not_null())
        .col(ColumnDef::new("kind").string_len(64).not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("state").string_len(16).not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("claimed_until").timestamp_with_time_zone().null())
        .col(ColumnDef::new("status").integer().null())
        .col(ColumnDef::new("failure").text().null())
        .col(ColumnDef::new("delivered_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}
