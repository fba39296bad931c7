//! Imports of files that were sent to the server: the same as on the command line, in the background.

use std::{path::Path, sync::Arc};

use ballroom_entity::id::ImportId;
use ballroom_files::Settings;
use tempfile::TempDir;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::import::{self, Given, ImportEvent, ImportOptions, Preview, Summary};
use crate::{
    base::error::Error,
    clock,
    domain::{access::Manage, import as record},
    score::{Scores, parameters},
    store::Store,
};

/// Imports and previews that run at the same time in one process: each keeps a connection and a processor busy.
const AT_ONCE: usize = 2;

/// Maximum number of bytes of rejected rows that are kept for download.
const REJECTS: u64 = 16 << 20;

/// Rows that a preview tries, and rows that it shows.
const PREVIEWED: (u64, usize) = (20_000, 5);

/// Imports of sent files.
#[derive(Clone)]
pub struct Uploads {
    store: Store,
    scores: Scores,
    places: Arc<Semaphore>,
}

/// A file that was sent, in a directory of its own, which is removed with it.
pub struct Sent {
    directory: TempDir,
    _place: OwnedSemaphorePermit,
}

impl Sent {
    /// Where the file is.
    pub fn path(&self) -> std::path::PathBuf {
        self.directory.path().join("sent")
    }
}

/// An import that was begun, and its end.
pub struct Begun {
    /// The import.
    pub import: ImportId,
    /// What became of it.
    pub end: oneshot::Receiver<Result<Summary, Failed>>,
}

/// Why an import failed, after it had begun.
pub struct Failed {
    /// The reason, without what only the log shows.
    pub reason: String,
    /// What failed.
    pub by: FailedBy,
}

/// What failed in an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailedBy {
    /// The file.
    File,
    /// The database, which is unavailable or locked.
    Database,
    /// The server has too much to do.
    Load,
    /// The server.
    Server,
}

impl Failed {
    fn new(error: &anyhow::Error, path: &Path, name: &str) -> Self {
        let reason = import::failure(error, path, name);
        let own = error.downcast_ref::<Error>();
        let by = match own {
            Some(Error::Unavailable { .. }) => FailedBy::Database,
            Some(Error::Overloaded(_)) => FailedBy::Load,
            Some(own) if own.is_server_error() => FailedBy::Server,
            _ => FailedBy::File,
        };
        let context = error.to_string();
        match own {
            Some(own) if own.to_string() != context => Self { reason: format!("{context}: {reason}"), by },
            _ => Self { reason, by },
        }
    }
}

impl Uploads {
    /// Uploads into a database.
    pub fn new(store: Store, scores: Scores) -> Self {
        Self { store, scores, places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// A place for a file; none: too many are being imported.
    pub fn place(&self) -> std::io::Result<Option<Sent>> {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return Ok(None) };
        Ok(Some(Sent { directory: tempfile::tempdir()?, _place: place }))
    }

    /// Reads the options of an import.
    pub async fn given(&self, by: Manage, options: &[(String, String)]) -> anyhow::Result<Given> {
        let dimensions = self.store.dimensions(by.organization()).await?;
        let zone_of = |product: &str| dimensions.product("product", product).ok()?.time_zone.parse().ok();
        import::given(options, zone_of)
    }

    /// Says what the file would become, and stores nothing.
    pub async fn preview(&self, by: Manage, sent: Sent, given: Given) -> anyhow::Result<Preview> {
        let (path, options) = options(&sent, given);
        let name = options.file_name.clone();
        let found = async {
            let looking = Settings { guess: true, allow_absent: true, ..options.settings.clone() };
            let plan = import::plan(&self.store, by, &path, looking).await?;
            import::preview(&self.store, by, (plan, &path), options, PREVIEWED).await
        };
        found.await.map_err(|error| told(error, &path, &name))
    }

    /// Begins an import, which goes on in the background. The error is why it cannot begin.
    pub async fn begin(self, by: Manage, sent: Sent, given: Given) -> anyhow::Result<Begun> {
        let (begun, first) = oneshot::channel::<anyhow::Result<ImportId>>();
        let (ended, end) = oneshot::channel();
        tokio::spawn(async move {
            let (path, options) = options(&sent, given);
            let name = options.file_name.clone();
            let mut begun = Some(begun);
            let imported = import::import(&self.store, by, &path, options, |event| {
                if let ImportEvent::Begun(id) = event
                    && let Some(begun) = begun.take()
                {
                    let _ = begun.send(Ok(id));
                }
            })
            .await;
            let result = match imported {
                Ok(summary) => self.finish(by, &summary).await.map(|()| summary),
                Err(error) => Err(error),
            };
            match (result, begun) {
                // It never began. Nobody may listen any more.
                (Err(error), Some(begun)) => drop(begun.send(Err(told(error, &path, &name)))),
                (Err(error), None) => {
                    tracing::warn!(error = format!("{error:#}"), "the import of a sent file failed");
                    drop(ended.send(Err(Failed::new(&error, &path, &name))));
                }
                (Ok(summary), _) => drop(ended.send(Ok(summary))),
            }
        });
        let import = first.await.map_err(|_| anyhow::anyhow!("the import was aborted"))??;
        Ok(Begun { import, end })
    }

    /// Keeps the rejected rows for download, and recomputes what the import changed.
    async fn finish(&self, by: Manage, summary: &Summary) -> anyhow::Result<()> {
        for (name, path) in [("rejects", &summary.rejects), ("differs", &summary.differences)] {
            if let (Some(path), Some(import)) = (path, summary.import) {
                let content = tokio::fs::read(path).await?;
                record::keep_file(&self.store, by, (import, name), content, clock::now()).await?;
            }
        }
        if let Some(since) = summary.first_day {
            parameters::after_import(&self.store, &self.scores, by, since, clock::now()).await?;
        }
        Ok(())
    }
}

/// An error in the words of who sent the file, who does not know where the server keeps it.
fn told(error: anyhow::Error, path: &Path, name: &str) -> anyhow::Error {
    match error.downcast_ref::<Error>() {
        Some(_) => error,
        None => anyhow::anyhow!(format!("{error:#}").replace(&path.display().to_string(), name)),
    }
}

fn options(sent: &Sent, given: Given) -> (std::path::PathBuf, ImportOptions) {
    let path = sent.path();
    let rejects = Path::new(&path).with_extension("rejects.csv");
    let Given { file, settings, create, source, on_conflict, version_line, .. } = given;
    let options = ImportOptions {
        settings,
        create,
        source,
        file_name: file,
        rejects,
        rejects_limit: Some(REJECTS),
        on_conflict,
        version_line,
    };
    (path, options)
}
