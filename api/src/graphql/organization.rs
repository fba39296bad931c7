//! The caller's organization and its settings.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object};
use ballroom_entity::organization::Model;

use super::{
    ContextExt,
    fault::Fault,
    gate::{GateThresholds, GateThresholdsInput},
    kept,
    payload::{payload, payloads},
    scalar::{DateTime, id},
};
use crate::domain::organization::{self, Changes, GateChanges};

/// An organization: the tenant that owns all data.
#[derive(Description)]
pub struct Organization(pub Model);

#[Object(use_type_description)]
impl Organization {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Key, used on the command line; unique on this server.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Number of responses that a verdict needs before the release and after it, 1 or more; 10 by default. With fewer
    /// the verdict is at most WATCH, with the reason FEW_RESPONSES.
    async fn min_responses(&self) -> i32 {
        self.0.min_answers
    }

    /// Number of customers from which a group is shown to callers who may not read single responses, 2 or more; 5 by
    /// default. For these callers smaller groups are left out, and all figures of responses are rounded, more coarsely
    /// the fewer the customers.
    async fn min_group(&self) -> i32 {
        self.0.min_group
    }

    /// Weights of incidents in the value of a feature, by severity, the most severe first.
    async fn incident_weights(&self) -> Vec<IncidentWeight> {
        organization::incident_weights(&self.0).into_iter().map(IncidentWeight).collect()
    }

    /// Thresholds of release gates; a call can override them.
    async fn gate(&self) -> GateThresholds {
        organization::gate(&self.0).into()
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change of its name or settings.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Current cursor of the feed of events: a subscription with it as `after` misses nothing from now on.
    async fn feed_cursor(&self, ctx: &Context<'_>) -> Result<String, Fault> {
        Ok(ctx.services().feed.now(ctx.reports()?).await?.cursor())
    }
}

/// Weight of incidents of one severity in the value of a feature: on each day on which one is open, each affected
/// customer loses the share `weight` of the day.
#[derive(Description)]
pub struct IncidentWeight(organization::IncidentWeight);

#[Object(use_type_description)]
impl IncidentWeight {
    /// Severity: 1 (critical) to 4 (minor).
    async fn severity(&self) -> i32 {
        self.0.severity
    }

    /// Share of an affected customer's day that is lost, 0 to 1. By default 1, 0.5, 0.2 and 0.05 for the severities 1
    /// to 4.
    async fn weight(&self) -> f64 {
        self.0.weight
    }

    /// Assumed share of a feature's active customers that are affected if their number is unknown, 0 to 1. By default
    /// 0.5, 0.2, 0.05 and 0.01 for the severities 1 to 4.
    async fn unknown_share(&self) -> f64 {
        self.0.unknown_share
    }
}

#[derive(Default)]
pub(super) struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// Organization to which the caller's token belongs.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, Fault> {
        Ok(Organization(organization::find(ctx.store(), ctx.reports()?.organization()).await?))
    }
}

/// New weight of incidents of one severity.
#[derive(InputObject)]
struct IncidentWeightInput {
    /// Severity: 1 (critical) to 4 (minor).
    severity: i32,
    /// Share of an affected customer's day that is lost, 0 to 1; at most that of a more severe incident.
    weight: f64,
    /// Assumed share of the active customers that are affected if their number is unknown, 0 to 1; at most that of a
    /// more severe incident.
    unknown_share: f64,
}

/// Input of `updateOrganization`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateOrganizationInput {
    /// Number of responses that a verdict needs before the release and after it, 1 to 10000.
    min_responses: MaybeUndefined<i32>,
    /// Number of customers from which a group is shown to callers who may not read single responses, 2 to 1000. Stored
    /// reports keep the number with which they were stored.
    min_group: MaybeUndefined<i32>,
    /// New weights of incidents; severities that are not listed are unchanged.
    incident_weights: MaybeUndefined<Vec<IncidentWeightInput>>,
    /// New thresholds of release gates; omitted ones are unchanged.
    gate: MaybeUndefined<GateThresholdsInput>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

impl UpdateOrganizationInput {
    fn changes(self) -> Result<Changes, Fault> {
        let weights = kept("incidentWeights", self.incident_weights)?.unwrap_or_default();
        let weight = |one: IncidentWeightInput| organization::IncidentWeight {
            severity: one.severity,
            weight: one.weight,
            unknown_share: one.unknown_share,
        };
        Ok(Changes {
            min_answers: kept("minResponses", self.min_responses)?,
            incident_weights: weights.into_iter().map(weight).collect(),
            min_group: kept("minGroup", self.min_group)?,
            gate: kept("gate", self.gate)?.map(GateChanges::from).unwrap_or_default(),
        })
    }
}

payloads! {
    /// Result of `updateOrganization`.
    OrganizationPayload {
        /// The organization.
        organization: Organization,
    }
}

#[derive(Default)]
pub(super) struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Changes settings that apply to all scores of the organization. Scores and verdicts, including past ones, change
    /// at once.
    async fn update_organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateOrganizationInput,
    ) -> Result<OrganizationPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            let row = organization::change(ctx.store(), by, input.changes()?, ctx.now()).await?;
            Ok(OrganizationPayload::done(Organization(row)))
        })
        .await
    }
}
