//! Webhooks: where events are sent, and what became of them.

mod change;
mod event;

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{webhook::Model, webhook_delivery};

pub(super) use change::WebhookMutation;
use event::WebhookEvent;

use super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    range::TimeRangeInput,
    scalar::{DateTime, id, parse},
};
use crate::domain::webhook as domain;

/// An address of another system to which events are sent, in the format of Standard Webhooks.
#[derive(Description)]
pub struct Webhook(pub Model);

/// Whether events are sent to a webhook.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::webhook::WebhookState")]
pub(super) enum WebhookState {
    /// Events are sent.
    Active,
    /// No events are sent.
    Disabled,
}

#[Object(use_type_description)]
impl Webhook {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Purpose; unique.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Address to which events are sent.
    async fn url(&self) -> &str {
        &self.0.url
    }

    /// Events that are sent; empty: all.
    async fn events(&self) -> Vec<WebhookEvent> {
        domain::events(&self.0).iter().filter_map(|kind| WebhookEvent::of(kind)).collect()
    }

    /// Whether events are sent.
    async fn state(&self) -> WebhookState {
        self.0.state.into()
    }

    /// Reason why it was disabled by the server; null if it is active, or if a person disabled it.
    async fn disabled_reason(&self) -> Option<&str> {
        self.0.disabled_reason.as_deref()
    }

    /// End of the time in which requests are also signed with the previous secret; null if the secret was not replaced.
    async fn previous_secret_until(&self) -> Option<DateTime> {
        self.0.previous_secret_until.map(Into::into)
    }

    /// Deliveries, the last created first. They are stored as long as events; see `--keep-events`.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<WebhookDeliveryFilter>,
        #[graphql(desc = "Sort order; the last created first by default.")] order_by: Option<
            WebhookDeliveryOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, WebhookDelivery, Total>, Fault> {
        let (filter, order) = (or_default(filter), or_default(order_by));
        let deliveries = domain::WebhookDeliveries { webhook: self.0.id, filter, order };
        connection(ctx, deliveries, (first, after, last, before), WebhookDelivery).await
    }

    /// Author; null if not recorded.
    async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.created_by)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Delivery of an event to a webhook.
#[derive(Description)]
pub struct WebhookDelivery(pub webhook_delivery::Model);

/// State of a delivery to a webhook.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "webhook_delivery::DeliveryState")]
pub(super) enum WebhookDeliveryState {
    /// It is being sent, or will be sent again.
    Pending,
    /// The receiver accepted it.
    Delivered,
    /// It was given up; `replayWebhookDeliveries` sends it again.
    Dead,
}

#[Object(use_type_description)]
impl WebhookDelivery {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Webhook that it is for.
    async fn webhook(&self, ctx: &Context<'_>) -> Result<Option<Webhook>, Fault> {
        Ok(ctx.load().load_one(self.0.webhook_id).await?.map(Webhook))
    }

    /// Event. Null if an earlier or later version of the server knows it, and this one does not.
    async fn event(&self) -> Option<WebhookEvent> {
        WebhookEvent::of(&self.0.kind)
    }

    /// ID of the event, which is the header `webhook-id` of all attempts.
    async fn event_id(&self) -> ID {
        id(self.0.event_id)
    }

    /// Body of the request, in JSON.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// State.
    async fn state(&self) -> WebhookDeliveryState {
        self.0.state.into()
    }

    /// Number of attempts, since the last replay.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// Earliest time of the next attempt; null if there is none.
    async fn next_attempt_at(&self) -> Option<DateTime> {
        let pending = self.0.state == webhook_delivery::DeliveryState::Pending;
        pending.then_some(self.0.due_at.into())
    }

    /// HTTP status of the last response; null if there was none.
    async fn status(&self) -> Option<i32> {
        self.0.status
    }

    /// Reason why the last attempt failed; null if it did not.
    async fn failure(&self) -> Option<&str> {
        self.0.failure.as_deref()
    }

    /// Time at which the receiver accepted it; null if it did not.
    async fn delivered_at(&self) -> Option<DateTime> {
        self.0.delivered_at.map(Into::into)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on webhooks; all that are given must hold.
#[derive(InputObject)]
pub(super) struct WebhookFilter {
    /// States, one of which the webhook has.
    state: Option<Vec<WebhookState>>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<WebhookFilter> for domain::WebhookFilter {
    fn from(given: WebhookFilter) -> Self {
        Self {
            state: given.state.map(|states| states.into_iter().map(Into::into).collect()),
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

/// Conditions on deliveries; all that are given must hold.
#[derive(InputObject)]
pub(super) struct WebhookDeliveryFilter {
    /// States, one of which the delivery has.
    state: Option<Vec<WebhookDeliveryState>>,
    /// Events, one of which it is.
    event: Option<Vec<WebhookEvent>>,
    /// Time of creation.
    created_at: Option<TimeRangeInput>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<WebhookDeliveryFilter> for domain::WebhookDeliveryFilter {
    fn from(given: WebhookDeliveryFilter) -> Self {
        Self {
            state: given.state.map(|states| states.into_iter().map(Into::into).collect()),
            event: given
                .event
                .map(|events| events.into_iter().map(|event| event.kind().to_owned()).collect()),
            created_at: given.created_at.map(Into::into),
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of webhooks.
    WebhookOrderField for domain::WebhookSort,
    /// Sort order of webhooks.
    WebhookOrder {
        /// Purpose.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

orders! {
    /// Sort fields of deliveries.
    WebhookDeliveryOrderField for domain::DeliverySort,
    /// Sort order of deliveries.
    WebhookDeliveryOrder {
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct WebhookQuery;

#[Object]
impl WebhookQuery {
    /// A webhook. Null if there is none; see `errors`. Only for administrators.
    async fn webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: ID,
    ) -> Result<Webhook, Fault> {
        ctx.administers()?;
        let id: ballroom_entity::id::WebhookId = parse("id", &id)?;
        let found = ctx.load().load_one(id).await?;
        found.map(Webhook).ok_or_else(|| super::gone("webhook", id))
    }

    /// Webhooks of the organization, by name. Only for administrators.
    async fn webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<WebhookFilter>,
        #[graphql(desc = "Sort order; by name by default.")] order_by: Option<WebhookOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Webhook, Total>, Fault> {
        let webhooks = domain::Webhooks { filter: or_default(filter), order: or_default(order_by) };
        let arguments: PageArgs = (first, after, last, before);
        connection(ctx, webhooks, arguments, Webhook).await
    }
}
