//! How scheduled reports leave the server: each setting is an option and an environment variable.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use crate::deliver::report::{Sender, Settings};

/// Delivery of reports.
#[derive(Args, Clone)]
#[command(next_help_heading = "Delivery of reports")]
pub(super) struct ReportsOut {
    /// Mail server, for example smtps://user:password@mail.example.com (TLS), or smtp://mail.example.com:587?tls=required (STARTTLS).
    #[arg(long, env = "BALLROOM_SMTP_URL", value_name = "URL", hide_env_values = true)]
    smtp_url: Option<String>,

    /// Sender of mail, for example "Ballroom <reports@example.com>".
    #[arg(long, env = "BALLROOM_MAIL_FROM", value_name = "SENDER")]
    mail_from: Option<String>,

    /// Directory in which schedules may write reports.
    #[arg(long, env = "BALLROOM_REPORT_DIRECTORY", value_name = "DIR")]
    report_directory: Option<PathBuf>,

    /// Bucket of an S3-compatible store in which schedules may write reports, for example s3://reports/ballroom. Its credentials are read
    /// from AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and AWS_ENDPOINT.
    #[arg(long, env = "BALLROOM_REPORT_BUCKET", value_name = "URL")]
    report_bucket: Option<String>,
}

impl ReportsOut {
    /// What sends reports.
    pub(super) fn sender(&self, public_url: &str, private: bool) -> anyhow::Result<Arc<Sender>> {
        let sender = Sender::new(Settings {
            smtp_url: self.smtp_url.clone().filter(|url| !url.is_empty()),
            mail_from: self.mail_from.clone(),
            directory: self.report_directory.clone(),
            bucket: self.report_bucket.clone().filter(|url| !url.is_empty()),
            public_url: public_url.to_owned(),
            private,
            timeout: None,
        });
        sender.map(Arc::new).map_err(anyhow::Error::msg)
    }
}
