//! One attempt: a signed request, and what the response means.

use std::error::Error as _;

use chrono::{DateTime, Utc};
use reqwest::{Client, StatusCode, header::CONTENT_TYPE, redirect};
use standardwebhooks::{HEADER_WEBHOOK_ID, HEADER_WEBHOOK_SIGNATURE, HEADER_WEBHOOK_TIMESTAMP, Webhook};

use super::{
    Settings,
    address::{check, resolver},
    seconds,
};
use crate::{
    base::reference::PublicId,
    domain::webhook::{Attempt, Ended},
};

/// Maximum number of redirects that are followed.
const REDIRECTS: usize = 3;

/// The client: it goes where it may, with and without redirects.
pub(super) fn client(settings: &Settings) -> reqwest::Result<Client> {
    // All TLS of this server uses ring. An error means that the provider is already set.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let private = settings.private;
    let follow = redirect::Policy::custom(move |attempt| {
        let way = way(attempt.status(), attempt.url().as_str(), attempt.previous().len(), private);
        match way {
            Way::End => attempt.stop(),
            Way::On => attempt.follow(),
            Way::Refused(reason) => attempt.error(reason),
        }
    });
    let client = Client::builder()
        .timeout(settings.timeout)
        .redirect(follow)
        .user_agent(concat!("Ballroom/", env!("CARGO_PKG_VERSION")))
        // A proxy would resolve names by itself.
        .no_proxy();
    match resolver(private) {
        Some(public) => client.dns_resolver(public),
        None => client,
    }
    .build()
}

/// What is done about a redirect.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    /// It is followed.
    On,
    /// It is the response.
    End,
    /// It leads where nothing is sent.
    Refused(String),
}

/// What is done about a redirect with this status to an address, after so many requests.
fn way(status: StatusCode, url: &str, requests: usize, private: bool) -> Way {
    // Other redirects would turn the request into one without a body.
    let keeps_body = matches!(status, StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT);
    match check(url, private) {
        _ if !keeps_body || requests > REDIRECTS => Way::End,
        Ok(_) => Way::On,
        Err(reason) => Way::Refused(reason),
    }
}

/// Sends a delivery. The body and the ID are the same in every attempt.
pub(super) async fn send(
    client: &Client,
    settings: &Settings,
    attempt: &Attempt,
    at: DateTime<Utc>,
) -> Ended {
    let Attempt { delivery, webhook } = attempt;
    // Also those that were stored when the server had other settings.
    let url = match check(&webhook.url, settings.private) {
        Ok(url) => url,
        Err(reason) => return Ended::Failed(None, reason),
    };
    let id = delivery.event_id.public();
    let signature = match signatures(attempt, &id, at) {
        Ok(signature) => signature,
        Err(_) => return Ended::Failed(None, "the request could not be signed".to_owned()),
    };
    let sent = client
        .post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(HEADER_WEBHOOK_ID, &id)
        .header(HEADER_WEBHOOK_TIMESTAMP, seconds(at))
        .header(HEADER_WEBHOOK_SIGNATURE, signature)
        .body(delivery.body.clone())
        .send()
        .await;
    match sent {
        Ok(response) if response.status().is_success() => Ended::Accepted(response.status().as_u16()),
        Ok(response) if response.status() == StatusCode::GONE => Ended::Gone,
        Ok(response) => {
            let status = response.status();
            Ended::Failed(Some(status.as_u16()), format!("the receiver responded with status {status}"))
        }
        Err(error) if error.is_timeout() => {
            let reason = format!("the receiver did not respond within {} s", settings.timeout.as_secs_f64());
            Ended::Failed(None, reason)
        }
        Err(error) => Ended::Failed(None, cause(&error)),
    }
}

/// The signature with the key, and with the one before it while both are valid.
fn signatures(
    attempt: &Attempt,
    id: &str,
    at: DateTime<Utc>,
) -> Result<String, standardwebhooks::WebhookError> {
    let Attempt { delivery, webhook } = attempt;
    let previous = webhook.previous_secret_until.is_some_and(|until| at < until);
    let keys = [Some(&webhook.secret), webhook.previous_secret.as_ref().filter(|_| previous)];
    let sign =
        |key: &Vec<u8>| Webhook::from_bytes(key.clone())?.sign(id, seconds(at), delivery.body.as_bytes());
    let signed: Vec<String> = keys.into_iter().flatten().map(sign).collect::<Result<_, _>>()?;
    Ok(signed.join(" "))
}

/// The innermost cause of an error: "connection refused" rather than "error sending request".
pub(super) fn cause(error: &reqwest::Error) -> String {
    let (mut said, mut next) = (error.to_string(), error.source());
    while let Some(inner) = next {
        (said, next) = (inner.to_string(), inner.source());
    }
    format!("the request failed: {said}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_leads_neither_inside_nor_to_a_request_without_a_body() {
        let to = |status: u16, url| way(StatusCode::from_u16(status).unwrap(), url, 1, false);
        assert_eq!(to(307, "https://example.com/"), Way::On);
        assert_eq!(to(308, "https://example.com/"), Way::On);
        assert_eq!(to(302, "https://example.com/"), Way::End);
        for inside in
            ["https://127.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "http://example.com/"]
        {
            assert!(matches!(to(307, inside), Way::Refused(_)), "{inside}");
        }
        assert_eq!(way(StatusCode::TEMPORARY_REDIRECT, "https://example.com/", 4, false), Way::End);
    }
}
