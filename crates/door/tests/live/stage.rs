//! A real server over loopback with a log behind it, and clients to try it with.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{Request, State},
    response::Response,
    routing::any,
};
use bytes::Bytes;
use countersign_door::live::{
    Answer, Conversation, Handshake, Hub, Limits, Session, Then, Topic, frame, open,
};
use futures_util::{SinkExt, StreamExt};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    time::timeout,
};
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Message, client::IntoClientRequest},
};

pub(crate) const ROOM: Topic = [7; 16];
pub(crate) const SOON: Duration = Duration::from_secs(20);

/// The server: a hub, a log of frames, and an address.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) hub: Hub,
    pub(crate) log: Arc<Mutex<Vec<Bytes>>>,
    pub(crate) address: SocketAddr,
}

impl Stage {
    pub(crate) async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stage = Self { hub: Hub::start(limits), log: Arc::default(), address };
        let router =
            axum::Router::new().route("/{session}", any(upgrade)).with_state(stage.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        stage
    }

    /// Appends the next frame to the log, then publishes it, as the event consumer does.
    pub(crate) fn publish(&self, size: usize) -> u64 {
        let (position, frame) = {
            let mut log = self.log.lock().unwrap();
            let position = log.len() as u64 + 1;
            let frame = frame::text(&format!("{position}{}", " ".repeat(size)));
            log.push(frame.clone());
            (position, frame)
        };
        self.hub.publish(&ROOM, position, &frame);
        position
    }

    pub(crate) async fn client(&self, session: u8) -> Client {
        self.client_from(TcpStream::connect(self.address).await.unwrap(), session).await
    }

    /// A client whose kernel takes little, so that what it does not read soon waits at the server.
    pub(crate) async fn narrow_client(&self, session: u8) -> Client {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4_096).unwrap();
        self.client_from(socket.connect(self.address).await.unwrap(), session).await
    }

    async fn client_from(&self, stream: TcpStream, session: u8) -> Client {
        let mut request = format!("ws://{}/{session}", self.address).into_client_request().unwrap();
        let protocols = "countersign.v1, cs_tkt_secret".parse().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", protocols);
        let (socket, response) = client_async(request, stream).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], "countersign.v1");
        Client(socket)
    }

    /// A connection right after its handshake, to send any bytes over.
    pub(crate) async fn raw(&self, session: u8, early: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        let mut bytes = format!(
            "GET /{session} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        .into_bytes();
        bytes.extend_from_slice(early);
        stream.write_all(&bytes).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        let head = String::from_utf8(head).unwrap();
        assert!(head.starts_with("HTTP/1.1 101 "), "{head}");
        assert!(head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), "{head}");
        stream
    }
}

pub(crate) struct Client(WebSocketStream<TcpStream>);

impl Client {
    pub(crate) async fn say(&mut self, text: &str) {
        self.0.send(Message::text(text)).await.unwrap();
    }

    pub(crate) async fn send(&mut self, message: Message) {
        self.0.send(message).await.unwrap();
    }

    /// The next text, without the spaces that make it long.
    pub(crate) async fn text(&mut self) -> String {
        loop {
            match timeout(SOON, self.0.next()).await.expect("in time").expect("open").unwrap() {
                Message::Text(text) => return text.trim_end().to_owned(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("expected a text, not {other:?}"),
            }
        }
    }

    pub(crate) async fn number(&mut self) -> u64 {
        let text = self.text().await;
        text.parse().unwrap_or_else(|_| panic!("expected a number, not {text}"))
    }

    /// Waits for the close frame; what comes before it must be nothing but control frames.
    pub(crate) async fn closed(&mut self) -> (u16, String) {
        loop {
            match timeout(SOON, self.0.next()).await.expect("in time").expect("a close frame") {
                Ok(Message::Close(Some(why))) => return (why.code.into(), why.reason.to_string()),
                Ok(Message::Ping(_) | Message::Pong(_)) => {}
                other => panic!("expected a close frame, not {other:?}"),
            }
        }
    }

    /// Sends `resume` from a cursor and reads the replay up to `ready`.
    pub(crate) async fn resume(&mut self, cursor: u64) -> Vec<u64> {
        self.say(&format!("resume {cursor}")).await;
        let mut replayed = vec![];
        loop {
            let text = self.text().await;
            if let Some(position) = text.strip_prefix("ready ") {
                assert!(replayed.last().is_none_or(|last: &u64| last.to_string() == position));
                return replayed;
            }
            replayed.push(text.parse().unwrap());
        }
    }
}

/// `resume N` replays in pages of 100, `think` takes a moment, `slow` an hour, `fail` panics, `bye` ends, all else is echoed.
struct Reader {
    stage: Stage,
    cursor: usize,
}

impl Conversation for Reader {
    async fn message(&mut self, text: String) -> Answer {
        if let Some(cursor) = text.strip_prefix("resume ") {
            self.cursor = cursor.parse().unwrap();
            return self.more().await;
        }
        match text.as_str() {
            "slow" => tokio::time::sleep(Duration::from_hours(1)).await,
            "think" => tokio::time::sleep(Duration::from_millis(200)).await,
            "fail" => panic!("as the test wants it"),
            "bye" => {
                let then = Then::Close(frame::Code::MALFORMED, "as you wish");
                return Answer { frames: vec![frame::text("before")], then, ..Answer::default() };
            }
            _ => {}
        }
        Answer { frames: vec![frame::text(&text)], ..Answer::default() }
    }

    async fn more(&mut self) -> Answer {
        const PAGE: usize = 100;
        let log = self.stage.log.lock().unwrap().clone();
        // The database answers a little later than it looked.
        tokio::time::sleep(Duration::from_millis(2)).await;
        let end = log.len().min(self.cursor + PAGE);
        let mut frames = log[self.cursor.min(end)..end].to_vec();
        self.cursor = end;
        if end < log.len() {
            return Answer { frames, release: None, then: Then::More };
        }
        frames.push(frame::text(&format!("ready {end}")));
        Answer { frames, release: Some(end as u64), then: Then::Listen }
    }

    fn resync(&mut self, position: u64) -> Bytes {
        frame::text(&format!("resync {position}"))
    }
}

async fn upgrade(State(stage): State<Stage>, request: Request) -> Response {
    answer(&stage, request)
}

pub(crate) fn answer(stage: &Stage, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let handshake = match Handshake::try_from(&mut parts) {
        Ok(handshake) => handshake,
        Err(refusal) => {
            let mut response = Response::new(Body::from(refusal.to_string()));
            *response.status_mut() = refusal.status();
            response.headers_mut().extend(refusal.headers());
            return response;
        }
    };
    let protocol = handshake.offered().first().cloned();
    let session: Session = [parts.uri.path()[1..].parse().unwrap(); 16];
    let Ok(seat) = stage.hub.register(session, &[ROOM, session]) else {
        return Response::builder().status(503).body(Body::empty()).unwrap();
    };
    open(handshake, protocol.as_deref(), seat, Reader { stage: stage.clone(), cursor: 0 })
}
