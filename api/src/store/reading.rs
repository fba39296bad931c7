//! Connections to PostgreSQL for single reading statements.
//!
//! The driver's pool sends a probe before a statement and another after it, each from a task of its own and a round trip long: a
//! lookup by key took three. Here a connection is lent out as it is. One that was closed while it was idle (the server was
//! restarted, say) is noticed by its next statement, which is then sent again on a new connection: it only reads.

use std::{
    ops::AsyncFnMut,
    sync::{
        Arc, Mutex, MutexGuard,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DbErr, QueryResult, RuntimeErr, Statement, Value,
    sea_query::ArrayType,
    sqlx::{
        self, Arguments, AssertSqlSafe, ConnectOptions, Connection, PgConnection, Postgres,
        postgres::{PgArguments, PgConnectOptions, PgRow},
        query::Query,
    },
};
use tokio::{
    runtime::Handle,
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{health::Health, open::ACQUIRE_TIMEOUT};

/// Age at which a connection is replaced: the server keeps what it has learned about each table for as long.
const MAX_AGE: Duration = Duration::from_secs(30 * 60);

/// Connections, as many as statements may run at the same time.
pub(super) struct Reading {
    options: PgConnectOptions,
    turns: Arc<Semaphore>,
    idle: Mutex<Vec<Open>>,
    health: Arc<Health>,
    statements: Arc<AtomicU64>,
    runtime: Handle,
}

struct Open {
    connection: PgConnection,
    since: Instant,
}

/// A connection while a statement runs on it. Abandoned in the middle of one, it is of no use until the server has finished.
struct Lent {
    open: Option<Open>,
    turn: Option<OwnedSemaphorePermit>,
    reading: Arc<Reading>,
}

impl Reading {
    /// To be called in the runtime of the database.
    pub(super) fn new(
        options: PgConnectOptions,
        connections: u32,
        health: Arc<Health>,
        statements: Arc<AtomicU64>,
    ) -> Arc<Self> {
        let turns = Arc::new(Semaphore::new(connections as usize));
        let idle = Mutex::default();
        Arc::new(Self { options, turns, idle, health, statements, runtime: Handle::current() })
    }

    /// The first row.
    pub(super) async fn one(self: &Arc<Self>, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let found = self.run(&statement, async |query, connection| query.fetch_optional(connection).await);
        Ok(found.await?.map(Into::into))
    }

    /// All rows.
    pub(super) async fn all(self: &Arc<Self>, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let rows = self.run(&statement, async |query, connection| query.fetch_all(connection).await);
        let rows: Vec<PgRow> = rows.await?;
        Ok(rows.into_iter().map(Into::into).collect())
    }

    /// Closes the connections; no further ones are opened.
    pub(super) async fn close(&self) {
        self.turns.close();
        let idle = std::mem::take(&mut *self.lock());
        for open in idle {
            let _ = open.connection.close().await;
        }
    }

    async fn run<T>(
        self: &Arc<Self>,
        statement: &Statement,
        mut work: impl AsyncFnMut(Query<'_, Postgres, PgArguments>, &mut PgConnection) -> Result<T, sqlx::Error>,
    ) -> Result<T, DbErr> {
        let turn = match timeout(ACQUIRE_TIMEOUT, self.turns.clone().acquire_owned()).await {
            Ok(Ok(turn)) => turn,
            Ok(Err(_)) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
            Err(_) => return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
        };
        self.statements.fetch_add(1, Ordering::Relaxed);
        let mut lent = Lent { open: self.lock().pop(), turn: Some(turn), reading: self.clone() };
        let mut was_idle = true;
        loop {
            let open = match &mut lent.open {
                Some(open) => open,
                None => {
                    was_idle = false;
                    let connection = self.connect().await?;
                    lent.open.insert(Open { connection, since: Instant::now() })
                }
            };
            let query =
                query(statement).map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))?;
            match work(query, &mut open.connection).await {
                Err(error) if is_lost(&error) => {
                    lent.open = None;
                    if !was_idle {
                        return Err(DbErr::Query(RuntimeErr::SqlxError(error.into())));
                    }
                    // Those that were idle as long are probably closed as well.
                    self.lock().clear();
                }
                result => {
                    lent.give_back();
                    return result.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())));
                }
            }
        }
    }

    /// A new connection, which lives in the runtime of the database whoever asks for it.
    async fn connect(&self) -> Result<PgConnection, DbErr> {
        let options = self.options.clone();
        let opening = self.runtime.spawn(async move { timeout(ACQUIRE_TIMEOUT, options.connect()).await });
        match opening.await {
            Ok(Ok(Ok(connection))) => Ok(connection),
            Ok(Ok(Err(error))) => Err(DbErr::Conn(RuntimeErr::SqlxError(error.into()))),
            Ok(Err(_)) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)),
            Err(_) => Err(DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed)),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Open>> {
        self.idle.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

fn query(statement: &Statement) -> Result<Query<'_, Postgres, PgArguments>, sqlx::Error> {
    let mut arguments = PgArguments::default();
    for value in statement.values.iter().flat_map(|values| &values.0) {
        bind(&mut arguments, value).map_err(sqlx::Error::Encode)?;
    }
    Ok(sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), arguments))
}

/// Adds a value of a type that statements of the domain contain.
fn bind(to: &mut PgArguments, value: &Value) -> Result<(), sqlx::error::BoxDynError> {
    match value {
        Value::Bool(value) => to.add(*value),
        Value::TinyInt(value) => to.add(*value),
        Value::SmallInt(value) => to.add(*value),
        Value::Int(value) => to.add(*value),
        Value::BigInt(value) => to.add(*value),
        Value::Unsigned(value) => to.add(value.map(i64::from)),
        // `LIMIT` and `OFFSET`.
        Value::BigUnsigned(value) => to.add(value.map(i64::try_from).transpose()?),
        Value::Float(value) => to.add(*value),
        Value::Double(value) => to.add(*value),
        Value::String(value) => to.add(value.as_deref()),
        Value::Bytes(value) => to.add(value.as_deref()),
        Value::Json(value) => to.add(value.as_deref()),
        Value::Uuid(value) => to.add(*value),
        Value::ChronoDate(value) => to.add(*value),
        Value::ChronoDateTimeUtc(value) => to.add(*value),
        Value::Array(ArrayType::Uuid, Some(values)) => {
            to.add(list(values, |value| if let Value::Uuid(Some(id)) = value { Some(*id) } else { None })?)
        }
        Value::Array(ArrayType::Int, Some(values)) => {
            to.add(list(values, |value| if let Value::Int(Some(n)) = value { Some(*n) } else { None })?)
        }
        Value::Array(ArrayType::BigInt, Some(values)) => {
            to.add(list(values, |value| if let Value::BigInt(Some(n)) = value { Some(*n) } else { None })?)
        }
        Value::Array(ArrayType::String, Some(values)) => to.add(list(values, |value| {
            if let Value::String(Some(text)) = value { Some(text.as_str()) } else { None }
        })?),
        other => Err(format!("a statement that reads has a value of another type: {other:?}").into()),
    }
}

fn list<'a, T>(
    values: &'a [Value],
    inner: impl Fn(&'a Value) -> Option<T>,
) -> Result<Vec<T>, sqlx::error::BoxDynError> {
    let list: Option<Vec<T>> = values.iter().map(inner).collect();
    list.ok_or_else(|| "an array has an element of another type".into())
}

/// Whether the connection is gone, and so the statement was not answered.
fn is_lost(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => true,
        // The server ends this connection, or all.
        sqlx::Error::Database(said) => said.code().is_some_and(|code| code.starts_with("57P")),
        _ => false,
    }
}

impl Lent {
    /// After a statement that was answered.
    fn give_back(&mut self) {
        let Some(open) = self.open.take().filter(|open| open.since.elapsed() < MAX_AGE) else { return };
        if !self.reading.turns.is_closed() {
            self.reading.lock().push(open);
        }
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let (Some(mut open), Some(turn)) = (self.open.take(), self.turn.take()) else { return };
        // Whoever asked has gone. The place is free once the server is, and not before; a server that does not respond is not
        // waited for.
        if self.reading.health.is_unavailable() {
            return;
        }
        let reading = self.reading.clone();
        self.reading.runtime.spawn(async move {
            let ready = reading.health.answer(async {
                let pinged = open.connection.ping().await;
                pinged.map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))
            });
            if ready.await.is_ok() {
                reading.lock().push(open);
            }
            drop(turn);
        });
    }
}
