//! An exclusive lock among all processes on a database.

use std::fs::File;

use sea_orm::{
    DbErr,
    sqlx::{self, ConnectOptions, Executor, PgConnection},
};

use super::{Address, Store};

/// The name of the lock in PostgreSQL: the letters of BALLROOM.
const KEY: i64 = 0x4241_4C4C_524F_4F4D;

/// An exclusive lock, for migrations and the setup of a new database. Other processes wait.
/// It is released when this is dropped, or with the process.
pub struct ExclusiveLock {
    _held: Guard,
}

#[expect(dead_code, reason = "held, not read")]
enum Guard {
    /// A transaction-level lock, because a session-level lock would not work through a connection pooler.
    Postgres(Box<PgConnection>),
    /// A lock on a file beside the database. A lock in SQLite would also block this process.
    Sqlite(File),
    /// A database in memory has no other users.
    Memory,
}

impl Store {
    /// Waits for the exclusive lock.
    pub async fn lock_exclusively(&self) -> Result<ExclusiveLock, DbErr> {
        let failed = |why: &dyn std::fmt::Display| {
            DbErr::Custom(format!("cannot get the exclusive lock of the database: {why}"))
        };
        let held = match &*self.address {
            Address::Postgres(options) => {
                let locked = async {
                    let mut connection = options.clone().extra_float_digits(None).connect().await?;
                    connection.execute("BEGIN").await?;
                    let lock = format!("SELECT pg_advisory_xact_lock({KEY})");
                    connection.execute(sqlx::AssertSqlSafe(lock)).await?;
                    Ok::<_, sqlx::Error>(connection)
                };
                Guard::Postgres(Box::new(locked.await.map_err(|error| failed(&error))?))
            }
            Address::Sqlite(options) => {
                let mut name = options.get_filename().as_os_str().to_owned();
                name.push(".lock");
                match options.get_filename().exists() {
                    false => Guard::Memory,
                    true => {
                        let wait = move || {
                            let file = File::options().create(true).append(true).open(name)?;
                            file.lock()?;
                            Ok::<_, std::io::Error>(file)
                        };
                        let file = tokio::task::spawn_blocking(wait).await.map_err(|error| failed(&error))?;
                        Guard::Sqlite(file.map_err(|error| failed(&error))?)
                    }
                }
            }
        };
        Ok(ExclusiveLock { _held: held })
    }
}
