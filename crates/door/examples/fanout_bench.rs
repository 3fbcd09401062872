//! Measures the live door: deliveries per server CPU-second, and the memory of an idle socket.
//!
//! `cargo run --release -p countersign-door --example fanout_bench` starts a server in a process of its
//! own: the hub behind axum on one thread, on two (`hub-2`, which then share the machine's cores with
//! the clients), or the bare limit: a loop that writes the same bytes to the same sockets.
//! A round is `window` frames of 200 bytes to every socket; the next begins when all have read it and
//! found every number in order. `… fanout_bench rounds` skips the idle sockets, `… idle` the rest.
#![expect(clippy::print_stdout, reason = "a bench reports there")]
#![expect(clippy::cast_precision_loss, reason = "figures are rounded anyway")]
#![expect(clippy::unwrap_used, reason = "a bench may panic")]

use std::{
    fs,
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    time::Duration,
};

use axum::{body::Body, extract::Request, response::Response, routing::any};
use bytes::Bytes;
use countersign_door::live::{Answer, Conversation, Handshake, Hub, Limits, Then, frame, open};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt},
    sync::Notify,
    time::Instant,
};

const PAYLOAD: usize = 200;
const FRAME: usize = PAYLOAD + 4;
/// How long one measurement should last.
const SECONDS: Duration = Duration::from_secs(3);
const IDLE_SOCKETS: usize = 8_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["hub"] => runtime().block_on(serve_hub()),
        ["hub-2"] => two_threads().block_on(async { tokio::spawn(serve_hub()).await.unwrap() }),
        ["limit"] => serve_limit(),
        ["rounds"] => rounds(),
        ["idle"] => runtime().block_on(idle()),
        _ => {
            rounds();
            runtime().block_on(idle());
        }
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

fn two_threads() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

// The measuring side.

fn rounds() {
    println!("| server | sockets | window | deliveries/s | per server CPU-s | server CPU |");
    println!("|---|---:|---:|---:|---:|---:|");
    for sockets in [1, 100, 1_000] {
        for window in [1, 8, 32] {
            for kind in ["limit", "hub", "hub-2"] {
                runtime().block_on(measure(kind, sockets, window));
            }
        }
    }
}

async fn measure(kind: &str, sockets: usize, window: usize) {
    let mut server = Server::start(kind);
    server.connect(sockets).await;
    let trial = server.rounds(sockets, window, 20).await;
    let speed = Duration::from_secs_f64(trial.seconds / 20.0);
    let rounds = usize::try_from(SECONDS.as_nanos() / speed.as_nanos().max(1)).unwrap().max(20);
    let run = server.rounds(sockets, window, rounds).await;
    let deliveries = (rounds * window * sockets) as f64;
    println!(
        "| {kind} | {sockets} | {window} | {:.0} | {:.0} | {:.2} |",
        deliveries / run.seconds,
        deliveries / run.cpu,
        run.cpu / run.seconds
    );
}

async fn idle() {
    let mut server = Server::start("hub");
    server.connect(100).await;
    let before = server.ask("rss");
    // One by one, as clients come; a burst would measure what the allocator keeps of the handshakes.
    server.connect(IDLE_SOCKETS).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let after = server.ask("rss");
    println!(
        "{} bytes of user-space memory for each of {IDLE_SOCKETS} idle sockets",
        (after - before) / IDLE_SOCKETS as u64
    );
}

struct Run {
    seconds: f64,
    cpu: f64,
}

/// The other process, and this one's connections to it.
struct Server {
    child: Child,
    control: BufReader<TcpStream>,
    address: SocketAddr,
    bare: bool,
    tally: &'static Tally,
}

/// How many sockets still have to read the current round.
#[derive(Default)]
struct Tally {
    round: AtomicUsize,
    missing: AtomicUsize,
    done: Notify,
}

impl Server {
    fn start(kind: &str) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg(kind)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (address, control) = line.trim().split_once(' ').unwrap();
        Self {
            child,
            control: BufReader::new(TcpStream::connect(control).unwrap()),
            address: address.parse().unwrap(),
            bare: kind == "limit",
            tally: Box::leak(Box::default()),
        }
    }

    fn tell(&mut self, line: &str) {
        self.control.get_mut().write_all(format!("{line}\n").as_bytes()).unwrap();
    }

    fn ask(&mut self, line: &str) -> u64 {
        self.tell(line);
        let mut answer = String::new();
        self.control.read_line(&mut answer).unwrap();
        answer.trim().parse().unwrap()
    }

    async fn connect(&mut self, sockets: usize) {
        for _ in 0..sockets {
            let mut stream = tokio::net::TcpStream::connect(self.address).await.unwrap();
            if self.bare {
                assert_eq!(self.ask("accept 1"), 1);
            } else {
                handshake(&mut stream).await;
            }
            tokio::spawn(read(stream, self.tally));
        }
    }

    async fn rounds(&mut self, sockets: usize, window: usize, rounds: usize) -> Run {
        let (cpu, start) = (self.ask("cpu"), Instant::now());
        for _ in 0..rounds {
            self.tally.missing.store(sockets, Relaxed);
            self.tally.round.fetch_add(window, Relaxed);
            self.tell(&format!("go {window}"));
            self.tally.done.notified().await;
        }
        let seconds = start.elapsed().as_secs_f64();
        Run { seconds, cpu: (self.ask("cpu") - cpu) as f64 / 1e9 }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn handshake(stream: &mut tokio::net::TcpStream) {
    let request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    // A masked "r", and the "ready" that answers it.
    stream.write_all(&[0x81, 0x81, 0, 0, 0, 0, b'r']).await.unwrap();
    let mut ready = [0; 7];
    stream.read_exact(&mut ready).await.unwrap();
    assert_eq!(&ready, b"\x81\x05ready");
}

/// Reads to the end and checks that each number comes once and in order.
async fn read(mut stream: tokio::net::TcpStream, tally: &'static Tally) {
    let mut buffer = Vec::new();
    let mut last = 0;
    loop {
        stream.readable().await.unwrap();
        buffer.reserve(16 * 1024);
        match stream.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => return,
            Ok(_) => {}
        }
        let whole = buffer.len() / FRAME * FRAME;
        for frame in buffer[..whole].chunks(FRAME) {
            let number: usize = std::str::from_utf8(&frame[4..14]).unwrap().parse().unwrap();
            last += 1;
            assert_eq!(number, last, "lost, doubled or reordered");
        }
        buffer.drain(..whole);
        if whole > 0
            && last == tally.round.load(Relaxed)
            && tally.missing.fetch_sub(1, Relaxed) == 1
        {
            tally.done.notify_one();
        }
    }
}

// The measured side.

async fn serve_hub() {
    let hub = Hub::start(Limits::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let control = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("{} {}", listener.local_addr().unwrap(), control.local_addr().unwrap());
    let router = axum::Router::new().route(
        "/",
        any({
            let hub = hub.clone();
            async move |request: Request| answer(&hub, request)
        }),
    );
    tokio::spawn(async move { axum::serve(listener, router).await });
    let mut control = tokio::io::BufReader::new(control.accept().await.unwrap().0);
    let (mut line, mut position) = (String::new(), 0);
    while control.read_line(&mut line).await.unwrap() > 0 {
        if let Some((_, window)) = line.trim().split_once(' ') {
            for _ in 0..window.parse().unwrap() {
                position += 1;
                hub.publish(&[7; 16], position, &numbered(position));
            }
        } else {
            let answer = own(line.trim());
            control.get_mut().write_all(format!("{answer}\n").as_bytes()).await.unwrap();
        }
        line.clear();
    }
}

fn answer(hub: &Hub, request: Request) -> Response {
    let (mut parts, _) = request.into_parts();
    let handshake = Handshake::try_from(&mut parts).unwrap();
    let seat = hub.register([1; 16], &[[7; 16]]).unwrap();
    open::<Body>(handshake, None, seat, Ready)
}

struct Ready;

impl Conversation for Ready {
    async fn message(&mut self, _: String) -> Answer {
        Answer { frames: vec![frame::text("ready")], release: Some(0), then: Then::Listen }
    }

    fn resync(&mut self, _: u64) -> Bytes {
        panic!("the bench waits for every round, so nothing overflows")
    }
}

fn serve_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let control = TcpListener::bind("127.0.0.1:0").unwrap();
    println!("{} {}", listener.local_addr().unwrap(), control.local_addr().unwrap());
    let mut control = BufReader::new(control.accept().unwrap().0);
    let (mut sockets, mut position, mut line) = (Vec::new(), 0, String::new());
    while control.read_line(&mut line).unwrap() > 0 {
        match line.trim().split_once(' ') {
            Some(("accept", count)) => {
                sockets.extend((0..count.parse().unwrap()).map(|_| listener.accept().unwrap().0));
                for socket in &sockets {
                    TcpStream::set_nodelay(socket, true).unwrap();
                }
                control.get_mut().write_all(format!("{count}\n").as_bytes()).unwrap();
            }
            Some((_, window)) => {
                let window: u64 = window.parse().unwrap();
                let round: Vec<u8> =
                    (1..=window).flat_map(|n| numbered(position + n).to_vec()).collect();
                position += window;
                for socket in &mut sockets {
                    socket.write_all(&round).unwrap();
                }
            }
            None => {
                let answer = own(line.trim());
                control.get_mut().write_all(format!("{answer}\n").as_bytes()).unwrap();
            }
        }
        line.clear();
    }
}

fn numbered(position: u64) -> Bytes {
    frame::text(&format!("{position:010}{}", " ".repeat(PAYLOAD - 10)))
}

/// This process's processor time in nanoseconds, or its resident memory in bytes.
fn own(what: &str) -> u64 {
    if what == "rss" {
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS")).unwrap();
        return line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024;
    }
    let threads = fs::read_dir("/proc/self/task").unwrap();
    threads
        .map(|thread| fs::read_to_string(thread.unwrap().path().join("schedstat")).unwrap())
        .map(|text| text.split(' ').next().unwrap().parse::<u64>().unwrap())
        .sum()
}
