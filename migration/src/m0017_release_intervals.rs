//! The times that customers had a release before it was taken back and came again, and when a deployment last changed.

use sea_orm_migration::prelude::*;

/// Earlier times of releases, changes of deployments.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("release_interval")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("release_id").uuid().not_null())
                    .col(ColumnDef::new("released_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("released_on").date().not_null())
                    .col(ColumnDef::new("withdrawn_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("withdrawn_on").date().not_null())
                    .primary_key(Index::create().col("organization_id").col("release_id").col("released_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("release_interval", ("organization_id", "release_id"))
                            .to("release", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        // A column that is added needs a constant: rows of before are given the moment at which they were made.
        let updated_at = ColumnDef::new("updated_at")
            .timestamp_with_time_zone()
            .not_null()
            .default("1970-01-01T00:00:00+00:00")
            .to_owned();
        manager.alter_table(Table::alter().table("deployment").add_column(updated_at).to_owned()).await?;
        let made =
            Query::update().table("deployment").value("updated_at", Expr::col("created_at")).to_owned();
        manager.execute(made).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("deployment").drop_column("updated_at").to_owned()).await?;
        manager.drop_table(Table::drop().table("release_interval").to_owned()).await
    }
}
