//! The calendar.

mod feed;

use async_graphql::{Context, Description, Object};

pub(super) use feed::{CalendarFeed, CalendarFeedMutation, CalendarFeedQuery};

use super::{
    ContextExt,
    announcement::{Announcement, AnnouncementKind},
    deployment::Deployment,
    fault::Fault,
    feature::{self, Feature},
    product::{self, Product},
    release::{self, Release},
    scalar::{DateTime, PeriodInput, Reference},
};
use crate::{
    domain::calendar::{self, Conflict, Entry},
    score::Period,
};

/// Releases, deployments, maintenance and freezes of a period.
#[derive(Description)]
pub(super) struct Calendar(pub(super) calendar::Calendar);

#[Object(use_type_description)]
impl Calendar {
    /// What changes, the earliest first.
    async fn entries(&self) -> Vec<CalendarEntry> {
        self.0.entries.iter().cloned().map(CalendarEntry).collect()
    }

    /// Pairs of entries that overlap in time and affect the same feature, or the product as a whole.
    async fn conflicts(&self) -> Vec<CalendarConflict> {
        let entry = |place: usize| self.0.entries.get(place).cloned().map(CalendarEntry);
        let conflict = |one: &Conflict| {
            let entries = one.entries.into_iter().filter_map(entry).collect();
            CalendarConflict { conflict: one.clone(), entries }
        };
        self.0.conflicts.iter().map(conflict).collect()
    }
}

/// Something that changes: an announcement, a release, or a deployment.
#[derive(Clone, Description)]
struct CalendarEntry(Entry);

#[Object(use_type_description)]
impl CalendarEntry {
    /// What it is.
    async fn kind(&self) -> AnnouncementKind {
        self.0.kind.into()
    }

    /// Product that changes.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product).await
    }

    /// Summary in one line.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Start.
    async fn from(&self) -> DateTime {
        self.0.from.into()
    }

    /// End. A change without an announced end lasts until the end of its day, in the time zone of its product; a release or
    /// deployment that has happened ends when it begins.
    async fn until(&self) -> DateTime {
        self.0.until.into()
    }

    /// Whether it has happened.
    async fn is_done(&self) -> bool {
        self.0.done
    }

    /// Affected features, by key; empty: the product as a whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        feature::by_key(ctx, &self.0.features).await
    }

    /// The release; null if it is not about one.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// The deployment; null for anything else.
    async fn deployment(&self) -> Option<Deployment> {
        self.0.deployment.clone().map(Deployment)
    }

    /// The announcement; null if it was not announced.
    async fn announcement(&self) -> Option<Announcement> {
        self.0.announcement.clone().map(Announcement)
    }
}

/// Two entries of a calendar that overlap in time and affect the same feature, or the product as a whole.
#[derive(Description)]
struct CalendarConflict {
    conflict: Conflict,
    entries: Vec<CalendarEntry>,
}

#[Object(use_type_description)]
impl CalendarConflict {
    /// The two entries, the earlier one first.
    async fn entries(&self) -> &[CalendarEntry] {
        &self.entries
    }

    /// Features that both affect, by key; empty: both affect the product as a whole.
    async fn features(&self, ctx: &Context<'_>) -> Result<Vec<Feature>, Fault> {
        feature::by_key(ctx, &self.conflict.features).await
    }

    /// Whether one of them is a freeze, in which nothing may be changed.
    async fn is_in_freeze(&self) -> bool {
        self.conflict.freeze
    }
}

#[derive(Default)]
pub(super) struct CalendarQuery;

#[Object]
impl CalendarQuery {
    /// Releases, deployments, maintenance and freezes of a period, with those that conflict.
    async fn calendar(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days, at most 366, each in the time zone of its product.")] period: PeriodInput,
        #[graphql(desc = "ID or key of a product: only its changes; all by default.")] product: Option<
            Reference,
        >,
    ) -> Result<Calendar, Fault> {
        let by = ctx.reports()?;
        let product = match product {
            Some(product) => Some(super::dimensions(ctx).await?.product("product", &product.0)?.id),
            None => None,
        };
        let Period { from, until } = period.into();
        Ok(Calendar(calendar::calendar(ctx.store(), by, product, (from, until)).await?))
    }
}
