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
use crate::{base::reference::PublicId, domain::schedule::Unsubscribe};

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
        let message = self.message(row, address, link, report, file)?;
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
