use super::super::record::Record;
use super::super::table::{HeaderOptions, Table};
use super::*;

fn table(bytes: &'static [u8]) -> Table<CsvRows<&'static [u8]>> {
    let found = delimiter(std::str::from_utf8(bytes).unwrap_or("a,b"));
    let rows = CsvRows::open(bytes, found.character, found.skip).unwrap();
    Table::open(rows, HeaderOptions::default(), "; try another".to_owned()).unwrap().unwrap()
}

fn lines(text: &str) -> Vec<String> {
    let described = |item: Result<Record, ReadError>| match item {
        Ok(record) => format!("{}: {}", record.line(), record.fields().collect::<Vec<_>>().join("|")),
        Err(error) => error.to_string(),
    };
    table(text.to_owned().leak().as_bytes()).map(described).collect()
}

#[test]
fn a_record_knows_the_physical_line_on_which_it_starts() {
    let text = "id,comment\n1,\"two\nlines\"\n\n2,😀 \"\" x\n3,\"a \"\"quote\"\"\nb\n\nc\"\n4,end";
    let expected = ["2: 1|two\nlines", "5: 2|😀 \"\" x", "6: 3|a \"quote\"\nb\n\nc", "10: 4|end"];
    assert_eq!(lines(text), expected);
    let expected: Vec<_> = expected.iter().map(|line| line.replace('\n', "\r\n")).collect();
    assert_eq!(lines(&text.replace('\n', "\r\n")), expected);
    assert_eq!(lines("sep=;\r\na;b\r\n1;2\r\n"), ["3: 1|2"]);
}

#[test]
fn short_rows_are_padded_blank_ones_skipped_and_long_ones_refused() {
    let found = lines("a,b,c\n1,2,3\n3\n,,\n \r\n4,5,6,7\n4,5,6,,\n7,8,9\n");
    let expected =
        ["2: 1|2|3", "3: 3||", "line 6: the record has 4 fields, the header has 3", "7: 4|5|6", "8: 7|8|9"];
    assert_eq!(found, expected);
}

#[test]
fn titles_above_the_header_and_headers_in_between_are_skipped() {
    let text = "Report of May\nCreated,today\n\nid,rating,comment,day,app\n1,5,x,1,a\n2,4,y,1,a\nid,rating,comment,day,app\n3,4,z,1,a\n";
    let table = table(text.as_bytes());
    assert_eq!(table.columns().names(), ["id", "rating", "comment", "day", "app"]);
    assert_eq!(table.notes(), ["the 3 rows above the header are skipped".replace('3', "2")]);
    assert_eq!(lines(text), ["5: 1|5|x|1|a", "6: 2|4|y|1|a", "8: 3|4|z|1|a"]);
}

#[test]
fn a_header_may_have_several_rows() {
    let qualtrics = "StartDate,ResponseId,Q1_NPS_GROUP,Q1\nStart Date,Response ID,\"Group, of\",\"How likely?\"\n\
        \"{\"\"ImportId\"\":\"\"startDate\"\"}\",\"{\"\"ImportId\"\":\"\"_recordId\"\"}\",x,y\n2024-05-03,R_1,2,9\n";
    let found = table(qualtrics.as_bytes());
    assert_eq!(found.columns().names(), ["StartDate", "ResponseId", "Q1_NPS_GROUP", "Q1"]);
    assert_eq!(lines(qualtrics), ["4: 2024-05-03|R_1|2|9"]);
    let monkey = "Respondent ID,Date Created,How likely?,Which do you use?,,Any comments?\n\
        ,,Response,Search,Checkout,Open-Ended Response\n1,05/03/2024,9,Search,,fine\n";
    let expected = [
        "Respondent ID",
        "Date Created",
        "How likely?",
        "Which do you use?: Search",
        "Which do you use?: Checkout",
        "Any comments?",
    ];
    assert_eq!(table(monkey.as_bytes()).columns().names(), expected);
    assert_eq!(lines(monkey), ["3: 1|05/03/2024|9|Search||fine"]);
}

#[test]
fn bad_text_is_one_bad_record_that_names_its_column() {
    let found: Vec<_> = table(b"id,comment\n1,caf\xe9\n2,fine\n").collect();
    let Err(ReadError::Record(bad)) = &found[0] else { panic!("{found:?}") };
    assert_eq!(
        (bad.line, bad.reason.as_str()),
        (2, "`comment` is not valid text in the file's encoding; try another")
    );
    assert_eq!(bad.fields, ["1", "caf\u{fffd}"]);
    assert_eq!(found[1].as_ref().unwrap().get("comment"), Some("fine"));
}

#[test]
fn an_open_quotation_is_named_and_does_not_fill_the_memory() {
    let expected = ["2: 1|2", "line 3: unclosed quotation mark: it encloses the rest of the file; close it"];
    assert_eq!(lines("a,b\n1,2\n1,\"open\n2,3\n4,5\n"), expected);
    assert_eq!(lines("a,b\n1,2\n\"open,1\n2,3\n4,5"), expected);
    assert_eq!(lines("a,b\n1,2\n1,\"closed\n\""), ["2: 1|2", "3: 1|closed\n"]);
    let found = lines("a,b\n1,2\n\"1,2\n2,3\",x,y\n4,5\n");
    let expected = "line 3: the record has 3 fields, the header has 2; it extends to line 4: check for an unclosed quotation mark";
    assert_eq!(found, ["2: 1|2", expected, "5: 4|5"]);
    let found = lines("a,b\n\"1,2\n2,3\n4\"\n4,5\n");
    let expected = "line 2: the record has 1 field, the header has 2; it extends to line 4: check for an unclosed quotation mark";
    assert_eq!(found, [expected, "5: 4|5"]);

    let row = "2,some text that goes on and on\n";
    let long = format!("a,b\n1,2\n1,\"open\n{}", row.repeat(2 * RECORD_LIMIT as usize / row.len()));
    let found = lines(&long);
    assert_eq!((found.len(), found[0].as_str()), (2, "2: 1|2"));
    assert!(found[1].contains("longer than 16 MiB; check for an unclosed quotation mark"), "{}", found[1]);
}

#[test]
fn an_empty_file_has_no_header() {
    for empty in [&b""[..], b"\n\n", b" , \n,\n"] {
        let rows = CsvRows::open(empty, b',', 0).unwrap();
        assert!(Table::open(rows, HeaderOptions::default(), String::new()).unwrap().is_none());
    }
}
