//! Suggestions by text.

use async_graphql::{Context, Description, Object};

use super::{
    ContextExt,
    article::Article,
    fault::Fault,
    known_error::KnownError,
    scalar::{Reference, text},
};
use crate::domain::{
    lookup::References,
    suggestion::{self as domain, About, Asked},
};

/// Number of suggestions by default.
const SUGGESTIONS: i32 = 5;

/// Maximum number of suggestions.
const MAX_SUGGESTIONS: i32 = 20;

/// A known error or article that a text may be about.
#[derive(Description)]
pub(super) struct Suggestion(pub(super) domain::Suggestion);

#[Object(use_type_description)]
impl Suggestion {
    /// The known error; null: it is an article.
    async fn known_error(&self) -> Option<KnownError> {
        match &self.0.about {
            About::KnownError(row) => Some(KnownError(row.clone())),
            About::Article(_) => None,
        }
    }

    /// The published article; null: it is a known error.
    async fn article(&self) -> Option<Article> {
        match &self.0.about {
            About::Article(row) => Some(Article(row.clone())),
            About::KnownError(_) => None,
        }
    }

    /// What customers can do meanwhile, according to the known error; null if it is an article, or if none is known.
    async fn workaround(&self) -> Option<&str> {
        match &self.0.about {
            About::KnownError(row) => row.workaround.as_deref(),
            About::Article(_) => None,
        }
    }

    /// Relevance, 0 to 1: the share of the words of the text that any known error or article contains, weighted by how rare
    /// they are. It is halved if `feature` is given and the suggestion is about other features.
    async fn relevance(&self) -> f64 {
        self.0.relevance
    }

    /// Words of the text that it contains, with any ending and accents.
    async fn words(&self) -> &[String] {
        &self.0.words
    }
}

#[derive(Default)]
pub(super) struct SuggestionQuery;

#[Object]
impl SuggestionQuery {
    /// Known errors and published articles that a text may be about, the most relevant first: to be queried while an incident or a
    /// response is being written. Words are found with other endings and without accents, in 17 languages. Customers see public
    /// known errors only.
    async fn suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The text, such as the title and description of an incident.")] text: String,
        #[graphql(desc = "ID or key of the product; any by default.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of the feature: suggestions about other features are less relevant. A key that exists in several \
                    products requires `product`."
        )]
        feature: Option<Reference>,
        #[graphql(
            desc = "ID or version of the release that the customer has: known errors that do not affect it are not suggested. A \
                    version that exists in several products requires `product`."
        )]
        release: Option<Reference>,
        #[graphql(desc = "Number of suggestions to return; default 5, at most 20.")] limit: Option<i32>,
    ) -> Result<Vec<Suggestion>, Fault> {
        let asked_for = limit.unwrap_or(SUGGESTIONS);
        let limit =
            usize::try_from(asked_for).ok().filter(|_| asked_for <= MAX_SUGGESTIONS).ok_or_else(|| {
                Fault::invalid("limit", &format!("is {asked_for}; send a number from 0 to {MAX_SUGGESTIONS}"))
            })?;
        let dimensions = &*super::dimensions(ctx).await?;
        let product = product
            .map(|product| dimensions.product("product", &product.0))
            .transpose()?
            .map(|product| product.id);
        let known = References { dimensions, viewer: ctx.viewer(), product };
        let asked = Asked {
            product,
            feature: known.feature(self::text(&feature))?,
            release: known.release(self::text(&release))?,
        };
        let found = domain::suggestions(ctx.store(), ctx.viewer(), &text, &asked, limit).await?;
        Ok(found.into_iter().map(Suggestion).collect())
    }
}
