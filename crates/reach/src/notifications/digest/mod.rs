//! Digests: emails that a contact wants together, held until its next boundary.
//!
//! - **ND1** What is chosen `hourly`, `daily`, `weekly` or `monthly` is held until the next
//!   boundary in UTC: the full hour; 08:00; 08:00 on Monday; 08:00 on the first of the month. Then
//!   one email lists everything that was held until then, oldest first, with how many of each type.
//! - **ND2** A change of mind counts for what is held, too: `instant` sends it at once, in one
//!   email; `off` drops it, and the log says so; another rhythm waits for its own boundary,
//!   counted from when each was sent. A type that is gone sends nothing.
//! - **ND3** Each is in one digest, also with several nodes, and shares what becomes of it.

pub mod boundary;

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_base::{ContactId, Fault, Moment, TenantId};
use countersign_door::{App, Cx};
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Delivery};
use super::email::plain::plain;
use super::kind::Kind;
use super::outbox::{Content, Parcel};
use super::preferences;
use super::store::digest::{self as store, Taken};
use super::store::{kind as kinds, outbox};

/// How often the timer looks.
const EVERY: Duration = Duration::from_secs(1);
/// Contacts that it takes at a time.
const BATCH: i64 = 200;
/// Entries that a digest lists; the others are counted.
const MOST: usize = 200;
/// Characters of a text that a digest shows.
const EXCERPT: usize = 280;

/// What a digest says.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest {
    /// The titles of the types, and how many of each there are.
    pub counts: BTreeMap<String, usize>,
    /// The oldest of them.
    pub entries: Vec<Entry>,
}

/// One notification in a digest.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The title of its type.
    pub title: String,
    /// Its subject.
    pub subject: String,
    /// How it begins.
    pub excerpt: String,
}

/// Sends digests whose boundary has come, until the process ends.
pub async fn keep_gathering(app: App) {
    loop {
        tokio::time::sleep(EVERY).await;
        if let Err(fault) = gather_due(&app).await {
            tracing::error!(%fault, "digests cannot be gathered");
        }
    }
}

/// Puts every digest whose boundary has come into the outbox.
pub async fn gather_due(app: &App) -> Result<(), Fault> {
    loop {
        let due = store::due(app, BATCH).await?;
        let mut is_last = i64::try_from(due.len()).is_ok_and(|many| many < BATCH);
        for (tenant, contact) in due {
            if let Err(fault) = gather_one(app, tenant, contact).await {
                // The others do not wait for it: it comes again with the next look.
                tracing::error!(%fault, %tenant, "a digest cannot be gathered");
                is_last = true;
            }
        }
        if is_last {
            return Ok(());
        }
    }
}

async fn gather_one(app: &App, tenant: TenantId, contact: ContactId) -> Result<(), Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(()) };
    let system = app.system(scope).await?;
    system.write(async move |cx: &mut Cx<'_>| gather(cx, contact).await).await
}

/// Has what is held of a contact looked at again, because a choice has changed (ND2).
pub(super) async fn reconsider(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    store::reconsider(cx, contact).await
}

/// What becomes of something that was held.
enum Verdict {
    Listed(Entry),
    Waits(Moment),
    Dropped(&'static str),
}

/// Makes one parcel of what is held of a contact and due; taking it leaves nothing for another
/// node (ND3).
async fn gather(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    let mut taken = store::take(cx, contact).await?;
    taken.sort_unstable_by_key(|one| (one.at, one.id));
    let mut judge = Judge { contact, kinds: BTreeMap::new() };
    let mut digest = Digest::default();
    let mut listed = Vec::new();
    for one in taken {
        match judge.judge(cx, &one).await? {
            Verdict::Listed(entry) => {
                *digest.counts.entry(entry.title.clone()).or_default() += 1;
                if digest.entries.len() < MOST {
                    digest.entries.push(entry);
                }
                listed.push(one);
            }
            Verdict::Waits(until) => store::hold(cx, one.id, until).await?,
            Verdict::Dropped(reason) => store::end(cx, one.id, reason).await?,
        }
    }
    let Some(first) = listed.first() else { return Ok(()) };
    let Some(key) = cx.contact_key(contact).await? else { return Ok(()) };
    let (kind, sub) = first
        .content
        .as_ref()
        .map_or((String::new(), None), |content| (content.kind.clone(), content.sub.clone()));
    let content = Content { kind, sub, parcel: Parcel::Digest(digest) };
    let sealed = outbox::sealed(cx, &key, first.id, Channel::Email, &content)?;
    store::lead(cx, first.id, &sealed).await?;
    for one in &listed[1..] {
        store::join(cx, one.id, first.id).await?;
    }
    cx.wake_carriers();
    Ok(())
}

/// Judges what was held of one contact; each type is read once.
struct Judge {
    contact: ContactId,
    kinds: BTreeMap<String, Option<Kind>>,
}

impl Judge {
    async fn judge(&mut self, cx: &mut Cx<'_>, one: &Taken) -> Result<Verdict, Fault> {
        let Some(content) = &one.content else {
            return Ok(Verdict::Dropped("it cannot be read any more"));
        };
        let Content { kind, sub, parcel } = content;
        if !self.kinds.contains_key(kind) {
            self.kinds.insert(kind.clone(), kinds::find(cx, kind).await?);
        }
        let Some(Some(kind)) = self.kinds.get(kind) else {
            return Ok(Verdict::Dropped("its type is gone"));
        };
        let held = preferences::held(cx, self.contact, kind, sub.as_deref()).await?;
        let delivery = held.delivery(Channel::Email);
        if delivery == Delivery::Off {
            return Ok(Verdict::Dropped("the contact has turned this off"));
        }
        match boundary::next(delivery, one.at) {
            Some(until) if until > cx.now() => Ok(Verdict::Waits(until)),
            _ => Ok(entry(kind, parcel)),
        }
    }
}

fn entry(kind: &Kind, parcel: &Parcel) -> Verdict {
    let Parcel::Email(email) = parcel else {
        return Verdict::Dropped("there is no text for this channel");
    };
    let text = plain(&email.html);
    let mut excerpt: String = text.chars().take(EXCERPT).collect();
    if excerpt.len() < text.len() {
        excerpt.push('…');
    }
    let title = kind.settings.title.clone();
    Verdict::Listed(Entry { title, subject: email.subject.clone(), excerpt })
}
