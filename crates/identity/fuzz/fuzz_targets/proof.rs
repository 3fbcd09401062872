//! Every profile against any page and any claims.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign_identity_fuzz::proof(data));
