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
    report,
    store::Dimensions,
};

/// Make, list and revoke tokens.
#[derive(Args)]
pub(super) struct Token {
    #[command(flatten)]
    tenant: Tenant,

    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
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
struct Create {
    /// For whom it speaks.
    #[arg(long, value_enum)]
    role: Role,

    /// To what it is confined, whatever the role.
    #[arg(long, value_enum, default_value_t = Scope::Full)]
    scope: Scope,

    /// The customer for whom it speaks, by id or key; with the role of a customer only.
    #[arg(long)]
    customer: Option<String>,

    /// The member to whom it belongs, by id or e-mail address; a machine's by default.
    #[arg(long)]
    member: Option<String>,

    /// What it is for; also the source under which its data is filed.
    #[arg(long)]
    name: String,

    /// When it stops working by itself, for example 2027-01-01T00:00:00Z.
    #[arg(long, value_name = "TIME")]
    expires: Option<DateTime<Utc>>,

    /// The only product that answers may be about, by id or key; with the scope publishable, and needed there.
    #[arg(long)]
    product: Option<String>,

    /// A feature of that product that answers may be about, by id or key; repeatable. Without any: all of them.
    #[arg(long = "feature", value_name = "FEATURE")]
    features: Vec<String>,

    /// An origin whose pages may use the token, such as https://www.example.com; repeatable. Without any: all of them,
    /// and whoever is no page.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,

    /// Print the token and nothing else.
    #[arg(long)]
    quiet: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// Product management: everything but tokens.
    Product,
    /// Development: releases, deployments, answers, incidents.
    Development,
    /// Operations: releases, deployments, answers, incidents.
    Operations,
    /// Security: answers and incidents.
    Security,
    /// Business: reports.
    Business,
    /// Support: answers and incidents.
    Support,
    /// One customer: that customer's own answers and incidents.
    Customer,
    /// Whoever administers the organization: everything in it.
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
    /// Everything that the role may do.
    Full,
    /// Reading only.
    Read,
    /// Only writing what systems report: answers, incidents, exposure, releases, deployments.
    Ingest,
    /// Only reports, without answers, incidents or customers.
    Reports,
    /// Only submitting answers: such a token may stand in a web page.
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
            Verb::Create(create) => {
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
                        "The token \"{}\" ({}), shown only this once:\n\n    {text}\n",
                        row.name,
                        row.id.public()
                    );
                    println!("Send it as `Authorization: Bearer {text}`.");
                }
            }
            Verb::List => {
                let rows = token::all(&store, by).await?;
                let known = Known {
                    dimensions: store.dimensions(organization.id).await?,
                    customers: token::customers(&store, by, &rows).await?,
                    members: token::members(&store, by, &rows).await?,
                };
                let says = |row: &api_token::Model| {
                    [
                        row.name.clone(),
                        format!("{:?}", row.role).to_lowercase(),
                        format!("{:?}", row.scope).to_lowercase(),
                        known.bound_to(row),
                        row.created_at.format("%Y-%m-%d").to_string(),
                        row.last_used_at.map_or_else(String::new, |at| at.format("%Y-%m-%d").to_string()),
                        state(row),
                    ]
                };
                let header = ["name", "role", "scope", "for", "made", "last used", "state"];
                let mut table =
                    report::table(["name", "role", "scope", "for", "made", "last used", "state", "id"], &[]);
                for row in &rows {
                    let [name, role, scope, bound, made, used, state] = says(row);
                    table.add_row([name, role, scope, bound, made, used, state, row.id.public()]);
                }
                if table.fits() {
                    println!("{}", table.trim_fmt());
                } else {
                    // An id in pieces cannot be copied: they get a table of their own.
                    let (mut table, mut ids) =
                        (report::table(header, &[]), report::table(["id", "name"], &[]));
                    for row in &rows {
                        table.add_row(says(row));
                        ids.add_row([row.id.public(), row.name.clone()]);
                    }
                    println!("{}\n\n{}", table.trim_fmt(), ids.trim_fmt());
                }
            }
            Verb::Revoke { token: which } => {
                let row = token::revoke(&store, by, ("token", &which), clock::now()).await?;
                println!("The token \"{}\" ({}) lets nobody in any more.", row.name, row.id.public());
            }
        }
        store.close().await?;
        Ok(())
    }
}

/// What tokens may name.
struct Known {
    dimensions: Arc<Dimensions>,
    customers: HashMap<CustomerId, String>,
    members: HashMap<MemberId, String>,
}

impl Known {
    /// What a token is for: the customer for whom it speaks, or the member to whom it belongs; of a publishable one the
    /// product, its features, and the origins.
    fn bound_to(&self, row: &api_token::Model) -> String {
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
        (None, Some(end)) if end <= clock::now() => format!("ran out {}", end.format("%Y-%m-%d")),
        (None, Some(end)) => format!("works until {}", end.format("%Y-%m-%d")),
        (None, None) => "works".to_owned(),
    }
}
