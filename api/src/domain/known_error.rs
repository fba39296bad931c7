//! Known errors: what does not work as it should, since when, what can be done meanwhile, and which releases fix it.

mod effect;
mod link;
mod list;

use ballroom_entity::{
    article_known_error,
    id::{FeatureId, KnownErrorId, OrganizationId, ReleaseId},
    known_error::{Column, Entity, Model},
    known_error_feature, known_error_fix,
    release::ReleaseLifecycle,
};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, QueryTrait};

pub use effect::{Basis, Effect, Impact, impact};
pub use link::{Links, link, unlink};
pub(crate) use link::{of_feedback, of_incidents};
pub use list::{KnownErrorFilter, KnownErrorSort, KnownErrors};

use super::{
    access::{Contribute, Viewer},
    check,
    links::LinkTable,
    lookup,
    sent::Outcome,
};
use crate::{
    base::{error::Error, lexis, reference::PublicId},
    store::{Dimensions, Store, found_by, fulltext},
    transaction::{Event, Transaction},
};

/// The noun, in messages.
pub(super) const NOUN: &str = "known error";

/// Number of characters of an object by which it is found: those after them add little.
pub(super) const SEARCHED: usize = 20_000;

/// The features that known errors affect.
const FEATURES: LinkTable<known_error_feature::Entity> = LinkTable::new(
    known_error_feature::Column::OrganizationId,
    known_error_feature::Column::KnownErrorId,
    known_error_feature::Column::FeatureId,
);

/// The releases that fix known errors.
const FIXES: LinkTable<known_error_fix::Entity> = LinkTable::new(
    known_error_fix::Column::OrganizationId,
    known_error_fix::Column::KnownErrorId,
    known_error_fix::Column::ReleaseId,
);

/// A known error to create.
#[derive(Clone, Debug)]
pub struct NewKnownError {
    /// The product, by ID or key.
    pub product: String,
    /// Summary in one line.
    pub title: String,
    /// All else.
    pub details: KnownErrorChanges,
    /// The reporting system; the token's name if not given.
    pub source: Option<String>,
    /// The reporting system's ID of it.
    pub external_id: Option<String>,
}

/// Changes of a known error.
#[derive(Clone, Debug, Default)]
pub struct KnownErrorChanges {
    /// A new title.
    pub title: Option<String>,
    /// What customers notice.
    pub symptom: Option<Option<String>>,
    /// Why it happens.
    pub cause: Option<Option<String>>,
    /// What customers can do meanwhile.
    pub workaround: Option<Option<String>>,
    /// The features that it affects, by ID or key; empty: the product as a whole.
    pub features: Option<Vec<String>>,
    /// The first release that has it, by ID or version, or unknown.
    pub introduced_in: Option<Option<String>>,
    /// The releases that fix it, by ID or version.
    pub fixed_in: Option<Vec<String>>,
    /// Why it will not be fixed, or none.
    pub wont_fix: Option<Option<String>>,
    /// Whether customers may see it.
    pub is_public: Option<bool>,
}

/// Progress of a known error toward a fix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum KnownErrorState {
    /// No release fixes it.
    Open,
    /// A release that fixes it is planned.
    FixPlanned,
    /// A release that fixes it is available to customers.
    Fixed,
    /// It will not be fixed.
    WontFix,
}

impl KnownErrorState {
    /// The state of a known error that these releases fix.
    pub fn of(row: &Model, fixes: &[ReleaseId], dimensions: &Dimensions) -> Self {
        let is_out = |id: &ReleaseId| {
            dimensions.releases.get(id).is_some_and(|release| release.lifecycle == ReleaseLifecycle::Released)
        };
        match (row.wont_fix.is_some(), fixes) {
            (true, _) => Self::WontFix,
            (false, []) => Self::Open,
            (false, fixes) if fixes.iter().any(is_out) => Self::Fixed,
            (false, _) => Self::FixPlanned,
        }
    }
}

/// Whether a caller sees only what is public: a customer does.
pub fn sees_public_only(viewer: &Viewer) -> Result<bool, Error> {
    match viewer.reads().ok().and_then(|by| by.only()) {
        Some(_) => Ok(true),
        None => viewer.reports().map(|_| false),
    }
}

/// The known error with this ID; for a customer only a public one.
pub async fn find(store: &Store, viewer: &Viewer, id: KnownErrorId) -> Result<Model, Error> {
    let public_only = sees_public_only(viewer)?;
    let row = Entity::owned_by(viewer.organization())
        .filter(Column::Id.eq(id))
        .apply_if(public_only.then_some(true), |query, is_public| {
            query.filter(Column::IsPublic.eq(is_public))
        })
        .one(store.reader())
        .await?;
    row.ok_or_else(|| missing("id", id))
}

/// The known error with this ID of a source system; for a customer only a public one.
pub async fn find_external(
    store: &Store,
    viewer: &Viewer,
    external_id: &str,
    source: Option<&str>,
) -> Result<Model, Error> {
    let public_only = sees_public_only(viewer)?;
    let rows = Entity::owned_by(viewer.organization())
        .apply_if(public_only.then_some(true), |query, is_public| {
            query.filter(Column::IsPublic.eq(is_public))
        });
    lookup::by_external_id(store, rows, (Column::Source, Column::ExternalId), NOUN, (external_id, source))
        .await
}

pub(super) fn missing(field: &str, id: KnownErrorId) -> Error {
    Error::not_found(field, NOUN, id.public())
}

/// Creates a known error, or changes the one with this external ID.
pub async fn create(
    store: &Store,
    by: Contribute,
    source: &str,
    new: NewKnownError,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let product = tx.dimensions().product("product", &new.product)?.id;
    let source = check::line("source", new.source.as_deref().unwrap_or(source), 64)?;
    let external_id = check::optional_line("externalId", new.external_id.as_deref(), check::NAME_LENGTH)?;
    let details = KnownErrorChanges { title: Some(new.title), ..new.details };
    if let Some(external_id) = &external_id {
        let known = Entity::owned_by(by.organization())
            .filter(Column::Source.eq(&source))
            .filter(Column::ExternalId.eq(external_id));
        if let Some(known) = known.one(tx.db()).await? {
            if known.product_id != product {
                let reason = "differs from that of the known error with this externalId; use another externalId for \
                              another known error";
                return Err(Error::conflict("product", reason));
            }
            return change(tx, known, details).await;
        }
    }
    let mut full = Full {
        row: Model {
            organization_id: tx.organization(),
            id: KnownErrorId::new(),
            product_id: product,
            title: String::new(),
            symptom: None,
            cause: None,
            workaround: None,
            introduced_in: None,
            wont_fix: None,
            is_public: false,
            source,
            external_id,
            created_by: tx.actor(),
            search: String::new(),
            created_at: at,
            updated_at: at,
        },
        features: Vec::new(),
        fixes: Vec::new(),
    };
    full.apply(&tx, details)?;
    let Full { row, features, fixes } = full;
    let row = row.into_active_model().insert(tx.db()).await?;
    FEATURES.add(&tx, row.id, &features).await?;
    FIXES.add(&tx, row.id, &fixes).await?;
    index(&tx, &row).await?;
    tx.emit(Event::KnownErrorCreated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Created))
}

/// Changes a known error.
pub async fn update(
    store: &Store,
    by: Contribute,
    id: KnownErrorId,
    changes: KnownErrorChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = in_transaction(&tx, id).await?;
    Ok(change(tx, row, changes).await?.0)
}

async fn change(
    mut tx: Transaction,
    row: Model,
    changes: KnownErrorChanges,
) -> Result<(Model, Outcome), Error> {
    let before = Full::of(&tx, row).await?;
    let mut after = before.clone();
    after.apply(&tx, changes)?;
    if after == before {
        return Ok((before.row, Outcome::Unchanged));
    }
    let Full { mut row, features, fixes } = after;
    row.updated_at = tx.at;
    if features != before.features {
        FEATURES.replace(&tx, row.id, &features).await?;
    }
    if fixes != before.fixes {
        FIXES.replace(&tx, row.id, &fixes).await?;
    }
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    index(&tx, &row).await?;
    tx.emit(Event::KnownErrorUpdated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Updated))
}

pub(super) async fn in_transaction(tx: &Transaction, id: KnownErrorId) -> Result<Model, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    row.ok_or_else(|| missing("knownError", id))
}

/// A known error with its features and fixes, each in the order of their IDs.
#[derive(Clone, PartialEq)]
struct Full {
    row: Model,
    features: Vec<FeatureId>,
    fixes: Vec<ReleaseId>,
}

impl Full {
    async fn of(tx: &Transaction, row: Model) -> Result<Self, Error> {
        let features = FEATURES.of(tx.db(), tx.organization(), row.id).await?;
        let fixes = FIXES.of(tx.db(), tx.organization(), row.id).await?;
        Ok(Self { row, features, fixes })
    }

    /// Applies changes, and validates the result.
    fn apply(&mut self, tx: &Transaction, changes: KnownErrorChanges) -> Result<(), Error> {
        let (dimensions, row) = (tx.dimensions(), &mut self.row);
        if let Some(title) = changes.title {
            row.title = check::name("title", &title)?;
        }
        let texts = [
            ("symptom", &mut row.symptom, changes.symptom),
            ("cause", &mut row.cause, changes.cause),
            ("workaround", &mut row.workaround, changes.workaround),
            ("wontFixReason", &mut row.wont_fix, changes.wont_fix),
        ];
        for (field, known, given) in texts {
            if let Some(given) = given {
                *known = check::text(field, given.as_deref())?;
            }
        }
        if let Some(release) = changes.introduced_in {
            let release = release.map(|release| dimensions.release(row.product_id, "introducedIn", &release));
            row.introduced_in = release.transpose()?.map(|release| release.id);
        }
        if let Some(is_public) = changes.is_public {
            row.is_public = is_public;
        }
        if let Some(named) = changes.features {
            let known = named.iter().enumerate().map(|(index, feature)| {
                dimensions.feature(row.product_id, &format!("features.{index}"), feature).map(|row| row.id)
            });
            self.features = known.collect::<Result<_, _>>()?;
            self.features.sort();
            self.features.dedup();
        }
        if let Some(named) = changes.fixed_in {
            let known = named.iter().enumerate().map(|(index, release)| {
                dimensions.release(row.product_id, &format!("fixedIn.{index}"), release).map(|row| row.id)
            });
            self.fixes = known.collect::<Result<_, _>>()?;
            self.fixes.sort();
            self.fixes.dedup();
        }
        row.search = found_by(&row.title, row.symptom.as_deref());
        if row.introduced_in.is_some_and(|introduced| self.fixes.contains(&introduced)) {
            let reason =
                "contains the release that introduced the error; a release either has an error or fixes it";
            return Err(Error::invalid("fixedIn", reason));
        }
        if let Some(introduced) = row.introduced_in
            && let Some(fix) = self.fixes.iter().find(|fix| effect::precedes(&dimensions, **fix, introduced))
        {
            let version = |id| dimensions.releases.get(id).map_or("?", |release| release.version.as_str());
            let reason = format!(
                "contains {}, which came before {}, the release that introduced the error; name releases after it",
                version(fix),
                version(&introduced),
            );
            return Err(Error::invalid("fixedIn", reason));
        }
        if row.wont_fix.is_some() && !self.fixes.is_empty() {
            let reason = "must be omitted while fixedIn names a release; remove one of them";
            return Err(Error::invalid("wontFixReason", reason));
        }
        Ok(())
    }
}

/// Stores the words by which a known error is found.
async fn index(tx: &Transaction, row: &Model) -> Result<(), Error> {
    let texts = [Some(&row.title), row.symptom.as_ref(), row.workaround.as_ref(), row.cause.as_ref()];
    let text = texts.into_iter().flatten().map(String::as_str).collect::<Vec<_>>().join("\n");
    let text: String = text.chars().take(SEARCHED).collect();
    Ok(fulltext::index(tx.db(), tx.organization(), row.id.0, &lexis::forms(&text)).await?)
}

/// The features that each known error affects.
pub(crate) async fn features_of(
    store: &Store,
    organization: OrganizationId,
    ids: &[KnownErrorId],
) -> Result<Vec<known_error_feature::Model>, Error> {
    let rows = known_error_feature::Entity::owned_by(organization)
        .filter(known_error_feature::Column::KnownErrorId.is_in(ids.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}

/// The releases that fix each known error.
pub(crate) async fn fixes_of(
    store: &Store,
    organization: OrganizationId,
    ids: &[KnownErrorId],
) -> Result<Vec<known_error_fix::Model>, Error> {
    let rows = known_error_fix::Entity::owned_by(organization)
        .filter(known_error_fix::Column::KnownErrorId.is_in(ids.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}

/// The known errors that each article is about.
pub(crate) async fn of_articles(
    store: &Store,
    organization: OrganizationId,
    ids: &[ballroom_entity::id::ArticleId],
) -> Result<Vec<article_known_error::Model>, Error> {
    let rows = article_known_error::Entity::owned_by(organization)
        .filter(article_known_error::Column::ArticleId.is_in(ids.iter().copied()));
    Ok(rows.all(store.reader()).await?)
}

/// All known errors of a product.
pub async fn of_product(
    store: &Store,
    by: super::access::Report,
    product: ballroom_entity::id::ProductId,
) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(by.organization()).filter(Column::ProductId.eq(product));
    Ok(sea_orm::QueryOrder::order_by_asc(rows, Column::Id).all(store.reader()).await?)
}
