//! The schema as a subgraph of a company's graph (Apollo Federation 2): the same, with what can be found by its key from
//! other subgraphs. Only with a setting: whoever does not federate sees none of it.

use async_graphql::{Context, ID, MergedObject, Object};

use super::{Query, customer::Customer, fault::Fault, feature::Feature, node, node::Node, release::Release};

/// Everything that can be asked, and what a router asks besides.
#[derive(MergedObject, Default)]
pub struct SubgraphQuery(Query, Entities);

/// What other subgraphs may name by its id. Rights are those of `node`: what the caller may not see is null.
#[derive(Default)]
struct Entities;

macro_rules! entity {
    ($ctx:expr, $id:expr, $noun:ident) => {
        match node::find($ctx, &$id).await? {
            Some(Node::$noun(found)) => Ok(Some(found)),
            _ => Ok(None),
        }
    };
}

#[Object]
impl Entities {
    /// A feature, by its id.
    #[graphql(entity)]
    async fn feature_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Feature>, Fault> {
        entity!(ctx, id, Feature)
    }

    /// A release, by its id.
    #[graphql(entity)]
    async fn release_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Release>, Fault> {
        entity!(ctx, id, Release)
    }

    /// A customer, by its id.
    #[graphql(entity)]
    async fn customer_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Customer>, Fault> {
        entity!(ctx, id, Customer)
    }
}
