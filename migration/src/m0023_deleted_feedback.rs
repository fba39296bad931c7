//! Every deleted response, for systems that keep a copy. Until now only those with an ID of their source were kept, and only
//! until they came again.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

/// Deleted responses.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    // The rows move to another table: all of them or none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("deleted_feedback")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("id").uuid().not_null())
                    .col(ColumnDef::new("product_id").uuid().null())
                    .col(ColumnDef::new("customer_id").uuid().null())
                    .col(ColumnDef::new("source").string().not_null())
                    .col(ColumnDef::new("external_id").string().null())
                    .col(ColumnDef::new("deleted_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("deleted_feedback", "organization_id")
                            .to("organization", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("deleted_feedback_of_source", ["organization_id", "source", "external_id"]),
            ("deleted_feedback_by_time", ["organization_id", "deleted_at", "id"]),
        ] {
            let mut index = Index::create().name(name).table("deleted_feedback").to_owned();
            for column in columns {
                index.col(column);
            }
            manager.create_index(index).await?;
        }
        // The IDs that these responses had are not known.
        let id = match manager.get_database_backend() {
            DbBackend::Sqlite => "randomblob(16)",
            _ => "gen_random_uuid()",
        };
        let copy = format!(
            "INSERT INTO deleted_feedback (organization_id, id, source, external_id, deleted_at) \
             SELECT organization_id, {id}, source, external_id, deleted_at FROM feedback_deletion"
        );
        manager.get_connection().execute_unprepared(&copy).await?;
        manager.drop_table(Table::drop().table("feedback_deletion").to_owned()).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("feedback_deletion")
                    .col(ColumnDef::new("organization_id").uuid().not_null())
                    .col(ColumnDef::new("source").string().not_null())
                    .col(ColumnDef::new("external_id").string().not_null())
                    .col(ColumnDef::new("deleted_at").timestamp_with_time_zone().not_null())
                    .primary_key(Index::create().col("organization_id").col("source").col("external_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("feedback_deletion", "organization_id")
                            .to("organization", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        // What came again after it had been deleted is not deleted any more.
        let copy = "INSERT INTO feedback_deletion (organization_id, source, external_id, deleted_at) \
             SELECT organization_id, source, external_id, MAX(deleted_at) FROM deleted_feedback AS deleted \
             WHERE external_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM feedback \
                WHERE feedback.organization_id = deleted.organization_id AND feedback.source = deleted.source \
                AND feedback.external_id = deleted.external_id) \
             GROUP BY organization_id, source, external_id";
        manager.get_connection().execute_unprepared(copy).await?;
        manager.drop_table(Table::drop().table("deleted_feedback").to_owned()).await
    }
}
