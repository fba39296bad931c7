//! The filter of a subscription.

use ballroom_entity::{
    feedback,
    id::{FeatureId, ProductId, ReleaseId},
    release,
};

use super::{AlertBegun, Incident, VerdictChanged};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::release::live_on,
    store::Dimensions,
};

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
    /// The scope of these references. A feature or a release given by its key or version, and not by its
    /// ID, requires the product.
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
            let product = scope.product.or_else(|| {
                let id = FeatureId::parse(reference)?;
                Some(dimensions.features.get(&id)?.product_id)
            });
            let product = product.ok_or_else(|| lacks_product::<FeatureId>("feature", reference, "key"))?;
            scope.feature = Some(dimensions.feature(product, "feature", reference)?.id);
            scope.product = Some(product);
        }
        if let Some(reference) = release {
            let product = scope.product.or_else(|| {
                let id = ReleaseId::parse(reference)?;
                Some(dimensions.releases.get(&id)?.product_id)
            });
            let product =
                product.ok_or_else(|| lacks_product::<ReleaseId>("release", reference, "version"))?;
            scope.release = Some(dimensions.release(product, "release", reference)?.id);
            scope.product = Some(product);
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

/// The error for a reference without a product: an unknown ID, or something that is unique only in a product.
fn lacks_product<I: PublicId>(noun: &'static str, reference: &str, key: &str) -> Error {
    match I::parse(reference) {
        Some(_) => Error::not_found(noun, noun, reference),
        None => Error::invalid(
            noun,
            format!("is not an ID; send its ID, or the product too: a {key} is unique only in its product"),
        ),
    }
}
