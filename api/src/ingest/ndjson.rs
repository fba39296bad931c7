//! NDJSON: one JSON object per line.
//!
//! Nested values go by dotted paths (`{"app": {"name": ..}}` is the column `app.name`). Numbers and booleans
//! stay the text that they were: a version written as 12.10 is not 12.1, so no number is parsed here. A list
//! stays JSON.

use std::collections::VecDeque;
use std::fmt;
use std::io::{self, BufRead};
use std::sync::Arc;

use csv::StringRecord;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::csv::RECORD_LIMIT;
use super::record::{BadRecord, Columns, ReadError, Record};

/// The columns of a file without a header are those of its first records.
const SAMPLE: usize = 1000;
/// Maximum number of different keys: more than any real export has unless data are used as keys.
const COLUMN_LIMIT: usize = 4096;
/// Objects nested deeper than this stay JSON.
const DEPTH_LIMIT: usize = 16;

/// The records of an NDJSON file.
pub(super) struct NdjsonRecords<R> {
    source: R,
    line: u64,
    text: Vec<u8>,
    columns: Arc<Columns>,
    sample: VecDeque<Result<Record, ReadError>>,
    broken: bool,
}

impl<R: BufRead> NdjsonRecords<R> {
    /// Reads the first records for their columns. None when the file is empty.
    pub(super) fn open(source: R) -> Option<Self> {
        let columns = Arc::new(Columns::default());
        let sample = VecDeque::new();
        let mut records = NdjsonRecords { source, line: 0, text: Vec::new(), columns, sample, broken: false };
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
            match self.read_line() {
                Ok(Line::End) => return None,
                Ok(Line::Text) if self.text.trim_ascii().is_empty() => {}
                Ok(Line::Text) => return Some(self.record().map_err(ReadError::from)),
                Ok(Line::TooLong) => {
                    return Some(Err(self.bad("the line is longer than 16 MiB; split it".into()).into()));
                }
                Err(error) => {
                    self.broken = true;
                    return Some(Err(ReadError::File { line: self.line, reason: error.to_string() }));
                }
            }
        }
        None
    }

    /// Reads one line, limited to the maximum size of a record.
    fn read_line(&mut self) -> io::Result<Line> {
        self.text.clear();
        let mut length = 0;
        self.line += 1;
        loop {
            let ready = self.source.fill_buf()?;
            let newline = ready.iter().position(|&byte| byte == b'\n');
            let n = newline.map_or(ready.len(), |place| place + 1);
            length += n as u64;
            if length <= RECORD_LIMIT {
                self.text.extend_from_slice(&ready[..n]);
            }
            self.source.consume(n);
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

    fn record(&mut self) -> Result<Record, BadRecord> {
        let values = match std::str::from_utf8(&self.text) {
            Err(_) => {
                Err("the line is not valid text in the file's encoding; try --encoding windows-1252".into())
            }
            Ok(text) if text.trim_start().starts_with('[') => {
                Err("the line is a JSON list; NDJSON has one object per line".into())
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

impl<R: BufRead> Iterator for NdjsonRecords<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        self.sample.pop_front().or_else(|| self.read())
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
        format!("the line is not a JSON object: {what} (column {})", error.column())
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
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<Result<Record, ReadError>> {
        NdjsonRecords::open(text.as_bytes()).unwrap().collect()
    }

    #[test]
    fn values_are_text_exactly_as_written() {
        let text = r#"{"version": 12.10, "big": 12345678901234567890, "ok": true, "none": null,
            "app": {"name": "Kiwix \ud83d\ude00", "store": {"id": 1e3}}, "tags": ["a", "b, c"], "empty": {}}"#
            .replace('\n', " ");
        let record = records(&text).remove(0).unwrap();
        let found: Vec<_> = record.iter().collect();
        let expected = [
            ("version", "12.10"),
            ("big", "12345678901234567890"),
            ("ok", "true"),
            ("app.name", "Kiwix 😀"),
            ("app.store.id", "1e3"),
            ("tags", r#"["a", "b, c"]"#),
        ];
        assert_eq!(found, expected);
        assert_eq!(record.get("none"), None);
    }

    #[test]
    fn a_bad_line_is_one_bad_record() {
        let found =
            records("{\"a\": 1}\n\n{\"a\": \n[1]\n\"x\"\n{\"a\": \"\\ud800\"}\n{\"a\": 2} x\r\n{\"a\": 3}");
        let reasons: Vec<_> = found
            .iter()
            .map(|item| match item {
                Ok(record) => format!("{} {:?}", record.line(), record.get("a")),
                Err(error) => error.to_string(),
            })
            .collect();
        assert_eq!(reasons[0], "1 Some(\"1\")");
        assert_eq!(reasons[1], "line 3: the line is not a JSON object: EOF while parsing a value (column 0)");
        assert_eq!(reasons[2], "line 4: the line is a JSON list; NDJSON has one object per line");
        assert!(
            reasons[3].starts_with("line 5: the line is not a JSON object: invalid type: string"),
            "{}",
            reasons[3]
        );
        assert!(reasons[4].starts_with("line 6: the line is not a JSON object:"), "{}", reasons[4]);
        assert!(
            reasons[5].starts_with("line 7: the line is not a JSON object: trailing characters"),
            "{}",
            reasons[5]
        );
        assert_eq!(reasons[6], "8 Some(\"3\")");
    }

    #[test]
    fn columns_are_those_of_the_first_records_and_may_grow() {
        let text: String = (0..SAMPLE + 1).map(|n| format!("{{\"k{}\": {n}}}\n", n / SAMPLE)).collect();
        let mut file = NdjsonRecords::open(text.as_bytes()).unwrap();
        assert_eq!(file.columns().names(), ["k0"]);
        let last = file.by_ref().last().unwrap().unwrap();
        assert_eq!((last.get("k0"), last.get("k1")), (None, Some("1000")));
    }

    #[test]
    fn a_line_without_end_is_skipped_without_being_kept() {
        let text = format!("{{\"a\": \"{}\"}}\n{{\"a\": 1}}\n", "x".repeat(RECORD_LIMIT as usize));
        let found = records(&text);
        assert_eq!(
            found[0].as_ref().unwrap_err().to_string(),
            "line 1: the line is longer than 16 MiB; split it"
        );
        assert_eq!(found[1].as_ref().unwrap().get("a"), Some("1"));
    }

    #[test]
    fn deep_nesting_ends_in_json_not_in_a_stack() {
        let text = format!("{}1{}", "{\"a\": ".repeat(100_000), "}".repeat(100_000));
        let record = records(&text).remove(0);
        assert!(record.is_ok() || record.is_err_and(|e| e.to_string().contains("JSON")));
    }
}
