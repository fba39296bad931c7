//! `ballroom import`.

mod command;
mod display;
mod inputs;
mod preview;

use std::{io::IsTerminal, path::PathBuf, process::ExitCode};

use anyhow::Context;
use ballroom_files::{DateOrder, Encoding, Format, Kind, ReadOptions, Settings, SeverityRange, mapping};
use clap::{Args, ValueEnum};

use super::{organization::Tenant, settings::Database};
use crate::{
    base::near::{meant, near},
    clock,
    domain::{access::Manage, token},
    ingest::import::{self, Create, ImportEvent, ImportOptions, OnConflict, SOURCE, import, scales},
    score::{Scores, parameters},
    store::Store,
};
use display::ProgressDisplay;
use inputs::Input;

/// Import feedback, incidents, exposure or releases from files.
///
/// Reads CSV, JSON (a list, or an object a line), workbooks (XLSX, XLS, ODS) and Parquet; text may be compressed with gzip or zip,
/// and come from the standard input (-). Format, encoding and delimiter are found. Look before with --preview.
///
/// Importing a file twice changes nothing: a row is recognized by its external ID, or by what it says; an anonymous response
/// without an ID is recognized within its file only.
///
/// Exit status: 0 if all rows were imported; 1 if the import failed, and everything before the error is imported; 2 if rows were
/// rejected, which are in the file of rejected rows; with --preview, 2 if rows would be rejected or a required field is missing.
#[derive(Args)]
pub(super) struct Import {
    /// What the rows contain (feedback, incidents, exposure or releases), and the files; - is the standard input. What the rows
    /// contain may be omitted with --preset, --guess or --preview.
    #[arg(value_name = "WHAT|FILE", required = true, num_args = 1..)]
    arguments: Vec<String>,

    /// Show what the file is and what it would become, without importing anything.
    #[arg(long)]
    preview: bool,

    /// Accept the proposed columns for fields that are not given: by the names and the contents of columns, in several languages.
    #[arg(long)]
    guess: bool,

    /// Read the file as a known export: google-play, google-play-scraper, app-store-connect, app-store-feed, qualtrics, surveymonkey,
    /// typeform, google-forms, delighted, zendesk, trustpilot, jira, github-issues, servicenow, pagerduty, opsgenie, statuspage,
    /// sentry-releases or github-releases. With --guess it is recognized.
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,

    /// Fields and the columns they are read from, for example rating=score,comment=content,release=appVersion. Columns with the
    /// name of a field need not be mapped.
    ///
    /// A|B is the first of two columns that has something; labels[].name and answers[0].text look into lists of JSON.
    /// rating:nps=A,rating:csat=B reads two ratings of a row, each on its scale.
    #[arg(long, value_name = "FIELD=COLUMN,...", value_parser = pairs)]
    map: Vec<Pairs>,

    /// Fields with the same value in all rows, for example product=shop,scale=stars.
    #[arg(long, value_name = "FIELD=TEXT,...", value_parser = pairs)]
    set: Vec<Pairs>,

    /// Values of the texts of a field, for example rating:Yes=5,Maybe=3,No=1 or severity:"3 - Moderate"=3; an empty
    /// value: nothing.
    #[arg(long, alias = "map-values", value_name = "FIELD:TEXT=VALUE,...", value_parser = values)]
    values: Vec<Values>,

    /// Scale of all ratings; short for --set scale=SCALE. By days: "stars until 2015-06-08, ten from 2015-06-08".
    #[arg(long)]
    scale: Vec<String>,

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

    /// Skip rows with neither a rating nor a comment instead of rejecting them.
    #[arg(long)]
    skip_empty: bool,

    /// Columns that stand for features: a row is about those in which it has 1, x, yes or the name of the column.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,...")]
    feature_columns: Vec<String>,

    /// Separator between several features of a row, each of which becomes a response.
    #[arg(long, value_name = "TEXT")]
    list_separator: Option<String>,

    /// Numbers of severities, from the most severe to the least severe; default: 1..4.
    #[arg(long, value_name = "MOST..LEAST")]
    severity_range: Option<SeverityRange>,

    /// Declare the predecessor of each release by the order of the versions in the file, if the file does not name it.
    #[arg(long, value_enum)]
    previous: Option<Previous>,

    /// Number of leading numbers that the versions of a line of releases have in common; 0: all are one line.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    version_line: usize,

    /// Prefix of the versions in this file; with v, v1.2.3 is the release 1.2.3.
    #[arg(long, value_name = "TEXT")]
    release_prefix: Option<String>,

    /// Format of dates and times, if it is not a common one, for example %d.%m.%Y %H:%M.
    #[arg(long, value_name = "FORMAT")]
    date_format: Option<String>,

    /// Order of day and month in dates such as 04/05/2023, dmy or mdy; default: as the dates of the file show.
    #[arg(long, value_name = "ORDER")]
    date_order: Option<DateOrder>,

    /// Time zone of times without one, as an IANA name; default: the time zone of the product given by --set, else UTC.
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    time_zone: Option<chrono_tz::Tz>,

    /// System that the data come from; external IDs are unique within it.
    #[arg(long, default_value = SOURCE)]
    source: String,

    /// What happens to rows whose ID is known with other contents; default: report for feedback, else update. Where the source
    /// gives the time of each version (updated_at), the newest one is applied.
    #[arg(long, value_enum)]
    on_conflict: Option<Conflict>,

    /// File format, csv, json, xlsx or parquet; default: by the file's content and name.
    #[arg(long)]
    format: Option<Format>,

    /// Character encoding of the file, for example windows-1252; default: detected.
    #[arg(long)]
    encoding: Option<Encoding>,

    /// Column delimiter of a CSV file, an ASCII character; default: detected.
    #[arg(long, value_name = "CHARACTER")]
    delimiter: Option<char>,

    /// Number of lines (in a workbook rows) above the header; default: found.
    #[arg(long, value_name = "NUMBER")]
    skip_rows: Option<usize>,

    /// Number of rows of the header; 0: there is none; default: found.
    #[arg(long, value_name = "NUMBER")]
    header_rows: Option<usize>,

    /// Sheet of a workbook, or file of a zip archive; default: the first one that is not empty.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,

    /// File for rejected rows; default: the name of the imported file followed by .rejects.csv.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,

    #[command(flatten)]
    tenant: Tenant,
}

type Pairs = Vec<(String, String)>;
type Values = Vec<(String, String, String)>;

fn pairs(text: &str) -> Result<Pairs, mapping::MappingError> {
    mapping::pairs(text)
}

fn values(text: &str) -> Result<Values, mapping::MappingError> {
    mapping::values(text)
}

fn zone(text: &str) -> Result<chrono_tz::Tz, String> {
    text.parse().map_err(|_| {
        let near = near(text, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name()));
        format!("unknown time zone \"{text}\"; use an IANA name such as Europe/Amsterdam{}", meant(&near))
    })
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Creatable {
    Products,
    Features,
    Releases,
    Segments,
    Customers,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Previous {
    /// The next lower version of its line.
    ByVersion,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Conflict {
    /// Keep what is stored, and count the rows.
    Keep,
    /// Apply the rows.
    Update,
    /// Keep what is stored, and write the rows to a file.
    Report,
}

impl Import {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let (kind, files) = inputs::inputs(&self.arguments)?;
        anyhow::ensure!(
            files.len() == 1 || self.rejects.is_none(),
            "--rejects names one file for the rejected rows of {} files; import them one by one, or omit it",
            files.len()
        );
        let store = database.open().await?;
        let by = token::operator(self.tenant.find(&store).await?.id).manages()?;
        let mut complete = true;
        for file in &files {
            complete &= self.one((&store, by, database), kind, file).await?;
        }
        store.close().await?;
        // A scheduled job can tell that not every row was imported.
        Ok(if complete { ExitCode::SUCCESS } else { ExitCode::from(2) })
    }

    /// Imports or shows a file; true if no row is rejected.
    async fn one(
        &self,
        (store, by, database): (&Store, Manage, &Database),
        kind: Option<Kind>,
        file: &Input,
    ) -> anyhow::Result<bool> {
        let dimensions = store.dimensions(by.organization()).await?;
        let mut settings = self.settings(kind, |product| {
            let product = dimensions.product("product", product).ok()?;
            product.time_zone.parse().ok()
        })?;
        let failed = || format!("the import of {} failed", file.name);
        let looking = Settings { guess: true, allow_absent: true, ..settings.clone() };
        if self.preview {
            let plan = import::plan(store, by, &file.path, looking.clone()).await.with_context(failed)?;
            let command = self.command(&plan, &file.name, database);
            let is_complete = plan.absent.is_empty();
            let options = self.options(looking, file);
            let refused = preview::show(store, by, (plan, file), options).await.with_context(failed)?;
            println!("To import it: {command}");
            return Ok(!refused && is_complete);
        }
        if self.may_ask() {
            let plan = import::plan(store, by, &file.path, looking.clone()).await.with_context(failed)?;
            if !plan.guesses.is_empty() {
                let command = self.command(&plan, &file.name, database);
                preview::show(store, by, (plan, file), self.options(looking, file))
                    .await
                    .with_context(failed)?;
                if !preview::confirmed()? {
                    println!("Nothing was imported. To change the proposal: {command}");
                    return Ok(false);
                }
                settings.guess = true;
            }
        }
        let options = self.options(settings, file);
        let mut display = ProgressDisplay::new();
        let summary = import(store, by, &file.path, options, |report| match report {
            ImportEvent::Begun(_) => (),
            ImportEvent::Progress(progress) => display.update(progress),
            ImportEvent::Warning(warning) => display.warn(&warning),
        })
        .await;
        display.finish();
        let summary = summary.with_context(failed)?;
        display::print(&summary, &file.name, summary.kind.unwrap_or(Kind::Feedback));
        if let Some(since) = summary.first_day {
            let scores = Scores::new(store.clone());
            parameters::after_import(store, &scores, by, since, clock::now()).await?;
        }
        Ok(summary.rejected == 0)
    }

    fn options(&self, settings: Settings, file: &Input) -> ImportOptions {
        let mut rejects = file.path.clone().into_os_string();
        rejects.push(".rejects.csv");
        ImportOptions {
            settings,
            create: self.create(),
            source: self.source.clone(),
            file_name: file.file_name(),
            rejects: self.rejects.clone().unwrap_or_else(|| rejects.into()),
            rejects_limit: None,
            on_conflict: self.on_conflict.map(|conflict| match conflict {
                Conflict::Keep => OnConflict::Keep,
                Conflict::Update => OnConflict::Update,
                Conflict::Report => OnConflict::Report,
            }),
            version_line: self.previous.map(|Previous::ByVersion| self.version_line),
        }
    }

    /// Whether a proposal may be shown and asked about: somebody sits there, and has not said what the columns mean.
    fn may_ask(&self) -> bool {
        let is_open = self.map.is_empty() && !self.guess && self.preset.is_none();
        is_open && std::io::stdin().is_terminal() && std::io::stdout().is_terminal()
    }

    fn create(&self) -> Create {
        let makes = |what| self.create.contains(&what);
        Create {
            products: makes(Creatable::Products),
            features: makes(Creatable::Features),
            releases: makes(Creatable::Releases),
            segments: makes(Creatable::Segments),
            customers: makes(Creatable::Customers),
        }
    }

    fn settings(
        &self,
        kind: Option<Kind>,
        zone_of: impl FnOnce(&str) -> Option<chrono_tz::Tz>,
    ) -> anyhow::Result<Settings> {
        let mut set: Pairs = self.set.iter().flatten().cloned().collect();
        let (scale, scale_periods) = scales::read(&self.scale)?;
        set.extend(scale.map(|scale| ("scale".to_owned(), scale)));
        let delimiter = match self.delimiter {
            Some(character) => Some(u8::try_from(character).with_context(|| {
                format!("--delimiter: '{character}' is not an ASCII character; use for example , or ;")
            })?),
            None => None,
        };
        let product = set.iter().find(|(field, _)| field == "product").map(|(_, product)| product.as_str());
        let time_zone = self.time_zone.or_else(|| product.and_then(zone_of)).unwrap_or(chrono_tz::UTC);
        let read = ReadOptions {
            format: self.format,
            encoding: self.encoding,
            delimiter,
            skip_rows: self.skip_rows,
            header_rows: self.header_rows,
            sheet: self.sheet.clone(),
        };
        Ok(Settings {
            kind,
            read,
            map: self.map.iter().flatten().cloned().collect(),
            set,
            values: self.values.iter().flatten().cloned().collect(),
            missing: self.missing.clone(),
            release_prefix: self.release_prefix.clone(),
            date_format: self.date_format.clone(),
            date_order: self.date_order,
            time_zone,
            scales: Vec::new(),
            scale_periods,
            feature_columns: self.feature_columns.clone(),
            list_separator: self.list_separator.clone(),
            severities: self.severity_range,
            skip_empty: self.skip_empty,
            preset: self.preset.clone(),
            guess: self.guess,
            allow_absent: false,
        })
    }
}
