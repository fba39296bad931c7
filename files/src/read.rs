//! Opens a file of any format and reads its records one by one.

mod about;

use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use thiserror::Error;

pub use about::About;

use super::csv::{CsvRows, delimiter};
use super::encoding::{self, Certainty, Decoded, Detected, Encoding, Lines};
use super::json::{self, JsonRecords};
use super::parquet::ParquetRecords;
use super::record::{Columns, ReadError, Record};
use super::source::{self, Magic};
use super::table::{HeaderOptions, Table};
use super::workbook::SheetRows;

/// How to read a file. Omitted settings are detected.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The format; default: by the content and the extension of the file name.
    pub format: Option<Format>,
    /// The encoding of CSV and JSON; default: detected. A byte order mark wins over this.
    pub encoding: Option<Encoding>,
    /// Field separator of a CSV file; by default a tab in `.tsv`, else detected.
    pub delimiter: Option<u8>,
    /// Number of lines (in a workbook rows) above the header.
    pub skip_rows: Option<usize>,
    /// Number of rows of the header; 0: there is none.
    pub header_rows: Option<usize>,
    /// The sheet of a workbook, or the file of a zip archive; default: the first with something in it.
    pub sheet: Option<String>,
}

/// A format of files with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header; `.csv`, `.tsv`, `.txt`.
    Csv,
    /// JSON: an object a line, or a document with a list of objects; `.ndjson`, `.jsonl`, `.json`.
    Json,
    /// A workbook; `.xlsx`, `.xlsm`, `.xlsb`, `.xls`, `.ods`.
    Xlsx,
    /// Apache Parquet; `.parquet`, `.pq`.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 4] = [Format::Csv, Format::Json, Format::Xlsx, Format::Parquet];

    /// The name that a person writes.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Json => "json",
            Format::Xlsx => "xlsx",
            Format::Parquet => "parquet",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        let name = name.to_lowercase();
        let known = match name.as_str() {
            "ndjson" | "jsonl" => Some(Format::Json),
            "tsv" => Some(Format::Csv),
            "xls" | "ods" | "xlsb" | "xlsm" => Some(Format::Xlsx),
            name => Format::ALL.into_iter().find(|format| format.name() == name),
        };
        known.ok_or_else(|| {
            format!("unknown format `{name}`; use {}", Format::ALL.map(Format::name).join(", "))
        })
    }
}

/// An error that prevents reading a file.
#[derive(Debug, Error)]
pub enum OpenError {
    /// The file cannot be opened.
    #[error("cannot open {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// Neither the name nor the first bytes show the format.
    #[error("unknown format of {path}: it is not text, a workbook or Parquet; give the format with --format")]
    UnknownFormat {
        /// The file.
        path: PathBuf,
    },
    /// It is another kind of file, whatever its name says.
    #[error("{path} is {what}, not a table; {advice}")]
    Foreign {
        /// The file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// There is no header and no record.
    #[error("the file {path} is empty")]
    Empty {
        /// The file.
        path: PathBuf,
    },
    /// The first bytes contradict the format.
    #[error("cannot read {path} as {format}: {reason}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The format that was tried.
        format: Format,
        /// What is wrong.
        reason: String,
    },
}

/// The records of a file, one after the other. After a [`ReadError::File`] comes nothing more.
pub struct Reader {
    about: About,
    columns: Arc<Columns>,
    records: Records,
    bytes_read: Arc<AtomicU64>,
    bytes_total: u64,
    lines: Arc<Mutex<Lines>>,
}

type Records = Box<dyn Iterator<Item = Result<Record, ReadError>> + Send>;

impl Reader {
    /// The columns of the header; in JSON those of the first 1,000 records.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether a column that is not among [`columns`](Self::columns) can still occur.
    pub fn columns_may_grow(&self) -> bool {
        self.about.format == Format::Json
    }

    /// What was found out about the file.
    pub fn about(&self) -> &About {
        &self.about
    }

    /// The encoding that the file is read in; none if it is not text.
    pub fn encoding(&self) -> Option<Encoding> {
        self.about.encoding.map(|found| found.encoding)
    }

    /// What reading showed so far: lines in another encoding than the file.
    pub fn remark(&self) -> Option<String> {
        let lines = self.lines.lock().map(|lines| *lines).unwrap_or_default();
        let encoding = self.encoding()?;
        (lines.utf_8 > 0).then(|| {
            let lines_are = if lines.utf_8 == 1 { "1 line is".to_owned() } else { format!("{} lines are", lines.utf_8) };
            format!(
                "the file has several encodings: {lines_are} in utf-8 (the first is line {}), the others in {encoding}; both \
                 were read as what they are",
                lines.first
            )
        })
    }

    /// Number of bytes read from the file: compressed bytes if it is compressed.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// The size of the file on disk.
    pub fn bytes_total(&self) -> u64 {
        self.bytes_total
    }
}

impl Iterator for Reader {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.records.next()
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("about", &self.about).field("columns", &self.columns).finish()
    }
}

/// Number of unpacked bytes by which the encoding is detected.
const SAMPLE: u64 = 8 << 20;

/// Number of them by which the delimiter and the shape are.
const SHAPE_SAMPLE: usize = 256 << 10;

/// Opens a file and reads as much of it as needed to determine its columns.
pub fn open(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Reader, OpenError> {
    let path = path.as_ref();
    let io_error = |source| OpenError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io_error)?;
    let bytes_total = file.metadata().map_err(io_error)?.len();
    let bytes_read = Arc::new(AtomicU64::new(0));
    let lines = Arc::new(Mutex::new(Lines::default()));
    let magic = source::magic(&mut file).map_err(io_error)?;
    let empty = || OpenError::Empty { path: path.to_owned() };
    let unreadable = |format, reason| OpenError::Unreadable { path: path.to_owned(), format, reason };
    let by_magic = match magic {
        Magic::Parquet => Some(Format::Parquet),
        Magic::Workbook => Some(Format::Xlsx),
        Magic::Zip | Magic::Other => None,
    };
    let named = format_of(&ending(&path.to_string_lossy())).filter(|format| {
        // What only a program can write begins as that program writes it.
        matches!(format, Format::Csv | Format::Json) || magic == Magic::Other
    });
    match options.format.or(by_magic).or(named) {
        Some(format @ Format::Parquet) => {
            let records = ParquetRecords::open(file, bytes_read.clone(), bytes_total)
                .map_err(|reason| unreadable(format, reason))?;
            let (about, columns) = (About::of(format), records.columns().clone());
            return Ok(Reader { about, columns, records: Box::new(records), bytes_read, bytes_total, lines });
        }
        Some(format @ Format::Xlsx) => {
            let (rows, chosen) = SheetRows::open(path, options.sheet.as_deref())
                .map_err(|reason| unreadable(format, reason))?;
            let header = HeaderOptions { skip: options.skip_rows, rows: options.header_rows };
            let table = Table::open(rows, header, String::new())
                .map_err(|error| unreadable(format, error.to_string()))?
                .ok_or_else(empty)?;
            let about = About {
                sheet: Some(chosen.sheet),
                sheets: chosen.sheets,
                notes: table.notes().to_vec(),
                ..About::of(format)
            };
            let columns = table.columns().clone();
            bytes_read.store(bytes_total, Ordering::Relaxed);
            return Ok(Reader { about, columns, records: Box::new(table), bytes_read, bytes_total, lines });
        }
        _ => (),
    }

    let unused = Arc::new(AtomicU64::new(0));
    let source = source::open(path, options.sheet.as_deref(), &unused).map_err(io_error)?;
    let (packed, ending) = (source.packed, ending(&source.name));
    let mut sample = Vec::new();
    // An error here comes again where it belongs: after the records before it.
    let _ = source.bytes.take(SAMPLE).read_to_end(&mut sample);
    let found = match options.encoding {
        Some(encoding) => Detected { encoding, certainty: Certainty::Certain, other: None },
        None => encoding::detect(&sample),
    };
    let start = text_of(&sample[..sample.len().min(SHAPE_SAMPLE)], found.encoding);
    if let (None, Some((what, advice))) = (options.format, source::foreign(&sample, &start)) {
        return Err(OpenError::Foreign { path: path.to_owned(), what, advice });
    }
    let by_name = format_of(&ending).filter(|format| matches!(format, Format::Csv | Format::Json));
    let by_content = || match start.trim_start().chars().next() {
        Some('{' | '[') => Some(Format::Json),
        _ if start.contains('\0') => None,
        _ => Some(Format::Csv),
    };
    let format = options.format.or(by_name).or_else(by_content);
    let format = format.ok_or_else(|| OpenError::UnknownFormat { path: path.to_owned() })?;
    let hint = hint(found);
    let source = source::open(path, options.sheet.as_deref(), &bytes_read).map_err(io_error)?;
    let text = Decoded::new(source.bytes, found.encoding, lines.clone()).map_err(io_error)?;
    let found = Detected { encoding: text.encoding(), ..found };
    let about = About { encoding: Some(found), packed, ..About::of(format) };
    if format == Format::Json {
        let records = JsonRecords::open(text, json::shape(&start), hint).ok_or_else(empty)?;
        let columns = records.columns().clone();
        return Ok(Reader { about, columns, records: Box::new(records), bytes_read, bytes_total, lines });
    }
    let skipped: String = start.split_inclusive('\n').skip(options.skip_rows.unwrap_or_default()).collect();
    let mut delimiter = delimiter(&skipped);
    if let Some(character) = options.delimiter.or((ending == "tsv" && delimiter.skip == 0).then_some(b'\t')) {
        (delimiter.character, delimiter.certainty) = (character, Certainty::Certain);
    }
    let lines_above = options.skip_rows.unwrap_or_default() as u64 + delimiter.skip;
    let rows = CsvRows::open(text, delimiter.character, lines_above).map_err(io_error)?;
    let header = HeaderOptions { skip: options.skip_rows.map(|_| 0), rows: options.header_rows };
    let table = Table::open(rows, header, hint).map_err(|error| match error {
        ReadError::File { reason, .. } => unreadable(format, reason),
        ReadError::Record(bad) => unreadable(format, format!("invalid header: {}", bad.reason)),
    })?;
    let table = table.ok_or_else(empty)?;
    let about = About {
        delimiter: Some((char::from(delimiter.character), delimiter.certainty)),
        notes: table.notes().to_vec(),
        ..about
    };
    let columns = table.columns().clone();
    Ok(Reader { about, columns, records: Box::new(table), bytes_read, bytes_total, lines })
}

/// What to do about a record that is not text in the encoding of the file.
fn hint(found: Detected) -> String {
    match found.other {
        Some(other) if other != Encoding::Utf8 => format!(
            " (the file is {}; this looks like {other}: with --encoding {other} lines in either are read)",
            found.encoding
        ),
        _ if found.encoding == Encoding::Utf8 => {
            " (utf-8); say which it is, for example --encoding windows-1252".to_owned()
        }
        _ => format!(" ({}); say which it is with --encoding", found.encoding),
    }
}

/// The text of the first part of a file.
fn text_of(sample: &[u8], encoding: Encoding) -> String {
    let mut text = Vec::new();
    if let Ok(mut decoded) = Decoded::new(sample, encoding, Arc::default()) {
        let _ = decoded.read_to_end(&mut text);
    }
    String::from_utf8_lossy(&text).into_owned()
}

/// The last ending of a name, in lower case, not counting `.gz`.
fn ending(name: &str) -> String {
    let name = name.to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map(|(_, ending)| ending.to_owned()).unwrap_or_default()
}

fn format_of(ending: &str) -> Option<Format> {
    match ending {
        "csv" | "tsv" | "txt" => Some(Format::Csv),
        "json" | "ndjson" | "jsonl" => Some(Format::Json),
        "xlsx" | "xlsm" | "xlsb" | "xls" | "ods" => Some(Format::Xlsx),
        "parquet" | "pq" => Some(Format::Parquet),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
