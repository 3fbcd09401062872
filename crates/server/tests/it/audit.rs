//! The audit log: rules A1 to A6 of `people::audit`.

use std::sync::Arc;
use std::time::Duration;

use countersign_base::{Digest, Fault, Role};
use countersign_door::live::Limits as LiveLimits;
use countersign_door::{Cx, Origins};
use countersign_infra::db::{Reach, Tx, Value as Bound};
use countersign_people::audit;
use countersign_server::boot::Ground;
use serde_json::{Value, json};

use crate::app::{ORIGIN, Tenant, TestApp};

const LOG: &str = "/api/v1/audit_events";

/// The whole log, newest first, once it has `at_least` entries.
pub(crate) async fn log(app: &TestApp, tenant: &Tenant, at_least: usize) -> Vec<Value> {
    for _ in 0..400 {
        let path = format!("{LOG}?limit=100");
        let page = tenant.back_end(app).call("GET", &path, &Value::Null).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let items = page.json()["items"].as_array().unwrap().clone();
        if items.len() >= at_least {
            return items;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("fewer than {at_least} entries");
}

/// Makes `many` keys, each an entry, and waits for the log.
async fn filled(app: &TestApp, tenant: &Tenant, many: usize) -> Vec<Value> {
    let before = log(app, tenant, 1).await.len();
    for n in 0..many {
        let body = json!({ "name": format!("key {n}") });
        let answer = tenant.back_end(app).call("POST", "/api/v1/api_keys", &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    log(app, tenant, before + many).await
}

async fn broken(app: &TestApp, tenant: &Tenant) -> Option<i64> {
    let system = app.app.system(tenant.scope).await.unwrap();
    let found: Result<_, Fault> =
        system.read(async move |cx: &mut Cx<'_>| audit::verify(cx).await).await;
    found.unwrap()
}

/// Does to the store what somebody could who has the database and not the keys.
async fn tamper(app: &TestApp, sql: &'static str) {
    let done: Result<u64, Fault> =
        app.db.write(Reach::All, async move |tx: &mut Tx<'_>| tx.exec(sql, &[]).await).await;
    assert!(done.unwrap() > 0, "{sql}");
}

#[tokio::test]
async fn a1_a_change_is_in_the_log_and_what_was_undone_is_not() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let before = log(&app, &tenant, 2).await.len();
    let bad = tenant.back_end(&app).call("POST", "/api/v1/api_keys", &json!({ "name": "" })).await;
    assert_eq!(bad.status, 422);
    let nothing = "/api/v1/api_keys/key_00000000000000000000000000";
    assert_eq!(tenant.back_end(&app).call("DELETE", nothing, &Value::Null).await.status, 404);
    let good =
        tenant.back_end(&app).call("POST", "/api/v1/api_keys", &json!({ "name": "a" })).await;
    let entries = log(&app, &tenant, before + 1).await;
    assert_eq!(entries.len(), before + 1);
    let keys = tenant.back_end(&app).call("GET", "/api/v1/api_keys", &Value::Null).await.json();
    let first = keys["items"].as_array().unwrap().iter().find(|key| key["name"] == "test").unwrap();
    assert_eq!(
        entries[0],
        json!({
            "id": entries[0]["id"], "at": "2026-11-18T11:06:40.000Z",
            "actor": { "kind": "key", "id": first["id"] },
            "action": "api_key.created", "target": good.json()["id"], "detail": null,
        })
    );
}

#[tokio::test]
async fn a2_entries_are_numbered_without_gaps_chained_and_sealed() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let entries = filled(&app, &tenant, 5).await;
    let owner = tenant.scope.tenant;
    let rows: Result<Vec<(i64, Vec<u8>, Digest)>, Fault> = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            let sql = "select number, sealed, chain from audit where tenant = $1 order by number";
            tx.rows(sql, &[owner.into()], |row| Ok((row.col(0)?, row.col(1)?, row.col(2)?))).await
        })
        .await;
    let rows = rows.unwrap();
    assert_eq!(rows.len(), entries.len());
    let mut link = [0; 32];
    for (index, (number, sealed, chain)) in rows.iter().enumerate() {
        assert_eq!(*number, i64::try_from(index).unwrap() + 1);
        link = Digest::of(&[&link[..], sealed].concat()).0;
        assert_eq!(chain.0, link, "{number}");
        let text = String::from_utf8_lossy(sealed);
        assert!(!text.contains("api_key") && !text.contains("actor"), "{text}");
    }
    assert_eq!(broken(&app, &tenant).await, None);
}

#[tokio::test]
async fn a3_events_that_come_again_change_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let before = filled(&app, &tenant, 5).await;
    tamper(&app, "update consumer set pos = 0 where name = 'audit'").await;
    let ground = Ground {
        db: app.db.clone(),
        vault: Arc::clone(&app.vault),
        clock: app.app.clock.clone(),
        algorithm: "ES256".to_owned(),
        private: countersign_infra::fetch::Private::Refused,
        outbox: countersign_reach::notifications::outbox::Outbox::default(),
        mail: None,
        folder: None,
    };
    let origin: countersign_guard::Origin = ORIGIN.parse().unwrap();
    let origins = Origins { public: origin.clone(), widget: origin };
    let _second = ground.start(origins, LiveLimits::default()).await.unwrap();
    caught_up(&app).await;
    assert_eq!(log(&app, &tenant, before.len()).await, before);
    assert_eq!(filled(&app, &tenant, 3).await.len(), before.len() + 3);
    assert_eq!(broken(&app, &tenant).await, None);
}

/// Waits until the log's cursor, which was set back, has come to the end of what happened.
async fn caught_up(app: &TestApp) {
    for _ in 0..400 {
        let done: Result<Option<bool>, Fault> = app
            .db
            .read(Reach::All, async move |tx: &mut Tx<'_>| {
                let sql = "select pos >= (select max(pos) from event) from consumer
                    where name = 'audit'";
                tx.row(sql, &[], |row| row.col(0)).await
            })
            .await;
        if done == Ok(Some(true)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the second node did not catch up");
}

#[tokio::test]
async fn a4_what_was_altered_moved_or_taken_out_is_found() {
    for (sql, first) in [
        ("update audit set at = at + 1 where number = 2", 2),
        ("update audit set id = (select id from audit where number = 1) where number = 3", 3),
        (
            "update audit set sealed = (select sealed from audit where number = 4) where number = 3",
            3,
        ),
        ("update audit set chain = (select chain from audit where number = 1) where number = 2", 2),
        ("delete from audit where number = 1", 1),
        ("delete from audit where number = 3", 3),
    ] {
        let app = TestApp::start().await;
        let tenant = app.tenant("acme").await;
        filled(&app, &tenant, 4).await;
        assert_eq!(broken(&app, &tenant).await, None);
        tamper(&app, sql).await;
        assert_eq!(broken(&app, &tenant).await, Some(first), "{sql}");
    }
}

#[tokio::test]
async fn a4_a_chain_that_was_computed_anew_hides_nothing() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    filled(&app, &tenant, 4).await;
    tamper(&app, "delete from audit where number = 3").await;
    let owner = tenant.scope.tenant;
    let done: Result<(), Fault> = app
        .db
        .write(Reach::All, async move |tx: &mut Tx<'_>| {
            let sql = "select number, sealed from audit where tenant = $1 order by number";
            let rows: Vec<(i64, Vec<u8>)> =
                tx.rows(sql, &[owner.into()], |row| Ok((row.col(0)?, row.col(1)?))).await?;
            let mut link = Digest([0; 32]);
            for (index, (number, sealed)) in rows.iter().enumerate() {
                link = Digest::of(&[&link.0[..], sealed].concat());
                let sql = "update audit set number = $3, chain = $4
                    where tenant = $1 and number = $2";
                let values: [Bound<'_>; 4] = [
                    owner.into(),
                    (*number).into(),
                    (i64::try_from(index).unwrap() + 1).into(),
                    (&link).into(),
                ];
                tx.exec(sql, &values).await?;
            }
            Ok(())
        })
        .await;
    done.unwrap();
    assert_eq!(broken(&app, &tenant).await, Some(3));
}

#[tokio::test]
async fn a5_the_log_is_for_admins_of_its_own_tenant() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    app.member(tenant.scope, "admin@acme.example", Role::Admin).await;
    filled(&app, &tenant, 2).await;
    let path = "/dashboard/v1/audit_events";
    let agent = app.signed_in("agent@acme.example").await;
    assert_eq!(agent.get(path).await.refusal(), (403, "forbidden".to_owned()));
    assert_eq!(app.signed_in("admin@acme.example").await.get(path).await.status, 200);
    let ours = log(&app, &tenant, 1).await;
    let theirs = log(&app, &other, 3).await;
    assert!(ours.iter().all(|entry| !theirs.contains(entry)));
    let actions: Vec<_> = theirs.iter().map(|entry| &entry["action"]).collect();
    assert_eq!(actions, ["api_key.created", "identity_secret.created", "widget.created"]);
}

#[tokio::test]
async fn a6_pages_lose_and_repeat_nothing() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let all = filled(&app, &tenant, 7).await;
    let mut paged: Vec<Value> = Vec::new();
    let mut path = format!("{LOG}?limit=2");
    loop {
        let page = tenant.back_end(&app).call("GET", &path, &Value::Null).await.json();
        paged.extend(page["items"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("{LOG}?limit=2&cursor={cursor}");
        let foreign = other.back_end(&app).call("GET", &path, &Value::Null).await;
        assert_eq!(foreign.refusal(), (400, "bad_cursor".to_owned()));
        if paged.len() == 4 {
            let body = json!({ "name": "meanwhile" });
            tenant.back_end(&app).call("POST", "/api/v1/api_keys", &body).await;
        }
    }
    assert_eq!(paged, all);
    for bad in ["limit=0", "limit=101", "cursor=x", "limit=1&limit=2", "order=asc"] {
        let answer = tenant.back_end(&app).call("GET", &format!("{LOG}?{bad}"), &Value::Null).await;
        assert_eq!(answer.status, 400, "{bad}");
    }
}
