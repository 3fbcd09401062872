//! Tells the parts of a process that something was committed.
//!
//! The bus carries hints, never facts: whoever is woken reads the event table from its own
//! cursor. A lost hint therefore costs a moment, not an event.

use tokio::sync::watch;

/// A bell that many can wait for; ringing it twice before anyone looks is ringing once.
#[derive(Clone, Debug)]
pub struct Bell(watch::Sender<()>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(()))
    }
}

impl Bell {
    /// Wakes everyone who waits.
    pub fn ring(&self) {
        self.0.send_replace(());
    }

    /// An ear that hears every ring from now on.
    pub fn listen(&self) -> watch::Receiver<()> {
        self.0.subscribe()
    }
}
