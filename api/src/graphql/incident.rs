//! Incidents: what is shown of them, and how they are found.

mod change;
mod open;

use async_graphql::{
    ComplexObject, Context, Description, Enum, ID, Object, SimpleObject, connection::Connection,
};
use ballroom_entity::{attribution, id::IncidentId, incident::Model};

pub(super) use change::IncidentMutation;

use super::{
    Asking,
    actor::{self, Actor},
    customer::{Customer, CustomerFilter, CustomerOrder, Customers},
    fault::Fault,
    feature::Feature,
    incidents::{IncidentFilter, IncidentOrder, Incidents},
    load::{EarlierOf, HurtBy, StatedOf},
    lookup::{self, By},
    page::{Total, connection},
    product::{self, Product},
    release::{self, Release},
    scalar::{DateTime, id, parse},
};
use crate::domain::incident;

/// Something not working.
#[derive(Description)]
pub struct Incident(pub Model);

/// Whether an incident is over.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum IncidentState {
    /// It still hurts.
    Open,
    /// It is over.
    Resolved,
}

/// A time in which an incident was open.
#[derive(SimpleObject)]
#[graphql(complex)]
struct IncidentInterval {
    /// When it began.
    opened_at: DateTime,
    /// When it ended; null: it goes on.
    resolved_at: Option<DateTime>,
    #[graphql(skip)]
    opened_by: Option<actor::Stored>,
    #[graphql(skip)]
    resolved_by: Option<actor::Stored>,
}

#[ComplexObject]
impl IncidentInterval {
    /// Who opened or reopened the incident; null if this was not recorded. Not for customers.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        ctx.is_inside()?;
        Ok(self.opened_by.map(Actor))
    }

    /// Who resolved the incident; null while it is open, or if this was not recorded. Not for customers.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        ctx.is_inside()?;
        Ok(self.resolved_by.map(Actor))
    }
}

/// What an attribution states.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::attribution::AttributionBasis")]
enum AttributionBasis {
    /// The reporter named the release.
    Explicit,
    /// Somebody looked and agreed.
    Confirmed,
    /// Computed, with a confidence. From 0.5 on it counts.
    Inferred,
    /// Somebody looked and it is not this release.
    Rejected,
    /// Somebody looked and no release caused it.
    NotCausedByChange,
}

/// A statement about where an incident comes from. The newest decides; a rejection takes its release out.
#[derive(Description)]
pub(super) struct Attribution(pub(super) attribution::Model);

#[Object(use_type_description)]
impl Attribution {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// What is stated.
    async fn basis(&self) -> AttributionBasis {
        self.0.basis.into()
    }

    /// The release; null when no change caused the incident, or when the source that had named one names none any more.
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

    /// When it was stated.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Who stated it; null if this was not recorded. Not for customers.
    async fn stated_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.stated_by)
    }
}

#[Object(use_type_description)]
impl Incident {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The product that does not work.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// The features that it hurts, by key; empty: the product as a whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        let hurt = ctx.load().load_one(HurtBy(self.0.id)).await?.unwrap_or_default();
        let dimensions = super::dimensions(ctx).await?;
        let mut features: Vec<_> = hurt.iter().filter_map(|id| dimensions.features.get(id)).collect();
        features.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(features.into_iter().cloned().map(Feature).collect())
    }

    /// What is wrong, in a line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What is wrong, in full; null if nobody said.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// 1 (critical) to 4 (minor).
    async fn severity(&self) -> i32 {
        self.0.severity.into()
    }

    /// Whether it is over.
    async fn state(&self) -> IncidentState {
        if self.0.resolved_at.is_some() { IncidentState::Resolved } else { IncidentState::Open }
    }

    /// When it began.
    async fn opened_at(&self) -> DateTime {
        self.0.opened_at.into()
    }

    /// When it ended, the last time; null: it is open.
    async fn resolved_at(&self) -> Option<DateTime> {
        self.0.resolved_at.map(Into::into)
    }

    /// Who opened it; null if this was not recorded. Not for customers.
    async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.opened_by)
    }

    /// Who reopened it the last time; null if nobody did, or if this was not recorded. Not for customers.
    async fn reopened_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.reopened_by)
    }

    /// Who resolved it the last time; null while it is open, or if this was not recorded. Not for customers.
    async fn resolved_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.resolved_by)
    }

    /// The times in which it was open, the first one first. An incident that was opened again has several; only their
    /// days count.
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

    /// How many states of it there have been: 1 when it was opened.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// How many customers it hurts: as stated, else as many as are linked to it; null: unknown, and a share of
    /// the feature's active customers is assumed by severity. Not for customers.
    async fn affected_customers(&self, ctx: &Context<'_>) -> Result<Option<i64>, Fault> {
        ctx.is_inside()?;
        let linked = (self.0.linked_customers > 0).then_some(self.0.linked_customers);
        Ok(self.0.affected_customers.or(linked))
    }

    /// The customers whom it is known to hurt, by key. Not for customers.
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
        let customers = Customers { incident: Some(self.0.id), filter, order: order_by };
        connection(ctx, customers, (first, after, last, before), Customer).await
    }

    /// What is stated of where it comes from, the first statement first. Not for customers.
    async fn attributions(&self, ctx: &Context<'_>) -> Result<Vec<Attribution>, Fault> {
        ctx.is_inside()?;
        let stated = ctx.load().load_one(StatedOf(self.0.id)).await?.unwrap_or_default();
        Ok(stated.into_iter().map(Attribution).collect())
    }

    /// The system that it came from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// That system's id of it; null if it gave none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// When it was entered.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// When it was entered or last changed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

#[derive(Default)]
pub(super) struct IncidentQuery;

#[Object]
impl IncidentQuery {
    /// An incident by exactly one of `id` and `externalId`. Null if there is none; `errors` says so.
    async fn incident(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the system that it came from.")] external_id: Option<String>,
        #[graphql(
            desc = "The system that it came from; needed for an external ID that several systems use."
        )]
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

    /// The incidents of all products, the one opened last first.
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
        let incidents = Incidents::default();
        incidents.page(ctx, filter, order_by, (first, after, last, before)).await
    }
}
