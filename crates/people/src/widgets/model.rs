//! What a widget install is.

use axum::http::StatusCode;
use countersign_base::{
    BadToken, Environment, Fault, Moment, TenantId, Token, TokenKind, WidgetId, tokens,
};
use countersign_door::Problem;
use countersign_guard::Origin;
use countersign_identity::{Profile, Strength, TextFault, profile, profiles};
use serde::{Deserialize, Deserializer, Serialize};

countersign_base::named! {
    /// What a missing or refused proof leads to.
    pub enum Mode {
        /// What the page says is taken as said.
        Off = "off",
        /// As `off`, and what would be refused is counted.
        Observe = "observe",
        /// Everything that is not proven is refused.
        Enforce = "enforce",
    }
}

/// One install of the widget.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the contract")]
pub struct Widget {
    /// Its id.
    pub id: WidgetId,
    /// What members call it.
    pub name: String,
    /// What the page names it by; an address, not a secret.
    pub public_key: String,
    /// Live or test.
    pub environment: Environment,
    /// The identity profile: whose format the proofs have.
    pub profile: String,
    /// The id that the vendor gave this install, if proofs name that instead of the public key.
    pub audience: Option<String>,
    /// What a missing or refused proof leads to.
    pub mode: Mode,
    /// Whether visitors without any identity may come in when the mode is `enforce`.
    pub anonymous: bool,
    /// Whether a session may be used without a key of the browser.
    pub allow_bearer: bool,
    /// Pages that may embed it, each an exact origin.
    pub origins: Vec<String>,
    /// What was signed before this whole second proves nothing.
    pub proofs_valid_from: Option<Moment>,
    /// Whether a token opens one session only, and so must have a `jti` and an `exp`.
    pub single_use_tokens: bool,
    /// Whether three calls of `NotificationAPI`'s Python package may prove a user with its
    /// SHA-256 of secret and id, which is no HMAC.
    pub allow_python_hash: bool,
    /// How it looks.
    pub appearance: Appearance,
    /// When it was made.
    pub created_at: Moment,
}

impl Widget {
    /// What proofs name it by (W9).
    pub fn expected_audience(&self) -> &str {
        self.audience.as_deref().unwrap_or(&self.public_key)
    }

    /// Whether what was allowed `before` may be refused now.
    pub(super) fn is_stricter_than(&self, before: &Self) -> bool {
        self.mode > before.mode
            || self.profile != before.profile
            || self.audience != before.audience
            || (before.anonymous && !self.anonymous)
            || (before.allow_bearer && !self.allow_bearer)
            || (self.single_use_tokens && !before.single_use_tokens)
            || self.proofs_valid_from > before.proofs_valid_from
    }

    /// Whether what was refused `before` may be allowed now.
    pub(super) fn is_weaker_than(&self, before: &Self) -> bool {
        let strength = |widget: &Self| profile(&widget.profile).map(Profile::strength);
        self.mode < before.mode
            || (!before.allow_bearer && self.allow_bearer)
            || (!before.anonymous && self.anonymous)
            || (before.single_use_tokens && !self.single_use_tokens)
            || (!before.allow_python_hash && self.allow_python_hash)
            || self.proofs_valid_from < before.proofs_valid_from
            || (strength(self) == Some(Strength::Hmac) && strength(before) == Some(Strength::Jwt))
    }
}

/// How a widget looks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Appearance {
    /// The main colour, `#rrggbb`.
    pub accent: String,
    /// The heading of the window, at most 60 characters.
    pub title: String,
    /// The first words to a new visitor, at most 300 characters.
    pub greeting: String,
}

impl Default for Appearance {
    fn default() -> Self {
        Self {
            accent: "#3457d5".to_owned(),
            title: "Messages".to_owned(),
            greeting: "Hello! How can we help?".to_owned(),
        }
    }
}

impl Appearance {
    fn check(self) -> Result<Self, Refusal> {
        let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !self.accent.strip_prefix('#').is_some_and(|text| text.len() == 6 && hex(text)) {
            return Err(Refusal::Accent);
        }
        text("title", &self.title, 60)?;
        text("greeting", &self.greeting, 300)?;
        Ok(self)
    }
}

/// What a new widget begins with.
pub struct New {
    /// What members call it.
    pub name: String,
    /// The identity profile.
    pub profile: &'static Profile,
    /// What a missing or refused proof leads to.
    pub mode: Mode,
    /// Whether visitors without any identity may come in.
    pub anonymous: bool,
    /// Whether a session may be used without a key of the browser.
    pub allow_bearer: bool,
    /// Pages that may embed it.
    pub origins: Vec<Origin>,
}

/// A change of a widget's settings; what is absent stays.
#[derive(Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    name: Option<String>,
    mode: Option<Mode>,
    profile: Option<String>,
    /// The vendor's id of this install; `null` for the widget's public key.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    audience: Audience,
    anonymous: Option<bool>,
    allow_bearer: Option<bool>,
    origins: Option<Vec<String>>,
    proofs_valid_from: Option<Moment>,
    single_use_tokens: Option<bool>,
    allow_python_hash: Option<bool>,
    appearance: Option<Appearance>,
}

impl Change {
    /// The widget after the change; nothing of a bad change is taken.
    pub(super) fn apply(self, before: &Widget, now: Moment) -> Result<Widget, Refusal> {
        let mut after = before.clone();
        if let Some(name) = self.name {
            text("name", &name, 80)?;
            after.name = name;
        }
        if let Some(name) = self.profile {
            profile(&name).ok_or_else(|| Refusal::Profile(name.clone()))?;
            after.audience = after.audience.filter(|_| name == before.profile);
            after.profile = name;
        }
        if let Audience::Becomes(audience) = self.audience {
            after.audience = audience.map(|text| install_id(&after.profile, text)).transpose()?;
        }
        if let Some(origins) = self.origins {
            after.origins = exact(&origins)?;
        }
        if let Some(appearance) = self.appearance {
            after.appearance = appearance.check()?;
        }
        if let Some(from) = self.proofs_valid_from {
            if from > now {
                return Err(Refusal::Future);
            }
            after.proofs_valid_from = Some(Moment::from_millis(from.seconds() * 1_000));
        }
        after.single_use_tokens = self.single_use_tokens.unwrap_or(before.single_use_tokens);
        after.allow_python_hash = self.allow_python_hash.unwrap_or(before.allow_python_hash);
        after.mode = self.mode.unwrap_or(before.mode);
        after.anonymous = self.anonymous.unwrap_or(before.anonymous);
        after.allow_bearer = self.allow_bearer.unwrap_or(before.allow_bearer);
        Ok(after)
    }
}

/// The vendor's id in a change: `null` takes it back, and is not an absence.
#[derive(Debug, Default)]
enum Audience {
    #[default]
    Stays,
    Becomes(Option<String>),
}

impl<'de> Deserialize<'de> for Audience {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Option::deserialize(from).map(Self::Becomes)
    }
}

/// An id that tokens of this profile can name an install by (W9).
fn install_id(of: &str, text: String) -> Result<String, Refusal> {
    let called = profile(of).and_then(Profile::install_id);
    let called = called.ok_or_else(|| Refusal::NoAudience(of.to_owned()))?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_id = (1..=128).contains(&text.len()) && text.bytes().all(is_plain);
    if is_id && !text.starts_with("cs_") { Ok(text) } else { Err(Refusal::Audience(called)) }
}

fn exact(origins: &[String]) -> Result<Vec<String>, Refusal> {
    if origins.len() > 50 {
        return Err(Refusal::TooManyOrigins);
    }
    let parse = |text: &String| {
        let origin: Result<Origin, _> = text.parse();
        origin.map(|origin| origin.to_string()).map_err(|error| Refusal::BadOrigin {
            origin: text.chars().take(200).collect(),
            why: error.to_string(),
        })
    };
    let mut exact = origins.iter().map(parse).collect::<Result<Vec<_>, _>>()?;
    exact.sort();
    exact.dedup();
    Ok(exact)
}

fn text(what: &'static str, text: &str, most: usize) -> Result<(), Refusal> {
    countersign_identity::label(text, most).map_err(|fault| Refusal::Text { what, most, fault })
}

/// What the page names a widget by: its tenant and its id, so that finding it asks nothing
/// of any other tenant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The tenant.
    pub tenant: TenantId,
    /// The widget.
    pub widget: WidgetId,
    /// Live or test.
    pub environment: Environment,
}

impl PublicKey {
    /// Reads a key from a page.
    pub fn read(text: &str) -> Result<Self, BadToken> {
        read::<tokens::PublicKeyLive>(text, Environment::Live)
            .or_else(|_| read::<tokens::PublicKeyTest>(text, Environment::Test))
    }

    /// The key as it stands in a page.
    pub fn text(&self) -> String {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.tenant.bytes());
        bytes[16..].copy_from_slice(&self.widget.bytes());
        match self.environment {
            Environment::Live => Token::<tokens::PublicKeyLive, 32>::from_bytes(bytes).reveal(),
            Environment::Test => Token::<tokens::PublicKeyTest, 32>::from_bytes(bytes).reveal(),
        }
    }
}

fn read<K: TokenKind>(text: &str, environment: Environment) -> Result<PublicKey, BadToken> {
    let token = Token::<K, 32>::read(text)?;
    let (tenant, widget) = token.bytes().split_at(16);
    let sixteen = |half: &[u8]| half.try_into().map_err(|_| BadToken(K::PREFIX));
    Ok(PublicKey {
        tenant: TenantId::from_bytes(sixteen(tenant)?),
        widget: WidgetId::from_bytes(sixteen(widget)?),
        environment,
    })
}

/// Why a widget says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No widget has this public key.
    #[error("no widget has this public key; copy it again from the install snippet")]
    Unknown,
    /// No widget has this id.
    #[error("there is no such widget")]
    NoSuchWidget,
    /// The organization has no widget.
    #[error("this organization has no widget yet")]
    NoWidget,
    /// The organization has several widgets.
    #[error("this organization has several widgets; say which with `widget`: wgt_…")]
    WhichWidget,
    /// The page may not embed the widget.
    #[error("pages of `{0}` may not use this widget; add exactly this to its allowed origins")]
    Origin(String),
    /// The text is no origin.
    #[error("`{origin}` is no origin: {why}")]
    BadOrigin {
        /// What was given.
        origin: String,
        /// What would be right.
        why: String,
    },
    /// Too many origins.
    #[error("a widget has at most 50 allowed origins")]
    TooManyOrigins,
    /// No such profile.
    #[error("there is no profile `{0}`; there are: {names}", names = names())]
    Profile(String),
    /// The profile's tokens name no install of the vendor's.
    #[error("tokens of the profile `{0}` name no id of the vendor's; leave `audience` out")]
    NoAudience(String),
    /// The text is no id of the vendor's.
    #[error(
        "`audience` is your {0} at the vendor alone, without an address around it: 1 to 128 \
             letters, digits, `-`, `_` or `.`; `null` for the widget's own public key"
    )]
    Audience(&'static str),
    /// A text is empty, too long or has characters that cannot be seen.
    #[error("`{what}` has 1 to {most} visible characters: {fault}")]
    Text {
        /// Which.
        what: &'static str,
        /// Its longest.
        most: usize,
        /// What is wrong with it.
        fault: TextFault,
    },
    /// The accent is no colour.
    #[error("`accent` is a colour like #3457d5")]
    Accent,
    /// What will be signed cannot be void.
    #[error("`proofs_valid_from` lies in the future; what was signed until now can be void")]
    Future,
    /// Lowering the protection needs an owner.
    #[error("only an owner who has signed in can lower a widget's protection; a secret key cannot")]
    NeedsOwner,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

fn names() -> String {
    profiles().map(Profile::name).collect::<Vec<_>>().join(", ")
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let (status, code) = match &refusal {
            Refusal::Store(fault) => return fault.clone().into(),
            Refusal::NoSuchWidget => return Self::not_found(),
            Refusal::Unknown => (S::NOT_FOUND, "unknown_widget"),
            Refusal::NoWidget => (S::CONFLICT, "no_widget"),
            Refusal::WhichWidget => (S::BAD_REQUEST, "widget_required"),
            Refusal::Origin(_) => (S::FORBIDDEN, "origin_not_allowed"),
            Refusal::BadOrigin { .. } | Refusal::TooManyOrigins => {
                (S::UNPROCESSABLE_ENTITY, "bad_origin")
            }
            Refusal::Profile(_) => (S::UNPROCESSABLE_ENTITY, "unknown_profile"),
            Refusal::NoAudience(_) | Refusal::Audience(_) => {
                (S::UNPROCESSABLE_ENTITY, "bad_audience")
            }
            Refusal::Text { .. } => (S::UNPROCESSABLE_ENTITY, "bad_text"),
            Refusal::Accent => (S::UNPROCESSABLE_ENTITY, "bad_accent"),
            Refusal::Future => (S::UNPROCESSABLE_ENTITY, "bad_date"),
            Refusal::NeedsOwner => (S::FORBIDDEN, "owner_required"),
        };
        Self::new(status, code, refusal.to_string())
    }
}
