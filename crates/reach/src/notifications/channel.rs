//! Ways to reach a person, and how often each may be used.

use serde::{Deserialize, Serialize};

/// A way to reach a person.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The feed inside the product.
    Inapp,
    /// An email.
    Email,
    /// A notification of the browser (RFC 8030).
    WebPush,
    /// A text message; needs a provider.
    Sms,
    /// A telephone call; needs a provider.
    Call,
    /// A notification of a telephone; needs a provider.
    MobilePush,
    /// A message in Slack; needs a provider.
    Slack,
}

impl Channel {
    /// Every channel, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Inapp,
        Self::Email,
        Self::WebPush,
        Self::Sms,
        Self::Call,
        Self::MobilePush,
        Self::Slack,
    ];

    /// Its name in the store and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inapp => "inapp",
            Self::Email => "email",
            Self::WebPush => "web_push",
            Self::Sms => "sms",
            Self::Call => "call",
            Self::MobilePush => "mobile_push",
            Self::Slack => "slack",
        }
    }

    /// The channel with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }

    /// What a person may choose for it at all: a feed is not read to anybody once a day.
    pub const fn possible(self) -> &'static [Delivery] {
        match self {
            Self::Email => &Delivery::ALL,
            _ => &[Delivery::Instant, Delivery::Off],
        }
    }
}

/// How often a channel may be used.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Each notification at once.
    Instant,
    /// Never.
    Off,
    /// What came together, once an hour.
    Hourly,
    /// What came together, once a day.
    Daily,
    /// What came together, once a week.
    Weekly,
    /// What came together, once a month.
    Monthly,
}

impl Delivery {
    /// Every delivery.
    pub const ALL: [Self; 6] =
        [Self::Instant, Self::Off, Self::Hourly, Self::Daily, Self::Weekly, Self::Monthly];

    /// Its name in the store and in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Instant => "instant",
            Self::Off => "off",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Monthly => "monthly",
        }
    }

    /// The delivery with this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|delivery| delivery.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back_as_they_are_written() {
        for channel in Channel::ALL {
            assert_eq!(Channel::named(channel.name()), Some(channel));
        }
        for delivery in Delivery::ALL {
            assert_eq!(Delivery::named(delivery.name()), Some(delivery));
        }
        assert_eq!((Channel::named("fax"), Delivery::named("")), (None, None));
    }
}
