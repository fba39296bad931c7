//! Where a report goes, and in which form.

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use ballroom_render::{self as render, Format, Options, Report, model::Audience};
use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{base::right::Right, cli::print, domain::access::Viewer, report::Reader};

/// Options of all reports: format, file, audience.
#[derive(Args)]
pub(super) struct Output {
    /// Format. Default: that of the extension of `--out`, else a table for people (value, release) or Markdown.
    #[arg(long, value_enum)]
    format: Option<Kind>,

    /// File to write, which appears complete or not at all; `-` is standard output, the default.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// The table that a CSV or Parquet file contains; default: the main one. A wrong name lists them.
    #[arg(long, value_name = "NAME")]
    table: Option<String>,

    /// Role that the report is written for: it contains what this role may see, in its vocabulary.
    #[arg(long, value_enum, default_value = "product")]
    audience: For,

    /// The vocabulary; default: that of the audience.
    #[arg(long, value_enum)]
    vocabulary: Option<Words>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// A table for people, in the terminal.
    Table,
    /// JSON for programs.
    Json,
    /// Markdown for wikis and chats.
    Md,
    /// A self-contained page.
    Html,
    /// A document.
    Pdf,
    /// One table as comma-separated values.
    Csv,
    /// All tables as a workbook.
    Xlsx,
    /// One table as Parquet.
    Parquet,
}

#[derive(Clone, Copy, ValueEnum)]
enum For {
    Product,
    Development,
    Operations,
    Security,
    Business,
    Support,
}

#[derive(Clone, Copy, ValueEnum)]
enum Words {
    Agile,
    Itil,
    Plain,
}

impl Output {
    fn file(&self) -> Option<&Path> {
        print::file(self.out.as_deref())
    }

    /// The form of the report; none: a table in the terminal, if the kind of report has one.
    pub(super) fn form(&self, has_table: bool) -> anyhow::Result<Option<Format>> {
        let of_file = |path: &Path| {
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            let format = extension.parse::<Format>().map_err(anyhow::Error::msg);
            format.with_context(|| format!("--out {}: give --format", path.display()))
        };
        let format = match (self.format, self.file()) {
            (Some(Kind::Table), None) if !has_table => {
                bail!("--format table: only the value and the release report have one; use md")
            }
            (Some(Kind::Table), Some(_)) => {
                bail!("--format table is for terminals; for a file use md, html or pdf")
            }
            (None, None) if has_table => return Ok(None),
            (Some(Kind::Table), None) => return Ok(None),
            (None, None) => Format::Markdown,
            (None, Some(path)) => of_file(path)?,
            (Some(kind), _) => kind.format(),
        };
        if self.table.is_some() && !matches!(format, Format::Csv | Format::Parquet) {
            bail!("--table: only csv and parquet contain one table; {format} contains all");
        }
        let to_terminal = self.file().is_none() && std::io::stdout().is_terminal();
        if to_terminal && !format.is_text() {
            bail!("a {format} file is not for a terminal; give --out FILE");
        }
        Ok(Some(format))
    }

    /// For whom the report is.
    pub(super) fn reader(&self, viewer: &Viewer) -> anyhow::Result<Reader> {
        debug_assert!(viewer.may(Right::Report), "operators see reports");
        Ok(Reader::of(viewer, Some(self.audience()), self.words())?)
    }

    /// The audience.
    pub(super) fn audience(&self) -> Audience {
        match self.audience {
            For::Product => Audience::Product,
            For::Development => Audience::Development,
            For::Operations => Audience::Operations,
            For::Security => Audience::Security,
            For::Business => Audience::Business,
            For::Support => Audience::Support,
        }
    }

    /// The vocabulary, if it was given.
    pub(super) fn words(&self) -> Option<render::Vocabulary> {
        self.vocabulary.map(|words| match words {
            Words::Agile => render::Vocabulary::Agile,
            Words::Itil => render::Vocabulary::Itil,
            Words::Plain => render::Vocabulary::Plain,
        })
    }

    /// Renders the report and writes it to the file, or prints it.
    pub(super) fn write(&self, report: &Report, format: Format) -> anyhow::Result<()> {
        let bytes = render::render(report, format, &Options { table: self.table.clone() })?;
        let Some(path) = self.file() else {
            match String::from_utf8(bytes) {
                Ok(text) => print!("{text}"),
                Err(error) => {
                    std::io::stdout().lock().write_all(error.as_bytes()).context("standard output")?
                }
            }
            return Ok(());
        };
        replace(path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
        eprintln!("Wrote {} ({} bytes).", path.display(), bytes.len());
        if matches!(format, Format::Csv | Format::Parquet) && self.table.is_none() {
            let others: Vec<_> = render::tables(report).into_iter().skip(1).collect();
            eprintln!("Other tables (--table): {}.", others.join(", "));
        }
        Ok(())
    }
}

impl Kind {
    fn format(self) -> Format {
        match self {
            Self::Table | Self::Md => Format::Markdown,
            Self::Json => Format::Json,
            Self::Html => Format::Html,
            Self::Pdf => Format::Pdf,
            Self::Csv => Format::Csv,
            Self::Xlsx => Format::Xlsx,
            Self::Parquet => Format::Parquet,
        }
    }
}

/// Writes a file beside and renames it, so that readers see the old one or the new one.
pub(in crate::cli) fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    let part = path.with_file_name(name);
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    written
}

/// Shows on a terminal that something is being computed.
pub(in crate::cli) fn progress(what: &str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.set_message(what.to_owned());
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}
