//! The fetcher: rules F1 to F6 of `infra::fetch`, against a server of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use countersign_infra::fetch::{FetchFault, Fetcher, Private};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// A server that answers each path as the test says; it counts who comes.
struct Server {
    port: u16,
    asked: Arc<AtomicUsize>,
}

impl Server {
    async fn start(answer: fn(&str) -> String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let port = listener.local_addr().expect("it is bound").port();
        let asked = Arc::default();
        let count = Arc::clone(&asked);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                AtomicUsize::fetch_add(&count, 1, Ordering::SeqCst);
                tokio::spawn(async move {
                    let mut bytes = vec![0; 8_192];
                    let length = stream.read(&mut bytes).await.unwrap_or_default();
                    let request = String::from_utf8_lossy(&bytes[..length]).into_owned();
                    let answer = answer(&request);
                    if answer.is_empty() {
                        tokio::time::sleep(Duration::from_mins(1)).await;
                    }
                    drop(stream.write_all(answer.as_bytes()).await);
                });
            }
        });
        Self { port, asked }
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn found(location: &str) -> String {
    format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\ncontent-length: 0\r\n\r\n")
}

fn path(request: &str) -> &str {
    request.split(' ').nth(1).unwrap_or_default()
}

#[tokio::test]
async fn f1_only_plain_https_addresses_are_asked() {
    let fetcher = Fetcher::new(Private::Refused);
    let long = format!("https://keys.example/{}", "x".repeat(2_000));
    for bad in [
        "",
        "keys.example",
        "http://keys.example/",
        "HTTP://1.1.1.1/",
        "ftp://keys.example/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "https://ann@keys.example/",
        "https://ann:secret@keys.example/",
        "https://",
        "https://[::1%25lo]/",
        &long,
    ] {
        assert_eq!(fetcher.text(bad).await, Err(FetchFault::Url), "{bad}");
        assert_eq!(fetcher.look(bad).await, Err(FetchFault::Url), "{bad}");
    }
}

#[tokio::test]
async fn f2_no_spelling_of_an_inner_address_is_asked() {
    let server = Server::start(|_| ok("inside")).await;
    let fetcher = Fetcher::new(Private::Refused);
    for host in [
        "127.0.0.1",
        "127.1",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "2130706433",
        "0.0.0.0",
        "0",
        "127.0.0.1.",
        "①②⑦.⓪.⓪.①",
        "127。0。0。1",
        "127%2e0%2e0%2e1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "localhost",
        "LOCALHOST",
        "169.254.169.254",
        "[fd00:ec2::254]",
        "10.0.0.1",
    ] {
        let asked = fetcher.text(&format!("https://{host}:{}/", server.port)).await;
        assert!(matches!(asked, Err(FetchFault::Private(_))), "{host}: {asked:?}");
        let looked = fetcher.look(&format!("https://{host}/")).await;
        assert!(matches!(looked, Err(FetchFault::Private(_))), "{host}: {looked:?}");
    }
    assert!(fetcher.look("https://1.1.1.1/").await.is_ok(), "only looked at");
    let nobody = fetcher.text("https://no-such-name.invalid/").await;
    assert!(matches!(nobody, Err(FetchFault::Name(_))), "{nobody:?}");
    assert_eq!(server.asked.load(Ordering::SeqCst), 0, "nobody was asked");
}

#[tokio::test]
async fn f3_three_redirects_are_followed_and_none_leaves_the_rules() {
    let server = Server::start(|request| match path(request) {
        "/file" => found("file:///etc/passwd"),
        "/user" => found("http://ann@127.0.0.1/"),
        "/nowhere" => "HTTP/1.1 302 Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/0" => ok("there"),
        path => found(&format!("/{}", path[1..].parse::<u32>().unwrap_or(9) - 1)),
    })
    .await;
    let fetcher = Fetcher::new(Private::Allowed);
    assert_eq!(fetcher.text(&server.url("/3")).await.as_deref(), Ok("there"));
    assert_eq!(fetcher.text(&server.url("/4")).await, Err(FetchFault::Redirects));
    assert_eq!(fetcher.text(&server.url("/nowhere")).await, Err(FetchFault::Redirects));
    assert_eq!(fetcher.text(&server.url("/file")).await, Err(FetchFault::Url));
    assert_eq!(fetcher.text(&server.url("/user")).await, Err(FetchFault::Url));
}

#[tokio::test]
async fn f4_what_is_long_slow_or_no_good_answer_is_given_up() {
    let server = Server::start(|request| match path(request) {
        "/longest" => ok(&"x".repeat(256 * 1024)),
        "/long" => ok(&"x".repeat(256 * 1024 + 1)),
        "/endless" => format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(300 * 1024)),
        "/gone" => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
        "/noise" => "noise\r\n\r\n".to_owned(),
        "/heads" => format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(100)),
        _ => String::new(),
    })
    .await;
    let fetcher = Fetcher::new(Private::Allowed);
    assert_eq!(fetcher.text(&server.url("/longest")).await.map(|text| text.len()), Ok(256 * 1024));
    assert_eq!(fetcher.text(&server.url("/long")).await, Err(FetchFault::TooLong(256 * 1024)));
    assert_eq!(fetcher.text(&server.url("/endless")).await, Err(FetchFault::TooLong(256 * 1024)));
    assert_eq!(fetcher.text(&server.url("/gone")).await, Err(FetchFault::Status(404)));
    for path in ["/noise", "/heads"] {
        let asked = fetcher.text(&server.url(path)).await;
        assert!(matches!(asked, Err(FetchFault::Unreachable(..))), "{path}: {asked:?}");
    }
    assert_eq!(fetcher.text(&server.url("/slow")).await, Err(FetchFault::Slow));
}

#[tokio::test]
async fn f5_nothing_of_ours_is_sent_along() {
    let server = Server::start(ok).await;
    let sent = Fetcher::new(Private::Allowed).text(&server.url("/keys?a=b")).await.unwrap();
    let mut lines: Vec<_> = sent.trim_end().lines().collect();
    assert_eq!(lines.remove(0), "GET /keys?a=b HTTP/1.1");
    let mut names: Vec<_> = lines.iter().map(|line| line.split(':').next().unwrap()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "host", "user-agent"]);
}

#[tokio::test]
async fn f6_inner_addresses_only_where_they_are_allowed() {
    let server = Server::start(|_| ok("inside")).await;
    assert_eq!(Fetcher::new(Private::Refused).text(&server.url("/")).await, Err(FetchFault::Url));
    assert_eq!(server.asked.load(Ordering::SeqCst), 0);
    let allowed = Fetcher::new(Private::Allowed);
    assert_eq!(allowed.text(&server.url("/")).await.as_deref(), Ok("inside"));
    let secure = allowed.text(&server.url("/").replace("http:", "https:")).await;
    assert!(matches!(secure, Err(FetchFault::Unreachable(..))), "no TLS there: {secure:?}");
}
