//! What an operation may touch: one transaction, one moment, one caller, one tenant.

use std::sync::Arc;

use countersign_base::{Caller, ContactId, Event, Fault, Id, Kind, Moment, Scope, TenantId, Topic};
use countersign_infra::chance;
use countersign_infra::db::{Row, Sql, Tx, Value};
use countersign_infra::vault::{Key, TenantKeys};
use serde::{Deserialize, Serialize};

use crate::app::Admitted;

/// One transaction, one moment, one caller, one tenant.
pub struct Cx<'a> {
    tx: Tx<'a>,
    admitted: Admitted,
    keys: Arc<TenantKeys>,
    now: Moment,
    committed: Committed,
    positions: i64,
}

/// What is to be told after the commit.
#[derive(Debug, Default)]
pub(crate) struct Committed {
    pub(crate) has_news: bool,
    pub(crate) has_outgoing: bool,
    pub(crate) revocations: Vec<Revocation>,
}

/// Proofs and connections that end now, on every node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revocation {
    /// Whose.
    pub tenant: TenantId,
    /// Which.
    pub target: Target,
}

/// Proofs and connections have ended: for consumers that take out what stood on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revoked {
    /// Which.
    pub target: Target,
}

impl Event for Revoked {
    const KIND: &'static str = "proofs.revoked";

    fn topic(&self) -> Topic {
        Topic::Tenant
    }
}

/// Which proofs and connections end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// One visitor's session.
    Session([u8; 16]),
    /// Every session of a contact.
    Contact([u8; 16]),
    /// Every session of a widget: its rules became stricter.
    Widget([u8; 16]),
    /// What is remembered of a widget's settings and keys; no session ends.
    Settings([u8; 16]),
    /// A secret key.
    ApiKey([u8; 16]),
    /// A member's sign-in.
    SignIn([u8; 16]),
}

impl Target {
    /// Its name in the store.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Session(_) => "session",
            Self::Contact(_) => "contact",
            Self::Widget(_) => "widget",
            Self::Settings(_) => "settings",
            Self::ApiKey(_) => "api_key",
            Self::SignIn(_) => "sign_in",
        }
    }

    /// The id of what is meant.
    pub const fn id(self) -> [u8; 16] {
        match self {
            Self::Session(id)
            | Self::Contact(id)
            | Self::Widget(id)
            | Self::Settings(id)
            | Self::ApiKey(id)
            | Self::SignIn(id) => id,
        }
    }

    /// The target as it stands in the store.
    pub fn stored(kind: &str, id: [u8; 16]) -> Option<Self> {
        Some(match kind {
            "session" => Self::Session(id),
            "contact" => Self::Contact(id),
            "widget" => Self::Widget(id),
            "settings" => Self::Settings(id),
            "api_key" => Self::ApiKey(id),
            "sign_in" => Self::SignIn(id),
            _ => return None,
        })
    }
}

/// Positions grow with every commit. SQLite has one writer, so a counter does; on PostgreSQL
/// they begin with the transaction's number, and readers stop below the oldest running one.
const INSERT_EVENT: Sql = Sql {
    lite: "insert into event (tenant, topic, kind, body, at) values ($1, $2, $3, $4, $5)",
    pg: "insert into event (tenant, topic, kind, body, at, pos) values
        ($1, $2, $3, $4, $5, (pg_current_xact_id()::text::bigint << 12) + $6)",
};
const INSERT_REVOCATION: Sql = Sql {
    lite: "insert into revocation (tenant, kind, target, at) values ($1, $2, $3, $4)",
    pg: "insert into revocation (tenant, kind, target, at, pos) values
        ($1, $2, $3, $4, (pg_current_xact_id()::text::bigint << 12) + $5)",
};
const INSERT_EVENTS: Sql = Sql {
    lite: "insert into event (tenant, topic, kind, body, at) values ($1, $4, $2, $5, $3)",
    pg: "insert into event (tenant, topic, kind, body, at, pos)
        select $1, topic, $2, body, $3, (pg_current_xact_id()::text::bigint << 12) + number
        from unnest($4::bytea[], $5::text[], $6::bigint[]) as one (topic, body, number)",
};
const CONTACT_KEY: &str = "select wrapped from contact_key where tenant = $1 and contact = $2";

impl<'a> Cx<'a> {
    pub(crate) fn new(tx: Tx<'a>, admitted: Admitted, keys: Arc<TenantKeys>, now: Moment) -> Self {
        Self { tx, admitted, keys, now, committed: Committed::default(), positions: 0 }
    }

    pub(crate) fn committed(self) -> Committed {
        self.committed
    }

    /// The tenant whose rows are in reach.
    pub fn tenant(&self) -> TenantId {
        self.admitted.scope.tenant
    }

    /// The tenant with its organization and environment.
    pub fn scope(&self) -> Scope {
        self.admitted.scope
    }

    /// Who asks.
    pub fn caller(&self) -> Caller {
        self.admitted.caller
    }

    /// The moment at which everything in this operation happens.
    pub fn now(&self) -> Moment {
        self.now
    }

    /// A new id.
    pub fn id<K: Kind>(&self) -> Id<K> {
        Id::new(self.now.millis(), chance::bytes())
    }

    /// The keys of the tenant.
    pub fn keys(&self) -> &TenantKeys {
        &self.keys
    }

    /// The key of `contact`; one that was erased has none.
    pub async fn contact_key(&mut self, contact: ContactId) -> Result<Option<Arc<Key>>, Fault> {
        if let Some(key) = self.keys.opened(contact) {
            return Ok(Some(key));
        }
        let values = [self.tenant().into(), contact.into()];
        let wrapped: Option<Vec<u8>> = self.row(CONTACT_KEY, &values, |row| row.col(0)).await?;
        wrapped.map(|wrapped| self.keys.open(contact, &wrapped)).transpose()
    }

    /// Every row of a constant statement.
    pub async fn rows<T>(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.tx.rows(sql, values, read).await
    }

    /// The first row of a constant statement.
    pub async fn row<T>(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        self.tx.row(sql, values, read).await
    }

    /// Runs a constant statement and says how many rows it changed.
    pub async fn exec(&mut self, sql: impl Into<Sql>, values: &[Value<'_>]) -> Result<u64, Fault> {
        self.tx.exec(sql, values).await
    }

    /// Runs a statement for every one of `rows` and reads what it gives back: see
    /// [`Tx::rows_each`].
    pub async fn rows_each<T, const N: usize>(
        &mut self,
        sql: Sql,
        same: &[Value<'_>],
        rows: &[[Value<'_>; N]],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        self.tx.rows_each(sql, same, rows, read).await
    }

    /// Runs a statement for every one of `rows`: see [`Tx::exec_each`].
    pub async fn exec_each<const N: usize>(
        &mut self,
        sql: Sql,
        same: &[Value<'_>],
        rows: &[[Value<'_>; N]],
    ) -> Result<u64, Fault> {
        self.tx.exec_each(sql, same, rows).await
    }

    /// Records that something happened; it counts only if the operation succeeds.
    ///
    /// # Panics
    ///
    /// Never: an event is ids and numbers, which always become JSON.
    pub async fn emit<E: Event>(&mut self, event: &E) -> Result<(), Fault> {
        let body = serde_json::to_string(event).expect("ids and numbers become JSON");
        let topic = event.topic().key(self.tenant());
        let values = [
            self.tenant().into(),
            topic.into(),
            E::KIND.into(),
            (&body).into(),
            self.now.into(),
            self.next_position().into(),
        ];
        self.exec(INSERT_EVENT, &values).await?;
        self.committed.has_news = true;
        Ok(())
    }

    /// Wakes, after the commit, whoever carries things out of the house.
    pub fn wake_carriers(&mut self) {
        self.committed.has_outgoing = true;
    }

    /// Records many events of one kind at once, in their order.
    ///
    /// # Panics
    ///
    /// Never: an event is ids and numbers, which always become JSON.
    pub async fn emit_all<E: Event>(&mut self, events: &[E]) -> Result<(), Fault> {
        let to_json =
            |event: &E| serde_json::to_string(event).expect("ids and numbers become JSON");
        let bodies: Vec<_> = events.iter().map(to_json).collect();
        let tenant = self.tenant();
        let mut rows = Vec::with_capacity(events.len());
        for (event, body) in events.iter().zip(&bodies) {
            let number = self.next_position();
            rows.push([event.topic().key(tenant).into(), body.into(), number.into()]);
        }
        let same = [tenant.into(), E::KIND.into(), self.now.into()];
        self.exec_each(INSERT_EVENTS, &same, &rows).await?;
        self.committed.has_news |= !events.is_empty();
        Ok(())
    }

    /// Ends proofs and connections on every node, here before the caller is answered; what
    /// stood on them is taken out by consumers of [`Revoked`].
    pub async fn revoke(&mut self, target: Target) -> Result<(), Fault> {
        let tenant = self.tenant();
        let values = [
            tenant.into(),
            target.kind().into(),
            target.id().into(),
            self.now.into(),
            self.next_position().into(),
        ];
        self.exec(INSERT_REVOCATION, &values).await?;
        self.committed.revocations.push(Revocation { tenant, target });
        self.emit(&Revoked { target }).await
    }

    /// The place of the next event or revocation within this transaction.
    fn next_position(&mut self) -> i64 {
        self.positions += 1;
        self.positions
    }
}
