//! Jobs and their runs, and how far the outbox of each organization has been pruned.

use sea_orm_migration::prelude::*;

/// Jobs and their runs.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(job()).await?;
        manager.create_table(job_run()).await?;
        for index in [
            Index::create().name("job_due").table("job").col("due_at").to_owned(),
            Index::create().name("job_leased").table("job").col("leased_until").to_owned(),
            Index::create()
                .name("job_run_job")
                .table("job_run")
                .col("organization_id")
                .col("job")
                .col("id")
                .to_owned(),
        ] {
            manager.create_index(index).await?;
        }
        let pruned = ColumnDef::new("pruned_revision").big_integer().not_null().default(0).to_owned();
        manager.alter_table(Table::alter().table("organization").add_column(pruned).to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter().table("organization").drop_column("pruned_revision").to_owned();
        manager.alter_table(column).await?;
        for table in ["job_run", "job"] {
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

fn job() -> TableCreateStatement {
    of_organization("job")
        .col(ColumnDef::new("name").string_len(100).not_null())
        .col(ColumnDef::new("due_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("lease").big_integer().not_null())
        .col(ColumnDef::new("leased_until").timestamp_with_time_zone().null())
        .col(ColumnDef::new("attempts").integer().not_null())
        .primary_key(Index::create().col("organization_id").col("name"))
        .to_owned()
}

fn job_run() -> TableCreateStatement {
    of_organization("job_run")
        .col(ColumnDef::new("id").uuid().not_null())
        .col(ColumnDef::new("job").string_len(100).not_null())
        .col(ColumnDef::new("lease").big_integer().not_null())
        .col(ColumnDef::new("attempt").integer().not_null())
        .col(ColumnDef::new("server").string_len(200).not_null())
        .col(ColumnDef::new("started_at").timestamp_with_time_zone().not_null())
        .col(ColumnDef::new("ended_at").timestamp_with_time_zone().null())
        .col(ColumnDef::new("outcome").string_len(16).not_null())
        .col(ColumnDef::new("items").big_integer().not_null())
        .col(ColumnDef::new("message").text().null())
        .primary_key(Index::create().col("organization_id").col("id"))
        .to_owned()
}
