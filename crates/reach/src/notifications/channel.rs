//! Ways to reach a person, and how often each may be used.

countersign_base::named! {
    /// A way to reach a person.
    pub enum Channel {
        /// The feed inside the product.
        Inapp = "inapp",
        /// An email.
        Email = "email",
        /// A notification of the browser (RFC 8030).
        WebPush = "web_push",
        /// A text message; needs a provider.
        Sms = "sms",
        /// A telephone call; needs a provider.
        Call = "call",
        /// A notification of a telephone; needs a provider.
        MobilePush = "mobile_push",
        /// A message in Slack; needs a provider.
        Slack = "slack",
    }
}

impl Channel {
    /// What a person may choose for it at all: a feed is not read to anybody once a day.
    pub const fn possible(self) -> &'static [Delivery] {
        match self {
            Self::Email => &Delivery::ALL,
            _ => &[Delivery::Instant, Delivery::Off],
        }
    }
}

countersign_base::named! {
    /// How often a channel may be used.
    pub enum Delivery {
        /// Each notification at once.
        Instant = "instant",
        /// Never.
        Off = "off",
        /// What came together, once an hour.
        Hourly = "hourly",
        /// What came together, once a day.
        Daily = "daily",
        /// What came together, once a week.
        Weekly = "weekly",
        /// What came together, once a month.
        Monthly = "monthly",
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
