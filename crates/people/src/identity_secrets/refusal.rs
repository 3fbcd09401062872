//! Why an identity secret says no.

use axum::http::StatusCode;
use countersign_base::Fault;
use countersign_door::Problem;
use countersign_identity::KeyFault;

use crate::widgets;

/// Why an identity secret says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The widget says no.
    #[error(transparent)]
    Widget(#[from] widgets::Refusal),
    /// No secret has this id.
    #[error("there is no such active secret")]
    NoSuchSecret,
    /// The profile has both modes.
    #[error("say which `mode` the secret is for: `hmac` or `jwt`")]
    WhichMode,
    /// The profile has no such mode.
    #[error("the widget's profile has no proofs of this mode")]
    NoSuchMode,
    /// No algorithm of a shared secret of this profile and mode.
    #[error("`algorithm` is for shared secrets, and here is one of: {0}")]
    Algorithm(String),
    /// The widget's profile is unknown to this binary.
    #[error("this binary does not know the widget's profile")]
    Profile,
    /// Too many are active.
    #[error("at most {0} keys of a mode are active at a time; retire one first")]
    TooMany(usize),
    /// The text is no key.
    #[error("{0}")]
    Key(KeyFault),
    /// The name of the key cannot stand in a token's header as it is.
    #[error("a `kid` has 1 to 128 visible ASCII characters, and is no id of ours")]
    Kid,
    /// The name belongs to another key, or did.
    #[error("another key of this widget has, or had, this `kid`; choose a new one")]
    KidTaken,
    /// The key is or was registered.
    #[error("this widget has, or had, this very key; make a new one")]
    SameKey,
    /// Another widget has the secret for the other mode.
    #[error(
        "another widget of yours has, or had, this very secret for {0}; one that signs both lets \
         a user who chooses an id forge a token: make a new one"
    )]
    OtherMode(&'static str),
    /// Both a secret and a public key.
    #[error("give a `secret` or a `public_key`, not both")]
    TwoSources,
    /// The date of retirement has passed.
    #[error("`retire_at` lies in the past; to retire a key now, delete it")]
    Past,
    /// The widget's keys are the customer's own.
    #[error("the widget's signing key is yours: sign the token with your private key")]
    YourKey,
    /// There is nothing to sign with.
    #[error("the widget has no active identity secret; create one first")]
    NoSecret,
    /// The claims do not fit the profile.
    #[error("{0}")]
    Claims(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::Widget(refusal) => return refusal.into(),
            Refusal::NoSuchSecret => return Self::not_found(),
            Refusal::Profile => return Self::bug("a widget has an unknown profile"),
            Refusal::WhichMode | Refusal::NoSuchMode => (S::UNPROCESSABLE_ENTITY, "bad_mode"),
            Refusal::Algorithm(_) => (S::UNPROCESSABLE_ENTITY, "bad_algorithm"),
            Refusal::TooMany(_) => (S::CONFLICT, "too_many_secrets"),
            Refusal::Key(_) | Refusal::Kid | Refusal::TwoSources => {
                (S::UNPROCESSABLE_ENTITY, "bad_key")
            }
            Refusal::KidTaken => (S::CONFLICT, "kid_taken"),
            Refusal::SameKey | Refusal::OtherMode(_) => (S::CONFLICT, "same_key"),
            Refusal::Past => (S::UNPROCESSABLE_ENTITY, "bad_date"),
            Refusal::YourKey => (S::CONFLICT, "signing_key_is_yours"),
            Refusal::NoSecret => (S::CONFLICT, "no_identity_secret"),
            Refusal::Claims(_) => (S::BAD_REQUEST, "bad_claims"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
