//! The only file that knows where secret keys are kept.

use countersign_base::{ApiKeyId, Digest, Fault};
use countersign_door::Cx;
use countersign_infra::db::Value;

use super::ApiKey;

const LIST: &str = "
    select id, name, hint, created_at, last_used_at, revoked_at
    from api_key where tenant = $1 order by created_at desc, id desc";
const INSERT: &str = "
    insert into api_key (tenant, id, name, digest, hint, created_at)
    values ($1, $2, $3, $4, $5, $6)";
const DIGEST: &str = "
    select digest from api_key where tenant = $1 and id = $2 and revoked_at is null";
const USED: &str = "update api_key set last_used_at = $3 where tenant = $1 and id = $2";
const REVOKE: &str = "
    update api_key set revoked_at = $3 where tenant = $1 and id = $2 and revoked_at is null";

pub(super) async fn list(cx: &mut Cx<'_>) -> Result<Vec<ApiKey>, Fault> {
    cx.rows(LIST, &[cx.tenant().into()], |row| {
        Ok(ApiKey {
            id: row.col(0)?,
            name: row.col(1)?,
            hint: row.col(2)?,
            created_at: row.col(3)?,
            last_used_at: row.col(4)?,
            revoked_at: row.col(5)?,
        })
    })
    .await
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

pub(super) async fn digest(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<Option<Digest>, Fault> {
    cx.row(DIGEST, &[cx.tenant().into(), id.into()], |row| row.col(0)).await
}

pub(super) async fn used(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<(), Fault> {
    let values = [cx.tenant().into(), id.into(), cx.now().into()];
    cx.exec(USED, &values).await.map(drop)
}

pub(super) async fn revoke(cx: &mut Cx<'_>, id: ApiKeyId) -> Result<u64, Fault> {
    cx.exec(REVOKE, &[cx.tenant().into(), id.into(), cx.now().into()]).await
}
