//! SQLite: one writer thread with group commit, and reader threads of their own.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, mpsc as blocking};
use std::task::{Context, Poll, Waker};
use std::thread;

use countersign_base::Fault;
use rusqlite::{Connection, ErrorCode, OpenFlags, Statement};
use tokio::sync::{mpsc, oneshot};

use super::value::{Row, Value};
use super::{Tx, migrate};

/// Jobs that may wait for the writer, and for the readers; one more is answered with [`Fault::Busy`].
const WAITING: usize = 8_192;
/// Jobs that one transaction takes at most.
const BATCH: usize = 512;
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;

/// How the file is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// When a commit counts as kept.
    pub synchronous: Synchronous,
    /// Threads that read.
    pub readers: usize,
    /// The most pages the file may have; tests make a full disk with it.
    pub most_pages: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { synchronous: Synchronous::Full, readers: 2, most_pages: None }
    }
}

/// When a commit counts as kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Synchronous {
    /// When it would survive a power cut. The only choice for real data.
    Full,
    /// When it would survive a crash of the process.
    Normal,
}

/// A SQLite database.
#[derive(Clone, Debug)]
pub struct Lite {
    writer: mpsc::Sender<WriteJob>,
    readers: blocking::SyncSender<ReadJob>,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    commits: AtomicU64,
    jobs: AtomicU64,
}

/// Runs in a savepoint and gives back what to call when the fate of the batch is known.
type WriteJob = Box<dyn FnOnce(Result<&Connection, Fault>) -> Settle + Send>;
type Settle = Box<dyn FnOnce(&Result<(), Fault>) + Send>;
type ReadJob = Box<dyn FnOnce(&Connection) + Send>;

impl Lite {
    pub(super) fn open(path: &Path, options: &Options) -> Result<Self, Fault> {
        make_private(path).map_err(|error| Fault::Store(error.to_string()))?;
        let mut connection = Connection::open(path).map_err(fault)?;
        prepare(&connection, options).map_err(fault)?;
        migrate::lite(&mut connection)?;
        let counts = Arc::new(Counts::default());
        let writer = start_writer(connection, Arc::clone(&counts));
        let readers = start_readers(path, options.readers)?;
        Ok(Self { writer, readers, counts })
    }

    pub(super) fn commits(&self) -> (u64, u64) {
        let Counts { commits, jobs } = &*self.counts;
        (commits.load(Ordering::Relaxed), jobs.load(Ordering::Relaxed))
    }

    pub(super) async fn write<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: WriteJob = Box::new(move |connection| {
            let result = connection.map_err(E::from).and_then(|c| in_savepoint(c, job));
            Box::new(move |batch| {
                let result = match batch {
                    Ok(()) => result,
                    Err(fault) => Err(fault.clone().into()),
                };
                drop(answer.send(result));
            })
        });
        self.writer.try_send(job).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Fault::Busy,
            mpsc::error::TrySendError::Closed(_) => stopped(),
        })?;
        answered.await.map_err(|_| stopped())?
    }

    pub(super) async fn read<T, E, F>(&self, job: F) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Fault> + Send + 'static,
        F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: ReadJob = Box::new(move |connection| {
            drop(answer.send(in_view(connection, job)));
        });
        self.readers.try_send(job).map_err(|error| match error {
            blocking::TrySendError::Full(_) => Fault::Busy,
            blocking::TrySendError::Disconnected(_) => stopped(),
        })?;
        answered.await.map_err(|_| stopped())?
    }
}

/// Makes the file, if it is missing, so that no other user of the machine can read it: the
/// folder may have been made by somebody else. The log and its index take the file's mode.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let options = &mut std::fs::OpenOptions::new();
    options.create(true).truncate(false).write(true).mode(0o600).open(path).map(drop)
}

fn prepare(connection: &Connection, options: &Options) -> rusqlite::Result<()> {
    let synchronous = match options.synchronous {
        Synchronous::Full => "FULL",
        Synchronous::Normal => "NORMAL",
    };
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -16_384)?;
    connection.pragma_update(None, "wal_autocheckpoint", 4_000)?;
    if let Some(pages) = options.most_pages {
        connection.query_row(&format!("PRAGMA max_page_count={pages}"), [], |_| Ok(()))?;
    }
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(())
}

fn start_writer(connection: Connection, counts: Arc<Counts>) -> mpsc::Sender<WriteJob> {
    let (sender, mut receiver) = mpsc::channel::<WriteJob>(WAITING);
    let run = move || {
        let mut batch = Vec::with_capacity(BATCH);
        while receiver.blocking_recv_many(&mut batch, BATCH) > 0 {
            commit_together(&connection, batch.drain(..), &counts);
        }
    };
    thread::Builder::new()
        .name("writer".to_owned())
        .spawn(run)
        .expect("a machine that serves has room for one thread");
    sender
}

/// Runs `batch` in one transaction, commits once, and only then answers everyone.
///
/// A full disk makes SQLite roll the whole transaction back in the middle; what ran after
/// that would run, and stay, outside of any transaction. So after every job we look, and
/// give the rest of the batch up when there is no transaction any more.
fn commit_together(
    connection: &Connection,
    batch: impl ExactSizeIterator<Item = WriteJob>,
    counts: &Counts,
) {
    let many = batch.len() as u64;
    let mut open = run(connection, "BEGIN IMMEDIATE");
    let mut settle = Vec::with_capacity(batch.len());
    for job in batch {
        settle.push(job(open.as_ref().map(|()| connection).map_err(Clone::clone)));
        if open.is_ok() && connection.is_autocommit() {
            open = Err(Fault::Full);
        }
    }
    let kept = open.and_then(|()| {
        run(connection, "COMMIT").inspect_err(|_| drop(run(connection, "ROLLBACK")))
    });
    if kept.is_ok() {
        counts.commits.fetch_add(1, Ordering::Relaxed);
        counts.jobs.fetch_add(many, Ordering::Relaxed);
    }
    for settle in settle {
        settle(&kept);
    }
}

fn in_savepoint<T, E, F>(connection: &Connection, job: F) -> Result<T, E>
where
    E: From<Fault>,
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
{
    run(connection, "SAVEPOINT job")?;
    let result = guarded(connection, job);
    if result.is_err() {
        // Fails when the engine has already undone the transaction: `commit_together` sees it.
        drop(run(connection, "ROLLBACK TO job"));
    }
    match run(connection, "RELEASE job") {
        Err(fault) if result.is_ok() => Err(fault.into()),
        _ => result,
    }
}

fn in_view<T, E, F>(connection: &Connection, job: F) -> Result<T, E>
where
    E: From<Fault>,
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
{
    run(connection, "BEGIN")?;
    let result = guarded(connection, job);
    run(connection, "ROLLBACK")?;
    result
}

/// Runs `job` to its end on this thread; a panic in it fails this job only.
fn guarded<T, E, F>(connection: &Connection, job: F) -> Result<T, E>
where
    E: From<Fault>,
    F: AsyncFnOnce(&mut Tx<'_>) -> Result<T, E>,
{
    let run = AssertUnwindSafe(|| {
        let mut tx = Tx::Lite(connection);
        at_once(job(&mut tx))
    });
    catch_unwind(run).unwrap_or_else(|_| Err(Fault::Store("an operation panicked".into()).into()))
}

/// The result of a future that never waits.
fn at_once<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("an operation waited for something that is not its statement"),
    }
}

fn start_readers(path: &Path, many: usize) -> Result<blocking::SyncSender<ReadJob>, Fault> {
    let (sender, receiver) = blocking::sync_channel::<ReadJob>(WAITING);
    let receiver = Arc::new(Mutex::new(receiver));
    for number in 0..many.max(1) {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(fault)?;
        connection.busy_timeout(std::time::Duration::from_secs(5)).map_err(fault)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let receiver = Arc::clone(&receiver);
        thread::Builder::new()
            .name(format!("reader-{number}"))
            .spawn(move || {
                while let Some(job) = next(&receiver) {
                    job(&connection);
                }
            })
            .map_err(|error| Fault::Store(error.to_string()))?;
    }
    Ok(sender)
}

fn next(receiver: &Mutex<blocking::Receiver<ReadJob>>) -> Option<ReadJob> {
    receiver.lock().ok()?.recv().ok()
}

pub(super) fn rows<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    bind(&mut statement, values)?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(fault)? {
        found.push(read(&Row::Lite(row))?);
    }
    Ok(found)
}

pub(super) fn rows_each<T, const N: usize>(
    connection: &Connection,
    sql: &str,
    same: &[Value<'_>],
    each: &[[Value<'_>; N]],
    mut read: impl FnMut(&Row<'_>) -> Result<T, Fault>,
) -> Result<Vec<T>, Fault> {
    let mut values = Vec::with_capacity(same.len() + N);
    let mut found = Vec::with_capacity(each.len());
    for row in each {
        values.clear();
        values.extend(same.iter().chain(row).copied());
        found.extend(rows(connection, sql, &values, &mut read)?);
    }
    Ok(found)
}

pub(super) fn exec_each<const N: usize>(
    connection: &Connection,
    sql: &str,
    same: &[Value<'_>],
    each: &[[Value<'_>; N]],
) -> Result<u64, Fault> {
    let mut values = Vec::with_capacity(same.len() + N);
    let mut changed = 0;
    for row in each {
        values.clear();
        values.extend(same.iter().chain(row).copied());
        changed += exec(connection, sql, &values)?;
    }
    Ok(changed)
}

pub(super) fn exec(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Result<u64, Fault> {
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    bind(&mut statement, values)?;
    statement.raw_execute().map(|many| many as u64).map_err(fault)
}

/// Binds by the number in the name: SQLite takes `$2` for a name, whatever its place.
fn bind(statement: &mut Statement<'_>, values: &[Value<'_>]) -> Result<(), Fault> {
    for index in 1..=statement.parameter_count() {
        let number = statement.parameter_name(index).and_then(|name| name[1..].parse().ok());
        let value = number.and_then(|number: usize| values.get(number.checked_sub(1)?));
        let value = value.ok_or_else(|| Fault::Store("a statement lacks a value".into()))?;
        statement.raw_bind_parameter(index, value).map_err(fault)?;
    }
    Ok(())
}

fn run(connection: &Connection, sql: &'static str) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(sql).map_err(fault)?;
    statement.raw_execute().map(drop).map_err(fault)
}

#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(super) fn fault(error: rusqlite::Error) -> Fault {
    let rusqlite::Error::SqliteFailure(failure, _) = &error else {
        return Fault::Store(error.to_string());
    };
    match failure.code {
        ErrorCode::DiskFull => Fault::Full,
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Fault::Retry(error.to_string()),
        ErrorCode::ConstraintViolation if matches!(failure.extended_code, 1_555 | 2_067) => {
            Fault::Unique
        }
        ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
            Fault::Corrupt("the database file is damaged or is no database; restore a backup")
        }
        _ => Fault::Store(error.to_string()),
    }
}

fn stopped() -> Fault {
    Fault::Store("the store has stopped".into())
}
