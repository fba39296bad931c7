//! Reports: one model each, and its renderings.

pub mod release;
pub mod value;

use std::io::IsTerminal;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

/// A plain table with a line under its header; the columns named are numbers. It fits the terminal that it is printed to:
/// cells are broken into lines between words.
pub fn table<const N: usize>(header: [&str; N], numbers: &[usize]) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')))
        .set_header(header);
    if let Some(width) = width() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The columns of the terminal, or as many as `COLUMNS` asks for; none: what is printed goes into a file or a program.
fn width() -> Option<u16> {
    let asked = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let terminal = || terminal_size::terminal_size().filter(|_| std::io::stdout().is_terminal());
    asked.filter(|columns| *columns >= 40).or_else(|| terminal().map(|(width, _)| width.0))
}

/// A part of a score: with its sign, and without one when it rounds to nothing.
fn signed(points: f64) -> String {
    let text = format!("{points:+.1}");
    match text.as_str() {
        "+0.0" | "-0.0" => "0.0".to_owned(),
        _ => text,
    }
}
