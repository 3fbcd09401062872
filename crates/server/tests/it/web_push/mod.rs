//! Web push: rules NP1 to NP5 of `reach::web_push`.

mod browser;
mod subscriptions;
