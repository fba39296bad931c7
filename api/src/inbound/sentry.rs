//! Sentry: issues and metric alerts become incidents.

use serde_json::Value as Json;

use super::{Item, Read, Terms, Unreadable, line, needed, text, time};
use crate::domain::incident::NewIncident;

/// Maximum length of a title.
const TITLE: usize = 500;

pub(super) fn read(terms: &Terms<'_>, event: &str, json: &Json) -> Result<Read, Unreadable> {
    match event {
        "issue" => issue(terms, json),
        "metric_alert" => alert(terms, json),
        other => Ok(Read::Nothing(format!("the resource \"{other}\"; only issue and metric_alert are used"))),
    }
}

fn issue(terms: &Terms<'_>, json: &Json) -> Result<Read, Unreadable> {
    let action = needed(json, &["action"])?;
    let resolved = match action {
        "created" | "unresolved" => false,
        "resolved" | "archived" | "ignored" => true,
        other => return Ok(Read::Nothing(format!("an issue that was {other}; nothing is changed by that"))),
    };
    let of = &json["data"]["issue"];
    let last = time(of, &["lastSeen"])?;
    let severity = match text(of, &["level"]).unwrap_or("error") {
        "fatal" => 1,
        "error" => 2,
        "warning" => 3,
        _ => 4,
    };
    let id = text(of, &["id"]).map(str::to_owned).or_else(|| of["id"].as_u64().map(|id| id.to_string()));
    let new = NewIncident {
        product: terms.product.clone(),
        severity,
        title: line(needed(of, &["title"])?, TITLE),
        description: text(of, &["web_url"]).or_else(|| text(of, &["permalink"])).map(str::to_owned),
        opened_at: time(of, &["firstSeen"])?,
        resolved_at: if resolved { last.or(time(of, &["firstSeen"])?) } else { None },
        open: !resolved,
        external_id: Some(id.ok_or_else(|| Unreadable("`data.issue.id` is missing".to_owned()))?),
        ..NewIncident::default()
    };
    Ok(Read::Items(vec![Item::Incident(Box::new(new))]))
}

fn alert(terms: &Terms<'_>, json: &Json) -> Result<Read, Unreadable> {
    let (severity, resolved) = match needed(json, &["action"])? {
        "critical" => (1, false),
        "warning" => (3, false),
        "resolved" => (3, true),
        other => return Ok(Read::Nothing(format!("an alert with the action {other}"))),
    };
    let of = &json["data"]["metric_alert"];
    let id = text(of, &["id"]).map(str::to_owned).or_else(|| of["id"].as_u64().map(|id| id.to_string()));
    let title = text(of, &["title"]).or_else(|| text(of, &["alert_rule", "name"]));
    let new = NewIncident {
        product: terms.product.clone(),
        severity,
        title: line(
            title.ok_or_else(|| Unreadable("`data.metric_alert.title` is missing".to_owned()))?,
            TITLE,
        ),
        description: text(json, &["data", "description_text"]).map(str::to_owned),
        opened_at: time(of, &["date_started"])?,
        resolved_at: if resolved {
            time(of, &["date_closed"])?.or(time(of, &["date_detected"])?)
        } else {
            None
        },
        open: !resolved,
        external_id: Some(id.ok_or_else(|| Unreadable("`data.metric_alert.id` is missing".to_owned()))?),
        ..NewIncident::default()
    };
    Ok(Read::Items(vec![Item::Incident(Box::new(new))]))
}
