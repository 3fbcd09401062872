//! A token: which key signed it, and what it says once that is known.

use crate::algorithm::Algorithm;
use crate::claims;
use crate::jws::{Compact, Header};
use crate::keys::{Key, Material};
use crate::paseto;
use crate::profile::{JwtRecipe, KeyIdRule, Mode, TokenForm};
use crate::reason::Reason;
use crate::verify::{Case, Proven};

impl Case<'_> {
    /// What the token proves, if one is there.
    pub(crate) fn token(&self, recipe: &'static JwtRecipe) -> Result<Option<Proven>, Reason> {
        let Some(token) = self.proof(&recipe.proof)? else { return Ok(None) };
        let (key, payload) = match recipe.form {
            TokenForm::Jws => self.signed(recipe, token)?,
            TokenForm::PasetoV2Local => self.sealed(token)?,
        };
        let expected = claims::Expected {
            recipe,
            emails: self.profile.emails,
            audience: self.audience,
            now: self.now,
        };
        expected.read(&payload, key).map(Some)
    }

    fn signed(&self, recipe: &JwtRecipe, token: &str) -> Result<(usize, Vec<u8>), Reason> {
        let token = Compact::split(token).map_err(Reason::Token)?;
        let key = match self.writer(&token) {
            Some((index, key)) => fits(key, &token)?.then_some(index).ok_or(Reason::Signature)?,
            None => self.named(recipe, &token)?,
        };
        Ok((key, token.payload().map_err(Reason::Token)?))
    }

    /// The one key whose usual header the token has, which then need not be read.
    fn writer(&self, token: &Compact<'_>) -> Option<(usize, &Key)> {
        let found = self.in_use(Mode::Jwt).find(|(_, key)| key.writes(token.header_text()))?;
        let namesakes = self.in_use(Mode::Jwt).filter(|(_, key)| key.id() == found.1.id());
        (namesakes.count() == 1).then_some(found)
    }

    fn named(&self, recipe: &JwtRecipe, token: &Compact<'_>) -> Result<usize, Reason> {
        let header = token.header().map_err(Reason::Token)?;
        if header.kind.as_ref().is_some_and(|kind| !kind.eq_ignore_ascii_case("JWT")) {
            return Err(Reason::Kind);
        }
        if header.key.is_none() && recipe.key_id == KeyIdRule::Required {
            return Err(Reason::KeyUnnamed);
        }
        self.signer(token, &header)
    }

    /// The key that signed `token`: the one that `kid` names, or any of the algorithm in use.
    fn signer(&self, token: &Compact<'_>, header: &Header) -> Result<usize, Reason> {
        let in_use = || self.in_use(Mode::Jwt);
        if in_use().next().is_none() {
            return Err(Reason::NoKey(Mode::Jwt));
        }
        let named = |key: &Key| header.key.as_deref().is_none_or(|id| id == key.id());
        if header.key.is_some() {
            match in_use().filter(|(_, key)| named(key)).count() {
                0 => return Err(Reason::UnknownKey),
                1 => {}
                _ => return Err(Reason::AmbiguousKey),
            }
        }
        let mut fault = Reason::Algorithm;
        for (index, key) in in_use().filter(|(_, key)| named(key)) {
            if key.algorithm().answers_to(&header.algorithm) {
                if fits(key, token)? {
                    return Ok(index);
                }
                fault = Reason::Signature;
            }
        }
        Err(fault)
    }

    /// The key that opens an encrypted token, and what is in it.
    fn sealed(&self, token: &str) -> Result<(usize, Vec<u8>), Reason> {
        let token = paseto::read(token).map_err(Reason::Token)?;
        let mut fault = Reason::NoKey(Mode::Jwt);
        for (index, key) in self.in_use(Mode::Jwt) {
            if let Some(payload) = key.secret_bytes().and_then(|key| paseto::open(key, &token)) {
                return Ok((index, payload));
            }
            fault = Reason::Signature;
        }
        Err(fault)
    }
}

/// Whether `key` signed `token`; a signature in a wrong spelling is a fault of its own.
pub(crate) fn fits(key: &Key, token: &Compact<'_>) -> Result<bool, Reason> {
    match (&key.material, key.algorithm()) {
        (Material::Shared { mac, .. }, Algorithm::Hs384) => token
            .signature_of::<48>()
            .map(|digest| digest.is_some_and(|digest| mac.fits(token.signed, &digest))),
        (Material::Shared { mac, .. }, Algorithm::Hs512) => token
            .signature_of::<64>()
            .map(|digest| digest.is_some_and(|digest| mac.fits(token.signed, &digest))),
        (Material::Shared { mac, .. }, _) => token
            .signature_of::<32>()
            .map(|digest| digest.is_some_and(|digest| mac.fits(token.signed, &digest))),
        (Material::Public(public), Algorithm::Rs256 | Algorithm::Ps256) => {
            token.signature().map(|signature| public.verifies(token.signed, &signature))
        }
        (Material::Public(public), _) => token
            .signature_of::<64>()
            .map(|it| it.is_some_and(|signature| public.verifies(token.signed, &signature))),
    }
    .map_err(Reason::Token)
}
