//! What contacts choose: per type, per sub-notification, per channel, how often (N9).

use std::collections::{BTreeMap, HashMap};

use countersign_base::{ContactId, Fault};
use countersign_door::Cx;
use countersign_people::audit;
use serde::{Deserialize, Serialize};

use super::channel::{Channel, Delivery};
use super::digest;
use super::kind::{Kind, Name};
use super::refusal::Refusal;
use super::store::kind::{self as kinds, Sub};
use super::store::preference::{self, Chosen};

/// Choices that one call may make.
pub const MOST_CHOICES: usize = 500;
/// Sub-notifications of a type that preferences show.
const MOST_SUBS: i64 = 200;

/// The preferences for one type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Preference {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// What people see.
    pub title: String,
    /// Whether nobody can turn it off.
    pub critical: bool,
    /// Each channel with what holds and what can be chosen.
    pub channels: Vec<Choosable>,
    /// Its sub-notifications, each with choices of its own.
    pub subs: Vec<SubPreference>,
}

/// The preferences for one sub-notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SubPreference {
    /// Which.
    pub name: String,
    /// What people see.
    pub title: String,
    /// Each channel with what holds and what can be chosen.
    pub channels: Vec<Choosable>,
}

/// What holds for a channel, and what can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Choosable {
    /// The channel.
    pub channel: Channel,
    /// What holds.
    pub delivery: Delivery,
    /// What can be chosen.
    pub offered: Vec<Delivery>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The sub-notification; the type itself without it.
    #[serde(default)]
    pub sub: Option<String>,
    /// The channel.
    pub channel: Channel,
    /// How often.
    pub delivery: Delivery,
}

/// What holds for a contact, a type and perhaps a sub-notification.
#[derive(Debug)]
pub struct Held {
    usual: BTreeMap<Channel, Delivery>,
    chosen: Vec<Chosen>,
    sub: Option<String>,
}

impl Held {
    /// What holds for somebody who chose this; what the type no longer offers does not.
    pub(super) fn of(kind: &Kind, sub: Option<&str>, mut chosen: Vec<Chosen>) -> Self {
        chosen.retain(|row| kind.settings.offered(row.channel).contains(&row.delivery));
        Self { usual: usual(kind), chosen, sub: sub.map(ToOwned::to_owned) }
    }

    /// What holds for a channel: the choice for the sub-notification, for the type, the default.
    pub fn delivery(&self, channel: Channel) -> Delivery {
        let of = |sub: Option<&str>| {
            let mut chosen = self.chosen.iter();
            chosen.find(|row| row.channel == channel && row.sub.as_deref() == sub)
        };
        let chosen = self.sub.as_deref().and_then(|sub| of(Some(sub))).or_else(|| of(None));
        let usual = self.usual.get(&channel).copied().unwrap_or(Delivery::Instant);
        chosen.map_or(usual, |row| row.delivery)
    }
}

/// What holds for a contact and a type; what the type no longer offers does not hold.
pub async fn held(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: &Kind,
    sub: Option<&str>,
) -> Result<Held, Fault> {
    let chosen = preference::of_kind(cx, contact, kind.name.as_str(), sub).await?;
    Ok(Held::of(kind, sub, chosen))
}

/// What holds for a type and each of these contacts; those who chose nothing are not among them.
pub async fn held_each(
    cx: &mut Cx<'_>,
    contacts: &[ContactId],
    kind: &Kind,
    sub: Option<&str>,
) -> Result<HashMap<ContactId, Held>, Fault> {
    let chosen = preference::of_kind_each(cx, contacts, kind.name.as_str(), sub).await?;
    Ok(chosen.into_iter().map(|(contact, rows)| (contact, Held::of(kind, sub, rows))).collect())
}

fn usual(kind: &Kind) -> BTreeMap<Channel, Delivery> {
    let channels = kind.settings.channels.iter();
    channels.map(|channel| (*channel, kind.settings.usual(*channel))).collect()
}

/// The preferences of a contact, for every type that it has received once or chosen for.
pub async fn of_contact(cx: &mut Cx<'_>, contact: ContactId) -> Result<Vec<Preference>, Fault> {
    let chosen = preference::of_contact(cx, contact).await?;
    let mut shown = Vec::new();
    for name in preference::received(cx, contact).await? {
        let Some(kind) = kinds::find(cx, &name).await? else { continue };
        let subs = kinds::subs(cx, &name, MOST_SUBS).await?;
        shown.push(preference(&kind, subs, &chosen));
    }
    Ok(shown)
}

fn preference(kind: &Kind, subs: Vec<Sub>, chosen: &[Chosen]) -> Preference {
    let name = kind.name.as_str();
    let chosen = chosen.iter().filter(|row| {
        row.kind == name && kind.settings.offered(row.channel).contains(&row.delivery)
    });
    let mut held = Held { usual: usual(kind), chosen: chosen.cloned().collect(), sub: None };
    let channels = choosable(kind, &held);
    let of_sub = |sub: Sub| {
        held.sub = Some(sub.name.clone());
        SubPreference { channels: choosable(kind, &held), name: sub.name, title: sub.title }
    };
    Preference {
        kind: name.to_owned(),
        title: kind.settings.title.clone(),
        critical: kind.settings.critical,
        channels,
        subs: subs.into_iter().map(of_sub).collect(),
    }
}

fn choosable(kind: &Kind, held: &Held) -> Vec<Choosable> {
    let mut channels = kind.settings.channels.clone();
    channels.sort_unstable();
    channels.dedup();
    let shown = |channel| Choosable {
        channel,
        delivery: held.delivery(channel),
        offered: kind.settings.offered(channel).to_vec(),
    };
    channels.into_iter().map(shown).collect()
}

/// Makes choices, all or none; only what the type offers can be chosen (N9).
pub async fn choose(
    cx: &mut Cx<'_>,
    contact: ContactId,
    choices: &[Choice],
) -> Result<(), Refusal> {
    if choices.len() > MOST_CHOICES {
        return Err(Refusal::TooMany { what: "choices in one call", most: MOST_CHOICES });
    }
    for choice in choices {
        let kind = kinds::find(cx, &choice.kind).await?;
        let kind = kind.ok_or_else(|| Refusal::NoSuchType(choice.kind.clone()))?;
        let sub = choice.sub.clone().filter(|sub| !sub.is_empty()).map(Name::try_from);
        let sub = sub.transpose()?.map(|sub| sub.as_str().to_owned());
        let offered = kind.settings.channels.contains(&choice.channel)
            && kind.settings.offered(choice.channel).contains(&choice.delivery);
        if !offered {
            return Err(Refusal::NotOffered {
                kind: choice.kind.clone(),
                channel: choice.channel.name(),
                delivery: choice.delivery.name(),
            });
        }
        let chosen = Chosen {
            kind: choice.kind.clone(),
            sub,
            channel: choice.channel,
            delivery: choice.delivery,
        };
        preference::put(cx, contact, &chosen).await?;
    }
    digest::reconsider(cx, contact).await?;
    Ok(())
}

/// Makes choices on somebody's behalf; the audit log tells who did.
pub async fn choose_for(
    cx: &mut Cx<'_>,
    contact: ContactId,
    choices: &[Choice],
) -> Result<(), Refusal> {
    choose(cx, contact, choices).await?;
    audit::note(cx, "notification_preferences.changed", contact).await?;
    Ok(())
}

/// Takes choices back: all, those of a type, or those of one of its sub-notifications.
pub async fn reset(
    cx: &mut Cx<'_>,
    contact: ContactId,
    kind: Option<&str>,
    sub: Option<&str>,
) -> Result<(), Fault> {
    preference::remove(cx, contact, kind, sub).await?;
    digest::reconsider(cx, contact).await
}
