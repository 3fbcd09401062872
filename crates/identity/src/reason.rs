//! Why a proof is refused: for the administrator's eyes, never for the browser's.

use crate::hmac::DigestForm;
use crate::jws::JwsFault;
use crate::profile::Mode;
use crate::text::TextFault;

/// A proof that was refused. The browser learns that, and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Refused {
    /// What was wrong.
    pub reason: Reason,
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Self { reason }
    }
}

/// What was wrong with a proof; `Display` says it in words for the administrator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// A field belongs to another way of proving.
    #[error("`{0}` is the proof of another profile; this widget does not accept it")]
    ForeignProof(&'static str),
    /// The proof is there and blank.
    #[error("`{0}` is blank: send the proof, or leave the field out")]
    BlankProof(&'static str),
    /// The widget has no key in use for this proof.
    #[error("the widget has no secret or key in use for this kind of proof")]
    NoKey(Mode),
    /// The digest is not written as the profile says.
    #[error("`{0}` must be {words}", words = .1.words())]
    DigestForm(&'static str, DigestForm),
    /// A digest came without the text that it is over.
    #[error("the proof is there and `{0}`, which it signs, is not")]
    MessageMissing(&'static str),
    /// The text to hash is a token without signature: hashing it would forge one.
    #[error("`{0}` has the shape of a token; a back end that signs such ids can be made to forge")]
    MessageIsToken(&'static str),
    /// A part of what is hashed contains what stands between the parts.
    #[error(
        "`{0}` contains the text that stands after it in what is signed: it could be cut \
             elsewhere and mean somebody else"
    )]
    AmbiguousJoin(&'static str),
    /// The time in what is hashed is none.
    #[error("`{0}` is not a time in milliseconds: thirteen digits")]
    Time(&'static str),
    /// The claims in what is hashed cannot be read.
    #[error("`{0}` is not JSON in the form that the profile names")]
    Payload(&'static str),
    /// No key in use made this signature.
    #[error("the signature fits no secret or key in use")]
    Signature,
    /// Not a token under our rules.
    #[error("{0}")]
    Token(JwsFault),
    /// No key for this proof has the algorithm that the token names.
    #[error("the token's `alg` is not that of the widget's key")]
    Algorithm,
    /// A token of another kind.
    #[error("the token's `typ` is neither absent nor `JWT`")]
    Kind,
    /// The `kid` is no key of this widget.
    #[error("the token's `kid` is no key in use of this widget")]
    UnknownKey,
    /// The profile demands a `kid` and the token has none.
    #[error("the token names no key, and this profile demands a `kid`")]
    KeyUnnamed,
    /// Two keys have the `kid`.
    #[error("the token's `kid` is the id of two keys")]
    AmbiguousKey,
    /// A claim that must be there is not.
    #[error("the claim `{0}` is missing")]
    ClaimMissing(&'static str),
    /// A claim has the wrong type.
    #[error("the claim `{0}` has the wrong type: times are whole seconds, all else is a string")]
    ClaimType(&'static str),
    /// A claim that the profile fixes has another value.
    #[error("the claim `{0}` is not what the profile demands of it")]
    ClaimUnfit(&'static str),
    /// Two names of one claim, or page and token, disagree.
    #[error("`{0}` contradicts what is signed")]
    Contradiction(&'static str),
    /// A value that nobody can have.
    #[error("`{0}` cannot be used: {1}")]
    Value(&'static str, TextFault),
    /// A field of the request has the wrong type.
    #[error("`{0}` has the wrong type")]
    FieldType(&'static str),
    /// For somebody else.
    #[error("the token's `aud` is not this widget's public key")]
    Audience,
    /// Too old.
    #[error("the token expired {by} s ago")]
    Expired {
        /// Seconds since `exp`.
        by: i64,
    },
    /// `nbf` lies ahead.
    #[error("the token is not valid before another {by} s")]
    NotYetValid {
        /// Seconds until `nbf`.
        by: i64,
    },
    /// `iat` lies ahead by more than a clock may be wrong.
    #[error("the token was issued {by} s in the future: a clock is wrong")]
    IssuedAhead {
        /// Seconds until `iat`.
        by: i64,
    },
    /// `exp` is too long after `iat`.
    #[error("the token lives for {seconds} s; at most {most} are accepted")]
    Lifetime {
        /// Seconds from `iat` to `exp`.
        seconds: i64,
        /// Seconds that the profile accepts.
        most: i64,
    },
    /// `exp` is not after `iat`.
    #[error("the token expires before it is issued")]
    Backwards,
    /// `cnf` is no `{"jkt": thumbprint}`.
    #[error("the claim `cnf` is not an object with a `jkt` of 43 characters")]
    Confirmation,
}

impl Reason {
    /// The stable name of the reason, for logs and counters.
    pub fn code(self) -> &'static str {
        match self {
            Self::ForeignProof(_) => "foreign_proof",
            Self::BlankProof(_) => "blank_proof",
            Self::NoKey(_) => "no_key",
            Self::DigestForm(..) => "digest_form",
            Self::MessageMissing(_) => "message_missing",
            Self::MessageIsToken(_) => "message_is_token",
            Self::AmbiguousJoin(_) => "ambiguous_join",
            Self::Time(_) => "time",
            Self::Payload(_) => "payload",
            Self::Signature => "signature",
            Self::Token(fault) => token_code(fault),
            Self::Algorithm => "algorithm",
            Self::Kind => "token_kind",
            Self::UnknownKey => "unknown_key",
            Self::KeyUnnamed => "key_unnamed",
            Self::AmbiguousKey => "ambiguous_key",
            Self::ClaimMissing(_) => "claim_missing",
            Self::ClaimType(_) => "claim_type",
            Self::ClaimUnfit(_) => "claim_unfit",
            Self::Contradiction(_) => "contradiction",
            Self::Value(..) => "value",
            Self::FieldType(_) => "field_type",
            Self::Audience => "audience",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::IssuedAhead { .. } => "issued_ahead",
            Self::Lifetime { .. } => "lifetime",
            Self::Backwards => "backwards",
            Self::Confirmation => "confirmation",
        }
    }
}

fn token_code(fault: JwsFault) -> &'static str {
    match fault {
        JwsFault::TooLong => "token_too_long",
        JwsFault::Segments(_) => "token_segments",
        JwsFault::Unsigned => "token_unsigned",
        JwsFault::Spelling(_) => "token_spelling",
        JwsFault::NotPaseto => "token_not_paseto",
        JwsFault::Footer => "token_footer",
        JwsFault::Header(_) => "token_header",
        JwsFault::HeaderName(_) => "token_header_name",
        JwsFault::HeaderType(_) => "token_header_type",
        JwsFault::Claims(_) => "token_claims",
    }
}
