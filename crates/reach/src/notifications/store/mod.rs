//! The only files that know where notifications are kept.

pub(super) mod digest;
pub(super) mod dispatch;
pub(super) mod dispatches;
pub(super) mod hook;
pub(super) mod item;
pub(super) mod items;
pub(super) mod kind;
pub(super) mod outbox;
pub(super) mod preference;

use countersign_base::Fault;
use countersign_door::work::Old;
use serde::Serialize;
use serde::de::DeserializeOwned;

const DAY: i64 = 24 * 3_600;
const OLD_ITEMS: &str = "delete from notification where expires_at < $1";
const OLD_TEXTS: &str = "delete from notification_text where expires_at < $1";
const OLD_SENDINGS: &str = "delete from dispatch where due_at < $1 and state <> 'scheduled'";
const OLD_DELIVERIES: &str = "delete from delivery where at < $1";

/// Items at the end of their time, and the delivery log after 90 days.
pub const OLD: [Old; 4] = [
    Old { sql: OLD_ITEMS, seconds: 0 },
    Old { sql: OLD_TEXTS, seconds: 0 },
    Old { sql: OLD_SENDINGS, seconds: 90 * DAY },
    Old { sql: OLD_DELIVERIES, seconds: 90 * DAY },
];

/// What stands in a sealed column.
fn json(value: &impl Serialize) -> Result<Vec<u8>, Fault> {
    serde_json::to_vec(value).map_err(|_| Fault::Store("a value cannot be written as JSON".into()))
}

fn read<T: DeserializeOwned>(plain: &[u8]) -> Result<T, Fault> {
    serde_json::from_slice(plain).map_err(|_| Fault::Corrupt("a sealed value cannot be read"))
}

/// The row of a place for what is found by a name: the first bytes of the name's mark.
fn row_of(keys: &countersign_infra::vault::TenantKeys, what: &'static str, name: &str) -> [u8; 16] {
    let mark = keys.mark(what, name.as_bytes());
    let mut row = [0; 16];
    row.copy_from_slice(&mark[..16]);
    row
}
