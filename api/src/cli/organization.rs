//! `ballroom organization`, and how other commands choose an organization.

use ballroom_entity::organization;
use clap::{Args, Subcommand};

use super::settings::Database;
use crate::{
    base::reference::PublicId,
    clock,
    domain::{organization as organizations, sent::Outcome, token},
    report::terminal,
    store::Store,
};

/// The organization that a command works on.
#[derive(Args, Clone)]
pub(super) struct Tenant {
    /// Key or ID of the organization; default: the organization with the key main, else the oldest.
    #[arg(long, global = true, env = "BALLROOM_ORGANIZATION", value_name = "KEY")]
    organization: Option<String>,
}

impl Tenant {
    /// The key or ID that was given, if any.
    pub(super) fn given(&self) -> Option<&str> {
        self.organization.as_deref().filter(|key| !key.is_empty())
    }

    /// The organization that was given, if any.
    pub(super) async fn named(&self, store: &Store) -> anyhow::Result<Option<organization::Model>> {
        match self.given() {
            Some(key) => Ok(Some(organizations::referenced(store, "--organization", key).await?)),
            None => Ok(None),
        }
    }

    /// The organization that was given, else the first one.
    pub(super) async fn find(&self, store: &Store) -> anyhow::Result<organization::Model> {
        match self.named(store).await? {
            Some(named) => Ok(named),
            None => Ok(organizations::first(store, clock::now()).await?.0),
        }
    }
}

/// Create and list organizations.
#[derive(Subcommand)]
pub(super) enum Organization {
    /// Create an organization, or rename the one with this key.
    Create {
        /// Key: a short name, unique on the server; at most 64 characters.
        key: String,

        /// Display name; default: the key.
        #[arg(long)]
        name: Option<String>,
    },
    /// List the organizations.
    List,
}

impl Organization {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        match self {
            Self::Create { key, name } => {
                let (row, outcome) =
                    organizations::create(&store, &key, name.as_deref(), clock::now()).await?;
                let (key, id) = (&row.key, row.id.public());
                match outcome {
                    Outcome::Created => println!(
                        "Created the organization \"{key}\" ({id}). Create a token for it with `ballroom token create \
                         --organization {key} --role administrator --name NAME`."
                    ),
                    Outcome::Updated => {
                        println!("Renamed the organization \"{key}\" ({id}) to \"{}\".", row.name)
                    }
                    _ => println!("The organization \"{key}\" ({id}) already exists; nothing was changed."),
                }
            }
            Self::List => {
                let mut table = terminal::table(["key", "name", "created", "active tokens", "id"], &[3]);
                for row in organizations::all(&store).await? {
                    let by = token::operator(row.id).administers()?;
                    let now = clock::now();
                    let tokens = token::all(&store, by).await?;
                    let active = tokens.iter().filter(|token| {
                        token.revoked_at.is_none() && token.expires_at.is_none_or(|end| end > now)
                    });
                    let created = row.created_at.format("%Y-%m-%d").to_string();
                    table.add_row([row.key, row.name, created, active.count().to_string(), row.id.public()]);
                }
                println!("{}", table.trim_fmt());
            }
        }
        store.close().await?;
        Ok(())
    }
}
