//! The cookie of a sign-in: written in one form, read strictly (M4).

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use countersign_base::{Digest, OrganizationId, SignInId, Token, tokens};

const NAME: &str = "__Host-cs_s";

/// Organization, sign-in and secret.
type Text = Token<tokens::SignIn, 64>;

/// Whose sign-in a cookie says it is; whether that is true, its digest tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Claimed {
    pub(super) organization: OrganizationId,
    pub(super) id: SignInId,
    pub(super) digest: Digest,
}

/// The sign-in that a request's cookie names.
pub(super) fn claimed(headers: &HeaderMap) -> Option<Claimed> {
    let token = Text::read(value(headers)?).ok()?;
    let (organization, rest) = token.bytes().split_first_chunk::<16>()?;
    let (id, _) = rest.split_first_chunk::<16>()?;
    Some(Claimed {
        organization: OrganizationId::from_bytes(*organization),
        id: SignInId::from_bytes(*id),
        digest: token.digest(),
    })
}

/// A new cookie and what is kept of it.
pub(super) fn new(
    organization: OrganizationId,
    id: SignInId,
    secret: &[u8; 32],
) -> (HeaderValue, Digest) {
    let mut bytes = [0; 64];
    bytes[..16].copy_from_slice(&organization.bytes());
    bytes[16..32].copy_from_slice(&id.bytes());
    bytes[32..].copy_from_slice(secret);
    let token = Text::from_bytes(bytes);
    let text = format!("{NAME}={}; Path=/; Secure; HttpOnly; SameSite=Lax", token.reveal());
    let mut header = HeaderValue::try_from(text).expect("base64url may stand in a header");
    header.set_sensitive(true);
    (header, token.digest())
}

/// Tells the browser to drop the cookie.
pub(super) fn gone() -> HeaderValue {
    HeaderValue::from_static("__Host-cs_s=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0")
}

/// The cookie's value; where it comes twice, nobody knows which one is meant.
fn value(headers: &HeaderMap) -> Option<&str> {
    let mut lines = headers.get_all(COOKIE).iter();
    let line = lines.next()?.to_str().ok()?;
    if lines.next().is_some() {
        return None;
    }
    let pairs = line.split(';').filter_map(|pair| pair.split_once('='));
    let mut ours = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case(NAME));
    let (name, value) = ours.next()?;
    let is_only = ours.next().is_none() && name.trim_start_matches(' ') == NAME;
    is_only.then_some(value)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text() -> String {
        let (header, _) =
            new(OrganizationId::from_bytes([1; 16]), SignInId::from_bytes([2; 16]), &[3; 32]);
        let header = header.to_str().expect("ASCII");
        header.split(';').next().expect("the pair").to_owned()
    }

    fn read(lines: &[&str]) -> Option<Claimed> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_str(line).expect("a header"));
        }
        claimed(&headers)
    }

    #[test]
    fn m4_the_cookie_is_for_this_host_and_no_script() {
        let (header, digest) =
            new(OrganizationId::from_bytes([1; 16]), SignInId::from_bytes([2; 16]), &[3; 32]);
        let text = header.to_str().expect("ASCII");
        let (pair, rest) = text.split_once("; ").expect("attributes");
        assert!(pair.starts_with("__Host-cs_s=cs_si_"), "{pair}");
        assert_eq!(rest, "Path=/; Secure; HttpOnly; SameSite=Lax");
        assert!(!format!("{header:?}").contains("cs_si_"));
        let claimed = read(&[pair]).expect("what was written can be read");
        assert_eq!(claimed.organization, OrganizationId::from_bytes([1; 16]));
        assert_eq!(claimed.id, SignInId::from_bytes([2; 16]));
        assert_eq!(claimed.digest, digest);
    }

    #[test]
    fn m4_other_cookies_do_not_disturb() {
        let text = text();
        for line in [
            text.clone(),
            format!("a=b; {text}"),
            format!("{text}; a=b"),
            format!("a=b;{text};c"),
            format!("cs_s=x; {text}; __Host-cs_s2=y"),
        ] {
            assert!(read(&[&line]).is_some(), "{line}");
        }
    }

    #[test]
    fn m4_what_two_could_read_differently_is_refused() {
        let text = text();
        let cases: &[&[&str]] = &[
            &[],
            &[""],
            &["__Host-cs_s"],
            &["__Host-cs_s="],
            &[&format!("{text}; {text}")],
            &[&format!("__Host-cs_s=; {text}")],
            &[&format!("{text}; __HOST-CS_S=x")],
            &[&text, &text],
            &[&text, "a=b"],
            &[&text.to_lowercase()],
            &[&text.replace("__Host-", "__host-")],
            &[&text.replace('=', " =")],
            &[&text.replace("=cs", "= cs")],
            &[&text.replace("=cs", "=\"cs")],
            &[&text.replace("cs_si_", "cs_rt_")],
            &[&text[..text.len() - 1]],
            &[&format!("{text} ")],
        ];
        for lines in cases {
            assert!(read(lines).is_none(), "{lines:?}");
        }
    }

    #[test]
    fn the_cookie_that_ends_it_has_the_same_place() {
        let gone = gone();
        assert!(
            gone.to_str()
                .is_ok_and(|text| text.starts_with(NAME) && text.contains("Path=/; Secure"))
        );
    }

    proptest! {
        #[test]
        fn m4_nothing_but_the_one_whole_cookie_is_read(
            before in "[a-zA-Z_= ;\"-]{0,40}",
            after in "[a-zA-Z_= ;\"-]{0,40}",
            cut in 0_usize..100,
        ) {
            let text = text();
            let line = format!("{before}{text}{after}");
            if let Some(read) = read(&[&line]) {
                prop_assert_eq!(read.organization, OrganizationId::from_bytes([1; 16]));
                let before = before.trim_matches(' ');
                prop_assert!(before.is_empty() || before.ends_with(';'));
                let after = after.trim_matches(' ');
                prop_assert!(after.is_empty() || after.starts_with(';'));
            }
            let cut = cut.min(text.len() - 1);
            prop_assert!(super::claimed(&one(&text[..cut])).is_none());
        }

        #[test]
        fn m4_any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut headers = HeaderMap::new();
            if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                headers.append(COOKIE, value);
            }
            prop_assert!(claimed(&headers).is_none());
        }
    }

    fn one(line: &str) -> HeaderMap {
        let value = HeaderValue::from_str(line).expect("a header");
        HeaderMap::from_iter([(COOKIE, value)])
    }
}
