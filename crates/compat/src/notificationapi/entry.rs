//! Who calls: a user with or without a hash, or a server with a secret.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::Method;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use countersign_base::ContactId;
use countersign_door::{App, Cx, System};
use countersign_identity::{Key, Mode, Presented, Proven, sign};
use countersign_people::People;
use countersign_people::contacts::{self, Claim};
use countersign_people::guests::{self, Standing};
use countersign_people::identity_secrets::Trace;
use countersign_people::refusals::{Judgement, judge};
use countersign_people::widgets::Install;
use countersign_reach::web_push::Maker;

use super::address::{Action, Token, mended, readings};
use super::answer::Failure;

/// The profile of an environment.
const PROFILE: &str = "notificationapi";

/// A call that was read, and nothing more.
#[derive(Clone, Copy)]
pub(super) struct Call<'a> {
    pub(super) app: &'a App,
    pub(super) people: &'a People,
    pub(super) parts: &'a Parts,
    pub(super) body: &'a Bytes,
}

/// Who stands behind a call about a user.
#[derive(Clone)]
pub(super) struct Person {
    pub(super) user: String,
    standing: Option<Standing>,
}

impl Call<'_> {
    /// The environment; one that does not exist is refused like a wrong proof.
    pub(super) async fn environment(&self, client: &str) -> Result<Arc<Install>, Failure> {
        environment(self.app, self.people, client).await
    }

    /// The server itself on the environment's rows.
    pub(super) async fn system(&self, install: &Install) -> Result<System, Failure> {
        Ok(self.app.system(install.scope).await?)
    }

    fn token(&self) -> Result<Token, Failure> {
        let header = self.parts.headers.get(AUTHORIZATION);
        let header = header.and_then(|header| header.to_str().ok());
        header.and_then(Token::read).ok_or(Failure::Unauthorized)
    }

    /// Who calls about a user, and what is done (NA1, NA2).
    pub(super) fn person(
        &self,
        install: &Install,
        client: &str,
        tail: &str,
    ) -> Result<(Person, Action), Failure> {
        let token = self.token()?;
        let all = readings(tail);
        let user = all.iter().find_map(|(user, action)| {
            token.hash(client, user).map(|hash| (user.clone(), *action, hash))
        });
        if let Some((user, action, hash)) = user {
            let standing = Some(self.standing(install, &user, &hash, action)?);
            return Ok((Person { user, standing }, action));
        }
        self.server(install, client)?;
        let (user, action) = all.into_iter().next().ok_or(Failure::NotFound)?;
        Ok((Person { user, standing: None }, action))
    }

    fn standing(
        &self,
        install: &Install,
        user: &str,
        hash: &str,
        action: Action,
    ) -> Result<Standing, Failure> {
        let presented = presented(user, hash);
        let is_python = python(action, &self.parts.method);
        let admit = if is_python { guests::admit_python } else { guests::admit };
        let standing = admit(self.app, self.people, install, self.parts, &presented);
        standing.ok_or_else(|| refusal(hash))
    }

    /// Whether the call has a secret of the environment.
    pub(super) fn server(&self, install: &Install, client: &str) -> Result<(), Failure> {
        self.token()?;
        self.secret(install, client).map(drop).ok_or(Failure::WrongProof)
    }

    /// What the call's secret proves, if it is one of the environment.
    fn secret(&self, install: &Install, client: &str) -> Option<Proven> {
        let secret = self.token().ok()?.secret(client)?;
        held(self.app, install, &secret)
    }

    /// What a browser stands on that the call registers (NA7).
    pub(super) fn maker(&self, install: &Install, client: &str, person: &Person) -> Maker {
        let trace = self.trace(install, client, person);
        Maker { widget: install.widget.id, session: None, trace }
    }

    /// What is left of the proof behind the call: the person's hash, or the server's secret.
    fn trace(&self, install: &Install, client: &str, person: &Person) -> Option<Trace> {
        match &person.standing {
            Some(Standing::Proven(proven, _)) => install.keys.trace(proven),
            Some(Standing::Named) => None,
            None => install.keys.trace(&self.secret(install, client)?),
        }
    }
}

/// Whether it is one of the calls in which the Python package sends a hash of its own (NA6).
fn python(action: Action, method: &Method) -> bool {
    matches!(
        (action, method),
        (Action::User, &Method::POST)
            | (Action::Items, &Method::PATCH)
            | (Action::Preferences, &Method::DELETE)
    )
}

/// The environment with this client id.
pub(super) async fn environment(
    app: &App,
    people: &People,
    client: &str,
) -> Result<Arc<Install>, Failure> {
    let install = people.widgets.find(app, client).await.map_err(|_| Failure::Unauthorized)?;
    if install.profile.name() == PROFILE { Ok(install) } else { Err(Failure::Unauthorized) }
}

/// How a hash that does not hold is refused: one that is there was perhaps guessed (NA8).
pub(super) fn refusal(hash: &str) -> Failure {
    if mended(hash).is_some() { Failure::WrongProof } else { Failure::Unauthorized }
}

/// What a user presents, in the words of the profile.
pub(super) fn presented(user: &str, hash: &str) -> Presented {
    let presented = Presented::default().with("userId", user);
    match mended(hash) {
        Some(hash) => presented.with("userIdHash", hash),
        None => presented,
    }
}

/// What a text proves that is one of the environment's secrets: it signs as ours do.
fn held(app: &App, install: &Install, secret: &str) -> Option<Proven> {
    let now = app.clock.now();
    let key = Key::imported(install.profile, Mode::Hmac, "presented", secret).ok()?;
    let claims = Presented::default().with("userId", "server");
    let audience = install.widget.expected_audience();
    let signed = sign(install.profile, &key, &claims, audience, now.seconds()).ok()?;
    let proof = signed.into_iter().fold(claims, |claims, (name, value)| claims.with(&name, value));
    match judge(install, &proof, now) {
        Judgement::Proven(proven) => Some(proven),
        Judgement::Refused(_) => None,
    }
}

impl Person {
    /// A user as a socket presents it.
    pub(super) fn of(user: String, standing: Standing) -> Self {
        Self { user, standing: Some(standing) }
    }

    /// A user that a server names.
    pub(super) fn of_server(user: String) -> Self {
        Self { user, standing: None }
    }

    /// The contact, if there is one; one that was proven more strongly is not reached (NA5).
    pub(super) async fn find(&self, cx: &mut Cx<'_>) -> Result<Option<ContactId>, Failure> {
        let Some((contact, before)) = contacts::named(cx, &self.user).await? else {
            return Ok(None);
        };
        let may = match &self.standing {
            None => true,
            Some(Standing::Proven(_, trust)) => before <= *trust,
            Some(Standing::Named) => !before.is_proven(),
        };
        if may { Ok(Some(contact)) } else { Err(Failure::Unauthorized) }
    }

    /// The contact, made if it is missing; a proof raises what is known of it.
    pub(super) async fn ensure(&self, cx: &mut Cx<'_>) -> Result<ContactId, Failure> {
        if let Some(Standing::Proven(proven, trust)) = &self.standing {
            let contact = contacts::recognise(cx, proven, *trust, Claim::Enforced).await?;
            return Ok(contact.id);
        }
        let known = self.find(cx).await?;
        countersign_reach::notifications::own_id(&self.user)?;
        match known {
            Some(contact) => Ok(contact),
            None => Ok(contacts::ensure(cx, &self.user).await?),
        }
    }

    /// Whether a server speaks, whose word is better than a page's.
    pub(super) fn is_server(&self) -> bool {
        self.standing.is_none()
    }
}
