//! Public IDs: the noun and the UUID, `feature_0192f0c1…`, so that an ID shows its type and cannot be mistaken for a
//! key.

use ballroom_entity::id::*;
use uuid::Uuid;

/// An ID that is shown to the outside world.
pub trait PublicId: Copy + Sized {
    /// The noun before the underscore.
    const NOUN: &'static str;

    /// From the UUID.
    fn from_uuid(uuid: Uuid) -> Self;

    /// The UUID.
    fn uuid(self) -> Uuid;

    /// A new ID, which sorts after earlier ones.
    fn new() -> Self {
        Self::from_uuid(Uuid::now_v7())
    }

    /// The ID as the outside world sees it.
    fn public(self) -> String {
        format!("{}_{}", Self::NOUN, self.uuid().simple())
    }

    /// The ID that the outside world gave, if it is one of this noun.
    fn parse(text: &str) -> Option<Self> {
        let hex = text.strip_prefix(Self::NOUN)?.strip_prefix('_')?;
        if hex.len() != 32 {
            return None;
        }
        Uuid::try_parse(hex).ok().map(Self::from_uuid)
    }
}

macro_rules! public_ids {
    ($($name:ident $noun:literal [$($table:ident)?] [$($node:tt)*];)*) => {
        $(impl PublicId for $name {
            const NOUN: &'static str = $noun;

            fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            fn uuid(self) -> Uuid {
                self.0
            }
        })*

        /// Whether a text looks like an ID of any noun, and so may not be a key.
        pub fn looks_like_an_id(text: &str) -> bool {
            $(<$name as PublicId>::parse(text).is_some())||*
        }

        #[cfg(test)]
        const NOUNS: &[&str] = &[$($noun),*];
    };
}

ballroom_entity::nouns!(public_ids);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_and_only_as_its_own_noun() {
        let id = FeatureId::new();
        assert_eq!(FeatureId::parse(&id.public()), Some(id));
        assert_eq!(ReleaseId::parse(&id.public()), None);
        assert_eq!(FeatureId::parse("feature_search"), None);
        assert!(looks_like_an_id(&id.public()));
        assert!(!looks_like_an_id("feature_search"));
    }

    #[test]
    fn no_two_nouns_have_the_same_ids() {
        let unique: std::collections::HashSet<_> = NOUNS.iter().collect();
        assert_eq!(unique.len(), NOUNS.len());
    }
}
