//! What goes on without a request: consumers of events, and the watch for revocations.

mod consume;
mod tidy;
mod watch;

pub use consume::{Consumer, Happened, consume};
pub use tidy::{DOOR, Old, take_out, tidy};
pub use watch::{Watch, watch};
