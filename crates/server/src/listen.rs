//! Accepts connections and hands their requests to the router, until it is told to stop.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt as _;

use crate::boot::BootFault;

/// How long a client may take to send the head of a request.
const HEAD: Duration = Duration::from_secs(10);
/// How long a client may leave an answer unread, or be out of reach, before it is given up.
const UNREAD: Duration = Duration::from_mins(1);
/// How long running requests may take when the server stops.
const FAREWELL: Duration = Duration::from_secs(5);
/// The largest head of a request, in bytes.
const LARGEST_HEAD: usize = 32 * 1024;

/// Takes the address, or says why not.
pub async fn bind(address: SocketAddr, flag: &'static str) -> Result<TcpListener, BootFault> {
    TcpListener::bind(address).await.map_err(|error| match error.kind() {
        std::io::ErrorKind::AddrInUse => BootFault::PortInUse(address, flag),
        _ => BootFault::System("the address cannot be used", error),
    })
}

/// Serves until `stop` resolves; then lets running requests finish.
pub async fn serve(listener: TcpListener, router: Router, stop: impl Future<Output = ()>) {
    let stopping = watch::Sender::new(());
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                tokio::spawn(connect(stream, peer, router.clone(), stopping.subscribe()));
            }
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    stopping.send_replace(());
    drop(tokio::time::timeout(FAREWELL, stopping.closed()).await);
}

/// Lets the system end a connection whose other end takes nothing any more: an answer that
/// nobody reads would stay in memory for ever. A quiet connection with nothing to send stays.
fn give_up_on_the_silent(stream: &TcpStream) {
    #[cfg(target_os = "linux")]
    drop(socket2::SockRef::from(stream).set_tcp_user_timeout(Some(UNREAD)));
    #[cfg(not(target_os = "linux"))]
    let _ = (stream, UNREAD);
}

/// Serves one connection; when the server stops, its running request is the last.
async fn connect(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    mut stopping: watch::Receiver<()>,
) {
    // Without it, an answer in two writes would wait for an acknowledgement.
    drop(stream.set_nodelay(true));
    give_up_on_the_silent(&stream);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        let answered = router.clone().oneshot(request.map(axum::body::Body::new));
        async move { Ok::<_, Infallible>(answered.await.unwrap_or_else(|never| match never {})) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => {}
        _ = stopping.changed() => {
            connection.as_mut().graceful_shutdown();
            drop(connection.await);
        }
    }
}
