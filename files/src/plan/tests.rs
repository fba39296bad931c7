use std::path::PathBuf;

use super::*;
use crate::value::ScaleShape;

pub(crate) fn scales() -> Vec<ScaleShape> {
    let of = |key: &str, min, max| ScaleShape { key: key.to_owned(), min, max, thumbs: key == "thumbs" };
    vec![
        of("csat", 1.0, 5.0),
        of("nps", 0.0, 10.0),
        of("ces", 1.0, 7.0),
        of("stars", 1.0, 5.0),
        of("stars10", 1.0, 10.0),
        of("thumbs", 0.0, 1.0),
    ]
}

fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn settings(sets: &str) -> Settings {
    let set = if sets.is_empty() { Vec::new() } else { crate::mapping::pairs(sets).unwrap() };
    Settings { scales: scales(), set, ..Settings::default() }
}

/// What a file becomes: the preset, the kind, then each row.
fn told(path: &Path, settings: &Settings) -> String {
    let plan = match plan(path, settings) {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let previewed = plan.preview(path, 1_000_000, 100).unwrap();
    let preset = plan.preset.map_or("-", |preset| preset.name);
    let mut lines = vec![format!("{preset} {}", plan.mapping.kind().name())];
    for row in &previewed.first {
        let cell = |(name, text): &(&str, String)| format!("{name}={}", text.replace('\n', " "));
        lines.push(row.iter().map(cell).collect::<Vec<_>>().join("|"));
    }
    lines.extend(previewed.refused.iter().map(|(count, reject)| format!("{count} {reject}")));
    if previewed.skipped > 0 {
        lines.push(format!("{} skipped", previewed.skipped));
    }
    lines.join("\n")
}

fn guessing(sets: &str) -> Settings {
    Settings { guess: true, ..settings(sets) }
}

#[test]
fn a_column_that_was_recognized_by_mistake_can_be_left_out() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.csv");
    std::fs::write(&path, "date,score,text,area,version\n2026-03-01,5,good in the end,north,1.0\n2026-03-02,4,fine by me,south,1.1\n").unwrap();
    let first = |sets: &str| told(&path, &guessing(sets)).lines().nth(1).unwrap_or_default().to_owned();
    assert_eq!(
        first("product=shop"),
        "product=shop|occurred_at=2026-03-01T00:00:00Z|scale=stars|rating=5|comment=good in the end|feature=north|release=1.0"
    );
    assert_eq!(
        first("product=shop,feature=,release="),
        "product=shop|occurred_at=2026-03-01T00:00:00Z|scale=stars|rating=5|comment=good in the end"
    );
    assert_eq!(
        first("product=shop,rating=,scale="),
        "product=shop|occurred_at=2026-03-01T00:00:00Z|comment=good in the end|feature=north|release=1.0"
    );
}

#[test]
fn a_file_without_its_columns_is_told_where_they_may_be() {
    let dir = tempfile::tempdir().unwrap();
    let said = |bytes: &str, kind: Option<Kind>| {
        let path = dir.path().join("x.csv");
        std::fs::write(&path, bytes).unwrap();
        told(&path, &Settings { kind, ..guessing("product=shop,scale=csat") })
    };
    assert_eq!(
        said("2026-03-01,5,good app\n2026-03-02,3,so so app\n", None),
        "cannot tell what the rows of the file contain by its columns `2026-03-01`, `5`, `good app`; say it: feedback, incidents, \
         exposure or releases; if the first row is no header, say it: --header-rows 0"
    );
    assert_eq!(
        said("Report of May\nall areas\nx\n", Some(Kind::Feedback)),
        "occurred_at is required, and the file has no column of that name; name the column (--map occurred_at=COLUMN) or give it \
         to all rows (--set occurred_at=VALUE); the file has `Report of May`; if the header is further down, say how many lines \
         are above it: --skip-rows"
    );
    let many = (0..300).map(|at| format!("q{at}")).collect::<Vec<_>>().join(",");
    assert!(said(&many, None).contains("`q39` and 260 more; say it"), "{}", said(&many, None));
}

#[test]
fn every_preset_reads_its_export_and_recognizes_it() {
    for (file, sets, expected) in [
        (
            "google-play.utf16.csv",
            "",
            "google-play feedback\n\
             product=org.example.notes|occurred_at=2024-05-03T10:15:30Z|scale=stars|rating=5|comment=Great|release=2.1.0|segment=en|channel=store|external_id=http://play.google.com/console/reviews?reviewId=a1\n\
             product=org.example.notes|occurred_at=2024-05-03T11:00:00Z|scale=stars|rating=2|segment=de|channel=store",
        ),
        (
            "google-play-scraper.csv",
            "",
            "google-play-scraper feedback\n\
             product=org.example.notes|occurred_at=2023-04-24T04:59:54Z|scale=stars|rating=1|comment=Crashes often|release=3.1.6|channel=store|external_id=r-1\n\
             product=org.example.notes|occurred_at=2023-04-25T06:00:00Z|scale=stars|rating=4|comment=Fine|channel=store|external_id=r-2",
        ),
        (
            "app-store-connect.json",
            "product=notes",
            "app-store-connect feedback\n\
             product=notes|occurred_at=2024-05-03T17:00:00Z|scale=stars|rating=4|comment=Works well|segment=USA|channel=store|external_id=00000017-a\n\
             product=notes|occurred_at=2024-05-04T09:00:00Z|scale=stars|rating=1|comment=Bad|segment=DEU|channel=store|external_id=00000017-b",
        ),
        (
            "app-store-feed.json",
            "product=notes",
            "app-store-feed feedback\n\
             product=notes|occurred_at=2024-05-03T17:00:00Z|scale=stars|rating=5|comment=Love it|release=1.10|channel=store|external_id=11100\n\
             product=notes|occurred_at=2024-05-02T15:00:00Z|scale=stars|rating=2|comment=So slow|release=1.9|channel=store|external_id=11099",
        ),
        (
            "qualtrics.csv",
            "product=notes",
            "qualtrics feedback\n\
             product=notes|occurred_at=2024-05-03T10:05:01Z|scale=nps|rating=10|comment=It is really fast and never in the way|customer=acme|channel=email|external_id=R_1a\n\
             product=notes|occurred_at=2024-05-03T11:05:01Z|scale=nps|rating=3|comment=The export fails whenever I need it most|customer=globex|channel=email|external_id=R_2b\n\
             product=notes|occurred_at=2024-05-03T13:05:01Z|scale=nps|rating=7|comment=It does what it should do for our team|customer=initech|channel=email|external_id=R_4d\n\
             1 skipped",
        ),
        (
            "surveymonkey.csv",
            "product=notes",
            "surveymonkey feedback\n\
             product=notes|occurred_at=2024-05-03T10:15:30Z|scale=csat|rating=5|comment=Faster loading of the first page please|customer=ann@example.org|external_id=118600001\n\
             product=notes|occurred_at=2024-05-04T14:00:00Z|scale=csat|rating=2|comment=It never remembers what I searched for|customer=bob@example.org|external_id=118600002",
        ),
        (
            "typeform.csv",
            "product=notes",
            "typeform feedback\n\
             product=notes|occurred_at=2024-05-03T10:02:00Z|scale=nps|rating=9|comment=It saves me an hour every single day|external_id=abc123\n\
             product=notes|occurred_at=2024-05-03T11:02:00Z|scale=nps|rating=2|comment=It loses my drafts now and then sadly|external_id=abc124\n\
             product=notes|occurred_at=2024-05-03T12:02:00Z|scale=nps|rating=0|comment=It is far too expensive for a small team|external_id=abc125",
        ),
        (
            "google-forms.csv",
            "product=notes",
            "- feedback\n\
             product=notes|occurred_at=2024-05-03T10:15:30Z|scale=stars|rating=4|comment=Please add a dark theme to the editor|customer=ann@example.org\n\
             product=notes|occurred_at=2024-05-23T18:00:00Z|scale=stars|rating=2|comment=It logs me out every day for no reason|customer=bob@example.org\n\
             product=notes|occurred_at=2024-05-04T09:00:00Z|scale=stars|rating=5|comment=Nothing at all it is fine as it is now|customer=cy@example.org",
        ),
        (
            "delighted.json",
            "product=notes",
            "delighted feedback\n\
             product=notes|occurred_at=2024-05-03T09:53:20Z|scale=nps|rating=8|comment=Good overall|customer=2|external_id=1\n\
             product=notes|occurred_at=2024-05-03T12:40:00Z|scale=csat|rating=2|customer=4|external_id=3",
        ),
        (
            "zendesk.json",
            "product=notes",
            "zendesk feedback\n\
             product=notes|occurred_at=2024-05-04T10:00:00Z|scale=thumbs|rating=1|comment=Great support|customer=20978392|channel=web|external_id=35436\n\
             product=notes|occurred_at=2024-05-05T12:00:00Z|scale=thumbs|rating=0|customer=20978394|channel=email|external_id=35438\n\
             1 skipped",
        ),
        (
            "trustpilot.csv",
            "",
            "trustpilot feedback\n\
             product=example.org|occurred_at=2024-05-03T10:00:00Z|scale=stars|rating=5|comment=Quick and friendly|customer=ann|channel=trustpilot|external_id=65a1\n\
             product=example.org|occurred_at=2024-05-04T11:00:00Z|scale=stars|rating=1|comment=Never again|customer=bob|channel=trustpilot|external_id=65a2",
        ),
        (
            "jira.csv",
            "",
            "jira incidents\n\
             product=SHOP|severity=2|opened_at=2021-09-30T17:20:00Z|resolved_at=2021-10-01T08:55:00Z|title=Search is slow|features=search|release=2.1.0|external_id=SHOP-1\n\
             product=SHOP|severity=1|opened_at=2021-09-30T18:20:00Z|title=Cannot pay|features=checkout|release=2.1.0|external_id=SHOP-2",
        ),
        (
            "github-issues.json",
            "product=notes",
            "github-issues incidents\n\
             product=notes|severity=3|opened_at=2024-05-03T10:00:00Z|resolved_at=2024-05-04T09:00:00Z|title=Crash on start|external_id=7\n\
             product=notes|severity=3|opened_at=2024-05-05T10:00:00Z|title=Typo|external_id=8",
        ),
        (
            "servicenow.csv",
            "product=it",
            "servicenow incidents\n\
             product=it|severity=1|opened_at=2024-05-03T10:15:00Z|resolved_at=2024-05-03T12:00:00Z|title=Mail is down|features=Mail|external_id=INC0010001\n\
             product=it|severity=3|opened_at=2024-05-04T10:15:00Z|title=Slow portal|features=Portal|external_id=INC0010002\n\
             product=it|severity=4|opened_at=2024-05-05T10:15:00Z|title=Wish|external_id=INC0010003",
        ),
        (
            "pagerduty.json",
            "product=shop",
            "pagerduty incidents\n\
             product=shop|severity=2|opened_at=2024-05-03T10:00:00Z|resolved_at=2024-05-03T11:00:00Z|title=Disk full|features=Search|external_id=PT4KHLK\n\
             product=shop|severity=4|opened_at=2024-05-04T10:00:00Z|title=Latency|features=Checkout|external_id=PT4KHLX",
        ),
        (
            "opsgenie.json",
            "product=shop",
            "opsgenie incidents\n\
             product=shop|severity=1|opened_at=2024-05-03T10:00:00Z|resolved_at=2024-05-03T12:00:00Z|title=Too many errors|external_id=70413a06\n\
             product=shop|severity=4|opened_at=2024-05-03T11:00:00Z|title=Disk|external_id=70413a07",
        ),
        (
            "statuspage.json",
            "product=shop",
            "statuspage incidents\n\
             product=shop|severity=2|opened_at=2024-05-03T15:55:00Z|resolved_at=2024-05-03T17:00:00Z|title=Search is degraded|features=Search, API|external_id=p31z\n\
             product=shop|severity=4|opened_at=2024-05-01T16:00:00Z|resolved_at=2024-05-01T17:00:00Z|title=Notice|external_id=p31y",
        ),
        (
            "sentry-releases.json",
            "",
            "sentry-releases releases\n\
             product=shop|version=2.1.0|released_at=2024-05-04T10:00:00Z\n\
             product=shop|version=2.0.0|released_at=2024-04-03T10:00:00Z",
        ),
        (
            "github-releases.json",
            "product=shop",
            "github-releases releases\n\
             product=shop|version=1.10.0|released_at=2024-05-03T10:00:00Z|title=Spring\n\
             product=shop|version=1.9.0|released_at=2024-04-03T10:00:00Z",
        ),
    ] {
        assert_eq!(told(&fixture(file), &guessing(sets)), expected, "{file}");
        if !expected.starts_with("- ") {
            let name = expected.split(' ').next().map(str::to_owned);
            assert_eq!(
                told(&fixture(file), &Settings { preset: name, guess: true, ..settings(sets) }),
                expected,
                "{file}"
            );
        }
    }
}

#[test]
fn what_is_given_goes_before_a_preset() {
    let given = Settings {
        map: vec![("comment".into(), "Reviewer Username".into())],
        ..guessing("product=own,scale=csat")
    };
    let told = told(&fixture("trustpilot.csv"), &given);
    assert!(
        told.contains("product=own|occurred_at=2024-05-03T10:00:00Z|scale=csat|rating=5|comment=ann"),
        "{told}"
    );
}

fn told_of(text: &str, settings: &Settings) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("x.csv");
    std::fs::write(&path, text).unwrap();
    told(&path, settings)
}

#[test]
fn a_row_with_several_measures_and_features_is_several_responses() {
    let text = "id,date,NPS,CSAT,Comment,Search,Checkout\n1,2024-05-03,9,4,fine,1,0\n2,2024-05-04,,2,,x,yes\n3,2024-05-05,,,only words,0,\n";
    let settings = Settings {
        kind: Some(Kind::Feedback),
        map: crate::mapping::pairs("rating:nps=NPS,rating:csat=CSAT,occurred_at=date,external_id=id")
            .unwrap(),
        feature_columns: vec!["Search".into(), "Checkout".into()],
        ..settings("product=a")
    };
    let at = |day| format!("product=a|occurred_at=2024-05-0{day}T00:00:00Z");
    let expected = [
        "- feedback".to_owned(),
        format!("{}|scale=nps|rating=9|comment=fine|feature=Search|external_id=1/nps", at(3)),
        format!("{}|scale=csat|rating=4|feature=Search|external_id=1/csat", at(3)),
        format!("{}|scale=csat|rating=2|feature=Search|external_id=2/Search/csat", at(4)),
        format!("{}|scale=csat|rating=2|feature=Checkout|external_id=2/Checkout/csat", at(4)),
        format!("{}|comment=only words|external_id=3", at(5)),
    ];
    assert_eq!(told_of(text, &settings), expected.join("\n"));
    let listed = Settings {
        kind: Some(Kind::Feedback),
        map: crate::mapping::pairs("feature=tags").unwrap(),
        list_separator: Some("|".into()),
        ..self::settings("product=a,scale=csat")
    };
    let told = told_of("rating,occurred_at,tags\n4,2024-05-03,search | pay\n", &listed);
    assert!(told.contains("feature=search") && told.contains("feature=pay"), "{told}");
}

#[test]
fn values_mean_what_the_user_says() {
    let with = |values: &str| Settings {
        kind: Some(Kind::Feedback),
        values: crate::mapping::values(values).unwrap(),
        ..settings("product=a,scale=csat")
    };
    let text = "rating,occurred_at,comment\nYes,2024-05-03,a\nMAYBE,2024-05-03,b\nskip,2024-05-03,c\n\"A, b\",2024-05-03,d\n";
    let told = told_of(text, &with("rating:Yes=5,Maybe=3,skip=,\"A, b\"=1"));
    for expected in ["rating=5|comment=a", "rating=3|comment=b", "00:00:00Z|comment=c", "rating=1|comment=d"]
    {
        assert!(told.contains(expected), "{expected}: {told}");
    }
    for wrong in ["rating", "rating:", "rating:Yes", "rating:\"Yes=5"] {
        assert!(crate::mapping::values(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_scale_may_change_on_a_day() {
    let day = chrono::NaiveDate::from_ymd_opt(2015, 6, 8);
    let period = |scale: &str, from, until| crate::mapping::ScalePeriod { scale: scale.into(), from, until };
    let settings = Settings {
        kind: Some(Kind::Feedback),
        scale_periods: vec![period("stars", None, day), period("stars10", day, None)],
        ..settings("product=a")
    };
    let told = told_of("rating,occurred_at\n5,2015-06-07\n8,2015-06-08\n", &settings);
    assert!(told.contains("scale=stars|rating=5") && told.contains("scale=stars10|rating=8"), "{told}");
}

#[test]
fn all_that_is_wrong_with_a_row_is_told_and_counted_by_its_sort() {
    let text = "rating,occurred_at\ngood,yesterday\nbad,2024-05-03\nworse,2024-05-03\n";
    let told = told_of(text, &Settings { kind: Some(Kind::Feedback), ..settings("product=a,scale=csat") });
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(lines.len(), 3, "{told}");
    assert!(lines[1].starts_with("2 line 3: `bad` is not a number"), "{told}");
    assert!(lines[2].starts_with("1 line 2: occurred_at: unsupported date format `yesterday`"), "{told}");
    assert!(lines[2].contains("; rating: `good` is not a number"), "{told}");
}

#[test]
fn what_is_missing_or_unknown_is_said() {
    let of = |text, settings: &Settings| told_of(text, settings);
    assert!(
        of("rating,when\n5,2024-05-03\n", &guessing(""))
            .starts_with("product is required, and the file has no column")
    );
    assert!(of("a,b\n1,2\n", &guessing("")).starts_with("cannot tell what the rows of the file contain"));
    let preset = |name: &str, kind| Settings { preset: Some(name.into()), kind, ..settings("") };
    assert!(of("a,b\n1,2\n", &preset("x", None)).starts_with("unknown preset `x`; use google-play, "));
    let told = of("a,b\n1,2\n", &preset("jira", Some(Kind::Feedback)));
    assert_eq!(told, "the preset jira is for incidents, not for feedback");
}

#[test]
fn dates_are_read_in_the_order_that_they_show() {
    let of = |text: &str| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        std::fs::write(&path, text).unwrap();
        let plan = plan(&path, &Settings { kind: Some(Kind::Feedback), ..settings("product=a,scale=csat") })
            .unwrap();
        (plan.dates.order(), plan.notes)
    };
    let (order, notes) = of("rating,occurred_at\n5,04/05/2024\n4,25/05/2024\n");
    assert_eq!(order, Some(DateOrder::DayFirst));
    assert_eq!(
        notes,
        ["dates are read as day, month, year, as `25/05/2024` shows; if that is wrong, give --date-order"]
    );
    assert_eq!(of("rating,occurred_at\n5,04/05/2024\n4,25/05/2024\n4,05/25/2024\n").0, None);
}

#[test]
fn the_direction_of_severities_is_said_unless_it_is_given() {
    let notes = |severity: &str, range: Option<&str>| {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("x.csv");
        std::fs::write(&path, format!("severity,opened_at\n{severity},2024-05-03\n")).unwrap();
        let severities = range.map(|range| range.parse().unwrap());
        let settings = Settings { kind: Some(Kind::Incidents), severities, ..settings("product=a") };
        plan(&path, &settings).unwrap().notes
    };
    assert!(notes("2", None)[0].starts_with("severities are numbers: 1 is read as the most severe"));
    assert!(notes("2", Some("5..1")).is_empty());
    assert!(notes("high", None).is_empty());
}
