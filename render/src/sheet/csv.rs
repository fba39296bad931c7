//! A table as CSV.

use super::{Sheet, Value};
use crate::format::{Format, RenderError};

/// The table as CSV (RFC 4180), in UTF-8 with a byte order mark, without which spreadsheets take it for another encoding.
pub(crate) fn csv(sheet: &Sheet) -> Result<Vec<u8>, RenderError> {
    let failed = |error: ::csv::Error| RenderError::Library(Format::Csv, error.to_string());
    let mut out = ::csv::WriterBuilder::new()
        .terminator(::csv::Terminator::CRLF)
        .from_writer("\u{feff}".as_bytes().to_vec());
    out.write_record(sheet.columns.iter().map(|column| column.name)).map_err(failed)?;
    for row in &sheet.rows {
        out.write_record(row.iter().map(text)).map_err(failed)?;
    }
    out.into_inner().map_err(|error| RenderError::Library(Format::Csv, error.to_string()))
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => harmless(text),
        other => other.text().unwrap_or_default(),
    }
}

/// A text that no spreadsheet takes for a formula: one that begins like one gets an apostrophe, which spreadsheets do not show
/// when it is typed.
pub(super) fn harmless(text: &str) -> String {
    let begins = text.trim_start_matches(|one: char| one.is_whitespace() || one == '\u{feff}');
    let formula = begins.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '|', '%']);
    // Tab and carriage return at the beginning separate cells in some programs.
    let control = text.starts_with(['\t', '\r', '\n']);
    if formula || control { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Column, Kind};

    #[test]
    fn no_text_is_a_formula() {
        for text in
            ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r1", "＝1", "\u{feff}=1", "=cmd|'/c calc'!A0"]
        {
            assert!(harmless(text).starts_with('\''), "{text:?}");
        }
        for text in ["", "Search", "5.3", "a=b", "(–1)"] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn numbers_are_numbers_even_if_they_are_negative() {
        let column = |name, kind| Column { name, kind };
        let sheet = Sheet {
            name: "features",
            columns: vec![column("name", Kind::Text), column("change", Kind::Number)],
            rows: vec![
                vec![Value::Text("-3, \"quoted\"".to_owned()), Value::Number(-3.5)],
                vec![Value::Missing, Value::Missing],
            ],
        };
        let text = String::from_utf8(csv(&sheet).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}name,change\r\n\"'-3, \"\"quoted\"\"\",-3.5\r\n,\r\n");
    }
}
