//! Destinations of scheduled reports.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{
    base::error::Error,
    domain::{check, token::random_secret},
};

/// Maximum number of recipients and other destinations of a schedule.
const MOST: usize = 50;

/// Maximum length of an address or a path.
const LENGTH: usize = 2_000;

/// Where a report is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Destination {
    /// One recipient of mail: each gets a message of its own.
    Email {
        /// The address.
        address: String,
        /// The secret of the link by which the recipient ends the subscription.
        unsubscribe: String,
    },
    /// The report as JSON, signed in the format of Standard Webhooks.
    Webhook {
        /// The address.
        url: String,
        /// The key of signatures, in hexadecimal digits.
        secret: String,
    },
    /// A message for a Slack-like incoming webhook.
    Slack {
        /// The address, which is a secret.
        url: String,
    },
    /// A message for a Teams-like incoming webhook.
    Teams {
        /// The address, which is a secret.
        url: String,
    },
    /// A file in a directory of the server.
    Directory {
        /// Relative to the directory that the server is configured with.
        path: String,
    },
    /// An object in the bucket that the server is configured with.
    Bucket {
        /// The prefix of its key.
        prefix: String,
    },
}

/// A destination to add, without its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewDestination {
    /// An email recipient.
    Email(String),
    /// A signed webhook.
    Webhook(String),
    /// A Slack-like incoming webhook.
    Slack(String),
    /// A Teams-like incoming webhook.
    Teams(String),
    /// A directory, relative to that of the server.
    Directory(String),
    /// A prefix in the bucket of the server.
    Bucket(String),
}

impl Destination {
    /// What it is for people: without secrets.
    pub fn label(&self) -> String {
        match self {
            Self::Email { address, .. } => address.clone(),
            Self::Webhook { url, .. } => url.clone(),
            // The path is the secret of such addresses.
            Self::Slack { url } | Self::Teams { url } => origin(url),
            Self::Directory { path } => path.clone(),
            Self::Bucket { prefix } => prefix.clone(),
        }
    }

    /// Whether it is where the new one would be.
    fn is(&self, new: &NewDestination) -> bool {
        match (self, new) {
            (Self::Email { address, .. }, NewDestination::Email(new)) => {
                address.eq_ignore_ascii_case(new.trim())
            }
            (Self::Webhook { url, .. }, NewDestination::Webhook(new))
            | (Self::Slack { url }, NewDestination::Slack(new))
            | (Self::Teams { url }, NewDestination::Teams(new)) => url == new.trim(),
            (Self::Directory { path: place }, NewDestination::Directory(new))
            | (Self::Bucket { prefix: place }, NewDestination::Bucket(new)) => place == new.trim(),
            _ => false,
        }
    }
}

fn origin(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) => format!("{scheme}://{}/…", rest.split('/').next().unwrap_or_default()),
        None => "…".to_owned(),
    }
}

/// The destinations of a row.
pub fn read(stored: &Json) -> Vec<Destination> {
    let all = stored.as_array().into_iter().flatten();
    all.filter_map(|one| serde_json::from_value(one.clone()).ok()).collect()
}

/// The destinations as they are stored.
pub(super) fn stored(destinations: &[Destination]) -> Json {
    serde_json::to_value(destinations).unwrap_or_default()
}

/// The new destinations, each with its secrets; those that were there keep theirs.
pub(super) fn renewed(before: &[Destination], new: Vec<NewDestination>) -> Result<Vec<Destination>, Error> {
    if new.len() > MOST {
        let reason = format!("has {} items; send at most {MOST}", new.len());
        return Err(Error::invalid("destinations", reason));
    }
    let mut destinations: Vec<Destination> = Vec::new();
    for (at, one) in new.into_iter().enumerate() {
        let field = format!("destinations.{at}");
        if destinations.iter().any(|there| there.is(&one)) {
            return Err(Error::invalid(field, "occurs twice; send each destination once"));
        }
        destinations.push(match before.iter().find(|there| there.is(&one)) {
            Some(there) => there.clone(),
            None => made(&field, one)?,
        });
    }
    Ok(destinations)
}

fn made(field: &str, new: NewDestination) -> Result<Destination, Error> {
    let line = |name: &str, text: &str| check::line(&format!("{field}.{name}"), text.trim(), LENGTH);
    Ok(match new {
        NewDestination::Email(address) => Destination::Email {
            address: email(&format!("{field}.email"), &address)?,
            unsubscribe: secret()?,
        },
        NewDestination::Webhook(url) => {
            Destination::Webhook { url: line("webhook", &url)?, secret: secret()? }
        }
        NewDestination::Slack(url) => Destination::Slack { url: line("slack", &url)? },
        NewDestination::Teams(url) => Destination::Teams { url: line("teams", &url)? },
        NewDestination::Directory(path) => {
            Destination::Directory { path: inner(&format!("{field}.directory"), &path)? }
        }
        NewDestination::Bucket(prefix) => {
            Destination::Bucket { prefix: inner(&format!("{field}.bucket"), &prefix)? }
        }
    })
}

fn email(field: &str, address: &str) -> Result<String, Error> {
    let address = check::line(field, address.trim(), 320)?;
    let parsed = address.parse::<lettre::Address>();
    parsed.map(|address| address.to_string()).map_err(|error| {
        let reason =
            format!("\"{address}\" is not an email address ({error}); send one such as anna@example.com");
        Error::invalid(field, reason)
    })
}

/// A place within the directory or the bucket of the server: it leads nowhere else.
fn inner(field: &str, path: &str) -> Result<String, Error> {
    let path = path.trim();
    if path.is_empty() || path == "." {
        return Ok(String::new());
    }
    let path = check::line(field, path.trim_end_matches('/'), LENGTH)?;
    let is_plain =
        |part: &str| !part.is_empty() && part != "." && part != ".." && !part.contains(['\\', ':']);
    match path.split('/').all(is_plain) {
        true => Ok(path),
        false => {
            let reason = format!(
                "\"{path}\" is not a relative path; send one such as reports/weekly, without a leading slash and without .."
            );
            Err(Error::invalid(field, reason))
        }
    }
}

/// A random secret in hexadecimal digits.
pub(in crate::domain) fn secret() -> Result<String, Error> {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    Ok(random_secret()?.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
}

/// The bytes of a secret.
pub fn key(secret: &str) -> Vec<u8> {
    let digits: Vec<u8> = secret.chars().filter_map(|digit| Some(digit.to_digit(16)? as u8)).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_stays_within_the_directory_of_the_server() {
        let place = |path: &str| inner("path", path).map_err(|error| error.to_string());
        assert_eq!(place(""), Ok(String::new()));
        assert_eq!(place("weekly/shop/"), Ok("weekly/shop".to_owned()));
        for wrong in ["/etc", "..", "a/../../b", "a//b", "c:\\x", "./a", "a/."] {
            assert!(place(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_destination_that_stays_keeps_its_secret_and_shows_none() {
        let first = renewed(
            &[],
            vec![
                NewDestination::Email("Anna@example.com".to_owned()),
                NewDestination::Webhook("https://example.com/in".to_owned()),
                NewDestination::Slack("https://hooks.example.com/T1/secret".to_owned()),
            ],
        );
        let first = first.unwrap();
        let again = renewed(
            &first,
            vec![
                NewDestination::Webhook("https://example.com/in".to_owned()),
                NewDestination::Email("anna@example.com".to_owned()),
            ],
        );
        assert_eq!(again.unwrap(), [first[1].clone(), first[0].clone()]);
        assert_eq!(first[2].label(), "https://hooks.example.com/…");
        assert_eq!(read(&stored(&first)), first);
        let twice = NewDestination::Email("b@example.com".to_owned());
        assert!(renewed(&[], vec![twice.clone(), twice]).unwrap_err().to_string().contains("destinations.1"));
        let wrong = renewed(&[], vec![NewDestination::Email("anna".to_owned())]).unwrap_err().to_string();
        assert!(wrong.starts_with("destinations.0.email: \"anna\" is not an email address"), "{wrong}");
    }
}
