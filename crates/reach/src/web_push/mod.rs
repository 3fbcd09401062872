//! Web push: notifications of the browser, also where no page is open (RFC 8030).
//!
//! - **NP1** A message is encrypted for the one browser that it is for (RFC 8291); the push
//!   service between carries what it cannot read.
//! - **NP2** An environment has one key that says to push services who sends (RFC 8292). It is
//!   made when it is first asked for, kept sealed, and never leaves the server.
//! - **NP3** Where a browser is reached is kept sealed under the contact's key. Of a contact the
//!   twenty browsers that came last are kept; a browser belongs to whoever was in it last.
//! - **NP4** Only an `https` address is taken, and none that leads into a private network; it is
//!   looked at again for each message.
//! - **NP5** A contact reaches its own subscriptions only; staff see the host of an address and
//!   nothing more of it.
//! - **NP6** What made a subscription ends it: the session when somebody ends it, the key when it
//!   is retired, the contact's or the widget's sessions when all of them are ended. The natural
//!   end of a session does not: push is for who is away. After 60 days without a sign it is over.
//! - **NP7** A browser of which its push service says that it is gone is taken out. What a service
//!   refuses for good is not tried again; what it cannot take now is, not before it wants.
//! - **NP8** A notification that comes twice takes its own place, so nobody sees it twice.

pub mod api;
mod carry;
mod encrypt;
mod ended;
mod model;
mod notice;
mod service;
mod store;
mod vapid;

use countersign_base::{ContactId, Fault, PushSubscriptionId};
use countersign_door::Cx;
use countersign_people::{sessions, widgets};

pub use self::carry::WebPush;
pub use self::encrypt::{MOST, TooLong, encrypt};
pub use self::ended::Ended;
pub use self::model::{BrowserKeys, Given, GivenKeys, Maker, New, Refusal, Shown};
pub use self::store::OLD;
pub use self::vapid::VapidKey;

/// The environment's key, made now if there is none (NP2).
pub async fn key(cx: &mut Cx<'_>) -> Result<VapidKey, Fault> {
    if let Some(key) = store::key(cx).await? {
        return Ok(key);
    }
    store::make_key(cx).await?;
    store::key(cx).await?.ok_or(Fault::Corrupt("a web push key that was made is gone"))
}

/// Whether what made a subscription still counts (NP6).
async fn stands(cx: &mut Cx<'_>, maker: &Maker) -> Result<bool, Fault> {
    if let Some(session) = maker.session {
        return Ok(!sessions::was_ended(cx, session).await?);
    }
    let install = widgets::installed(cx, maker.widget).await?;
    Ok(install.is_some_and(|install| install.still_takes(maker.trace.as_ref())))
}

/// The browsers where a contact is reached, those that came last first.
pub async fn list(cx: &mut Cx<'_>, contact: ContactId) -> Result<Vec<Shown>, Fault> {
    Ok(store::of_contact(cx, contact).await?.iter().map(model::Kept::shown).collect())
}

/// Reaches the contact in this browser from now on, and nobody else (NP3).
pub async fn subscribe(
    cx: &mut Cx<'_>,
    contact: ContactId,
    new: &New,
    maker: &Maker,
) -> Result<Shown, Refusal> {
    key(cx).await?;
    store::put(cx, contact, new, maker).await?;
    store::take_out_surplus(cx, contact).await?;
    let kept = store::find(cx, contact, new).await?;
    Ok(kept.ok_or(Fault::Corrupt("a subscription that was made is gone"))?.shown())
}

/// Reaches the contact in this browser no more (NP5).
pub async fn unsubscribe(
    cx: &mut Cx<'_>,
    contact: ContactId,
    id: PushSubscriptionId,
) -> Result<(), Refusal> {
    let removed = store::remove(cx, contact, id).await?;
    if removed == 0 { Err(Refusal::NoSuchSubscription) } else { Ok(()) }
}
