//! The formats of a report.

use std::{fmt, str::FromStr};

use crate::{
    html, markdown,
    model::Report,
    page::page,
    pdf,
    sheet::{csv, parquet, sheets, xlsx},
};

/// A format of a rendering.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// The model, for programs.
    Json,
    /// Markdown, for wikis and chats.
    Markdown,
    /// A self-contained page.
    Html,
    /// A document for printing and forwarding.
    Pdf,
    /// One table as comma-separated values.
    Csv,
    /// All tables as a workbook.
    Xlsx,
    /// One table as Parquet.
    Parquet,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 7] =
        [Self::Json, Self::Markdown, Self::Html, Self::Pdf, Self::Csv, Self::Xlsx, Self::Parquet];

    /// The extension of its files, which is also its name on the command line.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Markdown => "md",
            Self::Html => "html",
            Self::Pdf => "pdf",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Parquet => "application/vnd.apache.parquet",
        }
    }

    /// Whether it is text.
    pub fn is_text(self) -> bool {
        matches!(self, Self::Json | Self::Markdown | Self::Html | Self::Csv)
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.extension())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = |format: &Self| format.extension().eq_ignore_ascii_case(text);
        Self::ALL.into_iter().find(known).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|format| format.extension()).collect();
            format!("\"{text}\" is no format of a report; use one of {}", names.join(", "))
        })
    }
}

/// What can be chosen about a rendering.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The table of a CSV or Parquet file; none: the first one. Other formats contain all tables.
    pub table: Option<String>,
}

/// Why a report cannot be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The report has no such table.
    #[error("\"{name}\" is no table of this report; it has {}", .known.join(", "))]
    Table {
        /// The name that was given.
        name: String,
        /// The tables that the report has.
        known: Vec<String>,
    },
    /// A library refused the content.
    #[error("the {0} file cannot be written: {1}")]
    Library(Format, String),
}

/// A report as bytes: the same report gives the same bytes.
pub fn render(report: &Report, format: Format, options: &Options) -> Result<Vec<u8>, RenderError> {
    Ok(match format {
        Format::Json => json(report).into_bytes(),
        Format::Markdown => markdown::markdown(&page(report)).into_bytes(),
        Format::Html => html::html(report, &page(report))?.into_bytes(),
        Format::Pdf => pdf::pdf(report, &page(report))?,
        Format::Csv => csv(&table(report, options)?)?,
        Format::Xlsx => xlsx(report, &sheets(report))?,
        Format::Parquet => parquet(&table(report, options)?)?,
    })
}

fn table(report: &Report, options: &Options) -> Result<crate::sheet::Sheet, RenderError> {
    let mut sheets = sheets(report);
    let Some(name) = &options.table else { return Ok(sheets.swap_remove(0)) };
    let known = sheets.iter().map(|sheet| sheet.name.to_owned()).collect();
    let found = sheets.into_iter().find(|sheet| sheet.name.eq_ignore_ascii_case(name));
    found.ok_or(RenderError::Table { name: name.clone(), known })
}

/// The names of the tables of a report.
pub fn tables(report: &Report) -> Vec<&'static str> {
    sheets(report).iter().map(|sheet| sheet.name).collect()
}

/// A table: its name, the names of its columns, and its rows as texts; none: no value.
pub type TableTexts = (&'static str, Vec<&'static str>, Vec<Vec<Option<String>>>);

/// The tables of a report as texts.
pub fn table_texts(report: &Report) -> Vec<TableTexts> {
    let texts = |sheet: crate::sheet::Sheet| {
        let columns = sheet.columns.iter().map(|column| column.name).collect();
        let rows = sheet.rows.iter().map(|row| row.iter().map(crate::sheet::Value::text).collect());
        (sheet.name, columns, rows.collect())
    };
    sheets(report).into_iter().map(texts).collect()
}

/// The model as JSON.
pub fn json(report: &Report) -> String {
    let mut text = serde_json::to_string_pretty(report).unwrap_or_default();
    text.push('\n');
    text
}

/// The JSON schema of the models.
pub fn json_schema() -> String {
    let schema =
        schemars::generate::SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<Report>();
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// A name for the file of a rendering.
pub fn file_name(report: &Report, format: Format) -> String {
    let product = report.product.as_ref().and_then(|product| product.key.as_deref()).unwrap_or("all");
    let about = match &report.content {
        crate::model::Content::Iteration(iteration) => format!("{}-", iteration.name),
        crate::model::Content::Release(release) => format!("{}-", release.version),
        _ => String::new(),
    };
    let name = format!("{}-{product}-{about}{}", report.kind.name(), report.as_of);
    let safe = |one: char| if one.is_alphanumeric() || matches!(one, '.' | '-' | '_') { one } else { '-' };
    let name: String = name.to_lowercase().chars().map(safe).collect();
    format!("{name}.{}", format.extension())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    /// With `RENDERED` set to a directory the files are left there, to be looked at.
    #[test]
    fn the_same_report_gives_the_same_bytes_in_every_format() {
        let directory = std::env::var_os("RENDERED").map(std::path::PathBuf::from);
        for report in sample::all() {
            for format in Format::ALL {
                let bytes = render(&report, format, &Options::default()).unwrap();
                let again = render(&report.clone(), format, &Options::default()).unwrap();
                assert!(bytes == again, "{} {format}", report.title);
                if let Some(directory) = &directory {
                    std::fs::write(directory.join(file_name(&report, format)), &bytes).unwrap();
                }
            }
        }
    }

    /// With `UPDATE_SCHEMA` set the file is written.
    #[test]
    fn the_schema_in_the_documentation_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/reports.schema.json");
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(path, json_schema()).unwrap();
        }
        let documented = std::fs::read_to_string(path).unwrap();
        assert!(
            documented == json_schema(),
            "run this test with UPDATE_SCHEMA=1, and look at the difference"
        );
    }

    #[test]
    fn json_is_read_back_as_the_same_report() {
        for report in sample::all() {
            let read: Report = serde_json::from_str(&json(&report)).unwrap();
            assert_eq!(read, report);
        }
    }

    #[test]
    fn a_table_is_found_by_its_name() {
        let report = sample::iteration();
        let options = |table: &str| Options { table: Some(table.to_owned()) };
        let csv = render(&report, Format::Csv, &options("incidents")).unwrap();
        let csv = String::from_utf8(csv).unwrap();
        assert!(csv.contains("'=HYPERLINK"), "{csv}");
        let error = render(&report, Format::Parquet, &options("nothing")).unwrap_err().to_string();
        assert!(
            error.starts_with("\"nothing\" is no table of this report; it has features, verdicts,"),
            "{error}"
        );
    }

    #[test]
    fn nothing_that_customers_write_is_markup() {
        let html = render(&sample::iteration(), Format::Html, &Options::default()).unwrap();
        let html = String::from_utf8(html).unwrap();
        assert!(html.contains("&lt;b&gt;PDF&lt;") || html.contains("&#60;b&#62;PDF&#60;"), "escaped");
        assert!(!html.contains("<b>PDF"));
        assert!(!html.contains("http://evil\""), "no link");
        for outside in ["<script", "<link", "src=", "url(", "@import"] {
            assert!(!html.contains(outside), "self-contained: {outside}");
        }
    }

    #[test]
    fn a_letter_refers_to_each_of_its_pictures_once() {
        let letter = crate::letter(&sample::iteration()).unwrap();
        assert_eq!(letter.subject, "Main: Iteration report: Sprint 21");
        assert!(letter.images.len() >= 4 && !letter.html.contains("<svg"));
        for image in &letter.images {
            assert_eq!(letter.html.matches(&format!("src=\"cid:{}\"", image.id)).count(), 1, "{}", image.id);
            assert!(image.png.starts_with(b"\x89PNG"), "{}", image.id);
        }
        assert_eq!(letter, crate::letter(&sample::iteration()).unwrap());
        if let Some(directory) = std::env::var_os("RENDERED") {
            let path = std::path::Path::new(&directory).join("letter.png");
            std::fs::write(path, &letter.images[1].png).unwrap();
        }
    }

    #[test]
    fn markdown_of_every_kind() {
        for report in sample::all() {
            let text = render(&report, Format::Markdown, &Options::default()).unwrap();
            insta::assert_snapshot!(
                format!("markdown_{}", report.kind.name()),
                String::from_utf8(text).unwrap()
            );
        }
    }
}
