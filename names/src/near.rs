//! Suggestions for names that do not exist.

use super::text::folded;

/// Maximum number of suggestions.
const MAX_SUGGESTIONS: usize = 3;

/// Maximum number of names that are compared letter by letter: an error must not delay a batch.
const MAX_COMPARED: usize = 2_000;

/// The known names most similar to the wanted one, the most similar first. Case, spaces and
/// hyphens, a leading `v` and a trailing `.0` of a version are ignored.
pub fn near<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Vec<String> {
    let wanted = folded(wanted);
    if wanted.is_empty() || wanted.chars().count() > 100 {
        return Vec::new();
    }
    let bare = bared(&wanted);
    // Digits carry the meaning of a version: 1.1 is not a typing error for 1.2.
    let digits: String = wanted.chars().filter(char::is_ascii_digit).collect();
    let typing_errors = match wanted.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    };
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (number, name) in known.enumerate() {
        let other = folded(name);
        if bared(&other) == bare {
            found.push((0, name));
        } else if number < MAX_COMPARED
            && typing_errors > 0
            && other.len().abs_diff(wanted.len()) <= 4
            && other.chars().filter(char::is_ascii_digit).eq(digits.chars())
        {
            let distance = strsim::osa_distance(&wanted, &other);
            if distance <= typing_errors {
                found.push((distance, name));
            }
        }
    }
    found.sort();
    found.into_iter().take(MAX_SUGGESTIONS).map(|(_, name)| name.to_owned()).collect()
}

/// The suggestion of similar names to append to a message; empty if there are none.
pub fn meant(near: &[String]) -> String {
    match near {
        [] => String::new(),
        near => format!(" (did you mean `{}`?)", near.join("` or `")),
    }
}

/// The form of a name that is compared: without case, spaces and hyphens, and for versions without a leading `v` and a
/// trailing `.0`.
pub fn bare(name: &str) -> String {
    bared(&folded(name))
}

/// A folded name without what people write or leave out as they please.
fn bared(name: &str) -> String {
    let plain: String = name.chars().filter(|one| !one.is_whitespace() && !"-_".contains(*one)).collect();
    let begins_as_version = |rest: &&str| rest.starts_with(|first: char| first.is_ascii_digit());
    let mut version = plain.strip_prefix('v').filter(begins_as_version).unwrap_or(&plain);
    if begins_as_version(&version) {
        while let Some(shorter) = version.strip_suffix(".0") {
            version = shorter;
        }
    }
    version.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_named_and_nothing_else() {
        let known = ["search", "checkout", "export-pdf", "Übersicht", "2.0.0", "1.10", "1.1"];
        let says = |wanted: &str| near(wanted, known.into_iter());
        assert_eq!(says("Search"), ["search"]);
        assert_eq!(says("serach"), ["search"]);
        assert_eq!(says("chekout"), ["checkout"]);
        assert_eq!(says("export_pdf"), ["export-pdf"]);
        assert_eq!(says("ÜBERSICHT"), ["Übersicht"]);
        assert_eq!(says("v2.0.0"), ["2.0.0"]);
        assert_eq!(says("2.0"), ["2.0.0"]);
        assert!(says("1.2").is_empty() && says("login").is_empty() && says("").is_empty());
    }
}
