//! The profile `fogbender` against any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign_identity_fuzz::proof("fogbender", data));
