//! Releases: mutations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::{Release, touched::FeatureChange};
use crate::{
    domain::{
        release::{self, NewRelease, ReleaseChanges, TouchedFeature},
        sent::Nulls,
    },
    graphql::{
        ContextExt,
        fault::Fault,
        given, lookup,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{Date, DateTime, Reference},
    },
};

/// A feature that a release touches.
#[derive(InputObject)]
struct ReleaseFeatureInput {
    /// ID or key of the feature.
    feature: Reference,
    /// Effect of the release.
    change: FeatureChange,
}

/// Input of `planRelease`.
#[derive(InputObject)]
struct PlanReleaseInput {
    /// ID or key of the product.
    product: Reference,
    /// Version: any text; unique in the product.
    version: String,
    /// Title besides the version; null removes it.
    title: MaybeUndefined<String>,
    /// Release notes; null removes them.
    notes: MaybeUndefined<String>,
    /// Predecessor: the release that it is based on; null: none.
    previous: MaybeUndefined<Reference>,
    /// Planned day; null: none.
    planned_for: MaybeUndefined<Date>,
    /// Time of the release, if it has shipped. Null is equivalent to omitting it: use `withdrawRelease` to withdraw a
    /// release.
    released_at: Option<DateTime>,
    /// Features that it touches; null or empty: none.
    features: MaybeUndefined<Vec<ReleaseFeatureInput>>,
    /// Time of this version in the source system. An earlier version never replaces a later one. If omitted, the
    /// version sent last is the newest.
    updated_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateRelease`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateReleaseInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release. Required for a version that exists in several products.
    product: Option<Reference>,
    /// New title; null removes it.
    title: MaybeUndefined<String>,
    /// New release notes; null removes them.
    notes: MaybeUndefined<String>,
    /// New predecessor; null: none.
    previous: MaybeUndefined<Reference>,
    /// New planned day; null: none.
    planned_for: MaybeUndefined<Date>,
    /// New list of features that it touches; null or empty: none.
    features: MaybeUndefined<Vec<ReleaseFeatureInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `shipRelease`.
#[derive(InputObject)]
struct ShipReleaseInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release. Required for a version that exists in several products.
    product: Option<Reference>,
    /// Time of the release. By default the time from which responses show it in use, else now. A withdrawn release is
    /// released again: its first day is the new one, and the time before the withdrawal counts for neither side of a
    /// verdict.
    released_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `withdrawRelease`.
#[derive(InputObject)]
struct WithdrawReleaseInput {
    /// ID or version of the release.
    release: Reference,
    /// Product of the release. Required for a version that exists in several products.
    product: Option<Reference>,
    /// Time of the withdrawal; now by default.
    withdrawn_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of a mutation of a release.
    ReleasePayload {
        /// The release.
        release: Release,
        /// Outcome of the submission; null after `updateRelease`.
        outcome: Option<Outcome>,
        /// After a creation: releases of the product whose version is another spelling of this one, such as 1.2.3 for
        /// v1.2.3. Responses that name one do not count for the other; check that both are intended.
        alike: Vec<Release>,
    }
}

fn touched(features: Vec<ReleaseFeatureInput>) -> Vec<TouchedFeature> {
    let touched =
        |one: ReleaseFeatureInput| TouchedFeature { feature: one.feature.0, change: one.change.into() };
    features.into_iter().map(touched).collect()
}

#[derive(Default)]
pub(crate) struct ReleaseMutation;

#[Object]
impl ReleaseMutation {
    /// Creates a planned release, or one that has shipped, or updates the one with this version; omitted fields are
    /// unchanged.
    async fn plan_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: PlanReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut nulls = Nulls::default();
            let new = NewRelease {
                product: input.product.0,
                version: input.version,
                title: nulls.note("title", given(input.title)),
                notes: nulls.note("notes", given(input.notes)),
                previous: nulls.note("previous", given(input.previous)).map(|previous| previous.0),
                planned_for: nulls.note("plannedFor", given(input.planned_for)).map(Into::into),
                released_at: input.released_at.map(Into::into),
                features: touched(nulls.note_list("features", given(input.features))),
                updated_at: input.updated_at.map(Into::into),
                nulls,
            };
            let planned = release::plan(ctx.store(), ctx.ships()?, new, ctx.now()).await?;
            let alike = planned.alike.into_iter().map(Release).collect();
            Ok(ReleasePayload::done(Release(planned.release), Some(planned.outcome.into()), alike))
        })
        .await
    }

    /// Changes a release.
    async fn update_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let changes = ReleaseChanges {
                title: given(input.title),
                notes: given(input.notes),
                previous: given(input.previous).map(|given| given.map(|previous| previous.0)),
                planned_for: given(input.planned_for).map(|day| day.map(Into::into)),
                features: given(input.features).map(|features| touched(features.unwrap_or_default())),
            };
            let id = lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            let release = release::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release), None, Vec::new()))
        })
        .await
    }

    /// Records that a release is available to customers. A withdrawn release can be shipped again.
    async fn ship_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ShipReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let id = lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            let released_at = input.released_at.map(Into::into);
            let (release, outcome) = release::ship(ctx.store(), by, id, released_at, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release), Some(outcome.into()), Vec::new()))
        })
        .await
    }

    /// Withdraws a release. Responses that name it are kept.
    async fn withdraw_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: WithdrawReleaseInput,
    ) -> Result<ReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let id = lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            let withdrawn_at = input.withdrawn_at.map_or_else(|| ctx.now(), Into::into);
            let (release, outcome) = release::withdraw(ctx.store(), by, id, withdrawn_at, ctx.now()).await?;
            Ok(ReleasePayload::done(Release(release), Some(outcome.into()), Vec::new()))
        })
        .await
    }
}
