//! Inbound webhooks: what other systems send, and what becomes of it.

mod change;
mod preview;

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object, SimpleObject, connection::Connection,
};
use ballroom_entity::{id::InboundWebhookId, inbound_delivery, inbound_webhook::Model};

pub(super) use change::InboundMutation;
pub(super) use preview::InboundPreviewQuery;

use super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    order::orders,
    outcome::Outcome,
    page::{Total, connection, or_default},
    product::{self, Product},
    range::TimeRangeInput,
    scalar::{DateTime, id, parse},
};
use crate::{domain::inbound as domain, inbound};

/// An address that another system sends to.
#[derive(Description)]
pub struct InboundWebhook(pub Model);

/// System that sends to an inbound webhook.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "ballroom_entity::inbound_webhook::InboundKind")]
pub(super) enum InboundWebhookKind {
    /// GitHub: the events `release` and `deployment_status`. The secret is that of the webhook there.
    Github,
    /// Sentry: the resources `issue` and `metric_alert` become incidents. The secret is the client secret of the
    /// integration there.
    Sentry,
    /// Alertmanager of Prometheus: alerts become incidents. The secret is sent as `Authorization: Bearer`.
    Alertmanager,
    /// CDEvents: incidents, tickets about defects, and services that were deployed. Signed as Standard Webhooks, or with
    /// the secret as `Authorization: Bearer`.
    Cdevents,
    /// Anything in JSON, by a mapping. Signed as Standard Webhooks.
    Generic,
}

/// What an item of a payload becomes.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "inbound::ItemKind")]
pub(super) enum InboundItemKind {
    /// An incident that is opened, updated or resolved.
    Incident,
    /// A release that is planned or has shipped.
    Release,
    /// A deployment.
    Deployment,
    /// A response.
    Feedback,
}

/// How the payloads of a generic inbound webhook are mapped to objects.
#[derive(SimpleObject)]
pub(super) struct InboundMapping {
    /// Kind of object that each item becomes.
    kind: InboundItemKind,
    /// Path to the list of items; null: the payload is one item.
    items: Option<String>,
    /// Conditions on an item; one that does not meet all of them is skipped.
    when: Vec<InboundCondition>,
    /// Sources of the fields.
    fields: Vec<InboundField>,
}

/// A condition on an item of a payload.
#[derive(SimpleObject)]
pub(super) struct InboundCondition {
    /// Path to a value.
    path: String,
    /// Values, one of which it has.
    is: Vec<String>,
}

/// Source of a field.
#[derive(SimpleObject)]
pub(super) struct InboundField {
    /// Name of the field, as in files.
    target: String,
    /// Path to its value; null: it is a constant.
    path: Option<String>,
    /// Value if there is none at `path`; null: the field is then omitted.
    constant: Option<String>,
    /// Translations of values.
    values: Vec<InboundValue>,
}

/// Translation of a value.
#[derive(SimpleObject)]
pub(super) struct InboundValue {
    /// Value in the payload, not case-sensitive.
    from: String,
    /// Value of the field.
    to: String,
}

impl From<inbound::Mapping> for InboundMapping {
    fn from(mapping: inbound::Mapping) -> Self {
        let field = |field: inbound::Field| InboundField {
            target: field.target,
            path: field.path,
            constant: field.constant,
            values: field.values.into_iter().map(|(from, to)| InboundValue { from, to }).collect(),
        };
        Self {
            kind: mapping.kind.into(),
            items: mapping.items,
            when: mapping
                .when
                .into_iter()
                .map(|when| InboundCondition { path: when.path, is: when.is })
                .collect(),
            fields: mapping.fields.into_iter().map(field).collect(),
        }
    }
}

#[Object(use_type_description)]
impl InboundWebhook {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Purpose; unique, and the source of the objects that it writes.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// System that sends.
    async fn kind(&self) -> InboundWebhookKind {
        self.0.kind.into()
    }

    /// Path of the address to which the other system sends, below that of this server. It is no secret: requests are signed.
    async fn path(&self) -> String {
        domain::path(&self.0)
    }

    /// Product of the objects that it writes, unless the mapping names another one.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// Prefix that is removed from versions; null: none.
    async fn version_prefix(&self) -> Option<&str> {
        self.0.version_prefix.as_deref()
    }

    /// Mapping of payloads to objects; null unless the kind is GENERIC.
    async fn mapping(&self) -> Option<InboundMapping> {
        let stored = self.0.mapping.clone()?;
        inbound::Mapping::stored(stored).ok().map(Into::into)
    }

    /// Whether it accepts anything. Senders to a disabled one get status 404.
    async fn enabled(&self) -> bool {
        self.0.enabled
    }

    /// Deliveries, the last received first.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<InboundDeliveryFilter>,
        #[graphql(desc = "Sort order; the last received first by default.")] order_by: Option<
            InboundDeliveryOrder,
        >,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, InboundDelivery, Total>, Fault> {
        let (filter, order) = (or_default(filter), or_default(order_by));
        let deliveries = domain::InboundDeliveries { webhook: self.0.id, filter, order };
        connection(ctx, deliveries, (first, after, last, before), InboundDelivery).await
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

/// A delivery from another system, and the result of processing it.
#[derive(Description)]
pub struct InboundDelivery(pub inbound_delivery::Model);

/// State of a delivery from another system.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[graphql(remote = "inbound_delivery::InboundState")]
pub(super) enum InboundDeliveryState {
    /// It is stored and waits to be processed.
    Pending,
    /// It was processed.
    Processed,
    /// Nothing in it concerns this server.
    Ignored,
    /// It could not be processed; `replayInboundDeliveries` tries again.
    Failed,
}

/// An object that was written, and the outcome.
#[derive(SimpleObject)]
struct InboundResult {
    /// Global ID of the object.
    object_id: ID,
    /// Outcome.
    outcome: Outcome,
}

#[Object(use_type_description)]
impl InboundDelivery {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Webhook to which it was sent.
    async fn webhook(&self, ctx: &Context<'_>) -> Result<Option<InboundWebhook>, Fault> {
        Ok(ctx.load().load_one(self.0.webhook_id).await?.map(InboundWebhook))
    }

    /// ID that the sender gave it, or a hash of the payload. The same one again is not stored.
    async fn key(&self) -> &str {
        &self.0.delivery_key
    }

    /// Name of the event that the sender gave it.
    async fn event(&self) -> &str {
        &self.0.event
    }

    /// Payload.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// State.
    async fn state(&self) -> InboundDeliveryState {
        self.0.state.into()
    }

    /// Reason why it was ignored or failed; null if it was processed.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Objects that were written, in the order of the items of the payload.
    async fn results(&self) -> Vec<InboundResult> {
        let result = |result: &serde_json::Value| {
            let outcome = match result["outcome"].as_str()? {
                "created" => Outcome::Created,
                "updated" => Outcome::Updated,
                "unchanged" => Outcome::Unchanged,
                _ => Outcome::Outdated,
            };
            Some(InboundResult { object_id: ID(result["id"].as_str()?.to_owned()), outcome })
        };
        self.0.results.as_array().into_iter().flatten().filter_map(result).collect()
    }

    /// Time at which it was received.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time at which it was received or last processed.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on inbound webhooks; all that are given must hold.
#[derive(InputObject)]
pub(super) struct InboundWebhookFilter {
    /// Kinds, one of which the webhook has.
    kind: Option<Vec<InboundWebhookKind>>,
    /// Whether it accepts anything.
    enabled: Option<bool>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<InboundWebhookFilter> for domain::InboundWebhookFilter {
    fn from(given: InboundWebhookFilter) -> Self {
        Self {
            kind: given.kind.map(|kinds| kinds.into_iter().map(Into::into).collect()),
            enabled: given.enabled,
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

/// Conditions on deliveries from another system; all that are given must hold.
#[derive(InputObject)]
pub(super) struct InboundDeliveryFilter {
    /// States, one of which it has.
    state: Option<Vec<InboundDeliveryState>>,
    /// Time at which it was received.
    created_at: Option<TimeRangeInput>,
    /// Time at which it was received or last processed.
    updated_at: Option<TimeRangeInput>,
}

impl From<InboundDeliveryFilter> for domain::InboundDeliveryFilter {
    fn from(given: InboundDeliveryFilter) -> Self {
        Self {
            state: given.state.map(|states| states.into_iter().map(Into::into).collect()),
            created_at: given.created_at.map(Into::into),
            updated_at: given.updated_at.map(Into::into),
        }
    }
}

orders! {
    /// Sort fields of inbound webhooks.
    InboundWebhookOrderField for domain::InboundWebhookSort,
    /// Sort order of inbound webhooks.
    InboundWebhookOrder {
        /// Purpose.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

orders! {
    /// Sort fields of deliveries from another system.
    InboundDeliveryOrderField for domain::InboundDeliverySort,
    /// Sort order of deliveries from another system.
    InboundDeliveryOrder {
        /// Time at which it was received.
        CreatedAt,
        /// Time at which it was received or last processed.
        UpdatedAt,
    }
}

#[derive(Default)]
pub(super) struct InboundQuery;

#[Object]
impl InboundQuery {
    /// An inbound webhook. Null if there is none; see `errors`. Only for administrators.
    async fn inbound_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID.")] id: ID,
    ) -> Result<InboundWebhook, Fault> {
        let by = ctx.administers()?;
        let id: InboundWebhookId = parse("id", &id)?;
        Ok(InboundWebhook(domain::find(ctx.store(), by, id).await?))
    }

    /// Inbound webhooks of the organization, by name. Only for administrators.
    async fn inbound_webhooks(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which items to return; all by default.")] filter: Option<InboundWebhookFilter>,
        #[graphql(desc = "Sort order; by name by default.")] order_by: Option<InboundWebhookOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, InboundWebhook, Total>, Fault> {
        let webhooks = domain::InboundWebhooks { filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, webhooks, (first, after, last, before), InboundWebhook).await
    }
}
