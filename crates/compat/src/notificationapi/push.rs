//! Carries what happens in feeds to the vendor's sockets of this node, after its commit.

use bytes::Bytes;
use countersign_base::{ContactId, Digest, Fault, TenantId};
use countersign_door::live::{Topic, frame};
use countersign_door::work::{Consumer, Happened};
use countersign_door::{App, Cx, Pending};
use countersign_reach::notifications::{FeedChanged, ItemAdded, look, unread};
use serde_json::{Value, json};

use super::shape;

/// Tells the vendor's sockets of new items and of counts.
#[derive(Clone, Copy, Debug)]
pub struct Push;

impl Consumer for Push {
    fn name(&self) -> Option<&'static str> {
        None
    }

    fn take<'a>(&'a self, app: &'a App, events: &'a [Happened]) -> Pending<'a, Result<(), Fault>> {
        Box::pin(async move {
            if app.hub.is_empty() {
                return Ok(());
            }
            for event in events {
                if !app.hub.is_heard(&topic(ContactId::from_bytes(event.topic))) {
                    continue; // the event of an item or a feed stands under its contact
                }
                if let Some(added) = event.event::<ItemAdded>() {
                    let frame = item(app, event.tenant, added).await?;
                    publish(app, added.contact, event.pos, frame);
                } else if let Some(FeedChanged { contact }) = event.event() {
                    let frame = count(app, event.tenant, contact).await?;
                    publish(app, contact, event.pos, frame);
                }
            }
            Ok(())
        })
    }
}

fn publish(app: &App, contact: ContactId, pos: i64, frame: Option<Bytes>) {
    if let Some(frame) = frame {
        app.hub.publish(&topic(contact), pos.unsigned_abs(), &frame);
    }
}

/// What the vendor's sockets of a contact hear; our own stream has another topic.
pub(super) fn topic(contact: ContactId) -> Topic {
    let named = [b"notificationapi".as_slice(), &contact.bytes()].concat();
    let mut topic = [0; 16];
    topic.copy_from_slice(&Digest::of(&named).0[..16]);
    topic
}

async fn item(app: &App, tenant: TenantId, added: ItemAdded) -> Result<Option<Bytes>, Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(None) };
    let look = async move |cx: &mut Cx<'_>| look(cx, added.contact, added.notification).await;
    let item = app.system(scope).await?.read(look).await?;
    Ok(item.map(|item| {
        told("inapp_web/new_notifications", &json!({ "notifications": [shape::item(&item)] }))
    }))
}

async fn count(app: &App, tenant: TenantId, contact: ContactId) -> Result<Option<Bytes>, Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(None) };
    let count = async move |cx: &mut Cx<'_>| unread(cx, contact).await;
    let count = app.system(scope).await?.read(count).await?;
    Ok(Some(told("inapp_web/unread_count", &json!({ "count": count }))))
}

/// A frame of the vendor's protocol.
pub(super) fn told(route: &str, payload: &Value) -> Bytes {
    frame::text(&json!({ "route": route, "payload": payload }).to_string())
}
