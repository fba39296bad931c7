//! `ballroom import`.

use std::{
    io::IsTerminal,
    path::PathBuf,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context;
use clap::{Args, ValueEnum};
use indicatif::{HumanCount, ProgressBar, ProgressStyle};

use super::{organization::Tenant, settings::Database};
use crate::{
    base::near::{meant, near},
    clock,
    domain::token,
    ingest::{
        Encoding, Format, Kind, ReadOptions,
        import::{Create, ImportEvent, ImportOptions, Progress, Summary, import},
        mapping,
    },
    score::{Scores, parameters},
    words::counted,
};

/// Interval between lines of progress where there is no terminal.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// Import feedback, incidents, exposure or releases from a file.
///
/// Reads CSV, TSV, NDJSON and Parquet; the first three may be compressed with gzip. Importing a file twice changes
/// nothing: a row is recognized by its external ID, or by its content; an anonymous response without an ID is recognized within
/// its file only. Exits with status 2 if rows were rejected.
#[derive(Args)]
pub(super) struct Import {
    /// What the rows of the file contain.
    #[arg(value_enum)]
    what: Content,

    /// File to import.
    file: PathBuf,

    /// Fields and the columns they are read from, for example rating=score,comment=content,release=appVersion. Columns with the
    /// name of a field need not be mapped.
    #[arg(long, value_name = "FIELD=COLUMN,...", value_parser = pairs)]
    map: Vec<Pairs>,

    /// Fields with the same value in all rows, for example product=shop,scale=stars.
    #[arg(long, value_name = "FIELD=TEXT,...", value_parser = pairs)]
    set: Vec<Pairs>,

    /// Scale of all ratings; short for --set scale=SCALE.
    #[arg(long)]
    scale: Option<String>,

    /// Create objects of these types when a row refers to one that does not exist. A release created this way starts on the first day on which it is seen.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT,...")]
    create: Vec<Creatable>,

    /// Texts that mean "no value", in place of the default ones; not case-sensitive. "" (empty): only empty cells mean it.
    ///
    /// By default: NA, N/A, #N/A, <NA>, n.a., n.a, NaN, null, nil, none, undefined, (null), (none), (blank), (empty), -, --, –, —,
    /// \N and spreadsheet errors (#NAME?, #VALUE!, #REF!, #DIV/0!, #NULL!). For features, releases, segments,
    /// customers, channels, release dates and the number of customers affected by an incident also: ?, ??, ???, the
    /// dot, unknown, (unknown), TBD and TBA.
    #[arg(long, value_delimiter = ',', value_name = "TEXT,...")]
    missing: Option<Vec<String>>,

    /// Prefix of the versions in this file; with v, v1.2.3 is the release 1.2.3.
    #[arg(long, value_name = "TEXT")]
    release_prefix: Option<String>,

    /// Format of dates and times, if not a common one, for example %d.%m.%Y %H:%M.
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,

    /// Time zone of times without one, as an IANA name; default: the time zone of the product given by --set, else UTC.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    time_zone: Option<chrono_tz::Tz>,

    /// System that the data come from; external IDs are unique within it.
    #[arg(long, default_value = "import")]
    source: String,

    /// File format; default: by the file's name and content.
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Character encoding of the file; default: detected.
    #[arg(long, value_enum)]
    encoding: Option<Encoding>,

    /// Column delimiter of a CSV file, an ASCII character; default: detected.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,

    /// File for rejected rows; default: the name of the imported file followed by .rejects.csv.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,

    #[command(flatten)]
    tenant: Tenant,
}

type Pairs = Vec<(String, String)>;

fn pairs(text: &str) -> Result<Pairs, mapping::MappingError> {
    mapping::pairs(text)
}

fn zone(text: &str) -> Result<chrono_tz::Tz, String> {
    text.parse().map_err(|_| {
        let near = near(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        format!("unknown time zone \"{text}\"; use an IANA name such as Europe/Amsterdam{}", meant(&near))
    })
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Content {
    /// Responses of customers.
    Feedback,
    /// Incidents.
    Incidents,
    /// Number of active customers per feature and day.
    Exposure,
    /// Releases of a product.
    Releases,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Creatable {
    Products,
    Features,
    Releases,
    Segments,
    Customers,
}

impl Import {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let store = database.open().await?;
        let by = token::operator(self.tenant.find(&store).await?.id).manages()?;
        let (file, what) = (self.file.clone(), self.what);
        let dimensions = store.dimensions(by.organization()).await?;
        let options = self.options(|product| {
            let product = dimensions.product("product", product).ok()?;
            product.time_zone.parse().ok()
        })?;
        let mut display = ProgressDisplay::new();
        let summary = import(&store, by, &file, options, |report| match report {
            ImportEvent::Progress(progress) => display.update(progress),
            ImportEvent::Warning(warning) => display.warn(&warning),
        })
        .await;
        display.finish();
        let summary = summary.with_context(|| format!("the import of {} failed", file.display()))?;
        print(&summary, &file.display().to_string(), what);
        if let Some(since) = summary.first_day {
            let scores = Scores::new(store.clone());
            parameters::after_import(&store, &scores, by, since, clock::now()).await?;
        }
        store.close().await?;
        // A scheduled job can tell that not every row was imported.
        Ok(if summary.rejected == 0 { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }

    fn options(self, zone_of: impl FnOnce(&str) -> Option<chrono_tz::Tz>) -> anyhow::Result<ImportOptions> {
        let mut rejects = self.file.clone().into_os_string();
        rejects.push(".rejects.csv");
        let mut set: Pairs = self.set.into_iter().flatten().collect();
        if let Some(scale) = self.scale {
            set.push(("scale".to_owned(), scale));
        }
        let delimiter = match self.delimiter {
            Some(character) => Some(u8::try_from(character).with_context(|| {
                format!("--delimiter: '{character}' is not an ASCII character; use for example , or ;")
            })?),
            None => None,
        };
        let product = set.iter().find(|(field, _)| field == "product").map(|(_, product)| product.as_str());
        let zone = self.time_zone.or_else(|| product.and_then(zone_of)).unwrap_or(chrono_tz::UTC);
        let makes = |what| self.create.contains(&what);
        Ok(ImportOptions {
            kind: match self.what {
                Content::Feedback => Kind::Feedback,
                Content::Incidents => Kind::Incidents,
                Content::Exposure => Kind::Exposure,
                Content::Releases => Kind::Releases,
            },
            read: ReadOptions { format: self.format, encoding: self.encoding, delimiter },
            map: self.map.into_iter().flatten().collect(),
            set,
            time_zone: zone,
            date_format: self.date_format,
            create: Create {
                products: makes(Creatable::Products),
                features: makes(Creatable::Features),
                releases: makes(Creatable::Releases),
                segments: makes(Creatable::Segments),
                customers: makes(Creatable::Customers),
            },
            missing: self.missing,
            release_prefix: self.release_prefix,
            source: self.source,
            rejects: self.rejects.unwrap_or_else(|| rejects.into()),
        })
    }
}

/// Shows progress: a bar on a terminal, lines elsewhere.
struct ProgressDisplay {
    bar: Option<ProgressBar>,
    printed: Instant,
}

impl ProgressDisplay {
    fn new() -> Self {
        let style = ProgressStyle::with_template("{bar:30} {percent:>3} %  {msg}  {eta} left");
        let bar = std::io::stderr()
            .is_terminal()
            .then(|| ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())));
        Self { bar, printed: Instant::now() }
    }

    fn update(&mut self, progress: Progress) {
        let rows = HumanCount(progress.rows);
        match &self.bar {
            Some(bar) => {
                bar.set_length(progress.bytes_total);
                bar.set_position(progress.bytes);
                bar.set_message(format!("{rows} rows"));
            }
            None if self.printed.elapsed() >= REPORT_INTERVAL => {
                self.printed = Instant::now();
                let percent = 100 * progress.bytes / progress.bytes_total.max(1);
                eprintln!("{rows} rows, {percent} %");
            }
            None => (),
        }
    }

    fn warn(&self, warning: &str) {
        let end = if warning.ends_with('?') { "" } else { "." };
        let print = || println!("Warning: {warning}{end}");
        match &self.bar {
            Some(bar) => bar.suspend(print),
            None => print(),
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn print(summary: &Summary, file: &str, what: Content) {
    let Summary {
        repeated,
        read,
        accepted,
        unrated,
        updated,
        unchanged,
        superseded,
        deleted,
        rejected,
        created,
        rejects,
        ..
    } = summary;
    println!("{file}: {} read", counted(*read, "row"));
    let without = match unrated {
        0 => String::new(),
        some => format!(" ({} without a rating, not counted in scores)", HumanCount(*some)),
    };
    println!("{:>12} accepted{without}", HumanCount(*accepted).to_string());
    println!("{:>12} updated", HumanCount(*updated).to_string());
    println!("{:>12} unchanged", HumanCount(*unchanged).to_string());
    // Feedback only: the last response of a voice and day counts.
    if what == Content::Feedback {
        println!(
            "{:>12} superseded (same customer, feature, scale and day: the last response counts)",
            HumanCount(*superseded).to_string()
        );
    }
    if *deleted > 0 {
        println!("{:>12} skipped (deleted earlier)", HumanCount(*deleted).to_string());
    }
    println!("{:>12} rejected", HumanCount(*rejected).to_string());
    let created = [
        (created.products, "product"),
        (created.features, "feature"),
        (created.releases, "release"),
        (created.segments, "segment"),
        (created.customers, "customer"),
    ];
    let created: Vec<String> =
        created.iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(*n, what)).collect();
    if !created.is_empty() {
        println!("Created: {}.", created.join(", "));
    }
    if *repeated > 0 {
        println!(
            "Warning: {} of an earlier import and counted again: they are anonymous and have no ID, so duplicates \
             cannot be recognized. If they are duplicates, import new rows only, or give each row an ID \
             (--map external_id=COLUMN).",
            match repeated {
                1 => "1 accepted row equals a row".to_owned(),
                more => format!("{} accepted rows equal rows", HumanCount(*more)),
            }
        );
    }
    if let Some(rejects) = rejects {
        println!("Rejected rows and the reasons are in {}.", rejects.display());
    }
}
