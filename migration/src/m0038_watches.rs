//! Early-life watches of releases, and forecasts that were kept.

use sea_orm_migration::prelude::*;

/// Watches and kept forecasts.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let watch = of_release("release_watch")
            .col(ColumnDef::new("member_id").uuid().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from("release_watch", ("organization_id", "member_id"))
                    .to("member", ("organization_id", "id")),
            )
            .col(ColumnDef::new("days").integer().not_null())
            .col(ColumnDef::new("named_by").string_len(64).null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("concluded_at").timestamp_with_time_zone().null())
            .col(ColumnDef::new("summary").json_binary().null())
            .to_owned();
        manager.create_table(watch).await?;
        let forecast = of_release("release_forecast")
            .col(ColumnDef::new("as_of").date().not_null())
            .col(ColumnDef::new("days").integer().not_null())
            .col(ColumnDef::new("mean").double().not_null())
            .col(ColumnDef::new("quantiles").json_binary().not_null())
            .col(ColumnDef::new("made_at").timestamp_with_time_zone().not_null())
            .to_owned();
        manager.create_table(forecast).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["release_forecast", "release_watch"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// A table with at most one row for each release.
fn of_release(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from(table, "organization_id").to("organization", "id"))
        .col(ColumnDef::new("release_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from(table, ("organization_id", "release_id"))
                .to("release", ("organization_id", "id")),
        )
        .primary_key(Index::create().col("organization_id").col("release_id"))
        .to_owned()
}
