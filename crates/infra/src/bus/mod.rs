//! Tells the parts of an installation that something was committed.
//!
//! The bus carries hints, never facts: whoever is woken reads the event table from its own
//! cursor. A lost hint therefore costs half a second, not an event.

mod redis;

use tokio::sync::watch;

pub use self::redis::link;

/// A bell that many can wait for; ringing it twice before anyone looks is ringing once.
#[derive(Clone, Debug)]
pub struct Bell {
    ears: watch::Sender<()>,
    own: watch::Sender<()>,
    others: watch::Sender<()>,
}

impl Default for Bell {
    fn default() -> Self {
        let channel = || watch::Sender::new(());
        Self { ears: channel(), own: channel(), others: channel() }
    }
}

impl Bell {
    /// Wakes everyone who waits, here and, where there is a link, on the other nodes.
    pub fn ring(&self) {
        self.ears.send_replace(());
        self.own.send_replace(());
    }

    /// An ear that hears every ring from now on.
    pub fn listen(&self) -> watch::Receiver<()> {
        self.ears.subscribe()
    }

    /// An ear that hears the rings of other nodes only.
    pub fn listen_to_others(&self) -> watch::Receiver<()> {
        self.others.subscribe()
    }

    /// Wakes everyone who waits here: another node rang.
    pub fn echo(&self) {
        self.ears.send_replace(());
        self.others.send_replace(());
    }
}
