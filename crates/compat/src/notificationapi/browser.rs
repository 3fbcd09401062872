//! Web push in the vendor's words: the tokens of browsers, and the key that they subscribe to.

use countersign_base::{ContactId, Fault};
use countersign_door::{App, Cx};
use countersign_reach::notifications::channel::Channel;
use countersign_reach::notifications::kinds;
use countersign_reach::web_push::{self, Given, GivenKeys, Maker, New};
use serde_json::{Value, json};

use super::answer::Failure;

/// Tokens of one call at most.
const MOST: usize = 20;

/// What a client needs to offer web push.
pub(super) struct Offer {
    key: String,
    is_used: bool,
}

impl Offer {
    pub(super) async fn read(cx: &mut Cx<'_>) -> Result<Self, Fault> {
        let key = web_push::key(cx).await?.public().to_owned();
        Ok(Self { key, is_used: kinds::use_channel(cx, Channel::WebPush).await? })
    }

    /// `GET …/account_metadata`.
    pub(super) fn metadata(&self) -> Value {
        json!({ "userAccountMetadata": {
            "logo": "", "environmentVapidPublicKey": self.key, "hasWebPushEnabled": self.is_used,
        } })
    }

    /// The socket's `environment/data`.
    pub(super) fn environment(&self, logo: &str) -> Value {
        json!({ "logo": logo, "applicationServerKey": self.key,
            "askForWebPushPermission": self.is_used })
    }
}

/// The browsers in the `webPushTokens` of a call, and what they stand on (NA7).
pub(super) struct Tokens {
    browsers: Vec<New>,
    maker: Maker,
}

impl Tokens {
    /// Checks them; their addresses are asked for, so no transaction is open meanwhile.
    pub(super) async fn read(app: &App, body: &Value, maker: Maker) -> Result<Self, Failure> {
        let tokens = match &body["webPushTokens"] {
            Value::Null => &[],
            Value::Array(tokens) if tokens.len() <= MOST => tokens.as_slice(),
            _ => return Err(Failure::bad(format!("`webPushTokens` is a list of at most {MOST}"))),
        };
        let mut browsers = Vec::with_capacity(tokens.len());
        for token in tokens {
            browsers.push(New::read(app, given(&token["sub"])).await?);
        }
        Ok(Self { browsers, maker })
    }

    /// Reaches the contact in all of them.
    pub(super) async fn register(
        &self,
        cx: &mut Cx<'_>,
        contact: ContactId,
    ) -> Result<(), Failure> {
        for browser in &self.browsers {
            web_push::subscribe(cx, contact, browser, &self.maker).await?;
        }
        Ok(())
    }
}

/// What is missing is empty, and refused as that.
fn given(sub: &Value) -> Given {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let keys = GivenKeys { p256dh: text(&sub["keys"]["p256dh"]), auth: text(&sub["keys"]["auth"]) };
    Given { endpoint: text(&sub["endpoint"]), keys, expiration_time: None }
}
