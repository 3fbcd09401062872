//! Who is who: organizations, members, keys, widgets and their identity settings, sessions,
//! contacts, refusals and the audit log.

pub mod api_keys;
pub mod audit;
pub mod contacts;
pub mod coverage;
pub mod guests;
pub mod identity_secrets;
pub mod jwks;
pub mod members;
pub mod merges;
pub mod organizations;
pub mod refusals;
mod remember;
pub mod replays;
pub mod sessions;
pub mod signing;
pub mod widgets;

use std::sync::Arc;

use axum::http::request::Parts;
use countersign_door::{Admitted, App, Doorkeeper, Pending, Plane, Problem, Revocation, Target};

/// What the features here remember while the process runs.
#[derive(Clone)]
pub struct People(Arc<Shared>);

/// The features' own parts.
pub struct Shared {
    /// Installs that were used lately.
    pub widgets: widgets::Widgets,
    /// Sessions that were used lately, and the keys that sign and check their tokens.
    pub sessions: sessions::Sessions,
    /// Members' sign-ins.
    pub members: members::Members,
    /// Secret keys.
    pub api_keys: api_keys::ApiKeys,
    /// Refused proofs on their way to the store.
    pub refusals: refusals::Refusals,
    /// Live connections without a session.
    pub guests: guests::Guests,
    /// Proofs, counted on their way to the store.
    pub coverage: coverage::Counts,
    /// Where static proofs were seen, on their way to the store.
    pub replays: replays::Sightings,
    /// Fetches the keys that customers publish.
    pub jwks: jwks::Jwks,
}

impl People {
    /// Puts the parts together.
    pub fn new(parts: Shared) -> Self {
        Self(Arc::new(parts))
    }
}

impl std::ops::Deref for People {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl Doorkeeper for People {
    fn admit<'a>(
        &'a self,
        app: &'a App,
        plane: Plane,
        parts: &'a Parts,
    ) -> Pending<'a, Result<Admitted, Problem>> {
        Box::pin(async move {
            match plane {
                Plane::Widget => sessions::admit(app, self, parts).await,
                Plane::Server => api_keys::admit(app, &self.api_keys, parts).await,
                Plane::Dashboard => members::admit(app, &self.members, parts).await,
            }
        })
    }

    fn revoked(&self, app: &App, revocation: &Revocation) {
        self.forget(app, revocation);
        self.guests.revoked(app, self, revocation);
    }
}

impl People {
    fn forget(&self, app: &App, revocation: &Revocation) {
        match revocation.target {
            Target::Settings(widget) => self.widgets.forget(widget),
            Target::Widget(widget) => {
                self.widgets.forget(widget);
                self.sessions.end(app, revocation);
            }
            Target::Session(_) | Target::Contact(_) => self.sessions.end(app, revocation),
            Target::ApiKey(_) => self.api_keys.forget(revocation),
            Target::SignIn(_) => self.members.forget(app, revocation),
        }
    }
}
