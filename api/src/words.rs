//! Wording of messages: numbers and articles that agree with their nouns.

use chrono::{DateTime, SecondsFormat, Utc};
use indicatif::HumanCount;

/// A number and its noun: `1 release`, `2,000 releases`, `1 new entry`, `3 new entries`.
pub fn counted(number: u64, noun: &str) -> String {
    let noun = if number == 1 { noun.to_owned() } else { plural(noun) };
    format!("{} {noun}", HumanCount(number))
}

/// The plural of a noun, which is the last word.
pub fn plural(noun: &str) -> String {
    let before = noun.chars().rev().nth(1);
    match noun.strip_suffix('y') {
        Some(stem) if before.is_some_and(|letter| !"aeiou".contains(letter)) => format!("{stem}ies"),
        _ if noun.ends_with(['s', 'x', 'z']) || noun.ends_with("ch") || noun.ends_with("sh") => {
            format!("{noun}es")
        }
        _ => format!("{noun}s"),
    }
}

/// A noun with its indefinite article, by its first letter: `an iteration`, `a user`.
pub fn a(noun: &str) -> String {
    let vowel = noun.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'E', 'I', 'O', 'U']);
    let sounds_like_you = ["user", "uni", "use", "URL", "UUID"].iter().any(|start| noun.starts_with(start));
    format!("{} {noun}", if vowel && !sounds_like_you { "an" } else { "a" })
}

/// A time as in the API, in UTC: `2026-03-31T09:30:00Z`, with a fraction if it has one.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_in_the_api() {
        let at = |milliseconds| DateTime::from_timestamp_millis(milliseconds).map(time);
        assert_eq!(at(1_774_949_400_000).as_deref(), Some("2026-03-31T09:30:00Z"));
        assert_eq!(at(1_774_949_400_250).as_deref(), Some("2026-03-31T09:30:00.250Z"));
    }

    #[test]
    fn numbers_and_articles_agree_with_their_nouns() {
        assert_eq!(counted(1, "release"), "1 release");
        assert_eq!(counted(0, "release"), "0 releases");
        assert_eq!(counted(2_000, "exposure figure"), "2,000 exposure figures");
        assert_eq!(counted(2, "entry"), "2 entries");
        assert_eq!(counted(2, "day"), "2 days");
        assert_eq!(counted(3, "index"), "3 indexes");
        assert_eq!(
            [a("iteration"), a("release"), a("user"), a("answer")],
            ["an iteration", "a release", "a user", "an answer"]
        );
    }
}
