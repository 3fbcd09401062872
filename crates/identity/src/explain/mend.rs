//! What to do about the reasons of the verifier.

use crate::json::JsonFault;
use crate::jws::JwsFault;
use crate::reason::Reason;

/// What to do about a reason when nothing more is known.
pub(super) fn reason_mend(reason: Reason) -> String {
    let words = match reason {
        Reason::Lifetime { most, .. } => {
            return format!("set `exp` to at most {most} s after `iat`");
        }
        Reason::Token(fault) => token_mend(fault),
        Reason::ForeignProof(_) => "choose the widget's profile that this proof belongs to",
        Reason::BlankProof(_) => "find out why your server answered without a proof",
        Reason::NoKey(_) => "create a secret of this mode for the widget",
        Reason::DigestForm(..) => "write the digest in the form that the profile names",
        Reason::MessageMissing(_) => "send the text that was signed beside its proof",
        Reason::MessageIsToken(_) => "never sign an id that its user chose; sign your own id",
        Reason::AmbiguousJoin(_) => "leave that text out of the value",
        Reason::Time(_) => "write the milliseconds since 1970, as Date.now() does",
        Reason::Payload(_) => "send the payload just as it was signed",
        Reason::Signature => "compare the secret on your server with the newest one shown here",
        Reason::Algorithm => "sign with the algorithm of the key that is registered here",
        Reason::Kind => "leave `typ` out or set it to `JWT`; do not send a token of another kind",
        Reason::UnknownKey => "set `kid` to the id of a key in use, or leave it out",
        Reason::KeyUnnamed => "set `kid` in the token's header to the id of the key",
        Reason::AmbiguousKey => "give each key an id of its own",
        Reason::ClaimMissing(_) => "add the claim on the server that signs",
        Reason::ClaimType(_) => "write texts as strings, and leave out what has no value",
        Reason::ClaimUnfit(_) => "write the claim as the profile says",
        Reason::Contradiction(_) => "let page and token speak of the same person",
        Reason::Value(..) => "mend the value on the server that signs",
        Reason::FieldType(_) => "send a string",
        Reason::Audience => "set `aud` to the public key in the install snippet, as a string",
        Reason::Expired { .. } => "make a new proof for each session instead of keeping one",
        Reason::NotYetValid { .. } => "leave `nbf` out, or let the server keep its time by NTP",
        Reason::IssuedAhead { .. } => "let the server that signs keep its time by NTP",
        Reason::Backwards => "set `exp` after `iat`",
        Reason::Confirmation => "set `cnf` to {\"jkt\": …} with what the page's callback was given",
    };
    words.to_owned()
}

/// What to do about an `aud` of somebody else.
pub(super) fn audience_mend(claim: &str, named: &str, wanted: &str) -> String {
    match (named.contains("_test_"), named.contains("_live_")) {
        (true, _) if wanted.contains("_live_") => {
            "sign with the live widget's key and secret on the live site".to_owned()
        }
        (_, true) if wanted.contains("_test_") => {
            "sign with the test widget's key and secret on the test site".to_owned()
        }
        _ => format!("set `{claim}` to {wanted:?}, as a string"),
    }
}

fn token_mend(fault: JwsFault) -> &'static str {
    match fault {
        JwsFault::TooLong => "sign only who the person is, not everything that is known of them",
        JwsFault::Segments(_) => "send a signed token in compact form, not an encrypted one",
        JwsFault::Unsigned => "sign the token; `none` is not an algorithm here",
        JwsFault::Spelling(_) => {
            "send the library's token unchanged: no padding, no quotes, no line breaks"
        }
        JwsFault::Header(_) | JwsFault::HeaderType(_) => "let a JWT library write the header",
        JwsFault::HeaderName(_) => "leave the other header names out",
        JwsFault::NotPaseto => "seal it with PASETO version 2, purpose local",
        JwsFault::Footer => "seal it without a footer",
        JwsFault::Claims(JsonFault::Duplicate(_)) => {
            "write each claim once; Fogbender's own signer writes `userId` twice"
        }
        JwsFault::Claims(_) => "make the payload one JSON object",
    }
}
