//! The glossary in the vocabulary of a reader. The words are those of `ballroom_names::glossary`.

use ballroom_entity::{api_token::Role, member::Vocabulary};

pub use ballroom_names::glossary::{Concept, GLOSSARY, Words};

/// The vocabulary of a reader without a preference of the own.
pub fn of_role(role: Option<Role>) -> Vocabulary {
    match role {
        Some(Role::Product | Role::Development | Role::Administrator) => Vocabulary::Agile,
        Some(Role::Operations | Role::Security | Role::Support) => Vocabulary::Itil,
        Some(Role::Business | Role::Customer) | None => Vocabulary::Plain,
    }
}

/// What a noun is called in a vocabulary.
pub fn words_of(concept: Concept, vocabulary: Vocabulary) -> Words {
    let [agile, itil, plain] = *concept.words();
    match vocabulary {
        Vocabulary::Agile => agile,
        Vocabulary::Itil => itil,
        Vocabulary::Plain => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_vocabulary_has_its_own_word() {
        assert_eq!(words_of(Concept::KnownError, Vocabulary::Agile).term, "known bug");
        assert_eq!(words_of(Concept::Deployment, Vocabulary::Itil).term, "change");
        assert_eq!(words_of(Concept::Iteration, Vocabulary::Plain).term, "work period");
        assert_eq!(of_role(Some(Role::Support)), Vocabulary::Itil);
    }
}
