//! Notifications: what an organization tells its contacts, in the product and outside of it.
//!
//! - **N1** The recipient is the contact of conversations: a back end names it by its own id of
//!   the person, and a missing one is made. A back end's word is *set*, not proven.
//! - **N2** No two items of a feed share a millisecond, so paging by time loses nothing.
//! - **N3** `unread` is counted from the items, so it cannot drift.
//! - **N4** A contact reaches items of its own feed only; other ids change nothing.
//! - **N5** On disk titles, links, parameters and templates are ciphertext; what belongs to a
//!   contact, under a key of the contact's own.
//! - **N6** An unknown type sends nothing and makes nothing.
//! - **N7** Values are escaped where markup is expected, and a link that could run a script is
//!   left out.
//! - **N8** A template that does not parse is refused when it is saved or previewed, with field,
//!   line and column.
//! - **N9** What a contact has turned off is not sent, and the log says so; a critical type
//!   cannot be turned off.
//! - **N10** Of the same content to the same contact, sent again within the type's window, also at
//!   once, exactly one arrives.
//! - **N11** More than the type's limit for a contact is not sent, and the log says so.
//! - **N12** What is sent for later waits sealed, at most a year; until its moment it can be
//!   changed and cancelled.
//! - **N13** Retracting takes a type's items out of a contact's feed.
//! - **N14** Marks that several devices set at once all hold.

pub mod api;
pub mod channel;
pub mod digest;
pub mod email;
mod events;
mod feed;
pub mod hook;
pub mod item;
pub mod kind;
pub mod kinds;
pub mod log;
mod many;
pub mod order;
pub mod outbox;
pub mod preferences;
mod refusal;
mod request;
mod schedule;
mod send;
mod store;
pub mod template;

pub use self::events::{FeedChanged, ItemAdded};
pub use self::feed::{MOST_CHANGED, change, feed, look, see_all, unread};
pub use self::many::{MOST_AT_ONCE, Text, Told, known_each, send_each, share, shared};
pub use self::refusal::Refusal;
pub(crate) use self::request::recipient;
pub use self::request::{Person, Prepared, Request, To, kind_of, own_id, prepared};
pub use self::schedule::{cancel, change as reschedule, deliver_due, keep_time};
pub use self::send::{find, retract, send, sent};
pub use self::store::OLD;
