//! Exposure, and the daily counts that scores read.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Exposure, and the daily counts that scores read.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(clustered(
                manager,
                Table::create()
                    .table("exposure")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("feature_id").uuid().not_null())
                    .col(ColumnDef::new("segment_id").uuid().not_null())
                    .col(ColumnDef::new("day").date().not_null())
                    .col(ColumnDef::new("source").string_len(64).not_null())
                    .col(ColumnDef::new("active_customers").big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col("organization_id")
                            .col("product_id")
                            .col("feature_id")
                            .col("segment_id")
                            .col("day")
                            .col("source"),
                    )
                    .to_owned(),
            ))
            .await?;
        manager
            .create_table(clustered(
                manager,
                Table::create()
                    .table("feedback_daily")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("feature_id").uuid().not_null())
                    .col(ColumnDef::new("release_id").uuid().not_null())
                    .col(ColumnDef::new("segment_id").uuid().not_null())
                    .col(ColumnDef::new("scale_id").uuid().not_null())
                    .col(ColumnDef::new("day").date().not_null())
                    .col(ColumnDef::new("level").integer().not_null())
                    .col(ColumnDef::new("answers").big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col("organization_id")
                            .col("product_id")
                            .col("feature_id")
                            .col("release_id")
                            .col("segment_id")
                            .col("scale_id")
                            .col("day")
                            .col("level"),
                    )
                    .to_owned(),
            ))
            .await?;
        manager
            .create_table(clustered(
                manager,
                Table::create()
                    .table("incident_daily")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("feature_id").uuid().not_null())
                    .col(ColumnDef::new("release_id").uuid().not_null())
                    .col(ColumnDef::new("severity").small_integer().not_null())
                    .col(ColumnDef::new("day").date().not_null())
                    .col(ColumnDef::new("opened").big_integer().not_null())
                    .col(ColumnDef::new("affected_change").big_integer().not_null())
                    .col(ColumnDef::new("unknown_change").big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col("organization_id")
                            .col("product_id")
                            .col("feature_id")
                            .col("release_id")
                            .col("severity")
                            .col("day"),
                    )
                    .to_owned(),
            ))
            .await?;
        manager
            .create_table(clustered(
                manager,
                Table::create()
                    .table("exposure_daily")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("feature_id").uuid().not_null())
                    .col(ColumnDef::new("segment_id").uuid().not_null())
                    .col(ColumnDef::new("day").date().not_null())
                    .col(ColumnDef::new("active_customers").big_integer().not_null())
                    .primary_key(
                        Index::create()
                            .col("organization_id")
                            .col("product_id")
                            .col("feature_id")
                            .col("segment_id")
                            .col("day"),
                    )
                    .to_owned(),
            ))
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("exposure_daily").to_owned()).await?;
        manager.drop_table(Table::drop().table("incident_daily").to_owned()).await?;
        manager.drop_table(Table::drop().table("feedback_daily").to_owned()).await?;
        manager.drop_table(Table::drop().table("exposure").to_owned()).await?;
        Ok(())
    }
}

/// SQLite keeps a table whose row is little more than its key in the key's own order.
fn clustered(manager: &SchemaManager<'_>, mut table: TableCreateStatement) -> TableCreateStatement {
    if manager.get_database_backend() == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
