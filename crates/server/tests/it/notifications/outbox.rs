//! The outbox: rules NO1 to NO4, with a carrier that does as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign_base::{ContactId, Fault, NotificationId, Provenance};
use countersign_door::{App, Cx, Pending};
use countersign_reach::notifications::channel::Channel;
use countersign_reach::notifications::outbox::{
    Carrier, Failed, Job, Outbox, Reach, Within, carry_due,
};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use super::{order_type, outcome, send};
use crate::app::{Outgoing, Tenant, TestApp};

/// Carries nothing, but remembers what it was given and answers what it was told to.
#[derive(Clone)]
struct Scripted {
    answers: Arc<Mutex<VecDeque<Result<(), Failed>>>>,
    carried: Arc<Mutex<Vec<(NotificationId, i64)>>>,
    /// As many as it may be busy with; each takes one and keeps it.
    places: Arc<Semaphore>,
}

impl Scripted {
    fn answering(answers: impl IntoIterator<Item = Result<(), Failed>>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            carried: Arc::default(),
            places: Arc::new(Semaphore::new(Semaphore::MAX_PERMITS)),
        }
    }

    fn times(&self) -> usize {
        self.carried.lock().unwrap().len()
    }

    /// Waits until it was given so many parcels.
    async fn carried(&self, many: usize) {
        for _ in 0..1_000 {
            if self.times() >= many {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} of {many} were carried", self.times());
    }

    async fn app(&self) -> TestApp {
        let outbox = Outbox::default().with(Channel::Email, self.clone());
        TestApp::start_with(Outgoing { outbox, mail: None }).await
    }
}

impl Carrier for Scripted {
    fn reaches<'a>(&'a self, _: &'a mut Cx<'_>, _: ContactId) -> Within<'a, Result<Reach, Fault>> {
        Box::pin(async { Ok(Reach::Yes(Some(Provenance::Set))) })
    }

    fn carry<'a>(&'a self, _: &'a App, job: &'a Job) -> Pending<'a, Result<(), Failed>> {
        Box::pin(async move {
            self.carried.lock().unwrap().push((job.id, job.attempt));
            self.places.acquire().await.unwrap().forget();
            self.answers.lock().unwrap().pop_front().unwrap_or(Ok(()))
        })
    }
}

async fn emailed(app: &TestApp, tenant: &Tenant) {
    let email = json!({ "subject": "Order {{ id }}", "html": "<p>canarymail {{ id }}</p>" });
    order_type(app, tenant, json!({ "templates": { "email": email } })).await;
}

async fn found(app: &TestApp, tenant: &Tenant, sent: &Value) -> Value {
    let path = format!("/api/v1/notifications/{}", sent["id"].as_str().unwrap());
    tenant.back_end(app).call("GET", &path, &Value::Null).await.json()
}

/// Waits until the email of a sending is no more `queued`, or is queued with a reason.
async fn settled(app: &TestApp, tenant: &Tenant, sent: &Value) -> (String, String) {
    for _ in 0..1_000 {
        let outcome = outcome(&found(app, tenant, sent).await, "email");
        if outcome.0 != "queued" || !outcome.1.is_empty() {
            return outcome;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the parcel was not carried");
}

#[tokio::test]
async fn no1_a_parcel_is_queued_with_its_sending_and_carried_after_it() {
    let carrier = Scripted::answering([]);
    let app = carrier.app().await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant).await;
    let sent = send(&app, &tenant, "alice", "1").await.json();
    assert_eq!(outcome(&sent, "email").0, "queued");
    assert_eq!(outcome(&sent, "inapp").0, "delivered");
    assert_eq!(settled(&app, &tenant, &sent).await, ("delivered".into(), String::new()));
    let found = found(&app, &tenant, &sent).await;
    assert_eq!(found["deliveries"][0]["provenance"], json!("set"));
    carry_due(&app.app).await.unwrap();
    assert_eq!(carrier.times(), 1);
}

#[tokio::test]
async fn no1_what_waits_is_sealed() {
    if std::env::var("COUNTERSIGN_TEST_STORE").is_ok() {
        return; // the file is SQLite's; P5 looks into a dump of PostgreSQL
    }
    let app = Scripted::answering([Err(Failed::later("down"))]).app().await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant).await;
    let sent = send(&app, &tenant, "alice", "1").await.json();
    assert_eq!(settled(&app, &tenant, &sent).await, ("queued".into(), "down".into()));
    let mut bytes = Vec::new();
    for entry in std::fs::read_dir(app.folder.path()).unwrap() {
        bytes.extend(std::fs::read(entry.unwrap().path()).unwrap());
    }
    assert!(!bytes.windows(10).any(|window| window == b"canarymail"));
}

#[tokio::test]
async fn no2_of_two_nodes_one_carries_and_a_lease_that_ends_is_another_attempt() {
    let carrier = Scripted::answering([]);
    let app = carrier.app().await;
    let other = app.beside().await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant).await;
    for order in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        send(&app, &tenant, "alice", order).await;
    }
    let (here, there) = tokio::join!(carry_due(&app.app), carry_due(&other.app));
    here.and(there).unwrap();
    let last = send(&app, &tenant, "alice", "9").await.json();
    settled(&app, &tenant, &last).await;
    let mut carried: Vec<_> = carrier.carried.lock().unwrap().iter().map(|one| one.0).collect();
    carried.sort_unstable();
    carried.dedup();
    assert_eq!((carried.len(), carrier.times()), (9, 9));

    // Whoever has it now never comes back: after its lease it is taken again.
    carrier.places.forget_permits(Semaphore::MAX_PERMITS);
    let stuck = send(&app, &tenant, "alice", "10").await.json();
    carrier.carried(10).await;
    app.forward(59).await;
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(carrier.times(), 10, "the lease holds");
    app.forward(2).await;
    carrier.carried(11).await;
    let again = carrier.carried.lock().unwrap()[9..].to_vec();
    assert_eq!(again[0].0, again[1].0);
    assert_eq!((again[0].1, again[1].1), (1, 2));
    carrier.places.add_permits(8);
    assert_eq!(settled(&app, &tenant, &stuck).await.0, "delivered");
}

#[tokio::test]
async fn no3_what_fails_for_now_comes_again_and_what_fails_for_good_does_not() {
    let wait = Failed::Later { why: "busy".into(), after: Some(Duration::from_mins(2)) };
    let script = [Err(Failed::never("refused")), Err(wait), Err(Failed::later("busy")), Ok(())];
    let carrier = Scripted::answering(script);
    let app = carrier.app().await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant).await;
    let sent = send(&app, &tenant, "alice", "1").await.json();
    assert_eq!(settled(&app, &tenant, &sent).await, ("failed".into(), "refused".into()));
    let sent = send(&app, &tenant, "alice", "2").await.json();
    assert_eq!(settled(&app, &tenant, &sent).await, ("queued".into(), "busy".into()));
    app.forward(119).await;
    carry_due(&app.app).await.unwrap();
    assert_eq!(carrier.times(), 2, "it asked for two minutes");
    app.forward(2).await;
    carry_due(&app.app).await.unwrap();
    app.forward(3_601).await;
    carry_due(&app.app).await.unwrap();
    assert_eq!(settled(&app, &tenant, &sent).await, ("delivered".into(), String::new()));
    assert_eq!(carrier.times(), 4);
}

#[tokio::test]
async fn no3_after_a_day_it_is_given_up() {
    let carrier = Scripted::answering((0..3).map(|_| Err(Failed::later("down"))));
    let app = carrier.app().await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant).await;
    let sent = send(&app, &tenant, "alice", "1").await.json();
    assert_eq!(settled(&app, &tenant, &sent).await, ("queued".into(), "down".into()));
    app.forward(24 * 3_600).await;
    carry_due(&app.app).await.unwrap();
    for _ in 0..1_000 {
        if outcome(&found(&app, &tenant, &sent).await, "email").0 == "failed" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let why = "given up after 24 hours: down".to_owned();
    assert_eq!(outcome(&found(&app, &tenant, &sent).await, "email"), ("failed".into(), why));
}

#[tokio::test]
async fn no4_while_carriers_are_busy_the_store_is_free_and_no_more_are_started() {
    let carrier = Scripted::answering([]);
    let app = carrier.app().await;
    let tenant = app.tenant("acme").await;
    emailed(&app, &tenant).await;
    carrier.places.forget_permits(Semaphore::MAX_PERMITS);
    for order in 0..40 {
        let sent = send(&app, &tenant, "alice", &order.to_string()).await;
        assert_eq!(sent.status, 201, "writers wait for no carrier");
    }
    carrier.carried(32).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(carrier.times(), 32);
    carrier.places.add_permits(100);
    carrier.carried(40).await;
}
