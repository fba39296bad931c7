//! Normalization of names, so that two names that look alike are equal.
//!
//! Pasted text contains invisible characters: a zero-width space from a web page, a direction mark from a chat, an
//! accent as a separate character from a Mac. Names and keys are stored without them, in Unicode normal form NFC, and
//! references are normalized in the same way.

use std::borrow::Cow;

use unicode_normalization::{UnicodeNormalization, is_nfc};

/// Stands for half of a surrogate pair, which JSON can express but text cannot contain. A noncharacter of Unicode,
/// reserved for internal use: it is refused in all input.
pub const BROKEN: char = '\u{FDD0}';

/// Begins a text that stands for a JSON number that no number type here can hold, such as `1e999`: the digits as they were
/// sent follow it. A noncharacter of Unicode, like [`BROKEN`].
pub const BEYOND: char = '\u{FDD1}';

/// The digits of a number out of range, if this text stands for one.
pub fn beyond(text: &str) -> Option<&str> {
    let is_number = |digits: &&str| digits.parse::<f64>().is_ok();
    text.strip_prefix(BEYOND).filter(is_number)
}

/// The stored form of a name: NFC, plain single spaces, none at the ends, without invisible characters.
/// Those that join letters or choose how a sign looks stay where they can: after a character that is not ASCII.
pub fn name(text: &str) -> Cow<'_, str> {
    written(text, true)
}

/// The stored form of a key: the same, without any invisible character.
pub fn key(text: &str) -> Cow<'_, str> {
    written(text, false)
}

/// The possible stored forms of a reference: unchanged (for rows from before names were normalized), as a name, and as
/// a key. Empty if it contains characters that databases do not accept.
pub fn forms(reference: &str) -> Vec<String> {
    if reference.contains('\0') {
        return Vec::new();
    }
    let mut forms = vec![reference.to_owned()];
    for form in [name(reference), key(reference)] {
        if !forms.iter().any(|known| *known == form) {
            forms.push(form.into_owned());
        }
    }
    forms
}

/// A text for comparison: in lower case as Unicode folds it, whatever the case of its letters was.
pub fn folded(text: &str) -> String {
    let lower = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<String>();
    // By way of upper case, so that ß is ss and the Greek sigma at the end of a word is a sigma.
    lower(&lower(&key(text)).to_uppercase()).nfc().collect()
}

fn written(text: &str, joins: bool) -> Cow<'_, str> {
    if text.is_ascii() && !text.contains("  ") {
        return Cow::Borrowed(text.trim());
    }
    let normal: Cow<'_, str> =
        if is_nfc(text) { Cow::Borrowed(text) } else { Cow::Owned(text.nfc().collect()) };
    let mut kept = String::with_capacity(normal.len());
    for character in normal.chars() {
        if is_unseen(character) {
            let after_other =
                kept.chars().next_back().is_some_and(|last| !last.is_ascii() && !is_joining(last));
            if joins && is_joining(character) && after_other {
                kept.push(character);
            }
        } else if character.is_whitespace()
            && !character.is_control()
            && !matches!(character, '\u{2028}' | '\u{2029}')
        {
            if !kept.ends_with(' ') {
                kept.push(' ');
            }
        } else {
            kept.push(character);
        }
    }
    let joined_to_nothing = |character: char| is_joining(character) && !is_variation(character);
    let kept = kept.trim().trim_end_matches(joined_to_nothing);
    // Without what stood between, a letter and its accent may have come together.
    Cow::Owned(kept.nfc().collect())
}

/// Joins or parts the letters around it, or chooses how the sign before it looks.
fn is_joining(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}') || is_variation(character)
}

fn is_variation(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}')
}

/// What Unicode calls default ignorable, the marks of direction, and letters and signs that are drawn as nothing (such as
/// the Braille pattern without dots): invisible characters.
fn is_unseen(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{2800}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}'
        | '\u{13440}'..='\u{13442}' | '\u{16FE4}' | '\u{1D159}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{1D173}'..='\u{1D17A}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_are_one() {
        for alike in [
            "Überblick",
            "U\u{308}berblick",
            " Überblick\u{200B}",
            "\u{FEFF}Überblick ",
            "Über\u{202E}blick\u{202C}",
            "U\u{200B}\u{308}berblick",
            "Überblick\u{A0}",
            "Über\u{AD}blick",
        ] {
            assert_eq!(key(alike), "Überblick", "{alike:?}");
            assert_eq!(name(alike), "Überblick", "{alike:?}");
        }
        assert_eq!(name("a\u{A0}b\u{2003}c"), "a b c");
        for spaced in ["a  b", "a \u{A0} b", " a\u{2003}\u{200B} b ", "a b\u{2800}", "a\u{2800} b\u{3164}"] {
            assert_eq!(key(spaced), "a b", "{spaced:?}");
            assert_eq!(name(spaced), "a b", "{spaced:?}");
        }
        assert_eq!(name("sea\u{200D}rch"), "search");
    }

    #[test]
    fn what_joins_letters_stays_in_names() {
        for whole in ["👨\u{200D}👩\u{200D}👧", "❤\u{FE0F}", "می\u{200C}خواهم", "日本語"] {
            assert_eq!(name(whole), whole);
        }
        assert_eq!(key("می\u{200C}خواهم"), "میخواهم");
        assert_eq!(name("é\u{200D}"), "é");
    }

    #[test]
    fn the_case_of_letters_does_not_matter_in_any_script() {
        for (a, b) in [
            ("ÜBERSICHT", "übersicht"),
            ("Straße", "STRASSE"),
            ("ẞ", "ss"),
            ("ΟΔΟΣ", "οδος"),
            ("Е\u{308}ж", "ЁЖ"),
        ] {
            assert_eq!(folded(a), folded(b), "{a} {b}");
        }
        // Both are the same in upper case, so a search for either finds both.
        assert_eq!(folded("I"), folded("ı"));
    }

    #[test]
    fn a_reference_is_looked_for_as_it_may_be_kept() {
        assert_eq!(forms("search"), ["search"]);
        assert_eq!(forms(" search"), [" search", "search"]);
        assert!(forms("a\0").is_empty());
    }
}
