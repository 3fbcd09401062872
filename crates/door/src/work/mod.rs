//! What goes on without a request: consumers of events, and the watch for revocations.

mod consume;
mod watch;

pub use consume::{Consumer, Happened, consume};
pub use watch::{Watch, watch};
