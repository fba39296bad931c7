//! Where exported rows go: standard output, or a file that appears when it is complete. What was written before an interruption
//! is kept beside it, with the place that was reached.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, BufWriter, Seek, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::Context;
use parquet::{
    basic::{Compression, ConvertedType, Repetition, Type as Physical, ZstdLevel},
    data_type::{ByteArray, ByteArrayType, DoubleType},
    file::{properties::WriterProperties, writer::SerializedFileWriter},
    schema::types::Type,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Format, row::Row};

/// Rows of a row group of a Parquet file.
const GROUP: usize = 50_000;

/// Columns that are numbers.
const NUMBERS: [&str; 4] = ["rating", "severity", "affected_customers", "active_customers"];

/// How far an export has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The list.
    pub(super) list: Option<String>,
    /// The cursor in its list.
    pub(super) cursor: Option<String>,
}

/// What is stored beside an unfinished file.
#[derive(Serialize, Deserialize)]
struct State {
    identity: String,
    place: Place,
    rows: u64,
    bytes: u64,
}

/// Where rows go.
pub(super) struct Sink {
    out: Option<PathBuf>,
    format: Format,
    columns: &'static [&'static str],
    identity: String,
    writer: Box<dyn Write>,
    part: Option<File>,
    place: Place,
    rows: u64,
}

impl Sink {
    /// Opens the file, or continues what was written of it.
    pub(super) fn open(
        out: Option<PathBuf>,
        format: Format,
        columns: &'static [&'static str],
        identity: &str,
    ) -> anyhow::Result<Self> {
        let mut sink = Self {
            out,
            format,
            columns,
            identity: identity.to_owned(),
            writer: Box::new(std::io::stdout().lock()),
            part: None,
            place: Place::default(),
            rows: 0,
        };
        if let Some(out) = sink.out.clone() {
            let part = beside(&out, "part");
            let state = std::fs::read(beside(&out, "state")).ok();
            let state = state.and_then(|state| serde_json::from_slice::<State>(&state).ok());
            let state = state.filter(|state| state.identity == identity && part.exists());
            let mut options = OpenOptions::new();
            options.create(true).write(true).truncate(state.is_none());
            let mut file = options.open(&part).with_context(|| format!("cannot write {}", part.display()))?;
            if let Some(state) = state {
                file.set_len(state.bytes)?;
                file.seek(std::io::SeekFrom::End(0))?;
                eprintln!("Continuing after {}.", crate::words::counted(state.rows, "row"));
                (sink.place, sink.rows) = (state.place, state.rows);
            }
            sink.writer = Box::new(BufWriter::new(file.try_clone()?));
            sink.part = Some(file);
        }
        if sink.place == Place::default() && sink.format == Format::Csv {
            let mut csv = csv::Writer::from_writer(&mut sink.writer);
            csv.write_record(columns)?;
            csv.flush()?;
        }
        Ok(sink)
    }

    /// How far the export has come.
    pub(super) fn place(&self) -> &Place {
        &self.place
    }

    /// The number of rows.
    pub(super) fn rows(&self) -> u64 {
        self.rows
    }

    /// Writes a row.
    pub(super) fn write(&mut self, row: Row) -> anyhow::Result<()> {
        self.rows += 1;
        match self.format {
            Format::Csv => {
                let mut csv = csv::Writer::from_writer(&mut self.writer);
                csv.write_record(self.columns.iter().map(|column| text(row.get(*column))))?;
                csv.flush()?;
            }
            Format::Ndjson | Format::Parquet => {
                serde_json::to_writer(&mut self.writer, &row)?;
                self.writer.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Notes that everything up to a place is written.
    pub(super) fn reached(&mut self, place: Place) -> anyhow::Result<()> {
        self.writer.flush()?;
        self.place = place;
        if let (Some(out), Some(part)) = (&self.out, &mut self.part) {
            let bytes = part.stream_position()?;
            let state =
                State { identity: self.identity.clone(), place: self.place.clone(), rows: self.rows, bytes };
            let (file, new) = (beside(out, "state"), beside(out, "state.new"));
            std::fs::write(&new, serde_json::to_vec(&state)?)?;
            std::fs::rename(new, file)?;
        }
        Ok(())
    }

    /// Ends the file, which now has its name. Returns the number of rows.
    pub(super) fn finish(mut self) -> anyhow::Result<u64> {
        self.writer.flush()?;
        let Some(out) = &self.out else { return Ok(self.rows) };
        let part = beside(out, "part");
        if self.format == Format::Parquet {
            let whole = beside(out, "parquet.new");
            parquet_file(&part, &whole, self.columns)
                .with_context(|| format!("cannot write {}", out.display()))?;
            std::fs::rename(whole, out)?;
            std::fs::remove_file(part)?;
        } else {
            if let Some(file) = &self.part {
                file.sync_all()?;
            }
            std::fs::rename(part, out)?;
        }
        let _ = std::fs::remove_file(beside(out, "state"));
        Ok(self.rows)
    }
}

/// The name of a file with another ending.
fn beside(out: &Path, ending: &str) -> PathBuf {
    let mut name = out.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// A value as text.
fn text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => match number.as_f64() {
            // Ratings are usually whole.
            Some(float) if float.fract() == 0.0 && float.abs() < 1e15 => format!("{float:.0}"),
            _ => number.to_string(),
        },
        Some(other) => other.to_string(),
    }
}

/// Turns lines of JSON into a Parquet file, one row group at a time.
fn parquet_file(lines: &Path, out: &Path, columns: &[&str]) -> anyhow::Result<()> {
    let fields = columns.iter().map(|column| {
        let (physical, converted) = match NUMBERS.contains(column) {
            true => (Physical::DOUBLE, ConvertedType::NONE),
            false => (Physical::BYTE_ARRAY, ConvertedType::UTF8),
        };
        let field = Type::primitive_type_builder(column, physical);
        field.with_repetition(Repetition::OPTIONAL).with_converted_type(converted).build().map(Arc::new)
    });
    let schema = Type::group_type_builder("row").with_fields(fields.collect::<Result<_, _>>()?).build()?;
    let properties =
        WriterProperties::builder().set_compression(Compression::ZSTD(ZstdLevel::default())).build();
    let mut writer = SerializedFileWriter::new(File::create(out)?, Arc::new(schema), Arc::new(properties))?;
    let mut lines = BufReader::new(File::open(lines)?).lines();
    loop {
        let mut rows: Vec<Row> = Vec::new();
        for line in lines.by_ref().take(GROUP) {
            rows.push(serde_json::from_str(&line?)?);
        }
        if rows.is_empty() {
            break;
        }
        let mut group = writer.next_row_group()?;
        for column in columns {
            let values = rows.iter().map(|row| row.get(*column));
            let levels: Vec<i16> = values.clone().map(|value| i16::from(value.is_some())).collect();
            let Some(mut into) = group.next_column()? else { break };
            if NUMBERS.contains(column) {
                let numbers: Vec<f64> = values.flatten().filter_map(Value::as_f64).collect();
                into.typed::<DoubleType>().write_batch(&numbers, Some(&levels), None)?;
            } else {
                let texts: Vec<ByteArray> =
                    values.flatten().map(|value| text(Some(value)).into_bytes().into()).collect();
                into.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?;
            }
            into.close()?;
        }
        group.close()?;
    }
    writer.close()?;
    Ok(())
}
