//! The only file that knows where contacts are kept.

use std::collections::HashMap;
use std::sync::Arc;

use countersign_base::{CompanyId, ContactId, Fault, Moment, Trust};
use countersign_door::Cx;
use countersign_identity::Identifier;
use countersign_infra::db::{Row, Sql, Value};
use countersign_infra::vault::{Key, Place};
use serde::{Deserialize, Serialize};

use super::model::{Company, Contact, FieldName, Fields, Flag};

const FIND: &str = "
    select id, trust, contradicts, company, sealed, created_at, last_seen_at, merged_into
    from contact where tenant = $1 and id = $2";
const EXACT: &str = "
    select id, trust, contradicts, company, sealed, created_at, last_seen_at, merged_into
    from contact where tenant = $1 and (email_mark = $2 or external_mark = $3)
    order by last_seen_at desc, id desc limit 100";
const LATEST: &str = "
    select id, trust, contradicts, company, sealed, created_at, last_seen_at, merged_into
    from contact where tenant = $1 and (last_seen_at, id) < ($2, $3) and merged_into is null
    order by last_seen_at desc, id desc limit $4";
const KNOWN_AFTER: &str = "
    select id from contact
    where tenant = $1 and id > $2 and created_at <= $3 and trust <> 'anonymous'
        and merged_into is null
    order by id limit $4";
const HOW_MANY_KNOWN: &str = "
    select count(*) from contact
    where tenant = $1 and trust <> 'anonymous' and merged_into is null";
const INSERT: &str = "
    insert into contact (tenant, id, trust, contradicts, email_mark, external_mark, sealed,
        created_at, last_seen_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
const INSERT_KEY: &str = "insert into contact_key (tenant, contact, wrapped) values ($1, $2, $3)";
const UPDATE: &str = "
    update contact set trust = $3, contradicts = $4, company = $5, email_mark = $6,
        external_mark = $7, sealed = $8, last_seen_at = $9
    where tenant = $1 and id = $2";
const IDENTIFIED: &str =
    "select contact, trust from identifier where tenant = $1 and kind = $2 and mark = $3";
const NAMED_EACH: Sql = Sql {
    lite: "select i.mark, coalesce(c.merged_into, c.id)
        from identifier i join contact c on c.tenant = $1 and c.id = i.contact
        where i.tenant = $1 and i.kind = 'id' and i.mark = $2",
    pg: "select i.mark, coalesce(c.merged_into, c.id)
        from identifier i join contact c on c.tenant = $1 and c.id = i.contact
        where i.tenant = $1 and i.kind = 'id' and i.mark = any($2)",
};
const EXISTING: Sql = Sql {
    lite: "select id, coalesce(merged_into, id) from contact where tenant = $1 and id = $2",
    pg: "select id, coalesce(merged_into, id) from contact where tenant = $1 and id = any($2)",
};
const PROVEN_ID: &str =
    "select 1 from identifier where tenant = $1 and contact = $2 and kind = 'id'";
const CLAIM: &str = "
    insert into identifier (tenant, kind, mark, contact, trust, created_at)
    values ($1, $2, $3, $4, $5, $6) on conflict (tenant, kind, mark) do nothing";
const RAISE: &str = "
    update identifier set trust = $5
    where tenant = $1 and kind = $2 and mark = $3 and contact = $4";
const LOWER: &str = "update identifier set trust = $3 where tenant = $1 and contact = $2";
const COMPANY: &str = "select id from company where tenant = $1 and mark = $2";
const COMPANY_BY_ID: &str = "select sealed from company where tenant = $1 and id = $2";
const COMPANIES: &str = "
    select id, sealed, created_at from company
    where tenant = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4";
const INSERT_COMPANY: &str = "
    insert into company (tenant, id, mark, sealed, created_at) values ($1, $2, $3, $4, $5)
    on conflict (tenant, mark) do nothing";
const UPDATE_COMPANY: &str = "update company set sealed = $3 where tenant = $1 and id = $2";

/// A row before its sealed parts are opened.
struct Closed {
    contact: Contact,
    company: Option<CompanyId>,
    sealed: Vec<u8>,
}

pub(super) async fn find(cx: &mut Cx<'_>, id: ContactId) -> Result<Option<Contact>, Fault> {
    match cx.row(FIND, &[cx.tenant().into(), id.into()], read).await? {
        Some(closed) => open(cx, closed).await.map(Some),
        None => Ok(None),
    }
}

pub(super) async fn exact(cx: &mut Cx<'_>, text: &str) -> Result<Vec<Contact>, Fault> {
    let email = cx.keys().mark("email", text.to_ascii_lowercase().as_bytes());
    let external = cx.keys().mark("id", text.as_bytes());
    let values = [cx.tenant().into(), (&email).into(), (&external).into()];
    let found = cx.rows(EXACT, &values, read).await?;
    open_all(cx, found).await
}

pub(super) async fn latest(
    cx: &mut Cx<'_>,
    after: Option<(i64, [u8; 16])>,
    limit: i64,
) -> Result<Vec<Contact>, Fault> {
    let (at, id) = after.unwrap_or((i64::MAX, [255; 16]));
    let values = [cx.tenant().into(), at.into(), id.into(), limit.into()];
    let found = cx.rows(LATEST, &values, read).await?;
    open_all(cx, found).await
}

/// Contacts that are not anonymous and were there at a moment, by id, after one of them.
pub(super) async fn known_after(
    cx: &mut Cx<'_>,
    after: [u8; 16],
    until: Moment,
    limit: usize,
) -> Result<Vec<ContactId>, Fault> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [cx.tenant().into(), after.into(), until.into(), limit.into()];
    cx.rows(KNOWN_AFTER, &values, |row| row.col(0)).await
}

pub(super) async fn how_many_known(cx: &mut Cx<'_>) -> Result<i64, Fault> {
    let found = cx.row(HOW_MANY_KNOWN, &[cx.tenant().into()], |row| row.col(0)).await?;
    Ok(found.unwrap_or(0))
}

/// Makes a contact, with a key of its own.
pub(super) async fn create(
    cx: &mut Cx<'_>,
    id: ContactId,
    trust: Trust,
    fields: Fields,
) -> Result<Contact, Fault> {
    let wrapped = cx.keys().new_contact(id);
    let key = cx.keys().open(id, &wrapped)?;
    cx.exec(INSERT_KEY, &[cx.tenant().into(), id.into(), (&wrapped).into()]).await?;
    let now = cx.now();
    let contact = Contact {
        id,
        trust,
        flags: Vec::new(),
        fields,
        company: None,
        created_at: now,
        last_seen_at: now,
        merged_into: None,
    };
    let sealed = seal(cx, &key, &contact)?;
    let (email, external) = marks(cx, &contact.fields);
    let values: [Value<'_>; 8] = [
        cx.tenant().into(),
        id.into(),
        trust.name().into(),
        false.into(),
        email.as_ref().into(),
        external.as_ref().into(),
        (&sealed).into(),
        now.into(),
    ];
    cx.exec(INSERT, &values).await?;
    Ok(contact)
}

pub(super) async fn update(cx: &mut Cx<'_>, contact: &Contact) -> Result<(), Fault> {
    let key = key(cx, contact.id).await?;
    let sealed = seal(cx, &key, contact)?;
    let (email, external) = marks(cx, &contact.fields);
    let values: [Value<'_>; 9] = [
        cx.tenant().into(),
        contact.id.into(),
        contact.trust.name().into(),
        contact.flags.contains(&Flag::ContradictsProvenId).into(),
        contact.company.as_ref().map(|company| company.id).into(),
        email.as_ref().into(),
        external.as_ref().into(),
        (&sealed).into(),
        contact.last_seen_at.into(),
    ];
    cx.exec(UPDATE, &values).await.map(drop)
}

pub(super) async fn identified(
    cx: &mut Cx<'_>,
    identifier: Identifier<'_>,
) -> Result<Option<(ContactId, Trust)>, Fault> {
    let (kind, mark) = marked(cx, identifier);
    let values = [cx.tenant().into(), kind.into(), (&mark).into()];
    cx.row(IDENTIFIED, &values, |row| Ok((row.col(0)?, trust(row, 1)?))).await
}

/// The contacts with these own ids, where there are such.
pub(super) async fn named_each(
    cx: &mut Cx<'_>,
    ids: &[&str],
) -> Result<Vec<Option<ContactId>>, Fault> {
    let marks: Vec<_> = ids.iter().map(|id| marked(cx, Identifier::Id(id)).1).collect();
    let rows: Vec<_> = marks.iter().map(|mark| [mark.into()]).collect();
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?));
    let found: HashMap<[u8; 32], ContactId> =
        cx.rows_each(NAMED_EACH, &[cx.tenant().into()], &rows, read).await?.into_iter().collect();
    Ok(marks.iter().map(|mark| found.get(mark).copied()).collect())
}

/// Those of the ids that are a contact's, with the contact that stands for each.
pub(super) async fn existing(
    cx: &mut Cx<'_>,
    ids: &[ContactId],
) -> Result<HashMap<ContactId, ContactId>, Fault> {
    let rows: Vec<_> = ids.iter().map(|id| [(*id).into()]).collect();
    let read = |row: &Row<'_>| Ok((row.col(0)?, row.col(1)?));
    let found = cx.rows_each(EXISTING, &[cx.tenant().into()], &rows, read).await?;
    Ok(found.into_iter().collect())
}

pub(super) async fn has_proven_id(cx: &mut Cx<'_>, contact: ContactId) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), contact.into()];
    Ok(cx.row(PROVEN_ID, &values, |_| Ok(())).await?.is_some())
}

/// Gives an identifier to a contact, unless it has an owner.
pub(super) async fn claim(
    cx: &mut Cx<'_>,
    identifier: Identifier<'_>,
    contact: ContactId,
    trust: Trust,
) -> Result<bool, Fault> {
    let (kind, mark) = marked(cx, identifier);
    let values: [Value<'_>; 6] = [
        cx.tenant().into(),
        kind.into(),
        (&mark).into(),
        contact.into(),
        trust.name().into(),
        cx.now().into(),
    ];
    Ok(cx.exec(CLAIM, &values).await? == 1)
}

pub(super) async fn raise(
    cx: &mut Cx<'_>,
    identifier: Identifier<'_>,
    contact: ContactId,
    trust: Trust,
) -> Result<(), Fault> {
    let (kind, mark) = marked(cx, identifier);
    let values =
        [cx.tenant().into(), kind.into(), (&mark).into(), contact.into(), trust.name().into()];
    cx.exec(RAISE, &values).await.map(drop)
}

/// Sets what each identifier of a contact was proven by.
pub(super) async fn lower(cx: &mut Cx<'_>, id: ContactId, trust: Trust) -> Result<(), Fault> {
    cx.exec(LOWER, &[cx.tenant().into(), id.into(), trust.name().into()]).await.map(drop)
}

pub(super) async fn company(
    cx: &mut Cx<'_>,
    external_id: &str,
    name: Option<&str>,
) -> Result<CompanyId, Fault> {
    let mark = cx.keys().mark("company", external_id.as_bytes());
    let new: CompanyId = cx.id();
    let found: Option<CompanyId> =
        cx.row(COMPANY, &[cx.tenant().into(), (&mark).into()], |row| row.col(0)).await?;
    let id = found.unwrap_or(new);
    let sealed = SealedCompany { external_id: external_id.into(), name: name.map(Into::into) };
    let sealed = cx.keys().own().seal(&company_place(cx, id), &json(&sealed)?);
    if found.is_some() {
        if name.is_some() {
            cx.exec(UPDATE_COMPANY, &[cx.tenant().into(), id.into(), (&sealed).into()]).await?;
        }
        return Ok(id);
    }
    let values = [cx.tenant().into(), id.into(), (&mark).into(), (&sealed).into(), cx.now().into()];
    if cx.exec(INSERT_COMPANY, &values).await? == 1 {
        return Ok(id);
    }
    let theirs = cx.row(COMPANY, &[cx.tenant().into(), (&mark).into()], |row| row.col(0)).await?;
    theirs.ok_or(Fault::Retry("a company vanished".into()))
}

/// Companies, newest first, with the moment they were first seen.
pub(super) async fn companies(
    cx: &mut Cx<'_>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<(Moment, Company)>, Fault> {
    let (at, id) = after.unwrap_or((i64::MAX, [255; 16]));
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    let values = [cx.tenant().into(), at.into(), id.into(), most.into()];
    let found = cx
        .rows(COMPANIES, &values, |row| {
            Ok((row.col::<CompanyId>(0)?, row.col::<Vec<u8>>(1)?, row.col::<Moment>(2)?))
        })
        .await?;
    let open =
        |(id, sealed, at): (CompanyId, Vec<u8>, Moment)| Ok((at, open_company(cx, id, &sealed)?));
    found.into_iter().map(open).collect()
}

/// One company.
pub(super) async fn find_company(cx: &mut Cx<'_>, id: CompanyId) -> Result<Option<Company>, Fault> {
    let values = [cx.tenant().into(), id.into()];
    let sealed: Option<Vec<u8>> = cx.row(COMPANY_BY_ID, &values, |row| row.col(0)).await?;
    sealed.map(|sealed| open_company(cx, id, &sealed)).transpose()
}

fn open_company(cx: &Cx<'_>, id: CompanyId, sealed: &[u8]) -> Result<Company, Fault> {
    let plain = cx.keys().own().open(&company_place(cx, id), sealed)?;
    let company: SealedCompany =
        serde_json::from_slice(&plain).map_err(|_| Fault::Corrupt("a company cannot be read"))?;
    Ok(Company { id, external_id: company.external_id, name: company.name })
}

#[derive(Serialize, Deserialize)]
struct SealedCompany {
    external_id: String,
    name: Option<String>,
}

fn marked(cx: &Cx<'_>, identifier: Identifier<'_>) -> (&'static str, [u8; 32]) {
    match identifier {
        Identifier::Id(id) => ("id", cx.keys().mark("proven id", id.as_bytes())),
        Identifier::Email(email) => ("email", cx.keys().mark("proven email", email.as_bytes())),
    }
}

/// By what a contact is searched: its email address and its own id.
fn marks(cx: &Cx<'_>, fields: &Fields) -> (Option<[u8; 32]>, Option<[u8; 32]>) {
    let mark = |what: &'static str, name| {
        fields.value(name).map(|value| cx.keys().mark(what, value.as_bytes()))
    };
    (mark("email", FieldName::Email), mark("id", FieldName::Id))
}

async fn key(cx: &mut Cx<'_>, id: ContactId) -> Result<Arc<Key>, Fault> {
    cx.contact_key(id).await?.ok_or(Fault::Corrupt("a contact has no key"))
}

fn place(cx: &Cx<'_>, id: ContactId) -> Place {
    Place::new(cx.tenant(), "contact", "sealed", id.bytes())
}

fn company_place(cx: &Cx<'_>, id: CompanyId) -> Place {
    Place::new(cx.tenant(), "company", "sealed", id.bytes())
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value).map_err(|_| Fault::Store("a value cannot be written as JSON".into()))
}

fn seal(cx: &Cx<'_>, key: &Key, contact: &Contact) -> Result<Vec<u8>, Fault> {
    Ok(key.seal(&place(cx, contact.id), &json(&contact.fields)?))
}

async fn open_all(cx: &mut Cx<'_>, found: Vec<Closed>) -> Result<Vec<Contact>, Fault> {
    let mut contacts = Vec::with_capacity(found.len());
    for closed in found {
        contacts.push(open(cx, closed).await?);
    }
    Ok(contacts)
}

async fn open(cx: &mut Cx<'_>, closed: Closed) -> Result<Contact, Fault> {
    let mut contact = closed.contact;
    if let Some(key) = cx.contact_key(contact.id).await? {
        let plain = key.open(&place(cx, contact.id), &closed.sealed)?;
        contact.fields = serde_json::from_slice(&plain)
            .map_err(|_| Fault::Corrupt("a contact's fields cannot be read"))?;
    }
    if let Some(id) = closed.company {
        let company = find_company(cx, id).await?;
        contact.company = Some(company.ok_or(Fault::Corrupt("a contact's company is gone"))?);
    }
    Ok(contact)
}

fn read(row: &Row<'_>) -> Result<Closed, Fault> {
    let contradicts: bool = row.col(2)?;
    let flags = contradicts.then_some(Flag::ContradictsProvenId).into_iter().collect();
    let contact = Contact {
        id: row.col(0)?,
        trust: trust(row, 1)?,
        flags,
        fields: Fields::default(),
        company: None,
        created_at: row.col(5)?,
        last_seen_at: row.col::<Moment>(6)?,
        merged_into: row.col(7)?,
    };
    Ok(Closed { contact, company: row.col(3)?, sealed: row.col(4)? })
}

pub(crate) fn trust(row: &Row<'_>, index: usize) -> Result<Trust, Fault> {
    let name: String = row.col(index)?;
    Trust::named(&name).ok_or(Fault::Corrupt("a trust has an unknown name"))
}
