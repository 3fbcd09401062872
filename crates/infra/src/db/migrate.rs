//! Brings the tables up to date: one list for both engines, checksummed and locked.

use std::fmt::Write as _;

use countersign_base::{Digest, Fault};
use deadpool_postgres::Client;
use rusqlite::Connection;
use tokio_postgres::types::Type;

use super::{lite, pg};

/// Partitions of a tenant's table on PostgreSQL.
const PARTITIONS: u32 = 8;
/// The advisory lock of a PostgreSQL database under which one node migrates.
const LOCK: i64 = 0x636f_756e_7465_7273;

/// One step, never changed once it has been released.
#[derive(Clone, Copy, Debug)]
pub struct Migration {
    /// Its place in the list, from 1.
    pub version: i64,
    /// What it is for.
    pub name: &'static str,
    /// Statements, each ended by a semicolon at the end of a line, with these words for
    /// what the engines spell differently: `{serial}` a key that grows with every
    /// commit, `{tenant}` after a table
    /// that is partitioned and fenced by tenant, `{fenced}` after one that is only fenced.
    pub sql: &'static str,
}

/// Every step, in order.
pub const MIGRATIONS: &[Migration] = &[
    Migration { version: 1, name: "spine", sql: include_str!("../../migrations/0001_spine.sql") },
    Migration {
        version: 2,
        name: "notifications",
        sql: include_str!("../../migrations/0002_notifications.sql"),
    },
    Migration {
        version: 3,
        name: "identity",
        sql: include_str!("../../migrations/0003_identity.sql"),
    },
];

const TABLE: &str = "create table if not exists migration (
    version bigint primary key, name text not null, checksum bytea not null)";
const DONE: &str = "select version, checksum from migration order by version";
const MARK: &str = "insert into migration (version, name, checksum) values ($1, $2, $3)";

pub(super) fn lite(connection: &mut Connection) -> Result<(), Fault> {
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)
        .map_err(lite::fault)?;
    transaction.execute_batch(TABLE).map_err(lite::fault)?;
    let done = lite::rows(&transaction, DONE, &[], |row| Ok((row.col(0)?, row.col(1)?)))?;
    for migration in missing(&done)? {
        transaction.execute_batch(&migration.for_sqlite()).map_err(lite::fault)?;
        let sum = migration.checksum();
        lite::exec(
            &transaction,
            MARK,
            &[migration.version.into(), migration.name.into(), (&sum).into()],
        )?;
    }
    transaction.commit().map_err(lite::fault)
}

pub(super) async fn pg(client: &mut Client) -> Result<(), Fault> {
    let fault = |error: tokio_postgres::Error| pg::fault(&error);
    let transaction = client.transaction().await.map_err(fault)?;
    transaction
        .batch_execute(&format!("select pg_advisory_xact_lock({LOCK}); {TABLE}"))
        .await
        .map_err(fault)?;
    let rows = transaction.query_typed(DONE, &[]).await.map_err(fault)?;
    let done = rows.iter().map(|row| {
        let row = super::Row::Pg(row);
        Ok((row.col(0)?, row.col(1)?))
    });
    for migration in missing(&done.collect::<Result<Vec<_>, Fault>>()?)? {
        transaction.batch_execute(&migration.for_postgres()).await.map_err(fault)?;
        let sum = migration.checksum().0;
        transaction
            .execute_typed(
                MARK,
                &[
                    (&migration.version, Type::INT8),
                    (&migration.name, Type::TEXT),
                    (&sum.as_slice(), Type::BYTEA),
                ],
            )
            .await
            .map_err(fault)?;
    }
    transaction.commit().await.map_err(fault)
}

/// The steps still to do, after checking that the done ones are the ones we know.
fn missing(done: &[(i64, Digest)]) -> Result<&'static [Migration], Fault> {
    for (known, (version, checksum)) in MIGRATIONS.iter().zip(done) {
        if known.version != *version || known.checksum() != *checksum {
            return Err(Fault::Corrupt(
                "a migration was changed after it ran; use the binary that made this database",
            ));
        }
    }
    MIGRATIONS
        .get(done.len()..)
        .ok_or(Fault::Corrupt("this database was made by a newer version; upgrade the binary"))
}

impl Migration {
    fn checksum(&self) -> Digest {
        Digest::of(self.sql.as_bytes())
    }

    fn for_sqlite(&self) -> String {
        self.sql
            .replace("{serial}", "integer primary key autoincrement")
            .replace("{tenant}", "")
            .replace("{fenced}", "")
    }

    fn for_postgres(&self) -> String {
        self.sql.split_inclusive(";\n").map(postgres_statement).collect()
    }
}

fn postgres_statement(statement: &str) -> String {
    let table = statement
        .split_once("create table ")
        .and_then(|(_, rest)| rest.split_whitespace().next())
        .unwrap_or_default();
    let mut text = statement
        .replace("{serial}", "bigint primary key")
        .replace("{tenant}", "partition by hash (tenant)")
        .replace("{fenced}", "");
    if statement.contains("{tenant}") {
        for part in 0..PARTITIONS {
            let _ = writeln!(
                text,
                "create table {table}_{part} partition of {table} \
                 for values with (modulus {PARTITIONS}, remainder {part});"
            );
        }
    }
    if statement.contains("{tenant}") || statement.contains("{fenced}") {
        text += &fence(table);
    }
    text
}

/// The second wall behind the types: PostgreSQL itself shows only the transaction's tenant.
///
/// `force` makes it hold for the owner of the table too.
fn fence(table: &str) -> String {
    format!(
        "alter table {table} enable row level security;\n\
         alter table {table} force row level security;\n\
         create policy tenant on {table} using (\
         current_setting('countersign.tenant', true) = '*' \
         or encode(tenant, 'hex') = current_setting('countersign.tenant', true));\n"
    )
}
