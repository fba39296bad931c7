//! The caller's organization, and what it decides for all its scores.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object};
use ballroom_entity::organization::Model;

use super::{
    Asking,
    fault::Fault,
    kept,
    payload::{payload, payloads},
    scalar::{DateTime, id},
};
use crate::domain::organization::{self, Changes};

/// The tenant that owns everything.
#[derive(Description)]
pub struct Organization(pub Model);

#[Object(use_type_description)]
impl Organization {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The name that the command line uses; unique on this server.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// What people call it.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Number of responses that a verdict needs before the release and after it, 1 or more; 10 by default. With fewer
    /// the verdict is at most WATCH, with the reason FEW_RESPONSES.
    async fn min_responses(&self) -> i32 {
        self.0.min_answers
    }

    /// What incidents weigh in the value of a feature, by severity, from the gravest down.
    async fn incident_weights(&self) -> Vec<IncidentWeight> {
        organization::incident_weights(&self.0).into_iter().map(IncidentWeight).collect()
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change of its name or settings.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Where the feed of what happens stands now: a subscription with this as `after` misses nothing from here on.
    async fn feed_cursor(&self, ctx: &Context<'_>) -> Result<String, Fault> {
        Ok(ctx.services().feed.now(ctx.reports()?).await?.cursor())
    }
}

/// How much of the value of a feature incidents of one severity take: on each day on which one is open, each customer whom it
/// hurts loses the share `weight` of the day.
#[derive(Description)]
pub struct IncidentWeight(organization::IncidentWeight);

#[Object(use_type_description)]
impl IncidentWeight {
    /// The severity: 1 (critical) to 4 (minor).
    async fn severity(&self) -> i32 {
        self.0.severity
    }

    /// Share of a customer's day that an incident takes, 0 to 1. By default 1, 0.5, 0.2 and 0.05 for the severities 1 to 4.
    async fn weight(&self) -> f64 {
        self.0.weight
    }

    /// Share of the active customers of a feature whom an incident is taken to hurt when nobody knows how many it does, 0 to
    /// 1. By default 0.5, 0.2, 0.05 and 0.01 for the severities 1 to 4.
    async fn unknown_share(&self) -> f64 {
        self.0.unknown_share
    }
}

#[derive(Default)]
pub(super) struct OrganizationQuery;

#[Object]
impl OrganizationQuery {
    /// The organization to which the caller's token belongs.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Organization, Fault> {
        Ok(Organization(organization::find(ctx.store(), ctx.reports()?.organization()).await?))
    }
}

/// What incidents of a severity are to weigh.
#[derive(InputObject)]
struct IncidentWeightInput {
    /// The severity, 1 to 4.
    severity: i32,
    /// Share of a customer's day that an incident takes, 0 to 1; not more than that of a graver severity.
    weight: f64,
    /// Share of the active customers whom an incident of unknown reach is taken to hurt, 0 to 1; not more than that of a
    /// graver severity.
    unknown_share: f64,
}

/// What is to change; what is left out stays as it is.
#[derive(InputObject)]
struct UpdateOrganizationInput {
    /// Number of responses that a verdict needs before the release and after it, 1 to 10000.
    min_responses: MaybeUndefined<i32>,
    /// What incidents of some severities weigh; the others stay as they are.
    incident_weights: MaybeUndefined<Vec<IncidentWeightInput>>,
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
        })
    }
}

payloads! {
    /// The organization as it is now.
    OrganizationPayload {
        /// The organization.
        organization: Organization,
    }
}

#[derive(Default)]
pub(super) struct OrganizationMutation;

#[Object]
impl OrganizationMutation {
    /// Changes what holds for all scores of the organization. Scores and verdicts follow at once, those of the past included.
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
