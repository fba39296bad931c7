//! Features that a release touches.

use async_graphql::{Context, Description, Enum, Object};
use ballroom_entity::id::FeatureId;

use super::super::{
    fault::Fault,
    feature::{self, Feature},
};

/// Effect of a release on a feature.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::release_feature::FeatureChange")]
pub(super) enum FeatureChange {
    /// The feature is new.
    Added,
    /// The feature works differently.
    Changed,
    /// A defect is corrected.
    Fixed,
    /// The feature is removed.
    Removed,
}

/// A feature that a release touches.
#[derive(Description)]
pub(super) struct ReleaseFeature {
    pub(super) feature: FeatureId,
    pub(super) change: FeatureChange,
}

#[Object(use_type_description)]
impl ReleaseFeature {
    /// The feature.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Feature, Fault> {
        feature::of(ctx, self.feature).await
    }

    /// Effect of the release.
    async fn change(&self) -> FeatureChange {
        self.change
    }
}
