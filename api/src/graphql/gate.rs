//! The recommendation for a release gate.

use async_graphql::{Context, Description, Enum, InputObject, MaybeUndefined, Object, SimpleObject};

use super::{
    ContextExt,
    fault::Fault,
    given, lookup, product,
    regression::{self, FeatureRegression, Regression},
    release,
    scalar::{Date, Reference},
};
use crate::{
    domain::organization::{self, GateChanges},
    score::gate::{self as score, Decision},
};

/// Recommendation for a release gate.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum GateOutcome {
    /// There are enough responses or incidents for every feature that the release declares, and none got worse.
    Pass,
    /// A feature got worse with this release.
    Fail,
    /// There is not enough data, or only a suspicion: check again later. Also for a withdrawn release without a known
    /// regression.
    CannotTell,
}

impl From<Decision> for GateOutcome {
    fn from(decision: Decision) -> Self {
        match decision {
            Decision::Pass => Self::Pass,
            Decision::Fail => Self::Fail,
            Decision::CannotTell => Self::CannotTell,
        }
    }
}

/// Decision of a release gate, with its reason and the features that it is based on.
#[derive(Description)]
pub struct Gate {
    regression: Option<Regression>,
    decided: score::Gate,
    thresholds: organization::GateThresholds,
}

#[Object(use_type_description)]
impl Gate {
    /// Decision.
    async fn outcome(&self) -> GateOutcome {
        self.decided.decision.into()
    }

    /// Reason, as a sentence.
    async fn reason(&self) -> &str {
        &self.decided.reason
    }

    /// Features that the decision is based on: those that the release declares, and others with a verdict.
    async fn features(&self) -> Vec<GateFeature> {
        let Some(regression) = &self.regression else { return Vec::new() };
        let one = |decided: &score::FeatureGate| {
            let regression = regression.feature_at(decided.at)?;
            Some(GateFeature { decided: decided.clone(), regression })
        };
        self.decided.features.iter().filter_map(one).collect()
    }

    /// Thresholds that were applied.
    async fn thresholds(&self) -> GateThresholds {
        self.thresholds.into()
    }

    /// Verdicts on the release, the evidence; null if it has not been released.
    async fn regression(&self) -> Option<Regression> {
        self.regression.clone()
    }
}

/// Decision of a release gate on one feature.
#[derive(Description)]
pub struct GateFeature {
    decided: score::FeatureGate,
    regression: FeatureRegression,
}

#[Object(use_type_description)]
impl GateFeature {
    /// Decision.
    async fn outcome(&self) -> GateOutcome {
        self.decided.decision.into()
    }

    /// Reason, with the figures that it is based on.
    async fn reason(&self) -> &str {
        &self.decided.reason
    }

    /// Name of the feature; the name of the product for the product as a whole.
    async fn name(&self) -> &str {
        &self.decided.name
    }

    /// Verdict on the feature, with its evidence.
    async fn regression(&self) -> FeatureRegression {
        self.regression.clone()
    }
}

/// Thresholds of a release gate.
#[derive(SimpleObject)]
pub struct GateThresholds {
    /// Whether the suspicion that a feature got worse (the verdict WATCH) is sufficient to fail; by default it leads to
    /// CANNOT_TELL.
    fail_on_watch: bool,
    /// Largest decline of the mean rating that does not fail, in points of 100, 0 to 100; 0 by default. A decline is
    /// tolerated only while there is no evidence of more incidents.
    max_decline: f64,
    /// Number of responses since the release that each feature needs before the gate passes; null: as many as a verdict
    /// needs.
    min_responses: Option<i32>,
}

impl From<organization::GateThresholds> for GateThresholds {
    fn from(thresholds: organization::GateThresholds) -> Self {
        let organization::GateThresholds { fail_on_watch, max_decline, min_responses } = thresholds;
        Self { fail_on_watch, max_decline, min_responses }
    }
}

/// Thresholds of a release gate. Omitted ones are unchanged, or those of the organization.
#[derive(InputObject)]
pub(super) struct GateThresholdsInput {
    /// Whether a suspicion (the verdict WATCH) is sufficient to fail.
    fail_on_watch: Option<bool>,
    /// Largest decline of the mean rating that does not fail, in points of 100, 0 to 100. A decline is tolerated only while
    /// there is no evidence of more incidents.
    max_decline: Option<f64>,
    /// Number of responses since the release that each feature needs before the gate passes, 1 to 1000000; null: as many
    /// as a verdict needs.
    min_responses: MaybeUndefined<i32>,
}

impl From<GateThresholdsInput> for GateChanges {
    fn from(input: GateThresholdsInput) -> Self {
        let GateThresholdsInput { fail_on_watch, max_decline, min_responses } = input;
        Self { fail_on_watch, max_decline, min_responses: given(min_responses) }
    }
}

/// The thresholds of the organization, with those of a call.
pub(super) async fn thresholds(
    ctx: &Context<'_>,
    given: Option<GateThresholdsInput>,
) -> Result<organization::GateThresholds, Fault> {
    let own = organization::find(ctx.store(), ctx.reports()?.organization()).await?;
    let changes = given.map(GateChanges::from).unwrap_or_default();
    Ok(changes.applied("thresholds", organization::gate(&own))?)
}

impl Gate {
    /// The decision on the verdicts on a release, with the thresholds of the organization or of the caller.
    pub(super) fn of(
        regression: Regression,
        thresholds: organization::GateThresholds,
        of_caller: bool,
    ) -> Self {
        Self { decided: regression.decide(&thresholds, of_caller), regression: Some(regression), thresholds }
    }
}

#[derive(Default)]
pub(super) struct GateQuery;

#[Object]
impl GateQuery {
    /// Decision of a release gate: whether a release may proceed. CANNOT_TELL does not permit it: there is not enough
    /// data, or there is a suspicion. Null with an error if there is no such release.
    async fn release_gate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or version of the release.")] release: Reference,
        #[graphql(
            desc = "ID or key of the product; needed if several products have a release of this version."
        )]
        product: Option<Reference>,
        #[graphql(desc = "Use only data known at the end of this day; today by default.")] as_of: Option<
            Date,
        >,
        #[graphql(desc = "Thresholds; omitted ones are those of the organization.")] thresholds: Option<
            GateThresholdsInput,
        >,
    ) -> Result<Gate, Fault> {
        let release = lookup::release(ctx, &release, product.as_ref()).await?;
        let own = thresholds.is_some();
        let thresholds = self::thresholds(ctx, thresholds).await?;
        let release = release::of(ctx, release).await?.0;
        let product = product::of(ctx, release.product_id).await?;
        Ok(match regression::of_release(ctx, &product.0, release.id, as_of).await? {
            Some(regression) => Gate::of(regression, thresholds, own),
            None => Gate { regression: None, decided: score::Gate::unreleased(), thresholds },
        })
    }
}
