//! The only file that knows where secret keys are kept.

use countersign_base::{ApiKeyId, Digest, Fault};
use countersign_door::Cx;
use countersign_infra::db::{Row, Value};

use super::model::ApiKey;

const LIST: &str = "
    select id, name, hint, created_at, last_used_at, revoked_at from api_key
    where tenant = $1 and (created_at, id) < ($2, $3) order by created_at desc, id desc limit $4";
const COUNT: &str = "select count(*) from api_key where tenant = $1 and revoked_at is null";
const INSERT: &str = "
    insert into api_key (tenant, id, name, digest, hint, created_at)
    values ($1, $2, $3, $4, $5, $6)";
const LIVING: &str = "
    select digest from api_key where tenant = $1 and id = $2 and revoked_at is null";
const REVOKE: &str = "
    update api_key set revoked_at = $3 where tenant = $1 and id = $2 and revoked_at is null";
const USED: &str = "
    update api_key set last_used_at = $3
    where tenant = $1 and id = $2 and (last_used_at is null or last_used_at <= $4)";

/// Keys, newest first, after a position; one more than `limit` where there are more.
pub(super) async fn list(
    cx: &mut Cx<'_>,
    after: Option<(i64, [u8; 16])>,
    limit: usize,
) -> Result<Vec<ApiKey>, Fault> {
    let (at, id) = after.unwrap_or((i64::MAX, [255; 16]));
    let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
    cx.rows(LIST, &[cx.tenant().into(), at.into(), id.into(), most.into()], read).await
}

/// How many are in use.
pub(super) async fn count(cx: &mut Cx<'_>) -> Result<usize, Fault> {
    let many: Option<i64> = cx.row(COUNT, &[cx.tenant().into()], |row| row.col(0)).await?;
    Ok(many.and_then(|many| usize::try_from(many).ok()).unwrap_or(0))
}

pub(super) async fn insert(cx: &mut Cx<'_>, key: &ApiKey, digest: &Digest) -> Result<(), Fault> {
    let values: [Value<'_>; 6] = [
        cx.tenant().into(),
        key.id.into(),
        (&key.name).into(),
        digest.into(),
        (&key.hint).into(),
        key.created_at.into(),
    ];
    cx.exec(INSERT, &values).await.map(drop)
}

/// The digest of a key that is in use.
pub(super) async fn living(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<Option<Digest>, Fault> {
    cx.row(LIVING, &[cx.tenant().into(), id.into()], |row| row.col(0)).await
}

pub(super) async fn revoke(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<u64, Fault> {
    cx.exec(REVOKE, &[cx.tenant().into(), id.into(), cx.now().into()]).await
}

/// Notes that a key was used, unless that was noted within the last minute (K5).
pub(super) async fn used(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<(), Fault> {
    let minute_ago = cx.now().plus_seconds(-60);
    let values = [cx.tenant().into(), id.into(), cx.now().into(), minute_ago.into()];
    cx.exec(USED, &values).await.map(drop)
}

fn read(row: &Row<'_>) -> Result<ApiKey, Fault> {
    Ok(ApiKey {
        id: row.col(0)?,
        name: row.col(1)?,
        hint: row.col(2)?,
        created_at: row.col(3)?,
        last_used_at: row.col(4)?,
        revoked_at: row.col(5)?,
    })
}
