//! Suggestions: known errors and articles that a text may be about, while it is being written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ballroom_entity::{
    article::{self, ArticleState},
    id::{ArticleId, FeatureId, KnownErrorId, OrganizationId, ProductId, ReleaseId},
    known_error,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait};
use uuid::Uuid;

use super::{
    access::Viewer,
    article as articles, check,
    known_error::{self as known_errors, Effect, impact, sees_public_only},
};
use crate::{
    base::{error::Error, lexis},
    store::{Store, fulltext},
};

/// Number of objects that the database finds; they are then ordered by what only the server knows.
const CANDIDATES: u64 = 100;

/// Maximum number of words of a text that are looked for: the first ones.
const MAX_WORDS: usize = 60;

/// Minimum relevance of a suggestion.
const MIN_RELEVANCE: f64 = 0.2;

/// The part of its relevance that an object about other features keeps, if a feature is given.
const OTHER_FEATURE: f64 = 0.5;

/// What a text is written about.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// The product; none: any.
    pub product: Option<ProductId>,
    /// The feature: what is about others is less relevant.
    pub feature: Option<FeatureId>,
    /// The release that the customer has: what does not affect it is not suggested.
    pub release: Option<ReleaseId>,
}

/// What a text may be about.
#[derive(Clone, Debug, PartialEq)]
pub enum About {
    /// A known error.
    KnownError(known_error::Model),
    /// A published article.
    Article(article::Model),
}

/// A suggestion.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// What the text may be about.
    pub about: About,
    /// From 0 to 1: the share of the words of the text that anything is known about, weighted by how rare they are.
    pub relevance: f64,
    /// The words of the text that it contains.
    pub words: Vec<String>,
}

/// Known errors and published articles that a text may be about, the most relevant first; for a customer only public ones.
pub async fn suggestions(
    store: &Store,
    viewer: &Viewer,
    text: &str,
    asked: &Asked,
    limit: usize,
) -> Result<Vec<Suggestion>, Error> {
    let public_only = sees_public_only(viewer)?;
    let organization = viewer.organization();
    let text = check::text("text", Some(text))?.unwrap_or_default();
    let words: BTreeMap<_, _> = lexis::asked(&text).into_iter().take(MAX_WORDS).collect();
    let forms: BTreeSet<String> = words.values().flatten().cloned().collect();
    let found = fulltext::find(store.reader(), organization, &forms, CANDIDATES).await?;
    let ids: Vec<Uuid> = found.iter().map(|(id, _)| *id).collect();
    let mut about = read(store, organization, &ids, asked, public_only).await?;
    if let Some(release) = asked.release {
        leave_out_unaffected(store, organization, &mut about, release).await?;
    }
    let features = features(store, organization, &ids).await?;

    // The words that each object contains; how rare each word is among them tells how much it says.
    let found: Vec<_> = found.into_iter().filter(|(id, _)| about.contains_key(id)).collect();
    let contains = |there: &BTreeSet<String>| -> Vec<&String> {
        let of_text = words.iter().filter(|(_, forms)| forms.iter().any(|form| there.contains(form)));
        of_text.map(|(word, _)| word).collect()
    };
    let matched: Vec<(Uuid, Vec<&String>)> = found.iter().map(|(id, there)| (*id, contains(there))).collect();
    let mut objects_with: HashMap<&String, f64> = HashMap::new();
    for word in matched.iter().flat_map(|(_, words)| words) {
        *objects_with.entry(word).or_default() += 1.0;
    }
    let all = matched.len() as f64;
    let weight =
        |word: &&String| (1.0 + (all + 1.0) / (objects_with.get(*word).copied().unwrap_or(0.0) + 0.5)).ln();
    let total: f64 = objects_with.keys().map(weight).sum();
    let mut suggestions: Vec<_> = matched
        .into_iter()
        .filter_map(|(id, words)| {
            let fits =
                asked.feature.is_none_or(|asked| features.get(&id).is_none_or(|of| of.contains(&asked)));
            let relevance =
                words.iter().map(weight).sum::<f64>() / total * if fits { 1.0 } else { OTHER_FEATURE };
            let words = words.into_iter().cloned().collect();
            (relevance >= MIN_RELEVANCE).then_some((about.remove(&id)?, relevance, words))
        })
        .map(|(about, relevance, words)| Suggestion { about, relevance, words })
        .collect();
    // A stable order on both databases: known errors before articles, the oldest first.
    let key = |one: &Suggestion| match &one.about {
        About::KnownError(row) => (0, row.id.0),
        About::Article(row) => (1, row.id.0),
    };
    suggestions.sort_by(|a, b| b.relevance.total_cmp(&a.relevance).then_with(|| key(a).cmp(&key(b))));
    suggestions.truncate(limit);
    Ok(suggestions)
}

async fn read(
    store: &Store,
    organization: OrganizationId,
    ids: &[Uuid],
    asked: &Asked,
    public_only: bool,
) -> Result<HashMap<Uuid, About>, Error> {
    let errors = known_error::Entity::owned_by(organization)
        .filter(known_error::Column::Id.is_in(ids.iter().copied()))
        .apply_if(public_only.then_some(true), |query, yes| {
            query.filter(known_error::Column::IsPublic.eq(yes))
        })
        .apply_if(asked.product, |query, product| query.filter(known_error::Column::ProductId.eq(product)));
    let published = article::Entity::owned_by(organization)
        .filter(article::Column::Id.is_in(ids.iter().copied()))
        .filter(article::Column::State.eq(ArticleState::Published))
        .apply_if(asked.product, |query, product| query.filter(article::Column::ProductId.eq(product)));
    let mut about = HashMap::new();
    for row in errors.all(store.reader()).await? {
        about.insert(row.id.0, About::KnownError(row));
    }
    for row in published.all(store.reader()).await? {
        about.insert(row.id.0, About::Article(row));
    }
    Ok(about)
}

async fn leave_out_unaffected(
    store: &Store,
    organization: OrganizationId,
    about: &mut HashMap<Uuid, About>,
    release: ReleaseId,
) -> Result<(), Error> {
    let dimensions = store.dimensions(organization).await?;
    let errors: Vec<KnownErrorId> = about.keys().copied().map(KnownErrorId).collect();
    let fixes = known_errors::fixes_of(store, organization, &errors).await?;
    about.retain(|id, one| match one {
        About::KnownError(row) => {
            let of_it = fixes.iter().filter(|fix| fix.known_error_id.0 == *id);
            let of_it: Vec<_> = of_it.map(|fix| fix.release_id).collect();
            impact(&dimensions, release, row.introduced_in, &of_it).effect == Effect::Affected
        }
        About::Article(_) => true,
    });
    Ok(())
}

/// The features that each object is about; absent: the product as a whole.
async fn features(
    store: &Store,
    organization: OrganizationId,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<FeatureId>>, Error> {
    let errors: Vec<KnownErrorId> = ids.iter().copied().map(KnownErrorId).collect();
    let published: Vec<ArticleId> = ids.iter().copied().map(ArticleId).collect();
    let mut features: HashMap<Uuid, Vec<FeatureId>> = HashMap::new();
    for row in known_errors::features_of(store, organization, &errors).await? {
        features.entry(row.known_error_id.0).or_default().push(row.feature_id);
    }
    for row in articles::features_of(store, organization, &published).await? {
        features.entry(row.article_id.0).or_default().push(row.feature_id);
    }
    Ok(features)
}
