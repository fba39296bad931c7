//! Where incidents come from.

use async_graphql::{Context, Description, Enum, Object};
use ballroom_entity::attribution_candidate::Model;

use super::Incident;
use crate::{
    domain::cause::Cause,
    graphql::{
        ContextExt,
        fault::Fault,
        release::{self, Release},
        scalar::DateTime,
    },
};

/// Basis on which the cause of an incident is known.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum CauseBasis {
    /// It is not known.
    Unknown,
    /// The reporter named the release.
    Explicit,
    /// A person confirmed the release.
    Confirmed,
    /// The release is the most probable one, with a confidence of at least 0.5.
    Inferred,
    /// A person found that no release caused it.
    NotCausedByChange,
}

/// Why a release may have caused an incident.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::attribution_candidate::CauseEvidence")]
enum CauseEvidence {
    /// It shipped shortly before, and changed an affected feature, or it is unknown what it changed.
    SameFeature,
    /// It shipped shortly before, and changed other features.
    SameEnvironment,
}

/// What is known about the cause of an incident.
#[derive(Description)]
pub(super) struct IncidentCause(pub(super) Cause);

#[Object(use_type_description)]
impl IncidentCause {
    /// Basis on which it is known.
    async fn basis(&self) -> CauseBasis {
        match self.0 {
            Cause::Unknown => CauseBasis::Unknown,
            Cause::Explicit(_) => CauseBasis::Explicit,
            Cause::Confirmed(_) => CauseBasis::Confirmed,
            Cause::Inferred(..) => CauseBasis::Inferred,
            Cause::NotCausedByChange => CauseBasis::NotCausedByChange,
        }
    }

    /// Release from which the incident comes; null if that is unknown, or if no change caused it.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0 {
            Cause::Explicit(id) | Cause::Confirmed(id) | Cause::Inferred(id, _) => {
                Ok(Some(release::of(ctx, id).await?))
            }
            Cause::Unknown | Cause::NotCausedByChange => Ok(None),
        }
    }

    /// Probability, 0 to 1: 1 for what a person stated; null if the cause is unknown.
    async fn confidence(&self) -> Option<f64> {
        match self.0 {
            Cause::Unknown => None,
            Cause::Inferred(_, confidence) => Some(confidence),
            Cause::Explicit(_) | Cause::Confirmed(_) | Cause::NotCausedByChange => Some(1.0),
        }
    }
}

/// A release that an incident may come from.
#[derive(Description)]
pub struct AttributionCandidate(pub(in crate::graphql) Model);

#[Object(use_type_description)]
impl AttributionCandidate {
    /// The incident.
    async fn incident(&self, ctx: &Context<'_>) -> Result<Incident, Fault> {
        let row = ctx.load().load_one(self.0.incident_id).await?;
        row.map(Incident).ok_or_else(|| crate::graphql::gone("incident", self.0.incident_id))
    }

    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.0.release_id).await
    }

    /// Probability, 0 to 1, that the incident comes from the release. Those of all candidates add up to less than 1: the rest is
    /// the probability that no release caused it.
    async fn confidence(&self) -> f64 {
        self.0.confidence
    }

    /// Why the release may have caused the incident.
    async fn evidence(&self) -> CauseEvidence {
        self.0.evidence.into()
    }

    /// Time at which customers got the release, before the incident.
    async fn released_at(&self) -> DateTime {
        self.0.released_at.into()
    }

    /// Number of other incidents of the affected features in the 28 days after `releasedAt`: many of them are evidence.
    async fn other_incidents(&self) -> i64 {
        self.0.other_incidents
    }

    /// Time at which this was computed.
    async fn computed_at(&self) -> DateTime {
        self.0.computed_at.into()
    }
}
