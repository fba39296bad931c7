//! Creating, changing and trying out webhooks, and sending deliveries again.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object};
use ballroom_entity::id::WebhookId;
use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Webhook, WebhookDelivery, event::WebhookEvent};
use crate::{
    domain::webhook::{self as domain, NewWebhook, WebhookChanges},
    graphql::{
        ContextExt,
        fault::Fault,
        kept,
        payload::{payload, payloads},
        scalar::{Reference, parse},
    },
};

/// The secret of a webhook as Standard Webhooks writes it.
fn secret(row: &ballroom_entity::webhook::Model) -> String {
    format!("whsec_{}", BASE64_STANDARD.encode(&row.secret))
}

fn kinds(events: Vec<WebhookEvent>) -> Result<Vec<String>, Fault> {
    if events.contains(&WebhookEvent::WebhookTest) {
        let reason = "contains WEBHOOK_TEST, which is sent by testWebhook only; omit it";
        return Err(Fault::invalid("events", reason));
    }
    let mut kinds: Vec<String> = events.into_iter().map(|event| event.kind().to_owned()).collect();
    kinds.sort();
    kinds.dedup();
    Ok(kinds)
}

/// Input of `createWebhook`.
#[derive(InputObject)]
struct CreateWebhookInput {
    /// Purpose; unique.
    name: String,
    /// Address to which events are sent, beginning with `https://`. Private and loopback addresses are refused unless the server
    /// allows them.
    url: String,
    /// Events to send; empty: all.
    #[graphql(default)]
    events: Vec<WebhookEvent>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createWebhook` and `rotateWebhookSecret`.
    WebhookSecretPayload {
        /// The webhook.
        webhook: Webhook,
        /// Secret with which receivers verify signatures. Store it there now: it is not shown again.
        secret: String,
    }

    /// Result of `updateWebhook`.
    WebhookPayload {
        /// The webhook.
        webhook: Webhook,
    }

    /// Result of `deleteWebhook`.
    DeleteWebhookPayload {
        /// ID of the deleted webhook.
        deleted_id: ID,
    }

    /// Result of `testWebhook`.
    TestWebhookPayload {
        /// The delivery; see its `state` after a moment.
        delivery: WebhookDelivery,
    }

    /// Result of `replayWebhookDeliveries`.
    ReplayWebhookDeliveriesPayload {
        /// Number of deliveries that are sent again.
        replayed: i32,
    }
}

/// Input of `updateWebhook`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateWebhookInput {
    /// ID of the webhook.
    webhook: Reference,
    /// Purpose; unique.
    name: MaybeUndefined<String>,
    /// Address to which events are sent.
    url: MaybeUndefined<String>,
    /// Events to send; empty: all.
    events: MaybeUndefined<Vec<WebhookEvent>>,
    /// Whether events are sent. Nothing is sent to a disabled webhook: pending deliveries are given up, and events of
    /// that time are not sent later.
    enabled: MaybeUndefined<bool>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `deleteWebhook`, `rotateWebhookSecret` and `testWebhook`.
#[derive(InputObject)]
struct WebhookInput {
    /// ID of the webhook.
    webhook: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `replayWebhookDeliveries`.
#[derive(InputObject)]
struct ReplayWebhookDeliveriesInput {
    /// ID of the webhook.
    webhook: Reference,
    /// IDs of the deliveries to send again, including accepted ones. By default all that were given up, the first
    /// 10,000 of them.
    deliveries: Option<Vec<Reference>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

fn id(given: &Reference) -> Result<WebhookId, Fault> {
    parse("webhook", &given.0)
}

#[derive(Default)]
pub(in crate::graphql) struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Creates a webhook, to which events are sent from now on. Only for administrators.
    async fn create_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateWebhookInput,
    ) -> Result<WebhookSecretPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            ctx.services().deliveries.check("url", &input.url)?;
            let new = NewWebhook { name: input.name, url: input.url, events: kinds(input.events)? };
            let row = domain::create(ctx.store(), by, new, ctx.now()).await?;
            let secret = secret(&row);
            Ok(WebhookSecretPayload::done(Webhook(row), secret))
        })
        .await
    }

    /// Changes, enables or disables a webhook. Only for administrators.
    async fn update_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateWebhookInput,
    ) -> Result<WebhookPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            let url = kept("url", input.url)?;
            if let Some(url) = &url {
                ctx.services().deliveries.check("url", url)?;
            }
            let changes = WebhookChanges {
                name: kept("name", input.name)?,
                url,
                events: kept("events", input.events)?.map(kinds).transpose()?,
                enabled: kept("enabled", input.enabled)?,
            };
            let row = domain::update(ctx.store(), by, id(&input.webhook)?, changes, ctx.now()).await?;
            Ok(WebhookPayload::done(Webhook(row)))
        })
        .await
    }

    /// Deletes a webhook with its deliveries. Only for administrators.
    async fn delete_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: WebhookInput,
    ) -> Result<DeleteWebhookPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            domain::remove(ctx.store(), ctx.administers()?, id(&input.webhook)?, ctx.now()).await?;
            Ok(DeleteWebhookPayload::done(ID(input.webhook.0)))
        })
        .await
    }

    /// Replaces the secret of a webhook. For a day, requests are also signed with the previous one. Only for
    /// administrators.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: WebhookInput,
    ) -> Result<WebhookSecretPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let row = domain::rotate(ctx.store(), ctx.administers()?, id(&input.webhook)?, ctx.now()).await?;
            let secret = secret(&row);
            Ok(WebhookSecretPayload::done(Webhook(row), secret))
        })
        .await
    }

    /// Sends the event WEBHOOK_TEST to a webhook. Only for administrators.
    async fn test_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: WebhookInput,
    ) -> Result<TestWebhookPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let row = domain::test(ctx.store(), ctx.administers()?, id(&input.webhook)?, ctx.now()).await?;
            Ok(TestWebhookPayload::done(WebhookDelivery(row)))
        })
        .await
    }

    /// Sends deliveries of a webhook again. Only for administrators.
    async fn replay_webhook_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ReplayWebhookDeliveriesInput,
    ) -> Result<ReplayWebhookDeliveriesPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.administers()?;
            let ids = input.deliveries.map(|ids| ids.iter().map(|id| parse("deliveries", &id.0)).collect());
            let ids: Option<Vec<_>> = ids.transpose()?;
            let webhook = id(&input.webhook)?;
            let replayed = domain::replay(ctx.store(), by, webhook, ids.as_deref(), ctx.now()).await?;
            Ok(ReplayWebhookDeliveriesPayload::done(replayed as i32))
        })
        .await
    }
}
