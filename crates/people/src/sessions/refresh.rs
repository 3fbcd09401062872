//! Renews a session's tokens: once each, the same successor for callers that race.
//!
//! The next secret is a function of the presented one and of a stored nonce, so that the
//! identical successor can be given twice without being kept.

use axum::http::request::Parts;
use countersign_base::{Digest, Moment};
use countersign_door::{App, Arrival, Cx, Problem, Target};
use countersign_infra::chance;
use countersign_infra::vault::Key;

use super::bind::Call;
use super::model::{IDLE, RACE, RefreshParts, Refusal, Session};
use super::store;
use crate::{People, audit};

/// What a presented refresh token leads to.
enum Step {
    /// New tokens.
    Renewed(Box<Session>, RefreshParts),
    /// It was used before: the session has ended (S4).
    Reused,
    /// The session is unknown or over.
    Over,
}

/// Renews the session of `text`.
pub(super) async fn refresh(
    app: &App,
    people: &People,
    parts: &Parts,
    text: &str,
) -> Result<(Session, countersign_base::Scope, String), Problem> {
    let now = app.clock.now();
    let token = RefreshParts::read(text, &people.sessions.secrets).ok_or(Refusal::Over)?;
    let scope = app.scope(token.tenant).await?.ok_or(Refusal::Over)?;
    let key = if parts.headers.contains_key("dpop") {
        let call = Call { parts, scope, access_token: None, now };
        Some(people.sessions.binding.check(app, call).await?)
    } else {
        None
    };
    let system = app.system(scope).await?;
    let arrival = parts.extensions.get::<Arrival>();
    let network = arrival.map(|arrival| super::network_mark(system.keys(), arrival));
    let rotation = std::sync::Arc::clone(&people.sessions.secrets);
    let presented = Presented { token, key, network };
    let step =
        system.write(async move |cx: &mut Cx<'_>| presented.step(cx, &rotation).await).await?;
    match step {
        Step::Renewed(session, next) => {
            Ok((*session, scope, next.reveal(&people.sessions.secrets)))
        }
        Step::Reused | Step::Over => Err(Refusal::Over.into()),
    }
}

struct Presented {
    token: RefreshParts,
    key: Option<String>,
    network: Option<Vec<u8>>,
}

impl Presented {
    async fn step(&self, cx: &mut Cx<'_>, rotation: &Key) -> Result<Step, Refusal> {
        let Some(session) = store::find(cx, self.token.session).await? else {
            return Ok(Step::Over);
        };
        if session.is_over(cx.now()) {
            return Ok(Step::Over);
        }
        if session.thumbprint.is_some() && session.thumbprint != self.key {
            return Err(Refusal::DpopRequired("the session is bound to a key"));
        }
        let digest = Digest::of(&self.token.secret);
        if digest.matches(&session.current) && self.token.generation == session.generation {
            return self.rotate(cx, session, rotation).await;
        }
        self.again(cx, session, &digest, rotation).await
    }

    /// The first use: one compare and swap.
    async fn rotate(
        &self,
        cx: &mut Cx<'_>,
        mut session: Session,
        rotation: &Key,
    ) -> Result<Step, Refusal> {
        let nonce = chance::bytes::<16>();
        let next = self.successor(rotation, nonce);
        let idle_at = cx.now().plus_seconds(IDLE).min(session.expires_at);
        if !store::rotate(cx, &session, &Digest::of(&next.secret), nonce, idle_at).await? {
            // Another node was first: this caller gets what that one gave.
            let Some(session) = store::find(cx, session.id).await? else { return Ok(Step::Over) };
            let digest = Digest::of(&self.token.secret);
            return self.again(cx, session, &digest, rotation).await;
        }
        session.generation += 1;
        session.idle_at = idle_at;
        Ok(Step::Renewed(Box::new(session), next))
    }

    /// A later use: the identical successor while it may not have arrived (S3), else the end
    /// of the session (S4).
    async fn again(
        &self,
        cx: &mut Cx<'_>,
        session: Session,
        digest: &Digest,
        rotation: &Key,
    ) -> Result<Step, Refusal> {
        let is_previous = session.previous.is_some_and(|previous| digest.matches(&previous))
            && self.token.generation + 1 == session.generation;
        let races = is_race(session.rotated_at, cx.now()) || !session.confirmed;
        let elsewhere = session.thumbprint.is_none() && session.network != self.network;
        match session.nonce {
            Some(nonce) if is_previous && races && !elsewhere => {
                audit::note(cx, "session.refresh_replayed", session.id).await?;
                let next = self.successor(rotation, nonce);
                Ok(Step::Renewed(Box::new(session), next))
            }
            _ => {
                store::revoke(cx, session.id).await?;
                audit::note(cx, "session.refresh_reused", session.id).await?;
                cx.revoke(Target::Session(session.id.bytes())).await?;
                Ok(Step::Reused)
            }
        }
    }

    fn successor(&self, rotation: &Key, nonce: [u8; 16]) -> RefreshParts {
        let generation = self.token.generation + 1;
        let mut input = Vec::with_capacity(72);
        input.extend(self.token.session.bytes());
        input.extend(generation.to_be_bytes());
        input.extend(nonce);
        input.extend(self.token.secret);
        RefreshParts {
            tenant: self.token.tenant,
            session: self.token.session,
            generation,
            secret: rotation.mark("cs-rt", &input),
        }
    }
}

fn is_race(rotated_at: Moment, now: Moment) -> bool {
    now <= rotated_at.plus_seconds(RACE)
}
