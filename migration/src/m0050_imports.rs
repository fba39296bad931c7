//! Imports of files, and what they stored.

use sea_orm_migration::prelude::*;

/// Imports.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(import()).await?;
        manager.create_table(row()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["import_row", "import"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn of_organization(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from(table, "organization_id").to("organization", "id"))
        .to_owned()
}

fn import() -> TableCreateStatement {
    let mut table = of_organization("import")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("kind").string_len(16).not_null())
        .col(ColumnDef::new("file").string_len(500).not_null())
        .col(ColumnDef::new("bytes").big_integer().not_null())
        .col(ColumnDef::new("fingerprint").string_len(64).not_null())
        .col(ColumnDef::new("source").string_len(64).not_null())
        .col(ColumnDef::new("mapping").json_binary().not_null())
        .col(ColumnDef::new("state").string_len(16).not_null())
        .to_owned();
    for count in
        ["rows_read", "rows_accepted", "rows_updated", "rows_unchanged", "rows_rejected", "rows_removed"]
    {
        table.col(ColumnDef::new(count).big_integer().not_null());
    }
    table
        .col(ColumnDef::new("reasons").json_binary().not_null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

/// Without a foreign key of the response, as all that refers to the hot table.
fn row() -> TableCreateStatement {
    let mut table = of_organization("import_row");
    table
        .col(ColumnDef::new("import_id").uuid().not_null())
        .col(ColumnDef::new("feedback_id").uuid().not_null())
        .primary_key(Index::create().col("organization_id").col("import_id").col("feedback_id"))
        .to_owned()
}
