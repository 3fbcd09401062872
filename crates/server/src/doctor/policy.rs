//! What a page's Content-Security-Policy allows (CSP Level 3, sections 6.7 and 6.8).

use url::Url;

/// One policy: its directives with their sources, lower-cased names.
pub(super) struct Policy(Vec<(String, Vec<String>)>);

impl Policy {
    /// Reads the text of a header or of a `meta` element; a header can hold several, by commas.
    pub(super) fn all(text: &str) -> impl Iterator<Item = Self> {
        text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(Self::one)
    }

    fn one(text: &str) -> Self {
        let directives = text.split(';').filter_map(|directive| {
            let mut words = directive.split_ascii_whitespace();
            let name = words.next()?.to_ascii_lowercase();
            Some((name, words.map(ToOwned::to_owned).collect()))
        });
        Self(directives.collect())
    }

    /// Whether this policy lets `page` load `url` under the first of these directives that it has.
    pub(super) fn allows(&self, directives: &[&str], url: &Url, page: &Url) -> bool {
        let found = directives.iter().find_map(|name| self.sources(name));
        found.is_none_or(|sources| sources.iter().any(|source| matches(source, url, page)))
    }

    /// Whether scripts are let in by a nonce that each element must carry.
    pub(super) fn wants_nonce(&self) -> bool {
        let directives = ["script-src-elem", "script-src", "default-src"];
        let sources = directives.iter().find_map(|name| self.sources(name));
        sources.is_some_and(|all| all.iter().any(|source| source == "'strict-dynamic'"))
    }

    /// The first of a repeated directive counts, as in browsers.
    fn sources(&self, name: &str) -> Option<&[String]> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, sources)| sources.as_slice())
    }
}

fn matches(source: &str, url: &Url, page: &Url) -> bool {
    let source = source.to_ascii_lowercase();
    match source.as_str() {
        "*" => matches!(url.scheme(), "http" | "https"),
        "'self'" => url.origin() == page.origin(),
        _ if source.starts_with('\'') => false,
        _ => match source.strip_suffix(':') {
            Some(scheme) => scheme == url.scheme() || (scheme == "http" && url.scheme() == "https"),
            None => matches_host(&source, url, page),
        },
    }
}

fn matches_host(source: &str, url: &Url, page: &Url) -> bool {
    let (scheme, rest) = match source.split_once("://") {
        Some((scheme, rest)) => (scheme, rest),
        None => (page.scheme(), source),
    };
    let (place, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (place, None),
    };
    let is_scheme = scheme == url.scheme() || (scheme == "http" && url.scheme() == "https");
    let is_port = match port {
        Some("*") => true,
        Some(port) => url.port_or_known_default().is_some_and(|known| known.to_string() == port),
        None => url.port().is_none(),
    };
    let known = url.host_str().unwrap_or_default();
    let is_host = match host.strip_prefix("*.") {
        Some(parent) => known.strip_suffix(parent).is_some_and(|rest| rest.ends_with('.')),
        None => host == known,
    };
    let is_path = path.is_empty()
        || if path.ends_with('/') { url.path().starts_with(path) } else { url.path() == path };
    is_scheme && is_port && is_host && is_path
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(policy: &str, url: &str) -> bool {
        let (url, page) = (url.parse().unwrap(), "https://app.example/x".parse().unwrap());
        Policy::all(policy).all(|one| one.allows(&["script-src", "default-src"], &url, &page))
    }

    #[test]
    fn sources_are_compared_as_browsers_do() {
        let script = "https://w.example/sdk/countersign.js";
        for (policy, expected) in [
            ("", true),
            ("img-src 'none'", true),
            ("default-src 'self'", false),
            ("default-src 'none'; script-src https://w.example", true),
            ("script-src w.example", true),
            ("script-src http://w.example", true),
            ("script-src https://W.example/sdk/", true),
            ("script-src https://w.example/sdk", false),
            ("script-src https://w.example:444", false),
            ("script-src https://w.example:*", true),
            ("script-src *.example", true),
            ("script-src *.w.example", false),
            ("script-src https:", true),
            ("script-src data:", false),
            ("script-src *", true),
            ("script-src 'nonce-abc' 'strict-dynamic'", false),
            ("script-src *, default-src 'self'", false),
            ("script-src 'self'; script-src *", false),
        ] {
            assert_eq!(allows(policy, script), expected, "{policy}");
        }
    }

    #[test]
    fn a_page_may_load_from_itself() {
        assert!(allows("script-src 'self'", "https://app.example/a.js"));
        assert!(!allows("script-src 'self'", "http://app.example/a.js"));
    }
}
