//! When a figure of exposure was last changed.

use sea_orm_migration::prelude::*;

/// The time of the last change; none: before this was recorded.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("updated_at").timestamp_with_time_zone().null().to_owned();
        manager.alter_table(Table::alter().table("exposure").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("exposure").drop_column("updated_at").to_owned()).await
    }
}
