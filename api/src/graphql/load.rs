//! Batching: what many resolvers need is loaded once, by typed key.

mod knowledge;
mod scores;

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use ballroom_entity::{
    attribution, attribution_candidate, deployment,
    digest::DigestFrequency,
    id::{FeatureId, FeedbackRequestId, IncidentId, MemberId, OrganizationId, ReleaseId, TeamId},
    identity, incident_interval, member, release_feature, release_watch,
};
use chrono::{DateTime, Utc};

use super::{
    Services,
    batch::{LoadSender, NoTimer},
};
use crate::{
    base::error::Error,
    domain::{
        access::{Report, Viewer},
        announcement as announcements, cause as causes, deployment as deployments, digest as digests,
        exposure::{self as exposures, ExposureKey},
        identity as identities, incident as incidents,
        lookup::ById,
        organization as organizations,
        page::{self, List, Page, Row, Slice},
        privacy::MinGroup,
        release, request as requests, team as teams, watch as watches,
    },
    score::coarse::Coarse,
    store::Dimensions,
};

pub(super) use knowledge::{
    AcknowledgementsOf, AnnouncedFeatures, CausesOf, FeaturesIn, FeaturesWith, FixesOf, KnownErrorsIn,
    MovesOf, ReasonsFor, ReportedBy, StepsOf,
};
pub(super) use scores::{ValuesOf, Verdicts, VerdictsOn};

/// The loaders of one request.
pub(super) type Loads = DataLoader<Loading, HashMapCache>;

/// Loads for one caller.
pub(super) struct Loading {
    services: Services,
    viewer: Viewer,
}

/// The loaders of a request, which load when it stalls.
pub(super) fn loader(services: Services, viewer: Viewer, halt: LoadSender) -> Loads {
    let loading = Loading { services, viewer };
    DataLoader::with_cache(loading, halt, NoTimer, HashMapCache::default()).max_batch_size(usize::MAX)
}

impl Loading {
    fn reports(&self) -> Result<Report, Error> {
        self.viewer.reports()
    }

    /// From which number of customers on a group is shown to the caller; none: the caller may see single responses.
    async fn only_groups(&self) -> Result<Option<MinGroup>, Error> {
        if self.viewer.reads().is_ok_and(|read| read.only().is_none()) {
            return Ok(None);
        }
        Ok(Some(MinGroup::of(&organizations::find(&self.services.store, self.organization()).await?)))
    }

    /// How scores are made coarse for the caller; none: they are not.
    async fn coarse(&self) -> Result<Option<Coarse<'_>>, Error> {
        let by = self.reports()?;
        let group = self.only_groups().await?;
        Ok(group.map(|group| Coarse { store: &self.services.store, by, group }))
    }

    /// Rows are loaded by keys from other rows, so a caller who reached the key may see the row.
    fn organization(&self) -> OrganizationId {
        self.viewer.organization()
    }
}

/// The organization's products, features, releases, segments and scales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AllDimensions;

impl Loader<AllDimensions> for Loading {
    type Value = Arc<Dimensions>;
    type Error = Error;

    async fn load(&self, _: &[AllDimensions]) -> Result<HashMap<AllDimensions, Self::Value>, Error> {
        let dimensions = self.services.store.dimensions(self.organization()).await?;
        Ok(HashMap::from([(AllDimensions, dimensions)]))
    }
}

/// From which number of customers on a group is shown to the caller, if the caller may not see single responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct OnlyGroups;

impl Loader<OnlyGroups> for Loading {
    type Value = Option<MinGroup>;
    type Error = Error;

    async fn load(&self, _: &[OnlyGroups]) -> Result<HashMap<OnlyGroups, Self::Value>, Error> {
        Ok(HashMap::from([(OnlyGroups, self.only_groups().await?)]))
    }
}

impl<L: List> Loader<Page<L>> for Loading {
    type Value = Slice<Row<L>>;
    type Error = Error;

    async fn load(&self, pages: &[Page<L>]) -> Result<HashMap<Page<L>, Self::Value>, Error> {
        let slices = page::read(&self.services.store, self.organization(), pages).await?;
        Ok(pages.iter().cloned().zip(slices).collect())
    }
}

/// Rows by their IDs.
impl<I: ById> Loader<I> for Loading {
    type Value = I::Row;
    type Error = Error;

    async fn load(&self, ids: &[I]) -> Result<HashMap<I, Self::Value>, Error> {
        I::rows(&self.services.store, self.organization(), ids).await
    }
}

/// The features that a release touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TouchedBy(pub(super) ReleaseId);

impl Loader<TouchedBy> for Loading {
    type Value = Vec<release_feature::Model>;
    type Error = Error;

    async fn load(&self, keys: &[TouchedBy]) -> Result<HashMap<TouchedBy, Self::Value>, Error> {
        let ids: Vec<ReleaseId> = keys.iter().map(|key| key.0).collect();
        let rows = release::touched_by(&self.services.store, self.organization(), &ids).await?;
        Ok(grouped(rows, |row| TouchedBy(row.release_id)))
    }
}

/// The deployments of a release, the newest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DeploymentsOf(pub(super) ReleaseId);

impl Loader<DeploymentsOf> for Loading {
    type Value = Vec<deployment::Model>;
    type Error = Error;

    async fn load(&self, keys: &[DeploymentsOf]) -> Result<HashMap<DeploymentsOf, Self::Value>, Error> {
        let ids: Vec<ReleaseId> = keys.iter().map(|key| key.0).collect();
        let rows = deployments::of_releases(&self.services.store, self.organization(), &ids).await?;
        Ok(grouped(rows, |row| DeploymentsOf(row.release_id)))
    }
}

/// The features affected by an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AffectedBy(pub(super) IncidentId);

impl Loader<AffectedBy> for Loading {
    type Value = Vec<FeatureId>;
    type Error = Error;

    async fn load(&self, keys: &[AffectedBy]) -> Result<HashMap<AffectedBy, Self::Value>, Error> {
        let ids: Vec<IncidentId> = keys.iter().map(|key| key.0).collect();
        let rows = incidents::features_of(&self.services.store, self.organization(), &ids).await?;
        let mut features: HashMap<AffectedBy, Vec<FeatureId>> = HashMap::new();
        for row in rows {
            features.entry(AffectedBy(row.incident_id)).or_default().push(row.feature_id);
        }
        Ok(features)
    }
}

/// The earlier intervals of a reopened incident, the earliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EarlierOf(pub(super) IncidentId);

impl Loader<EarlierOf> for Loading {
    type Value = Vec<incident_interval::Model>;
    type Error = Error;

    async fn load(&self, keys: &[EarlierOf]) -> Result<HashMap<EarlierOf, Self::Value>, Error> {
        let ids: Vec<IncidentId> = keys.iter().map(|key| key.0).collect();
        let rows = incidents::earlier_of(&self.services.store, self.organization(), &ids).await?;
        Ok(grouped(rows, |row| EarlierOf(row.incident_id)))
    }
}

/// The attributions of an incident, in the order of the statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AttributionsOf(pub(super) IncidentId);

impl Loader<AttributionsOf> for Loading {
    type Value = Vec<attribution::Model>;
    type Error = Error;

    async fn load(&self, keys: &[AttributionsOf]) -> Result<HashMap<AttributionsOf, Self::Value>, Error> {
        let ids: Vec<IncidentId> = keys.iter().map(|key| key.0).collect();
        let rows = incidents::attributions_of(&self.services.store, self.organization(), &ids).await?;
        Ok(grouped(rows, |row| AttributionsOf(row.incident_id)))
    }
}

/// The releases that an incident may come from, the most probable first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CandidatesOf(pub(super) IncidentId);

impl Loader<CandidatesOf> for Loading {
    type Value = Vec<attribution_candidate::Model>;
    type Error = Error;

    async fn load(&self, keys: &[CandidatesOf]) -> Result<HashMap<CandidatesOf, Self::Value>, Error> {
        let ids: Vec<IncidentId> = keys.iter().map(|key| key.0).collect();
        let rows = causes::candidates_of(self.services.store.reader(), self.organization(), &ids).await?;
        Ok(grouped(rows, |row| CandidatesOf(row.incident_id)))
    }
}

/// The watch of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct WatchOf(pub(super) ReleaseId);

impl Loader<WatchOf> for Loading {
    type Value = release_watch::Model;
    type Error = Error;

    async fn load(&self, keys: &[WatchOf]) -> Result<HashMap<WatchOf, Self::Value>, Error> {
        let ids: Vec<ReleaseId> = keys.iter().map(|key| key.0).collect();
        let rows = watches::of_releases(&self.services.store, self.organization(), &ids).await?;
        Ok(rows.into_iter().map(|row| (WatchOf(row.release_id), row)).collect())
    }
}

/// The customers who were asked by a request, and who responded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AnsweredRequests(pub(super) FeedbackRequestId);

impl Loader<AnsweredRequests> for Loading {
    type Value = (i64, i64);
    type Error = Error;

    async fn load(&self, keys: &[AnsweredRequests]) -> Result<HashMap<AnsweredRequests, Self::Value>, Error> {
        let ids: Vec<FeedbackRequestId> = keys.iter().map(|key| key.0).collect();
        let totals = requests::totals(&self.services.store, self.organization(), &ids).await?;
        Ok(totals.into_iter().map(|(id, totals)| (AnsweredRequests(id), totals)).collect())
    }
}

/// When the figures of exposure of a product, feature and segment on a day were last changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ExposureChanged(pub(super) ExposureKey);

impl Loader<ExposureChanged> for Loading {
    type Value = DateTime<Utc>;
    type Error = Error;

    async fn load(&self, keys: &[ExposureChanged]) -> Result<HashMap<ExposureChanged, Self::Value>, Error> {
        let keys: Vec<ExposureKey> = keys.iter().map(|key| key.0).collect();
        let changes = exposures::changes(&self.services.store, self.organization(), &keys).await?;
        Ok(changes.into_iter().map(|(key, at)| (ExposureChanged(key), at)).collect())
    }
}

/// The active members of support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Support;

impl Loader<Support> for Loading {
    type Value = Vec<member::Model>;
    type Error = Error;

    async fn load(&self, _: &[Support]) -> Result<HashMap<Support, Self::Value>, Error> {
        let members = announcements::support(&self.services.store, self.organization()).await?;
        Ok(HashMap::from([(Support, members)]))
    }
}

/// The teams of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TeamsOf(pub(super) MemberId);

impl Loader<TeamsOf> for Loading {
    type Value = Vec<TeamId>;
    type Error = Error;

    async fn load(&self, keys: &[TeamsOf]) -> Result<HashMap<TeamsOf, Self::Value>, Error> {
        let ids: Vec<MemberId> = keys.iter().map(|key| key.0).collect();
        let rows = teams::of_members(&self.services.store, self.organization(), &ids).await?;
        let mut teams: HashMap<TeamsOf, Vec<TeamId>> = HashMap::new();
        for row in rows {
            teams.entry(TeamsOf(row.member_id)).or_default().push(row.team_id);
        }
        Ok(teams)
    }
}

/// How often a member gets a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct DigestOf(pub(super) MemberId);

impl Loader<DigestOf> for Loading {
    type Value = DigestFrequency;
    type Error = Error;

    async fn load(&self, keys: &[DigestOf]) -> Result<HashMap<DigestOf, Self::Value>, Error> {
        let ids: Vec<MemberId> = keys.iter().map(|key| key.0).collect();
        let known = digests::frequencies(&self.services.store, self.organization(), &ids).await?;
        Ok(known.into_iter().map(|(member, frequency)| (DigestOf(member), frequency)).collect())
    }
}

/// The identities of a member, in the order in which they were linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct IdentitiesOf(pub(super) MemberId);

impl Loader<IdentitiesOf> for Loading {
    type Value = Vec<identity::Model>;
    type Error = Error;

    async fn load(&self, keys: &[IdentitiesOf]) -> Result<HashMap<IdentitiesOf, Self::Value>, Error> {
        let ids: Vec<MemberId> = keys.iter().map(|key| key.0).collect();
        let rows = identities::of_members(&self.services.store, self.organization(), &ids).await?;
        let mut found: HashMap<IdentitiesOf, Vec<identity::Model>> = HashMap::new();
        for row in rows {
            if let Some(member) = row.member_id {
                found.entry(IdentitiesOf(member)).or_default().push(row);
            }
        }
        Ok(found)
    }
}

fn linked<K: std::hash::Hash + Eq, M, V>(rows: Vec<M>, pair: impl Fn(M) -> (K, V)) -> HashMap<K, Vec<V>> {
    let mut groups: HashMap<K, Vec<V>> = HashMap::new();
    for (key, value) in rows.into_iter().map(pair) {
        groups.entry(key).or_default().push(value);
    }
    groups
}

fn grouped<K: std::hash::Hash + Eq, M>(rows: Vec<M>, key: impl Fn(&M) -> K) -> HashMap<K, Vec<M>> {
    let mut groups: HashMap<K, Vec<M>> = HashMap::new();
    for row in rows {
        groups.entry(key(&row)).or_default().push(row);
    }
    groups
}
