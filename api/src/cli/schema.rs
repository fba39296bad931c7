//! `ballroom schema`.

use clap::Args;

use crate::graphql;

/// Print the GraphQL schema in the schema definition language (SDL).
#[derive(Args)]
pub(super) struct Schema {
    /// Print the schema of a subgraph (Apollo Federation 2), as registries and composition expect it.
    #[arg(long)]
    federation: bool,
}

impl Schema {
    pub(super) fn run(&self) {
        print!("{}", if self.federation { graphql::subgraph_sdl() } else { graphql::sdl() });
    }
}
