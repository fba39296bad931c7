//! What lies outside the repository: the real data, where it is there.

use std::path::{Path, PathBuf};

/// The server as a library, for tests that look inside.
pub use ballroom;

/// A file of the real data, if they lie beside the repository. If not, the test says that it did nothing.
pub fn shared_data(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|above| above.join("shared/data").join(name)).find(|path| path.exists());
    if found.is_none() {
        eprintln!("NOT TESTED: there is no shared/data/{name} beside the repository");
    }
    found
}
