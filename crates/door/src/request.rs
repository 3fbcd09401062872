//! What is known of every request before anyone looks into it.

use std::net::IpAddr;

use countersign_base::{Moment, RequestId};
use countersign_infra::chance;

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Runs the rest of a request under its number.
#[derive(Clone, Copy, Debug)]
pub struct RequestScope(RequestId);

impl RequestScope {
    /// A new number for a request that arrives at `now`.
    pub fn new(now: Moment) -> Self {
        Self(RequestId::new(now.millis(), chance::bytes()))
    }

    /// The number.
    pub fn id(self) -> RequestId {
        self.0
    }

    /// Runs `future` so that [`request_id`] knows the number.
    pub async fn run<F: Future>(self, future: F) -> F::Output {
        CURRENT.scope(self.0, future).await
    }
}

/// The number of the request that this task serves.
pub fn request_id() -> Option<RequestId> {
    CURRENT.try_with(|id| *id).ok()
}

/// Where a request comes from, after trusted proxies were heard.
#[derive(Clone, Copy, Debug)]
pub struct Arrival {
    /// The address of the client.
    pub address: IpAddr,
}
