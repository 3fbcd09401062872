//! What is known of a customer's published keys.

use axum::http::StatusCode;
use countersign_base::{Fault, Moment};
use countersign_door::Problem;
use countersign_identity::{KeySet, KeySetFault, Profile};
use countersign_infra::fetch::FetchFault;
use serde::Serialize;

use crate::widgets;

/// Seconds after which keys are fetched again (J2).
const OLD: i64 = 600;
/// Seconds between two fetches (J2).
const PAUSE: i64 = 30;

/// Where published keys come from, and what was last found there.
pub struct Source {
    /// The address.
    pub url: String,
    /// The key set, as it was when it was last good.
    pub body: String,
    /// When that was.
    pub fetched_at: Moment,
    /// When it was last tried.
    pub checked_at: Moment,
    /// Why the last try failed.
    pub fault: Option<String>,
    /// Since when every try has failed.
    pub failing_since: Option<Moment>,
}

/// How fresh published keys are.
#[derive(Clone, Copy, Debug)]
pub struct Checked {
    fetched_at: Moment,
    tried_at: Moment,
    /// Whether the last try failed.
    pub is_failing: bool,
}

impl Source {
    pub(super) fn new(body: String, url: String, now: Moment) -> Self {
        let (fault, failing_since) = (None, None);
        Self { url, body, fetched_at: now, checked_at: now, fault, failing_since }
    }

    /// The same after another try: a bad one leaves the keys as they are (J3).
    pub(super) fn checked_at(mut self, now: Moment, fetched: Result<String, String>) -> Self {
        self.checked_at = now;
        match fetched {
            Ok(body) => Self::new(body, self.url, now),
            Err(fault) => {
                self.failing_since = self.failing_since.or(Some(now));
                self.fault = Some(fault);
                self
            }
        }
    }

    /// How fresh it is.
    pub fn checked(&self) -> Checked {
        Checked {
            fetched_at: self.fetched_at,
            tried_at: self.checked_at,
            is_failing: self.failing_since.is_some(),
        }
    }

    /// The keys; none where the widget's profile has changed to one that takes none of them.
    pub fn keys(&self, profile: &'static Profile) -> Option<KeySet> {
        KeySet::read(profile, &self.body).ok().filter(|_| profile.accepts_public_keys())
    }

    pub(super) fn shown(self, profile: &'static Profile) -> Shown {
        let (set, due_at) = (self.keys(profile), self.checked().due_at());
        let keys = set.iter().flat_map(|set| &set.keys).map(|key| PublishedKey {
            kid: key.id().to_owned(),
            algorithm: key.algorithm().name(),
        });
        let skipped = set.iter().flat_map(|set| &set.skipped);
        let skipped =
            skipped.map(|(kid, why)| SkippedKey { kid: kid.clone(), why: why.to_string() });
        Shown {
            keys: keys.collect(),
            skipped: skipped.collect(),
            url: self.url,
            fetched_at: self.fetched_at,
            checked_at: self.checked_at,
            due_at,
            fault: self.fault,
            failing_since: self.failing_since,
        }
    }
}

impl Checked {
    fn due_at(self) -> Moment {
        self.fetched_at.plus_seconds(OLD).max(self.tried_at.plus_seconds(PAUSE))
    }

    pub(super) fn is_old(self, now: Moment) -> bool {
        self.fetched_at.plus_seconds(OLD) <= now
    }

    pub(super) fn may_be_asked(self, now: Moment) -> bool {
        self.tried_at.plus_seconds(PAUSE) <= now
    }
}

/// The published keys of a widget, as an administrator sees them.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Jwks)]
pub struct Shown {
    /// Where they come from.
    pub url: String,
    /// The keys that are accepted.
    pub keys: Vec<PublishedKey>,
    /// The keys of the set that are for something else.
    pub skipped: Vec<SkippedKey>,
    /// When they were last fetched.
    pub fetched_at: Moment,
    /// When it was last tried.
    pub checked_at: Moment,
    /// From when on the next proof has them fetched again, or one with an unknown `kid` earlier.
    pub due_at: Moment,
    /// Why the last try failed; the keys of the time before are still accepted.
    pub fault: Option<String>,
    /// Since when every try has failed.
    pub failing_since: Option<Moment>,
}

/// A key that a customer publishes.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PublishedKey {
    /// What tokens name it by.
    pub kid: String,
    /// What it checks.
    pub algorithm: &'static str,
}

/// A key that is published and not taken.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SkippedKey {
    /// Its name, or its place.
    pub kid: String,
    /// Why.
    pub why: String,
}

/// Why published keys are not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The widget says no.
    #[error(transparent)]
    Widget(#[from] widgets::Refusal),
    /// The widget has no URL.
    #[error("the widget has no JWKS URL")]
    None,
    /// The widget's profile is unknown to this binary.
    #[error("this binary does not know the widget's profile")]
    Profile,
    /// The profile takes shared secrets only.
    #[error("the widget's profile takes no public keys")]
    NoPublicKeys,
    /// Nothing could be fetched.
    #[error("the JWKS URL: {0}")]
    Fetch(#[from] FetchFault),
    /// What was fetched is no good key set.
    #[error("the JWKS URL: {0}")]
    Keys(#[from] KeySetFault),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            Refusal::Store(fault) => fault.into(),
            Refusal::Widget(refusal) => refusal.into(),
            Refusal::None => Self::not_found(),
            Refusal::Profile => Self::bug("a widget has an unknown profile"),
            Refusal::NoPublicKeys | Refusal::Fetch(_) | Refusal::Keys(_) => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad_jwks", detail)
            }
        }
    }
}
