//! Features.

mod change;
mod figures;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{feature::Model, id::FeatureId};

use super::{
    ContextExt,
    announcement::{self, Announcement, AnnouncementFilter, AnnouncementOrder},
    answers::{self, FeedbackFilter, FeedbackOrder},
    article::{self, Article, ArticleFilter, ArticleOrder},
    exposures::{self, DailyExposure, ExposureFilter, ExposureOrder},
    fault::Fault,
    feedback::Feedback,
    incident::Incident,
    incidents::{self, IncidentFilter, IncidentOrder},
    known_error::{self, KnownError, KnownErrorFilter, KnownErrorOrder},
    lookup,
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    product::{self, Product},
    range::TimeRangeInput,
    release::{Release, ReleaseFilter, ReleaseOrder},
    scalar::{DateTime, Reference, id},
    team::{self, Team},
};
use crate::domain::{
    announcement::Announcements,
    article::Articles,
    exposure::ExposurePlace,
    feature::{self, Features},
    feedback::Responses,
    incident::Incidents,
    known_error::KnownErrors,
    release::Releases,
};

pub(super) use change::FeatureMutation;
use figures::FeatureFigures;

/// A capability that customers perceive.
#[derive(Description)]
pub struct Feature(pub Model);

/// Lifecycle stage of a feature.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::feature::FeatureLifecycle")]
pub(super) enum FeatureLifecycle {
    /// Announced or in development; customers cannot use it yet.
    Planned,
    /// Available to customers.
    Live,
    /// Removed.
    Retired,
}

#[Object(use_type_description)]
impl Feature {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Key, used in files and references; unique in the product.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Description: what it does for the customer; null if not given.
    async fn description(&self) -> Option<&str> {
        self.0.description.as_deref()
    }

    /// Lifecycle stage.
    async fn lifecycle(&self) -> FeatureLifecycle {
        self.0.lifecycle.into()
    }

    /// Team that owns it; null: none. Not for customers.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>, Fault> {
        ctx.is_inside()?;
        team::of(ctx, self.0.team_id).await
    }

    /// Product that it belongs to.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Announcements of changes that affect it, the latest planned time first.
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
        let place = Announcements { feature: Some(self.0.id), ..Announcements::default() };
        announcement::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Known errors that affect it, the last changed first. Customers see public ones.
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
        let place = KnownErrors { feature: Some(self.0.id), ..KnownErrors::default() };
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
        let place = Articles { feature: Some(self.0.id), ..Articles::default() };
        article::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Responses about it, the last received first.
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
        let (product, feature) = (Some(self.0.product_id), Some(self.0.id));
        let responses = Responses { product, feature, ..Responses::default() };
        answers::page(ctx, responses, filter, order_by, (first, after, last, before)).await
    }

    /// Incidents that affect it, the last opened first.
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
        let (product, feature) = (Some(self.0.product_id), Some(self.0.id));
        let incidents = Incidents { product, feature, ..Incidents::default() };
        incidents::page(ctx, incidents, filter, order_by, (first, after, last, before)).await
    }

    /// Releases that touch it, the last created first.
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
        let (product, feature) = (Some(self.0.product_id), Some(self.0.id));
        let releases = Releases { product, feature, filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, releases, (first, after, last, before), Release).await
    }

    /// Number of customers who used it, by day and segment, the latest day first.
    async fn exposure(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<ExposureFilter>,
        #[graphql(desc = "Sort order; the latest day first by default.")] order_by: Option<ExposureOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, DailyExposure, Total>, Fault> {
        let place = ExposurePlace::Feature(self.0.product_id, self.0.id);
        exposures::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// What is computed of it.
    #[graphql(flatten)]
    async fn figures(&self) -> FeatureFigures<'_> {
        FeatureFigures(&self.0)
    }
}

/// Conditions on features; all that are given must hold.
#[derive(InputObject)]
pub(super) struct FeatureFilter {
    /// Lifecycle stages, one of which the feature has.
    lifecycle: Option<Vec<FeatureLifecycle>>,
    /// ID or key of the team that owns it.
    team: Option<Reference>,
    /// Text contained in the key or name, not case-sensitive.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of features.
    FeatureOrderField for feature::FeatureSort,
    /// Sort order of features.
    FeatureOrder {
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

/// A page of the filtered features.
pub(super) async fn page(
    ctx: &Context<'_>,
    features: Features,
    filter: Option<FeatureFilter>,
    order: Option<FeatureOrder>,
    arguments: PageArgs,
) -> Result<Connection<String, Feature, Total>, Fault> {
    ctx.reports()?;
    let filter = match filter {
        Some(FeatureFilter { lifecycle, team, text, updated_at }) => feature::FeatureFilter {
            lifecycle: lifecycle.map(|stages| stages.into_iter().map(Into::into).collect()),
            team: lookup::team(ctx, "filter.team", team.as_ref()).await?,
            text,
            updated_at: updated_at.map(Into::into),
        },
        None => feature::FeatureFilter::default(),
    };
    let features = Features { filter, order: or_default(order), ..features };
    connection(ctx, features, arguments, Feature).await
}

/// The features with these IDs, by key.
pub(super) async fn by_key(ctx: &Context<'_>, ids: &[FeatureId]) -> Result<Vec<Feature>, Fault> {
    let dimensions = super::dimensions(ctx).await?;
    let mut features: Vec<_> = ids.iter().filter_map(|id| dimensions.features.get(id)).collect();
    features.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(features.into_iter().cloned().map(Feature).collect())
}

/// The feature with an ID that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, feature: FeatureId) -> Result<Feature, Fault> {
    Ok(Feature(super::row(ctx, feature, |dimensions| &dimensions.features).await?))
}

#[derive(Default)]
pub(super) struct FeatureQuery;

#[Object]
impl FeatureQuery {
    /// A feature by exactly one of `feature`, `id` and `key`. Null if there is none; see `errors`.
    async fn feature(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] feature: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
        #[graphql(desc = "Product of the feature. Required for a key that exists in several products.")]
        product: Option<Reference>,
    ) -> Result<Feature, Fault> {
        ctx.reports()?;
        let (argument, feature) = lookup::named::<FeatureId>(feature, id, ("key", key))?;
        let dimensions = super::dimensions(ctx).await?;
        let product = product.map(|product| dimensions.product("product", &product.0)).transpose()?;
        Ok(Feature(dimensions.feature_in(product.map(|product| product.id), argument, &feature)?.clone()))
    }

    /// Features of all products, by key.
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
        page(ctx, Features::default(), filter, order_by, (first, after, last, before)).await
    }
}
