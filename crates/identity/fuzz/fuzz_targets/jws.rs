//! The JWS reader and the `DPoP` checks against any text; what is read has one spelling.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_identity::{dpop, jws::Compact};

libfuzzer_sys::fuzz_target!(|token: &str| {
    let _ = dpop(token, "POST", "https://x.example/", None, 1_767_225_600);
    let Ok(compact) = Compact::split(token) else { return };
    let _ = compact.header();
    if let (Ok(header), Ok(payload), Ok(signature)) =
        (compact.header_bytes(), compact.payload(), compact.signature())
    {
        let again =
            [header, payload, signature].map(|bytes| URL_SAFE_NO_PAD.encode(bytes)).join(".");
        assert_eq!(again, token);
    }
});
