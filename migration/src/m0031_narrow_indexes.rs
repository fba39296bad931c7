//! Narrower indexes of responses: IDs of features and products, and the hash of a voice, are unique to their organization,
//! whose ID stood before them in each entry.

use sea_orm_migration::prelude::*;

/// Narrower indexes of responses.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(
            manager,
            &["feedback_latest", "feedback_voice"],
            &[
                "CREATE INDEX feedback_latest ON feedback (feature_id, occurred_at, id) WHERE feature_id IS NOT NULL",
                "CREATE INDEX feedback_of_product ON feedback (product_id, occurred_at, id) WHERE feature_id IS NULL",
                "CREATE INDEX feedback_voice ON feedback (voice) WHERE voice IS NOT NULL",
            ],
        )
        .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(
            manager,
            &["feedback_latest", "feedback_of_product", "feedback_voice"],
            &[
                "CREATE INDEX feedback_latest ON feedback (organization_id, product_id, feature_id, occurred_at, id)",
                "CREATE INDEX feedback_voice ON feedback (organization_id, voice) WHERE voice IS NOT NULL",
            ],
        )
        .await
    }
}

async fn replace(manager: &SchemaManager<'_>, old: &[&str], new: &[&str]) -> Result<(), DbErr> {
    for name in old {
        manager.drop_index(Index::drop().name(*name).table("feedback").to_owned()).await?;
    }
    for index in new {
        manager.get_connection().execute_unprepared(index).await?;
    }
    Ok(())
}
