//! The profile `notificationapi` against any bytes.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| countersign_identity_fuzz::proof(
    "notificationapi",
    data
));
