//! What back ends do wrong: each mistake with a stable code, its cause and its mend in words.

use std::fmt;

use crate::json::JsonFault;
use crate::jws::JwsFault;
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
    },
    /// The token is for somebody else.
    Audience {
        /// Whom it is for.
        named: String,
        /// Whom it should be for.
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

/// How a digest with the right bytes is written wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestSlip {
    /// Space or line breaks around it.
    Surrounded,
    /// `+` became a space on the way.
    PlusLost,
    /// In upper case.
    UpperCase,
    /// In hexadecimal digits, and base64 is wanted.
    Hexadecimal,
    /// In hexadecimal digits with dashes, as C# writes them.
    Dashes,
    /// In base64, and hexadecimal digits are wanted.
    Base64,
    /// Base64 of another alphabet or padding.
    OtherBase64,
    /// Base64 of the hexadecimal digits.
    Base64OfHex,
    /// `sha256=` stands in front.
    Prefixed,
}

/// What was hashed instead of the right text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageSlip {
    /// The text as typed, with capitals and spaces.
    AsTyped,
    /// Trimmed, though not lower-cased.
    NotLowered,
    /// Lower-cased, though not trimmed.
    NotTrimmed,
    /// Trimmed and lower-cased, where it should be as sent.
    Lowered,
    /// Lower-cased in all of Unicode.
    LoweredBeyondAscii,
    /// In upper case.
    UpperCase,
    /// With a newline at its end.
    Newline,
    /// In quotes, as JSON writes it.
    Quoted,
    /// Nothing.
    Empty,
    /// Another field, of this name.
    OtherField(&'static str),
    /// Without what stands between its parts.
    Unjoined,
}

/// How the text of a secret became other bytes than the profile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSlip {
    /// Used as text, and it should be decoded.
    AsText,
    /// Decoded from hexadecimal digits.
    FromHex,
    /// Decoded from base64.
    FromBase64,
    /// Without its prefix.
    WithoutPrefix,
    /// Decoded, without its prefix and checksum.
    Bare,
    /// With a newline at its end.
    Newline,
    /// In quotes.
    Quoted,
    /// With a space before or after it.
    Spaced,
    /// In upper case.
    UpperCase,
    /// Its SHA-256 instead of itself.
    Hashed,
    /// Empty.
    Empty,
}

impl Mistake {
    /// The stable name of the mistake.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Field { .. } => "unknown_field",
            Self::OtherProfile(_) => "other_profile",
            Self::NoProof { .. } => "proof_missing",
            Self::OtherHash(_) => "other_hash",
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
            Self::Algorithm { wanted, .. } => return format!("sign with {wanted}"),
            Self::Audience { named, wanted } => return audience_mend(named, wanted).to_owned(),
            Self::OtherHash(_) => "use HMAC with SHA-256",
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
            Self::Audience { named, wanted } => {
                write!(f, "`aud` is {named}, and for this widget it is {wanted:?}")
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

impl DigestSlip {
    /// The code, and what the digest has or is.
    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Surrounded => ("digest_surrounded", "has space or line breaks around it"),
            Self::PlusLost => {
                ("digest_plus_lost", "was not URL-encoded on its way: each `+` became a space")
            }
            Self::UpperCase => ("digest_upper_case", "is in upper case"),
            Self::Hexadecimal => ("digest_hexadecimal", "is in hexadecimal digits"),
            Self::Dashes => ("digest_dashes", "has dashes between its bytes"),
            Self::Base64 => ("digest_base64", "is in base64"),
            Self::OtherBase64 => ("digest_other_base64", "is in another base64 than the profile's"),
            Self::Base64OfHex => ("digest_base64_of_hex", "is base64 of its hexadecimal digits"),
            Self::Prefixed => ("digest_prefixed", "has the name of the algorithm in front"),
        }
    }
}

impl MessageSlip {
    /// The code, and what the hashed text was.
    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::AsTyped => {
                ("message_as_typed", "was the text as typed, with its capitals and spaces")
            }
            Self::NotLowered => ("message_not_lowered", "was trimmed, though not lower-cased"),
            Self::NotTrimmed => ("message_not_trimmed", "was lower-cased, though not trimmed"),
            Self::Lowered => ("message_lowered", "was trimmed and lower-cased"),
            Self::LoweredBeyondAscii => {
                ("message_lowered_beyond_ascii", "was lower-cased beyond ASCII")
            }
            Self::UpperCase => ("message_upper_case", "was in upper case"),
            Self::Newline => ("message_newline", "ends in a newline"),
            Self::Quoted => ("message_quoted", "was the text in quotes, as JSON writes it"),
            Self::Empty => ("message_empty", "was empty"),
            Self::OtherField(_) => ("message_other_field", "was another field"),
            Self::Unjoined => ("message_unjoined", "lacks what stands between its parts"),
        }
    }
}

impl SecretSlip {
    /// The code, and what was done with the secret.
    fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::AsText => ("secret_as_text", "was used as text"),
            Self::FromHex => ("secret_from_hex", "was decoded from hexadecimal"),
            Self::FromBase64 => ("secret_from_base64", "was decoded from base64"),
            Self::WithoutPrefix => ("secret_without_prefix", "was used without its prefix"),
            Self::Bare => ("secret_bare", "was decoded, without prefix and checksum"),
            Self::Newline => ("secret_newline", "was used with a newline at its end"),
            Self::Quoted => ("secret_quoted", "was used in quotes"),
            Self::Spaced => ("secret_spaced", "was used with a space before or after it"),
            Self::UpperCase => ("secret_upper_case", "was used in upper case"),
            Self::Hashed => ("secret_hashed", "was hashed first"),
            Self::Empty => ("secret_empty", "on your server is empty"),
        }
    }
}

fn audience_mend(named: &str, wanted: &str) -> &'static str {
    match (named.contains("_test_"), named.contains("_live_")) {
        (true, _) if wanted.contains("_live_") => {
            "sign with the live widget's key and secret on the live site"
        }
        (_, true) if wanted.contains("_test_") => {
            "sign with the test widget's key and secret on the test site"
        }
        _ => "set `aud` to what this widget's install snippet names, as a string",
    }
}

/// What to do about a reason when nothing more is known.
fn reason_mend(reason: Reason) -> String {
    let words = match reason {
        Reason::Lifetime { most, .. } => {
            return format!("set `exp` to at most {most} s after `iat`");
        }
        Reason::Token(fault) => token_mend(fault),
        Reason::ForeignProof(_) => "choose the widget's profile that this proof belongs to",
        Reason::BlankProof(_) => "find out why your server answered without a proof",
        Reason::NoKey(_) => "create a secret of this mode for the widget",
        Reason::DigestForm(..) => "write the digest in the form that the profile names",
        Reason::MessageMissing(_) => "send the text that was signed beside its proof",
        Reason::MessageIsToken(_) => "never sign an id that its user chose; sign your own id",
        Reason::AmbiguousJoin(_) => "leave that text out of the value",
        Reason::Time(_) => "write the milliseconds since 1970, as Date.now() does",
        Reason::Payload(_) => "send the payload just as it was signed",
        Reason::Signature => "compare the secret on your server with the newest one shown here",
        Reason::Algorithm => "sign with the algorithm of the key that is registered here",
        Reason::Kind => "leave `typ` out or set it to `JWT`; do not send a token of another kind",
        Reason::UnknownKey => "set `kid` to the id of a key in use, or leave it out",
        Reason::KeyUnnamed => "set `kid` in the token's header to the id of the key",
        Reason::AmbiguousKey => "give each key an id of its own",
        Reason::ClaimMissing(_) => "add the claim on the server that signs",
        Reason::ClaimType(_) => "write texts as strings, and leave out what has no value",
        Reason::ClaimUnfit(_) => "write the claim as the profile says",
        Reason::Contradiction(_) => "let page and token speak of the same person",
        Reason::Value(..) => "mend the value on the server that signs",
        Reason::FieldType(_) => "send a string",
        Reason::Audience => "set `aud` to the public key in the install snippet, as a string",
        Reason::Expired { .. } => "make a new proof for each session instead of keeping one",
        Reason::NotYetValid { .. } => "leave `nbf` out, or let the server keep its time by NTP",
        Reason::IssuedAhead { .. } => "let the server that signs keep its time by NTP",
        Reason::Backwards => "set `exp` after `iat`",
        Reason::Confirmation => "set `cnf` to {\"jkt\": …} with what the page's callback was given",
    };
    words.to_owned()
}

fn token_mend(fault: JwsFault) -> &'static str {
    match fault {
        JwsFault::TooLong => "sign only who the person is, not everything that is known of them",
        JwsFault::Segments(_) => "send a signed token in compact form, not an encrypted one",
        JwsFault::Unsigned => "sign the token; `none` is not an algorithm here",
        JwsFault::Spelling(_) => {
            "send the library's token unchanged: no padding, no quotes, no line breaks"
        }
        JwsFault::Header(_) | JwsFault::HeaderType(_) => "let a JWT library write the header",
        JwsFault::HeaderName(_) => "leave the other header names out",
        JwsFault::NotPaseto => "seal it with PASETO version 2, purpose local",
        JwsFault::Footer => "seal it without a footer",
        JwsFault::Claims(JsonFault::Duplicate(_)) => {
            "write each claim once; Fogbender's own signer writes `userId` twice"
        }
        JwsFault::Claims(_) => "make the payload one JSON object",
    }
}
