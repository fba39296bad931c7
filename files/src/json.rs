//! JSON: one object per line (NDJSON), or one document with a list of objects.
//!
//! Nested values go by dotted paths (`{"app": {"name": ..}}` is the column `app.name`). Numbers and booleans
//! stay the text that they were: a version written as 12.10 is not 12.1, so no number is parsed here. A list
//! stays JSON, which a mapping can look into (`labels[].name`).

mod document;
mod path;

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

use csv::StringRecord;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use document::Documents;
pub(crate) use path::Path;

use super::csv::RECORD_LIMIT;
use super::record::{BadRecord, Columns, ReadError, Record};

/// The columns of a file without a header are those of its first records.
const SAMPLE: usize = 1000;
/// Maximum number of different keys: more than any real export has unless data are used as keys.
const COLUMN_LIMIT: usize = 4096;
/// Objects nested deeper than this stay JSON.
const DEPTH_LIMIT: usize = 16;

/// The records of a JSON file.
pub(super) struct JsonRecords<R> {
    source: Objects<R>,
    line: u64,
    text: Vec<u8>,
    columns: Arc<Columns>,
    sample: VecDeque<Result<Record, ReadError>>,
    broken: bool,
    /// What to say about text in another encoding.
    hint: String,
}

impl<R: BufRead> JsonRecords<R> {
    /// Reads the first records for their columns. None when the file is empty.
    pub(super) fn open(source: R, shape: Shape, hint: String) -> Option<Self> {
        let columns = Arc::new(Columns::default());
        let source = match shape {
            Shape::Lines => Objects::Lines { source, line: 0 },
            Shape::Document => Objects::Document(Documents::new(source)),
        };
        let (text, sample) = (Vec::new(), VecDeque::new());
        let mut records = JsonRecords { source, line: 0, text, columns, sample, broken: false, hint };
        while records.sample.len() < SAMPLE {
            let Some(item) = records.read() else { break };
            records.sample.push_back(item);
        }
        (!records.sample.is_empty()).then_some(records)
    }

    pub(super) fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    fn read(&mut self) -> Option<Result<Record, ReadError>> {
        while !self.broken {
            match self.source.next(&mut self.text, &mut self.line) {
                Ok(Line::End) => return None,
                Ok(Line::Text) if self.text.trim_ascii().is_empty() => {}
                Ok(Line::Text) => return Some(self.record().map_err(ReadError::from)),
                Ok(Line::TooLong) => {
                    return Some(Err(self.bad("the record is longer than 16 MiB; split it".into()).into()));
                }
                Err(error) => {
                    self.broken = true;
                    return Some(Err(ReadError::File { line: self.line, reason: error.to_string() }));
                }
            }
        }
        None
    }

    fn record(&mut self) -> Result<Record, BadRecord> {
        let values = match std::str::from_utf8(&self.text) {
            Err(_) => Err(format!("the line is not valid text in the file's encoding{}", self.hint)),
            Ok(text) if text.trim_start().starts_with('[') => {
                Err("this is a list; an object is expected".into())
            }
            Ok(text) => members(text),
        };
        let values = values.map_err(|reason| self.bad(reason))?;
        let mut row: Vec<String> = vec![String::new(); self.columns.names().len()];
        for (path, value) in values {
            let position = match self.columns.position(&path) {
                Some(position) => position,
                None if self.columns.names().len() == COLUMN_LIMIT => {
                    return Err(self.bad(format!(
                        "`{path}` exceeds the limit of {COLUMN_LIMIT} different keys per file"
                    )));
                }
                None => {
                    row.push(String::new());
                    Arc::make_mut(&mut self.columns).push(path)
                }
            };
            row[position] = value;
        }
        Ok(Record::new(self.line, self.columns.clone(), StringRecord::from(row)))
    }

    fn bad(&self, reason: String) -> BadRecord {
        BadRecord { line: self.line, reason, fields: Vec::new() }
    }
}

impl<R: BufRead> Iterator for JsonRecords<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.sample.pop_front().or_else(|| self.read())
    }
}

/// How the objects of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// One on each line.
    Lines,
    /// In a list, which may be within an object; or one after the other, over several lines.
    Document,
}

/// Whether text is NDJSON or a document, by its beginning.
pub(super) fn shape(sample: &str) -> Shape {
    let mut lines = sample.lines().map(str::trim).filter(|line| !line.is_empty());
    let (first, second) = (lines.next().unwrap_or_default(), lines.next());
    let is_object = |line: &str| serde_json::from_str::<Members>(line).is_ok();
    match second {
        Some(_) if first.starts_with('{') && is_object(first) => Shape::Lines,
        // A bad first line does not make a document of a file of lines.
        Some(second)
            if !first.starts_with('[') && !first.ends_with(['[', '{', ',', ':']) && is_object(second) =>
        {
            Shape::Lines
        }
        _ => Shape::Document,
    }
}

enum Objects<R> {
    Lines { source: R, line: u64 },
    Document(Documents<R>),
}

impl<R: BufRead> Objects<R> {
    /// Reads the text of the next object and the line on which it begins.
    fn next(&mut self, text: &mut Vec<u8>, line: &mut u64) -> io::Result<Line> {
        match self {
            Objects::Document(documents) => documents.next(text, line),
            Objects::Lines { source, line: read } => {
                *read += 1;
                *line = *read;
                next_line(source, text)
            }
        }
    }
}

/// Reads one line, limited to the maximum size of a record.
fn next_line(source: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<Line> {
    text.clear();
    let mut length = 0;
    loop {
        let ready = source.fill_buf()?;
        let newline = ready.iter().position(|&byte| byte == b'\n');
        let n = newline.map_or(ready.len(), |place| place + 1);
        length += n as u64;
        if length <= RECORD_LIMIT {
            text.extend_from_slice(&ready[..n]);
        }
        source.consume(n);
        if newline.is_none() && n > 0 {
            continue;
        }
        return Ok(match length {
            0 => Line::End,
            _ if length > RECORD_LIMIT => Line::TooLong,
            _ => Line::Text,
        });
    }
}

enum Line {
    Text,
    TooLong,
    End,
}

/// The values of an object by their dotted paths, as text.
fn members(text: &str) -> Result<Vec<(String, String)>, String> {
    let mut values = Vec::new();
    flatten("", text, 0, &mut values).map_err(|error| {
        let whole = error.to_string();
        let what = whole.split(" at line ").next().unwrap_or(&whole);
        format!("this is not a JSON object: {what} (column {})", error.column())
    })?;
    Ok(values)
}

fn flatten(
    prefix: &str,
    object: &str,
    depth: usize,
    into: &mut Vec<(String, String)>,
) -> Result<(), serde_json::Error> {
    for (key, value) in serde_json::from_str::<Members>(object)?.0 {
        let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        let json = value.get();
        match json.as_bytes().first() {
            Some(b'{') if depth < DEPTH_LIMIT => flatten(&path, json, depth + 1, into)?,
            Some(b'"') => into.push((path, serde_json::from_str(json)?)),
            Some(b'n') => into.push((path, String::new())),
            _ => into.push((path, json.to_owned())),
        }
    }
    Ok(())
}

/// The members of an object in their order, with the values' own text.
struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

#[cfg(test)]
mod tests;
