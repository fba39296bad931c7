//! How many answers a verdict needs, as each organization decides.

use sea_orm_migration::prelude::*;

/// How many answers a verdict needs.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("min_answers").integer().not_null().default(10).to_owned();
        manager.alter_table(Table::alter().table("organization").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("organization").drop_column("min_answers").to_owned()).await
    }
}
