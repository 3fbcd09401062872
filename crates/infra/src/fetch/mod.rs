//! Fetches a text from an address that a customer names, and never from inside our own network.
//!
//! - **F1** Only `https`, without user and password; the address is read once, as a URL, so that
//!   no spelling of a number means two things.
//! - **F2** A name is resolved once. If any of its addresses is not public, nothing is asked; what
//!   is dialled is one of the addresses that were looked at.
//! - **F3** At most three redirects, each held against F1 and F2.
//! - **F4** At most 256 KiB and five seconds in all, and only the answer 200 counts.
//! - **F5** No cookie, no credential, no proxy of the environment; no compression.
//! - **F6** `http` and private addresses are asked only where the operator has allowed it.

mod dial;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, HOST, HeaderValue, LOCATION, USER_AGENT};
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio_rustls::TlsConnector;
use url::{Position, Url};

/// Bytes of a body at most (F4).
const LONGEST: usize = 256 * 1024;
/// The time that everything may take (F4).
const WHOLE: Duration = Duration::from_secs(5);
/// Redirects that are followed (F3).
const REDIRECTS: usize = 3;
/// Characters of a URL at most.
const URL: usize = 2_000;

/// Whether addresses that are not public may be asked (F6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Private {
    /// They are not.
    #[default]
    Refused,
    /// The operator has said so: for tests and closed networks.
    Allowed,
}

/// Fetches what customers point to.
#[derive(Clone, Default)]
pub struct Fetcher {
    private: Private,
    tls: Arc<OnceLock<TlsConnector>>,
}

/// Why nothing was fetched; each says what would be right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchFault {
    /// It is no address that we would ask.
    #[error("give an `https://` URL of at most 2,000 characters, without user and password")]
    Url,
    /// The name leads nowhere.
    #[error("the name `{0}` cannot be resolved")]
    Name(String),
    /// The address is not public.
    #[error("`{0}` leads to an address that is not public; it must be reachable from the internet")]
    Private(String),
    /// Nobody answers there.
    #[error("`{0}` cannot be reached: {1}")]
    Unreachable(String, String),
    /// Another status than 200.
    #[error("it answers {0}, and 200 is needed")]
    Status(u16),
    /// A redirect to nowhere, or one too many.
    #[error("it redirects more than {REDIRECTS} times, or to no address")]
    Redirects,
    /// Too much.
    #[error("it answers more than {0} bytes")]
    TooLong(usize),
    /// Bytes that are no text.
    #[error("it answers no UTF-8 text")]
    NoText,
    /// Too slow.
    #[error("it takes longer than five seconds")]
    Slow,
}

impl Fetcher {
    /// A fetcher that trusts the certificate authorities of the operating system.
    pub fn new(private: Private) -> Self {
        Self { private, ..Self::default() }
    }

    /// Whether `text` is a URL that may be asked at all (F1).
    pub fn admit(&self, text: &str) -> Result<Url, FetchFault> {
        let url = Url::parse(text).map_err(|_| FetchFault::Url)?;
        let is_safe =
            url.scheme() == "https" || (url.scheme() == "http" && self.private == Private::Allowed);
        let is_plain = url.username().is_empty() && url.password().is_none() && url.has_host();
        if is_safe && is_plain && text.len() <= URL { Ok(url) } else { Err(FetchFault::Url) }
    }

    /// The URL in `text`, if it may be asked (F1) and leads nowhere private now (F2).
    ///
    /// It is looked at again when it is asked.
    pub async fn look(&self, text: &str) -> Result<Url, FetchFault> {
        let url = self.admit(text)?;
        if self.private == Private::Refused {
            let looked = tokio::time::timeout(WHOLE, dial::addresses(&url, self.private)).await;
            looked.unwrap_or(Err(FetchFault::Slow))?;
        }
        Ok(url)
    }

    /// The text at `url` (F2 to F5).
    pub async fn text(&self, url: &str) -> Result<String, FetchFault> {
        let url = self.admit(url)?;
        let fetched = tokio::time::timeout(WHOLE, self.follow(url)).await;
        fetched.unwrap_or(Err(FetchFault::Slow))
    }

    async fn follow(&self, mut url: Url) -> Result<String, FetchFault> {
        for _ in 0..=REDIRECTS {
            let answer = self.get(&url).await?;
            match answer.status() {
                StatusCode::OK => return text(answer).await,
                status if status.is_redirection() => url = self.next(&url, &answer)?,
                status => return Err(FetchFault::Status(status.as_u16())),
            }
        }
        Err(FetchFault::Redirects)
    }

    /// Where a redirect leads, held against the same rules (F3).
    fn next<B>(&self, from: &Url, answer: &Response<B>) -> Result<Url, FetchFault> {
        let location = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
        let to = location.and_then(|location| from.join(location).ok());
        let to = self.admit(to.ok_or(FetchFault::Redirects)?.as_str())?;
        if from.scheme() == "https" && to.scheme() != "https" {
            return Err(FetchFault::Url);
        }
        Ok(to)
    }

    /// One request and its whole answer, whatever its status: at most `most` bytes, within
    /// `patience`. No redirect is followed.
    pub async fn exchange(
        &self,
        url: &Url,
        request: Request<Full<Bytes>>,
        most: usize,
        patience: Duration,
    ) -> Result<Response<Bytes>, FetchFault> {
        let url = self.admit(url.as_str())?;
        let exchanged = tokio::time::timeout(patience, async {
            let (head, body) = self.send(&url, request).await?.into_parts();
            Ok(Response::from_parts(head, whole(body, most).await?))
        });
        exchanged.await.unwrap_or(Err(FetchFault::Slow))
    }

    async fn get(&self, url: &Url) -> Result<Response<Incoming>, FetchFault> {
        let mut request = Request::new(Full::default());
        let kinds = HeaderValue::from_static("application/json, application/jwk-set+json");
        request.headers_mut().insert(ACCEPT, kinds);
        self.send(url, request).await
    }

    async fn send(
        &self,
        url: &Url,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, FetchFault> {
        let gone = |error: hyper::Error| {
            FetchFault::Unreachable(url.authority().to_owned(), error.to_string())
        };
        let request = addressed(url, request)?;
        let stream = dial::dial(url, self.private, &self.tls).await?;
        let (mut asker, connection) = http1::Builder::new()
            .max_buf_size(64 * 1024)
            .max_headers(64)
            .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(gone)?;
        // It ends with the answer: nobody holds `asker` longer.
        tokio::spawn(connection);
        asker.send_request(request).await.map_err(gone)
    }
}

/// Names the server and the path as HTTP/1.1 wants them.
fn addressed(
    url: &Url,
    mut request: Request<Full<Bytes>>,
) -> Result<Request<Full<Bytes>>, FetchFault> {
    let path = &url[Position::BeforePath..Position::AfterQuery];
    *request.uri_mut() = path.parse().map_err(|_| FetchFault::Url)?;
    let host = HeaderValue::from_str(url.authority()).map_err(|_| FetchFault::Url)?;
    request.headers_mut().insert(HOST, host);
    request.headers_mut().insert(USER_AGENT, HeaderValue::from_static("countersign"));
    Ok(request)
}

async fn whole(body: Incoming, most: usize) -> Result<Bytes, FetchFault> {
    let body = Limited::new(body, most).collect().await;
    let body = body.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
        Some(_) => FetchFault::TooLong(most),
        None => FetchFault::Unreachable("its answer".into(), error.to_string()),
    })?;
    Ok(body.to_bytes())
}

async fn text(answer: Response<Incoming>) -> Result<String, FetchFault> {
    let bytes = whole(answer.into_body(), LONGEST).await?;
    String::from_utf8(bytes.to_vec()).map_err(|_| FetchFault::NoText)
}
