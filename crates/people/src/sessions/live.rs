//! Sessions that were used lately, in memory, so that a request asks no database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use countersign_base::{ContactId, Moment, Scope, SessionId, Trust, WidgetId};
use countersign_door::live::Code;
use countersign_door::{App, Revocation, Target};

use super::model::Session;
use crate::remember::Remembered;

/// Sessions that are remembered at most.
const MOST: usize = 500_000;

/// The sessions that were used lately.
pub(super) struct Live(pub(super) Remembered<[u8; 16], LiveSession>);

impl Default for Live {
    fn default() -> Self {
        Self(Remembered::new(MOST))
    }
}

/// What a request needs to know of its session.
pub(super) struct LiveSession {
    pub(super) id: SessionId,
    pub(super) scope: Scope,
    pub(super) contact: ContactId,
    pub(super) widget: WidgetId,
    pub(super) trust: Trust,
    pub(super) thumbprint: Option<String>,
    pub(super) ends_at: Moment,
    pub(super) expires_at: Moment,
    ended: AtomicBool,
    confirmed: AtomicI64,
}

impl LiveSession {
    pub(super) fn new(scope: Scope, session: Session) -> Self {
        let ends_at = session.ends_at();
        let confirmed = if session.confirmed { session.generation } else { session.generation - 1 };
        Self {
            id: session.id,
            scope,
            contact: session.contact,
            widget: session.widget,
            trust: session.trust,
            thumbprint: session.thumbprint,
            ends_at,
            expires_at: session.expires_at,
            ended: AtomicBool::new(false),
            confirmed: AtomicI64::new(confirmed),
        }
    }

    /// Whether it was revoked or has reached its end (S2, S6).
    pub(super) fn is_over(&self, now: Moment) -> bool {
        self.ended.load(Ordering::Acquire) || now >= self.expires_at
    }

    /// Whether this is the first sign that the tokens of `generation` have arrived.
    pub(super) fn confirms(&self, generation: i64) -> bool {
        self.confirmed.load(Ordering::Acquire) < generation
            && self.confirmed.fetch_max(generation, Ordering::AcqRel) < generation
    }
}

impl Live {
    /// Ends what was revoked: on the next request, and its sockets now.
    pub(super) fn end(&self, app: &App, revocation: &Revocation) {
        let tenant = revocation.tenant;
        let is_meant = |session: &LiveSession| {
            session.scope.tenant == tenant
                && match revocation.target {
                    Target::Session(id) => session.id.bytes() == id,
                    Target::Contact(id) => session.contact.bytes() == id,
                    Target::Widget(id) => session.widget.bytes() == id,
                    _ => false,
                }
        };
        let close = |id: &[u8; 16]| {
            app.hub.close_session(id, Code::SESSION_OVER, "the session is over");
        };
        if let Target::Session(id) = revocation.target {
            close(&id);
        }
        if let Target::Contact(id) = revocation.target {
            app.hub.close_topic(&id, Code::SESSION_OVER, "the session is over");
        }
        self.0.forget(
            |_, session| is_meant(session),
            |session| {
                session.ended.store(true, Ordering::Release);
                close(&session.id.bytes());
            },
        );
    }
}

pub(super) type Known = Arc<LiveSession>;
