//! `ballroom token`.

use std::{collections::HashMap, sync::Arc};

use ballroom_entity::{
    api_token,
    id::{CustomerId, MemberId},
};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand, ValueEnum};

use super::{organization::Tenant, settings::Database};
use crate::{
    base::reference::PublicId,
    clock,
    domain::token::{self, NewToken},
    report::terminal,
    store::Dimensions,
};

/// Create, list and revoke tokens.
#[derive(Args)]
pub(super) struct Token {
    #[command(flatten)]
    tenant: Tenant,

    #[command(subcommand)]
    verb: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Create a token and print it; it cannot be shown again.
    Create(Create),
    /// List the tokens.
    List,
    /// Revoke a token.
    Revoke {
        /// ID or name of the token.
        token: String,
    },
}

/// A token to create.
#[derive(Args)]
struct Create {
    /// Role of the callers.
    #[arg(long, value_enum)]
    role: Role,

    /// Scope, which restricts the rights of the role.
    #[arg(long, value_enum, default_value_t = Scope::Full)]
    scope: Scope,

    /// Customer that the token acts for, by ID or key; with the role customer only.
    #[arg(long)]
    customer: Option<String>,

    /// Member that the token belongs to, by ID or email address; default: a program's token.
    #[arg(long)]
    member: Option<String>,

    /// Name: what the token is for; also the source of the data that it submits.
    #[arg(long)]
    name: String,

    /// Expiration time, for example 2027-01-01T00:00:00Z; default: never.
    #[arg(long, value_name = "TIME")]
    expires: Option<DateTime<Utc>>,

    /// Product that responses may be about, by ID or key; required with the scope publishable, and only allowed there.
    #[arg(long)]
    product: Option<String>,

    /// Feature of that product that responses may be about, by ID or key; repeatable. Default: all features.
    #[arg(long = "feature", value_name = "FEATURE")]
    features: Vec<String>,

    /// Origin whose pages may use the token, for example https://www.example.com; repeatable. Default: all origins,
    /// and callers that are not web pages.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,

    /// Print only the token.
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Product management: everything except tokens.
    Product,
    /// Development: releases, deployments, feedback, incidents.
    Development,
    /// Operations: releases, deployments, feedback, incidents.
    Operations,
    /// Security: feedback and incidents.
    Security,
    /// Business: reports.
    Business,
    /// Support: feedback and incidents.
    Support,
    /// Customer: feedback and incidents of this customer only.
    Customer,
    /// Administrator: everything in the organization.
    Administrator,
}

impl From<Role> for api_token::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Product => Self::Product,
            Role::Development => Self::Development,
            Role::Operations => Self::Operations,
            Role::Security => Self::Security,
            Role::Business => Self::Business,
            Role::Support => Self::Support,
            Role::Customer => Self::Customer,
            Role::Administrator => Self::Administrator,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum Scope {
    /// Everything that the role allows.
    Full,
    /// Read only.
    Read,
    /// Write only what systems report: feedback, incidents, exposure, releases, deployments.
    Ingest,
    /// Reports only, without feedback, incidents or customers.
    Reports,
    /// Submit feedback only: the token may be published in a web page.
    Publishable,
}

impl From<Scope> for api_token::Scope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Full => Self::Full,
            Scope::Read => Self::Read,
            Scope::Ingest => Self::Ingest,
            Scope::Reports => Self::Reports,
            Scope::Publishable => Self::Publishable,
        }
    }
}

impl Token {
    pub(super) async fn run(self, database: &Database) -> anyhow::Result<()> {
        let store = database.open().await?;
        let organization = self.tenant.find(&store).await?;
        let by = token::operator(organization.id).administers()?;
        match self.verb {
            Action::Create(create) => {
                let quiet = create.quiet;
                let new = NewToken {
                    role: create.role.into(),
                    scope: create.scope.into(),
                    customer: create.customer,
                    member: create.member,
                    name: create.name,
                    expires_at: create.expires,
                    product: create.product,
                    features: create.features,
                    origins: create.origins,
                };
                let (row, text) = token::create(&store, by, new, clock::now()).await?;
                if quiet {
                    println!("{text}");
                } else {
                    println!(
                        "Token \"{}\" ({}); it is shown only once:\n\n    {text}\n",
                        row.name,
                        row.id.public()
                    );
                    println!("Send it as `Authorization: Bearer {text}`.");
                }
            }
            Action::List => {
                let rows = token::all(&store, by).await?;
                let known = Names {
                    dimensions: store.dimensions(organization.id).await?,
                    customers: token::customers(&store, by, &rows).await?,
                    members: token::members(&store, by, &rows).await?,
                };
                let says = |row: &api_token::Model| {
                    [
                        row.name.clone(),
                        format!("{:?}", row.role).to_lowercase(),
                        format!("{:?}", row.scope).to_lowercase(),
                        known.binding(row),
                        row.created_at.format("%Y-%m-%d").to_string(),
                        row.last_used_at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string()),
                        state(row),
                    ]
                };
                let header = ["name", "role", "scope", "for", "created", "last used", "state"];
                let mut table = terminal::table(
                    ["name", "role", "scope", "for", "created", "last used", "state", "id"],
                    &[],
                );
                for row in &rows {
                    let [name, role, scope, bound, made, used, state] = says(row);
                    table.add_row([name, role, scope, bound, made, used, state, row.id.public()]);
                }
                if table.fits() {
                    println!("{}", table.trim_fmt());
                } else {
                    // A wrapped ID cannot be copied: IDs get a table of their own.
                    let (mut table, mut ids) =
                        (terminal::table(header, &[]), terminal::table(["id", "name"], &[]));
                    for row in &rows {
                        table.add_row(says(row));
                        ids.add_row([row.id.public(), row.name.clone()]);
                    }
                    println!("{}\n\n{}", table.trim_fmt(), ids.trim_fmt());
                }
            }
            Action::Revoke { token: which } => {
                let row = token::revoke(&store, by, ("token", &which), clock::now()).await?;
                println!("Revoked the token \"{}\" ({}).", row.name, row.id.public());
            }
        }
        store.close().await?;
        Ok(())
    }
}

/// The names of what tokens refer to.
struct Names {
    dimensions: Arc<Dimensions>,
    customers: HashMap<CustomerId, String>,
    members: HashMap<MemberId, String>,
}

impl Names {
    /// What a token is bound to: the customer it acts for, or the member it belongs to; of a publishable token the
    /// product, its features, and the origins.
    fn binding(&self, row: &api_token::Model) -> String {
        let dimensions = &self.dimensions;
        let customer = row.customer_id.and_then(|id| self.customers.get(&id));
        let member = row.member_id.and_then(|id| self.members.get(&id));
        let publication = token::publication(row);
        let product = publication.product.and_then(|id| dimensions.products.get(&id));
        let features = publication.features.iter().filter_map(|id| dimensions.features.get(id));
        let people = customer.into_iter().chain(member).cloned();
        let mut words: Vec<String> = people.chain(product.map(|product| product.key.clone())).collect();
        words.extend(features.map(|feature| feature.key.clone()));
        words.extend(publication.origins);
        if words.is_empty() && row.scope == api_token::Scope::Publishable {
            return "any product".to_owned();
        }
        words.join(" ")
    }
}

fn state(row: &api_token::Model) -> String {
    match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("revoked {}", at.format("%Y-%m-%d")),
        (None, Some(end)) if end <= clock::now() => format!("expired {}", end.format("%Y-%m-%d")),
        (None, Some(end)) => format!("active until {}", end.format("%Y-%m-%d")),
        (None, None) => "active".to_owned(),
    }
}
