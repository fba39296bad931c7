//! A database for one test.

use std::{
    process::{ExitStatus, Stdio},
    sync::Arc,
};

use ballroom::store::Store;
use sea_orm::{ConnectionTrait, Database as Connections};
use tempfile::TempDir;
use tokio::process::Command;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// The embedded one.
    Sqlite,
    /// The PostgreSQL server that `tests/run` has started.
    Postgres,
}

/// A database of its own, and a directory for files.
#[derive(Clone)]
pub struct Database {
    /// Which it is.
    pub backend: Backend,
    directory: Arc<TempDir>,
    url: Option<String>,
}

/// Output and exit status of a command.
#[derive(Debug)]
pub struct Ran {
    /// How it ended.
    pub status: ExitStatus,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Database {
    /// An empty database.
    pub async fn create(backend: Backend) -> Self {
        let directory = Arc::new(tempfile::Builder::new().prefix("ballroom-test-").tempdir().unwrap());
        let url = match backend {
            Backend::Sqlite => None,
            Backend::Postgres => Some(postgres().await),
        };
        Self { backend, directory, url }
    }

    /// A PostgreSQL database with this URL.
    pub fn at(url: String) -> Self {
        let directory = Arc::new(tempfile::Builder::new().prefix("ballroom-test-").tempdir().unwrap());
        Self { backend: Backend::Postgres, directory, url: Some(url) }
    }

    /// A file beside the database.
    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }

    /// The path of a file beside the database.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.directory.path().join(name)
    }

    /// The database's URL.
    pub fn url(&self) -> String {
        self.url
            .clone()
            .unwrap_or_else(|| format!("sqlite://{}?mode=rwc", self.path("ballroom.sqlite").display()))
    }

    /// Opens it in this process, for tests that look inside.
    pub async fn store(&self) -> Store {
        let store = Store::connect(&self.url()).await.unwrap();
        store.migrate().await.unwrap();
        store
    }

    /// The `ballroom` command on this database, without arguments yet.
    pub fn command(&self) -> Command {
        let mut command = Command::new(super::binary());
        command
            .env_remove("DATABASE_URL")
            .env("BALLROOM_DATA_DIR", self.directory.path())
            .env("BALLROOM_LOG", "warn");
        if let Some(url) = &self.url {
            command.env("DATABASE_URL", url);
        }
        command.current_dir(self.directory.path());
        command
    }

    /// Runs a `ballroom` command to its end.
    pub async fn ballroom(&self, arguments: &[&str]) -> Ran {
        let output = self.command().args(arguments).stdin(Stdio::null()).output().await.unwrap();
        Ran {
            status: output.status,
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Runs a `ballroom` command that must succeed, and returns its output.
    pub async fn succeeds(&self, arguments: &[&str]) -> String {
        let ran = self.ballroom(arguments).await;
        assert!(ran.status.success(), "ballroom {arguments:?}\n{}\n{}", ran.out, ran.err);
        ran.out
    }

    /// Checks that the daily counts agree with the rows.
    pub async fn verify(&self) {
        let said = self.succeeds(&["verify"]).await;
        assert!(said.contains("the daily counts agree with the rows"), "{said}");
    }
}

/// Makes a database on the server that `tests/run` has started.
async fn postgres() -> String {
    let server = std::env::var("BALLROOM_TEST_POSTGRES").expect(
        "BALLROOM_TEST_POSTGRES is not set; set it to the URL of a PostgreSQL server for test databases, or use tests/run, which starts one",
    );
    let name = format!("test_{}", uuid::Uuid::now_v7().simple());
    let admin = Connections::connect(format!("{server}/postgres")).await.unwrap();
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    format!("{server}/{name}")
}
