//! `ballroom operator`.

use ballroom_entity::operator_token;
use chrono::{DateTime, Utc};
use clap::Subcommand;

use super::settings::Database;
use crate::{base::reference::PublicId, clock, domain::operator, report::terminal};

/// Create, list and revoke tokens of operators of the server. Operators create and list organizations through GraphQL and
/// cannot see the data of any organization.
#[derive(Subcommand)]
pub(super) enum Operator {
    /// Create an operator token and print it; it cannot be shown again.
    Create {
        /// Name of the token: what it is for.
        #[arg(long)]
        name: String,

        /// Expiration time, for example 2027-01-01T00:00:00Z; default: never.
        #[arg(long, value_name = "TIME")]
        expires: Option<DateTime<Utc>>,

        /// Print only the token.
        #[arg(long)]
        quiet: bool,
    },
    /// List the operator tokens.
    List,
    /// Revoke an operator token.
    Revoke {
        /// ID or name of the token.
        token: String,
    },
}

impl Operator {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        match self {
            Self::Create { name, expires, quiet } => {
                let (row, text) = operator::create(&store, &name, expires, clock::now()).await?;
                if quiet {
                    println!("{text}");
                } else {
                    let (name, id) = (row.name, row.id.public());
                    println!("Operator token \"{name}\" ({id}); it is shown only once:\n\n    {text}\n");
                    println!("Send it as `Authorization: Bearer {text}`.");
                }
            }
            Self::List => {
                let mut table = terminal::table(["name", "created", "state", "id"], &[]);
                for row in operator::all(&store).await? {
                    let created = row.created_at.format("%Y-%m-%d").to_string();
                    let state = state(&row);
                    table.add_row([row.name, created, state, row.id.public()]);
                }
                println!("{}", table.trim_fmt());
            }
            Self::Revoke { token } => {
                let row = operator::revoke(&store, &token, clock::now()).await?;
                println!("Revoked the operator token \"{}\" ({}).", row.name, row.id.public());
            }
        }
        store.close().await?;
        Ok(())
    }
}

fn state(row: &operator_token::Model) -> String {
    match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("revoked {}", at.format("%Y-%m-%d")),
        (None, Some(end)) if end <= clock::now() => format!("expired {}", end.format("%Y-%m-%d")),
        (None, Some(end)) => format!("active until {}", end.format("%Y-%m-%d")),
        (None, None) => "active".to_owned(),
    }
}
