//! The vendor's WebSocket: six routes in, four out.

use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use countersign_base::ContactId;
use countersign_door::live::{self, Answer, Code, Conversation, Handshake, Then};
use countersign_door::{App, Cx, System};
use countersign_infra::chance;
use countersign_people::People;
use countersign_people::guests::{self, Entered, Guest};
use countersign_people::merges;
use serde_json::{Value, json};
use url::form_urlencoded;

use super::answer::Failure;
use super::browser::Offer;
use super::choices::{self, Wanted};
use super::entry::{Person, environment, presented, refusal};
use super::push::{told, topic};
use super::{feed, shape};

/// Items in a page that names no number.
const USUAL: usize = 50;

/// Answers the handshake, or refuses it.
pub(super) async fn open(app: &App, people: &People, parts: &mut Parts) -> Response {
    let opened = enter(app, people, parts).await;
    opened.unwrap_or_else(Failure::into_response)
}

async fn enter(app: &App, people: &People, parts: &mut Parts) -> Result<Response, Failure> {
    let handshake = Handshake::try_from(&mut *parts);
    let Ok(handshake) = handshake else {
        return Ok(StatusCode::UPGRADE_REQUIRED.into_response());
    };
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let of = |name: &str| {
        let found = form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name);
        found.map(|(_, value)| value.into_owned()).unwrap_or_default()
    };
    let (client, user, hash) = (of("envId"), of("userId"), of("userIdHash"));
    let install = environment(app, people, &client).await?;
    let presented = presented(&user, &hash);
    let standing = guests::admit(app, people, &install, parts, &presented);
    let person = Person::of(user, standing.ok_or_else(|| refusal(&hash))?);
    let system = app.system(install.scope).await?;
    let who = person.clone();
    let contact: ContactId =
        system.write(async move |cx: &mut Cx<'_>| who.ensure(cx).await).await?;
    let session = chance::bytes();
    let whole = system.read(async move |cx: &mut Cx<'_>| merges::whole(cx, contact).await).await;
    let topics: Vec<_> = whole?.into_iter().map(topic).collect();
    let Ok(seat) = app.hub.register(session, &topics) else {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    };
    let guest = Guest { scope: install.scope, widget: install.widget.id, contact, presented };
    let entered = people.guests.enter(session, guest.clone());
    // A revocation before the seat was taken is not seen by it, nor is a merge.
    let who = person.clone();
    let now = system.read(async move |cx: &mut Cx<'_>| who.find(cx).await).await?;
    if now != Some(contact) || !guests::stands(app, people, &guest).await {
        return Err(Failure::Unauthorized);
    }
    let logo = String::new();
    let listener = Listener { system, person, logo, _entered: entered };
    Ok(live::open(handshake, None, seat, listener))
}

/// One client of the vendor's socket.
struct Listener {
    system: System,
    person: Person,
    logo: String,
    /// Held for its drop.
    _entered: Entered,
}

impl Conversation for Listener {
    fn begins_live(&self) -> bool {
        true
    }

    async fn message(&mut self, text: String) -> Answer {
        let Ok(said) = serde_json::from_str::<Value>(&text) else {
            return ended(Code::MALFORMED, "a frame is JSON");
        };
        let route = said["route"].as_str().unwrap_or_default();
        match self.answer(route, &said["payload"]).await {
            Ok(frames) => Answer { frames, ..Answer::default() },
            Err(Failure::Fault(fault)) => {
                tracing::error!(%fault, "a vendor's socket cannot go on");
                ended(Code::FAULT, "the store cannot be read")
            }
            Err(Failure::Unauthorized | Failure::WrongProof) => {
                ended(Code::SESSION_OVER, "the proof is not valid")
            }
            // What cannot be done is answered with nothing, as its clients expect.
            Err(Failure::Bad(_) | Failure::NotFound) => Answer::default(),
        }
    }

    /// Both clients fetch the feed anew when they are reopened, and ignore routes unknown to them.
    fn resync(&mut self, _: u64) -> Bytes {
        told("countersign/resync", &Value::Null)
    }
}

fn ended(code: Code, reason: &'static str) -> Answer {
    Answer { then: Then::Close(code, reason), ..Answer::default() }
}

impl Listener {
    async fn answer(&self, route: &str, payload: &Value) -> Result<Vec<Bytes>, Failure> {
        let person = self.person.clone();
        let system = &self.system;
        let frame = match route {
            "environment/data" => {
                let offer =
                    system.write(async move |cx: &mut Cx<'_>| Offer::read(cx).await).await?;
                told(route, &offer.environment(&self.logo))
            }
            "inapp_web/unread_count" => {
                let count = async move |cx: &mut Cx<'_>| feed::count(cx, &person).await;
                told(route, &json!({ "count": system.read(count).await? }))
            }
            "inapp_web/notifications" => {
                let count = payload["count"].as_u64().and_then(|count| count.try_into().ok());
                let before = payload["before"].as_str().and_then(shape::moment);
                let count = count.unwrap_or(USUAL);
                let page =
                    async move |cx: &mut Cx<'_>| feed::page(cx, &person, count, before).await;
                told(route, &system.read(page).await?)
            }
            "inapp_web/unread_clear" => {
                let only = payload["notificationId"].as_str().map(ToOwned::to_owned);
                let clear =
                    async move |cx: &mut Cx<'_>| feed::clear(cx, &person, only.as_deref()).await;
                system.write(clear).await?;
                return Ok(Vec::new());
            }
            "user_preferences/get_preferences" => {
                let tree = async move |cx: &mut Cx<'_>| choices::tree(cx, &person).await;
                told("user_preferences/preferences", &system.read(tree).await?)
            }
            "user_preferences/patch_preferences" => {
                let wanted = Wanted::of_socket(payload);
                let choose =
                    async move |cx: &mut Cx<'_>| choices::choose(cx, &person, wanted).await;
                system.write(choose).await?;
                return Ok(Vec::new());
            }
            _ => return Ok(Vec::new()),
        };
        Ok(vec![frame])
    }
}
