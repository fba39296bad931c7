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
        import::{Create, ImportOptions, Progress, Summary, Told, import},
        mapping,
    },
    score::{Scores, parameters},
    words::counted,
};

/// Where there is no terminal, a line is printed this often.
const EVERY: Duration = Duration::from_secs(5);

/// Import answers, incidents, exposure or releases from a file.
///
/// CSV, TSV, NDJSON and Parquet are read, the first three also compressed by gzip. Importing a file twice changes
/// nothing: rows are known by their external id, or by what they hold; an anonymous answer without an id is known within its file
/// only. Ends with 2 when rows were rejected.
#[derive(Args)]
pub(super) struct Import {
    /// What the rows are.
    #[arg(value_enum)]
    what: What,

    /// The file.
    file: PathBuf,

    /// Which column is which field: rating=score,comment=content,release=appVersion. Columns that have the name
    /// of a field need not be mapped.
    #[arg(long, value_name = "FIELD=COLUMN,...", value_parser = pairs)]
    map: Vec<Pairs>,

    /// Fields that are the same in all rows: product=shop,scale=stars.
    #[arg(long, value_name = "FIELD=TEXT,...", value_parser = pairs)]
    set: Vec<Pairs>,

    /// The scale of all ratings: the same as --set scale=...
    #[arg(long)]
    scale: Option<String>,

    /// Make what a row is the first to name. A release made this way starts on the first day that it is seen.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT,...")]
    create: Vec<Creatable>,

    /// Cells that hold nothing, instead of the usual, whatever the case of their letters; "" (nothing): only empty cells do.
    ///
    /// Usual are NA, N/A, #N/A, <NA>, n.a., n.a, NaN, null, nil, none, undefined, (null), (none), (blank), (empty), -, --, –, —,
    /// \N and the errors of spreadsheets (#NAME?, #VALUE!, #REF!, #DIV/0!, #NULL!); and for features, releases, segments,
    /// customers, channels, the day of a release and the number of customers that an incident hurts also ?, ??, ???, the
    /// full stop, unknown, (unknown), TBD and TBA.
    #[arg(long, value_delimiter = ',', value_name = "TEXT,...")]
    missing: Option<Vec<String>>,

    /// What stands in front of the versions in this file: with v, v1.2.3 is the release 1.2.3.
    #[arg(long, value_name = "TEXT")]
    release_prefix: Option<String>,

    /// How times are written, if not in one of the usual ways: %d.%m.%Y %H:%M.
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,

    /// The time zone of times that name none; by default that of the product where --set names one, else UTC.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    time_zone: Option<chrono_tz::Tz>,

    /// The system that the data come from; external ids are unique within it.
    #[arg(long, default_value = "import")]
    source: String,

    /// Read the file as this, whatever its name says.
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// The file's encoding, if it is not found out by itself.
    #[arg(long, value_enum)]
    encoding: Option<Encoding>,

    /// The character between the columns of a CSV file, if it is not found out by itself.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,

    /// Where rows go that cannot be taken; by default the file's name with .rejects.csv behind it.
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
        format!(
            "unknown time zone; write it as the IANA database does, such as Europe/Amsterdam{}",
            meant(&near)
        )
    })
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// Answers of customers.
    Feedback,
    /// Things that did not work.
    Incidents,
    /// Active customers of a feature on a day.
    Exposure,
    /// Versions of a product.
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
        let mut shown = Shown::new();
        let summary = import(&store, by, &file, options, |told| match told {
            Told::Progress(progress) => shown.update(progress),
            Told::Warning(warning) => shown.warn(&warning),
        })
        .await;
        shown.finish();
        let summary = summary.with_context(|| format!("the import of {} failed", file.display()))?;
        print(&summary, &file.display().to_string(), what);
        if let Some(since) = summary.first_day {
            let scores = Scores::new(store.clone());
            parameters::after_import(&store, &scores, by, since, clock::now()).await?;
        }
        store.close().await?;
        // A job that runs this should hear that not everything came in.
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
            Some(character) => {
                Some(u8::try_from(character).context("the delimiter must be an ASCII character")?)
            }
            None => None,
        };
        let product = set.iter().find(|(field, _)| field == "product").map(|(_, product)| product.as_str());
        let zone = self.time_zone.or_else(|| product.and_then(zone_of)).unwrap_or(chrono_tz::UTC);
        let makes = |what| self.create.contains(&what);
        Ok(ImportOptions {
            kind: match self.what {
                What::Feedback => Kind::Feedback,
                What::Incidents => Kind::Incidents,
                What::Exposure => Kind::Exposure,
                What::Releases => Kind::Releases,
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

/// Progress: a bar on a terminal, a line now and then elsewhere.
struct Shown {
    bar: Option<ProgressBar>,
    printed: Instant,
}

impl Shown {
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
            None if self.printed.elapsed() >= EVERY => {
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

fn print(summary: &Summary, file: &str, what: What) {
    let Summary {
        said_before,
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
        some => format!(" ({} without a rating, which count in no score)", HumanCount(*some)),
    };
    println!("{:>12} accepted{without}", HumanCount(*accepted).to_string());
    println!("{:>12} updated", HumanCount(*updated).to_string());
    println!("{:>12} unchanged", HumanCount(*unchanged).to_string());
    // Only answers are: of one voice and day the last one counts.
    if what == What::Feedback {
        println!(
            "{:>12} superseded (same customer, feature, scale and day: the last answer counts)",
            HumanCount(*superseded).to_string()
        );
    }
    if *deleted > 0 {
        println!("{:>12} deleted here before, and left out", HumanCount(*deleted).to_string());
    }
    println!("{:>12} rejected", HumanCount(*rejected).to_string());
    let made = [
        (created.products, "product"),
        (created.features, "feature"),
        (created.releases, "release"),
        (created.segments, "segment"),
        (created.customers, "customer"),
    ];
    let made: Vec<String> = made.iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(*n, what)).collect();
    if !made.is_empty() {
        println!("Made: {}.", made.join(", "));
    }
    if *said_before > 0 {
        println!(
            "Warning: {} of an earlier import, and counted again: the answers are anonymous and have no id, so that \
             nothing tells whether they are the same. If they are, import what is new only, or give each row an id \
             (--map external_id=COLUMN).",
            match said_before {
                1 => "1 accepted row says what a row says".to_owned(),
                more => format!("{} accepted rows say what rows say", HumanCount(*more)),
            }
        );
    }
    if let Some(rejects) = rejects {
        println!("What was rejected, and why, is in {}.", rejects.display());
    }
}
