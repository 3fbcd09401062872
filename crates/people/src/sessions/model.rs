//! What a session is.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use countersign_base::{
    ContactId, Digest, Fault, Moment, SessionId, TenantId, Token, Trust, WidgetId, tokens,
};
use countersign_door::Problem;
use countersign_infra::vault::Key;
use serde::Serialize;
use subtle::ConstantTimeEq as _;

use crate::{contacts, widgets};

/// Seconds that an access token lives.
pub(super) const ACCESS: i64 = 600;
/// Seconds without a refresh after which a session is over (S6).
pub(super) const IDLE: i64 = 24 * 3_600;
/// Seconds after which a session is over in any case (S6).
pub(super) const ABSOLUTE: i64 = 30 * 24 * 3_600;
/// Seconds that a visitor token lives (S8).
pub(super) const VISITOR: i64 = 30 * 24 * 3_600;
/// Seconds in which callers that race get the identical successor (S3).
pub(super) const RACE: i64 = 10;

/// A refresh token: tenant, session, generation, secret, and our mark on them.
pub(super) type RefreshToken = Token<tokens::Refresh, 84>;
/// A visitor token: tenant, its own id, secret.
pub(super) type VisitorToken = Token<tokens::Visitor, 64>;

/// A session's row.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) id: SessionId,
    pub(super) contact: ContactId,
    pub(super) widget: WidgetId,
    pub(super) trust: Trust,
    pub(super) thumbprint: Option<String>,
    pub(super) generation: i64,
    pub(super) current: Digest,
    pub(super) previous: Option<Digest>,
    pub(super) nonce: Option<[u8; 16]>,
    pub(super) rotated_at: Moment,
    pub(super) confirmed: bool,
    pub(super) network: Option<Vec<u8>>,
    pub(super) created_at: Moment,
    pub(super) idle_at: Moment,
    pub(super) expires_at: Moment,
    pub(super) revoked_at: Option<Moment>,
}

impl Session {
    /// Whether it still counts at `now` (S6).
    pub(super) fn is_over(&self, now: Moment) -> bool {
        self.revoked_at.is_some() || now >= self.ends_at()
    }

    /// When it ends unless it is refreshed (S6).
    pub(super) fn ends_at(&self) -> Moment {
        self.idle_at.min(self.expires_at)
    }
}

/// A session as a member sees it.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SessionShown {
    /// Its id.
    pub id: SessionId,
    /// What was proven when it was opened.
    pub trust: Trust,
    /// Whether it is bound to a key of the browser.
    pub bound: bool,
    /// The widget that it was opened in.
    pub widget: WidgetId,
    /// When it was opened.
    pub created_at: Moment,
    /// When its tokens were last renewed.
    pub last_used_at: Moment,
    /// When it ends at the latest.
    pub expires_at: Moment,
}

/// The parts of a refresh token.
pub(super) struct RefreshParts {
    pub(super) tenant: TenantId,
    pub(super) session: SessionId,
    pub(super) generation: i64,
    pub(super) secret: [u8; 32],
}

impl RefreshParts {
    /// Reads a token that we made; a made-up one is nothing, so that it can end no session.
    pub(super) fn read(text: &str, key: &Key) -> Option<Self> {
        let token = RefreshToken::read(text).ok()?;
        let (bytes, ours) = token.bytes().split_at(68);
        if !bool::from(ours.ct_eq(&key.mark("refresh token", bytes)[..16])) {
            return None;
        }
        let generation: [u8; 4] = bytes[32..36].try_into().ok()?;
        Some(Self {
            tenant: TenantId::from_bytes(bytes[..16].try_into().ok()?),
            session: SessionId::from_bytes(bytes[16..32].try_into().ok()?),
            generation: i64::from(u32::from_be_bytes(generation)),
            secret: bytes[36..].try_into().ok()?,
        })
    }

    pub(super) fn reveal(&self, key: &Key) -> String {
        let mut bytes = [0; 84];
        bytes[..16].copy_from_slice(&self.tenant.bytes());
        bytes[16..32].copy_from_slice(&self.session.bytes());
        let generation = u32::try_from(self.generation).unwrap_or(u32::MAX);
        bytes[32..36].copy_from_slice(&generation.to_be_bytes());
        bytes[36..68].copy_from_slice(&self.secret);
        let mark = key.mark("refresh token", &bytes[..68]);
        bytes[68..].copy_from_slice(&mark[..16]);
        RefreshToken::from_bytes(bytes).reveal()
    }
}

/// Why a session says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The proof was refused; the reason is for the administrator only (S1).
    #[error("this identity was refused")]
    Identity,
    /// The widget demands a key of the browser, or one was given without its proof.
    #[error("this needs a `DPoP` header signed by the key: {0}")]
    DpopRequired(&'static str),
    /// The proof has no nonce of ours, or an old one.
    #[error("repeat the call with the nonce of the `DPoP-Nonce` header")]
    Nonce(String),
    /// The token is unknown, spent, expired or revoked.
    #[error("this session is over; open a new one")]
    Over,
    /// No session has this id.
    #[error("there is no such session")]
    NoSuchSession,
    /// The identity object does not fit the profile.
    #[error("{0}")]
    Fields(String),
    /// The key is no usable public key.
    #[error("`key` is no public P-256 key: {0}")]
    Key(String),
    /// The token has opened its one session.
    #[error("the proof was used before")]
    Spent,
    /// The anonymous session's proof does not hold.
    #[error("`join` needs a living anonymous session of this widget with its own proof")]
    Join,
    /// The contact says no.
    #[error(transparent)]
    Contact(#[from] contacts::Refusal),
    /// The widget says no.
    #[error(transparent)]
    Widget(#[from] widgets::Refusal),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        use StatusCode as S;
        let detail = refusal.to_string();
        match refusal {
            Refusal::Store(fault) => fault.into(),
            Refusal::Contact(refusal) => refusal.into(),
            Refusal::Widget(refusal) => refusal.into(),
            Refusal::Identity | Refusal::Spent => Self::identity_refused(),
            Refusal::NoSuchSession => Self::not_found(),
            Refusal::DpopRequired(_) => Self::new(S::UNAUTHORIZED, "dpop_required", detail),
            Refusal::Over => Self::new(S::UNAUTHORIZED, "session_over", detail),
            Refusal::Fields(_) => Self::new(S::BAD_REQUEST, "unknown_field", detail),
            Refusal::Key(_) => Self::new(S::BAD_REQUEST, "bad_key", detail),
            Refusal::Join => Self::new(S::UNAUTHORIZED, "join_refused", detail),
            Refusal::Nonce(nonce) => {
                let problem = Self::new(S::UNAUTHORIZED, "use_dpop_nonce", detail).with(
                    axum::http::header::WWW_AUTHENTICATE,
                    HeaderValue::from_static("DPoP error=\"use_dpop_nonce\""),
                );
                with_nonce(problem, &nonce)
            }
        }
    }
}

/// The header in which a fresh nonce travels (RFC 9449, section 8).
pub(super) const DPOP_NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

fn with_nonce(problem: Problem, nonce: &str) -> Problem {
    match HeaderValue::from_str(nonce) {
        Ok(value) => problem.with(DPOP_NONCE, value),
        Err(_) => problem,
    }
}
