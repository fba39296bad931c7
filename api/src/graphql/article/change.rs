//! Articles: mutations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::Article;
use crate::{
    domain::article::{self as domain, ArticleChanges, NewArticle},
    graphql::{
        ContextExt,
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{Reference, ids, parse, sent_texts},
    },
};

/// Input of `createArticle`.
#[derive(InputObject)]
struct CreateArticleInput {
    /// ID or key of the product that it is about.
    product: Reference,
    /// Title in one line.
    title: String,
    /// Text in Markdown. It or `url` is required for publication.
    body: MaybeUndefined<String>,
    /// Address at which it is published elsewhere.
    url: MaybeUndefined<String>,
    /// Features that it is about, by ID or key; null or empty: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// IDs of known errors of the product that it is about.
    known_errors: MaybeUndefined<Vec<Reference>>,
    /// Source system; the name of the token by default.
    source: Option<String>,
    /// ID in the source system. The same ID again updates the article.
    external_id: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateArticle`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateArticleInput {
    /// ID of the article.
    article: Reference,
    /// New title in one line.
    title: MaybeUndefined<String>,
    /// New text in Markdown; null removes it.
    body: MaybeUndefined<String>,
    /// New address at which it is published elsewhere; null removes it.
    url: MaybeUndefined<String>,
    /// New list of features that it is about, by ID or key; null or empty: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// New list of IDs of known errors that it is about; null or empty: none.
    known_errors: MaybeUndefined<Vec<Reference>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `publishArticle`.
#[derive(InputObject)]
struct PublishArticleInput {
    /// ID of the article.
    article: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `retireArticle`.
#[derive(InputObject)]
struct RetireArticleInput {
    /// ID of the article.
    article: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createArticle`.
    CreateArticlePayload {
        /// The article.
        article: Article,
        /// Outcome of the submission.
        outcome: Outcome,
    }

    /// Result of the mutations that change an article.
    ArticlePayload {
        /// The article.
        article: Article,
    }
}

/// The changes that both inputs describe.
fn changes(
    body: MaybeUndefined<String>,
    url: MaybeUndefined<String>,
    features: MaybeUndefined<Vec<Reference>>,
    known_errors: MaybeUndefined<Vec<Reference>>,
) -> Result<ArticleChanges, Fault> {
    let known_errors = given(known_errors).map(|list| ids("knownErrors", &list.unwrap_or_default()));
    Ok(ArticleChanges {
        title: None,
        body: given(body),
        url: given(url),
        features: sent_texts(features),
        known_errors: known_errors.transpose()?,
    })
}

#[derive(Default)]
pub(in crate::graphql) struct ArticleMutation;

#[Object]
impl ArticleMutation {
    /// Creates a draft of an article, or updates the article with this external ID.
    async fn create_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateArticleInput,
    ) -> Result<CreateArticlePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let new = NewArticle {
                product: input.product.0,
                title: input.title,
                details: changes(input.body, input.url, input.features, input.known_errors)?,
                source: input.source,
                external_id: input.external_id,
            };
            let source = &ctx.viewer().source;
            let (row, outcome) = domain::create(ctx.store(), by, source, new, ctx.now()).await?;
            Ok(CreateArticlePayload::done(Article(row), outcome.into()))
        })
        .await
    }

    /// Changes an article.
    async fn update_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateArticleInput,
    ) -> Result<ArticlePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.contributes()?, parse("article", &input.article.0)?);
            let changes = ArticleChanges {
                title: kept("title", input.title)?,
                ..changes(input.body, input.url, input.features, input.known_errors)?
            };
            let row = domain::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(ArticlePayload::done(Article(row)))
        })
        .await
    }

    /// Publishes an article: customers can see it.
    async fn publish_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: PublishArticleInput,
    ) -> Result<ArticlePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.contributes()?, parse("article", &input.article.0)?);
            Ok(ArticlePayload::done(Article(domain::publish(ctx.store(), by, id, ctx.now()).await?)))
        })
        .await
    }

    /// Retires a published article, because it no longer applies: customers no longer see it.
    async fn retire_article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RetireArticleInput,
    ) -> Result<ArticlePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.contributes()?, parse("article", &input.article.0)?);
            Ok(ArticlePayload::done(Article(domain::retire(ctx.store(), by, id, ctx.now()).await?)))
        })
        .await
    }
}
