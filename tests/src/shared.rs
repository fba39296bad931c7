//! Data outside of the repository: the real data, if they exist.

use std::path::{Path, PathBuf};

/// The server as a library, for tests that look inside.
pub use ballroom;

/// A file of the real data, if they exist beside the repository. If not, the test reports that it did nothing.
pub fn shared_data(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|above| above.join("shared/data").join(name)).find(|path| path.exists());
    if found.is_none() {
        eprintln!("NOT TESTED: there is no shared/data/{name} beside the repository");
    }
    found
}
