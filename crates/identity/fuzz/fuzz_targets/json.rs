//! The strict JSON reader against `serde_json`: it takes nothing that serde refuses.
#![no_main]

use countersign_identity::json::{self, JsonFault};
use serde_json::Value;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    match (json::parse(data), serde_json::from_slice::<Value>(data)) {
        (Ok(_), theirs) => drop(theirs.expect("only we take it")),
        (Err(JsonFault::Duplicate(_) | JsonFault::TooDeep | JsonFault::TooLong), _) => {}
        (Err(fault), theirs) => assert!(theirs.is_err(), "only serde takes it: {fault}"),
    }
});
