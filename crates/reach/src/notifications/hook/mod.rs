//! Hooks: a customer's own provider carries `sms`, `call`, `mobile_push` and `slack`.
//!
//! - **NH1** An environment has one hook a channel: an `https` URL, and a secret `cs_whsec_…` of
//!   ours, shown when it is made and sealed from then on. Without a hook the channel is not
//!   configured.
//! - **NH2** Each call is signed: `webhook-signature: v1,` and the HMAC-SHA256 of
//!   `webhook-id.webhook-timestamp.body` in base64, under the secret's text. The id is the same at
//!   every attempt.
//! - **NH3** Any 2xx is delivered. 429, 5xx, no answer within ten seconds and no connection are
//!   tried again, not before `Retry-After`; everything else, redirects too, is final.
//! - **NH4** Nobody is asked at an address that is not public.
//! - **NH5** A hook gets what its channel needs: the telephone number only for `sms` and `call`, and
//!   only one that was proven or set.

mod carry;
mod sign;

use countersign_base::{Fault, Moment, Token, tokens};
use countersign_door::{App, Cx};
use countersign_infra::chance;
use countersign_people::audit;
use serde::Serialize;

pub use self::carry::Hook;
pub use self::sign::signature;
use super::channel::Channel;
use super::refusal::Refusal;
use super::store::hook as store;

/// The secret under which a hook's calls are signed.
pub type Secret = Token<tokens::Webhook, 32>;

/// The channels that have hooks.
pub const CHANNELS: [Channel; 4] =
    [Channel::Sms, Channel::Call, Channel::MobilePush, Channel::Slack];

/// A hook as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Shown {
    /// The channel.
    pub channel: Channel,
    /// Where it is called.
    pub url: String,
    /// The secret under which calls are signed; only in the answer that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// Since when its URL and secret hold.
    pub changed_at: Moment,
}

/// Refuses a URL that would never be called (NH1).
pub fn admitted(app: &App, url: &str) -> Result<(), Refusal> {
    app.fetcher.admit(url).map(drop).map_err(|fault| Refusal::HookUrl(fault.to_string()))
}

/// Every hook, by channel.
pub async fn list(cx: &mut Cx<'_>) -> Result<Vec<Shown>, Fault> {
    store::list(cx).await
}

/// Sets a channel's hook, with a new secret: the one before it signs nothing any more (NH1).
///
/// The URL was [`admitted`].
pub async fn set(cx: &mut Cx<'_>, channel: Channel, url: String) -> Result<Shown, Refusal> {
    if !CHANNELS.contains(&channel) {
        return Err(Refusal::NoHook);
    }
    let secret = Secret::from_bytes(chance::bytes());
    store::put(cx, channel, &url, &secret).await?;
    audit::note(cx, "notification_hook.changed", channel.name()).await?;
    Ok(Shown { channel, url, secret: Some(secret.reveal()), changed_at: cx.now() })
}

/// Removes a channel's hook; what waits for it is tried until its day is over.
pub async fn remove(cx: &mut Cx<'_>, channel: Channel) -> Result<(), Refusal> {
    if store::remove(cx, channel).await? == 0 {
        return Err(Refusal::NoSuchNotification);
    }
    audit::note(cx, "notification_hook.removed", channel.name()).await?;
    Ok(())
}
