//! Products.

mod change;
mod figures;

use async_graphql::{Context, Description, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{id::ProductId, product::Model};

use super::{
    ContextExt,
    announcement::{self, Announcement, AnnouncementFilter, AnnouncementOrder},
    answers::{self, FeedbackFilter, FeedbackOrder},
    article::{self, Article, ArticleFilter, ArticleOrder, KnowledgeGap},
    delivery::{self, DeliveryPerformance},
    fault::Fault,
    feature::{self, Feature, FeatureFilter, FeatureOrder},
    feedback::Feedback,
    incident::Incident,
    incidents::{self, IncidentFilter, IncidentOrder},
    iteration::{Iteration, IterationFilter, IterationOrder},
    known_error::{self, KnownError, KnownErrorFilter, KnownErrorOrder},
    lookup,
    order::orders,
    page::{Total, connection, or_default},
    preparedness::Preparedness,
    range::TimeRangeInput,
    release::{Release, ReleaseFilter, ReleaseOrder},
    scalar::{Date, DateTime, PeriodInput, Reference, id},
    value::{self, ValueReport},
    watch::ForecastCalibration,
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

pub(super) use change::{ProductMutation, PublicViewMutation};
use figures::ProductFigures;

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

    /// Whether its public view is switched on: a page, readable without an account, at
    /// `/public/<organization>/<product>`.
    async fn is_public(&self, ctx: &Context<'_>) -> Result<bool, Fault> {
        Ok(public_view::is_public(ctx.store(), ctx.viewer().organization(), self.0.id).await?)
    }

    /// Calibration of the stored forecasts of its releases (`Release.keptForecast`).
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

    /// What is computed of it.
    #[graphql(flatten)]
    async fn figures(&self) -> ProductFigures<'_> {
        ProductFigures(&self.0)
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
