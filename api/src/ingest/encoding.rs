//! Decoding of files in any supported encoding to UTF-8.

use std::fmt;
use std::io::{self, BufRead, Read};
use std::str::FromStr;

use encoding_rs::{Decoder, DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How the characters of a file are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// UTF-16, low byte first: what spreadsheets call "Unicode text".
    Utf16Le,
    /// UTF-16, high byte first.
    Utf16Be,
    /// Windows-1252, which holds ISO-8859-1: Western files of the nineties and of today's spreadsheets.
    Windows1252,
}

impl Encoding {
    /// All of them.
    pub const ALL: [Encoding; 4] =
        [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252];

    /// The name that a person writes.
    pub fn name(self) -> &'static str {
        match self {
            Encoding::Utf8 => "utf-8",
            Encoding::Utf16Le => "utf-16le",
            Encoding::Utf16Be => "utf-16be",
            Encoding::Windows1252 => "windows-1252",
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Encoding {
    type Err = String;

    fn from_str(name: &str) -> Result<Encoding, String> {
        let known = Encoding::ALL.into_iter().find(|encoding| encoding.name().eq_ignore_ascii_case(name));
        known.ok_or_else(|| {
            format!("unknown encoding `{name}`; use {}", Encoding::ALL.map(Encoding::name).join(", "))
        })
    }
}

const BLOCK: usize = 64 * 1024;

/// A byte that UTF-8 never holds. It stands where the source could not be decoded, so that the record with
/// the bad sequence is refused like any other bad UTF-8, and no other record is.
const UNDECODABLE: u8 = 0xff;

/// A stream of UTF-8 over a stream in any encoding. UTF-8 itself passes unchecked: the code that splits it into records
/// knows which record contains an invalid byte.
pub(super) struct Decoded<R> {
    source: R,
    encoding: Encoding,
    /// None: the source is UTF-8 already.
    decoder: Option<Decoder>,
    raw: Block,
    text: Block,
    source_ended: bool,
    decoder_ended: bool,
    /// An error of the source while the first block was read; returned after that block.
    error: Option<io::Error>,
}

impl<R: Read> Decoded<R> {
    /// Reads the first block for a byte order mark, which takes precedence, then uses `encoding`, then guesses.
    pub(super) fn new(mut source: R, encoding: Option<Encoding>) -> Decoded<R> {
        let mut raw = Block::new();
        let (mut source_ended, mut error) = (false, None);
        while raw.end < BLOCK && !source_ended && error.is_none() {
            match source.read(&mut raw.bytes[raw.end..]) {
                Ok(0) => source_ended = true,
                Ok(n) => raw.end += n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
                Err(e) => error = Some(e),
            }
        }
        let (marked, mark) = byte_order_mark(raw.filled());
        raw.start = mark;
        let encoding = marked.or(encoding).unwrap_or_else(|| guess(raw.filled()));
        let decoder = match encoding {
            Encoding::Utf8 => None,
            Encoding::Utf16Le => Some(UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(UTF_16BE.new_decoder_without_bom_handling()),
            Encoding::Windows1252 => Some(WINDOWS_1252.new_decoder_without_bom_handling()),
        };
        let text = Block::new();
        Decoded { source, encoding, decoder, raw, text, source_ended, decoder_ended: false, error }
    }

    /// The detected encoding.
    pub(super) fn encoding(&self) -> Encoding {
        self.encoding
    }

    fn refill(&mut self) -> io::Result<()> {
        if self.raw.is_empty() && !self.source_ended {
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            // Emptied first: a read that fails must not leave the old bytes to be seen again.
            (self.raw.start, self.raw.end) = (0, 0);
            self.raw.end = self.source.read(&mut self.raw.bytes)?;
            self.source_ended = self.raw.end == 0;
        }
        Ok(())
    }

    fn decode(&mut self) {
        let Some(decoder) = &mut self.decoder else { return };
        let (from, last) = (self.raw.filled(), self.source_ended);
        let into = &mut self.text.bytes[..BLOCK - 1]; // One byte is kept for UNDECODABLE.
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(from, into, last);
        self.raw.start += read;
        (self.text.start, self.text.end) = (0, written);
        match result {
            DecoderResult::Malformed(..) => {
                self.text.bytes[written] = UNDECODABLE;
                self.text.end += 1;
            }
            DecoderResult::InputEmpty => self.decoder_ended = last,
            DecoderResult::OutputFull => {}
        }
    }
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.decoder.is_none() {
            self.refill()?;
            return Ok(self.raw.filled());
        }
        while self.text.is_empty() && !self.decoder_ended {
            self.refill()?;
            self.decode();
        }
        Ok(self.text.filled())
    }

    fn consume(&mut self, amount: usize) {
        match self.decoder {
            None => self.raw.start += amount,
            Some(_) => self.text.start += amount,
        }
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(into)?;
        self.consume(n);
        Ok(n)
    }
}

struct Block {
    bytes: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Block {
    fn new() -> Block {
        Block { bytes: vec![0; BLOCK].into_boxed_slice(), start: 0, end: 0 }
    }

    fn filled(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    fn is_empty(&self) -> bool {
        self.start == self.end
    }
}

fn byte_order_mark(block: &[u8]) -> (Option<Encoding>, usize) {
    match block {
        [0xef, 0xbb, 0xbf, ..] => (Some(Encoding::Utf8), 3),
        [0xff, 0xfe, ..] => (Some(Encoding::Utf16Le), 2),
        [0xfe, 0xff, ..] => (Some(Encoding::Utf16Be), 2),
        _ => (None, 0),
    }
}

/// UTF-8 unless the block argues against it.
///
/// One bad byte is no argument: a UTF-8 file with one damaged record would be read as Windows-1252 and lose
/// every accent. Windows-1252 text hardly ever forms a valid UTF-8 sequence of two bytes or more (an accented
/// capital would have to stand before a symbol), so the more frequent kind decides. A character that the
/// block's end cuts is neither.
fn guess(block: &[u8]) -> Encoding {
    let (mut good, mut bad, mut rest) = (0_u32, 0_u32, block);
    while !rest.is_empty() {
        let (valid, skip) = match std::str::from_utf8(rest) {
            Ok(_) => (rest.len(), 0),
            Err(e) => {
                bad += u32::from(e.error_len().is_some());
                (e.valid_up_to(), e.error_len().unwrap_or(rest.len() - e.valid_up_to()))
            }
        };
        // Every character of two bytes or more has exactly one leading byte.
        good += rest[..valid].iter().map(|&byte| u32::from(byte >= 0xc0)).sum::<u32>();
        rest = &rest[valid + skip..];
    }
    if bad > good { Encoding::Windows1252 } else { Encoding::Utf8 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], encoding: Option<Encoding>) -> (Encoding, Vec<u8>) {
        let mut source = Decoded::new(bytes, encoding);
        let mut text = Vec::new();
        source.read_to_end(&mut text).unwrap();
        (source.encoding(), text)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn the_same_text_comes_out_of_every_encoding() {
        let text = "größe,naïve 😀\n";
        let windows = "größe,naïve\n";
        let cases = [
            (text.as_bytes().to_vec(), None, Encoding::Utf8, text),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), None, Encoding::Utf8, text),
            ([vec![0xff, 0xfe], utf16(text, u16::to_le_bytes)].concat(), None, Encoding::Utf16Le, text),
            ([vec![0xfe, 0xff], utf16(text, u16::to_be_bytes)].concat(), None, Encoding::Utf16Be, text),
            (utf16(text, u16::to_le_bytes), Some(Encoding::Utf16Le), Encoding::Utf16Le, text),
            (WINDOWS_1252.encode(windows).0.into_owned(), None, Encoding::Windows1252, windows),
            (WINDOWS_1252.encode("€ “x” é").0.into_owned(), None, Encoding::Windows1252, "€ “x” é"),
            // A byte order mark takes precedence over the option.
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Some(Encoding::Windows1252), Encoding::Utf8, text),
            (Vec::new(), None, Encoding::Utf8, ""),
        ];
        for (bytes, asked, found, text) in cases {
            assert_eq!(decoded(&bytes, asked), (found, text.as_bytes().to_vec()), "{bytes:?}");
        }
    }

    #[test]
    fn a_character_cut_by_the_first_block_is_no_sign_of_windows_1252() {
        for missing in 1..4 {
            let bytes = [vec![b'a'; BLOCK - missing], "😀 fine".as_bytes().to_vec()].concat();
            assert_eq!(decoded(&bytes, None), (Encoding::Utf8, bytes));
        }
    }

    #[test]
    fn one_damaged_byte_does_not_turn_utf_8_into_windows_1252() {
        let bytes = b"caf\xc3\xa9 na\xc3\xafve \xe9 broken";
        assert_eq!(decoded(bytes, None), (Encoding::Utf8, bytes.to_vec()));
    }

    #[test]
    fn what_cannot_be_decoded_leaves_a_byte_that_is_not_utf_8() {
        let lone_surrogate = [vec![0xff, 0xfe], vec![b'a', 0, 0x00, 0xd8, b'b', 0]].concat();
        assert_eq!(decoded(&lone_surrogate, None).1, b"a\xffb");
        let half_a_unit = [0xff, 0xfe, b'a', 0, b'b'];
        assert_eq!(decoded(&half_a_unit, None).1, b"a\xff");
    }

    #[test]
    fn blocks_join_without_a_seam() {
        let text = "añ😀".repeat(60_000);
        let bytes = [vec![0xff, 0xfe], utf16(&text, u16::to_le_bytes)].concat();
        assert_eq!(decoded(&bytes, None).1, text.as_bytes());
    }
}
