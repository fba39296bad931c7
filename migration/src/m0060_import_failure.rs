//! Why an import failed.

use sea_orm_migration::prelude::*;

/// The reason.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = ColumnDef::new("failure").text().null().to_owned();
        manager.alter_table(Table::alter().table("import").add_column(column).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("import").drop_column("failure").to_owned()).await
    }
}
