//! Daily counts of responses name products, features, releases, segments and scales by codes of four bytes instead of IDs of
//! sixteen: the key was most of the table, and of its index.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Narrow counts of responses.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// What is counted, and so has a code.
const OBJECTS: [&str; 5] = ["product", "feature", "release", "segment", "scale"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // The counts move to another table: all of them or none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("count_code")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("code").integer().not_null())
                    .col(ColumnDef::new("object_id").uuid().not_null())
                    .primary_key(Index::create().col("organization_id").col("code"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("count_code_object")
                    .table("count_code")
                    .col("organization_id")
                    .col("object_id")
                    .unique()
                    .to_owned(),
            )
            .await?;
        set_aside(manager).await?;
        manager.create_table(clustered(manager, narrow())).await?;
        let nil = nil(manager);
        let objects = OBJECTS.map(|table| {
            format!(
                "SELECT organization_id, id FROM {table}
                 UNION SELECT organization_id, {table}_id FROM feedback_daily_before WHERE {table}_id <> {nil}"
            )
        });
        let code = |column: &str| {
            format!(
                "LEFT JOIN count_code AS {column} ON {column}.organization_id = feedback_daily_before.organization_id
                 AND {column}.object_id = feedback_daily_before.{column}_id"
            )
        };
        run(
            manager,
            &[
                &format!(
                    "INSERT INTO count_code (organization_id, code, object_id)
                     SELECT organization_id, ROW_NUMBER() OVER (PARTITION BY organization_id ORDER BY id), id
                     FROM ({}) AS objects",
                    objects.join(" UNION ")
                ),
                // In the order of the key: each page of the new table is written once. The code 0 is none; that of a product is
                // the product as a whole.
                &format!(
                    "INSERT INTO feedback_daily (organization_id, feature_code, day, release_code, segment_code, scale_code,
                       level, answers)
                     SELECT feedback_daily_before.organization_id, COALESCE(feature.code, product.code), day,
                       COALESCE(release.code, 0), COALESCE(segment.code, 0), scale.code, level, answers
                     FROM feedback_daily_before {}
                     ORDER BY 1, 2, 3, 4, 5, 6, 7",
                    OBJECTS.map(code).join(" ")
                ),
                "DROP TABLE feedback_daily_before",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        set_aside(manager).await?;
        manager.create_table(clustered(manager, wide())).await?;
        let nil = nil(manager);
        let object = |column: &str| {
            format!(
                "LEFT JOIN count_code AS {column} ON {column}.organization_id = feedback_daily_before.organization_id
                 AND {column}.code = feedback_daily_before.{column}_code"
            )
        };
        run(
            manager,
            &[
                &format!(
                    "INSERT INTO feedback_daily (organization_id, product_id, feature_id, release_id, segment_id, scale_id, day,
                       level, answers)
                     SELECT feedback_daily_before.organization_id, COALESCE(known.product_id, feature.object_id),
                       COALESCE(known.id, {nil}), COALESCE(release.object_id, {nil}), COALESCE(segment.object_id, {nil}),
                       scale.object_id, day, level, answers
                     FROM feedback_daily_before {}
                     LEFT JOIN feature AS known ON known.organization_id = feature.organization_id
                       AND known.id = feature.object_id
                     ORDER BY 1, 2, 3, 4, 5, 6, 7, 8",
                    ["feature", "release", "segment", "scale"].map(object).join(" ")
                ),
                "DROP TABLE feedback_daily_before",
                "DROP TABLE count_code",
            ],
        )
        .await
    }
}

fn narrow() -> TableCreateStatement {
    let mut table = Table::create().table("feedback_daily").to_owned();
    table.col(ColumnDef::new("organization_id").uuid().not_null());
    table.col(ColumnDef::new("feature_code").integer().not_null());
    table.col(ColumnDef::new("day").date().not_null());
    for column in ["release_code", "segment_code", "scale_code", "level"] {
        table.col(ColumnDef::new(column).integer().not_null());
    }
    table.col(ColumnDef::new("answers").big_integer().not_null());
    let mut key = Index::create();
    for column in
        ["organization_id", "feature_code", "day", "release_code", "segment_code", "scale_code", "level"]
    {
        key.col(column);
    }
    table.primary_key(&mut key).to_owned()
}

fn wide() -> TableCreateStatement {
    let mut table = Table::create().table("feedback_daily").to_owned();
    let ids = ["organization_id", "product_id", "feature_id", "release_id", "segment_id", "scale_id"];
    for id in ids {
        table.col(ColumnDef::new(id).uuid().not_null());
    }
    table.col(ColumnDef::new("day").date().not_null());
    table.col(ColumnDef::new("level").integer().not_null());
    table.col(ColumnDef::new("answers").big_integer().not_null());
    let mut key = Index::create();
    for column in ids.into_iter().chain(["day", "level"]) {
        key.col(column);
    }
    table.primary_key(&mut key).to_owned()
}

/// Gives the table, and on PostgreSQL its key, another name.
async fn set_aside(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    run(manager, &["ALTER TABLE feedback_daily RENAME TO feedback_daily_before"]).await?;
    if manager.get_database_backend() == DbBackend::Postgres {
        let key = "ALTER TABLE feedback_daily_before RENAME CONSTRAINT feedback_daily_pkey TO feedback_daily_before_pkey";
        run(manager, &[key]).await?;
    }
    Ok(())
}

/// The ID that stands for none in a key.
fn nil(manager: &SchemaManager<'_>) -> &'static str {
    match manager.get_database_backend() {
        DbBackend::Postgres => "'00000000-0000-0000-0000-000000000000'::uuid",
        _ => "x'00000000000000000000000000000000'",
    }
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// SQLite keeps a table whose row is little more than its key in the key's own order.
fn clustered(manager: &SchemaManager<'_>, mut table: TableCreateStatement) -> TableCreateStatement {
    if manager.get_database_backend() == DbBackend::Sqlite {
        table.extra("WITHOUT ROWID");
    }
    table
}
