//! What imports stored, by the places of the rows in their files; what they created beside rows; and figures as they were before.

use sea_orm_migration::prelude::*;

/// Rows of imports, and what else an import stored.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// Rows of imports before this was recorded have no places in their files: they are numbered from -1 downward.
const MOVE: [&str; 3] = [
    "INSERT INTO import_object (organization_id, import_id, place, part, object_id)
     SELECT organization_id, import_id,
            -row_number() OVER (PARTITION BY organization_id, import_id ORDER BY feedback_id), 0, feedback_id
     FROM import_row",
    "DROP TABLE import_row",
    "ALTER TABLE import_object RENAME TO import_row",
];

const BACK: [&str; 3] = [
    "INSERT INTO import_object (organization_id, import_id, feedback_id)
     SELECT row.organization_id, row.import_id, row.object_id FROM import_row AS row
     JOIN import ON import.organization_id = row.organization_id AND import.id = row.import_id AND import.kind = 'feedback'",
    "DROP TABLE import_row",
    "ALTER TABLE import_object RENAME TO import_row",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let content = ColumnDef::new("content").string_len(64).null().to_owned();
        manager.alter_table(Table::alter().table("import").add_column(content).to_owned()).await?;
        let read = ColumnDef::new("bytes_read").big_integer().not_null().default(0).to_owned();
        manager.alter_table(Table::alter().table("import").add_column(read).to_owned()).await?;
        let file = of_import("import_file")
            .col(ColumnDef::new("name").string_len(16).not_null())
            .col(ColumnDef::new("content").blob().not_null())
            .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
            .primary_key(Index::create().col("organization_id").col("import_id").col("name"))
            .to_owned();
        manager.create_table(file).await?;
        let rows = of_import("import_object")
            .col(ColumnDef::new("place").big_integer().not_null())
            .col(ColumnDef::new("part").integer().not_null())
            .col(ColumnDef::new("object_id").uuid().not_null())
            .primary_key(Index::create().col("organization_id").col("import_id").col("place").col("part"))
            .to_owned();
        manager.create_table(rows).await?;
        for statement in MOVE {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        let created = of_import("import_created")
            .col(ColumnDef::new("kind").string_len(16).not_null())
            .col(ColumnDef::new("object_id").uuid().not_null())
            .primary_key(Index::create().col("organization_id").col("import_id").col("kind").col("object_id"))
            .to_owned();
        manager.create_table(created).await?;
        let mut figures = of_import("import_exposure");
        for column in ["product_id", "feature_id", "segment_id"] {
            figures.col(ColumnDef::new(column).uuid().not_null());
        }
        figures
            .col(ColumnDef::new("day").date().not_null())
            .col(ColumnDef::new("source").string_len(64).not_null())
            .col(ColumnDef::new("before").big_integer().null())
            .col(ColumnDef::new("after").big_integer().not_null());
        let mut key = Index::create();
        for column in
            ["organization_id", "import_id", "product_id", "feature_id", "segment_id", "day", "source"]
        {
            key.col(column);
        }
        manager.create_table(figures.primary_key(&mut key).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["import_exposure", "import_created", "import_file"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        let rows = of_import("import_object")
            .col(ColumnDef::new("feedback_id").uuid().not_null())
            .primary_key(Index::create().col("organization_id").col("import_id").col("feedback_id"))
            .to_owned();
        manager.create_table(rows).await?;
        for statement in BACK {
            manager.get_connection().execute_unprepared(statement).await?;
        }
        manager.alter_table(Table::alter().table("import").drop_column("bytes_read").to_owned()).await?;
        manager.alter_table(Table::alter().table("import").drop_column("content").to_owned()).await
    }
}

/// A table of what an import stored. Without a foreign key of the objects, as all that refers to the hot table.
fn of_import(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .col(ColumnDef::new("import_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from(table, "organization_id").to("organization", "id"))
        .to_owned()
}
