//! Rows of cells under a header: what CSV files and workbooks have in common.

use std::collections::VecDeque;
use std::sync::Arc;

use csv::StringRecord;

use crate::record::{BadRecord, Columns, ReadError, Record};
use crate::rejects;

/// Rows that are looked at to find the header.
const SAMPLE: usize = 60;

/// A row of cells.
#[derive(Debug)]
pub(crate) struct RawRow {
    /// The line on which it begins.
    pub(crate) line: u64,
    /// The line on which it ends.
    pub(crate) end: u64,
    pub(crate) cells: StringRecord,
    /// What is wrong with it.
    pub(crate) bad: Option<BadCells>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum BadCells {
    /// The cell at this place is not text in the file's encoding.
    Undecodable(usize),
    /// The row ends at the end of the file, within a quotation.
    OpenQuotation,
}

/// Where the header is. Omitted: it is found.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct HeaderOptions {
    /// Number of rows above it.
    pub(crate) skip: Option<usize>,
    /// Number of rows that it has; 0: the file has none.
    pub(crate) rows: Option<usize>,
}

/// Records of a table.
pub(crate) struct Table<I> {
    rows: I,
    first: VecDeque<Result<RawRow, ReadError>>,
    columns: Arc<Columns>,
    header: StringRecord,
    notes: Vec<String>,
    /// What to say about a cell that is not text.
    hint: String,
    /// Whether these are rows that were rejected: the reasons are left out, and what protects spreadsheets is removed.
    rejected: bool,
}

impl<I: Iterator<Item = Result<RawRow, ReadError>>> Table<I> {
    /// Finds the header. None if there is not any row with something in it.
    pub(crate) fn open(mut rows: I, options: HeaderOptions, hint: String) -> Result<Option<Self>, ReadError> {
        let mut first: VecDeque<Result<RawRow, ReadError>> = rows.by_ref().take(SAMPLE).collect();
        let mut notes = Vec::new();
        for _ in 0..options.skip.unwrap_or_default() {
            first.pop_front();
        }
        while first.front().is_some_and(|row| row.as_ref().is_ok_and(is_blank)) {
            first.pop_front();
        }
        if options.skip.is_none() && options.rows.is_none() {
            let above = titles(&first);
            if above > 0 {
                let rows = if above == 1 { "the row".to_owned() } else { format!("the {above} rows") };
                notes.push(format!(
                    "{rows} above the header {} skipped",
                    if above == 1 { "is" } else { "are" }
                ));
            }
            first.drain(..above);
        }
        let Some(header) = first.front() else { return Ok(None) };
        let header = match header {
            Ok(row) => row,
            Err(error) => return Err(error.clone()),
        };
        if let Some(BadCells::Undecodable(place)) = header.bad {
            let reason =
                format!("column {} of the header is not valid text in the file's encoding{hint}", place + 1);
            return Err(BadRecord { line: header.line, reason, fields: Vec::new() }.into());
        }
        let style = style(&first, options.rows);
        let rejected = matches!(style, Style::First { .. }) && rejects::is_header(&header.cells);
        if rejected {
            let own = rejects::OWN_COLUMNS.join(", ");
            notes.push(format!("the rows are rejects of an import: the columns {own} are left out"));
        }
        let columns = match style {
            Style::None => Columns::new((0..width(&first)).map(|_| "")),
            Style::First { .. } if rejected => Columns::new(&rejects::original(&header.cells)),
            Style::First { .. } => Columns::new(&header.cells),
            Style::Joined { rows } => Columns::new(joined(&first, rows)),
        };
        let header = header.cells.clone();
        let (rows_of_header, note) = match style {
            Style::None => {
                (0, Some("the file has no header: its columns are called by their places".to_owned()))
            }
            Style::First { rows: 1 } => (1, None),
            Style::First { rows } => {
                (rows, Some(format!("the header has {rows} rows; the names are those of the first")))
            }
            Style::Joined { rows } => (rows, Some(format!("the header has {rows} rows, which are joined"))),
        };
        notes.extend(note);
        first.drain(..rows_of_header.min(first.len()));
        Ok(Some(Table { rows, first, columns: Arc::new(columns), header, notes, hint, rejected }))
    }

    pub(crate) fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    /// What was found out about the header.
    pub(crate) fn notes(&self) -> &[String] {
        &self.notes
    }

    fn record(&self, row: RawRow) -> Result<Record, BadRecord> {
        let RawRow { line, end, mut cells, mut bad } = row;
        if self.rejected {
            cells = rejects::original(&cells);
            if let Some(BadCells::Undecodable(place)) = &mut bad {
                *place = place.saturating_sub(rejects::OWN_COLUMNS.len());
            }
        }
        let fields = |cells: &StringRecord| cells.iter().map(str::to_owned).collect();
        match bad {
            Some(BadCells::OpenQuotation) => {
                let reason = "unclosed quotation mark: it encloses the rest of the file; close it".to_owned();
                return Err(BadRecord { line, reason, fields: Vec::new() });
            }
            Some(BadCells::Undecodable(place)) => {
                let names = self.columns.names();
                let column = names.get(place).cloned().unwrap_or_else(|| format!("column {}", place + 1));
                let reason = format!("`{column}` is not valid text in the file's encoding{}", self.hint);
                return Err(BadRecord { line, reason, fields: fields(&cells) });
            }
            None => (),
        }
        let (found, expected) = (cells.len(), self.columns.names().len());
        let surplus = cells.iter().skip(expected).any(|cell| !cell.trim().is_empty());
        let swallowed = end > line && cells.iter().next_back().is_some_and(|last| last.contains('\n'));
        if surplus || (found < expected && swallowed) {
            let hint = match end > line {
                true => format!("; it extends to line {end}: check for an unclosed quotation mark"),
                false => String::new(),
            };
            let noun = if found == 1 { "field" } else { "fields" };
            let reason = format!("the record has {found} {noun}, the header has {expected}{hint}");
            return Err(BadRecord { line, reason, fields: fields(&cells) });
        }
        // What is missing at the end of a row is empty.
        cells.truncate(expected);
        for _ in found..expected {
            cells.push_field("");
        }
        Ok(Record::new(line, self.columns.clone(), cells))
    }
}

impl<I: Iterator<Item = Result<RawRow, ReadError>>> Iterator for Table<I> {
    type Item = Result<Record, ReadError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let row = match self.first.pop_front().or_else(|| self.rows.next())? {
                Ok(row) => row,
                Err(error) => return Some(Err(error)),
            };
            // Rows without anything, and headers of files that were put together.
            let is_header = || row.cells == self.header && row.cells.len() > 1;
            if row.bad.is_none() && (is_blank(&row) || is_header()) {
                continue;
            }
            return Some(self.record(row).map_err(ReadError::from));
        }
    }
}

fn is_blank(row: &RawRow) -> bool {
    row.bad.is_none() && row.cells.iter().all(|cell| cell.trim().is_empty())
}

/// Number of cells up to the last that has something.
fn length(row: &RawRow) -> usize {
    row.cells
        .iter()
        .enumerate()
        .filter(|(_, cell)| !cell.trim().is_empty())
        .last()
        .map_or(0, |(at, _)| at + 1)
}

fn width(rows: &VecDeque<Result<RawRow, ReadError>>) -> usize {
    rows.iter().flatten().map(|row| row.cells.len()).max().unwrap_or_default()
}

/// Number of rows above the header: titles, which have at most half as many cells as most rows.
fn titles(rows: &VecDeque<Result<RawRow, ReadError>>) -> usize {
    let mut lengths: Vec<usize> = rows.iter().flatten().map(length).filter(|length| *length > 0).collect();
    if lengths.len() < 3 {
        return 0;
    }
    lengths.sort_unstable();
    let usual = lengths[lengths.len() / 2];
    let begins = |row: &Result<RawRow, ReadError>| row.as_ref().is_ok_and(|row| length(row) * 2 > usual);
    let above = rows.iter().position(begins).unwrap_or_default();
    let enough = rows.iter().skip(above).flatten().count() >= 2;
    if usual >= 3 && enough { above } else { 0 }
}

#[derive(Clone, Copy)]
enum Style {
    None,
    /// The names are those of the first of some rows.
    First {
        rows: usize,
    },
    /// The names of a column are below each other.
    Joined {
        rows: usize,
    },
}

fn style(rows: &VecDeque<Result<RawRow, ReadError>>, given: Option<usize>) -> Style {
    let row = |at: usize| rows.get(at).and_then(|row| row.as_ref().ok());
    let ids = (1..=2).find(|at| {
        let mut cells = row(*at).into_iter().flat_map(|row| row.cells.iter());
        cells.any(|cell| cell.trim_start().starts_with("{\"ImportId\""))
    });
    match (given, ids) {
        (Some(0), _) => Style::None,
        // Qualtrics: names, questions, and the IDs of the questions.
        (Some(2 | 3) | None, Some(last)) => Style::First { rows: last + 1 },
        (Some(1), _) => Style::First { rows: 1 },
        (Some(rows), _) => Style::Joined { rows },
        (None, None) => {
            let cells = |at: usize| row(at).into_iter().flat_map(|row| row.cells.iter()).map(str::trim);
            let answers = |cell: &str| ["Response", "Open-Ended Response"].contains(&cell);
            // SurveyMonkey: questions, and their options below.
            let is_second = cells(0).any(|cell| cell == "Respondent ID")
                && cells(1).next() == Some("")
                && cells(1).any(answers);
            if is_second { Style::Joined { rows: 2 } } else { Style::First { rows: 1 } }
        }
    }
}

/// The names of columns whose header has several rows: a cell that is blank continues the one before it in all rows but the
/// last.
fn joined(rows: &VecDeque<Result<RawRow, ReadError>>, count: usize) -> Vec<String> {
    let header: Vec<&RawRow> = rows.iter().take(count).flatten().collect();
    let width = header.iter().map(|row| row.cells.len()).max().unwrap_or_default();
    let mut before: Vec<String> = vec![String::new(); header.len()];
    (0..width)
        .map(|at| {
            let mut parts: Vec<String> = Vec::new();
            for (level, row) in header.iter().enumerate() {
                let cell = row.cells.get(at).unwrap_or_default().trim();
                let is_last = level + 1 == header.len();
                if !cell.is_empty() || is_last {
                    before[level] = cell.to_owned();
                }
                let part = &before[level];
                let says_nothing = ["", "Response", "Open-Ended Response"].contains(&part.as_str());
                if !says_nothing && parts.last() != Some(part) {
                    parts.push(part.clone());
                }
            }
            parts.join(": ")
        })
        .collect()
}
