//! The bytes of a file: unpacked if it is gzip, or a zip archive of one file.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::read::DeflateDecoder;
use zip::{CompressionMethod, ZipArchive};

use crate::gzip;

/// What the first bytes say about a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Magic {
    Parquet,
    /// A workbook of a spreadsheet program.
    Workbook,
    /// An archive of other files.
    Zip,
    /// Text, or gzip.
    Other,
}

/// Looks at the first bytes of a file.
pub(crate) fn magic(file: &mut File) -> io::Result<Magic> {
    let mut start = Vec::new();
    file.by_ref().take(8).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(match start.as_slice() {
        [b'P', b'A', b'R', b'1', ..] => Magic::Parquet,
        // The container of workbooks until 2003.
        [0xd0, 0xcf, 0x11, 0xe0, ..] => Magic::Workbook,
        [b'P', b'K', 3, 4, ..] => {
            let archive = ZipArchive::new(file.try_clone()?);
            let workbook = archive.is_ok_and(|mut archive| {
                ["xl/workbook.xml", "xl/workbook.bin", "content.xml"]
                    .iter()
                    .any(|part| archive.by_name(part).is_ok())
            });
            file.rewind()?;
            if workbook { Magic::Workbook } else { Magic::Zip }
        }
        _ => Magic::Other,
    })
}

/// What a file is that is no table, and what to do instead: people import what a browser saved for an export.
pub(crate) fn foreign(bytes: &[u8], text: &str) -> Option<(&'static str, &'static str)> {
    /// Number of control characters that are a stray one now and then.
    const FEW: usize = 4;
    const EXPORT: &str = "export the data as CSV, JSON or a workbook";
    const SIGNED_OUT: &str =
        "the export was probably not downloaded but a page that says why; sign in and download it again";
    let start = text.trim_start_matches('\u{feff}').trim_start();
    let begins = |with: &str| start.get(..with.len()).is_some_and(|part| part.eq_ignore_ascii_case(with));
    if begins("<!doctype html") || begins("<html") {
        return Some(("a web page (HTML)", SIGNED_OUT));
    }
    if begins("<?xml") {
        return Some(("XML", EXPORT));
    }
    if begins("{\\rtf") {
        return Some(("a document (RTF)", EXPORT));
    }
    let known: [(&[u8], &str); 8] = [
        (b"%PDF-", "a document (PDF)"),
        (b"\x89PNG", "a picture (PNG)"),
        (b"\xff\xd8\xff", "a picture (JPEG)"),
        (b"GIF8", "a picture (GIF)"),
        (b"SQLite format 3\0", "a database (SQLite)"),
        (b"7z\xbc\xaf\x27\x1c", "an archive (7z)"),
        (b"Rar!\x1a", "an archive (RAR)"),
        (b"\x28\xb5\x2f\xfd", "compressed with zstd"),
    ];
    if let Some((_, what)) = known.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        let packed = what.contains("archive") || what.contains("compressed");
        return Some((what, if packed { "unpack it, or pack it with gzip or zip" } else { EXPORT }));
    }
    // Text has line breaks and tabs, and now and then a stray control character.
    let head: Vec<char> = start.chars().take(4096).collect();
    let odd = head
        .iter()
        .filter(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}' | '\u{c}'))
        .count();
    (odd > FEW && odd * 20 > head.len()).then_some(("binary data", EXPORT))
}

/// The bytes of a file and the name that says what they are.
pub(crate) struct Source {
    pub(crate) bytes: Box<dyn Read + Send>,
    /// The name of the file within an archive, else that of the file.
    pub(crate) name: String,
    /// How it is packed.
    pub(crate) packed: Option<&'static str>,
}

/// Opens a file; `part` names a file of a zip archive.
pub(crate) fn open(path: &Path, part: Option<&str>, read: &Arc<AtomicU64>) -> io::Result<Source> {
    let mut file = File::open(path)?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    if magic(&mut file)? == Magic::Zip {
        return unzipped(file, part, read);
    }
    let counted = BufReader::with_capacity(64 * 1024, Counted { source: file, read: read.clone() });
    let (bytes, is_gzip) = gzip::unpacked(counted)?;
    Ok(Source { bytes, name, packed: is_gzip.then_some("gzip") })
}

fn unzipped(mut file: File, part: Option<&str>, read: &Arc<AtomicU64>) -> io::Result<Source> {
    let broken = |error: zip::result::ZipError| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the zip file is corrupt ({error}); copy it again"),
        )
    };
    let mut archive = ZipArchive::new(file.try_clone()?).map_err(broken)?;
    let mut parts = Vec::new();
    for at in 0..archive.len() {
        let one = archive.by_index_raw(at).map_err(broken)?;
        let name = one.name().map_err(broken)?.into_owned();
        // What macOS adds to archives is no content.
        if !one.is_dir() && !name.starts_with("__MACOSX/") && !name.ends_with(".DS_Store") {
            parts.push((at, name));
        }
    }
    let listed = || parts.iter().map(|(_, name)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let refused = |reason: String| io::Error::new(io::ErrorKind::InvalidData, reason);
    let (at, name) = match (part, parts.as_slice()) {
        (Some(part), parts) => parts
            .iter()
            .find(|(_, name)| name == part || name.rsplit('/').next() == Some(part))
            .ok_or_else(|| refused(format!("the zip file has no file `{part}`; it has {}", listed())))?
            .clone(),
        (None, [one]) => one.clone(),
        (None, []) => return Err(refused("the zip file is empty".to_owned())),
        (None, parts) => {
            let more =
                format!("the zip file has {} files; choose one with --sheet: {}", parts.len(), listed());
            return Err(refused(more));
        }
    };
    let one = archive.by_index_raw(at).map_err(broken)?;
    if one.encrypted() {
        return Err(refused(format!("`{name}` is encrypted; unpack the zip file")));
    }
    let start = one.data_start().ok_or_else(|| refused(format!("`{name}` has no data")))?;
    let (length, method, sum) = (one.compressed_size(), one.compression(), one.crc32());
    file.seek(SeekFrom::Start(start))?;
    let packed = Counted { source: file.take(length), read: read.clone() };
    let bytes: Box<dyn Read + Send> = match method {
        CompressionMethod::Stored => Box::new(packed),
        CompressionMethod::Deflated => Box::new(DeflateDecoder::new(packed)),
        other => {
            return Err(refused(format!("`{name}` is packed as {other}, which is not supported; unpack it")));
        }
    };
    let bytes = Box::new(Checked { source: bytes, sum: flate2::Crc::new(), expected: sum });
    Ok(Source { bytes, name, packed: Some("zip") })
}

/// Compares the checksum at the end.
struct Checked {
    source: Box<dyn Read + Send>,
    sum: flate2::Crc,
    expected: u32,
}

impl Read for Checked {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(into).map_err(|error| {
            io::Error::new(error.kind(), format!("the zip file is corrupt ({error}); copy it again"))
        })?;
        self.sum.update(&into[..n]);
        if n == 0 && !into.is_empty() && self.sum.sum() != self.expected {
            let reason = "the zip file is corrupt (its checksum differs); copy it again";
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        Ok(n)
    }
}

/// Counts the bytes read from the file on disk.
struct Counted<R> {
    source: R,
    read: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(into)?;
        self.read.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
