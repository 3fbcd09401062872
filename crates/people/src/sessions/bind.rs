//! Binds sessions to keys of browsers: `DPoP` (RFC 9449) with the server's own nonces.

use std::collections::HashSet;
use std::sync::Mutex;

use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::{Digest, Moment};
use countersign_door::App;
use countersign_guard::Origin;
use countersign_identity::{DpopFault, dpop};
use countersign_infra::vault::Key;

use super::model::Refusal;

/// Seconds in which a nonce is good, at most twice this.
const NONCE: i64 = 150;
/// Seconds after which a proof's id may be forgotten: twice the life of a nonce.
const MEMORY: i64 = 2 * 2 * NONCE;
/// Proof ids that one shard remembers at most; beyond it calls are refused, not believed.
const MOST: usize = 200_000;
const SHARDS: usize = 16;

/// Checks proofs of possession.
pub(super) struct Binding {
    key: Key,
    seen: Vec<Mutex<Seen>>,
}

/// Proof ids of this half of the memory and of the one before.
#[derive(Default)]
struct Seen {
    half: i64,
    young: HashSet<Digest>,
    old: HashSet<Digest>,
}

impl Binding {
    pub(super) fn new(key: Key) -> Self {
        Self { key, seen: (0..SHARDS).map(|_| Mutex::default()).collect() }
    }

    /// A nonce of this moment.
    pub(super) fn nonce(&self, now: Moment) -> String {
        self.nonce_of(now.seconds().div_euclid(NONCE))
    }

    fn nonce_of(&self, slot: i64) -> String {
        let mark = self.key.mark("nonce", &slot.to_be_bytes());
        URL_SAFE_NO_PAD.encode(&mark[..16])
    }

    /// The thumbprint of the key that signed this call's `DPoP` header (S5).
    ///
    /// `access_token` is the token that came with it; a call that opens or renews a session
    /// has none.
    pub(super) fn check(
        &self,
        app: &App,
        parts: &Parts,
        access_token: Option<&str>,
        now: Moment,
    ) -> Result<String, Refusal> {
        let header = parts.headers.get("dpop").and_then(|value| value.to_str().ok());
        let header = header.ok_or(Refusal::DpopRequired("the header is missing"))?;
        self.check_proof(app, parts, header, access_token, now)
    }

    /// As [`Binding::check`], for a proof that came in the body.
    pub(super) fn check_proof(
        &self,
        app: &App,
        parts: &Parts,
        header: &str,
        access_token: Option<&str>,
        now: Moment,
    ) -> Result<String, Refusal> {
        let path = path(parts);
        let made_for = |origin: &Origin| {
            let url = format!("{origin}{path}");
            dpop(header, parts.method.as_str(), &url, access_token, now.seconds())
        };
        let (widget, public) = (&app.origins.widget, &app.origins.public);
        let proof = match made_for(widget) {
            Err(DpopFault::Address) if public != widget => made_for(public),
            proof => proof,
        };
        let Ok(proof) = proof else {
            return Err(Refusal::DpopRequired("it is not signed for this call"));
        };
        let slot = now.seconds().div_euclid(NONCE);
        let fresh = proof
            .nonce
            .is_some_and(|nonce| nonce == self.nonce_of(slot) || nonce == self.nonce_of(slot - 1));
        if !fresh {
            return Err(Refusal::Nonce(self.nonce(now)));
        }
        if !self.is_first(&proof.jkt, &proof.jti, now) {
            return Err(Refusal::DpopRequired("it was used before"));
        }
        Ok(proof.jkt)
    }

    fn is_first(&self, jkt: &str, jti: &str, now: Moment) -> bool {
        let mark = Digest::of(format!("{jkt}.{jti}").as_bytes());
        let Ok(mut seen) = self.seen[usize::from(mark.0[0]) % SHARDS].lock() else { return false };
        let half = now.seconds().div_euclid(MEMORY);
        if seen.half != half {
            let young = std::mem::take(&mut seen.young);
            seen.old = if seen.half + 1 == half { young } else { HashSet::new() };
            seen.half = half;
        }
        let known = seen.old.contains(&mark) || seen.young.len() >= MOST;
        !known && seen.young.insert(mark)
    }
}

/// The path as the client wrote it, before any router took a part of it.
fn path(parts: &Parts) -> &str {
    let original = parts.extensions.get::<axum::extract::OriginalUri>();
    original.map_or(parts.uri.path(), |original| original.0.path())
}
