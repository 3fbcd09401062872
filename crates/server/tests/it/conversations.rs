//! Conversations over HTTP: rules C1 to C10 and C14 to C16 of `talk::conversations`; the stream
//! is in `conversations/stream.rs`.

mod stream;

use std::collections::BTreeSet;

use countersign_base::{Fault, Role};
use countersign_infra::db::{Reach, Tx};
use serde_json::{Value, json};

use crate::app::{Answer, TestApp, Visitor};

const MINE: &str = "/widget/v1/conversations";
const STAFF: &str = "/dashboard/v1/conversations";

/// The texts of a page, in its order.
fn texts(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|item| item["text"].as_str().unwrap()).collect()
}

fn ids(page: &Value) -> Vec<String> {
    let items = page["items"].as_array().unwrap();
    items.iter().map(|item| item["id"].as_str().unwrap().to_owned()).collect()
}

/// Every page of a list, one after another.
async fn pages(visitor: &Visitor<'_>, path: &str) -> Vec<Value> {
    let mut pages = vec![visitor.get(path).await.json()];
    while let Some(cursor) = pages.last().unwrap()["next_cursor"].as_str() {
        let next = visitor.get(&format!("{path}&cursor={cursor}")).await;
        assert_eq!(next.status, 200, "{}", next.text);
        pages.push(next.json());
    }
    pages
}

#[tokio::test]
async fn a_new_conversation_is_the_whole_answer_on_both_sides() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let answer = alice.call("POST", MINE, &json!({ "client_id": "a", "text": "Hello" })).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let mut expected = json!({
        "id": answer.json()["id"],
        "state": "open",
        "contact": {
            "id": alice.contact(), "name": "alice", "email": "alice@customer.example",
            "company": null, "trust": "jwt", "flags": [],
        },
        "assignee": null,
        "last_seq": 1,
        "unread": 0,
        "seen": { "visitor": 0, "member": 0 },
        "preview": { "text": "Hello", "author": "visitor" },
        "created_at": "2026-11-18T11:06:40.000Z",
        "last_message_at": "2026-11-18T11:06:40.000Z",
    });
    assert_eq!(answer.json(), expected);
    let listed = alice.get(MINE).await.json();
    assert_eq!(listed, json!({ "items": [expected], "next_cursor": null }));
    let member = app.signed_in("owner@acme.example").await;
    expected["unread"] = json!(1);
    let path = format!("{STAFF}/{}", expected["id"].as_str().unwrap());
    assert_eq!(member.get(&path).await.json(), expected);
}

#[tokio::test]
async fn a_message_is_the_whole_answer() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    let answer = alice.says(&id, "b", "Anyone?").await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let expected = json!({
        "id": answer.json()["id"],
        "conversation": id,
        "seq": 2,
        "client_id": "b",
        "text": "Anyone?",
        "author": { "kind": "visitor", "id": alice.contact(), "name": "alice", "trust": "jwt" },
        "created_at": "2026-11-18T11:06:40.000Z",
    });
    assert_eq!(answer.json(), expected);
    let page = alice.get(&format!("{MINE}/{id}/messages?order=desc&limit=1")).await.json();
    assert_eq!(page["items"], json!([expected]));
}

#[tokio::test]
async fn c1_a_visitor_lists_only_what_is_its_own() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("mine").await;
    let unknown = "cnv_00000000000000000000000000";
    let strangers = [
        app.visitor(&tenant, "bob").await,
        app.stranger(&tenant).await,
        app.visitor(&other, "alice").await,
    ];
    for stranger in &strangers {
        assert_eq!(stranger.get(MINE).await.json()["items"], json!([]));
        for id in [id.as_str(), unknown, "cnv_x", "con_00000000000000000000000000"] {
            for (method, rest, body) in [
                ("GET", "", Value::Null),
                ("GET", "/messages", Value::Null),
                ("POST", "/messages", json!({ "client_id": "a", "text": "b" })),
                ("PUT", "/seen", json!({ "seq": 1 })),
                ("POST", "/typing", Value::Null),
            ] {
                let answer = stranger.call(method, &format!("{MINE}/{id}{rest}"), &body).await;
                assert_eq!(answer.refusal(), (404, "not_found".to_owned()), "{method} {id}{rest}");
            }
        }
    }
    let page = alice.get(&format!("{MINE}/{id}/messages")).await.json();
    assert_eq!(texts(&page), ["mine"]);
    let answer = other
        .back_end(&app)
        .call("GET", &format!("/api/v1/conversations/{id}"), &Value::Null)
        .await;
    assert_eq!(answer.refusal(), (404, "not_found".to_owned()));
}

#[tokio::test]
async fn c2_a_retry_gets_the_first_message_and_another_text_is_refused() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    let first = alice.says(&id, "b", "once").await;
    let again = alice.says(&id, "b", "once").await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
    let other = alice.says(&id, "b", "twice").await;
    assert_eq!(other.refusal(), (409, "client_id_reused".to_owned()));
    let shown = alice.get(&format!("{MINE}/{id}")).await.json();
    assert_eq!(shown["last_seq"], json!(2), "a retry takes no number");
    let unread = tenant
        .back_end(&app)
        .call("GET", &format!("/api/v1/conversations/{id}"), &Value::Null)
        .await;
    assert_eq!(unread.json()["unread"], json!(2), "nor is it counted");
    let next = alice.says(&id, "c", "next").await;
    assert_eq!(next.json()["seq"], json!(3));
    let elsewhere = alice.converses("elsewhere").await;
    assert_eq!(alice.says(&elsewhere, "b", "its own").await.status, 201);
    let member = app.signed_in("owner@acme.example").await;
    let path = format!("{STAFF}/{id}/messages");
    let same = member.call("POST", &path, &json!({ "client_id": "b", "text": "mine" })).await;
    assert_eq!(same.status, 201, "each author has names of their own");
}

#[tokio::test]
async fn c2_a_retry_is_recognised_after_the_conversation_was_closed() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    let first = alice.says(&id, "b", "once").await;
    close(&app, &tenant, &id).await;
    let again = alice.says(&id, "b", "once").await;
    assert_eq!((again.status, again.json()), (200, first.json()));
}

#[tokio::test]
async fn c2_many_retries_at_once_write_one_message() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    let tries = (0..20).map(|_| alice.says(&id, "b", "once"));
    let answers = futures_util::future::join_all(tries).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1);
    let messages: BTreeSet<String> =
        answers.iter().map(|answer| answer.json()["id"].to_string()).collect();
    assert_eq!(messages.len(), 1);
}

#[tokio::test]
async fn c3_messages_written_at_once_are_numbered_without_gaps() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("0").await;
    let texts: Vec<String> = (1..=40).map(|n| n.to_string()).collect();
    let posts = texts.iter().map(|text| alice.says(&id, text, text));
    let answers = futures_util::future::join_all(posts).await;
    let mut seqs: Vec<i64> = answers.iter().map(|a| a.json()["seq"].as_i64().unwrap()).collect();
    seqs.sort_unstable();
    assert_eq!(seqs, (2..=41).collect::<Vec<_>>());
}

#[tokio::test]
async fn c4_a_text_is_kept_exactly_as_it_was_sent() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    let long = "é".repeat(10_000);
    for (n, text) in [" a\n\tb ", "<b>&amp;</b>", "👩‍👩‍👧", &long].into_iter().enumerate()
    {
        let answer = alice.says(&id, &format!("good{n}"), text).await;
        assert_eq!((answer.status, answer.json()["text"].as_str()), (201, Some(text)));
    }
    let too_long = "é".repeat(10_001);
    for text in ["", "  \n", "a\0b", "a\rb", &too_long] {
        let answer = alice.says(&id, "bad", text).await;
        assert_eq!(answer.refusal(), (422, "bad_text".to_owned()));
        let answer = alice.call("POST", MINE, &json!({ "text": text })).await;
        assert_eq!(answer.refusal(), (422, "bad_text".to_owned()));
    }
    for client_id in ["", "a b", "é", &"x".repeat(65)] {
        let answer = alice.says(&id, client_id, "text").await;
        assert_eq!(answer.refusal(), (422, "bad_client_id".to_owned()), "{client_id}");
    }
    assert_eq!(ids(&alice.get(MINE).await.json()), [id], "a refused text opens nothing");
}

#[tokio::test]
async fn c5_nobody_writes_into_a_closed_conversation() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    close(&app, &tenant, &id).await;
    assert_eq!(
        alice.says(&id, "b", "more").await.refusal(),
        (409, "conversation_closed".to_owned())
    );
    let path = format!("/api/v1/conversations/{id}");
    let back_end = tenant.back_end(&app);
    let body = json!({ "client_id": "b", "text": "more" });
    let answer = back_end.call("POST", &format!("{path}/messages"), &body).await;
    assert_eq!(answer.refusal(), (409, "conversation_closed".to_owned()));
    let opened = back_end.call("PATCH", &path, &json!({ "state": "open" })).await;
    assert_eq!((opened.status, &opened.json()["state"]), (200, &json!("open")));
    assert_eq!(alice.says(&id, "b", "more").await.json()["seq"], json!(2));
}

#[tokio::test]
async fn c6_no_text_stands_in_the_store() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("a very secret thing").await;
    alice.says(&id, "b", "another secret thing").await;
    let sealed: Vec<Vec<u8>> = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows("select sealed from message", &[], |row| row.col(0)).await
        })
        .await
        .unwrap_or_else(|fault: Fault| panic!("{fault}"));
    assert_eq!(sealed.len(), 2);
    for sealed in sealed {
        assert!(!String::from_utf8_lossy(&sealed).contains("secret"));
    }
    let bodies: Vec<String> = app
        .db
        .read(Reach::All, async move |tx: &mut Tx<'_>| {
            tx.rows("select body from event", &[], |row| row.col(0)).await
        })
        .await
        .unwrap_or_else(|fault: Fault| panic!("{fault}"));
    assert!(!bodies.is_empty() && bodies.iter().all(|body| !body.contains("secret thing")));
}

#[tokio::test]
async fn c7_what_was_seen_stays_seen_and_the_rest_is_counted() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let member = app.signed_in("owner@acme.example").await;
    let id = alice.converses("1").await;
    let (mine, staff) = (format!("{MINE}/{id}"), format!("{STAFF}/{id}"));
    for n in ["2", "3", "4"] {
        let body = json!({ "client_id": n, "text": n });
        assert_eq!(member.call("POST", &format!("{staff}/messages"), &body).await.status, 201);
    }
    alice.says(&id, "5", "5").await;
    let see = async |seq: i64| {
        alice.call("PUT", &format!("{mine}/seen"), &json!({ "seq": seq })).await.refusal()
    };
    let unread = async || alice.get(&mine).await.json()["unread"].as_i64().unwrap();
    assert_eq!(unread().await, 3);
    for (seq, left) in [(2, 2), (1, 2), (0, 2), (3, 1), (5, 0), (2, 0)] {
        assert_eq!(see(seq).await.0, 204, "{seq}");
        assert_eq!(unread().await, left, "after seq {seq}");
    }
    for seq in [6, -1, i64::MAX] {
        assert_eq!(see(seq).await, (422, "seq_ahead".to_owned()));
    }
    let shown = member.get(&staff).await.json();
    assert_eq!(
        (&shown["unread"], &shown["seen"]),
        (&json!(2), &json!({ "visitor": 5, "member": 0 }))
    );
    member.call("PUT", &format!("{staff}/seen"), &json!({ "seq": 5 })).await;
    let shown = member.get(&staff).await.json();
    assert_eq!(
        (&shown["unread"], &shown["seen"]),
        (&json!(0), &json!({ "visitor": 5, "member": 5 }))
    );
    alice.says(&id, "6", "6").await;
    assert_eq!(member.get(&staff).await.json()["unread"], json!(1));
}

#[tokio::test]
async fn c8_messages_come_in_pages_in_both_orders() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let (id, other) = (alice.converses("1").await, alice.converses("else").await);
    for n in 2..=7 {
        alice.says(&id, &n.to_string(), &n.to_string()).await;
    }
    let path = format!("{MINE}/{id}/messages");
    for (order, expected) in [("asc", "1 2 3 | 4 5 6 | 7"), ("desc", "7 6 5 | 4 3 2 | 1")] {
        let pages = pages(&alice, &format!("{path}?order={order}&limit=3")).await;
        let read: Vec<String> = pages.iter().map(|page| texts(page).join(" ")).collect();
        assert_eq!(read.join(" | "), expected);
    }
    let first = alice.get(&format!("{path}?limit=3")).await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    for foreign in [
        format!("{path}?order=desc&cursor={cursor}"),
        format!("{MINE}/{other}/messages?cursor={cursor}"),
        format!("{MINE}?cursor={cursor}"),
        format!("{path}?cursor=nonsense"),
    ] {
        assert_eq!(
            alice.get(&foreign).await.refusal(),
            (400, "bad_cursor".to_owned()),
            "{foreign}"
        );
    }
    for limit in ["0", "101"] {
        let answer = alice.get(&format!("{path}?limit={limit}")).await;
        assert_eq!(answer.refusal(), (400, "bad_limit".to_owned()));
    }
    let answer = alice.get(&format!("{path}?order=both")).await;
    assert_eq!(answer.refusal(), (400, "malformed_query".to_owned()));
}

#[tokio::test]
async fn c8_conversations_come_in_pages_by_their_last_message() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let mut opened = Vec::new();
    for n in 0..5 {
        opened.push(alice.converses(&n.to_string()).await);
        app.forward(1).await;
    }
    alice.says(&opened[1], "again", "again").await;
    let expected: Vec<&String> = [1, 4, 3, 2, 0].map(|n: usize| &opened[n]).into();
    let mine: Vec<String> =
        pages(&alice, &format!("{MINE}?limit=2")).await.iter().flat_map(ids).collect();
    assert_eq!(mine.iter().collect::<Vec<_>>(), expected);
    close(&app, &tenant, &opened[4]).await;
    let back_end = tenant.back_end(&app);
    let mut path = "/api/v1/conversations?state=all&limit=2".to_owned();
    let mut all = Vec::new();
    loop {
        let page = back_end.call("GET", &path, &Value::Null).await.json();
        all.extend(ids(&page));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/conversations?state=all&limit=2&cursor={cursor}");
        let wrong = format!("/api/v1/conversations?state=open&cursor={cursor}");
        let answer = back_end.call("GET", &wrong, &Value::Null).await;
        assert_eq!(answer.refusal(), (400, "bad_cursor".to_owned()));
    }
    assert_eq!(all.iter().collect::<Vec<_>>(), expected, "open and closed ones in one order");
}

#[tokio::test]
async fn the_organization_filters_by_state_assignee_and_contact() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let member = app.signed_in("owner@acme.example").await;
    let (free, taken, done) = (
        alice.converses("free").await,
        alice.converses("taken").await,
        bob.converses("done").await,
    );
    let owner = tenant.owner;
    let change = json!({ "assignee": owner });
    assert_eq!(member.call("PATCH", &format!("{STAFF}/{taken}"), &change).await.status, 200);
    close(&app, &tenant, &done).await;
    let (a, b) = (alice.contact(), bob.contact());
    let cases = [
        (String::new(), vec![&free, &taken, &done]),
        ("?state=all".to_owned(), vec![&free, &taken, &done]),
        ("?state=open".to_owned(), vec![&free, &taken]),
        ("?state=closed".to_owned(), vec![&done]),
        ("?assignee=me".to_owned(), vec![&taken]),
        (format!("?assignee={owner}"), vec![&taken]),
        ("?assignee=none".to_owned(), vec![&free, &done]),
        ("?state=open&assignee=none".to_owned(), vec![&free]),
        (format!("?contact={a}"), vec![&free, &taken]),
        (format!("?contact={a}&assignee=none"), vec![&free]),
        (format!("?contact={b}&state=open"), vec![]),
        (format!("?contact={b}&state=closed"), vec![&done]),
    ];
    for (query, expected) in cases {
        let answer = member.get(&format!("{STAFF}{query}")).await;
        assert_eq!(answer.status, 200, "{query} {}", answer.text);
        let found: BTreeSet<String> = ids(&answer.json()).into_iter().collect();
        assert_eq!(found, expected.into_iter().cloned().collect(), "{query}");
    }
    let answer = member.get(&format!("{STAFF}?assignee=you")).await;
    assert_eq!(answer.refusal(), (400, "bad_assignee".to_owned()));
    let path = "/api/v1/conversations?assignee=me";
    let answer = tenant.back_end(&app).call("GET", path, &Value::Null).await;
    assert_eq!(answer.refusal(), (400, "bad_assignee".to_owned()), "a key is no member");
}

#[tokio::test]
async fn c9_only_a_member_of_the_organization_is_assigned_and_it_is_noted() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let alice = app.visitor(&tenant, "alice").await;
    let member = app.signed_in("owner@acme.example").await;
    let id = alice.converses("Hello").await;
    let path = format!("{STAFF}/{id}");
    let change = async |body: Value| member.call("PATCH", &path, &body).await;
    let assigned = change(json!({ "assignee": tenant.owner })).await.json();
    assert_eq!(assigned["assignee"]["id"], json!(tenant.owner));
    let foreign = change(json!({ "assignee": other.owner })).await;
    assert_eq!(foreign.refusal(), (422, "unknown_assignee".to_owned()));
    let kept = change(json!({ "state": "closed" })).await.json();
    assert_eq!((&kept["state"], &kept["assignee"]), (&json!("closed"), &assigned["assignee"]));
    let nobody = change(json!({ "assignee": null })).await.json();
    assert_eq!((&nobody["state"], &nobody["assignee"]), (&json!("closed"), &Value::Null));
    for bad in [json!({ "state": "all" }), json!({ "assignee": "con_0" }), json!({ "unread": 0 })] {
        assert_eq!(change(bad).await.refusal(), (400, "malformed_json".to_owned()));
    }
    for action in ["conversation.assigned", "conversation.closed"] {
        assert!(is_noted(&app, &tenant, action, &id).await, "{action}");
    }
}

#[tokio::test]
async fn c10_a_client_id_is_shown_to_its_authors_side_only() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let member = app.signed_in("owner@acme.example").await;
    let id = alice.converses("1").await;
    alice.says(&id, "hers", "2").await;
    let path = format!("{STAFF}/{id}/messages");
    member.call("POST", &path, &json!({ "client_id": "theirs", "text": "3" })).await;
    let back_end = tenant.back_end(&app);
    let body = json!({ "client_id": "machine", "text": "4" });
    let posted =
        back_end.call("POST", &format!("/api/v1/conversations/{id}/messages"), &body).await;
    assert_eq!(posted.json()["author"]["kind"], json!("system"));
    let shown = |answer: &Answer| -> Value {
        let page = answer.json();
        page["items"].as_array().unwrap().iter().map(|item| item["client_id"].clone()).collect()
    };
    let mine = alice.get(&format!("{MINE}/{id}/messages")).await;
    assert_eq!(shown(&mine), json!([null, "hers", null, null]));
    assert_eq!(mine.json()["items"][3]["author"]["id"], Value::Null, "no ids of keys");
    assert_eq!(shown(&member.get(&path).await), json!([null, null, "theirs", "machine"]));
}

#[tokio::test]
async fn c14_who_types_too_often_is_told_to_wait() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    let path = format!("{MINE}/{id}/typing");
    let types = async || alice.call("POST", &path, &Value::Null).await;
    for _ in 0..10 {
        assert_eq!(types().await.status, 204);
    }
    let refused = types().await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".to_owned()));
    assert_eq!(refused.header("retry-after"), "10");
    let bob = app.visitor(&tenant, "bob").await;
    let bobs = bob.converses("Hello").await;
    let answer = bob.call("POST", &format!("{MINE}/{bobs}/typing"), &Value::Null).await;
    assert_eq!(answer.status, 204, "each is counted alone");
    app.forward(10).await;
    assert_eq!(types().await.status, 204);
}

#[tokio::test]
async fn c15_files_are_refused_politely() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let alice = app.visitor(&tenant, "alice").await;
    let id = alice.converses("Hello").await;
    let files = json!([{ "name": "a.png" }]);
    let body = json!({ "client_id": "b", "text": "see", "attachments": files });
    let answer = alice.call("POST", &format!("{MINE}/{id}/messages"), &body).await;
    assert_eq!(answer.refusal(), (422, "attachments_not_available".to_owned()));
    assert!(answer.json()["detail"].as_str().unwrap().contains("please"));
    let body = json!({ "text": "see", "attachments": files });
    let answer = alice.call("POST", MINE, &body).await;
    assert_eq!(answer.refusal(), (422, "attachments_not_available".to_owned()));
    let body = json!({ "client_id": "b", "text": "see", "file": "a.png" });
    let answer = alice.call("POST", &format!("{MINE}/{id}/messages"), &body).await;
    assert_eq!(answer.refusal(), (400, "malformed_json".to_owned()));
}

#[tokio::test]
async fn c16_the_same_client_id_opens_the_same_conversation() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    let (alice, bob) = (app.visitor(&tenant, "alice").await, app.visitor(&tenant, "bob").await);
    let body = json!({ "client_id": "first", "text": "Hello" });
    let first = alice.call("POST", MINE, &body).await;
    let again = alice.call("POST", MINE, &body).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert_eq!(first.json(), again.json());
    let bare = alice.call("POST", MINE, &json!({ "client_id": "first" })).await;
    assert_eq!((bare.status, bare.json()), (200, first.json()));
    let other = json!({ "client_id": "first", "text": "Something else" });
    let answer = alice.call("POST", MINE, &other).await;
    assert_eq!(answer.refusal(), (409, "client_id_reused".to_owned()));
    assert_eq!(bob.call("POST", MINE, &body).await.status, 201, "each contact has its own");
    assert_eq!(alice.call("POST", MINE, &json!({})).await.status, 201);
    assert_eq!(alice.call("POST", MINE, &json!({})).await.status, 201);
    assert_eq!(ids(&alice.get(MINE).await.json()).len(), 3);
}

#[tokio::test]
async fn a_back_end_opens_a_conversation_with_a_contact() {
    let app = TestApp::start().await;
    let (tenant, other) = (app.tenant("acme").await, app.tenant("initech").await);
    let alice = app.visitor(&tenant, "alice").await;
    let body = json!({ "contact": alice.contact(), "client_id": "a", "text": "Welcome" });
    let path = "/api/v1/conversations";
    let first = tenant.back_end(&app).call("POST", path, &body).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert_eq!(tenant.back_end(&app).call("POST", path, &body).await.status, 200);
    let mine = alice.get(MINE).await.json();
    assert_eq!(ids(&mine), [first.json()["id"].as_str().unwrap()]);
    assert_eq!(mine["items"][0]["unread"], json!(1));
    let foreign = other.back_end(&app).call("POST", path, &body).await;
    assert_eq!(foreign.refusal(), (422, "unknown_contact".to_owned()));
}

#[tokio::test]
async fn an_agent_answers_and_closes() {
    let app = TestApp::start().await;
    let tenant = app.tenant("acme").await;
    app.member(tenant.scope, "agent@acme.example", Role::Agent).await;
    let alice = app.visitor(&tenant, "alice").await;
    let agent = app.signed_in("agent@acme.example").await;
    let id = alice.converses("Hello").await;
    let body = json!({ "client_id": "a", "text": "How can I help?" });
    let answer = agent.call("POST", &format!("{STAFF}/{id}/messages"), &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json()["author"]["kind"], json!("member"));
    let shown = alice.get(&format!("{MINE}/{id}")).await.json();
    assert_eq!(shown["preview"], json!({ "text": "How can I help?", "author": "member" }));
    let closed = agent.call("PATCH", &format!("{STAFF}/{id}"), &json!({ "state": "closed" })).await;
    assert_eq!(closed.json()["state"], json!("closed"));
}

async fn close(app: &TestApp, tenant: &crate::app::Tenant, id: &str) {
    let path = format!("/api/v1/conversations/{id}");
    let answer = tenant.back_end(app).call("PATCH", &path, &json!({ "state": "closed" })).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
}

/// The audit log is written after the answer: look for a while.
async fn is_noted(app: &TestApp, tenant: &crate::app::Tenant, action: &str, target: &str) -> bool {
    for _ in 0..100 {
        let log =
            tenant.back_end(app).call("GET", "/api/v1/audit_events", &Value::Null).await.json();
        let items = log["items"].as_array().unwrap();
        if items.iter().any(|item| item["action"] == action && item["target"] == target) {
            return true;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    false
}
