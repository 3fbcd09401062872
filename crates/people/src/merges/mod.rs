//! Merges: two contacts that are one person, told by both proofs or by an administrator, and
//! taken back whole.
//!
//! - **X1** Two contacts become one by two signed tokens in one call, or by an administrator or
//!   a back end with a reason. What a page says, an equal email among it, merges nobody.
//! - **X2** Whoever proves a merged contact is the survivor. The strongest proof that any of
//!   them ever came with is demanded for all of them.
//! - **X3** A merge moves nothing: rows stay under the contact and the key that they had, and
//!   the survivor reaches them all. Taking it back leaves everything as it was; what came after
//!   the merge stays where it was written, with the survivor.
//! - **X4** A merge and its undoing end the sessions of both, and their sockets.
//! - **X5** One level: a contact is merged once, into one that is not merged itself, and not
//!   away from under contacts that were merged into it. Of two calls at once one comes second.
//! - **X6** Both contacts are the tenant's own.
//! - **X7** The audit log says who merged whom into whom, why, and who took it back.
//! - **X8** Whoever decides is shown beforehand what follows.
//! - **X9** A merged contact is not written to: the survivor is.

pub mod api;
mod by_proofs;
mod model;
mod store;

use countersign_base::{ContactId, Fault, Trust};
use countersign_door::{Cx, Target};

pub use self::model::{Because, Merged, Preview, Refusal, Warning};
use crate::contacts::{self, Contact};
use crate::{audit, sessions};

/// Contacts that one contact may have taken in: each look-up of the survivor asks for them all.
const MOST: usize = 20;

/// The person that a contact is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The contact that sessions are opened for.
    pub survivor: ContactId,
    /// The strongest proof that any of several contacts came with; `None` for a contact that is
    /// alone, whose identifiers count for themselves.
    pub strongest: Option<Trust>,
}

impl Person {
    /// How strongly the person was proven before: by this identifier or, where contacts were
    /// merged, by any (X2).
    pub fn before(&self, by_identifier: Trust) -> Trust {
        self.strongest.map_or(by_identifier, |strongest| strongest.max(by_identifier))
    }
}

/// The person that `contact` is; one that does not exist is nobody else (X2).
pub async fn person(cx: &mut Cx<'_>, contact: ContactId) -> Result<Person, Fault> {
    let own = store::standing(cx, contact).await?;
    let survivor = own.and_then(|own| own.merged_into).unwrap_or(contact);
    let into = store::into(cx, survivor).await?;
    if into.is_empty() {
        return Ok(Person { survivor, strongest: None });
    }
    let of_survivor = store::standing(cx, survivor).await?.map(|standing| standing.trust);
    let trusts = into.iter().map(|merged| merged.trust).chain(of_survivor);
    Ok(Person { survivor, strongest: trusts.max() })
}

/// The contact that stands for `contact`: itself, or the one that it was merged into.
pub async fn survivor(cx: &mut Cx<'_>, contact: ContactId) -> Result<ContactId, Fault> {
    let own = store::standing(cx, contact).await?;
    Ok(own.and_then(|own| own.merged_into).unwrap_or(contact))
}

/// The contacts that were merged into this one, whose rows it reaches (X3).
pub async fn into(cx: &mut Cx<'_>, survivor: ContactId) -> Result<Vec<ContactId>, Fault> {
    Ok(store::into(cx, survivor).await?.into_iter().map(|merged| merged.contact).collect())
}

/// This contact and those that were merged into it.
pub async fn whole(cx: &mut Cx<'_>, survivor: ContactId) -> Result<Vec<ContactId>, Fault> {
    let mut whole = vec![survivor];
    whole.extend(into(cx, survivor).await?);
    Ok(whole)
}

/// Keeps merges away from a contact, and from the one that it was merged into, until the commit.
///
/// Whoever opens a session asks what a contact is merged into, and must not be overtaken by the
/// undoing: the session would outlive it.
pub(crate) async fn hold(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    if let Some(standing) = store::hold(cx, contact).await?
        && let Some(survivor) = standing.merged_into
    {
        store::hold(cx, survivor).await?;
    }
    Ok(())
}

/// What was merged into a contact, the first one first.
pub async fn list(cx: &mut Cx<'_>, survivor: ContactId) -> Result<Vec<Merged>, Refusal> {
    contacts::find(cx, survivor).await?;
    let mut list = Vec::new();
    for found in store::merged(cx, survivor).await? {
        let contact = contacts::find(cx, found.contact).await?.brief();
        list.push(Merged { contact, at: found.at, because: found.because });
    }
    Ok(list)
}

/// What merging would come to; refused as the merge would be (X8).
pub async fn preview(
    cx: &mut Cx<'_>,
    survivor: ContactId,
    merged: ContactId,
) -> Result<Preview, Refusal> {
    may_merge(cx, survivor, merged).await?;
    let (into, from) = (contacts::find(cx, survivor).await?, contacts::find(cx, merged).await?);
    let mut sessions = sessions::of_contact(cx, survivor).await?.len();
    sessions += sessions::of_contact(cx, merged).await?.len();
    let demanded = person(cx, survivor).await?.strongest.unwrap_or(into.trust).max(from.trust);
    Ok(Preview {
        warnings: Warning::of(&into, &from),
        survivor: into.brief(),
        merged: from.brief(),
        sessions,
        demanded,
    })
}

/// Merges `merged` into `survivor` (X1, X3, X5).
pub async fn merge(
    cx: &mut Cx<'_>,
    survivor: ContactId,
    merged: ContactId,
    because: Because,
) -> Result<(), Refusal> {
    store::hold(cx, merged).await?;
    store::hold(cx, survivor).await?;
    may_merge(cx, survivor, merged).await?;
    store::merge(cx, survivor, merged, &because).await?;
    cut(cx, survivor, merged).await?;
    note(cx, "contact.merged", merged, format!("into {survivor}: {}", because.reason)).await
}

/// Takes a merge back: each is again who it was (X3).
pub async fn undo(
    cx: &mut Cx<'_>,
    survivor: ContactId,
    merged: ContactId,
) -> Result<Contact, Refusal> {
    store::hold(cx, merged).await?;
    store::hold(cx, survivor).await?;
    contacts::find(cx, survivor).await?;
    if !store::undo(cx, survivor, merged).await? {
        return Err(Refusal::NotMerged);
    }
    cut(cx, survivor, merged).await?;
    note(cx, "contact.unmerged", merged, format!("from {survivor}")).await?;
    Ok(contacts::find(cx, merged).await?)
}

/// Whether these two may become one (X5, X6).
async fn may_merge(cx: &mut Cx<'_>, survivor: ContactId, merged: ContactId) -> Result<(), Refusal> {
    for id in [survivor, merged] {
        if let Some(into) = contacts::find(cx, id).await?.merged_into {
            return Err(Refusal::IsMerged { contact: id, into });
        }
    }
    if survivor == merged {
        return Err(Refusal::Itself);
    }
    if !store::into(cx, merged).await?.is_empty() {
        return Err(Refusal::HasMerged);
    }
    if store::into(cx, survivor).await?.len() >= MOST {
        return Err(Refusal::TooMany);
    }
    Ok(())
}

/// Ends what was opened before: it was opened for somebody else (X4).
async fn cut(cx: &mut Cx<'_>, survivor: ContactId, merged: ContactId) -> Result<(), Fault> {
    for contact in [survivor, merged] {
        sessions::end_of_contact(cx, contact).await?;
        cx.revoke(Target::Contact(contact.bytes())).await?;
        cx.emit(&contacts::Changed { contact }).await?;
    }
    Ok(())
}

async fn note(
    cx: &mut Cx<'_>,
    action: &'static str,
    merged: ContactId,
    detail: String,
) -> Result<(), Refusal> {
    let actor = audit::Actor::of(cx.caller());
    Ok(audit::note_as(cx, actor, action, merged, Some(detail)).await?)
}
