//! What every operation may rely on, seen on both engines.

use std::path::Path;

use countersign_base::{Fault, TenantId};
use countersign_infra::db::{Db, Options, Pooling, Reach, Tx};

const HERE: TenantId = TenantId::from_bytes([1; 16]);
const THERE: TenantId = TenantId::from_bytes([2; 16]);
const INSERT: &str = "insert into identifier (tenant, kind, mark, contact, trust, created_at) values ($1, 'id', $2, $3, 'jwt', $4)";
const COUNT: &str = "select count(*) from identifier where tenant = $1";
const KIND: &str = "select kind, trust, contact from identifier where tenant = $1 and mark = $2";

async fn insert(tx: &mut Tx<'_>, tenant: TenantId, mark: &[u8]) -> Result<u64, Fault> {
    tx.exec(INSERT, &[tenant.into(), mark.into(), [9; 16].into(), 5.into()]).await
}

async fn count(db: &Db, tenant: TenantId) -> i64 {
    db.read(Reach::Tenant(tenant), async move |tx: &mut Tx<'_>| {
        tx.row(COUNT, &[tenant.into()], |row| row.col::<i64>(0)).await
    })
    .await
    .expect("a read")
    .expect("a count")
}

async fn add(db: &Db, mark: u32, then: Result<(), Fault>) -> Result<(), Fault> {
    db.write(Reach::Tenant(HERE), async move |tx: &mut Tx<'_>| {
        insert(tx, HERE, &mark.to_be_bytes()).await?;
        then
    })
    .await
}

async fn engines(folder: &Path) -> Vec<Db> {
    let lite = Db::open(&folder.join("store.db"), &Options::default()).expect("a new file");
    vec![lite, postgres().await]
}

/// A new database on the test server.
async fn postgres() -> Db {
    let port = option_env!("COUNTERSIGN_TEST_POSTGRES_PORT").unwrap_or("54329");
    let server = format!("postgres://countersign@127.0.0.1:{port}");
    let name = format!("store_{:x}", u64::from_be_bytes(countersign_infra::chance::bytes()));
    let (client, connection) =
        tokio_postgres::connect(&format!("{server}/postgres"), tokio_postgres::NoTls)
            .await
            .expect("PostgreSQL runs: start it with .ci/services");
    tokio::spawn(connection);
    client.batch_execute(&format!("create database {name}")).await.expect("a new database");
    Db::connect(&format!("{server}/{name}"), Pooling::Session).await.expect("a new database")
}

#[tokio::test]
async fn a_job_that_fails_or_panics_leaves_its_neighbours_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    for db in engines(folder.path()).await {
        let jobs = (0..60_u32).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                db.write(Reach::Tenant(HERE), async move |tx: &mut Tx<'_>| {
                    insert(tx, HERE, &n.to_be_bytes()).await?;
                    match n % 3 {
                        0 => Ok(n),
                        1 => Err(Fault::Busy),
                        _ => panic!("as the test wants"),
                    }
                })
                .await
            })
        });
        let mut kept = Vec::new();
        for job in jobs.collect::<Vec<_>>() {
            kept.extend(job.await.expect("a task").ok());
        }
        assert_eq!(kept, (0..60).filter(|n| n % 3 == 0).collect::<Vec<_>>());
        assert_eq!(count(&db, HERE).await, 20);
    }
}

#[tokio::test]
async fn many_jobs_share_one_commit() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = Db::open(&folder.path().join("store.db"), &Options::default()).expect("a new file");
    let jobs = (0..500).map(|n| {
        let db = db.clone();
        tokio::spawn(async move { add(&db, n, Ok(())).await })
    });
    for job in jobs.collect::<Vec<_>>() {
        job.await.expect("a task").expect("a write");
    }
    let (commits, jobs) = db.commits();
    assert_eq!(jobs, 500);
    assert!(commits < 250, "{commits} commits");
}

#[tokio::test]
async fn null_is_never_taken_for_an_empty_text() {
    let folder = tempfile::tempdir().expect("a folder");
    for db in engines(folder.path()).await {
        let read: Result<Option<String>, Fault> = db
            .read(Reach::All, async move |tx: &mut Tx<'_>| {
                tx.row("select cast(null as text)", &[], |row| row.col(0)).await
            })
            .await;
        assert!(matches!(read, Err(Fault::Corrupt(_))), "{read:?}");
        let read: Result<Option<Option<String>>, Fault> = db
            .read(Reach::All, async move |tx: &mut Tx<'_>| {
                tx.row("select cast(null as text)", &[], |row| row.col(0)).await
            })
            .await;
        assert_eq!(read, Ok(Some(None)));
    }
}

#[tokio::test]
async fn a_taken_key_has_a_fault_of_its_own() {
    let folder = tempfile::tempdir().expect("a folder");
    for db in engines(folder.path()).await {
        assert_eq!(add(&db, 1, Ok(())).await, Ok(()));
        assert_eq!(add(&db, 1, Ok(())).await, Err(Fault::Unique));
        assert_eq!(count(&db, HERE).await, 1);
    }
}

#[tokio::test]
async fn parameters_are_bound_by_their_number() {
    let folder = tempfile::tempdir().expect("a folder");
    for db in engines(folder.path()).await {
        add(&db, 7, Ok(())).await.expect("a write");
        let read = db
            .read(Reach::Tenant(HERE), async move |tx: &mut Tx<'_>| {
                let mark = 7_u32.to_be_bytes();
                let values = [HERE.into(), mark.as_slice().into()];
                tx.row(KIND, &values, |row| Ok((row.col(0)?, row.col(1)?, row.col(2)?))).await
            })
            .await;
        let row: Option<(String, String, [u8; 16])> = read.expect("a read");
        assert_eq!(row, Some(("id".to_owned(), "jwt".to_owned(), [9; 16])));
    }
}

#[tokio::test]
async fn a_reader_cannot_write() {
    let folder = tempfile::tempdir().expect("a folder");
    for db in engines(folder.path()).await {
        let done: Result<u64, Fault> = db
            .read(Reach::Tenant(HERE), async move |tx: &mut Tx<'_>| insert(tx, HERE, b"x").await)
            .await;
        assert!(done.is_err());
        assert_eq!(count(&db, HERE).await, 0);
    }
}

#[tokio::test]
async fn postgres_itself_hides_and_protects_another_tenants_rows() {
    let db = postgres().await;
    add(&db, 1, Ok(())).await.expect("a write");
    let seen = db
        .read(Reach::Tenant(THERE), async move |tx: &mut Tx<'_>| {
            tx.row("select count(*) from identifier", &[], |row| row.col::<i64>(0)).await
        })
        .await;
    assert_eq!(seen, Ok::<_, Fault>(Some(0)));
    let forged: Result<u64, Fault> = db
        .write(Reach::Tenant(THERE), async move |tx: &mut Tx<'_>| insert(tx, HERE, b"x").await)
        .await;
    assert!(matches!(forged, Err(Fault::Store(_))), "{forged:?}");
    assert_eq!(count(&db, HERE).await, 1);
}

#[tokio::test]
async fn a_full_disk_keeps_nothing_of_the_batch_and_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    drop(Db::open(&path, &Options::default()).expect("a new file"));
    let options = Options { most_pages: Some(150), ..Options::default() };
    let db = Db::open(&path, &options).expect("the file");
    let mut kept = 0;
    for round in 0..40_u32 {
        let jobs = (0..50).map(|n| {
            let db = db.clone();
            tokio::spawn(async move {
                let mark = [u8::try_from(n).expect("small"), 0].repeat(100);
                db.write(Reach::Tenant(HERE), async move |tx: &mut Tx<'_>| {
                    insert(tx, HERE, &[mark.as_slice(), &round.to_be_bytes()].concat()).await
                })
                .await
            })
        });
        for job in jobs.collect::<Vec<_>>() {
            match job.await.expect("a task") {
                Ok(rows) => kept += i64::try_from(rows).expect("small"),
                Err(fault) => assert_eq!(fault, Fault::Full),
            }
        }
    }
    assert!(kept < 2_000, "the disk was to be full");
    assert_eq!(count(&db, HERE).await, kept, "answered with success, and only that, is there");
}

#[tokio::test]
async fn what_was_answered_is_there_after_the_file_is_opened_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    let db = Db::open(&path, &Options::default()).expect("a new file");
    add(&db, 1, Ok(())).await.expect("a write");
    drop(db);
    let db = Db::open(&path, &Options::default()).expect("the file");
    assert_eq!(count(&db, HERE).await, 1);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named_as_such() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("store.db");
    std::fs::write(&path, b"this is not a database, it is a poem about one").expect("a file");
    let fault = Db::open(&path, &Options::default()).expect_err("no database");
    assert!(fault.to_string().contains("no database"), "{fault}");
}
