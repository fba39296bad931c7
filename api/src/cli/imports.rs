//! `ballroom imports` and `ballroom delete`.

use std::io::{BufRead, IsTerminal, Write};

use ballroom_entity::import::{ImportKind, Model};
use chrono::NaiveDate;
use clap::{Args, Subcommand};

use super::{organization::Tenant, settings::Database};
use crate::{
    base::reference::PublicId,
    clock,
    domain::{
        feedback::{self, Selection},
        import::{self, Undone},
        token,
    },
    report,
    words::counted,
};

/// List the imports of an organization, or undo one.
#[derive(Args)]
pub(super) struct Imports {
    #[command(flatten)]
    tenant: Tenant,

    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the last imports, the latest first.
    List {
        /// Number of imports.
        #[arg(long, value_name = "N", default_value_t = 20)]
        last: u64,
    },
    /// Remove what an import stored: responses, incidents, releases or figures, and the customers, releases and features that it
    /// created and that nothing else names. The daily counts follow. Objects that it updated are kept; figures get
    /// their earlier values. The file can then be imported again, with another mapping.
    Undo {
        /// ID of the import, or last.
        import: String,
    },
}

impl Imports {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let by = token::operator(self.tenant.find(&store).await?.id).manages()?;
        match self.action {
            Action::List { last } => {
                let rows = import::latest(&store, by, last).await?;
                print(&rows);
            }
            Action::Undo { import } => {
                let found = import::find(&store, by, ("import", &import)).await?;
                let undone = import::undo(&store, by, found.id, clock::now()).await?;
                print_undone(&undone);
            }
        }
        store.close().await?;
        Ok(())
    }
}

fn print_undone(undone: &Undone) {
    let import = &undone.import;
    let noun = match import.kind {
        ImportKind::Feedback => "response",
        ImportKind::Incidents => "incident",
        ImportKind::Releases => "release",
        ImportKind::Exposure => "figure",
    };
    let removed = counted(import.rows_removed.unsigned_abs(), noun);
    println!("The import of {} was undone: {removed} removed.", import.file);
    if undone.created_removed > 0 {
        let objects = counted(undone.created_removed, "object");
        println!("{objects} created for them removed, too.");
    }
    let kept = undone.rows_kept + undone.created_kept;
    if kept > 0 {
        println!(
            "{} that it had created stay: something else names them, or they were changed since.",
            counted(kept, "object")
        );
    }
    if import.rows_updated > 0 && import.kind != ImportKind::Exposure {
        println!("{} that it updated stay as they are.", counted(import.rows_updated.unsigned_abs(), noun));
    }
}

fn print(rows: &[Model]) {
    if rows.is_empty() {
        println!("There are no imports.");
        return;
    }
    let columns = ["id", "file", "state", "when", "read", "accepted", "updated", "rejected", "removed"];
    let mut table = report::terminal::table(columns, &[4, 5, 6, 7, 8]);
    for row in rows {
        table.add_row([
            row.id.public(),
            row.file.clone(),
            format!("{:?}", row.state).to_lowercase(),
            row.created_at.format("%Y-%m-%d %H:%M").to_string(),
            row.rows_read.to_string(),
            row.rows_accepted.to_string(),
            row.rows_updated.to_string(),
            row.rows_rejected.to_string(),
            row.rows_removed.to_string(),
        ]);
    }
    println!("{}", table.trim_fmt());
    for row in rows {
        if let Some(reason) = &row.failure {
            println!("{} failed: {reason}", row.id.public());
        }
    }
}

/// Delete responses of a source.
#[derive(Args)]
pub(super) struct Delete {
    #[command(subcommand)]
    what: Deletable,
}

#[derive(Subcommand)]
enum Deletable {
    /// Delete the responses of a source that match all conditions.
    Feedback(DeleteFeedback),
}

#[derive(Args)]
struct DeleteFeedback {
    /// Source system of the responses.
    #[arg(long)]
    source: String,

    /// Conditions: product, feature, release, segment, scale or channel, for example product=shop,release=2.1.0. A feature or a
    /// release needs its product.
    #[arg(long = "where", value_name = "FIELD=TEXT,...", value_parser = pairs)]
    conditions: Vec<Vec<(String, String)>>,

    /// First day of the responses.
    #[arg(long, value_name = "DAY")]
    from: Option<NaiveDate>,

    /// Day after the last one of the responses.
    #[arg(long, value_name = "DAY")]
    until: Option<NaiveDate>,

    /// Print how many there are, and delete nothing.
    #[arg(long)]
    preview: bool,

    /// Delete without asking.
    #[arg(long)]
    yes: bool,

    /// Let their source submit them again; otherwise they stay deleted whatever it submits.
    #[arg(long)]
    forget: bool,

    #[command(flatten)]
    tenant: Tenant,
}

fn pairs(text: &str) -> Result<Vec<(String, String)>, ballroom_files::MappingError> {
    ballroom_files::mapping::pairs(text)
}

impl Delete {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let Deletable::Feedback(given) = self.what;
        let store = database.open().await?;
        let by = token::operator(given.tenant.find(&store).await?.id).manages()?;
        let dimensions = store.dimensions(by.organization()).await?;
        let mut selection = Selection {
            source: given.source.clone(),
            from: given.from,
            until: given.until,
            ..Selection::default()
        };
        let conditions: Vec<&(String, String)> = given.conditions.iter().flatten().collect();
        let said =
            |field: &str| conditions.iter().find(|(known, _)| known == field).map(|(_, text)| text.as_str());
        if let Some(product) = said("product") {
            selection.product = Some(dimensions.product("product", product)?.id);
        }
        for (field, text) in &conditions {
            let product = || {
                selection
                    .product
                    .ok_or_else(|| anyhow::anyhow!("--where: {field} needs its product; add product=..."))
            };
            match field.as_str() {
                "product" => (),
                "feature" => selection.feature = Some(dimensions.feature(product()?, "feature", text)?.id),
                "release" => selection.release = Some(dimensions.release(product()?, "release", text)?.id),
                "segment" => selection.segment = Some(dimensions.segment("segment", text)?.id),
                "scale" => selection.scale = Some(dimensions.scale("scale", text)?.id),
                "channel" => selection.channel = Some(text.clone()),
                other => anyhow::bail!(
                    "--where: unknown field `{other}`; use product, feature, release, segment, scale or channel"
                ),
            }
        }
        let number = feedback::count_selected(&store, by, &selection).await?;
        if given.preview {
            println!("{} would be deleted.", counted(number, "response"));
        } else if number == 0 {
            println!("There are no such responses.");
        } else if given.yes || confirmed(number)? {
            let removed =
                feedback::remove_selected(&store, by, (&selection, !given.forget), clock::now()).await?;
            println!("{} deleted.", counted(removed, "response"));
        } else {
            println!("Nothing was deleted.");
        }
        store.close().await?;
        Ok(())
    }
}

fn confirmed(number: u64) -> anyhow::Result<bool> {
    anyhow::ensure!(
        std::io::stdin().is_terminal(),
        "{} would be deleted; confirm it with --yes, or look with --preview",
        counted(number, "response")
    );
    print!("Delete {}? [y/N] ", counted(number, "response"));
    std::io::stdout().flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
