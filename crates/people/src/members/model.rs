//! What a member is, and the texts that name and prove one.

use std::fmt;

use axum::http::StatusCode;
use countersign_base::{Fault, MemberId, Role, Secret};
use countersign_door::Problem;
use countersign_infra::chance;
use serde::{Deserialize, Serialize};

/// An email address as it is looked up: trimmed, ASCII letters in lower case.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// The text is no email address.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("an email address looks like ann@acme.example and has at most 254 characters")]
pub struct BadEmail;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the last `@`: a name until there is a better one.
    pub fn local_part(&self) -> &str {
        self.0.rsplit_once('@').map_or(&self.0, |(local, _)| local)
    }
}

impl TryFrom<&str> for Email {
    type Error = BadEmail;

    fn try_from(text: &str) -> Result<Self, BadEmail> {
        let text = text.trim();
        let is_plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
        let has_parts = text.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.is_empty()
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        });
        if is_plain && has_parts && text.len() <= 254 {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(BadEmail)
        }
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email")
    }
}

/// A password that may be set: long enough and hard to guess, or made here (M1).
#[derive(Clone, Debug)]
pub(super) struct Password(Secret);

/// The password may not be set.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPassword {
    /// Too short or too long.
    #[error("a password has 12 to 1,024 characters")]
    Length,
    /// It would be guessed.
    #[error("this password is too easy to guess; several unrelated words make a good one")]
    Guessable,
}

impl Password {
    /// A password that somebody chose; `known` are words that they would be guessed by.
    pub(super) fn chosen(text: &str, known: &[&str]) -> Result<Self, BadPassword> {
        if !(12..=1_024).contains(&text.chars().count()) {
            return Err(BadPassword::Length);
        }
        if zxcvbn::zxcvbn(text, known).score() < zxcvbn::Score::Three {
            return Err(BadPassword::Guessable);
        }
        Ok(Self(Secret::from(text.to_owned())))
    }

    /// A password that nobody chose: 125 random bits in five groups of five.
    pub(super) fn random() -> Self {
        let bytes: [u8; 25] = chance::bytes();
        let digits: Vec<char> =
            bytes.iter().map(|byte| char::from(DIGITS[usize::from(byte & 31)])).collect();
        let groups: Vec<String> = digits.chunks(5).map(|group| group.iter().collect()).collect();
        Self(Secret::from(groups.join("-")))
    }

    /// The text itself.
    pub(super) fn secret(&self) -> &Secret {
        &self.0
    }
}

/// Digits and letters that are not mistaken for each other.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// A member and their name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = MemberName)]
pub struct Named {
    /// The member.
    pub id: MemberId,
    /// What they are called.
    pub name: String,
}

/// A member as other members see them.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Member {
    /// Their id.
    pub id: MemberId,
    /// What they are called.
    pub name: String,
    /// What they sign in with.
    pub email: String,
    /// What they may do.
    pub role: Role,
}

/// What is encrypted of a member.
#[derive(Serialize, Deserialize)]
pub(super) struct Sealed {
    pub(super) email: String,
    pub(super) name: String,
}

/// Why somebody is not let in, or not made a member.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The email is unknown, or the password is wrong: which one, nobody is told (M2).
    #[error("email or password is wrong")]
    SignIn,
    /// Too many failures; seconds to wait (M3).
    #[error("too many failed attempts; wait {0} s")]
    LockedOut(u32),
    /// Every place in the queue is taken (M9).
    #[error("too many people are signing in; nothing was done, try again")]
    Busy,
    /// Signing in from nowhere: the organization has no environment.
    #[error("this organization has no environment; run `countersign bootstrap` for it")]
    NoEnvironment,
    /// The caller is no member, or not any more.
    #[error("the caller is no member")]
    NoMember,
    /// The text is no email address.
    #[error(transparent)]
    Email(#[from] BadEmail),
    /// The password may not be set.
    #[error(transparent)]
    Password(#[from] BadPassword),
    /// The email is in use elsewhere (M10).
    #[error("this email address belongs to a member of another organization")]
    EmailTaken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match &refusal {
            Refusal::Store(fault) => return fault.clone().into(),
            Refusal::LockedOut(seconds) => return Self::too_many(u64::from(*seconds)),
            Refusal::Busy => return Fault::Busy.into(),
            Refusal::NoMember => return Self::unauthorized(),
            Refusal::SignIn => (S::UNAUTHORIZED, "sign_in_refused"),
            Refusal::NoEnvironment => (S::CONFLICT, "no_environment"),
            Refusal::Email(_) => (S::UNPROCESSABLE_ENTITY, "bad_email"),
            Refusal::Password(_) => (S::UNPROCESSABLE_ENTITY, "bad_password"),
            Refusal::EmailTaken => (S::CONFLICT, "email_taken"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn m10_an_email_is_the_same_in_any_case() {
        for (text, email) in [
            ("ann@acme.example", "ann@acme.example"),
            ("  Ann@ACME.example\n", "ann@acme.example"),
            ("ÄNN@acme.example", "Änn@acme.example"),
            ("\"a@b\"@acme.example", "\"a@b\"@acme.example"),
        ] {
            assert_eq!(Email::try_from(text).map(|email| email.0), Ok(email.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_is_no_email_is_refused() {
        let long = format!("{}@acme.example", "a".repeat(254));
        for text in
            ["", "@", "ann", "ann@", "@acme", "a b@c.d", "ann@acme.", "ann@.acme", "a\0@c.d", &long]
        {
            assert_eq!(Email::try_from(text), Err(BadEmail), "{text}");
        }
    }

    #[test]
    fn m1_a_password_is_long_and_hard_to_guess() {
        let longest = "correct horse battery ".repeat(46) + "staples 9999";
        let longer = format!("{longest}!");
        let cases = [
            ("correct horse battery staple 9", Ok(())),
            ("Zw1schen-Kiel+Oslo", Ok(())),
            (&*longest, Ok(())),
            (&*longer, Err(BadPassword::Length)),
            ("dj4-Kd9-x2L", Err(BadPassword::Length)),
            ("", Err(BadPassword::Length)),
            ("passwordpassword", Err(BadPassword::Guessable)),
            ("123456789012", Err(BadPassword::Guessable)),
            ("qwertyuiop[]", Err(BadPassword::Guessable)),
            ("ann.lee@acme.example", Err(BadPassword::Guessable)),
        ];
        assert_eq!(longest.chars().count(), 1_024);
        for (text, verdict) in cases {
            assert_eq!(
                Password::chosen(text, &["ann.lee@acme.example", "ann.lee"]).map(drop),
                verdict,
                "{text}"
            );
        }
    }

    #[test]
    fn m1_a_password_made_here_is_good_and_printed_nowhere() {
        let (one, other) = (Password::random(), Password::random());
        let text = one.secret().expose();
        assert_ne!(text, other.secret().expose());
        assert_eq!(Password::chosen(text, &[]).map(drop), Ok(()));
        assert!(!format!("{one:?}").contains(text));
    }

    proptest! {
        #[test]
        fn m10_what_was_taken_once_is_taken_again_unchanged(text in "\\PC{0,12}@\\PC{0,12}") {
            if let Ok(email) = Email::try_from(text.as_str()) {
                prop_assert_eq!(Email::try_from(email.as_str()), Ok(email.clone()));
                prop_assert_eq!(Email::try_from(&*text.to_ascii_uppercase()), Ok(email));
            }
        }
    }
}
