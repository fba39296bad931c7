//! `ballroom export`.

mod content;
mod read;
mod row;
mod sink;

use std::{
    io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use indicatif::HumanCount;

use self::{
    content::Content,
    read::{List, ask},
    row::{COLUMNS, rows},
    sink::{Place, Sink},
};
use super::{
    client::{Client, Server},
    organization::Tenant,
    print,
    settings::Database,
};

/// Interval between lines of progress.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// Export feedback, incidents, exposure or releases to a file that `ballroom import` reads; or known errors, articles,
/// announcements, iterations or deployments, which no import reads.
///
/// Rows are written in the order in which they were stored, with constant memory. With --out an interrupted export is continued by the
/// same command; the file appears when it is complete.
#[derive(Args)]
pub(super) struct Export {
    /// What to export.
    #[arg(value_enum)]
    what: Content,

    /// Key or ID of a product; default: all products, one after another.
    #[arg(long)]
    product: Option<String>,

    /// Only about this feature, given by key or ID; not for releases.
    #[arg(long)]
    feature: Option<String>,

    /// Only feedback or incidents of this release, given by version or ID.
    #[arg(long)]
    release: Option<String>,

    /// Only feedback or exposure of this segment, given by key or ID.
    #[arg(long)]
    segment: Option<String>,

    /// First day, in the time zone of the product.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,

    /// Day after the last.
    #[arg(long, value_name = "DAY")]
    until: Option<NaiveDate>,

    /// Only what was created or changed since this time, for example 2026-03-01T00:00:00Z; not for exposure.
    #[arg(long, value_name = "TIME")]
    updated_after: Option<chrono::DateTime<chrono::Utc>>,

    /// File format; default: by the extension of --out, else CSV.
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// File to write; `-` is standard output, the default (CSV and NDJSON).
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    #[command(flatten)]
    server: Server,

    #[command(flatten)]
    tenant: Tenant,
}

/// The format of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Comma-separated values.
    Csv,
    /// A JSON object per line.
    Ndjson,
    /// Parquet.
    Parquet,
}

impl Export {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        self.check()?;
        let format = self.format()?;
        let client = self.server.clone().client(database, &self.tenant).await?;
        let written = self.write(&client, format).await;
        client.close().await?;
        if written.as_ref().is_err_and(|error| error.chain().any(is_closed_pipe)) {
            // As a program that the signal of a broken pipe ended.
            std::process::exit(print::BROKEN_PIPE);
        }
        let rows = written?;
        if let Some(file) = self.file() {
            eprintln!("Wrote {} to {}.", crate::words::counted(rows, "row"), file.display());
        }
        Ok(())
    }

    fn file(&self) -> Option<&Path> {
        print::file(self.out.as_deref())
    }

    fn format(&self) -> anyhow::Result<Format> {
        let extension = self.file().and_then(|file| file.extension()?.to_str());
        let format = self.format.unwrap_or(match extension {
            Some("parquet") => Format::Parquet,
            Some("ndjson" | "jsonl") => Format::Ndjson,
            _ => Format::Csv,
        });
        anyhow::ensure!(
            format != Format::Parquet || self.file().is_some(),
            "--format parquet needs a file; give it with --out"
        );
        Ok(format)
    }

    /// What is exported: an interrupted export is continued only by the same.
    fn identity(&self, format: Format) -> String {
        let Self { what, product, feature, release, segment, from, until, updated_after, .. } = self;
        format!(
            "{what:?} {format:?} {product:?} {feature:?} {release:?} {segment:?} {from:?} {until:?} {updated_after:?}"
        )
    }

    /// Writes the rows, and returns their number. Nothing is written before it is known that there is what was asked for.
    async fn write(&self, client: &Client, format: Format) -> anyhow::Result<u64> {
        let lists = self.lists(client).await?;
        let mut sink = Sink::open(
            self.file().map(Path::to_owned),
            format,
            COLUMNS[self.what as usize],
            &self.identity(format),
        )?;
        let mut told = Instant::now();
        // Lists that were exported before an interruption are not asked for again.
        let begun = sink.place().list.clone();
        let skipped = begun.as_ref().and_then(|id| lists.iter().position(|list| list.id == *id));
        for List { id, product } in lists.iter().skip(skipped.unwrap_or(0)) {
            let mut after = match begun.as_ref() == Some(id) {
                true => sink.place().cursor.clone(),
                false => None,
            };
            loop {
                let data = ask(client, &self.query(), self.variables(id, after.as_deref())).await?;
                let page = if data["page"].is_object() { &data["page"] } else { &data["of"]["page"] };
                for node in page["nodes"].as_array().into_iter().flatten() {
                    rows(self.what, product, node, |row| sink.write(row))?;
                }
                after = page["pageInfo"]["endCursor"].as_str().map(str::to_owned).or(after);
                sink.reached(Place { list: Some(id.clone()), cursor: after.clone() })?;
                if told.elapsed() >= REPORT_INTERVAL && self.file().is_some() {
                    told = Instant::now();
                    eprintln!("{} rows", HumanCount(sink.rows()));
                }
                if page["pageInfo"]["hasNextPage"] != true {
                    break;
                }
            }
        }
        sink.finish()
    }

    /// Refuses filters that what is exported does not have.
    fn check(&self) -> anyhow::Result<()> {
        let [feature, release, segment, days] = self.what.filters();
        let given = [
            ("--feature", self.feature.is_some(), feature),
            ("--release", self.release.is_some(), release),
            ("--segment", self.segment.is_some(), segment),
            ("--from and --until", self.from.is_some() || self.until.is_some(), days),
            ("--updated-after", self.updated_after.is_some(), self.what != Content::Exposure),
        ];
        for (option, given, has) in given {
            anyhow::ensure!(
                !given || has,
                "{option}: {} cannot be filtered by it; omit it",
                self.what.name()
            );
        }
        Ok(())
    }
}

/// Whether nobody reads the output any more.
fn is_closed_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    let broken = |error: &io::Error| error.kind() == io::ErrorKind::BrokenPipe;
    match error.downcast_ref::<csv::Error>().map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(error)) => broken(error),
        _ => error.downcast_ref().is_some_and(broken),
    }
}
