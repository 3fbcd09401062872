//! How a digest, its text or its key came out wrong: each slip with a stable code and its words.

/// How a digest with the right bytes is written wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DigestSlip {
    /// Space or line breaks around it.
    Surrounded,
    /// `+` became a space on the way.
    PlusLost,
    /// In upper case.
    UpperCase,
    /// In hexadecimal digits, and base64 is wanted.
    Hexadecimal,
    /// In hexadecimal digits with dashes, as C# writes them.
    Dashes,
    /// In base64, and hexadecimal digits are wanted.
    Base64,
    /// Base64 of another alphabet or padding.
    OtherBase64,
    /// Base64 of the hexadecimal digits.
    Base64OfHex,
    /// `sha256=` stands in front.
    Prefixed,
}

/// What was hashed instead of the right text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MessageSlip {
    /// The text as typed, with capitals and spaces.
    AsTyped,
    /// Trimmed, though not lower-cased.
    NotLowered,
    /// Lower-cased, though not trimmed.
    NotTrimmed,
    /// Trimmed and lower-cased, where it should be as sent.
    Lowered,
    /// Lower-cased in all of Unicode.
    LoweredBeyondAscii,
    /// In upper case.
    UpperCase,
    /// With a newline at its end.
    Newline,
    /// In quotes, as JSON writes it.
    Quoted,
    /// Nothing.
    Empty,
    /// Another field, of this name.
    OtherField(&'static str),
    /// Without what stands between its parts.
    Unjoined,
}

/// How the text of a secret became other bytes than the profile says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretSlip {
    /// Used as text, and it should be decoded.
    AsText,
    /// Decoded from hexadecimal digits.
    FromHex,
    /// Decoded from base64.
    FromBase64,
    /// Without its prefix.
    WithoutPrefix,
    /// Decoded, without its prefix and checksum.
    Bare,
    /// With a newline at its end.
    Newline,
    /// In quotes.
    Quoted,
    /// With a space before or after it.
    Spaced,
    /// In upper case.
    UpperCase,
    /// Its SHA-256 instead of itself.
    Hashed,
    /// Empty.
    Empty,
}

impl DigestSlip {
    /// The code, and what the digest has or is.
    pub(super) fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::Surrounded => ("digest_surrounded", "has space or line breaks around it"),
            Self::PlusLost => {
                ("digest_plus_lost", "was not URL-encoded on its way: each `+` became a space")
            }
            Self::UpperCase => ("digest_upper_case", "is in upper case"),
            Self::Hexadecimal => ("digest_hexadecimal", "is in hexadecimal digits"),
            Self::Dashes => ("digest_dashes", "has dashes between its bytes"),
            Self::Base64 => ("digest_base64", "is in base64"),
            Self::OtherBase64 => ("digest_other_base64", "is in another base64 than the profile's"),
            Self::Base64OfHex => ("digest_base64_of_hex", "is base64 of its hexadecimal digits"),
            Self::Prefixed => ("digest_prefixed", "has the name of the algorithm in front"),
        }
    }
}

impl MessageSlip {
    /// The code, and what the hashed text was.
    pub(super) fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::AsTyped => {
                ("message_as_typed", "was the text as typed, with its capitals and spaces")
            }
            Self::NotLowered => ("message_not_lowered", "was trimmed, though not lower-cased"),
            Self::NotTrimmed => ("message_not_trimmed", "was lower-cased, though not trimmed"),
            Self::Lowered => ("message_lowered", "was trimmed and lower-cased"),
            Self::LoweredBeyondAscii => {
                ("message_lowered_beyond_ascii", "was lower-cased beyond ASCII")
            }
            Self::UpperCase => ("message_upper_case", "was in upper case"),
            Self::Newline => ("message_newline", "ends in a newline"),
            Self::Quoted => ("message_quoted", "was the text in quotes, as JSON writes it"),
            Self::Empty => ("message_empty", "was empty"),
            Self::OtherField(_) => ("message_other_field", "was another field"),
            Self::Unjoined => ("message_unjoined", "lacks what stands between its parts"),
        }
    }
}

impl SecretSlip {
    /// The code, and what was done with the secret.
    pub(super) fn row(self) -> (&'static str, &'static str) {
        match self {
            Self::AsText => ("secret_as_text", "was used as text"),
            Self::FromHex => ("secret_from_hex", "was decoded from hexadecimal"),
            Self::FromBase64 => ("secret_from_base64", "was decoded from base64"),
            Self::WithoutPrefix => ("secret_without_prefix", "was used without its prefix"),
            Self::Bare => ("secret_bare", "was decoded, without prefix and checksum"),
            Self::Newline => ("secret_newline", "was used with a newline at its end"),
            Self::Quoted => ("secret_quoted", "was used in quotes"),
            Self::Spaced => ("secret_spaced", "was used with a space before or after it"),
            Self::UpperCase => ("secret_upper_case", "was used in upper case"),
            Self::Hashed => ("secret_hashed", "was hashed first"),
            Self::Empty => ("secret_empty", "on your server is empty"),
        }
    }
}
