//! `ballroom demo`.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::Context;
use ballroom_render::Format;
use chrono::{Datelike, Days, NaiveDate};
use clap::Args;

use super::{
    report::output::replace,
    serve::{Greeting, Listen, first_token},
    settings::Database,
};
use crate::{
    clock,
    domain::{access::Viewer, organization as organizations, token},
    job::{self, Jobs, Kind},
    report::{self, Asked, Reader, Which},
    score::Scores,
    simulate::{DEFAULT_SEED, REGRESSION, World, find::find, plant::plant, story::tell},
    store::{Settings, Store},
    words::counted,
};

/// Fill an embedded database with a simulated year of a product with known effects: a release that makes
/// a feature worse, one that improves another, a change in who responds, a feature loved by three, a slow
/// drift. Then print the reports, list which effects were found, write a report of each kind to files, and serve the database.
///
/// Each run recreates the database, in the directory `demo` of the data directory.
#[derive(Args)]
pub(super) struct Demo {
    #[command(flatten)]
    listen: Listen,

    /// Exit after the reports, with status 1 if a known effect was missed.
    #[arg(long)]
    no_serve: bool,

    /// Seed of the simulation; another seed gives another year of the same product.
    #[arg(long, default_value_t = DEFAULT_SEED)]
    seed: u64,
}

impl Demo {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<ExitCode> {
        let directory = database.data_dir.join("demo");
        if database.url().is_some() {
            eprintln!(
                "The demo uses an embedded database of its own; the database given by --database-url is not touched."
            );
        }
        // The port first: the database of a demo that is still running must not be removed.
        let bound = if self.no_serve { None } else { Some(self.listen.bind()?) };
        remove(&directory)?;
        let store = database.embedded(&directory, Settings::default()).await?;
        store.migrate().await?;
        let (organization, _) = organizations::first(&store, clock::now()).await?;
        let viewer = token::operator(organization.id);

        let world = World::year(self.seed, first_day(clock::now().date_naive()));
        println!("A simulated year of {}, {} to {}", world.product.name, world.first_day, world.last_day);
        println!(
            "{}, {}, {}, {}, in {}",
            counted(world.features.len() as u64, "feature"),
            counted(world.releases.len() as u64, "release"),
            counted(world.answers.len() as u64, "response"),
            counted(world.incidents.len() as u64, "incident"),
            directory.display(),
        );
        plant(&store, &viewer, &world, clock::now(), |_| ()).await?;

        let told = tell(&store, &viewer, &world, clock::now()).await?;
        let jobs = Jobs::new(store.clone(), Scores::new(store.clone()), job::Settings::default());
        for kind in [Kind::AttributeIncidents, Kind::FollowUp] {
            jobs.run_now(viewer.administers()?, kind).await?;
        }
        println!("\nWhat people told each other:");
        told.0.iter().for_each(|sentence| println!("- {sentence}"));

        let findings = find(&Scores::new(store.clone()), viewer.reports()?, &world).await?;
        println!("\n{}\n{}\n{}", findings.values.table(), findings.verdicts.table(), findings.truths_table());
        for path in reports(&store, &viewer, &directory).await? {
            println!("Report: {}", path.display());
        }
        println!(
            "To explore further: ballroom --data-dir {} report value --product atelier",
            directory.display()
        );
        let Some(bound) = bound else {
            store.close().await?;
            return Ok(if findings.all_agree() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        };
        let token = Some(first_token(&store, &organization).await?);
        let link = bound.link(None, &store, viewer.administers()?).await?;
        bound.serve(store, Greeting { token, link }).await?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Writes a report of each kind to the data directory. Returns their paths.
async fn reports(store: &Store, viewer: &Viewer, directory: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let product = || "atelier".to_owned();
    let kinds = [
        (Asked::Iteration { product: Some(product()), iteration: Which::Last, as_of: None }, Format::Html),
        (
            Asked::Value {
                product: product(),
                period: None,
                release: None,
                segment: None,
                against: None,
                as_of: None,
            },
            Format::Pdf,
        ),
        (Asked::Release { product: product(), release: REGRESSION.to_owned(), as_of: None }, Format::Html),
        (Asked::Overview { period: None, as_of: None }, Format::Markdown),
        (Asked::Security { period: None, as_of: None }, Format::Html),
    ];
    let directory = directory.join("reports");
    std::fs::create_dir_all(&directory).with_context(|| format!("cannot create {}", directory.display()))?;
    let (reader, scores) = (Reader::of(viewer, None, None)?, Scores::new(store.clone()));
    let mut paths = Vec::with_capacity(kinds.len());
    for (asked, format) in kinds {
        let report = Arc::new(report::build(store, &scores, &reader, &asked, clock::now()).await?);
        // The same names in each demo, so that none is left of the one before.
        let path = directory.join(format!("{}.{}", report.kind.name(), format.extension()));
        let bytes = report::rendered(report, format, None).await?;
        replace(&path, &bytes).with_context(|| format!("cannot write {}", path.display()))?;
        paths.push(path);
    }
    Ok(paths)
}

/// The Monday on or before the day a year ago: simulated weekends are weekends, and the last day is over.
fn first_day(today: NaiveDate) -> NaiveDate {
    let year_ago = today - Days::new(364);
    year_ago - Days::new(year_ago.weekday().num_days_from_monday().into())
}

/// Removes the database of the previous demo, and nothing else.
fn remove(directory: &Path) -> anyhow::Result<()> {
    for name in ["ballroom.sqlite", "ballroom.sqlite-wal", "ballroom.sqlite-shm"] {
        let file = directory.join(name);
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error)
                    .with_context(|| format!("cannot remove {} of the previous demo", file.display()));
            }
            _ => (),
        }
    }
    Ok(())
}
