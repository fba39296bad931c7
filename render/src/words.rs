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

    /// A text of the renderers, which is written with the nouns of the schema, with those of this vocabulary. Not for what users
    /// wrote: a feature may be called "Release notes".
    pub(crate) fn translated(self, text: &str) -> String {
        let mut translated = String::with_capacity(text.len());
        let mut rest = text;
        let mut is_within_word = false;
        while let Some(next) = rest.chars().next() {
            let found = if is_within_word { None } else { self.noun_at(rest) };
            let (length, words) = found.unwrap_or_else(|| (next.len_utf8(), next.to_string()));
            is_within_word = next.is_alphabetic();
            translated.push_str(&words);
            rest = &rest[length..];
        }
        translated
    }

    /// The noun with which a text begins, possibly after an article: its length, and its word.
    fn noun_at(self, text: &str) -> Option<(usize, String)> {
        let article = ["an ", "a "].into_iter().find(|article| begins(text, article)).unwrap_or_default();
        let noun = &text[article.len()..];
        let (length, word) = NOUNS.iter().find_map(|(term, concept)| {
            let words = self.words(*concept);
            let plural = format!("{term}s");
            let found = [(&*plural, words.plural), (*term, words.term)].into_iter();
            let ends = |length: usize| !noun[length..].starts_with(char::is_alphabetic);
            found
                .filter(|(word, _)| begins(noun, word) && ends(word.len()))
                .map(|(word, own)| (word.len(), own))
                .next()
        })?;
        let capitalized = |word: &str, of: &str| match of.starts_with(char::is_uppercase) {
            true => capital(word),
            false => word.to_owned(),
        };
        let word = capitalized(word, noun);
        let own = match (article, word.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O'])) {
            ("", _) => word,
            (_, true) => format!("{} {word}", capitalized("an", text)),
            (_, false) => format!("{} {word}", capitalized("a", text)),
        };
        Some((article.len() + length, own))
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

/// The nouns of the schema in texts of the renderers.
const NOUNS: [(&str, Concept); 14] = [
    ("known error", Concept::KnownError),
    ("perceived value", Concept::Value),
    ("product", Concept::Product),
    ("feature", Concept::Feature),
    ("release", Concept::Release),
    ("deployment", Concept::Deployment),
    ("iteration", Concept::Iteration),
    ("customer", Concept::Customer),
    ("segment", Concept::Segment),
    ("response", Concept::Feedback),
    ("incident", Concept::Incident),
    ("announcement", Concept::Announcement),
    ("regression", Concept::Regression),
    ("team", Concept::Team),
];

fn begins(text: &str, word: &str) -> bool {
    text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
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
    fn a_text_has_the_nouns_of_its_readers() {
        let text = "An incident of a release. Features that the release does not change, and Known errors";
        assert_eq!(
            Vocabulary::Itil.translated(text),
            "An incident of a release. Service functions that the release does not change, and Known errors"
        );
        assert_eq!(
            Vocabulary::Plain.translated(text),
            "A problem of a version. Features that the version does not change, and Known problems"
        );
        assert_eq!(Vocabulary::Agile.translated("An iteration of the product"), "A sprint of the product");
        assert_eq!(Vocabulary::Plain.translated("#Responses (90 %)"), "#Responses (90 %)");
        assert_eq!(
            Vocabulary::Itil.translated("Response rate by segment"),
            "Survey response rate by customer group"
        );
    }

    #[test]
    fn other_words_stay() {
        for text in
            ["Released productively, teamwork", "", "ein Ämterrelease", "a", "an ", "Customer-hours lost"]
        {
            assert_eq!(Vocabulary::Plain.translated(text), text);
        }
    }

    #[test]
    fn a_capital_letter_may_be_two() {
        assert_eq!(["", "team", "été", "ßa"].map(capital), ["", "Team", "Été", "SSa"]);
    }
}
