//! Texts as tokens: words by the rules of Unicode, in the form that their language's stemmer gives them.

use std::collections::HashMap;

use rust_stemmers::{Algorithm, Stemmer};
use unicode_segmentation::UnicodeSegmentation;

/// What a word contributes to a term.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// It says something by itself.
    Content,
    /// It negates what follows: part of a phrase, and never a term by itself.
    Negation,
    /// It stands within phrases only.
    Stop,
    /// The end of a clause; no phrase contains it.
    Break,
}

/// One word of a text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// The code of its stem, the same for all its forms.
    pub(super) stem: u32,
    /// What it contributes.
    pub(super) class: Class,
    /// Its place in the text, in bytes.
    pub(super) at: (u32, u32),
}

/// A language: its code of ISO 639-1, its stemmer, and its words of negation, which lists of stop words contain.
struct Language {
    code: &'static str,
    stemmer: Option<Algorithm>,
    negations: &'static [&'static str],
}

const fn language(
    code: &'static str,
    stemmer: Option<Algorithm>,
    negations: &'static [&'static str],
) -> Language {
    Language { code, stemmer, negations }
}

/// The languages, the commonest first: of two that fit a text equally well, the first is taken.
const LANGUAGES: &[Language] = &[
    language(
        "en",
        Some(Algorithm::English),
        &["no", "not", "nor", "never", "don't", "doesn't", "didn't", "can't", "won't", "isn't", "cannot"],
    ),
    language("de", Some(Algorithm::German), &["nicht", "kein", "keine", "keinen", "nie", "ohne"]),
    language("fr", Some(Algorithm::French), &["ne", "pas", "sans", "jamais", "plus"]),
    language("es", Some(Algorithm::Spanish), &["no", "ni", "nunca", "sin"]),
    language("it", Some(Algorithm::Italian), &["non", "mai", "senza"]),
    language("pt", Some(Algorithm::Portuguese), &["não", "nem", "nunca", "sem"]),
    language("nl", Some(Algorithm::Dutch), &["niet", "geen", "nooit", "zonder"]),
    language("sv", Some(Algorithm::Swedish), &["inte", "ej", "ingen", "utan"]),
    language("da", Some(Algorithm::Danish), &["ikke", "ingen", "aldrig", "uden"]),
    language("no", Some(Algorithm::Norwegian), &["ikke", "ikkje", "ingen", "aldri", "uten"]),
    language("fi", Some(Algorithm::Finnish), &["ei", "en", "eivät", "ilman"]),
    language("hu", Some(Algorithm::Hungarian), &["nem", "ne", "nincs", "soha"]),
    language("ro", Some(Algorithm::Romanian), &["nu", "nici", "fără"]),
    language("ru", Some(Algorithm::Russian), &["не", "нет", "ни", "без"]),
    language("tr", Some(Algorithm::Turkish), &["değil", "yok", "hiç"]),
    language("el", Some(Algorithm::Greek), &["δεν", "μη", "μην", "όχι"]),
    language("ar", Some(Algorithm::Arabic), &["لا", "لم", "لن", "ليس"]),
    language("ca", None, &["no", "sense"]),
    language("sl", None, &["ne", "ni", "brez"]),
    language("id", None, &["tidak", "bukan", "tanpa"]),
    language("zh", None, &["不", "没", "无"]),
];

/// Makes tokens of texts.
pub(super) struct Tokenizer {
    /// The languages, as bits, in which a word is a stop word.
    stops: HashMap<&'static str, u32>,
    stemmers: Vec<Option<Stemmer>>,
    codes: HashMap<String, u32>,
    /// The stems of words by language: most words recur.
    known: HashMap<(usize, String), u32>,
    /// Number of stop words of each language in the texts so far.
    heard: Vec<usize>,
}

impl Tokenizer {
    pub(super) fn new() -> Self {
        let mut stops: HashMap<&'static str, u32> = HashMap::new();
        for (at, language) in LANGUAGES.iter().enumerate() {
            for word in stop_words::lookup(language.code).into_iter().flatten() {
                *stops.entry(word).or_default() |= 1 << at;
            }
        }
        let stemmers = LANGUAGES.iter().map(|language| language.stemmer.map(Stemmer::create)).collect();
        let heard = vec![0; LANGUAGES.len()];
        Self { stops, stemmers, codes: HashMap::new(), known: HashMap::new(), heard }
    }

    /// Counts the stop words of a text for the languages that have them.
    pub(super) fn hear(&mut self, text: &str) {
        for word in text.unicode_words() {
            if let Some(languages) = self.stops.get(&*folded(word)) {
                let mine = (0..LANGUAGES.len()).filter(|at| languages >> at & 1 == 1);
                mine.for_each(|at| self.heard[at] += 1);
            }
        }
    }

    /// The language of a text: that of most of its stop words; of several, the one heard most in all texts.
    fn language(&self, words: &[(Option<String>, (u32, u32))]) -> usize {
        let mut hits = [0_usize; 32];
        for word in words.iter().filter_map(|(word, _)| word.as_deref()) {
            let languages = self.stops.get(word).copied().unwrap_or(0);
            hits.iter_mut().enumerate().for_each(|(at, hits)| *hits += (languages >> at & 1) as usize);
        }
        let by_fit = |at: &usize| (hits[*at], self.heard[*at], LANGUAGES.len() - at);
        (0..LANGUAGES.len()).max_by_key(by_fit).unwrap_or_default()
    }

    /// The tokens of a text, all of whose company was [heard](Self::hear).
    pub(super) fn tokens(&mut self, text: &str) -> Vec<Token> {
        let words: Vec<_> = text
            .split_word_bound_indices()
            .filter_map(|(at, part)| {
                let place = (at as u32, (at + part.len()) as u32);
                let says = |one: char| one.is_alphanumeric();
                match part {
                    _ if part.contains(says) => Some((Some(folded(part)), place)),
                    // Quotation marks, hyphens and spaces stand within phrases.
                    _ if part.chars().all(|one| one.is_whitespace() && one != '\n') => None,
                    "-" | "'" | "’" | "\"" | "/" | "„" | "“" | "”" | "*" | "_" => None,
                    _ => Some((None, place)),
                }
            })
            .collect();
        let language = self.language(&words);
        let token = |(word, at): (Option<String>, (u32, u32))| match word {
            None => Token { stem: u32::MAX, class: Class::Break, at },
            Some(word) => Token { class: self.class(language, &word), stem: self.stem(language, word), at },
        };
        words.into_iter().map(token).collect()
    }

    fn class(&self, language: usize, word: &str) -> Class {
        let is_stop = self.stops.get(word).is_some_and(|languages| languages >> language & 1 == 1);
        match () {
            () if LANGUAGES[language].negations.contains(&word) => Class::Negation,
            () if is_stop => Class::Stop,
            // A letter or a digit alone is an initial, a number of a list, a rating.
            () if word.len() == 1 => Class::Stop,
            () => Class::Content,
        }
    }

    fn stem(&mut self, language: usize, word: String) -> u32 {
        let place = (language, word);
        if let Some(code) = self.known.get(&place) {
            return *code;
        }
        let stem = match &self.stemmers[language] {
            Some(stemmer) => stemmer.stem(&place.1).into_owned(),
            None => place.1.clone(),
        };
        let next = self.codes.len() as u32;
        let code = *self.codes.entry(stem).or_insert(next);
        self.known.insert(place, code);
        code
    }
}

/// A word in small letters, with one kind of apostrophe.
fn folded(word: &str) -> String {
    word.to_lowercase().replace('’', "'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn classes(text: &str) -> Vec<Class> {
        let mut tokenizer = Tokenizer::new();
        tokenizer.hear(text);
        tokenizer.tokens(text).into_iter().map(|token| token.class).collect()
    }

    #[test]
    fn forms_of_a_word_are_the_same_and_languages_differ() {
        let mut tokenizer = Tokenizer::new();
        for text in ["the export hangs and they hang", "die Ausfuhr hängt und hängen", "it is a die"] {
            tokenizer.hear(text);
        }
        let stems = |tokenizer: &mut Tokenizer, text: &str| {
            tokenizer.tokens(text).into_iter().map(|token| token.stem).collect::<Vec<_>>()
        };
        let english = stems(&mut tokenizer, "the export hangs and they hang");
        assert_eq!(english[2], english[5]);
        let german = tokenizer.tokens("die Ausfuhr hängt und sie hängt nicht");
        assert_eq!(german[0].class, Class::Stop);
        assert_eq!(german[6].class, Class::Negation);
        assert_eq!(tokenizer.tokens("it is a die")[3].class, Class::Content);
    }

    #[test]
    fn clauses_end_at_punctuation_and_versions_do_not() {
        use Class::{Break, Content, Stop};
        let said = classes("Broken since 5.3, the PDF hangs.");
        assert_eq!(said, [Content, Content, Content, Break, Stop, Content, Content, Break]);
        assert_eq!(classes("log-on screen"), [Content, Stop, Content], "a hyphen ends no phrase");
        assert_eq!(classes("🙏"), [Break]);
    }
}
