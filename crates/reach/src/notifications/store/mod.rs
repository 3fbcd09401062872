//! The only files that know where notifications are kept.

pub(super) mod dispatch;
pub(super) mod item;
pub(super) mod kind;
pub(super) mod preference;

use countersign_base::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;

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
