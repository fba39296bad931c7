//! Responses as rows of their table.

use ballroom_entity::feedback::{Column, Entity, Model};
use sea_orm::Iterable;

use crate::{
    base::error::Error,
    store::{Bulk, values},
    transaction::Transaction,
};

/// Stores new responses, at the latest with the commit.
pub(super) async fn store(tx: &mut Transaction, rows: impl Iterator<Item = &Model>) -> Result<(), Error> {
    // A new response has no corrections.
    let is_new =
        |column: &Column| !matches!(column, Column::CorrectedAt | Column::ChangedAt | Column::Revision);
    let columns: Vec<Column> = Column::iter().filter(is_new).collect();
    let rows = rows.map(|row| values(row, &columns)).collect();
    tx.insert(&Bulk::into::<Entity>("", columns), rows).await
}
