//! One call of a push service, and what its answer means (RFC 8030).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use countersign_base::{Moment, NotificationId};
use countersign_infra::fetch::{FetchFault, Fetcher};
use http::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::Full;
use jiff::fmt::rfc2822;

use super::encrypt::encrypt;
use super::model::New;
use super::vapid::VapidKey;

/// Seconds for which a push service keeps what it cannot deliver: as long as we try ourselves.
const KEPT: u32 = 24 * 3_600;
/// The time that a push service has for one call.
const PATIENCE: Duration = Duration::from_secs(15);
/// Bytes of an answer that are read; nobody looks at them.
const LONGEST: usize = 64 * 1024;

/// What a push service said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// It has the message.
    Taken,
    /// There is no such browser any more.
    Gone,
    /// Not now.
    Later {
        /// Why.
        why: String,
        /// Not before this time has passed.
        after: Option<Duration>,
    },
    /// Never, for this reason.
    Never(String),
}

/// A message for one browser, encrypted and signed (NP1, NP2).
pub(super) fn request(
    key: &VapidKey,
    subject: &str,
    browser: &New,
    (id, message): (NotificationId, &[u8]),
    now: Moment,
) -> Result<Request<Full<Bytes>>, Said> {
    let never = |why: String| Said::Never(why);
    let body = encrypt(&browser.keys, message).map_err(|error| never(error.to_string()))?;
    Request::builder()
        .method(Method::POST)
        .header("ttl", KEPT)
        .header("urgency", "normal")
        // A repetition takes the place of what still waits there.
        .header("topic", URL_SAFE_NO_PAD.encode(id.bytes()))
        .header(CONTENT_ENCODING, "aes128gcm")
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(AUTHORIZATION, key.authorization(&browser.endpoint, subject, now))
        .body(Full::from(body))
        .map_err(|error| never(error.to_string()))
}

/// Asks the browser's push service to take the message (NP4).
pub(super) async fn ask(
    fetcher: &Fetcher,
    browser: &New,
    request: Request<Full<Bytes>>,
    now: Moment,
) -> Said {
    let host = browser.endpoint.host_str().unwrap_or_default();
    match fetcher.exchange(&browser.endpoint, request, LONGEST, PATIENCE).await {
        Ok(answer) => meaning(host, answer.status(), answer.headers(), now),
        // Who answers too much has had the message, and what came of it cannot be known.
        Err(fault @ (FetchFault::Url | FetchFault::Private(_) | FetchFault::TooLong(_))) => {
            Said::Never(fault.to_string())
        }
        Err(fault) => Said::Later { why: fault.to_string(), after: None },
    }
}

/// What a status means (NP7).
fn meaning(host: &str, status: StatusCode, headers: &HeaderMap, now: Moment) -> Said {
    let why = || format!("{host} answered {}", status.as_u16());
    match status {
        _ if status.is_success() => Said::Taken,
        StatusCode::NOT_FOUND | StatusCode::GONE => Said::Gone,
        StatusCode::TOO_MANY_REQUESTS => Said::Later { why: why(), after: after(headers, now) },
        _ if status.is_server_error() => Said::Later { why: why(), after: after(headers, now) },
        _ => Said::Never(why()),
    }
}

/// `Retry-After`, in seconds or as a date.
fn after(headers: &HeaderMap, now: Moment) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = text.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = rfc2822::parse(text).ok()?.timestamp().as_millisecond();
    Some(Duration::from_millis(u64::try_from(until - now.millis()).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn np7_each_answer_has_one_meaning() {
        let now = Moment::from_millis(784_111_717_000);
        let later = |status, seconds: Option<u64>| Said::Later {
            why: format!("push.example answered {status}"),
            after: seconds.map(Duration::from_secs),
        };
        let never = |status| Said::Never(format!("push.example answered {status}"));
        for (status, header, expected) in [
            (200, None, Said::Taken),
            (201, None, Said::Taken),
            (202, None, Said::Taken),
            (404, None, Said::Gone),
            (410, None, Said::Gone),
            (307, None, never(307)),
            (400, None, never(400)),
            (401, Some("5"), never(401)),
            (403, None, never(403)),
            (413, None, never(413)),
            (429, None, later(429, None)),
            (429, Some("120"), later(429, Some(120))),
            (429, Some("Sun, 06 Nov 1994 08:49:37 GMT"), later(429, Some(60))),
            (503, Some("Sun, 06 Nov 1994 08:48:00 GMT"), later(503, Some(0))),
            (500, Some("soon"), later(500, None)),
            (502, Some("-1"), later(502, None)),
        ] {
            let mut headers = HeaderMap::new();
            headers.extend(header.map(|text| (RETRY_AFTER, HeaderValue::from_static(text))));
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(meaning("push.example", status, &headers, now), expected, "{status}");
        }
    }
}
