//! Sends the same to many contacts at once, each by the same rules as a single sending.

use std::collections::HashSet;

use countersign_base::{ContactId, Fault, Moment, NotificationId};
use countersign_door::Cx;
use countersign_people::contacts;
use serde::Serialize;

use super::channel::{Channel, Delivery};
use super::events::ItemAdded;
use super::log::{Outcome, Stage};
use super::preferences::{self, Held};
use super::refusal::Refusal;
use super::request::{Prepared, To};
use super::send::{self, NO_TEXT, REPEATED, THROTTLED, TURNED_OFF};
use super::store::dispatches::{self, One};
use super::store::items::{self, Shared};

/// Recipients that one transaction takes at most: their events have to fit into it, too.
pub const MOST_AT_ONCE: usize = 1_000;

/// A text that many items show; it is kept once, sealed under the tenant's own key.
#[derive(Clone, Copy, Debug)]
pub struct Text {
    id: [u8; 16],
    expires_at: Option<Moment>,
}

/// What became of a sending to one of many.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Told {
    /// Its id, which an item in the feed shares.
    pub id: NotificationId,
    /// To whom.
    pub contact: ContactId,
    /// Whether it was sent.
    pub state: Stage,
    /// Why it was delivered on no channel, if so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<&'static str>,
}

/// Keeps what the items of many feeds will say, under this id; nothing where there is no text.
pub async fn share(
    cx: &mut Cx<'_>,
    id: [u8; 16],
    prepared: &Prepared,
) -> Result<Option<Text>, Fault> {
    let (content, text) = (send::content(prepared), shared(id, prepared, cx.now()));
    if let Some((content, text)) = content.as_ref().zip(text) {
        items::share(cx, id, content, text.expires_at).await?;
    }
    Ok(text)
}

/// The text that was kept under this id at this moment.
pub fn shared(id: [u8; 16], prepared: &Prepared, at: Moment) -> Option<Text> {
    prepared.composed.inapp.as_ref()?;
    let days = prepared.kind.settings.retention_days.map(i64::from);
    Some(Text { id, expires_at: days.map(|days| at.plus_seconds(days * 24 * 3_600)) })
}

/// The contacts that are meant, in their order, where they are there; nobody is made.
pub async fn known_each(cx: &mut Cx<'_>, people: &[To]) -> Result<Vec<Option<ContactId>>, Fault> {
    let contacts: Vec<_> = people.iter().filter_map(To::contact).collect();
    let existing = contacts::existing(cx, &contacts).await?;
    let ids: Vec<_> = people.iter().filter_map(|to| to.person().map(|one| &*one.id)).collect();
    let mut named = contacts::named_each(cx, &ids).await?.into_iter();
    let known = |to: &To| match to {
        To::Person(_) => named.next().flatten(),
        To::Contact(id) => existing.get(id).copied(),
        To::Several => None,
    };
    Ok(people.iter().map(known).collect())
}

/// Sends to each contact, which must be named once, under the id beside it (N9 to N11).
///
/// What is said stands in `text`, so nothing is sealed or rendered for each.
pub async fn send_each(
    cx: &mut Cx<'_>,
    prepared: &Prepared,
    text: Option<Text>,
    to: &[(ContactId, NotificationId)],
) -> Result<Vec<Told>, Refusal> {
    let mut to = to.to_vec();
    to.sort_unstable(); // so that of two transactions each waits for the other's feeds in one order
    let all = decide(cx, prepared, text.is_some(), &to).await?;
    let sub = send::sub(&prepared.request);
    let kind = prepared.kind.name.as_str();
    dispatches::insert_each(cx, kind, sub, &all).await?;
    if let Some(Text { id, expires_at }) = text {
        let added: Vec<_> =
            all.iter().filter(|one| is_added(one)).map(|one| (one.contact, one.id)).collect();
        items::add_each(cx, &Shared { kind, sub, text: id, expires_at }, &added).await?;
        let event = |(contact, notification): (ContactId, NotificationId)| ItemAdded {
            notification,
            contact,
        };
        let events: Vec<_> = added.into_iter().map(event).collect();
        cx.emit_all(&events).await?;
    }
    Ok(all.iter().map(told).collect())
}

/// What becomes of each sending on each channel.
async fn decide(
    cx: &mut Cx<'_>,
    prepared: &Prepared,
    has_text: bool,
    to: &[(ContactId, NotificationId)],
) -> Result<Vec<One>, Refusal> {
    let contacts: Vec<_> = to.iter().map(|(contact, _)| *contact).collect();
    let sub = send::sub(&prepared.request);
    let marker = send::marker(prepared);
    let marks = marker.map(|mark| contacts.iter().map(|contact| mark(cx, *contact)).collect());
    let marks: Vec<[u8; 32]> = marks.unwrap_or_default();
    let refusals = Refusals::find(cx, prepared, &contacts, &marks).await?;
    let held = preferences::held_each(cx, &contacts, &prepared.kind, sub).await?;
    let usual = Held::of(&prepared.kind, sub, Vec::new());
    let channels = send::channels(prepared);
    let mut all = Vec::with_capacity(to.len());
    for (number, (contact, id)) in to.iter().enumerate() {
        let mark = marks.get(number).copied();
        let (contact, id, refused) = (*contact, *id, refusals.of(*contact));
        let held = held.get(&contact).unwrap_or(&usual);
        let mut outcomes = Vec::with_capacity(channels.len());
        for channel in channels.iter().copied() {
            let outcome = match refused.or_else(|| withheld(channel, held, has_text)) {
                Some(reason) => Outcome::Skipped(reason),
                None if channel == Channel::Inapp => Outcome::Delivered,
                None => {
                    let over = (channel, held.delivery(channel));
                    send::queue(cx, id, contact, prepared, over).await?
                }
            };
            outcomes.push((channel, outcome));
        }
        all.push(One { id, contact, stage: send::stage(refused), mark, outcomes });
    }
    Ok(all)
}

/// Why a channel is not used for somebody, if so.
fn withheld(channel: Channel, held: &Held, has_text: bool) -> Option<&'static str> {
    if held.delivery(channel) == Delivery::Off {
        return Some(TURNED_OFF);
    }
    (channel == Channel::Inapp && !has_text).then_some(NO_TEXT)
}

fn is_added(one: &One) -> bool {
    one.outcomes.contains(&(Channel::Inapp, Outcome::Delivered))
}

fn told(one: &One) -> Told {
    let is_skipped = |outcome: &Outcome| matches!(outcome, Outcome::Skipped(_));
    let is_reached = one.outcomes.iter().any(|(_, outcome)| !is_skipped(outcome));
    let why = one.outcomes.iter().find_map(|(_, outcome)| outcome.reason());
    Told { id: one.id, contact: one.contact, state: one.stage, reason: why.filter(|_| !is_reached) }
}

/// To whom nothing is sent at all, and why (N10, N11).
#[derive(Default)]
struct Refusals {
    repeated: HashSet<ContactId>,
    throttled: HashSet<ContactId>,
}

impl Refusals {
    async fn find(
        cx: &mut Cx<'_>,
        prepared: &Prepared,
        contacts: &[ContactId],
        marks: &[[u8; 32]],
    ) -> Result<Self, Fault> {
        let settings = &prepared.kind.settings;
        let mut found = Self::default();
        if marks.is_empty() {
            return Ok(found);
        }
        items::hold_each(cx, contacts).await?;
        let now = cx.now();
        let since = |seconds: u32| now.plus_seconds(-i64::from(seconds));
        if let Some(seconds) = settings.deduplicate_seconds {
            found.repeated = dispatches::repeated_each(cx, marks, since(seconds)).await?;
        }
        if let Some(throttle) = settings.throttle {
            let (kind, since) = (prepared.kind.name.as_str(), since(throttle.seconds));
            let many = dispatches::recent_each(cx, contacts, kind, since).await?;
            let full = many.into_iter().filter(|(_, many)| *many >= i64::from(throttle.most));
            found.throttled = full.map(|(contact, _)| contact).collect();
        }
        Ok(found)
    }

    fn of(&self, contact: ContactId) -> Option<&'static str> {
        if self.repeated.contains(&contact) {
            return Some(REPEATED);
        }
        self.throttled.contains(&contact).then_some(THROTTLED)
    }
}
