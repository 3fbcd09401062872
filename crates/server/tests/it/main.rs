//! The server, from the outside.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "tests read which store they run on")]

mod api_keys;
mod app;
mod attacks;
mod audit;
mod broadcasts;
mod contacts;
mod conversations;
mod coverage;
mod doctor;
mod dpop;
mod explain;
mod idempotency;
mod identity_secrets;
mod jwks;
mod merges;
mod notifications;
mod refusals;
mod replays;
mod rules;
mod sessions;
mod sign_in;
mod statements;
mod sweep;
mod web_push;
mod widgets;
