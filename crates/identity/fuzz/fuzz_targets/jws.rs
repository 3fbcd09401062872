//! The JWS reader and the `DPoP` checks against any text.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign_identity_fuzz::jws(data));
