//! The outside failed; nothing that a caller can mend by asking differently.

/// A fault of the store, the vault or the network.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too much waits already; nothing was done, ask again later.
    #[error("too much is waiting for the store")]
    Busy,
    /// The disk has no room; nothing was done.
    #[error("the disk is full")]
    Full,
    /// The transaction was given up; nothing was done, ask again.
    #[error("the transaction was given up: {0}")]
    Retry(String),
    /// A row with this key is there already.
    #[error("a unique key is taken")]
    Unique,
    /// The store cannot be reached or answers wrongly.
    #[error("the store failed: {0}")]
    Store(String),
    /// What is stored cannot be read back: wrong key, or altered rows.
    #[error("stored data cannot be read: {0}")]
    Corrupt(&'static str),
}
