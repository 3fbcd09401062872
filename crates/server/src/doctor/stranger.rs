//! Somebody without any proof, who asks over HTTP.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use countersign_infra::fetch::{Fetcher, Private};
use http_body_util::Full;
use serde_json::Value;
use url::Url;

const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer at most.
const MOST: usize = 4 * 1024 * 1024;

/// A client without cookies that follows no redirect.
pub(super) struct Stranger {
    client: Fetcher,
    origin: Option<HeaderValue>,
}

/// What a server said.
pub(super) struct Said {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Stranger {
    /// A stranger who looks at `page`, if there is one.
    pub(super) fn new(page: Option<&Url>) -> Self {
        let origin = page.map(|page| page.origin().ascii_serialization());
        let origin = origin.and_then(|origin| HeaderValue::from_str(&origin).ok());
        Self { client: Fetcher::new(Private::Allowed), origin }
    }

    /// Fetches an address as the page would.
    pub(super) async fn get(&self, url: Url) -> Result<Said, String> {
        self.ask(Method::GET, url, None, &[]).await
    }

    /// Sends JSON as the page would.
    pub(super) async fn post(
        &self,
        url: Url,
        body: &Value,
        headers: &[(&str, String)],
    ) -> Result<Said, String> {
        self.ask(Method::POST, url, Some(body), headers).await
    }

    /// Takes away what is at an address.
    pub(super) async fn delete(
        &self,
        url: Url,
        headers: &[(&str, String)],
    ) -> Result<Said, String> {
        self.ask(Method::DELETE, url, None, headers).await
    }

    async fn ask(
        &self,
        method: Method,
        url: Url,
        body: Option<&Value>,
        headers: &[(&str, String)],
    ) -> Result<Said, String> {
        let mut request = Request::builder().method(method);
        if let Some(origin) = &self.origin {
            request = request.header("origin", origin);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let body = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request = request.body(Full::new(body)).map_err(|fault| fault.to_string())?;
        let answer = self.client.exchange(&url, request, MOST, PATIENCE).await;
        let (head, body) = answer.map_err(|fault| fault.to_string())?.into_parts();
        let text = String::from_utf8_lossy(&body).into_owned();
        Ok(Said { status: head.status, headers: head.headers, text })
    }
}

impl Said {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
