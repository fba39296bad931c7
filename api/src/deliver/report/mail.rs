//! Reports by mail: a text, a page with its charts, and the report as a file.

use std::time::Duration;

use ballroom_entity::report_delivery::Model;
use ballroom_render::{letter, model::Report};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
};

use super::{Failure, File};
use crate::{
    base::reference::PublicId,
    domain::{
        digest::{self, Digest, EndDigest},
        schedule::Unsubscribe,
    },
};

/// Time limit of a mail server.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends mail through one server.
pub(super) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// The mail server at a URL: `smtps://` (TLS from the start), `smtp://...?tls=required` (STARTTLS), or `smtp://` without TLS.
    pub(super) fn new(url: &str, from: &str, timeout: Option<Duration>) -> Result<Self, String> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let from = from.parse().map_err(|error| {
            format!("--mail-from: \"{from}\" is not a sender ({error}); write it like \"Ballroom <reports@example.com>\"")
        })?;
        // The URL may hold a password: it is not shown.
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url).map_err(|error| {
            format!("--smtp-url: not the URL of a mail server ({error}); write it like smtps://user:password@mail.example.com, \
                 with special characters percent-encoded")
        })?;
        Ok(Self { transport: transport.timeout(Some(timeout.unwrap_or(TIMEOUT))).build(), from })
    }

    /// Sends a report to one recipient.
    pub(super) async fn send(
        &self,
        row: &Model,
        address: &str,
        link: &str,
        report: &Report,
        file: File,
    ) -> Result<(), Failure> {
        self.post(self.message(row, address, link, report, file)?).await
    }

    /// Sends a digest of notifications.
    pub(super) async fn digest(&self, digest: &Digest, public_url: &str) -> Result<(), Failure> {
        let to: Address = digest.address.parse().map_err(|error| {
            Failure::permanent(format!("\"{}\" is not an email address: {error}", digest.address))
        })?;
        let public_url = public_url.trim_end_matches('/');
        let row = &digest.row;
        let end = EndDigest { organization: row.organization_id, member: row.member_id, secret: &row.secret };
        let link = format!("{public_url}/{}", end.path());
        let id = format!("<{}@{}>", digest::message_id(digest), self.from.email.domain());
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(&digest.subject)
            .message_id(Some(id))
            .raw_header(header("List-Unsubscribe", format!("<{link}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()))
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
            .multipart(MultiPart::alternative_plain_html(
                digest_text(digest, public_url, &link),
                digest_page(digest, public_url, &link),
            ))
            .map_err(|error| Failure::permanent(format!("the message cannot be written: {error}")))?;
        self.post(message).await
    }

    async fn post(&self, message: Message) -> Result<(), Failure> {
        match self.transport.send(message).await {
            Ok(_) => Ok(()),
            Err(error) if error.is_permanent() => {
                Err(Failure::permanent(format!("the mail server refused the message: {error}")))
            }
            Err(error) => {
                Err(Failure::temporary(format!("the mail server did not accept the message: {error}")))
            }
        }
    }

    fn message(
        &self,
        row: &Model,
        address: &str,
        link: &str,
        report: &Report,
        file: File,
    ) -> Result<Message, Failure> {
        let to: Address = address
            .parse()
            .map_err(|error| Failure::permanent(format!("\"{address}\" is not an email address: {error}")))?;
        let letter = letter(report)?;
        let html = match letter.html.rsplit_once("</body>") {
            Some((before, after)) => format!("{before}{}</body>{after}", footer(link)),
            None => format!("{}{}", letter.html, footer(link)),
        };
        let text = format!("{}\n\n-- \nStop receiving this report: {link}\n", letter.text.trim_end());
        let mut page = MultiPart::related().singlepart(SinglePart::html(html));
        for image in letter.images {
            let png = media_type("image/png")?;
            page = page.singlepart(Attachment::new_inline(image.id).body(image.png, png));
        }
        let bodies = MultiPart::alternative().singlepart(SinglePart::plain(text)).multipart(page);
        let attached = Attachment::new(file.name).body(file.content, media_type(file.media_type)?);
        // The same in each attempt, so that a message that arrives twice is recognized. Its host is the sender's.
        let id = format!("<{}@{}>", row.id.public(), self.from.email.domain());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(letter.subject)
            .message_id(Some(id))
            .raw_header(header("List-Unsubscribe", format!("<{link}>")))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()))
            .raw_header(header("Auto-Submitted", "auto-generated".to_owned()))
            .multipart(MultiPart::mixed().multipart(bodies).singlepart(attached))
            .map_err(|error| Failure::permanent(format!("the message cannot be written: {error}")))
    }
}

fn header(name: &'static str, value: String) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value)
}

fn media_type(text: &str) -> Result<ContentType, Failure> {
    text.parse().map_err(|_| Failure::permanent(format!("\"{text}\" is not a media type")))
}

fn footer(link: &str) -> String {
    format!(
        "<p style=\"color:#666;font-size:12px;margin:32px 0 0\">You receive this report because of a schedule in Ballroom. \
         <a href=\"{link}\" style=\"color:#666\">Stop receiving it</a>.</p>"
    )
}

/// The link by which a recipient ends the subscription.
pub(super) fn unsubscribe_link(public_url: &str, row: &Model, secret: &str) -> String {
    let parts = Unsubscribe { organization: row.organization_id, schedule: row.schedule_id, secret };
    format!("{}/{}", public_url.trim_end_matches('/'), parts.path())
}

/// A digest as text.
fn digest_text(digest: &Digest, public_url: &str, link: &str) -> String {
    let line = |(at, text): &(chrono::DateTime<chrono::Utc>, String)| {
        format!("- {} UTC: {text}\n", at.format("%Y-%m-%d %H:%M"))
    };
    let lines: String = digest.lines.iter().map(line).collect();
    format!(
        "{}\n\n{lines}{}\nRead them: {public_url}/\n\n-- \nStop receiving these mails: {link}\n",
        digest.subject,
        more(digest)
    )
}

/// A digest as a page.
fn digest_page(digest: &Digest, public_url: &str, link: &str) -> String {
    let line = |(at, text): &(chrono::DateTime<chrono::Utc>, String)| {
        format!(
            "<li style=\"margin:0 0 10px\">{}<br><span style=\"color:#666;font-size:12px\">{} UTC</span></li>",
            escaped(text),
            at.format("%Y-%m-%d %H:%M")
        )
    };
    let lines: String = digest.lines.iter().map(line).collect();
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\
         <body style=\"font:15px/1.45 system-ui,sans-serif;color:#1c1c1c;max-width:600px;margin:24px auto;padding:0 16px\">\
         <h1 style=\"font-size:19px\">{0}</h1><ul style=\"padding:0 0 0 18px\">{lines}</ul><p>{1}</p>\
         <p><a href=\"{public_url}/\">Read them in Ballroom</a></p>\
         <p style=\"color:#666;font-size:12px;margin:32px 0 0\">You receive this because you chose a digest in your profile. \
         <a href=\"{link}\" style=\"color:#666\">Stop receiving it</a>.</p></body></html>",
        escaped(&digest.subject),
        more(digest)
    )
}

/// How many notifications are not listed.
fn more(digest: &Digest) -> String {
    if digest.more == 0 { String::new() } else { format!("and {} more\n", digest.more) }
}

/// Text in HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
