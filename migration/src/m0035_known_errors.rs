//! Known errors and articles, what they are linked to, and the words by which they are found.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{ConnectionTrait, DbBackend},
};

/// Known errors and articles.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables, each after those that it refers to.
const TABLES: [&str; 8] = [
    "known_error",
    "known_error_feature",
    "known_error_fix",
    "known_error_incident",
    "known_error_feedback",
    "article",
    "article_feature",
    "article_known_error",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let links = [
            link("known_error_feature", "known_error", "feature"),
            link("known_error_fix", "known_error", "release"),
            by_whom(link("known_error_incident", "known_error", "incident")),
            // Responses are a hot table, which nothing refers to by a foreign key.
            by_whom(pair("known_error_feedback", "known_error", "feedback")),
        ];
        for table in [known_error()].into_iter().chain(links) {
            manager.create_table(table).await?;
        }
        for table in [
            article(),
            link("article_feature", "article", "feature"),
            link("article_known_error", "article", "known_error"),
        ] {
            manager.create_table(table).await?;
        }
        for (table, column) in [
            ("known_error", "product_id"),
            ("known_error_feature", "feature_id"),
            ("known_error_fix", "release_id"),
            ("known_error_incident", "incident_id"),
            ("known_error_feedback", "feedback_id"),
            ("article", "product_id"),
            ("article_feature", "feature_id"),
            ("article_known_error", "known_error_id"),
        ] {
            let index = Index::create()
                .name(format!("{table}_{}", column.trim_end_matches("_id")))
                .table(table)
                .col("organization_id")
                .col(column)
                .to_owned();
            manager.create_index(index).await?;
        }
        for table in ["known_error", "article"] {
            let index = Index::create()
                .name(format!("{table}_external"))
                .table(table)
                .col("organization_id")
                .col("source")
                .col("external_id")
                .unique()
                .to_owned();
            manager.create_index(index).await?;
        }
        text(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("knowledge_text").to_owned()).await?;
        for table in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// The words of known errors and articles. In SQLite a table of FTS5, whose rows have no key: tenant and subject are words of
/// it, found by its index.
async fn text(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Sqlite {
        let create =
            "CREATE VIRTUAL TABLE knowledge_text USING fts5(tenant, subject, words, tokenize = 'unicode61')";
        return db.execute_unprepared(create).await.map(drop);
    }
    db.execute_unprepared(
        "CREATE TABLE knowledge_text (
            organization_id uuid NOT NULL REFERENCES organization (id),
            subject_id uuid NOT NULL,
            words tsvector NOT NULL,
            PRIMARY KEY (organization_id, subject_id)
        )",
    )
    .await?;
    db.execute_unprepared("CREATE INDEX knowledge_text_words ON knowledge_text USING gin (words)")
        .await
        .map(drop)
}

fn of_organization(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from(table, "organization_id").to("organization", "id"))
        .to_owned()
}

fn refers(table: &mut TableCreateStatement, name: &'static str, column: String, to: &'static str) {
    let mut key = ForeignKey::create();
    table.foreign_key(key.from(name, ("organization_id", column)).to(to, ("organization_id", "id")));
}

/// A row for each pair of two objects. The first one exists while the row does.
fn pair(name: &'static str, first: &'static str, second: &'static str) -> TableCreateStatement {
    let (one, other) = (format!("{first}_id"), format!("{second}_id"));
    let mut table = of_organization(name)
        .col(ColumnDef::new(one.clone()).uuid().not_null())
        .col(ColumnDef::new(other.clone()).uuid().not_null())
        .primary_key(Index::create().col("organization_id").col(one.clone()).col(other))
        .to_owned();
    refers(&mut table, name, one, first);
    table
}

/// A pair of which the second one exists, too.
fn link(name: &'static str, first: &'static str, second: &'static str) -> TableCreateStatement {
    let mut table = pair(name, first, second);
    refers(&mut table, name, format!("{second}_id"), second);
    table
}

fn by_whom(table: TableCreateStatement) -> TableCreateStatement {
    table
        .to_owned()
        .col(ColumnDef::new("linked_by").string_len(64).null())
        .col(ColumnDef::new("linked_at").timestamp_with_time_zone().not_null())
        .to_owned()
}

/// A table of knowledge about a product.
fn of_product(name: &'static str) -> TableCreateStatement {
    let mut table = of_organization(name)
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("product_id").uuid().not_null())
        .col(ColumnDef::new("title").string_len(200).not_null())
        .col(ColumnDef::new("source").string_len(64).not_null())
        .col(ColumnDef::new("external_id").string_len(200).null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("search").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned();
    refers(&mut table, name, "product_id".to_owned(), "product");
    table
}

fn known_error() -> TableCreateStatement {
    let mut table = of_product("known_error")
        .col(ColumnDef::new("symptom").text().null())
        .col(ColumnDef::new("cause").text().null())
        .col(ColumnDef::new("workaround").text().null())
        .col(ColumnDef::new("introduced_in").uuid().null())
        .col(ColumnDef::new("wont_fix").text().null())
        .col(ColumnDef::new("is_public").boolean().not_null())
        .to_owned();
    refers(&mut table, "known_error", "introduced_in".to_owned(), "release");
    table
}

fn article() -> TableCreateStatement {
    of_product("article")
        .col(ColumnDef::new("body").text().null())
        .col(ColumnDef::new("url").string_len(2000).null())
        .col(ColumnDef::new("language").string_len(8).null())
        .col(ColumnDef::new("state").string_len(16).not_null())
        .col(ColumnDef::new("published_at").timestamp_with_time_zone().null())
        .to_owned()
}
