//! When the experience of a feature changed, and the suspected releases.

use std::sync::Arc;

use async_graphql::{Context, Description, Object};
use ballroom_analytics::change_point::{ChangePoint as Found, Suspect as Suspected};
use ballroom_entity::{
    id::{FeatureId, ReleaseId},
    product,
};

use super::day;
use crate::{
    domain::product as products,
    graphql::{
        ContextExt,
        fault::Fault,
        only_groups,
        release::{self, Release},
        scalar::Date,
    },
    score::Snapshot,
};

/// Time at which the experience with a feature changed.
#[derive(Description)]
pub struct ChangePoint {
    pub(super) snapshot: Arc<Snapshot>,
    pub(super) found: Found,
}

impl ChangePoint {
    pub(super) fn named(&self) -> Vec<Suspect> {
        let suspect = |one: &Suspected| {
            Some(Suspect { release: self.snapshot.release_of(one)?, probability: one.probability })
        };
        self.found.listed().iter().filter_map(suspect).collect()
    }
}

#[Object(use_type_description)]
impl ChangePoint {
    /// Whether a change was detected: the evidence for one is 20 to 1 or more. If false, the other fields are not
    /// meaningful.
    async fn detected(&self) -> bool {
        self.found.called
    }

    /// Natural logarithm of the evidence (Bayes factor) for any change.
    async fn log_bayes_factor(&self) -> f64 {
        self.found.log_bf
    }

    /// Most likely first day after the change.
    async fn day(&self) -> Date {
        self.snapshot.date(self.found.day).into()
    }

    /// First day of the interval that contains the change with 90 % probability.
    async fn earliest(&self) -> Date {
        self.snapshot.date(self.found.earliest).into()
    }

    /// Last day of the interval that contains the change with 90 % probability.
    async fn latest(&self) -> Date {
        self.snapshot.date(self.found.latest).into()
    }

    /// Releases that may have caused the change, the most likely first: those with 1 % or more, at most ten. Empty if
    /// `detected` is false.
    async fn suspects(&self) -> Vec<Suspect> {
        self.named()
    }

    /// Probability, 0 to 1, of all other causes: releases that are not in `suspects`, and days before the first release
    /// in the 180 days that were searched. Together with the probabilities of `suspects` it adds to 1.
    async fn other_probability(&self) -> f64 {
        self.found.other_probability()
    }

    /// Version of the method.
    async fn method(&self) -> &str {
        self.found.method
    }
}

/// A release that may have caused a change.
#[derive(Description)]
pub struct Suspect {
    release: ReleaseId,
    probability: f64,
}

#[Object(use_type_description)]
impl Suspect {
    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.release).await
    }

    /// Probability, 0 to 1, that the change began between its first day and the next release.
    async fn probability(&self) -> f64 {
        self.probability
    }
}

/// The change of the experience of a feature; none if there are too few data.
pub(crate) async fn change_point(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    as_of: Option<Date>,
) -> Result<Option<ChangePoint>, Fault> {
    let today = products::today(product, ctx.now());
    let as_of = day(as_of, today)?;
    let scores = &ctx.services().scores;
    let (snapshot, mut found) =
        scores.change_point(ctx.reports()?, today, product.id, feature, as_of).await?;
    if let (Some(found), Some(_)) = (&mut found, only_groups(ctx).await?) {
        found.log_bf = found.log_bf.round();
    }
    Ok(found.map(|found| ChangePoint { snapshot, found }))
}
