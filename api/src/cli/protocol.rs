//! Settings of HTTP and GraphQL, each an option and an environment variable.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, ValueEnum, builder::BoolishValueParser};

use super::limits::{Limits, seconds};
use crate::{
    graphql::document::{self, Documents, Trusted},
    http,
};

/// HTTP and GraphQL.
#[derive(Args, Clone)]
#[command(next_help_heading = "Protocol")]
pub(super) struct Protocol {
    /// Callers that may introspect the schema.
    #[arg(long, env = "BALLROOM_INTROSPECTION", value_enum, value_name = "WHO", default_value_t = Introspection::On)]
    introspection: Introspection,

    /// Act as a subgraph (Apollo Federation 2) with the fields `_service` and `_entities`.
    #[arg(long, env = "BALLROOM_FEDERATION", value_parser = BoolishValueParser::new())]
    federation: bool,

    /// Maximum number of automatic persisted queries; 0 disables them.
    #[arg(long, env = "BALLROOM_PERSISTED_QUERIES", value_name = "N", default_value_t = 1_000)]
    persisted_queries: usize,

    /// Run only the documents in this file: a JSON object with documents by ID.
    #[arg(long, env = "BALLROOM_TRUSTED_DOCUMENTS", value_name = "FILE")]
    trusted_documents: Option<PathBuf>,

    /// Origin whose pages may send requests, for example https://app.example.com, or * for all; repeatable.
    #[arg(long, env = "BALLROOM_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    cors_origin: Vec<String>,

    /// URL at which browsers reach the server, such as https://ballroom.example.com; required behind a proxy. Default:
    /// the address on which it listens.
    #[arg(long, env = "BALLROOM_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,

    /// Cache lifetime (max-age) of responses to queries by GET, in seconds.
    #[arg(long, env = "BALLROOM_MAX_AGE", value_name = "SECONDS", default_value_t = 0)]
    max_age: u32,

    /// Time within which the header of a request must arrive (10 at most), and then its body, in seconds; at most 86400.
    #[arg(long, env = "BALLROOM_READ_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    read_timeout: Duration,

    /// Time after which a client that reads nothing of its response is disconnected, in seconds; at most 86400 (Linux only).
    #[arg(long, env = "BALLROOM_WRITE_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    write_timeout: Duration,

    /// Time after which an idle connection is closed, in seconds; at most 86400.
    #[arg(long, env = "BALLROOM_KEEP_ALIVE", value_name = "SECONDS", default_value = "75", value_parser = seconds)]
    keep_alive: Duration,

    /// Serve TLS and HTTP/2 with the certificate chain in this PEM file.
    #[arg(long, env = "BALLROOM_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,

    /// Private key of the certificate, a PEM file.
    #[arg(long, env = "BALLROOM_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

/// Callers that may introspect the schema.
#[derive(Clone, Copy, ValueEnum)]
enum Introspection {
    /// Every authenticated caller.
    On,
    /// Administrators only.
    Administrators,
    /// No caller.
    Off,
}

impl Protocol {
    /// The admission of documents.
    pub(super) fn documents(&self, limits: &Limits) -> anyhow::Result<Documents> {
        let introspection = match self.introspection {
            Introspection::On => document::Introspection::On,
            Introspection::Administrators => document::Introspection::Administrators,
            Introspection::Off => document::Introspection::Off,
        };
        let trusted = self.trusted().with_context(|| {
            let file = self.trusted_documents.as_deref().unwrap_or(std::path::Path::new(""));
            format!("cannot read the trusted documents from {}", file.display())
        })?;
        let limits = limits.of_documents();
        let settings = document::Settings {
            limits,
            introspection,
            federation: self.federation,
            persisted: self.persisted_queries,
            trusted,
        };
        Documents::new(settings).map_err(anyhow::Error::msg)
    }

    fn trusted(&self) -> anyhow::Result<Option<Trusted>> {
        let Some(file) = &self.trusted_documents else { return Ok(None) };
        let text = std::fs::read_to_string(file)?;
        Ok(Some(Trusted::parse(&text).map_err(anyhow::Error::msg)?))
    }

    /// Whether the server acts as a subgraph.
    pub(super) fn federation(&self) -> bool {
        self.federation
    }

    /// The settings of HTTP.
    pub(super) fn http(&self, limits: &Limits, workers: usize) -> anyhow::Result<http::Settings> {
        let tls = match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(http::tls_config(certificate, key)?),
            _ => None,
        };
        Ok(http::Settings {
            workers,
            body: limits.limit_body,
            read_timeout: self.read_timeout,
            keep_alive: self.keep_alive,
            max_age: self.max_age,
            address_header: None,
            cors_origins: self.cors_origin.clone(),
            public_url: self.public_url.clone().unwrap_or_default(),
            tls,
        })
    }

    /// How long a client may read nothing of its response.
    pub(super) fn write_timeout(&self) -> Duration {
        self.write_timeout
    }
}

/// The address of a server: an origin that is named.
fn public_url(text: &str) -> Result<String, String> {
    match origin(text.trim_end_matches('/')) {
        Ok(origin) if origin != "*" => Ok(origin),
        _ => Err("it is like https://ballroom.example.com, without a path".to_owned()),
    }
}

/// An origin as browsers send it: scheme, host and port, without a path.
fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = |host: &str| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '*']);
    match text == "*" || host.is_some_and(good) {
        true => Ok(text.to_ascii_lowercase()),
        false => Err(format!(
            "\"{text}\" is not an origin; write scheme, host and port without a path, for example https://app.example.com"
        )),
    }
}
