//! `/widget/v1/stream` and `/dashboard/v1/stream`: rules C11 to C14 of `talk::conversations`.

use std::net::SocketAddr;
use std::time::Duration;

use countersign_base::{ContactId, ConversationId, Fault};
use countersign_door::Cx;
use countersign_infra::db::{Reach, Sql, Tx};
use countersign_people::widgets::Mode;
use countersign_talk::conversations::MessageCreated;
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::app::{Member, ORIGIN, PAGE, Tenant, TestApp, Visitor};

const SOON: Duration = Duration::from_secs(20);
const VISITOR: &str = "/widget/v1/stream";
const DASHBOARD: &str = "/dashboard/v1/stream";

/// Serves the test's router on a real socket.
async fn serve(app: &TestApp) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let service = app.router.clone().into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    address
}

/// One open stream.
struct Client(WebSocketStream<TcpStream>);

impl Client {
    /// Opens a stream; the status when the handshake is refused.
    async fn open(
        address: SocketAddr,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> Result<Self, u16> {
        let mut request = format!("ws://{address}{path}").into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let stream = TcpStream::connect(address).await.unwrap();
        match client_async(request, stream).await {
            Ok((socket, response)) => {
                assert_eq!(response.headers()["sec-websocket-protocol"], "countersign.v1");
                Ok(Self(socket))
            }
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    async fn of_visitor(address: SocketAddr, visitor: &Visitor<'_>) -> Self {
        let protocols = format!("countersign.v1, {}", ticket(visitor).await);
        Self::open(address, VISITOR, &[("sec-websocket-protocol", &protocols)]).await.unwrap()
    }

    async fn of_member(address: SocketAddr, member: &Member<'_>) -> Self {
        let headers = [
            ("sec-websocket-protocol", "countersign.v1"),
            ("cookie", &member.cookie),
            ("origin", ORIGIN),
        ];
        Self::open(address, DASHBOARD, &headers).await.unwrap()
    }

    async fn say(&mut self, frame: &Value) {
        self.0.send(Message::text(frame.to_string())).await.unwrap();
    }

    async fn frame(&mut self) -> Value {
        loop {
            match timeout(SOON, self.0.next()).await.expect("in time").expect("open").unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("expected a text, not {other:?}"),
            }
        }
    }

    /// The next frame of this type; what comes before it is not looked at.
    async fn next(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame["type"] == kind {
                return frame;
            }
        }
    }

    async fn closed(&mut self) -> u16 {
        loop {
            match timeout(SOON, self.0.next()).await.expect("in time").expect("a close frame") {
                Ok(Message::Close(Some(why))) => return why.code.into(),
                Ok(_) => {}
                Err(error) => panic!("expected a close frame, not {error}"),
            }
        }
    }

    /// Resumes once everything that happened so far is there to be read.
    async fn resumes(&mut self, app: &TestApp, cursor: Option<&str>) -> (Vec<Value>, String) {
        settled(app).await;
        self.resume(cursor).await
    }

    /// Resumes; what came before `ready`, and the cursor of `ready`.
    async fn resume(&mut self, cursor: Option<&str>) -> (Vec<Value>, String) {
        self.say(&json!({ "type": "resume", "cursor": cursor })).await;
        let mut before = Vec::new();
        loop {
            let frame = self.frame().await;
            let cursor = frame["cursor"].as_str().unwrap_or_default().to_owned();
            if frame["type"] == "ready" {
                return (before, cursor);
            }
            before.push(frame);
        }
    }
}

async fn ticket(visitor: &Visitor<'_>) -> String {
    let answer = visitor.call("POST", "/widget/v1/stream/tickets", &json!({})).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    answer.json()["ticket"].as_str().unwrap().to_owned()
}

/// Waits until the log can be read to its end: on PostgreSQL a reader stops below the oldest
/// running transaction, be it of another test in another database.
async fn settled(app: &TestApp) {
    const UNREAD: Sql = Sql {
        lite: "select 0",
        pg: "select count(*) from event
            where pos >= (pg_snapshot_xmin(pg_current_snapshot())::text::bigint << 12)",
    };
    for _ in 0..1_000 {
        let unread: Option<i64> = app
            .db
            .read(Reach::All, async move |tx: &mut Tx<'_>| {
                tx.row(UNREAD, &[], |row| row.col(0)).await
            })
            .await
            .unwrap_or_else(|fault: Fault| panic!("{fault}"));
        if unread == Some(0) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("some transaction never ended");
}

fn cursor(frame: &Value) -> String {
    frame["cursor"].as_str().unwrap().to_owned()
}

fn seqs(frames: &[Value]) -> Vec<i64> {
    let messages = frames.iter().filter(|frame| frame["type"] == "message.created");
    messages.map(|frame| frame["data"]["seq"].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn each_side_hears_of_a_message_as_it_may_see_it() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let member = app.signed_in("owner@acme.example").await;
    let id = alice.converses("1").await;
    let mut hers = Client::of_visitor(address, &alice).await;
    let mut theirs = Client::of_member(address, &member).await;
    hers.resumes(&app, None).await;
    theirs.resumes(&app, None).await;
    let mut posted = alice.says(&id, "b", "Hello").await.json();
    let frame = hers.next("message.created").await;
    assert_eq!(
        frame,
        json!({ "type": "message.created", "cursor": frame["cursor"], "data": posted })
    );
    posted["client_id"] = Value::Null;
    let frame = theirs.next("message.created").await;
    assert_eq!(
        frame,
        json!({ "type": "message.created", "cursor": frame["cursor"], "data": posted })
    );
    alice.call("PUT", &format!("/widget/v1/conversations/{id}/seen"), &json!({ "seq": 2 })).await;
    for (client, unread) in [(&mut hers, 0), (&mut theirs, 2)] {
        let changed = client.next("conversation.changed").await;
        assert_eq!(changed["data"]["unread"], json!(unread));
        assert_eq!(changed["data"]["seen"], json!({ "visitor": 2, "member": 0 }));
        assert_eq!(changed["data"]["preview"]["text"], json!("Hello"));
    }
}

#[tokio::test]
async fn c1_a_stream_carries_nobody_elses_conversations() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let mallory = app.visitor(&other, "alice").await;
    let mut bobs = Client::of_visitor(address, &bob).await;
    let mut mallorys = Client::of_visitor(address, &mallory).await;
    let outsider = app.signed_in("owner@initech.example").await;
    let mut outside = Client::of_member(address, &outsider).await;
    for client in [&mut bobs, &mut mallorys, &mut outside] {
        client.resumes(&app, None).await;
    }
    alice.converses("not for you").await;
    let last = bob.converses("bob's own").await;
    mallory.converses("mallory's own").await;
    assert_eq!(bobs.next("message.created").await["data"]["conversation"], json!(last));
    for client in [&mut mallorys, &mut outside] {
        assert_eq!(client.next("message.created").await["data"]["text"], json!("mallory's own"));
    }
}

#[tokio::test]
async fn c11_who_comes_back_gets_what_came_since_each_once_and_in_order() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("1").await;
    let mut client = Client::of_visitor(address, &alice).await;
    let (before, _) = client.resumes(&app, None).await;
    assert_eq!(before, Vec::<Value>::new(), "`null` is now");
    for n in ["2", "3", "4"] {
        alice.says(&id, n, n).await;
    }
    let second = cursor(&client.next("message.created").await);
    drop(client);
    alice.says(&id, "5", "5").await;
    let mut client = Client::of_visitor(address, &alice).await;
    let (replayed, ready) = client.resumes(&app, Some(&second)).await;
    assert_eq!(seqs(&replayed), [3, 4, 5]);
    assert_eq!(replayed.len(), 3);
    alice.says(&id, "6", "6").await;
    assert_eq!(client.next("message.created").await["data"]["seq"], json!(6));
    drop(client);
    let mut client = Client::of_visitor(address, &alice).await;
    assert_eq!(seqs(&client.resumes(&app, Some(&ready)).await.0), [6]);
}

#[tokio::test]
async fn c11_a_stream_that_breaks_all_the_time_loses_and_doubles_nothing() {
    const MANY: i64 = 450;
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("1").await;
    let mut client = Client::of_visitor(address, &alice).await;
    let (_, mut last) = client.resumes(&app, None).await;
    let write = async {
        for n in 2..=MANY {
            let answer = alice.says(&id, &n.to_string(), "text").await;
            assert_eq!(answer.status, 201, "{}", answer.text);
        }
    };
    let read = async {
        let mut heard: Vec<i64> = Vec::new();
        while heard.last() != Some(&MANY) {
            for _ in 0..7 {
                let frame = client.frame().await;
                last = cursor(&frame);
                heard.extend(seqs(&[frame]));
                if heard.last() == Some(&MANY) {
                    break;
                }
            }
            client = Client::of_visitor(address, &alice).await;
            let (replayed, ready) = client.resume(Some(&last)).await;
            heard.extend(seqs(&replayed));
            last = ready;
        }
        heard
    };
    let ((), heard) = tokio::join!(write, read);
    assert_eq!(heard, (2..=MANY).collect::<Vec<_>>());
}

#[tokio::test]
async fn c11_a_long_absence_is_replayed_in_pages() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("1").await;
    let mut client = Client::of_visitor(address, &alice).await;
    let (_, start) = client.resumes(&app, None).await;
    drop(client);
    for n in 2..=451 {
        alice.says(&id, &n.to_string(), "text").await;
    }
    let mut client = Client::of_visitor(address, &alice).await;
    let (replayed, _) = client.resumes(&app, Some(&start)).await;
    assert_eq!(seqs(&replayed), (2..=451).collect::<Vec<_>>());
}

#[tokio::test]
async fn c11_a_foreign_or_malformed_frame_ends_the_stream() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let member = app.signed_in("owner@acme.example").await;
    let bobs = Client::of_visitor(address, &bob).await.resumes(&app, None).await.1;
    let theirs = Client::of_member(address, &member).await.resumes(&app, None).await.1;
    for first in [
        json!({ "type": "resume", "cursor": bobs }),
        json!({ "type": "resume", "cursor": theirs }),
        json!({ "type": "resume", "cursor": "" }),
        json!({ "type": "resume", "cursor": 7 }),
        json!({ "type": "resume", "cursor": null, "more": 1 }),
        json!({ "type": "typing", "conversation": "cnv_00000000000000000000000000" }),
        json!({ "type": "hello" }),
        json!([]),
    ] {
        let mut client = Client::of_visitor(address, &alice).await;
        client.say(&first).await;
        assert_eq!(client.closed().await, 4400, "{first}");
    }
    let mut client = Client::of_visitor(address, &alice).await;
    client.resumes(&app, None).await;
    client.say(&json!({ "type": "resume", "cursor": null })).await;
    assert_eq!(client.closed().await, 4400, "only the first frame resumes");
}

#[tokio::test]
async fn c12_who_missed_too_much_is_told_to_fetch_the_lists() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("1").await;
    let (_, start) = Client::of_visitor(address, &alice).await.resumes(&app, None).await;
    emit(&app, &tenant, &id, alice.contact(), 2_000).await;
    let mut client = Client::of_visitor(address, &alice).await;
    let (replayed, _) = client.resumes(&app, Some(&start)).await;
    assert!(replayed.iter().all(|frame| frame["type"] == "message.created"), "2,000 are replayed");
    emit(&app, &tenant, &id, alice.contact(), 1).await;
    let mut client = Client::of_visitor(address, &alice).await;
    let (before, ready) = client.resumes(&app, Some(&start)).await;
    assert_eq!(before, [json!({ "type": "resync", "cursor": ready })]);
    alice.says(&id, "2", "2").await;
    assert_eq!(client.next("message.created").await["data"]["seq"], json!(2));
}

#[tokio::test]
async fn c12_a_cursor_older_than_the_log_is_told_the_same() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("1").await;
    let (_, start) = Client::of_visitor(address, &alice).await.resumes(&app, None).await;
    alice.says(&id, "2", "2").await;
    app.db
        .write(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.exec("delete from event where pos < (select max(pos) from event)", &[]).await
        })
        .await
        .unwrap_or_else(|fault: Fault| panic!("{fault}"));
    let mut client = Client::of_visitor(address, &alice).await;
    let (before, ready) = client.resumes(&app, Some(&start)).await;
    assert_eq!(before, [json!({ "type": "resync", "cursor": ready })]);
}

#[tokio::test]
async fn c13_a_stream_ends_with_its_session() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let member = app.signed_in("owner@acme.example").await;
    let mut hers = Client::of_visitor(address, &alice).await;
    let mut theirs = Client::of_member(address, &member).await;
    hers.resumes(&app, None).await;
    theirs.resumes(&app, None).await;
    let left = ticket(&alice).await;
    let gone = alice.call("DELETE", "/widget/v1/sessions/current", &Value::Null).await;
    assert_eq!(gone.status, 204);
    assert_eq!(hers.closed().await, 4401);
    let protocols = format!("countersign.v1, {left}");
    let refused = Client::open(address, VISITOR, &[("sec-websocket-protocol", &protocols)]).await;
    assert_eq!(refused.err(), Some(401), "nor does a ticket open another one");
    let gone = member.call("DELETE", "/dashboard/v1/sessions/current", &Value::Null).await;
    assert_eq!(gone.status, 204);
    assert_eq!(theirs.closed().await, 4401);
}

/// Waits until the watch has read what was revoked, which ends once more what is open then.
async fn heard(app: &TestApp) {
    settled(app).await;
    app.forward(3).await;
}

#[tokio::test]
async fn x4_a_merge_and_its_undoing_cut_open_streams_and_the_survivor_hears_both() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let (a, b) = (app.visitor(&tenant, "a").await, app.visitor(&tenant, "b").await);
    let of_b = b.converses("from b").await;
    let (mut at_a, mut at_b) =
        (Client::of_visitor(address, &a).await, Client::of_visitor(address, &b).await);
    let (_, start) = at_a.resumes(&app, None).await;
    at_b.resumes(&app, None).await;
    let merges = format!("/api/v1/contacts/{}/merges", a.contact());
    let body = json!({ "contact": b.contact(), "reason": "the same person" });
    let merged = tenant.back_end(&app).call("POST", &merges, &body).await;
    assert_eq!(merged.status, 201, "{}", merged.text);
    assert_eq!(at_a.closed().await, 4401);
    assert_eq!(at_b.closed().await, 4401);
    heard(&app).await;

    let says = async |text: &str| {
        let path = format!("/api/v1/conversations/{of_b}/messages");
        let body = json!({ "client_id": text.replace(' ', "-"), "text": text });
        let said = tenant.back_end(&app).call("POST", &path, &body).await;
        assert_eq!(said.status, 201, "{}", said.text);
    };
    says("while away").await;
    let one = app.visitor(&tenant, "b").await;
    let mut client = Client::of_visitor(address, &one).await;
    let (missed, _) = client.resumes(&app, Some(&start)).await;
    let texts: Vec<_> = missed.iter().filter_map(|it| it["data"]["text"].as_str()).collect();
    assert_eq!(texts, ["while away"], "a cursor of the survivor's goes on in both");
    says("live").await;
    assert_eq!(client.next("message.created").await["data"]["text"], json!("live"));

    let undone = format!("{merges}/{}", b.contact());
    let undone = tenant.back_end(&app).call("DELETE", &undone, &Value::Null).await;
    assert_eq!(undone.status, 200, "{}", undone.text);
    assert_eq!(client.closed().await, 4401);
    heard(&app).await;
    let again = app.visitor(&tenant, "a").await;
    let mut client = Client::of_visitor(address, &again).await;
    let (_, _) = client.resumes(&app, None).await;
    says("to b again").await;
    again.converses("of a").await;
    let told = client.next("message.created").await;
    assert_eq!(told["data"]["text"], json!("of a"), "nothing of b's reaches a any more");
}

/// A route, headers, and the status of the refusal.
type Case<'p, 'v> = (&'p str, Vec<(&'static str, &'v str)>, u16);

#[tokio::test]
async fn c13_a_refused_proof_is_refused_in_the_handshake() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let member = app.signed_in("owner@acme.example").await;
    let spent = format!("countersign.v1, {}", ticket(&alice).await);
    let offers = [("sec-websocket-protocol", spent.as_str())];
    Client::open(address, VISITOR, &offers).await.unwrap();
    let fresh = format!("countersign.v1, {}", ticket(&alice).await);
    let bare = ticket(&alice).await;
    let protocol = ("sec-websocket-protocol", "countersign.v1");
    let cookie = ("cookie", member.cookie.as_str());
    let cases: [Case<'_, '_>; 8] = [
        (VISITOR, offers.to_vec(), 401),
        (VISITOR, vec![protocol], 401),
        (VISITOR, vec![("sec-websocket-protocol", "countersign.v1, cs_tkt_nonsense")], 401),
        (VISITOR, vec![("sec-websocket-protocol", &bare)], 400),
        (
            VISITOR,
            vec![("sec-websocket-protocol", &fresh), ("origin", "https://evil.example")],
            403,
        ),
        (DASHBOARD, vec![protocol, ("origin", ORIGIN)], 401),
        (DASHBOARD, vec![protocol, cookie, ("origin", PAGE)], 403),
        (DASHBOARD, vec![protocol, cookie], 403),
    ];
    for (path, headers, status) in cases {
        let refused = Client::open(address, path, &headers).await;
        assert_eq!(refused.err(), Some(status), "{path} {headers:?}");
    }
    let old = format!("countersign.v1, {}", ticket(&alice).await);
    app.forward(31).await;
    let refused = Client::open(address, VISITOR, &[("sec-websocket-protocol", &old)]).await;
    assert_eq!(refused.err(), Some(401));
}

#[tokio::test]
async fn c14_typing_is_told_to_the_other_side() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let member = app.signed_in("owner@acme.example").await;
    let (id, bobs) = (alice.converses("1").await, bob.converses("1").await);
    let mut hers = Client::of_visitor(address, &alice).await;
    let mut theirs = Client::of_member(address, &member).await;
    hers.resumes(&app, None).await;
    theirs.resumes(&app, None).await;
    hers.say(&json!({ "type": "typing", "conversation": bobs })).await;
    hers.say(&json!({ "type": "typing", "conversation": id })).await;
    let author = json!({ "kind": "visitor", "id": alice.contact(), "name": "alice" });
    let data = json!({ "conversation": id, "author": author });
    let expected = json!({ "type": "typing", "cursor": null, "data": data });
    assert_eq!(theirs.next("typing").await, expected, "and nothing of bob's");
    let path = format!("/dashboard/v1/conversations/{id}/typing");
    assert_eq!(member.call("POST", &path, &json!({})).await.status, 204);
    let frame = hers.next("typing").await;
    assert_eq!(frame["data"]["author"]["kind"], json!("member"));
    assert_eq!(frame["data"]["author"]["id"], json!(tenant.owner));
    assert_eq!(frame["data"]["conversation"], json!(id));
}

#[tokio::test]
async fn c17_who_claims_a_proven_id_is_not_told_so() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant_with("acme", "countersign", Mode::Off).await;
    app.visitor(&tenant, "alice").await;
    let claimed = app.open(&tenant, Some(json!({ "id": "alice" }))).await;
    let mallory = Visitor::of(&app, &claimed);
    let member = app.signed_in("owner@acme.example").await;
    let mut hers = Client::of_visitor(address, &mallory).await;
    let mut theirs = Client::of_member(address, &member).await;
    hers.resumes(&app, None).await;
    theirs.resumes(&app, None).await;
    let id = mallory.converses("it is me").await;
    let warned = json!(["contradicts_proven_id"]);
    let path = format!("/conversations/{id}");
    let staff = member.get(&format!("/dashboard/v1{path}")).await.json();
    assert_eq!(staff["contact"]["flags"], warned);
    let frame = theirs.next("conversation.changed").await;
    assert_eq!(frame["data"]["contact"]["flags"], warned);
    let mine = mallory.get(&format!("/widget/v1{path}")).await.json();
    assert_eq!(mine["contact"]["flags"], json!([]));
    let listed = mallory.get("/widget/v1/conversations").await.json();
    assert_eq!(listed["items"][0]["contact"]["flags"], json!([]));
    let frame = hers.next("conversation.changed").await;
    assert_eq!(frame["data"]["contact"]["flags"], json!([]));
}

/// Events of a message that is not there: only their number matters.
async fn emit(app: &TestApp, tenant: &Tenant, conversation: &str, contact: &str, many: usize) {
    let conversation: ConversationId = conversation.parse().unwrap();
    let contact: ContactId = contact.parse().unwrap();
    let event = MessageCreated { conversation, contact, seq: 1 };
    let system = app.app.system(tenant.scope).await.unwrap();
    system
        .write(async move |cx: &mut Cx<'_>| {
            for _ in 0..many {
                cx.emit(&event).await?;
            }
            Ok::<_, Fault>(())
        })
        .await
        .unwrap();
}

const NEARLY_IDLE: &str = "update session set idle_at = $1";

#[tokio::test]
async fn s6_a_stream_does_not_outlive_a_session_that_nobody_refreshes() {
    let app = TestApp::start().await;
    let address = serve(&app).await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let soon = app.now() + 1_000;
    let edited = app
        .db
        .write(Reach::All, async move |tx: &mut Tx<'_>| tx.exec(NEARLY_IDLE, &[soon.into()]).await)
        .await;
    assert_eq!(edited.unwrap(), 1);
    let mut stream = Client::of_visitor(address, &alice).await;
    stream.resumes(&app, None).await;
    app.forward(2).await;
    assert_eq!(stream.closed().await, 4401);
}
