//! Formats that are not accepted, and why: data, too.

use std::sync::LazyLock;

use serde::Deserialize;

/// A vendor's format that no profile speaks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedFormat {
    name: String,
    vendor: String,
    source: String,
    why: Why,
    reason: String,
}

/// The kinds of reasons for which a format is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// A hash with a secret in it, which is no MAC: it can be extended or collided.
    NoMac,
    /// It proves something, and not who the visitor is.
    NobodyNamed,
    /// Two different messages have the same text, so that one proof stands for both.
    Ambiguous,
    /// Only the vendor can check it: it issues the token itself.
    VendorIssued,
    /// The vendor has not published enough to check it.
    Unpublished,
    /// The vendor has no proof of identity at all.
    NoProof,
}

impl Why {
    /// The stable name of the kind.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoMac => "no_mac",
            Self::NobodyNamed => "nobody_named",
            Self::Ambiguous => "ambiguous",
            Self::VendorIssued => "vendor_issued",
            Self::Unpublished => "unpublished",
            Self::NoProof => "no_proof",
        }
    }
}

/// All formats that are refused.
pub fn refused_formats() -> impl Iterator<Item = &'static RefusedFormat> {
    REFUSED.iter()
}

impl RefusedFormat {
    /// The name that a profile of it would have.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose format it is.
    pub fn vendor(&self) -> &str {
        &self.vendor
    }

    /// Where the format is documented, or who found that there is none.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The kind of reason.
    pub fn why(&self) -> Why {
        self.why
    }

    /// The reason and the way out, in a sentence without a full stop.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    format: Vec<RefusedFormat>,
}

static REFUSED: LazyLock<Vec<RefusedFormat>> = LazyLock::new(|| {
    let table: Table = toml::from_str(include_str!("../../refused.toml"))
        .expect("refused.toml is part of the build and a test reads it");
    table.format
});

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::profile;

    #[test]
    fn every_refused_format_says_why_and_is_no_profile() {
        let mut names = std::collections::BTreeSet::new();
        for format in refused_formats() {
            assert!(names.insert(format.name()), "{} is there twice", format.name());
            assert!(profile(format.name()).is_none(), "{} is accepted", format.name());
            let words = [format.vendor(), format.source(), format.reason(), format.why().code()];
            assert!(words.iter().all(|text| text.len() >= 4), "{}", format.name());
            assert!(!format.reason().ends_with('.'), "{}", format.name());
        }
        assert!(names.len() >= 30);
    }
}
