//! One client of the live stream: where it left off, what it missed, what it says.

use bytes::Bytes;
use countersign_base::{ConversationId, Fault, TenantId};
use countersign_door::live::{Answer, Code, Conversation, Then};
use countersign_door::{App, Cx, System};
use countersign_people::merges;
use serde::Deserialize;
use tokio::task::AbortHandle;

use super::frames::{self, Audience, News};
use super::model::Writer;
use super::refusal::Refusal;
use super::store::log;
use super::typing::{Throttle, Typing};
use super::view::Names;

/// Events that a client may have missed and still get one by one (C12).
const MOST: i64 = 2_000;
/// Events in one page of a replay.
const PAGE: i64 = 200;

/// One client of the live stream.
pub(super) struct Listener {
    app: App,
    system: System,
    who: Who,
    throttle: Throttle,
    stage: Stage,
    /// Held for its drop, which takes back the wake-up at the session's end.
    _deadline: Deadline,
}

/// Who listens, as their proof said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Who {
    pub(super) tenant: TenantId,
    pub(super) audience: Audience,
    pub(super) writer: Writer,
}

/// Ends the sockets of a session when its time has come, unless they ended before (C13).
pub(super) struct Deadline(pub(super) AbortHandle);

impl Drop for Deadline {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// How far the client has come.
#[derive(Clone, Copy, Debug)]
enum Stage {
    /// It has not said where it left off.
    Silent,
    /// It gets what it missed, from this position on.
    Replaying(i64),
    /// It hears everything.
    Live,
}

/// What a client may say.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
enum Said {
    /// Where it left off; `null` is now.
    Resume { cursor: Option<String> },
    /// It types.
    Typing { conversation: ConversationId },
}

impl Conversation for Listener {
    async fn message(&mut self, text: String) -> Answer {
        match (self.stage, serde_json::from_str(&text)) {
            (Stage::Silent, Ok(Said::Resume { cursor })) => {
                let answer = self.resume(cursor.as_deref()).await;
                answer.unwrap_or_else(|fault| gave_up(&fault))
            }
            (Stage::Live, Ok(Said::Typing { conversation })) => {
                self.type_in(conversation).await;
                Answer::default()
            }
            _ => ended(Code::MALFORMED, "this frame has no meaning here"),
        }
    }

    async fn more(&mut self) -> Answer {
        let Stage::Replaying(after) = self.stage else { return Answer::default() };
        self.replay(after).await.unwrap_or_else(|fault| gave_up(&fault))
    }

    fn resync(&mut self, position: u64) -> Bytes {
        frames::resync(&self.cursor(i64::try_from(position).unwrap_or(i64::MAX)))
    }
}

impl Listener {
    /// A client that has not said anything yet.
    pub(super) fn new(
        app: App,
        system: System,
        who: Who,
        throttle: Throttle,
        deadline: Deadline,
    ) -> Self {
        Self { app, system, who, throttle, stage: Stage::Silent, _deadline: deadline }
    }

    async fn resume(&mut self, cursor: Option<&str>) -> Result<Answer, Fault> {
        let span = log::span(&self.app).await?;
        let Some(cursor) = cursor else { return Ok(self.go_live(Vec::new(), span.newest)) };
        let keys = self.system.keys();
        let Some(after) = self.who.audience.position(keys, self.who.tenant, cursor) else {
            return Ok(ended(Code::MALFORMED, "this cursor is of no stream of yours"));
        };
        // A cursor stands on an event; when that is no longer kept, others are gone with it.
        let is_too_old = after > 0 && after < span.oldest;
        if is_too_old || self.missed(after).await? > MOST {
            return Ok(self.start_over(span.newest));
        }
        self.replay(after).await
    }

    /// One page of what was missed; after the last one everything flows.
    async fn replay(&mut self, after: i64) -> Result<Answer, Fault> {
        let audience = self.who.audience;
        let page = self
            .system
            .read(async move |cx: &mut Cx<'_>| read_page(cx, audience, after).await)
            .await?;
        if page.is_last {
            return Ok(self.go_live(page.frames, page.end));
        }
        self.stage = Stage::Replaying(page.end);
        Ok(Answer { frames: page.frames, release: None, then: Then::More })
    }

    fn go_live(&mut self, mut frames: Vec<Bytes>, position: i64) -> Answer {
        frames.push(frames::ready(&self.cursor(position)));
        self.release(frames, position)
    }

    /// Both frames carry the same cursor: the client goes on from it, whichever it keeps.
    fn start_over(&mut self, position: i64) -> Answer {
        let cursor = self.cursor(position);
        self.release(vec![frames::resync(&cursor), frames::ready(&cursor)], position)
    }

    fn release(&mut self, frames: Vec<Bytes>, position: i64) -> Answer {
        self.stage = Stage::Live;
        Answer { frames, release: Some(position.unsigned_abs()), then: Then::Listen }
    }

    async fn missed(&self, after: i64) -> Result<i64, Fault> {
        let audience = self.who.audience;
        self.system
            .read(async move |cx: &mut Cx<'_>| {
                let mut missed = 0;
                for topic in topics(cx, audience).await? {
                    missed += log::missed(cx, topic, after, MOST + 1).await?;
                }
                Ok(missed)
            })
            .await
    }

    /// Tells the others; who types too often or where it may not is simply not heard (C14).
    async fn type_in(&self, conversation: ConversationId) {
        if !self.throttle.count(self.who.writer, self.app.clock.now()).passes() {
            return;
        }
        let (side, writer) = (self.who.audience.side(), self.who.writer);
        let said: Result<Typing, Refusal> = self
            .system
            .read(async move |cx: &mut Cx<'_>| {
                let contact = super::reach(cx, side, conversation).await?;
                let mut names = Names::default();
                let name = names.writer(cx, contact, writer).await?;
                let contact = names.contact(cx, contact).await?.id;
                Ok(Typing { tenant: cx.tenant(), contact, conversation, writer, name })
            })
            .await;
        if let Ok(typing) = said {
            typing.tell(&self.app);
        }
    }

    fn cursor(&self, pos: i64) -> String {
        self.who.audience.cursor(self.system.keys(), self.who.tenant, pos)
    }
}

/// A part of what was missed.
struct Page {
    frames: Vec<Bytes>,
    /// The position of the last event, told or not.
    end: i64,
    is_last: bool,
}

async fn read_page(cx: &mut Cx<'_>, audience: Audience, after: i64) -> Result<Page, Fault> {
    let entries = missed(cx, audience, after).await?;
    let is_last = i64::try_from(entries.len()).is_ok_and(|many| many < PAGE);
    let end = entries.last().map_or(after, |entry| entry.pos);
    let mut names = Names::default();
    let mut frames = Vec::with_capacity(entries.len());
    for entry in entries {
        let Some(news) = News::of(&entry) else { continue };
        let Some(facts) = frames::facts(cx, &mut names, news).await? else { continue };
        let cursor = audience.cursor(cx.keys(), cx.tenant(), entry.pos);
        frames.extend(facts.frame(audience, &cursor));
    }
    Ok(Page { frames, end, is_last })
}

/// The next events of whoever listens, in their order.
async fn missed(cx: &mut Cx<'_>, audience: Audience, after: i64) -> Result<Vec<log::Entry>, Fault> {
    let mut entries = Vec::new();
    for topic in topics(cx, audience).await? {
        entries.extend(log::since(cx, topic, after, PAGE).await?);
    }
    entries.sort_unstable_by_key(|entry| entry.pos);
    entries.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    Ok(entries)
}

/// Under what the log keeps an audience's events: a contact's own, and those of the contacts that
/// were merged into it; all of the tenant's for the organization.
async fn topics(cx: &mut Cx<'_>, audience: Audience) -> Result<Vec<Option<[u8; 16]>>, Fault> {
    let Audience::Visitor(contact) = audience else { return Ok(vec![None]) };
    let whole = merges::whole(cx, contact).await?;
    Ok(whole.into_iter().map(|contact| Some(contact.bytes())).collect())
}

fn gave_up(fault: &Fault) -> Answer {
    tracing::error!(%fault, "a stream cannot go on");
    ended(Code::FAULT, "the log cannot be read; come back with the last cursor")
}

fn ended(code: Code, reason: &'static str) -> Answer {
    Answer { then: Then::Close(code, reason), ..Answer::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c11_only_two_frames_mean_anything() {
        let id = ConversationId::from_bytes([7; 16]);
        let typing = format!(r#"{{"type":"typing","conversation":"{id}"}}"#);
        let cases = [
            (r#"{"type":"resume","cursor":null}"#, Some(Said::Resume { cursor: None })),
            (
                r#"{"type":"resume","cursor":"abc"}"#,
                Some(Said::Resume { cursor: Some("abc".to_owned()) }),
            ),
            (&typing, Some(Said::Typing { conversation: id })),
            (r#"{"type":"resume","cursor":null,"more":1}"#, None),
            (r#"{"type":"resume","cursor":null,"cursor":"abc"}"#, None),
            (r#"{"type":"resume","cursor":7}"#, None),
            (r#"{"type":"typing","conversation":"msg_0"}"#, None),
            (r#"{"type":"post","text":"hello"}"#, None),
            (r#"{"cursor":null}"#, None),
            ("[]", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(serde_json::from_str(text).ok(), expected, "{text}");
        }
    }
}
