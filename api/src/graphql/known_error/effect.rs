//! Effects of known errors on releases.

use async_graphql::{Context, Description, Enum, Object};
use ballroom_entity::{id::ReleaseId, known_error::Model};
use futures::future::try_join_all;

use super::{
    super::{
        ContextExt,
        fault::Fault,
        load::FixesOf,
        release::{self, Release},
    },
    KnownError,
};
use crate::domain::known_error as domain;

/// Whether a release has a known error.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::Effect")]
pub(in crate::graphql) enum ReleaseImpact {
    /// It has the error.
    Affected,
    /// It contains the fix.
    Fixed,
    /// It does not have the error, which was introduced later or on another line of releases.
    NotAffected,
}

/// Basis on which it was determined whether a release has a known error.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::Basis")]
enum ReleaseImpactBasis {
    /// The predecessors of the release.
    Graph,
    /// The order of releases, because no line of predecessors connects them.
    Order,
    /// None: the release that introduced the error is unknown, so each release without the fix is assumed to have it.
    Assumed,
}

/// Whether a release has a known error, and how that was determined.
#[derive(Description)]
pub(in crate::graphql) struct KnownErrorEffect {
    row: Model,
    release: ReleaseId,
    impact: domain::Impact,
}

impl KnownErrorEffect {
    /// The effect of a known error on a release.
    pub(in crate::graphql) fn new(row: Model, release: ReleaseId, impact: domain::Impact) -> Self {
        Self { row, release, impact }
    }
}

#[Object(use_type_description)]
impl KnownErrorEffect {
    /// The known error.
    async fn known_error(&self) -> KnownError {
        KnownError(self.row.clone())
    }

    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.release).await
    }

    /// Whether the release has the error.
    async fn effect(&self) -> ReleaseImpact {
        self.impact.effect.into()
    }

    /// Basis on which this was determined.
    async fn basis(&self) -> ReleaseImpactBasis {
        self.impact.basis.into()
    }

    /// Release that introduced or fixed the error and decided; null: no release did.
    async fn decided_by(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.impact.decided_by {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }
}

/// Whether a release has a known error.
pub(super) async fn effect(
    ctx: &Context<'_>,
    row: Model,
    release: ReleaseId,
) -> Result<KnownErrorEffect, Fault> {
    let fixes = ctx.load().load_one(FixesOf(row.id)).await?.unwrap_or_default();
    let dimensions = super::super::dimensions(ctx).await?;
    let impact = domain::impact(&dimensions, release, row.introduced_in, &fixes);
    Ok(KnownErrorEffect { row, release, impact })
}

/// The known errors of the product with these effects on a release.
pub(in crate::graphql) async fn of_release(
    ctx: &Context<'_>,
    release: &ballroom_entity::release::Model,
    effects: &[ReleaseImpact],
) -> Result<Vec<KnownErrorEffect>, Fault> {
    let rows = domain::of_product(ctx.store(), ctx.reports()?, release.product_id).await?;
    let all = try_join_all(rows.into_iter().map(|row| effect(ctx, row, release.id))).await?;
    Ok(all.into_iter().filter(|one| effects.contains(&one.impact.effect.into())).collect())
}
