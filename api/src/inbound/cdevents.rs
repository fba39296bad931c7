//! CDEvents (<https://cdevents.dev>): incidents, tickets about defects, and services that were deployed. Either the event
//! itself, or in an envelope of CloudEvents.

use ballroom_entity::deployment::DeploymentStatus;
use chrono::{DateTime, Utc};
use serde_json::Value as Json;

use super::{Item, NamedDeployment, Read, Terms, Unreadable, line, needed, text, time};
use crate::domain::incident::NewIncident;

/// Maximum length of a title.
const TITLE: usize = 500;

pub(super) fn read(terms: &Terms<'_>, json: &Json) -> Result<Read, Unreadable> {
    let event = json.get("data").filter(|_| json.get("specversion").is_some()).unwrap_or(json);
    let kind = needed(event, &["context", "type"])?;
    let at = time(event, &["context", "timestamp"])?;
    let mut parts = kind.strip_prefix("dev.cdevents.").unwrap_or(kind).split('.');
    match (parts.next().unwrap_or_default(), parts.next().unwrap_or_default()) {
        ("incident", "detected" | "reported") => incident(terms, event, at, false),
        ("incident", "resolved") => incident(terms, event, at, true),
        ("ticket", "created" | "updated") => ticket(terms, event, at, false),
        ("ticket", "closed") => ticket(terms, event, at, true),
        ("service", "deployed" | "upgraded") => service(terms, event, at, DeploymentStatus::Succeeded),
        ("service", "rolledback") => service(terms, event, at, DeploymentStatus::RolledBack),
        _ => Ok(Read::Nothing(format!("the event {kind}; only incidents, tickets and services are used"))),
    }
}

/// The ID of the subject: within its source it is unique.
fn subject(event: &Json) -> Result<String, Unreadable> {
    needed(event, &["subject", "id"]).map(str::to_owned)
}

fn incident(
    terms: &Terms<'_>,
    event: &Json,
    at: Option<DateTime<Utc>>,
    resolved: bool,
) -> Result<Read, Unreadable> {
    let content = |path: &[&str]| text(event, &[&["subject", "content"], path].concat());
    let service = content(&["service", "id"]);
    let title = content(&["description"])
        .map(str::to_owned)
        .or_else(|| service.map(|service| format!("Incident of {service}")))
        .unwrap_or_else(|| "Incident".to_owned());
    let new = NewIncident {
        product: terms.product.clone(),
        severity: 2,
        title: line(&title, TITLE),
        release: content(&["artifactId"]).and_then(version).map(|version| terms.version(&version)),
        description: content(&["environment", "id"]).map(|environment| format!("Environment: {environment}")),
        opened_at: if resolved { None } else { at },
        resolved_at: if resolved { at } else { None },
        open: !resolved,
        external_id: Some(subject(event)?),
        updated_at: at,
        ..NewIncident::default()
    };
    Ok(Read::Items(vec![Item::Incident(Box::new(new))]))
}

fn ticket(
    terms: &Terms<'_>,
    event: &Json,
    at: Option<DateTime<Utc>>,
    closed: bool,
) -> Result<Read, Unreadable> {
    let content = |name: &str| text(event, &["subject", "content", name]);
    let kind = content("ticketType").unwrap_or_default().to_lowercase();
    if !["bug", "defect", "incident", "problem", "regression"].contains(&kind.as_str()) {
        return Ok(Read::Nothing(format!("a ticket of the type \"{kind}\", which is not about a defect")));
    }
    let severity = match content("priority").unwrap_or_default().to_lowercase().as_str() {
        "critical" | "blocker" | "highest" | "urgent" | "p0" | "p1" => 1,
        "high" | "major" | "p2" => 2,
        "low" | "minor" | "lowest" | "trivial" | "p4" => 4,
        _ => 3,
    };
    let summary = content("summary").or_else(|| content("description"));
    let new = NewIncident {
        product: terms.product.clone(),
        severity,
        title: line(summary.unwrap_or(&subject(event)?), TITLE),
        description: content("uri").map(str::to_owned),
        opened_at: if closed { None } else { at },
        resolved_at: if closed { at } else { None },
        open: !closed,
        external_id: Some(subject(event)?),
        updated_at: at,
        ..NewIncident::default()
    };
    Ok(Read::Items(vec![Item::Incident(Box::new(new))]))
}

fn service(
    terms: &Terms<'_>,
    event: &Json,
    at: Option<DateTime<Utc>>,
    status: DeploymentStatus,
) -> Result<Read, Unreadable> {
    let artifact = needed(event, &["subject", "content", "artifactId"])?;
    let version = version(artifact).ok_or_else(|| {
        Unreadable(format!("`subject.content.artifactId` is \"{artifact}\", which contains no version"))
    })?;
    let environment = needed(event, &["subject", "content", "environment", "id"])?;
    let new = NamedDeployment {
        product: terms.product.clone(),
        release: terms.version(&version),
        environment: environment.to_owned(),
        status,
        deployed_at: at,
        external_id: Some(format!("{} {environment} {version}", subject(event)?)),
        updated_at: at,
    };
    Ok(Read::Items(vec![Item::Deployment(Box::new(new))]))
}

/// The version in a package URL: its qualifier `tag`, or what follows `@` unless that is a digest.
fn version(artifact: &str) -> Option<String> {
    let (path, qualifiers) = artifact.split_once('?').unwrap_or((artifact, ""));
    let tag = qualifiers.split('&').find_map(|one| one.strip_prefix("tag="));
    let after = path.rsplit_once('@').map(|(_, version)| version);
    let is_digest = |version: &&str| version.starts_with("sha256:") || version.starts_with("sha256%3A");
    tag.or(after.filter(|version| !is_digest(version)))
        .filter(|version| !version.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::version;

    #[test]
    fn the_version_of_a_package_is_its_tag_or_what_follows_the_at_sign() {
        assert_eq!(
            version("pkg:oci/shop@sha256:244fd47e07d1?tag=2.4&repository_url=x").as_deref(),
            Some("2.4")
        );
        assert_eq!(version("pkg:npm/shop@2.4.1").as_deref(), Some("2.4.1"));
        assert_eq!(version("pkg:oci/shop@sha256%3A244fd47e07d1"), None);
        assert_eq!(version("0927b86206b0"), None);
    }
}
