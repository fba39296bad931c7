use super::*;

fn records(text: &str) -> Vec<Result<Record, ReadError>> {
    JsonRecords::open(text.as_bytes(), shape(text), String::new()).unwrap().collect()
}

#[test]
fn values_are_text_exactly_as_written() {
    let text = r#"{"version": 12.10, "big": 12345678901234567890, "ok": true, "none": null,
        "app": {"name": "Kiwix \ud83d\ude00", "store": {"id": 1e3}}, "tags": ["a", "b, c"], "empty": {}}"#
        .replace('\n', " ");
    let record = records(&text).remove(0).unwrap();
    let found: Vec<_> = record.iter().collect();
    let expected = [
        ("version", "12.10"),
        ("big", "12345678901234567890"),
        ("ok", "true"),
        ("app.name", "Kiwix 😀"),
        ("app.store.id", "1e3"),
        ("tags", r#"["a", "b, c"]"#),
    ];
    assert_eq!(found, expected);
    assert_eq!(record.get("none"), None);
}

#[test]
fn a_bad_line_is_one_bad_record() {
    let found =
        records("{\"a\": 1}\n\n{\"a\": \n[1]\n\"x\"\n{\"a\": \"\\ud800\"}\n{\"a\": 2} x\r\n{\"a\": 3}");
    let reasons: Vec<_> = found
        .iter()
        .map(|item| match item {
            Ok(record) => format!("{} {:?}", record.line(), record.get("a")),
            Err(error) => error.to_string(),
        })
        .collect();
    assert_eq!(reasons[0], "1 Some(\"1\")");
    assert_eq!(reasons[1], "line 3: this is not a JSON object: EOF while parsing a value (column 0)");
    assert_eq!(reasons[2], "line 4: this is a list; an object is expected");
    assert!(
        reasons[3].starts_with("line 5: this is not a JSON object: invalid type: string"),
        "{}",
        reasons[3]
    );
    assert!(reasons[4].starts_with("line 6: this is not a JSON object:"), "{}", reasons[4]);
    assert!(
        reasons[5].starts_with("line 7: this is not a JSON object: trailing characters"),
        "{}",
        reasons[5]
    );
    assert_eq!(reasons[6], "8 Some(\"3\")");
}

#[test]
fn columns_are_those_of_the_first_records_and_may_grow() {
    let text: String = (0..SAMPLE + 1).map(|n| format!("{{\"k{}\": {n}}}\n", n / SAMPLE)).collect();
    let mut file = JsonRecords::open(text.as_bytes(), shape(&text), String::new()).unwrap();
    assert_eq!(file.columns().names(), ["k0"]);
    let last = file.by_ref().last().unwrap().unwrap();
    assert_eq!((last.get("k0"), last.get("k1")), (None, Some("1000")));
}

#[test]
fn a_line_without_end_is_skipped_without_being_kept() {
    let text = format!("{{\"a\": \"{}\"}}\n{{\"a\": 1}}\n", "x".repeat(RECORD_LIMIT as usize));
    let found = records(&text);
    assert_eq!(
        found[0].as_ref().unwrap_err().to_string(),
        "line 1: the record is longer than 16 MiB; split it"
    );
    assert_eq!(found[1].as_ref().unwrap().get("a"), Some("1"));
}

#[test]
fn deep_nesting_ends_in_json_not_in_a_stack() {
    let text = format!("{}1{}", "{\"a\": ".repeat(100_000), "}".repeat(100_000));
    let record = records(&text).remove(0);
    assert!(record.is_ok() || record.is_err_and(|e| e.to_string().contains("JSON")));
}
