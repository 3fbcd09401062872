//! What happens to every request before its handler, and to every answer after it.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_base::Moment;
use countersign_guard::{
    Limits, Network, Proxies, Rule, Verdict, single_headers, single_parameters,
};
use countersign_infra::clock::Clock;

use crate::problem::Problem;
use crate::request::{Arrival, RequestScope};

/// What every request passes.
#[derive(Clone)]
pub struct Gate(Arc<Rules>);

/// The rules of a gate.
pub struct Rules {
    /// Where the present moment comes from.
    pub clock: Clock,
    /// Whose word about the client's address counts.
    pub proxies: Proxies,
    /// The header in which those proxies write it.
    pub trail: HeaderName,
    /// Moving windows, by network.
    pub limits: Limits,
    /// How often a network may ask for anything.
    pub requests: Rule,
    /// How often a network may offer a proof or a password.
    pub proofs: Rule,
}

impl Gate {
    /// A gate with these rules.
    pub fn new(rules: Rules) -> Self {
        Self(Arc::new(rules))
    }

    fn arrival(&self, request: &Request) -> Arrival {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.ip());
        let trail = request.headers().get_all(&self.0.trail);
        let trail = trail.iter().filter_map(|value| value.to_str().ok());
        Arrival { address: self.0.proxies.client(peer, trail) }
    }

    fn verdict(&self, request: &Request, arrival: Arrival, now: Moment) -> Verdict {
        let (limits, rule) = (&self.0.limits, self.0.proofs);
        let all = limits.check(key(arrival, What::Requests), self.0.requests, now.millis());
        if !all.passes() {
            return all;
        }
        let key = key(arrival, What::Proofs);
        match Proofs::of(request) {
            Proofs::None => all,
            Proofs::One => limits.check(key, rule, now.millis()),
            Proofs::InEachCall => Some(limits.look(key, rule, now.millis()))
                .filter(|verdict| !verdict.passes())
                .unwrap_or(all),
        }
    }

    /// Counts a proof that was wrong where only wrong ones count.
    fn settle(&self, arrival: Arrival, response: &Response, now: Moment) {
        if response.extensions().get::<WrongProof>().is_some() {
            self.0.limits.check(key(arrival, What::Proofs), self.0.proofs, now.millis());
        }
    }
}

/// What is counted of a network.
#[derive(Clone, Copy)]
enum What {
    Requests,
    Proofs,
}

fn key(arrival: Arrival, what: What) -> [u8; 16] {
    let network = Network::from(arrival.address).bytes();
    let mut key = [0; 16];
    key[..network.len()].copy_from_slice(&network);
    key[15] = u8::from(matches!(what, What::Proofs));
    key
}

/// Put into the answer of a call whose proof was wrong, where each call carries one: it counts
/// against the limit of proofs, and past the limit no such call is heard.
#[derive(Clone, Copy, Debug)]
pub struct WrongProof;

/// The proofs that a request offers, as the limit counts them.
enum Proofs {
    /// None that could be guessed.
    None,
    /// One, which counts whatever becomes of it.
    One,
    /// As every call there does; only a [`WrongProof`] counts.
    InEachCall,
}

impl Proofs {
    fn of(request: &Request) -> Self {
        let path = request.uri().path();
        match *request.method() {
            Method::OPTIONS => Self::None,
            _ if path.starts_with("/compat/") => Self::InEachCall,
            Method::POST if POSTED.contains(&path) => Self::One,
            _ => Self::None,
        }
    }
}

/// Where a proof or a password is posted.
const POSTED: [&str; 4] = [
    "/widget/v1/sessions",
    "/widget/v1/sessions/refresh",
    "/widget/v1/merges",
    "/dashboard/v1/sessions",
];

/// Numbers the request, refuses what two parties could read differently, keeps the limits,
/// and gives every answer its headers.
pub async fn protect(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let began = gate.0.clock.now();
    let scope = RequestScope::new(began);
    let arrival = gate.arrival(&request);
    request.extensions_mut().insert(arrival);
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let verdict = gate.verdict(&request, arrival, began);
    let mut response = scope
        .run(async {
            match refusal(&request, &verdict) {
                Some(problem) => problem.into_response(),
                None => next.run(request).await,
            }
        })
        .await;
    gate.settle(arrival, &response, began);
    dress(response.headers_mut(), scope, &verdict);
    log(&method, route.as_ref(), &response, scope, gate.0.clock.now().millis() - began.millis());
    response
}

fn refusal(request: &Request, verdict: &Verdict) -> Option<Problem> {
    if let Some(wait) = verdict.retry_after {
        return Some(Problem::too_many(u64::from(wait.seconds())));
    }
    let names = request.headers().iter().map(|(name, _)| name.as_str());
    let query = request.uri().query().unwrap_or_default();
    single_headers(names)
        .and_then(|()| single_parameters(query))
        .err()
        .map(|twice| Problem::bad_request("ambiguous_request", twice.to_string()))
}

/// What every answer says unless its handler says otherwise.
const ALWAYS: [(HeaderName, HeaderValue); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static("same-origin"),
    ),
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'"),
    ),
];
const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

fn dress(headers: &mut HeaderMap, scope: RequestScope, verdict: &Verdict) {
    headers.reserve(ALWAYS.len() + 3);
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(value);
    }
    headers.insert(LIMIT, HeaderValue::from(verdict.limit));
    headers.insert(REMAINING, HeaderValue::from(verdict.remaining));
    if let Ok(id) = HeaderValue::from_str(&scope.id().to_string()) {
        headers.insert(REQUEST_ID, id);
    }
}

/// One line a request: no query, no ids from the path, no address.
fn log(
    method: &Method,
    route: Option<&MatchedPath>,
    response: &Response,
    scope: RequestScope,
    millis: i64,
) {
    let route = route.map_or("unmatched", MatchedPath::as_str);
    let status = response.status().as_u16();
    tracing::info!(request = %scope.id(), %method, route, status, millis, "answered");
    count(status / 100);
}

/// The labels are constants, so that counting costs no allocation.
fn count(class: u16) {
    let counter = match class {
        2 => metrics::counter!("countersign_requests_total", "class" => "2xx"),
        3 => metrics::counter!("countersign_requests_total", "class" => "3xx"),
        4 => metrics::counter!("countersign_requests_total", "class" => "4xx"),
        5 => metrics::counter!("countersign_requests_total", "class" => "5xx"),
        _ => metrics::counter!("countersign_requests_total", "class" => "1xx"),
    };
    counter.increment(1);
}
