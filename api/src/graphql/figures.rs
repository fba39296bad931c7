//! What is computed alike of a feature and of a product with all its features: values, standard figures, forecasts, alerts, words.

use async_graphql::Context;
use ballroom_entity::{feature, id::FeatureId, product};

use super::{fault::Fault, product as products};

/// What figures are about.
pub(super) trait Subject {
    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Result<product::Model, Fault>;

    /// The feature; [`FeatureId::NONE`]: the product as a whole.
    fn feature(&self) -> FeatureId;
}

impl Subject for feature::Model {
    async fn product(&self, ctx: &Context<'_>) -> Result<product::Model, Fault> {
        Ok(products::of(ctx, self.product_id).await?.0)
    }

    fn feature(&self) -> FeatureId {
        self.id
    }
}

impl Subject for product::Model {
    async fn product(&self, _: &Context<'_>) -> Result<product::Model, Fault> {
        Ok(self.clone())
    }

    fn feature(&self) -> FeatureId {
        FeatureId::NONE
    }
}

/// Defines the figures of a subject, which differ in their descriptions only. The macro expects that the types of the arguments and
/// results are imported.
macro_rules! figures {
    (
        $(#[$doc:meta])* $name:ident($model:ty) {
            $(#[$value:meta])* value;
            $(#[$trend:meta])* trend;
            $(#[$timeline:meta])* timeline;
            $(#[$forecast:meta])* forecast;
            $(#[$standard_figures:meta])* standard_figures;
            $(#[$rating_distribution:meta])* rating_distribution;
            $(#[$comment_words:meta])* comment_words;
            $(#[$incident_words:meta])* incident_words;
            $(#[$alerts:meta])* alerts;
            $(#[$change_point:meta])* change_point;
        }
    ) => {
        $(#[$doc])*
        pub(super) struct $name<'a>(pub(super) &'a $model);

        #[Object]
        impl $name<'_> {
            $(#[$value])*
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
                let product = self.0.product(ctx).await?;
                value::of_feature(ctx, &product, self.0.feature(), period, release, segment, as_of).await
            }

            $(#[$trend])*
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
                let product = self.0.product(ctx).await?;
                let asked = trend::Asked { period, step, value_days, release, segment };
                trend::of(ctx, &product, self.0.feature(), asked).await
            }

            $(#[$timeline])*
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
                let product = self.0.product(ctx).await?;
                timeline::of(ctx, &product, self.0.feature(), period, step, value_days).await
            }

            $(#[$forecast])*
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
                let product = self.0.product(ctx).await?;
                let asked = forecast::Asked { days, release, release_on, active_customers, as_of };
                forecast::of(ctx, &product, self.0.feature(), asked).await
            }

            $(#[$standard_figures])*
            async fn standard_figures(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Days whose responses count; the last 90 days by default.")] period: Option<
                    PeriodInput,
                >,
                #[graphql(desc = "Only responses on this release.")] release: Option<Reference>,
                #[graphql(desc = "Only responses of this segment.")] segment: Option<Reference>,
            ) -> Result<Vec<StandardFigure>, Fault> {
                let product = self.0.product(ctx).await?;
                value::figures_of_feature(ctx, &product, self.0.feature(), period, release, segment).await
            }

            $(#[$rating_distribution])*
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
                let product = self.0.product(ctx).await?;
                let asked = distribution::Asked { period, release, segment, scale };
                distribution::of(ctx, &product, self.0.feature().some(), asked).await
            }

            $(#[$comment_words])*
            async fn comment_words(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Days of the responses; the last 90 days by default.")] period: Option<PeriodInput>,
                #[graphql(desc = "Only responses that name this release.")] release: Option<Reference>,
                #[graphql(desc = "Only responses of this segment.")] segment: Option<Reference>,
                #[graphql(default, desc = "What they are compared with.")] compared_with: WordsBaseline,
                #[graphql(default = 10, desc = "Maximum number of words, 1 to 50.")] most: i32,
            ) -> Result<CommentWords, Fault> {
                let product = self.0.product(ctx).await?;
                let (release, feature) = (words::release(ctx, &product, release).await?, self.0.feature().some());
                let asked = words::Asked { feature, release, period, segment, with: compared_with, most };
                words::of_comments(ctx, &product, asked).await
            }

            $(#[$incident_words])*
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
                let product = self.0.product(ctx).await?;
                let (release, feature) = (words::release(ctx, &product, release).await?, self.0.feature().some());
                let asked = words::Asked { feature, release, period, segment: None, with: compared_with, most };
                words::of_incidents(ctx, &product, asked).await
            }

            $(#[$alerts])*
            async fn alerts(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Days on which an alert may end, at most ten years; the last 90 days by default.")]
                period: Option<PeriodInput>,
            ) -> Result<Vec<IncidentAlert>, Fault> {
                let product = self.0.product(ctx).await?;
                alert::of(ctx, &product, self.0.feature().some(), period).await
            }

            $(#[$change_point])*
            async fn change_point(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "Use only data known at the end of this day; today by default.")] as_of: Option<
                    Date,
                >,
            ) -> Result<Option<ChangePoint>, Fault> {
                let product = self.0.product(ctx).await?;
                regression::change_point(ctx, &product, self.0.feature(), as_of).await
            }
        }
    };
}
pub(super) use figures;
