//! The vendor's words for what we have.

use countersign_base::Moment;
use countersign_reach::notifications::channel::{Channel, Delivery};
use countersign_reach::notifications::item::{Item, Mark};
use serde_json::{Value, json};

const CHANNELS: [(Channel, &str, &str); 7] = [
    (Channel::Email, "EMAIL", "Email"),
    (Channel::Inapp, "INAPP_WEB", "In-App"),
    (Channel::Sms, "SMS", "SMS"),
    (Channel::Call, "CALL", "Call"),
    (Channel::MobilePush, "PUSH", "Push"),
    (Channel::WebPush, "WEB_PUSH", "Web Push"),
    (Channel::Slack, "SLACK", "Slack"),
];

/// The vendor's name of a channel.
pub(super) fn channel_name(channel: Channel) -> &'static str {
    named(channel).1
}

/// What people see of a channel.
pub(super) fn channel_title(channel: Channel) -> &'static str {
    named(channel).2
}

fn named(channel: Channel) -> (Channel, &'static str, &'static str) {
    let found = CHANNELS.into_iter().find(|(own, ..)| *own == channel);
    found.expect("every channel has a name of the vendor")
}

/// The channel with the vendor's name.
pub(super) fn channel(name: &str) -> Option<Channel> {
    CHANNELS.into_iter().find(|(_, own, _)| *own == name).map(|(channel, ..)| channel)
}

/// The vendor's name of a delivery is ours.
pub(super) fn delivery(name: &str) -> Option<Delivery> {
    Delivery::named(name)
}

/// An item of the feed.
///
/// Clients evaluate `template` as Liquid and show the result, so the finished title stands in a
/// parameter, where no tag of it is read (NA4).
pub(super) fn item(item: &Item) -> Value {
    let mut parameters = item.parameters.clone();
    parameters.insert("_t".to_owned(), json!(item.title));
    let text = json!({ "title": "{{ _t }}", "redirectURL": item.url, "imageURL": item.image });
    let marks = item.marks;
    let mut shown = json!({
        "id": item.id, "notificationId": item.kind, "seen": marks.seen_at.is_some(),
        "title": item.title, "redirectURL": item.url, "imageURL": item.image, "date": item.at,
        "parameters": parameters, "template": { "instant": text, "batch": text },
        "deliveryOptions": { "defaultDeliveryOption": "instant", "instant": { "enabled": true } },
    });
    let moments = [
        ("opened", marks.opened_at),
        ("clicked", marks.clicked_at),
        ("archived", marks.archived_at),
        ("actioned1", marks.actioned1_at),
        ("actioned2", marks.actioned2_at),
    ];
    for (name, at) in moments {
        if let Some(at) = at {
            shown[name] = json!(at);
        }
    }
    if let Some(sub) = &item.sub {
        shown["subNotificationId"] = json!(sub);
    }
    if !item.replies.is_empty() {
        let reply = |reply: &countersign_reach::notifications::item::Reply| json!({ "date": reply.at, "message": reply.message });
        shown["replies"] = item.replies.iter().map(reply).collect();
    }
    shown
}

/// A moment as clients write it: ISO 8601 with or without a zone, or milliseconds since 1970.
pub(super) fn moment(text: &str) -> Option<Moment> {
    if let Ok(millis) = text.parse() {
        return Some(Moment::from_millis(millis));
    }
    // A `+` of the zone arrives as a space where the client did not escape it.
    let text = text.replace(' ', "+");
    let parse = |text: String| text.parse::<jiff::Timestamp>().ok();
    let at = parse(text.clone()).or_else(|| parse(format!("{text}Z")))?;
    Some(Moment::from_millis(at.as_millisecond()))
}

/// What happens to a mark: `null` takes it away, what is absent stays.
pub(super) fn mark(value: Option<&Value>) -> Option<Mark> {
    match value {
        None => Some(Mark::Unchanged),
        Some(Value::Null) => Some(Mark::Cleared),
        Some(Value::String(text)) => moment(text).map(Mark::Set),
        Some(Value::Number(number)) => {
            number.as_i64().map(|millis| Mark::Set(Moment::from_millis(millis)))
        }
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_as_clients_write_them() {
        let noon = Moment::from_millis(1_795_262_400_000);
        for text in [
            "2026-11-21T12:00:00.000Z",
            "2026-11-21T13:00:00 01:00",
            "2026-11-21T12:00:00",
            "1795262400000",
        ] {
            assert_eq!(moment(text), Some(noon), "{text}");
        }
        for text in ["undefined", "", "soon"] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn channels_are_read_back_as_they_are_written() {
        for (own, name, _) in CHANNELS {
            assert_eq!(channel(name), Some(own));
        }
        assert_eq!(channel("FAX"), None);
    }
}
