//! Writing to an organization: one writer at a time, each with the next revision of the organization.

use std::{sync::Arc, time::Duration};

use ballroom_entity::{id::OrganizationId, organization};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, SqliteTransactionMode,
    TransactionOptions, sea_query::Expr,
};

use super::{Dimensions, Store, View, search, turns::Turn};
use crate::base::{error::Error, reference::PublicId};

/// Time, in milliseconds, after which PostgreSQL ends an idle transaction: if this process
/// hangs, it does not block the organization forever.
const IDLE_TIMEOUT_MS: u128 = 60_000;

/// The settings of connections that write: another process that holds the row of an organization may hang, and so may this one.
pub(super) fn limits(lock_timeout: Duration) -> [(&'static str, u128); 2] {
    [("lock_timeout", lock_timeout.as_millis()), ("idle_in_transaction_session_timeout", IDLE_TIMEOUT_MS)]
}

/// A database transaction that writes to one organization.
pub(crate) struct Writing {
    /// The connection.
    pub(crate) tx: View,
    /// The organization.
    pub(crate) organization: OrganizationId,
    /// The new revision of the organization.
    pub(crate) revision: i64,
    /// The organization's dimensions before it.
    pub(crate) dimensions: Arc<Dimensions>,
    /// Released after the transaction has ended: fields are dropped in order.
    _turn: Turn,
}

/// A database transaction outside of an organization's revisions.
pub(crate) struct Aside {
    /// The connection.
    pub(crate) tx: View,
    /// Given up after the transaction has ended.
    _turn: Option<Turn>,
}

impl Aside {
    /// Commits. When this returns, everything is on disk.
    pub(crate) async fn commit(self) -> Result<(), Error> {
        self.tx.commit().await.map_err(Error::of_commit)
    }
}

impl Store {
    /// Waits for the turn, opens a transaction and takes the organization's next revision, which locks its row.
    pub(crate) async fn write(&self, organization: OrganizationId) -> Result<Writing, Error> {
        let sqlite = self.backend() == DbBackend::Sqlite;
        let turn = self.turns.take((!sqlite).then_some(organization)).await?;
        let tx = self.begin_writing().await?;
        let row = organization::Entity::update_many()
            .col_expr(organization::Column::Revision, Expr::col(organization::Column::Revision).add(1))
            .filter(organization::Column::Id.eq(organization))
            .exec_with_returning(&tx)
            .await?
            .pop()
            .ok_or_else(|| Error::not_found("organization", "organization", organization.public()))?;
        let dimensions = match self.known.at(organization, row.dimension_revision) {
            Some(known) => known,
            // Not cached yet: it may contain uncommitted changes of this transaction.
            None => Arc::new(Dimensions::load(&tx, organization, row.dimension_revision).await?),
        };
        Ok(Writing { tx, organization, revision: row.revision, dimensions, _turn: turn })
    }

    /// A transaction outside of an organization's revisions: it takes no revision, so that computed results stay valid,
    /// and sends no events.
    pub(crate) async fn aside(&self) -> Result<Aside, Error> {
        let turn = match self.backend() {
            DbBackend::Sqlite => Some(self.turns.take(None).await?),
            _ => None,
        };
        Ok(Aside { tx: self.begin_writing().await?, _turn: turn })
    }

    async fn begin_writing(&self) -> Result<View, Error> {
        let sqlite = self.backend() == DbBackend::Sqlite;
        let options = TransactionOptions {
            sqlite_transaction_mode: sqlite.then_some(SqliteTransactionMode::Immediate),
            ..Default::default()
        };
        let tx = self.writing.begin(options).await?;
        if self.writing.is_pooled() {
            // A pooler does not pass on settings of a connection.
            let limits =
                limits(self.settings.lock_timeout).map(|(name, time)| format!("SET LOCAL {name} = {time}"));
            tx.execute_unprepared(&limits.join("; ")).await?;
        }
        Ok(tx)
    }

    /// Commits and publishes the new dimensions. When this returns, everything is on disk.
    pub(crate) async fn commit(
        &self,
        writing: Writing,
        dimensions: Arc<Dimensions>,
        changed: bool,
    ) -> Result<(), Error> {
        if changed {
            search::follow(&writing.tx, &writing.dimensions, &dimensions).await?;
            organization::Entity::update_many()
                .col_expr(organization::Column::DimensionRevision, Expr::val(writing.revision))
                .filter(organization::Column::Id.eq(writing.organization))
                .exec(&writing.tx)
                .await?;
        }
        writing.tx.commit().await.map_err(Error::of_commit)?;
        // Only now may others see them.
        self.known.remember(dimensions);
        self.commits.send_replace(());
        Ok(())
    }
}
