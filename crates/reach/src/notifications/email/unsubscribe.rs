//! How the reader of an email does without such emails (NE4).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_base::{Digest, Fault, NotificationId, TenantId};
use countersign_door::Cx;
use countersign_guard::Origin;
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
    kind: &str,
) -> Result<Option<(NotificationId, Digest)>, Fault> {
    let kind = kinds::find(cx, kind).await?;
    let may = kind.is_some_and(|kind| can_be_turned_off(&kind));
    Ok(may.then(|| (id, mark(cx, id))))
}

/// Where the link leads: the widget's origin, which shares nothing with the dashboard.
pub(super) fn url(origin: &Origin, tenant: TenantId, token: &(NotificationId, Digest)) -> Url {
    let (id, mark) = token;
    let bytes = [tenant.bytes().as_slice(), &id.bytes(), &mark.0].concat();
    let url = format!("{}/unsubscribe/{}", origin.as_str(), URL_SAFE_NO_PAD.encode(bytes));
    Url::parse(&url).expect("an origin and a path are a URL")
}

/// What a link is about: the title of its type. Nothing changes.
pub async fn about(cx: &mut Cx<'_>, token: &Token) -> Result<String, Refusal> {
    Ok(meant(cx, token).await?.1.settings.title)
}

/// Turns the emails of a link's type off for whoever got it; says the title of the type.
pub async fn unsubscribe(cx: &mut Cx<'_>, token: &Token) -> Result<String, Refusal> {
    let (sent, kind) = meant(cx, token).await?;
    let choice =
        Choice { kind: sent.kind, sub: sent.sub, channel: Channel::Email, delivery: Delivery::Off };
    preferences::choose(cx, sent.contact, &[choice]).await?;
    Ok(kind.settings.title)
}

async fn meant(cx: &mut Cx<'_>, token: &Token) -> Result<(Sent, Kind), Refusal> {
    if token.tenant != cx.tenant() || !mark(cx, token.id).matches(&token.mark) {
        return Err(Refusal::NoSuchNotification);
    }
    let sent = dispatch::find(cx, token.id).await?.ok_or(Refusal::NoSuchNotification)?;
    let kind = kinds::find(cx, &sent.kind).await?.ok_or(Refusal::NoSuchNotification)?;
    if !can_be_turned_off(&kind) {
        return Err(Refusal::NotOffered {
            kind: sent.kind,
            channel: Channel::Email.name(),
            delivery: Delivery::Off.name(),
        });
    }
    Ok((sent, kind))
}

fn can_be_turned_off(kind: &Kind) -> bool {
    kind.settings.offered(Channel::Email).contains(&Delivery::Off)
}

fn mark(cx: &Cx<'_>, id: NotificationId) -> Digest {
    Digest(cx.keys().mark("unsubscribe from email", &id.bytes()))
}
