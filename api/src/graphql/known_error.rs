//! Known errors: objects and lookups.

mod change;
mod effect;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{id::KnownErrorId, known_error::Model, release::ReleaseLifecycle};
use futures::future::try_join_all;

use self::effect::effect;
use super::{
    ContextExt,
    actor::{self, Actor},
    answers::{self, FeedbackFilter, FeedbackOrder},
    article::{self, Article, ArticleFilter, ArticleOrder},
    fault::Fault,
    feature::{self, Feature},
    feedback::Feedback,
    incident::Incident,
    incidents::{self, IncidentFilter, IncidentOrder},
    load::{FeaturesWith, FixesOf},
    lookup::{self, By},
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    product::{self, Product},
    range::TimeRangeInput,
    release::{self, Release},
    scalar::{DateTime, Reference, id, parse, text},
};
use crate::domain::{
    article::Articles,
    feedback::Responses,
    incident::Incidents,
    known_error::{self as domain, KnownErrorSort, KnownErrors, sees_public_only},
    lookup::References,
};

pub(super) use change::KnownErrorMutation;
pub(super) use effect::{KnownErrorEffect, ReleaseImpact, of_release};

/// A known error: something that does not work as it should, what can be done meanwhile, and which releases fix it. Customers see
/// public ones only.
#[derive(Description)]
pub struct KnownError(pub Model);

/// Progress of a known error toward a fix.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::KnownErrorState")]
pub(super) enum KnownErrorState {
    /// No release fixes it.
    Open,
    /// A release that fixes it is planned, or was withdrawn.
    FixPlanned,
    /// A release that fixes it is available to customers.
    Fixed,
    /// It will not be fixed.
    WontFix,
}

#[Object(use_type_description)]
impl KnownError {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Product that has it.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Summary in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// What customers notice; null if not given.
    async fn symptom(&self) -> Option<&str> {
        self.0.symptom.as_deref()
    }

    /// Why it happens; null if not given. Not for customers.
    async fn cause(&self, ctx: &Context<'_>) -> Result<Option<&str>, Fault> {
        ctx.is_inside()?;
        Ok(self.0.cause.as_deref())
    }

    /// What customers can do meanwhile; null if not given.
    async fn workaround(&self) -> Option<&str> {
        self.0.workaround.as_deref()
    }

    /// Progress toward a fix.
    async fn state(&self, ctx: &Context<'_>) -> Result<KnownErrorState, Fault> {
        let fixes = ctx.load().load_one(FixesOf(self.0.id)).await?.unwrap_or_default();
        let dimensions = super::dimensions(ctx).await?;
        Ok(domain::KnownErrorState::of(&self.0, &fixes, &dimensions).into())
    }

    /// First release that has it; null: unknown. Not for customers.
    async fn introduced_in(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        ctx.is_inside()?;
        match self.0.introduced_in {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Releases that fix it, the oldest first: several if the fix was ported back. Customers see those that are available to them.
    async fn fixed_in(&self, ctx: &Context<'_>) -> Result<Vec<Release>, Fault> {
        let fixes = ctx.load().load_one(FixesOf(self.0.id)).await?.unwrap_or_default();
        let dimensions = super::dimensions(ctx).await?;
        let is_customer = ctx.is_inside().is_err();
        let mut releases: Vec<_> = fixes.iter().filter_map(|id| dimensions.releases.get(id)).collect();
        releases.retain(|row| !is_customer || row.lifecycle == ReleaseLifecycle::Released);
        releases.sort_by_key(|row| dimensions.place(row.id));
        Ok(releases.into_iter().cloned().map(Release).collect())
    }

    /// Reason why it will not be fixed; null unless that was decided.
    async fn wont_fix_reason(&self) -> Option<&str> {
        self.0.wont_fix.as_deref()
    }

    /// Affected features, by key; empty: the product as a whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        let affected = ctx.load().load_one(FeaturesWith(self.0.id)).await?.unwrap_or_default();
        feature::by_key(ctx, &affected).await
    }

    /// Whether customers may see it.
    async fn is_public(&self) -> bool {
        self.0.is_public
    }

    /// Whether a release has it, by the graph of releases: a fix that was ported back to an older line counts on that
    /// line.
    async fn affects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or version of a release of the product.")] release: Reference,
    ) -> Result<KnownErrorEffect, Fault> {
        let dimensions = super::dimensions(ctx).await?;
        let found = dimensions.release(self.0.product_id, "release", &release.0)?;
        if ctx.is_inside().is_err() && found.lifecycle == ReleaseLifecycle::Planned {
            return Err(crate::base::error::Error::not_found("release", "release", &*release.0).into());
        }
        effect(ctx, self.0.clone(), found.id).await
    }

    /// Incidents that come from it, the last opened first. Not for customers.
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
        let place = Incidents { known_error: Some(self.0.id), ..Incidents::default() };
        incidents::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Responses that report it, the last received first. Customers see only their own.
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
        let place = Responses { known_error: Some(self.0.id), ..Responses::default() };
        answers::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Articles about it, the last changed first.
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
        let place = Articles { known_error: Some(self.0.id), ..Articles::default() };
        article::page(ctx, place, filter, order_by, (first, after, last, before)).await
    }

    /// Source system.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// ID in the source system; null if none was given.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// Author; null if not recorded. Not for customers.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.created_by)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// The known errors with these IDs that the caller may see, the oldest first.
pub(super) async fn shown(ctx: &Context<'_>, ids: Vec<KnownErrorId>) -> Result<Vec<KnownError>, Fault> {
    let public_only = sees_public_only(ctx.viewer())?;
    let rows = try_join_all(ids.into_iter().map(|id| ctx.load().load_one(id))).await?;
    let mut rows: Vec<_> = rows.into_iter().flatten().filter(|row| row.is_public || !public_only).collect();
    rows.sort_by_key(|row| row.id);
    Ok(rows.into_iter().map(KnownError).collect())
}

/// Conditions on known errors; all that are given must hold. Below a feature or product, a filter only narrows the known errors
/// of that object.
#[derive(InputObject, Default)]
pub(super) struct KnownErrorFilter {
    /// Text contained in the title or symptom, not case-sensitive.
    text: Option<String>,
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of an affected feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// ID or version of a release that fixes it. A version that exists in several products requires `product`.
    fixed_in: Option<Reference>,
    /// States, one of which it has.
    state: Option<Vec<KnownErrorState>>,
    /// Whether customers may see it.
    is_public: Option<bool>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of known errors.
    KnownErrorOrderField for KnownErrorSort,
    /// Sort order of known errors.
    KnownErrorOrder {
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// A page of the known errors of a place.
pub(super) async fn page(
    ctx: &Context<'_>,
    place: KnownErrors,
    filter: Option<KnownErrorFilter>,
    order: Option<KnownErrorOrder>,
    args: PageArgs,
) -> Result<Connection<String, KnownError, Total>, Fault> {
    let public_only = sees_public_only(ctx.viewer())?;
    let filter = match filter {
        Some(filter) => {
            let dimensions = &*super::dimensions(ctx).await?;
            filter.resolved(References { dimensions, viewer: ctx.viewer(), product: place.product })?
        }
        None => domain::KnownErrorFilter::default(),
    };
    let list = KnownErrors { public_only, filter, order: or_default(order), ..place };
    connection(ctx, list, args, KnownError).await
}

impl KnownErrorFilter {
    fn resolved(self, known: References<'_>) -> Result<domain::KnownErrorFilter, Fault> {
        let product = known.product(text(&self.product))?;
        let known = known.within(product);
        Ok(domain::KnownErrorFilter {
            text: self.text,
            product,
            feature: known.feature(text(&self.feature))?,
            fixed_in: known.release(text(&self.fixed_in))?,
            state: self.state.map(|states| states.into_iter().map(Into::into).collect()),
            is_public: self.is_public,
            updated_at: self.updated_at.map(Into::into),
        })
    }
}

#[derive(Default)]
pub(super) struct KnownErrorQuery;

#[Object]
impl KnownErrorQuery {
    /// A known error by exactly one of `id` and `externalId`. Null if there is none; see `errors`.
    async fn known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the source system.")] external_id: Option<String>,
        #[graphql(desc = "Source system. Required for an external ID that exists in several systems.")]
        source: Option<String>,
    ) -> Result<KnownError, Fault> {
        let given = [("id", id.map(By::Id)), ("externalId", external_id.map(By::Name))];
        let (argument, given) = lookup::one(given)?;
        let text = given.text::<KnownErrorId>(argument)?;
        Ok(KnownError(match argument {
            "id" => domain::find(ctx.store(), ctx.viewer(), parse("id", &text)?).await?,
            _ => domain::find_external(ctx.store(), ctx.viewer(), &text, source.as_deref()).await?,
        }))
    }

    /// Known errors, the last changed first; for a customer only public ones.
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
        page(ctx, KnownErrors::default(), filter, order_by, (first, after, last, before)).await
    }
}
