//! What an attacker tried on the running product, and what stood or was mended.

mod origins;
mod sessions;
mod store;
mod twice;
