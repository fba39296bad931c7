//! The words of a report, in the vocabulary of its readers.

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

/// Words that differ between vocabularies: term, AGILE, ITIL, PLAIN.
const WORDS: [(&str, [&str; 3]); 12] = [
    ("iteration", ["Sprint", "Release cycle", "Period"]),
    ("goal", ["Sprint goal", "Objective", "Goal"]),
    ("feature", ["Feature", "Service component", "Part of the product"]),
    ("features", ["Features", "Service components", "Parts of the product"]),
    ("release", ["Release", "Release", "New version"]),
    ("releases", ["Releases", "Releases", "New versions"]),
    ("shipped", ["Shipped", "Released", "Delivered"]),
    ("regressions", ["Regressions", "Failed changes", "What got worse"]),
    ("incidents", ["Incidents", "Incidents", "Problems customers had"]),
    ("known errors", ["Known bugs", "Known errors", "Known problems"]),
    ("announcements", ["Announcements", "Change notices", "Advance notice"]),
    ("questions", ["Open questions", "Open questions", "What we do not know yet"]),
];

/// A term in a vocabulary; an unknown term is itself.
pub fn label(term: &'static str, vocabulary: Vocabulary) -> &'static str {
    let known = WORDS.iter().find(|(known, _)| *known == term);
    known.map_or(term, |(_, words)| words[vocabulary as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_vocabulary_has_its_own_word() {
        assert_eq!(label("known errors", Vocabulary::Agile), "Known bugs");
        assert_eq!(label("known errors", Vocabulary::Itil), "Known errors");
        assert_eq!(label("known errors", Vocabulary::Plain), "Known problems");
    }
}
