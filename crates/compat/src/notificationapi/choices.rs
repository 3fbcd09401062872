//! Preferences: one store, which the vendor's REST and socket show in two ways.

use countersign_door::Cx;
use countersign_reach::notifications::channel::Delivery;
use countersign_reach::notifications::kinds;
use countersign_reach::notifications::preferences::{self, Choice, Choosable, Preference};
use countersign_reach::notifications::template::escaped;
use serde_json::{Map, Value, json};

use super::answer::Failure;
use super::entry::Person;
use super::shape;

async fn all(cx: &mut Cx<'_>, person: &Person) -> Result<Vec<Preference>, Failure> {
    match person.find(cx).await? {
        Some(contact) => Ok(preferences::of_contact(cx, contact).await?),
        None => Ok(Vec::new()),
    }
}

/// As REST shows them: three flat lists, each of them always there.
pub(super) async fn flat(cx: &mut Cx<'_>, person: &Person) -> Result<Value, Failure> {
    let (mut rows, mut kinds, mut subs) = (Vec::new(), Vec::new(), Vec::new());
    for one in all(cx, person).await? {
        rows.extend(one.channels.iter().map(|held| row(&one.kind, None, held)));
        let channels: Vec<_> =
            one.channels.iter().map(|held| shape::channel_name(held.channel)).collect();
        let options: Map<_, _> = one
            .channels
            .iter()
            .map(|held| (shape::channel_name(held.channel).to_owned(), options(held)))
            .collect();
        kinds.push(json!({
            "notificationId": one.kind, "title": one.title, "channels": channels,
            "options": options,
        }));
        for sub in &one.subs {
            rows.extend(sub.channels.iter().map(|held| row(&one.kind, Some(&sub.name), held)));
            subs.push(json!({
                "notificationId": one.kind, "subNotificationId": sub.name, "title": sub.title,
            }));
        }
    }
    Ok(json!({ "preferences": rows, "notifications": kinds, "subNotifications": subs }))
}

fn row(kind: &str, sub: Option<&str>, held: &Choosable) -> Value {
    let mut row = json!({
        "notificationId": kind, "channel": shape::channel_name(held.channel),
        "delivery": held.delivery,
    });
    if let Some(sub) = sub {
        row["subNotificationId"] = json!(sub);
    }
    row
}

/// Only what can be chosen is a key: clients show every key.
fn options(held: &Choosable) -> Value {
    let mut options = Map::new();
    let usual = held.offered.first().copied().unwrap_or(Delivery::Instant);
    options.insert("defaultDeliveryOption".to_owned(), json!(usual));
    for delivery in &held.offered {
        options.insert(delivery.name().to_owned(), json!({ "enabled": true }));
    }
    Value::Object(options)
}

/// As the socket shows them: a tree with switches. Its client takes titles for markup (NA4).
pub(super) async fn tree(cx: &mut Cx<'_>, person: &Person) -> Result<Value, Failure> {
    let shown = all(cx, person).await?.into_iter().map(|one| {
        let subs: Vec<_> = one
            .subs
            .iter()
            .map(|sub| {
                json!({
                    "notificationId": one.kind, "subNotificationId": sub.name,
                    "title": escaped(&sub.title), "settings": settings(&sub.channels),
                })
            })
            .collect();
        json!({
            "notificationId": one.kind, "title": escaped(&one.title), "settings": settings(&one.channels),
            "subNotificationPreferences": subs,
        })
    });
    Ok(json!({ "userPreferences": shown.collect::<Vec<_>>() }))
}

fn settings(channels: &[Choosable]) -> Vec<Value> {
    let setting = |held: &Choosable| {
        json!({
            "channel": shape::channel_name(held.channel),
            "channelName": shape::channel_title(held.channel),
            "state": held.delivery != Delivery::Off,
        })
    };
    channels.iter().map(setting).collect()
}

/// A choice as clients send it: a delivery, or a switch.
pub(super) struct Wanted {
    kind: String,
    sub: Option<String>,
    channel: Option<String>,
    delivery: Option<String>,
    state: Option<bool>,
}

impl Wanted {
    /// Reads a list of choices, bare or under `preferences`.
    pub(super) fn read(body: &Value) -> Result<Vec<Self>, Failure> {
        let list = body.as_array().or_else(|| body["preferences"].as_array());
        let list = list.ok_or_else(|| Failure::bad("a list of preferences is expected"))?;
        list.iter().map(Self::one).collect()
    }

    /// Reads the socket's form: several channels of one notification.
    pub(super) fn of_socket(payload: &Value) -> Vec<Self> {
        let mut wanted = Vec::new();
        for one in payload.as_array().into_iter().flatten() {
            for channel in one["channelPreferences"].as_array().into_iter().flatten() {
                let mut flat = channel.clone();
                for name in ["notificationId", "subNotificationId"] {
                    flat[name] = one[name].clone();
                }
                wanted.extend(Self::one(&flat));
            }
        }
        wanted
    }

    fn one(value: &Value) -> Result<Self, Failure> {
        let text = |name: &str| value[name].as_str().map(ToOwned::to_owned);
        let kind =
            text("notificationId").ok_or_else(|| Failure::bad("`notificationId` is missing"))?;
        Ok(Self {
            kind,
            sub: text("subNotificationId").or_else(|| text("secondaryId")),
            channel: text("channel"),
            delivery: text("delivery"),
            state: value["state"].as_bool(),
        })
    }

    /// Our choices: without a channel, every channel of the type.
    async fn choices(self, cx: &mut Cx<'_>) -> Result<Vec<Choice>, Failure> {
        let kind = kinds::find(cx, &self.kind).await;
        let kind =
            kind.map_err(|_| Failure::bad(format!("there is no notification `{}`", self.kind)))?;
        let channels = match &self.channel {
            Some(name) => {
                vec![shape::channel(name).ok_or_else(|| Failure::bad("`channel` is unknown"))?]
            }
            None => kind.settings.channels.clone(),
        };
        let mut choices = Vec::new();
        for channel in channels {
            let delivery = match (&self.delivery, self.state) {
                (Some(name), _) => shape::delivery(name),
                (None, Some(false)) => Some(Delivery::Off),
                (None, Some(true)) => {
                    kind.settings.offered(channel).iter().copied().find(|one| *one != Delivery::Off)
                }
                (None, None) => None,
            };
            let delivery = delivery.ok_or_else(|| Failure::bad("`delivery` is unknown"))?;
            choices.push(Choice {
                kind: self.kind.clone(),
                sub: self.sub.clone(),
                channel,
                delivery,
            });
        }
        Ok(choices)
    }
}

/// Makes choices, all or none.
pub(super) async fn choose(
    cx: &mut Cx<'_>,
    person: &Person,
    wanted: Vec<Wanted>,
) -> Result<(), Failure> {
    let mut choices = Vec::new();
    for one in wanted.into_iter().take(preferences::MOST_CHOICES + 1) {
        choices.extend(one.choices(cx).await?);
    }
    let contact = person.ensure(cx).await?;
    Ok(preferences::choose(cx, contact, &choices).await?)
}

/// Takes choices back.
pub(super) async fn reset(
    cx: &mut Cx<'_>,
    person: &Person,
    kind: Option<&str>,
    sub: Option<&str>,
) -> Result<(), Failure> {
    match person.find(cx).await? {
        Some(contact) => Ok(preferences::reset(cx, contact, kind, sub).await?),
        None => Ok(()),
    }
}
