//! Announcements of changes: whom they concern, how they moved, who acknowledged them.

use sea_orm_migration::prelude::*;

/// Announcements.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const TABLES: [&str; 5] =
    ["announcement", "announcement_feature", "announcement_customer", "announcement_move", "acknowledgement"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [announcement(), feature(), customer(), moved(), acknowledgement()] {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            ("announcement_start", "announcement", &["organization_id", "starts_at"][..]),
            ("announcement_release", "announcement", &["organization_id", "release_id"]),
            ("announcement_feature_feature", "announcement_feature", &["organization_id", "feature_id"]),
            ("announcement_customer_customer", "announcement_customer", &["organization_id", "customer_id"]),
        ] {
            manager.create_index(index(name, table, columns)).await?;
        }
        let external =
            index("announcement_external", "announcement", &["organization_id", "source", "external_id"]);
        manager.create_index(external.to_owned().unique().to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES.into_iter().rev() {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn index(name: &'static str, table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().name(name).table(table).to_owned();
    columns.iter().for_each(|column| {
        index.col(*column);
    });
    index
}

fn of_organization(table: &'static str) -> TableCreateStatement {
    Table::create()
        .table(table)
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(ForeignKey::create().from(table, "organization_id").to("organization", "id"))
        .to_owned()
}

/// A row that belongs to an announcement.
fn of_announcement(table: &'static str) -> TableCreateStatement {
    of_organization(table)
        .col(ColumnDef::new("announcement_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from(table, ("organization_id", "announcement_id"))
                .to("announcement", ("organization_id", "id")),
        )
        .to_owned()
}

fn announcement() -> TableCreateStatement {
    let references = [
        ("product_id", "product"),
        ("release_id", "release"),
        ("contact_member_id", "member"),
        ("contact_team_id", "team"),
    ];
    let mut table = of_organization("announcement")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("product_id").uuid().not_null())
        .col(ColumnDef::new("kind").string_len(16).not_null())
        .col(ColumnDef::new("title").string_len(200).not_null())
        .col(ColumnDef::new("release_id").uuid().null())
        .col(ColumnDef::new("changes").text().null())
        .col(ColumnDef::new("talking_points").text().null())
        .col(ColumnDef::new("workaround").text().null())
        .col(ColumnDef::new("rollback").text().null())
        .col(ColumnDef::new("contact_member_id").uuid().null())
        .col(ColumnDef::new("contact_team_id").uuid().null())
        .col(ColumnDef::new("audiences").json_binary().not_null())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("state").string_len(16).not_null())
        .col(ColumnDef::new("edition").integer().not_null())
        .col(ColumnDef::new("published_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("source").string_len(64).not_null())
        .col(ColumnDef::new("external_id").string_len(200).null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("search").text().not_null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned();
    for (column, to) in references {
        table.foreign_key(
            ForeignKey::create()
                .from("announcement", ("organization_id", column))
                .to(to, ("organization_id", "id")),
        );
    }
    table
}

fn feature() -> TableCreateStatement {
    of_announcement("announcement_feature")
        .col(ColumnDef::new("feature_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("announcement_feature", ("organization_id", "feature_id"))
                .to("feature", ("organization_id", "id")),
        )
        .primary_key(Index::create().col("organization_id").col("announcement_id").col("feature_id"))
        .to_owned()
}

fn customer() -> TableCreateStatement {
    of_announcement("announcement_customer")
        .col(ColumnDef::new("customer_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("announcement_customer", ("organization_id", "customer_id"))
                .to("customer", ("organization_id", "id")),
        )
        .col(ColumnDef::new("decision").string_len(16).null())
        .col(ColumnDef::new("notified_edition").integer().null())
        .col(ColumnDef::new("notified_at").timestamp_with_time_zone().null())
        .primary_key(Index::create().col("organization_id").col("announcement_id").col("customer_id"))
        .to_owned()
}

fn moved() -> TableCreateStatement {
    of_announcement("announcement_move")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("kind").string_len(16).not_null())
        .col(ColumnDef::new("edition").integer().not_null())
        .col(ColumnDef::new("starts_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ends_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("reason").text().null())
        .col(ColumnDef::new("moved_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("moved_by").string_len(64).null())
        .primary_key(Index::create().col("organization_id").col("announcement_id").col("id"))
        .to_owned()
}

fn acknowledgement() -> TableCreateStatement {
    of_announcement("acknowledgement")
        .col(ColumnDef::new("member_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("acknowledgement", ("organization_id", "member_id"))
                .to("member", ("organization_id", "id")),
        )
        .col(ColumnDef::new("edition").integer().not_null())
        .col(ColumnDef::new("note").text().null())
        .col(ColumnDef::new("acknowledged_at").timestamp_with_time_zone().not_null())
        .primary_key(
            Index::create().col("organization_id").col("announcement_id").col("member_id").col("edition"),
        )
        .to_owned()
}
