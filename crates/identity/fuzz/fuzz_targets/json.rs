//! The strict JSON reader against `serde_json`.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign_identity_fuzz::json(data));
