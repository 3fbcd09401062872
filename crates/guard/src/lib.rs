//! May this pass, from facts alone: windows, lockout, origins, networks, headers.
//!
//! A pure library: it opens nothing, asks no clock (`now` comes in, in milliseconds) and knows
//! nothing of who calls. What it answers depends only on what it was given before.

mod addresses;
mod browser;
mod headers;
mod keep;
mod key;
mod lockout;
mod network;
mod origin;
mod proxies;
mod window;

pub use addresses::is_public;
pub use browser::{CookieCall, CsrfRefusal, is_json};
pub use headers::{Twice, single_headers, single_parameters};
pub use key::{Key, RetryAfter};
pub use lockout::{Attempt, Lockout};
pub use network::{BadBlock, Block, Network};
pub use origin::{BadOrigin, Origin, OriginRefusal, frame_ancestors, origin_verdict};
pub use proxies::{Proxies, Trail};
pub use window::{Limits, Rule, Verdict};
