use std::io::Write;
use std::path::PathBuf;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{ReadOptions, open};

fn zipped(path: &std::path::Path, parts: &[(&str, &str)], method: CompressionMethod) {
    let mut zip = ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, text) in parts {
        zip.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
}

/// A workbook with an empty sheet and one with rows, as spreadsheet programs write them.
fn workbook(dir: &tempfile::TempDir, name: &str) -> PathBuf {
    let main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    let office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let package = "http://schemas.openxmlformats.org/package/2006";
    let sheet = |rows: &str| format!("<worksheet xmlns=\"{main}\"><sheetData>{rows}</sheetData></worksheet>");
    let rows = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>Reviews of May</t></is></c></row>\
        <row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>ID</t></is></c><c r=\"B3\" t=\"inlineStr\"><is><t>Date</t></is></c>\
        <c r=\"C3\" t=\"inlineStr\"><is><t>Rating</t></is></c><c r=\"D3\" t=\"inlineStr\"><is><t>Version</t></is></c></row>\
        <row r=\"4\"><c r=\"A4\" s=\"2\"><v>421</v></c><c r=\"B4\" s=\"1\"><v>45415.4375</v></c><c r=\"C4\"><v>5</v></c>\
        <c r=\"D4\" t=\"inlineStr\"><is><t>12.10</t></is></c></row>\
        <row r=\"6\"><c r=\"A6\" s=\"2\"><v>422</v></c><c r=\"B6\" s=\"1\"><v>45416</v></c><c r=\"C6\" t=\"b\"><v>1</v></c></row>\
        <row r=\"7\"><c r=\"A7\"><v>423</v></c><c r=\"C7\" s=\"4\"><v>0.07</v></c><c r=\"D7\" s=\"3\"><v>12.1</v></c></row>\
        <row r=\"8\"><c r=\"A8\" s=\"3\"><v>1.234</v></c><c r=\"D8\" s=\"3\"><v>12</v></c></row>";
    let book = format!(
        "<workbook xmlns=\"{main}\" xmlns:r=\"{office}\"><sheets><sheet name=\"Cover\" sheetId=\"1\" r:id=\"rId1\"/>\
         <sheet name=\"Reviews\" sheetId=\"2\" r:id=\"rId2\"/></sheets></workbook>"
    );
    let relations = format!(
        "<Relationships xmlns=\"{package}/relationships\">\
         <Relationship Id=\"rId1\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         <Relationship Id=\"rId2\" Type=\"{office}/worksheet\" Target=\"worksheets/sheet2.xml\"/>\
         <Relationship Id=\"rId3\" Type=\"{office}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let styles = format!(
        "<styleSheet xmlns=\"{main}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"00000\"/></numFmts>\
         <cellXfs count=\"5\"><xf numFmtId=\"0\"/><xf numFmtId=\"22\"/><xf numFmtId=\"164\"/><xf numFmtId=\"2\"/>\
         <xf numFmtId=\"9\"/></cellXfs></styleSheet>"
    );
    let types = format!(
        "<Types xmlns=\"{package}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
    );
    let root = format!(
        "<Relationships xmlns=\"{package}/relationships\"><Relationship Id=\"rId1\" Type=\"{office}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let path = dir.path().join(name);
    let (empty, filled) = (sheet(""), sheet(rows));
    let parts = [
        ("[Content_Types].xml", types.as_str()),
        ("_rels/.rels", &root),
        ("xl/workbook.xml", &book),
        ("xl/_rels/workbook.xml.rels", &relations),
        ("xl/styles.xml", &styles),
        ("xl/worksheets/sheet1.xml", &empty),
        ("xl/worksheets/sheet2.xml", &filled),
    ];
    zipped(&path, &parts, CompressionMethod::Deflated);
    path
}

fn told(path: &std::path::Path, options: &ReadOptions) -> String {
    let reader = match open(path, options) {
        Ok(reader) => reader,
        Err(error) => return error.to_string().replace(&path.display().to_string(), "FILE"),
    };
    let about = reader.about().told();
    let records = reader.map(|item| match item {
        Ok(record) => format!("{}: {}", record.line(), record.fields().collect::<Vec<_>>().join("|")),
        Err(error) => error.to_string(),
    });
    [about].into_iter().chain(records).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_workbook_is_read_with_its_dates_and_leading_zeros() {
    let dir = tempfile::tempdir().unwrap();
    let expected = "xlsx, sheet `Reviews` (of 2)\n4: 00421|2024-05-03 10:30:00|5|12.10\n6: 00422|2024-05-04|true|\n7: 423||7%|12.10\n8: 1.234|||12.00";
    // Whatever its name is.
    for name in ["reviews.xlsx", "reviews.csv", "reviews"] {
        assert_eq!(told(&workbook(&dir, name), &ReadOptions::default()), expected, "{name}");
    }
    let path = workbook(&dir, "reviews.xlsx");
    let sheet = |name: &str| ReadOptions { sheet: Some(name.into()), ..ReadOptions::default() };
    assert_eq!(told(&path, &sheet("reviews")), expected);
    assert_eq!(told(&path, &sheet("Cover")), "the file FILE is empty");
    let told = told(&path, &sheet("x"));
    assert_eq!(told, "cannot read FILE as xlsx: the workbook has no sheet `x`; it has `Cover`, `Reviews`");
}

#[test]
fn a_number_is_what_its_format_shows() {
    use super::Shown;
    for (format, number, expected) in [
        ("General", 12.1, "12.1"),
        ("0.00", 12.1, "12.10"),
        ("0.0", 12.0, "12.0"),
        ("#,##0.00;[Red](#,##0.00)", 1234.5, "1234.50"),
        ("0.00", 4.567, "4.567"),
        ("0", 4.5, "4.5"),
        ("0", 4.0, "4"),
        ("0000", 42.0, "0042"),
        ("0000", 4.5, "4.5"),
        ("0%", 0.29, "29%"),
        ("0.0 %", 0.8, "80%"),
        ("0.00E+00", 1200.0, "1200"),
        ("#.##", 1.5, "1.5"),
        ("\"v\"0.00", 1.5, "1.5"),
    ] {
        assert_eq!(Shown::by(format).text(number), expected, "{format}");
    }
}

#[test]
fn a_damaged_workbook_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = workbook(&dir, "x.xlsx");
    let bytes = std::fs::read(&path).unwrap();
    std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    let told = told(&path, &ReadOptions::default());
    assert!(told.contains("corrupt") || told.starts_with("cannot read FILE as xlsx"), "{told}");
}

#[test]
fn a_zip_archive_of_one_file_is_that_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("export.zip");
    let csv = "a;b\n1;2\n";
    for method in [CompressionMethod::Deflated, CompressionMethod::Stored] {
        zipped(&path, &[("__MACOSX/x", ""), ("out/rows.csv", csv)], method);
        let expected = "csv in zip, utf-8 (certain), fields separated by `;` (likely)\n2: 1|2";
        let found = told(&path, &ReadOptions::default());
        assert_eq!(found.replace("(certain)\n", "(likely)\n"), expected, "{method}");
    }
    zipped(&path, &[("one.csv", csv), ("two.json", "[{\"a\": 1}]")], CompressionMethod::Deflated);
    let found = told(&path, &ReadOptions::default());
    assert_eq!(
        found,
        "cannot open FILE: the zip file has 2 files; choose one with --sheet: `one.csv`, `two.json`"
    );
    let two = ReadOptions { sheet: Some("two.json".into()), ..ReadOptions::default() };
    assert_eq!(told(&path, &two), "json in zip, utf-8 (certain)\n1: 1");
    // A damaged file says so after its readable records.
    zipped(&path, &[("one.csv", csv)], CompressionMethod::Stored);
    let mut bytes = std::fs::read(&path).unwrap();
    let at = bytes.windows(3).position(|bytes| bytes == b"1;2").unwrap();
    bytes[at] = b'7';
    std::fs::write(&path, bytes).unwrap();
    assert!(
        told(&path, &ReadOptions::default()).contains("its checksum differs"),
        "{}",
        told(&path, &ReadOptions::default())
    );
}
