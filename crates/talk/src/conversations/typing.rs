//! Somebody types: told to who listens now, never stored (C14).

use std::sync::Arc;

use countersign_base::{ContactId, ConversationId, Moment, TenantId};
use countersign_door::App;
use countersign_guard::{Limits, Rule, Verdict};

use super::frames;
use super::model::{AuthorKind, Writer};

/// How often one person may say so; clients do it every 3 s.
const RULE: Rule = Rule { limit: 10, window_ms: 10_000 };

/// That somebody types in a conversation.
pub(super) struct Typing {
    pub(super) tenant: TenantId,
    pub(super) contact: ContactId,
    pub(super) conversation: ConversationId,
    pub(super) writer: Writer,
    pub(super) name: Option<String>,
}

/// People who are counted at once; past that, the first ones are forgotten.
const WRITERS: usize = 10_000;

/// How often each person said lately that they type.
#[derive(Clone, Debug)]
pub(super) struct Throttle(Arc<Limits>);

impl Default for Throttle {
    fn default() -> Self {
        Self(Arc::new(Limits::new(WRITERS)))
    }
}

impl Throttle {
    /// Counts one more time that `writer` says so.
    pub(super) fn count(&self, writer: Writer, now: Moment) -> Verdict {
        self.0.check(writer.id, RULE, now.millis())
    }
}

impl Typing {
    /// Tells the dashboards and, when it is not the visitor who types, the visitor.
    pub(super) fn tell(&self, app: &App) {
        let frame = frames::typing(self);
        app.hub.publish_fleeting(&self.tenant.bytes(), &frame);
        if self.writer.kind != AuthorKind::Visitor {
            app.hub.publish_fleeting(&self.contact.bytes(), &frame);
        }
    }
}
