//! What a release gate tolerates, as each organization decides.

use sea_orm_migration::prelude::*;

/// What a release gate tolerates.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let columns = [
            ColumnDef::new("gate_fail_on_watch").boolean().not_null().default(false).to_owned(),
            ColumnDef::new("gate_max_decline").double().not_null().default(0.0).to_owned(),
            ColumnDef::new("gate_min_responses").integer().null().to_owned(),
        ];
        for column in columns {
            manager.alter_table(Table::alter().table("organization").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["gate_min_responses", "gate_max_decline", "gate_fail_on_watch"] {
            manager.alter_table(Table::alter().table("organization").drop_column(name).to_owned()).await?;
        }
        Ok(())
    }
}
