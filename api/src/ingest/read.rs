//! Opens a file of any format and reads its records one by one.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use thiserror::Error;

use super::csv::CsvRecords;
use super::encoding::{Decoded, Encoding};
use super::gzip;
use super::ndjson::NdjsonRecords;
use super::parquet::ParquetRecords;
use super::record::{Columns, ReadError, Record};

/// How to read a file. Omitted settings are detected.
#[derive(Clone, Debug, Default)]
pub struct ReadOptions {
    /// The format; default: by the extension of the file name.
    pub format: Option<Format>,
    /// The encoding of CSV and NDJSON; default: by the byte order mark or the first block. A byte
    /// order mark wins over this.
    pub encoding: Option<Encoding>,
    /// Field separator of a CSV file; by default a tab in `.tsv`, else detected from the header.
    pub delimiter: Option<u8>,
}

/// A format of files with records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values with a header; `.csv`, `.tsv`, `.txt`.
    Csv,
    /// One JSON object a line; `.ndjson`, `.jsonl`.
    Ndjson,
    /// Apache Parquet; `.parquet`, `.pq`.
    Parquet,
}

impl Format {
    /// All of them.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Ndjson, Format::Parquet];

    /// The name that a person writes.
    pub fn name(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Ndjson => "ndjson",
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
        let known = Format::ALL.into_iter().find(|format| format.name().eq_ignore_ascii_case(name));
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
    #[error(
        "unknown format of {path}: its name does not end in .csv, .tsv, .ndjson, .jsonl or .parquet (before .gz); give the format with --format"
    )]
    UnknownFormat {
        /// The file.
        path: PathBuf,
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
    format: Format,
    encoding: Option<Encoding>,
    columns: Arc<Columns>,
    records: Box<dyn Iterator<Item = Result<Record, ReadError>> + Send>,
    bytes_read: Arc<AtomicU64>,
    bytes_total: u64,
}

impl Reader {
    /// The columns of the header; in NDJSON those of the first 1,000 records.
    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Whether a column that is not among [`columns`](Self::columns) can still occur.
    pub fn columns_may_grow(&self) -> bool {
        self.format == Format::Ndjson
    }

    /// The format that the file is read as.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The encoding that the file is read in; none for Parquet.
    pub fn encoding(&self) -> Option<Encoding> {
        self.encoding
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
        f.debug_struct("Reader").field("format", &self.format).field("columns", &self.columns).finish()
    }
}

/// Opens a file and reads as much of it as needed to determine its columns.
pub fn open(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Reader, OpenError> {
    let path = path.as_ref();
    let io_error = |source| OpenError::Io { path: path.to_owned(), source };
    let mut file = File::open(path).map_err(io_error)?;
    let bytes_total = file.metadata().map_err(io_error)?.len();
    let bytes_read = Arc::new(AtomicU64::new(0));
    let ending = ending(path);
    let format = match options.format.or_else(|| format_of(&ending)) {
        Some(format) => format,
        None if is_parquet(&mut file).map_err(io_error)? => Format::Parquet,
        None => return Err(OpenError::UnknownFormat { path: path.to_owned() }),
    };
    let unreadable = |reason| OpenError::Unreadable { path: path.to_owned(), format, reason };
    if format == Format::Parquet {
        let records = ParquetRecords::open(file, bytes_read.clone(), bytes_total).map_err(unreadable)?;
        let columns = records.columns().clone();
        let records = Box::new(records);
        return Ok(Reader { format, encoding: None, columns, records, bytes_read, bytes_total });
    }

    let counted = BufReader::with_capacity(64 * 1024, Counted { file, bytes_read: bytes_read.clone() });
    let text = Decoded::new(gzip::unpacked(counted).map_err(io_error)?, options.encoding);
    let encoding = Some(text.encoding());
    let empty = || OpenError::Empty { path: path.to_owned() };
    let (columns, records) = match format {
        Format::Ndjson => boxed_ndjson(text).ok_or_else(empty)?,
        _ => {
            let delimiter = options.delimiter.or((ending == "tsv").then_some(b'\t'));
            let records = CsvRecords::open(text, delimiter).map_err(|error| match error {
                ReadError::File { reason, .. } => unreadable(reason),
                ReadError::Record(bad) => unreadable(format!("invalid header: {}", bad.reason)),
            })?;
            let records = records.ok_or_else(empty)?;
            (records.columns().clone(), Box::new(records) as Box<_>)
        }
    };
    Ok(Reader { format, encoding, columns, records, bytes_read, bytes_total })
}

type Records = Box<dyn Iterator<Item = Result<Record, ReadError>> + Send>;

fn boxed_ndjson(text: impl BufRead + Send + 'static) -> Option<(Arc<Columns>, Records)> {
    let records = NdjsonRecords::open(text)?;
    Some((records.columns().clone(), Box::new(records)))
}

/// The last ending of the name, in lower case, not counting `.gz`.
fn ending(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    let name = name.strip_suffix(".gz").unwrap_or(&name);
    name.rsplit_once('.').map(|(_, ending)| ending.to_owned()).unwrap_or_default()
}

fn format_of(ending: &str) -> Option<Format> {
    match ending {
        "csv" | "tsv" | "txt" => Some(Format::Csv),
        "ndjson" | "jsonl" => Some(Format::Ndjson),
        "parquet" | "pq" => Some(Format::Parquet),
        _ => None,
    }
}

fn is_parquet(file: &mut File) -> io::Result<bool> {
    let mut magic = Vec::new();
    file.take(4).read_to_end(&mut magic)?;
    file.rewind()?;
    Ok(magic == b"PAR1")
}

struct Counted {
    file: File,
    bytes_read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(into)?;
        self.bytes_read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;

    use super::*;

    fn written(dir: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn gzipped(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn told(path: &Path, options: &ReadOptions) -> String {
        let reader = match open(path, options) {
            Ok(reader) => reader,
            Err(error) => return error.to_string().replace(&path.display().to_string(), "FILE"),
        };
        let records = reader.map(|item| match item {
            Ok(record) => format!(
                "{} {}",
                record.line(),
                record.iter().map(|(n, t)| format!("{n}={t}")).collect::<Vec<_>>().join(" ")
            ),
            Err(error) => error.to_string(),
        });
        records.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_format_is_in_the_name_and_gzip_in_the_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let (csv, json) = (b"a,b\n1,2\n".as_slice(), b"{\"a\": 1, \"b\": \"2\"}\n".as_slice());
        for (name, bytes, expected) in [
            ("x.csv", csv.to_vec(), "2 a=1 b=2"),
            ("x.CSV", csv.to_vec(), "2 a=1 b=2"),
            ("x.csv.gz", gzipped(csv), "2 a=1 b=2"),
            ("packed.csv", gzipped(csv), "2 a=1 b=2"),
            ("unpacked.csv.gz", csv.to_vec(), "2 a=1 b=2"),
            ("x.tsv", b"a\tb,c\n1\t2\n".to_vec(), "2 a=1 b,c=2"),
            ("x.ndjson", json.to_vec(), "1 a=1 b=2"),
            ("x.jsonl", json.to_vec(), "1 a=1 b=2"),
            ("x.ndjson.gz", gzipped(json), "1 a=1 b=2"),
        ] {
            assert_eq!(told(&written(&dir, name, &bytes), &ReadOptions::default()), expected, "{name}");
        }
        let path = written(&dir, "x.data", csv);
        let explicit = ReadOptions { format: Some(Format::Csv), ..ReadOptions::default() };
        assert_eq!(told(&path, &explicit), "2 a=1 b=2");
        assert!(told(&path, &ReadOptions::default()).starts_with("unknown format of FILE"));
    }

    #[test]
    fn a_file_that_is_broken_as_a_whole_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let nothing = told(&written(&dir, "x.csv", b""), &ReadOptions::default());
        assert_eq!(nothing, "the file FILE is empty");
        let other = told(&written(&dir, "x.parquet", b"a,b\n"), &ReadOptions::default());
        assert!(other.starts_with("cannot read FILE as parquet: "), "{other}");
        let missing = told(&dir.path().join("none.csv"), &ReadOptions::default());
        assert!(missing.starts_with("cannot open FILE: "), "{missing}");
    }

    #[test]
    fn a_cut_gzip_gives_its_records_and_then_an_error() {
        let dir = tempfile::tempdir().unwrap();
        for rows in [10_u64, 100_000] {
            let text: String = (0..rows).map(|n| format!("{n},{}\n", n * 7919 % 1000)).collect();
            let whole = gzipped(format!("a,b\n{text}").as_bytes());
            let path = written(&dir, "cut.csv.gz", &whole[..whole.len() - 12]);
            let items: Vec<_> = open(&path, &ReadOptions::default()).unwrap().collect();
            let error = items.last().unwrap().as_ref().unwrap_err();
            assert!(matches!(error, ReadError::File { .. }), "{error}");
            assert!(error.to_string().contains("the gzip file is truncated"), "{error}");
            assert!(items.iter().rev().skip(1).all(Result::is_ok));
        }
    }

    #[test]
    fn progress_counts_compressed_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = written(&dir, "x.csv.gz", &gzipped(b"a,b\n1,2\n"));
        let mut reader = open(&path, &ReadOptions::default()).unwrap();
        assert_eq!(reader.by_ref().count(), 1);
        let size = std::fs::metadata(&path).unwrap().len();
        assert_eq!((reader.bytes_read(), reader.bytes_total()), (size, size));
    }

    #[test]
    fn parquet_is_read_as_text() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.data");
        let schema = "message answers {
            REQUIRED BYTE_ARRAY version (STRING);
            OPTIONAL DOUBLE rating;
            REQUIRED INT64 at (TIMESTAMP(MILLIS,true));
            REQUIRED INT64 local (TIMESTAMP(NANOS,false));
            OPTIONAL GROUP app { OPTIONAL BYTE_ARRAY name (STRING); }
        }";
        let schema = Arc::new(parse_message_type(schema).unwrap());
        let file = File::create(&path).unwrap();
        let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let texts = |texts: &[&str]| texts.iter().map(|text| ByteArray::from(*text)).collect::<Vec<_>>();
        let mut place = 0;
        while let Some(mut column) = group.next_column().unwrap() {
            match place {
                0 => column.typed::<ByteArrayType>().write_batch(&texts(&["12.10", "12.1"]), None, None),
                1 => column.typed::<DoubleType>().write_batch(&[5.0], Some(&[1, 0]), None),
                2 => column.typed::<Int64Type>().write_batch(&[1_464_739_558_490, 0], None, None),
                3 => column.typed::<Int64Type>().write_batch(&[1_464_739_558_000_000_000, 0], None, None),
                _ => column.typed::<ByteArrayType>().write_batch(&texts(&["Kiwix 😀"]), Some(&[2, 0]), None),
            }
            .unwrap();
            column.close().unwrap();
            place += 1;
        }
        group.close().unwrap();
        writer.close().unwrap();

        let expected = "1 version=12.10 rating=5 at=2016-06-01T00:05:58.490Z local=2016-06-01T00:05:58 app.name=Kiwix 😀\n\
                        2 version=12.1 at=1970-01-01T00:00:00Z local=1970-01-01T00:00:00";
        assert_eq!(told(&path, &ReadOptions::default()), expected);

        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4..100].fill(0xff);
        let damaged = told(&written(&dir, "damaged.parquet", &bytes), &ReadOptions::default());
        assert!(damaged.contains("cannot read the file at line 1"), "{damaged}");
    }
}
