//! Writing what a payload became, as the webhook that received it.

use ballroom_entity::inbound_webhook::Model;

use super::{Item, NamedDeployment};
use crate::{
    base::{
        error::{Error, with_causes},
        reference::PublicId,
    },
    clock,
    domain::{
        access::Viewer,
        deployment::{self, NewDeployment},
        feedback::{self, EventDetail, NewFeedback, Submission},
        inbound::Done,
        incident, release,
        sent::Outcome,
        token,
    },
    store::Store,
};

/// Writes items one by one. The first that is refused ends it: the sender knows nothing of the others then, and the same payload
/// can be worked off again.
pub(super) async fn apply(store: &Store, webhook: &Model, items: Vec<Item>) -> Done {
    let viewer = token::operator(webhook.organization_id);
    let mut results = Vec::with_capacity(items.len());
    for (index, item) in items.into_iter().enumerate() {
        match write(store, &viewer, &webhook.name, item).await {
            Ok((id, outcome)) => results.push((id, name(outcome))),
            Err(error @ (Error::Unavailable { .. } | Error::Internal { .. } | Error::Overloaded(_))) => {
                tracing::warn!(error = with_causes(&error), "cannot work off what another system has sent");
                return Done::Failed("the server could not work it off; see its log".to_owned());
            }
            Err(error) => return Done::Refused(results, format!("item {index}: {error}")),
        }
    }
    Done::Processed(results)
}

fn name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created => "created",
        Outcome::Updated => "updated",
        Outcome::Unchanged => "unchanged",
        Outcome::Outdated => "outdated",
    }
}

async fn write(store: &Store, viewer: &Viewer, source: &str, item: Item) -> Result<(String, Outcome), Error> {
    let at = clock::now();
    match item {
        Item::Incident(new) => {
            let opened = incident::open(store, viewer.contributes()?, source, vec![*new], at).await?;
            let opened = only(opened)?;
            Ok((opened.incident.id.public(), opened.outcome))
        }
        Item::Release(new) => {
            let planned = release::plan(store, viewer.ships()?, *new, at).await?;
            Ok((planned.release.id.public(), planned.outcome))
        }
        Item::Deployment(new) => {
            let NamedDeployment {
                product,
                release,
                environment,
                status,
                deployed_at,
                external_id,
                updated_at,
            } = *new;
            let dimensions = store.dimensions(viewer.organization()).await?;
            let product = dimensions.product("product", &product)?.id;
            let release = dimensions.release(product, "release", &release)?.id;
            let new = NewDeployment {
                release,
                environment,
                status,
                deployed_at,
                external_id,
                source: None,
                updated_at,
            };
            let recorded = deployment::record(store, viewer.ships()?, source, new, at).await?;
            Ok((recorded.deployment.id.public(), recorded.outcome))
        }
        Item::Feedback(new) => respond(store, viewer, source, *new).await,
    }
}

async fn respond(
    store: &Store,
    viewer: &Viewer,
    source: &str,
    new: NewFeedback,
) -> Result<(String, Outcome), Error> {
    let by = viewer.contributes()?;
    let mut tx = store.begin(by.organization(), clock::now()).await?;
    let how = Submission { create_customers: true, event_detail: EventDetail::Each };
    let submitted = only(feedback::submit_in(&mut tx, source, vec![new], how).await?)?;
    tx.commit().await?;
    Ok((submitted.feedback.id.public(), submitted.outcome))
}

/// The result of the only item.
fn only<T>(mut results: Vec<Result<T, Error>>) -> Result<T, Error> {
    results.pop().unwrap_or_else(|| Err(Error::internal("nothing was written", "no result for an item")))
}
