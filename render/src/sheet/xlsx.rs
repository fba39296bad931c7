//! Tables as a workbook, one sheet each.

use chrono::Datelike;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format as Style, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::{Kind, Sheet, Value, csv::harmless};
use crate::{
    format::{Format, RenderError},
    model::Report,
};

/// The workbook. It contains no time but that of the data, so the same report gives the same bytes.
pub(crate) fn xlsx(report: &Report, sheets: &[Sheet]) -> Result<Vec<u8>, RenderError> {
    written(report, sheets).map_err(|error| RenderError::Library(Format::Xlsx, error.to_string()))
}

fn written(report: &Report, sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let day = report.as_of;
    let created =
        ExcelDateTime::from_ymd(day.year().clamp(1900, 9999) as u16, day.month() as u8, day.day() as u8)?;
    let properties = DocProperties::new()
        .set_title(&report.title)
        .set_subject(report.kind.name())
        .set_company(&report.organization)
        .set_author("Ballroom")
        .set_comment(format!("Revision {}, method {}", report.revision, report.method))
        .set_creation_datetime(&created);
    workbook.set_properties(&properties);
    about(workbook.add_worksheet(), report)?;
    for sheet in sheets {
        add(workbook.add_worksheet(), sheet)?;
    }
    workbook.save_to_buffer()
}

/// The first sheet: what the report is about.
fn about(to: &mut Worksheet, report: &Report) -> Result<(), XlsxError> {
    to.set_name("report")?;
    let bold = Style::new().set_bold();
    let product = report.product.as_ref().map_or("all", |product| &product.name);
    let lines = [
        ("Report", report.title.clone()),
        ("Organization", report.organization.clone()),
        ("Product", product.to_owned()),
        ("From", report.period.from.to_string()),
        ("Until (exclusive)", report.period.until.to_string()),
        ("Data to", report.as_of.to_string()),
        ("Complete", if report.complete { "yes" } else { "no: so far" }.to_owned()),
        ("Revision", report.revision.to_string()),
        ("Method", report.method.clone()),
    ];
    for (row, (label, text)) in lines.iter().enumerate() {
        to.write_string_with_format(row as u32, 0, *label, &bold)?;
        to.write_string(row as u32, 1, harmless(text))?;
    }
    to.set_column_width(0, 18)?.set_column_width(1, 48)?;
    Ok(())
}

fn add(to: &mut Worksheet, sheet: &Sheet) -> Result<(), XlsxError> {
    to.set_name(sheet.name)?;
    let header = Style::new().set_bold().set_border_bottom(FormatBorder::Thin);
    let day = Style::new().set_num_format("yyyy-mm-dd");
    let number = Style::new().set_num_format("0.0##");
    for (at, column) in sheet.columns.iter().enumerate() {
        to.write_string_with_format(0, at as u16, column.name, &header)?;
        let width = match column.kind {
            Kind::Text => {
                let longest = sheet.rows.iter().map(|row| match &row[at] {
                    Value::Text(text) => text.chars().count(),
                    _ => 0,
                });
                longest.max().unwrap_or(0).clamp(column.name.len() + 2, 60)
            }
            _ => column.name.len().max(9) + 2,
        };
        to.set_column_width(at as u16, width as f64)?;
    }
    for (row, values) in (1..).zip(&sheet.rows) {
        for (at, value) in (0..).zip(values) {
            match value {
                Value::Missing => (),
                // Written as text, never as a formula; the apostrophe also protects the cell when it is exported as CSV.
                Value::Text(text) => {
                    to.write_string(row, at, harmless(text))?;
                }
                Value::Integer(integer) => {
                    to.write_number(row, at, *integer as f64)?;
                }
                Value::Number(value) => {
                    to.write_number_with_format(row, at, *value, &number)?;
                }
                Value::Day(value) => {
                    let date = ExcelDateTime::from_ymd(
                        value.year().clamp(1900, 9999) as u16,
                        value.month() as u8,
                        value.day() as u8,
                    )?;
                    to.write_datetime_with_format(row, at, &date, &day)?;
                }
                Value::Flag(flag) => {
                    to.write_boolean(row, at, *flag)?;
                }
            }
        }
    }
    to.set_freeze_panes(1, 0)?;
    if !sheet.rows.is_empty() {
        to.autofilter(0, 0, sheet.rows.len() as u32, sheet.columns.len().saturating_sub(1) as u16)?;
    }
    Ok(())
}
