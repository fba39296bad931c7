//! JSON as clients send it: half of a surrogate pair too, which JSON can write and no text can hold, and numbers beyond
//! all that can be held.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::base::text;

/// Reads JSON. Half of a surrogate pair (`"\ud83d"`, from a program that cuts texts between two bytes) becomes the
/// character that stands for it, [`BROKEN`](text::BROKEN), and a number that no type here can hold (`1e999`, or an integer of
/// more than 64 bits) a text that begins with [`BEYOND`](text::BEYOND), so that only the wrong value is rejected, as it
/// was written, and not the whole request.
pub(super) fn read<T: DeserializeOwned>(json: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(&repaired(json))
}

fn repaired(text: &[u8]) -> Cow<'_, [u8]> {
    let mut repaired = Vec::new();
    let (mut kept, mut at, mut in_text) = (0, 0, false);
    while at < text.len() {
        let mut repair = |instead: &[u8], until: usize| {
            repaired.extend_from_slice(&text[kept..at]);
            repaired.extend_from_slice(instead);
            kept = until;
            until
        };
        at = match text[at] {
            b'\\' => match (unit(text, at), unit(text, at + 6)) {
                (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => at + 12,
                (Some(0xD800..=0xDFFF), _) => repair(b"\\ufdd0", at + 6),
                // Whatever is escaped: not by its second byte begins the next escape.
                _ => (at + 2).min(text.len()),
            },
            b'"' => {
                in_text = !in_text;
                at + 1
            }
            b'-' | b'0'..=b'9' if !in_text => {
                let is_part = |byte: &&u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                let until = at + text[at..].iter().take_while(is_part).count();
                match &text[at..until] {
                    number if is_beyond(number) => repair(&standing_for(number), until),
                    _ => until,
                }
            }
            _ => at + 1,
        };
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    repaired.extend_from_slice(&text[kept..]);
    Cow::Owned(repaired)
}

/// Digits up to this many are a number that can be held, whatever they are.
const HELD: usize = 18;

/// Whether a number of JSON is one that none here can hold.
fn is_beyond(number: &[u8]) -> bool {
    let Some(number) =
        std::str::from_utf8(number).ok().filter(|number| number.len() > HELD || number.contains(['e', 'E']))
    else {
        return false;
    };
    let is_whole = !number.contains(['.', 'e', 'E']);
    let is_held = match is_whole {
        true => number.parse::<i64>().is_ok() || number.parse::<u64>().is_ok(),
        false => number.parse::<f64>().is_ok_and(f64::is_finite),
    };
    // Invalid numbers are reported by the JSON parser.
    !is_held && serde_json::from_str::<&RawValue>(number).is_ok()
}

/// The text that stands for such a number.
fn standing_for(number: &[u8]) -> Vec<u8> {
    let mut sign = [0; 4];
    [b"\"", text::BEYOND.encode_utf8(&mut sign).as_bytes(), number, b"\""].concat()
}

/// The number in `\uXXXX`, if that stands here.
fn unit(text: &[u8], at: usize) -> Option<u16> {
    let escape = text.get(at..at + 6)?;
    let digits = escape.strip_prefix(b"\\u").filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    #[test]
    fn half_of_a_pair_becomes_one_character_and_whole_ones_stay() {
        let read = |text: &str| {
            super::read::<Value>(text.as_bytes()).map(|value| value.as_str().unwrap().to_owned())
        };
        assert_eq!(read(r#""\ud83d\ude00""#).unwrap(), "😀");
        assert_eq!(read(r#""a\ud83d""#).unwrap(), "a\u{FDD0}");
        assert_eq!(read(r#""\ude00\ud83d\ud83d\ude00\uD83Dx""#).unwrap(), "\u{FDD0}\u{FDD0}😀\u{FDD0}x");
        assert_eq!(read(r#""\\ud83d""#).unwrap(), "\\ud83d");
        assert_eq!(read(r#""\\\ud83d""#).unwrap(), "\\\u{FDD0}");
        assert!(read(r#""\ud83"#).is_err() && read(r#""\"#).is_err() && read(r#""\ud83d"#).is_err());
    }

    #[test]
    fn a_number_beyond_all_bounds_is_kept_as_it_was_written() {
        for (number, kept) in [
            ("1e999", None),
            ("-1E+999", None),
            ("123456789012345678901234567890", None),
            ("-9223372036854775809", None),
            ("18446744073709551615", Some("18446744073709551615")),
            ("-9223372036854775808", Some("-9223372036854775808")),
            ("1e30", Some("1e+30")),
            ("0.1000000000000000000000001", Some("0.1")),
            ("\"1e999\"", Some("\"1e999\"")),
        ] {
            let read = super::read::<Value>(format!("{{ \"n\": [{number}] }}").as_bytes()).unwrap();
            let found = &read["n"][0];
            match kept {
                Some(kept) => assert_eq!(found.to_string(), kept, "{number}"),
                None => assert_eq!(found.as_str().and_then(crate::base::text::beyond), Some(number)),
            }
        }
        for wrong in ["01e999", "1e999.", "-.5e999", "1e999e1", "--123456789012345678901234567890"] {
            assert!(super::read::<Value>(wrong.as_bytes()).is_err(), "{wrong}");
        }
    }
}
