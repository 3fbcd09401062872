//! Tests from outside: only what other crates can call.
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod access;
mod attacks;
mod concatenated;
mod corpus;
mod differential;
mod dpop;
mod explain;
mod fuzzed;
mod hostile;
mod kit;
mod proofs;
mod sdk;
mod vectors;
mod work;
