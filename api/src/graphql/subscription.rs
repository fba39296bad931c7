//! Subscriptions: what happens, as it happens.

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
    Asking,
    alert::IncidentAlert,
    deleted::DeletedFeedback,
    fault::Fault,
    feature::{self, Feature},
    feedback::Feedback,
    incident::Incident,
    live::TellsPlace,
    load::{AllDimensions, HurtBy, Loads, StatedOf},
    regression::{FeatureRegression, Verdict},
    release::{self, Release},
    scalar::Reference,
};
use crate::{
    base::{error::Error, right::Right},
    feed::{Cut, Heard, Place, Portion, Scope, VerdictChanged},
    store::Dimensions,
};

/// Everything that can be listened to. Told is what happens from the beginning of the subscription on, or from a cursor
/// on: the cursor of each event stands in `extensions.cursor` of its result, and `Organization.feedCursor` is the one of
/// now. Whoever subscribes again with `after` misses nothing and hears nothing twice. Events come in the order
/// in which they were stored, from whichever server they were stored by. Each shows its object as it is when it is
/// told, so of two changes in quick succession both events may show the second. Who reads too slowly is cut off with
/// the code SLOW_CONSUMER.
#[derive(Description)]
pub struct Subscription;

type Events<T> = BoxStream<'static, Result<Told<T>, Fault>>;

#[Subscription(use_type_description)]
impl Subscription {
    /// Each answer that is submitted, as soon as it is stored. Not answers that are imported from files (there may be
    /// millions: verdictChanged tells what they change), nor corrections.
    async fn feedback_received(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key of a product: only responses about it.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of a feature: only its responses. A key that several products have needs the product."
        )]
        feature: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only responses that count for it. A version that several products have needs the product."
        )]
        release: Option<Reference>,
        #[graphql(
            desc = "First tell what happened after this cursor, of an event or of `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Feedback>, Fault> {
        let by = ctx.reads()?;
        let heard = ctx.services().feed.feedback(by, place(after)?).await?;
        let scope = scope(ctx, product, feature, release).await?;
        Ok(events(heard, move |portion, answer| {
            let own = by.only().is_none_or(|customer| answer.customer_id == Some(customer));
            let wanted = own && scope.has_answer(&portion.dimensions, answer);
            wanted.then(|| Told::new(portion, Feedback(answer.clone())))
        }))
    }

    /// Each response that is deleted, as soon as it is: remove it from copies of the responses. Earlier deletions are in
    /// `Query.deletedFeedback`.
    async fn feedback_deleted(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only responses about this product.")] product: Option<Reference>,
        #[graphql(
            desc = "First tell what happened after this cursor, of an event or of `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<DeletedFeedback>, Fault> {
        let by = ctx.reads()?;
        let heard = ctx.services().feed.deletions(by, place(after)?).await?;
        let scope = scope(ctx, product, None, None).await?;
        Ok(events(heard, move |portion, deleted| {
            let own = by.only().is_none_or(|customer| deleted.customer_id == Some(customer));
            let wanted = own && scope.has_deleted(deleted);
            wanted.then(|| Told::new(portion, DeletedFeedback(deleted.clone())))
        }))
    }

    /// Each incident that is opened, changed, resolved, opened again or attributed to a release or to none. Not
    /// incidents that are imported from files.
    async fn incident_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only incidents of this product.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of a feature: only incidents that affect it. A key that several products have needs the product."
        )]
        feature: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only incidents about which anything is stated of it, be it that they do not come \
                    from there. A version that several products have needs the product."
        )]
        release: Option<Reference>,
        #[graphql(
            desc = "First tell what happened after this cursor, of an event or of `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Incident>, Fault> {
        let by = ctx.reads()?;
        if by.only().is_some() {
            // Events do not carry whom an incident hurts; a customer asks for incidents by query.
            return Err(Error::Forbidden(Right::Report).into());
        }
        let heard = ctx.services().feed.incidents(by, place(after)?).await?;
        let scope = scope(ctx, product, feature, release).await?;
        Ok(events(heard, move |portion, incident| {
            let linked = || Linked {
                id: incident.row.id,
                hurts: incident.features.clone(),
                stated: incident.attributions.clone(),
            };
            scope.has_incident(incident).then(|| Told {
                linked: Some(linked()),
                ..Told::new(portion, Incident(incident.row.clone()))
            })
        }))
    }

    /// Each release that is planned, changed, shipped, withdrawn, or inferred from answers that name it.
    async fn release_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only releases of this product.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only this one. A version that several products have needs the product."
        )]
        release: Option<Reference>,
        #[graphql(
            desc = "First tell what happened after this cursor, of an event or of `Organization.feedCursor`."
        )]
        after: Option<String>,
    ) -> Result<Events<Release>, Fault> {
        let heard = ctx.services().feed.releases(ctx.reports()?, place(after)?).await?;
        let scope = scope(ctx, product, None, release).await?;
        Ok(events(heard, move |portion, row| {
            scope.has_release(row).then(|| Told::new(portion, Release(row.clone())))
        }))
    }

    /// Each verdict on a feature in a release that is not what it was when the subscription began, or since. Verdicts
    /// on releases in their first 90 days are computed a moment after anything that may change them, also by import,
    /// and every few seconds at most.
    async fn verdict_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only verdicts on releases of this product.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of a feature: only verdicts on it. A key that several products have needs the product."
        )]
        feature: Option<Reference>,
        #[graphql(
            desc = "ID or version of a release: only verdicts on it. A version that several products have needs the product."
        )]
        release: Option<Reference>,
    ) -> Result<Events<VerdictChange>, Fault> {
        let by = ctx.reports()?;
        let scope = scope(ctx, product, feature, release).await?;
        let heard = ctx.services().feed.verdicts(by, scope.product).await?;
        Ok(events(heard, move |portion, change| {
            scope.has_verdict(change).then(|| Told::new(portion, VerdictChange::from(change)))
        }))
    }

    /// Each burst of incidents that begins: a day or a week of a feature, or of a product with all its features, that has
    /// more incidents than was to be expected. It is told once, as soon as it is one, and not again while it goes on; days
    /// and weeks each for themselves. Alerts of the last 14 days are computed a moment after anything that may change
    /// them, also by import, and every few seconds at most.
    async fn incident_alert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only alerts of this product.")] product: Option<Reference>,
        #[graphql(
            desc = "ID or key of a feature: only its alerts. A key that several products have needs the product."
        )]
        feature: Option<Reference>,
    ) -> Result<Events<IncidentAlert>, Fault> {
        let by = ctx.reports()?;
        let scope = scope(ctx, product, feature, None).await?;
        let heard = ctx.services().feed.alerts(by, scope.product).await?;
        Ok(events(heard, move |portion, begun| {
            scope.has_alert(begun).then(|| Told::new(portion, IncidentAlert::from(begun)))
        }))
    }
}

/// A verdict on a feature in a release that is not what it was.
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

    /// The verdict before; null: there was none, as for a release that has just shipped.
    async fn before(&self) -> Option<Verdict> {
        self.before
    }

    /// The verdict now.
    async fn after(&self) -> Verdict {
        self.after
    }

    /// The verdict now, with its reasons.
    async fn regression(&self) -> &FeatureRegression {
        &self.regression
    }
}

/// The place in the feed after which a listener wants to hear.
fn place(after: Option<String>) -> Result<Option<Place>, Fault> {
    let wrong = || {
        Fault::invalid("after", "is not a cursor of the feed; take one from `extensions.cursor` of an event")
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
    // Of a release that is only planned no customer is told that there is one.
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

/// What is heard and wanted. Who was too slow is told so, and no more.
fn events<T, O>(
    heard: Heard<T>,
    wanted: impl Fn(&Portion<T>, &T) -> Option<Told<O>> + Send + Sync + 'static,
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
                    Some(Ok(Told { place: Some(place), ..told }))
                });
                let told: Vec<_> = told.collect();
                Some((told, Some((heard, wanted))))
            }
            Err(Cut::Behind) => Some((vec![Err(Fault::slow_consumer())], None)),
            Err(Cut::Failed(error)) => Some((vec![Err(error.into())], None)),
        }
    });
    portions.flat_map(stream::iter).boxed()
}

/// Something that is told, with what was read together with it: however many listen, to show it takes no further
/// statement, unless more is asked for.
pub struct Told<T> {
    thing: T,
    place: Option<Place>,
    dimensions: Arc<Dimensions>,
    linked: Option<Linked>,
}

/// What an incident is linked to.
struct Linked {
    id: IncidentId,
    hurts: Vec<FeatureId>,
    stated: Vec<attribution::Model>,
}

impl<T> Told<T> {
    fn new<P>(portion: &Portion<P>, thing: T) -> Self {
        Self { thing, place: None, dimensions: portion.dimensions.clone(), linked: None }
    }
}

impl<T: OutputType> OutputType for Told<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, ctx: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        if let Some(place) = self.place {
            ctx.data_unchecked::<TellsPlace>().tell(place);
        }
        let loads: &Loads = ctx.data_unchecked();
        loads.feed_one(AllDimensions, self.dimensions.clone()).await;
        if let Some(linked) = &self.linked {
            loads.feed_one(HurtBy(linked.id), linked.hurts.clone()).await;
            loads.feed_one(StatedOf(linked.id), linked.stated.clone()).await;
        }
        self.thing.resolve(ctx, field).await
    }
}
