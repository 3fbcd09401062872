//! What back ends ask with a secret: sending, retracting, schedules, sub-notifications, the log.

use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use countersign_base::NotificationId;
use countersign_door::{Cx, System};
use countersign_people::contacts;
use countersign_reach::notifications::kind::{
    EmailText, InappText, MessageText, Name, PushText, Templates,
};
use countersign_reach::notifications::log::{Sent, Stage};
use countersign_reach::notifications::order::Order;
use countersign_reach::notifications::{
    self as ours, Person as Recipient, Refusal, Request, To, kinds,
};
use serde_json::{Value, json};

use super::answer::{Failure, ok, with};
use super::choices::{self, Wanted};
use super::entry::Call;
use super::{json, shape};

/// Answers a call with a secret.
pub(super) async fn answer(
    call: Call<'_>,
    client: &str,
    rest: &[String],
) -> Result<Response, Failure> {
    let install = call.environment(client).await?;
    if let Some(user) = rest.strip_prefix(&["user_preferences".to_owned()]) {
        let tail = user.join("/");
        call.server(&install, client)?;
        return choose(&call, &call.system(&install).await?, tail).await;
    }
    call.server(&install, client)?;
    let system = call.system(&install).await?;
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let method = &call.parts.method;
    match rest.as_slice() {
        ["sender"] if method == Method::POST => send(&call, &system, json(call.body)?).await,
        ["sender", "retract"] if method == Method::POST => retract(&system, json(call.body)?).await,
        ["notifications", kind, "subNotifications", sub] => {
            sub_notification(&call, &system, kind, sub).await
        }
        ["schedule", id] => schedule(&call, &system, id).await,
        ["logs", "query"] if method == Method::POST => log(&system, json(call.body)?).await,
        _ => Err(Failure::NotFound),
    }
}

async fn choose(call: &Call<'_>, system: &System, user: String) -> Result<Response, Failure> {
    let body = json(call.body)?;
    let wanted = Wanted::read(&body)?;
    let person = super::entry::Person::of_server(user);
    system.write(async move |cx: &mut Cx<'_>| choices::choose(cx, &person, wanted).await).await?;
    Ok(ok(&body))
}

/// One of two names for the same thing.
fn either<'a>(body: &'a Value, name: &str, before: &str) -> &'a Value {
    if body[name].is_null() { &body[before] } else { &body[name] }
}

fn owned(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(ToOwned::to_owned)
}

async fn send(call: &Call<'_>, system: &System, body: Value) -> Result<Response, Failure> {
    let request = request(&body)?;
    let unused = unused(&body);
    let asked = request.clone();
    let kind = system.read(async move |cx: &mut Cx<'_>| ours::kind_of(cx, &asked).await).await;
    let kind = match kind {
        Ok(kind) => kind,
        Err(refusal @ Refusal::NoSuchType(_)) => {
            let messages = json!([refusal.to_string()]);
            return Ok(with(
                StatusCode::ACCEPTED,
                &json!({ "trackingId": "", "messages": messages }),
            ));
        }
        Err(refusal) => return Err(refusal.into()),
    };
    let prepared = ours::prepared(call.app, kind, request)?;
    let sent = system.write(async move |cx: &mut Cx<'_>| ours::send(cx, &prepared).await).await?;
    let messages: Vec<_> = messages(&sent).into_iter().chain(unused).collect();
    let status = if messages.is_empty() { StatusCode::OK } else { StatusCode::ACCEPTED };
    Ok(with(status, &json!({ "trackingId": sent.id, "messages": messages })))
}

/// What whoever sends should know.
fn messages(sent: &Sent) -> Vec<String> {
    let reasons = sent.deliveries.iter().filter_map(|delivered| {
        let reason = delivered.reason.as_ref()?;
        Some(format!("{}: {reason}", shape::channel_name(delivered.channel)))
    });
    let ignored = (sent.state == Stage::Ignored).then(|| "request ignored".to_owned());
    ignored.into_iter().chain(reasons).chain(sent.notes.iter().cloned()).collect()
}

/// What the vendor has and this server does not: whoever sends it is told.
fn unused(body: &Value) -> Vec<String> {
    let names = ["templateId", "sms", "call", "mobile_push", "slack", "options"];
    let sent = names.into_iter().filter(|name| !body[name].is_null());
    sent.map(|name| format!("`{name}` is not used by this server")).collect()
}

/// Reads a sending in its new and its old words.
fn request(body: &Value) -> Result<Request, Failure> {
    let kind = owned(either(body, "type", "notificationId"));
    let kind = kind.ok_or_else(|| Failure::bad("`type` is missing"))?;
    let to = either(body, "to", "user");
    let id = owned(&to["id"]).ok_or_else(|| Failure::bad("`to.id` is missing"))?;
    let sub = owned(either(body, "subNotificationId", "secondaryId")).map(Name::try_from);
    let at = owned(&body["schedule"]).map(|text| {
        shape::moment(&text).ok_or_else(|| Failure::bad("`schedule` is an ISO 8601 date"))
    });
    Ok(Request {
        kind,
        sub: sub.transpose()?,
        to: To::Person(Recipient { id, email: owned(&to["email"]), phone: owned(&to["number"]) }),
        order: order(body)?,
        at: at.transpose()?,
    })
}

fn order(body: &Value) -> Result<Order, Failure> {
    let parameters = either(body, "parameters", "mergeTags").as_object();
    let channel = |name: &Value| {
        let known = name.as_str().and_then(shape::channel);
        known.ok_or_else(|| Failure::bad(format!("`forceChannels`: {name} is no channel")))
    };
    let forced = body["forceChannels"].as_array().filter(|names| !names.is_empty());
    let only = forced.map(|names| names.iter().map(channel).collect()).transpose()?;
    let replace = body["replace"].as_object().into_iter().flatten();
    Ok(Order {
        parameters: parameters.cloned().unwrap_or_default(),
        texts: texts(body),
        only,
        replace: replace.filter_map(|(find, with)| Some((find.clone(), owned(with)?))).collect(),
    })
}

fn texts(body: &Value) -> Templates {
    let text = |of: &Value, name: &str| owned(&of[name]);
    let message = |of: &Value, name: &str| text(of, name).map(|message| MessageText { message });
    let push = |of: &Value| {
        let title = text(of, "title")?;
        let message = text(of, "message").unwrap_or_default();
        Some(PushText { title, message, icon: text(of, "icon"), url: text(of, "url") })
    };
    let (inapp, email) = (&body["inapp"], &body["email"]);
    Templates {
        inapp: text(inapp, "title").map(|title| InappText {
            title,
            url: text(inapp, "url"),
            image: text(inapp, "image"),
        }),
        email: text(email, "subject")
            .map(|subject| EmailText { subject, html: text(email, "html").unwrap_or_default() }),
        web_push: push(&body["web_push"]),
        sms: message(&body["sms"], "message"),
        call: message(&body["call"], "message"),
        mobile_push: push(&body["mobile_push"]),
        slack: message(&body["slack"], "text"),
    }
}

async fn retract(system: &System, body: Value) -> Result<Response, Failure> {
    let kind = owned(&body["notificationId"]);
    let kind = kind.ok_or_else(|| Failure::bad("`notificationId` is missing"))?;
    let user = owned(&body["userId"]).ok_or_else(|| Failure::bad("`userId` is missing"))?;
    let sub = owned(either(&body, "subNotificationId", "secondaryId"));
    system
        .write(async move |cx: &mut Cx<'_>| {
            if let Some((contact, _)) = contacts::named(cx, &user).await? {
                ours::retract(cx, contact, &kind, sub.as_deref()).await?;
            }
            Ok::<_, Failure>(())
        })
        .await?;
    Ok(ok(&json!({})))
}

async fn sub_notification(
    call: &Call<'_>,
    system: &System,
    kind: &str,
    sub: &str,
) -> Result<Response, Failure> {
    let (kind, sub) = (kind.to_owned(), sub.to_owned());
    if call.parts.method == Method::DELETE {
        let remove = async move |cx: &mut Cx<'_>| kinds::remove_sub(cx, &kind, &sub).await;
        return match system.write(remove).await {
            Ok(()) | Err(Refusal::NoSuchNotification) => Ok(StatusCode::NO_CONTENT.into_response()),
            Err(refusal) => Err(refusal.into()),
        };
    }
    let title = owned(&json(call.body)?["title"]).unwrap_or_else(|| sub.clone());
    let name = Name::try_from(sub)?;
    let put = async move |cx: &mut Cx<'_>| kinds::put_sub(cx, &kind, name, title).await;
    let made = system.write(put).await?;
    Ok(ok(&json!({
        "accountId": "", "notificationId": made.kind, "subNotificationId": made.name,
        "title": made.title,
    })))
}

async fn schedule(call: &Call<'_>, system: &System, id: &str) -> Result<Response, Failure> {
    let id: NotificationId = id.parse().map_err(|_| Failure::NotFound)?;
    if call.parts.method == Method::DELETE {
        system.write(async move |cx: &mut Cx<'_>| ours::cancel(cx, id).await).await?;
        return Ok(ok(&json!({ "message": "the notification is cancelled" })));
    }
    let body = json(call.body)?;
    let body = if body["sendRequest"].is_object() { body["sendRequest"].clone() } else { body };
    let at = owned(&body["schedule"]).map(|text| {
        shape::moment(&text).ok_or_else(|| Failure::bad("`schedule` is an ISO 8601 date"))
    });
    let at = at.transpose()?;
    let edit = move |order: &mut Order| {
        if let Some(parameters) = either(&body, "parameters", "mergeTags").as_object() {
            order.parameters.clone_from(parameters);
        }
        let texts = texts(&body);
        if texts != Templates::default() {
            order.texts = texts;
        }
    };
    system.write(async move |cx: &mut Cx<'_>| ours::reschedule(cx, id, at, edit).await).await?;
    Ok(ok(&json!({ "message": "the notification is changed" })))
}

/// The newest 100 sendings, those that the filters name.
async fn log(system: &System, body: Value) -> Result<Response, Failure> {
    let sent =
        system.read(async move |cx: &mut Cx<'_>| ours::sent(cx, None, None, 100).await).await;
    let sent = sent.map_err(Failure::Fault)?;
    let passes = |filter: &str, text: &str| {
        let wanted = body[filter].as_array().filter(|wanted| !wanted.is_empty());
        wanted.is_none_or(|wanted| wanted.iter().any(|one| one == text))
    };
    let logs: Vec<_> = sent
        .iter()
        .filter(|sent| passes("notificationFilter", &sent.kind))
        .filter(|sent| passes("trackingIds", &sent.id.to_string()))
        .map(|sent| {
            json!({
                "trackingId": sent.id, "notificationId": sent.kind, "status": sent.state,
                "createdAt": sent.created_at, "deliveries": sent.deliveries,
            })
        })
        .collect();
    Ok(ok(&json!({ "queryId": "now", "status": "complete", "logs": logs })))
}
