//! The database: SQLite inside, or PostgreSQL, behind one small [`Tx`].
//!
//! A job is one transaction. It runs on a thread of the store, so closures and results are
//! `Send + 'static`, and it awaits nothing but its own statements. Any `Err` undoes it.

mod lite;
mod migrate;
mod pg;
mod sql;
mod value;

use std::path::Path;

use countersign_base::{Fault, TenantId};

pub use lite::{Options, Synchronous};
pub use migrate::{MIGRATIONS, Migration};
pub use pg::Pooling;
pub use sql::Sql;
pub use value::{Column, Row, Value};

/// Which rows a transaction may reach where the database itself can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// One tenant's.
    Tenant(TenantId),
    /// Every tenant's: consumers, timers, and the look-ups that find the tenant.
    All,
}

/// A database.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file on this machine, with one writer thread and group commit.
    Lite(lite::Lite),
    /// A PostgreSQL server.
    Pg(pg::Pg),
}

/// One running transaction.
#[derive(Clone, Copy)]
pub enum Tx<'a> {
    /// On SQLite, on the writer's or a reader's thread.
    Lite(&'a rusqlite::Connection),
    /// On PostgreSQL.
    Pg(pg::Session<'a>),
}

impl Db {
    /// Opens the file, making it if it is missing, and brings its tables up to date.
    pub fn open(path: &Path, options: &Options) -> Result<Self, Fault> {
        lite::Lite::open(path, options).map(Self::Lite)
    }

    /// Connects to the server and brings its tables up to date.
    pub async fn connect(url: &str, pooling: Pooling) -> Result<Self, Fault> {
        pg::Pg::connect(url, pooling).await.map(Self::Pg)
    }

    /// Runs `job` in a transaction: kept, durably, when it succeeds, undone when it fails.
    pub async fn write<T, E, F>(&self, reach: Reach, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match self {
            Self::Lite(lite) => lite.write(job).await,
            Self::Pg(pg) => pg.run(pg::Lane::Shared, pg::Access::Write, reach, job).await,
        }
    }

    /// Runs `job` on one unchanging view of the rows; it cannot write.
    pub async fn read<T, E, F>(&self, reach: Reach, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match self {
            Self::Lite(lite) => lite.read(job).await,
            Self::Pg(pg) => pg.run(pg::Lane::Shared, pg::Access::Read, reach, job).await,
        }
    }

    /// Like [`Db::read`], but never behind what others do: for the watch on revocations.
    pub async fn read_apart<T, E, F>(&self, reach: Reach, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        match self {
            Self::Lite(lite) => lite.read(job).await,
            Self::Pg(pg) => pg.run(pg::Lane::Apart, pg::Access::Read, reach, job).await,
        }
    }

    /// Transactions that reached the disk so far, and the jobs in them.
    pub fn commits(&self) -> (u64, u64) {
        match self {
            Self::Lite(lite) => lite.commits(),
            Self::Pg(_) => (0, 0),
        }
    }
}

impl Tx<'_> {
    /// Every row of `sql`, read by `read`.
    pub async fn rows<T>(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let sql = sql.into();
        match self {
            Self::Lite(connection) => lite::rows(connection, sql.lite, values, read),
            Self::Pg(session) => pg::rows(*session, sql.pg, values, read).await,
        }
    }

    /// The first row of `sql`, if there is one.
    pub async fn row<T>(
        &mut self,
        sql: impl Into<Sql>,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        Ok(self.rows(sql, values, read).await?.into_iter().next())
    }

    /// Runs `sql` and says how many rows it changed.
    pub async fn exec(&mut self, sql: impl Into<Sql>, values: &[Value<'_>]) -> Result<u64, Fault> {
        let sql = sql.into();
        match self {
            Self::Lite(connection) => lite::exec(connection, sql.lite, values),
            Self::Pg(session) => pg::exec(*session, sql.pg, values).await,
        }
    }

    /// Runs `sql` for every one of `rows`, and reads what it gives back.
    ///
    /// On SQLite it runs once a row, with `same` and then the row's values as `$1`, `$2`, …; on
    /// PostgreSQL once, with `same` and then each column of the rows as an array, for `unnest`.
    pub async fn rows_each<T, const N: usize>(
        &mut self,
        sql: Sql,
        same: &[Value<'_>],
        rows: &[[Value<'_>; N]],
        mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        match self {
            _ if rows.is_empty() => Ok(Vec::new()),
            Self::Lite(connection) => lite::rows_each(connection, sql.lite, same, rows, &mut read),
            Self::Pg(session) => pg::rows_each(*session, sql.pg, same, rows, read).await,
        }
    }

    /// Like [`Tx::rows_each`], for statements that give nothing back; how many rows changed.
    pub async fn exec_each<const N: usize>(
        &mut self,
        sql: Sql,
        same: &[Value<'_>],
        rows: &[[Value<'_>; N]],
    ) -> Result<u64, Fault> {
        match self {
            _ if rows.is_empty() => Ok(0),
            Self::Lite(connection) => lite::exec_each(connection, sql.lite, same, rows),
            Self::Pg(session) => pg::exec_each(*session, sql.pg, same, rows).await,
        }
    }
}
