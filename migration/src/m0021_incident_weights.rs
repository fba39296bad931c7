//! What incidents weigh, as each organization decides.

use sea_orm_migration::prelude::*;

/// What incidents weigh.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What they weighed before it could be decided.
const WEIGHTS: [(&str, f64); 8] = [
    ("severity_weight_1", 1.0),
    ("severity_weight_2", 0.5),
    ("severity_weight_3", 0.2),
    ("severity_weight_4", 0.05),
    ("unknown_share_1", 0.5),
    ("unknown_share_2", 0.2),
    ("unknown_share_3", 0.05),
    ("unknown_share_4", 0.01),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, weight) in WEIGHTS {
            let column = ColumnDef::new(name).double().not_null().default(weight).to_owned();
            manager.alter_table(Table::alter().table("organization").add_column(column).to_owned()).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (name, _) in WEIGHTS.iter().rev() {
            manager.alter_table(Table::alter().table("organization").drop_column(*name).to_owned()).await?;
        }
        Ok(())
    }
}
