//! The public view of a product: its releases, its public known errors, what was said and what was done. Nothing in it is about a
//! single customer, and numbers of few customers are not shown.

use std::collections::HashMap;

use ballroom_entity::{
    article::{self, ArticleState},
    feedback,
    id::{KnownErrorId, OrganizationId, ProductId, ReleaseId},
    known_error, known_error_feedback,
    product_publication::{Column, Entity, Model},
    release::ReleaseLifecycle,
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::Expr,
};

use super::{
    access::Manage,
    known_error::{self as known_errors, KnownErrorState},
    organization,
    privacy::MinGroup,
};
use crate::{base::error::Error, store::Store, transaction::Event};

/// Maximum number of releases, known errors and articles.
const MOST: usize = 100;

/// The public view of a product.
#[derive(Clone, Debug)]
pub struct PublicView {
    /// The product.
    pub product: String,
    /// The releases that customers have, the newest first.
    pub releases: Vec<PublicRelease>,
    /// The public known errors, those that are not fixed first.
    pub known_errors: Vec<PublicKnownError>,
    /// The published articles, by title.
    pub articles: Vec<PublicArticle>,
}

/// A release in the public view.
#[derive(Clone, Debug)]
pub struct PublicRelease {
    /// The version.
    pub version: String,
    /// Title besides the version.
    pub title: Option<String>,
    /// The day customers got it.
    pub released_on: Option<NaiveDate>,
    /// Titles of the public known errors that it fixes.
    pub fixes: Vec<String>,
}

/// A known error in the public view.
#[derive(Clone, Debug)]
pub struct PublicKnownError {
    /// Summary in one line.
    pub title: String,
    /// What customers notice.
    pub symptom: Option<String>,
    /// What customers can do meanwhile.
    pub workaround: Option<String>,
    /// Progress toward a fix.
    pub state: KnownErrorState,
    /// Why it will not be fixed.
    pub wont_fix: Option<String>,
    /// Versions of available releases that fix it.
    pub fixed_in: Vec<String>,
    /// Number of customers who reported it; none: too few to be shown.
    pub reporters: Option<i64>,
}

/// An article in the public view.
#[derive(Clone, Debug)]
pub struct PublicArticle {
    /// Title.
    pub title: String,
    /// The text, in Markdown.
    pub body: Option<String>,
    /// Where it is published.
    pub url: Option<String>,
}

/// Switches the public view of a product on or off.
pub async fn publish(
    store: &Store,
    by: Manage,
    product: &str,
    on: bool,
    at: DateTime<Utc>,
) -> Result<ballroom_entity::product::Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let product = tx.dimensions().product("product", product)?.clone();
    let known =
        Entity::owned_by(tx.organization()).filter(Column::ProductId.eq(product.id)).one(tx.db()).await?;
    match (on, known) {
        (true, None) => {
            let row = Model {
                organization_id: tx.organization(),
                product_id: product.id,
                published_by: tx.actor(),
                published_at: at,
            };
            row.into_active_model().insert(tx.db()).await?;
        }
        (false, Some(_)) => {
            Entity::delete_many()
                .filter(Column::OrganizationId.eq(tx.organization()))
                .filter(Column::ProductId.eq(product.id))
                .exec(tx.db())
                .await?;
        }
        _ => return Ok(product),
    }
    tx.emit(Event::ProductUpdated(product.id));
    tx.commit().await?;
    Ok(product)
}

/// Whether the public view of a product is switched on.
pub async fn is_public(
    store: &Store,
    organization: OrganizationId,
    product: ProductId,
) -> Result<bool, Error> {
    let row = Entity::owned_by(organization).filter(Column::ProductId.eq(product));
    Ok(row.one(store.reader()).await?.is_some())
}

/// The public view of a product, by the keys of the organization and the product; none unless it is switched on.
pub async fn read(store: &Store, organization: &str, product: &str) -> Result<Option<PublicView>, Error> {
    let Some(organization) = organization::find_by_key(store, organization).await? else { return Ok(None) };
    let organization = organization.id;
    let dimensions = store.dimensions(organization).await?;
    let Some(product) = dimensions.known_product(product) else { return Ok(None) };
    if !is_public(store, organization, product.id).await? {
        return Ok(None);
    }
    let errors = known_error::Entity::owned_by(organization)
        .filter(known_error::Column::ProductId.eq(product.id))
        .filter(known_error::Column::IsPublic.eq(true))
        .order_by_desc(known_error::Column::UpdatedAt)
        .limit(MOST as u64)
        .all(store.reader())
        .await?;
    let ids: Vec<KnownErrorId> = errors.iter().map(|row| row.id).collect();
    let mut fixes: HashMap<KnownErrorId, Vec<ReleaseId>> = HashMap::new();
    for row in known_errors::fixes_of(store, organization, &ids).await? {
        fixes.entry(row.known_error_id).or_default().push(row.release_id);
    }
    let mut known = Vec::with_capacity(errors.len());
    let mut fixed_by: HashMap<ReleaseId, Vec<String>> = HashMap::new();
    for row in errors {
        let of_it = fixes.remove(&row.id).unwrap_or_default();
        let out = of_it.iter().filter_map(|id| dimensions.releases.get(id));
        let out: Vec<_> = out.filter(|release| release.lifecycle == ReleaseLifecycle::Released).collect();
        out.iter().for_each(|release| fixed_by.entry(release.id).or_default().push(row.title.clone()));
        known.push(PublicKnownError {
            state: KnownErrorState::of(&row, &of_it, &dimensions),
            fixed_in: out.iter().map(|release| release.version.clone()).collect(),
            reporters: reporters(store, organization, row.id).await?,
            title: row.title,
            symptom: row.symptom,
            workaround: row.workaround,
            wont_fix: row.wont_fix,
        });
    }
    known.sort_by_key(|one| one.state == KnownErrorState::Fixed);
    let declared = dimensions.releases_of(product.id).into_iter().rev();
    let out = declared.filter(|row| row.lifecycle == ReleaseLifecycle::Released && !row.inferred).take(MOST);
    let releases = out
        .map(|row| PublicRelease {
            version: row.version.clone(),
            title: row.title.clone(),
            released_on: row.released_on,
            fixes: fixed_by.remove(&row.id).unwrap_or_default(),
        })
        .collect();
    let articles = article::Entity::owned_by(organization)
        .filter(article::Column::ProductId.eq(product.id))
        .filter(article::Column::State.eq(ArticleState::Published))
        .order_by_asc(article::Column::Title)
        .order_by_asc(article::Column::Id)
        .limit(MOST as u64)
        .all(store.reader())
        .await?;
    let articles = articles
        .into_iter()
        .map(|row| PublicArticle { title: row.title, body: row.body, url: row.url })
        .collect();
    Ok(Some(PublicView { product: product.name.clone(), releases, known_errors: known, articles }))
}

/// Number of customers who reported a known error by a response; none: too few to be shown.
async fn reporters(
    store: &Store,
    id: OrganizationId,
    known_error: KnownErrorId,
) -> Result<Option<i64>, Error> {
    let said = known_error_feedback::Entity::owned_by(id)
        .filter(known_error_feedback::Column::KnownErrorId.eq(known_error))
        .select_only()
        .column(known_error_feedback::Column::FeedbackId);
    let counted: Option<i64> = feedback::Entity::owned_by(id)
        .filter(feedback::Column::Id.in_subquery(said.into_query()))
        .select_only()
        .column_as(Expr::cust("COUNT(DISTINCT customer_id)"), "customers")
        .into_tuple()
        .one(store.reader())
        .await?;
    let group = MinGroup::of(&organization::find(store, id).await?);
    Ok(counted.filter(|customers| group.is_enough(*customers)))
}
