//! Being the only one, of all processes on one database.

use std::fs::File;

use sea_orm::{
    DbErr,
    sqlx::{self, ConnectOptions, Executor, PgConnection},
};

use super::{Address, Store};

/// The name of the lock in PostgreSQL: the letters of BALLROOM.
const KEY: i64 = 0x4241_4C4C_524F_4F4D;

/// What is done by one process at a time: bringing the database up to date, founding what a new one needs. The others wait.
/// It ends when this is dropped, or with the process.
pub struct Alone {
    _held: Held,
}

#[expect(dead_code, reason = "held, not read")]
enum Held {
    /// The lock of a transaction, for a lock of a session would not survive a pooler of connections.
    Postgres(Box<PgConnection>),
    /// The lock of a file beside the database. A lock in SQLite would keep us from writing, too.
    Sqlite(File),
    /// A database in memory is nobody else's.
    Memory,
}

impl Store {
    /// Waits until no other process is alone with the database, and keeps them waiting then.
    pub async fn alone(&self) -> Result<Alone, DbErr> {
        let failed = |why: &dyn std::fmt::Display| {
            DbErr::Custom(format!(
                "the lock that keeps other processes from doing the same cannot be had: {why}"
            ))
        };
        let held = match &self.address {
            Address::Postgres(options) => {
                let locked = async {
                    let mut connection = options.clone().extra_float_digits(None).connect().await?;
                    connection.execute("BEGIN").await?;
                    let lock = format!("SELECT pg_advisory_xact_lock({KEY})");
                    connection.execute(sqlx::AssertSqlSafe(lock)).await?;
                    Ok::<_, sqlx::Error>(connection)
                };
                Held::Postgres(Box::new(locked.await.map_err(|error| failed(&error))?))
            }
            Address::Sqlite(options) => {
                let mut name = options.get_filename().as_os_str().to_owned();
                name.push(".lock");
                match options.get_filename().exists() {
                    false => Held::Memory,
                    true => {
                        let wait = move || {
                            let file = File::options().create(true).append(true).open(name)?;
                            file.lock()?;
                            Ok::<_, std::io::Error>(file)
                        };
                        let file = tokio::task::spawn_blocking(wait).await.map_err(|error| failed(&error))?;
                        Held::Sqlite(file.map_err(|error| failed(&error))?)
                    }
                }
            }
        };
        Ok(Alone { _held: held })
    }
}
