//! Subscriptions.

mod delivered;

use async_graphql::{Context, Description, Object, Subscription};
use ballroom_entity::id::{FeatureId, ReleaseId};
use futures::stream::BoxStream;

use super::{
    ContextExt,
    alert::IncidentAlert,
    announcement::Announcement,
    deleted::DeletedFeedback,
    fault::Fault,
    feature::{self, Feature},
    feedback::Feedback,
    incident::Incident,
    known_error::KnownError,
    notification::Notification,
    regression::{FeatureRegression, Verdict},
    release::{self, Release},
    scalar::Reference,
};
use crate::{
    base::{error::Error, right::Right},
    feed::VerdictChanged,
};

pub use delivered::Delivered;
use delivered::{Linked, events, place, scope};

/// Root subscription type. Subscriptions deliver events from their start on, or from a cursor on. The cursor of each
/// event is in `extensions.cursor` of its result; `Organization.feedCursor` is the current one. A client that
/// resubscribes with `after` misses no event and gets none twice. Events are delivered in the order in which they were
/// stored, by any server. Each event shows the state of its object at the time of delivery, so after two quick changes
/// both events may show the second one. A client that reads too slowly is disconnected with the code SLOW_CONSUMER.
#[derive(Description)]
pub struct Subscription;

type Events<T> = BoxStream<'static, Result<Delivered<T>, Fault>>;

#[Subscription(use_type_description)]
impl Subscription {
    /// Each submitted response, as soon as it is stored. Corrections and responses imported from files are not
    /// included; `verdictChanged` reports their effects.
    async fn feedback_received(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only responses about it.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of a feature: only responses about it. A key that exists in several products requires `product`."
        )]
        feature: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only responses that count for it. A version that exists in several products requires `product`."
        )]
        release: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Feedback>, Fault> {
        let by = ctx.reads()?;
        let receiver = ctx.services().feed.feedback(by, place(after)?).await?;
        let scope = scope(ctx, product, feature, release).await?;
        Ok(events(receiver, move |portion, answer| {
            let own = by.only().is_none_or(|customer| answer.customer_id == Some(customer));
            let wanted = own && scope.has_answer(&portion.dimensions, answer);
            wanted.then(|| Delivered::new(portion, Feedback(answer.clone())))
        }))
    }

    /// Each deleted response, as soon as it is deleted, for systems that keep a copy of the responses. Earlier
    /// deletions are in `Query.deletedFeedback`.
    async fn feedback_deleted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only responses about it.")] product: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<DeletedFeedback>, Fault> {
        let by = ctx.reads()?;
        let receiver = ctx.services().feed.deletions(by, place(after)?).await?;
        let scope = scope(ctx, product, None, None).await?;
        Ok(events(receiver, move |portion, deleted| {
            let own = by.only().is_none_or(|customer| deleted.customer_id == Some(customer));
            let wanted = own && scope.has_deleted(deleted);
            wanted.then(|| Delivered::new(portion, DeletedFeedback(deleted.clone())))
        }))
    }

    /// Each incident that is opened, changed, resolved, reopened or attributed. Incidents imported from files are not
    /// included.
    async fn incident_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only its incidents.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of a feature: only incidents that affect it. A key that exists in several products requires `product`."
        )]
        feature: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only incidents with an attribution that names it, on any basis. A version that exists in several products requires `product`."
        )]
        release: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Incident>, Fault> {
        let by = ctx.reads()?;
        if by.only().is_some() {
            // Events do not contain the affected customers; customers query incidents instead.
            return Err(Error::Forbidden(Right::Report).into());
        }
        let receiver = ctx.services().feed.incidents(by, place(after)?).await?;
        let scope = scope(ctx, product, feature, release).await?;
        Ok(events(receiver, move |portion, incident| {
            let linked = || Linked {
                id: incident.row.id,
                affected: incident.features.clone(),
                attributions: incident.attributions.clone(),
            };
            scope.has_incident(incident).then(|| Delivered {
                linked: Some(linked()),
                ..Delivered::new(portion, Incident(incident.row.clone()))
            })
        }))
    }

    /// Each release that is planned, changed, shipped, withdrawn, or created from responses that name it.
    async fn release_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only its releases.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only this one. A version that exists in several products requires `product`."
        )]
        release: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Release>, Fault> {
        let receiver = ctx.services().feed.releases(ctx.reports()?, place(after)?).await?;
        let scope = scope(ctx, product, None, release).await?;
        Ok(events(receiver, move |portion, row| {
            scope.has_release(row).then(|| Delivered::new(portion, Release(row.clone())))
        }))
    }

    /// Each announcement that is created, changed, published, rescheduled, concluded, canceled or acknowledged.
    /// Customers use `announcements` instead.
    async fn announcement_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only its announcements.")] product: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Announcement>, Fault> {
        let receiver = ctx.services().feed.announcements(ctx.reports()?, place(after)?).await?;
        let scope = scope(ctx, product, None, None).await?;
        Ok(events(receiver, move |portion, row| {
            let wanted = scope.product.is_none_or(|product| product == row.product_id);
            wanted.then(|| Delivered::new(portion, Announcement(row.clone())))
        }))
    }

    /// Each known error that is created, changed, or linked to incidents or responses. Customers use `knownErrors`
    /// instead.
    async fn known_error_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only its known errors.")] product: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<KnownError>, Fault> {
        let receiver = ctx.services().feed.known_errors(ctx.reports()?, place(after)?).await?;
        let scope = scope(ctx, product, None, None).await?;
        Ok(events(receiver, move |portion, row| {
            let wanted = scope.product.is_none_or(|product| product == row.product_id);
            wanted.then(|| Delivered::new(portion, KnownError(row.clone())))
        }))
    }

    /// Each notification of the caller, including those that happen again. Only for members.
    async fn notification_received(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Notification>, Fault> {
        let by = ctx.viewer().edits_profile()?;
        let receiver = ctx.services().feed.notifications(by, place(after)?).await?;
        Ok(events(receiver, move |portion, row| {
            let own = row.member_id == by.member();
            own.then(|| Delivered::new(portion, Notification(row.clone())))
        }))
    }

    /// Each change of a verdict on a feature in a release since the start of the subscription. Verdicts on releases in
    /// their first 90 days are recomputed shortly after any change that may affect them, including imports, at most
    /// every few seconds.
    async fn verdict_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only verdicts on its releases.")] product: Option<
            Reference,
        >,
        #[graphql(
            desc = "ID or key of a feature: only verdicts on it. A key that exists in several products requires `product`."
        )]
        feature: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only verdicts on it. A version that exists in several products requires `product`."
        )]
        release: Option<Reference>,
    ) -> Result<Events<VerdictChange>, Fault> {
        let by = ctx.reports()?;
        let scope = scope(ctx, product, feature, release).await?;
        let receiver = ctx.services().feed.verdicts(by, scope.product).await?;
        Ok(events(receiver, move |portion, change| {
            scope.has_verdict(change).then(|| Delivered::new(portion, VerdictChange::from(change)))
        }))
    }

    /// Each new burst of incidents: a day or a week in which a feature, or a product with all its features, has more
    /// incidents than expected. It is delivered once, when it is detected, and not again while it continues; days and
    /// weeks are independent. Alerts of the last 14 days are recomputed shortly after any change that may affect them,
    /// including imports, at most every few seconds.
    async fn incident_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only its alerts.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of a feature: only its alerts. A key that exists in several products requires `product`."
        )]
        feature: Option<Reference>,
    ) -> Result<Events<IncidentAlert>, Fault> {
        let by = ctx.reports()?;
        let scope = scope(ctx, product, feature, None).await?;
        let receiver = ctx.services().feed.alerts(by, scope.product).await?;
        Ok(events(receiver, move |portion, begun| {
            scope.has_alert(begun).then(|| Delivered::new(portion, IncidentAlert::from(begun)))
        }))
    }
}

/// A changed verdict on a feature in a release.
#[derive(Description)]
pub struct VerdictChange {
    release: ReleaseId,
    feature: Option<FeatureId>,
    before: Option<Verdict>,
    after: Verdict,
    regression: FeatureRegression,
}

impl From<&VerdictChanged> for VerdictChange {
    fn from(changed: &VerdictChanged) -> Self {
        let regression = FeatureRegression {
            snapshot: changed.snapshot.clone(),
            report: changed.report.clone(),
            release: changed.release,
            today: changed.today,
            score: changed.score.clone(),
        };
        Self {
            release: changed.release,
            feature: changed.feature.some(),
            before: changed.before.map(Verdict::from),
            after: changed.score.verdict.into(),
            regression,
        }
    }
}

#[Object(use_type_description)]
impl VerdictChange {
    /// The release.
    async fn release(&self, ctx: &Context<'_>) -> Result<Release, Fault> {
        release::of(ctx, self.release).await
    }

    /// The feature; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.feature {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Previous verdict; null: none, for example for a release that has just shipped.
    async fn before(&self) -> Option<Verdict> {
        self.before
    }

    /// Current verdict.
    async fn after(&self) -> Verdict {
        self.after
    }

    /// Current verdict with its evidence.
    async fn regression(&self, ctx: &Context<'_>) -> Result<FeatureRegression, Fault> {
        self.regression.clone().seen_by(ctx).await
    }
}
