//! `ballroom schema`.

use clap::Args;

use crate::graphql;

/// Print the GraphQL schema, in the schema definition language.
#[derive(Args)]
pub(super) struct Schema {
    /// As a subgraph (Apollo Federation 2): what a registry or a composition takes.
    #[arg(long)]
    federation: bool,
}

impl Schema {
    pub(super) fn run(&self) {
        print!("{}", if self.federation { graphql::subgraph_sdl() } else { graphql::sdl() });
    }
}
