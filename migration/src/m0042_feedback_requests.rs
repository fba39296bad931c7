//! Feedback requests: questions to a sample of customers, answered by links.

use sea_orm_migration::prelude::*;

/// Feedback requests.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(request()).await?;
        manager.create_table(invitation()).await?;
        for (name, columns) in [
            ("feedback_invitation_request", ["organization_id", "request_id"]),
            ("feedback_invitation_customer", ["organization_id", "customer_id"]),
        ] {
            let mut index = Index::create().name(name).table("feedback_invitation").to_owned();
            columns.into_iter().for_each(|column| {
                index.col(column);
            });
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["feedback_invitation", "feedback_request"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

fn request() -> TableCreateStatement {
    let mut table = Table::create()
        .table("feedback_request")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create().from("feedback_request", "organization_id").to("organization", "id"),
        )
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("product_id").uuid().not_null())
        .col(ColumnDef::new("release_id").uuid().not_null())
        .col(ColumnDef::new("feature_id").uuid().null())
        .col(ColumnDef::new("scale_id").uuid().not_null())
        .col(ColumnDef::new("question").string_len(300).not_null())
        .col(ColumnDef::new("expires_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("closed_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("created_by").string_len(64).null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned();
    for (column, to) in [
        ("product_id", "product"),
        ("release_id", "release"),
        ("feature_id", "feature"),
        ("scale_id", "scale"),
    ] {
        table.foreign_key(
            ForeignKey::create()
                .from("feedback_request", ("organization_id", column))
                .to(to, ("organization_id", "id")),
        );
    }
    table
}

fn invitation() -> TableCreateStatement {
    Table::create()
        .table("feedback_invitation")
        .col(ColumnDef::new("organization_id").uuid().not_null())
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("request_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("feedback_invitation", ("organization_id", "request_id"))
                .to("feedback_request", ("organization_id", "id")),
        )
        .col(ColumnDef::new("customer_id").uuid().not_null())
        .foreign_key(
            ForeignKey::create()
                .from("feedback_invitation", ("organization_id", "customer_id"))
                .to("customer", ("organization_id", "id")),
        )
        .col(ColumnDef::new("segment_id").uuid().null())
        .col(ColumnDef::new("secret_hash").binary().not_null())
        .col(ColumnDef::new("feedback_id").uuid().null())
        .col(ColumnDef::new("answered_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}
