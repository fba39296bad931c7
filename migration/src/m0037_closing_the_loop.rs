//! What became of what customers said: replies, notices, and the products whose view is public.

use sea_orm_migration::prelude::*;

/// Replies, notices of customers, and public products.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 4] = ["feedback_seen", "reply", "notice", "product_publication"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [feedback_seen(), reply(), notice(), product_publication()] {
            manager.create_table(table).await?;
        }
        let of_feedback = Index::create()
            .name("reply_feedback")
            .table("reply")
            .col("organization_id")
            .col("feedback_id")
            .to_owned();
        manager.create_index(of_feedback).await?;
        let topic = Index::create()
            .name("notice_topic")
            .table("notice")
            .unique()
            .col("organization_id")
            .col("customer_id")
            .col("topic")
            .to_owned();
        manager.create_index(topic).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().rev() {
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

fn refers(table: &mut TableCreateStatement, name: &'static str, column: &'static str, to: &'static str) {
    let mut key = ForeignKey::create();
    table.foreign_key(key.from(name, ("organization_id", column)).to(to, ("organization_id", "id")));
}

/// Responses are a hot table, which nothing refers to by a foreign key.
fn feedback_seen() -> TableCreateStatement {
    of_organization("feedback_seen")
        .col(ColumnDef::new("feedback_id").uuid().not_null())
        .col(ColumnDef::new("seen_by").string_len(64).null())
        .col(ColumnDef::new("seen_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("feedback_id"))
        .to_owned()
}

fn reply() -> TableCreateStatement {
    of_organization("reply")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("feedback_id").uuid().not_null())
        .col(ColumnDef::new("text").text().not_null())
        .col(ColumnDef::new("replied_by").string_len(64).null())
        .col(ColumnDef::new("replied_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}

fn notice() -> TableCreateStatement {
    let mut table = of_organization("notice")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("customer_id").uuid().not_null())
        .col(ColumnDef::new("kind").string_len(24).not_null())
        .col(ColumnDef::new("topic").string_len(120).not_null())
        .col(ColumnDef::new("known_error_id").uuid().null())
        .col(ColumnDef::new("release_id").uuid().null())
        .col(ColumnDef::new("feedback_id").uuid().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("read_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("helped").boolean().null())
        .col(ColumnDef::new("comment").text().null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned();
    for (column, to) in
        [("customer_id", "customer"), ("known_error_id", "known_error"), ("release_id", "release")]
    {
        refers(&mut table, "notice", column, to);
    }
    table
}

fn product_publication() -> TableCreateStatement {
    let mut table = of_organization("product_publication")
        .col(ColumnDef::new("product_id").uuid().not_null())
        .col(ColumnDef::new("published_by").string_len(64).null())
        .col(ColumnDef::new("published_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("product_id"))
        .to_owned();
    refers(&mut table, "product_publication", "product_id", "product");
    table
}
