//! Clients that break the rules, byte by byte, and streams that are not bare sockets.

use std::time::Duration;

use countersign_door::live::{Code, Limits};
use futures_util::{SinkExt, StreamExt};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    net::TcpStream,
    time::timeout,
};
use tokio_tungstenite::{WebSocketStream, client_async, tungstenite::Message};

use crate::{
    stage::{ROOM, SOON, Stage, answer},
    until,
};

fn masked(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first, 0x80 | u8::try_from(payload.len()).unwrap(), 1, 2, 3, 4];
    frame.extend(payload.iter().zip([1, 2, 3, 4].iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}

/// The code of the close frame that must come, after which the server hangs up.
async fn farewell(mut stream: TcpStream) -> u16 {
    let mut all = Vec::new();
    timeout(SOON, stream.read_to_end(&mut all)).await.expect("in time").expect("no reset");
    let [0x88, length, high, low, ..] = all[..] else { panic!("{all:?}") };
    assert_eq!(all.len(), 2 + usize::from(length), "nothing follows the close frame");
    u16::from_be_bytes([high, low])
}

#[tokio::test]
async fn l7_violations_are_answered_with_their_code() {
    let stage = Stage::start(Limits::default()).await;
    let cases: [(&str, Vec<u8>, u16); 9] = [
        ("unmasked", vec![0x81, 2, b'h', b'i'], 1002),
        ("reserved bit", masked(0xC1, b"hi"), 1002),
        ("unknown opcode", masked(0x8F, b""), 1002),
        ("continuation of nothing", masked(0x80, b""), 1002),
        ("not UTF-8", masked(0x81, b"\xFF\xFE"), 1007),
        ("too big", [&[0x82, 0xFF][..], &70_000u64.to_be_bytes()].concat(), 1009),
        ("binary", masked(0x82, b"x"), 1003),
        ("their close", masked(0x88, b"\x03\xE9"), 1001),
        ("close without a code", masked(0x88, b""), 1000),
    ];
    for (name, bytes, code) in cases {
        let mut stream = stage.raw(1, b"").await;
        // More follows than the server reads before it closes: no reset may swallow its answer.
        stream.write_all(&[&bytes[..], &vec![0; 60_000]].concat()).await.unwrap();
        assert_eq!(farewell(stream).await, code, "{name}");
        let early = stage.raw(1, &bytes).await;
        assert_eq!(farewell(early).await, code, "{name}, with the handshake");
    }
    until(|| stage.hub.counters().open == 0).await;
}

#[tokio::test]
async fn l7_what_still_comes_does_not_reset_the_farewell() {
    let stage = Stage::start(Limits::default()).await;
    let mut stream = stage.raw(1, &masked(0x82, b"x")).await;
    for _ in 0..5 {
        stream.write_all(&[0; 1_000]).await.expect("no reset");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(farewell(stream).await, 1003);
}

#[tokio::test]
async fn l7_noise_harms_nobody() {
    let stage = Stage::start(Limits::default()).await;
    let mut quiet = stage.client(1).await;
    quiet.resume(0).await;
    let mut seed = 88_172_645_463_325_252_u64;
    for n in 0..300 {
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed.to_le_bytes()
        })
        .take(40)
        .flatten()
        .collect();
        let mut stream = stage.raw(2, &noise[..n]).await;
        // It may be closed already.
        let _ = stream.write_all(&noise[n..]).await;
    }
    let position = stage.publish(0);
    assert_eq!(quiet.number().await, position);
    until(|| stage.hub.counters().open == 1).await;
}

#[tokio::test]
async fn a_conversation_that_panics_takes_only_its_own_socket() {
    let stage = Stage::start(Limits::default()).await;
    let (mut doomed, mut other) = (stage.client(1).await, stage.client(2).await);
    doomed.say("fail").await;
    other.say("fine").await;
    assert_eq!(other.text().await, "fine");
    until(|| stage.hub.counters().open == 1).await;
}

#[tokio::test]
async fn l8_too_many_frames_a_second_are_closed() {
    let stage = Stage::start(Limits::default()).await;
    let mut stream = stage.raw(1, b"").await;
    stream.write_all(&masked(0x8A, b"").repeat(60)).await.unwrap();
    assert_eq!(farewell(stream).await, 1008);
}

#[tokio::test]
async fn a_ping_is_answered_and_a_slow_sender_is_understood() {
    let stage = Stage::start(Limits::default()).await;
    let mut stream = stage.raw(1, b"").await;
    for byte in [masked(0x01, b"sl"), masked(0x89, b"!"), masked(0x80, b"owly")].concat() {
        stream.write_all(&[byte]).await.unwrap();
        stream.flush().await.unwrap();
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut answer = [0; 3 + 8];
    timeout(SOON, stream.read_exact(&mut answer)).await.expect("in time").unwrap();
    assert_eq!(&answer, b"\x8A\x01!\x81\x06slowly");
}

#[tokio::test]
async fn a_client_that_vanishes_leaves_nothing() {
    let stage = Stage::start(Limits::default()).await;
    for n in 0..50 {
        let mut stream = stage.raw(n, b"").await;
        stream.write_all(&masked(0x81, b"resume 0")[..usize::from(n) % 14]).await.unwrap();
    }
    until(|| stage.hub.counters().open == 0).await;
    assert_eq!(stage.hub.publish_fleeting(&ROOM, &bytes::Bytes::new()), 0);
}

#[tokio::test]
async fn l10_requests_that_are_no_handshake_get_a_hint() {
    let stage = Stage::start(Limits::default()).await;
    let upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let cases = [
        ("GET", String::new(), "426", "upgrade: websocket"),
        ("POST", upgrade.to_owned(), "405", "allow: GET"),
        ("GET", upgrade.to_owned(), "426", "sec-websocket-version: 13"),
        ("GET", format!("{upgrade}Sec-WebSocket-Version: 13\r\n"), "400", "Sec-WebSocket-Key"),
    ];
    for (method, headers, status, hint) in cases {
        let mut stream = TcpStream::connect(stage.address).await.unwrap();
        let request = format!("{method} /1 HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = String::new();
        timeout(SOON, stream.read_to_string(&mut answer)).await.expect("in time").unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains(hint), "{answer}");
    }
    assert_eq!(stage.hub.counters().open, 0);
}

#[tokio::test]
async fn a_stream_that_is_no_bare_socket_works_too() {
    let stage = Stage::start(Limits::default()).await;
    let mut client = over_a_narrow_pipe(&stage).await;
    for _ in 0..100 {
        stage.publish(200);
    }
    for n in 1..=100u32 {
        let text = client.next().await.unwrap().unwrap().into_text().unwrap();
        assert_eq!(text.trim_end(), n.to_string());
    }
}

#[tokio::test]
async fn l4_nothing_that_waited_goes_out_after_a_revocation() {
    let stage = Stage::start(Limits::default()).await;
    let mut client = over_a_narrow_pipe(&stage).await;
    for _ in 0..100 {
        stage.publish(200);
    }
    tokio::time::sleep(Duration::from_millis(20)).await;
    stage.hub.close_session(&[1; 16], Code::SESSION_OVER, "revoked");
    let begun = client.next().await.unwrap().unwrap().into_text().unwrap();
    assert_eq!(begun.trim_end(), "1", "its first bytes were out already");
    let Message::Close(Some(why)) = client.next().await.unwrap().unwrap() else {
        panic!("expected a close frame")
    };
    assert_eq!(u16::from(why.code), 4401);
}

/// A client that has resumed, over a pipe that takes 64 bytes at a time.
async fn over_a_narrow_pipe(stage: &Stage) -> WebSocketStream<DuplexStream> {
    let (near, far) = tokio::io::duplex(64);
    let served = stage.clone();
    let service = service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let answer = answer(&served, request.map(axum::body::Body::new));
        async move { Ok::<_, std::convert::Infallible>(answer) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(far), service)
        .with_upgrades();
    tokio::spawn(connection);
    let (mut client, _) = client_async("ws://x/1", near).await.unwrap();
    client.send(Message::text("resume 0")).await.unwrap();
    let ready = client.next().await.unwrap().unwrap();
    assert_eq!(ready, Message::text("ready 0"));
    client
}
