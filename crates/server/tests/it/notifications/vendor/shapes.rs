//! What the vendor's clients read of an answer, and nothing besides: one type an answer.

#![expect(clippy::struct_field_names, reason = "the names are the vendor's")]
#![expect(dead_code, reason = "that it can be read is the test")]

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The answer as this shape.
pub(super) fn shaped<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|fault| panic!("{fault}: {text}"))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Success {
    pub(super) success: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Message {
    pub(super) message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Sent {
    pub(super) tracking_id: String,
    pub(super) messages: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Refused {
    pub(super) tracking_id: String,
    pub(super) error: Error,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Error {
    pub(super) code: String,
    pub(super) message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct User {
    pub(super) id: String,
    pub(super) email: Option<String>,
    pub(super) number: Option<String>,
    pub(super) timezone: Option<String>,
    last_seen_time: Option<String>,
    created_at: Option<String>,
    updated_at: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Feed {
    pub(super) notifications: Vec<Item>,
    pub(super) could_load_more: bool,
    pub(super) has_more: bool,
    pub(super) oldest_received: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) notification_id: String,
    sub_notification_id: Option<String>,
    pub(super) seen: bool,
    title: String,
    #[serde(rename = "redirectURL")]
    redirect_url: Option<String>,
    #[serde(rename = "imageURL")]
    image_url: Option<String>,
    pub(super) date: String,
    opened: Option<String>,
    clicked: Option<String>,
    archived: Option<String>,
    actioned1: Option<String>,
    actioned2: Option<String>,
    replies: Option<Vec<Reply>>,
    parameters: Map<String, Value>,
    template: Templates,
    delivery_options: Map<String, Value>,
    exp_date: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reply {
    date: String,
    message: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Templates {
    instant: Text,
    batch: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    title: String,
    #[serde(rename = "redirectURL")]
    redirect_url: Option<String>,
    #[serde(rename = "imageURL")]
    image_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Preferences {
    pub(super) preferences: Vec<Preference>,
    pub(super) notifications: Vec<Kind>,
    pub(super) sub_notifications: Vec<Sub>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Preference {
    pub(super) notification_id: String,
    pub(super) sub_notification_id: Option<String>,
    pub(super) channel: String,
    pub(super) delivery: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Kind {
    pub(super) notification_id: String,
    title: String,
    pub(super) channels: Vec<String>,
    pub(super) options: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Sub {
    notification_id: String,
    sub_notification_id: String,
    title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) user_account_metadata: Account,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Account {
    logo: String,
    environment_vapid_public_key: String,
    has_web_push_enabled: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Slack {
    channels: Vec<Value>,
    users: Vec<Value>,
    me: Map<String, Value>,
    has_more_channels: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct PutSub {
    account_id: String,
    notification_id: String,
    pub(super) sub_notification_id: String,
    pub(super) title: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Logs {
    query_id: String,
    status: String,
    logs: Vec<Map<String, Value>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Count {
    pub(super) count: i64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct EnvironmentData {
    logo: String,
    application_server_key: String,
    ask_for_web_push_permission: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Tree {
    pub(super) user_preferences: Vec<Branch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Branch {
    notification_id: String,
    sub_notification_id: Option<String>,
    title: String,
    pub(super) settings: Vec<Setting>,
    #[serde(default)]
    sub_notification_preferences: Vec<Branch>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Setting {
    pub(super) channel: String,
    channel_name: String,
    pub(super) state: bool,
}
