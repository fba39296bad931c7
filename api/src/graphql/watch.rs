//! Watches of releases, and kept forecasts.

use async_graphql::{Context, Description, InputObject, Object, SimpleObject};
use ballroom_entity::{release, release_watch::Model};

use super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    feature::{self, Feature},
    forecast::ForecastQuantile,
    member::Member,
    payload::{payload, payloads},
    release::Release,
    scalar::{Date, DateTime, PeriodShown, Reference},
};
use crate::{
    domain::{
        kept_forecast::{Calibration, Kept},
        watch::{self as domain, Summary},
    },
    score::Period,
};

/// The watch of a release in its first days with customers.
#[derive(Description)]
pub(super) struct ReleaseWatch {
    pub(super) row: Model,
    pub(super) release: release::Model,
}

#[Object(use_type_description)]
impl ReleaseWatch {
    /// Member who watches the release, and is notified of its verdicts and incidents.
    async fn watcher(&self, ctx: &Context<'_>) -> Result<Member, Fault> {
        let row = ctx.load().load_one(self.row.member_id).await?;
        row.map(Member).ok_or_else(|| super::gone("member", self.row.member_id))
    }

    /// Number of days from the release on.
    async fn days(&self) -> i32 {
        self.row.days
    }

    /// Time at which it ends; null while the release is planned.
    async fn ends_at(&self) -> Option<DateTime> {
        self.release.released_at.map(|at| domain::ends_at(&self.row, at).into())
    }

    /// Time at which it ended with a summary; null: not yet.
    async fn concluded_at(&self) -> Option<DateTime> {
        self.row.concluded_at.map(Into::into)
    }

    /// Result of the watch; null: it has not ended.
    async fn summary(&self) -> Option<WatchSummary> {
        let summary = self.row.summary.clone()?;
        serde_json::from_value(summary).ok().map(WatchSummary)
    }

    /// Actor that named the watcher; null if not recorded.
    async fn named_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.row.named_by)
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.row.updated_at.into()
    }
}

/// Result of the watch of a release.
#[derive(Description)]
pub(super) struct WatchSummary(Summary);

#[Object(use_type_description)]
impl WatchSummary {
    /// Number of incidents of the product that began in its days.
    async fn total_incidents(&self) -> i64 {
        self.0.incidents as i64
    }

    /// Number of incidents that certainly come from the release, or with a confidence of at least 0.3.
    async fn caused_incidents(&self) -> i64 {
        self.0.caused as i64
    }

    /// Features that the release made worse, by key.
    async fn worse_features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        features(ctx, &self.0.worse).await
    }

    /// Features that the release improved, by key.
    async fn better_features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        features(ctx, &self.0.better).await
    }
}

async fn features(ctx: &Context<'_>, ids: &[String]) -> Result<Vec<Feature>, Fault> {
    feature::by_key(ctx, &Summary::features(ids)).await
}

/// Forecast of the incidents of a product in the 14 days from a release on, as of the day before, with the actual
/// numbers.
#[derive(Description)]
pub(super) struct KeptForecast(pub(super) Kept);

#[Object(use_type_description)]
impl KeptForecast {
    /// Last day whose data were used: the day before the release.
    async fn as_of(&self) -> Date {
        self.0.row.as_of.into()
    }

    /// Its days.
    async fn period(&self) -> PeriodShown {
        let (from, until) = self.0.days();
        Period { from, until }.into()
    }

    /// Expected number of incidents. An incident of several features counts once for each of them.
    async fn mean(&self) -> f64 {
        self.0.row.mean
    }

    /// Quantiles of the number of incidents, the lowest probability first.
    async fn quantiles(&self) -> Vec<ForecastQuantile> {
        self.0
            .quantiles()
            .into_iter()
            .map(|(share, incidents)| ForecastQuantile::new(share, incidents))
            .collect()
    }

    /// Number of incidents that began in its days; null while these are not over. An incident of several features
    /// counts once for each of them.
    async fn actual_incidents(&self) -> Option<i64> {
        self.0.actual.map(|actual| actual as i64)
    }

    /// Whether `actualIncidents` lies within the 90 % interval, between the quantiles of 0.05 and 0.95; null while it is not known.
    async fn is_within_interval(&self) -> Option<bool> {
        self.0.is_within()
    }

    /// Time at which it was made. It uses no data from after `asOf`, whenever it was made.
    async fn made_at(&self) -> DateTime {
        self.0.row.made_at.into()
    }
}

/// For a probability, how often the number of incidents was not greater than the quantile.
#[derive(SimpleObject)]
struct CalibrationPoint {
    /// Probability of the quantile, 0 to 1.
    probability: f64,
    /// Share of the forecasts whose number of incidents was not greater, 0 to 1: for well-calibrated forecasts about
    /// `probability`, or more if the numbers are small.
    share: f64,
}

/// Calibration of the stored forecasts of a product.
#[derive(Description)]
pub(super) struct ForecastCalibration(pub(super) Calibration);

#[Object(use_type_description)]
impl ForecastCalibration {
    /// Number of forecasts whose days are over.
    async fn total_forecasts(&self) -> i64 {
        self.0.forecasts as i64
    }

    /// Share of the forecasts whose number of incidents lay within the 90 % interval, 0 to 1; null without forecasts.
    async fn share_within_interval(&self) -> Option<f64> {
        (self.0.forecasts > 0).then(|| self.0.within as f64 / self.0.forecasts as f64)
    }

    /// Share for each quantile, the lowest probability first.
    async fn points(&self) -> Vec<CalibrationPoint> {
        let point =
            |(probability, share): &(f64, f64)| CalibrationPoint { probability: *probability, share: *share };
        self.0.shares.iter().map(point).collect()
    }

    /// Mean difference between the expected and the actual number of incidents: negative if too few were expected. Null
    /// without forecasts.
    async fn bias(&self) -> Option<f64> {
        (self.0.forecasts > 0).then_some(self.0.bias)
    }
}

/// Input of `watchRelease`.
#[derive(InputObject)]
struct WatchReleaseInput {
    /// ID or version of the release.
    release: Reference,
    /// ID or key of the product. Required for a version that exists in several products.
    product: Option<Reference>,
    /// ID or email address of the member who watches it.
    watcher: Reference,
    /// Number of days from the release on, at most 90; 14 by default, or unchanged.
    days: Option<i32>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `watchRelease`.
    WatchReleasePayload {
        /// The release.
        release: Release,
    }
}

#[derive(Default)]
pub(super) struct WatchMutation;

#[Object]
impl WatchMutation {
    /// Names the member who watches a release in its first days with customers: the watcher is notified of its verdicts
    /// and incidents, and gets a summary at the end.
    async fn watch_release(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: WatchReleaseInput,
    ) -> Result<WatchReleasePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.ships()?;
            let release = super::lookup::release(ctx, &input.release, input.product.as_ref()).await?;
            domain::name(ctx.store(), by, release, &input.watcher.0, input.days, ctx.now()).await?;
            Ok(WatchReleasePayload::done(super::release::of(ctx, release).await?))
        })
        .await
    }
}
