//! Reports: one model each, and its renderings.

pub mod release;
pub mod value;

use serde::Serialize;
use serde_json::Value;

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

/// A part of a score: with its sign, and without one when it rounds to nothing.
fn signed(points: f64) -> String {
    let text = format!("{points:+.1}");
    match text.as_str() {
        "+0.0" | "-0.0" => "0.0".to_owned(),
        _ => text,
    }
}
