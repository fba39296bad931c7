//! Alertmanager of Prometheus (webhook format of version 4): alerts become incidents.

use serde_json::Value as Json;

use super::{Item, Read, Terms, Unreadable, line, needed, text, time};
use crate::domain::incident::NewIncident;

/// Maximum length of a title.
const TITLE: usize = 500;

pub(super) fn read(terms: &Terms<'_>, json: &Json) -> Result<Read, Unreadable> {
    let alerts = json["alerts"].as_array();
    let alerts = alerts.ok_or_else(|| Unreadable("`alerts` is missing, or is not a list".to_owned()))?;
    if alerts.is_empty() {
        return Ok(Read::Nothing("a notification without alerts".to_owned()));
    }
    Ok(Read::Items(alerts.iter().map(|alert| one(terms, alert)).collect::<Result<_, _>>()?))
}

fn one(terms: &Terms<'_>, alert: &Json) -> Result<Item, Unreadable> {
    let label = |name: &str| text(alert, &["labels", name]);
    let note = |name: &str| text(alert, &["annotations", name]);
    let severity = match label("severity").unwrap_or_default().to_lowercase().as_str() {
        "critical" | "page" | "emergency" => 1,
        "error" | "high" | "major" => 2,
        "info" | "low" | "none" => 4,
        _ => 3,
    };
    let started = time(alert, &["startsAt"])?;
    let resolved = needed(alert, &["status"])? == "resolved";
    // The same alert fires again under the same fingerprint, and is another incident then.
    let since = started.map_or(0, |at| at.timestamp());
    let title = note("summary").or_else(|| label("alertname"));
    let new = NewIncident {
        product: terms.product.clone(),
        features: label("feature").map(str::to_owned).into_iter().collect(),
        severity,
        title: line(title.ok_or_else(|| Unreadable("`labels.alertname` is missing".to_owned()))?, TITLE),
        description: note("description").map(str::to_owned),
        opened_at: started,
        resolved_at: if resolved { time(alert, &["endsAt"])? } else { None },
        open: !resolved,
        external_id: Some(format!("{}:{since}", needed(alert, &["fingerprint"])?)),
        ..NewIncident::default()
    };
    Ok(Item::Incident(Box::new(new)))
}
