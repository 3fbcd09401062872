//! Opens a session: proof, contact, tokens, in this order.

use std::sync::Arc;

use axum::http::request::Parts;
use countersign_base::{ContactId, Moment};
use countersign_door::{App, Arrival, Cx, Problem};
use countersign_identity::{Presented, PublicKey, said};
use serde::Deserialize;

use super::bind::Call;
use super::live;
use super::model::{Refusal, VisitorToken};
use super::plan::{Opened, Plan};
use super::who::Who;
use crate::replays::Sighting;
use crate::widgets::Install;
use crate::{People, jwks};

/// What a page sends to open a session.
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSession {
    /// The public key of the widget.
    pub(super) widget: String,
    /// Exactly the fields of the widget's identity profile; absent for an anonymous visitor.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>)]
    pub(super) identity: Option<Presented>,
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

/// A request for a session, and all that the answer depends on.
#[derive(Clone, Copy)]
pub(super) struct Opening<'a> {
    pub(super) app: &'a App,
    pub(super) people: &'a People,
    pub(super) install: &'a Install,
    pub(super) parts: &'a Parts,
    pub(super) new: &'a NewSession,
    pub(super) now: Moment,
}

/// Opens a session for what `new` proves.
pub(super) async fn open(
    app: &App,
    people: &People,
    install: &Arc<Install>,
    parts: &Parts,
    new: &NewSession,
) -> Result<Opened, Problem> {
    let install = &jwks::fresh(app, people, install, new.identity.as_ref()).await?;
    let opening = Opening { app, people, install, parts, new, now: app.clock.now() };
    let thumbprint = opening.binding().await?;
    let who = opening.who(thumbprint.as_deref())?;
    let key = who.signer(install).map(|signer| signer.name.clone());
    let joined = opening.joined(&who).await?;
    let network = opening.network().await?;
    let place = opening.place(&who, thumbprint.as_deref(), network.as_deref()).await?;
    let plan = opening.plan(thumbprint, network, joined);
    let system = app.system(install.scope).await?;
    let result = system.write(async move |cx: &mut Cx<'_>| plan.carry_out(cx, who).await).await;
    if let (Some(place), Ok(opened)) = (place, &result) {
        let seen = Sighting { contact: opened.contact.id, ..place };
        people.replays.note(install.scope, seen, opening.now);
    }
    if let Some(key) = key {
        opening.count_proven(key, &result);
    }
    Ok(result?)
}

impl Opening<'_> {
    /// The thumbprint of the browser's key, whose proof must come with it (S5).
    async fn binding(&self) -> Result<Option<String>, Refusal> {
        let Some(key) = &self.new.key else {
            if self.install.widget.allow_bearer {
                return Ok(None);
            }
            return Err(Refusal::DpopRequired("the widget demands a `key` of the browser"));
        };
        let key = PublicKey::read(key.get()).map_err(|error| Refusal::Key(error.to_string()))?;
        let signed_by = self.people.sessions.binding.check(self.app, self.call(None)).await?;
        if signed_by != key.thumbprint() {
            return Err(Refusal::DpopRequired("it is signed by another key"));
        }
        Ok(Some(signed_by))
    }

    fn call<'a>(&'a self, access_token: Option<&'a str>) -> Call<'a> {
        Call { parts: self.parts, scope: self.install.scope, access_token, now: self.now }
    }

    /// The anonymous session that is joined, after its own proof (S7).
    async fn joined(&self, who: &Who) -> Result<Option<live::Known>, Problem> {
        let Some(join) = &self.new.join else { return Ok(None) };
        if !matches!(who, Who::Proven(..)) {
            return Err(Refusal::Join.into());
        }
        let Self { app, people, install, now, .. } = *self;
        let session = super::door::living(app, people, &join.access_token, now).await;
        let session = session.map_err(|_| Refusal::Join)?;
        let is_ours = session.widget == install.widget.id
            && session.scope == install.scope
            && !session.trust.is_proven();
        let key = match &join.dpop {
            Some(proof) => {
                let call = self.call(Some(&join.access_token));
                Some(people.sessions.binding.check_proof(app, proof, call).await?)
            }
            None => None,
        };
        let is_theirs = is_ours && key == session.thumbprint;
        if is_theirs { Ok(Some(session)) } else { Err(Refusal::Join.into()) }
    }

    /// The keyed mark of the network that the request comes from; addresses are not kept.
    async fn network(&self) -> Result<Option<Vec<u8>>, Problem> {
        let Some(arrival) = self.parts.extensions.get::<Arrival>() else { return Ok(None) };
        let keys = self.app.keys(self.install.scope.tenant).await?;
        Ok(Some(super::network_mark(&keys, arrival)))
    }

    /// Where a proof without an end was seen (Z1 of `replays`); the contact is not known yet.
    async fn place(
        &self,
        who: &Who,
        thumbprint: Option<&str>,
        network: Option<&[u8]>,
    ) -> Result<Option<Sighting>, Problem> {
        let Who::Proven(proven, ..) = who else { return Ok(None) };
        let (None, Some(signer)) = (proven.expires, who.signer(self.install)) else {
            return Ok(None);
        };
        let keys = self.app.keys(self.install.scope.tenant).await?;
        let proven = proven.fields.first().map_or("", |(_, value)| value);
        let browser = thumbprint.or_else(|| self.header("user-agent")).unwrap_or_default();
        Ok(Some(Sighting {
            widget: self.install.widget.id,
            proof: keys.mark("static proof", format!("{} {proven}", signer.name).as_bytes()),
            contact: ContactId::from_bytes([0; 16]),
            browser: keys.mark("browser", browser.as_bytes()),
            network: network.unwrap_or_default().to_vec(),
            origin: self.header("origin").unwrap_or_default().to_owned(),
        }))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.parts.headers.get(name).and_then(|value| value.to_str().ok())
    }

    fn plan(
        &self,
        thumbprint: Option<String>,
        network: Option<Vec<u8>>,
        joined: Option<live::Known>,
    ) -> Plan {
        let Self { people, install, new, .. } = *self;
        let says = |presented| said(install.profile, presented).fields;
        Plan {
            widget: install.widget.id,
            thumbprint,
            network,
            resumed: new.visitor_token.as_deref().and_then(|text| VisitorToken::read(text).ok()),
            joined,
            secrets: Arc::clone(&people.sessions.secrets),
            once: install.widget.single_use_tokens,
            says: new.identity.as_ref().map_or_else(Vec::new, says),
        }
    }
}
