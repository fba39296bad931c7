//! Typed IDs: UUIDs v7 with the type of their noun, so that a release cannot be passed for a feature.

use sea_orm::{DbErr, DeriveValueType, TryFromU64};
use uuid::Uuid;

macro_rules! ids {
    ($($name:ident $noun:literal [$($table:ident)?] [$($node:tt)*];)*) => {$(
        #[doc = concat!("The ID of the noun `", $noun, "`.")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl $name {
            /// Represents none in a key of the daily counts: "the product as a whole", "no label".
            pub const NONE: Self = Self(Uuid::nil());

            /// The ID as one that may be absent: `NONE` is.
            pub fn some(self) -> Option<Self> {
                (self != Self::NONE).then_some(self)
            }
        }

        // sea-orm requires this of every primary key; a UUID never comes from an auto-increment.
        impl TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, DbErr> {
                Err(DbErr::ConvertFromU64(stringify!($name)))
            }
        }
    )*};
}

crate::nouns!(ids);

impl ReleaseId {
    /// Means "not caused by a change" in a key of the daily counts.
    pub const NOT_CAUSED_BY_CHANGE: Self = Self(Uuid::max());
}
