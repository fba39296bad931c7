//! JSON as clients send it: half of a surrogate pair too, which JSON can write and no text can hold, and numbers beyond
//! all bounds.

use std::borrow::Cow;

use serde::de::DeserializeOwned;

/// Reads JSON. Half of a surrogate pair (`"\ud83d"`, from a program that cuts texts between two bytes) becomes the
/// character that stands for it, [`BROKEN`](crate::base::text::BROKEN), and a number like `1e999` a text, so that only
/// the value is refused that is wrong, and not everything that came with it.
pub(super) fn read<T: DeserializeOwned>(text: &[u8]) -> serde_json::Result<T> {
    serde_json::from_slice(text).or_else(|error| match repaired(text) {
        Cow::Owned(repaired) => serde_json::from_slice(&repaired),
        Cow::Borrowed(_) => Err(error),
    })
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
                let is_digit = |byte: &&u8| byte.is_ascii_digit() || b"+-.eE".contains(byte);
                let until = at + text[at..].iter().take_while(is_digit).count();
                let number =
                    std::str::from_utf8(&text[at..until]).ok().and_then(|text| text.parse::<f64>().ok());
                match number {
                    Some(number) if number.is_infinite() => {
                        repair(&[b"\"", &text[at..until], b"\""].concat(), until)
                    }
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
        assert_eq!(
            super::read::<Value>(br#"[1e999, -1E+999, "1e999", 1e9]"#).unwrap().to_string(),
            r#"["1e999","-1E+999","1e999",1000000000.0]"#
        );
        assert!(read(r#""\ud83"#).is_err() && read(r#""\"#).is_err() && read(r#""\ud83d"#).is_err());
    }
}
