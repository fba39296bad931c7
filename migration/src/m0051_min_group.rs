//! How many customers a group needs to be shown to callers who may not see single customers, as each organization decides.

use sea_orm_migration::prelude::*;

/// The smallest group that is shown.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("min_group").integer().not_null().default(5).to_owned();
        manager.alter_table(Table::alter().table("organization").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("organization").drop_column("min_group").to_owned()).await
    }
}
