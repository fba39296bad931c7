//! Regression: whether a release made things worse, for which features, and why.

mod of_feature;
mod suspects;

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_analytics::regression::{self, Baseline as Compared, RegressionScore, ReleaseReport};
use ballroom_entity::{id::ReleaseId, product};
use chrono::NaiveDate;

pub use of_feature::{FeatureRegression, Interval};
pub use suspects::ChangePoint;
pub(super) use suspects::change_point;

use super::{
    ContextExt,
    fault::Fault,
    gate::{self, Gate, GateThresholdsInput},
    load::{Verdicts, VerdictsOn},
    release::{self, Release},
    scalar::Date,
};
use crate::{
    domain::{organization::GateThresholds, privacy::MinGroup, product as products},
    score::{Snapshot, gate as score, known_day},
};

/// The verdicts on a release.
#[derive(Clone, Description)]
pub struct Regression {
    snapshot: Arc<Snapshot>,
    /// As the caller may see it.
    report: Arc<ReleaseReport>,
    /// As it is.
    exact: Arc<ReleaseReport>,
    only_groups: Option<MinGroup>,
    release: ReleaseId,
    today: NaiveDate,
}

/// Verdict on a feature in a release.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_analytics::regression::Verdict")]
pub(super) enum Verdict {
    /// It got worse, by more than what the release does not touch. At most one in ten such verdicts is wrong.
    Regressed,
    /// Suspicious, but not significant. `reason` says why the verdict is not stronger.
    Watch,
    /// It is worse than in the 90 days before, but the decline began before this release (see `since`), and there is no
    /// evidence that this release made it worse again.
    Since,
    /// An earlier release made it worse, and this one restored the level, wholly or in part: see `recovery`.
    Recovered,
    /// It got better. At most one in ten such verdicts is wrong.
    Improved,
    /// There is no evidence of a change. This does not prove that nothing changed.
    NoEvidence,
    /// There are too few data after the release.
    CannotTell,
    /// There are too few data before the release to compare with.
    NoBaseline,
}

/// Baseline of a release.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum Baseline {
    /// The releases that it descends from.
    Ancestors,
    /// All other releases, because its predecessor is not declared.
    AnyOther,
    /// The previous release alone.
    Previous,
}

impl From<Compared> for Baseline {
    fn from(baseline: Compared) -> Self {
        match baseline {
            Compared::Ancestors => Self::Ancestors,
            Compared::AnyOther => Self::AnyOther,
            Compared::Previous => Self::Previous,
        }
    }
}

#[Object(use_type_description)]
impl Regression {
    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.release).await
    }

    /// Most severe verdict over all features: REGRESSED if any has it, else WATCH, SINCE, RECOVERED, IMPROVED,
    /// NO_EVIDENCE, CANNOT_TELL, and NO_BASELINE if no feature can be compared.
    async fn verdict(&self) -> Verdict {
        let gravity = |verdict| match verdict {
            regression::Verdict::Regressed => 7,
            regression::Verdict::Watch => 6,
            regression::Verdict::Since => 5,
            regression::Verdict::Recovered => 4,
            regression::Verdict::Improved => 3,
            regression::Verdict::NoEvidence => 2,
            regression::Verdict::CannotTell => 1,
            regression::Verdict::NoBaseline => 0,
        };
        let verdicts = self.report.features.iter().map(|feature| feature.verdict);
        verdicts.max_by_key(|verdict| gravity(*verdict)).unwrap_or(regression::Verdict::NoBaseline).into()
    }

    /// First day on which customers used the release.
    async fn first_day(&self) -> Date {
        self.snapshot.date(self.report.first_day).into()
    }

    /// Last day that was used: the given day, at most the 90th day of the release.
    async fn through(&self) -> Date {
        self.snapshot.date(self.report.through).into()
    }

    /// Baseline in the 90 days before the first day.
    async fn baseline(&self) -> Baseline {
        self.report.baseline.into()
    }

    /// Release of the comparison with the previous release: the declared predecessor, else the one that began before
    /// it; null if there is none.
    async fn previous(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.snapshot.previous_of(&self.report) {
            Some(id) => Ok(Some(release::of(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// Number of responses that a verdict needs before the release and after it, as set by the organization.
    async fn min_responses(&self) -> i64 {
        self.report.min_answers.into()
    }

    /// Recommendation for a release gate.
    async fn gate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Thresholds; omitted ones are those of the organization.")] thresholds: Option<
            GateThresholdsInput,
        >,
    ) -> Result<Gate, Fault> {
        let own = thresholds.is_some();
        Ok(Gate::of(self.clone(), gate::thresholds(ctx, thresholds).await?, own))
    }

    /// Verdicts on all features of the product with data.
    async fn features(&self) -> Vec<FeatureRegression> {
        self.report.features.iter().map(|score| self.of_feature(score)).collect()
    }

    /// Overdispersion of the responses of a day: 1 if they are independent. Counts are divided by it.
    async fn overdispersion(&self) -> f64 {
        self.report.phi
    }

    /// Overdispersion of incidents: 1 if they are independent. Counts are divided by it.
    async fn incident_overdispersion(&self) -> f64 {
        self.report.phi_incidents
    }

    /// Version of the method.
    async fn method(&self) -> &str {
        self.report.method
    }
}

impl Regression {
    fn of_feature(&self, score: &RegressionScore) -> FeatureRegression {
        FeatureRegression {
            snapshot: self.snapshot.clone(),
            report: self.report.clone(),
            release: self.release,
            today: self.today,
            score: score.clone(),
        }
    }

    /// The verdict on the feature at this position of the report.
    pub(super) fn feature_at(&self, at: usize) -> Option<FeatureRegression> {
        self.report.features.get(at).map(|score| self.of_feature(score))
    }

    /// The decision of a gate with these thresholds. If a caller who may not see single responses has given them, it rests on
    /// the coarse figures: with thresholds of its own, it could be asked for the others.
    pub(super) fn decide(&self, thresholds: &GateThresholds, of_caller: bool) -> score::Gate {
        let exact = if of_caller { &self.report } else { &self.exact };
        score::Gate::of(&self.snapshot, exact, (&self.report, self.only_groups), thresholds)
    }
}

/// The verdicts on a release; none while it is planned.
pub(super) async fn of_release(
    ctx: &Context<'_>,
    product: &product::Model,
    release: ReleaseId,
    as_of: Option<Date>,
) -> Result<Option<Regression>, Fault> {
    let today = products::today(product, ctx.now());
    let as_of = day(as_of, today)?;
    let product = product.id;
    let loaded = ctx.load().load_one(VerdictsOn { product, release, today, as_of }).await?;
    let regression = |Verdicts { snapshot, exact, shown, only_groups }| Regression {
        snapshot,
        report: shown,
        exact,
        only_groups,
        release,
        today,
    };
    Ok(loaded.map(regression))
}

fn day(given: Option<Date>, today: NaiveDate) -> Result<NaiveDate, Fault> {
    Ok(known_day("asOf", given.map_or(today, Into::into), today)?)
}
