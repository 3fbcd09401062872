//! Notification types: the kinds of news that an organization sends, each with its channels,
//! templates and limits.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::channel::{Channel, Delivery};
use super::refusal::{BadText, Refusal};
use super::template;

/// What a type or a sub-notification is called by: 1 to 128 characters, no control characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Name(String);

impl Name {
    /// Characters that it has at most.
    pub const MOST: usize = 128;

    /// The text itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        let fits = (1..=Self::MOST).contains(&text.chars().count());
        let good = fits && text.trim() == text && !text.chars().any(char::is_control);
        good.then_some(Self(text)).ok_or(Refusal::Name("type"))
    }
}

/// A notification type.
#[derive(Clone, Debug, PartialEq)]
pub struct Kind {
    /// What back ends call it.
    pub name: Name,
    /// How it is sent.
    pub settings: Settings,
}

/// How a notification type is sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What people see among their preferences, 1 to 200 characters.
    pub title: String,
    /// On which channels it is sent, unless a call asks for fewer.
    pub channels: Vec<Channel>,
    /// Whether nobody can turn it off: passwords, invoices, incidents.
    #[serde(default)]
    pub critical: bool,
    /// What people can choose for a channel; the first is what holds until they do.
    #[serde(default)]
    pub offers: BTreeMap<Channel, Vec<Delivery>>,
    /// What it says, unless a call says it itself.
    #[serde(default)]
    pub templates: Templates,
    /// Seconds within which the same content to the same contact is sent once, up to a day.
    #[serde(default)]
    pub deduplicate_seconds: Option<u32>,
    /// How often it may be sent.
    #[serde(default)]
    pub throttle: Option<Throttle>,
    /// Days that an item stays in the feed, up to ten years; for ever without it.
    #[serde(default)]
    pub retention_days: Option<u16>,
}

/// At most so many in so many seconds; more are not sent, and the log says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// How many, 1 to 1,000.
    pub most: u32,
    /// In how many seconds, up to 31 days.
    pub seconds: u32,
}

/// What a notification says on each channel, in Liquid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Templates {
    /// In the feed.
    #[serde(default)]
    pub inapp: Option<InappText>,
    /// In an email.
    #[serde(default)]
    pub email: Option<EmailText>,
    /// In a browser's notification.
    #[serde(default)]
    pub web_push: Option<PushText>,
}

/// A feed item before it is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InappText {
    /// HTML; values of parameters are escaped.
    pub title: String,
    /// Where a click leads: `https:`, `http:` or a path.
    #[serde(default)]
    pub url: Option<String>,
    /// A picture beside it.
    #[serde(default)]
    pub image: Option<String>,
}

/// An email before it is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EmailText {
    /// Plain text.
    pub subject: String,
    /// HTML; values of parameters are escaped.
    pub html: String,
}

/// A browser's notification before it is rendered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PushText {
    /// Plain text.
    pub title: String,
    /// Plain text.
    pub message: String,
    /// A picture beside it.
    #[serde(default)]
    pub icon: Option<String>,
    /// Where a click leads.
    #[serde(default)]
    pub url: Option<String>,
}

impl Settings {
    /// Refuses what cannot work, before it is stored (N8).
    pub fn check(&self) -> Result<(), Refusal> {
        text("title", &self.title, 200)?;
        if self.channels.is_empty() {
            return Err(Refusal::Channels("a type is sent on one channel at least"));
        }
        self.check_offers()?;
        self.templates.check()?;
        range("deduplicate_seconds", self.deduplicate_seconds, 86_400)?;
        range("retention_days", self.retention_days.map(u32::from), 3_653)?;
        range("throttle.most", self.throttle.map(|throttle| throttle.most), 1_000)?;
        range("throttle.seconds", self.throttle.map(|throttle| throttle.seconds), 2_678_400)
    }

    fn check_offers(&self) -> Result<(), Refusal> {
        for (channel, offered) in &self.offers {
            if offered.is_empty() {
                return Err(Refusal::Channels("a channel offers one delivery at least"));
            }
            if offered.iter().any(|delivery| !channel.possible().contains(delivery)) {
                return Err(Refusal::Channels(
                    "digests (`hourly` to `monthly`) are offered for `email` only",
                ));
            }
            if self.critical && offered.contains(&Delivery::Off) {
                return Err(Refusal::Channels("a critical type cannot offer `off`"));
            }
        }
        Ok(())
    }

    /// What people can choose for a channel; the first holds until they do.
    pub fn offered(&self, channel: Channel) -> &[Delivery] {
        match self.offers.get(&channel) {
            Some(offered) => offered,
            None if self.critical => &[Delivery::Instant],
            None => &[Delivery::Instant, Delivery::Off],
        }
    }

    /// What holds for a channel when nobody has chosen.
    pub fn usual(&self, channel: Channel) -> Delivery {
        self.offered(channel).first().copied().unwrap_or(Delivery::Instant)
    }
}

impl Templates {
    /// Refuses texts that are no templates, each with line and column (N8).
    pub fn check(&self) -> Result<(), Refusal> {
        let bad =
            |(what, text): (_, &str)| Some(BadText { what, why: template::check(text).err()? });
        let bad: Vec<_> = self.texts().into_iter().filter_map(bad).collect();
        if bad.is_empty() { Ok(()) } else { Err(Refusal::Templates(bad)) }
    }

    /// Every text that there is, with its place in the contract.
    fn texts(&self) -> Vec<(&'static str, &str)> {
        let mut texts: Vec<(_, Option<&String>)> = Vec::new();
        if let Some(inapp) = &self.inapp {
            texts.push(("templates.inapp.title", Some(&inapp.title)));
            texts.push(("templates.inapp.url", inapp.url.as_ref()));
            texts.push(("templates.inapp.image", inapp.image.as_ref()));
        }
        if let Some(email) = &self.email {
            texts.push(("templates.email.subject", Some(&email.subject)));
            texts.push(("templates.email.html", Some(&email.html)));
        }
        if let Some(push) = &self.web_push {
            texts.push(("templates.web_push.title", Some(&push.title)));
            texts.push(("templates.web_push.message", Some(&push.message)));
            texts.push(("templates.web_push.icon", push.icon.as_ref()));
            texts.push(("templates.web_push.url", push.url.as_ref()));
        }
        texts.into_iter().filter_map(|(what, text)| Some((what, text?.as_str()))).collect()
    }
}

/// A text that is shown: 1 to `most` characters, not only blanks.
pub(super) fn text(what: &'static str, text: &str, most: usize) -> Result<(), Refusal> {
    if text.trim().is_empty() {
        return Err(Refusal::Name(what));
    }
    if text.chars().count() > most { Err(Refusal::TooLong { what, most }) } else { Ok(()) }
}

fn range(what: &'static str, number: Option<u32>, most: u32) -> Result<(), Refusal> {
    match number {
        Some(number) if !(1..=most).contains(&number) => {
            Err(Refusal::Range { what, least: 1, most: i64::from(most) })
        }
        _ => Ok(()),
    }
}
