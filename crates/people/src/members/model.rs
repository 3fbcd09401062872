//! What a member is.

use std::fmt;

use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::{Fault, MemberId, Role, Secret, Token, tokens};
use countersign_door::Problem;
use countersign_infra::chance;
use serde::Serialize;

/// The cookie's token: organization, sign-in, secret.
pub(super) type SignInToken = Token<tokens::SignIn, 64>;

/// A member with what a list shows.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Shown {
    /// The member.
    pub id: MemberId,
    /// What they are called.
    pub name: String,
    /// Their email address.
    pub email: String,
    /// What they may do.
    pub role: Role,
}

/// A member as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Named {
    /// The member.
    pub id: MemberId,
    /// What they are called.
    pub name: String,
}

/// An email address to sign in with: trimmed, in ASCII lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`, until there is a name.
    pub(super) fn local(&self) -> &str {
        self.0.split('@').next().unwrap_or_default()
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email")
    }
}

impl TryFrom<&str> for Email {
    type Error = Refusal;

    fn try_from(text: &str) -> Result<Self, Refusal> {
        let text = text.trim().to_ascii_lowercase();
        let is_address = text.split_once('@').is_some_and(|(local, domain)| {
            !local.is_empty() && domain.contains('.') && !domain.contains('@')
        });
        let is_plain = !text.chars().any(|char| char.is_control() || char.is_whitespace());
        if is_address && is_plain && text.len() <= 254 { Ok(Self(text)) } else { Err(Refusal::Email) }
    }
}

/// A password that is good enough to be kept (M6).
pub struct Password(Secret);

impl Password {
    const SHORTEST: usize = 12;
    const LONGEST: usize = 1_024;

    /// A password that nobody can guess.
    pub(super) fn generate() -> Self {
        Self(Secret::from(URL_SAFE_NO_PAD.encode(chance::bytes::<18>())))
    }

    pub(super) fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The text, to be shown once.
    pub(super) fn reveal(self) -> Secret {
        self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password")
    }
}

impl TryFrom<String> for Password {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        let many = text.chars().count();
        if !(Self::SHORTEST..=Self::LONGEST).contains(&many) {
            return Err(Refusal::Length);
        }
        if zxcvbn::zxcvbn(&text, &[]).score() < zxcvbn::Score::Three {
            return Err(Refusal::Guessable);
        }
        Ok(Self(Secret::from(text)))
    }
}

/// Why a member or a sign-in says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The address is none.
    #[error("an email address looks like ann@example.com")]
    Email,
    /// The password is too short or too long.
    #[error("a password has {} to {} characters", Password::SHORTEST, Password::LONGEST)]
    Length,
    /// The password could be guessed.
    #[error("this password is easy to guess; use several unusual words")]
    Guessable,
    /// Nobody signs in like this (M1).
    #[error("this email and password do not go together")]
    SignIn,
    /// Too many failures (M2).
    #[error("too many failed sign-ins; wait and try again")]
    LockedOut(u32),
    /// Too many sign-ins at once.
    #[error("too many sign-ins at once")]
    Busy,
    /// The email belongs to a member of another organization.
    #[error("this email belongs to a member of another organization")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::LockedOut(seconds) => return Self::too_many(u64::from(seconds)),
            Refusal::Busy => return Self::unavailable("too many sign-ins at once; try again"),
            Refusal::SignIn => (S::UNAUTHORIZED, "sign_in_refused"),
            Refusal::Email => (S::UNPROCESSABLE_ENTITY, "bad_email"),
            Refusal::Length | Refusal::Guessable => (S::UNPROCESSABLE_ENTITY, "bad_password"),
            Refusal::Taken => (S::CONFLICT, "email_taken"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_is_trimmed_and_lower_cased() {
        for (text, email) in [
            (" Ann@Example.com ", Some("ann@example.com")),
            ("ann", None),
            ("ann@example", None),
            ("a@b@c.example", None),
            ("@example.com", None),
            ("a b@example.com", None),
        ] {
            assert_eq!(Email::try_from(text).ok().as_ref().map(Email::as_str), email, "{text}");
        }
    }

    #[test]
    fn m6_short_and_guessable_passwords_are_refused() {
        for (text, good) in [
            ("short", false),
            ("passwordpassword", false),
            ("123456789012345", false),
            ("correct horse battery staple 9", true),
        ] {
            assert_eq!(Password::try_from(text.to_owned()).is_ok(), good, "{text}");
        }
        assert_eq!(format!("{:?}", Password::generate()), "Password");
    }
}
