//! The files that an import writes: rejected rows, and rows that differ from what is stored.

use std::path::{Path, PathBuf};

use anyhow::Context;
use ballroom_files::{Columns, Reject, Rejects, plan::count};

use super::{Summary, rows::Failure};

/// The files, and the reasons by their number.
pub(super) struct Outputs {
    path: PathBuf,
    rejects: Rejects,
    differences: Rejects,
    reasons: Vec<(u64, Reject)>,
}

impl Outputs {
    /// Rejects of an earlier import of the file do not belong to this one; and if they cannot be written, that is an error
    /// before anything is imported.
    pub(super) fn begin(path: &Path, limit: Option<u64>, columns: &Columns) -> anyhow::Result<Self> {
        let there = std::fs::File::create(path).and_then(|file| file.metadata());
        if there.with_context(|| unwritable(path))?.is_file() {
            std::fs::remove_file(path).with_context(|| unwritable(path))?;
        }
        let mut differing = path.as_os_str().to_owned();
        let name = path.to_string_lossy();
        let differing = match name.strip_suffix(".rejects.csv") {
            Some(file) => PathBuf::from(format!("{file}.differs.csv")),
            None => {
                differing.push(".differs.csv");
                PathBuf::from(differing)
            }
        };
        // It need not be there.
        let _ = std::fs::remove_file(&differing);
        Ok(Self {
            path: path.to_owned(),
            rejects: Rejects::new(path, columns).up_to(limit),
            differences: Rejects::new(differing, columns).up_to(limit),
            reasons: Vec::new(),
        })
    }

    pub(super) fn write(&mut self, failures: Vec<Failure>) -> anyhow::Result<()> {
        for failure in failures {
            match failure {
                Failure::Unreadable(bad) => {
                    self.rejects.write_bad(&bad).with_context(|| unwritable(&self.path))?;
                    count(&mut self.reasons, Reject::from(&bad));
                }
                Failure::Refused(reject, record) => {
                    self.rejects.write(&reject, &record).with_context(|| unwritable(&self.path))?;
                    count(&mut self.reasons, reject);
                }
                Failure::Differs(line, record) => {
                    let reason = "the stored version with this ID is different; apply the row with --on-conflict update";
                    let reject = Reject { line, field: String::new(), reason: reason.to_owned() };
                    self.differences.write(&reject, &record).with_context(|| unwritable(&self.path))?;
                }
            }
        }
        Ok(())
    }

    /// Completes the files and adds them to the summary.
    pub(super) fn finish(mut self, summary: &mut Summary) -> anyhow::Result<()> {
        self.reasons.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
        summary.reasons = self.reasons;
        summary.rejected = self.rejects.count();
        summary.rejects = self.rejects.finish().with_context(|| unwritable(&self.path))?;
        summary.differences = self.differences.finish().with_context(|| unwritable(&self.path))?;
        Ok(())
    }
}

fn unwritable(path: &Path) -> String {
    format!("cannot write the rejected rows to {}; choose another file with --rejects", path.display())
}
