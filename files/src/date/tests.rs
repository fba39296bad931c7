use super::*;
use chrono_tz::{America::Chicago, Asia::Kolkata, Europe::Berlin};

fn moment(text: &str) -> String {
    Dates::in_zone(Berlin).moment(text).map_or_else(|e| e.to_string(), |at| at.to_rfc3339())
}

#[test]
fn the_known_forms() {
    for (text, expected) in [
        ("2023-04-24T04:59:54Z", "2023-04-24T04:59:54+00:00"),
        ("2026-03-05T10:00Z", "2026-03-05T10:00:00+00:00"),
        ("2026-03-05 10:00+01:00", "2026-03-05T09:00:00+00:00"),
        ("2026-03-05T10:00+0100", "2026-03-05T09:00:00+00:00"),
        ("2026-03-05T10:00:00+01:00[Europe/Berlin]", "2026-03-05T09:00:00+00:00"),
        ("2026-03-05 10:00 GMT+2", "2026-03-05T08:00:00+00:00"),
        ("2013-11-04T10:03:00.000+01:00", "2013-11-04T09:03:00+00:00"),
        ("2014-01-13 14:13:13+00:00", "2014-01-13T14:13:13+00:00"),
        ("2014-01-13 14:13:13 +0530", "2014-01-13T08:43:13+00:00"),
        ("2014-01-13 14:13:13.25 -08", "2014-01-13T22:13:13.250+00:00"),
        ("2014-01-13 14:13:13 UTC", "2014-01-13T14:13:13+00:00"),
        ("2014-07-13 14:13:13 PDT", "2014-07-13T21:13:13+00:00"),
        ("2014-07-13 14:13:13 CEST", "2014-07-13T12:13:13+00:00"),
        ("2014-07-13 14:13:13 America/New_York", "2014-07-13T18:13:13+00:00"),
        ("2014-07-13 14:13 (UTC)", "2014-07-13T14:13:00+00:00"),
        ("2014-01-13T14:13:13.123456", "2014-01-13T13:13:13.123456+00:00"),
        ("2014-01-13 14:13:13,25", "2014-01-13T13:13:13.250+00:00"),
        (" 2023-04-24 04:59 ", "2023-04-24T02:59:00+00:00"),
        ("2023-04-24 4:59 PM", "2023-04-24T14:59:00+00:00"),
        ("2023-04-24", "2023-04-23T22:00:00+00:00"),
        ("2023/04/24", "2023-04-23T22:00:00+00:00"),
        ("2023/4/4 9:05", "2023-04-04T07:05:00+00:00"),
        ("20230424", "2023-04-23T22:00:00+00:00"),
        ("20230424T045954Z", "2023-04-24T04:59:54+00:00"),
        ("20230424T0459+0200", "2023-04-24T02:59:00+00:00"),
        ("2023-04-24T24:00:00Z", "2023-04-25T00:00:00+00:00"),
        ("24.04.2023 17.20", "2023-04-24T15:20:00+00:00"),
        ("24.4.2023 9:05 Uhr", "2023-04-24T07:05:00+00:00"),
        ("2014-07-13 14:13 Europe/Zurich", "2014-07-13T12:13:00+00:00"),
        ("20230424045954", "2023-04-24T02:59:54+00:00"),
        ("30/Sep/21 17:20", "2021-09-30T15:20:00+00:00"),
        ("30/Sep/2021 17:20", "2021-09-30T15:20:00+00:00"),
        ("30/Sep/21 5:20 PM", "2021-09-30T15:20:00+00:00"),
        ("30/Sep/2021:17:20:00 +0200", "2021-09-30T15:20:00+00:00"),
        ("30-Sep-2021", "2021-09-29T22:00:00+00:00"),
        ("Sep 30, 2021", "2021-09-29T22:00:00+00:00"),
        ("September 30, 2021 at 5:20 PM", "2021-09-30T15:20:00+00:00"),
        ("Sep 30, 2021, 5:20:07\u{202f}PM", "2021-09-30T15:20:07+00:00"),
        ("30. September 2021", "2021-09-29T22:00:00+00:00"),
        ("30 de septiembre de 2021 17:20", "2021-09-30T15:20:00+00:00"),
        ("Thu, 30 Sep 2021 17:20:00 GMT", "2021-09-30T17:20:00+00:00"),
        ("Mon Jan 13 14:13:13 UTC 2014", "2014-01-13T14:13:13+00:00"),
        ("Mon Jan 13 14:13:13 2014", "2014-01-13T13:13:13+00:00"),
        ("24.04.2023 17:20", "2023-04-24T15:20:00+00:00"),
        ("4.5.2023", "2023-05-03T22:00:00+00:00"),
        ("24/04/2023", "2023-04-23T22:00:00+00:00"),
        ("04/24/2023 5:20 PM", "2023-04-24T15:20:00+00:00"),
        ("04/04/2023", "2023-04-03T22:00:00+00:00"),
        ("45406", "2024-04-23T22:00:00+00:00"),
        ("45406.5", "2024-04-24T10:00:00+00:00"),
        ("1464739558", "2016-06-01T00:05:58+00:00"),
        ("1464739558.5", "2016-06-01T00:05:58.500+00:00"),
        ("1464739558490", "2016-06-01T00:05:58.490+00:00"),
        ("1464739558490000", "2016-06-01T00:05:58.490+00:00"),
        ("1464739558490000000", "2016-06-01T00:05:58.490+00:00"),
    ] {
        assert_eq!(moment(text), expected, "{text}");
    }
}

#[test]
fn what_is_no_date_is_refused() {
    let long = "é".repeat(11);
    for text in [
        "yesterday",
        "2023",
        "",
        "2023-13-01",
        "17:20",
        "21-09-30",
        "1e9",
        "4.5",
        "1.2.3",
        "31.02.2023",
        "123",
        "0012-01-01",
        long.as_str(),
    ] {
        let told = moment(text);
        assert!(told.starts_with(&format!("unsupported date format `{text}`")), "{text}: {told}");
    }
    assert!(moment("x").contains("30/Sep/21 17:20"));
    assert!(moment("2016-12-31 23:59:60").contains("is a leap second"));
}

#[test]
fn what_could_mean_two_things_is_refused_unless_the_order_is_known() {
    assert!(moment("04/05/2023").starts_with("`04/05/2023` has its day and month in an unknown order"));
    let with = |order| Dates::in_zone(chrono_tz::UTC).with_order(Some(order));
    let day =
        |dates: &Dates, text: &str| dates.day(text).map_or_else(|e| e.to_string(), |day| day.to_string());
    assert_eq!(day(&with(DateOrder::DayFirst), "04/05/2023"), "2023-05-04");
    assert_eq!(day(&with(DateOrder::MonthFirst), "04/05/2023 10:00"), "2023-04-05");
    assert_eq!(day(&with(DateOrder::MonthFirst), "4/5/23"), "2023-04-05");
    let told = day(&with(DateOrder::MonthFirst), "24/05/2023");
    assert!(told.starts_with("`24/05/2023` is no date in the order mdy"), "{told}");
}

#[test]
fn an_abbreviation_of_several_zones_is_read_only_in_one_of_them() {
    for text in ["2014-07-13 14:13:13 CST", "2014-07-13 14:13:13 IST", "2014-07-13 14:13:13 XYZ"] {
        assert!(moment(text).contains("is unknown or ambiguous"), "{}", moment(text));
    }
    let at = |zone, text| Dates::in_zone(zone).moment(text).map(|at| at.to_rfc3339());
    assert_eq!(at(Chicago, "2014-01-13 14:13:13 CST").unwrap(), "2014-01-13T20:13:13+00:00");
    assert_eq!(at(Kolkata, "2014-01-13 14:13:13 IST").unwrap(), "2014-01-13T08:43:13+00:00");
}

#[test]
fn a_given_form_is_the_only_one() {
    for (form, text, expected) in [
        ("%d.%m.%Y %H:%M", "04.05.2023 17:20", "2023-05-04T15:20:00+00:00"),
        ("%m/%d/%Y", "04/05/2023", "2023-04-04T22:00:00+00:00"),
        ("%d.%m.%Y %H:%M %z", "04.05.2023 17:20 +0000", "2023-05-04T17:20:00+00:00"),
        ("%d.%m.%Y %H:%M %Z", "04.05.2023 17:20 PDT", "2023-05-05T00:20:00+00:00"),
        ("%s", "1464739558", "2016-06-01T00:05:58+00:00"),
    ] {
        let dates = Dates::with_format(Berlin, form).unwrap();
        assert_eq!(dates.moment(text).unwrap().to_rfc3339(), expected, "{form}");
    }
    let dates = Dates::with_format(Berlin, "%d.%m.%Y").unwrap();
    let error = dates.moment("2023-05-04").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`2023-05-04` does not match the date format %d.%m.%Y; correct the value or --date-format"
    );
    let zoned = Dates::with_format(Berlin, "%Y-%m-%d %H:%M %Z").unwrap();
    assert!(zoned.moment("2023-05-04 10:00 CST").unwrap_err().to_string().contains("ambiguous"));
    for (form, reason) in [
        ("%d.%Q", "--date-format: `%d.%Q` is not a date format; use for example %Y-%m-%d %H:%M:%S"),
        (
            "%H:%M %Z %Y",
            "--date-format: `%H:%M %Z %Y` has %Z before its end; the name of a time zone can only be read at the end",
        ),
    ] {
        assert_eq!(Dates::with_format(Berlin, form).unwrap_err().to_string(), reason);
    }
}

#[test]
fn local_times_that_clocks_repeat_or_skip_still_are_moments() {
    assert_eq!(moment("2023-10-29 02:30"), "2023-10-29T00:30:00+00:00");
    assert_eq!(moment("2023-10-29 02:30 CET"), "2023-10-29T01:30:00+00:00");
    assert_eq!(moment("2023-03-26 02:30"), "2023-03-26T01:30:00+00:00");
}

#[test]
fn a_day_is_the_day_in_the_zone() {
    let dates = Dates::in_zone(Berlin);
    assert_eq!(dates.day("2023-04-24").unwrap().to_string(), "2023-04-24");
    assert_eq!(dates.day("2023-04-24T23:00:00Z").unwrap().to_string(), "2023-04-25");
    assert_eq!(dates.day("2023-04-24 23:00:00").unwrap().to_string(), "2023-04-24");
}
