//! Sign-ins that were used lately, in memory, so that most requests ask no database.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use countersign_base::{Digest, MemberId, Moment, OrganizationId, Role, Scope, SignInId};
use countersign_door::live::Code;
use countersign_door::{App, Revocation, Target};

use super::cookie::Claimed;
use crate::remember::Remembered;

/// Sign-ins that are remembered at most.
const MOST: usize = 50_000;
/// Milliseconds for which the store's word about a sign-in is good.
const GOOD_FOR: i64 = 60_000;

/// The sign-ins that were used lately.
pub(super) struct Live(pub(super) Remembered<SignInId, LiveSignIn>);

pub(super) type Known = Arc<LiveSignIn>;

impl Default for Live {
    fn default() -> Self {
        Self(Remembered::new(MOST))
    }
}

/// What a request needs to know of its sign-in.
pub(super) struct LiveSignIn {
    pub(super) id: SignInId,
    pub(super) organization: OrganizationId,
    pub(super) scope: Scope,
    pub(super) member: MemberId,
    pub(super) role: Role,
    pub(super) digest: Digest,
    pub(super) expires_at: Moment,
    pub(super) last_used: AtomicI64,
    pub(super) ended: AtomicBool,
}

impl LiveSignIn {
    /// Whether the cookie's claim is true, and the sign-in neither ended nor too old (M5, M6).
    pub(super) fn is(&self, claimed: &Claimed, now: Moment) -> bool {
        self.digest.matches(&claimed.digest)
            && self.organization == claimed.organization
            && now < self.expires_at
            && !self.ended.load(Ordering::Acquire)
    }

    /// Whether the store has to be asked again, which also notes the use.
    pub(super) fn is_stale(&self, now: Moment) -> bool {
        now.millis() - self.last_used.load(Ordering::Acquire) >= GOOD_FOR
    }

    /// The store has just said that it still holds.
    pub(super) fn used(&self, now: Moment) {
        self.last_used.fetch_max(now.millis(), Ordering::AcqRel);
    }

    /// Makes everybody who still holds it refuse it.
    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
    }
}

impl Live {
    /// Ends what was revoked: on the next request, and its sockets now.
    pub(super) fn end(&self, app: &App, revocation: &Revocation) {
        let Target::SignIn(gone) = revocation.target else { return };
        self.0.forget(|id, _| id.bytes() == gone, LiveSignIn::end);
        app.hub.close_session(&gone, Code::SESSION_OVER, "the session is over");
    }
}
