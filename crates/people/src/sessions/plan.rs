//! What opening a session writes: one transaction, all of it or nothing.

use std::sync::Arc;

use countersign_base::{ContactId, Digest, SessionId, Trust, WidgetId};
use countersign_door::{Cx, Target};
use countersign_identity::Field;
use countersign_infra::chance;
use countersign_infra::vault::Key;

use super::model::{ABSOLUTE, IDLE, RefreshParts, Refusal, Session, VISITOR, VisitorToken};
use super::who::Who;
use super::{live, store};
use crate::contacts::{self, Contact};

/// A session that was just opened.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) contact: Contact,
    pub(super) refresh_token: String,
    pub(super) visitor_token: Option<String>,
    /// Whether its proof had been used up, and so proved nothing (S12).
    pub(super) is_spent: bool,
}

/// A session that is about to be opened.
pub(super) struct Plan {
    pub(super) widget: WidgetId,
    pub(super) thumbprint: Option<String>,
    pub(super) network: Option<Vec<u8>>,
    pub(super) resumed: Option<VisitorToken>,
    pub(super) joined: Option<live::Known>,
    pub(super) secrets: Arc<Key>,
    /// Whether a token opens one session only (S12).
    pub(super) once: bool,
    /// What the page says, should its proof be used up.
    pub(super) says: Vec<(Field, String)>,
}

impl Plan {
    /// Finds or makes the contact, joins what is to be joined, and stores the session.
    pub(super) async fn carry_out(
        mut self,
        cx: &mut Cx<'_>,
        mut who: Who,
    ) -> Result<Opened, Refusal> {
        let is_spent = self.once && !spend(cx, self.widget, &who).await?;
        if is_spent {
            who = who.without_its_proof(std::mem::take(&mut self.says))?;
        }
        let (contact, trust) = match who {
            Who::Proven(proven, trust, claim) => {
                (contacts::recognise(cx, &proven, trust, claim).await?, trust)
            }
            Who::Unproven(said) => {
                let resumed = self.resume(cx).await?;
                let trust = if said.is_empty() { Trust::Anonymous } else { Trust::Claimed };
                (contacts::say(cx, resumed, &said).await?, trust)
            }
        };
        if let Some(from) = &self.joined {
            join(cx, from, contact.id).await?;
        }
        let (session, refresh_token) = self.session(cx, contact.id, trust).await?;
        let visitor_token =
            if trust.is_proven() { None } else { Some(visitor_token(cx, contact.id).await?) };
        Ok(Opened { session, contact, refresh_token, visitor_token, is_spent })
    }

    /// The contact of the browser's visitor token, which is spent by this (S8).
    async fn resume(&self, cx: &mut Cx<'_>) -> Result<Option<ContactId>, Refusal> {
        let Some(token) = &self.resumed else { return Ok(None) };
        let bytes = token.bytes();
        if bytes[..16] != cx.tenant().bytes() {
            return Ok(None);
        }
        let mut id = [0; 16];
        id.copy_from_slice(&bytes[16..32]);
        match store::spend_visitor(cx, id, &token.digest()).await? {
            Some(contact) => Ok(contacts::resume(cx, contact).await?),
            None => Ok(None),
        }
    }

    async fn session(
        self,
        cx: &mut Cx<'_>,
        contact: ContactId,
        trust: Trust,
    ) -> Result<(Session, String), Refusal> {
        let now = cx.now();
        let id: SessionId = cx.id();
        let parts = RefreshParts {
            tenant: cx.tenant(),
            session: id,
            generation: 1,
            secret: chance::bytes(),
        };
        let session = Session {
            id,
            contact,
            widget: self.widget,
            trust,
            thumbprint: self.thumbprint,
            generation: 1,
            current: Digest::of(&parts.secret),
            previous: None,
            nonce: None,
            rotated_at: now,
            confirmed: true,
            network: self.network,
            created_at: now,
            idle_at: now.plus_seconds(IDLE),
            expires_at: now.plus_seconds(ABSOLUTE),
            revoked_at: None,
        };
        store::insert(cx, &session).await?;
        Ok((session, parts.reveal(&self.secrets)))
    }
}

/// Uses a token up; says whether it was the first time (S12).
async fn spend(cx: &mut Cx<'_>, widget: WidgetId, who: &Who) -> Result<bool, Refusal> {
    let Who::Proven(proven, ..) = who else { return Ok(true) };
    Ok(super::spend(cx, widget, proven).await?)
}

async fn visitor_token(cx: &mut Cx<'_>, contact: ContactId) -> Result<String, Refusal> {
    let mut bytes = [0; 64];
    bytes[..16].copy_from_slice(&cx.tenant().bytes());
    bytes[16..].copy_from_slice(&chance::bytes::<48>());
    let mut id = [0; 16];
    id.copy_from_slice(&bytes[16..32]);
    let token = VisitorToken::from_bytes(bytes);
    let ends = cx.now().plus_seconds(VISITOR);
    store::insert_visitor(cx, id, contact, &token.digest(), ends).await?;
    Ok(token.reveal())
}

/// Moves the anonymous conversations, and ends what led to them (S7).
async fn join(cx: &mut Cx<'_>, from: &live::Known, to: ContactId) -> Result<(), Refusal> {
    if from.contact == to {
        return Err(Refusal::Join);
    }
    if store::revoke(cx, from.id).await? == 0 {
        // It ended while its proof was checked: joined by another call, or signed out.
        return Err(Refusal::Join);
    }
    for conversation in store::join(cx, from.contact, to).await? {
        cx.emit(&super::Joined { conversation, contact: to }).await?;
    }
    store::void_visitors(cx, from.contact).await?;
    cx.revoke(Target::Session(from.id.bytes())).await?;
    Ok(())
}
