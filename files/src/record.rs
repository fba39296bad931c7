//! A record: one row of a file, as text under the names of its columns.

use std::collections::HashMap;
use std::sync::Arc;

use csv::StringRecord;
use thiserror::Error;

/// One row of a file.
#[derive(Clone, Debug)]
pub struct Record {
    line: u64,
    columns: Arc<Columns>,
    fields: StringRecord,
}

impl Record {
    pub(crate) fn new(line: u64, columns: Arc<Columns>, fields: StringRecord) -> Record {
        Record { line, columns, fields }
    }

    /// The physical line on which the record starts, from 1; in a Parquet file the number of the row.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The text under a column; none when it is empty, null or not there.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.at(self.columns.position(column)?)
    }

    /// The text at a position of [`Columns`]; none when it is empty, null or not there.
    pub fn at(&self, position: usize) -> Option<&str> {
        self.fields.get(position).filter(|text| !text.is_empty())
    }

    /// The columns that hold something, in the file's order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let named = self.columns.names.iter().map(String::as_str).zip(&self.fields);
        named.filter(|(_, text)| !text.is_empty())
    }

    /// Every field, the empty ones too.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.fields.iter()
    }
}

/// A record that cannot be read. Reading continues after it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct BadRecord {
    /// The physical line on which it starts; in a Parquet file the number of the row.
    pub line: u64,
    /// What is wrong with it.
    pub reason: String,
    /// As much of it as could be split into fields, for the rejects file.
    pub fields: Vec<String>,
}

/// The text in place of a record.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ReadError {
    /// One record is bad; the next one may be good.
    #[error(transparent)]
    Record(#[from] BadRecord),
    /// The file cannot be read any further: nothing comes after this.
    #[error("cannot read the file at line {line}: {reason}")]
    File {
        /// The line that was being read.
        line: u64,
        /// What is wrong.
        reason: String,
    },
}

/// The names of a file's columns, in its order. NDJSON may add columns later; the index of a column never changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    names: Vec<String>,
    positions: HashMap<String, usize>,
}

impl Columns {
    /// Columns by their header. A name that is there twice gets a number (`Comment (2)`: trackers export one
    /// column a comment), one that is blank is called by its place.
    pub fn new(header: impl IntoIterator<Item = impl AsRef<str>>) -> Columns {
        let mut columns = Columns::default();
        for (place, name) in (1..).zip(header) {
            let name = match name.as_ref().trim() {
                "" => format!("column {place}"),
                name => name.to_owned(),
            };
            let again = (2..).map(|n| format!("{name} ({n})"));
            let free = std::iter::once(name.clone()).chain(again).find(|n| columns.position(n).is_none());
            columns.push(free.unwrap_or(name));
        }
        columns
    }

    /// The names, in the file's order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The index of a column.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.positions.get(name).copied()
    }

    /// Appends a new column and returns its position.
    pub(crate) fn push(&mut self, name: String) -> usize {
        let position = self.names.len();
        self.positions.insert(name.clone(), position);
        self.names.push(name);
        position
    }
}

/// As much of a text as a sentence about it should hold.
pub(crate) fn excerpt(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repeated_name_gets_a_number_and_a_blank_one_its_place() {
        let columns = Columns::new(["Comment", " Comment ", "", "Comment (2)", "Comment"]);
        let names = ["Comment", "Comment (2)", "column 3", "Comment (2) (2)", "Comment (3)"];
        assert_eq!(columns.names(), names);
        assert_eq!(columns.position("Comment (3)"), Some(4));
    }

    #[test]
    fn empty_is_none() {
        let columns = Arc::new(Columns::new(["a", "b"]));
        let record = Record::new(7, columns, StringRecord::from(vec!["", "x"]));
        assert_eq!((record.get("a"), record.get("b"), record.get("c")), (None, Some("x"), None));
        assert_eq!(record.iter().collect::<Vec<_>>(), [("b", "x")]);
    }
}
