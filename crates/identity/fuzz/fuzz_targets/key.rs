//! Public keys and sets of them against any text.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign_identity_fuzz::key(data));
