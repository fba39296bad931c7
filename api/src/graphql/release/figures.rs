//! What is computed of a release: verdicts, forecasts, suspected incidents, words.

use async_graphql::{Context, Object};

use ballroom_entity::release::Model;

use super::super::{
    ContextExt,
    delivery::{self, DeliveryPerformance},
    distribution::{self, RatingDistribution},
    fault::Fault,
    incident::AttributionCandidate,
    product,
    regression::{self, Regression},
    scalar::{Date, PeriodInput, Reference},
    watch::KeptForecast,
    words::{self, CommentWords, IncidentWords, WordsBaseline},
};
use crate::domain::{cause, delivery::Scope, kept_forecast, product::today};

/// Maximum number of suspected incidents.
const SUSPECTED: u64 = 100;

/// A release, as the subject of figures.
pub(super) struct ReleaseFigures<'a>(pub(super) &'a Model);

#[Object]
impl ReleaseFigures<'_> {
    /// Forecast of the incidents of the product in the 14 days from the release on, as of the day before it, with the
    /// actual numbers; null if there was too little history, while it is planned, and for some minutes after it has
    /// shipped. Not for customers.
    async fn kept_forecast(&self, ctx: &Context<'_>) -> Result<Option<KeptForecast>, Fault> {
        let by = ctx.reports()?;
        let product = product::of(ctx, self.0.product_id).await?;
        let of_it = (self.0.product_id, self.0.id);
        let found = kept_forecast::of_release(ctx.store(), by, of_it, today(&product.0, ctx.now())).await?;
        Ok(found.map(KeptForecast))
    }

    /// How often its deployments failed, and how long it took to restore service. Not for customers.
    async fn delivery(&self, ctx: &Context<'_>) -> Result<DeliveryPerformance, Fault> {
        delivery::of(ctx, Scope { release: Some(self.0.id), ..Scope::default() }).await
    }

    /// Incidents that it may have caused, the most probable first, at most 100, regardless of what people stated. Not
    /// for customers.
    async fn suspected_incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Minimum probability, 0 to 1.", default = 0.1)] min_confidence: f64,
    ) -> Result<Vec<AttributionCandidate>, Fault> {
        ctx.is_inside()?;
        if !(0.0..=1.0).contains(&min_confidence) {
            return Err(Fault::invalid(
                "minConfidence",
                &format!("is {min_confidence}; it must be between 0 and 1"),
            ));
        }
        let found = cause::suspected(ctx.store(), ctx.reads()?, self.0.id, min_confidence, SUSPECTED).await?;
        Ok(found.into_iter().map(AttributionCandidate).collect())
    }

    /// Distribution of the responses that name it over the ratings of each scale, for responses that count for scores.
    /// One entry for each scale with responses.
    async fn rating_distribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days whose responses count; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only responses of this segment.")] segment: Option<Reference>,
        #[graphql(desc = "Only responses on this scale.")] scale: Option<Reference>,
    ) -> Result<Vec<RatingDistribution>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        distribution::named(ctx, &product.0, None, Some(self.0.id), period, segment, scale).await
    }

    /// Words and phrases that distinguish the comments of the responses that name it.
    async fn comment_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days of the responses; its first 90 days by default.")] period: Option<PeriodInput>,
        #[graphql(desc = "Only responses of this segment.")] segment: Option<Reference>,
        #[graphql(desc = "Only responses about this feature.")] feature: Option<Reference>,
        #[graphql(default, desc = "What they are compared with.")] compared_with: WordsBaseline,
        #[graphql(default = 10, desc = "Maximum number of words, 1 to 50.")] most: i32,
    ) -> Result<CommentWords, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        let (release, feature) = (Some(self.0.id), words::feature(ctx, &product.0, feature).await?);
        let asked = words::Asked { feature, release, period, segment, with: compared_with, most };
        words::of_comments(ctx, &product.0, asked).await
    }

    /// Words and phrases that distinguish the titles of the incidents with an attribution that names it.
    async fn incident_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days on which the incidents began; its first 90 days by default.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only incidents that affect this feature.")] feature: Option<Reference>,
        #[graphql(default, desc = "What they are compared with.")] compared_with: WordsBaseline,
        #[graphql(default = 10, desc = "Maximum number of words, 1 to 50.")] most: i32,
    ) -> Result<IncidentWords, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        let (release, feature) = (Some(self.0.id), words::feature(ctx, &product.0, feature).await?);
        let asked = words::Asked { feature, release, period, segment: None, with: compared_with, most };
        words::of_incidents(ctx, &product.0, asked).await
    }

    /// Verdicts on whether it made things worse. Null while it is planned, or while it is unknown when customers began
    /// to use it because too few responses name it.
    async fn regression(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Use only data known at the end of this day; today by default.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<Regression>, Fault> {
        let product = product::of(ctx, self.0.product_id).await?;
        regression::of_release(ctx, &product.0, self.0.id, as_of).await
    }
}
