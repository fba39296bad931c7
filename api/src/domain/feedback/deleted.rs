//! Deleted responses that their source submits again.

use std::collections::HashMap;

use ballroom_entity::{
    feedback::Model,
    feedback_deletion::{self, Column, Entity},
};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter};

use super::submit::{ExternalKey, by_source};
use crate::{base::error::Error, transaction::Transaction};

/// Records the deletion of a response of a source.
pub(super) async fn remember(tx: &Transaction, row: &Model) -> Result<(), Error> {
    if let Some(external_id) = row.external_id.clone() {
        let (organization_id, source, deleted_at) = (row.organization_id, row.source.clone(), tx.at);
        let deletion = feedback_deletion::Model { organization_id, source, external_id, deleted_at };
        deletion.into_active_model().insert(tx.db()).await?;
    }
    Ok(())
}

/// The deletions of these responses.
pub(super) struct Deletions(HashMap<ExternalKey, feedback_deletion::Model>);

impl Deletions {
    pub(super) async fn of(tx: &Transaction, rows: impl Iterator<Item = &Model>) -> Result<Self, Error> {
        let mut deleted = HashMap::new();
        for (source, ids) in by_source(rows) {
            for some in ids.chunks(1_000) {
                let of_source = Entity::owned_by(tx.organization()).filter(Column::Source.eq(source));
                let rows = of_source.filter(Column::ExternalId.is_in(some.iter().copied()));
                let rows = rows.all(tx.db()).await?.into_iter();
                deleted.extend(rows.map(|row| ((row.source.clone(), row.external_id.clone()), row)));
            }
        }
        Ok(Self(deleted))
    }

    /// Refuses a deleted response unless its source says that it was updated after the deletion.
    pub(super) fn admit(&self, row: &Model) -> Result<(), Error> {
        match row.external_id.as_ref().and_then(|id| self.0.get(&(row.source.clone(), id.clone()))) {
            Some(deletion) if row.source_updated_at.is_none_or(|updated| updated <= deletion.deleted_at) => {
                Err(Error::Deleted { field: "externalId", deleted_at: deletion.deleted_at })
            }
            _ => Ok(()),
        }
    }

    /// Removes the record of a deletion when the response is stored again.
    pub(super) async fn forget(&mut self, tx: &Transaction, row: &Model) -> Result<(), Error> {
        let key = row.external_id.clone().map(|id| (row.source.clone(), id));
        if let Some(deletion) = key.and_then(|key| self.0.remove(&key)) {
            deletion.into_active_model().delete(tx.db()).await?;
        }
        Ok(())
    }
}
