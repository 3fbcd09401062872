//! Binds sessions to keys of browsers: `DPoP` (RFC 9449) with the server's own nonces.

use std::collections::HashSet;
use std::sync::Mutex;

use axum::http::request::Parts;
use countersign_base::{Digest, Fault, Moment, Scope};
use countersign_door::{App, Cx};
use countersign_guard::Origin;
use countersign_identity::{DpopFault, DpopProof, dpop};
use countersign_infra::vault::Key;

use super::model::Refusal;
use super::nonce::{Keeper, NONCE, Nonces};
use super::store;

/// Seconds after which a proof's id may be forgotten: twice the life of a nonce.
const MEMORY: i64 = 2 * 2 * NONCE;
/// Proof ids that one shard remembers at most; beyond it calls are refused, not believed.
const MOST: usize = 200_000;
const SHARDS: usize = 16;

/// Checks proofs of possession.
pub(super) struct Binding {
    nonces: Nonces,
    seen: Vec<Mutex<Seen>>,
}

/// Proof ids of this half of the memory and of the one before.
#[derive(Default)]
struct Seen {
    half: i64,
    young: HashSet<Digest>,
    old: HashSet<Digest>,
}

/// The call that a proof is for.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    /// Its method and path.
    pub(super) parts: &'a Parts,
    /// Whose widget it is.
    pub(super) scope: Scope,
    /// The token that came with it; a call that opens or renews a session has none.
    pub(super) access_token: Option<&'a str>,
    /// When it came.
    pub(super) now: Moment,
}

impl Binding {
    pub(super) fn new(key: Key) -> Self {
        let seen = (0..SHARDS).map(|_| Mutex::default()).collect();
        Self { nonces: Nonces::new(key), seen }
    }

    /// A nonce of this moment, whose proofs this process remembers.
    pub(super) fn nonce(&self, now: Moment) -> String {
        self.nonces.new_nonce(Keeper::Process, now)
    }

    /// The thumbprint of the key that signed this call's `DPoP` header (S5).
    pub(super) async fn check(&self, app: &App, call: Call<'_>) -> Result<String, Refusal> {
        let header = call.parts.headers.get("dpop").and_then(|value| value.to_str().ok());
        let header = header.ok_or(Refusal::DpopRequired("the header is missing"))?;
        self.check_proof(app, header, call).await
    }

    /// As [`Binding::check`], for a proof that came in the body.
    pub(super) async fn check_proof(
        &self,
        app: &App,
        proof: &str,
        call: Call<'_>,
    ) -> Result<String, Refusal> {
        let proof = read(app, proof, call)?;
        let keeper = self.nonces.keeper(proof.nonce.as_deref(), call.now);
        let mark = Digest::of(format!("dpop {}.{}", proof.jkt, proof.jti).as_bytes());
        let is_first = match keeper.map_err(Refusal::Nonce)? {
            Keeper::Process => self.is_first(mark, call.now),
            Keeper::Store => is_first_anywhere(app, mark, call).await?,
        };
        if is_first { Ok(proof.jkt) } else { Err(Refusal::DpopRequired("it was used before")) }
    }

    fn is_first(&self, mark: Digest, now: Moment) -> bool {
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

/// The proof, if it was signed for this call.
fn read(app: &App, proof: &str, call: Call<'_>) -> Result<DpopProof, Refusal> {
    let path = path(call.parts);
    let made_for = |origin: &Origin| {
        let (method, url) = (call.parts.method.as_str(), format!("{origin}{path}"));
        dpop(proof, method, &url, call.access_token, call.now.seconds())
    };
    let (widget, public) = (&app.origins.widget, &app.origins.public);
    let read = match made_for(widget) {
        Err(DpopFault::Address) if public != widget => made_for(public),
        read => read,
    };
    read.map_err(|_| Refusal::DpopRequired("it is not signed for this call"))
}

/// Whether no process has seen the proof; costs a row of the store (S11).
async fn is_first_anywhere(app: &App, mark: Digest, call: Call<'_>) -> Result<bool, Fault> {
    let forgotten = call.now.plus_seconds(MEMORY);
    app.system(call.scope)
        .await?
        .write(async move |cx: &mut Cx<'_>| store::spend_proof(cx, &mark.0, forgotten).await)
        .await
}

/// The path as the client wrote it, before any router took a part of it.
fn path(parts: &Parts) -> &str {
    let original = parts.extensions.get::<axum::extract::OriginalUri>();
    original.map_or(parts.uri.path(), |original| original.0.path())
}
