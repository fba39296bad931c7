//! Encodings of text files: which one it is, how sure that is, and decoding to UTF-8.

mod decode;
mod detect;

use std::fmt;
use std::str::FromStr;

pub use detect::{Certainty, Detected, detect};

pub(crate) use decode::{Decoded, Lines};

/// How the characters of a file are written: any encoding of the Encoding Standard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Encoding(&'static encoding_rs::Encoding);

#[allow(non_upper_case_globals, reason = "named like the variants of an enum")]
impl Encoding {
    /// UTF-8, with or without a byte order mark.
    pub const Utf8: Encoding = Encoding(encoding_rs::UTF_8);
    /// UTF-16, low byte first: what spreadsheets call "Unicode text".
    pub const Utf16Le: Encoding = Encoding(encoding_rs::UTF_16LE);
    /// UTF-16, high byte first.
    pub const Utf16Be: Encoding = Encoding(encoding_rs::UTF_16BE);
    /// Windows-1252, which contains ISO-8859-1: Western files of older programs.
    pub const Windows1252: Encoding = Encoding(encoding_rs::WINDOWS_1252);

    /// The names of the most common encodings, for messages.
    pub const COMMON: &'static str = "utf-8, utf-16le, utf-16be, windows-1250 to windows-1258, iso-8859-1 to iso-8859-16, shift_jis, \
         euc-jp, gbk, gb18030, big5, euc-kr, koi8-r, koi8-u, macintosh or ibm866";

    /// The name, in lower case.
    pub fn name(self) -> String {
        self.0.name().to_lowercase()
    }

    /// Whether characters have one byte each, except in UTF-8.
    pub(crate) fn is_single_byte(self) -> bool {
        self.0.is_single_byte()
    }

    pub(crate) fn is_utf_16(self) -> bool {
        self == Encoding::Utf16Le || self == Encoding::Utf16Be
    }
}

impl fmt::Debug for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(name: &str) -> Result<Encoding, String> {
        // "utf-16" alone is little-endian by the standard; a byte order mark wins anyway.
        let known = encoding_rs::Encoding::for_label_no_replacement(name.trim().as_bytes());
        let usable =
            known.filter(|known| *known != encoding_rs::X_USER_DEFINED && *known != encoding_rs::ISO_2022_JP);
        usable.map(Encoding).ok_or_else(|| format!("unknown encoding `{name}`; use {}", Encoding::COMMON))
    }
}

/// The encoding and the length of a byte order mark.
pub(crate) fn byte_order_mark(block: &[u8]) -> Option<(Encoding, usize)> {
    match block {
        [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
        [0xff, 0xfe, ..] => Some((Encoding::Utf16Le, 2)),
        [0xfe, 0xff, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_standard_and_others_are_refused() {
        for (name, expected) in [
            ("UTF-8", "utf-8"),
            ("latin1", "windows-1252"),
            ("ISO-8859-2", "iso-8859-2"),
            ("cp1250", "windows-1250"),
            ("sjis", "shift_jis"),
            ("gb2312", "gbk"),
            ("koi8-u", "koi8-u"),
        ] {
            assert_eq!(name.parse::<Encoding>().unwrap().name(), expected);
        }
        let error = "ebcdic".parse::<Encoding>().unwrap_err();
        assert!(error.starts_with("unknown encoding `ebcdic`; use utf-8, "), "{error}");
    }
}
