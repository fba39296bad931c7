//! How the server is spoken to: each setting a flag and an environment variable.

use std::{path::PathBuf, time::Duration};

use anyhow::Context;
use clap::{Args, ValueEnum, builder::BoolishValueParser};

use super::limits::{Limits, seconds};
use crate::{
    graphql::document::{self, Documents, Trusted},
    http,
};

/// How the server is spoken to.
#[derive(Args, Clone)]
#[command(next_help_heading = "Protocol")]
pub(super) struct Protocol {
    /// Who may ask what the schema is.
    #[arg(long, env = "BALLROOM_INTROSPECTION", value_enum, value_name = "WHO", default_value_t = Introspection::On)]
    introspection: Introspection,

    /// Be a subgraph (Apollo Federation 2): answer `_service` and `_entities`.
    #[arg(long, env = "BALLROOM_FEDERATION", value_parser = BoolishValueParser::new())]
    federation: bool,

    /// Documents that are kept for clients that send their hash next time; 0 keeps none.
    #[arg(long, env = "BALLROOM_PERSISTED_QUERIES", value_name = "N", default_value_t = 1_000)]
    persisted_queries: usize,

    /// Run only the documents in this file: a JSON object of documents by id.
    #[arg(long, env = "BALLROOM_TRUSTED_DOCUMENTS", value_name = "FILE")]
    trusted_documents: Option<PathBuf>,

    /// Let pages of this origin ask (https://app.example.com), or of all (*); may be given several times.
    #[arg(long, env = "BALLROOM_CORS_ORIGIN", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin)]
    cors_origin: Vec<String>,

    /// Where browsers find the server, such as https://ballroom.example.com; needed where a proxy stands before it. By
    /// default it is the address on which it listens.
    #[arg(long, env = "BALLROOM_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<String>,

    /// Seconds that a caller may use an answer to a query by GET without asking whether it still holds.
    #[arg(long, env = "BALLROOM_MAX_AGE", value_name = "SECONDS", default_value_t = 0)]
    max_age: u32,

    /// Seconds that the head of a request may take to come (10 at most), and then its body.
    #[arg(long, env = "BALLROOM_READ_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    read_timeout: Duration,

    /// Seconds after which a client is let go that takes nothing of its answer (on Linux).
    #[arg(long, env = "BALLROOM_WRITE_TIMEOUT", value_name = "SECONDS", default_value = "30", value_parser = seconds)]
    write_timeout: Duration,

    /// Seconds that a connection is kept of which nothing is asked.
    #[arg(long, env = "BALLROOM_KEEP_ALIVE", value_name = "SECONDS", default_value = "75", value_parser = seconds)]
    keep_alive: Duration,

    /// Speak TLS, and with it HTTP/2, with the certificates in this PEM file.
    #[arg(long, env = "BALLROOM_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,

    /// The key of the certificate, in PEM.
    #[arg(long, env = "BALLROOM_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
}

/// Who may ask what the schema is.
#[derive(Clone, Copy, ValueEnum)]
enum Introspection {
    /// Everybody with a token.
    On,
    /// Administrators.
    Administrators,
    /// Nobody.
    Off,
}

impl Protocol {
    /// What lets documents in.
    pub(super) fn documents(&self, limits: &Limits) -> anyhow::Result<Documents> {
        let introspection = match self.introspection {
            Introspection::On => document::Introspection::On,
            Introspection::Administrators => document::Introspection::Administrators,
            Introspection::Off => document::Introspection::Off,
        };
        let trusted = self.trusted().with_context(|| {
            let file = self.trusted_documents.as_deref().unwrap_or(std::path::Path::new(""));
            format!("the trusted documents cannot be read from {}", file.display())
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

    /// Whether the server is a subgraph.
    pub(super) fn federation(&self) -> bool {
        self.federation
    }

    /// How HTTP is spoken.
    pub(super) fn http(&self, limits: &Limits, workers: usize) -> anyhow::Result<http::Settings> {
        let tls = match (&self.tls_certificate, &self.tls_key) {
            (Some(certificate), Some(key)) => Some(http::certified(certificate, key)?),
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

    /// How long a client may take nothing of its answer.
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

/// An origin as browsers send it: scheme, host and port, nothing after.
fn origin(text: &str) -> Result<String, String> {
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let good = |host: &str| !host.is_empty() && !host.contains(['/', '?', '#', '@', ' ', '*']);
    match text == "*" || host.is_some_and(good) {
        true => Ok(text.to_ascii_lowercase()),
        false => {
            Err("an origin is like https://app.example.com or http://localhost:3000, without a path"
                .to_owned())
        }
    }
}
