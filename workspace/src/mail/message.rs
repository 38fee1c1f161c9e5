//! What a message says: the same as text and as HTML, with the QR code as a picture inside. Nothing
//! in it is fetched from anywhere.

#[cfg(test)]
mod tests;

use askama::Template;
use lettre::{
    Address, Message,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, Header, HeaderName, HeaderValue},
    },
};
use time::{OffsetDateTime, format_description};
use zeroize::Zeroizing;

use crate::{
    model::{MailId, Timestamp},
    qr::{Qr, QrError},
};

/// The name by which the HTML refers to the picture of the QR code.
const PICTURE: &str = "activation-code";

/// Pixels of each module of the picture, and at how many it is shown.
const PICTURE_SCALE: usize = 8;
const SHOWN_SCALE: usize = 4;

/// A message that is about to leave.
pub struct Draft<'a> {
    /// Its identifier in the outbox.
    pub id: MailId,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    /// Whom it comes from.
    pub from: &'a Mailbox,
    /// The address that it goes to.
    pub to: &'a str,
    /// The name of the person.
    pub name: &'a str,
    /// The subject line.
    pub subject: &'a str,
    /// What people call the workspace.
    pub workspace: &'a str,
    /// The workspace's host.
    pub host: &'a str,
    /// What the panel calls the key.
    pub key: &'a str,
    /// What the person is asked to do.
    pub errand: Errand,
    /// When the link ends.
    pub expires_at: Timestamp,
    /// When the message leaves.
    pub now: Timestamp,
}

/// What the person is asked to do, with the link by which they do it.
pub enum Errand {
    /// Activate a smartphone.
    Activate(Zeroizing<String>),
    /// Register a FIDO2 key in the browser.
    Register(Zeroizing<String>),
}

/// Why there is no message; trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DraftError {
    /// The address is none.
    #[error("no message can be sent to {0:?}: correct the user's e-mail address")]
    Address(String),
    /// The link does not fit into a QR code.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// The message could not be put together.
    #[error("the message could not be put together: {0}")]
    Message(String),
}

/// RFC 3834 §5: nobody's holiday notice answers a message that a program sent.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct Html<'a> {
    words: &'a Words<'a>,
    picture: &'a str,
    side: usize,
}

#[derive(Template)]
#[template(path = "mail/message.txt")]
struct Text<'a> {
    words: &'a Words<'a>,
}

struct Words<'a> {
    subject: &'a str,
    greeting: String,
    workspace: &'a str,
    key: &'a str,
    activation: bool,
    link: &'a str,
    until: String,
    within: String,
}

impl Errand {
    fn link(&self) -> &str {
        match self {
            Self::Activate(link) | Self::Register(link) => link,
        }
    }
}

impl Draft<'_> {
    /// The message, ready to leave.
    ///
    /// # Errors
    /// Any [`DraftError`].
    pub fn message(&self) -> Result<Message, DraftError> {
        let address: Address =
            self.to.parse().map_err(|_| DraftError::Address(self.to.to_owned()))?;
        let name = one_line(self.name);
        let failed = |error: &dyn std::fmt::Display| DraftError::Message(error.to_string());
        let subject = one_line(self.subject);
        let words = Words {
            subject: &subject,
            greeting: if name.is_empty() { "Hello,".to_owned() } else { format!("Hello {name},") },
            workspace: &one_line(self.workspace),
            key: &one_line(self.key),
            activation: matches!(self.errand, Errand::Activate(_)),
            link: self.errand.link(),
            until: date_and_time(self.expires_at),
            within: within(self.now, self.expires_at),
        };
        let text = Text { words: &words }.render().map_err(|error| failed(&error))?;
        let picture = match &self.errand {
            Errand::Activate(link) => Some(Qr::of(link)?),
            Errand::Register(_) => None,
        };
        let side = picture.as_ref().map_or(0, |qr| qr.width() * SHOWN_SCALE);
        let html = Html { words: &words, picture: PICTURE, side };
        let html = SinglePart::html(html.render().map_err(|error| failed(&error))?);
        let body = MultiPart::alternative().singlepart(SinglePart::plain(text));
        let body = match picture {
            Some(qr) => {
                let png = ContentType::parse("image/png").map_err(|error| failed(&error))?;
                let name = "activation-code.png".to_owned();
                let picture = Attachment::new_inline_with_name(PICTURE.to_owned(), name)
                    .body(qr.png(PICTURE_SCALE)?, png);
                body.multipart(MultiPart::related().singlepart(html).singlepart(picture))
            }
            None => body.singlepart(html),
        };
        let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(self.now.unix_seconds());
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new((!name.is_empty()).then_some(name), address))
            .subject(subject)
            .date(at)
            .message_id(Some(format!("<{}.{}@{}>", self.id, self.attempt, self.host)))
            .header(AutoSubmitted)
            .multipart(body)
            .map_err(|error| failed(&error))
    }
}

/// A header is one line, whatever a name was imported with.
fn one_line(text: &str) -> String {
    let text = text.replace(char::is_control, " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Such as "Monday, 23 November 2026, 15:46 UTC".
fn date_and_time(at: Timestamp) -> String {
    let format = "[weekday], [day padding:none] [month repr:long] [year], [hour]:[minute] UTC";
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .zip(format_description::parse_borrowed::<2>(format).ok())
        .and_then(|(time, format)| time.format(&format).ok())
        .unwrap_or_else(|| at.to_string())
}

/// How long from now, rounded down so that it promises nothing that is not kept.
fn within(now: Timestamp, until: Timestamp) -> String {
    let minutes = until.0.saturating_sub(now.0).max(0) / 60_000;
    let (count, unit) = match minutes {
        2880.. => (minutes / 1440, "day"),
        120.. => (minutes / 60, "hour"),
        _ => (minutes, "minute"),
    };
    format!("{count} {unit}{} from now", if count == 1 { "" } else { "s" })
}
