//! Incidents, what they hurt and where they come from.

use sea_orm_migration::prelude::*;

/// Incidents, what they hurt and where they come from.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("incident")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().not_null())
                    .col(ColumnDef::new("title").string_len(500).not_null())
                    .col(ColumnDef::new("description").text().null())
                    .col(ColumnDef::new("severity").small_integer().not_null())
                    .col(ColumnDef::new("opened_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("opened_on").date().not_null())
                    .col(ColumnDef::new("resolved_at").timestamp_with_time_zone().null())
                    .col(ColumnDef::new("resolved_on").date().null())
                    .col(ColumnDef::new("affected_customers").big_integer().null())
                    .col(ColumnDef::new("linked_customers").big_integer().not_null())
                    .col(ColumnDef::new("source").string_len(64).not_null())
                    .col(ColumnDef::new("external_id").string_len(200).null())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("updated_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("incident_external_id")
                    .table("incident")
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
                    .name("incident_latest")
                    .table("incident")
                    .col("organization_id")
                    .col("product_id")
                    .col("opened_at")
                    .col("id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("incident_feature")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("incident_id").uuid().not_null())
                    .col(ColumnDef::new("feature_id").uuid().not_null())
                    .primary_key(Index::create().col("organization_id").col("incident_id").col("feature_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("incident_feature", ("organization_id", "incident_id"))
                            .to("incident", ("organization_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("incident_feature", ("organization_id", "feature_id"))
                            .to("feature", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("incident_feature_feature")
                    .table("incident_feature")
                    .col("organization_id")
                    .col("feature_id")
                    .col("incident_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("incident_customer")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("incident_id").uuid().not_null())
                    .col(ColumnDef::new("customer_id").uuid().not_null())
                    .primary_key(Index::create().col("organization_id").col("incident_id").col("customer_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("incident_customer", ("organization_id", "incident_id"))
                            .to("incident", ("organization_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("incident_customer", ("organization_id", "customer_id"))
                            .to("customer", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("incident_customer_customer")
                    .table("incident_customer")
                    .col("organization_id")
                    .col("customer_id")
                    .col("incident_id")
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("attribution")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("incident_id").uuid().not_null())
                    .col(ColumnDef::new("release_id").uuid().null())
                    .col(ColumnDef::new("basis").string_len(24).not_null())
                    .col(ColumnDef::new("confidence").double().null())
                    .col(ColumnDef::new("created_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("attribution", ("organization_id", "incident_id"))
                            .to("incident", ("organization_id", "id")),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("attribution", ("organization_id", "release_id"))
                            .to("release", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create()
                    .name("attribution_incident")
                    .table("attribution")
                    .col("organization_id")
                    .col("incident_id")
                    .col("id")
                    .to_owned(),
            )
            .await?;

        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("attribution").to_owned()).await?;
        manager.drop_table(Table::drop().table("incident_customer").to_owned()).await?;
        manager.drop_table(Table::drop().table("incident_feature").to_owned()).await?;
        manager.drop_table(Table::drop().table("incident").to_owned()).await?;
        Ok(())
    }
}
