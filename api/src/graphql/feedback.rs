//! Feedback: objects and lookups.

mod change;
mod log;

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ID, Object, ObjectType, OutputType, Positioned,
    ServerResult, Value, parser::types::Field, registry::Registry, resolver_utils::resolve_container,
};
use ballroom_entity::{feedback::Model, id::FeedbackId};

pub(super) use change::FeedbackMutation;
pub(super) use log::LogFeedbackMutation;

use super::{
    ContextExt,
    customer::Customer,
    fault::Fault,
    feature::{self, Feature},
    follow_up::FeedbackStep,
    known_error::{self, KnownError},
    load::{ReportedBy, StepsOf},
    lookup::{self, By},
    plain::{self, AtOnce, Known, Plain},
    product::{self, Product},
    release::{self, Release},
    scalar::{Date, DateTime, id, parse},
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::domain::{feedback, scale::rating};

/// A response of a customer: shown at once if only known fields are selected, else resolved field by field.
pub struct Feedback(pub Model);

impl Feedback {
    /// For the interface of all objects with an ID, in the form that it calls.
    pub(super) async fn id(&self, _: &Context<'_>) -> async_graphql::Result<ID> {
        Ok(id(self.0.id))
    }
}

impl OutputType for Feedback {
    fn type_name() -> Cow<'static, str> {
        Resolved::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Resolved::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        match Known::of(ctx).object(&self.0, &ctx.item.node) {
            Some(shown) => Ok(shown),
            None => resolve_container(ctx, &Resolved(&self.0)).await,
        }
    }
}

impl ContainerType for Feedback {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        Resolved(&self.0).resolve_field(ctx).await
    }
}

impl ObjectType for Feedback {}

impl Plain for Model {
    const TYPE: &'static str = "Feedback";

    fn plain(&self, known: &Known<'_>, field: &Field) -> Option<Value> {
        let selected = &field.selection_set.node;
        let dimensions = known.dimensions.as_ref();
        Some(match field.name.node.as_str() {
            "id" => plain::id(self.id),
            "product" => known.object(dimensions?.products.get(&self.product_id)?, selected)?,
            "feature" => match self.feature_id {
                Some(feature) => known.object(dimensions?.features.get(&feature)?, selected)?,
                None => Value::Null,
            },
            "release" => match self.release_id {
                Some(release) => known.object(dimensions?.releases.get(&release)?, selected)?,
                None => match dimensions?.live_on(self.product_id, self.day) {
                    Some(live) => known.object(live, selected)?,
                    None => Value::Null,
                },
            },
            "releaseInferred" => Value::Boolean(self.release_id.is_none()),
            "customer" => match self.customer_id {
                Some(customer) => known.object(&customer, selected)?,
                None => Value::Null,
            },
            "scale" => match self.scale_id {
                Some(scale) => known.object(dimensions?.scales.get(&scale)?, selected)?,
                None => Value::Null,
            },
            "rating" => match (self.scale_id, self.level) {
                (Some(scale), Some(level)) => plain::number(rating(dimensions?.scales.get(&scale)?, level)),
                _ => Value::Null,
            },
            "comment" => plain::maybe(self.comment.as_deref()),
            "channel" => plain::maybe(self.channel.as_deref()),
            "occurredAt" => plain::time(Some(self.occurred_at)),
            "counted" => Value::Boolean(self.counted),
            "source" => plain::text(&self.source),
            "externalId" => plain::maybe(self.external_id.as_deref()),
            "receivedAt" => plain::time(Some(self.received_at)),
            "updatedAt" => plain::time(Some(self.changed_at.unwrap_or(self.received_at))),
            "correctedAt" => plain::time(self.corrected_at),
            _ => return None,
        })
    }
}

impl AtOnce for Feedback {
    fn at_once(&self, known: &Known<'_>, field: &Field) -> Option<Value> {
        known.object(&self.0, &field.selection_set.node)
    }
}

/// A response, field by field.
struct Resolved<'a>(&'a Model);

/// A response of a customer.
#[Object(name = "Feedback")]
impl Resolved<'_> {
    /// Global ID.
    async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Product that it is about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Feature that it is about; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.0.feature_id {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Release that it counts for: the one that it names, else the newest one live on its day. Null if there was none.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release_id {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => {
                let dimensions = super::dimensions(ctx).await?;
                let live = dimensions.live_on(self.0.product_id, self.0.day);
                Ok(live.cloned().map(Release))
            }
        }
    }

    /// Whether the response names no release, so that `release` is inferred from its day.
    async fn release_inferred(&self) -> bool {
        self.0.release_id.is_none()
    }

    /// Customer who responded; null: anonymous.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>, Fault> {
        match self.0.customer_id {
            Some(customer) => Ok(ctx.load().load_one(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// Segment that it counts for; null: none. Not for customers.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        ctx.is_inside()?;
        segment::of(ctx, self.0.segment_id).await
    }

    /// Scale of the rating; null without a rating.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Option<Scale>, Fault> {
        match self.0.scale_id {
            Some(scale) => Ok(Some(scale::of(ctx, scale).await?)),
            None => Ok(None),
        }
    }

    /// Rating on that scale; null if there is only a comment.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Option<f64>, Fault> {
        let (Some(scale), Some(level)) = (self.0.scale_id, self.0.level) else { return Ok(None) };
        Ok(Some(rating(&scale::of(ctx, scale).await?.0, level)))
    }

    /// Comment; null: none.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// Channel through which it came, such as in-app, mail, store or call; null if not given.
    async fn channel(&self) -> Option<&str> {
        self.0.channel.as_deref()
    }

    /// Time of the response.
    async fn occurred_at(&self) -> DateTime {
        self.0.occurred_at.into()
    }

    /// Day on which it counts, in the time zone of the product.
    async fn day(&self) -> Date {
        self.0.day.into()
    }

    /// Whether it counts for scores. False if it has no rating, or if the same customer gave another rating later on
    /// the same day for the same feature on the same scale: only the last one counts.
    async fn counted(&self) -> bool {
        self.0.counted
    }

    /// Source system.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// ID in the source system; null if none was given.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// What became of it, the earliest step first: seen, linked to a known error, planned, fixed in a release, answered.
    async fn follow_up(&self, ctx: &Context<'_>) -> Result<Vec<FeedbackStep>, Fault> {
        let steps = ctx.load().load_one(StepsOf(self.0.id)).await?.unwrap_or_default();
        Ok(steps.into_iter().map(FeedbackStep).collect())
    }

    /// Known errors that it reports, the oldest first. Customers see public ones.
    async fn known_errors(&self, ctx: &Context<'_>) -> Result<Vec<KnownError>, Fault> {
        let ids = ctx.load().load_one(ReportedBy(self.0.id)).await?.unwrap_or_default();
        known_error::shown(ctx, ids).await
    }

    /// Time at which it was stored.
    async fn received_at(&self) -> DateTime {
        self.0.received_at.into()
    }

    /// Number of versions: 1 after it was submitted.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Time of the last change: it was stored or corrected, or `counted` changed because another response of the same
    /// customer was added or removed.
    async fn updated_at(&self) -> DateTime {
        self.0.changed_at.unwrap_or(self.0.received_at).into()
    }

    /// Time of the last correction; null: none.
    async fn corrected_at(&self) -> Option<DateTime> {
        self.0.corrected_at.map(Into::into)
    }
}

#[derive(Default)]
pub(super) struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// A response by exactly one of `id` and `externalId`. Null if there is none; see `errors`.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the source system.")] external_id: Option<String>,
        #[graphql(desc = "Source system. Required for an external ID that exists in several systems.")]
        source: Option<String>,
    ) -> Result<Feedback, Fault> {
        let (store, by) = (ctx.store(), ctx.reads()?);
        let given = [("id", id.map(By::Id)), ("externalId", external_id.map(By::Name))];
        let (argument, given) = lookup::one(given)?;
        let text = given.text::<FeedbackId>(argument)?;
        Ok(Feedback(match argument {
            "id" => feedback::find(store, by, parse("id", &text)?).await?,
            _ => feedback::find_external(store, by, &text, source.as_deref()).await?,
        }))
    }
}
