//! Words that mean ratings.

use super::{ScaleShape, decimal};

const UP: [&str; 36] = [
    "true",
    "yes",
    "y",
    "t",
    "up",
    "good",
    "great",
    "like",
    "liked",
    "positive",
    "happy",
    "satisfied",
    "helpful",
    "thumbsup",
    "thumb up",
    "thumbs up",
    "+1",
    "👍",
    "😀",
    "🙂",
    "😊",
    "ja",
    "oui",
    "sí",
    "si",
    "sim",
    "wahr",
    "vrai",
    "gut",
    "bon",
    "да",
    "хорошо",
    "はい",
    "是",
    "好",
    "예",
];
const DOWN: [&str; 36] = [
    "false",
    "no",
    "n",
    "f",
    "down",
    "bad",
    "poor",
    "dislike",
    "disliked",
    "negative",
    "unhappy",
    "unsatisfied",
    "dissatisfied",
    "unhelpful",
    "not helpful",
    "thumbsdown",
    "thumb down",
    "thumbs down",
    "-1",
    "👎",
    "🙁",
    "😞",
    "😡",
    "nein",
    "non",
    "nee",
    "não",
    "falsch",
    "faux",
    "schlecht",
    "mauvais",
    "нет",
    "плохо",
    "いいえ",
    "否",
    "差",
];

/// A text for comparison: in lower case, with spaces for hyphens, without the colors of skin.
fn plain(text: &str) -> String {
    let kept = |c: &char| !('\u{1f3fb}'..='\u{1f3ff}').contains(c) && *c != '\u{fe0f}';
    let lower: String = text.trim().chars().filter(kept).flat_map(char::to_lowercase).collect();
    if lower.starts_with('-') { lower } else { lower.replace(['_', '-'], " ") }
}

/// Whether a text means a thumb up (true) or down (false).
pub(super) fn thumb(text: &str) -> Option<bool> {
    let text = plain(text);
    if UP.contains(&text.as_str()) {
        return Some(true);
    }
    DOWN.contains(&text.as_str()).then_some(false)
}

/// Whether a text is a boolean, in numbers or words.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match plain(text).as_str() {
        "1" | "1.0" | "true" | "yes" | "y" | "t" | "x" | "✓" | "✔" | "ja" | "oui" | "sí" | "sim" | "да" => {
            Some(true)
        }
        "0" | "0.0" | "false" | "no" | "n" | "f" | "nein" | "non" | "não" | "нет" => Some(false),
        _ => None,
    }
}

/// Whether a cell of a column that stands for one thing marks it: 1, x, yes, or the name of the column.
pub(crate) fn is_mark(cell: &str, column: &str) -> bool {
    truth(cell).unwrap_or_else(|| {
        let option = column.rsplit_once(": ").map_or(column, |(_, option)| option);
        [column, option].iter().any(|name| plain(name) == plain(cell))
    })
}

/// What comes after the number of stars.
pub(super) fn star_words() -> &'static [&'static str] {
    &[
        "stars",
        "star",
        "sterne",
        "stern",
        "étoiles",
        "étoile",
        "estrellas",
        "estrella",
        "stelle",
        "stella",
        "estrelas",
        "estrela",
        "sterren",
        "ster",
        "★",
        "⭐",
    ]
}

/// A number with a label beside it: `5 - Very satisfied`, `Extremely likely (10)`.
pub(super) fn labelled(text: &str) -> Option<f64> {
    let text = text.trim();
    let numbers: Vec<&str> = text
        .split(|c: char| !c.is_ascii_digit() && c != '.' && c != ',')
        .map(|one| one.trim_matches(['.', ',']))
        .filter(|one| !one.is_empty())
        .collect();
    let [number] = numbers.as_slice() else { return None };
    let at = text.find(number)?;
    let (before, after) = (text[..at].trim_end(), text[at + number.len()..].trim_start());
    let is_word = |label: &str| label.chars().any(char::is_alphabetic);
    let first =
        before.is_empty() && after.starts_with(['-', '–', '—', ':', '(', '=', '.', ')']) && is_word(after);
    let last = is_word(before)
        && (after.is_empty() && before.ends_with(['-', '–', '—', ':', '='])
            || after == ")" && before.ends_with('('));
    (first || last).then(|| decimal(number)).flatten()
}

/// The usual words of satisfaction on a scale of five.
pub(super) fn satisfaction(text: &str, scale: Option<&ScaleShape>) -> Option<f64> {
    scale.filter(|scale| scale.min == 1.0 && scale.max == 5.0)?;
    let level = match plain(text).as_str() {
        "very satisfied" | "extremely satisfied" | "sehr zufrieden" | "très satisfait" | "muy satisfecho" => {
            5.0
        }
        "satisfied" | "somewhat satisfied" | "zufrieden" | "satisfait" | "satisfecho" => 4.0,
        "neutral" | "neither satisfied nor dissatisfied" | "teils teils" | "neutre" => 3.0,
        "dissatisfied"
        | "unsatisfied"
        | "somewhat dissatisfied"
        | "unzufrieden"
        | "insatisfait"
        | "insatisfecho" => 2.0,
        "very dissatisfied"
        | "very unsatisfied"
        | "extremely dissatisfied"
        | "sehr unzufrieden"
        | "très insatisfait"
        | "muy insatisfecho" => 1.0,
        _ => return None,
    };
    Some(level)
}
