//! What sources say of a thing at different times: its revisions, and the intervals of an incident.

use sea_orm_migration::prelude::*;

/// What sources say of a thing at different times.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

/// The tables whose rows are sent again by the systems that know them.
const SENT: [&str; 4] = ["feedback", "incident", "deployment", "release"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in SENT {
            let columns = [
                ColumnDef::new("revision").integer().not_null().default(1).to_owned(),
                // When the source says that the row became as it is.
                ColumnDef::new("source_updated_at").timestamp_with_time_zone().null().to_owned(),
                // Hash of what was sent last, to know it when it is sent again.
                ColumnDef::new("sent").big_integer().null().to_owned(),
            ];
            for column in columns {
                manager.alter_table(Table::alter().table(table).add_column(column).to_owned()).await?;
            }
        }
        // The interval in which an incident is now began with it, or when it was opened again.
        for column in [
            ColumnDef::new("reopened_at").timestamp_with_time_zone().null().to_owned(),
            ColumnDef::new("reopened_on").date().null().to_owned(),
        ] {
            manager.alter_table(Table::alter().table("incident").add_column(column).to_owned()).await?;
        }
        manager
            .create_table(
                Table::create()
                    .table("incident_interval")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("incident_id").uuid().not_null())
                    .col(ColumnDef::new("opened_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("opened_on").date().not_null())
                    .col(ColumnDef::new("resolved_at").timestamp_with_time_zone().not_null())
                    .col(ColumnDef::new("resolved_on").date().not_null())
                    .primary_key(Index::create().col("organization_id").col("incident_id").col("opened_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("incident_interval", ("organization_id", "incident_id"))
                            .to("incident", ("organization_id", "id")),
                    )
                    .to_owned(),
            )
            .await?;
        // A JSON list of names: a product has few of them, and nobody looks for them.
        let ships_to =
            ColumnDef::new("ships_to").json_binary().not_null().default("[\"production\"]").to_owned();
        manager.alter_table(Table::alter().table("product").add_column(ships_to).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drop = |table, column| Table::alter().table(table).drop_column(column).to_owned();
        manager.alter_table(drop("product", "ships_to")).await?;
        manager.drop_table(Table::drop().table("incident_interval").to_owned()).await?;
        for column in ["reopened_on", "reopened_at"] {
            manager.alter_table(drop("incident", column)).await?;
        }
        for table in SENT {
            for column in ["sent", "source_updated_at", "revision"] {
                manager.alter_table(drop(table, column)).await?;
            }
        }
        Ok(())
    }
}
