//! The formats that a widget's proofs can have, to choose from, and those that none can have.

use countersign_identity::{Field, Mode, Profile, RefusedFormat, profiles, refused_formats};
use serde::Serialize;

/// The formats of proofs: those that this server speaks, and those that it refuses to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Formats {
    /// Those that a widget can have, the native one first.
    profiles: Vec<Format>,
    /// Those that none can have.
    refused: Vec<Refused>,
}

/// Whose format it is, what it proves, and what it leaves as the visitor said it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Format {
    /// What a widget's `profile` names it by.
    name: &'static str,
    /// Whose format it is.
    vendor: &'static str,
    /// The vendor and what is signed, such as `Woes, HMAC of email`.
    title: String,
    /// The vendor's page about it.
    docs: Option<&'static str>,
    /// What a proof of it proves, in words.
    proves: &'static str,
    /// What to know before trusting it.
    limits: Option<&'static str>,
    /// What of it no page or source of the vendor states.
    inferred: Vec<&'static str>,
    /// The algorithms that a registered public key may have; without any, secrets are shared.
    public_keys: Vec<&'static str>,
    /// What the vendor calls the id by which its tokens name an install; a widget's `audience`
    /// can be set to it.
    audience: Option<&'static str>,
    /// The ways to sign.
    modes: Vec<FormatMode>,
}

/// One way to sign.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct FormatMode {
    /// `hmac` or `jwt`.
    mode: &'static str,
    /// The field of the `identity` object that carries the proof.
    proof_field: Option<&'static str>,
    /// Whether a shared secret signs it; else only public keys are registered.
    shares_secrets: bool,
    /// What it may be signed with.
    algorithms: Vec<&'static str>,
    /// The fields that a proof can cover.
    proven: Vec<&'static str>,
    /// The fields that the page may send and that it never covers.
    leaves_said: Vec<&'static str>,
    /// Seconds that a proof holds at most; nothing if it may hold for ever.
    lifetime: Option<i64>,
}

/// A vendor's format that proves nothing here.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = RefusedFormat)]
struct Refused {
    /// The name that a profile of it would have.
    name: &'static str,
    /// Whose format it is.
    vendor: &'static str,
    /// The kind of reason, such as `no_mac`.
    why: &'static str,
    /// The reason and the way out, in a clause.
    reason: &'static str,
}

impl Formats {
    /// All that this binary knows.
    pub(super) fn all() -> Self {
        Self {
            profiles: profiles().map(Format::of).collect(),
            refused: refused_formats().map(Refused::of).collect(),
        }
    }
}

impl Format {
    fn of(profile: &'static Profile) -> Self {
        Self {
            name: profile.name(),
            vendor: profile.vendor(),
            title: profile.title(),
            docs: profile.docs(),
            proves: profile.proves(),
            limits: profile.limits(),
            inferred: profile.inferred().collect(),
            public_keys: profile.public_keys().iter().map(|one| one.name()).collect(),
            audience: profile.install_id(),
            modes: profile.modes().iter().map(|mode| FormatMode::of(profile, *mode)).collect(),
        }
    }
}

impl FormatMode {
    fn of(profile: &'static Profile, mode: Mode) -> Self {
        let names = |fields: Vec<Field>| fields.into_iter().map(Field::name).collect();
        Self {
            mode: match mode {
                Mode::Hmac => "hmac",
                Mode::Jwt => "jwt",
            },
            proof_field: profile.proof_field(mode),
            shares_secrets: profile.shares_secrets(mode),
            algorithms: profile.algorithms(mode).iter().map(|one| one.name()).collect(),
            proven: names(profile.proven(mode)),
            leaves_said: names(profile.leaves_said(mode)),
            lifetime: profile.lifetime(mode),
        }
    }
}

impl Refused {
    fn of(format: &'static RefusedFormat) -> Self {
        Self {
            name: format.name(),
            vendor: format.vendor(),
            why: format.why().code(),
            reason: format.reason(),
        }
    }
}
