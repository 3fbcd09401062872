//! How much of a visitor is proven.

crate::named! {
    /// What was proven when a session was opened, from nothing to a signed token.
    pub enum Trust {
        /// Nobody in particular.
        Anonymous = "anonymous",
        /// The page gave fields; nothing is proven.
        Claimed = "claimed",
        /// One identifier was proven by an HMAC, which never expires.
        Hmac = "hmac",
        /// A signed token with a lifetime proved every claim in it.
        Jwt = "jwt",
    }
}

impl Trust {
    /// Whether an identifier was proven at all.
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Hmac | Self::Jwt)
    }
}

crate::named! {
    /// Where a field of a contact comes from; proven beats all, said comes last.
    pub enum Provenance {
        /// Guessed by the product.
        Inferred = "inferred",
        /// The page or the visitor said so.
        Said = "said",
        /// A member or the customer's back end wrote it.
        Set = "set",
        /// A valid proof said so.
        Proven = "proven",
    }
}
