//! The present moment, the one place that asks for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use countersign_base::Moment;

/// Tells the time; a test holds one still and moves it.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands where it was put, in milliseconds.
    Held(Arc<AtomicI64>),
}

impl Clock {
    /// The present moment.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that asks the machine")]
    pub fn now(&self) -> Moment {
        match self {
            Self::Held(millis) => Moment::from_millis(millis.load(Ordering::SeqCst)),
            Self::System => {
                let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
                let millis = since.map_or(0, |since| since.as_millis());
                Moment::from_millis(i64::try_from(millis).unwrap_or(i64::MAX))
            }
        }
    }
}
