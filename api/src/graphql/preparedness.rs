//! How well support was prepared for the releases of a period.

use async_graphql::{Context, Description, Object};
use chrono::TimeDelta;

use super::{
    ContextExt,
    announcement::Announcement,
    fault::Fault,
    incident::Incident,
    only_groups,
    release::{self, Release},
};
use crate::domain::{
    announcement,
    preparedness::{self as domain, Prepared},
};

/// How well support was prepared for the releases of a period: whether it learned of releases before the customers did.
#[derive(Description)]
pub(super) struct Preparedness(pub(super) domain::Preparedness);

#[Object(use_type_description)]
impl Preparedness {
    /// Releases that shipped in the period, the earliest first. Releases that are known from responses only are not
    /// included.
    async fn releases(&self) -> Vec<ReleasePreparedness> {
        self.0.releases.iter().cloned().map(ReleasePreparedness).collect()
    }

    /// Number of releases that shipped in the period. Releases that are known from responses only are not included.
    async fn shipped_releases(&self) -> i64 {
        self.0.releases.len() as i64
    }

    /// Number of releases of the period of which an announcement was published before they shipped.
    async fn announced_releases(&self) -> i64 {
        self.0.announced().count() as i64
    }

    /// Median time from the publication of an announcement to the release, in hours, over the announced releases; null if
    /// there is none.
    async fn median_lead_time_hours(&self) -> Option<f64> {
        self.0.median_lead_time().map(hours)
    }

    /// Number of incidents that began in the period and are attributed to a release.
    async fn attributed_incidents(&self) -> i64 {
        self.0.attributed as i64
    }

    /// Number of incidents that began in the period and are attributed to a release that had not been announced before it
    /// shipped.
    async fn surprise_incidents(&self) -> i64 {
        self.0.surprises.len() as i64
    }

    /// The surprise incidents, the latest first. Only for callers who may read incidents.
    async fn surprises(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Maximum number of incidents, at most 200.", default = 25)] limit: i32,
    ) -> Result<Vec<Incident>, Fault> {
        ctx.reads()?;
        if !(0..=200).contains(&limit) {
            return Err(Fault::invalid("limit", &format!("is {limit}; give a number from 0 to 200")));
        }
        Ok(self.0.surprises.iter().take(limit as usize).cloned().map(Incident).collect())
    }
}

/// How well support was prepared for a release.
#[derive(Description)]
struct ReleasePreparedness(Prepared);

#[Object(use_type_description)]
impl ReleasePreparedness {
    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.0.release).await
    }

    /// Its first published announcement; null if there is none.
    async fn announcement(&self) -> Option<Announcement> {
        self.0.announcement.clone().map(Announcement)
    }

    /// Time from that publication to the release, in hours; negative if it was published afterwards, null if it was not.
    async fn lead_time_hours(&self) -> Option<f64> {
        self.0.lead_time.map(hours)
    }

    /// Number of members of support who acknowledged the announcement before the release shipped.
    async fn acknowledgements(&self) -> i64 {
        self.0.acknowledged as i64
    }

    /// Number of customers whom the release affects, as known today; null: too few to be shown to this caller.
    async fn affected_customers(&self, ctx: &Context<'_>) -> Result<Option<i64>, Fault> {
        let (affected, _) = announcement::coverage(ctx.store(), ctx.reports()?, &self.0.reach).await?;
        Ok(announcement::shown(affected, only_groups(ctx).await?))
    }

    /// Share of the affected customers who were notified, 0 to 1; null if no customer is affected, or if too few are to be
    /// shown to this caller.
    async fn coverage(&self, ctx: &Context<'_>) -> Result<Option<f64>, Fault> {
        let (affected, notified) = announcement::coverage(ctx.store(), ctx.reports()?, &self.0.reach).await?;
        let shown = announcement::shown(affected, only_groups(ctx).await?);
        Ok(shown.filter(|affected| *affected > 0).map(|affected| notified as f64 / affected as f64))
    }
}

fn hours(time: TimeDelta) -> f64 {
    time.num_seconds() as f64 / 3_600.0
}
