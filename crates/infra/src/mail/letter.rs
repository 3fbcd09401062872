//! One letter, and its bytes.

use std::time::{Duration, UNIX_EPOCH};

use countersign_base::Moment;
use lettre::Message;
use lettre::message::header::{Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, MultiPartKind, SinglePart};
use url::Url;

use super::{MailFault, Sender};

/// A letter to one person.
#[derive(Clone, Copy)]
pub struct Letter<'a> {
    /// The address, without a name.
    pub to: &'a str,
    /// One line; what would break it is left out.
    pub subject: &'a str,
    /// What is read where HTML is not.
    pub text: &'a str,
    /// The same as HTML.
    pub html: Option<&'a str>,
    /// Its name among all letters of this sender, in letters, digits, `-` and `.`: a letter that
    /// is sent again has the same one, and whoever has it can tell.
    pub id: &'a str,
    /// When it was written.
    pub date: Moment,
    /// Where a POST unsubscribes from such letters at once (RFC 8058).
    pub unsubscribe: Option<&'a Url>,
}

impl std::fmt::Debug for Letter<'_> {
    /// What people are told, and their addresses, stay out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Letter({})", self.id)
    }
}

impl Letter<'_> {
    pub(super) fn message(&self, sender: &Sender) -> Result<Message, MailFault> {
        let unwritable = |_| MailFault::Never("the email cannot be written".into());
        let to = self.to.parse().map(|address| Mailbox::new(None, address));
        let to =
            to.map_err(|_| MailFault::Never("the address is none that mail goes to".into()))?;
        let millis = u64::try_from(self.date.millis()).unwrap_or(0);
        let mut message = Message::builder()
            .from(sender.from.clone())
            .to(to)
            .subject(one_line(self.subject))
            .date(UNIX_EPOCH + Duration::from_millis(millis))
            .message_id(Some(format!("<{}@{}>", self.id, sender.domain())))
            .header(Plain("Auto-Submitted", "auto-generated".into()));
        if let Some(reply_to) = &sender.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        if let Some(url) = self.unsubscribe {
            message = message
                .header(Plain("List-Unsubscribe", format!("<{url}>")))
                .header(Plain("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".into()));
        }
        let text = SinglePart::plain(self.text.to_owned());
        let Some(html) = self.html else { return message.singlepart(text).map_err(unwritable) };
        let parts = MultiPart::builder()
            .kind(MultiPartKind::Alternative)
            .boundary(format!("={}=", self.id))
            .singlepart(text)
            .singlepart(SinglePart::html(html.to_owned()));
        message.multipart(parts).map_err(unwritable)
    }
}

fn one_line(text: &str) -> String {
    let line: String =
        text.chars().map(|one| if one.is_control() { ' ' } else { one }).take(900).collect();
    line.trim().to_owned()
}

/// A header that we write ourselves: a name of ours, and a text without a line's end.
#[derive(Clone)]
struct Plain(&'static str, String);

impl Header for Plain {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("X-Unnamed")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Err("these headers are only written".into())
    }

    fn display(&self) -> HeaderValue {
        let name = HeaderName::new_from_ascii_str(self.0);
        HeaderValue::dangerous_new_pre_encoded(name, self.1.clone(), self.1.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(letter: &Letter<'_>) -> String {
        let sender = Sender::new("Acme <notify@acme.example>", Some("help@acme.example"));
        let message = letter.message(&sender.expect("an address")).expect("it can be written");
        String::from_utf8(message.formatted()).expect("mail is ASCII")
    }

    const LETTER: Letter<'_> = Letter {
        to: "alice@customer.example",
        subject: "Order 1 left",
        text: "It left.",
        html: Some("<p>It left.</p>"),
        id: "ntf_1.email",
        date: Moment::from_millis(1_795_000_000_000),
        unsubscribe: None,
    };

    #[test]
    fn a_letter_is_the_same_bytes_each_time() {
        let url = Url::parse("https://w.example/u?t=a").expect("a URL");
        let letter = Letter { unsubscribe: Some(&url), ..LETTER };
        let text = bytes(&letter);
        assert_eq!(text, bytes(&letter));
        for line in [
            "From: Acme <notify@acme.example>\r\n",
            "To: alice@customer.example\r\n",
            "Reply-To: help@acme.example\r\n",
            "Subject: Order 1 left\r\n",
            "Message-ID: <ntf_1.email@acme.example>\r\n",
            "Date: Wed, 18 Nov 2026 11:06:40 +0000\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "List-Unsubscribe: <https://w.example/u?t=a>\r\n",
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
        ] {
            assert!(text.contains(line), "{line} is missing in\n{text}");
        }
    }

    #[test]
    fn no_text_becomes_a_header() {
        for hostile in [
            "a\r\nBcc: eve@evil.example",
            "a\nBcc: eve@evil.example",
            "a\rBcc: eve@evil.example",
            "a\u{2028}Bcc: eve@evil.example",
            "a\0\r\n\r\nBcc: eve@evil.example",
            &"é\r\nBcc: x ".repeat(200),
        ] {
            let text = bytes(&Letter { subject: hostile, text: hostile, ..LETTER });
            let head = text.split("\r\n\r\n").next().expect("a head");
            assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{text}");
            assert!(head.lines().all(|line| line.len() < 998), "{text}");
            for to in [format!("alice@x.example{hostile}"), format!("{hostile}@x.example")] {
                let sender = Sender::new("notify@acme.example", None).expect("an address");
                assert!(Letter { to: &to, ..LETTER }.message(&sender).is_err(), "{to}");
            }
        }
    }
}
