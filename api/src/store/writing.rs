//! Writing to an organization: one writer at a time, each with the organization's next revision.

use std::sync::Arc;

use ballroom_entity::{id::OrganizationId, organization};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, QueryFilter, SqliteTransactionMode,
    TransactionOptions, sea_query::Expr,
};

use super::{Dimensions, Store, View, search, turns::Turn};
use crate::base::{error::Error, reference::PublicId};

/// How long, in milliseconds, PostgreSQL leaves a transaction open in which nothing is asked of it: should this process
/// hang, it does not keep the organization from writing for ever.
const IDLE: u32 = 60_000;

/// A database transaction in which one organization is written to.
pub(crate) struct Writing {
    /// The connection.
    pub(crate) tx: View,
    /// Whose transaction it is.
    pub(crate) organization: OrganizationId,
    /// The organization's revision that it makes.
    pub(crate) revision: i64,
    /// The organization's dimensions before it.
    pub(crate) dimensions: Arc<Dimensions>,
    /// Given up after the transaction has ended: fields are dropped in their order.
    _turn: Turn,
}

/// A database transaction beside what happens in an organization.
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
            // Not remembered yet: it may hold what this transaction alone can see.
            None => Arc::new(Dimensions::load(&tx, organization, row.dimension_revision).await?),
        };
        Ok(Writing { tx, organization, revision: row.revision, dimensions, _turn: turn })
    }

    /// A transaction beside what happens in an organization: it takes no revision, so that what was computed stays right,
    /// and tells nobody.
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
        if !sqlite {
            // Whoever holds a row may be another process that hangs; and so may we, one day.
            let lock = self.settings.lock_time.as_millis();
            let limits = format!(
                "SET LOCAL lock_timeout = {lock}; SET LOCAL idle_in_transaction_session_timeout = {IDLE}"
            );
            tx.execute_unprepared(&limits).await?;
        }
        Ok(tx)
    }

    /// Commits, and lets everybody see the dimensions as they are now. When this returns, everything is on disk.
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
