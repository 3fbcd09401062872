//! Contacts: the stored persons, and what is proven, set or said of them.
//!
//! - **P1** Proven beats set, set beats said; what is proven is never replaced by less.
//! - **P2** A person is found by what was proven, each identifier with its kind: an id never
//!   equals an email, and an unverified email finds nobody.
//! - **P3** An unproven claim never reaches a contact that was proven: it has a contact of its
//!   own, flagged, and the answer does not differ.
//! - **P4** Where a signed token proved an identifier, an HMAC alone does not suffice any more.
//!   An admin may take that back for one contact.
//! - **P5** Names, emails and ids are ciphertext on disk, under a key of the contact's own.
//! - **P6** A company is joined by proof only.

pub mod api;
mod model;
mod named;
mod recognise;
mod search;
mod store;

use std::collections::HashMap;

use countersign_base::{CompanyId, ContactId, Fault, Moment, Provenance, Trust};
use countersign_door::{Cx, Target};

pub use self::model::{
    Brief, Change, Changed, Company, Contact, FieldName, Fields, Flag, Known, Refusal,
};
pub use self::named::{alone, ensure, learn, named, named_each};
pub(crate) use self::recognise::recognise_alone;
pub use self::recognise::{Claim, is_weaker, recognise, resume, say};
pub use self::search::search;
pub(crate) use self::store::trust;
use crate::{audit, merges};

/// One contact.
pub async fn find(cx: &mut Cx<'_>, id: ContactId) -> Result<Contact, Refusal> {
    store::find(cx, id).await?.ok_or(Refusal::NoSuchContact)
}

/// Whether there is such a contact.
pub async fn exists(cx: &mut Cx<'_>, id: ContactId) -> Result<bool, Fault> {
    Ok(store::find(cx, id).await?.is_some())
}

/// Those of the ids that are a contact's, with the contact that stands for each: of a merged one
/// the survivor.
pub async fn existing(
    cx: &mut Cx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, ContactId>, Fault> {
    store::existing(cx, ids).await
}

/// Contacts that are not anonymous and were there at a moment, by id, after one of them.
pub async fn known_after(
    cx: &mut Cx<'_>,
    after: [u8; 16],
    until: Moment,
    limit: usize,
) -> Result<Vec<ContactId>, Fault> {
    store::known_after(cx, after, until, limit).await
}

/// How many contacts are not anonymous; reads the whole index, so not inside a writing operation.
pub async fn how_many_known(cx: &mut Cx<'_>) -> Result<i64, Fault> {
    store::how_many_known(cx).await
}

/// One contact that may be written to (X9 of `merges`).
async fn find_whole(cx: &mut Cx<'_>, id: ContactId) -> Result<Contact, Refusal> {
    let contact = find(cx, id).await?;
    contact.merged_into.map_or(Ok(contact), |survivor| Err(Refusal::IsMerged(survivor)))
}

/// What a list shows of these contacts; of a merged one, what it shows of the survivor.
pub async fn briefs(
    cx: &mut Cx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, Brief>, Fault> {
    let mut briefs = HashMap::with_capacity(ids.len());
    for id in ids {
        if briefs.contains_key(id) {
            continue;
        }
        let survivor = merges::survivor(cx, *id).await?;
        if let Some(contact) = store::find(cx, survivor).await? {
            briefs.insert(*id, contact.brief());
        }
    }
    Ok(briefs)
}

/// Writes fields as *set*; what is proven stays as it is (P1).
pub async fn change(cx: &mut Cx<'_>, id: ContactId, change: Change) -> Result<Contact, Refusal> {
    let mut contact = find_whole(cx, id).await?;
    for (name, value) in change.fields()? {
        if !contact.fields.put(name, value, Provenance::Set, cx.now()) {
            return Err(Refusal::Proven(name));
        }
    }
    store::update(cx, &contact).await?;
    audit::note(cx, "contact.changed", id).await?;
    cx.emit(&Changed { contact: id }).await?;
    Ok(contact)
}

/// Lets an HMAC prove the contact's identifiers again, as before any signed token (P4), and
/// those of contacts that were merged into it.
///
/// What tokens proved stays proven, and whoever is in stays in.
pub async fn reset_ratchet(cx: &mut Cx<'_>, id: ContactId) -> Result<Contact, Refusal> {
    if !find_whole(cx, id).await?.trust.is_proven() {
        return Err(Refusal::NotProven);
    }
    for part in merges::whole(cx, id).await? {
        let mut contact = find(cx, part).await?;
        if !contact.trust.is_proven() {
            continue;
        }
        store::lower(cx, part, Trust::Hmac).await?;
        contact.trust = Trust::Hmac;
        store::update(cx, &contact).await?;
    }
    audit::note(cx, "contact.ratchet_reset", id).await?;
    cx.emit(&Changed { contact: id }).await?;
    find(cx, id).await
}

/// Ends every session of the contact, on every node, now.
pub async fn end_sessions(cx: &mut Cx<'_>, id: ContactId) -> Result<(), Refusal> {
    find(cx, id).await?;
    crate::sessions::end_of_contact(cx, id).await?;
    audit::note(cx, "contact.sessions_ended", id).await?;
    cx.revoke(Target::Contact(id.bytes())).await?;
    Ok(())
}

/// Companies, newest first.
pub async fn companies(
    cx: &mut Cx<'_>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<(Moment, Company)>, Fault> {
    store::companies(cx, after, limit).await
}

/// One company.
pub async fn find_company(cx: &mut Cx<'_>, id: CompanyId) -> Result<Company, Refusal> {
    store::find_company(cx, id).await?.ok_or(Refusal::NoSuchContact)
}

/// The company with this proven id, made if it is missing (P6).
pub(crate) async fn company(
    cx: &mut Cx<'_>,
    external_id: &str,
    name: Option<&str>,
) -> Result<CompanyId, Fault> {
    store::company(cx, external_id, name).await
}

/// The trust that a stored contact has reached.
pub(crate) fn highest(known: Trust, now: Trust) -> Trust {
    known.max(now)
}
