//! Gzip, detected by its first two bytes, with errors that describe the problem of the file.

use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

/// The bytes of a file, unpacked when they are gzip, and whether they are.
pub(super) fn unpacked(mut file: impl BufRead + Send + 'static) -> io::Result<(Box<dyn Read + Send>, bool)> {
    match file.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        true => Ok((Box::new(Gunzip(MultiGzDecoder::new(BufReader::new(file)))), true)),
        false => Ok((Box::new(file), false)),
    }
}

struct Gunzip<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into).map_err(explain)
    }
}

/// flate2 reports "corrupt deflate stream" or "unexpected end of file"; the message should name the file and the
/// remedy.
fn explain(error: io::Error) -> io::Error {
    let what = match error.kind() {
        io::ErrorKind::UnexpectedEof => "the gzip file is truncated; copy it again".to_owned(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData => {
            format!("the gzip file is corrupt ({error}); copy it again")
        }
        _ => return error,
    };
    io::Error::new(error.kind(), what)
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Write};

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    fn read(bytes: Vec<u8>) -> io::Result<String> {
        let mut text = String::new();
        unpacked(Cursor::new(bytes))?.0.read_to_string(&mut text)?;
        Ok(text)
    }

    #[test]
    fn plain_and_packed_and_packed_in_parts_read_alike() {
        assert_eq!(read(b"plain".to_vec()).unwrap(), "plain");
        assert_eq!(read([packed("in "), packed("parts")].concat()).unwrap(), "in parts");
        assert_eq!(read(Vec::new()).unwrap(), "");
    }

    #[test]
    fn a_damaged_tail_says_so() {
        let whole = packed(&"ratings ".repeat(1000));
        let error = read(whole[..whole.len() - 9].to_vec()).unwrap_err().to_string();
        assert!(error.contains("truncated"), "{error}");

        let mut wrong = whole.clone();
        let checksum = wrong.len() - 6;
        wrong[checksum] ^= 0xff;
        let error = read(wrong).unwrap_err().to_string();
        assert!(error.contains("corrupt"), "{error}");

        let error = read([whole, b"more".to_vec()].concat()).unwrap_err().to_string();
        assert!(error.contains("corrupt") || error.contains("truncated"), "{error}");
    }
}
