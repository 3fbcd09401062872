//! Visitors' sessions: opened by a proof, bound to a browser's key, ended on every node.
//!
//! - **S1** A refused proof is one constant 401, and makes or changes nothing.
//! - **S2** A session is checked against the server's state on every request; a revoked one is
//!   refused on the next request and its sockets close.
//! - **S3** A refresh token is used once; callers that race get the identical successor.
//! - **S4** Reuse of an old refresh token ends its session, and no other.
//! - **S5** A session bound to a key is of no use without a fresh proof by that key.
//! - **S6** Idle for 24 hours or 30 days old, a session is over; no sliding passes the end.
//! - **S7** An anonymous session's conversations join a proven contact only with the anonymous
//!   session's own proof, once; the anonymous session ends.
//! - **S8** A visitor token resumes an unproven contact only, once, for 30 days, and not after
//!   the visitor has left or somebody has ended the contact's sessions.
//! - **S9** An anonymous visitor comes in only where the widget says so.
//! - **S10** A node that cannot hear of revocations lets nobody in.
//! - **S11** A key's proof is used once: not again on another node, nor after a restart. The
//!   nonce in it names the process that remembers it; where calls wander between processes, the
//!   store remembers.
//! - **S12** Where the widget demands it, a token opens one session, on whichever node: it must
//!   have a `jti` and an `exp`, and its second use proves nothing.

mod access;
pub mod api;
mod bind;
mod door;
mod live;
mod model;
mod nonce;
mod open;
mod plan;
mod refresh;
mod store;
mod ticket;
mod who;

use std::sync::Arc;

use countersign_base::{
    ContactId, ConversationId, Event, Fault, Moment, SessionId, TenantId, Topic, WidgetId,
};
use countersign_door::work::Old;
use countersign_door::{App, Arrival, Cx, Problem, Revocation, Target};
use countersign_guard::Network;
use countersign_identity::Proven;
use countersign_infra::vault::{TenantKeys, Vault};
use serde::{Deserialize, Serialize};

pub use self::door::admit;
pub use self::model::{Refusal, SessionShown};
pub use self::ticket::{StreamPass, ends_at, spend_ticket, still_holds};
use crate::signing::SigningKeys;
use crate::{People, audit};

/// Sessions that were used lately, and the keys around them.
pub struct Sessions {
    live: live::Live,
    access: access::AccessTokens,
    binding: bind::Binding,
    secrets: Arc<countersign_infra::vault::Key>,
}

impl Sessions {
    /// The sessions of a process.
    pub fn new(keys: SigningKeys, vault: &Vault) -> Self {
        let secrets = vault.installation();
        Self {
            live: live::Live::default(),
            access: access::AccessTokens::new(keys),
            binding: bind::Binding::new(secrets.derive("dpop nonce")),
            secrets: Arc::new(secrets.derive("sessions")),
        }
    }

    /// Forgets what was revoked and closes its sockets.
    pub fn end(&self, app: &App, revocation: &Revocation) {
        self.live.end(app, revocation);
    }

    /// The public keys of access tokens.
    pub fn jwks(&self) -> &str {
        self.access.jwks()
    }
}

/// What nobody can ask for any more.
pub fn old() -> impl IntoIterator<Item = Old> {
    store::OLD
}

/// What a single use of this token is remembered by, and until when; a proof without `jti` and
/// `exp` has none.
fn once(cx: &Cx<'_>, widget: WidgetId, proven: &Proven) -> Option<([u8; 32], Moment)> {
    let (jti, expires) = (proven.jti.as_ref()?, proven.expires?);
    let of_widget = [widget.bytes().as_slice(), jti.as_bytes()].concat();
    let mark = cx.keys().mark("single use", &of_widget);
    Some((mark, Moment::from_millis(expires * 1_000)))
}

/// Uses a token up; says whether this was the first time (S12).
pub(crate) async fn spend(
    cx: &mut Cx<'_>,
    widget: WidgetId,
    proven: &Proven,
) -> Result<bool, Fault> {
    let Some((mark, expires)) = once(cx, widget, proven) else { return Ok(true) };
    store::spend_proof(cx, &mark, expires).await
}

/// The browser's key that a living session is bound to.
pub(crate) async fn thumbprint(
    app: &App,
    people: &People,
    session: SessionId,
    tenant: TenantId,
) -> Result<Option<String>, Problem> {
    Ok(door::known(app, people, session, tenant).await?.thumbprint.clone())
}

/// Whether a token has opened its one session (S12).
pub async fn is_spent(cx: &mut Cx<'_>, widget: WidgetId, proven: &Proven) -> Result<bool, Fault> {
    match once(cx, widget, proven) {
        Some((mark, _)) => store::is_spent(cx, &mark).await,
        None => Ok(false),
    }
}

/// The living sessions of a contact, newest first.
pub async fn of_contact(cx: &mut Cx<'_>, contact: ContactId) -> Result<Vec<SessionShown>, Fault> {
    store::of_contact(cx, contact).await
}

/// Whether somebody has ended a session, or it is over for so long that it is forgotten.
pub async fn was_ended(cx: &mut Cx<'_>, id: SessionId) -> Result<bool, Fault> {
    let session = store::find(cx, id).await?;
    Ok(session.is_none_or(|session| session.revoked_at.is_some()))
}

/// Ends one session.
pub async fn end(cx: &mut Cx<'_>, id: SessionId) -> Result<(), Refusal> {
    if store::revoke(cx, id).await? == 0 {
        return Err(Refusal::NoSuchSession);
    }
    audit::note(cx, "session.ended", id).await?;
    cx.revoke(Target::Session(id.bytes())).await?;
    Ok(())
}

/// Ends a visitor's own session, and the tokens that would resume an unproven one (S8).
async fn leave(cx: &mut Cx<'_>, id: SessionId, contact: ContactId) -> Result<(), Refusal> {
    store::void_visitors(cx, contact).await?;
    end(cx, id).await
}

/// Marks every session of a contact as ended; the caller revokes.
///
/// What could open another one without a proof ends with them (S8).
pub(crate) async fn end_of_contact(cx: &mut Cx<'_>, contact: ContactId) -> Result<u64, Fault> {
    store::void_visitors(cx, contact).await?;
    store::revoke_contact(cx, contact).await
}

/// Marks every session of a widget as ended; the caller revokes.
pub(crate) async fn end_of_widget(cx: &mut Cx<'_>, widget: WidgetId) -> Result<u64, Fault> {
    store::revoke_widget(cx, widget).await
}

/// The keyed mark of the network that a request comes from; addresses are not kept.
fn network_mark(keys: &TenantKeys, arrival: &Arrival) -> Vec<u8> {
    keys.mark("network", &Network::from(arrival.address).bytes()).to_vec()
}

/// An anonymous conversation has joined a proven contact.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Joined {
    conversation: ConversationId,
    contact: ContactId,
}

impl Event for Joined {
    const KIND: &'static str = "conversation.changed";

    fn topic(&self) -> Topic {
        Topic::Contact(self.contact)
    }
}
