//! How the reader of an email does without such emails (NE4).

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::{Digest, Fault, NotificationId, TenantId};
use countersign_door::Cx;
use countersign_guard::Origin;
use countersign_people::merges;
use url::Url;

use super::super::channel::{Channel, Delivery};
use super::super::kind::Kind;
use super::super::log::Sent;
use super::super::preferences::{self, Choice};
use super::super::refusal::Refusal;
use super::super::store::{dispatch, kind as kinds};

/// What stands in a link: the tenant, the sending, and a keyed mark over both, so that only who
/// got the letter can use it. It holds as long as the delivery log.
const LENGTH: usize = 16 + 16 + 32;

/// A link's token, read but not yet believed.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    /// Whose rows it is about.
    pub tenant: TenantId,
    id: NotificationId,
    mark: Digest,
}

impl std::str::FromStr for Token {
    type Err = Refusal;

    fn from_str(text: &str) -> Result<Self, Refusal> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::NoSuchNotification)?;
        let bytes: [u8; LENGTH] = bytes.try_into().map_err(|_| Refusal::NoSuchNotification)?;
        let (tenant, rest) = bytes.split_first_chunk().ok_or(Refusal::NoSuchNotification)?;
        let (id, mark) = rest.split_first_chunk().ok_or(Refusal::NoSuchNotification)?;
        let mark = mark.try_into().map_err(|_| Refusal::NoSuchNotification)?;
        Ok(Self {
            tenant: TenantId::from_bytes(*tenant),
            id: NotificationId::from_bytes(*id),
            mark: Digest(mark),
        })
    }
}

/// The mark of a sending's link; nothing where its reader cannot do without such emails.
pub(super) async fn token(
    cx: &mut Cx<'_>,
    id: NotificationId,
) -> Result<Option<(NotificationId, Digest)>, Fault> {
    let is_needed = optional(cx, id).await?.is_empty();
    Ok((!is_needed).then(|| (id, mark(cx, id))))
}

/// Where the link leads: the widget's origin, which shares nothing with the dashboard.
pub(super) fn url(origin: &Origin, tenant: TenantId, token: &(NotificationId, Digest)) -> Url {
    let (id, mark) = token;
    let bytes = [tenant.bytes().as_slice(), &id.bytes(), &mark.0].concat();
    let url = format!("{}/unsubscribe/{}", origin.as_str(), URL_SAFE_NO_PAD.encode(bytes));
    Url::parse(&url).expect("an origin and a path are a URL")
}

/// What a link is about: the titles of what went out in its email. Nothing changes.
pub async fn about(cx: &mut Cx<'_>, token: &Token) -> Result<String, Refusal> {
    Ok(titles(&meant(cx, token).await?.1))
}

/// Turns the emails of a link's types off for whoever got it; says the titles of the types.
pub async fn unsubscribe(cx: &mut Cx<'_>, token: &Token) -> Result<String, Refusal> {
    let (sent, meant) = meant(cx, token).await?;
    let off = |(kind, sub): &(Kind, Option<String>)| Choice {
        kind: kind.name.as_str().to_owned(),
        sub: sub.clone(),
        channel: Channel::Email,
        delivery: Delivery::Off,
    };
    // Who was merged since is written to as the survivor.
    let survivor = merges::survivor(cx, sent.contact).await?;
    for contact in BTreeSet::from([sent.contact, survivor]) {
        for choices in meant.chunks(preferences::MOST_CHOICES) {
            let choices: Vec<_> = choices.iter().map(off).collect();
            preferences::choose(cx, contact, &choices).await?;
        }
    }
    Ok(titles(&meant))
}

async fn meant(
    cx: &mut Cx<'_>,
    token: &Token,
) -> Result<(Sent, Vec<(Kind, Option<String>)>), Refusal> {
    if token.tenant != cx.tenant() || !mark(cx, token.id).matches(&token.mark) {
        return Err(Refusal::NoSuchNotification);
    }
    let sent = dispatch::find(cx, token.id).await?.ok_or(Refusal::NoSuchNotification)?;
    let meant = optional(cx, token.id).await?;
    if meant.is_empty() {
        return Err(Refusal::NotOffered {
            kind: sent.kind,
            channel: Channel::Email.name(),
            delivery: Delivery::Off.name(),
        });
    }
    Ok((sent, meant))
}

/// The types of what went out in one email, those that can be turned off.
async fn optional(
    cx: &mut Cx<'_>,
    id: NotificationId,
) -> Result<Vec<(Kind, Option<String>)>, Fault> {
    let mut optional = Vec::new();
    for (kind, sub) in dispatch::together(cx, id).await? {
        let kind = kinds::find(cx, &kind).await?;
        let may = |kind: &Kind| kind.settings.offered(Channel::Email).contains(&Delivery::Off);
        optional.extend(kind.filter(may).map(|kind| (kind, sub)));
    }
    Ok(optional)
}

fn titles(meant: &[(Kind, Option<String>)]) -> String {
    let mut titles: Vec<_> = meant.iter().map(|(kind, _)| kind.settings.title.as_str()).collect();
    titles.dedup();
    titles.join(", ")
}

fn mark(cx: &Cx<'_>, id: NotificationId) -> Digest {
    Digest(cx.keys().mark("unsubscribe from email", &id.bytes()))
}
