//! Incidents: objects and lookups.

mod cause;
mod change;
mod open;

use async_graphql::{
    ComplexObject, Context, Description, Enum, ID, Object, SimpleObject, connection::Connection,
};
use ballroom_entity::{attribution, id::IncidentId, incident::Model};

pub(super) use cause::AttributionCandidate;
use cause::IncidentCause;
pub(super) use change::IncidentMutation;

use super::{
    ContextExt,
    actor::{self, Actor},
    customer::{Customer, CustomerFilter, CustomerOrder},
    fault::Fault,
    feature::{self, Feature},
    incidents::{self, IncidentFilter, IncidentOrder},
    known_error::{self, KnownError},
    load::{AffectedBy, AttributionsOf, CandidatesOf, CausesOf, EarlierOf},
    lookup::{self, By},
    page::{Total, connection, or_default},
    product::{self, Product},
    release::{self, Release},
    scalar::{DateTime, id, parse},
};
use crate::domain::{
    cause::Cause,
    customer::Customers,
    incident::{self, Incidents},
};

/// An incident: something does not work.
#[derive(Description)]
pub struct Incident(pub Model);

/// Status of an incident.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum IncidentState {
    /// It still affects customers.
    Open,
    /// It is resolved.
    Resolved,
}

/// A time interval in which an incident was open.
#[derive(SimpleObject)]
#[graphql(complex)]
struct IncidentInterval {
    /// Start time.
    opened_at: DateTime,
    /// End time; null: it is still open.
    resolved_at: Option<DateTime>,
    #[graphql(skip)]
    opened_by: Option<actor::Stored>,
    #[graphql(skip)]
    resolved_by: Option<actor::Stored>,
}

#[ComplexObject]
impl IncidentInterval {
    /// Actor that opened or reopened the incident; null if not recorded. Not for customers.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        ctx.is_inside()?;
        Ok(self.opened_by.map(Actor))
    }

    /// Actor that resolved the incident; null while it is open, or if not recorded. Not for customers.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        ctx.is_inside()?;
        Ok(self.resolved_by.map(Actor))
    }
}

/// Basis of an attribution.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::attribution::AttributionBasis")]
enum AttributionBasis {
    /// The reporter named the release.
    Explicit,
    /// A person confirmed it.
    Confirmed,
    /// Computed, with a confidence. It counts from 0.5 on.
    Inferred,
    /// A person rejected this release.
    Rejected,
    /// A person found that no release caused it.
    NotCausedByChange,
}

/// A statement about the cause of an incident. The newest one decides; a rejection excludes its release.
#[derive(Description)]
pub(super) struct Attribution(pub(super) attribution::Model);

#[Object(use_type_description)]
impl Attribution {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Basis.
    async fn basis(&self) -> AttributionBasis {
        self.0.basis.into()
    }

    /// The release; null if no change caused the incident, or if its source no longer names a release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release_id {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Probability, 0 to 1, of an inferred attribution; else null.
    async fn confidence(&self) -> Option<f64> {
        self.0.confidence
    }

    /// Time of the statement.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Author of the statement; null if not recorded. Not for customers.
    async fn stated_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.stated_by)
    }
}

#[Object(use_type_description)]
impl Incident {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Affected product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Affected features, by key; empty: the product as a whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        let affected = ctx.load().load_one(AffectedBy(self.0.id)).await?.unwrap_or_default();
        feature::by_key(ctx, &affected).await
    }

    /// Summary in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Full description; null if not given.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Severity: 1 (critical) to 4 (minor).
    async fn severity(&self) -> i32 {
        self.0.severity.into()
    }

    /// Status.
    async fn state(&self) -> IncidentState {
        if self.0.resolved_at.is_some() { IncidentState::Resolved } else { IncidentState::Open }
    }

    /// Time at which it began.
    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }

    /// Time at which it last ended; null: it is open.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.0.resolved_at.map(Into::into)
    }

    /// Actor that opened it; null if not recorded. Not for customers.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.opened_by)
    }

    /// Actor that last reopened it; null if it was not reopened, or if not recorded. Not for customers.
    async fn reopened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.reopened_by)
    }

    /// Actor that last resolved it; null while it is open, or if not recorded. Not for customers.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.resolved_by)
    }

    /// Intervals in which it was open, the earliest first. A reopened incident has several; only their days count.
    async fn intervals(&self, ctx: &Context<'_>) -> Result<Vec<IncidentInterval>, Fault> {
        let earlier = match self.0.reopened_at {
            Some(_) => ctx.load().load_one(EarlierOf(self.0.id)).await?.unwrap_or_default(),
            None => Vec::new(),
        };
        let all = incident::intervals(&self.0, &earlier).into_iter();
        Ok(all
            .map(|one| IncidentInterval {
                opened_at: one.opened_at.into(),
                resolved_at: one.resolved_at.map(Into::into),
                opened_by: one.opened_by,
                resolved_by: one.resolved_by,
            })
            .collect())
    }

    /// Number of versions: 1 after it was opened.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Number of affected customers: as stated, else the number of linked customers; null: unknown, and a share of the
    /// feature's active customers is assumed by severity. Not for customers.
    async fn affected_customers(&self, ctx: &Context<'_>) -> Result<Option<i64>, Fault> {
        ctx.is_inside()?;
        let linked = (self.0.linked_customers > 0).then_some(self.0.linked_customers);
        Ok(self.0.affected_customers.or(linked))
    }

    /// Customers known to be affected, by key. Not for customers.
    async fn customers(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which customers to return; all by default.")] filter: Option<CustomerFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<CustomerOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Customer, Total>, Fault> {
        let (filter, order) = (or_default(filter), or_default(order_by));
        let customers = Customers { incident: Some(self.0.id), change: None, filter, order };
        connection(ctx, customers, (first, after, last, before), Customer).await
    }

    /// Statements about its cause, the earliest first. Not for customers.
    async fn attributions(&self, ctx: &Context<'_>) -> Result<Vec<Attribution>, Fault> {
        ctx.is_inside()?;
        let stated = ctx.load().load_one(AttributionsOf(self.0.id)).await?.unwrap_or_default();
        Ok(stated.into_iter().map(Attribution).collect())
    }

    /// Known errors that it comes from, the oldest first. Customers see public ones.
    async fn known_errors(&self, ctx: &Context<'_>) -> Result<Vec<KnownError>, Fault> {
        let ids = ctx.load().load_one(CausesOf(self.0.id)).await?.unwrap_or_default();
        known_error::shown(ctx, ids).await
    }

    /// What is known about its cause: what people stated, else the most probable release. Not for customers.
    async fn cause(&self, ctx: &Context<'_>) -> Result<IncidentCause, Fault> {
        ctx.is_inside()?;
        let stated = ctx.load().load_one(AttributionsOf(self.0.id)).await?.unwrap_or_default();
        let candidates = ctx.load().load_one(CandidatesOf(self.0.id)).await?.unwrap_or_default();
        Ok(IncidentCause(Cause::of(&stated, &candidates)))
    }

    /// Releases that it may come from, the most probable first: those that shipped in the 28 days before, with the
    /// probabilities that were computed for them. They are kept regardless of what people state. Not for customers.
    async fn attribution_candidates(&self, ctx: &Context<'_>) -> Result<Vec<AttributionCandidate>, Fault> {
        ctx.is_inside()?;
        let candidates = ctx.load().load_one(CandidatesOf(self.0.id)).await?.unwrap_or_default();
        Ok(candidates.into_iter().map(AttributionCandidate).collect())
    }

    /// Source system.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// ID in the source system; null if none was given.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

#[derive(Default)]
pub(super) struct IncidentQuery;

#[Object]
impl IncidentQuery {
    /// An incident by exactly one of `id` and `externalId`. Null if there is none; see `errors`.
    async fn incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the source system.")] external_id: Option<String>,
        #[graphql(desc = "Source system. Required for an external ID that exists in several systems.")]
        source: Option<String>,
    ) -> Result<Incident, Fault> {
        let (store, by) = (ctx.store(), ctx.reads()?);
        let given = [("id", id.map(By::Id)), ("externalId", external_id.map(By::Name))];
        let (argument, given) = lookup::one(given)?;
        let text = given.text::<IncidentId>(argument)?;
        Ok(Incident(match argument {
            "id" => incident::find(store, by, parse("id", &text)?).await?,
            _ => incident::find_external(store, by, &text, source.as_deref()).await?,
        }))
    }

    /// Incidents of all products, the last opened first.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<IncidentFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<IncidentOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        incidents::page(ctx, Incidents::default(), filter, order_by, (first, after, last, before)).await
    }
}
