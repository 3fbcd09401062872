//! Who is this visitor: profiles, HMAC, JWS, DPoP, strict parsing, explanations.
