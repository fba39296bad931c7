//! `ballroom sign-in`.

use anyhow::Context;
use clap::Args;

use super::{organization::Tenant, serve::sign_in_address, settings::Database};
use crate::{
    clock,
    domain::{session, token},
    words::counted,
};

/// Print a link that signs a browser in to the dashboard: it works once, and stands in the place of a token.
#[derive(Args)]
pub(super) struct SignIn {
    #[command(flatten)]
    tenant: Tenant,

    /// The token in whose place it stands, by id or name; the first one with which everything may be done by default.
    #[arg(long)]
    token: Option<String>,

    /// Where browsers find the server.
    #[arg(long, env = "BALLROOM_PUBLIC_URL", value_name = "URL", default_value = "http://127.0.0.1:8080")]
    public_url: String,

    /// Print the link and nothing else.
    #[arg(long)]
    quiet: bool,
}

impl SignIn {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let organization = self.tenant.find(&store).await?;
        let by = token::operator(organization.id).administers()?;
        let link = session::link(&store, by, self.token.as_deref(), clock::now()).await?;
        let link = link.with_context(|| match &self.token {
            Some(token) => {
                format!("no token \"{token}\" works with which anything can be read; `ballroom token list` lists them")
            }
            None => "there is no administrator's token that works; `ballroom token create` makes one".to_owned(),
        })?;
        let address = sign_in_address(self.public_url.trim_end_matches('/'), &link);
        if self.quiet {
            println!("{address}");
        } else {
            let minutes = counted(session::LINK.num_minutes() as u64, "minute");
            println!("The dashboard, signed in; the link works once, within {minutes}:\n\n    {address}\n");
        }
        store.close().await?;
        Ok(())
    }
}
