//! Releases that an incident may come from, as computed.

use sea_orm_migration::prelude::*;

/// Candidates of attributions.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let refers = |to: &'static str, column: &'static str| {
            ForeignKey::create()
                .from("attribution_candidate", ("organization_id", column))
                .to(to, ("organization_id", "id"))
                .to_owned()
        };
        let table = Table::create()
            .table("attribution_candidate")
            .col(ColumnDef::new("organization_id").uuid().not_null())
            .foreign_key(
                ForeignKey::create()
                    .from("attribution_candidate", "organization_id")
                    .to("organization", "id"),
            )
            .col(ColumnDef::new("incident_id").uuid().not_null())
            .foreign_key(&mut refers("incident", "incident_id"))
            .col(ColumnDef::new("release_id").uuid().not_null())
            .foreign_key(&mut refers("release", "release_id"))
            .col(ColumnDef::new("evidence").string_len(24).not_null())
            .col(ColumnDef::new("confidence").double().not_null())
            .col(ColumnDef::new("released_at").timestamp_with_time_zone().not_null())
            .col(ColumnDef::new("other_incidents").big_integer().not_null())
            .col(ColumnDef::new("computed_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("organization_id").col("incident_id").col("release_id"))
            .to_owned();
        manager.create_table(table).await?;
        let by_release = Index::create()
            .name("attribution_candidate_release")
            .table("attribution_candidate")
            .col("organization_id")
            .col("release_id")
            .to_owned();
        manager.create_index(by_release).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("attribution_candidate").to_owned()).await
    }
}
