//! Delivery of events to one subscriber.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use ballroom_entity::{
    attribution,
    id::{FeatureId, IncidentId},
    release::ReleaseLifecycle,
};
use futures::{StreamExt, stream};

use super::{
    super::{
        ContextExt,
        fault::Fault,
        live::EventCursor,
        load::{AffectedBy, AllDimensions, AttributionsOf, Loads},
        scalar::Reference,
    },
    Events,
};
use crate::{
    base::error::Error,
    feed::{EventReceiver, Place, Portion, Scope, StreamEnd},
    store::Dimensions,
};

/// The position in the feed after which events are delivered.
pub(super) fn place(after: Option<String>) -> Result<Option<Place>, Fault> {
    let wrong = || {
        Fault::invalid("after", "is not a cursor of the feed; use one from `extensions.cursor` of an event")
    };
    after.map(|cursor| Place::read(&cursor).ok_or_else(wrong)).transpose()
}

pub(super) async fn scope(
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
pub(super) fn events<T, O>(
    receiver: EventReceiver<T>,
    wanted: impl Fn(&Portion<T>, &T) -> Option<Delivered<O>> + Send + Sync + 'static,
) -> Events<O>
where
    T: Send + Sync + 'static,
    O: Send + 'static,
{
    let portions = stream::unfold(Some((receiver, wanted)), |listener| async {
        let (mut receiver, wanted) = listener?;
        match receiver.next().await {
            Ok(portion) => {
                let told = receiver.of(&portion).filter_map(|(place, thing)| {
                    let told = wanted(&portion, thing)?;
                    Some(Ok(Delivered { place: Some(place), ..told }))
                });
                let told: Vec<_> = told.collect();
                Some((told, Some((receiver, wanted))))
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
    pub(super) thing: T,
    pub(super) place: Option<Place>,
    pub(super) dimensions: Arc<Dimensions>,
    pub(super) linked: Option<Linked>,
}

/// The links of an incident.
pub(super) struct Linked {
    pub(super) id: IncidentId,
    pub(super) affected: Vec<FeatureId>,
    pub(super) attributions: Vec<attribution::Model>,
}

impl<T> Delivered<T> {
    pub(super) fn new<P>(portion: &Portion<P>, thing: T) -> Self {
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
