//! Connections whose users do not wait for an unavailable database.

use std::{pin::Pin, sync::Arc};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, StreamTrait, TransactionOptions, TransactionTrait, prelude::async_trait::async_trait,
};

use super::{health::Health, reading::Reading};

/// Connections of a pool, for reading.
pub type Reader = Monitored<DatabaseConnection>;

/// A consistent view for several reads.
pub type View = Monitored<DatabaseTransaction>;

/// The first statement of every transaction behind a connection pooler: the driver names its prepared statements,
/// and another client may have left the same names on the connection.
pub(super) const DEALLOCATE: &str = "DEALLOCATE ALL";

/// A connection or a transaction that fails while the database is unavailable.
#[derive(Clone)]
pub struct Monitored<C> {
    inner: C,
    /// For single statements that read, if the pool is not used for them.
    singly: Option<Arc<Reading>>,
    health: Arc<Health>,
    /// Whether each statement needs a transaction to stay on one connection of the server.
    own_transaction: bool,
}

impl<C> Monitored<C> {
    pub(super) fn new(inner: C, health: Arc<Health>, own_transaction: bool) -> Self {
        Self { inner, singly: None, health, own_transaction }
    }

    pub(super) fn inner(&self) -> &C {
        &self.inner
    }

    /// Whether the database is behind a connection pooler.
    pub(super) fn is_pooled(&self) -> bool {
        self.own_transaction
    }
}

impl Reader {
    /// The same, with other connections for single statements that read.
    pub(super) fn singly(self, singly: Option<Arc<Reading>>) -> Self {
        Self { singly, ..self }
    }

    /// Whether tasks of other runtimes may read.
    pub(super) fn is_for_all_runtimes(&self) -> bool {
        self.singly.is_some()
    }

    /// Closes the connections for single statements.
    pub(super) async fn close_reading(&self) {
        if let Some(singly) = &self.singly {
            singly.close().await;
        }
    }

    /// Begins a transaction.
    pub(super) async fn begin(&self, options: TransactionOptions) -> Result<View, DbErr> {
        let begun = async {
            if !self.own_transaction {
                return self.inner.begin_with_options(options).await;
            }
            // The driver prepares the statements for its options, too: these are not.
            let tx = self.inner.begin().await?;
            let isolation = options.isolation_level.map(|level| format!("ISOLATION LEVEL {level}"));
            let access = options.access_mode.map(|mode| mode.to_string());
            let modes: Vec<String> = isolation.into_iter().chain(access).collect();
            if !modes.is_empty() {
                tx.execute_unprepared(&format!("SET TRANSACTION {}", modes.join(" "))).await?;
            }
            tx.execute_unprepared(DEALLOCATE).await?;
            Ok(tx)
        };
        let tx = self.health.answer(begun).await?;
        Ok(Monitored::new(tx, self.health.clone(), false))
    }
}

impl View {
    /// Commits the transaction.
    pub async fn commit(self) -> Result<(), DbErr> {
        let Self { inner, health, .. } = self;
        health.answer(inner.commit()).await
    }
}

impl<C: ConnectionTrait + TransactionTrait<Transaction = DatabaseTransaction>> Monitored<C> {
    /// A transaction for one statement, if it must have one.
    async fn own_transaction(&self) -> Result<Option<DatabaseTransaction>, DbErr> {
        if !self.own_transaction {
            return Ok(None);
        }
        let tx = self.inner.begin().await?;
        tx.execute_unprepared(DEALLOCATE).await?;
        Ok(Some(tx))
    }
}

#[async_trait]
impl<C: ConnectionTrait + TransactionTrait<Transaction = DatabaseTransaction>> ConnectionTrait
    for Monitored<C>
{
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let work = async {
            let Some(tx) = self.own_transaction().await? else {
                return self.inner.execute_raw(statement).await;
            };
            let done = tx.execute_raw(statement).await?;
            tx.commit().await?;
            Ok(done)
        };
        self.health.answer(work).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.health.answer(self.inner.execute_unprepared(sql)).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let work = async {
            if let Some(singly) = &self.singly {
                return singly.one(statement).await;
            }
            let Some(tx) = self.own_transaction().await? else {
                return self.inner.query_one_raw(statement).await;
            };
            let row = tx.query_one_raw(statement).await?;
            tx.commit().await?;
            Ok(row)
        };
        self.health.answer(work).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let work = async {
            if let Some(singly) = &self.singly {
                return singly.all(statement).await;
            }
            let Some(tx) = self.own_transaction().await? else {
                return self.inner.query_all_raw(statement).await;
            };
            let rows = tx.query_all_raw(statement).await?;
            tx.commit().await?;
            Ok(rows)
        };
        self.health.answer(work).await
    }
}

impl StreamTrait for View {
    type Stream<'a> = <DatabaseTransaction as StreamTrait>::Stream<'a>;

    fn get_database_backend(&self) -> DbBackend {
        ConnectionTrait::get_database_backend(self)
    }

    fn stream_raw<'a>(
        &'a self,
        statement: Statement,
    ) -> Pin<Box<dyn Future<Output = Result<Self::Stream<'a>, DbErr>> + 'a + Send>> {
        Box::pin(self.health.answer(self.inner.stream_raw(statement)))
    }
}
