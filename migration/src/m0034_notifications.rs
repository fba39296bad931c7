//! Notifications: what members should know.

use sea_orm_migration::prelude::*;

/// Notifications.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("notification")
            .col(ColumnDef::new("organization_id").uuid().not_null())
            .foreign_key(
                ForeignKey::create().from("notification", "organization_id").to("organization", "id"),
            )
            .col(ColumnDef::new("id").uuid().not_null())
            .col(ColumnDef::new("member_id").uuid().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from("notification", ("organization_id", "member_id"))
                    .to("member", ("organization_id", "id")),
            )
            .col(ColumnDef::new("kind").string_len(32).not_null())
            .col(ColumnDef::new("reason").string_len(16).not_null())
            .col(ColumnDef::new("subject").string_len(64).not_null())
            .col(ColumnDef::new("topic").string_len(200).not_null())
            .col(ColumnDef::new("occurrences").integer().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("read_at").timestamp_with_time_zone().null())
            .primary_key(Index::create().col("organization_id").col("id"))
            .to_owned();
        manager.create_table(table).await?;
        let topic = Index::create()
            .name("notification_topic")
            .table("notification")
            .unique()
            .col("organization_id")
            .col("member_id")
            .col("topic")
            .to_owned();
        manager.create_index(topic).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("notification").to_owned()).await
    }
}
