//! Contacts by the customer's own id, for callers who are believed: back ends, and visitors whose
//! proof was checked.

use countersign_base::{ContactId, Fault, Provenance, Trust};
use countersign_door::Cx;
use countersign_identity::Identifier;

use super::model::{Changed, Contact, FieldName, Fields, Refusal};
use super::store;
use crate::merges;

/// The contact whose own id this is, of a merged one the survivor, and how it was proven;
/// `claimed` when only a back end said so.
pub async fn named(cx: &mut Cx<'_>, id: &str) -> Result<Option<(ContactId, Trust)>, Fault> {
    let found = store::identified(cx, Identifier::Id(id)).await?;
    let Some((contact, by_identifier)) = found else { return Ok(None) };
    let person = merges::person(cx, contact).await?;
    Ok(Some((person.survivor, person.before(by_identifier))))
}

/// The contacts with these own ids, of merged ones the survivors, in their order, where there are
/// such.
pub async fn named_each(cx: &mut Cx<'_>, ids: &[&str]) -> Result<Vec<Option<ContactId>>, Fault> {
    store::named_each(cx, ids).await
}

/// The contact that this own id names, whatever it was merged into: what is told about it is
/// kept there.
pub async fn alone(cx: &mut Cx<'_>, id: &str) -> Result<Contact, Refusal> {
    let found = store::identified(cx, Identifier::Id(id)).await?;
    let (contact, _) = found.ok_or(Refusal::NoSuchContact)?;
    super::find(cx, contact).await
}

/// The contact with this own id, of a merged one the survivor, made if it is missing.
///
/// A back end's word is no proof: the first proof of the same id finds this contact and raises
/// its trust, and until then nobody who merely says the id reaches it (P3).
pub async fn ensure(cx: &mut Cx<'_>, id: &str) -> Result<ContactId, Fault> {
    if let Some((known, _)) = named(cx, id).await? {
        return Ok(known);
    }
    let new = cx.id();
    if !store::claim(cx, Identifier::Id(id), new, Trust::Claimed).await? {
        let theirs = named(cx, id).await?;
        return theirs.map(|(id, _)| id).ok_or(Fault::Retry("an identifier vanished".into()));
    }
    let mut fields = Fields::default();
    fields.put(FieldName::Id, id.to_owned(), Provenance::Set, cx.now());
    store::create(cx, new, Trust::Claimed, fields).await?;
    cx.emit(&Changed { contact: new }).await?;
    Ok(new)
}

/// Writes what is told about the contact with this own id; what is known better stays as it is
/// (P1).
pub async fn learn(
    cx: &mut Cx<'_>,
    id: &str,
    provenance: Provenance,
    told: &[(FieldName, String)],
) -> Result<Contact, Refusal> {
    let mut contact = alone(cx, id).await?;
    let before = contact.fields.clone();
    for (name, value) in told {
        contact.fields.put(*name, value.clone(), provenance, cx.now());
    }
    if contact.fields != before {
        store::update(cx, &contact).await?;
        cx.emit(&Changed { contact: contact.id }).await?;
    }
    Ok(contact)
}
