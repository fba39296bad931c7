//! Objects by their id, whatever they are.

use async_graphql::{Context, ID, Interface, Object};
use ballroom_entity::id::{
    ApiTokenId, AttributionId, CustomerId, DeploymentId, FeatureId, FeedbackId, IncidentId, IterationId,
    MemberId, OrganizationId, ProductId, ReleaseId, ScaleId, SegmentId, TeamId,
};
use futures::future::join_all;

use super::{
    Asking,
    customer::Customer,
    deployment::Deployment,
    fault::Fault,
    feature::Feature,
    feedback::Feedback,
    incident::{Attribution, Incident},
    iteration::Iteration,
    member::Member,
    organization::Organization,
    product::Product,
    release::Release,
    scale::Scale,
    segment::Segment,
    team::Team,
    token::ApiToken,
};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{access::Read, customer, feedback, incident, organization, token},
};

/// The most ids that are looked up at once.
const MOST: usize = 200;

/// Whatever has an id.
#[derive(Interface)]
#[graphql(field(name = "id", ty = "ID", desc = "Its id: the noun and 32 hexadecimal digits."))]
pub(super) enum Node {
    Organization(Organization),
    Product(Product),
    Feature(Feature),
    Release(Release),
    Deployment(Deployment),
    Iteration(Iteration),
    Segment(Segment),
    Customer(Customer),
    Scale(Scale),
    Feedback(Feedback),
    Incident(Incident),
    Attribution(Attribution),
    ApiToken(ApiToken),
    Member(Member),
    Team(Team),
}

#[derive(Default)]
pub(super) struct NodeQuery;

#[Object]
impl NodeQuery {
    /// Any object, by its id. Null when there is none, or when it is not yours to see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Its id.")] id: ID,
    ) -> Result<Option<Node>, Fault> {
        find(ctx, &id).await
    }

    /// Objects by their ids, in the order of the ids; null in the place of one that is not there, or that may not be seen.
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Their ids, at most 200.")] ids: Vec<ID>,
    ) -> Result<Vec<Option<Result<Node, Fault>>>, Fault> {
        if ids.len() > MOST {
            return Err(Fault::invalid(
                "ids",
                &format!("has {} ids; send at most {MOST} at once", ids.len()),
            ));
        }
        // Each by itself: one that may not be seen is null in its own place.
        let found = join_all(ids.iter().map(|id| find(ctx, id))).await;
        Ok(found.into_iter().map(Result::transpose).collect())
    }
}

/// The object of an id; none if it is not there, or not the caller's to see.
pub(super) async fn find(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>, Fault> {
    let viewer = ctx.viewer();
    if let Some(only) = viewer.reads().ok().and_then(Read::only) {
        return own(ctx, id, only).await;
    }
    let dimensions = super::dimensions(ctx).await?;
    macro_rules! known {
        ($($table:ident: $id:ident => $node:ident),* $(,)?) => {$(
            if let Some(id) = $id::parse(id) {
                ctx.reports()?;
                return Ok(dimensions.$table.get(&id).cloned().map($node).map(Node::$node));
            }
        )*};
    }
    macro_rules! loaded {
        ($right:ident: $($id:ident => $node:ident),* $(,)?) => {$(
            if let Some(id) = $id::parse(id) {
                ctx.$right()?;
                return Ok(ctx.load().load_one(id).await?.map($node).map(Node::$node));
            }
        )*};
    }
    known! {
        products: ProductId => Product,
        features: FeatureId => Feature,
        releases: ReleaseId => Release,
        segments: SegmentId => Segment,
        scales: ScaleId => Scale,
        teams: TeamId => Team,
    }
    loaded! { reports: IterationId => Iteration, DeploymentId => Deployment, MemberId => Member }
    loaded! {
        reads: FeedbackId => Feedback, IncidentId => Incident, CustomerId => Customer, AttributionId => Attribution
    }
    if OrganizationId::parse(id) == Some(viewer.organization()) {
        let own = organization::find(ctx.store(), ctx.reports()?.organization()).await?;
        return Ok(Some(Node::Organization(Organization(own))));
    }
    if let (Some(id), Ok(by)) = (ApiTokenId::parse(id), ctx.administers()) {
        let all = token::all(ctx.store(), by).await?;
        return Ok(all.into_iter().find(|token| token.id == id).map(ApiToken).map(Node::ApiToken));
    }
    Ok(None)
}

/// What a customer may see by its id: answers given, incidents suffered, and the customer.
async fn own(ctx: &Context<'_>, id: &ID, only: CustomerId) -> Result<Option<Node>, Fault> {
    let (store, by) = (ctx.store(), ctx.reads()?);
    let found = if let Some(id) = FeedbackId::parse(id) {
        feedback::find(store, by, id).await.map(|row| Node::Feedback(Feedback(row)))
    } else if let Some(id) = IncidentId::parse(id) {
        incident::find(store, by, id).await.map(|row| Node::Incident(Incident(row)))
    } else if CustomerId::parse(id) == Some(only) {
        customer::find(store, by, ("id", id)).await.map(|row| Node::Customer(Customer(row)))
    } else {
        return Ok(None);
    };
    match found {
        Ok(node) => Ok(Some(node)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
