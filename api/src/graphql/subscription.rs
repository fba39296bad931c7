//! Subscriptions.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{Context, Description, Object, Subscription};
use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use ballroom_entity::{
    attribution,
    id::{FeatureId, IncidentId, ReleaseId},
    release::ReleaseLifecycle,
};
use futures::{
    StreamExt,
    stream::{self, BoxStream},
};

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
    live::EventCursor,
    load::{AffectedBy, AllDimensions, AttributionsOf, Loads},
    notification::Notification,
    regression::{FeatureRegression, Verdict},
    release::{self, Release},
    scalar::Reference,
};
use crate::{
    base::{error::Error, right::Right},
    feed::{EventReceiver, Place, Portion, Scope, StreamEnd, VerdictChanged},
    store::Dimensions,
};

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
        let heard = ctx.services().feed.feedback(by, place(after)?).await?;
        let scope = scope(ctx, product, feature, release).await?;
        Ok(events(heard, move |portion, answer| {
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
        let heard = ctx.services().feed.deletions(by, place(after)?).await?;
        let scope = scope(ctx, product, None, None).await?;
        Ok(events(heard, move |portion, deleted| {
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
        let heard = ctx.services().feed.incidents(by, place(after)?).await?;
        let scope = scope(ctx, product, feature, release).await?;
        Ok(events(heard, move |portion, incident| {
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
        let heard = ctx.services().feed.releases(ctx.reports()?, place(after)?).await?;
        let scope = scope(ctx, product, None, release).await?;
        Ok(events(heard, move |portion, row| {
            scope.has_release(row).then(|| Delivered::new(portion, Release(row.clone())))
        }))
    }

    /// Each announcement that is created, changed, published, rescheduled, concluded, cancelled or acknowledged. For
    /// customers, there are `announcements`.
    async fn announcement_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only its announcements.")] product: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Announcement>, Fault> {
        let heard = ctx.services().feed.announcements(ctx.reports()?, place(after)?).await?;
        let scope = scope(ctx, product, None, None).await?;
        Ok(events(heard, move |portion, row| {
            let wanted = scope.product.is_none_or(|product| product == row.product_id);
            wanted.then(|| Delivered::new(portion, Announcement(row.clone())))
        }))
    }

    /// Each known error that is created, changed, or linked to incidents or responses. For customers, there are `knownErrors`.
    async fn known_error_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only its known errors.")] product: Option<Reference>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<KnownError>, Fault> {
        let heard = ctx.services().feed.known_errors(ctx.reports()?, place(after)?).await?;
        let scope = scope(ctx, product, None, None).await?;
        Ok(events(heard, move |portion, row| {
            let wanted = scope.product.is_none_or(|product| product == row.product_id);
            wanted.then(|| Delivered::new(portion, KnownError(row.clone())))
        }))
    }

    /// Each notification of the caller, also when what it is about happens again. Only for members.
    async fn notification_received(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Deliver first the events after this cursor, which is from an event or from `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Notification>, Fault> {
        let by = ctx.viewer().edits_profile()?;
        let heard = ctx.services().feed.notifications(by, place(after)?).await?;
        Ok(events(heard, move |portion, row| {
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
        let heard = ctx.services().feed.verdicts(by, scope.product).await?;
        Ok(events(heard, move |portion, change| {
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
        let heard = ctx.services().feed.alerts(by, scope.product).await?;
        Ok(events(heard, move |portion, begun| {
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
    async fn regression(&self) -> &FeatureRegression {
        &self.regression
    }
}

/// The position in the feed after which events are delivered.
fn place(after: Option<String>) -> Result<Option<Place>, Fault> {
    let wrong = || {
        Fault::invalid("after", "is not a cursor of the feed; use one from `extensions.cursor` of an event")
    };
    after.map(|cursor| Place::read(&cursor).ok_or_else(wrong)).transpose()
}

async fn scope(
    ctx: &Context<'_>,
    product: Option<Reference>,
    feature: Option<Reference>,
    release: Option<Reference>,
) -> Result<Scope, Fault> {
    let dimensions = ctx.store().dimensions(ctx.viewer().organization()).await?;
    let text = |reference: &'_ Option<Reference>| reference.as_ref().map(|reference| reference.0.clone());
    let (product, feature, release) = (text(&product), text(&feature), text(&release));
    let scope = Scope::resolve(&dimensions, product.as_deref(), feature.as_deref(), release.as_deref());
    if ctx.is_inside().is_ok() {
        return Ok(scope?);
    }
    // Planned releases are hidden from customers.
    let is_planned = |id| {
        let release = dimensions.releases.get(&id);
        release.is_some_and(|release| release.lifecycle == ReleaseLifecycle::Planned)
    };
    match scope {
        Ok(scope) if !scope.release.is_some_and(is_planned) => Ok(scope),
        Err(error) if release.is_none() => Err(error.into()),
        _ => Err(Error::not_found("release", "release", release.unwrap_or_default()).into()),
    }
}

/// The events that match the subscription. A client that was too slow gets an error, which is the last one.
fn events<T, O>(
    heard: EventReceiver<T>,
    wanted: impl Fn(&Portion<T>, &T) -> Option<Delivered<O>> + Send + Sync + 'static,
) -> Events<O>
where
    T: Send + Sync + 'static,
    O: Send + 'static,
{
    let portions = stream::unfold(Some((heard, wanted)), |listener| async {
        let (mut heard, wanted) = listener?;
        match heard.next().await {
            Ok(portion) => {
                let told = heard.of(&portion).filter_map(|(place, thing)| {
                    let told = wanted(&portion, thing)?;
                    Some(Ok(Delivered { place: Some(place), ..told }))
                });
                let told: Vec<_> = told.collect();
                Some((told, Some((heard, wanted))))
            }
            Err(StreamEnd::Behind) => Some((vec![Err(Fault::slow_consumer())], None)),
            Err(StreamEnd::Failed(error)) => Some((vec![Err(error.into())], None)),
        }
    });
    portions.flat_map(stream::iter).boxed()
}

/// An event with the objects that were read together with it: however many clients are subscribed, it needs no further
/// statement, unless more is selected.
pub struct Delivered<T> {
    thing: T,
    place: Option<Place>,
    dimensions: Arc<Dimensions>,
    linked: Option<Linked>,
}

/// The links of an incident.
struct Linked {
    id: IncidentId,
    affected: Vec<FeatureId>,
    attributions: Vec<attribution::Model>,
}

impl<T> Delivered<T> {
    fn new<P>(portion: &Portion<P>, thing: T) -> Self {
        Self { thing, place: None, dimensions: portion.dimensions.clone(), linked: None }
    }
}

impl<T: OutputType> OutputType for Delivered<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        if let Some(place) = self.place {
            ctx.data_unchecked::<EventCursor>().set(place);
        }
        let loads: &Loads = ctx.data_unchecked();
        loads.feed_one(AllDimensions, self.dimensions.clone()).await;
        if let Some(linked) = &self.linked {
            loads.feed_one(AffectedBy(linked.id), linked.affected.clone()).await;
            loads.feed_one(AttributionsOf(linked.id), linked.attributions.clone()).await;
        }
        self.thing.resolve(ctx, field).await
    }
}
