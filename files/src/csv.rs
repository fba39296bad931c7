//! CSV: records of fields, quoted where they hold a delimiter, a quote or a line break.

mod delimiter;

use std::io::{self, BufRead, Read};

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::record::ReadError;
use super::table::{BadCells, RawRow};

pub(super) use delimiter::delimiter;

/// Maximum length of a record, in bytes. An unclosed quotation mark would otherwise read the rest of the file into
/// memory; the longest cell of a real tracker that we know has 74,468 characters.
pub(super) const RECORD_LIMIT: u64 = 16 * 1024 * 1024;

/// The rows of a CSV file, the header among them.
pub(super) struct CsvRows<R> {
    reader: csv::Reader<Lines<R>>,
    raw: ByteRecord,
    broken: bool,
}

impl<R: BufRead> CsvRows<R> {
    /// Reads from `source`, of which the first lines are skipped.
    pub(super) fn open(mut source: R, delimiter: u8, skip: u64) -> io::Result<Self> {
        for _ in 0..skip {
            source.skip_until(b'\n')?;
        }
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .from_reader(Lines { source, line: skip, last: b'\n', ended: false, record_length: 0 });
        Ok(CsvRows { reader, raw: ByteRecord::new(), broken: false })
    }

    fn advance(&mut self) -> Result<Option<RawRow>, ReadError> {
        self.reader.get_mut().record_length = 0;
        let found = self.reader.read_byte_record(&mut self.raw);
        // `Lines` hands out one line at a time, so the line handed out last is the one on which the record
        // ends. (The position of the csv crate is one too low after every CRLF.)
        let inside = self.raw.as_slice().iter().filter(|&&byte| byte == b'\n').count() as u64;
        let end = self.reader.get_ref().line;
        let open = self.ends_in_quotation();
        let last = end + u64::from(open && self.reader.get_ref().last == b'\n');
        match found {
            Ok(true) => {
                let line = last.saturating_sub(inside).max(1);
                let (cells, bad) = match StringRecord::from_byte_record(self.raw.clone()) {
                    Ok(cells) => (cells, None),
                    Err(error) => {
                        let place = error.utf8_error().field();
                        (
                            self.raw.iter().map(String::from_utf8_lossy).collect(),
                            Some(BadCells::Undecodable(place)),
                        )
                    }
                };
                Ok(Some(RawRow {
                    line,
                    end,
                    cells,
                    bad: if open { Some(BadCells::OpenQuotation) } else { bad },
                }))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(ReadError::File { line: end, reason: error.to_string() }),
        }
    }

    /// Whether the file ended within a quotation. A field with a line break in it is quoted, so if the file
    /// ends with it, it ends with a quote.
    fn ends_in_quotation(&self) -> bool {
        let source = self.reader.get_ref();
        let last = self.raw.iter().next_back().unwrap_or_default();
        source.ended && source.last != b'"' && last.contains(&b'\n')
    }
}

impl<R: BufRead> Iterator for CsvRows<R> {
    type Item = Result<RawRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        self.advance().inspect_err(|_| self.broken = true).transpose()
    }
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
mod tests;
