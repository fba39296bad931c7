//! Detection of the encoding of a file from a sample of its bytes.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};

use super::{Encoding, byte_order_mark};

/// How certain something is that was found out about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// Little speaks for it: check it.
    Guessed,
    /// Much speaks for it.
    Likely,
    /// The file says it, or nothing else is possible, or the user said it.
    Certain,
}

impl Certainty {
    /// The word for messages.
    pub fn name(self) -> &'static str {
        match self {
            Certainty::Guessed => "guessed",
            Certainty::Likely => "likely",
            Certainty::Certain => "certain",
        }
    }
}

/// The encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The encoding.
    pub encoding: Encoding,
    /// How certain it is.
    pub certainty: Certainty,
    /// Another encoding that some lines have.
    pub other: Option<Encoding>,
}

/// Number of bytes beyond ASCII from which a legacy encoding can be told.
const ENOUGH: usize = 8;

/// Finds out the encoding of a sample. UTF-8 unless more bytes contradict it than speak for it: one damaged byte must not
/// turn a file of accents into another encoding.
pub fn detect(sample: &[u8]) -> Detected {
    let certain = |encoding| Detected { encoding, certainty: Certainty::Certain, other: None };
    if let Some((encoding, _)) = byte_order_mark(sample) {
        return certain(encoding);
    }
    if let Some(encoding) = utf_16(sample) {
        return Detected { encoding, certainty: Certainty::Likely, other: None };
    }
    let mut lines = sample.split_inclusive(|&byte| byte == b'\n').filter(|line| !line.is_ascii()).peekable();
    if lines.peek().is_none() {
        return certain(Encoding::Utf8);
    }
    // A character that the sample's end cuts is no sign of anything.
    let cut = |line: &[u8]| !line.ends_with(b"\n");
    let is_utf_8 = |line: &[u8]| match std::str::from_utf8(line) {
        Ok(_) => true,
        Err(error) => error.error_len().is_none() && cut(line),
    };
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    let (mut good, mut bad, mut bytes) = (0_usize, 0_usize, 0_usize);
    for line in lines {
        let (right, wrong) = signs(line);
        good += right;
        bad += wrong;
        if !is_utf_8(line) {
            detector.feed(line, false);
            bytes += line.iter().filter(|byte| !byte.is_ascii()).count();
        }
    }
    if bytes == 0 {
        return certain(Encoding::Utf8);
    }
    detector.feed(b"\n", true);
    let guessed = Encoding(detector.guess(None, Utf8Detection::Deny));
    if good >= bad {
        return Detected { encoding: Encoding::Utf8, certainty: Certainty::Likely, other: Some(guessed) };
    }
    let certainty = if bytes >= ENOUGH { Certainty::Likely } else { Certainty::Guessed };
    Detected {
        encoding: guessed,
        certainty,
        other: (good > 0 && guessed.is_single_byte()).then_some(Encoding::Utf8),
    }
}

/// The number of characters beyond ASCII that are UTF-8, and of bytes that contradict it.
fn signs(mut rest: &[u8]) -> (usize, usize) {
    let (mut good, mut bad) = (0, 0);
    while !rest.is_empty() {
        let (valid, skip) = match std::str::from_utf8(rest) {
            Ok(_) => (rest.len(), 0),
            Err(error) => {
                bad += usize::from(error.error_len().is_some());
                (error.valid_up_to(), error.error_len().unwrap_or(rest.len() - error.valid_up_to()))
            }
        };
        // Every character of two bytes or more has exactly one leading byte.
        good += rest[..valid].iter().filter(|&&byte| byte >= 0xc0).count();
        rest = &rest[valid + skip..];
    }
    (good, bad)
}

/// UTF-16 without a mark: text has many characters below 256, so every second byte is often zero.
fn utf_16(sample: &[u8]) -> Option<Encoding> {
    let zeros = |first: usize| {
        let bytes = sample.iter().skip(first).step_by(2);
        let zeros = bytes.clone().filter(|byte| **byte == 0).count();
        zeros as f64 / bytes.count().max(1) as f64
    };
    let (even, odd) = (zeros(0), zeros(1));
    match sample.len() >= 4 {
        true if odd > 0.25 && even < 0.05 => Some(Encoding::Utf16Le),
        true if even > 0.25 && odd < 0.05 => Some(Encoding::Utf16Be),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(label: &str, text: &str) -> Vec<u8> {
        let (bytes, _, lost) = label.parse::<Encoding>().unwrap().0.encode(text);
        assert!(!lost, "{label} cannot write {text}");
        bytes.into_owned()
    }

    #[test]
    fn every_encoding_is_found_in_text_of_its_languages() {
        for (label, text) in [
            (
                "windows-1252",
                "Größe,Die App stürzt ständig ab, völlig unbrauchbar für mich. Schade! Überhaupt schön wär's.\n",
            ),
            (
                "windows-1250",
                "Aplikacja ciągle się zawiesza, proszę o poprawkę. Źle działa wyszukiwanie, łatwo się gubię.\n",
            ),
            ("windows-1251", "Приложение постоянно вылетает после обновления, верните как было.\n"),
            ("koi8-u", "Приложение постоянно вылетает после обновления, верните как было.\n"),
            ("windows-1253", "Η εφαρμογή κολλάει συνέχεια μετά την ενημέρωση, απαράδεκτο.\n"),
            (
                "windows-1254",
                "Uygulama sürekli kapanıyor, güncellemeden sonra hiç çalışmıyor. Çok kötü oldu, şaşırdım doğrusu.\n",
            ),
            ("windows-1255", "האפליקציה קורסת כל הזמן אחרי העדכון האחרון\n"),
            ("windows-1256", "التطبيق يتوقف باستمرار بعد التحديث الأخير\n"),
            ("shift_jis", "アップデート後にアプリが落ちるようになりました。早く直してください。\n"),
            ("euc-jp", "アップデート後にアプリが落ちるようになりました。早く直してください。\n"),
            ("gbk", "更新之后应用一直闪退，请尽快修复这个问题，谢谢。\n"),
            ("big5", "更新之後應用程式一直閃退，請盡快修復這個問題，謝謝。\n"),
            ("euc-kr", "업데이트 이후 앱이 계속 꺼집니다. 빨리 고쳐 주세요.\n"),
        ] {
            let file = [b"id,rating,comment\n".to_vec(), encoded(label, text)].concat();
            let found = detect(&file);
            assert_eq!(
                (found.encoding.name().as_str(), found.certainty),
                (label, Certainty::Likely),
                "{text}"
            );
            assert_eq!(found.other, None, "{label}");
        }
    }

    #[test]
    fn utf_16_without_a_mark_is_found() {
        let text = "id,rating,comment\n1,5,größe\n";
        let bytes = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        assert_eq!(detect(&bytes(u16::to_le_bytes)).encoding, Encoding::Utf16Le);
        assert_eq!(detect(&bytes(u16::to_be_bytes)).encoding, Encoding::Utf16Be);
    }

    #[test]
    fn a_few_lines_of_another_encoding_are_known() {
        let mut file = "comment\ngröße\nnaïve\nçà et là\n".as_bytes().to_vec();
        file.extend(encoded("windows-1252", "größer\n"));
        let found = detect(&file);
        assert_eq!((found.encoding, found.certainty), (Encoding::Utf8, Certainty::Likely));
        assert_eq!(found.other, Some(Encoding::Windows1252));
        let mut file = encoded("windows-1252", "comment\ngröße\nnaïve\nçà et là\ndéjà vu, très élégant\n");
        file.extend("größer\n".as_bytes());
        let found = detect(&file);
        assert_eq!((found.encoding, found.other), (Encoding::Windows1252, Some(Encoding::Utf8)));
    }

    #[test]
    fn utf_8_is_certain_and_a_cut_character_is_no_sign_against_it() {
        for sample in ["plain", "größe\n", "größe 😀"] {
            let found = detect(sample.as_bytes());
            assert_eq!((found.encoding, found.certainty), (Encoding::Utf8, Certainty::Certain));
        }
        let cut = "größe 😀".as_bytes();
        for missing in 1..4 {
            assert_eq!(detect(&cut[..cut.len() - missing]).encoding, Encoding::Utf8);
        }
        let damaged = detect(b"caf\xc3\xa9 na\xc3\xafve \xe9 broken");
        assert_eq!((damaged.encoding, damaged.certainty), (Encoding::Utf8, Certainty::Likely));
    }

    #[test]
    fn few_signs_are_a_guess() {
        let found = detect(b"comment\ncaf\xe9\n");
        assert_eq!((found.encoding, found.certainty), (Encoding::Windows1252, Certainty::Guessed));
    }
}
