//! Opens a session: proof, contact, tokens, in this order.

use std::sync::Arc;

use axum::http::request::Parts;
use countersign_base::{ContactId, Digest, Moment, SessionId, Trust, WidgetId};
use countersign_door::{App, Arrival, Cx, Problem, Target, request_id};
use countersign_identity::{Field, Presented, Proven, PublicKey, said};
use countersign_infra::chance;
use countersign_infra::vault::Key;
use serde::Deserialize;

use super::bind::Call;
use super::model::{ABSOLUTE, IDLE, RefreshParts, Refusal, Session, VISITOR, VisitorToken};
use super::{live, store};
use crate::contacts::{self, Claim, Contact};
use crate::coverage::Came;
use crate::refusals::{Found, Judgement, Refused, judge, trust};
use crate::replays::Sighting;
use crate::widgets::{Install, Mode};
use crate::{People, identity_secrets, jwks};

/// What a page sends to open a session.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    /// The public key of the widget.
    pub(super) widget: String,
    /// Exactly the fields of the widget's identity profile; absent for an anonymous visitor.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>)]
    identity: Option<Presented>,
    /// Resumes an unproven contact in this browser.
    #[serde(default)]
    visitor_token: Option<String>,
    /// A public key of the browser, to which the session is bound.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    key: Option<Box<serde_json::value::RawValue>>,
    /// An anonymous session whose conversations join the proven contact.
    #[serde(default)]
    join: Option<Join>,
}

/// A field that is there must be an object: `null` is not an absence.
fn present<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Presented>, D::Error> {
    Presented::deserialize(from).map(Some)
}

/// The proof of the anonymous session that is joined.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Join {
    /// Its access token.
    access_token: String,
    /// Its key's proof for this call, if it is bound to one.
    #[serde(default)]
    dpop: Option<String>,
}

/// A session that was just opened.
pub(super) struct Opened {
    pub(super) session: Session,
    pub(super) contact: Contact,
    pub(super) refresh_token: String,
    pub(super) visitor_token: Option<String>,
    /// Whether its proof had been used up, and so proved nothing (S12).
    is_spent: bool,
}

/// Who the visitor turned out to be.
enum Who {
    Proven(Proven, Trust, Claim),
    Unproven(Vec<(Field, String)>),
}

/// Opens a session for what `new` proves.
pub(super) async fn open(
    app: &App,
    people: &People,
    install: &Arc<Install>,
    parts: &Parts,
    new: NewSession,
) -> Result<Opened, Problem> {
    let now = app.clock.now();
    let install = &jwks::fresh(app, people, install, new.identity.as_ref()).await?;
    let thumbprint = binding(app, people, install, parts, &new, now).await?;
    let who = who(app, people, install, parts, &new, thumbprint.as_deref(), now)?;
    let key = match &who {
        Who::Proven(proven, ..) => install.keys.signer(proven).map(|signer| signer.name.clone()),
        Who::Unproven(_) => None,
    };
    let joined = joined(app, people, install, parts, &new, &who, now).await?;
    let network = network(parts, install, app).await?;
    let place = place(app, install, parts, &who, thumbprint.as_deref(), network.as_deref()).await?;
    let resumed = new.visitor_token.as_deref().and_then(|text| VisitorToken::read(text).ok());
    let widget = install.widget.id;
    let secrets = Arc::clone(&people.sessions.secrets);
    let once = install.widget.single_use_tokens;
    let says = new.identity.as_ref().map_or_else(Vec::new, |it| said(install.profile, it).fields);
    let plan = Plan { widget, thumbprint, network, resumed, joined, secrets, once, says };
    let result = app
        .system(install.scope)
        .await?
        .write(async move |cx: &mut Cx<'_>| plan.carry_out(cx, who).await)
        .await;
    if let (Some(place), Ok(opened)) = (place, &result) {
        let seen = Sighting { contact: opened.contact.id, ..place };
        people.replays.note(install.scope, seen, now);
    }
    if let Some(key) = key {
        count_proven(app, people, install, parts, key, &result);
    }
    Ok(result?)
}

/// Counts what became of a proof that held: its key was used, or it is refused after all.
fn count_proven(
    app: &App,
    people: &People,
    install: &Install,
    parts: &Parts,
    key: String,
    result: &Result<Opened, Refusal>,
) {
    let count = |came| people.coverage.count(app, install.scope, install.widget.id, came);
    if let Some(found) = after_all(result) {
        count(found.came());
        people.refusals.record(refused(install, parts, found));
    } else if result.is_ok() && count(Came::Valid(key.clone())) {
        note_use(app, install, key);
    }
}

/// What a proof that held is refused for, once the store was asked.
fn after_all(result: &Result<Opened, Refusal>) -> Option<Found> {
    match result {
        Ok(opened) if opened.is_spent => Some(Found::spent()),
        Ok(opened) if !opened.contact.flags.is_empty() => Some(Found::weaker()),
        Err(Refusal::Contact(contacts::Refusal::Weaker)) => Some(Found::weaker()),
        Err(Refusal::Spent) => Some(Found::spent()),
        Ok(_) | Err(_) => None,
    }
}

/// The thumbprint of the browser's key, whose proof must come with it (S5).
async fn binding(
    app: &App,
    people: &People,
    install: &Install,
    parts: &Parts,
    new: &NewSession,
    now: Moment,
) -> Result<Option<String>, Refusal> {
    let Some(key) = &new.key else {
        if install.widget.allow_bearer {
            return Ok(None);
        }
        return Err(Refusal::DpopRequired("the widget demands a `key` of the browser"));
    };
    let key = PublicKey::read(key.get()).map_err(|error| Refusal::Key(error.to_string()))?;
    let call = Call { parts, scope: install.scope, access_token: None, now };
    let signed_by = people.sessions.binding.check(app, call).await?;
    if signed_by != key.thumbprint() {
        return Err(Refusal::DpopRequired("it is signed by another key"));
    }
    Ok(Some(signed_by))
}

/// What the proof amounts to under the widget's mode (S1, S9).
fn who(
    app: &App,
    people: &People,
    install: &Install,
    parts: &Parts,
    new: &NewSession,
    thumbprint: Option<&str>,
    now: Moment,
) -> Result<Who, Refusal> {
    let enforces = install.widget.mode == Mode::Enforce;
    let count = |came| people.coverage.count(app, install.scope, install.widget.id, came);
    let Some(presented) = &new.identity else {
        count(Came::Anonymous);
        if !enforces || install.widget.anonymous {
            return Ok(Who::Unproven(Vec::new()));
        }
        people.refusals.record(refused(install, parts, Found::missing()));
        return Err(Refusal::Identity);
    };
    let profile = install.profile;
    profile.admit(presented).map_err(|error| Refusal::Fields(error.to_string()))?;
    let found = match judge(install, presented, now) {
        Judgement::Proven(proven) if is_for_key(&proven, thumbprint) => {
            return Ok(proven_by(proven, enforces));
        }
        Judgement::Proven(_) => Found::other_key(),
        Judgement::Refused(found) => found,
    };
    count(found.came());
    if install.widget.mode != Mode::Off {
        people.refusals.record(refused(install, parts, found));
    }
    if enforces {
        return Err(Refusal::Identity);
    }
    Ok(Who::Unproven(said(profile, presented).fields))
}

fn proven_by(proven: Proven, enforces: bool) -> Who {
    let trust = trust(&proven);
    Who::Proven(proven, trust, if enforces { Claim::Enforced } else { Claim::Observed })
}

/// A proof made for one browser's key is of no use to another.
fn is_for_key(proven: &Proven, thumbprint: Option<&str>) -> bool {
    proven.jkt.as_deref().is_none_or(|jkt| Some(jkt) == thumbprint)
}

/// Remembers when a key last proved someone; off the visitor's way.
fn note_use(app: &App, install: &Install, id: String) {
    let (app, scope) = (app.clone(), install.scope);
    tokio::spawn(async move {
        let system = app.system(scope).await?;
        system.write(async move |cx: &mut Cx<'_>| identity_secrets::used(cx, id).await).await
    });
}

fn refused(install: &Install, parts: &Parts, found: Found) -> Refused {
    let origin = parts.headers.get("origin").and_then(|origin| origin.to_str().ok());
    Refused {
        reference: request_id(),
        scope: install.scope,
        widget: install.widget.id,
        origin: origin.map(ToOwned::to_owned),
        found,
    }
}

/// The anonymous session that is joined, after its own proof (S7).
async fn joined(
    app: &App,
    people: &People,
    install: &Install,
    parts: &Parts,
    new: &NewSession,
    who: &Who,
    now: Moment,
) -> Result<Option<live::Known>, Problem> {
    let Some(join) = &new.join else { return Ok(None) };
    if !matches!(who, Who::Proven(..)) {
        return Err(Refusal::Join.into());
    }
    let session = super::door::living(app, people, &join.access_token, now).await;
    let session = session.map_err(|_| Refusal::Join)?;
    let is_ours = session.widget == install.widget.id
        && session.scope == install.scope
        && !session.trust.is_proven();
    let key = match &join.dpop {
        Some(proof) => {
            let access_token = Some(join.access_token.as_str());
            let call = Call { parts, scope: install.scope, access_token, now };
            Some(people.sessions.binding.check_proof(app, proof, call).await?)
        }
        None => None,
    };
    if is_ours && key == session.thumbprint { Ok(Some(session)) } else { Err(Refusal::Join.into()) }
}

/// The keyed mark of the network that a request comes from; addresses are not kept.
async fn network(parts: &Parts, install: &Install, app: &App) -> Result<Option<Vec<u8>>, Problem> {
    let Some(arrival) = parts.extensions.get::<Arrival>() else { return Ok(None) };
    let keys = app.keys(install.scope.tenant).await?;
    Ok(Some(super::network_mark(&keys, arrival)))
}

/// Where a proof without an end was seen (Z1 of `replays`); the contact is not known yet.
async fn place(
    app: &App,
    install: &Install,
    parts: &Parts,
    who: &Who,
    thumbprint: Option<&str>,
    network: Option<&[u8]>,
) -> Result<Option<Sighting>, Problem> {
    let Who::Proven(proven, ..) = who else { return Ok(None) };
    let (None, Some(signer)) = (proven.expires, install.keys.signer(proven)) else {
        return Ok(None);
    };
    let keys = app.keys(install.scope.tenant).await?;
    let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let proven = proven.fields.first().map_or("", |(_, value)| value);
    let browser = thumbprint.or_else(|| header("user-agent")).unwrap_or_default();
    Ok(Some(Sighting {
        widget: install.widget.id,
        proof: keys.mark("static proof", format!("{} {proven}", signer.name).as_bytes()),
        contact: ContactId::from_bytes([0; 16]),
        browser: keys.mark("browser", browser.as_bytes()),
        network: network.unwrap_or_default().to_vec(),
        origin: header("origin").unwrap_or_default().to_owned(),
    }))
}

struct Plan {
    widget: WidgetId,
    thumbprint: Option<String>,
    network: Option<Vec<u8>>,
    resumed: Option<VisitorToken>,
    joined: Option<live::Known>,
    secrets: Arc<Key>,
    /// Whether a token opens one session only (S12).
    once: bool,
    /// What the page says, should its proof be used up.
    says: Vec<(Field, String)>,
}

impl Plan {
    async fn carry_out(mut self, cx: &mut Cx<'_>, mut who: Who) -> Result<Opened, Refusal> {
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

impl Who {
    /// Who it is once the proof has turned out to be used up: refused, or what was only said.
    fn without_its_proof(self, says: Vec<(Field, String)>) -> Result<Self, Refusal> {
        match self {
            Self::Proven(_, _, Claim::Enforced) => Err(Refusal::Spent),
            Self::Proven(_, _, Claim::Observed) => Ok(Self::Unproven(says)),
            Self::Unproven(said) => Ok(Self::Unproven(said)),
        }
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
