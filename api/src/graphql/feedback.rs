//! Feedback: what is shown of it, and how it is found.

mod change;

use async_graphql::{Context, Description, ID, Object};
use ballroom_entity::{feedback::Model, id::FeedbackId};

pub(super) use change::FeedbackMutation;

use super::{
    Asking,
    customer::Customer,
    fault::Fault,
    feature::{self, Feature},
    lookup::{self, By},
    product::{self, Product},
    release::{self, Release},
    scalar::{Date, DateTime, id, parse},
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::domain::{feedback, scale::rating};

/// One answer of a customer.
#[derive(Description)]
pub struct Feedback(pub Model);

#[Object(use_type_description)]
impl Feedback {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The product that it is about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// The feature that it is about; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.0.feature_id {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// The release that it counts for: the one that it names, else the newest that was live on its day. Null if
    /// none was.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release_id {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => {
                let dimensions = super::dimensions(ctx).await?;
                let live = crate::domain::release::live_on(&dimensions, self.0.product_id, self.0.day);
                Ok(live.cloned().map(Release))
            }
        }
    }

    /// Whether the answer names no release, so that the one shown is inferred from its day.
    async fn release_inferred(&self) -> bool {
        self.0.release_id.is_none()
    }

    /// Who answered; null: anonymous.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>, Fault> {
        match self.0.customer_id {
            Some(customer) => Ok(ctx.load().load_one(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// The segment that it counts for; null if none. Not for customers: it may say what is thought of them.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        ctx.is_inside()?;
        segment::of(ctx, self.0.segment_id).await
    }

    /// The scale of its rating; null if it has none.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Option<Scale>, Fault> {
        match self.0.scale_id {
            Some(scale) => Ok(Some(scale::of(ctx, scale).await?)),
            None => Ok(None),
        }
    }

    /// The rating on that scale; null: the customer only wrote a comment.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Option<f64>, Fault> {
        let (Some(scale), Some(level)) = (self.0.scale_id, self.0.level) else { return Ok(None) };
        Ok(Some(rating(&scale::of(ctx, scale).await?.0, level)))
    }

    /// What the customer wrote; null if nothing.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// How it came: in-app, mail, store, call; null if nobody said.
    async fn channel(&self) -> Option<&str> {
        self.0.channel.as_deref()
    }

    /// When the customer answered.
    async fn occurred_at(&self) -> DateTime {
        self.0.occurred_at.into()
    }

    /// The day on which it counts, in the product's time zone.
    async fn day(&self) -> Date {
        self.0.day.into()
    }

    /// Whether it is in the counts that scores read. False: it has no rating, or the same customer gave another rating
    /// later on the same day for the same feature on the same scale, and the last one counts.
    async fn counted(&self) -> bool {
        self.0.counted
    }

    /// The system that it came from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// That system's id of it; null if it gave none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// When it was stored.
    async fn received_at(&self) -> DateTime {
        self.0.received_at.into()
    }

    /// How many states of it there have been: 1 when it was submitted.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// When it last changed: it was stored or corrected, or began or ceased to count because another answer of the same
    /// customer came or went.
    async fn updated_at(&self) -> DateTime {
        self.0.changed_at.unwrap_or(self.0.received_at).into()
    }

    /// When it was last corrected; null if never.
    async fn corrected_at(&self) -> Option<DateTime> {
        self.0.corrected_at.map(Into::into)
    }
}

#[derive(Default)]
pub(super) struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// A response by exactly one of `id` and `externalId`. Null if there is none; `errors` says so.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the system that it came from.")] external_id: Option<String>,
        #[graphql(
            desc = "The system that it came from; needed for an external ID that several systems use."
        )]
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
