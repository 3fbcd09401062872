//! Whether an unsafe call that a cookie authenticates was meant by our own page.

use crate::origin::Origin;

/// The facts of a call that comes with a cookie; a header that is missing is `None`.
#[derive(Clone, Copy, Debug, Default)]
pub struct CookieCall<'a> {
    /// `Sec-Fetch-Site`, which no page can forge.
    pub site: Option<&'a str>,
    /// `Origin`.
    pub origin: Option<&'a str>,
    /// `Content-Type`.
    pub content_type: Option<&'a str>,
    /// `X-Countersign-Request`.
    pub request: Option<&'a str>,
}

/// The call may have been made by another site's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CsrfRefusal {
    /// The browser says so, or nobody says where the call comes from.
    #[error("call from the dashboard's own origin; a script sends it as `Origin`")]
    Site,
    /// A form of another page could send this.
    #[error("send `Content-Type: application/json`, also when there is no body")]
    ContentType,
    /// Another page cannot send it without asking first.
    #[error("send the header `X-Countersign-Request: 1`")]
    Header,
}

impl CookieCall<'_> {
    /// Whether the call may change something; `own` is the origin of the page that may make it.
    ///
    /// Calls with a safe method pass: they change nothing.
    pub fn verdict(&self, method: &str, own: &Origin) -> Result<(), CsrfRefusal> {
        if matches!(method, "GET" | "HEAD" | "OPTIONS") {
            return Ok(());
        }
        if !self.is_from(own) {
            return Err(CsrfRefusal::Site);
        }
        if !self.content_type.is_some_and(is_json) {
            return Err(CsrfRefusal::ContentType);
        }
        if self.request != Some("1") {
            return Err(CsrfRefusal::Header);
        }
        Ok(())
    }

    /// Where both headers are, both must agree; where none is, nothing is known.
    fn is_from(&self, own: &Origin) -> bool {
        let by_site = self.site.map(|site| matches!(site, "same-origin" | "none"));
        let by_origin = self.origin.map(|origin| own.is(origin));
        by_site.unwrap_or(true)
            && by_origin.unwrap_or(true)
            && (by_site.is_some() || by_origin.is_some())
    }
}

/// Whether a `Content-Type` is JSON in UTF-8.
pub fn is_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    let is_kind = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    is_kind && parts.all(|part| part.replace('"', "").eq_ignore_ascii_case("charset=utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: CookieCall<'_> = CookieCall {
        site: Some("same-origin"),
        origin: Some("https://dash.example"),
        content_type: Some("application/json"),
        request: Some("1"),
    };

    fn own() -> Origin {
        "https://dash.example".parse().unwrap()
    }

    #[test]
    fn our_own_page_passes() {
        let cases = [
            GOOD,
            CookieCall { site: Some("none"), ..GOOD },
            CookieCall { site: None, ..GOOD },
            CookieCall { origin: None, ..GOOD },
            CookieCall { content_type: Some("Application/JSON; charset=\"UTF-8\""), ..GOOD },
        ];
        for call in cases {
            assert_eq!(call.verdict("POST", &own()), Ok(()), "{call:?}");
        }
    }

    #[test]
    fn each_of_the_three_is_needed() {
        let cases = [
            (CookieCall { site: Some("cross-site"), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { site: Some("same-site"), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { site: Some(""), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { site: Some("same-origin, none"), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { origin: Some("null"), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { origin: Some("https://dash.example.evil"), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { origin: Some("http://dash.example"), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { origin: Some("https://dash.example:443"), ..GOOD }, CsrfRefusal::Site),
            (CookieCall { site: None, origin: None, ..GOOD }, CsrfRefusal::Site),
            (CookieCall { content_type: None, ..GOOD }, CsrfRefusal::ContentType),
            (CookieCall { content_type: Some("text/plain"), ..GOOD }, CsrfRefusal::ContentType),
            (
                CookieCall { content_type: Some("text/plain;application/json"), ..GOOD },
                CsrfRefusal::ContentType,
            ),
            (CookieCall { request: None, ..GOOD }, CsrfRefusal::Header),
            (CookieCall { request: Some("0"), ..GOOD }, CsrfRefusal::Header),
        ];
        for method in ["POST", "PUT", "PATCH", "DELETE", "post", "get", "PURGE"] {
            for (call, refusal) in cases {
                assert_eq!(call.verdict(method, &own()), Err(refusal), "{method} {call:?}");
            }
        }
    }

    #[test]
    fn safe_methods_pass_from_anywhere() {
        let call = CookieCall { site: Some("cross-site"), ..CookieCall::default() };
        for method in ["GET", "HEAD", "OPTIONS"] {
            assert_eq!(call.verdict(method, &own()), Ok(()));
        }
    }

    #[test]
    fn other_charsets_and_kinds_are_no_json() {
        for bad in [
            "",
            "json",
            "application/json5",
            "application/json; charset=utf-16",
            "application/json,text/plain",
        ] {
            assert!(!is_json(bad), "{bad}");
        }
    }
}
