//! Parquet: typed columns, read row by row as text.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, NaiveDate, TimeDelta};
use csv::StringRecord;
use parquet::basic::{ConvertedType, LogicalType, Repetition, TimeUnit, Type as PhysicalType};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row};
use parquet::schema::types::Type;

use super::record::{Columns, ReadError, Record};

/// The records of a Parquet file.
pub(super) struct ParquetRecords {
    rows: RowIter<'static>,
    shape: Vec<Column>,
    columns: Arc<Columns>,
    row: u64,
    rows_total: u64,
    bytes_read: Arc<AtomicU64>,
    bytes_total: u64,
    broken: bool,
}

impl ParquetRecords {
    /// Reads the schema. The reader seeks in the file, so the bytes read are estimated in proportion to the
    /// rows.
    pub(super) fn open(file: File, bytes_read: Arc<AtomicU64>, bytes_total: u64) -> Result<Self, String> {
        let reader = SerializedFileReader::new(file).map_err(|error| error.to_string())?;
        let metadata = reader.metadata().file_metadata();
        let rows_total = u64::try_from(metadata.num_rows()).unwrap_or_default();
        let fields = metadata.schema().get_fields();
        let shape = fields.iter().map(|field| Column::of(field)).collect::<Result<Vec<_>, _>>()?;
        let mut names = Vec::new();
        shape.iter().for_each(|column| column.names("", &mut names));
        let rows = RowIter::from_file_into(Box::new(reader));
        let columns = Arc::new(Columns::new(&names));
        Ok(ParquetRecords {
            rows,
            shape,
            columns,
            row: 0,
            rows_total,
            bytes_read,
            bytes_total,
            broken: false,
        })
    }

    pub(super) fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    fn record(&self, row: Row) -> Record {
        let mut texts = Vec::with_capacity(self.columns.names().len());
        for (column, (_, field)) in self.shape.iter().zip(row.into_columns()) {
            column.texts(&field, &mut texts);
        }
        Record::new(self.row, self.columns.clone(), StringRecord::from(texts))
    }
}

impl Iterator for ParquetRecords {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        self.row += 1;
        // The row reader panics on some damaged pages; a bad file must not take the process with it.
        let next = catch_unwind(AssertUnwindSafe(|| self.rows.next()));
        let reason = match next {
            Ok(Some(Ok(row))) => {
                let share = self.row as f64 / self.rows_total.max(1) as f64;
                self.bytes_read.store((share.min(1.0) * self.bytes_total as f64) as u64, Ordering::Relaxed);
                return Some(Ok(self.record(row)));
            }
            Ok(None) => return None,
            Ok(Some(Err(error))) => error.to_string(),
            Err(_) => "the Parquet file is corrupt; copy it again".to_owned(),
        };
        self.broken = true;
        Some(Err(ReadError::File { line: self.row, reason }))
    }
}

/// A column of the schema, or a group of them.
struct Column {
    name: String,
    kind: Kind,
}

enum Kind {
    /// A struct: its columns go by dotted paths.
    Group(Vec<Column>),
    /// A moment, which the row reader may show as a bare number.
    Timestamp {
        unit: TimeUnit,
        utc: bool,
    },
    /// A list or a map: one column of JSON.
    Nested,
    Uuid,
    /// Bytes without a declared meaning: text if they are, else hexadecimal digits.
    Binary,
    Plain,
}

impl Column {
    fn of(column: &Type) -> Result<Column, String> {
        let info = column.get_basic_info();
        let repeated = info.has_repetition() && info.repetition() == Repetition::REPEATED;
        let nested = matches!(
            info.converted_type(),
            ConvertedType::LIST | ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE
        );
        let kind = match info.logical_type_ref() {
            _ if repeated || nested => Kind::Nested,
            _ if column.is_group() => {
                Kind::Group(column.get_fields().iter().map(|c| Column::of(c)).collect::<Result<_, _>>()?)
            }
            Some(LogicalType::Timestamp(time)) => {
                Kind::Timestamp { unit: time.unit, utc: time.is_adjusted_to_u_t_c }
            }
            Some(LogicalType::Uuid) => Kind::Uuid,
            None if info.converted_type() == ConvertedType::NONE
                && matches!(
                    column.get_physical_type(),
                    PhysicalType::BYTE_ARRAY | PhysicalType::FIXED_LEN_BYTE_ARRAY
                ) =>
            {
                Kind::Binary
            }
            _ if info.converted_type() == ConvertedType::INTERVAL => {
                return Err(format!("column `{}` has the unsupported type interval; remove it", info.name()));
            }
            _ => match (info.converted_type(), column.get_physical_type()) {
                (ConvertedType::TIMESTAMP_MILLIS, _) | (_, PhysicalType::INT96) => {
                    Kind::Timestamp { unit: TimeUnit::MILLIS, utc: true }
                }
                (ConvertedType::TIMESTAMP_MICROS, _) => Kind::Timestamp { unit: TimeUnit::MICROS, utc: true },
                _ => Kind::Plain,
            },
        };
        Ok(Column { name: info.name().to_owned(), kind })
    }

    fn names(&self, prefix: &str, into: &mut Vec<String>) {
        let path = if prefix.is_empty() { self.name.clone() } else { format!("{prefix}.{}", self.name) };
        match &self.kind {
            Kind::Group(columns) => columns.iter().for_each(|column| column.names(&path, into)),
            _ => into.push(path),
        }
    }

    fn texts(&self, field: &Field, into: &mut Vec<String>) {
        match (&self.kind, field) {
            (Kind::Group(columns), Field::Group(row)) => {
                for (column, (_, field)) in columns.iter().zip(row.get_column_iter()) {
                    column.texts(field, into);
                }
            }
            (Kind::Group(columns), _) => columns.iter().for_each(|column| column.texts(&Field::Null, into)),
            (Kind::Timestamp { unit, utc }, field) => into.push(timestamp(field, unit, *utc)),
            (Kind::Nested, field) => into.push(nested(field)),
            (Kind::Uuid, Field::Bytes(bytes)) => into.push(uuid(bytes.data())),
            (Kind::Binary, Field::Bytes(bytes)) => into.push(binary(bytes.data())),
            (Kind::Plain | Kind::Uuid | Kind::Binary, field) => into.push(plain(field)),
        }
    }
}

/// As RFC 3339; without an offset when the file says that the time is local.
fn timestamp(field: &Field, unit: &TimeUnit, utc: bool) -> String {
    let at = match (field, unit) {
        (Field::TimestampMillis(n), _) | (Field::Long(n), TimeUnit::MILLIS) => {
            DateTime::from_timestamp_millis(*n)
        }
        (Field::TimestampMicros(n), _) | (Field::Long(n), TimeUnit::MICROS) => {
            DateTime::from_timestamp_micros(*n)
        }
        (Field::Long(n), TimeUnit::NANOS) => Some(DateTime::from_timestamp_nanos(*n)),
        _ => return plain(field),
    };
    let offset = if utc { "Z" } else { "" };
    at.map(|at| format!("{}{offset}", at.format("%Y-%m-%dT%H:%M:%S%.f"))).unwrap_or_default()
}

fn nested(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::ListInternal(list) => {
            let texts: Vec<String> = list.elements().iter().map(plain).collect();
            serde_json::to_string(&texts).unwrap_or_default()
        }
        other => other.to_string(),
    }
}

fn plain(field: &Field) -> String {
    match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        Field::Bytes(bytes) => binary(bytes.data()),
        Field::Float(number) if number.is_nan() => String::new(),
        Field::Double(number) if number.is_nan() => String::new(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        Field::Date(days) => NaiveDate::default()
            .checked_add_signed(TimeDelta::days(i64::from(*days)))
            .map(|day| day.to_string())
            .unwrap_or_default(),
        other => other.to_string(),
    }
}

fn uuid(bytes: &[u8]) -> String {
    let digits = hexadecimal(bytes);
    match bytes.len() {
        16 => [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]].join("-"),
        _ => digits,
    }
}

/// A byte column without a declared type is text in all files of old writers.
fn binary(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.contains(|c: char| c.is_control() && !c.is_whitespace()) => text.to_owned(),
        _ => hexadecimal(bytes),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
