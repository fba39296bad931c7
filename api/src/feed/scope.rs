//! The filter of a subscription.

use ballroom_entity::{
    feedback,
    id::{FeatureId, ProductId, ReleaseId},
    release,
};

use super::{AlertBegun, Deleted, Incident, VerdictChanged};
use crate::{base::error::Error, domain::release::live_on, store::Dimensions};

/// A product, a feature and a release, each or none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Scope {
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Only of this feature.
    pub feature: Option<FeatureId>,
    /// Only of this release.
    pub release: Option<ReleaseId>,
}

impl Scope {
    /// The scope of these references. A feature or a release whose key or version exists in several products requires
    /// the product.
    pub fn resolve(
        dimensions: &Dimensions,
        product: Option<&str>,
        feature: Option<&str>,
        release: Option<&str>,
    ) -> Result<Self, Error> {
        let mut scope = Self::default();
        if let Some(reference) = product {
            scope.product = Some(dimensions.product("product", reference)?.id);
        }
        if let Some(reference) = feature {
            let feature = dimensions.feature_in(scope.product, "feature", reference)?;
            (scope.product, scope.feature) = (Some(feature.product_id), Some(feature.id));
        }
        if let Some(reference) = release {
            let release = dimensions.release_in(scope.product, "release", reference)?;
            (scope.product, scope.release) = (Some(release.product_id), Some(release.id));
        }
        Ok(scope)
    }

    /// Whether a response is in it. A response that names no release counts for the newest one live on its day.
    pub fn has_answer(&self, dimensions: &Dimensions, answer: &feedback::Model) -> bool {
        let release = |wanted| match answer.release_id {
            Some(named) => named == wanted,
            None => live_on(dimensions, answer.product_id, answer.day).is_some_and(|live| live.id == wanted),
        };
        self.product.is_none_or(|product| product == answer.product_id)
            && self.feature.is_none_or(|feature| answer.feature_id == Some(feature))
            && self.release.is_none_or(release)
    }

    /// Whether a deleted response was in it; only its product is known.
    pub fn has_deleted(&self, deleted: &Deleted) -> bool {
        self.product.is_none_or(|product| deleted.product_id == Some(product))
    }

    /// Whether an incident is in it. It is in the scope of a release if any attribution names the release, even one that
    /// rejects it.
    pub fn has_incident(&self, incident: &Incident) -> bool {
        let stated = |release| incident.attributions.iter().any(|one| one.release_id == Some(release));
        self.product.is_none_or(|product| product == incident.row.product_id)
            && self.feature.is_none_or(|feature| incident.features.contains(&feature))
            && self.release.is_none_or(stated)
    }

    /// Whether a release is in it.
    pub fn has_release(&self, release: &release::Model) -> bool {
        self.product.is_none_or(|product| product == release.product_id)
            && self.release.is_none_or(|wanted| wanted == release.id)
    }

    /// Whether an alert is in it.
    pub fn has_alert(&self, begun: &AlertBegun) -> bool {
        self.product.is_none_or(|product| product == begun.product)
            && self.feature.is_none_or(|feature| begun.feature == feature)
    }

    /// Whether a verdict is in it.
    pub fn has_verdict(&self, verdict: &VerdictChanged) -> bool {
        self.product.is_none_or(|product| product == verdict.product)
            && self.feature.is_none_or(|feature| verdict.feature == feature)
            && self.release.is_none_or(|release| release == verdict.release)
    }
}
