//! Who is this visitor: profiles, HMAC, JWS, `DPoP`, strict parsing, explanations.
//!
//! A pure library: no network, no files, no clock. `now` is passed in, keys are parsed once and
//! held by the caller, and the answer to a proof is either [`Proven`], [`Said`] or [`Refused`].
//!
//! ```
//! use countersign_identity::{Key, Mode, Outcome, Presented, profile, verify};
//!
//! let profile = profile("notificationapi").expect("a profile of profiles.toml");
//! let secret = countersign_identity::new_secret_text(profile, Mode::Hmac, &[7; 32]);
//! let key = Key::shared(profile, Mode::Hmac, "key 1", &secret)?;
//!
//! let claims = Presented::default().with("userId", "user_123");
//! let proof = countersign_identity::sign(profile, &key, &claims, "cs_pk_live_x", 0)?;
//! let presented = claims.with(&proof[0].0, &*proof[0].1);
//!
//! profile.admit(&presented)?;
//! let outcome = verify(profile, &[key], &presented, "cs_pk_live_x", 0)?;
//! assert!(matches!(outcome, Outcome::Proven(proven) if proven.key == 0));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
mod algorithm;
mod claims;
mod concatenated;
mod digest;
mod dpop;
mod explain;
mod hmac;
pub mod json;
mod jwk;
pub mod jws;
mod key_set;
mod keys;
mod paseto;
mod presented;
mod profile;
mod reason;
mod received;
mod secret_text;
mod sign;
mod text;
mod token;
mod verify;
#[cfg(test)]
mod wycheproof;

pub use access::{Bad, Checker, Signer, SignerFault};
pub use algorithm::Algorithm;
pub use claims::CLOCK_SKEW;
pub use concatenated::verify_concatenated;
pub use dpop::{DpopFault, DpopProof, WINDOW as DPOP_WINDOW, dpop};
pub use explain::{DigestSlip, Finding, MessageSlip, Mistake, SecretSlip, explain};
pub use hmac::DigestForm;
pub use jwk::{PublicKey, PublicKeyFault};
pub use key_set::{KeySet, KeySetFault};
pub use keys::{Key, KeyFault};
pub use presented::Presented;
pub use profile::{
    Field, Mode, Profile, RefusedFormat, SecretForm, Strength, UnknownField, Why, profile,
    profiles, refused_formats,
};
pub use reason::{Reason, Refused};
pub use received::{AccessClaims, Untrusted, Verifier};
pub use secret_text::new_secret_text;
pub use sign::{LIFETIME as SIGNED_LIFETIME, SignFault, sign};
pub use text::{TextFault, label};
pub use verify::{Identifier, Outcome, Proven, Said, said, verify};

/// The page of the documentation, whose code is tried as it stands.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/sdk/rust.md")]
struct Page;
