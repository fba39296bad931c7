//! Schedules of reports, and where their reports went.

use sea_orm_migration::prelude::*;

/// Schedules.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(schedule()).await?;
        manager.create_table(delivery()).await?;
        for index in [
            "CREATE UNIQUE INDEX schedule_name ON schedule (organization_id, name)",
            "CREATE INDEX report_delivery_schedule ON report_delivery (organization_id, schedule_id, id)",
            "CREATE INDEX report_delivery_due ON report_delivery (organization_id, due_at) WHERE state = 'pending'",
        ] {
            manager.get_connection().execute_unprepared(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["report_delivery", "schedule"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn schedule() -> TableCreateStatement {
    Table::create()
        .table("schedule")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from("schedule", "organization_id").to("organization", "id"))
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("name").string_len(200).not_null())
        .col(ColumnDef::new("report").string_len(16).not_null())
        .col(ColumnDef::new("product_id").uuid().null())
        .foreign_key(
            ForeignKey::create()
                .from("schedule", ("organization_id", "product_id"))
                .to("product", ("organization_id", "id")),
        )
        .col(ColumnDef::new("audience").string_len(16).not_null())
        .col(ColumnDef::new("format").string_len(16).not_null())
        .col(ColumnDef::new("days").integer().not_null())
        .col(ColumnDef::new("cron").string_len(200).null())
        .col(ColumnDef::new("time_zone").string_len(64).not_null())
        .col(ColumnDef::new("destinations").json_binary().not_null())
        .col(ColumnDef::new("paused").boolean().not_null())
        .col(ColumnDef::new("done_through").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("requested_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

fn delivery() -> TableCreateStatement {
    Table::create()
        .table("report_delivery")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("schedule_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("report_delivery", ("organization_id", "schedule_id"))
                .to("schedule", ("organization_id", "id"))
                .on_delete(ForeignKeyAction::Cascade),
        )
        .col(ColumnDef::new("report_id").uuid().not_null())
        .col(ColumnDef::new("format").string_len(16).not_null())
        .col(ColumnDef::new("destination").json_binary().not_null())
        .col(ColumnDef::new("state").string_len(16).not_null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("failure").text().null())
        .col(ColumnDef::new("delivered_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}
