//! The operator's mail server, as a URL.

use std::time::Duration;

use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use percent_encoding::percent_decode_str;
use url::{Host, Url};
use zeroize::Zeroizing;

/// Connections that are kept at most.
const CONNECTIONS: u32 = 32;
/// How long each step of a conversation may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// A mail server and how to get in.
#[derive(Clone)]
pub struct Relay {
    host: String,
    port: u16,
    security: Security,
    login: Option<(String, Zeroizing<String>)>,
}

/// How what is said to a mail server is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Security {
    /// TLS from the first byte.
    Tls,
    /// TLS after `STARTTLS`, or nothing is said.
    StartTls,
    /// Nothing: it is on this machine.
    Loopback,
}

/// What is wrong with a setting of mail, and what would be right; no password is repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MailSettingFault {
    /// The URL is none of a mail server.
    #[error(
        "--smtp-url {0}; right is `smtps://user:password@mail.example.com` (TLS, port 465), \
         `smtp://user:password@mail.example.com` (STARTTLS, port 587) or `smtp://localhost:25`; \
         write `@`, `:` and `/` of a password as %40, %3A and %2F"
    )]
    Url(&'static str),
    /// The address is none.
    #[error(
        "{flag}: `{text}` is no address; right is `notify@acme.example` or `Acme <notify@acme.example>`"
    )]
    Sender {
        /// Which flag.
        flag: &'static str,
        /// What it says.
        text: String,
    },
    /// TLS cannot be set up.
    #[error("--smtp-url: TLS cannot be set up for this host name")]
    Tls,
}

impl std::fmt::Debug for Relay {
    /// The password stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Relay({}:{}, {:?})", self.host, self.port, self.security)
    }
}

impl std::str::FromStr for Relay {
    type Err = MailSettingFault;

    fn from_str(text: &str) -> Result<Self, MailSettingFault> {
        let bad = MailSettingFault::Url;
        let url = Url::parse(text).map_err(|_| bad("is no URL"))?;
        let host = url.host_str().ok_or(bad("has no host"))?;
        let host = Host::parse(host).map_err(|_| bad("has an impossible host"))?;
        let is_here = is_here(&host);
        let security = match url.scheme() {
            "smtps" => Security::Tls,
            "smtp" if is_here => Security::Loopback,
            "smtp" => Security::StartTls,
            _ => return Err(bad("begins with neither smtp:// nor smtps://")),
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(bad("has something after the port"));
        }
        let usual = match security {
            Security::Tls => 465,
            Security::StartTls => 587,
            Security::Loopback => 25,
        };
        let host = host.to_string().trim_matches(['[', ']']).to_owned();
        Ok(Self { host, port: url.port().unwrap_or(usual), security, login: login(&url)? })
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Domain(name) => name.eq_ignore_ascii_case("localhost"),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => address.is_loopback(),
    }
}

fn login(url: &Url) -> Result<Option<(String, Zeroizing<String>)>, MailSettingFault> {
    let plain = |text: &str| {
        let decoded = percent_decode_str(text).decode_utf8();
        let decoded = decoded.map_err(|_| MailSettingFault::Url("has a login that is no UTF-8"))?;
        Ok(decoded.into_owned())
    };
    match (url.username(), url.password()) {
        ("", None) => Ok(None),
        ("", Some(_)) => Err(MailSettingFault::Url("has a password without a user")),
        (_, None) => Err(MailSettingFault::Url("has a user without a password")),
        (user, Some(password)) => Ok(Some((plain(user)?, Zeroizing::new(plain(password)?)))),
    }
}

impl Relay {
    pub(super) fn transport(
        &self,
        own: &str,
    ) -> Result<AsyncSmtpTransport<Tokio1Executor>, MailSettingFault> {
        let tls = || TlsParameters::new(self.host.clone()).map_err(|_| MailSettingFault::Tls);
        let tls = match self.security {
            Security::Tls => Tls::Wrapper(tls()?),
            Security::StartTls => Tls::Required(tls()?),
            Security::Loopback => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .tls(tls)
            .hello_name(ClientId::Domain(own.to_owned()))
            .timeout(Some(PATIENCE))
            .pool_config(PoolConfig::new().max_size(CONNECTIONS));
        if let Some((user, password)) = &self.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.to_string()));
        }
        Ok(builder.build())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relay_is_read_from_its_url() {
        let read = |text: &str| {
            let relay: Relay = text.parse().expect("a relay");
            let login = relay.login.map(|(user, password)| format!("{user} {}", *password));
            (relay.host, relay.port, relay.security, login)
        };
        let host = |name: &str| name.to_owned();
        for (text, expected) in [
            ("smtps://mail.x.io", (host("mail.x.io"), 465, Security::Tls, None)),
            ("smtp://mail.x.io", (host("mail.x.io"), 587, Security::StartTls, None)),
            ("smtp://mail.x.io:25/", (host("mail.x.io"), 25, Security::StartTls, None)),
            ("smtp://localhost:1025", (host("localhost"), 1025, Security::Loopback, None)),
            ("smtp://[::1]", (host("::1"), 25, Security::Loopback, None)),
            ("smtp://127.0.0.1", (host("127.0.0.1"), 25, Security::Loopback, None)),
            (
                "smtps://a%40x.io:p%3A%2F%40@mail.x.io",
                (host("mail.x.io"), 465, Security::Tls, Some("a@x.io p:/@".into())),
            ),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }

    #[test]
    fn a_wrong_url_says_what_would_be_right_and_keeps_the_password() {
        for (text, why) in [
            ("mail.x.io", "is no URL"),
            ("mail.x.io:25", "has no host"),
            ("smtp://mail%20.x.io", "an impossible host"),
            ("https://mail.x.io", "begins with neither"),
            ("smtps://", "has no host"),
            ("smtps://mail.x.io/inbox", "after the port"),
            ("smtps://mail.x.io?tls=none", "after the port"),
            ("smtps://user@mail.x.io", "a user without a password"),
            ("smtps://:canary@mail.x.io", "a password without a user"),
            ("smtps://user:can%FFary@mail.x.io", "no UTF-8"),
            ("smtps://user:canary@mail.x.io:port", "is no URL"),
        ] {
            let fault = text.parse::<Relay>().map(|_| ()).expect_err(text).to_string();
            assert!(fault.contains(why), "{text}: {fault}");
            assert!(fault.contains("right is `smtps://"), "{fault}");
            assert!(!fault.contains("canary"), "{fault}");
        }
        assert!(!format!("{:?}", "smtps://u:canary@x.io".parse::<Relay>()).contains("canary"));
    }
}
