//! Calls a customer's provider (NH2 to NH5).

use std::time::Duration;

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderName, Request, Response};
use bytes::Bytes;
use countersign_base::{ContactId, Fault, NotificationId, Provenance};
use countersign_door::{App, Cx, Pending};
use countersign_infra::fetch::FetchFault;
use countersign_people::contacts::{self, Contact, FieldName};
use http_body_util::Full;
use serde::Serialize;
use url::Url;

use super::super::channel::Channel;
use super::super::kind::{MessageText, PushText};
use super::super::outbox::{Carrier, Failed, Job, Parcel, Reach, Within};
use super::super::refusal::Refusal;
use super::super::store::hook as store;
use super::sign::signature;

/// How long a provider may take to answer (NH3).
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read; nobody looks at them.
const MOST: usize = 64 * 1024;

/// Carries one channel by its hook.
pub struct Hook {
    channel: Channel,
}

impl Hook {
    /// The carrier of a channel.
    pub fn new(channel: Channel) -> Self {
        Self { channel }
    }

    async fn call(&self, app: &App, job: &Job) -> Result<(), Failed> {
        let later = |_: Fault| Failed::later("the store does not answer");
        let system = app.system(job.scope).await.map_err(later)?;
        let (channel, contact) = (self.channel, job.contact);
        let look = async move |cx: &mut Cx<'_>| {
            Ok::<_, Fault>((store::find(cx, channel).await?, person(cx, contact).await?))
        };
        let (hook, person) = system.read(look).await.map_err(later)?;
        let (url, secret) = hook.ok_or_else(|| Failed::later("channel not configured"))?;
        let person = person.ok_or_else(|| Failed::never("the contact was erased"))?;
        let recipient = recipient(channel, &person).map_err(Failed::never)?.0;
        let url = Url::parse(&url).map_err(|_| Failed::never("the hook's URL is none"))?;
        let id = format!("{}.{}", job.id, channel.name());
        let body = body(job, recipient);
        let body = body.ok_or_else(|| Failed::never("there is no text for this channel"))?;
        let timestamp = app.clock.now().seconds().to_string();
        let signature = signature(&secret.reveal(), &id, &timestamp, &body);
        let request = Request::post("/")
            .header(CONTENT_TYPE, "application/json")
            .header(HeaderName::from_static("webhook-id"), id)
            .header(HeaderName::from_static("webhook-timestamp"), timestamp)
            .header(HeaderName::from_static("webhook-signature"), signature)
            .body(Full::new(body))
            .expect("ids, numbers and base64 are header values");
        judge(app.fetcher.exchange(&url, request, MOST, PATIENCE).await)
    }
}

impl Carrier for Hook {
    fn reaches<'a>(
        &'a self,
        cx: &'a mut Cx<'_>,
        contact: ContactId,
    ) -> Within<'a, Result<Reach, Fault>> {
        Box::pin(async move {
            if !store::exists(cx, self.channel).await? {
                return Ok(Reach::No("channel not configured"));
            }
            let Some(person) = person(cx, contact).await? else {
                return Ok(Reach::No("the contact was erased"));
            };
            Ok(match recipient(self.channel, &person) {
                Ok((_, provenance)) => Reach::Yes(provenance),
                Err(reason) => Reach::No(reason),
            })
        })
    }

    fn carry<'a>(&'a self, app: &'a App, job: &'a Job) -> Pending<'a, Result<(), Failed>> {
        Box::pin(self.call(app, job))
    }
}

async fn person(cx: &mut Cx<'_>, contact: ContactId) -> Result<Option<Contact>, Fault> {
    match contacts::find(cx, contact).await.map_err(Refusal::from) {
        Ok(contact) => Ok(Some(contact)),
        Err(Refusal::Store(fault)) => Err(fault),
        Err(_) => Ok(None),
    }
}

/// To whom, as a provider is told.
#[derive(Serialize)]
struct Recipient {
    /// Our id of the contact.
    contact: ContactId,
    /// The customer's own id of the person.
    id: Option<String>,
    /// The telephone number, for `sms` and `call`.
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<String>,
}

/// What a channel may know of a contact, and how we know it (NH5).
fn recipient(
    channel: Channel,
    contact: &Contact,
) -> Result<(Recipient, Option<Provenance>), &'static str> {
    let id = contact.fields.value(FieldName::Id).map(ToOwned::to_owned);
    let recipient = Recipient { contact: contact.id, id, phone: None };
    if !matches!(channel, Channel::Sms | Channel::Call) {
        return Ok((recipient, None));
    }
    let known = contact.fields.known(FieldName::Phone);
    let known = known.ok_or("the contact has no telephone number")?;
    if known.provenance < Provenance::Set {
        return Err("the contact's telephone number was only said, neither proven nor set");
    }
    Ok((Recipient { phone: Some(known.value.clone()), ..recipient }, Some(known.provenance)))
}

/// What a provider gets; the same bytes at every attempt.
#[derive(Serialize)]
struct Body<'a> {
    notification: NotificationId,
    channel: Channel,
    #[serde(rename = "type")]
    kind: &'a str,
    sub: Option<&'a str>,
    to: Recipient,
    text: Text<'a>,
}

/// What is to be said.
#[derive(Serialize)]
#[serde(untagged)]
enum Text<'a> {
    Message(&'a MessageText),
    Push(&'a PushText),
}

fn body(job: &Job, to: Recipient) -> Option<Bytes> {
    let (kind, sub) = (job.content.kind.as_str(), job.content.sub.as_deref());
    let text = match &job.content.parcel {
        Parcel::Message(message) => Text::Message(message),
        Parcel::MobilePush(push) => Text::Push(push),
        Parcel::Email(_) | Parcel::Digest(_) | Parcel::WebPush(_) => return None,
    };
    let body = Body { notification: job.id, channel: job.channel, kind, sub, to, text };
    Some(serde_json::to_vec(&body).expect("ids and texts become JSON").into())
}

/// What an answer means (NH3).
fn judge(answer: Result<Response<Bytes>, FetchFault>) -> Result<(), Failed> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(FetchFault::Slow) => {
            return Err(Failed::later("the hook took longer than ten seconds"));
        }
        Err(FetchFault::Unreachable(..) | FetchFault::Name(_)) => {
            return Err(Failed::later("the hook cannot be reached"));
        }
        Err(FetchFault::Private(_)) => {
            return Err(Failed::never("the hook leads to an address that is not public"));
        }
        Err(FetchFault::TooLong(_)) => return Err(Failed::never("the hook answers too much")),
        Err(_) => return Err(Failed::never("the hook's URL may not be called")),
    };
    let status = answer.status();
    let why = format!("the hook answers {}", status.as_u16());
    if status.is_success() {
        Ok(())
    } else if status.is_server_error() || status.as_u16() == 429 {
        Err(Failed::Later { why, after: retry_after(answer.headers()) })
    } else {
        Err(Failed::Never(why))
    }
}

fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use countersign_infra::fetch::Fetcher;

    use super::*;

    #[tokio::test]
    async fn nh4_nobody_is_asked_at_an_address_that_is_not_public() {
        let fetcher = Fetcher::default();
        for url in [
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://169.254.169.254/",
            "https://10.0.0.1/",
        ] {
            let parsed = Url::parse(url).expect("a URL");
            let request = Request::post("/").body(Full::new(Bytes::new())).expect("a request");
            let answer = fetcher.exchange(&parsed, request, MOST, PATIENCE).await;
            let why = Failed::never("the hook leads to an address that is not public");
            assert_eq!(judge(answer), Err(why), "{url}");
        }
        for url in
            ["http://provider.example/", "https://a:b@provider.example/", "file:///etc/passwd"]
        {
            assert!(fetcher.admit(url).is_err(), "{url}");
        }
    }
}
