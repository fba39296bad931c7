//! Creating and changing inbound webhooks, and working off again what was sent.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use ballroom_entity::id::InboundWebhookId;
use serde_json::Value as Json;

use super::{InboundItemKind, InboundWebhook, InboundWebhookKind};
use crate::{
    domain::inbound::{self as domain, InboundWebhookChanges, NewInboundWebhook},
    graphql::{
        ContextExt,
        fault::Fault,
        given, kept,
        payload::{payload, payloads},
        scalar::{Reference, parse},
    },
    inbound::{Field, Mapping, When},
};

/// How the payloads of a generic inbound webhook are mapped to objects.
#[derive(InputObject)]
struct InboundMappingInput {
    /// Kind of object that each item becomes.
    kind: InboundItemKind,
    /// Path to a list, each of whose elements is an item: names and indexes separated by dots, such as `data.alerts`. By default
    /// the payload is one item.
    items: Option<String>,
    /// Conditions on an item; one that does not meet all of them is skipped.
    #[graphql(default)]
    when: Vec<InboundConditionInput>,
    /// Sources of the fields. Fields have the names of the columns of files: `title`, `opened_at`, ...
    fields: Vec<InboundFieldInput>,
}

/// A condition on an item of a payload.
#[derive(InputObject)]
struct InboundConditionInput {
    /// Path to a value, from the item on.
    path: String,
    /// Values, one of which it must have.
    is: Vec<String>,
}

/// Source of a field: a path, a constant, or a path with a constant as its default.
#[derive(InputObject)]
struct InboundFieldInput {
    /// Name of the field, as in files.
    target: String,
    /// Path to its value, from the item on: names and indexes separated by dots, such as `labels.severity`.
    path: Option<String>,
    /// Constant.
    constant: Option<String>,
    /// Translations of values; all other values are used unchanged.
    #[graphql(default)]
    values: Vec<InboundValueInput>,
}

/// Translation of a value.
#[derive(InputObject)]
struct InboundValueInput {
    /// Value in the payload, not case-sensitive.
    from: String,
    /// Value of the field.
    to: String,
}

impl InboundMappingInput {
    fn checked(self) -> Result<Json, Fault> {
        let field = |field: InboundFieldInput| Field {
            target: field.target,
            path: field.path,
            constant: field.constant,
            values: field.values.into_iter().map(|value| (value.from, value.to)).collect(),
        };
        let mapping = Mapping {
            kind: self.kind.into(),
            items: self.items,
            when: self.when.into_iter().map(|when| When { path: when.path, is: when.is }).collect(),
            fields: self.fields.into_iter().map(field).collect(),
        };
        mapping.check().map_err(|(field, reason)| Fault::invalid(&field, &reason))?;
        Ok(mapping.to_json())
    }
}

/// Input of `createInboundWebhook`.
#[derive(InputObject)]
struct CreateInboundWebhookInput {
    /// Purpose, at most 64 characters; unique, and the source of the objects that it writes.
    name: String,
    /// System that sends.
    kind: InboundWebhookKind,
    /// Product of the objects that it writes, by ID or key.
    product: Reference,
    /// Secret that the other system signs with, if it cannot take a given one; at least 16 characters. By default a new one.
    secret: Option<String>,
    /// Prefix to remove from versions, such as `v`.
    version_prefix: Option<String>,
    /// Mapping of payloads to objects. Required for the kind GENERIC, and allowed only for it.
    mapping: Option<InboundMappingInput>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createInboundWebhook`.
    CreateInboundWebhookPayload {
        /// The inbound webhook.
        webhook: InboundWebhook,
        /// Secret that the other system must sign with. Enter it there now: it is not shown again.
        secret: String,
    }

    /// Result of `updateInboundWebhook`.
    InboundWebhookPayload {
        /// The inbound webhook.
        webhook: InboundWebhook,
    }

    /// Result of `deleteInboundWebhook`.
    DeleteInboundWebhookPayload {
        /// ID of the deleted inbound webhook.
        deleted_id: ID,
    }

    /// Result of `replayInboundDeliveries`.
    ReplayInboundDeliveriesPayload {
        /// Number of deliveries that are processed again.
        replayed: i32,
    }
}

/// Input of `updateInboundWebhook`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateInboundWebhookInput {
    /// ID of the inbound webhook.
    webhook: Reference,
    /// Product of the objects that it writes, by ID or key.
    product: MaybeUndefined<Reference>,
    /// Secret that the other system signs with; at least 16 characters.
    secret: MaybeUndefined<String>,
    /// Prefix to remove from versions; null: none.
    version_prefix: MaybeUndefined<String>,
    /// Mapping of payloads to objects; only for the kind GENERIC.
    mapping: MaybeUndefined<InboundMappingInput>,
    /// Whether it accepts anything.
    enabled: MaybeUndefined<bool>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `deleteInboundWebhook`.
#[derive(InputObject)]
struct DeleteInboundWebhookInput {
    /// ID of the inbound webhook.
    webhook: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `replayInboundDeliveries`.
#[derive(InputObject)]
struct ReplayInboundDeliveriesInput {
    /// ID of the inbound webhook.
    webhook: Reference,
    /// IDs of the deliveries to process again, including processed and ignored ones. By default all that failed, the
    /// first 10,000 of them.
    deliveries: Option<Vec<Reference>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

fn id(given: &Reference) -> Result<InboundWebhookId, Fault> {
    parse("webhook", &given.0)
}

#[derive(Default)]
pub(in crate::graphql) struct InboundMutation;

#[Object]
impl InboundMutation {
    /// Creates an inbound webhook. Only for administrators.
    async fn create_inbound_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateInboundWebhookInput,
    ) -> Result<CreateInboundWebhookPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, kind) = (ctx.administers()?, input.kind.into());
            // Before the mapping itself: where none is allowed, what is wrong with it does not matter.
            domain::takes_mapping(kind, input.mapping.is_some())?;
            let new = NewInboundWebhook {
                name: input.name,
                kind,
                product: input.product.0,
                secret: input.secret,
                version_prefix: input.version_prefix,
                mapping: input.mapping.map(InboundMappingInput::checked).transpose()?,
            };
            let row = domain::create(ctx.store(), by, new, ctx.now()).await?;
            let secret = row.secret.clone();
            Ok(CreateInboundWebhookPayload::done(InboundWebhook(row), secret))
        })
        .await
    }

    /// Changes, enables or disables an inbound webhook. Only for administrators.
    async fn update_inbound_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateInboundWebhookInput,
    ) -> Result<InboundWebhookPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            let changes = InboundWebhookChanges {
                product: kept("product", input.product)?.map(|product| product.0),
                secret: kept("secret", input.secret)?,
                version_prefix: given(input.version_prefix),
                mapping: kept("mapping", input.mapping)?.map(InboundMappingInput::checked).transpose()?,
                enabled: kept("enabled", input.enabled)?,
            };
            let row = domain::update(ctx.store(), by, id(&input.webhook)?, changes, ctx.now()).await?;
            Ok(InboundWebhookPayload::done(InboundWebhook(row)))
        })
        .await
    }

    /// Deletes an inbound webhook with its deliveries. The objects that it wrote are kept. Only for administrators.
    async fn delete_inbound_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: DeleteInboundWebhookInput,
    ) -> Result<DeleteInboundWebhookPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            domain::remove(ctx.store(), ctx.administers()?, id(&input.webhook)?, ctx.now()).await?;
            Ok(DeleteInboundWebhookPayload::done(ID(input.webhook.0)))
        })
        .await
    }

    /// Processes deliveries to an inbound webhook again. Objects with the same external ID are updated. Only for
    /// administrators.
    async fn replay_inbound_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ReplayInboundDeliveriesInput,
    ) -> Result<ReplayInboundDeliveriesPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            let ids = input.deliveries.map(|ids| ids.iter().map(|id| parse("deliveries", &id.0)).collect());
            let ids: Option<Vec<_>> = ids.transpose()?;
            let webhook = id(&input.webhook)?;
            let replayed = domain::replay(ctx.store(), by, webhook, ids.as_deref(), ctx.now()).await?;
            ctx.services().inbound.again();
            Ok(ReplayInboundDeliveriesPayload::done(replayed as i32))
        })
        .await
    }
}
