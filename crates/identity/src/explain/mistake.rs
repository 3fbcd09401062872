//! What back ends do wrong: each mistake with a stable code, its cause and its mend in words.

use std::fmt;

use crate::explain::mend::{audience_mend, reason_mend};
use crate::explain::slip::{DigestSlip, MessageSlip, SecretSlip};
use crate::profile::UnknownField;
use crate::reason::Reason;

/// A mistake in a proof that is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mistake {
    /// The request has a field that the profile does not know, or of another type.
    Field {
        /// Which, and why.
        fault: UnknownField,
        /// The fields of the profile.
        takes: String,
    },
    /// The proof is one of another profile, of this name.
    OtherProfile(&'static str),
    /// There is no proof.
    NoProof {
        /// The fields in which one could be.
        proofs: String,
    },
    /// The digest has the length of another hash.
    OtherHash(&'static str),
    /// The digest is SHA-256 over secret and message in a row, and no HMAC.
    Concatenated,
    /// The digest is right and written wrongly.
    Digest {
        /// How it is written.
        slip: DigestSlip,
        /// How it should be.
        form: &'static str,
    },
    /// The digest is over another text.
    Message {
        /// What the text was.
        slip: MessageSlip,
        /// What it should be, in words.
        right: String,
    },
    /// The secret became the wrong key bytes.
    Secret {
        /// How.
        slip: SecretSlip,
        /// Whether it must be decoded from hexadecimal digits.
        decoded: bool,
    },
    /// The key with this id made the proof, and it makes proofs of the other mode.
    OtherMode(String),
    /// The key with this id made the proof, and it is retired.
    RetiredKey(String),
    /// A key of somebody else made the proof.
    KeyOfElsewhere {
        /// The id of the key.
        id: String,
        /// Whose it is.
        whose: String,
    },
    /// The public key was used as a shared secret: nobody does that by mistake.
    PublicKeyAsSecret,
    /// Something stands around the token.
    Wrapped(&'static str),
    /// The signature of an ES256 token is written in DER.
    DerSignature,
    /// The token names an algorithm that no key of the widget has.
    Algorithm {
        /// What the token names.
        named: &'static str,
        /// What the keys have.
        wanted: String,
        /// Whether the profile's secrets may have what the token names.
        is_known: bool,
    },
    /// The token is for somebody else.
    Audience {
        /// The claim that says so.
        claim: &'static str,
        /// Whom it is for.
        named: String,
        /// Whom it should be for.
        wanted: String,
        /// The id that it names, and what the vendor calls that, where a widget can be given it.
        theirs: Option<(String, &'static str)>,
    },
    /// The claim has another value than the profile's one.
    ClaimIsNot {
        /// Which claim.
        claim: &'static str,
        /// What it says.
        named: String,
        /// What it should say.
        wanted: String,
    },
    /// The claim is there under another vendor's name.
    ClaimElsewhere {
        /// The name that is looked for.
        wanted: &'static str,
        /// The name that is there.
        found: &'static str,
    },
    /// The claim is of another type than text.
    ClaimIs {
        /// Which claim.
        claim: &'static str,
        /// What it is, in words.
        found: &'static str,
    },
    /// A time is in milliseconds.
    Milliseconds(&'static str),
    /// The token expired, and says that it was made so many seconds ago.
    Expired {
        /// Seconds since `exp`.
        by: i64,
        /// Seconds since `iat`.
        age: i64,
    },
    /// Nothing more is known than what the verifier says.
    Refused(Reason),
}

impl Mistake {
    /// The stable name of the mistake.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field { .. } => "unknown_field",
            Self::OtherProfile(_) => "other_profile",
            Self::NoProof { .. } => "proof_missing",
            Self::OtherHash(_) => "other_hash",
            Self::Concatenated => "concatenated",
            Self::Digest { slip, .. } => slip.row().0,
            Self::Message { slip, .. } => slip.row().0,
            Self::Secret { slip, .. } => slip.row().0,
            Self::OtherMode(_) => "other_mode",
            Self::RetiredKey(_) => "retired_key",
            Self::KeyOfElsewhere { .. } => "key_of_elsewhere",
            Self::PublicKeyAsSecret => "public_key_as_secret",
            Self::Wrapped(_) => "token_wrapped",
            Self::DerSignature => "signature_der",
            Self::Algorithm { .. } => "algorithm",
            Self::Audience { .. } => "audience",
            Self::ClaimIsNot { .. } => "claim_unfit",
            Self::ClaimElsewhere { .. } => "claim_elsewhere",
            Self::ClaimIs { .. } => "claim_type",
            Self::Milliseconds(_) => "milliseconds",
            Self::Expired { .. } => "expired",
            Self::Refused(reason) => reason.code(),
        }
    }

    /// What to change, in a sentence without a full stop.
    pub(super) fn mend(&self) -> String {
        let words = match self {
            Self::Field { takes, .. } => return format!("this profile takes the fields {takes}"),
            Self::OtherProfile(name) => {
                return format!(
                    "set the widget's identity profile to `{name}`, or sign as its own \
                                profile says"
                );
            }
            Self::NoProof { proofs } => {
                return format!("make it on your server and send it as {proofs}");
            }
            Self::Digest { form, .. } => return format!("send it as {form}"),
            Self::Message { right, .. } => return right.clone(),
            Self::ClaimElsewhere { wanted, found } => {
                return format!("write it as `{wanted}`, not as `{found}`");
            }
            Self::Algorithm { named, wanted, is_known: true } => {
                return format!("sign with {wanted}, or bring the secret along for {named}");
            }
            Self::Algorithm { wanted, .. } => return format!("sign with {wanted}"),
            Self::Audience { theirs: Some((id, called)), .. } => {
                return format!(
                    "if {id} is your {called} at the vendor, set it as the widget's `audience`; \
                     if not, look whose token it is"
                );
            }
            Self::Audience { claim, named, wanted, .. } => {
                return audience_mend(claim, named, wanted);
            }
            Self::ClaimIsNot { claim, wanted, .. } => {
                return format!("set `{claim}` to {wanted:?}");
            }
            Self::OtherHash(_) => "use HMAC with SHA-256",
            Self::Concatenated => {
                "use HMAC with the secret as its key; for the calls of NotificationAPI's Python \
                 package alone, which cannot, an owner may turn on the widget's \
                 `allow_python_hash`"
            }
            Self::Secret { slip: SecretSlip::Empty, .. } => "set the secret where you sign",
            Self::Secret { decoded: true, .. } => {
                "decode its 64 hexadecimal digits to 32 bytes and use these, as in \
                 Buffer.from(secret, \"hex\")"
            }
            Self::Secret { .. } => "use the text of the secret as it is shown",
            Self::OtherMode(_) => "use the secret that was made for this kind of proof",
            Self::RetiredKey(_) => "use the newest secret of the widget",
            Self::KeyOfElsewhere { .. } => "use the secret of the widget that is on this page",
            Self::PublicKeyAsSecret => "nothing is to be mended here; find out who sent it",
            Self::Wrapped(_) => "send the token itself and nothing around it",
            Self::DerSignature => {
                "write the signature as r and s, 64 bytes: `dsaEncoding: \"ieee-p1363\"` in Node"
            }
            Self::ClaimIs { .. } => "write it as a string, and leave it out if it has no value",
            Self::Milliseconds(_) => "divide by 1000 and round down: times are whole seconds",
            Self::Expired { .. } => {
                "make a new token for each session instead of keeping one; if it was new, let the \
                 server that signs keep its time by NTP"
            }
            Self::Refused(reason) => return reason_mend(*reason),
        };
        words.to_owned()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field { fault, .. } => write!(f, "{fault}"),
            Self::OtherProfile(name) => write!(f, "this is a proof of the profile `{name}`"),
            Self::NoProof { .. } => f.write_str("the page sent no proof at all"),
            Self::OtherHash(name) => write!(f, "the proof has the length of an {name} digest"),
            Self::Concatenated => f.write_str(
                "the digest is a plain SHA-256 of the secret and the message in a row, as \
                 NotificationAPI's Python package makes it",
            ),
            Self::Digest { slip, .. } => write!(f, "the digest {}", slip.row().1),
            Self::Message { slip: MessageSlip::OtherField(name), .. } => {
                write!(f, "what was hashed was `{name}`")
            }
            Self::Message { slip, .. } => write!(f, "what was hashed {}", slip.row().1),
            Self::Secret { slip, .. } => write!(f, "the secret {}", slip.row().1),
            Self::OtherMode(id) => {
                write!(f, "the proof is made with key `{id}`, a secret of the other mode")
            }
            Self::RetiredKey(id) => {
                write!(f, "the proof is made with key `{id}`, which is retired")
            }
            Self::KeyOfElsewhere { id, whose } => {
                write!(f, "the proof is made with key `{id}`, which is {whose}")
            }
            Self::PublicKeyAsSecret => f.write_str(
                "the token is signed with the public key as if it were a secret: an attack",
            ),
            Self::Wrapped(what) => write!(f, "the token has {what}"),
            Self::DerSignature => f.write_str("the signature is written in DER, as OpenSSL does"),
            Self::Algorithm { named, .. } => {
                write!(f, "the token is signed with {named}, and no key of the widget is for that")
            }
            Self::Audience { claim, named, wanted, .. } => {
                write!(f, "`{claim}` is {named}, and for this widget it is {wanted:?}")
            }
            Self::ClaimIsNot { claim, named, wanted } => {
                write!(f, "`{claim}` is {named}, and in this profile it is {wanted:?}")
            }
            Self::ClaimElsewhere { wanted, found } => {
                write!(f, "the claim `{wanted}` is missing, and there is `{found}`")
            }
            Self::ClaimIs { claim, found } => write!(f, "the claim `{claim}` is {found}"),
            Self::Milliseconds(claim) => write!(f, "`{claim}` is in milliseconds"),
            Self::Expired { by, age } => {
                write!(f, "the token expired {by} s ago, and says that it is {age} s old")
            }
            Self::Refused(reason) => write!(f, "{reason}"),
        }
    }
}
