//! What is sent to contacts, over which channel, and what became of it.

pub mod broadcasts;
pub mod notifications;
pub mod web_push;
