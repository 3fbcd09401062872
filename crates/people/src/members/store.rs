//! The only file that knows where members and their sign-ins are kept.
//!
//! Both belong to an organization, which stands first where a tenant stands elsewhere. A member
//! is found by the mark of their email before the organization is known: the one exception.

use countersign_base::{
    Digest, Fault, MemberId, Moment, OrganizationId, Role, SignInId, TenantId,
};
use countersign_door::Cx;
use countersign_infra::chance;
use countersign_infra::db::{Row, Tx, Value};
use countersign_infra::vault::{Key, Place};
use serde::{Deserialize, Serialize};

use super::model::{Email, Refusal, Shown};

const BY_MARK: &str = "
    select organization, id, password_hash, role from member
    where mark = $1 and disabled_at is null";
const FIND: &str = "
    select id, sealed, role from member where organization = $1 and id = $2";
const LIST: &str = "
    select id, sealed, role from member
    where organization = $1 and disabled_at is null order by created_at, id";
const INSERT: &str = "
    insert into member (organization, id, mark, sealed, password_hash, role, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)";
const CHANGE_PASSWORD: &str =
    "update member set password_hash = $3 where organization = $1 and id = $2";
const END_ALL: &str = "
    update sign_in set revoked_at = $3
    where organization = $1 and member = $2 and revoked_at is null";
const TENANT: &str = "
    select id from tenant where organization = $1 order by environment limit 1";
const INSERT_SIGN_IN: &str = "
    insert into sign_in (organization, id, member, tenant, digest, created_at, last_used_at,
        expires_at)
    values ($1, $2, $3, $4, $5, $6, $6, $7)";
const SIGN_IN: &str = "
    select s.member, s.tenant, s.digest, s.last_used_at, s.expires_at, s.revoked_at, m.role
    from sign_in s join member m on m.organization = s.organization and m.id = s.member
    where s.organization = $1 and s.id = $2 and m.disabled_at is null";
const TOUCH: &str = "
    update sign_in set last_used_at = $3 where organization = $1 and id = $2";
const END: &str = "
    update sign_in set revoked_at = $3
    where organization = $1 and id = $2 and revoked_at is null";

/// What signing in needs to know of a member.
pub(super) struct Account {
    pub(super) organization: OrganizationId,
    pub(super) id: MemberId,
    pub(super) password_hash: String,
}

/// A sign-in's row.
#[derive(Clone, Debug)]
pub(super) struct SignIn {
    pub(super) member: MemberId,
    pub(super) tenant: TenantId,
    pub(super) digest: Digest,
    pub(super) last_used_at: Moment,
    pub(super) expires_at: Moment,
    pub(super) revoked_at: Option<Moment>,
    pub(super) role: Role,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    email: String,
    name: String,
}

pub(super) fn mark(key: &Key, email: &Email) -> [u8; 32] {
    key.mark("member email", email.as_str().as_bytes())
}

pub(super) async fn by_mark(tx: &mut Tx<'_>, mark: &[u8; 32]) -> Result<Option<Account>, Fault> {
    tx.row(BY_MARK, &[mark.into()], |row| {
        Ok(Account { organization: row.col(0)?, id: row.col(1)?, password_hash: row.col(2)? })
    })
    .await
}

/// The member with this email, and whether it was made now.
pub(super) async fn ensure(
    tx: &mut Tx<'_>,
    key: &Key,
    organization: OrganizationId,
    email: &Email,
    hash: &str,
    role: Role,
    now: Moment,
) -> Result<(MemberId, bool), Refusal> {
    let mark = mark(key, email);
    if let Some(known) = by_mark(tx, &mark).await? {
        let is_ours = known.organization == organization;
        return if is_ours { Ok((known.id, false)) } else { Err(Refusal::Taken) };
    }
    let id = MemberId::new(now.millis(), chance::bytes());
    let sealed = Sealed { email: email.as_str().to_owned(), name: email.local().to_owned() };
    let json = serde_json::to_vec(&sealed)
        .map_err(|_| Fault::Store("a member cannot be written as JSON".into()))?;
    let sealed = key.seal(&place(id), &json);
    let values: [Value<'_>; 7] = [
        organization.into(),
        id.into(),
        (&mark).into(),
        (&sealed).into(),
        hash.into(),
        role.name().into(),
        now.into(),
    ];
    tx.exec(INSERT, &values).await?;
    Ok((id, true))
}

/// Changes a password, which ends every sign-in of the member.
pub(super) async fn change_password(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    id: MemberId,
    hash: &str,
    now: Moment,
) -> Result<(), Fault> {
    tx.exec(CHANGE_PASSWORD, &[organization.into(), id.into(), hash.into()]).await?;
    tx.exec(END_ALL, &[organization.into(), id.into(), now.into()]).await.map(drop)
}

pub(super) async fn tenant(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
) -> Result<Option<TenantId>, Fault> {
    tx.row(TENANT, &[organization.into()], |row| row.col(0)).await
}

pub(super) async fn insert_sign_in(
    cx: &mut Cx<'_>,
    id: SignInId,
    member: MemberId,
    digest: &Digest,
    expires_at: Moment,
) -> Result<(), Fault> {
    let values: [Value<'_>; 7] = [
        cx.scope().organization.into(),
        id.into(),
        member.into(),
        cx.tenant().into(),
        digest.into(),
        cx.now().into(),
        expires_at.into(),
    ];
    cx.exec(INSERT_SIGN_IN, &values).await.map(drop)
}

pub(super) async fn sign_in(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    id: SignInId,
) -> Result<Option<SignIn>, Fault> {
    tx.row(SIGN_IN, &[organization.into(), id.into()], |row| {
        Ok(SignIn {
            member: row.col(0)?,
            tenant: row.col(1)?,
            digest: row.col(2)?,
            last_used_at: row.col(3)?,
            expires_at: row.col(4)?,
            revoked_at: row.col(5)?,
            role: role(row, 6)?,
        })
    })
    .await
}

pub(super) async fn touch(cx: &mut Cx<'_>, id: SignInId) -> Result<(), Fault> {
    let values = [cx.scope().organization.into(), id.into(), cx.now().into()];
    cx.exec(TOUCH, &values).await.map(drop)
}

pub(super) async fn end(cx: &mut Cx<'_>, id: SignInId) -> Result<(), Fault> {
    let values = [cx.scope().organization.into(), id.into(), cx.now().into()];
    cx.exec(END, &values).await.map(drop)
}

pub(super) async fn find(cx: &mut Cx<'_>, id: MemberId) -> Result<Option<Shown>, Fault> {
    let values = [cx.scope().organization.into(), id.into()];
    let found = cx.row(FIND, &values, read).await?;
    found.map(|found| open(cx, found)).transpose()
}

pub(super) async fn list(cx: &mut Cx<'_>) -> Result<Vec<Shown>, Fault> {
    let found = cx.rows(LIST, &[cx.scope().organization.into()], read).await?;
    found.into_iter().map(|found| open(cx, found)).collect()
}

type Closed = (MemberId, Vec<u8>, Role);

fn read(row: &Row<'_>) -> Result<Closed, Fault> {
    Ok((row.col(0)?, row.col(1)?, role(row, 2)?))
}

fn open(cx: &Cx<'_>, (id, sealed, role): Closed) -> Result<Shown, Fault> {
    let plain = cx.keys().installation().open(&place(id), &sealed)?;
    let sealed: Sealed =
        serde_json::from_slice(&plain).map_err(|_| Fault::Corrupt("a member cannot be read"))?;
    Ok(Shown { id, name: sealed.name, email: sealed.email, role })
}

fn role(row: &Row<'_>, index: usize) -> Result<Role, Fault> {
    let name: String = row.col(index)?;
    Role::named(&name).ok_or(Fault::Corrupt("a role has an unknown name"))
}

fn place(id: MemberId) -> Place {
    Place::installation(&format!("member.sealed.{id}"))
}
