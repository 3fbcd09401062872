//! Ids: a prefix that says what it names, and a UUIDv7 in 26 characters.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A kind of thing that has ids.
pub trait Kind: Send + Sync + 'static {
    /// What the text of an id begins with, without the underscore.
    const PREFIX: &'static str;
}

/// The kinds of things that have ids.
pub mod kinds {
    macro_rules! kinds {
        ($($name:ident $prefix:literal $doc:literal)*) => {$(
            #[doc = $doc]
            #[derive(Debug)]
            pub enum $name {}
            impl super::Kind for $name { const PREFIX: &'static str = $prefix; }
        )*};
    }
    kinds! {
        Organization "org" "An organization."
        Tenant "env" "One organization in one environment."
        Widget "wgt" "A widget install."
        Contact "con" "A stored person."
        Company "com" "A contact's employer."
        Session "ses" "A visitor's session."
        Conversation "cnv" "A conversation."
        Message "msg" "A message."
        Notification "ntf" "A notification, from its sending on."
        Broadcast "brc" "Something that is told to many."
        PushSubscription "psh" "A browser that takes web push."
        Member "mem" "A member of the dashboard."
        SignIn "sgn" "A member's sign-in."
        IdentitySecret "ids" "An identity secret or public key."
        ApiKey "key" "A secret key."
        Request "req" "A request."
        Audit "aud" "An entry of the audit log."
    }
}

/// The id of a `K`; sorts by the time of its making.
pub struct Id<K>([u8; 16], PhantomData<fn() -> K>);

/// The text is no id of this kind.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no `{0}_…` id")]
pub struct BadId(&'static str);

const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 26;

impl<K> Id<K> {
    /// Takes the 16 bytes as they are, from the store or from a token.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes, PhantomData)
    }

    /// The 16 bytes.
    pub const fn bytes(self) -> [u8; 16] {
        self.0
    }
}

impl<K: Kind> Id<K> {
    /// A new id of the moment `millis`, with `chance` filling the rest.
    pub fn new(millis: i64, chance: [u8; 10]) -> Self {
        let millis = u64::try_from(millis).unwrap_or_default();
        Self::from_bytes(
            uuid::Builder::from_unix_timestamp_millis(millis, &chance).into_uuid().into_bytes(),
        )
    }

    fn digits(self) -> [u8; LENGTH] {
        let mut rest = u128::from_be_bytes(self.0);
        let mut digits = [0; LENGTH];
        for digit in digits.iter_mut().rev() {
            *digit = DIGITS[usize::from(rest.to_le_bytes()[0] & 31)];
            rest >>= 5;
        }
        digits
    }
}

impl<K: Kind> FromStr for Id<K> {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Self, BadId> {
        let bad = BadId(K::PREFIX);
        let digits = text.strip_prefix(K::PREFIX).and_then(|rest| rest.strip_prefix('_'));
        let Some(digits) = digits.map(str::as_bytes).filter(|digits| digits.len() == LENGTH) else {
            return Err(bad);
        };
        if digits[0] > b'7' {
            return Err(bad);
        }
        let mut value = 0_u128;
        for digit in digits {
            let Some(five) = DIGITS.iter().position(|known| known == digit) else {
                return Err(bad);
            };
            value = value << 5 | five as u128;
        }
        Ok(Self::from_bytes(value.to_be_bytes()))
    }
}

impl<K: Kind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.digits();
        write!(f, "{}_{}", K::PREFIX, str::from_utf8(&digits).map_err(|_| fmt::Error)?)
    }
}

impl<K: Kind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: Kind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: Kind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<K: Kind> utoipa::PartialSchema for Id<K> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some(format!("^{}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$", K::PREFIX)))
            .into()
    }
}

impl<K: Kind> utoipa::ToSchema for Id<K> {}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<K> Copy for Id<K> {}
impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}
impl<K> Eq for Id<K> {}
impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0)
    }
}
impl<K> std::hash::Hash for Id<K> {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type ContactId = Id<kinds::Contact>;

    #[test]
    fn an_id_survives_its_text() {
        for bytes in [[0; 16], [255; 16], *b"0123456789abcdef"] {
            let id = ContactId::from_bytes(bytes);
            assert_eq!(id.to_string().parse(), Ok(id), "{id}");
        }
    }

    #[test]
    fn one_spelling_only() {
        let good = ContactId::from_bytes([7; 16]).to_string();
        let upper = good.to_uppercase();
        let other = good.replace("con_", "msg_");
        let overflow = format!("con_8{}", &good[5..]);
        for bad in [&upper, &other, &overflow, &good[..29], "con_", "", "con_il0"] {
            assert_eq!(bad.parse::<ContactId>(), Err(BadId("con")), "{bad}");
        }
    }

    #[test]
    fn later_ids_sort_later_as_text_too() {
        let early = ContactId::new(1, [255; 10]);
        let late = ContactId::new(2, [0; 10]);
        assert!(early < late);
        assert!(early.to_string() < late.to_string());
    }
}
