//! Words of texts for search: in several languages, without their endings and accents.
//!
//! Both databases can search texts, but PostgreSQL knows other languages than SQLite, which knows English only. So the server
//! finds the stems, and the databases compare and index them as they are: the same text is found on both.

use std::collections::{BTreeMap, BTreeSet};

use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use unicode_segmentation::UnicodeSegmentation;
use whatlang::Lang;

use super::text::folded;

/// Maximum length of a word, in characters: longer ones are not words of a language.
const MAX_WORD: usize = 64;

/// Minimum confidence at which a text is taken to be in one language only.
const SURE: f64 = 0.8;

/// The languages whose endings are known, with their ISO 639-1 codes.
const LANGUAGES: [(Lang, &str, Algorithm); 17] = [
    (Lang::Ara, "ar", Algorithm::Arabic),
    (Lang::Dan, "da", Algorithm::Danish),
    (Lang::Deu, "de", Algorithm::German),
    (Lang::Ell, "el", Algorithm::Greek),
    (Lang::Eng, "en", Algorithm::English),
    (Lang::Fin, "fi", Algorithm::Finnish),
    (Lang::Fra, "fr", Algorithm::French),
    (Lang::Hun, "hu", Algorithm::Hungarian),
    (Lang::Ita, "it", Algorithm::Italian),
    (Lang::Nld, "nl", Algorithm::Dutch),
    (Lang::Nob, "no", Algorithm::Norwegian),
    (Lang::Por, "pt", Algorithm::Portuguese),
    (Lang::Ron, "ro", Algorithm::Romanian),
    (Lang::Rus, "ru", Algorithm::Russian),
    (Lang::Spa, "es", Algorithm::Spanish),
    (Lang::Swe, "sv", Algorithm::Swedish),
    (Lang::Tur, "tr", Algorithm::Turkish),
];

/// The language of a text as ISO 639-1, if it is certain.
pub(crate) fn language(text: &str) -> Option<&'static str> {
    let found = whatlang::detect(text).filter(|found| found.confidence() >= SURE && found.is_reliable())?;
    LANGUAGES.iter().find(|(lang, ..)| *lang == found.lang()).map(|(_, code, _)| *code)
}

/// The forms under which a text is found: each word as it is, and its stems in the languages that the text may be in.
pub(crate) fn forms(text: &str) -> BTreeSet<String> {
    let stemmers = Stemmers::of(text);
    words(text).flat_map(|word| stemmers.forms(&word)).collect()
}

/// The words of a question, without those that every text of its language has, each with the forms under which it is found in any
/// language.
pub(crate) fn asked(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let stop = stop_words(text);
    let all = Stemmers::all();
    let meant =
        words(text).filter(|word| !stop.contains(word.as_str()) && !stop.contains(plain(word).as_str()));
    meant.map(|word| (word.clone(), all.forms(&word))).collect()
}

/// The words of a text, in lower case.
fn words(text: &str) -> impl Iterator<Item = String> {
    let words = folded(text);
    let words: Vec<String> = words
        .unicode_words()
        .flat_map(|word| word.split(|one: char| !one.is_alphanumeric()))
        .filter(|word| !word.is_empty() && word.chars().count() <= MAX_WORD)
        .map(str::to_owned)
        .collect();
    words.into_iter()
}

/// A word without the accents of the Latin, Greek and Cyrillic scripts, which many people do not type.
fn plain(word: &str) -> String {
    word.nfd().filter(|one| !('\u{300}'..='\u{36F}').contains(one)).nfc().collect()
}

/// The words that say nothing about what a text is about: of English, and of the language that the text looks like.
fn stop_words(text: &str) -> BTreeSet<&'static str> {
    let found =
        whatlang::detect_lang(text).and_then(|found| LANGUAGES.iter().find(|(lang, ..)| *lang == found));
    let codes = ["en"].into_iter().chain(found.map(|(_, code, _)| *code));
    codes.filter_map(stop_words::lookup).flatten().copied().collect()
}

/// The stemmers of some languages.
struct Stemmers(Vec<Stemmer>);

impl Stemmers {
    /// Of the language of a text; of all if it is not certain.
    fn of(text: &str) -> Self {
        let certain = language(text);
        let known = LANGUAGES.iter().filter(|(_, code, _)| certain.is_none_or(|certain| certain == *code));
        Self(known.map(|(.., algorithm)| Stemmer::create(*algorithm)).collect())
    }

    fn all() -> Self {
        Self(LANGUAGES.iter().map(|(.., algorithm)| Stemmer::create(*algorithm)).collect())
    }

    fn forms(&self, word: &str) -> BTreeSet<String> {
        // A number has no endings.
        let stemmed =
            self.0.iter().filter(|_| word.chars().all(char::is_alphabetic)).map(|one| plain(&one.stem(word)));
        let stemmed = stemmed.filter(|stem| stem.chars().count() > 1);
        stemmed.chain([plain(word)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finds(asked_for: &str, text: &str) -> bool {
        let there = forms(text);
        asked(asked_for).values().any(|word| word.iter().any(|form| there.contains(form)))
    }

    #[test]
    fn a_word_is_found_with_other_endings_and_without_accents_in_several_languages() {
        for (asked_for, text) in [
            ("exporting", "The export hangs when it is a PDF"),
            ("hanging exports", "Export hangs"),
            ("Rechnung", "Beim Drucken der Rechnungen bleibt die Seite weiß"),
            ("Seiten", "Beim Drucken der Rechnungen bleibt die Seite weiß"),
            ("factures", "L'impression de la facture ne fonctionne pas"),
            ("generation", "La génération des rapports échoue"),
            ("facturas", "La factura no se puede descargar desde la página"),
            ("отчёты", "Не открывается отчет за месяц"),
            ("2fa", "Login with 2FA fails"),
            ("検索", "検索ができません"),
        ] {
            assert!(
                finds(asked_for, text),
                "{asked_for} in {text}: {:?} {:?}",
                asked(asked_for),
                forms(text)
            );
        }
        assert!(!finds("invoice", "Export hangs"));
    }

    #[test]
    fn words_that_every_text_has_are_not_asked_for() {
        assert!(asked("it is not the").is_empty());
        assert!(asked("der die das und nicht").is_empty());
        assert_eq!(
            asked("The export of the invoices").into_keys().collect::<Vec<_>>(),
            ["export", "invoices"]
        );
        assert!(asked("").is_empty() && asked("?! --").is_empty());
    }

    #[test]
    fn the_language_of_a_text_is_known_only_if_it_is_certain() {
        assert_eq!(
            language("Beim Drucken der Rechnungen bleibt die Seite leer, wenn der Browser alt ist."),
            Some("de")
        );
        assert_eq!(language("PDF"), None);
    }
}
