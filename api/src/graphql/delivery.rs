//! How often deployments fail, and how long it takes to restore service.

use async_graphql::{Context, Description, Object};

use super::{ContextExt, fault::Fault};
use crate::domain::delivery::{self as domain, Scope};

/// How often deployments failed, and how long it took to restore service. Deployments are counted, not incidents: one
/// that caused several incidents failed once. Each incident is weighted by the probability that the deployment caused
/// it.
#[derive(Description)]
pub(super) struct DeliveryPerformance(domain::Delivery);

#[Object(use_type_description)]
impl DeliveryPerformance {
    /// Number of deployments that reached customers: those to environments that ship a release, without those that failed before,
    /// and releases of which no such deployment is recorded.
    async fn total_deployments(&self) -> i64 {
        self.0.deployments as i64
    }

    /// Number of releases in `totalDeployments` of which no deployment is recorded.
    async fn releases_without_deployment(&self) -> i64 {
        self.0.by_release as i64
    }

    /// Expected number of failed deployments: the sum of the probabilities that each was rolled back or caused an incident.
    async fn failed_deployments(&self) -> f64 {
        self.0.failed
    }

    /// Number of deployments that certainly failed: they were rolled back, or a person attributed an incident to them.
    async fn certainly_failed_deployments(&self) -> i64 {
        self.0.certainly_failed as i64
    }

    /// Change failure rate, 0 to 1: `failedDeployments` per deployment; null without deployments.
    async fn change_failure_rate(&self) -> Option<f64> {
        self.0.failure_rate()
    }

    /// Change failure rate from certain failures only, 0 to 1; null without deployments.
    async fn certain_change_failure_rate(&self) -> Option<f64> {
        (self.0.deployments > 0).then(|| self.0.certainly_failed as f64 / self.0.deployments as f64)
    }

    /// Expected number of incidents that these deployments caused.
    async fn caused_incidents(&self) -> f64 {
        self.0.incidents
    }

    /// Expected number of incidents caused by the deployments that are still open, which `medianHoursToRestore` does not
    /// contain.
    async fn open_incidents(&self) -> f64 {
        self.0.open
    }

    /// Median time to restore service, in hours: from the beginning to the end of the incidents that these deployments caused, each
    /// weighted by its probability; null without resolved incidents.
    async fn median_hours_to_restore(&self) -> Option<f64> {
        self.0.time_to_restore.map(|time| time.num_seconds() as f64 / 3_600.0)
    }
}

/// The performance of a scope.
pub(super) async fn of(ctx: &Context<'_>, scope: Scope) -> Result<DeliveryPerformance, Fault> {
    Ok(DeliveryPerformance(domain::delivery(ctx.store(), ctx.reports()?, scope).await?))
}
