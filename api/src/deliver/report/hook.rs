//! Reports for webhooks and chats.

use ballroom_entity::report_delivery::Model;
use ballroom_render::{
    Format, Options,
    model::{Change, Report, Tone},
    render,
};
use reqwest::{StatusCode, header::CONTENT_TYPE};
use serde_json::{Value as Json, json};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

use super::{Failure, Sender};
use crate::{base::reference::PublicId, clock, deliver::address};

/// Number of changes that a message names.
const CHANGES: usize = 8;

/// The body of a request, and its headers.
pub(super) struct Hook {
    body: String,
    headers: Vec<(&'static str, String)>,
}

impl Sender {
    pub(super) async fn hook(&self, url: &str, hook: Hook) -> Result<(), Failure> {
        let url = address::check(url, self.settings.private).map_err(Failure::permanent)?;
        let mut request = self.client.post(url).header(CONTENT_TYPE, "application/json").body(hook.body);
        for (name, value) in hook.headers {
            request = request.header(name, value);
        }
        match request.send().await {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => {
                let status = response.status();
                let reason = format!("the receiver responded with status {status}");
                match status {
                    StatusCode::GONE | StatusCode::NOT_FOUND => Err(Failure::permanent(reason)),
                    _ => Err(Failure::temporary(reason)),
                }
            }
            Err(error) if error.is_timeout() => {
                let limit = self.settings.timeout.as_secs_f64();
                Err(Failure::temporary(format!("the receiver did not respond within {limit} s")))
            }
            Err(error) => Err(Failure::temporary(crate::deliver::send::cause(&error))),
        }
    }
}

/// The report as an event, signed in the format of Standard Webhooks. Its ID is that of the delivery, the same in each attempt.
pub(super) fn signed(row: &Model, secret: &str, report: &Report) -> Result<Hook, Failure> {
    let model = render(report, Format::Json, &Options::default())?;
    let model: Json = serde_json::from_slice(&model)
        .map_err(|error| Failure::permanent(format!("the report cannot be read: {error}")))?;
    let body = json!({
        "type": "report.written",
        "timestamp": row.created_at.to_rfc3339(),
        "organization": row.organization_id.public(),
        "data": { "report": row.report_id.public(), "schedule": row.schedule_id.public(), "model": model },
    });
    let (body, id, at) = (body.to_string(), row.id.public(), clock::now().timestamp());
    let key = crate::domain::schedule::key(secret);
    let signature = Webhook::from_bytes(key).and_then(|key| key.sign(&id, at, body.as_bytes()));
    let signature = signature.map_err(|_| Failure::permanent("the request could not be signed"))?;
    let headers = vec![
        (HEADER_WEBHOOK_ID, id),
        (HEADER_WEBHOOK_TIMESTAMP, at.to_string()),
        (HEADER_WEBHOOK_SIGNATURE, signature),
    ];
    Ok(Hook { body, headers })
}

/// A message in the form of Slack's incoming webhooks, which Mattermost, Rocket.Chat and Discord understand as well.
pub(super) fn slack(report: &Report, public_url: &str) -> Hook {
    let mut blocks = vec![
        json!({ "type": "header", "text": { "type": "plain_text", "text": cut(&report.title, 150) } }),
        json!({ "type": "section", "text": { "type": "mrkdwn", "text": cut(&summary(report, slack_text), 2_900) } }),
    ];
    if public_url.starts_with("https://") {
        let button = json!({ "type": "button", "text": { "type": "plain_text", "text": "Open Ballroom" }, "url": public_url });
        blocks.push(json!({ "type": "actions", "elements": [button] }));
    }
    let body = json!({ "text": report.title, "blocks": blocks });
    Hook { body: body.to_string(), headers: Vec::new() }
}

/// Text without meaning in Slack's markup.
fn slack_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// An adaptive card in the form of the incoming webhooks of Teams.
pub(super) fn teams(report: &Report, public_url: &str) -> Hook {
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            { "type": "TextBlock", "size": "Large", "weight": "Bolder", "wrap": true, "text": teams_text(&report.title) },
            { "type": "TextBlock", "wrap": true, "text": cut(&summary(report, teams_text), 8_000) },
        ],
    });
    if public_url.starts_with("https://") {
        card["actions"] = json!([{ "type": "Action.OpenUrl", "title": "Open Ballroom", "url": public_url }]);
    }
    let attachment = json!({ "contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": null, "content": card });
    let body = json!({ "type": "message", "attachments": [attachment] });
    Hook { body: body.to_string(), headers: Vec::new() }
}

/// Text without meaning in the Markdown of cards.
fn teams_text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '*' | '_' | '[' | ']' | '`' | '#') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}

/// The period, and what changed, the most important first.
fn summary(report: &Report, text: fn(&str) -> String) -> String {
    let last = report.period.until.pred_opt().unwrap_or(report.period.until);
    let provisional = if report.complete { "" } else { " so far" };
    let mut lines = vec![format!("{} – {last}{provisional}", report.period.from)];
    let line = |change: &Change| {
        let mark = match change.tone {
            Tone::Good => "🟢",
            Tone::Bad => "🔴",
            Tone::Neutral => "⚪",
        };
        format!("{mark} {}: {}", text(&change.subject), text(&change.text))
    };
    lines.extend(report.changes.items.iter().take(CHANGES).map(line));
    let more = report.changes.items.len().saturating_sub(CHANGES);
    if more > 0 {
        lines.push(format!("and {more} more"));
    }
    if report.changes.items.is_empty() {
        lines.push("Nothing changed since the last report.".to_owned());
    }
    lines.join("\n\n")
}

/// At most this many characters of a text.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
