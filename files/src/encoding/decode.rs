//! Decoding to UTF-8, block by block for UTF-16 and line by line for all others: files that several programs wrote have
//! lines in different encodings.

use std::io::{self, BufRead, Read};
use std::sync::{Arc, Mutex};

use encoding_rs::{Decoder, DecoderResult};

use super::{Encoding, byte_order_mark};

const BLOCK: usize = 64 * 1024;

/// A line longer than this is decoded in parts.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

/// A byte that UTF-8 never holds. It stands where the source could not be decoded, so that the record with
/// the bad sequence is refused like any other bad UTF-8, and no other record is.
const UNDECODABLE: u8 = 0xff;

/// Lines that have another encoding than the file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// Number of lines in UTF-8 in a file of another encoding.
    pub utf_8: u64,
    /// The first of them.
    pub first: u64,
}

/// A stream of UTF-8 over a stream in any encoding. UTF-8 itself passes unchecked: the code that splits it into records
/// knows which record contains an invalid byte.
pub(crate) struct Decoded<R> {
    source: R,
    encoding: Encoding,
    /// UTF-16 only.
    decoder: Option<Decoder>,
    raw: Vec<u8>,
    /// The part of `raw` that was not decoded yet.
    start: usize,
    text: Vec<u8>,
    taken: usize,
    ended: bool,
    finished: bool,
    line: u64,
    lines: Arc<Mutex<Lines>>,
}

impl<R: Read> Decoded<R> {
    /// Decodes `source`; a byte order mark takes precedence over `encoding`.
    pub(crate) fn new(source: R, encoding: Encoding, lines: Arc<Mutex<Lines>>) -> io::Result<Decoded<R>> {
        let mut decoded = Decoded {
            source,
            encoding,
            decoder: None,
            raw: Vec::new(),
            start: 0,
            text: Vec::new(),
            taken: 0,
            ended: false,
            finished: false,
            line: 0,
            lines,
        };
        while decoded.raw.len() < 4 && !decoded.ended {
            // An error here comes again when the text is read, after what was readable before it.
            if decoded.refill().is_err() {
                break;
            }
        }
        if let Some((marked, mark)) = byte_order_mark(&decoded.raw) {
            (decoded.encoding, decoded.start) = (marked, mark);
        }
        if decoded.encoding.is_utf_16() {
            decoded.decoder = Some(decoded.encoding.0.new_decoder_without_bom_handling());
        }
        Ok(decoded)
    }

    /// The encoding in use.
    pub(crate) fn encoding(&self) -> Encoding {
        self.encoding
    }

    fn refill(&mut self) -> io::Result<()> {
        self.raw.drain(..self.start);
        self.start = 0;
        let length = self.raw.len();
        self.raw.resize(length + BLOCK, 0);
        let read = loop {
            match self.source.read(&mut self.raw[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        let bytes = *read.as_ref().unwrap_or(&0);
        self.raw.truncate(length + bytes);
        self.ended |= read? == 0;
        Ok(())
    }

    /// Decodes what is there into `text`, or reads more.
    fn advance(&mut self) -> io::Result<()> {
        self.text.clear();
        self.taken = 0;
        while self.text.is_empty() && !self.finished {
            if self.decoder.is_some() {
                self.advance_utf_16()?;
            } else {
                self.advance_lines()?;
            }
        }
        Ok(())
    }

    fn advance_lines(&mut self) -> io::Result<()> {
        // So many bytes have been searched for the end of a line: a long line must not be searched again with each block.
        let mut searched = 0;
        let end = loop {
            let rest = &self.raw[self.start..];
            let newline = rest[searched..].iter().rposition(|&byte| byte == b'\n');
            match newline {
                Some(place) => break searched + place + 1,
                // UTF-8 passes unchecked, so nothing depends on where a block of it ends.
                None if self.encoding == Encoding::Utf8 && !rest.is_empty() => break rest.len(),
                None if self.ended || rest.len() > LONGEST_LINE => break rest.len(),
                None => {
                    searched = rest.len();
                    self.refill()?;
                }
            }
        };
        self.finished = self.ended && end == 0;
        let whole = self.start..self.start + end;
        self.start += end;
        let Decoded { raw, text, line, lines, encoding, .. } = self;
        let block = &raw[whole];
        if *encoding == Encoding::Utf8 || block.is_ascii() {
            text.extend_from_slice(block);
            *line += block.iter().filter(|&&byte| byte == b'\n').count() as u64;
            return Ok(());
        }
        for one in block.split_inclusive(|&byte| byte == b'\n') {
            *line += 1;
            if decode_line(*encoding, one, text)
                && let Ok(mut lines) = lines.lock()
            {
                lines.utf_8 += 1;
                lines.first = if lines.first == 0 { *line } else { lines.first };
            }
        }
        Ok(())
    }

    fn advance_utf_16(&mut self) -> io::Result<()> {
        if self.start == self.raw.len() && !self.ended {
            self.refill()?;
        }
        let Decoded { raw, start, text, decoder: Some(decoder), ended, .. } = self else { return Ok(()) };
        let from = &raw[*start..];
        text.resize(BLOCK * 2, 0);
        let (result, read, written) = decoder.decode_to_utf8_without_replacement(from, text, *ended);
        text.truncate(written);
        *start += read;
        match result {
            DecoderResult::Malformed(..) => text.push(UNDECODABLE),
            DecoderResult::InputEmpty => self.finished = self.ended,
            DecoderResult::OutputFull => {}
        }
        Ok(())
    }
}

/// Appends a line to `text`; true if it is UTF-8, although the file has another encoding.
fn decode_line(encoding: Encoding, line: &[u8], text: &mut Vec<u8>) -> bool {
    if line.is_ascii() {
        text.extend_from_slice(line);
        return false;
    }
    let utf_8 = std::str::from_utf8(line).ok();
    let whole = encoding.0.decode_without_bom_handling_and_without_replacement(line);
    let is_utf_8 = utf_8.is_some_and(|line| {
        // Two letters of Chinese in GBK are valid UTF-8 by accident now and then; four are not.
        encoding.is_single_byte() || whole.is_none() || line.chars().filter(|c| !c.is_ascii()).count() >= 4
    });
    if let (true, Some(line)) = (is_utf_8, utf_8) {
        text.extend_from_slice(line.as_bytes());
        return true;
    }
    match whole {
        Some(whole) if !whole.contains(is_control) => text.extend_from_slice(whole.as_bytes()),
        _ => {
            let (whole, _) = encoding.0.decode_without_bom_handling(line);
            let mut bytes = [0; 4];
            for one in whole.chars() {
                match one {
                    '\u{fffd}' => text.push(UNDECODABLE),
                    one if is_control(one) => text.push(UNDECODABLE),
                    one => text.extend_from_slice(one.encode_utf8(&mut bytes).as_bytes()),
                }
            }
        }
    }
    false
}

/// A control character beyond ASCII: no text has it, so the encoding is another one.
fn is_control(one: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&one) && one != '\u{85}'
}

impl<R: Read> BufRead for Decoded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.taken == self.text.len() && !self.finished {
            self.advance()?;
        }
        Ok(&self.text[self.taken..])
    }

    fn consume(&mut self, amount: usize) {
        self.taken += amount;
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(into)?;
        self.consume(n);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], encoding: Encoding) -> (Encoding, Vec<u8>, Lines) {
        let lines = Arc::new(Mutex::new(Lines::default()));
        let mut source = Decoded::new(bytes, encoding, lines.clone()).unwrap();
        let mut text = Vec::new();
        source.read_to_end(&mut text).unwrap();
        let lines = *lines.lock().unwrap();
        (source.encoding(), text, lines)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    fn windows(text: &str) -> Vec<u8> {
        encoding_rs::WINDOWS_1252.encode(text).0.into_owned()
    }

    #[test]
    fn the_same_text_comes_out_of_every_encoding() {
        let text = "größe,naïve 😀\nzwei\n";
        let western = "größe,naïve € “x”\n";
        let utf8 = Encoding::Utf8;
        let cases = [
            (text.as_bytes().to_vec(), utf8, utf8, text),
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), utf8, utf8, text),
            ([vec![0xff, 0xfe], utf16(text, u16::to_le_bytes)].concat(), utf8, Encoding::Utf16Le, text),
            ([vec![0xfe, 0xff], utf16(text, u16::to_be_bytes)].concat(), utf8, Encoding::Utf16Be, text),
            (utf16(text, u16::to_le_bytes), Encoding::Utf16Le, Encoding::Utf16Le, text),
            (windows(western), Encoding::Windows1252, Encoding::Windows1252, western),
            // A byte order mark takes precedence over the option.
            ([b"\xef\xbb\xbf", text.as_bytes()].concat(), Encoding::Windows1252, utf8, text),
            (Vec::new(), utf8, utf8, ""),
        ];
        for (bytes, asked, found, text) in cases {
            let (encoding, got, _) = decoded(&bytes, asked);
            assert_eq!((encoding, got), (found, text.as_bytes().to_vec()), "{bytes:?}");
        }
    }

    #[test]
    fn lines_of_utf_8_stay_what_they_are_and_are_counted() {
        let bytes = [windows("größe\nplain\n"), "größer 😀\n".as_bytes().to_vec(), windows("naïve")].concat();
        let (_, text, lines) = decoded(&bytes, Encoding::Windows1252);
        assert_eq!(String::from_utf8(text).unwrap(), "größe\nplain\ngrößer 😀\nnaïve");
        assert_eq!(lines, Lines { utf_8: 1, first: 3 });
    }

    #[test]
    fn two_chinese_letters_that_look_like_utf_8_are_chinese() {
        let gbk: Encoding = "gbk".parse().unwrap();
        let bytes = gbk.0.encode("一一\n").0.into_owned();
        assert!(std::str::from_utf8(&bytes).is_ok(), "an accident");
        let (_, text, lines) = decoded(&bytes, gbk);
        assert_eq!((String::from_utf8(text).unwrap().as_str(), lines.utf_8), ("一一\n", 0));
    }

    #[test]
    fn what_cannot_be_decoded_leaves_a_byte_that_is_not_utf_8() {
        let lone_surrogate = [vec![0xff, 0xfe], vec![b'a', 0, 0x00, 0xd8, b'b', 0]].concat();
        assert_eq!(decoded(&lone_surrogate, Encoding::Utf8).1, b"a\xffb");
        let half_a_unit = [0xff, 0xfe, b'a', 0, b'b'];
        assert_eq!(decoded(&half_a_unit, Encoding::Utf8).1, b"a\xff");
        assert_eq!(decoded(b"ok\na\x81b\xe9\n", Encoding::Windows1252).1, b"ok\na\xffb\xc3\xa9\n");
        let japanese: Encoding = "shift_jis".parse().unwrap();
        assert!(decoded(b"a\xffb\n", japanese).1.contains(&0xff));
    }

    /// A source that gives a few bytes at a time, as one that is unpacked does.
    struct Sips<'a>(&'a [u8]);

    impl Read for Sips<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(into.len()).min(512);
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    #[test]
    fn a_line_of_megabytes_is_searched_for_its_end_once() {
        // Searched again with each block, it is several minutes of work.
        let line = [b"a".repeat(4 << 20), vec![0xe9, b'\n', b'x']].concat();
        for encoding in [Encoding::Windows1252, Encoding::Utf8] {
            let began = std::time::Instant::now();
            let mut source = Decoded::new(Sips(&line), encoding, Arc::default()).unwrap();
            let mut text = Vec::new();
            source.read_to_end(&mut text).unwrap();
            assert!(text.len() >= line.len() && text.ends_with(b"\nx"), "{encoding}");
            assert!(began.elapsed().as_secs() < 20, "{encoding}: {:?}", began.elapsed());
        }
    }

    #[test]
    fn blocks_join_without_a_seam() {
        let text = "añ😀".repeat(60_000);
        let bytes = [vec![0xff, 0xfe], utf16(&text, u16::to_le_bytes)].concat();
        assert_eq!(decoded(&bytes, Encoding::Utf8).1, text.as_bytes());
        let text = "größe\n".repeat(60_000);
        assert_eq!(decoded(&windows(&text), Encoding::Windows1252).1, text.as_bytes());
        let text = "größe ".repeat(60_000) + "\n" + &"naïve ".repeat(60_000);
        assert_eq!(decoded(&windows(&text), Encoding::Windows1252).1, text.as_bytes());
        assert_eq!(decoded(text.as_bytes(), Encoding::Utf8).1, text.as_bytes());
    }
}
