//! Somebody without any proof, who asks over HTTP.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use reqwest::{Client, Url, redirect};
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const MOST: usize = 4 * 1024 * 1024;

/// A client without cookies that follows no redirect.
pub(super) struct Stranger {
    client: Client,
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
    pub(super) fn new(page: Option<&Url>) -> Result<Self, reqwest::Error> {
        let client = Client::builder()
            .timeout(PATIENCE)
            .redirect(redirect::Policy::none())
            .user_agent(concat!("countersign-doctor/", env!("CARGO_PKG_VERSION")))
            .build()?;
        let origin = page.map(|page| page.origin().ascii_serialization());
        let origin = origin.and_then(|origin| HeaderValue::from_str(&origin).ok());
        Ok(Self { client, origin })
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
        let mut request = self.client.request(method, url);
        if let Some(origin) = &self.origin {
            request = request.header("origin", origin);
        }
        if let Some(body) = body {
            request = request.header("content-type", "application/json").body(body.to_string());
        }
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        read(request).await.map_err(|error| innermost(&error))
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<Said, reqwest::Error> {
    let mut response = request.send().await?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut bytes = Vec::new();
    while bytes.len() < MOST
        && let Some(more) = response.chunk().await?
    {
        bytes.extend_from_slice(&more);
    }
    Ok(Said { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() })
}

/// The cause that a person can act on stands at the end of the chain.
fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

impl Said {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
