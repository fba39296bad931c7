use std::sync::Arc;

use chrono_tz::UTC;
use csv::StringRecord;

use super::super::mapping::Kind;
use super::super::record::Columns;
use super::*;

fn parsed<T>(
    kind: Kind,
    cells: &[(&str, &str)],
    parse: fn(&Record, &Mapping, &Dates) -> Result<T, Reject>,
) -> Result<T, Reject> {
    let columns = Arc::new(Columns::new(cells.iter().map(|(name, _)| name)));
    let mapping = Mapping::new(kind, &columns, &[], &[]).unwrap();
    let fields = StringRecord::from(cells.iter().map(|(_, text)| *text).collect::<Vec<_>>());
    parse(&Record::new(9, columns, fields), &mapping, &Dates::in_zone(UTC))
}

const ANSWER: [(&str, &str); 4] =
    [("product", " Kiwix "), ("scale", "stars"), ("rating", "5.0"), ("occurred_at", "2016-06-01T00:05:58Z")];

#[test]
fn an_answer_needs_little_and_may_have_much() {
    let short = parsed(Kind::Feedback, &ANSWER, feedback).unwrap().remove(0);
    assert_eq!((short.product.as_str(), short.rating, short.line), ("Kiwix", Some(5.0), 9));
    assert_eq!((short.customer, short.comment, short.release), (None, None, None));
    let more = [("release", "12.10"), ("comment", "  "), ("customer", "u1"), ("feature", "search")];
    let long = parsed(Kind::Feedback, &[&ANSWER[..], &more].concat(), feedback).unwrap().remove(0);
    assert_eq!(
        (long.release.as_deref(), long.comment, long.customer.as_deref()),
        (Some("12.10"), None, Some("u1"))
    );
}

#[test]
fn a_field_that_makes_no_sense_is_named() {
    for (place, cell, field, reason) in [
        (0, ("product", " "), "product", "product is required, but empty"),
        (2, ("rating", "good"), "rating", "`good` is not a number"),
        (2, ("rating", "inf"), "rating", "`inf` is not a number"),
        (2, ("rating", "NaN"), "rating", "rating is empty"),
        (
            3,
            ("occurred_at", "4/5/2016"),
            "occurred_at",
            "`4/5/2016` has its day and month in an unknown order",
        ),
    ] {
        let mut cells = ANSWER;
        cells[place] = cell;
        let reject = parsed(Kind::Feedback, &cells, feedback).unwrap_err();
        assert_eq!((reject.line, reject.field.as_str()), (9, field));
        assert!(reject.reason.starts_with(reason), "{}", reject.reason);
    }
}

#[test]
fn an_answer_has_a_rating_or_a_comment() {
    let with = |rating, scale, comment| {
        let [product, _, _, occurred_at] = ANSWER;
        let cells = [product, ("scale", scale), ("rating", rating), occurred_at, ("comment", comment)];
        parsed(Kind::Feedback, &cells, feedback)
    };
    let unrated = with("", "stars", "hangs").unwrap().remove(0);
    assert_eq!((unrated.rating, unrated.scale, unrated.comment.as_deref()), (None, None, Some("hangs")));
    let reject = with(" ", "stars", "-").unwrap_err();
    assert_eq!(
        reject.to_string(),
        "line 9: rating is empty, and so is comment; at least one of them is required"
    );
    assert_eq!(with("5", "", "hangs").unwrap_err().reason, "scale is required, but empty");
    let no_column = [ANSWER[0], ANSWER[3], ("comment", "hangs")];
    assert_eq!(parsed(Kind::Feedback, &no_column, feedback).unwrap()[0].rating, None);
}

#[test]
fn an_incident_has_features_times_and_a_reach() {
    let cells = [
        ("product", "Bank"),
        ("severity", "Major"),
        ("opened_at", "30/Sep/21 17:20"),
        ("resolved_at", ""),
        ("features", "WBS1; WBS2;"),
        ("affected_customers", "12"),
    ];
    let incident = parsed(Kind::Incidents, &cells, incident).unwrap();
    assert_eq!(incident.features, ["WBS1", "WBS2"]);
    assert_eq!((incident.severity, incident.resolved_at, incident.affected_customers), (2, None, Some(12)));
    let cells = [cells[0], cells[1], cells[2], ("affected customers", "-3")];
    let reject = parsed(Kind::Incidents, &cells, super::incident).unwrap_err();
    assert_eq!(reject.reason, "`-3` is not a non-negative integer");
}

#[test]
fn exposure_is_a_count_on_a_day() {
    let cells =
        [("product", "A"), ("feature", "search"), ("Day", "2024-02-29"), ("active customers", "120.0")];
    let row = parsed(Kind::Exposure, &cells, exposure).unwrap();
    assert_eq!((row.day.to_string().as_str(), row.active_customers, row.segment), ("2024-02-29", 120, None));
}

#[test]
fn a_release_names_what_it_follows_and_what_it_touches() {
    let cells = [
        ("product", "A"),
        ("version", "4.10"),
        ("previous", "4.9"),
        ("features", "search:fixed, export, log:in:Added, a:b"),
    ];
    let release = parsed(Kind::Releases, &cells, release).unwrap();
    assert_eq!((release.previous.as_deref(), release.released_at), (Some("4.9"), None));
    let touched: Vec<_> = release.features.iter().map(|t| (t.feature.as_str(), t.change)).collect();
    let expected = [
        ("search", Change::Fixed),
        ("export", Change::Changed),
        ("log:in", Change::Added),
        ("a:b", Change::Changed),
    ];
    assert_eq!(touched, expected);
}

#[test]
fn a_list_is_json_or_between_semicolons_or_commas() {
    assert_eq!(list(r#"["a, b", "c"]"#, None), ["a, b", "c"]);
    assert_eq!(list("a, b; c", None), ["a, b", "c"]);
    assert_eq!(list("a,b,", None), ["a", "b"]);
}

#[test]
fn an_id_that_a_spreadsheet_has_rounded_is_none() {
    let with = |id: &str| {
        let cells = [&ANSWER[..], &[("external_id", id)]].concat();
        parsed(Kind::Feedback, &cells, feedback)
    };
    for id in ["1.23457E+15", "4e+20", "1,5E+10"] {
        assert!(with(id).unwrap_err().reason.contains("a spreadsheet has rounded"), "{id}");
    }
    for id in ["123456789012345", "1E5", "A1E+5", "12.3E+4", "e+1", "1.2E+x"] {
        assert!(with(id).is_ok(), "{id}");
    }
}

#[test]
fn an_incident_that_is_closed_ended_at_the_latest_when_it_was_updated() {
    let with = |cells: &[(&'static str, &'static str)]| {
        let all =
            [&[("product", "A"), ("severity", "2"), ("opened_at", "2024-05-03T10:00Z")], cells].concat();
        parsed(Kind::Incidents, &all, incident)
    };
    let updated = ("updated_at", "2024-05-04T10:00Z");
    let closed = with(&[("status", "Closed"), updated, ("resolved_at", "")]).unwrap();
    assert_eq!((closed.resolved_at, closed.open), (closed.updated_at, false));
    assert!(closed.resolved_at.is_some() && !closed.empty.contains(&Target::ResolvedAt));
    let resolved =
        with(&[("status", "6 - Resolved"), updated, ("resolved_at", "2024-05-03T11:00Z")]).unwrap();
    assert_eq!(resolved.resolved_at.unwrap().to_rfc3339(), "2024-05-03T11:00:00+00:00");
    let open = with(&[("status", "In progress"), updated, ("resolved_at", "")]).unwrap();
    assert_eq!((open.resolved_at, open.open), (None, true));
    let reject = with(&[("status", "done")]).unwrap_err();
    assert!(reject.field == "status" && reject.reason.contains("does not say since when"), "{reject}");
    assert!(with(&[]).unwrap().resolved_at.is_none());
}

#[test]
fn a_title_is_one_line() {
    let cells = [
        ("product", "A"),
        ("severity", "2"),
        ("opened_at", "2024-05-03T10:00Z"),
        ("title", "Search\r\n  is\tslow \u{7}  now"),
        ("description", "first\nsecond"),
    ];
    let row = parsed(Kind::Incidents, &cells, incident).unwrap();
    assert_eq!(row.title.as_deref(), Some("Search is slow now"));
    assert_eq!(row.description.as_deref(), Some("first\nsecond"));
}

#[test]
fn a_long_id_is_cut_and_told_from_others() {
    let with = |id: &str| {
        let cells = [&ANSWER[..], &[("external_id", id)]].concat();
        parsed(Kind::Feedback, &cells, feedback).unwrap().remove(0).external_id.unwrap()
    };
    assert_eq!(with("r-1"), "r-1");
    let long = "https://example.org/reviews?id=".to_owned() + &"x".repeat(200);
    let (one, other) = (with(&format!("{long}1")), with(&format!("{long}2")));
    assert!(one != other && one.starts_with("https://example.org/reviews?id=xxx"));
    assert_eq!((one.chars().count(), one.clone()), (108, with(&format!("{long}1"))));
}
