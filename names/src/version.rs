//! The natural order of versions: `1.9` before `1.10`, `2.0.0-rc.1` before `2.0.0`, `4.6.1 (9)` before
//! `4.6.1 (10)`.
//!
//! A version is any text, so the order is total and refuses nothing. It follows semantic versioning where a
//! version has that form, and otherwise what people read: digits are numbers, a word such as `rc` or `beta`
//! comes before the release, any other word after it. (`semver` and `version-compare` refuse build numbers in
//! parentheses and letters after digits; `natord` and `alphanumeric-sort` do not know pre-releases.)

use super::text;

/// Words that mark a pre-release, in their order.
const BEFORE: [&[&str]; 5] = [
    &["dev", "snapshot", "nightly", "canary", "edge", "experimental", "insider", "insiders"],
    &["alpha", "a"],
    &["beta", "b"],
    &["pre", "preview", "milestone", "m", "next", "ea", "eap", "tp"],
    &["rc", "cr", "c", "candidate"],
];

/// Words without meaning: `1.0.Final` is `1.0`.
const SILENT: [&str; 5] = ["final", "ga", "release", "stable", "version"];

/// The sort key of a version: the greater key is the newer version. It consists of digits and the letters a to f only,
/// so that all databases and collations sort it alike. Versions that are the same number (`1.0`, `v1.0.0`) have equal
/// keys.
pub fn order(version: &str) -> String {
    let pieces = pieces(&version.to_lowercase());
    let mut key = Vec::with_capacity(2 * version.len());
    let (release, rest) = parts(&pieces);
    let significant = release.iter().rposition(|number| !number.is_empty()).map_or(0, |last| last + 1);
    release[..significant].iter().for_each(|digits| number(&mut key, digits));
    key.push(0);
    let mut before = false;
    for (at, piece) in rest.iter().enumerate() {
        match piece {
            Piece::Number(digits) => {
                key.push(0x60);
                number(&mut key, digits);
            }
            Piece::Word(word) if SILENT.contains(&word.as_str()) => (),
            Piece::Word(word) => {
                let counted = matches!(rest.get(at + 1), Some(Piece::Number(_)));
                match rank(word, counted) {
                    Some(rank) if !before => {
                        before = true;
                        key.push(0x10 + rank);
                    }
                    // Of a pre-release numbers come before words, as semantic versioning has it.
                    _ => {
                        key.push(if before { 0x70 } else { 0x50 });
                        key.extend(word.bytes());
                        key.push(0);
                    }
                }
            }
            Piece::Point => (),
        }
    }
    key.push(0x40);
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A version without optional parts of its spelling: case, a leading `v`, the separators, and trailing zeros. Versions
/// with equal spellings are the same version to a reader.
pub fn spelling(version: &str) -> String {
    let folded = text::folded(version);
    let mut parts: Vec<&str> =
        folded.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let is_numbered = |part: &str| part.starts_with(|first: char| first.is_ascii_digit());
    match parts.as_mut_slice() {
        ["v", second, ..] if is_numbered(second) => drop(parts.remove(0)),
        [first, ..] => *first = first.strip_prefix('v').filter(|rest| is_numbered(rest)).unwrap_or(first),
        [] => (),
    }
    while parts.len() > 1 && parts.last() == Some(&"0") {
        parts.pop();
    }
    parts.join(".")
}

/// A part of a version.
#[derive(Debug, PartialEq)]
enum Piece {
    /// Digits without leading zeros: they may be too many for an integer.
    Number(String),
    /// Letters.
    Word(String),
    /// A single point between two digits: the number before and the one after belong together.
    Point,
}

fn pieces(version: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = version;
    while let Some(first) = rest.chars().next() {
        let end = |same: fn(char) -> bool| rest.find(|c| !same(c)).unwrap_or(rest.len());
        let length = if first.is_ascii_digit() {
            let length = end(|c| c.is_ascii_digit());
            pieces.push(Piece::Number(rest[..length].trim_start_matches('0').to_owned()));
            length
        } else if first.is_alphanumeric() {
            let length = end(|c| c.is_alphanumeric() && !c.is_ascii_digit());
            pieces.push(Piece::Word(rest[..length].to_owned()));
            length
        } else {
            let length = end(|c| !c.is_alphanumeric());
            if &rest[..length] == "." {
                pieces.push(Piece::Point);
            }
            length
        };
        rest = &rest[length..];
    }
    pieces
}

/// The leading numbers, joined by points, and the rest. Words before the first number (`v`, `release`, the name of an
/// app) are omitted, unless they mark a pre-release.
fn parts(pieces: &[Piece]) -> (Vec<&str>, &[Piece]) {
    let Some(first) = pieces.iter().position(|piece| matches!(piece, Piece::Number(_))) else {
        return (Vec::new(), pieces);
    };
    let prefixed = |piece: &Piece| matches!(piece, Piece::Word(word) if rank(word, false).is_some());
    if pieces[..first].iter().any(prefixed) {
        return (Vec::new(), pieces);
    }
    let mut release = Vec::new();
    let mut at = first;
    while let Some(Piece::Number(digits)) = pieces.get(at) {
        release.push(digits.as_str());
        at += 1;
        if !matches!(pieces.get(at..at + 2), Some([Piece::Point, Piece::Number(_)])) {
            break;
        }
        at += 1;
    }
    (release, &pieces[at..])
}

/// The rank of a pre-release word. A single letter is one only before a number: `1.0b2` is the
/// second beta, `1.0.2b` the second correction.
fn rank(word: &str, counted: bool) -> Option<u8> {
    if word.len() == 1 && !counted {
        return None;
    }
    (0..).zip(BEFORE).find(|(_, words)| words.contains(&word)).map(|(rank, _)| rank)
}

/// Longer numbers are greater. A version has at most 200 characters, so the length fits.
fn number(key: &mut Vec<u8>, digits: &str) {
    key.push(1 + digits.len().min(250) as u8);
    key.extend(digits.bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rise(versions: &[&str]) {
        for pair in versions.windows(2) {
            assert!(order(pair[0]) < order(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        rise(&["1.2", "1.9", "1.10", "1.10.1", "2.0", "10"]);
        rise(&["4.6.1 (9)", "4.6.1 (10)", "4.6.2 (1)"]);
        rise(&["2026-02-11", "2026-11-02", "2026-11-10"]);
        rise(&["build 9", "build 10", "build 100000000000000000000000000000000000000000"]);
        rise(&["2.0.0", "2.0.0 (1)", "2.0.0 (2)", "2.0.0.1"]);
    }

    #[test]
    fn what_comes_before_a_release_is_older_than_it() {
        let alphas = ["1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta"];
        let betas = ["1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0"];
        rise(&[&alphas[..], &betas[..]].concat());
        rise(&["1.9", "2.0-SNAPSHOT", "2.0a1", "2.0b2", "2.0rc1", "2.0RC2", "2.0", "2.0-hotfix", "2.0.1"]);
        rise(&["2.0.0-rc.1", "2.0", "2.0.0+build.7"]);
        rise(&["1.0.2", "1.0.2a", "1.0.2b"]);
        rise(&["beta 2", "beta 10", "1.0"]);
    }

    #[test]
    fn what_says_nothing_does_not_matter() {
        for same in ["1.0", "v1.0", "1.0.0", "release-1.0", "1.0.Final", "Version 1.0", "01.0"] {
            assert_eq!(order(same), order("1"), "{same}");
        }
    }

    #[test]
    fn other_spellings_of_a_version_are_told_from_other_versions() {
        for same in ["1.0", "v1.0", "V1.0", "v 1.0", "v.1.0", "1_0", "1-0", "1.0.0", "1"] {
            assert_eq!(spelling(same), spelling("1.0"), "{same}");
        }
        assert_eq!(spelling("v2.0.0-RC.1"), spelling("2.0.0 rc1").replace("rc1", "rc.1"));
        assert_eq!(spelling("4.6.1 (9)"), spelling("v4.6.1-9"));
        for other in ["Änderung-1", "release-1.0", "1.0-hotfix", "10", "1.0.1", "v", "vista 1.0", "0", ""] {
            assert_ne!(spelling(other), spelling("1.0"), "{other}");
        }
        assert_ne!(spelling("0"), spelling(""));
        assert_ne!(spelling("vier"), spelling("ier"));
    }

    #[test]
    fn any_text_has_a_place() {
        for odd in ["", ".", "...", "Jaguar", "🦀", "1..2", "(", "١٢", &"9".repeat(800)] {
            assert!(order(odd).bytes().all(|byte| byte.is_ascii_hexdigit()), "{odd}");
        }
        rise(&["Jaguar", "Tiger"]);
    }
}
