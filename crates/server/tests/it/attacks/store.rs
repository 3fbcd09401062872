//! The store under a shared machine and under a stuck neighbour.

use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use countersign_base::{Fault, TenantId};
use countersign_infra::db::{Db, Options, Reach, Tx};

use crate::app::{postgres, postgres_server};

const TENANT: TenantId = TenantId::from_bytes([1; 16]);
const INSERT: &str = "insert into spent_proof (tenant, mark, expires_at) values ($1, $2, 1)";

#[tokio::test]
async fn no_other_user_of_the_machine_reads_the_database() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let db = Db::open(&folder.path().join("countersign.db"), &Options::default()).unwrap();
    spend(&db).await.unwrap();
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.path().display());
    }
}

async fn spend(db: &Db) -> Result<(), Fault> {
    db.write(Reach::Tenant(TENANT), async move |tx: &mut Tx<'_>| {
        tx.exec(INSERT, &[TENANT.into(), [2; 16].as_slice().into()]).await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_lock_that_somebody_keeps_is_not_waited_for_without_end() {
    let (name, db) = postgres().await;
    let (client, connection) =
        tokio_postgres::connect(&format!("{}/{name}", postgres_server()), tokio_postgres::NoTls)
            .await
            .unwrap();
    tokio::spawn(connection);
    client.batch_execute("begin; lock table spent_proof in access exclusive mode").await.unwrap();
    let kept = tokio::time::timeout(Duration::from_secs(15), spend(&db)).await;
    assert!(matches!(kept, Ok(Err(Fault::Retry(_)))), "{kept:?}");
    client.batch_execute("rollback").await.unwrap();
    spend(&db).await.unwrap();
}
