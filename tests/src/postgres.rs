//! A PostgreSQL server of a test's own, to be stopped and paused, and a pooler before one.

use std::{
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use tempfile::TempDir;
use tokio::{
    process::{Child, Command},
    time::sleep,
};

/// A separate server. It ends with the test.
pub struct PostgresServer {
    directory: TempDir,
    port: u16,
    process: Option<Child>,
}

impl PostgresServer {
    /// Makes one and starts it.
    pub async fn start() -> Self {
        let directory = directory();
        let data = directory.path().join("data");
        let made = as_nobody(&binary("initdb"))
            .args(["-U", "ballroom", "--auth=trust", "-E", "UTF8", "--locale=C", "-N", "-D"])
            .arg(&data)
            .stdout(Stdio::null())
            .status();
        assert!(made.await.unwrap().success(), "initdb");
        let mut server = Self { directory, port: free_port(), process: None };
        server.go_on().await;
        server
    }

    /// Its URL, without a database.
    pub fn url(&self) -> String {
        format!("postgres://ballroom@127.0.0.1:{}", self.port)
    }

    /// Starts it again.
    pub async fn go_on(&mut self) {
        let mut command = as_nobody(&binary("postgres"));
        command.arg("-D").arg(self.directory.path().join("data")).args(["-p", &self.port.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off"] {
            command.args(["-c", setting]);
        }
        self.process = Some(command.stderr(Stdio::null()).kill_on_drop(true).spawn().unwrap());
        for _ in 0..600 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port)).await.is_ok() {
                return;
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("PostgreSQL does not start");
    }

    /// Stops it as in an emergency: nothing is finished.
    pub async fn stop(&mut self) {
        let mut process = self.process.take().unwrap();
        signal("QUIT", process.id().unwrap()).await;
        process.wait().await.unwrap();
    }

    /// Pauses all its processes: it keeps its connections but does not respond.
    pub async fn pause(&self) {
        for process in self.processes() {
            signal("STOP", process).await;
        }
    }

    /// Resumes them.
    pub async fn resume(&self) {
        for process in self.processes() {
            signal("CONT", process).await;
        }
    }

    /// The server and the processes that it has started.
    fn processes(&self) -> Vec<u32> {
        let main = self.process.as_ref().and_then(Child::id).unwrap();
        let children = std::fs::read_to_string(format!("/proc/{main}/task/{main}/children")).unwrap();
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        std::iter::once(main).chain(children).collect()
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        // A paused server would not receive the signal to end.
        if let Some(id) = self.process.as_ref().and_then(Child::id) {
            let ids = self.processes().into_iter().filter(|one| *one != id);
            let ids: Vec<_> = ids.chain([id]).map(|id| id.to_string()).collect();
            let _ = std::process::Command::new("kill").arg("-KILL").args(ids).stderr(Stdio::null()).status();
        }
    }
}

/// A PgBouncer in transaction mode before a server.
pub struct Pooler {
    /// Its files.
    pub directory: TempDir,
    port: u16,
    _process: Child,
}

impl Pooler {
    /// Starts one before the server at this address, with further settings.
    pub async fn start(host: &str, port: &str, settings: &str) -> Self {
        let (directory, own) = (directory(), free_port());
        let (users, ini) = (directory.path().join("users"), directory.path().join("pgbouncer.ini"));
        std::fs::write(&users, "\"ballroom\" \"\"\n").unwrap();
        let text = format!(
            "[databases]\n* = host={host} port={port} user=ballroom\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {own}\n\
             unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 4\n\
             max_client_conn = 200\n{settings}\n",
            users.display()
        );
        std::fs::write(&ini, text).unwrap();
        let pgbouncer = ["/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"].map(PathBuf::from);
        let pgbouncer =
            pgbouncer.into_iter().find(|path| path.exists()).expect("tests/run installs pgbouncer");
        let mut command = as_nobody(&pgbouncer);
        let process =
            command.arg(&ini).stderr(Stdio::null()).stdout(Stdio::null()).kill_on_drop(true).spawn().unwrap();
        for _ in 0..200 {
            if tokio::net::TcpStream::connect(("127.0.0.1", own)).await.is_ok() {
                return Self { directory, port: own, _process: process };
            }
            sleep(Duration::from_millis(50)).await;
        }
        panic!("PgBouncer does not start");
    }

    /// The URL of a database through it.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://ballroom@127.0.0.1:{}/{database}", self.port)
    }
}

/// A directory that no other program may write to.
fn directory() -> TempDir {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::Builder::new().prefix("ballroom-postgres-").tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o777)).unwrap();
    directory
}

/// A program, not as root: neither PostgreSQL nor PgBouncer starts as root.
fn as_nobody(program: &Path) -> Command {
    use std::os::unix::fs::MetadataExt;
    if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups"]).arg(program).current_dir("/");
    command
}

/// A program of PostgreSQL's server.
fn binary(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = debian.map(|version| version.path().join("bin"));
    let found = std::env::split_paths(&path).chain(debian).map(|directory| directory.join(name));
    found
        .into_iter()
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{name} of PostgreSQL; tests/run installs it"))
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

async fn signal(name: &str, process: u32) {
    let _ =
        Command::new("kill").args(["-s", name, &process.to_string()]).stderr(Stdio::null()).status().await;
}
