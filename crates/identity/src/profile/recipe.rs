//! The dialect: what a row of `profiles.toml` can say about a digest or a token.

use serde::Deserialize;

use crate::algorithm::Algorithm;
use crate::hmac::DigestForm;
use crate::profile::Field;
use crate::profile::template::{Path, Template, WidgetText};

/// How a digest is made and where it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HmacRecipe {
    pub(crate) proof: String,
    pub(crate) key: KeyText,
    pub(crate) message: Template,
    #[serde(default)]
    pub(crate) hashed: Hashed,
    pub(crate) digest: DigestForm,
    pub(crate) payload: Option<Payload>,
    #[serde(default)]
    pub(crate) claims: Vec<ClaimRule>,
    /// The field of the message that is the time, in milliseconds.
    pub(crate) time: Option<String>,
    /// Seconds from that time on that the proof holds.
    #[serde(default)]
    pub(crate) lifetime: i64,
}

/// What a token must and may claim and where it stands.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JwtRecipe {
    pub(crate) proof: String,
    /// Nothing where customers sign with keys of their own only.
    pub(crate) key: Option<KeyText>,
    #[serde(default)]
    pub(crate) form: TokenForm,
    #[serde(default = "hs256")]
    pub(crate) shared: Vec<Algorithm>,
    #[serde(default)]
    pub(crate) key_id: KeyIdRule,
    pub(crate) audience: AudienceRule,
    #[serde(default)]
    pub(crate) audience_is: WidgetText,
    #[serde(default)]
    pub(crate) fixed: Vec<(Path, WidgetText)>,
    /// Claims that must be there as text and are not compared.
    #[serde(default)]
    pub(crate) present: Vec<Path>,
    pub(crate) times: TimesRule,
    pub(crate) lifetime: Option<i64>,
    pub(crate) claims: Vec<ClaimRule>,
}

/// How the text of a secret becomes key bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyText {
    /// The UTF-8 bytes of the whole text, as shown.
    Text,
    /// The bytes that its 64 hexadecimal digits stand for.
    Hex,
    /// The bytes that its standard base64 stands for.
    Base64,
}

/// Which of its spellings of an email a back end hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Hashed {
    #[default]
    AsSent,
    Normalised,
    /// Both are tried: they stand for the same person.
    Either,
}

/// Where in the message the claims are, and how they are written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Payload {
    pub(crate) field: String,
    pub(crate) form: PayloadForm,
}

/// How the claims in a message are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum PayloadForm {
    /// JSON as it is.
    Json,
    /// Standard base64 of JSON.
    Base64,
}

/// What kind of token it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TokenForm {
    /// A compact JWS.
    #[default]
    Jws,
    /// PASETO version 2, encrypted with a shared key.
    PasetoV2Local,
}

/// Whether a token must name its key; a name that is there is always honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum KeyIdRule {
    #[default]
    WhenPresent,
    Required,
}

/// Which `aud` a token must have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AudienceRule {
    /// The widget's public key, as a string.
    Text,
    /// The same, or a list of nothing but it, as Go's usual library writes it.
    One,
    /// As `One`, but a token need not have any.
    WhenPresent,
}

/// Which of `iat` and `exp` must be there; what is there is always enforced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum TimesRule {
    /// Both.
    Required,
    /// Neither.
    WhenPresent,
    /// `exp`; a life without `iat` is counted from now.
    Exp,
    /// `iat`, from which on the token lives.
    Iat,
}

/// A claim that the profile knows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimRule {
    pub(crate) claim: Path,
    /// A second name of the same claim.
    pub(crate) or: Option<Path>,
    pub(crate) field: Field,
    #[serde(default)]
    pub(crate) required: bool,
    /// What must stand before the value.
    pub(crate) prefix: Option<String>,
    /// A claim that must be `true`, or this one is not read.
    pub(crate) when: Option<String>,
    /// A claim beside which this one is not read.
    pub(crate) unless: Option<Path>,
    /// A text that is nobody's value.
    pub(crate) never: Option<String>,
}

/// What a profile does with an email that is not trimmed and lower-cased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EmailRule {
    #[default]
    Normalise,
    Refuse,
}

/// What happens to a field of the page that says other than the proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Beside {
    #[default]
    Dropped,
    Refused,
}

fn hs256() -> Vec<Algorithm> {
    vec![Algorithm::Hs256]
}
