//! Products, features, releases and what is done with them.

use sea_orm_migration::prelude::*;

/// Products, features, releases and what is done with them.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("product")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("key").string_len(200).not_null())
                    .col(ColumnDef::new("name").string_len(200).not_null())
                    .col(ColumnDef::new("description").text().null())
                    .col(ColumnDef::new("time_zone").string_len(64).not_null())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .foreign_key(
                        ForeignKey::create().from("product", "organization_id").to("organization", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("product_key")
                    .table("product")
                    .unique()
                    .col("organization_id")
                    .col("key")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("feature")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("key").string_len(200).not_null())
                    .col(ColumnDef::new("name").string_len(200).not_null())
                    .col(ColumnDef::new("description").text().null())
                    .col(ColumnDef::new("lifecycle").string_len(16).not_null())
                    .col(ColumnDef::new("team").string_len(200).null())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("feature", ("organization_id", "product_id"))
                            .to("product", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("feature_key")
                    .table("feature")
                    .unique()
                    .col("organization_id")
                    .col("product_id")
                    .col("key")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("release")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("version").string_len(200).not_null())
                    .col(ColumnDef::new("title").string_len(200).null())
                    .col(ColumnDef::new("notes").text().null())
                    .col(ColumnDef::new("lifecycle").string_len(16).not_null())
                    .col(ColumnDef::new("previous_release_id").uuid().null())
                    .col(ColumnDef::new("planned_for").date().null())
                    .col(ColumnDef::new("released_at").timestamp_with_time_zone().null())
                    .col(ColumnDef::new("released_on").date().null())
                    .col(ColumnDef::new("withdrawn_at").timestamp_with_time_zone().null())
                    .col(ColumnDef::new("withdrawn_on").date().null())
                    .col(ColumnDef::new("inferred").boolean().not_null())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("release", ("organization_id", "product_id"))
                            .to("product", ("organization_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("release", ("organization_id", "previous_release_id"))
                            .to("release", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("release_version")
                    .table("release")
                    .unique()
                    .col("organization_id")
                    .col("product_id")
                    .col("version")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("release_feature")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("release_id").uuid().not_null())
                    .col(ColumnDef::new("feature_id").uuid().not_null())
                    .col(ColumnDef::new("change").string_len(16).not_null())
                    .primary_key(Index::create().col("organization_id").col("release_id").col("feature_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("release_feature", ("organization_id", "release_id"))
                            .to("release", ("organization_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("release_feature", ("organization_id", "feature_id"))
                            .to("feature", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("deployment")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("release_id").uuid().not_null())
                    .col(ColumnDef::new("environment").string_len(64).not_null())
                    .col(ColumnDef::new("status").string_len(16).not_null())
                    .col(ColumnDef::new("deployed_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("source").string_len(64).not_null())
                    .col(ColumnDef::new("external_id").string_len(200).null())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("deployment", ("organization_id", "release_id"))
                            .to("release", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("deployment_external_id")
                    .table("deployment")
                    .unique()
                    .col("organization_id")
                    .col("source")
                    .col("external_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("deployment_release")
                    .table("deployment")
                    .col("organization_id")
                    .col("release_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("iteration")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("name").string_len(200).not_null())
                    .col(ColumnDef::new("goal").text().null())
                    .col(ColumnDef::new("starts_on").date().not_null())
                    .col(ColumnDef::new("ends_before").date().not_null())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("iteration", ("organization_id", "product_id"))
                            .to("product", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("iteration_name")
                    .table("iteration")
                    .unique()
                    .col("organization_id")
                    .col("product_id")
                    .col("name")
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("iteration").to_owned()).await?;
        manager.drop_table(Table::drop().table("deployment").to_owned()).await?;
        manager.drop_table(Table::drop().table("release_feature").to_owned()).await?;
        manager.drop_table(Table::drop().table("release").to_owned()).await?;
        manager.drop_table(Table::drop().table("feature").to_owned()).await?;
        manager.drop_table(Table::drop().table("product").to_owned()).await?;
        Ok(())
    }
}
