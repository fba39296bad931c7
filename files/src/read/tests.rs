use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::*;

fn written(dir: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn told(path: &Path, options: &ReadOptions) -> String {
    let reader = match open(path, options) {
        Ok(reader) => reader,
        Err(error) => return error.to_string().replace(&path.display().to_string(), "FILE"),
    };
    let records = reader.map(|item| match item {
        Ok(record) => format!(
            "{} {}",
            record.line(),
            record.iter().map(|(n, t)| format!("{n}={t}")).collect::<Vec<_>>().join(" ")
        ),
        Err(error) => error.to_string(),
    });
    records.collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_no_table_is_named_whatever_its_name_says() {
    let dir = tempfile::tempdir().unwrap();
    let noise: Vec<u8> = (0..4000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    for (bytes, expected) in [
        (
            b"<!DOCTYPE html><html><body>Please, sign in".to_vec(),
            "FILE is a web page (HTML), not a table; the export was probably not downloaded",
        ),
        (b"\xef\xbb\xbf\n<HTML>\n<p>5,6</p>".to_vec(), "FILE is a web page (HTML)"),
        (
            b"<?xml version=\"1.0\"?><rows><row/></rows>".to_vec(),
            "FILE is XML, not a table; export the data as CSV",
        ),
        (b"%PDF-1.7\n1 0 obj\n".to_vec(), "FILE is a document (PDF), not a table"),
        (gzipped(b"%PDF-1.7\n1 0 obj\n"), "FILE is a document (PDF), not a table"),
        (b"Rar!\x1a\x07\x00".to_vec(), "FILE is an archive (RAR), not a table; unpack it"),
        (noise, "FILE is binary data, not a table"),
    ] {
        let said = told(&written(&dir, "x.csv", &bytes), &ReadOptions::default());
        assert!(said.starts_with(expected), "{said}");
    }
    // Whoever says the format means it; and text is text, with a stray control character too.
    let page = written(&dir, "x.csv", b"<html>,b\n1,2\n");
    assert_eq!(
        told(&page, &ReadOptions { format: Some(Format::Csv), ..ReadOptions::default() }),
        "2 <html>=1 b=2"
    );
    assert_eq!(
        told(&written(&dir, "y.csv", b"a,b\n\x1b[31mred\x07,2\n"), &ReadOptions::default()),
        "2 a=\x1b[31mred\x07 b=2"
    );
}

#[test]
fn the_format_is_in_the_name_and_gzip_in_the_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let (csv, json) = (b"a,b\n1,2\n".as_slice(), b"{\"a\": 1, \"b\": \"2\"}\n".as_slice());
    for (name, bytes, expected) in [
        ("x.csv", csv.to_vec(), "2 a=1 b=2"),
        ("x.CSV", csv.to_vec(), "2 a=1 b=2"),
        ("x.csv.gz", gzipped(csv), "2 a=1 b=2"),
        ("packed.csv", gzipped(csv), "2 a=1 b=2"),
        ("unpacked.csv.gz", csv.to_vec(), "2 a=1 b=2"),
        ("x.tsv", b"a\tb,c\n1\t2\n".to_vec(), "2 a=1 b,c=2"),
        ("x.ndjson", json.to_vec(), "1 a=1 b=2"),
        ("x.jsonl", json.to_vec(), "1 a=1 b=2"),
        ("x.ndjson.gz", gzipped(json), "1 a=1 b=2"),
    ] {
        assert_eq!(told(&written(&dir, name, &bytes), &ReadOptions::default()), expected, "{name}");
    }
    let path = written(&dir, "x.data", csv);
    let explicit = ReadOptions { format: Some(Format::Csv), ..ReadOptions::default() };
    assert_eq!(told(&path, &explicit), "2 a=1 b=2");
    assert_eq!(told(&path, &ReadOptions::default()), "2 a=1 b=2");
    let binary = written(&dir, "y.data", b"\x00\x01\x02\x03\x00\x00\x07");
    assert!(told(&binary, &ReadOptions::default()).starts_with("FILE is binary data, not a table"));
}

#[test]
fn a_file_that_is_broken_as_a_whole_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let nothing = told(&written(&dir, "x.csv", b""), &ReadOptions::default());
    assert_eq!(nothing, "the file FILE is empty");
    let other = told(&written(&dir, "x.parquet", b"a,b\n"), &ReadOptions::default());
    assert!(other.starts_with("cannot read FILE as parquet: "), "{other}");
    let missing = told(&dir.path().join("none.csv"), &ReadOptions::default());
    assert!(missing.starts_with("cannot open FILE: "), "{missing}");
}

#[test]
fn a_cut_gzip_gives_its_records_and_then_an_error() {
    let dir = tempfile::tempdir().unwrap();
    for rows in [10_u64, 100_000] {
        let text: String = (0..rows).map(|n| format!("{n},{}\n", n * 7919 % 1000)).collect();
        let whole = gzipped(format!("a,b\n{text}").as_bytes());
        let path = written(&dir, "cut.csv.gz", &whole[..whole.len() - 12]);
        let items: Vec<_> = open(&path, &ReadOptions::default()).unwrap().collect();
        let error = items.last().unwrap().as_ref().unwrap_err();
        assert!(matches!(error, ReadError::File { .. }), "{error}");
        assert!(error.to_string().contains("the gzip file is truncated"), "{error}");
        assert!(items.iter().rev().skip(1).all(Result::is_ok));
    }
}

#[test]
fn progress_counts_compressed_bytes() {
    let dir = tempfile::tempdir().unwrap();
    let path = written(&dir, "x.csv.gz", &gzipped(b"a,b\n1,2\n"));
    let mut reader = open(&path, &ReadOptions::default()).unwrap();
    assert_eq!(reader.by_ref().count(), 1);
    let size = std::fs::metadata(&path).unwrap().len();
    assert_eq!((reader.bytes_read(), reader.bytes_total()), (size, size));
}

#[test]
fn parquet_is_read_as_text() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.data");
    let schema = "message answers {
        REQUIRED BYTE_ARRAY version (STRING);
        OPTIONAL DOUBLE rating;
        REQUIRED INT64 at (TIMESTAMP(MILLIS,true));
        REQUIRED INT64 local (TIMESTAMP(NANOS,false));
        OPTIONAL GROUP app { OPTIONAL BYTE_ARRAY name (STRING); }
    }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let file = File::create(&path).unwrap();
    let mut writer = SerializedFileWriter::new(file, schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let texts = |texts: &[&str]| texts.iter().map(|text| ByteArray::from(*text)).collect::<Vec<_>>();
    let mut place = 0;
    while let Some(mut column) = group.next_column().unwrap() {
        match place {
            0 => column.typed::<ByteArrayType>().write_batch(&texts(&["12.10", "12.1"]), None, None),
            1 => column.typed::<DoubleType>().write_batch(&[5.0], Some(&[1, 0]), None),
            2 => column.typed::<Int64Type>().write_batch(&[1_464_739_558_490, 0], None, None),
            3 => column.typed::<Int64Type>().write_batch(&[1_464_739_558_000_000_000, 0], None, None),
            _ => column.typed::<ByteArrayType>().write_batch(&texts(&["Kiwix 😀"]), Some(&[2, 0]), None),
        }
        .unwrap();
        column.close().unwrap();
        place += 1;
    }
    group.close().unwrap();
    writer.close().unwrap();

    let expected = "1 version=12.10 rating=5 at=2016-06-01T00:05:58.490Z local=2016-06-01T00:05:58 app.name=Kiwix 😀\n\
                    2 version=12.1 at=1970-01-01T00:00:00Z local=1970-01-01T00:00:00";
    assert_eq!(told(&path, &ReadOptions::default()), expected);

    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4..100].fill(0xff);
    let damaged = told(&written(&dir, "damaged.parquet", &bytes), &ReadOptions::default());
    assert!(damaged.contains("cannot read the file at line 1"), "{damaged}");
}
