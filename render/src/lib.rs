//! Reports: their typed models, and the renderings of these models.
//!
//! Pure: a model in, bytes out. No database, no clock, no async; the same model gives the same bytes.
//!
//! ```text
//! Report --+-- serde --> JSON (`schema()` documents it)
//!          +-- page::page --> Page (headings, tables, charts) --+--> HTML, Markdown, PDF
//!          +-- sheet::sheets --> Sheets (typed tables) ---------+--> XLSX, CSV, Parquet
//! ```

mod chart;
mod compare;
mod format;
mod html;
mod markdown;
pub mod model;
mod number;
mod page;
mod pdf;
mod sheet;
mod words;

pub use compare::{compare, compared};
pub use format::{Format, Options, RenderError, file_name, json, json_schema, render, table_texts, tables};
pub use html::{Image, Letter, letter};
pub use model::Report;
pub use words::Vocabulary;

#[cfg(test)]
mod sample;
