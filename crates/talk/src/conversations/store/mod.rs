//! The only folder that knows the tables of conversations, messages, and the log of events.

pub(super) mod conversation;
pub(super) mod log;
pub(super) mod message;
