//! What is known of every request before anyone looks into it.

use std::net::IpAddr;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_base::{Moment, RequestId};
use countersign_infra::chance;

static COUNT: AtomicU64 = AtomicU64::new(0);
static SEED: OnceLock<(u64, u64)> = OnceLock::new();

tokio::task_local! {
    static CURRENT: RequestId;
}

/// Runs the rest of a request under its number.
#[derive(Clone, Copy, Debug)]
pub struct RequestScope(RequestId);

impl RequestScope {
    /// A new number for a request that arrives at `now`.
    ///
    /// It names a request and proves nothing, so cheap chance is enough: a counter of this
    /// process, begun and mixed at random.
    pub fn new(now: Moment) -> Self {
        let (start, mix) = *SEED.get_or_init(|| {
            (u64::from_be_bytes(chance::bytes()), u64::from_be_bytes(chance::bytes()))
        });
        let number = start.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed));
        let mut rest = [0; 10];
        rest[..8].copy_from_slice(&number.wrapping_mul(0x9E37_79B9_7F4A_7C15).to_be_bytes());
        rest[8..].copy_from_slice(&mix.to_be_bytes()[..2]);
        Self(RequestId::new(now.millis(), rest))
    }

    /// The rest of the request `id`, on another task.
    pub(crate) fn of(id: RequestId) -> Self {
        Self(id)
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
