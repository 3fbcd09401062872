//! What a secret key is, and its text.

use axum::http::StatusCode;
use countersign_base::{
    ApiKeyId, Digest, Environment, Fault, Moment, Scope, Secret, TenantId, Token, TokenKind, tokens,
};
use countersign_door::Problem;
use serde::Serialize;

/// A secret key, without its secret.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct ApiKey {
    /// Its id.
    pub id: ApiKeyId,
    /// What it is for, in the words of whoever made it.
    pub name: String,
    /// Its last four characters.
    pub hint: String,
    /// When it was made.
    pub created_at: Moment,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Moment>,
    /// When it was revoked.
    pub revoked_at: Option<Moment>,
}

/// A new key with its text, which is shown this once.
#[derive(Debug)]
pub struct Created {
    /// What is shown of it later.
    pub shown: ApiKey,
    /// The key itself.
    pub secret_key: Secret,
}

/// What a key is for: 1 to 100 characters, all of them visible.
pub(super) struct Name(String);

impl TryFrom<String> for Name {
    type Error = Refusal;

    fn try_from(text: String) -> Result<Self, Refusal> {
        let text = text.trim();
        countersign_identity::label(text, 100).map_err(Refusal::Name)?;
        Ok(Self(text.to_owned()))
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

/// Whose a key says it is; whether that is true, its digest tells.
pub(super) struct Claimed {
    pub(super) tenant: TenantId,
    pub(super) id: ApiKeyId,
    pub(super) environment: Environment,
    pub(super) digest: Digest,
}

impl Claimed {
    /// Reads a key that a back end sent.
    pub(super) fn read(text: &str) -> Option<Self> {
        read::<tokens::SecretKeyLive>(text, Environment::Live)
            .or_else(|| read::<tokens::SecretKeyTest>(text, Environment::Test))
    }
}

fn read<K: TokenKind>(text: &str, environment: Environment) -> Option<Claimed> {
    let token = Token::<K, 64>::read(text).ok()?;
    let (tenant, rest) = token.bytes().split_first_chunk::<16>()?;
    let (id, _) = rest.split_first_chunk::<16>()?;
    Some(Claimed {
        tenant: TenantId::from_bytes(*tenant),
        id: ApiKeyId::from_bytes(*id),
        environment,
        digest: token.digest(),
    })
}

/// A new key.
pub(super) struct KeyText {
    pub(super) text: Secret,
    pub(super) digest: Digest,
}

impl KeyText {
    /// The key of this id under the prefix of its environment (K2).
    pub(super) fn new(scope: Scope, id: ApiKeyId, secret: &[u8; 32]) -> Self {
        match scope.environment {
            Environment::Live => Self::of::<tokens::SecretKeyLive>(scope.tenant, id, secret),
            Environment::Test => Self::of::<tokens::SecretKeyTest>(scope.tenant, id, secret),
        }
    }

    fn of<K: TokenKind>(tenant: TenantId, id: ApiKeyId, secret: &[u8; 32]) -> Self {
        let mut bytes = [0; 64];
        bytes[..16].copy_from_slice(&tenant.bytes());
        bytes[16..32].copy_from_slice(&id.bytes());
        bytes[32..].copy_from_slice(secret);
        let token = Token::<K, 64>::from_bytes(bytes);
        Self { digest: token.digest(), text: token.reveal().into() }
    }

    /// Its last four characters.
    pub(super) fn hint(&self) -> &str {
        let text = self.text.expose();
        &text[text.len() - 4..]
    }
}

/// Why a key is not made, or not revoked.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The name is empty, too long or has characters that cannot be seen.
    #[error("`name` has 1 to 100 visible characters: {0}")]
    Name(countersign_identity::TextFault),
    /// Too many are in use.
    #[error("at most 100 secret keys are in use at a time; revoke one that nobody needs")]
    TooMany,
    /// No key that is in use has this id.
    #[error("there is no such key")]
    NoSuchKey,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let (status, code) = match &refusal {
            Refusal::Store(fault) => return fault.clone().into(),
            Refusal::NoSuchKey => return Self::not_found(),
            Refusal::Name(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad_text"),
            Refusal::TooMany => (StatusCode::CONFLICT, "too_many_keys"),
        };
        Self::new(status, code, refusal.to_string())
    }
}

#[cfg(test)]
mod tests {
    use countersign_base::OrganizationId;
    use proptest::prelude::*;

    use super::*;

    fn scope(environment: Environment) -> Scope {
        let tenant = TenantId::from_bytes([1; 16]);
        Scope { tenant, organization: OrganizationId::from_bytes([2; 16]), environment }
    }

    #[test]
    fn k2_a_key_names_its_tenant_and_environment() {
        for (environment, prefix) in
            [(Environment::Live, "cs_sk_live_"), (Environment::Test, "cs_sk_test_")]
        {
            let key = KeyText::new(scope(environment), ApiKeyId::from_bytes([3; 16]), &[4; 32]);
            let text = key.text.expose();
            assert!(text.starts_with(prefix) && text.ends_with(key.hint()), "{text}");
            let read = Claimed::read(text).expect("what was made can be read");
            assert_eq!(read.tenant, TenantId::from_bytes([1; 16]));
            assert_eq!(read.id, ApiKeyId::from_bytes([3; 16]));
            assert_eq!(read.environment, environment);
            assert!(read.digest.matches(&key.digest));
        }
    }

    #[test]
    fn what_is_no_whole_key_is_not_read() {
        let key = KeyText::new(scope(Environment::Live), ApiKeyId::from_bytes([3; 16]), &[4; 32]);
        let text = key.text.expose();
        let other = text.replace("cs_sk_", "cs_pk_");
        let spaced = format!(" {text}");
        for bad in ["", "cs_sk_live_", &text[1..], &text[..text.len() - 1], &other, &spaced] {
            assert!(Claimed::read(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_name_says_something() {
        let long = "x".repeat(101);
        for (name, is_good) in [
            ("deploy", true),
            (" a ", true),
            ("", false),
            ("  ", false),
            ("a\nb", false),
            (&*long, false),
        ] {
            assert_eq!(Name::try_from(name.to_owned()).is_ok(), is_good, "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_survived_and_one_changed_character_is_refused(
            any in any::<String>(),
            at in 11_usize..102,
            character in "[A-Za-z0-9_-]",
        ) {
            prop_assert!(Claimed::read(&any).is_none());
            let key = KeyText::new(scope(Environment::Live), ApiKeyId::from_bytes([3; 16]), &[4; 32]);
            let mut text = key.text.expose().to_owned();
            let at = at.min(text.len() - 1);
            if text[at..=at] != character {
                text.replace_range(at..=at, &character);
                prop_assert!(Claimed::read(&text).is_none(), "{}", text);
            }
        }
    }
}
