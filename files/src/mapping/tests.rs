use std::sync::Arc;

use csv::StringRecord;

use super::*;

fn mapped(kind: Kind, header: &[&str], maps: &str, sets: &str) -> Result<Mapping, String> {
    let read = |text: &str| if text.is_empty() { Ok(Vec::new()) } else { pairs(text) };
    let (maps, sets) = (read(maps).map_err(|e| e.to_string())?, read(sets).map_err(|e| e.to_string())?);
    Mapping::new(kind, &Columns::new(header), &maps, &sets).map_err(|e| e.to_string())
}

#[test]
fn a_target_comes_from_its_column_its_constant_or_its_namesake() {
    let header = ["Star Rating", "product", "Occurred At", "customerID", "Customer"];
    let mapping = mapped(Kind::Feedback, &header, "rating=star rating", "scale=stars,product=Kiwix").unwrap();
    let fields = StringRecord::from(vec!["5", "other", "2023-04-24", "7", ""]);
    let record = Record::new(2, Arc::new(Columns::new(header)), fields);
    let get = |target| mapping.get(&record, target).map(|text| text.into_owned());
    assert_eq!(get(Target::Rating).as_deref(), Some("5"));
    assert_eq!(get(Target::Product).as_deref(), Some("Kiwix"));
    assert_eq!(get(Target::OccurredAt).as_deref(), Some("2023-04-24"));
    assert_eq!(get(Target::Customer), None);
    assert_eq!(get(Target::Segment), None);
    assert_eq!(mapping.column(Target::OccurredAt), Some("Occurred At"));
    assert_eq!(mapping.constants().count(), 2);
}

#[test]
fn a_field_whose_text_is_empty_is_not_read_whatever_the_columns_are_called() {
    let header = ["product", "occurred_at", "rating", "scale", "comment", "feature", "release"];
    let mapping = mapped(Kind::Feedback, &header, "", "feature=,rating=, scale = ,release= ").unwrap();
    let record = Record::new(
        2,
        Arc::new(Columns::new(header)),
        StringRecord::from(vec!["shop", "2026-03-01", "5", "csat", "fine", "search", "1.0"]),
    );
    for target in [Target::Feature, Target::Release, Target::Rating, Target::Scale] {
        assert_eq!((mapping.get(&record, target), mapping.has(target)), (None, false), "{target:?}");
    }
    assert_eq!(mapping.constants().count() + mapping.named_scales().count(), 0);
    let columns = Columns::new(header);
    let unread: Vec<(&str, Option<Target>)> = mapping.unread(&columns);
    assert_eq!(
        unread,
        [("rating", None), ("scale", None), ("feature", None), ("release", None)],
        "nothing is proposed for them"
    );
    // What is needed cannot be left out, and nothing can be both.
    assert!(mapped(Kind::Feedback, &header, "", "product=").unwrap_err().starts_with("product is required"));
    assert_eq!(
        mapped(Kind::Feedback, &header, "feature=release", "feature=").unwrap_err(),
        "feature is given twice; give it once"
    );
}

#[test]
fn names_are_the_same_however_they_are_written() {
    for name in ["occurred_at", "OccurredAt", "occurredAt", "Occurred at", "OCCURRED-AT", " occurred at "] {
        let header = ["product", "scale", "rating", name];
        assert!(mapped(Kind::Feedback, &header, "", "").is_ok(), "{name}");
    }
}

#[test]
fn what_does_not_fit_is_said_with_what_there_is() {
    let header = ["app", "score", "at"];
    for (kind, maps, sets, expected) in [
        (
            Kind::Feedback,
            "stars=score",
            "",
            "unknown field `stars` for feedback; use one of product, occurred_at, scale, rating, comment, feature, release, segment, customer, channel, external_id, updated_at, source",
        ),
        (
            Kind::Feedback,
            "rating=scroe",
            "",
            "the file has no column `scroe` for rating (did you mean `score`?); it has the columns `app`, `score`, `at`",
        ),
        (
            Kind::Feedback,
            "ratng=score",
            "",
            "unknown field `ratng` for feedback (did you mean `rating`?); use one of product, occurred_at, scale, rating, comment, feature, release, segment, customer, channel, external_id, updated_at, source",
        ),
        (
            Kind::Feedback,
            "product=app,occurred_at=at",
            "scale=stars",
            "rating is required, and the file has no column of that name; name the column (--map rating=COLUMN) or give it to all rows (--set rating=VALUE); the file has `app`, `score`, `at`",
        ),
        (
            Kind::Feedback,
            "product=app,occurred_at=at,comment=score,rating=score",
            "",
            "scale is required, and the file has no column of that name; name the column (--map scale=COLUMN) or give it to all rows (--set scale=VALUE); the file has `app`, `score`, `at`",
        ),
        (Kind::Feedback, "rating", "", "`rating` has no `=`; write FIELD=VALUE, for example rating=score"),
        (Kind::Feedback, "rating=score", "rating=5", "rating is given twice; give it once"),
        (
            Kind::Exposure,
            "product=app,feature=score,day=at",
            "",
            "active_customers is required, and the file has no column of that name; name the column (--map active_customers=COLUMN) or give it to all rows (--set active_customers=VALUE); the file has `app`, `score`, `at`",
        ),
    ] {
        assert_eq!(mapped(kind, &header, maps, sets).unwrap_err(), expected);
    }
}

#[test]
fn a_cell_that_says_that_there_is_nothing_is_empty() {
    let header = ["product", "scale", "rating", "occurred at", "release", "customer", "comment"];
    let record = |cell: &str| {
        let fields = StringRecord::from(vec!["a", "csat", "5", "2023-04-24", cell, cell, cell]);
        Record::new(2, Arc::new(Columns::new(header)), fields)
    };
    let of_a_kind = [Target::Release, Target::Customer, Target::Comment];
    let usual = mapped(Kind::Feedback, &header, "", "").unwrap();
    for cell in ["NA", "n/a", "-", "NULL", "None", " nan ", "#N/A"] {
        let record = record(cell);
        assert!(of_a_kind.iter().all(|target| usual.get(&record, *target).is_none()), "{cell}");
    }
    for cell in ["Nathan", "n", "1.0-", "nullable"] {
        assert_eq!(usual.get(&record(cell), Target::Release).as_deref(), Some(cell));
    }
    for cell in ["<NA>", "—", "–", "(blank)", "#NAME?"] {
        let record = record(cell);
        assert!(of_a_kind.iter().all(|target| usual.get(&record, *target).is_none()), "{cell}");
    }
    for cell in ["?", "Unknown", "TBD", "."] {
        let record = record(cell);
        assert!(of_a_kind[..2].iter().all(|target| usual.get(&record, *target).is_none()), "{cell}");
        assert_eq!(usual.get(&record, Target::Comment).as_deref(), Some(cell), "somebody wrote that");
    }
    let own = usual.clone().with_missing(&["?".to_owned()]);
    assert_eq!(own.get(&record("?"), Target::Release), None);
    assert_eq!(own.get(&record("NA"), Target::Release).as_deref(), Some("NA"));
    let bare = usual.without_release_prefix("v");
    assert_eq!(bare.get(&record("v1.2"), Target::Release).as_deref(), Some("1.2"));
    assert_eq!(bare.get(&record("v1.2"), Target::Comment).as_deref(), Some("v1.2"));
}

#[test]
fn answers_with_comments_need_no_rating() {
    let header = ["product", "occurred_at", "comment"];
    let mapping = mapped(Kind::Feedback, &header, "", "").unwrap();
    assert_eq!((mapping.column(Target::Rating), mapping.column(Target::Comment)), (None, Some("comment")));
}

#[test]
fn what_is_not_read_is_known_with_what_may_have_been_meant() {
    let header = ["product", "severity", "opened_at", "feature", "resolvd_at", "bogus"];
    let mapping = mapped(Kind::Incidents, &header, "", "").unwrap();
    assert_eq!(mapping.column(Target::Features), Some("feature"));
    let said = mapped(Kind::Incidents, &header, "feature=bogus", "").unwrap();
    assert_eq!(said.column(Target::Features), Some("bogus"), "the other name may be said, too");
    let expected = [("resolvd_at", Some(Target::ResolvedAt)), ("bogus", None)];
    assert_eq!(mapping.unread(&Columns::new(header)), expected);
    let both = ["product", "severity", "opened_at", "feature", "features"];
    assert_eq!(mapped(Kind::Incidents, &both, "", "").unwrap().column(Target::Features), Some("features"));
}

#[test]
fn a_value_may_hold_commas() {
    let expected = [("title", "a, b"), ("product", "x=y")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(pairs("title=a, b,product=x=y").unwrap(), expected);
}
