//! Values of cells: ratings, counts, severities and marks.

mod severity;
mod words;

pub use severity::{SeverityRange, severity};
pub(crate) use words::is_mark;

use std::borrow::Cow;

use super::record::excerpt;

/// What must be known of a scale to read its ratings.
#[derive(Clone, Debug, PartialEq)]
pub struct ScaleShape {
    /// The name that files use.
    pub key: String,
    /// The lowest rating.
    pub min: f64,
    /// The highest rating.
    pub max: f64,
    /// Whether it has thumbs: a rating is good or bad.
    pub thumbs: bool,
}

/// A text longer than this is no rating.
const LONGEST: usize = 300;

/// Reads a rating: a number, `4/5`, stars, a percentage, a thumb, or a number with its label. Whether the number is a
/// level of the scale is checked where the scale is known in full.
pub fn rating(text: &str, scale: Option<&ScaleShape>) -> Result<f64, String> {
    let text = &*plain(text);
    if let Some(number) = decimal(text) {
        return Ok(number);
    }
    if text.len() > LONGEST {
        return Err(format!("`{}` is not a number; write for example 4 or 4.5", excerpt(text)));
    }
    if let Some(scale) = scale.filter(|scale| scale.thumbs) {
        return words::thumb(text).map(|up| if up { scale.max } else { scale.min }).ok_or_else(|| {
            format!(
                "`{}` is no thumb; write up or down, yes or no, true or false, 1 or 0, or say what it means: \
                 --values \"rating:{}=1\"",
                excerpt(text),
                excerpt(text)
            )
        });
    }
    if let Some((number, of)) = fraction(text) {
        return match scale {
            Some(scale) if scale.max != of => Err(format!(
                "`{}` is out of {of}, but the scale `{}` goes to {}; use another scale",
                excerpt(text),
                scale.key,
                scale.max
            )),
            _ => Ok(number),
        };
    }
    if let Some((full, all)) = stars(text) {
        return match scale {
            Some(scale) if all.is_some_and(|all| all != scale.max) => Err(format!(
                "`{}` is out of {} stars, but the scale `{}` goes to {}; use another scale",
                excerpt(text),
                all.unwrap_or_default(),
                scale.key,
                scale.max
            )),
            _ => Ok(full),
        };
    }
    if let Some(number) = text.trim().strip_suffix('%').and_then(decimal) {
        return match scale {
            Some(scale) if scale.max != 100.0 => Err(format!(
                "`{}` is a percentage, but the scale `{}` goes from {} to {}; use a scale from 0 to 100",
                excerpt(text),
                scale.key,
                scale.min,
                scale.max
            )),
            _ => Ok(number),
        };
    }
    let labelled = words::labelled(text).or_else(|| words::satisfaction(text, scale));
    labelled.ok_or_else(|| {
        format!(
            "`{}` is not a number; write for example 4 or 4.5, or say what it means: --values \"rating:{}=4\"",
            excerpt(text),
            excerpt(text)
        )
    })
}

/// A text with the digits of all scripts as those of ASCII, and without marks of no width.
pub(crate) fn plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    /// The zeros of scripts whose digits are used in numbers, each followed by the other nine.
    const ZEROS: [u32; 6] = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10];
    let digit = |c: char| {
        let code = u32::from(c);
        let value = ZEROS.iter().find_map(|zero| code.checked_sub(*zero).filter(|value| *value < 10))?;
        char::from_digit(value, 10)
    };
    let is_mark = |c: &char| {
        ('\u{200b}'..='\u{200f}').contains(c)
            || ('\u{202a}'..='\u{202e}').contains(c)
            || ('\u{2066}'..='\u{2069}').contains(c)
            || *c == '\u{feff}'
    };
    Cow::Owned(text.chars().filter(|c| !is_mark(c)).map(|c| digit(c).unwrap_or(c)).collect())
}

/// A number with a point, or with a comma as in half of the world.
pub(crate) fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let is_number = |text: &str| {
        let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
        digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') && !digits.ends_with(['e', 'E'])
    };
    if !is_number(text) {
        return None;
    }
    let number = text.parse::<f64>().ok().or_else(|| {
        let (whole, fraction) = text.split_once(',')?;
        // Three digits after a comma may be thousands.
        let is_fraction =
            (1..=2).contains(&fraction.len()) && fraction.bytes().all(|byte| byte.is_ascii_digit());
        is_fraction.then(|| format!("{whole}.{fraction}").parse().ok()).flatten()
    });
    number.filter(|number| number.is_finite())
}

/// A whole number that is not negative; groups of thousands may be separated.
pub fn count(text: &str) -> Result<i64, String> {
    let whole = |number: &f64| number.fract() == 0.0 && (0.0..=1e15).contains(number);
    let written = text;
    let text = &*plain(written);
    let single = text.trim().parse::<f64>().ok().filter(whole);
    let grouped = || {
        [',', '.', ' ', '\'', '’', '\u{a0}', '\u{202f}', '_'].into_iter().find_map(|separator| {
            let mut groups = text.trim().split(separator);
            let first = groups.next().filter(|group| (1..=3).contains(&group.len()))?;
            let rest: Vec<&str> = groups.collect();
            let are_groups = !rest.is_empty() && rest.iter().all(|group| group.len() == 3);
            are_groups.then(|| format!("{first}{}", rest.concat()).parse::<f64>().ok()).flatten()
        })
    };
    let number = single.or_else(|| grouped().filter(whole));
    number
        .map(|number| number as i64)
        .ok_or_else(|| format!("`{}` is not a non-negative integer", excerpt(written)))
}

/// `4/5`, `4 of 5`, `4 out of 5`.
fn fraction(text: &str) -> Option<(f64, f64)> {
    let text = text.trim();
    let (number, of) = text.split_once('/').or_else(|| {
        let words = ["out of", "of", "von", "sur", "de", "su", "van", "из"];
        words.iter().find_map(|word| text.split_once(&format!(" {word} ")))
    })?;
    let of = of.trim().split(' ').next()?;
    Some((decimal(number)?, decimal(of)?))
}

/// `★★★★☆`, `⭐⭐⭐`, `4 stars`: the stars, and of how many if that is shown.
fn stars(text: &str) -> Option<(f64, Option<f64>)> {
    let drawn: Vec<char> = text.chars().filter(|c| !c.is_whitespace() && *c != '\u{fe0f}').collect();
    let is_full = |c: &&char| ['★', '⭐', '🌟', '✭', '✮', '⋆'].contains(*c);
    let is_empty = |c: &&char| ['☆', '✩'].contains(*c);
    let (full, empty) = (drawn.iter().filter(is_full).count(), drawn.iter().filter(is_empty).count());
    if full + empty > 0 && full + empty == drawn.len() {
        return Some((full as f64, (empty > 0).then_some((full + empty) as f64)));
    }
    let number = words::star_words().iter().find_map(|word| {
        let lower = text.trim().to_lowercase();
        lower.strip_suffix(word).and_then(decimal)
    })?;
    Some((number, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scale(key: &str, min: f64, max: f64) -> ScaleShape {
        ScaleShape { key: key.to_owned(), min, max, thumbs: key == "thumbs" }
    }

    #[test]
    fn ratings_in_all_their_forms() {
        let five = scale("stars", 1.0, 5.0);
        for (text, expected) in [
            ("4", 4.0),
            ("4.5", 4.5),
            ("4,5", 4.5),
            (" 4.0 ", 4.0),
            ("4/5", 4.0),
            ("4 / 5", 4.0),
            ("4 out of 5 stars", 4.0),
            ("3 von 5", 3.0),
            ("★★★★", 4.0),
            ("★★★☆☆", 3.0),
            ("⭐️⭐️", 2.0),
            ("4 stars", 4.0),
            ("1 Stern", 1.0),
            ("5 - Very satisfied", 5.0),
            ("Very satisfied (5)", 5.0),
            ("very dissatisfied", 1.0),
            ("Sehr zufrieden", 5.0),
            ("٤", 4.0),
            ("５", 5.0),
            ("۴/۵", 4.0),
            ("4\u{200b}", 4.0),
            ("\u{202a}3\u{202c}", 3.0),
        ] {
            assert_eq!(rating(text, Some(&five)), Ok(expected), "{text}");
        }
        for (text, reason) in [
            (
                "good",
                "`good` is not a number; write for example 4 or 4.5, or say what it means: --values \"rating:good=4\"",
            ),
            ("8/10", "`8/10` is out of 10, but the scale `stars` goes to 5; use another scale"),
            ("★★☆", "`★★☆` is out of 3 stars, but the scale `stars` goes to 5; use another scale"),
            (
                "80%",
                "`80%` is a percentage, but the scale `stars` goes from 1 to 5; use a scale from 0 to 100",
            ),
            ("inf", "`inf` is not a number"),
            ("1e", "`1e` is not a number"),
            ("9-10", "`9-10` is not a number"),
            ("true", "`true` is not a number"),
            ("1,234", "`1,234` is not a number"),
        ] {
            let told = rating(text, Some(&five)).unwrap_err();
            assert!(told.starts_with(reason), "{told}");
        }
        assert_eq!(rating("80 %", Some(&scale("percent", 0.0, 100.0))), Ok(80.0));
        assert_eq!(rating("10 - Extremely likely", Some(&scale("nps", 0.0, 10.0))), Ok(10.0));
        assert_eq!(rating("4/5", None), Ok(4.0));
    }

    #[test]
    fn thumbs_are_booleans_words_and_signs() {
        let thumbs = scale("thumbs", 0.0, 1.0);
        for text in ["true", "Yes", "up", "👍", "good", "1", "ja", "Thumbs Up", "positive", "👍🏽", "like"]
        {
            assert_eq!(rating(text, Some(&thumbs)), Ok(1.0), "{text}");
        }
        for text in ["false", "No", "DOWN", "👎", "bad", "0", "nein", "thumbs_down", "dislike"] {
            assert_eq!(rating(text, Some(&thumbs)), Ok(0.0), "{text}");
        }
        assert!(rating("maybe", Some(&thumbs)).unwrap_err().contains("--values \"rating:maybe=1\""));
    }

    #[test]
    fn counts_may_have_groups() {
        for (text, expected) in [
            ("12", 12),
            ("120.0", 120),
            ("1,234", 1234),
            ("1.234.567", 1_234_567),
            ("1 234", 1234),
            ("1’234", 1234),
        ] {
            assert_eq!(count(text), Ok(expected), "{text}");
        }
        for text in ["-3", "1.5", "12,34", "x", "1,2345"] {
            assert!(count(text).is_err(), "{text}");
        }
    }
}
