//! The only file that knows where sessions are kept.

use countersign_base::{ContactId, Digest, Fault, Moment, SessionId, WidgetId};
use countersign_door::Cx;
use countersign_door::work::Old;
use countersign_infra::db::{Row, Value};

use super::model::{Session, SessionShown};
use crate::contacts::trust;

const FIND: &str = "
    select id, contact, widget, trust, thumbprint, generation, current_digest, previous_digest,
        rotation_nonce, rotated_at, confirmed, network, created_at, idle_at, expires_at, revoked_at
    from session where tenant = $1 and id = $2";
const INSERT: &str = "
    insert into session (tenant, id, contact, widget, trust, thumbprint, generation,
        current_digest, rotated_at, confirmed, network, created_at, idle_at, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $9, $12, $13)";
const ROTATE: &str = "
    update session set generation = generation + 1, previous_digest = current_digest,
        current_digest = $4, rotation_nonce = $5, rotated_at = $6, confirmed = $7, idle_at = $8
    where tenant = $1 and id = $2 and generation = $3 and revoked_at is null";
const CONFIRM: &str = "
    update session set confirmed = $4
    where tenant = $1 and id = $2 and generation = $3";
const REVOKE: &str = "
    update session set revoked_at = $3 where tenant = $1 and id = $2 and revoked_at is null";
const REVOKE_CONTACT: &str = "
    update session set revoked_at = $3 where tenant = $1 and contact = $2 and revoked_at is null";
const REVOKE_WIDGET: &str = "
    update session set revoked_at = $3 where tenant = $1 and widget = $2 and revoked_at is null";
const OF_CONTACT: &str = "
    select id, trust, thumbprint, widget, created_at, rotated_at, expires_at
    from session
    where tenant = $1 and contact = $2 and revoked_at is null and idle_at > $3 and expires_at > $3
    order by created_at desc, id desc limit 100";
const INSERT_VISITOR: &str = "
    insert into visitor_token (tenant, id, contact, digest, expires_at) values ($1, $2, $3, $4, $5)";
const SPEND_VISITOR: &str = "
    update visitor_token set spent_at = $4
    where tenant = $1 and id = $2 and digest = $3 and spent_at is null and expires_at > $4
    returning contact";
const VOID_VISITORS: &str = "
    update visitor_token set spent_at = $3
    where tenant = $1 and contact = $2 and spent_at is null";
const SPEND_PROOF: &str = "
    insert into spent_proof (tenant, mark, expires_at) values ($1, $2, $3)
    on conflict (tenant, mark) do nothing";

const SPENT: &str = "select 1 from spent_proof where tenant = $1 and mark = $2";

const OLD_SESSIONS: &str = "delete from session where expires_at < $1";
const OLD_VISITORS: &str = "delete from visitor_token where expires_at < $1";
const OLD_PROOFS: &str = "delete from spent_proof where expires_at < $1";

/// A session is kept for 30 days after its end, so that a reviewer can still see it.
pub(super) const OLD: [Old; 3] = [
    Old { sql: OLD_SESSIONS, seconds: 30 * 24 * 3_600 },
    Old { sql: OLD_VISITORS, seconds: 0 },
    Old { sql: OLD_PROOFS, seconds: 0 },
];

/// Moves what was never moved before (S7).
const JOIN: &str = "
    update conversation set contact = $3, joined = $4, client_id = null
    where tenant = $1 and contact = $2 and joined = $5 returning id";
const CONVERSATION_MESSAGES: &str = "
    select seq, id, sealed from message where tenant = $1 and conversation = $2";
const RESEAL: &str = "
    update message set sealed = $4 where tenant = $1 and conversation = $2 and seq = $3";

pub(super) async fn find(cx: &mut Cx<'_>, id: SessionId) -> Result<Option<Session>, Fault> {
    cx.row(FIND, &[cx.tenant().into(), id.into()], read).await
}

pub(super) async fn insert(cx: &mut Cx<'_>, session: &Session) -> Result<(), Fault> {
    let values: [Value<'_>; 13] = [
        cx.tenant().into(),
        session.id.into(),
        session.contact.into(),
        session.widget.into(),
        session.trust.name().into(),
        session.thumbprint.as_deref().into(),
        session.generation.into(),
        (&session.current).into(),
        session.created_at.into(),
        session.confirmed.into(),
        session.network.as_deref().into(),
        session.idle_at.into(),
        session.expires_at.into(),
    ];
    cx.exec(INSERT, &values).await.map(drop)
}

/// Compare and swap: whoever comes second changes nothing.
pub(super) async fn rotate(
    cx: &mut Cx<'_>,
    session: &Session,
    next: &Digest,
    nonce: [u8; 16],
    idle_at: Moment,
) -> Result<bool, Fault> {
    let values: [Value<'_>; 8] = [
        cx.tenant().into(),
        session.id.into(),
        session.generation.into(),
        next.into(),
        nonce.into(),
        cx.now().into(),
        false.into(),
        idle_at.into(),
    ];
    Ok(cx.exec(ROTATE, &values).await? == 1)
}

pub(super) async fn confirm(cx: &mut Cx<'_>, id: SessionId, generation: i64) -> Result<(), Fault> {
    let values = [cx.tenant().into(), id.into(), generation.into(), true.into()];
    cx.exec(CONFIRM, &values).await.map(drop)
}

pub(super) async fn revoke(cx: &mut Cx<'_>, id: SessionId) -> Result<u64, Fault> {
    cx.exec(REVOKE, &[cx.tenant().into(), id.into(), cx.now().into()]).await
}

pub(super) async fn revoke_contact(cx: &mut Cx<'_>, contact: ContactId) -> Result<u64, Fault> {
    cx.exec(REVOKE_CONTACT, &[cx.tenant().into(), contact.into(), cx.now().into()]).await
}

pub(super) async fn revoke_widget(cx: &mut Cx<'_>, widget: WidgetId) -> Result<u64, Fault> {
    cx.exec(REVOKE_WIDGET, &[cx.tenant().into(), widget.into(), cx.now().into()]).await
}

pub(super) async fn of_contact(
    cx: &mut Cx<'_>,
    contact: ContactId,
) -> Result<Vec<SessionShown>, Fault> {
    let values = [cx.tenant().into(), contact.into(), cx.now().into()];
    cx.rows(OF_CONTACT, &values, |row| {
        Ok(SessionShown {
            id: row.col(0)?,
            trust: trust(row, 1)?,
            bound: row.col::<Option<String>>(2)?.is_some(),
            widget: row.col(3)?,
            created_at: row.col(4)?,
            last_used_at: row.col(5)?,
            expires_at: row.col(6)?,
        })
    })
    .await
}

pub(super) async fn insert_visitor(
    cx: &mut Cx<'_>,
    id: [u8; 16],
    contact: ContactId,
    digest: &Digest,
    expires_at: Moment,
) -> Result<(), Fault> {
    let values = [cx.tenant().into(), id.into(), contact.into(), digest.into(), expires_at.into()];
    cx.exec(INSERT_VISITOR, &values).await.map(drop)
}

pub(super) async fn spend_visitor(
    cx: &mut Cx<'_>,
    id: [u8; 16],
    digest: &Digest,
) -> Result<Option<ContactId>, Fault> {
    let values = [cx.tenant().into(), id.into(), digest.into(), cx.now().into()];
    cx.row(SPEND_VISITOR, &values, |row| row.col(0)).await
}

pub(super) async fn void_visitors(cx: &mut Cx<'_>, contact: ContactId) -> Result<(), Fault> {
    let values = [cx.tenant().into(), contact.into(), cx.now().into()];
    cx.exec(VOID_VISITORS, &values).await.map(drop)
}

/// Marks a proof as spent until `expires_at`; says whether this was the first time.
pub(super) async fn spend_proof(
    cx: &mut Cx<'_>,
    mark: &[u8; 32],
    expires_at: Moment,
) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), mark.into(), expires_at.into()];
    Ok(cx.exec(SPEND_PROOF, &values).await? == 1)
}

/// Whether a proof is marked as spent.
pub(super) async fn is_spent(cx: &mut Cx<'_>, mark: &[u8; 32]) -> Result<bool, Fault> {
    let values = [cx.tenant().into(), mark.into()];
    Ok(cx.row(SPENT, &values, |_| Ok(())).await?.is_some())
}

/// Moves conversations from one contact to another, and seals their messages anew.
pub(super) async fn join(
    cx: &mut Cx<'_>,
    from: ContactId,
    to: ContactId,
) -> Result<Vec<countersign_base::ConversationId>, Fault> {
    use countersign_infra::vault::Place;
    let no_key = Fault::Corrupt("a contact has no key");
    let old = cx.contact_key(from).await?.ok_or_else(|| no_key.clone())?;
    let new = cx.contact_key(to).await?.ok_or(no_key)?;
    let values = [cx.tenant().into(), from.into(), to.into(), true.into(), false.into()];
    let moved: Vec<countersign_base::ConversationId> =
        cx.rows(JOIN, &values, |row| row.col(0)).await?;
    for conversation in &moved {
        let values = [cx.tenant().into(), (*conversation).into()];
        let messages = cx
            .rows(CONVERSATION_MESSAGES, &values, |row| {
                Ok((row.col::<i64>(0)?, row.col::<[u8; 16]>(1)?, row.col::<Vec<u8>>(2)?))
            })
            .await?;
        for (seq, id, sealed) in messages {
            let place = Place::new(cx.tenant(), "message", "sealed", id);
            let sealed = new.seal(&place, &old.open(&place, &sealed)?);
            let values = [cx.tenant().into(), (*conversation).into(), seq.into(), (&sealed).into()];
            cx.exec(RESEAL, &values).await?;
        }
    }
    Ok(moved)
}

fn read(row: &Row<'_>) -> Result<Session, Fault> {
    Ok(Session {
        id: row.col(0)?,
        contact: row.col(1)?,
        widget: row.col(2)?,
        trust: trust(row, 3)?,
        thumbprint: row.col(4)?,
        generation: row.col(5)?,
        current: row.col(6)?,
        previous: row.col(7)?,
        nonce: row.col(8)?,
        rotated_at: row.col(9)?,
        confirmed: row.col(10)?,
        network: row.col(11)?,
        created_at: row.col(12)?,
        idle_at: row.col(13)?,
        expires_at: row.col(14)?,
        revoked_at: row.col(15)?,
    })
}
