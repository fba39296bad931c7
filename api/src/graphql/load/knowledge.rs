//! Loading for announcements, known errors and follow-ups.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use ballroom_entity::{
    acknowledgement, announcement_move,
    id::{AnnouncementId, ArticleId, CustomerId, FeatureId, FeedbackId, IncidentId, KnownErrorId, ReleaseId},
};

use super::{Loading, grouped, linked};
use crate::{
    base::error::Error,
    domain::{
        announcement::{self as announcements, Affected, Reach},
        article as articles,
        follow_up::{Step, steps},
        known_error as known_errors,
    },
};

/// The features that an announced change affects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct AnnouncedFeatures(pub(in crate::graphql) AnnouncementId);

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
pub(in crate::graphql) struct MovesOf(pub(in crate::graphql) AnnouncementId);

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
pub(in crate::graphql) struct AcknowledgementsOf(pub(in crate::graphql) AnnouncementId);

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
pub(in crate::graphql) struct FeaturesWith(pub(in crate::graphql) KnownErrorId);

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
pub(in crate::graphql) struct FixesOf(pub(in crate::graphql) KnownErrorId);

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
pub(in crate::graphql) struct FeaturesIn(pub(in crate::graphql) ArticleId);

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
pub(in crate::graphql) struct KnownErrorsIn(pub(in crate::graphql) ArticleId);

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
pub(in crate::graphql) struct CausesOf(pub(in crate::graphql) IncidentId);

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
pub(in crate::graphql) struct ReportedBy(pub(in crate::graphql) FeedbackId);

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
pub(in crate::graphql) struct StepsOf(pub(in crate::graphql) FeedbackId);

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

/// Why an announced change concerns a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct ReasonsFor {
    pub(in crate::graphql) reach: Arc<Reach>,
    pub(in crate::graphql) customer: CustomerId,
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
