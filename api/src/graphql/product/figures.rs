//! What is computed of a product: values, standard figures, forecasts, alerts, words.

use async_graphql::{Context, Object};
use ballroom_entity::{id::FeatureId, product::Model};

use super::super::{
    alert::{self, IncidentAlert},
    distribution::{self, RatingDistribution},
    fault::Fault,
    forecast::{self, Forecast},
    regression::{self, ChangePoint},
    scalar::{Date, PeriodInput, Reference},
    timeline::{self, Timeline, TimelineStep},
    trend::{self, TrendPoint, TrendStep},
    value::{self, StandardFigure, Value, ValueReport},
    words::{self, CommentWords, IncidentWords, WordsBaseline},
};

/// A product, as the subject of figures.
pub(super) struct ProductFigures<'a>(pub(super) &'a Model);

#[Object]
impl ProductFigures<'_> {
    /// Perceived value of the product as a whole over time: each point uses only data known at the end of its last day.
    async fn trend(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Days of the points; there is a point on the last day. The last 92 days, including today, by default."
        )]
        period: Option<PeriodInput>,
        #[graphql(default, desc = "Distance of the points; at most 400 points.")] step: TrendStep,
        #[graphql(default = 90, desc = "Length in days of the period of each point's `value`, 1 to 3660.")]
        value_days: i32,
        #[graphql(desc = "Only responses on this release.")] release: Option<Reference>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
    ) -> Result<Vec<TrendPoint>, Fault> {
        let asked = trend::Asked { period, step, value_days, release, segment };
        trend::of(ctx, self.0, FeatureId::NONE, asked).await
    }

    /// Responses, value, standard figures, incidents and releases of the product with all its features over time, for a
    /// chart in one query.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days to show; the last 90 days by default. At most 400 points.")] period: Option<
            PeriodInput,
        >,
        #[graphql(default, desc = "Length of each point.")] step: TimelineStep,
        #[graphql(default = 90, desc = "Length in days of the period of each point's `value`, 1 to 3660.")]
        value_days: i32,
    ) -> Result<Timeline, Fault> {
        timeline::of(ctx, self.0, FeatureId::NONE, period, step, value_days).await
    }

    /// Expected number of incidents over the next days, with the effect of a planned release. Null while there are no
    /// data.
    async fn forecast(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = 28, desc = "Number of days, 1 to 366.")] days: i32,
        #[graphql(desc = "A planned release; its planned day is used.")] release: Option<Reference>,
        #[graphql(desc = "Day of a release that does not exist yet, instead of `release`.")]
        release_on: Option<Date>,
        #[graphql(desc = "Expected number of active customers on each day; by default as many as recently.")]
        active_customers: Option<Vec<f64>>,
        #[graphql(desc = "Use only data known at the end of this day; today by default.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<Forecast>, Fault> {
        let asked = forecast::Asked { days, release, release_on, active_customers, as_of };
        forecast::of(ctx, self.0, FeatureId::NONE, asked).await
    }

    /// Perceived value of every feature: the ranked ones from the highest down, then those with too few responses.
    async fn value_report(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days whose responses count; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only responses on this release.")] release: Option<Reference>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
        #[graphql(
            desc = "Use only data known at the end of this day; by default the last day of the period."
        )]
        as_of: Option<Date>,
    ) -> Result<ValueReport, Fault> {
        value::report(ctx, self.0, period, release, segment, as_of).await
    }

    /// Perceived value of the product as a whole, from the responses that name no feature. Null if there are none.
    async fn value(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days whose responses count; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only responses on this release.")] release: Option<Reference>,
        #[graphql(desc = "Only the value to this segment.")] segment: Option<Reference>,
        #[graphql(
            desc = "Use only data known at the end of this day; by default the last day of the period."
        )]
        as_of: Option<Date>,
    ) -> Result<Option<Value>, Fault> {
        value::of_feature(ctx, self.0, FeatureId::NONE, period, release, segment, as_of).await
    }

    /// Standard figures (NPS, CSAT, mean of stars, ...), one for each scale with responses, from the responses about
    /// the product as a whole and about all its features.
    async fn standard_figures(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days whose responses count; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only responses on this release.")] release: Option<Reference>,
        #[graphql(desc = "Only responses of this segment.")] segment: Option<Reference>,
    ) -> Result<Vec<StandardFigure>, Fault> {
        value::figures_of_feature(ctx, self.0, FeatureId::NONE, period, release, segment).await
    }

    /// Distribution of the responses about it and its features over the ratings of each scale, for responses that count
    /// for scores. One entry for each scale with responses.
    async fn rating_distribution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days whose responses count; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only responses that name this release.")] release: Option<Reference>,
        #[graphql(desc = "Only responses of this segment.")] segment: Option<Reference>,
        #[graphql(desc = "Only responses on this scale.")] scale: Option<Reference>,
    ) -> Result<Vec<RatingDistribution>, Fault> {
        let asked = distribution::Asked { period, release, segment, scale };
        distribution::of(ctx, self.0, None, asked).await
    }

    /// Words and phrases that distinguish the comments about it and its features.
    async fn comment_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days of the responses; the last 90 days by default.")] period: Option<PeriodInput>,
        #[graphql(desc = "Only responses that name this release.")] release: Option<Reference>,
        #[graphql(desc = "Only responses of this segment.")] segment: Option<Reference>,
        #[graphql(default, desc = "What they are compared with.")] compared_with: WordsBaseline,
        #[graphql(default = 10, desc = "Maximum number of words, 1 to 50.")] most: i32,
    ) -> Result<CommentWords, Fault> {
        let (release, feature) = (words::release(ctx, self.0, release).await?, None);
        let asked = words::Asked { feature, release, period, segment, with: compared_with, most };
        words::of_comments(ctx, self.0, asked).await
    }

    /// Words and phrases that distinguish the titles of its incidents.
    async fn incident_words(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days on which the incidents began; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
        #[graphql(desc = "Only incidents with an attribution that names this release.")] release: Option<
            Reference,
        >,
        #[graphql(default, desc = "What they are compared with.")] compared_with: WordsBaseline,
        #[graphql(default = 10, desc = "Maximum number of words, 1 to 50.")] most: i32,
    ) -> Result<IncidentWords, Fault> {
        let (release, feature) = (words::release(ctx, self.0, release).await?, None);
        let asked = words::Asked { feature, release, period, segment: None, with: compared_with, most };
        words::of_incidents(ctx, self.0, asked).await
    }

    /// Days and weeks in which it, with all its features, or one of its features had more incidents than expected,
    /// regardless of release; in the order of their last days.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days on which an alert may end, at most ten years; the last 90 days by default.")]
        period: Option<PeriodInput>,
    ) -> Result<Vec<IncidentAlert>, Fault> {
        alert::of(ctx, self.0, None, period).await
    }

    /// Most likely time within the last 180 days at which the experience with the product changed, and the suspected
    /// releases. It is based on the responses and incidents of all features and of the product as a whole. Each feature
    /// is compared only with itself, so a different mix of features is not a change. Null if there are too few data.
    async fn change_point(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Use only data known at the end of this day; today by default.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<ChangePoint>, Fault> {
        regression::change_point(ctx, self.0, FeatureId::NONE, as_of).await
    }
}
