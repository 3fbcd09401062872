//! The only file that knows where members and their sign-ins are kept.

use std::sync::atomic::{AtomicBool, AtomicI64};

use countersign_base::{
    Digest, Environment, Fault, MemberId, Moment, OrganizationId, Role, Scope, SignInId, TenantId,
};
use countersign_door::Cx;
use countersign_infra::db::{self, Sql, Tx, Value};
use countersign_infra::vault::{Key, Place};

use super::live::LiveSignIn;
use super::model::{Member, Sealed};

/// Finds the organization, so it cannot name it.
const ACCOUNT: &str = "
    select organization, id, password_hash, disabled_at from member where mark = $1";
const FIND: &str = "
    select id, sealed, role, created_at from member where organization = $1 and id = $2";
const LIST: &str = "
    select id, sealed, role, created_at from member
    where organization = $1 and disabled_at is null and (created_at, id) > ($2, $3)
    order by created_at, id limit $4";
const INSERT: &str = "
    insert into member (organization, id, mark, sealed, password_hash, role, created_at)
    values ($1, $2, $3, $4, $5, $6, $7)";
const SET_PASSWORD: &str = "
    update member set password_hash = $3 where organization = $1 and id = $2";
const RENEW_PASSWORD: &str = "
    update member set password_hash = $3
    where organization = $1 and id = $2 and password_hash = $4";
const ENTRANCE: &str = "
    select id, environment from tenant where organization = $1 order by environment limit 1";

/// Only while the password is the one that was checked, and the member may sign in.
///
/// SQLite has one writer. On PostgreSQL the row is held, so that a change of the password waits
/// for this sign-in and ends it, or this one waits for the change and finds another hash.
const INSERT_SIGN_IN: Sql = Sql {
    lite: "insert into sign_in (organization, id, member, tenant, digest, created_at,
            last_used_at, expires_at)
        select organization, $2, id, $4, $5, $6, $6, $7 from member
        where organization = $1 and id = $3 and password_hash = $8 and disabled_at is null",
    pg: "insert into sign_in (organization, id, member, tenant, digest, created_at,
            last_used_at, expires_at)
        select organization, $2, id, $4, $5, $6, $6, $7 from member
        where organization = $1 and id = $3 and password_hash = $8 and disabled_at is null
        for share",
};
const LIVING: &str = "
    select s.id, s.tenant, t.environment, s.member, m.role, s.digest,
        s.expires_at, s.last_used_at
    from sign_in s
    join member m on m.organization = s.organization and m.id = s.member
    join tenant t on t.id = s.tenant
    where s.organization = $1 and s.id = $2 and s.revoked_at is null and s.expires_at > $3
        and s.last_used_at > $4 and m.disabled_at is null";
const TOUCH: &str = "
    update sign_in set last_used_at = $3
    where organization = $1 and id = $2 and revoked_at is null and expires_at > $3
        and last_used_at > $4 and exists (
            select 1 from member m
            where m.organization = $1 and m.id = sign_in.member and m.disabled_at is null)";
const END_SIGN_IN: &str = "
    update sign_in set revoked_at = $3
    where organization = $1 and id = $2 and revoked_at is null";
const END_SIGN_INS: &str = "
    update sign_in set revoked_at = $3
    where organization = $1 and member = $2 and revoked_at is null";

/// Seconds without a request after which a sign-in is over (M5).
const IDLE: i64 = 30 * 60;

/// What a password is checked against.
#[derive(Clone)]
pub(super) struct Account {
    pub(super) organization: OrganizationId,
    pub(super) member: MemberId,
    pub(super) password_hash: String,
    pub(super) is_disabled: bool,
}

/// A member as they are kept.
pub(super) struct Row {
    pub(super) organization: OrganizationId,
    pub(super) id: MemberId,
    pub(super) mark: [u8; 32],
    pub(super) sealed: Vec<u8>,
    pub(super) password_hash: String,
    pub(super) role: Role,
    pub(super) created_at: Moment,
}

/// A sign-in that is to be made.
pub(super) struct NewSignIn<'a> {
    pub(super) id: SignInId,
    pub(super) member: MemberId,
    pub(super) digest: Digest,
    pub(super) expires_at: Moment,
    pub(super) password_hash: &'a str,
}

/// What an email is looked up by.
pub(super) fn mark(installation: &Key, email: &str) -> [u8; 32] {
    installation.mark("member.email", email.as_bytes())
}

/// What is kept of a member's personal data.
pub(super) fn seal(
    installation: &Key,
    organization: OrganizationId,
    id: MemberId,
    sealed: &Sealed,
) -> Result<Vec<u8>, Fault> {
    let json = serde_json::to_vec(sealed)
        .map_err(|_| Fault::Store("a member cannot be written as JSON".into()))?;
    Ok(installation.seal(&place(organization, id), &json))
}

pub(super) async fn account(tx: &mut Tx<'_>, mark: &[u8; 32]) -> Result<Option<Account>, Fault> {
    tx.row(ACCOUNT, &[mark.into()], |row| {
        Ok(Account {
            organization: row.col(0)?,
            member: row.col(1)?,
            password_hash: row.col(2)?,
            is_disabled: row.col::<Option<Moment>>(3)?.is_some(),
        })
    })
    .await
}

pub(super) async fn find(cx: &mut Cx<'_>, id: MemberId) -> Result<Option<Member>, Fault> {
    let values = [cx.scope().organization.into(), id.into()];
    let found = cx.row(FIND, &values, read).await?;
    found.map(|kept| open(cx, kept)).transpose().map(|found| found.map(|(member, _)| member))
}

/// Members in the order they came, after a position; one more than `limit` where there are
/// more.
pub(super) async fn list(
    cx: &mut Cx<'_>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<(Member, Moment)>, Fault> {
    let (at, id) = after.unwrap_or((i64::MIN, [0; 16]));
    let most = i64::try_from(limit).unwrap_or(i64::MAX - 1) + 1;
    let values = [cx.scope().organization.into(), at.into(), id.into(), most.into()];
    let found = cx.rows(LIST, &values, read).await?;
    found.into_iter().map(|kept| open(cx, kept)).collect()
}

pub(super) async fn insert(tx: &mut Tx<'_>, row: &Row) -> Result<(), Fault> {
    let values: [Value<'_>; 7] = [
        row.organization.into(),
        row.id.into(),
        (&row.mark).into(),
        (&row.sealed).into(),
        (&row.password_hash).into(),
        row.role.name().into(),
        row.created_at.into(),
    ];
    tx.exec(INSERT, &values).await.map(drop)
}

pub(super) async fn set_password(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    member: MemberId,
    hash: &str,
) -> Result<(), Fault> {
    tx.exec(SET_PASSWORD, &[organization.into(), member.into(), hash.into()]).await.map(drop)
}

/// Keeps a costlier hash of the same password, unless it was changed meanwhile.
pub(super) async fn renew_password(
    cx: &mut Cx<'_>,
    account: &Account,
    hash: &str,
) -> Result<(), Fault> {
    let values = [
        account.organization.into(),
        account.member.into(),
        hash.into(),
        (&account.password_hash).into(),
    ];
    cx.exec(RENEW_PASSWORD, &values).await.map(drop)
}

/// The organization's live environment, or else the one it has.
pub(super) async fn entrance(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
) -> Result<Option<Scope>, Fault> {
    tx.row(ENTRANCE, &[organization.into()], |row| {
        scope(organization, row.col(0)?, &row.col::<String>(1)?)
    })
    .await
}

/// Makes the sign-in; changes no row when the member may not sign in with this hash any more.
pub(super) async fn insert_sign_in(cx: &mut Cx<'_>, new: &NewSignIn<'_>) -> Result<u64, Fault> {
    let values: [Value<'_>; 8] = [
        cx.scope().organization.into(),
        new.id.into(),
        new.member.into(),
        cx.tenant().into(),
        (&new.digest).into(),
        cx.now().into(),
        new.expires_at.into(),
        new.password_hash.into(),
    ];
    cx.exec(INSERT_SIGN_IN, &values).await
}

/// A sign-in that is neither ended, nor idle, nor too old.
pub(super) async fn living(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    id: SignInId,
    now: Moment,
) -> Result<Option<LiveSignIn>, Fault> {
    let values = [organization.into(), id.into(), now.into(), now.plus_seconds(-IDLE).into()];
    tx.row(LIVING, &values, |row| {
        let role: String = row.col(4)?;
        Ok(LiveSignIn {
            id: row.col(0)?,
            organization,
            scope: scope(organization, row.col(1)?, &row.col::<String>(2)?)?,
            member: row.col(3)?,
            role: Role::named(&role).ok_or(UNKNOWN_ROLE)?,
            digest: row.col(5)?,
            expires_at: row.col(6)?,
            last_used: AtomicI64::new(row.col(7)?),
            ended: AtomicBool::new(false),
        })
    })
    .await
}

/// Notes that a sign-in is used, if it is neither ended, nor idle, nor too old.
pub(super) async fn touch(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    id: SignInId,
    now: Moment,
) -> Result<bool, Fault> {
    let values = [organization.into(), id.into(), now.into(), now.plus_seconds(-IDLE).into()];
    Ok(tx.exec(TOUCH, &values).await? > 0)
}

pub(super) async fn end_sign_in(cx: &mut Cx<'_>, id: SignInId) -> Result<u64, Fault> {
    let values = [cx.scope().organization.into(), id.into(), cx.now().into()];
    cx.exec(END_SIGN_IN, &values).await
}

pub(super) async fn end_sign_ins(
    tx: &mut Tx<'_>,
    organization: OrganizationId,
    member: MemberId,
    now: Moment,
) -> Result<(), Fault> {
    tx.exec(END_SIGN_INS, &[organization.into(), member.into(), now.into()]).await.map(drop)
}

const UNKNOWN_ROLE: Fault = Fault::Corrupt("a member's role has an unknown name");

fn scope(
    organization: OrganizationId,
    tenant: TenantId,
    environment: &str,
) -> Result<Scope, Fault> {
    let environment: Environment =
        environment.parse().map_err(|_| Fault::Corrupt("an environment has an unknown name"))?;
    Ok(Scope { tenant, organization, environment })
}

/// Members belong to an organization, whose id stands where a tenant's would.
fn place(organization: OrganizationId, id: MemberId) -> Place {
    let owner = TenantId::from_bytes(organization.bytes());
    Place::new(owner, "member", "sealed", id.bytes())
}

/// Id, encrypted data, role, and when the member was made.
type Kept = (MemberId, Vec<u8>, Role, Moment);

fn read(row: &db::Row<'_>) -> Result<Kept, Fault> {
    let role: String = row.col(2)?;
    Ok((row.col(0)?, row.col(1)?, Role::named(&role).ok_or(UNKNOWN_ROLE)?, row.col(3)?))
}

fn open(cx: &Cx<'_>, (id, sealed, role, created_at): Kept) -> Result<(Member, Moment), Fault> {
    let plain = cx.keys().installation().open(&place(cx.scope().organization, id), &sealed)?;
    let Sealed { email, name } =
        serde_json::from_slice(&plain).map_err(|_| Fault::Corrupt("a member cannot be read"))?;
    Ok((Member { id, name, email, role }, created_at))
}
