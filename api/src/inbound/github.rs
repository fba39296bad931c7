//! GitHub: releases and deployment statuses.

use ballroom_entity::deployment::DeploymentStatus;
use serde_json::Value as Json;

use super::{Item, NamedDeployment, Read, Terms, Unreadable, line, needed, text, time};
use crate::domain::release::NewRelease;

pub(super) fn read(terms: &Terms<'_>, event: &str, json: &Json) -> Result<Read, Unreadable> {
    match event {
        "release" => release(terms, json),
        "deployment_status" => deployment(terms, json),
        "ping" => Ok(Read::Nothing("a ping, which says that the webhook was created".to_owned())),
        other => {
            Ok(Read::Nothing(format!("the event \"{other}\"; only release and deployment_status are used")))
        }
    }
}

fn release(terms: &Terms<'_>, json: &Json) -> Result<Read, Unreadable> {
    let action = needed(json, &["action"])?;
    if !["published", "released", "created", "edited"].contains(&action) {
        return Ok(Read::Nothing(format!("a release that was {action}; nothing is changed by that")));
    }
    if json["release"]["prerelease"] == true {
        return Ok(Read::Nothing("a pre-release".to_owned()));
    }
    let is_draft = json["release"]["draft"] == true;
    let released_at = if is_draft { None } else { time(json, &["release", "published_at"])? };
    let new = NewRelease {
        product: terms.product.clone(),
        version: terms.version(needed(json, &["release", "tag_name"])?),
        title: text(json, &["release", "name"]).map(|name| line(name, 200)),
        notes: text(json, &["release", "body"]).map(str::to_owned),
        released_at,
        ..NewRelease::default()
    };
    Ok(Read::Items(vec![Item::Release(Box::new(new))]))
}

fn deployment(terms: &Terms<'_>, json: &Json) -> Result<Read, Unreadable> {
    let status = match needed(json, &["deployment_status", "state"])? {
        "success" => DeploymentStatus::Succeeded,
        "failure" | "error" => DeploymentStatus::Failed,
        other => return Ok(Read::Nothing(format!("a deployment that is {other}, which is no result"))),
    };
    let number = json["deployment"]["id"].as_u64();
    let number =
        number.ok_or_else(|| Unreadable("`deployment.id` is missing, or is not a number".to_owned()))?;
    let at = time(json, &["deployment_status", "updated_at"])?
        .or(time(json, &["deployment_status", "created_at"])?);
    let reference = needed(json, &["deployment", "ref"])?;
    let new = NamedDeployment {
        product: terms.product.clone(),
        release: terms.version(reference.strip_prefix("refs/tags/").unwrap_or(reference)),
        environment: needed(json, &["deployment", "environment"])?.to_owned(),
        status,
        deployed_at: at,
        external_id: Some(number.to_string()),
        updated_at: at,
    };
    Ok(Read::Items(vec![Item::Deployment(Box::new(new))]))
}
