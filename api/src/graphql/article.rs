//! Articles: objects and lookups.

mod change;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{article::Model, id::ArticleId};

pub(super) use change::ArticleMutation;

use super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    feature::{self, Feature},
    known_error::{self, KnownError},
    load::{FeaturesIn, KnownErrorsIn},
    lookup::{self, By},
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    product::{self, Product},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id, parse, text},
};
use crate::domain::{
    article::{self as domain, ArticleSort, Articles},
    known_error::sees_public_only,
    lookup::References,
};

/// An article: help text that answers a known question. Customers see published ones only.
#[derive(Description)]
pub struct Article(pub Model);

/// Lifecycle stage of an article.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::article::ArticleState")]
pub(super) enum ArticleState {
    /// Not published: customers cannot see it.
    Draft,
    /// Customers can see it.
    Published,
    /// It no longer applies.
    Retired,
}

#[Object(use_type_description)]
impl Article {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Product that it is about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Title in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Text in Markdown; null if it is elsewhere.
    async fn body(&self) -> Option<&str> {
        self.0.body.as_deref()
    }

    /// Address at which it is published elsewhere; null if not given.
    async fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// Language of the text as ISO 639-1, as detected; null if that is not certain.
    async fn language(&self) -> Option<&str> {
        self.0.language.as_deref()
    }

    /// Lifecycle stage.
    async fn state(&self) -> ArticleState {
        self.0.state.into()
    }

    /// Time of the last publication; null: it was not published.
    async fn published_at(&self) -> Option<DateTime> {
        self.0.published_at.map(Into::into)
    }

    /// Features that it is about, by key; empty: the product as a whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        let about = ctx.load().load_one(FeaturesIn(self.0.id)).await?.unwrap_or_default();
        feature::by_key(ctx, &about).await
    }

    /// Known errors that it is about, the oldest first. Customers see public ones.
    async fn known_errors(&self, ctx: &Context<'_>) -> Result<Vec<KnownError>, Fault> {
        let ids = ctx.load().load_one(KnownErrorsIn(self.0.id)).await?.unwrap_or_default();
        known_error::shown(ctx, ids).await
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

/// Incidents of a feature that no published article answers.
#[derive(Description)]
pub(super) struct KnowledgeGap(pub(super) domain::Gap);

#[Object(use_type_description)]
impl KnowledgeGap {
    /// The feature; null: incidents of the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.0.feature {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Number of its incidents without an article. `incidents(filter: { hasArticle: false })` lists them.
    async fn unanswered_incidents(&self) -> i64 {
        self.0.unanswered
    }

    /// Number of all its incidents.
    async fn total_incidents(&self) -> i64 {
        self.0.incidents
    }
}

/// Conditions on articles; all that are given must hold. Below a feature, known error or product, a filter only narrows the
/// articles about that object.
#[derive(InputObject, Default)]
pub(super) struct ArticleFilter {
    /// Text contained in the title, not case-sensitive. `suggestions` searches whole texts.
    text: Option<String>,
    /// ID or key of the product.
    product: Option<Reference>,
    /// ID or key of a feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// Language of the text as ISO 639-1, such as `de`.
    language: Option<String>,
    /// States, one of which it has.
    state: Option<Vec<ArticleState>>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of articles.
    ArticleOrderField for ArticleSort,
    /// Sort order of articles.
    ArticleOrder {
        /// Title.
        Title,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// A page of the articles of a place.
pub(super) async fn page(
    ctx: &Context<'_>,
    place: Articles,
    filter: Option<ArticleFilter>,
    order: Option<ArticleOrder>,
    args: PageArgs,
) -> Result<Connection<String, Article, Total>, Fault> {
    let published_only = sees_public_only(ctx.viewer())?;
    let filter = match filter {
        Some(filter) => {
            let dimensions = &*super::dimensions(ctx).await?;
            filter.resolved(References { dimensions, viewer: ctx.viewer(), product: place.product })?
        }
        None => domain::ArticleFilter::default(),
    };
    let list = Articles { published_only, filter, order: or_default(order), ..place };
    connection(ctx, list, args, Article).await
}

impl ArticleFilter {
    fn resolved(self, known: References<'_>) -> Result<domain::ArticleFilter, Fault> {
        let product = known.product(text(&self.product))?;
        let known = known.within(product);
        Ok(domain::ArticleFilter {
            text: self.text,
            product,
            feature: known.feature(text(&self.feature))?,
            language: self.language,
            state: self.state.map(|states| states.into_iter().map(Into::into).collect()),
            updated_at: self.updated_at.map(Into::into),
        })
    }
}

#[derive(Default)]
pub(super) struct ArticleQuery;

#[Object]
impl ArticleQuery {
    /// An article by exactly one of `id` and `externalId`. Null if there is none; see `errors`.
    async fn article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the source system.")] external_id: Option<String>,
        #[graphql(desc = "Source system. Required for an external ID that exists in several systems.")]
        source: Option<String>,
    ) -> Result<Article, Fault> {
        let given = [("id", id.map(By::Id)), ("externalId", external_id.map(By::Name))];
        let (argument, given) = lookup::one(given)?;
        let text = given.text::<ArticleId>(argument)?;
        Ok(Article(match argument {
            "id" => domain::find(ctx.store(), ctx.viewer(), parse("id", &text)?).await?,
            _ => domain::find_external(ctx.store(), ctx.viewer(), &text, source.as_deref()).await?,
        }))
    }

    /// Articles, the last changed first; for a customer only published ones.
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
        page(ctx, Articles::default(), filter, order_by, (first, after, last, before)).await
    }
}
