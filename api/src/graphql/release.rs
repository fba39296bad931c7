//! Releases.

mod change;
mod figures;
mod touched;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{
    id::ReleaseId,
    release::{Model, ReleaseLifecycle as Stored},
};
use chrono::NaiveDate;

use super::{
    ContextExt,
    actor::{self, Actor},
    announcement::{self, Announcement, AnnouncementFilter, AnnouncementOrder},
    answers::{self, FeedbackFilter, FeedbackOrder},
    deployment::Deployment,
    fault::Fault,
    feedback::Feedback,
    incident::Incident,
    incidents::{self, IncidentFilter, IncidentOrder},
    known_error::{self, KnownErrorEffect, ReleaseImpact},
    load::{DeploymentsOf, TouchedBy, WatchOf},
    lookup,
    order::orders,
    page::Total,
    product::{self, Product},
    range::{DateRangeInput, TimeRangeInput},
    request::{self, FeedbackRequest, FeedbackRequestFilter, FeedbackRequestOrder},
    scalar::{Date, DateTime, Reference, id},
    watch::ReleaseWatch,
};
use crate::domain::{
    announcement::Announcements, feedback::Responses, incident::Incidents, product::today, release,
    request::FeedbackRequests,
};

pub(super) use change::ReleaseMutation;
use figures::ReleaseFigures;
use touched::ReleaseFeature;

/// A version of a product.
#[derive(Description)]
pub struct Release(pub Model);

/// Lifecycle stage of a release.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::release::ReleaseLifecycle")]
pub(super) enum ReleaseLifecycle {
    /// Not available to customers yet.
    Planned,
    /// Available to customers.
    Released,
    /// Was available to customers and has been withdrawn.
    Withdrawn,
}

/// Basis of the first day of a release.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum FirstDayBasis {
    /// The time of the release was declared.
    Declared,
    /// Inferred from responses: the first day on which 5 of its responses lie within 7 days, or on which it has a
    /// twentieth of the product's responses of 7 days that name a release.
    Inferred,
    /// The day of its first response: it has too few for more, and no verdict.
    FirstResponse,
}

#[Object(use_type_description)]
impl Release {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Version: a text, not a number (12.10 is not 12.1). Unique in the product.
    async fn version(&self) -> &str {
        &self.0.version
    }

    /// Title besides the version; null: none.
    async fn title(&self) -> Option<&str> {
        self.0.title.as_deref()
    }

    /// Release notes; null if not given. Not for customers.
    async fn notes(&self, ctx: &Context<'_>) -> Result<Option<&str>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.notes.as_deref())
    }

    /// Lifecycle stage. A planned release that responses name is available to customers.
    async fn lifecycle(&self, ctx: &Context<'_>) -> Result<ReleaseLifecycle, Fault> {
        match self.0.lifecycle {
            Stored::Planned if first_day(ctx, &self.0).await?.is_some() => Ok(ReleaseLifecycle::Released),
            stored => Ok(stored.into()),
        }
    }

    /// Planned day; null: none. Not for customers.
    async fn planned_for(&self, ctx: &Context<'_>) -> Result<Option<Date>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.planned_for.map(Into::into))
    }

    /// First day on which customers used it, in the time zone of the product: as declared, else as its responses show
    /// (`firstDayBasis`). Null while it is planned and no response names it.
    async fn released_on(&self, ctx: &Context<'_>) -> Result<Option<Date>, Fault> {
        Ok(first_day(ctx, &self.0).await?.map(|(day, _)| day.into()))
    }

    /// Basis of `releasedOn`; null if that is null.
    async fn first_day_basis(&self, ctx: &Context<'_>) -> Result<Option<FirstDayBasis>, Fault> {
        Ok(first_day(ctx, &self.0).await?.map(|(_, basis)| basis))
    }

    /// Number of versions of this object: 1 after its creation.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// Declared time of the release; for a release known only from responses, the time of the first one, if it was on
    /// `releasedOn`. Null if not declared.
    async fn released_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        let Some(at) = self.0.released_at else { return Ok(None) };
        // A first response, days before others, is not yet use.
        let is_early = self.0.inferred
            && first_day(ctx, &self.0)
                .await?
                .is_some_and(|(day, _)| self.0.released_on.is_some_and(|on| on != day));
        Ok((!is_early).then_some(at.into()))
    }

    /// Time of the withdrawal; null: it is not withdrawn.
    async fn withdrawn_at(&self) -> Option<DateTime> {
        self.0.withdrawn_at.map(Into::into)
    }

    /// Actor that created it; null if it is known only from responses, or if not recorded. Not for customers.
    async fn planned_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.planned_by)
    }

    /// Actor that last shipped it; null if it was not shipped, or if not recorded. Not for customers.
    async fn shipped_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.shipped_by)
    }

    /// Actor that withdrew it; null if it is not withdrawn, or if not recorded. Not for customers.
    async fn withdrawn_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.withdrawn_by)
    }

    /// Whether it was created automatically from responses that name it.
    async fn inferred(&self) -> bool {
        self.0.inferred
    }

    /// Announcements of it, the latest planned time first. Not for customers.
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
        ctx.is_inside()?;
        let place = Announcements { release: Some(self.0.id), ..Announcements::default() };
        announcement::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Watch of its first days with customers; null: no watcher was named. Not for customers.
    async fn watch(&self, ctx: &Context<'_>) -> Result<Option<ReleaseWatch>, Fault> {
        ctx.is_inside()?;
        let row = ctx.load().load_one(WatchOf(self.0.id)).await?;
        Ok(row.map(|row| ReleaseWatch { row, release: self.0.clone() }))
    }

    /// Known errors of the product with these effects on it, the oldest first. Not for customers.
    async fn known_errors(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Effects, one of which the known error has on the release.",
            default_with = "vec![ReleaseImpact::Affected]"
        )]
        effect: Vec<ReleaseImpact>,
    ) -> Result<Vec<KnownErrorEffect>, Fault> {
        known_error::of_release(ctx, &self.0, &effect).await
    }

    /// Time of creation. Not for customers.
    async fn created_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        ctx.is_inside()?;
        Ok(Some(self.0.created_at.into()))
    }

    /// Time of creation or of the last change. Not for customers.
    async fn updated_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>, Fault> {
        ctx.is_inside()?;
        Ok(Some(self.0.updated_at.into()))
    }

    /// Product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Predecessor: the release that it is based on; null if not declared. Baselines follow this line. Not for
    /// customers.
    async fn previous(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        ctx.is_inside()?;
        match self.0.previous_release_id {
            Some(previous) => Ok(Some(of(ctx, previous).await?)),
            None => Ok(None),
        }
    }

    /// Features that it touches, by key. Not for customers.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<ReleaseFeature>, Fault> {
        ctx.is_inside()?;
        let mut touched = ctx.load().load_one(TouchedBy(self.0.id)).await?.unwrap_or_default();
        let dimensions = super::dimensions(ctx).await?;
        touched.sort_by_key(|row| dimensions.features.get(&row.feature_id).map(|feature| &feature.key));
        Ok(touched
            .into_iter()
            .map(|row| ReleaseFeature { feature: row.feature_id, change: row.change.into() })
            .collect())
    }

    /// Its deployments, the latest first. Not for customers.
    async fn deployments(&self, ctx: &Context<'_>) -> Result<Vec<Deployment>, Fault> {
        ctx.is_inside()?;
        let rows = ctx.load().load_one(DeploymentsOf(self.0.id)).await?.unwrap_or_default();
        Ok(rows.into_iter().map(Deployment).collect())
    }

    /// Responses that name it, the last received first.
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
        let (product, release) = (Some(self.0.product_id), Some(self.0.id));
        let responses = Responses { product, release, ..Responses::default() };
        answers::page(ctx, responses, filter, order_by, (first, after, last, before)).await
    }

    /// Incidents with an attribution that names it, on any basis (see `Incident.attributions`), the last opened first.
    /// Not for customers.
    async fn incidents(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<IncidentFilter>,
        #[graphql(desc = "Sort order; the last opened first by default.")] order_by: Option<IncidentOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        ctx.is_inside()?;
        let (product, release) = (Some(self.0.product_id), Some(self.0.id));
        let incidents = Incidents { product, release, ..Incidents::default() };
        incidents::page(ctx, incidents, filter, order_by, (first, after, last, before)).await
    }

    /// Feedback requests to its customers, the last created first, with their response rates.
    async fn feedback_requests(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<FeedbackRequestFilter>,
        #[graphql(desc = "Sort order; the last created first by default.")] order_by: Option<
            FeedbackRequestOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, FeedbackRequest, Total>, Fault> {
        let place = FeedbackRequests { release: Some(self.0.id), ..FeedbackRequests::default() };
        request::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// What is computed of it.
    #[graphql(flatten)]
    async fn figures(&self) -> ReleaseFigures<'_> {
        ReleaseFigures(&self.0)
    }
}

/// Conditions on releases; all that are given must hold.
#[derive(InputObject)]
pub(super) struct ReleaseFilter {
    /// Lifecycle stages, one of which the release has.
    lifecycle: Option<Vec<ReleaseLifecycle>>,
    /// First day on which customers used it.
    released_on: Option<DateRangeInput>,
    /// Text contained in the version or title, not case-sensitive.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<ReleaseFilter> for release::ReleaseFilter {
    fn from(given: ReleaseFilter) -> Self {
        Self {
            lifecycle: given.lifecycle.map(|stages| stages.into_iter().map(Into::into).collect()),
            released_on: given.released_on.map(Into::into),
            text: given.text,
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of releases.
    ReleaseOrderField for release::ReleaseSort,
    /// Sort order of releases.
    ReleaseOrder {
        /// Time of creation.
        CreatedAt,
        /// Version, in its natural order: 1.9 before 1.10, 2.0.0-rc.1 before 2.0.0, 4.6.1 (9) before 4.6.1 (10).
        Version,
        /// Planned day; in both directions, releases without one are last.
        PlannedFor,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// The first day of a release, and its basis.
async fn first_day(ctx: &Context<'_>, row: &Model) -> Result<Option<(NaiveDate, FirstDayBasis)>, Fault> {
    if let Some(day) = row.released_on.filter(|_| !row.inferred) {
        return Ok(Some((day, FirstDayBasis::Declared)));
    }
    // Viewers without the right to reports see what is stored.
    let Ok(by) = ctx.reports() else { return Ok(row.released_on.map(|day| (day, FirstDayBasis::Inferred))) };
    let product = product::of(ctx, row.product_id).await?;
    let snapshot = ctx.services().scores.snapshot(by, today(&product.0, ctx.now())).await?;
    let inferred = snapshot.first_day(row.id).map(|day| (day, FirstDayBasis::Inferred));
    Ok(inferred.or_else(|| snapshot.first_seen(row.id).map(|day| (day, FirstDayBasis::FirstResponse))))
}

/// The release with an ID that is known to exist.
pub(super) async fn of(ctx: &Context<'_>, release: ReleaseId) -> Result<Release, Fault> {
    Ok(Release(super::row(ctx, release, |dimensions| &dimensions.releases).await?))
}

#[derive(Default)]
pub(super) struct ReleaseQuery;

#[Object]
impl ReleaseQuery {
    /// A release by exactly one of `release`, `id` and `version`. Null if there is none; see `errors`.
    async fn release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or version.")] release: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Version.")] version: Option<String>,
        #[graphql(desc = "Product of the release. Required for a version that exists in several products.")]
        product: Option<Reference>,
    ) -> Result<Release, Fault> {
        ctx.reports()?;
        let (argument, release) = lookup::named::<ReleaseId>(release, id, ("version", version))?;
        let dimensions = super::dimensions(ctx).await?;
        let product = product.map(|product| dimensions.product("product", &product.0)).transpose()?;
        Ok(Release(dimensions.release_in(product.map(|product| product.id), argument, &release)?.clone()))
    }
}
