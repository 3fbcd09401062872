//! What is asked about one user: `/{client}/users/{id}…`.

use axum::http::Method;
use axum::response::Response;
use countersign_base::Provenance;
use countersign_door::Cx;
use countersign_people::contacts::{self, Contact, FieldName};
use serde_json::{Value, json};
use url::form_urlencoded;

use super::address::Action;
use super::answer::{Failure, ok};
use super::browser::{Offer, Tokens};
use super::choices::{self, Wanted};
use super::entry::{Call, Person};
use super::{feed, json, shape};

/// Items in an answer that asks for no number.
const USUAL: usize = 10;

/// Answers a call about a user.
pub(super) async fn answer(call: Call<'_>, client: &str, tail: &str) -> Result<Response, Failure> {
    let install = call.environment(client).await?;
    let (person, action) = call.person(&install, client, tail)?;
    let system = call.system(&install).await?;
    let method = &call.parts.method;
    let body = match (action, method.clone()) {
        (Action::User, Method::POST) => {
            let body = json(call.body)?;
            let maker = call.maker(&install, client, &person);
            let tokens = Tokens::read(call.app, &body, maker).await?;
            let identify = async move |cx: &mut Cx<'_>| identify(cx, &person, &body, &tokens).await;
            system.write(identify).await?
        }
        (Action::User, Method::GET) => {
            system.read(async move |cx: &mut Cx<'_>| user(cx, &person).await).await?
        }
        (Action::Items, Method::GET) => {
            let count = query(&call, "count").and_then(|count| count.parse().ok());
            let before = query(&call, "before").and_then(|before| shape::moment(&before));
            let count = count.unwrap_or(USUAL);
            system
                .read(async move |cx: &mut Cx<'_>| feed::page(cx, &person, count, before).await)
                .await?
        }
        (Action::Items, Method::PATCH) => {
            let edit = feed::Edit::read(&json(call.body)?)?;
            system.write(async move |cx: &mut Cx<'_>| edit.apply(cx, &person).await).await?;
            json!({ "success": true })
        }
        (Action::Preferences, Method::GET) => {
            system.read(async move |cx: &mut Cx<'_>| choices::flat(cx, &person).await).await?
        }
        (Action::Preferences, Method::POST) => {
            let body = json(call.body)?;
            let wanted = Wanted::read(&body)?;
            let choose = async move |cx: &mut Cx<'_>| choices::choose(cx, &person, wanted).await;
            system.write(choose).await?;
            body
        }
        (Action::Preferences, Method::DELETE) => {
            let (kind, sub) = reset_of(&call)?;
            let reset = async move |cx: &mut Cx<'_>| {
                choices::reset(cx, &person, kind.as_deref(), sub.as_deref()).await
            };
            system.write(reset).await?;
            json!({})
        }
        (Action::Metadata, Method::GET) => {
            system.write(async move |cx: &mut Cx<'_>| Offer::read(cx).await).await?.metadata()
        }
        (Action::Slack, Method::GET) => {
            json!({ "channels": [], "users": [], "me": {}, "hasMoreChannels": false })
        }
        _ => return Err(Failure::NotFound),
    };
    Ok(ok(&body))
}

/// Notes what is told about a user: a server's word is set, a page's is said.
async fn identify(
    cx: &mut Cx<'_>,
    person: &Person,
    body: &Value,
    tokens: &Tokens,
) -> Result<Value, Failure> {
    if body["id"].as_str().is_some_and(|id| id != person.user) {
        return Err(Failure::bad("`id` is another user than the path's"));
    }
    let contact = person.ensure(cx).await?;
    let fields = [("email", FieldName::Email), ("number", FieldName::Phone)];
    let fits = |text: &&str| {
        (1..=254).contains(&text.chars().count()) && !text.chars().any(char::is_control)
    };
    let told: Vec<_> = fields
        .into_iter()
        .filter_map(|(name, field)| {
            body[name].as_str().filter(fits).map(|text| (field, text.to_owned()))
        })
        .collect();
    let source = if person.is_server() { Provenance::Set } else { Provenance::Said };
    let learned = contacts::learn(cx, &person.user, source, &told).await?;
    tokens.register(cx, contact).await?;
    Ok(shown(person, &learned))
}

async fn user(cx: &mut Cx<'_>, person: &Person) -> Result<Value, Failure> {
    if person.find(cx).await?.is_none() {
        return Ok(json!({ "id": person.user }));
    }
    Ok(shown(person, &contacts::alone(cx, &person.user).await?))
}

fn shown(person: &Person, contact: &Contact) -> Value {
    let mut user = json!({
        "id": person.user, "lastSeenTime": contact.last_seen_at,
        "createdAt": contact.created_at, "updatedAt": contact.last_seen_at,
    });
    for (name, field) in [("email", FieldName::Email), ("number", FieldName::Phone)] {
        if let Some(value) = contact.fields.value(field) {
            user[name] = json!(value);
        }
    }
    user
}

/// Which preferences are taken back: from the query or, of one client, from the body.
fn reset_of(call: &Call<'_>) -> Result<(Option<String>, Option<String>), Failure> {
    let body = json(call.body)?;
    let text =
        |name: &str| query(call, name).or_else(|| body[name].as_str().map(ToOwned::to_owned));
    Ok((text("notificationId"), text("subNotificationId")))
}

/// A parameter of the query; clients write `undefined` for what they do not have.
fn query(call: &Call<'_>, name: &str) -> Option<String> {
    let query = call.parts.uri.query().unwrap_or_default();
    let found = form_urlencoded::parse(query.as_bytes()).find(|(own, _)| own == name);
    found.map(|(_, value)| value.into_owned()).filter(|value| value != "undefined")
}
