//! The file of rejected rows: the error and the row itself, to be corrected and imported again.

use std::borrow::Cow;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use csv::{StringRecord, Writer, WriterBuilder};

use super::parse::Reject;
use super::record::{BadRecord, Columns, Record};

/// The columns before those of the source.
pub(crate) const OWN_COLUMNS: [&str; 3] = ["line", "field", "reason"];

/// Writes rejects as CSV: line, field, reason, then the columns of the source. The file is created with the first
/// reject, so an import without any creates none.
#[derive(Debug)]
pub struct Rejects {
    path: PathBuf,
    header: Vec<String>,
    file: Option<Writer<File>>,
    count: u64,
    written: u64,
    limit: Option<u64>,
}

impl Rejects {
    /// Rejects of a file with these columns, to be written to `path`, replacing an existing file.
    pub fn new(path: impl Into<PathBuf>, columns: &Columns) -> Rejects {
        let own_columns = OWN_COLUMNS.map(str::to_owned);
        let header = own_columns.into_iter().chain(columns.names().iter().cloned()).collect();
        Rejects { path: path.into(), header, file: None, count: 0, written: 0, limit: None }
    }

    /// Writes rows up to about this number of bytes, and only counts the others.
    pub fn up_to(self, limit: Option<u64>) -> Rejects {
        Rejects { limit, ..self }
    }

    /// Writes a record that could not be parsed.
    pub fn write(&mut self, reject: &Reject, record: &Record) -> io::Result<()> {
        self.row(reject, record.fields())
    }

    /// Writes a record that could not be read, as far as it could be split.
    pub fn write_bad(&mut self, bad: &BadRecord) -> io::Result<()> {
        self.row(&Reject::from(bad), bad.fields.iter().map(String::as_str))
    }

    /// Number of rejects.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Completes the file and returns its path; none if there are no rejects.
    pub fn finish(mut self) -> io::Result<Option<PathBuf>> {
        let Some(file) = &mut self.file else { return Ok(None) };
        file.flush()?;
        Ok(Some(self.path))
    }

    fn row<'a>(&mut self, reject: &Reject, fields: impl Iterator<Item = &'a str>) -> io::Result<()> {
        self.count += 1;
        if self.limit.is_some_and(|limit| self.written >= limit) {
            return Ok(());
        }
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(create(&self.path, &self.header)?),
        };
        let line = reject.line.to_string();
        for cell in [&line, &reject.field, &reject.reason] {
            file.write_field(&*escaped(cell))?;
        }
        for cell in fields {
            self.written += cell.len() as u64 + 1;
            file.write_field(&*guarded(cell))?;
        }
        self.written += (line.len() + reject.reason.len()) as u64;
        file.write_record(None::<&[u8]>)?;
        Ok(())
    }
}

fn create(path: &Path, header: &[String]) -> io::Result<Writer<File>> {
    // A bad record has the fields that it has, so the rows are of different lengths.
    let mut file = WriterBuilder::new().flexible(true).from_writer(File::create(path)?);
    file.write_record(header.iter().map(|name| guarded(name).into_owned()))?;
    Ok(file)
}

/// A cell that a spreadsheet does not execute. What starts like a formula gets an apostrophe, which spreadsheets
/// interpret as text; numbers may start with a sign.
pub fn escaped(cell: &str) -> Cow<'_, str> {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    match is_formula && cell.parse::<f64>().is_err() {
        true => Cow::Owned(format!("'{cell}")),
        false => Cow::Borrowed(cell),
    }
}

/// The same for a cell that comes back: an apostrophe that was there before is told from one that protects.
fn guarded(cell: &str) -> Cow<'_, str> {
    let bare = cell.trim_start_matches('\'');
    match bare.len() < cell.len() && matches!(escaped(bare), Cow::Owned(_)) {
        true => Cow::Owned(format!("'{cell}")),
        false => escaped(cell),
    }
}

/// The cell that [`guarded`] was given.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if matches!(guarded(rest), Cow::Owned(_)) => rest,
        _ => cell,
    }
}

/// Whether a header is that of a file of rejected rows.
pub(crate) fn is_header(cells: &StringRecord) -> bool {
    cells.len() > OWN_COLUMNS.len() && cells.iter().zip(OWN_COLUMNS).all(|(cell, own)| cell.trim() == own)
}

/// A row of a file of rejected rows, as it was in the file that it comes from.
pub(crate) fn original(cells: &StringRecord) -> StringRecord {
    cells.iter().skip(OWN_COLUMNS.len()).map(unguarded).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use csv::StringRecord;

    use super::*;

    #[test]
    fn rejects_are_written_with_their_record_and_only_when_there_are_any() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("rejects.csv");
        let columns = Arc::new(Columns::new(["score", "text"]));
        assert_eq!(Rejects::new(&path, &columns).finish().unwrap(), None);
        assert!(!path.exists());

        let mut rejects = Rejects::new(&path, &columns);
        let record = Record::new(4, columns, StringRecord::from(vec!["-7", "=1+1, \"x\""]));
        let reject = Reject { line: 4, field: "rating".into(), reason: "must be between 1 and 5".into() };
        rejects.write(&reject, &record).unwrap();
        let bad = BadRecord { line: 6, reason: "it has 1 fields".into(), fields: vec!["@x".into()] };
        rejects.write_bad(&bad).unwrap();
        assert_eq!(rejects.count(), 2);
        assert_eq!(rejects.finish().unwrap(), Some(path.clone()));
        let expected = "line,field,reason,score,text\n\
                        4,rating,must be between 1 and 5,-7,\"'=1+1, \"\"x\"\"\"\n\
                        6,,it has 1 fields,'@x\n";
        assert_eq!(std::fs::read_to_string(path).unwrap(), expected);
    }

    #[test]
    fn a_mended_row_comes_back_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("reviews.csv.rejects.csv");
        let columns = Arc::new(Columns::new(["score", "=text", "reason"]));
        let mut rejects = Rejects::new(&path, &columns);
        let rows = [
            ["-7", "=1+1, \"x\"", "@me"],
            ["-5 %", "'quoted'", "'=1"],
            ["''+x", "-", "'"],
            ["＝x", "ends'", "a\nb"],
        ];
        for (line, row) in (2..).zip(rows) {
            let record = Record::new(line, columns.clone(), StringRecord::from(row.to_vec()));
            let reject = Reject { line, field: "rating".into(), reason: "=bad".into() };
            rejects.write(&reject, &record).unwrap();
        }
        rejects.finish().unwrap();
        let reader = crate::open(&path, &crate::ReadOptions::default()).unwrap();
        assert_eq!(reader.columns().names(), ["score", "=text", "reason"]);
        assert!(reader.about().notes[0].contains("rejects of an import"));
        let read: Vec<Vec<String>> =
            reader.map(|record| record.unwrap().fields().map(str::to_owned).collect()).collect();
        assert_eq!(read, rows);
    }

    #[test]
    fn what_starts_like_a_formula_is_text_and_a_number_stays_a_number() {
        for (cell, expected) in [
            ("=cmd()", "'=cmd()"),
            ("+x", "'+x"),
            ("-x", "'-x"),
            ("@sum", "'@sum"),
            ("\tx", "'\tx"),
            ("＝x", "'＝x"),
            ("-5.5", "-5.5"),
            ("+49", "+49"),
            ("a=b", "a=b"),
            ("", ""),
        ] {
            assert_eq!(escaped(cell), expected);
        }
    }
}
