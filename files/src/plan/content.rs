//! What the rows of a file say, whatever they are read as.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::Plan;
use crate::identity::RowHash;
use crate::read::OpenError;
use crate::record::ReadError;

impl Plan {
    /// The hash of all cells with the names of their columns: the same for another mapping, another packing, or another
    /// encoding of the same rows.
    pub fn content(&self, path: &Path) -> Result<RowHash, OpenError> {
        let mut hash = Sha256::new();
        let mut part = |text: &str| {
            hash.update((text.len() as u64).to_le_bytes());
            hash.update(text);
        };
        for item in self.open(path)? {
            match &item {
                Ok(record) => {
                    for (name, text) in record.iter() {
                        part(name);
                        part(text);
                    }
                }
                Err(ReadError::Record(bad)) => bad.fields.iter().for_each(|text| part(text)),
                // What comes after it is not known.
                Err(ReadError::File { reason, .. }) => part(reason),
            }
            part("\n");
        }
        Ok(hash.finalize().into())
    }
}
