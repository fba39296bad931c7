//! Copies of the embedded database.

use std::{fs::File, io, path::Path};

use sea_orm::{ConnectionTrait, DbBackend};

use super::Store;

impl Store {
    /// Whether the database is a file of this server.
    pub fn is_embedded(&self) -> bool {
        self.backend() == DbBackend::Sqlite
    }

    /// Copies the embedded database to a new file, as a consistent snapshot, and flushes the copy to disk.
    pub async fn copy_to(&self, file: &Path) -> io::Result<()> {
        let no_text = || io::Error::other("the file name is not valid UTF-8; choose another name");
        let path = file.to_str().ok_or_else(no_text)?.replace('\'', "''");
        self.db.execute_unprepared(&format!("VACUUM INTO '{path}'")).await.map_err(io::Error::other)?;
        File::open(file)?.sync_all()
    }
}
