//! Visitors without a session: each call, and each live connection, brings its own proof, as
//! vendors' clients do.
//!
//! - **G1** Where the widget enforces, a call without a valid proof is refused and recorded.
//! - **G2** A connection ends when its proof would not be taken any more.
//! - **G3** A SHA-256 of secret and id proves nobody but in calls that take it, of a widget whose
//!   owner allowed it; a connection never takes it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::request::Parts;
use countersign_base::{ContactId, Scope, Trust, WidgetId};
use countersign_door::live::{Code, Session};
use countersign_door::{App, Revocation, Target, request_id};
use countersign_identity::{Presented, Proven};

use crate::People;
use crate::coverage::Came;
use crate::refusals::{Found, Judgement, Refused, judge, judge_python, trust};
use crate::widgets::{Install, Mode};

/// What a call's proof amounts to.
#[derive(Clone, Debug)]
pub enum Standing {
    /// The proof held.
    Proven(Box<Proven>, Trust),
    /// The widget does not enforce, and the page says who this is.
    Named,
}

/// Holds a call's proof against the widget; `None` refuses it (G1).
pub fn admit(
    app: &App,
    people: &People,
    install: &Install,
    parts: &Parts,
    presented: &Presented,
) -> Option<Standing> {
    let judged = judge(install, presented, app.clock.now());
    standing(app, people, install, parts, judged)
}

/// As [`admit`], in a call that takes the hash of `NotificationAPI`'s Python package too (G3).
pub fn admit_python(
    app: &App,
    people: &People,
    install: &Install,
    parts: &Parts,
    presented: &Presented,
) -> Option<Standing> {
    let judged = judge_python(install, presented, app.clock.now());
    standing(app, people, install, parts, judged)
}

fn standing(
    app: &App,
    people: &People,
    install: &Install,
    parts: &Parts,
    judged: Judgement,
) -> Option<Standing> {
    let found = match judged {
        Judgement::Proven(proven) => {
            if let Some(signer) = install.keys.signer(&proven) {
                let came = Came::Valid(signer.name.clone());
                people.coverage.count(app, install.scope, install.widget.id, came);
            }
            let trust = trust(&proven);
            return Some(Standing::Proven(Box::new(proven), trust));
        }
        Judgement::Refused(found) => found,
    };
    people.coverage.count(app, install.scope, install.widget.id, found.came());
    if install.widget.mode != Mode::Off {
        record(people, install, parts, found);
    }
    (install.widget.mode != Mode::Enforce).then_some(Standing::Named)
}

fn record(people: &People, install: &Install, parts: &Parts, found: Found) {
    let origin = parts.headers.get("origin").and_then(|origin| origin.to_str().ok());
    people.refusals.record(Refused {
        reference: request_id(),
        scope: install.scope,
        widget: install.widget.id,
        origin: origin.map(ToOwned::to_owned),
        found,
    });
}

/// Live connections without a session.
#[derive(Clone, Default)]
pub struct Guests(Arc<Mutex<HashMap<Session, Guest>>>);

/// Whose a live connection is, and the proof that opened it.
#[derive(Clone, Debug)]
pub struct Guest {
    /// Whose widget it is.
    pub scope: Scope,
    /// The widget.
    pub widget: WidgetId,
    /// The contact that it belongs to.
    pub contact: ContactId,
    /// The proof.
    pub presented: Presented,
}

/// A connection's place among the guests; dropping it leaves.
pub struct Entered {
    guests: Guests,
    session: Session,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.guests.all().remove(&self.session);
    }
}

impl Guests {
    /// Remembers a connection, so that a revocation finds it.
    pub fn enter(&self, session: Session, guest: Guest) -> Entered {
        self.all().insert(session, guest);
        Entered { guests: self.clone(), session }
    }

    fn all(&self) -> MutexGuard<'_, HashMap<Session, Guest>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends what a revocation means; where rules changed, each proof is judged again (G2).
    pub(crate) fn revoked(&self, app: &App, people: &People, revocation: &Revocation) {
        let meant = self.meant(revocation);
        if matches!(revocation.target, Target::Contact(_)) {
            return meant.iter().for_each(|(session, _)| end(app, session));
        }
        if meant.is_empty() {
            return;
        }
        let (app, people) = (app.clone(), people.clone());
        tokio::spawn(async move {
            for (session, guest) in meant {
                if !stands(&app, &people, &guest).await {
                    end(&app, &session);
                }
            }
        });
    }

    fn meant(&self, revocation: &Revocation) -> Vec<(Session, Guest)> {
        let is_meant = |guest: &Guest| {
            let of_target = match revocation.target {
                Target::Settings(id) | Target::Widget(id) => guest.widget.bytes() == id,
                Target::Contact(id) => guest.contact.bytes() == id,
                _ => false,
            };
            of_target && guest.scope.tenant == revocation.tenant
        };
        let all = self.all();
        let meant = all.iter().filter(|(_, guest)| is_meant(guest));
        meant.map(|(session, guest)| (*session, guest.clone())).collect()
    }
}

fn end(app: &App, session: &Session) {
    app.hub.close_session(session, Code::SESSION_OVER, "the proof is not valid any more");
}

/// Whether a guest's proof would be taken now; a store that cannot tell says no.
pub async fn stands(app: &App, people: &People, guest: &Guest) -> bool {
    let install = people.widgets.by_id(app, guest.scope.tenant, guest.widget).await;
    let Ok(Some(install)) = install else { return false };
    install.widget.mode != Mode::Enforce
        || matches!(judge(&install, &guest.presented, app.clock.now()), Judgement::Proven(_))
}
