//! Subscriptions: each event is a separate execution, with its own time and loaders, like a request.

use std::sync::{Arc, OnceLock};

use async_graphql::{
    Data, Response, ServerError, Value, async_trait,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
};
use futures::{StreamExt, future, stream::BoxStream};

use super::{
    Code, Errors, Mutation, Now, Query, Reply, Root, Services, Subscription, batch, builder,
    document::Admitted, execute::finish, load,
};
use crate::{clock, domain::access::Viewer, feed::Place};

/// The schema of subscriptions. (The schema of requests has no extensions: with one, async-graphql does extra work in
/// every field of every query.)
#[derive(Clone)]
pub struct LiveSchema(async_graphql::Schema<Root<Query>, Root<Mutation>, Subscription>);

impl LiveSchema {
    /// The schema with its services.
    pub fn new(services: Services) -> Self {
        Self(builder().data(services).extension(EachEvent).finish())
    }

    /// Runs a subscription of a caller; the stream ends with it.
    pub fn subscribe(&self, viewer: Viewer, admitted: Admitted) -> BoxStream<'static, SubscriptionMessage> {
        let told = viewer.clone();
        let said = self.0.execute_stream(admitted.request.data(viewer)).map(move |mut response| {
            finish(&mut response, &told);
            let is_event = response.extensions.remove(EVENT).is_some();
            if is_event && !is_cut_off(&response) {
                SubscriptionMessage::Next(Reply(response))
            } else {
                SubscriptionMessage::Failed(Errors(response.errors))
            }
        });
        let mut over = false;
        said.take_while(move |said| {
            let go_on = !over;
            over = matches!(said, SubscriptionMessage::Failed(_));
            future::ready(go_on)
        })
        .boxed()
    }
}

/// An output of a running subscription.
#[derive(Debug)]
pub enum SubscriptionMessage {
    /// An event.
    Next(Reply),
    /// It could not start, or cannot continue. This is the last output.
    Failed(Errors),
}

/// Whether the subscriber was too slow: then there are no further events.
fn is_cut_off(response: &Response) -> bool {
    let slow = Value::from(Code::SlowConsumer.name());
    let code = |error: &ServerError| error.extensions.as_ref().and_then(|values| values.get("code").cloned());
    response.errors.iter().any(|error| code(error).as_ref() == Some(&slow))
}

/// The extension that marks responses as events; responses without it precede the first event.
const EVENT: &str = "event";

/// Holds the cursor of an event.
#[derive(Clone, Default)]
pub(super) struct EventCursor(Arc<OnceLock<Place>>);

impl EventCursor {
    /// Sets the cursor.
    pub(super) fn set(&self, place: Place) {
        // An event has one root field, and so one cursor.
        let _ = self.0.set(place);
    }
}

/// Adds the data of a request to each execution.
struct EachEvent;

impl ExtensionFactory for EachEvent {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for EachEvent {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let services: &Services = ctx.data_unchecked();
        let viewer: &Viewer = ctx.data_unchecked();
        let (halt, waiting) = batch::load_channel();
        let mut data = Data::default();
        data.insert(load::loader(services.clone(), viewer.clone(), halt));
        data.insert(Now(clock::now()));
        let place = EventCursor::default();
        data.insert(place.clone());
        let response = waiting.run(next.run_with_data(ctx, operation_name, data)).await;
        let response = response.extension(EVENT, Value::Boolean(true));
        match place.0.get() {
            Some(place) => response.extension("cursor", Value::from(place.cursor())),
            None => response,
        }
    }
}
