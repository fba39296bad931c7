//! Whether a request comes from whom it says, and by what it is known.

use ballroom_entity::inbound_webhook::{InboundKind, Model};
use base64::{Engine, prelude::BASE64_STANDARD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

/// Time by which the clocks of sender and server may differ, in seconds: that of Standard Webhooks.
const TOLERANCE: i64 = 5 * 60;

/// Why a request was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unverified {
    /// It is not signed in the way of its kind.
    #[error("the request is not signed as {0} does it")]
    Unsigned(&'static str),
    /// The signature is wrong.
    #[error("the signature is wrong; check the secret on both sides")]
    Wrong,
    /// The signature is too old, or from the future.
    #[error(
        "the request was signed more than five minutes ago, or in the future; check the clocks on both sides"
    )]
    Old,
}

/// Verifies a request. Returns the sender's ID of it, by which it is known when it is sent again, and the name of the event.
pub fn verify<'a>(
    webhook: &Model,
    header: &dyn Fn(&str) -> Option<&'a str>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(String, String), Unverified> {
    let hashed = || hex(&Sha256::digest(body));
    let secret = webhook.secret.as_bytes();
    match webhook.kind {
        InboundKind::Github => {
            let signature = header("x-hub-signature-256").and_then(|text| text.strip_prefix("sha256="));
            is_mac(secret, &[body], unhex(signature.ok_or(Unverified::Unsigned("GitHub"))?))?;
            let key = header("x-github-delivery").map_or_else(hashed, str::to_owned);
            Ok((key, header("x-github-event").unwrap_or_default().to_owned()))
        }
        InboundKind::Sentry => {
            let signature = header("sentry-hook-signature").ok_or(Unverified::Unsigned("Sentry"))?;
            is_mac(secret, &[body], unhex(signature))?;
            let key = header("request-id").map_or_else(hashed, str::to_owned);
            Ok((key, header("sentry-hook-resource").unwrap_or_default().to_owned()))
        }
        InboundKind::Alertmanager => {
            has_token(secret, header)
                .ok_or(Unverified::Unsigned("Alertmanager (authorization: Bearer)"))??;
            Ok((hashed(), "alerts".to_owned()))
        }
        InboundKind::Cdevents => {
            let key = match has_token(secret, header) {
                Some(fits) => fits.map(|()| None)?,
                None => Some(is_standard(&webhook.secret, header, body, now)?),
            };
            let (known, event) = of_event(body);
            Ok((known.or(key).unwrap_or_else(hashed), event))
        }
        InboundKind::Generic => Ok((is_standard(&webhook.secret, header, body, now)?, "json".to_owned())),
    }
}

/// Whether the request has the secret as its token; none if it has no token.
fn has_token<'a>(secret: &[u8], header: &dyn Fn(&str) -> Option<&'a str>) -> Option<Result<(), Unverified>> {
    let token = header("authorization")?.strip_prefix("Bearer ")?;
    // Hashes are compared: how long that takes tells nothing about the secret.
    let fits = Sha256::digest(token.trim()) == Sha256::digest(secret);
    Some(if fits { Ok(()) } else { Err(Unverified::Wrong) })
}

/// Verifies a signature in the format of Standard Webhooks. Returns the ID.
fn is_standard<'a>(
    secret: &str,
    header: &dyn Fn(&str) -> Option<&'a str>,
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<String, Unverified> {
    let unsigned = Unverified::Unsigned("Standard Webhooks");
    let (id, at) = (header("webhook-id").ok_or(unsigned)?, header("webhook-timestamp").ok_or(unsigned)?);
    let signatures = header("webhook-signature").ok_or(unsigned)?;
    let sent: i64 = at.parse().map_err(|_| unsigned)?;
    let key = match secret.strip_prefix("whsec_").map(|key| BASE64_STANDARD.decode(key)) {
        Some(Ok(key)) => key,
        _ => secret.as_bytes().to_vec(),
    };
    let signed = [id.as_bytes(), b".", at.as_bytes(), b".", body];
    let fits = signatures
        .split(' ')
        .filter_map(|one| one.strip_prefix("v1,"))
        .any(|one| is_mac(&key, &signed, BASE64_STANDARD.decode(one).ok()).is_ok());
    match fits {
        false => Err(Unverified::Wrong),
        true if (now.timestamp() - sent).abs() > TOLERANCE => Err(Unverified::Old),
        true => Ok(id.to_owned()),
    }
}

/// Verifies an HMAC with SHA-256, in constant time.
fn is_mac(key: &[u8], parts: &[&[u8]], signature: Option<Vec<u8>>) -> Result<(), Unverified> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(|_| Unverified::Wrong)?;
    parts.iter().for_each(|part| mac.update(part));
    mac.verify_slice(&signature.unwrap_or_default()).map_err(|_| Unverified::Wrong)
}

/// The ID and the type of a CDEvent: within its source the ID is unique.
fn of_event(body: &[u8]) -> (Option<String>, String) {
    let json: Json = serde_json::from_slice(body).unwrap_or_default();
    let event = json.get("data").filter(|_| json.get("specversion").is_some()).unwrap_or(&json);
    let text = |name: &str| event["context"][name].as_str();
    let key =
        text("id").map(|id| hex(&Sha256::digest(format!("{}\n{id}", text("source").unwrap_or_default()))));
    (key, text("type").unwrap_or_default().to_owned())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes();
    if digits.len() % 2 == 1 || !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    digits.chunks(2).map(|pair| u8::from_str_radix(str::from_utf8(pair).ok()?, 16).ok()).collect()
}
