//! Sends: who gets it, on which channels, and why not on the others.

use countersign_base::{ContactId, Digest, Fault, Moment, NotificationId};
use countersign_door::Cx;
use countersign_people::merges;

use super::channel::{Channel, Delivery};
use super::digest::boundary;
use super::events::{FeedChanged, ItemAdded};
use super::item::Content;
use super::kind::{Kind, Name};
use super::log::{Delivered, Outcome, Queued, Sent, Stage};
use super::outbox::{self, Parcel, Reach};
use super::preferences::{self, Held};
use super::refusal::Refusal;
use super::request::{Prepared, Request, recipient};
use super::store::{dispatch, item, outbox as parcels};

/// Seconds that a sending may lie ahead (N12).
const FURTHEST: i64 = 366 * 24 * 3_600;

/// Why something is not delivered, as the log says it.
pub(super) const REPEATED: &str = "a duplicate of what was sent a moment ago";
pub(super) const THROTTLED: &str = "throttled: the type's limit for this contact is reached";
pub(super) const TURNED_OFF: &str = "the contact has turned this off";
pub(super) const NO_TEXT: &str = "there is no text for this channel";

/// Sends, or keeps for later (N1, N9 to N12).
pub async fn send(cx: &mut Cx<'_>, prepared: &Prepared) -> Result<Sent, Refusal> {
    let contact = recipient(cx, &prepared.request.to).await?;
    let id = cx.id();
    if let Some(at) = prepared.request.at.filter(|at| *at > cx.now()) {
        check_moment(cx, at)?;
        return keep(cx, id, contact, prepared, at).await;
    }
    now(cx, id, contact, prepared).await
}

/// Refuses a moment that is too far away (N12).
pub(super) fn check_moment(cx: &Cx<'_>, at: Moment) -> Result<(), Refusal> {
    if at > cx.now().plus_seconds(FURTHEST) { Err(Refusal::TooFar) } else { Ok(()) }
}

/// Takes a type's items out of a contact's feed, and out of those that it reads; says how many
/// there were (N13).
pub async fn retract(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: &str,
    sub: Option<&str>,
) -> Result<u64, Fault> {
    let mut taken = 0;
    for part in merges::whole(cx, contact).await? {
        taken += item::retract(cx, part, kind, sub).await?;
    }
    if taken > 0 {
        cx.emit(&FeedChanged { contact }).await?;
    }
    Ok(taken)
}

async fn now(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
) -> Result<Sent, Refusal> {
    let mark = mark(cx, contact, prepared);
    let refused = refused(cx, contact, &prepared.kind, mark.as_ref()).await?;
    write(cx, id, contact, prepared, mark.as_ref(), stage(refused)).await?;
    let deliveries = deliver_all(cx, id, contact, prepared, refused).await?;
    Ok(Sent {
        id,
        contact,
        kind: prepared.kind.name.as_str().to_owned(),
        sub: sub(&prepared.request).map(ToOwned::to_owned),
        state: stage(refused),
        due_at: cx.now(),
        created_at: cx.now(),
        deliveries,
        notes: prepared.notes(),
    })
}

/// Sends what waited, unless it was sent or cancelled meanwhile (N12).
pub(super) async fn kept(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
) -> Result<(), Refusal> {
    let mark = mark(cx, contact, prepared);
    let refused = refused(cx, contact, &prepared.kind, mark.as_ref()).await?;
    if dispatch::settle(cx, id, stage(refused), mark.as_ref()).await? {
        deliver_all(cx, id, contact, prepared, refused).await?;
    }
    Ok(())
}

/// Ends the waiting of what cannot be sent any more: its type or its contact is gone.
pub(super) async fn give_up(cx: &mut Cx<'_>, id: NotificationId) -> Result<(), Refusal> {
    dispatch::settle(cx, id, Stage::Ignored, None).await?;
    Ok(())
}

pub(super) const fn stage(refused: Option<&'static str>) -> Stage {
    if refused.is_some() { Stage::Ignored } else { Stage::Sent }
}

/// What becomes of it on each channel.
async fn deliver_all(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
    refused: Option<&'static str>,
) -> Result<Vec<Delivered>, Refusal> {
    let request = &prepared.request;
    let held = preferences::held(cx, contact, &prepared.kind, sub(request)).await?;
    let mut deliveries = Vec::new();
    for channel in channels(prepared) {
        let outcome = match refused {
            Some(reason) => Outcome::Skipped(reason),
            None => deliver(cx, id, contact, prepared, channel, &held).await?,
        };
        dispatch::deliver(cx, id, channel, &outcome).await?;
        deliveries.push(outcome.delivered(channel, cx.now()));
    }
    Ok(deliveries)
}

/// The channels of the type, or those of them that the call asks for.
pub(super) fn channels(prepared: &Prepared) -> Vec<Channel> {
    let only = prepared.request.order.only.as_ref();
    let wanted = |channel: &Channel| only.is_none_or(|only| only.contains(channel));
    let mut channels: Vec<_> =
        prepared.kind.settings.channels.iter().copied().filter(wanted).collect();
    channels.sort_unstable();
    channels.dedup();
    channels
}

async fn deliver(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
    channel: Channel,
    held: &Held,
) -> Result<Outcome, Refusal> {
    if held.delivery(channel) == Delivery::Off {
        return Ok(Outcome::Skipped(TURNED_OFF));
    }
    match channel {
        Channel::Inapp => add(cx, id, contact, prepared).await,
        _ => queue(cx, id, contact, prepared, (channel, held.delivery(channel))).await,
    }
}

/// Leaves a parcel for the channel's carrier, if it can reach the contact (NO1), now or when a
/// digest goes out (ND1).
pub(super) async fn queue(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
    (channel, delivery): (Channel, Delivery),
) -> Result<Outcome, Refusal> {
    let Some(carrier) = prepared.outbox.carrier(channel) else {
        return Ok(Outcome::Skipped("channel not configured"));
    };
    let Some(parcel) = Parcel::of(channel, &prepared.composed) else {
        return Ok(Outcome::Skipped(NO_TEXT));
    };
    let provenance = match carrier.reaches(cx, contact).await? {
        Reach::Yes(provenance) => provenance,
        Reach::No(reason) => return Ok(Outcome::Skipped(reason)),
    };
    let key = cx.contact_key(contact).await?.ok_or(Refusal::NoSuchContact)?;
    let (kind, sub) = (prepared.kind.name.as_str().to_owned(), sub(&prepared.request));
    let content = outbox::Content { kind, sub: sub.map(ToOwned::to_owned), parcel };
    let sealed = parcels::sealed(cx, &key, id, channel, &content)?;
    let until = boundary::next(delivery, cx.now());
    let next_at = until.unwrap_or(cx.now());
    let queued = Queued { contact, provenance, sealed, next_at };
    if until.is_some() {
        return Ok(Outcome::Held(queued));
    }
    cx.wake_carriers();
    Ok(Outcome::Queued(queued))
}

/// Adds an item to the feed (N2).
async fn add(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
) -> Result<Outcome, Refusal> {
    let Some(content) = content(prepared) else {
        return Ok(Outcome::Skipped(NO_TEXT));
    };
    let key = cx.contact_key(contact).await?.ok_or(Refusal::NoSuchContact)?;
    let days = prepared.kind.settings.retention_days.map(i64::from);
    let new = item::New {
        id,
        kind: prepared.kind.name.as_str(),
        sub: sub(&prepared.request),
        content: &content,
        expires_at: days.map(|days| cx.now().plus_seconds(days * 24 * 3_600)),
    };
    item::add(cx, contact, &key, new).await?;
    cx.emit(&ItemAdded { notification: id, contact }).await?;
    Ok(Outcome::Delivered)
}

/// What an item in the feed says; nothing where there is no text for it.
pub(super) fn content(prepared: &Prepared) -> Option<Content> {
    let inapp = prepared.composed.inapp.as_ref()?;
    Some(Content {
        title: inapp.title.clone(),
        url: inapp.url.clone(),
        image: inapp.image.clone(),
        parameters: prepared.request.order.parameters.clone(),
        replies: Vec::new(),
    })
}

/// Why nothing is sent at all, if so (N10, N11).
///
/// Where several write at once, the feed's row is locked first: of two that are the same, one
/// waits and then sees the other.
async fn refused(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: &Kind,
    mark: Option<&[u8; 32]>,
) -> Result<Option<&'static str>, Fault> {
    let settings = &kind.settings;
    let Some(mark) = mark else { return Ok(None) };
    item::hold(cx, contact).await?;
    let now = cx.now();
    let since = |seconds: u32| now.plus_seconds(-i64::from(seconds));
    if let Some(seconds) = settings.deduplicate_seconds
        && dispatch::is_repeated(cx, mark, since(seconds)).await?
    {
        return Ok(Some(REPEATED));
    }
    if let Some(throttle) = settings.throttle {
        let (most, since) = (i64::from(throttle.most), since(throttle.seconds));
        if dispatch::recent(cx, contact, kind.name.as_str(), since, most).await? >= most {
            return Ok(Some(THROTTLED));
        }
    }
    Ok(None)
}

/// What makes two sendings the same: contact, type, sub-notification, channels and texts. Only
/// where the type has limits; what was sent before it had any does not count.
fn mark(cx: &Cx<'_>, contact: ContactId, prepared: &Prepared) -> Option<[u8; 32]> {
    marker(prepared).map(|mark| mark(cx, contact))
}

/// Makes the marks of one sending to many contacts; what they share is read once.
pub(super) fn marker(prepared: &Prepared) -> Option<impl Fn(&Cx<'_>, ContactId) -> [u8; 32]> {
    let (request, settings) = (&prepared.request, &prepared.kind.settings);
    if settings.deduplicate_seconds.is_none() && settings.throttle.is_none() {
        return None;
    }
    let same = (prepared.kind.name.as_str(), sub(request), &request.order.only, &prepared.composed);
    let shared = Digest::of(&serde_json::to_vec(&same).expect("names and texts become JSON"));
    Some(move |cx: &Cx<'_>, contact: ContactId| {
        let both = [contact.bytes().as_slice(), &shared.0].concat();
        cx.keys().mark("same notification", &both)
    })
}

async fn keep(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
    at: Moment,
) -> Result<Sent, Refusal> {
    let mark = mark(cx, contact, prepared);
    let key = cx.contact_key(contact).await?.ok_or(Refusal::NoSuchContact)?;
    let sealed = dispatch::sealed(cx, &key, id, &prepared.request.order)?;
    let new = dispatch::New {
        id,
        contact,
        kind: prepared.kind.name.as_str(),
        sub: sub(&prepared.request),
        stage: Stage::Scheduled,
        mark: mark.as_ref(),
        sealed: Some(&sealed),
        due_at: at,
    };
    dispatch::insert(cx, &new).await?;
    let mut sent = find(cx, id).await?;
    sent.notes = prepared.notes();
    Ok(sent)
}

async fn write(
    cx: &mut Cx<'_>,
    id: NotificationId,
    contact: ContactId,
    prepared: &Prepared,
    mark: Option<&[u8; 32]>,
    stage: Stage,
) -> Result<(), Fault> {
    let new = dispatch::New {
        id,
        contact,
        kind: prepared.kind.name.as_str(),
        sub: sub(&prepared.request),
        stage,
        mark,
        sealed: None,
        due_at: cx.now(),
    };
    dispatch::insert(cx, &new).await
}

pub(super) fn sub(request: &Request) -> Option<&str> {
    request.sub.as_ref().map(Name::as_str)
}

/// What became of one sending.
pub async fn find(cx: &mut Cx<'_>, id: NotificationId) -> Result<Sent, Refusal> {
    dispatch::find(cx, id).await?.ok_or(Refusal::NoSuchNotification)
}

/// What was sent and what became of it, newest first; to one contact, or to anybody.
pub async fn sent(
    cx: &mut Cx<'_>,
    contact: Option<ContactId>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<Sent>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    dispatch::list(cx, contact, after.map(|(_, id)| id), limit).await
}
