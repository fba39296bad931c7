//! Tables for terminals: the value of features, and the verdicts on releases.

pub mod release;
pub mod value;

use std::{fmt, io::IsTerminal};

use serde::Serialize;
use serde_json::Value;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, LineStyle, TableStyle, Width};

/// A no-break space; printed as a plain one.
const NO_BREAK: &str = "\u{a0}";

/// A plain table with a line under its header. It fits the width of the terminal: cells are wrapped
/// between words.
pub struct Table {
    table: comfy_table::Table,
    /// The longest word of each column.
    longest: Vec<usize>,
    width: Option<u16>,
}

/// A table; the given columns are numeric.
pub fn table<const N: usize>(header: [&str; N], numbers: &[usize]) -> Table {
    let mut table = comfy_table::Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')))
        .set_header(header);
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    Table { table, longest: header.map(longest_word).to_vec(), width: width() }
}

impl Table {
    /// Whether it fits without wrapping.
    pub fn fits(&self) -> bool {
        let fits = |width| self.table.lines().all(|line| line.chars().count() <= usize::from(width));
        self.width.is_none_or(fits)
    }

    /// Adds a row.
    pub fn add_row<const N: usize>(&mut self, cells: [String; N]) {
        for (longest, cell) in self.longest.iter_mut().zip(&cells) {
            *longest = longest_word(cell).max(*longest);
        }
        self.table.add_row(cells);
    }

    /// The table without spaces at the ends of its lines.
    pub fn trim_fmt(&self) -> String {
        self.arranged().trim_fmt().replace(NO_BREAK, " ")
    }

    /// The table in the available width.
    fn arranged(&self) -> comfy_table::Table {
        let mut table = self.table.clone();
        let Some(width) = self.width else { return table };
        if self.fits() {
            return table;
        }
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
        // Words that leave no room for others are split, the longest first.
        let between = self.longest.len().saturating_sub(1);
        let room =
            |most: usize| self.longest.iter().map(|longest| longest.min(&most)).sum::<usize>() + between;
        let most = (4..=usize::from(width)).rev().find(|most| room(*most) <= usize::from(width)).unwrap_or(4);
        for (column, longest) in table.column_iter_mut().zip(&self.longest) {
            column.set_padding((0, 0));
            let least = u16::try_from(*longest.min(&most)).unwrap_or(width);
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least)));
        }
        table
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.arranged().to_string().replace(NO_BREAK, " "))
    }
}

/// A line of text, wrapped between words if it does not fit.
pub fn line(text: &str) -> String {
    wrapped(text, width())
}

fn wrapped(text: &str, width: Option<u16>) -> String {
    let most = width.map_or(usize::MAX, usize::from);
    let mut lines = String::new();
    let mut length = 0;
    for word in text.split(' ') {
        let letters = word.chars().count();
        if length > 0 {
            let fits = length + 1 + letters <= most;
            lines.push(if fits { ' ' } else { '\n' });
            length = if fits { length + 1 } else { 0 };
        }
        lines.push_str(word);
        length += letters;
    }
    lines.push('\n');
    lines
}

fn longest_word(text: &str) -> usize {
    text.split(' ').map(|word| word.chars().count()).max().unwrap_or(0)
}

/// The width of the terminal, or the value of `COLUMNS`; none: the output is not a terminal.
fn width() -> Option<u16> {
    let requested = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().filter(|_| std::io::stdout().is_terminal());
    requested.filter(|columns| *columns >= 40).or_else(|| terminal().map(|(width, _)| width.0))
}

/// A report as JSON, for programs. Zero has no sign.
fn json(report: &impl Serialize) -> String {
    let mut value = serde_json::to_value(report).unwrap_or_default();
    without_negative_zero(&mut value);
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

fn without_negative_zero(value: &mut Value) {
    match value {
        Value::Number(number) if number.as_f64().is_some_and(|n| n == 0.0 && n.is_sign_negative()) => {
            *value = Value::from(0.0);
        }
        Value::Array(items) => items.iter_mut().for_each(without_negative_zero),
        Value::Object(fields) => fields.values_mut().for_each(without_negative_zero),
        _ => (),
    }
}

/// A part of a score with its sign; without one if it rounds to zero.
pub(super) fn signed(points: f64) -> String {
    let text = format!("{points:+.1}");
    match text.as_str() {
        "+0.0" | "-0.0" => "0.0".to_owned(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_broken_between_words_where_it_does_not_fit() {
        assert_eq!(wrapped("score: probability in percent", Some(18)), "score: probability\nin percent\n");
        assert_eq!(wrapped("score: probability in percent", None), "score: probability in percent\n");
        assert_eq!(wrapped("a-word-that-is-too-long for it", Some(10)), "a-word-that-is-too-long\nfor it\n");
    }
}
