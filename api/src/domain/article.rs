//! Articles: help texts that answer known questions, and the incidents that no article answers.

mod gap;
mod list;

use ballroom_entity::{
    article::{ArticleState, Column, Entity, Model},
    article_feature, article_known_error,
    id::{ArticleId, FeatureId, KnownErrorId, OrganizationId},
    known_error,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QuerySelect, QueryTrait,
};

pub(crate) use gap::answered;
pub use gap::{Gap, gaps};
pub use list::{ArticleFilter, ArticleSort, Articles};

use super::{
    access::{Contribute, Viewer},
    check,
    known_error::{SEARCHED, sees_public_only},
    links::LinkTable,
    lookup,
    sent::Outcome,
};
use crate::{
    base::{error::Error, lexis, reference::PublicId},
    store::{Store, found_by, fulltext},
    transaction::{Event, Transaction},
};

/// Maximum length of an address.
const URL_LENGTH: usize = 2_000;

/// The features that articles are about.
const FEATURES: LinkTable<article_feature::Entity> = LinkTable::new(
    article_feature::Column::OrganizationId,
    article_feature::Column::ArticleId,
    article_feature::Column::FeatureId,
);

/// The known errors that articles are about.
const KNOWN_ERRORS: LinkTable<article_known_error::Entity> = LinkTable::new(
    article_known_error::Column::OrganizationId,
    article_known_error::Column::ArticleId,
    article_known_error::Column::KnownErrorId,
);

/// An article to create.
#[derive(Clone, Debug)]
pub struct NewArticle {
    /// The product, by ID or key.
    pub product: String,
    /// Title in one line.
    pub title: String,
    /// All else.
    pub details: ArticleChanges,
    /// The reporting system; the token's name if not given.
    pub source: Option<String>,
    /// The reporting system's ID of it.
    pub external_id: Option<String>,
}

/// Changes of an article.
#[derive(Clone, Debug, Default)]
pub struct ArticleChanges {
    /// A new title.
    pub title: Option<String>,
    /// The text, or none.
    pub body: Option<Option<String>>,
    /// Where it is published, or none.
    pub url: Option<Option<String>>,
    /// The features that it is about, by ID or key.
    pub features: Option<Vec<String>>,
    /// The known errors that it is about.
    pub known_errors: Option<Vec<KnownErrorId>>,
}

/// The article with this ID; for a customer only a published one.
pub async fn find(store: &Store, viewer: &Viewer, id: ArticleId) -> Result<Model, Error> {
    let published_only = sees_public_only(viewer)?;
    let row = Entity::owned_by(viewer.organization())
        .filter(Column::Id.eq(id))
        .apply_if(published_only.then_some(ArticleState::Published), |query, state| {
            query.filter(Column::State.eq(state))
        })
        .one(store.reader())
        .await?;
    row.ok_or_else(|| missing("id", id))
}

/// The article with this ID of a source system; for a customer only a published one.
pub async fn find_external(
    store: &Store,
    viewer: &Viewer,
    external_id: &str,
    source: Option<&str>,
) -> Result<Model, Error> {
    let published_only = sees_public_only(viewer)?;
    let rows = Entity::owned_by(viewer.organization())
        .apply_if(published_only.then_some(ArticleState::Published), |query, state| {
            query.filter(Column::State.eq(state))
        });
    lookup::by_external_id(
        store,
        rows,
        (Column::Source, Column::ExternalId),
        ArticleId::NOUN,
        (external_id, source),
    )
    .await
}

fn missing(field: &str, id: ArticleId) -> Error {
    Error::not_found(field, ArticleId::NOUN, id.public())
}

/// Creates a draft, or changes the article with this external ID.
pub async fn create(
    store: &Store,
    by: Contribute,
    source: &str,
    new: NewArticle,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let product = tx.dimensions().product("product", &new.product)?.id;
    let source = check::line("source", new.source.as_deref().unwrap_or(source), 64)?;
    let external_id = check::optional_line("externalId", new.external_id.as_deref(), check::NAME_LENGTH)?;
    let details = ArticleChanges { title: Some(new.title), ..new.details };
    if let Some(external_id) = &external_id {
        let known = Entity::owned_by(by.organization())
            .filter(Column::Source.eq(&source))
            .filter(Column::ExternalId.eq(external_id));
        if let Some(known) = known.one(tx.db()).await? {
            if known.product_id != product {
                let reason = "differs from that of the article with this externalId; use another externalId for another \
                              article";
                return Err(Error::conflict("product", reason));
            }
            return change(tx, known, details).await;
        }
    }
    let mut full = Full {
        row: Model {
            organization_id: tx.organization(),
            id: ArticleId::new(),
            product_id: product,
            title: String::new(),
            body: None,
            url: None,
            language: None,
            state: ArticleState::Draft,
            published_at: None,
            source,
            external_id,
            created_by: tx.actor(),
            search: String::new(),
            created_at: at,
            updated_at: at,
        },
        features: Vec::new(),
        known_errors: Vec::new(),
    };
    full.apply(&tx, details).await?;
    let Full { row, features, known_errors } = full;
    let row = row.into_active_model().insert(tx.db()).await?;
    FEATURES.add(&tx, row.id, &features).await?;
    KNOWN_ERRORS.add(&tx, row.id, &known_errors).await?;
    index(&tx, &row).await?;
    tx.emit(Event::ArticleCreated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Created))
}

/// Changes an article.
pub async fn update(
    store: &Store,
    by: Contribute,
    id: ArticleId,
    changes: ArticleChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = in_transaction(&tx, id).await?;
    Ok(change(tx, row, changes).await?.0)
}

async fn change(mut tx: Transaction, row: Model, changes: ArticleChanges) -> Result<(Model, Outcome), Error> {
    let before = Full::of(&tx, row).await?;
    let mut after = before.clone();
    after.apply(&tx, changes).await?;
    if after == before {
        return Ok((before.row, Outcome::Unchanged));
    }
    if after.row.state == ArticleState::Published {
        publishable(&after.row)?;
    }
    after.row.updated_at = tx.at;
    let Full { row, features, known_errors } = after;
    if features != before.features {
        FEATURES.replace(&tx, row.id, &features).await?;
    }
    if known_errors != before.known_errors {
        KNOWN_ERRORS.replace(&tx, row.id, &known_errors).await?;
    }
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    index(&tx, &row).await?;
    tx.emit(Event::ArticleUpdated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Updated))
}

/// Publishes an article for customers, or one that was retired again.
pub async fn publish(
    store: &Store,
    by: Contribute,
    id: ArticleId,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    moved(store, by, id, ArticleState::Published, at).await
}

/// Retires a published article, because it no longer applies.
pub async fn retire(store: &Store, by: Contribute, id: ArticleId, at: DateTime<Utc>) -> Result<Model, Error> {
    moved(store, by, id, ArticleState::Retired, at).await
}

async fn moved(
    store: &Store,
    by: Contribute,
    id: ArticleId,
    state: ArticleState,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let mut row = in_transaction(&tx, id).await?;
    match (row.state, state) {
        (now, then) if now == then => return Ok(row),
        (ArticleState::Draft, ArticleState::Retired) => {
            return Err(Error::conflict(
                "article",
                "is a draft, which customers cannot see; publish it first",
            ));
        }
        (_, ArticleState::Published) => {
            publishable(&row)?;
            row.published_at = Some(at);
        }
        _ => (),
    }
    row.state = state;
    row.updated_at = at;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    tx.emit(match state {
        ArticleState::Published => Event::ArticlePublished(id),
        _ => Event::ArticleUpdated(id),
    });
    tx.commit().await?;
    Ok(row)
}

fn publishable(row: &Model) -> Result<(), Error> {
    match (&row.body, &row.url) {
        (None, None) => {
            let state = ArticleState::Published.to_value();
            Err(Error::invalid(
                "body",
                format!("and url are both empty; an article that is {state} needs one of them"),
            ))
        }
        _ => Ok(()),
    }
}

async fn in_transaction(tx: &Transaction, id: ArticleId) -> Result<Model, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    row.ok_or_else(|| missing("article", id))
}

/// An article with what it is about, each in the order of the IDs.
#[derive(Clone, PartialEq)]
struct Full {
    row: Model,
    features: Vec<FeatureId>,
    known_errors: Vec<KnownErrorId>,
}

impl Full {
    async fn of(tx: &Transaction, row: Model) -> Result<Self, Error> {
        let features = FEATURES.of(tx.db(), tx.organization(), row.id).await?;
        let known_errors = KNOWN_ERRORS.of(tx.db(), tx.organization(), row.id).await?;
        Ok(Self { row, features, known_errors })
    }

    /// Applies changes, and validates the result.
    async fn apply(&mut self, tx: &Transaction, changes: ArticleChanges) -> Result<(), Error> {
        let (dimensions, row) = (tx.dimensions(), &mut self.row);
        if let Some(title) = changes.title {
            row.title = check::name("title", &title)?;
        }
        if let Some(body) = changes.body {
            row.body = check::text("body", body.as_deref())?;
        }
        if let Some(url) = changes.url {
            row.url = check::optional_line("url", url.as_deref(), URL_LENGTH)?;
            if row.url.as_ref().is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://"))
            {
                return Err(Error::invalid("url", "must begin with https:// or http://"));
            }
        }
        if let Some(named) = changes.features {
            let known = named.iter().enumerate().map(|(index, feature)| {
                dimensions.feature(row.product_id, &format!("features.{index}"), feature).map(|row| row.id)
            });
            self.features = known.collect::<Result<_, _>>()?;
            self.features.sort();
            self.features.dedup();
        }
        if let Some(ids) = changes.known_errors {
            let known = known_error::Entity::owned_by(tx.organization())
                .filter(known_error::Column::ProductId.eq(row.product_id))
                .filter(known_error::Column::Id.is_in(ids.iter().copied()))
                .select_only()
                .column(known_error::Column::Id)
                .into_tuple::<KnownErrorId>()
                .all(tx.db())
                .await?;
            if let Some(index) = ids.iter().position(|id| !known.contains(id)) {
                let field = format!("knownErrors.{index}");
                return Err(Error::not_found(field, "known error of this product", ids[index].public()));
            }
            self.known_errors = known;
            self.known_errors.sort();
        }
        let text: String =
            [Some(&row.title), row.body.as_ref()].into_iter().flatten().map(String::as_str).collect();
        row.language = lexis::language(&text).map(str::to_owned);
        row.search = found_by(&row.title, None);
        Ok(())
    }
}

/// Stores the words by which an article is found.
async fn index(tx: &Transaction, row: &Model) -> Result<(), Error> {
    let text = format!("{}\n{}", row.title, row.body.as_deref().unwrap_or_default());
    let text: String = text.chars().take(SEARCHED).collect();
    Ok(fulltext::index(tx.db(), tx.organization(), row.id.0, &lexis::forms(&text)).await?)
}

/// The features that each article is about.
pub(crate) async fn features_of(
    store: &Store,
    organization: OrganizationId,
    ids: &[ArticleId],
) -> Result<Vec<article_feature::Model>, Error> {
    let rows = article_feature::Entity::owned_by(organization)
        .filter(article_feature::Column::ArticleId.is_in(ids.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}
