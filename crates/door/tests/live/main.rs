//! Live connections over loopback: what the rules of `live` promise, seen from the client.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod hostile;
mod stage;

use std::time::Duration;

use countersign_door::live::{Code, Limits, frame};
use futures_util::future::join_all;
use stage::{ROOM, SOON, Stage};
use tokio::time::{Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

fn roomy() -> Limits {
    Limits { queue_frames: 4_096, queue_bytes: 16 * 1024 * 1024, ..Limits::default() }
}

async fn until(question: impl Fn() -> bool) {
    let wait = async {
        while !question() {
            sleep(Duration::from_millis(2)).await;
        }
    };
    timeout(SOON, wait).await.expect("in time");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l1_everyone_gets_everything_once_and_in_order() {
    const SOCKETS: u8 = 200;
    const FRAMES: u64 = 2_000;
    let stage = Stage::start(roomy()).await;
    let clients = join_all((0..SOCKETS).map(async |session| {
        let mut client = stage.client(session).await;
        assert_eq!(client.resume(0).await, [] as [u64; 0]);
        client
    }))
    .await;
    let readers = clients.into_iter().map(|mut client| {
        tokio::spawn(async move {
            for expected in 1..=FRAMES {
                assert_eq!(client.number().await, expected);
            }
            client
        })
    });
    let readers: Vec<_> = readers.collect();
    for n in 0..FRAMES {
        stage.publish(0);
        if n % 32 == 0 {
            tokio::task::yield_now().await;
        }
    }
    for reader in readers {
        reader.await.expect("every frame in order");
    }
    let counters = stage.hub.counters();
    assert_eq!((counters.queued_frames, counters.resyncs), (0, 0));
}

#[tokio::test]
async fn l1_topics_reach_their_own_sockets_only() {
    let stage = Stage::start(Limits::default()).await;
    let (mut mia, mut sam) = (stage.client(1).await, stage.client(2).await);
    mia.resume(0).await;
    sam.resume(0).await;
    assert_eq!(stage.hub.publish(&[1; 16], 1, &frame::text("for mia")), 1);
    assert_eq!(stage.hub.publish(&[9; 16], 2, &frame::text("for nobody")), 0);
    assert_eq!(stage.hub.publish_fleeting(&ROOM, &frame::text("typing")), 2);
    assert_eq!(stage.hub.publish(&ROOM, 3, &frame::text("for all")), 2);
    assert_eq!(mia.text().await, "for mia");
    for client in [&mut mia, &mut sam] {
        assert_eq!(client.text().await, "typing");
        assert_eq!(client.text().await, "for all");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l2_resuming_while_others_publish_loses_and_doubles_nothing() {
    const FRAMES: u64 = 3_000;
    let stage = Stage::start(roomy()).await;
    let joiners: Vec<_> = (0..60u64)
        .map(|n| {
            let stage = stage.clone();
            tokio::spawn(async move {
                sleep(Duration::from_millis(n * 5)).await;
                let known = stage.log.lock().unwrap().len() as u64;
                let cursor = known * (n % 4) / 3;
                let cursor = cursor.min(known);
                let mut client = stage.client(u8::try_from(n).unwrap()).await;
                let mut seen = client.resume(cursor).await;
                while cursor + (seen.len() as u64) < FRAMES {
                    seen.push(client.number().await);
                }
                assert_eq!(seen, (cursor + 1..=FRAMES).collect::<Vec<_>>(), "joiner {n}");
            })
        })
        .collect();
    for n in 0..FRAMES {
        stage.publish(20);
        if n % 10 == 0 {
            sleep(Duration::from_millis(1)).await;
        }
    }
    for joiner in joiners {
        joiner.await.unwrap();
    }
    assert_eq!(stage.hub.counters().resyncs, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn l3_a_slow_reader_gets_one_resync_and_holds_up_nobody() {
    const FRAMES: u64 = 12_000;
    let limits = Limits { queue_frames: 512, queue_bytes: 256 * 1024, ..Limits::default() };
    let stage = Stage::start(limits).await;
    let (mut slow, mut quick) = (stage.narrow_client(1).await, stage.client(2).await);
    slow.resume(0).await;
    quick.resume(0).await;
    let reader = tokio::spawn(async move {
        for expected in 1..=FRAMES {
            assert_eq!(quick.number().await, expected);
        }
    });
    for n in 0..FRAMES {
        stage.publish(1_000);
        if n % 16 == 0 {
            assert!(stage.hub.counters().queued_bytes <= 2 * limits.queue_bytes);
            sleep(Duration::from_millis(1)).await;
        }
    }
    timeout(SOON, reader).await.expect("the slow one holds up nobody").unwrap();
    let mut have = 0;
    let mut resyncs = 0;
    while have < FRAMES {
        let text = slow.text().await;
        if let Some(position) = text.strip_prefix("resync ") {
            have = position.parse().unwrap();
            resyncs += 1;
        } else {
            assert_eq!(text.parse::<u64>().unwrap(), have + 1);
            have += 1;
        }
    }
    assert_eq!(resyncs, 1);
    assert_eq!(stage.hub.counters().resyncs, 1);
    let next = stage.publish(0);
    assert_eq!(slow.number().await, next);
}

#[tokio::test]
async fn l3_a_frame_larger_than_the_queue_is_told_at_once() {
    let stage = Stage::start(Limits { queue_bytes: 1_000, ..Limits::default() }).await;
    let mut client = stage.client(1).await;
    client.resume(0).await;
    assert_eq!(stage.publish(2_000), 1);
    assert_eq!(client.text().await, "resync 1");
    assert_eq!(stage.publish(0), 2);
    assert_eq!(client.text().await, "2");
}

#[tokio::test]
async fn l3_what_is_lost_while_an_answer_is_made_is_told_after_it() {
    let stage = Stage::start(Limits { queue_frames: 8, ..Limits::default() }).await;
    let mut client = stage.client(1).await;
    client.resume(0).await;
    client.say("think").await;
    sleep(Duration::from_millis(50)).await;
    for _ in 0..20 {
        stage.publish(0);
        tokio::task::yield_now().await;
    }
    assert_eq!(client.text().await, "think");
    assert_eq!(client.text().await, "resync 20");
    stage.publish(0);
    assert_eq!(client.text().await, "21");
}

#[tokio::test]
async fn l4_a_revoked_session_is_closed_within_100_ms() {
    let stage = Stage::start(Limits::default()).await;
    let (mut first, mut second, mut other) =
        (stage.client(1).await, stage.client(1).await, stage.client(2).await);
    let mut thinking = stage.client(1).await;
    thinking.say("slow").await;
    for client in [&mut first, &mut second, &mut other] {
        client.resume(0).await;
    }
    let start = Instant::now();
    stage.publish(0);
    assert_eq!(stage.hub.close_session(&[1; 16], Code::SESSION_OVER, "revoked"), 3);
    stage.publish(0);
    for client in [&mut first, &mut second, &mut thinking] {
        assert_eq!(client.closed().await, (4401, "revoked".to_owned()));
    }
    assert!(start.elapsed() < Duration::from_millis(100), "took {:?}", start.elapsed());
    assert_eq!([other.number().await, other.number().await], [1, 2]);
    drop((first, second, thinking));
    until(|| stage.hub.counters().open == 1).await;
}

#[tokio::test]
async fn l4_a_revoked_socket_that_reads_nothing_is_dropped() {
    let limits = Limits { linger: Duration::from_millis(100), ..Limits::default() };
    let stage = Stage::start(limits).await;
    let mut slow = stage.narrow_client(1).await;
    slow.resume(0).await;
    for _ in 0..8_000 {
        stage.publish(1_000);
        tokio::task::yield_now().await;
    }
    stage.hub.close_session(&[1; 16], Code::SESSION_OVER, "revoked");
    until(|| stage.hub.counters().open == 0).await;
}

#[tokio::test]
async fn l4_closing_a_topic_and_everything() {
    let stage = Stage::start(Limits::default()).await;
    let (mut first, mut second, mut third) =
        (stage.client(1).await, stage.client(2).await, stage.client(3).await);
    assert_eq!(stage.hub.close_topic(&[1; 16], Code::POLICY, "stricter"), 1);
    assert_eq!(first.closed().await, (1008, "stricter".to_owned()));
    stage.hub.close_where(|session| session[0] == 2, Code::SESSION_OVER, "");
    assert_eq!(second.closed().await.0, 4401);
    stage.hub.close_all(Code::RESTART, "restart");
    assert_eq!(third.closed().await, (1012, "restart".to_owned()));
    assert!(stage.hub.register([4; 16], &[]).is_err(), "no new ones while it stops");
    drop((first, second, third));
    timeout(SOON, stage.hub.emptied()).await.expect("in time");
}

#[tokio::test]
async fn l5_a_client_that_does_not_speak_is_closed() {
    let limits = Limits { first_message: Duration::from_millis(200), ..Limits::default() };
    let stage = Stage::start(limits).await;
    let (mut silent, mut talking) = (stage.client(1).await, stage.client(2).await);
    talking.resume(0).await;
    silent.send(Message::Ping(b"still no message"[..].into())).await;
    assert_eq!(silent.closed().await.0, 4408);
    sleep(Duration::from_millis(100)).await;
    talking.say("here").await;
    assert_eq!(talking.text().await, "here");
}

#[tokio::test]
async fn l6_a_client_that_answers_no_ping_is_dropped_and_one_that_does_is_not() {
    let limits = Limits { ping_every: Duration::from_millis(100), ..Limits::default() };
    let stage = Stage::start(limits).await;
    let gone = stage.raw(1, b"").await;
    let mut here = stage.client(2).await;
    here.resume(0).await;
    let here = tokio::spawn(async move { here.text().await });
    assert_eq!(stage.hub.counters().open, 2);
    until(|| stage.hub.counters().open == 1).await;
    sleep(Duration::from_millis(500)).await;
    assert_eq!(stage.hub.counters().open, 1);
    stage.hub.publish_fleeting(&ROOM, &frame::text("still there"));
    assert_eq!(here.await.unwrap(), "still there");
    drop(gone);
}

#[tokio::test]
async fn answers_come_in_the_order_of_the_questions() {
    let stage = Stage::start(Limits::default()).await;
    let mut client = stage.client(1).await;
    for word in ["one", "two", "three", "bye", "never read"] {
        client.say(word).await;
    }
    client.send(Message::Ping(b"x"[..].into())).await;
    for word in ["one", "two", "three", "before"] {
        assert_eq!(client.text().await, word);
    }
    assert_eq!(client.closed().await, (4400, "as you wish".to_owned()));
}

#[tokio::test]
async fn a_socket_too_many_is_refused() {
    let stage = Stage::start(Limits { sockets: 1, ..Limits::default() }).await;
    let first = stage.hub.register([1; 16], &[]).unwrap();
    assert!(stage.hub.register([2; 16], &[]).is_err());
    drop(first);
    assert!(stage.hub.register([2; 16], &[]).is_ok());
}
