//! Web push in the vendor's words: the tokens of browsers, and the key that they subscribe to.

use countersign_base::Fault;
use countersign_door::{App, Cx};
use countersign_reach::notifications::channel::Channel;
use countersign_reach::notifications::kinds;
use countersign_reach::web_push::{self, Given, GivenKeys, New};
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

/// The browsers in `webPushTokens`, checked; their addresses are asked for, so no transaction is
/// open meanwhile.
pub(super) async fn tokens(app: &App, body: &Value) -> Result<Vec<New>, Failure> {
    let tokens = match &body["webPushTokens"] {
        Value::Null => return Ok(Vec::new()),
        Value::Array(tokens) if tokens.len() <= MOST => tokens,
        _ => return Err(Failure::bad(format!("`webPushTokens` is a list of at most {MOST}"))),
    };
    let mut checked = Vec::with_capacity(tokens.len());
    for token in tokens {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (sub, keys) = (&token["sub"], &token["sub"]["keys"]);
        let keys = GivenKeys { p256dh: text(&keys["p256dh"]), auth: text(&keys["auth"]) };
        let given = Given { endpoint: text(&sub["endpoint"]), keys, expiration_time: None };
        checked.push(New::read(app, given).await?);
    }
    Ok(checked)
}
