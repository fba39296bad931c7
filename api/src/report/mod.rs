//! Reports: one model each, and its renderings.

pub mod release;
pub mod value;

use comfy_table::{CellAlignment, LineStyle, Table, TableStyle};

/// A plain table with a line under its header; the columns named are numbers.
pub fn table<const N: usize>(header: [&str; N], numbers: &[usize]) -> Table {
    let mut table = Table::new();
    table
        .load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')))
        .set_header(header);
    for column in numbers {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// A part of a score: with its sign, and without one when it rounds to nothing.
fn signed(points: f64) -> String {
    let text = format!("{points:+.1}");
    match text.as_str() {
        "+0.0" | "-0.0" => "0.0".to_owned(),
        _ => text,
    }
}
