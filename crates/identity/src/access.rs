//! Our own access tokens: signed with a key pair of ours, `typ: at+jwt`, one header a key.

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::json::{self, Json};
use crate::jwk::{PublicKey, PublicKeyFault};
use crate::jws::{self, Compact, JwsFault};

/// Signs access tokens with one key pair; `Debug` shows its public half.
pub struct Signer {
    pair: Pair,
    public: PublicKey,
    header: String,
}

enum Pair {
    Rsa(Box<RsaKeyPair>),
    P256(Box<EcdsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Why there is no key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignerFault {
    /// Shared secrets do not sign access tokens.
    #[error("access tokens are signed with RS256, ES256 or Ed25519")]
    Algorithm,
    /// The bytes are no key pair of this algorithm, or the machine could not make one.
    #[error("there is no usable key pair of this algorithm")]
    Unusable,
}

impl From<PublicKeyFault> for SignerFault {
    fn from(_: PublicKeyFault) -> Self {
        Self::Unusable
    }
}

impl Signer {
    /// Makes a new key pair in its PKCS #8 form: RSA of 3072 bits, P-256 or Ed25519.
    ///
    /// An RSA pair takes up to some seconds.
    pub fn generate(algorithm: Algorithm) -> Result<Zeroizing<Vec<u8>>, SignerFault> {
        let rng = SystemRandom::new();
        let document = match algorithm {
            Algorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa3072)
                .and_then(|pair| pair.as_der().map(|der| der.as_ref().to_vec())),
            Algorithm::Es256 => {
                EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng)
                    .map(|document| document.as_ref().to_vec())
            }
            Algorithm::Ed25519 => {
                Ed25519KeyPair::generate_pkcs8(&rng).map(|document| document.as_ref().to_vec())
            }
            _ => return Err(SignerFault::Algorithm),
        };
        document.map(Zeroizing::new).map_err(|_| SignerFault::Unusable)
    }

    /// Reads a key pair that `generate` made.
    pub fn from_pkcs8(algorithm: Algorithm, pkcs8: &[u8]) -> Result<Self, SignerFault> {
        let unusable = |_| SignerFault::Unusable;
        let (pair, public) = match algorithm {
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(unusable)?;
                let public = PublicKey::from_rsa_der(pair.public_key().as_ref())?;
                (Pair::Rsa(Box::new(pair)), public)
            }
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
                    .map_err(unusable)?;
                let public = PublicKey::from_p256(pair.public_key().as_ref())?;
                (Pair::P256(Box::new(pair)), public)
            }
            Algorithm::Ed25519 => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(unusable)?;
                let public = PublicKey::from_ed25519(pair.public_key().as_ref())?;
                (Pair::Ed25519(pair), public)
            }
            _ => return Err(SignerFault::Algorithm),
        };
        let header = header(&public);
        Ok(Self { pair, public, header })
    }

    /// Signs a JSON object of claims.
    ///
    /// Costs from 0.02 ms (P-256) to 2 ms (RSA of 3072 bits): not for a database thread.
    ///
    /// # Panics
    /// Only when the machine itself has no memory or randomness left to sign with.
    pub fn sign(&self, claims_json: &[u8]) -> String {
        let signed = jws::written(&self.header, claims_json, |message| self.signature(message));
        signed.expect("a key pair that was read can sign, and the system has randomness")
    }

    /// The `kid` of its tokens: the RFC 7638 thumbprint.
    pub fn key_id(&self) -> &str {
        self.public.thumbprint()
    }

    /// The algorithm of its tokens.
    pub fn algorithm(&self) -> Algorithm {
        self.public.algorithm()
    }

    /// The public half as a JWK, for `/.well-known/jwks.json`.
    pub fn jwk(&self) -> String {
        self.public.jwk()
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, aws_lc_rs::error::Unspecified> {
        let rng = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &rng, message, &mut signature).map(|()| signature)
            }
            Pair::P256(pair) => pair.sign(&rng, message).map(|it| it.as_ref().to_vec()),
            Pair::Ed25519(pair) => pair.try_sign(message).map(|it| it.as_ref().to_vec()),
        }
    }
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({} {})", self.algorithm().name(), self.key_id())
    }
}

/// Why an access token is not one of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Bad {
    /// Not a token at all.
    #[error("{0}")]
    Token(JwsFault),
    /// A header that none of our keys writes: another kind, algorithm or key.
    #[error("none of our keys writes this header")]
    Header,
    /// The signature is not that key's.
    #[error("the signature does not fit")]
    Signature,
}

/// Checks access tokens against public keys, each with the one header that it writes.
#[derive(Debug, Default)]
pub struct Checker(Vec<(String, PublicKey)>);

impl Checker {
    /// A checker for these public keys.
    pub fn new(keys: impl IntoIterator<Item = PublicKey>) -> Self {
        Self(keys.into_iter().map(|key| (header(&key), key)).collect())
    }

    /// A checker for the keys of a JWK Set, `{"keys":[…]}`.
    pub fn from_jwks(jwks: &str) -> Result<Self, PublicKeyFault> {
        let set = json::object(jwks.as_bytes()).map_err(|_| PublicKeyFault::Unreadable)?;
        let Some(Json::List(keys)) = set.get("keys") else {
            return Err(PublicKeyFault::Unreadable);
        };
        let read = |key: &Json<'_>| match key {
            Json::Object(object) => PublicKey::from_jwk(object),
            _ => Err(PublicKeyFault::Unreadable),
        };
        keys.iter().map(read).collect::<Result<Vec<_>, _>>().map(Self::new)
    }

    /// The claims of a token that one of the keys signed.
    ///
    /// `exp`, session and epochs are for the caller to check, every time.
    pub fn check(&self, token: &str) -> Result<Vec<u8>, Bad> {
        let token = Compact::split(token).map_err(Bad::Token)?;
        let own = self.0.iter().find(|(header, _)| header == token.header_text());
        let (_, key) = own.ok_or(Bad::Header)?;
        let signature = token.signature().map_err(Bad::Token)?;
        if key.verifies(token.signed, &signature) {
            token.payload().map_err(Bad::Token)
        } else {
            Err(Bad::Signature)
        }
    }
}

fn header(key: &PublicKey) -> String {
    let (name, kid) = (key.algorithm().name(), key.thumbprint());
    jws::header_written(&format!(r#"{{"alg":"{name}","kid":"{kid}","typ":"at+jwt"}}"#))
}
