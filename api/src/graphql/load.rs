//! Batching: what many resolvers need is loaded once, by typed key.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use ballroom_analytics::{regression::ReleaseReport, value::ValueScore};
use ballroom_entity::{
    acknowledgement, announcement_move, attribution, attribution_candidate, deployment,
    id::{
        AnnouncementId, ArticleId, CustomerId, FeatureId, FeedbackId, FeedbackRequestId, IncidentId,
        KnownErrorId, MemberId, OrganizationId, ProductId, ReleaseId, TeamId,
    },
    identity, incident_interval, member, release_feature, release_watch,
};
use chrono::NaiveDate;

use super::{
    Services,
    batch::{LoadSender, NoTimer},
};
use crate::{
    base::error::Error,
    domain::{
        access::{Report, Viewer},
        announcement::{self as announcements, Affected, Reach},
        article as articles, cause as causes, deployment as deployments,
        follow_up::{Step, steps},
        identity as identities, incident as incidents, known_error as known_errors,
        lookup::ById,
        page::{self, List, Page, Row, Slice},
        release, request as requests, team as teams, watch as watches,
    },
    score::{
        Cell, Snapshot,
        distribution::{self, Spread},
    },
    store::Dimensions,
};

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

/// The features that an announced change affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AnnouncedFeatures(pub(super) AnnouncementId);

impl Loader<AnnouncedFeatures> for Loading {
    type Value = Vec<FeatureId>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[AnnouncedFeatures],
    ) -> Result<HashMap<AnnouncedFeatures, Self::Value>, Error> {
        let ids: Vec<AnnouncementId> = keys.iter().map(|key| key.0).collect();
        let db = self.services.store.reader();
        let mut features: HashMap<AnnouncedFeatures, Vec<FeatureId>> = HashMap::new();
        for (announcement, feature) in announcements::features_of(db, self.organization(), &ids).await? {
            features.entry(AnnouncedFeatures(announcement)).or_default().push(feature);
        }
        Ok(features)
    }
}

/// The moves of an announcement, the earliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct MovesOf(pub(super) AnnouncementId);

impl Loader<MovesOf> for Loading {
    type Value = Vec<announcement_move::Model>;
    type Error = Error;

    async fn load(&self, keys: &[MovesOf]) -> Result<HashMap<MovesOf, Self::Value>, Error> {
        let ids: Vec<AnnouncementId> = keys.iter().map(|key| key.0).collect();
        let rows = announcements::moves_of(&self.services.store, self.organization(), &ids).await?;
        Ok(grouped(rows, |row| MovesOf(row.announcement_id)))
    }
}

/// The acknowledgements of an announcement, the earliest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct AcknowledgementsOf(pub(super) AnnouncementId);

impl Loader<AcknowledgementsOf> for Loading {
    type Value = Vec<acknowledgement::Model>;
    type Error = Error;

    async fn load(
        &self,
        keys: &[AcknowledgementsOf],
    ) -> Result<HashMap<AcknowledgementsOf, Self::Value>, Error> {
        let ids: Vec<AnnouncementId> = keys.iter().map(|key| key.0).collect();
        let rows =
            announcements::acknowledgements_of(&self.services.store, self.organization(), &ids).await?;
        Ok(grouped(rows, |row| AcknowledgementsOf(row.announcement_id)))
    }
}

/// The features that a known error affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeaturesWith(pub(super) KnownErrorId);

impl Loader<FeaturesWith> for Loading {
    type Value = Vec<FeatureId>;
    type Error = Error;

    async fn load(&self, keys: &[FeaturesWith]) -> Result<HashMap<FeaturesWith, Self::Value>, Error> {
        let ids: Vec<KnownErrorId> = keys.iter().map(|key| key.0).collect();
        let rows = known_errors::features_of(&self.services.store, self.organization(), &ids).await?;
        Ok(linked(rows, |row| (FeaturesWith(row.known_error_id), row.feature_id)))
    }
}

/// The releases that fix a known error.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FixesOf(pub(super) KnownErrorId);

impl Loader<FixesOf> for Loading {
    type Value = Vec<ReleaseId>;
    type Error = Error;

    async fn load(&self, keys: &[FixesOf]) -> Result<HashMap<FixesOf, Self::Value>, Error> {
        let ids: Vec<KnownErrorId> = keys.iter().map(|key| key.0).collect();
        let rows = known_errors::fixes_of(&self.services.store, self.organization(), &ids).await?;
        Ok(linked(rows, |row| (FixesOf(row.known_error_id), row.release_id)))
    }
}

/// The features that an article is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct FeaturesIn(pub(super) ArticleId);

impl Loader<FeaturesIn> for Loading {
    type Value = Vec<FeatureId>;
    type Error = Error;

    async fn load(&self, keys: &[FeaturesIn]) -> Result<HashMap<FeaturesIn, Self::Value>, Error> {
        let ids: Vec<ArticleId> = keys.iter().map(|key| key.0).collect();
        let rows = articles::features_of(&self.services.store, self.organization(), &ids).await?;
        Ok(linked(rows, |row| (FeaturesIn(row.article_id), row.feature_id)))
    }
}

/// The known errors that an article is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct KnownErrorsIn(pub(super) ArticleId);

impl Loader<KnownErrorsIn> for Loading {
    type Value = Vec<KnownErrorId>;
    type Error = Error;

    async fn load(&self, keys: &[KnownErrorsIn]) -> Result<HashMap<KnownErrorsIn, Self::Value>, Error> {
        let ids: Vec<ArticleId> = keys.iter().map(|key| key.0).collect();
        let rows = known_errors::of_articles(&self.services.store, self.organization(), &ids).await?;
        Ok(linked(rows, |row| (KnownErrorsIn(row.article_id), row.known_error_id)))
    }
}

/// The known errors that an incident comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct CausesOf(pub(super) IncidentId);

impl Loader<CausesOf> for Loading {
    type Value = Vec<KnownErrorId>;
    type Error = Error;

    async fn load(&self, keys: &[CausesOf]) -> Result<HashMap<CausesOf, Self::Value>, Error> {
        let ids: Vec<IncidentId> = keys.iter().map(|key| key.0).collect();
        let rows = known_errors::of_incidents(&self.services.store, self.organization(), &ids).await?;
        Ok(linked(rows, |row| (CausesOf(row.incident_id), row.known_error_id)))
    }
}

/// The known errors that a response reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReportedBy(pub(super) FeedbackId);

impl Loader<ReportedBy> for Loading {
    type Value = Vec<KnownErrorId>;
    type Error = Error;

    async fn load(&self, keys: &[ReportedBy]) -> Result<HashMap<ReportedBy, Self::Value>, Error> {
        let ids: Vec<FeedbackId> = keys.iter().map(|key| key.0).collect();
        let rows = known_errors::of_feedback(&self.services.store, self.organization(), &ids).await?;
        Ok(linked(rows, |row| (ReportedBy(row.feedback_id), row.known_error_id)))
    }
}

/// What became of a response, the earliest step first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct StepsOf(pub(super) FeedbackId);

impl Loader<StepsOf> for Loading {
    type Value = Vec<Step>;
    type Error = Error;

    async fn load(&self, keys: &[StepsOf]) -> Result<HashMap<StepsOf, Self::Value>, Error> {
        let ids: Vec<FeedbackId> = keys.iter().map(|key| key.0).collect();
        let public_only = known_errors::sees_public_only(&self.viewer)?;
        let found = steps(&self.services.store, self.organization(), &ids, public_only).await?;
        Ok(found.into_iter().map(|(id, steps)| (StepsOf(id), steps)).collect())
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

/// Why an announced change concerns a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct ReasonsFor {
    pub(super) reach: Arc<Reach>,
    pub(super) customer: CustomerId,
}

impl Loader<ReasonsFor> for Loading {
    type Value = Affected;
    type Error = Error;

    async fn load(&self, keys: &[ReasonsFor]) -> Result<HashMap<ReasonsFor, Self::Value>, Error> {
        let mut of_reach: HashMap<&Arc<Reach>, Vec<CustomerId>> = HashMap::new();
        for key in keys {
            of_reach.entry(&key.reach).or_default().push(key.customer);
        }
        let mut found = HashMap::with_capacity(keys.len());
        for (reach, customers) in of_reach {
            let affected =
                announcements::reasons(&self.services.store, self.organization(), reach, &customers).await?;
            found.extend(
                affected
                    .into_iter()
                    .map(|(customer, affected)| (ReasonsFor { reach: reach.clone(), customer }, affected)),
            );
        }
        Ok(found)
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

impl Loader<Spread> for Loading {
    type Value = Arc<Vec<distribution::Level>>;
    type Error = Error;

    async fn load(&self, keys: &[Spread]) -> Result<HashMap<Spread, Self::Value>, Error> {
        let mut levels = HashMap::new();
        for key in keys {
            let rows = distribution::read(&self.services.store, self.organization(), key).await?;
            levels.insert(*key, Arc::new(rows));
        }
        Ok(levels)
    }
}

/// The values of all features of a product, computed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ValuesOf {
    pub(super) product: ProductId,
    pub(super) today: NaiveDate,
    pub(super) cell: Cell,
}

impl Loader<ValuesOf> for Loading {
    type Value = (Arc<Snapshot>, Arc<Vec<ValueScore>>);
    type Error = Error;

    async fn load(&self, keys: &[ValuesOf]) -> Result<HashMap<ValuesOf, Self::Value>, Error> {
        let mut values = HashMap::new();
        for key in keys {
            let scores = &self.services.scores;
            let (snapshot, report) =
                scores.value_report(self.reports()?, key.today, key.product, key.cell).await?;
            values.insert(*key, (snapshot, Arc::new(report)));
        }
        Ok(values)
    }
}

/// The verdicts on a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VerdictsOn {
    pub(super) release: ReleaseId,
    pub(super) today: NaiveDate,
    pub(super) as_of: NaiveDate,
}

impl Loader<VerdictsOn> for Loading {
    type Value = (Arc<Snapshot>, Arc<ReleaseReport>);
    type Error = Error;

    async fn load(&self, keys: &[VerdictsOn]) -> Result<HashMap<VerdictsOn, Self::Value>, Error> {
        let mut verdicts = HashMap::new();
        for key in keys {
            let scores = &self.services.scores;
            let (snapshot, report) =
                scores.regression(self.reports()?, key.today, key.release, key.as_of).await?;
            if let Some(report) = report {
                verdicts.insert(*key, (snapshot, Arc::new(report)));
            }
        }
        Ok(verdicts)
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
