//! `Idempotency-Key`: a call that is repeated gets the first answer again.
//!
//! - **D1** The same key with the same request answers as the first time, and does nothing.
//! - **D2** The same key with another request is refused.
//! - **D3** A key is of use to its caller only, for a day: one session, sign-in or secret key.
//! - **D4** What failed on our side, or was not let in, is forgotten: the repetition runs.
//! - **D5** What was done is never done again, not even when the server stopped before its
//!   answer was kept: then the repetition is told so.

use std::sync::{Arc, OnceLock};

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use countersign_base::{Caller, Digest, Fault, Moment, TenantId};
use countersign_infra::vault::{Place, TenantKeys};
use http_body_util::BodyExt as _;

use crate::app::{Admitted, App};
use crate::body::whole;
use crate::cx::Cx;
use crate::problem::Problem;
use crate::request::{RequestScope, request_id};

const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// On an answer that was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
/// Seconds after which a call that never ended may be tried again.
const ABANDONED: i64 = 60;
/// Seconds that an answer is kept (D3).
const KEPT: i64 = 24 * 3_600;

const FIND: &str = "
    select fingerprint, status, sealed, at from idempotency
    where tenant = $1 and caller = $2 and mark = $3";
/// Of two calls that claim at once, on two nodes or two connections, one changes a row.
const CLAIM: &str = "
    insert into idempotency (tenant, caller, mark, fingerprint, at) values ($1, $2, $3, $4, $5)
    on conflict (tenant, caller, mark) do update set at = excluded.at
    where idempotency.status is null and idempotency.at <= $6";
/// In the transaction of the work itself (D5).
const DONE: &str = "
    update idempotency set status = 0
    where tenant = $1 and caller = $2 and mark = $3 and status is null";
const KEEP: &str = "
    update idempotency set status = $4, sealed = $5
    where tenant = $1 and caller = $2 and mark = $3";
const FORGET: &str = "
    delete from idempotency where tenant = $1 and caller = $2 and mark = $3";
const FORGET_OLD: &str = "delete from idempotency where tenant = $1 and at < $2";

/// One call that carries a key.
#[derive(Clone)]
pub(crate) struct Attempt(Arc<Call>);

struct Call {
    key: String,
    fingerprint: Digest,
    claimed: OnceLock<(Admitted, Arc<TenantKeys>)>,
}

/// Reads the key of a changing call, and keeps its answer for the next time.
pub async fn once(State(app): State<App>, request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get(HEADER).filter(|_| !request.method().is_safe()) else {
        return next.run(request).await;
    };
    let Some(key) = plain(key) else {
        return Problem::bad_request(
            "bad_idempotency_key",
            "an `Idempotency-Key` has 1 to 255 visible ASCII characters",
        )
        .into_response();
    };
    let (attempt, request) = match prepare(key, request).await {
        Ok(prepared) => prepared,
        Err(problem) => return problem.into_response(),
    };
    to_the_end(async move {
        let response = next.run(request).await;
        match attempt.0.claimed.get() {
            Some((admitted, keys)) => attempt.settle(&app, *admitted, keys, response).await,
            None => response,
        }
    })
    .await
}

/// Runs a call on a task of its own: a client that hangs up drops this future, and what the
/// call did would stand there without its answer, to be done again a minute later.
async fn to_the_end(call: impl Future<Output = Response> + Send + 'static) -> Response {
    let task = match request_id() {
        Some(id) => tokio::spawn(RequestScope::of(id).run(call)),
        None => tokio::spawn(call),
    };
    task.await.unwrap_or_else(|error| Problem::bug(&error.to_string()).into_response())
}

fn plain(key: &HeaderValue) -> Option<String> {
    let key = key.to_str().ok()?;
    let fits = (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
    fits.then(|| key.to_owned())
}

async fn prepare(key: String, request: Request) -> Result<(Attempt, Request), Problem> {
    let (parts, body) = request.into_parts();
    let body = whole(body).await?;
    let mut whole = format!("{} {}\n", parts.method, parts.uri).into_bytes();
    whole.extend(&body);
    let fingerprint = Digest::of(&whole);
    let attempt = Attempt(Arc::new(Call { key, fingerprint, claimed: OnceLock::new() }));
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(attempt.clone());
    Ok((attempt, request))
}

/// What the store knows of a key.
enum Known {
    New,
    Running,
    AnswerLost,
    Other,
    Answered(u16, Vec<u8>),
}

impl Attempt {
    /// Takes the key for this caller, or answers as it was answered before.
    pub(crate) async fn claim(
        &self,
        app: &App,
        admitted: Admitted,
        keys: &Arc<TenantKeys>,
    ) -> Result<(), Problem> {
        let attempt = self.clone();
        let known = app
            .transact(admitted, Arc::clone(keys), async move |cx: &mut Cx<'_>| {
                attempt.find_or_claim(cx).await
            })
            .await?;
        match known {
            Known::New => {
                drop(self.0.claimed.set((admitted, Arc::clone(keys))));
                Ok(())
            }
            Known::Running => Err(Problem::new(
                StatusCode::CONFLICT,
                "idempotency_in_progress",
                "the first call with this `Idempotency-Key` is still running",
            )),
            Known::AnswerLost => Err(Problem::new(
                StatusCode::CONFLICT,
                "idempotency_answer_lost",
                "the first call with this `Idempotency-Key` was carried out, but its answer was \
                 lost when the server stopped; look at what it made before you use a new key",
            )),
            Known::Other => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "this `Idempotency-Key` was used for another request",
            )),
            Known::Answered(status, body) => Err(Problem::replay(answer(status, body))),
        }
    }

    async fn find_or_claim(&self, cx: &mut Cx<'_>) -> Result<Known, Fault> {
        let (caller, mark) = (caller(cx.caller()), self.mark(cx.keys()));
        let tenant = cx.tenant();
        cx.exec(FORGET_OLD, &[tenant.into(), cx.now().plus_seconds(-KEPT).into()]).await?;
        let values = [tenant.into(), caller.into(), (&mark).into()];
        let found = cx
            .row(FIND, &values, |row| {
                let fingerprint: Digest = row.col(0)?;
                let status: Option<i64> = row.col(1)?;
                Ok((fingerprint, status, row.col::<Option<Vec<u8>>>(2)?, row.col(3)?))
            })
            .await?;
        match found {
            Some((fingerprint, ..)) if fingerprint != self.0.fingerprint => {
                return Ok(Known::Other);
            }
            Some((_, Some(status), Some(sealed), _)) => {
                let body = cx.keys().own().open(&place(cx.tenant(), &mark), &sealed)?.to_vec();
                return Ok(Known::Answered(u16::try_from(status).unwrap_or(500), body));
            }
            Some((_, Some(_), None, at)) if cx.now() >= Moment::plus_seconds(at, ABANDONED) => {
                return Ok(Known::AnswerLost);
            }
            _ => {}
        }
        let fingerprint = self.0.fingerprint;
        let values = [
            tenant.into(),
            caller.into(),
            (&mark).into(),
            (&fingerprint).into(),
            cx.now().into(),
            cx.now().plus_seconds(-ABANDONED).into(),
        ];
        let claimed = cx.exec(CLAIM, &values).await?;
        Ok(if claimed == 1 { Known::New } else { Known::Running })
    }

    /// Notes, with the work and as durably, that it was done (D5).
    pub(crate) async fn done(&self, cx: &mut Cx<'_>) -> Result<(), Fault> {
        let (caller, mark) = (caller(cx.caller()), self.mark(cx.keys()));
        cx.exec(DONE, &[cx.tenant().into(), caller.into(), (&mark).into()]).await.map(drop)
    }

    /// Keeps the answer, or forgets the key when it was none (D4).
    async fn settle(
        &self,
        app: &App,
        admitted: Admitted,
        keys: &Arc<TenantKeys>,
        response: Response,
    ) -> Response {
        let status = response.status();
        let counts = !status.is_server_error()
            && !matches!(status.as_u16(), 401 | 403 | 409 | 413 | 415 | 429);
        let (parts, body) = response.into_parts();
        let Ok(body) = body.collect().await else {
            return Problem::bug("an answer could not be read back").into_response();
        };
        let body = body.to_bytes();
        let (attempt, kept) = (self.clone(), body.clone());
        let written = app
            .transact(admitted, Arc::clone(keys), async move |cx: &mut Cx<'_>| {
                attempt.write(cx, counts.then_some((status.as_u16(), kept))).await
            })
            .await;
        if let Err(fault) = written {
            tracing::error!(%fault, "an idempotent answer cannot be kept");
        }
        Response::from_parts(parts, Body::from(body))
    }

    async fn write(&self, cx: &mut Cx<'_>, answer: Option<(u16, Bytes)>) -> Result<(), Fault> {
        let (caller, mark, tenant) = (caller(cx.caller()), self.mark(cx.keys()), cx.tenant());
        let Some((status, body)) = answer else {
            return cx
                .exec(FORGET, &[tenant.into(), caller.into(), (&mark).into()])
                .await
                .map(drop);
        };
        let sealed = cx.keys().own().seal(&place(tenant, &mark), &body);
        let values = [
            tenant.into(),
            caller.into(),
            (&mark).into(),
            i64::from(status).into(),
            (&sealed).into(),
        ];
        cx.exec(KEEP, &values).await.map(drop)
    }

    fn mark(&self, keys: &TenantKeys) -> [u8; 32] {
        keys.mark("idempotency key", self.0.key.as_bytes())
    }
}

fn place(tenant: TenantId, mark: &[u8; 32]) -> Place {
    let mut row = [0; 16];
    row.copy_from_slice(&mark[..16]);
    Place::new(tenant, "idempotency", "sealed", row)
}

/// The session or the sign-in, not the person: ending one must not answer for another.
const fn caller(caller: Caller) -> [u8; 16] {
    match caller {
        Caller::Visitor { session, .. } => session.bytes(),
        Caller::Member { sign_in, .. } => sign_in.bytes(),
        Caller::Key(id) => id.bytes(),
        Caller::System => [0; 16],
    }
}

fn answer(status: u16, body: Vec<u8>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    let kind = if status.is_success() { "application/json" } else { "application/problem+json" };
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}
