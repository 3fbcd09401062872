//! PostgreSQL: a pool on threads of its own, where operations need not be `Send` futures.

use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::thread;

use countersign_base::Fault;
use deadpool_postgres::{Client, Manager, ManagerConfig, Pool, RecyclingMethod};
use tokio::sync::{Semaphore, mpsc, oneshot};
use tokio::task::LocalSet;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Config, NoTls};

use super::value::{Row, Value};
use super::{Reach, Tx, migrate};

/// Connections that the pool keeps at most.
const CONNECTIONS: usize = 16;
/// Jobs that may wait; one more is answered with [`Fault::Busy`].
const WAITING: usize = 8_192;

/// How long a statement waits for a row or a table that another transaction holds.
const LOCK_TIMEOUT: &str = "5s";

/// Connections that stand apart, for whoever must not wait behind a visitor's transaction.
const APART: usize = 1;

/// A PostgreSQL database.
#[derive(Clone, Debug)]
pub struct Pg {
    jobs: mpsc::Sender<Job>,
    apart: mpsc::Sender<Job>,
    pooling: Pooling,
}

type Job = Box<dyn FnOnce(Pool) -> Pin<Box<dyn Future<Output = ()>>> + Send>;

/// What stands between this server and PostgreSQL.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pooling {
    /// Nothing, or a pooler that gives a whole session: statements are prepared once.
    #[default]
    Session,
    /// A pooler that gives a connection for one transaction, as `PgBouncer` does in transaction
    /// mode: nothing that was prepared is there the next time.
    Transaction,
}

/// A connection in a transaction.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    client: &'a Client,
    pooling: Pooling,
}

/// Which connections a transaction runs on.
#[derive(Clone, Copy, Debug)]
pub(super) enum Lane {
    Shared,
    Apart,
}

/// Whether a transaction may write.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    Read,
    Write,
}

impl Pg {
    pub(super) async fn connect(url: &str, pooling: Pooling) -> Result<Self, Fault> {
        let config: Config =
            url.parse().map_err(|_| Fault::Store("the database URL cannot be read".into()))?;
        refuse_open_network(&config)?;
        let (jobs, shared) = mpsc::channel(WAITING);
        let (apart, lonely) = mpsc::channel(WAITING);
        let (ready, started) = oneshot::channel();
        thread::Builder::new()
            .name("postgres".to_owned())
            .spawn(move || work(config, ready, shared, lonely))
            .map_err(|error| Fault::Store(error.to_string()))?;
        started.await.map_err(|_| stopped())??;
        Ok(Self { jobs, apart, pooling })
    }

    pub(super) async fn run<T, E, F>(
        &self,
        lane: Lane,
        access: Access,
        reach: Reach,
        job: F,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let pooling = self.pooling;
        let job: Job = Box::new(move |pool| {
            let done = transaction(pool, pooling, access, reach, job);
            Box::pin(async move { drop(answer.send(done.await)) })
        });
        let lane = match lane {
            Lane::Shared => &self.jobs,
            Lane::Apart => &self.apart,
        };
        lane.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Fault::Busy,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answered.await.map_err(|_| stopped())?
    }
}

/// Unverified TLS is no TLS: without it only this machine may be the server.
fn refuse_open_network(config: &Config) -> Result<(), Fault> {
    let local = config.get_hosts().iter().all(|host| match host {
        tokio_postgres::config::Host::Unix(_) => true,
        tokio_postgres::config::Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        }
    });
    if local {
        return Ok(());
    }
    Err(Fault::Store(
        "the database is not on this machine and its connection would not be encrypted; \
         use a local socket, loopback, or a TLS tunnel"
            .into(),
    ))
}

fn work(
    config: Config,
    ready: oneshot::Sender<Result<(), Fault>>,
    shared: mpsc::Receiver<Job>,
    apart: mpsc::Receiver<Job>,
) {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return drop(ready.send(Err(Fault::Store(error.to_string())))),
    };
    LocalSet::new().block_on(&runtime, async move {
        let pool = match open(config).await {
            Ok(pool) => pool,
            Err(fault) => return drop(ready.send(Err(fault))),
        };
        drop(ready.send(Ok(())));
        tokio::join!(serve(&pool, CONNECTIONS, shared), serve(&pool, APART, apart));
    });
}

/// Runs what comes on at most `connections` connections.
///
/// A job that was taken has a connection: the others wait in the queue, whose end is known.
async fn serve(pool: &Pool, connections: usize, mut jobs: mpsc::Receiver<Job>) {
    let places = Arc::new(Semaphore::new(connections));
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Some(job) = jobs.recv().await else { break };
        let pool = pool.clone();
        tokio::task::spawn_local(async move {
            job(pool).await;
            drop(place);
        });
    }
}

async fn open(config: Config) -> Result<Pool, Fault> {
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(config, NoTls, recycling);
    let pool = Pool::builder(manager)
        .max_size(CONNECTIONS + APART)
        .build()
        .map_err(|error| Fault::Store(error.to_string()))?;
    migrate::pg(&mut client(&pool).await?).await?;
    Ok(pool)
}

async fn client(pool: &Pool) -> Result<Client, Fault> {
    pool.get().await.map_err(|error| Fault::Store(format!("no database connection: {error}")))
}

async fn transaction<T, E, F>(
    pool: Pool,
    pooling: Pooling,
    access: Access,
    reach: Reach,
    job: F,
) -> Result<T, E>
where
    E: From<Fault>,
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
{
    let client = client(&pool).await?;
    client.batch_execute(&begin(access, reach)).await.map_err(|e| fault(&e))?;
    let mut tx = Tx::Pg(Session { client: &client, pooling });
    let job = AssertUnwindSafe(async { job(&mut tx).await });
    let result = futures_util::FutureExt::catch_unwind(job)
        .await
        .unwrap_or_else(|_| Err(Fault::Store("an operation panicked".into()).into()));
    let end = if result.is_ok() { "COMMIT" } else { "ROLLBACK" };
    match client.batch_execute(end).await {
        Ok(()) => result,
        Err(error) => {
            // A connection that cannot end its transaction must not serve another one.
            drop(deadpool_postgres::Object::take(client));
            result.and(Err(fault(&error).into()))
        }
    }
}

/// The tenant is set for this transaction only, which holds behind a pooler too.
fn begin(access: Access, reach: Reach) -> String {
    use std::fmt::Write as _;
    let mode = match access {
        Access::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        Access::Write => "BEGIN",
    };
    let mut tenant = String::with_capacity(32);
    match reach {
        Reach::All => tenant.push('*'),
        Reach::Tenant(id) => {
            for byte in id.bytes() {
                write!(tenant, "{byte:02x}").expect("a String takes every text");
            }
        }
    }
    format!(
        "{mode}; SELECT set_config('countersign.tenant', '{tenant}', true), \
         set_config('lock_timeout', '{LOCK_TIMEOUT}', true)"
    )
}

pub(super) async fn rows<T>(
    session: Session<'_>,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let rows = query(session, sql, typed(values).collect()).await?;
    rows.iter().map(|row| read(&Row::Pg(row))).collect()
}

pub(super) async fn exec(
    session: Session<'_>,
    sql: &str,
    values: &[Value<'_>],
) -> Result<u64, Fault> {
    execute(session, sql, typed(values).collect()).await
}

pub(super) async fn rows_each<T, const N: usize>(
    session: Session<'_>,
    sql: &str,
    same: &[Value<'_>],
    each: &[[Value<'_>; N]],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let columns = columns(each);
    let rows = query(session, sql, typed(same).chain(arrays(&columns)).collect()).await?;
    rows.iter().map(|row| read(&Row::Pg(row))).collect()
}

pub(super) async fn exec_each<const N: usize>(
    session: Session<'_>,
    sql: &str,
    same: &[Value<'_>],
    each: &[[Value<'_>; N]],
) -> Result<u64, Fault> {
    let columns = columns(each);
    execute(session, sql, typed(same).chain(arrays(&columns)).collect()).await
}

/// A value with its type, for a statement that is parsed as it runs.
type Typed<'a> = (&'a (dyn ToSql + Sync), Type);

async fn query(
    Session { client, pooling }: Session<'_>,
    sql: &str,
    values: Vec<Typed<'_>>,
) -> Result<Vec<tokio_postgres::Row>, Fault> {
    let rows = match pooling {
        Pooling::Session => {
            let statement = client.prepare_cached(sql).await.map_err(|e| fault(&e))?;
            client.query(&statement, &untyped(&values)).await
        }
        Pooling::Transaction => client.query_typed(sql, &values).await,
    };
    rows.map_err(|e| fault(&e))
}

async fn execute(
    Session { client, pooling }: Session<'_>,
    sql: &str,
    values: Vec<Typed<'_>>,
) -> Result<u64, Fault> {
    let changed = match pooling {
        Pooling::Session => {
            let statement = client.prepare_cached(sql).await.map_err(|e| fault(&e))?;
            client.execute(&statement, &untyped(&values)).await
        }
        Pooling::Transaction => client.execute_typed(sql, &values).await,
    };
    changed.map_err(|e| fault(&e))
}

fn typed<'a>(values: &'a [Value<'_>]) -> impl Iterator<Item = Typed<'a>> {
    values.iter().map(|value| (value as &(dyn ToSql + Sync), value.pg_type()))
}

fn arrays<'a>(columns: &'a [Vec<Value<'_>>]) -> impl Iterator<Item = Typed<'a>> {
    columns.iter().map(|column| (column as &(dyn ToSql + Sync), column[0].pg_array_type()))
}

fn untyped<'a>(values: &[Typed<'a>]) -> Vec<&'a (dyn ToSql + Sync)> {
    values.iter().map(|(value, _)| *value).collect()
}

/// The columns of rows, of which there is at least one.
fn columns<'a, const N: usize>(rows: &[[Value<'a>; N]]) -> Vec<Vec<Value<'a>>> {
    (0..N).map(|column| rows.iter().map(|row| row[column]).collect()).collect()
}

pub(super) fn fault(error: &tokio_postgres::Error) -> Fault {
    let Some(code) = error.code() else {
        return Fault::Store(error.to_string());
    };
    match *code {
        SqlState::UNIQUE_VIOLATION => Fault::Unique,
        SqlState::DISK_FULL => Fault::Full,
        SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::LOCK_NOT_AVAILABLE => Fault::Retry(error.to_string()),
        _ => Fault::Store(format!("{} ({})", error, code.code())),
    }
}

fn stopped() -> Fault {
    Fault::Store("the store has stopped".into())
}
