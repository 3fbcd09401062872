//! What people are shown of a profile before they choose it.

use crate::algorithm::Algorithm;
use crate::profile::recipe::ClaimRule;
use crate::profile::{Field, Mode, Profile, Strength};

impl Profile {
    /// The vendor and what is signed, to choose from a list: `Woes, HMAC of email`.
    pub fn title(&self) -> String {
        let hashed = self.hmac.as_ref().map(|recipe| {
            let names = recipe.message.0.iter().map(|(path, _)| path.whole.as_str());
            format!("HMAC of {}", names.collect::<Vec<_>>().join(", "))
        });
        let sealed = self.seals(Mode::Jwt);
        let token = self.jwt.as_ref().map(|_| if sealed { "PASETO" } else { "JWT" }.to_owned());
        let forms: Vec<_> = token.into_iter().chain(hashed).collect();
        format!("{}, {}", self.vendor, forms.join(" or "))
    }

    /// The page of the vendor that documents the format, if it is one.
    pub fn docs(&self) -> Option<&str> {
        let url = self.source.split_whitespace().find(|word| word.starts_with("https://"))?;
        Some(url.trim_end_matches(','))
    }

    /// The algorithms that proofs of `mode` may have, those of shared secrets first.
    pub fn algorithms(&self, mode: Mode) -> Vec<Algorithm> {
        let public = if mode == Mode::Jwt { self.public_keys.as_slice() } else { &[] };
        self.shared_algorithms(mode).iter().chain(public).copied().collect()
    }

    /// The algorithms that a shared secret of `mode` may have, the usual one first; none where
    /// no secret is shared, or where it seals and does not sign.
    pub fn shared_algorithms(&self, mode: Mode) -> &[Algorithm] {
        match (mode, &self.hmac, &self.jwt) {
            (Mode::Hmac, Some(_), _) => &[Algorithm::Hs256],
            (Mode::Jwt, _, Some(recipe)) if recipe.key.is_some() && !self.seals(mode) => {
                &recipe.shared
            }
            _ => &[],
        }
    }

    /// What an administrator must know before trusting it, where there is something.
    pub fn limits(&self) -> Option<&str> {
        self.limits.as_deref()
    }

    /// What of the profile no page or source of the vendor states, each in words.
    pub fn inferred(&self) -> impl Iterator<Item = &str> {
        self.inferred.iter().map(String::as_str)
    }

    /// The fields that a page may send beside a proof of `mode` and that it never covers: they
    /// stay what the visitor said.
    pub fn leaves_said(&self, mode: Mode) -> Vec<Field> {
        let proven = self.proven(mode);
        let mut said: Vec<_> = self.said.iter().map(|(_, field)| *field).collect();
        said.retain(|field| !proven.contains(field));
        said
    }

    /// The names under which a page may send `field` beside a proof.
    pub fn said_names(&self, field: Field) -> impl Iterator<Item = &str> {
        let said = self.said.iter();
        let said = said.filter(move |(path, own)| *own == field && path.part.is_none());
        said.map(|(path, _)| path.head.as_str())
    }

    /// The fields that a proof of `mode` can cover, in the order of the row.
    pub fn proven(&self, mode: Mode) -> Vec<Field> {
        let claims = |claims: &[ClaimRule]| claims.iter().map(|rule| rule.field).collect();
        match (mode, &self.hmac, &self.jwt) {
            (Mode::Jwt, _, Some(recipe)) => claims(&recipe.claims),
            (Mode::Hmac, Some(recipe), _) if recipe.payload.is_some() => claims(&recipe.claims),
            (Mode::Hmac, Some(recipe), _) => {
                recipe.message.0.iter().filter_map(|(path, _)| self.said_as(path)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Seconds that a proof of `mode` holds at most; nothing if it may hold for ever.
    pub fn lifetime(&self, mode: Mode) -> Option<i64> {
        match mode {
            Mode::Hmac => {
                self.hmac.as_ref().filter(|it| it.time.is_some()).map(|recipe| recipe.lifetime)
            }
            Mode::Jwt => self.jwt.as_ref().and_then(|recipe| recipe.lifetime),
        }
    }

    /// The most that a proof of this profile is worth.
    pub fn strength(&self) -> Strength {
        if self.jwt.is_some() { Strength::Jwt } else { Strength::Hmac }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::profile::{profile, profiles};

    #[test]
    fn a_row_can_be_shown_in_a_list() {
        let titles = [
            ("countersign", "Countersign, JWT"),
            ("fogbender", "Fogbender, JWT or HMAC of userId"),
            ("fogbender-paseto", "Fogbender, PASETO"),
            ("thena", "Thena, HMAC of email, name"),
        ];
        for (name, title) in titles {
            assert_eq!(profile(name).unwrap().title(), title);
        }
        let woes = profile("woes-jwt").unwrap();
        assert_eq!(woes.docs(), Some("https://docs.woes.dev"));
        assert_eq!(woes.algorithms(Mode::Jwt), [Algorithm::Hs256]);
        assert_eq!(woes.algorithms(Mode::Hmac), []);
        assert_eq!(profile("knock").unwrap().algorithms(Mode::Jwt), [Algorithm::Rs256]);
        assert_eq!(profile("woes-hmac").unwrap().leaves_said(Mode::Hmac).len(), 3);
        let titles: BTreeSet<_> = profiles().map(Profile::title).collect();
        assert_eq!(titles.len(), profiles().count(), "two rows have the same title");
    }
}
