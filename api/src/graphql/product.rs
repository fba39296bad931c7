//! Products.

mod change;

use async_graphql::{Context, Description, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{
    id::{FeatureId, ProductId},
    product::Model,
};

pub(super) use change::{ProductMutation, PublicViewMutation};

use super::{
    ContextExt,
    alert::{self, IncidentAlert},
    announcement::{self, Announcement, AnnouncementFilter, AnnouncementOrder},
    answers::{self, FeedbackFilter, FeedbackOrder},
    article::{self, Article, ArticleFilter, ArticleOrder, KnowledgeGap},
    delivery::{self, DeliveryPerformance},
    distribution::{self, RatingDistribution},
    fault::Fault,
    feature::{self, Feature, FeatureFilter, FeatureOrder},
    feedback::Feedback,
    forecast::{self, Forecast},
    incident::Incident,
    incidents::{self, IncidentFilter, IncidentOrder},
    iteration::{Iteration, IterationFilter, IterationOrder},
    known_error::{self, KnownError, KnownErrorFilter, KnownErrorOrder},
    lookup,
    order::orders,
    page::{Total, connection, or_default},
    preparedness::Preparedness,
    range::TimeRangeInput,
    regression::{self, ChangePoint},
    release::{Release, ReleaseFilter, ReleaseOrder},
    scalar::{Date, DateTime, PeriodInput, Reference, id},
    timeline::{self, Timeline, TimelineStep},
    trend::{self, TrendPoint, TrendStep},
    value::{self, StandardFigure, Value, ValueReport},
    watch::ForecastCalibration,
    words::{self, CommentWords, IncidentWords, WordsBaseline},
};
use crate::domain::{
    announcement::Announcements,
    article::{self as articles, Articles},
    delivery::Scope,
    feature::Features,
    feedback::Responses,
    incident::Incidents,
    iteration::Iterations,
    kept_forecast,
    known_error::KnownErrors,
    preparedness,
    product::{self, Products},
    public_view,
    release::Releases,
};

/// A product, with features and releases.
#[derive(Description)]
pub struct Product(pub Model);

#[Object(use_type_description)]
impl Product {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Key, used in files and URLs; unique in the organization.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Description; null if not given.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// IANA time zone that defines the days of its responses, incidents and releases.
    async fn time_zone(&self) -> &str {
        &self.0.time_zone
    }

    /// Environments in which a successful deployment ships a planned release. Not for customers.
    async fn ships_to(&self, ctx: &Context<'_>) -> Result<Vec<&str>, Fault> {
        ctx.is_inside()?;
        Ok(product::ships_to(&self.0))
    }

    /// Announcements of its changes, the latest planned time first.
    async fn announcements(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<AnnouncementFilter>,
        #[graphql(desc = "Sort order; the latest planned time first by default.")] order_by: Option<
            AnnouncementOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Announcement, Total>, Fault> {
        let place = Announcements { product: Some(self.0.id), ..Announcements::default() };
        announcement::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Its known errors, the last changed first. Customers see public ones.
    async fn known_errors(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<KnownErrorFilter>,
        #[graphql(desc = "Sort order; the last changed first by default.")] order_by: Option<KnownErrorOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, KnownError, Total>, Fault> {
        let place = KnownErrors { product: Some(self.0.id), ..KnownErrors::default() };
        known_error::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Articles about it, the last changed first. Customers see published ones.
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ArticleFilter>,
        #[graphql(desc = "Sort order; the last changed first by default.")] order_by: Option<ArticleOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Article, Total>, Fault> {
        let place = Articles { product: Some(self.0.id), ..Articles::default() };
        article::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Whether its public view is switched on: a page without an account at `/public/<organization>/<product>`.
    async fn is_public(&self, ctx: &Context<'_>) -> Result<bool, Fault> {
        Ok(public_view::is_public(ctx.store(), ctx.viewer().organization(), self.0.id).await?)
    }

    /// How well the kept forecasts of its releases were calibrated (`Release.keptForecast`).
    async fn forecast_calibration(&self, ctx: &Context<'_>) -> Result<ForecastCalibration, Fault> {
        let (by, today) = (ctx.reports()?, product::today(&self.0, ctx.now()));
        Ok(ForecastCalibration(kept_forecast::calibration(ctx.store(), by, self.0.id, today).await?))
    }

    /// How often its deployments failed, and how long it took to restore service.
    async fn delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days of the deployments, in UTC; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
    ) -> Result<DeliveryPerformance, Fault> {
        let (period, _) = super::scalar::period(period, None, product::today(&self.0, ctx.now()))?;
        let period = Some((period.from, period.until));
        delivery::of(ctx, Scope { product: Some(self.0.id), period, ..Scope::default() }).await
    }

    /// Features with incidents that no published article answers, the most incidents first.
    async fn knowledge_gaps(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days on which the incidents began; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
    ) -> Result<Vec<KnowledgeGap>, Fault> {
        let by = ctx.reports()?;
        let (period, _) = super::scalar::period(period, None, product::today(&self.0, ctx.now()))?;
        let days = (period.from, period.until);
        let gaps = articles::gaps(ctx.store(), by, self.0.id, days).await?;
        Ok(gaps.into_iter().map(KnowledgeGap).collect())
    }

    /// How well support was prepared for the releases of a period.
    async fn preparedness(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days on which releases shipped and incidents began; the last 90 days by default.")]
        period: Option<PeriodInput>,
    ) -> Result<Preparedness, Fault> {
        let by = ctx.reports()?;
        let (period, _) = super::scalar::period(period, None, product::today(&self.0, ctx.now()))?;
        let days = (period.from, period.until);
        Ok(Preparedness(preparedness::preparedness(ctx.store(), by, self.0.id, days).await?))
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Its features, by key.
    async fn features(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<FeatureFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<FeatureOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feature, Total>, Fault> {
        let features = Features { product: Some(self.0.id), ..Features::default() };
        feature::page(ctx, features, filter, order_by, (first, after, last, before)).await
    }

    /// Its releases, the last created first.
    async fn releases(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ReleaseFilter>,
        #[graphql(desc = "Sort order; the last created first by default.")] order_by: Option<ReleaseOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Release, Total>, Fault> {
        let (filter, order) = (or_default(filter), or_default(order_by));
        let releases = Releases { product: Some(self.0.id), filter, order, ..Releases::default() };
        connection(ctx, releases, (first, after, last, before), Release).await
    }

    /// Its iterations, the latest first.
    async fn iterations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which iterations to return; all by default.")] filter: Option<IterationFilter>,
        #[graphql(desc = "Sort order; the latest iteration first by default.")] order_by: Option<
            IterationOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Iteration, Total>, Fault> {
        let iterations =
            Iterations { product: self.0.id, filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, iterations, (first, after, last, before), Iteration).await
    }

    /// Responses about it and its features, the last received first.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<FeedbackFilter>,
        #[graphql(desc = "Sort order; the latest first by default.")] order_by: Option<FeedbackOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feedback, Total>, Fault> {
        let responses = Responses { product: Some(self.0.id), ..Responses::default() };
        answers::page(ctx, responses, filter, order_by, (first, after, last, before)).await
    }

    /// Its incidents, the last opened first.
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
        let incidents = Incidents { product: Some(self.0.id), ..Incidents::default() };
        incidents::page(ctx, incidents, filter, order_by, (first, after, last, before)).await
    }

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
        trend::of(ctx, &self.0, FeatureId::NONE, asked).await
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
        timeline::of(ctx, &self.0, FeatureId::NONE, period, step, value_days).await
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
        forecast::of(ctx, &self.0, FeatureId::NONE, asked).await
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
        value::report(ctx, &self.0, period, release, segment, as_of).await
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
        value::of_feature(ctx, &self.0, FeatureId::NONE, period, release, segment, as_of).await
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
        value::figures_of_feature(ctx, &self.0, FeatureId::NONE, period, release, segment).await
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
        distribution::of(ctx, &self.0, None, asked).await
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
        let (release, feature) = (words::release(ctx, &self.0, release).await?, None);
        let asked = words::Asked { feature, release, period, segment, with: compared_with, most };
        words::of_comments(ctx, &self.0, asked).await
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
        let (release, feature) = (words::release(ctx, &self.0, release).await?, None);
        let asked = words::Asked { feature, release, period, segment: None, with: compared_with, most };
        words::of_incidents(ctx, &self.0, asked).await
    }

    /// Days and weeks in which it, with all its features, or one of its features had more incidents than expected,
    /// whatever their release; in the order of their last days.
    async fn alerts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days on which an alert may end, at most ten years; the last 90 days by default.")]
        period: Option<PeriodInput>,
    ) -> Result<Vec<IncidentAlert>, Fault> {
        alert::of(ctx, &self.0, None, period).await
    }

    /// Most likely time within the last 180 days at which the experience of the product changed, and the suspected
    /// releases. It is based on the responses and incidents of all features and of the product as a whole. Each feature
    /// is compared only with itself, so a different mix of features is not a change. Null if there are too few data.
    async fn change_point(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Use only data known at the end of this day; today by default.")] as_of: Option<
            Date,
        >,
    ) -> Result<Option<ChangePoint>, Fault> {
        regression::change_point(ctx, &self.0, FeatureId::NONE, as_of).await
    }
}

/// Conditions on products; all that are given must hold.
#[derive(InputObject)]
pub(super) struct ProductFilter {
    /// Text contained in the key or name, not case-sensitive.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<ProductFilter> for product::ProductFilter {
    fn from(given: ProductFilter) -> Self {
        Self { text: given.text, updated_at: given.updated_at.map(Into::into) }
    }
}

orders! {
    /// Sort fields of products.
    ProductOrderField for product::ProductSort,
    /// Sort order of products.
    ProductOrder {
        /// Unique key.
        Key,
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct ProductQuery;

#[Object]
impl ProductQuery {
    /// A product by exactly one of `product`, `id` and `key`. Null if there is none; see `errors`.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] product: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
    ) -> Result<Product, Fault> {
        ctx.reports()?;
        let (argument, product) = lookup::named::<ProductId>(product, id, ("key", key))?;
        Ok(Product(super::dimensions(ctx).await?.product(argument, &product)?.clone()))
    }

    /// Products of the organization, by key.
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which products to return; all by default.")] filter: Option<ProductFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<ProductOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Product, Total>, Fault> {
        let products = Products { filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, products, (first, after, last, before), Product).await
    }
}

/// The product with an ID that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, product: ProductId) -> Result<Product, Fault> {
    Ok(Product(super::row(ctx, product, |dimensions| &dimensions.products).await?))
}
