//! CSV: records of fields, quoted where they hold a delimiter, a quote or a line break.

use std::io::{self, BufRead, Read};
use std::sync::Arc;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::record::{BadRecord, Columns, ReadError, Record};

/// Maximum length of a record, in bytes. An unclosed quotation mark would otherwise read the rest of the file into
/// memory; the longest cell of a real tracker that we know has 74,468 characters.
pub(super) const RECORD_LIMIT: u64 = 16 * 1024 * 1024;

/// The records of a CSV file.
pub(super) struct CsvRecords<R> {
    reader: csv::Reader<Lines<R>>,
    columns: Arc<Columns>,
    raw: ByteRecord,
    broken: bool,
}

impl<R: BufRead> CsvRecords<R> {
    /// Reads the header. None when the file has none, because it is empty.
    pub(super) fn open(mut source: R, delimiter: Option<u8>) -> Result<Option<Self>, ReadError> {
        let first = source.fill_buf().map_err(|e| ReadError::File { line: 1, reason: e.to_string() })?;
        let delimiter = delimiter.unwrap_or_else(|| guess_delimiter(first));
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Lines { source, line: 0, last: b'\n', ended: false, record_length: 0 });
        let columns = Arc::new(Columns::default());
        let mut records = CsvRecords { reader, columns, raw: ByteRecord::new(), broken: false };
        let Some(line) = records.advance()? else { return Ok(None) };
        let header = text(&records.raw, line, &records.columns)?;
        records.columns = Arc::new(Columns::new(&header));
        Ok(Some(records))
    }

    pub(super) fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    /// Reads the next record into `raw` and returns the line on which it starts.
    fn advance(&mut self) -> Result<Option<u64>, ReadError> {
        self.reader.get_mut().record_length = 0;
        let found = self.reader.read_byte_record(&mut self.raw);
        // `Lines` hands out one line at a time, so the line handed out last is the one on which the record
        // ends. (The position of the csv crate is one too low after every CRLF.)
        let inside = self.raw.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
        let line = self.reader.get_ref().line;
        let open_at_end = self.ends_in_quotation() && self.reader.get_ref().last == b'\n';
        let end = line + u64::from(open_at_end);
        match found {
            Ok(true) => Ok(Some(end.saturating_sub(inside).max(1))),
            Ok(false) => Ok(None),
            Err(error) => Err(ReadError::File { line, reason: error.to_string() }),
        }
    }

    /// Whether the file ended within a quotation. A field with a line break in it is quoted, so if the file
    /// ends with it, it ends with a quote.
    fn ends_in_quotation(&self) -> bool {
        let source = self.reader.get_ref();
        let last = self.raw.iter().next_back().unwrap_or_default();
        source.ended && source.last != b'"' && last.contains(&b'\n')
    }

    fn record(&self, line: u64) -> Result<Record, BadRecord> {
        if self.ends_in_quotation() {
            let reason = "unclosed quotation mark: it encloses the rest of the file; close it".to_owned();
            return Err(BadRecord { line, reason, fields: Vec::new() });
        }
        let (found, expected) = (self.raw.len(), self.columns.names().len());
        if found != expected {
            let last = self.reader.get_ref().line;
            let hint = match last > line {
                true => format!("; it extends to line {last}: check for an unclosed quotation mark"),
                false => String::new(),
            };
            let reason = format!("the record has {found} fields, the header has {expected}{hint}");
            return Err(BadRecord { line, reason, fields: lossy(&self.raw) });
        }
        Ok(Record::new(line, self.columns.clone(), text(&self.raw, line, &self.columns)?))
    }
}

impl<R: BufRead> Iterator for CsvRecords<R> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        match self.advance() {
            Ok(Some(line)) => Some(self.record(line).map_err(ReadError::from)),
            Ok(None) => None,
            Err(error) => {
                self.broken = true;
                Some(Err(error))
            }
        }
    }
}

fn text(raw: &ByteRecord, line: u64, columns: &Columns) -> Result<StringRecord, BadRecord> {
    StringRecord::from_byte_record(raw.clone()).map_err(|error| {
        let place = error.utf8_error().field();
        let column = columns.names().get(place).cloned().unwrap_or_else(|| format!("column {}", place + 1));
        let reason =
            format!("`{column}` is not valid text in the file's encoding; try --encoding windows-1252");
        BadRecord { line, reason, fields: lossy(raw) }
    })
}

fn lossy(raw: &ByteRecord) -> Vec<String> {
    raw.iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()
}

/// The comma, unless the header has none and has a semicolon or a tab: what spreadsheets write in half of
/// Europe, and what `.txt` exports hold.
fn guess_delimiter(block: &[u8]) -> u8 {
    let header = block.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let there = |delimiter: &u8| header.contains(delimiter);
    [b',', b';', b'\t'].into_iter().find(there).unwrap_or(b',')
}

/// Hands out one physical line at a time and counts them.
struct Lines<R> {
    source: R,
    line: u64,
    /// The byte handed out last.
    last: u8,
    ended: bool,
    /// Bytes since a record began.
    record_length: u64,
}

impl<R: BufRead> Read for Lines<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.record_length > RECORD_LIMIT {
            let reason = "the record is longer than 16 MiB; check for an unclosed quotation mark";
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        let ready = self.source.fill_buf()?;
        let end = ready.iter().position(|&byte| byte == b'\n').map_or(ready.len(), |place| place + 1);
        let n = end.min(into.len());
        into[..n].copy_from_slice(&ready[..n]);
        if n > 0 {
            self.line += u64::from(self.last == b'\n');
            self.last = into[n - 1];
            self.record_length += n as u64;
        }
        self.ended = n == 0;
        self.source.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let records = CsvRecords::open(text.as_bytes(), None).unwrap().unwrap();
        let described = |item: Result<Record, ReadError>| match item {
            Ok(record) => format!("{}: {}", record.line(), record.fields().collect::<Vec<_>>().join("|")),
            Err(error) => error.to_string(),
        };
        records.map(described).collect()
    }

    #[test]
    fn a_record_knows_the_physical_line_on_which_it_starts() {
        let text = "id,comment\n1,\"two\nlines\"\n\n2,😀 \"\" x\n3,\"a \"\"quote\"\"\nb\n\nc\"\n4,end";
        let expected = ["2: 1|two\nlines", "5: 2|😀 \"\" x", "6: 3|a \"quote\"\nb\n\nc", "10: 4|end"];
        assert_eq!(lines(text), expected);
        let expected: Vec<_> = expected.iter().map(|line| line.replace('\n', "\r\n")).collect();
        assert_eq!(lines(&text.replace('\n', "\r\n")), expected);
    }

    #[test]
    fn a_wrong_number_of_fields_is_one_bad_record() {
        let found = lines("a,b\n1,2\n3\n4,5,6\n7,8\n");
        let expected = [
            "2: 1|2",
            "line 3: the record has 1 fields, the header has 2",
            "line 4: the record has 3 fields, the header has 2",
        ];
        assert_eq!((&found[..3], found[3].as_str()), (&expected.map(String::from)[..], "5: 7|8"));
    }

    #[test]
    fn bad_text_is_one_bad_record_that_names_its_column() {
        let bytes = b"id,comment\n1,caf\xe9\n2,fine\n";
        let found: Vec<_> = CsvRecords::open(&bytes[..], None).unwrap().unwrap().collect();
        let Err(ReadError::Record(bad)) = &found[0] else { panic!("{found:?}") };
        assert_eq!(bad.line, 2);
        assert!(bad.reason.starts_with("`comment` is not valid text"), "{}", bad.reason);
        assert_eq!(bad.fields, ["1", "caf\u{fffd}"]);
        assert_eq!(found[1].as_ref().unwrap().get("comment"), Some("fine"));
    }

    #[test]
    fn the_delimiter_is_found_in_the_header() {
        for (text, expected) in [
            ("a;b\n1;2,5\n", "2: 1|2,5"),
            ("a\tb\n1\t2;3\n", "2: 1|2;3"),
            ("a,b;c\n1,2\n", "2: 1|2"),
            ("only\n1;2\n", "2: 1;2"),
        ] {
            assert_eq!(lines(text), [expected]);
        }
    }

    #[test]
    fn an_open_quotation_is_named_and_does_not_fill_the_memory() {
        let expected =
            ["2: 1|2", "line 3: unclosed quotation mark: it encloses the rest of the file; close it"];
        assert_eq!(lines("a,b\n1,2\n1,\"open\n2,3\n4,5\n"), expected);
        assert_eq!(lines("a,b\n1,2\n\"open,1\n2,3\n4,5"), expected);
        assert_eq!(lines("a,b\n1,2\n1,\"closed\n\""), ["2: 1|2", "3: 1|closed\n"]);
        let found = lines("a,b\n1,2\n\"1,2\n2,3\",x,y\n4,5\n");
        let expected = "line 3: the record has 3 fields, the header has 2; it extends to line 4: check for an unclosed quotation mark";
        assert_eq!(found, ["2: 1|2", expected, "5: 4|5"]);

        let row = "2,some text that goes on and on\n";
        let long = format!("a,b\n1,2\n1,\"open\n{}", row.repeat(2 * RECORD_LIMIT as usize / row.len()));
        let found = lines(&long);
        assert_eq!((found.len(), found[0].as_str()), (2, "2: 1|2"));
        assert!(
            found[1].contains("longer than 16 MiB; check for an unclosed quotation mark"),
            "{}",
            found[1]
        );
    }

    #[test]
    fn an_empty_file_has_no_header() {
        assert!(CsvRecords::open(&b""[..], None).unwrap().is_none());
        assert!(CsvRecords::open(&b"\n\n"[..], None).unwrap().is_none());
    }
}
