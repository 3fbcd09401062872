//! Enums whose values have a name in the store and in the contract.

/// Declares an enum of values that each have one name, the same in the store and in the contract.
///
/// Values are ordered as they are declared. A name is a literal, taken as a token, so that the
/// derives see it bare. The crate that uses it depends on `serde` and `utoipa`.
///
/// ```
/// countersign_base::named! {
///     /// How warm it is.
///     pub enum Warmth {
///         /// A coat is needed.
///         Cold = "cold",
///         /// None is needed.
///         RatherWarm = "rather_warm",
///     }
/// }
/// assert_eq!(Warmth::named("rather_warm"), Some(Warmth::RatherWarm));
/// assert_eq!(Warmth::ALL.map(Warmth::name), ["cold", "rather_warm"]);
/// assert_eq!(Warmth::named("Cold"), None);
/// ```
#[macro_export]
macro_rules! named {
    (
        $(#[$about:meta])*
        pub enum $Enum:ident { $($(#[$of:meta])* $Value:ident = $name:tt,)+ }
    ) => {
        $(#[$about])*
        #[derive(
            Clone,
            Copy,
            Debug,
            PartialEq,
            Eq,
            PartialOrd,
            Ord,
            Hash,
            serde::Serialize,
            serde::Deserialize,
            utoipa::ToSchema,
        )]
        pub enum $Enum {
            $($(#[$of])* #[serde(rename = $name)] $Value,)+
        }

        impl $Enum {
            /// Every value, in the order in which they are declared.
            pub const ALL: [Self; [$($name),+].len()] = [$(Self::$Value),+];

            /// Its name in the store and in the contract.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$Value => $name,)+
                }
            }

            /// The value with exactly this name.
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|value| value.name() == name)
            }
        }
    };
}
