//! The words of a report, in the vocabulary of its readers.

use ballroom_names::glossary::{Concept, Words};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A vocabulary.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Vocabulary {
    /// Agile software development.
    #[default]
    Agile,
    /// IT service management.
    Itil,
    /// Neither.
    Plain,
}

impl Vocabulary {
    /// What a noun is called.
    pub(crate) fn words(self, concept: Concept) -> &'static Words {
        let [agile, itil, plain] = concept.words();
        match self {
            Self::Agile => agile,
            Self::Itil => itil,
            Self::Plain => plain,
        }
    }

    /// The heading above what reached customers.
    pub(crate) fn shipped(self) -> &'static str {
        match self {
            Self::Agile => "Shipped",
            Self::Itil => "Released",
            Self::Plain => "Delivered",
        }
    }

    /// The heading above what the data do not answer.
    pub(crate) fn questions(self) -> &'static str {
        match self {
            Self::Agile | Self::Itil => "Open questions",
            Self::Plain => "What we do not know yet",
        }
    }
}

/// A text that begins with a capital letter.
pub(crate) fn capital(text: &str) -> String {
    let mut rest = text.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_those_of_the_glossary() {
        let all = [Vocabulary::Agile, Vocabulary::Itil, Vocabulary::Plain];
        for (concept, words) in ballroom_names::glossary::GLOSSARY {
            assert_eq!(all.map(|one| one.words(*concept)), [&words[0], &words[1], &words[2]]);
        }
        assert_eq!(capital(Vocabulary::Plain.words(Concept::KnownError).plural), "Known problems");
    }

    #[test]
    fn a_capital_letter_may_be_two() {
        assert_eq!(["", "team", "été", "ßa"].map(capital), ["", "Team", "Été", "SSa"]);
    }
}
