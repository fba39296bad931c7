use std::sync::Arc;

use csv::StringRecord;

use super::*;

fn scales() -> Vec<ScaleShape> {
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

fn table(header: &[&str], rows: &[&[&str]]) -> (Columns, Vec<Record>) {
    let columns = Arc::new(Columns::new(header));
    let record = |row: &&[&str]| Record::new(2, columns.clone(), StringRecord::from(row.to_vec()));
    (Columns::new(header), rows.iter().map(record).collect())
}

fn told(kind: Kind, header: &[&str], rows: &[&[&str]]) -> String {
    let (columns, sample) = table(header, rows);
    let free: Vec<Target> = kind.targets().collect();
    let found = guess(kind, &columns, &sample, (&free, &[]), &scales());
    let mut said: Vec<String> =
        found.columns.iter().map(|guess| format!("{}={}", guess.target.name(), guess.column)).collect();
    said.extend(found.scale.map(|scale| format!("scale:{scale}")));
    said.join(" ")
}

#[test]
fn columns_are_found_by_name_and_content_in_several_languages() {
    let rows: [&[&str]; 3] = [
        &["R1", "2024-05-03", "5", "fine, thanks a lot for this", "2.1.0", "DE"],
        &["R2", "2024-05-04", "1", "it crashes whenever I open it", "2.1.1", "FR"],
        &["R3", "2024-05-05", "4", "could be a bit faster, I think", "2.1.1", "DE"],
    ];
    for header in [
        ["Review ID", "Review date", "Stars", "Review text", "App version", "Country"],
        ["ID", "Datum", "Bewertung", "Kommentar", "Version", "Land"],
        ["id", "fecha", "calificación", "comentario", "versión", "país"],
        ["ID", "日付", "評価", "コメント", "バージョン", "国"],
        ["id", "дата", "оценка", "отзыв", "версия", "страна"],
        ["编号", "日期", "评分", "评论", "版本", "国家"],
        ["المعرف", "التاريخ", "التقييم", "التعليق", "الإصدار", "البلد"],
        ["no", "tarih", "puan", "yorum", "sürüm", "ülke"],
    ] {
        let [id, date, rating, comment, version, segment] = header;
        let expected = format!(
            "occurred_at={date} rating={rating} comment={comment} release={version} segment={segment} external_id={id} scale:stars"
        );
        assert_eq!(told(Kind::Feedback, &header, &rows), expected);
    }
}

#[test]
fn content_tells_what_names_do_not_and_a_name_alone_is_not_enough() {
    let rows: [&[&str]; 4] = [
        &["2024-05-03 10:00", "9", "none", "because it is really quick"],
        &["2024-05-03 11:00", "0", "two", "because it never ever works"],
        &["2024-05-03 12:00", "7", "red", "because it is okay for most"],
        &["2024-05-03 13:00", "10", "old", "because my friends use it too"],
    ];
    let header = ["q0", "How likely are you to recommend us?", "rating", "q7"];
    let expected = "occurred_at=q0 rating=How likely are you to recommend us? comment=q7 scale:nps";
    assert_eq!(told(Kind::Feedback, &header, &rows), expected);
}

#[test]
fn several_measures_are_proposed_and_only_what_is_named_after_its_scale() {
    let rows: [&[&str]; 3] =
        [&["9", "4", "3", "2024-05-03"], &["0", "1", "", "2024-05-04"], &["10", "5", "7", "2024-05-05"]];
    let of = |header: [&str; 4]| {
        let (columns, sample) = table(&header, &rows);
        let found = measures(&columns, &sample, &["date".to_owned()], &scales());
        found.iter().map(|(scale, column)| format!("{scale}={column}")).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(of(["NPS", "CSAT", "effort score", "date"]), "nps=NPS csat=CSAT ces=effort score");
    assert_eq!(
        of(["npsScore", "Overall satisfaction", "x", "date"]),
        "nps=npsScore csat=Overall satisfaction"
    );
    // 9 is no satisfaction of 1 to 5, and one measure alone is the rating.
    assert_eq!(of(["CSAT", "NPS", "Start", "date"]), "");
    assert_eq!(of(["q1", "CSAT", "q3", "date"]), "");
}

#[test]
fn a_name_that_says_it_holds_although_some_values_are_wrong() {
    let header = ["id", "date", "rating", "comment"];
    let expected = "occurred_at=date rating=rating comment=comment external_id=id scale:stars";
    let rows = |dates: [&'static str; 3]| {
        [
            ["9007199254740993", dates[0], "5", "fine"],
            ["9007199254740994", dates[1], "4", "so so"],
            ["9007199254740995", dates[2], "1", "bad"],
        ]
    };
    for dates in
        [["2026-03-01", "soon", "2026-03-02"], ["46082", "46083.5", "46084"], ["46082", "2026-03-02", "soon"]]
    {
        let rows = rows(dates);
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        assert_eq!(told(Kind::Feedback, &header, &rows), expected, "{dates:?}");
    }
    // Another column of times goes before one that is mostly none.
    let rows: [&[&str]; 3] =
        [&["2026-03-01", "5", "2026-03-01"], &["soon", "4", "2026-03-02"], &["later", "1", "2026-03-03"]];
    assert_eq!(
        told(Kind::Feedback, &["date", "rating", "sent"], &rows),
        "occurred_at=sent rating=rating scale:stars"
    );
    // Without a row only the names can say anything.
    assert_eq!(
        told(Kind::Feedback, &header, &[]),
        "occurred_at=date rating=rating comment=comment external_id=id scale:stars"
    );
    let (columns, sample) = table(&header, &[]);
    assert_eq!(kind(&columns, &sample), Some(Kind::Feedback));
}

#[test]
fn decimals_are_no_releases_and_intentions_no_times() {
    let rows: [&[&str]; 3] = [
        &["2024-05-03", "4", "12.50", "2024-06-01", "2.1.0"],
        &["2024-05-04", "5", "7.25", "2024-06-02", "2.1.1"],
        &["2024-05-05", "3", "8.10", "2024-06-03", "2.2.0"],
    ];
    let header = ["date", "score", "basket", "Due date", "x"];
    assert_eq!(told(Kind::Feedback, &header, &rows), "occurred_at=date rating=score release=x scale:stars");
    let header = ["Requested End Date", "prio", "cost", "Actual End", "x"];
    let rows: [&[&str]; 2] =
        [&["2024-05-03", "1", "12.50", "2024-06-01", "a"], &["2024-05-04", "2", "7.25", "2024-06-02", "a"]];
    assert_eq!(told(Kind::Incidents, &header, &rows), "severity=prio resolved_at=Actual End");
}

#[test]
fn thumbs_and_severities_are_told_by_their_words() {
    let rows: [&[&str]; 2] = [&["yes", "2024-05-03"], &["no", "2024-05-04"]];
    let expected = "occurred_at=date rating=Was this helpful? scale:thumbs";
    assert_eq!(told(Kind::Feedback, &["Was this helpful?", "date"], &rows), expected);
    let rows: [&[&str]; 2] =
        [&["IM1", "2014-01-13 14:13", "", "P1", "X"], &["IM2", "2014-01-14 14:13", "2014-01-15", "P3", "Y"]];
    let header = ["incident", "opened", "closed", "priority", "service"];
    let expected =
        "severity=priority opened_at=opened features=service resolved_at=closed external_id=incident";
    assert_eq!(told(Kind::Incidents, &header, &rows), expected);
    let (columns, sample) = table(&header, &rows);
    assert_eq!(kind(&columns, &sample), Some(Kind::Incidents));
}

#[test]
fn what_the_rows_contain_is_told_by_their_columns() {
    let of = |header: &[&str], row: &[&str]| {
        let (columns, sample) = table(header, &[row]);
        kind(&columns, &sample)
    };
    assert_eq!(of(&["score", "content", "at"], &["5", "fine", "2024-05-03"]), Some(Kind::Feedback));
    assert_eq!(of(&["tag_name", "published_at"], &["v1.2", "2024-05-03"]), Some(Kind::Releases));
    assert_eq!(of(&["date", "feature", "active users"], &["2024-05-03", "x", "7"]), Some(Kind::Exposure));
    assert_eq!(of(&["a", "b"], &["x", "y"]), None);
}
