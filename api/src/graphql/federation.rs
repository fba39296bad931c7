//! The schema as a subgraph of a larger graph (Apollo Federation 2): the same, with entities that other subgraphs can
//! resolve by their keys. Only enabled by an option; otherwise it is invisible.

use async_graphql::{Context, ID, MergedObject, Object};

use super::{Query, customer::Customer, fault::Fault, feature::Feature, node, node::Node, release::Release};

/// The root query type, and the fields for a router.
#[derive(MergedObject, Default)]
pub struct SubgraphQuery(Query, Entities);

/// The entities that other subgraphs can reference by ID. Rights are those of `node`: what the caller may not see is
/// null.
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
    /// A feature by its ID.
    #[graphql(entity)]
    async fn feature_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Feature>, Fault> {
        entity!(ctx, id, Feature)
    }

    /// A release by its ID.
    #[graphql(entity)]
    async fn release_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Release>, Fault> {
        entity!(ctx, id, Release)
    }

    /// A customer by its ID.
    #[graphql(entity)]
    async fn customer_by_id(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Customer>, Fault> {
        entity!(ctx, id, Customer)
    }
}
