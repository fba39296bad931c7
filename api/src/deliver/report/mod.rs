//! Sending reports to the destinations of schedules: mail, webhooks, chats, directories, buckets.
//!
//! What leaves by mail, to a directory or to a bucket goes through what whoever runs the server has configured; addresses of
//! webhooks and chats are given by people of an organization, and are checked like those of other webhooks.

mod files;
mod hook;
mod mail;

use std::{path::PathBuf, time::Duration};

use ballroom_render::{Format, Options, RenderError, file_name, model::Report, render};

pub use files::BucketError;

use self::{files::Bucket, mail::Mailer};
use crate::{
    base::error::Error,
    domain::{
        digest::Digest,
        schedule::{Delivering, Destination, NewDestination},
    },
};

/// How reports leave this server.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The SMTP server, as a URL; none: no mail.
    pub smtp_url: Option<String>,
    /// The sender of mail.
    pub mail_from: Option<String>,
    /// The directory in which reports may be written; none: nowhere.
    pub directory: Option<PathBuf>,
    /// The bucket, as a URL; none: none.
    pub bucket: Option<String>,
    /// Where browsers find this server.
    pub public_url: String,
    /// Whether webhooks may be at private and loopback addresses.
    pub private: bool,
    /// Time limit of an attempt.
    pub timeout: Option<Duration>,
}

/// Sends reports.
pub struct Sender {
    client: reqwest::Client,
    settings: super::Settings,
    mailer: Option<Mailer>,
    directory: Option<PathBuf>,
    bucket: Option<Bucket>,
    public_url: String,
}

/// Why a report did not arrive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why, for people.
    pub reason: String,
    /// Whether another attempt would fail as well.
    pub is_permanent: bool,
}

impl Failure {
    /// A failure that may pass.
    pub fn temporary(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_permanent: false }
    }

    /// A failure that will not pass.
    pub fn permanent(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), is_permanent: true }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        Self::permanent(format!("the report cannot be rendered: {error}"))
    }
}

/// A report in one format.
struct File {
    name: String,
    media_type: &'static str,
    content: Vec<u8>,
}

impl Sender {
    /// Reads the settings. Nothing is sent before it is asked for.
    pub fn new(settings: Settings) -> Result<Self, String> {
        let mailer = match (&settings.smtp_url, &settings.mail_from) {
            (Some(url), Some(from)) => Some(Mailer::new(url, from, settings.timeout)?),
            (Some(_), None) => {
                return Err("--smtp-url needs --mail-from, the sender of mail, such as \"Ballroom <reports@example.com>\"".to_owned());
            }
            (None, _) => None,
        };
        let bucket =
            settings.bucket.as_deref().map(Bucket::open).transpose().map_err(|error| error.to_string())?;
        let http = super::Settings { private: settings.private, ..super::Settings::default() };
        let http = super::Settings { timeout: settings.timeout.unwrap_or(http.timeout), ..http };
        let client =
            super::send::client(&http).map_err(|error| format!("cannot create the HTTP client: {error}"))?;
        let Settings { directory, public_url, .. } = settings;
        Ok(Self { client, settings: http, mailer, directory, bucket, public_url })
    }

    /// Refuses a destination that this server sends nothing to.
    pub fn check(&self, field: &str, destination: &NewDestination) -> Result<(), Error> {
        let missing = |what: &str, option: &str| {
            Err(Error::unfit(
                field,
                format!("cannot be used: this server has no {what} (start it with {option})"),
            ))
        };
        match destination {
            NewDestination::Email(_) if self.mailer.is_none() => missing("mail server", "--smtp-url"),
            NewDestination::Directory(_) if self.directory.is_none() => {
                missing("directory for reports", "--report-directory")
            }
            NewDestination::Bucket(_) if self.bucket.is_none() => {
                missing("bucket for reports", "--report-bucket")
            }
            NewDestination::Webhook(url) | NewDestination::Slack(url) | NewDestination::Teams(url) => {
                let checked = super::address::check(url.trim(), self.settings.private);
                checked.map(drop).map_err(|reason| Error::invalid(field, reason))
            }
            _ => Ok(()),
        }
    }

    /// Whether it sends mail.
    pub fn has_mail(&self) -> bool {
        self.mailer.is_some()
    }

    /// Sends a digest of notifications.
    pub async fn digest(&self, digest: &Digest) -> Result<(), Failure> {
        match &self.mailer {
            Some(mailer) => mailer.digest(digest, &self.public_url).await,
            None => Err(Failure::permanent("this server has no mail server (--smtp-url)")),
        }
    }

    /// Sends a report to one destination.
    pub async fn send(&self, delivering: &Delivering, report: &Report) -> Result<(), Failure> {
        let row = &delivering.row;
        let format: Format = row.format.parse().map_err(Failure::permanent)?;
        let file = || -> Result<File, Failure> {
            let content = render(report, format, &Options::default())?;
            Ok(File { name: file_name(report, format), media_type: format.media_type(), content })
        };
        match &delivering.destination {
            Destination::Email { address, unsubscribe } => match &self.mailer {
                Some(mailer) => {
                    let link = mail::unsubscribe_link(&self.public_url, row, unsubscribe);
                    mailer.send(row, address, &link, report, file()?).await
                }
                None => Err(Failure::permanent("this server has no mail server (--smtp-url)")),
            },
            Destination::Webhook { url, secret } => self.hook(url, hook::signed(row, secret, report)?).await,
            Destination::Slack { url } => self.hook(url, hook::slack(report, &self.public_url)).await,
            Destination::Teams { url } => self.hook(url, hook::teams(report, &self.public_url)).await,
            Destination::Directory { path } => match &self.directory {
                Some(directory) => files::write(directory, path, file()?).await,
                None => {
                    Err(Failure::permanent("this server has no directory for reports (--report-directory)"))
                }
            },
            Destination::Bucket { prefix } => match &self.bucket {
                Some(bucket) => bucket.put(prefix, file()?).await,
                None => Err(Failure::permanent("this server has no bucket for reports (--report-bucket)")),
            },
        }
    }
}
