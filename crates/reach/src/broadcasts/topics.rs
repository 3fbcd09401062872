//! Topics: who wants to hear of what (NB8).

use countersign_base::{ContactId, Fault, Moment};
use countersign_door::Cx;
use serde::Serialize;

use super::model::Refusal;
use super::{recipients, store};
use crate::notifications::kind::Name;
use crate::notifications::{self, To};

/// People that one call names at most.
pub const MOST_NAMED: usize = notifications::MOST_AT_ONCE;

/// A topic with how many it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Subscribed {
    /// What back ends call it.
    pub topic: String,
    /// How many contacts have subscribed to it.
    pub subscribers: i64,
}

/// Somebody who wants to hear of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Subscriber {
    /// Who.
    pub contact: ContactId,
    /// Since when.
    pub subscribed_at: Moment,
}

/// A topic's name, as back ends write it.
pub(super) fn named(text: &str) -> Result<&str, Refusal> {
    Name::try_from(text.to_owned()).map_err(|_| Refusal::Topic)?;
    Ok(text)
}

/// Subscribes people, who are made where they are missing; how many were not there before.
pub async fn subscribe(cx: &mut Cx<'_>, topic: &str, people: &[To]) -> Result<u64, Refusal> {
    let topic = named(topic)?;
    let contacts = recipients(cx, people).await?;
    Ok(store::subscribe(cx, topic, &contacts).await?)
}

/// Takes people out of a topic; how many were there.
pub async fn unsubscribe(cx: &mut Cx<'_>, topic: &str, people: &[To]) -> Result<u64, Fault> {
    let contacts: Vec<_> =
        notifications::known_each(cx, people).await?.into_iter().flatten().collect();
    store::unsubscribe(cx, topic, &contacts).await
}

/// Takes everybody out of a topic; how many there were.
pub async fn remove(cx: &mut Cx<'_>, topic: &str) -> Result<u64, Fault> {
    store::remove_topic(cx, topic).await
}

/// The topics that have subscribers, by name, after one of them.
pub async fn list(cx: &mut Cx<'_>, limit: i64) -> Result<Vec<Subscribed>, Fault> {
    store::topics(cx, limit).await
}

/// The subscribers of a topic, after one of them.
pub async fn subscribers(
    cx: &mut Cx<'_>,
    topic: &str,
    after: [u8; 16],
    limit: usize,
) -> Result<Vec<Subscriber>, Fault> {
    store::subscribers(cx, topic, after, limit).await
}
