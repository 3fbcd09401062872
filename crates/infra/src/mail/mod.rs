//! Hands letters to the operator's mail server over SMTP.
//!
//! One relay, given at the start; signing with DKIM and finding the recipient's server are its
//! business. Connections are kept and used again, and each step has thirty seconds.

mod address;
mod letter;
mod relay;

use lettre::transport::smtp::Error;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};

pub use self::address::{Sender, is_address};
pub use self::letter::Letter;
pub use self::relay::{MailSettingFault, Relay};

/// What letters are given to.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    sender: Sender,
}

/// Why a letter was not accepted; neither names the recipient.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailFault {
    /// Not now: the server is not there, is busy, or does not let us in.
    #[error("{0}")]
    Later(String),
    /// Never: the server refuses this letter, or it cannot be written.
    #[error("{0}")]
    Never(String),
}

impl std::fmt::Debug for Mailer {
    /// The relay's password is in it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Mailer")
    }
}

impl Mailer {
    /// A mailer that has the relay carry what this sender writes; nothing is asked yet.
    pub fn new(relay: &Relay, sender: Sender) -> Result<Self, MailSettingFault> {
        let transport = relay.transport(sender.domain())?;
        Ok(Self { transport, sender })
    }

    /// Whether the relay answers and lets us in; for a word at the start.
    pub async fn check(&self) -> Result<(), MailFault> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(MailFault::Later("the mail server does not answer".into())),
            Err(error) => Err(fault(&error)),
        }
    }

    /// Gives a letter to the relay; when this returns, the relay has taken it.
    pub async fn send(&self, letter: &Letter<'_>) -> Result<(), MailFault> {
        let message = letter.message(&self.sender)?;
        self.transport.send(message).await.map(drop).map_err(|error| fault(&error))
    }

    /// Who the letters are from.
    pub fn sender(&self) -> &Sender {
        &self.sender
    }
}

/// Codes by which a server says that we have not signed in as it wants: the operator can mend that.
const SIGN_IN: [u16; 4] = [530, 534, 535, 538];

/// The answer in a word. Its text is left out: it often repeats the recipient's address.
fn fault(error: &Error) -> MailFault {
    let Some(code) = error.status().map(u16::from) else {
        let what = if error.is_timeout() {
            "the mail server took too long"
        } else if error.is_tls() {
            "the mail server's certificate or TLS is not good"
        } else if error.is_client() {
            return MailFault::Never("the mail server cannot carry such an address".into());
        } else {
            "the mail server cannot be reached"
        };
        return MailFault::Later(what.into());
    };
    let detail = enhanced(error).map_or(String::new(), |enhanced| format!(" {enhanced}"));
    if SIGN_IN.contains(&code) {
        return MailFault::Later(format!("the mail server does not let us in: {code}{detail}"));
    }
    let why = format!("the mail server answers {code}{detail}");
    if error.is_permanent() { MailFault::Never(why) } else { MailFault::Later(why) }
}

/// The status of RFC 3463 at the beginning of an answer's text, such as `5.1.1`.
fn enhanced(error: &Error) -> Option<String> {
    let text = std::error::Error::source(error)?.to_string();
    let word = text.split_whitespace().next()?;
    let parts: Vec<_> = word.split('.').collect();
    let is_number = |part: &&str| {
        (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    (parts.len() == 3 && parts.iter().all(is_number)).then(|| word.to_owned())
}
