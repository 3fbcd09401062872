//! Subscriptions, checked as they are made, and why web push says no.

use aws_lc_rs::agreement::{ECDH_P256, ParsedPublicKey, UnparsedPublicKey};
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::{Fault, Moment, NotificationId, PushSubscriptionId, SessionId, WidgetId};
use countersign_door::{App, Problem};
use countersign_infra::fetch::FetchFault;
use countersign_people::identity_secrets::Trace;
use serde::{Deserialize, Serialize};
use url::Url;

/// Bytes of an uncompressed point of P-256.
pub(super) const POINT: usize = 65;

/// A browser's subscription as it writes itself: `JSON.stringify(subscription)`.
#[derive(Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Given {
    /// Where the browser's push service takes messages: an `https` URL of at most 2,000
    /// characters. Whoever knows it and the keys can write to the browser.
    pub endpoint: String,
    /// What messages are encrypted with.
    pub keys: GivenKeys,
    /// Ignored: no browser gives one, and a push service says itself when it is over.
    #[serde(default, rename = "expirationTime", skip_serializing)]
    pub expiration_time: Option<f64>,
}

/// What messages to a browser are encrypted with.
#[derive(Clone, Deserialize, Serialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GivenKeys {
    /// A point of P-256, uncompressed, in base64url.
    pub p256dh: String,
    /// 16 bytes in base64url.
    pub auth: String,
}

/// A subscription that can be written to.
pub struct New {
    pub(super) endpoint: Url,
    pub(super) keys: BrowserKeys,
    pub(super) given: Given,
}

/// The public half of a browser's subscription: who has it writes to the browser, and reads
/// nothing with it.
#[derive(Clone, PartialEq, Eq)]
pub struct BrowserKeys {
    pub(super) point: [u8; POINT],
    pub(super) auth: [u8; 16],
}

/// What made a subscription, and ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Maker {
    /// Whose widget it came through.
    pub widget: WidgetId,
    /// The session that made it.
    pub session: Option<SessionId>,
    /// Where there was no session, what proved the call that made it.
    pub trace: Option<Trace>,
}

/// A subscription as it is kept.
pub(super) struct Kept {
    pub(super) id: PushSubscriptionId,
    pub(super) new: New,
    pub(super) maker: Maker,
    pub(super) created_at: Moment,
    pub(super) renewed_at: Moment,
    pub(super) used_at: Option<Moment>,
    /// The notification that was last taken for it.
    pub(super) used_for: Option<NotificationId>,
}

/// A browser where a contact is reached.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Shown {
    /// Its id.
    pub id: PushSubscriptionId,
    /// The host of its push service.
    #[schema(example = "fcm.googleapis.com")]
    pub host: String,
    /// When it first came.
    pub created_at: Moment,
    /// When the browser last said that it is still there.
    pub renewed_at: Moment,
    /// When a push service last took a message for it.
    pub last_used_at: Option<Moment>,
}

/// Why web push says no.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No subscription in reach has this id.
    #[error("there is no such subscription")]
    NoSuchSubscription,
    /// The address is none that we would write to.
    #[error("`endpoint`: {0}")]
    Endpoint(#[from] FetchFault),
    /// The keys are none.
    #[error("`keys` has `p256dh`, a point of P-256 (65 bytes), and `auth`, 16 bytes, in base64url")]
    Keys,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Store(fault) => return fault.into(),
            Refusal::NoSuchSubscription => return Self::not_found(),
            Refusal::Endpoint(_) => "bad_endpoint",
            Refusal::Keys => "bad_push_keys",
        };
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, refusal.to_string())
    }
}

impl New {
    /// Checks what a browser gave; asks for the address of its push service (NP4).
    pub async fn read(app: &App, given: Given) -> Result<Self, Refusal> {
        let keys = BrowserKeys::read(&given.keys.p256dh, &given.keys.auth)?;
        let endpoint = app.fetcher.look(&given.endpoint).await?;
        Ok(Self { endpoint, keys, given })
    }

    /// What was checked before it was kept.
    pub(super) fn kept(given: Given) -> Result<Self, Fault> {
        let unreadable = Fault::Corrupt("a web push subscription cannot be read");
        let endpoint = Url::parse(&given.endpoint).map_err(|_| unreadable.clone())?;
        let keys = BrowserKeys::read(&given.keys.p256dh, &given.keys.auth);
        Ok(Self { endpoint, keys: keys.map_err(|_| unreadable)?, given })
    }
}

impl BrowserKeys {
    /// The keys in these texts, padded or not, in either alphabet of base64.
    pub fn read(point: &str, auth: &str) -> Result<Self, Refusal> {
        let point = decoded(point).ok_or(Refusal::Keys)?;
        let auth = decoded(auth).ok_or(Refusal::Keys)?;
        // What lies beside the curve would tell of the server's key.
        let checked = ParsedPublicKey::try_from(UnparsedPublicKey::new(&ECDH_P256, &point));
        checked.map_err(|_| Refusal::Keys)?;
        Ok(Self { point, auth })
    }
}

fn decoded<const N: usize>(text: &str) -> Option<[u8; N]> {
    // Nothing longer can be right.
    if text.len() > N * 2 {
        return None;
    }
    let text = text.trim_end_matches('=').replace('+', "-").replace('/', "_");
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

impl Kept {
    pub(super) fn shown(&self) -> Shown {
        Shown {
            id: self.id,
            host: self.new.endpoint.host_str().unwrap_or_default().to_owned(),
            created_at: self.created_at,
            renewed_at: self.renewed_at,
            last_used_at: self.used_at,
        }
    }
}
