//! `ballroom token`.

use ballroom_entity::api_token;
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

use super::settings::{Database, organization};
use crate::{
    clock,
    domain::{reference::PublicId, token},
    report,
};

/// Make, list and revoke tokens.
#[derive(Subcommand)]
pub(super) enum Token {
    /// Make a token and print it; it is not shown again.
    Create(Create),
    /// List the tokens.
    List,
    /// Revoke a token.
    Revoke {
        /// Its id or its name.
        token: String,
    },
}

/// A token to make.
#[derive(Args)]
pub(super) struct Create {
    /// What it may do; each role includes those before it.
    #[arg(long, value_enum)]
    role: Role,

    /// What it is for; also the source under which its data is filed.
    #[arg(long)]
    name: String,

    /// When it stops working by itself, for example 2027-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    expires: Option<DateTime<Utc>>,

    /// Print the token and nothing else.
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Read everything.
    Reader,
    /// Also write feedback, incidents, deployments and exposure.
    Contributor,
    /// Also write products, features, releases, iterations, customers, segments and scales.
    Manager,
    /// Also make and revoke tokens.
    Administrator,
}

impl From<Role> for api_token::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Reader => Self::Reader,
            Role::Contributor => Self::Contributor,
            Role::Manager => Self::Manager,
            Role::Administrator => Self::Administrator,
        }
    }
}

impl Token {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let organization = organization(&store).await?;
        let by = token::operator(organization.id).administers()?;
        match self {
            Self::Create(Create { role, name, expires, quiet }) => {
                let (row, text) =
                    token::create(&store, by, role.into(), &name, expires, clock::now()).await?;
                if quiet {
                    println!("{text}");
                } else {
                    println!(
                        "The token \"{}\" ({}), shown only this once:\n\n    {text}\n",
                        row.name,
                        row.id.public()
                    );
                    println!("Send it as `Authorization: Bearer {text}`.");
                }
            }
            Self::List => {
                let mut table = report::table(["id", "name", "role", "made", "state"], &[]);
                for row in token::all(&store, by).await? {
                    table.add_row([
                        row.id.public(),
                        row.name.clone(),
                        format!("{:?}", row.role).to_lowercase(),
                        row.created_at.format("%Y-%m-%d %H:%M").to_string(),
                        state(&row),
                    ]);
                }
                println!("{}", table.trim_fmt());
            }
            Self::Revoke { token: which } => {
                let row = token::revoke(&store, by, &which, clock::now()).await?;
                println!("The token \"{}\" ({}) lets nobody in any more.", row.name, row.id.public());
            }
        }
        store.close().await?;
        Ok(())
    }
}

fn state(row: &api_token::Model) -> String {
    match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("revoked {}", at.format("%Y-%m-%d")),
        (None, Some(end)) if end <= clock::now() => format!("ran out {}", end.format("%Y-%m-%d")),
        (None, Some(end)) => format!("works until {}", end.format("%Y-%m-%d")),
        (None, None) => "works".to_owned(),
    }
}
