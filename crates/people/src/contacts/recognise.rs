//! Which contact a visitor is.

use countersign_base::{ContactId, Fault, Provenance, Trust};
use countersign_door::Cx;
use countersign_identity::{Field, Identifier, Proven};

use super::model::{Changed, Contact, FieldName, Fields, Flag, Refusal};
use super::store;
use crate::merges;

/// What a weaker proof than before leads to (P4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// It is refused: the widget enforces.
    Enforced,
    /// It has a contact of its own, flagged.
    Observed,
}

/// The contact of a valid proof, made if it is new (P2, P4); of a merged one the survivor.
///
/// A token may prove an id and an email; the id decides. An email finds a contact only when
/// that contact has no other proven id.
pub async fn recognise(
    cx: &mut Cx<'_>,
    proven: &Proven,
    trust: Trust,
    claim: Claim,
) -> Result<Contact, Refusal> {
    let own = alone(cx, proven, trust, claim).await?;
    let Some(survivor) = own.merged_into else { return Ok(own) };
    let mut survivor = super::find(cx, survivor).await?;
    survivor.last_seen_at = cx.now();
    store::update(cx, &survivor).await?;
    cx.emit(&Changed { contact: survivor.id }).await?;
    Ok(survivor)
}

/// The contact that a valid proof names, whatever it was merged into; a proof that is too weak
/// is refused (P4).
pub(crate) async fn recognise_alone(
    cx: &mut Cx<'_>,
    proven: &Proven,
    trust: Trust,
) -> Result<Contact, Refusal> {
    alone(cx, proven, trust, Claim::Enforced).await
}

/// What a proof tells is learned of the contact that it names, merged or not: taking a merge
/// back must find it there.
async fn alone(
    cx: &mut Cx<'_>,
    proven: &Proven,
    trust: Trust,
    claim: Claim,
) -> Result<Contact, Refusal> {
    let new = cx.id();
    let known = match known(cx, proven).await? {
        None => claim_identifiers(cx, proven, new, trust).await?,
        known => known,
    };
    if let Some((id, by_identifier)) = known {
        merges::hold(cx, id).await?;
        if merges::person(cx, id).await?.before(by_identifier) > trust {
            return match claim {
                Claim::Enforced => Err(Refusal::Weaker),
                Claim::Observed => flagged(cx, proven, trust).await,
            };
        }
    }
    let id = known.map_or(new, |(id, _)| id);
    let mut contact = match store::find(cx, id).await? {
        Some(contact) => contact,
        None => store::create(cx, id, trust, Fields::default()).await?,
    };
    if known.is_some() {
        attach(cx, proven, trust, id).await?;
    }
    learn(cx, &mut contact, proven, trust).await?;
    store::update(cx, &contact).await?;
    cx.emit(&Changed { contact: id }).await?;
    Ok(contact)
}

/// Whether what the proof names was proven more strongly before (P4).
pub async fn is_weaker(cx: &mut Cx<'_>, proven: &Proven, trust: Trust) -> Result<bool, Fault> {
    let Some((id, by_identifier)) = known(cx, proven).await? else { return Ok(false) };
    Ok(merges::person(cx, id).await?.before(by_identifier) > trust)
}

/// The contact that the proof's identifiers lead to, and how they were proven then.
async fn known(cx: &mut Cx<'_>, proven: &Proven) -> Result<Option<(ContactId, Trust)>, Fault> {
    let subject: Vec<_> = proven.subject().collect();
    for (place, identifier) in subject.iter().enumerate() {
        let Some((contact, trust)) = store::identified(cx, *identifier).await? else { continue };
        let by_email_beside_an_id = place > 0;
        if by_email_beside_an_id && store::has_proven_id(cx, contact).await? {
            continue;
        }
        return Ok(Some((contact, trust)));
    }
    Ok(None)
}

/// Gives a new contact its identifiers, the strongest first.
///
/// On PostgreSQL another node may have been first a moment ago: then the person is theirs, and
/// was proven as they saw it.
async fn claim_identifiers(
    cx: &mut Cx<'_>,
    proven: &Proven,
    new: ContactId,
    trust: Trust,
) -> Result<Option<(ContactId, Trust)>, Fault> {
    let mut subject = proven.subject();
    let first = subject.next().ok_or(Fault::Store("a proof of nobody".into()))?;
    if !store::claim(cx, first, new, trust).await? {
        let theirs = store::identified(cx, first).await?;
        return theirs.map(Some).ok_or(Fault::Retry("an identifier vanished".into()));
    }
    for identifier in subject {
        store::claim(cx, identifier, new, trust).await?;
    }
    Ok(None)
}

/// Gives a known contact the identifiers that its new proof adds, and raises their trust.
async fn attach(
    cx: &mut Cx<'_>,
    proven: &Proven,
    trust: Trust,
    contact: ContactId,
) -> Result<(), Fault> {
    for identifier in proven.subject() {
        if !store::claim(cx, identifier, contact, trust).await? {
            store::raise(cx, identifier, contact, trust).await?;
        }
    }
    Ok(())
}

async fn learn(
    cx: &mut Cx<'_>,
    contact: &mut Contact,
    proven: &Proven,
    trust: Trust,
) -> Result<(), Fault> {
    let now = cx.now();
    put(&mut contact.fields, &proven.fields, Provenance::Proven, now);
    put(&mut contact.fields, &proven.said, Provenance::Said, now);
    contact.trust = super::highest(contact.trust, trust);
    contact.last_seen_at = now;
    if let Some(company) = proven.field(Field::CompanyId) {
        let name = proven.field(Field::CompanyName);
        let id = super::company(cx, company, name).await?;
        contact.company = Some(super::model::Company {
            id,
            external_id: company.to_owned(),
            name: name.map(ToOwned::to_owned),
        });
    }
    Ok(())
}

fn put(
    fields: &mut Fields,
    from: &[(Field, String)],
    provenance: Provenance,
    now: countersign_base::Moment,
) {
    for (field, value) in from {
        fields.put(FieldName::from(*field), value.clone(), provenance, now);
    }
}

/// A contact of its own for a proof that is weaker than the one before.
async fn flagged(cx: &mut Cx<'_>, proven: &Proven, trust: Trust) -> Result<Contact, Refusal> {
    let id = cx.id();
    let mut contact = store::create(cx, id, trust, Fields::default()).await?;
    put(&mut contact.fields, &proven.fields, Provenance::Proven, cx.now());
    put(&mut contact.fields, &proven.said, Provenance::Said, cx.now());
    contact.flags = vec![Flag::ContradictsProvenId];
    store::update(cx, &contact).await?;
    cx.emit(&Changed { contact: id }).await?;
    Ok(contact)
}

/// The contact of a visitor who proves nothing: `resumed`, or a new one (P3).
pub async fn say(
    cx: &mut Cx<'_>,
    resumed: Option<ContactId>,
    said: &[(Field, String)],
) -> Result<Contact, Refusal> {
    let trust = if said.is_empty() { Trust::Anonymous } else { Trust::Claimed };
    let known = match resumed {
        Some(id) => store::find(cx, id).await?.filter(|contact| !contact.trust.is_proven()),
        None => None,
    };
    let mut contact = if let Some(contact) = known {
        contact
    } else {
        let id = cx.id();
        store::create(cx, id, trust, Fields::default()).await?
    };
    put(&mut contact.fields, said, Provenance::Said, cx.now());
    contact.trust = super::highest(contact.trust, trust);
    contact.last_seen_at = cx.now();
    if contradicts(cx, said).await? {
        contact.flags = vec![Flag::ContradictsProvenId];
    }
    store::update(cx, &contact).await?;
    cx.emit(&Changed { contact: contact.id }).await?;
    Ok(contact)
}

/// Whether something said is the proven identifier of somebody.
async fn contradicts(cx: &mut Cx<'_>, said: &[(Field, String)]) -> Result<bool, Fault> {
    for (field, value) in said {
        let identifier = match field {
            Field::Id => Identifier::Id(value),
            Field::Email => Identifier::Email(value),
            _ => continue,
        };
        if store::identified(cx, identifier).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The unproven contact that this browser's token belongs to, if it may still be resumed.
pub async fn resume(cx: &mut Cx<'_>, id: ContactId) -> Result<Option<ContactId>, Fault> {
    let contact = store::find(cx, id).await?;
    Ok(contact.filter(|contact| !contact.trust.is_proven()).map(|contact| contact.id))
}
