//! Addresses of mail.

use lettre::Address;
use lettre::message::Mailbox;

use super::MailSettingFault;

/// Who letters are from, and where answers go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender {
    pub(super) from: Mailbox,
    pub(super) reply_to: Option<Mailbox>,
}

impl Sender {
    /// A sender such as `Acme <notify@acme.example>`.
    pub fn new(from: &str, reply_to: Option<&str>) -> Result<Self, MailSettingFault> {
        let read = |text: &str, flag| {
            text.parse().map_err(|_| MailSettingFault::Sender { flag, text: text.to_owned() })
        };
        let from = read(from, "--mail-from")?;
        let reply_to = reply_to.map(|text| read(text, "--mail-reply-to")).transpose()?;
        Ok(Self { from, reply_to })
    }

    /// The domain of the sender.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }
}

/// Whether mail can be sent to this text at all.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}
