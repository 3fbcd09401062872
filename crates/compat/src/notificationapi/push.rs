//! Carries what happens in feeds to the vendor's sockets of this node, after its commit.

use bytes::Bytes;
use countersign_base::{ContactId, Digest, Fault, TenantId};
use countersign_door::live::{Topic, frame};
use countersign_door::work::{Consumer, Happened};
use countersign_door::{App, Cx, Pending};
use countersign_people::merges;
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
                let told = if let Some(added) = event.event::<ItemAdded>() {
                    item(app, event.tenant, added).await?
                } else if let Some(FeedChanged { contact }) = event.event() {
                    count(app, event.tenant, contact).await?
                } else {
                    None
                };
                if let Some((contact, frame)) = told {
                    app.hub.publish(&topic(contact), event.pos.unsigned_abs(), &frame);
                }
            }
            Ok(())
        })
    }
}

/// What the vendor's sockets of a contact hear; our own stream has another topic.
pub(super) fn topic(contact: ContactId) -> Topic {
    let named = [b"notificationapi".as_slice(), &contact.bytes()].concat();
    let mut topic = [0; 16];
    topic.copy_from_slice(&Digest::of(&named).0[..16]);
    topic
}

/// A frame, and the contact whose sockets it is for.
type Told = Option<(ContactId, Bytes)>;

async fn item(app: &App, tenant: TenantId, added: ItemAdded) -> Result<Told, Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(None) };
    let look = async move |cx: &mut Cx<'_>| {
        let contact = merges::survivor(cx, added.contact).await?;
        Ok::<_, Fault>((contact, look(cx, contact, added.notification).await?))
    };
    let (contact, item) = app.system(scope).await?.read(look).await?;
    Ok(item.map(|item| {
        let items = json!({ "notifications": [shape::item(&item)] });
        (contact, told("inapp_web/new_notifications", &items))
    }))
}

async fn count(app: &App, tenant: TenantId, contact: ContactId) -> Result<Told, Fault> {
    let Some(scope) = app.scope(tenant).await? else { return Ok(None) };
    let count = async move |cx: &mut Cx<'_>| {
        let contact = merges::survivor(cx, contact).await?;
        Ok::<_, Fault>((contact, unread(cx, contact).await?))
    };
    let (contact, count) = app.system(scope).await?.read(count).await?;
    Ok(Some((contact, told("inapp_web/unread_count", &json!({ "count": count })))))
}

/// A frame of the vendor's protocol.
pub(super) fn told(route: &str, payload: &Value) -> Bytes {
    frame::text(&json!({ "route": route, "payload": payload }).to_string())
}
