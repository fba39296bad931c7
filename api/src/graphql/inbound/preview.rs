//! What a payload would become.

use async_graphql::{Context, ID, Object, SimpleObject};
use ballroom_entity::id::InboundWebhookId;

use super::InboundItemKind;
use crate::{
    domain::inbound as domain,
    graphql::{
        ContextExt,
        fault::Fault,
        scalar::{DateTime, parse},
    },
    inbound::{self, Item, Read},
};

/// What a payload would become if it were sent to an inbound webhook.
#[derive(SimpleObject)]
struct InboundPreview {
    /// Items; empty if it would be ignored, or would fail.
    items: Vec<InboundItem>,
    /// Reason why it would be ignored or would fail; null if there are items. Whether the objects that an item names
    /// exist is checked only when it is processed.
    reason: Option<String>,
}

/// An item of a payload: an object that would be written.
#[derive(SimpleObject)]
struct InboundItem {
    /// What it becomes.
    kind: InboundItemKind,
    /// Fields that it would have, in the order of the fields of files.
    fields: Vec<InboundItemField>,
}

/// A field of an object that would be written.
#[derive(SimpleObject)]
struct InboundItemField {
    /// Name, as in files.
    name: String,
    /// Value.
    value: String,
}

#[derive(Default)]
pub(in crate::graphql) struct InboundPreviewQuery;

#[Object]
impl InboundPreviewQuery {
    /// What a payload would become if it were sent to an inbound webhook. Nothing is written. Only for administrators.
    async fn inbound_preview(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID of the inbound webhook.")] webhook: ID,
        #[graphql(desc = "Payload, in JSON.")] body: String,
        #[graphql(desc = "Name of the event, which GitHub and Sentry send in a header.")] event: Option<
            String,
        >,
    ) -> Result<InboundPreview, Fault> {
        let by = ctx.administers()?;
        let id: InboundWebhookId = parse("webhook", &webhook)?;
        let row = domain::find(ctx.store(), by, id).await?;
        let (items, reason) = match inbound::read(&row, event.as_deref().unwrap_or_default(), &body) {
            Ok(Read::Items(items)) => (items.iter().map(shown).collect(), None),
            Ok(Read::Nothing(reason)) => (Vec::new(), Some(format!("It would be ignored: {reason}."))),
            Err(unreadable) => (Vec::new(), Some(format!("It would fail: {unreadable}."))),
        };
        Ok(InboundPreview { items, reason })
    }
}

fn shown(item: &Item) -> InboundItem {
    let time = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(DateTime::text);
    let some = |text: &str| Some(text.to_owned());
    let (kind, fields) = match item {
        Item::Incident(new) => (
            InboundItemKind::Incident,
            vec![
                ("product", some(&new.product)),
                ("feature", new.features.first().cloned()),
                ("release", new.release.clone()),
                ("severity", some(&new.severity.to_string())),
                ("title", some(&new.title)),
                ("description", new.description.clone()),
                ("opened_at", time(new.opened_at)),
                ("resolved_at", time(new.resolved_at)),
                ("affected_customers", new.affected_customers.map(|number| number.to_string())),
                ("customer", new.customers.first().cloned()),
                ("external_id", new.external_id.clone()),
                ("updated_at", time(new.updated_at)),
            ],
        ),
        Item::Release(new) => (
            InboundItemKind::Release,
            vec![
                ("product", some(&new.product)),
                ("version", some(&new.version)),
                ("title", new.title.clone()),
                ("notes", new.notes.clone()),
                ("previous", new.previous.clone()),
                ("released_at", time(new.released_at)),
                ("updated_at", time(new.updated_at)),
            ],
        ),
        Item::Deployment(new) => {
            let status = match new.status {
                ballroom_entity::deployment::DeploymentStatus::Succeeded => "succeeded",
                ballroom_entity::deployment::DeploymentStatus::Failed => "failed",
                ballroom_entity::deployment::DeploymentStatus::RolledBack => "rolled_back",
            };
            let fields = vec![
                ("product", some(&new.product)),
                ("release", some(&new.release)),
                ("environment", some(&new.environment)),
                ("status", some(status)),
                ("deployed_at", time(new.deployed_at)),
                ("external_id", new.external_id.clone()),
                ("updated_at", time(new.updated_at)),
            ];
            (InboundItemKind::Deployment, fields)
        }
        Item::Feedback(new) => (
            InboundItemKind::Feedback,
            vec![
                ("product", some(&new.product)),
                ("feature", new.feature.clone()),
                ("release", new.release.clone()),
                ("scale", new.scale.clone()),
                ("rating", new.rating.map(|rating| rating.to_string())),
                ("comment", new.comment.clone()),
                ("customer", new.customer.clone()),
                ("segment", new.segment.clone()),
                ("channel", new.channel.clone()),
                ("occurred_at", time(new.occurred_at)),
                ("external_id", new.external_id.clone()),
                ("updated_at", time(new.updated_at)),
            ],
        ),
    };
    let field = |(name, value): (&str, Option<String>)| {
        Some(InboundItemField { name: name.to_owned(), value: value? })
    };
    InboundItem { kind, fields: fields.into_iter().filter_map(field).collect() }
}
