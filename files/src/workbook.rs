//! Workbooks of spreadsheet programs: XLSX row by row, older formats and OpenDocument as a whole.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use calamine::{Data, DataRef, ExcelDateTime, Ods, Reader, Sheets, Xls, Xlsb, Xlsx};
use csv::StringRecord;

use super::record::ReadError;
use super::table::RawRow;

/// Rows that are read ahead.
const AHEAD: usize = 1000;

type Row = Result<(u64, Vec<String>), String>;

/// The rows of one sheet.
pub(super) struct SheetRows {
    rows: Receiver<Row>,
    broken: bool,
    last: u64,
}

/// The sheet that is read, and all that there are.
pub(super) struct Chosen {
    pub(super) sheet: String,
    pub(super) sheets: Vec<String>,
}

impl SheetRows {
    /// Opens a workbook at the named sheet, else the first that is not empty.
    pub(super) fn open(path: &Path, sheet: Option<&str>) -> Result<(SheetRows, Chosen), String> {
        let mut book = open(path)?;
        let sheets = book.sheet_names();
        let name = match sheet {
            Some(wanted) => {
                let found = sheets.iter().find(|name| name.trim().eq_ignore_ascii_case(wanted.trim()));
                let listed = sheets.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                found.ok_or_else(|| format!("the workbook has no sheet `{wanted}`; it has {listed}"))?.clone()
            }
            None => {
                let mut filled = sheets.iter().filter(|name| has_rows(&mut book, name));
                filled.next().or(sheets.first()).ok_or("the workbook has no sheet")?.clone()
            }
        };
        let (sender, rows) = sync_channel(AHEAD);
        let reading = name.clone();
        // The reader of the library borrows the workbook, so it has a thread, which ends with the sheet or its reader.
        thread::spawn(move || read(book, &reading, &sender));
        Ok((SheetRows { rows, broken: false, last: 0 }, Chosen { sheet: name, sheets }))
    }
}

impl Iterator for SheetRows {
    type Item = Result<RawRow, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        Some(match self.rows.recv().ok()? {
            Ok((line, cells)) => {
                self.last = line;
                Ok(RawRow { line, end: line, cells: StringRecord::from(cells), bad: None })
            }
            Err(reason) => {
                self.broken = true;
                Err(ReadError::File { line: self.last + 1, reason })
            }
        })
    }
}

/// Opens a workbook of any format, whatever its name is.
fn open(path: &Path) -> Result<Sheets<BufReader<File>>, String> {
    let file = || File::open(path).map(BufReader::new).map_err(|error| error.to_string());
    let xlsx = match Xlsx::new(file()?) {
        Ok(book) => return Ok(Sheets::Xlsx(book)),
        Err(error) => error.to_string(),
    };
    if let Ok(book) = Ods::new(file()?) {
        return Ok(Sheets::Ods(book));
    }
    if let Ok(book) = Xlsb::new(file()?) {
        return Ok(Sheets::Xlsb(book));
    }
    Xls::new(file()?).map(Sheets::Xls).map_err(|_| xlsx)
}

fn has_rows(book: &mut Sheets<BufReader<File>>, sheet: &str) -> bool {
    match book {
        Sheets::Xlsx(book) => {
            book.worksheet_cells_reader(sheet).is_ok_and(|mut cells| matches!(cells.next_cell(), Ok(Some(_))))
        }
        book => book.worksheet_range(sheet).is_ok_and(|range| !range.is_empty()),
    }
}

fn read(mut book: Sheets<BufReader<File>>, sheet: &str, rows: &SyncSender<Row>) {
    let result = match &mut book {
        Sheets::Xlsx(book) => read_xlsx(book, sheet, rows),
        book => book.worksheet_range(sheet).map_err(|error| error.to_string()).map(|range| {
            let first = range.start().map_or(0, |(row, _)| u64::from(row));
            for (line, cells) in (first + 1..).zip(range.rows()) {
                let before = range.start().map_or(0, |(_, column)| column) as usize;
                let cells = std::iter::repeat_n(String::new(), before).chain(cells.iter().map(text));
                if rows.send(Ok((line, cells.collect()))).is_err() {
                    return;
                }
            }
        }),
    };
    if let Err(reason) = result {
        // Nobody may listen any more.
        let _ = rows.send(Err(reason));
    }
}

fn read_xlsx(book: &mut Xlsx<BufReader<File>>, sheet: &str, rows: &SyncSender<Row>) -> Result<(), String> {
    let mut cells = book.worksheet_cells_reader(sheet).map_err(|error| error.to_string())?;
    let shown: Vec<Shown> = cells
        .styles()
        .iter()
        .map(|style| {
            style.number_format.as_ref().map_or(Shown::Plainly, |format| Shown::by(&format.format_code))
        })
        .collect();
    let (mut row, mut line) = (BTreeMap::new(), 0);
    loop {
        let next = cells.next_cell_with_style_id().map_err(|error| error.to_string())?;
        let here = next.as_ref().map(|(cell, _)| u64::from(cell.get_position().0) + 1);
        if here != Some(line) && !row.is_empty() {
            let mut texts = Vec::new();
            for (at, text) in std::mem::take(&mut row) {
                texts.resize(at, String::new());
                texts.push(text);
            }
            if rows.send(Ok((line, texts))).is_err() {
                return Ok(());
            }
        }
        let Some((cell, style)) = next else { return Ok(()) };
        line = u64::from(cell.get_position().0) + 1;
        let text = match cell.get_value() {
            DataRef::Float(number) => shown.get(style).copied().unwrap_or(Shown::Plainly).text(*number),
            value => text(&Data::from(value.clone())),
        };
        row.insert(cell.get_position().1 as usize, text);
    }
}

/// How a format shows numbers, as far as it makes them another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Plainly,
    /// `00000`: a number of five digits is an identifier, or a postal code.
    Digits(usize),
    /// `0.00`: 12.1 is 12.10.
    Decimals(usize),
    /// `0.0%`: 0.8 is 80 %.
    Percent,
}

impl Shown {
    /// By the first section of the code of a format, which is for positive numbers.
    fn by(format: &str) -> Shown {
        let first = format.split(';').next().unwrap_or_default().trim();
        if let Some(number) = first.strip_suffix('%').map(str::trim_end) {
            let is_number = !number.is_empty() && number.bytes().all(|byte| b"0#.,?".contains(&byte));
            return if is_number { Shown::Percent } else { Shown::Plainly };
        }
        let (whole, decimals) = first.split_once('.').unwrap_or((first, ""));
        let is = |text: &str, signs: &[u8]| text.bytes().all(|byte| signs.contains(&byte));
        if decimals.is_empty() {
            let is_code = first.len() > 1 && is(first, b"0");
            return if is_code { Shown::Digits(first.len()) } else { Shown::Plainly };
        }
        match is(whole, b"0#,?") && is(decimals, b"0") {
            true => Shown::Decimals(decimals.len()),
            false => Shown::Plainly,
        }
    }

    fn text(self, number: f64) -> String {
        match self {
            Shown::Digits(width) if number.fract() == 0.0 => format!("{:0width$}", number as i64),
            // More decimals than are shown are kept.
            Shown::Decimals(places) => {
                let shown = format!("{number:.places$}");
                let is_all = shown.parse::<f64>().is_ok_and(|shown| (shown - number).abs() < 1e-9);
                if is_all { shown } else { number.to_string() }
            }
            // Without the noise of binary fractions: 0.07 is 7 %.
            Shown::Percent => format!("{}%", (number * 1e8).round() / 1e6),
            Shown::Plainly | Shown::Digits(_) => number.to_string(),
        }
    }
}

fn text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::DateTime(at) if at.is_datetime() => moment(at),
        // The errors of formulas, such as #N/A, are texts that mean "no value".
        other => other.to_string(),
    }
}

fn moment(at: &ExcelDateTime) -> String {
    let (year, month, day, hour, minute, second, milli) = at.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        (.., 0) => format!("{date} {hour:02}:{minute:02}:{second:02}"),
        _ => format!("{date} {hour:02}:{minute:02}:{second:02}.{milli:03}"),
    }
}

#[cfg(test)]
mod tests;
