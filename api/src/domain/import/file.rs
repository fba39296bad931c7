//! Files that an import has written, for download.

use ballroom_entity::{
    id::ImportId,
    import_file::{Column, Entity, Model},
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use crate::{
    base::{error::Error, reference::PublicId},
    domain::access::Manage,
    store::Store,
    transaction::Transaction,
};

/// Days after which the next file removes one: it holds what customers said.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Keeps a file of an import, and removes those that are older than 30 days.
pub async fn keep_file(
    store: &Store,
    by: Manage,
    (import, name): (ImportId, &str),
    content: Vec<u8>,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(by.organization()))
        .filter(Column::CreatedAt.lt(at - KEPT))
        .exec(tx.db())
        .await?;
    let row = Model {
        organization_id: by.organization(),
        import_id: import,
        name: name.to_owned(),
        content,
        created_at: at,
    };
    row.into_active_model().insert(tx.db()).await?;
    tx.commit().await
}

/// Removes the files of an import that is undone.
pub(super) async fn remove_files(tx: &Transaction, import: ImportId) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(tx.organization()))
        .filter(Column::ImportId.eq(import))
        .exec(tx.db())
        .await?;
    Ok(())
}

/// The bytes of a file that was kept of an import.
pub async fn kept_file(
    store: &Store,
    by: Manage,
    (import, name): (ImportId, &str),
) -> Result<Vec<u8>, Error> {
    let found = Entity::owned_by(by.organization())
        .filter(Column::ImportId.eq(import))
        .filter(Column::Name.eq(name))
        .one(store.reader())
        .await?;
    Ok(found.ok_or_else(|| Error::not_found("import", "import", import.public()))?.content)
}
