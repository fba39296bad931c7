//! Real exports, read if they exist (`shared/data` beside the repository), else skipped.

use std::path::{Path, PathBuf};

use chrono_tz::UTC;

use super::*;

fn data(name: &str) -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = here.ancestors().map(|dir| dir.join("shared/data").join(name)).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: shared/data/{name} does not exist");
    }
    found
}

/// Every record of a file, and none of it may be bad.
fn read(path: &Path) -> (Reader, Vec<Record>) {
    let mut reader = open(path, &ReadOptions::default()).unwrap();
    let records = reader.by_ref().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(reader.bytes_read(), reader.bytes_total());
    (reader, records)
}

fn mapping(kind: Kind, reader: &Reader, maps: &str, sets: &str) -> Mapping {
    let sets = if sets.is_empty() { Vec::new() } else { mapping::pairs(sets).unwrap() };
    Mapping::new(kind, reader.columns(), &mapping::pairs(maps).unwrap(), &sets).unwrap()
}

#[test]
fn finance_reviews_with_line_breaks_and_emoji() {
    let Some(path) = data("india_fintech_7_whole_apps.csv.gz") else { return };
    let (reader, records) = read(&path);
    assert_eq!(records.len(), 22_018);
    let maps = "product=app,release=reviewCreatedVersion,rating=score,comment=content,occurred_at=at,external_id=reviewId";
    let mapping = mapping(Kind::Feedback, &reader, maps, "scale=stars");
    let dates = Dates::in_zone(UTC);
    let rows: Vec<_> =
        records.iter().map(|r| parse::feedback(r, &mapping, &dates).unwrap().remove(0)).collect();
    let mean = |version: &str| {
        let of = |row: &&FeedbackRow| row.product == "in.junio" && row.release.as_deref() == Some(version);
        let ratings: Vec<f64> = rows.iter().filter(of).filter_map(|row| row.rating).collect();
        (ratings.len(), (ratings.iter().sum::<f64>() / ratings.len() as f64 * 100.0).round() / 100.0)
    };
    assert_eq!((mean("2.0.5"), mean("2.0.6")), ((131, 2.67), (975, 3.45)));
    assert!(rows.iter().any(|row| row.comment.as_ref().is_some_and(|text| text.contains('\n'))));
    assert!(records.windows(2).all(|pair| pair[0].line() < pair[1].line()));
    assert!(records.last().unwrap().line() <= 24_788);
}

#[test]
fn store_export_in_utf_16_without_ids() {
    let mut count = 0;
    for month in 6..=11 {
        let Some(path) = data(&format!("kiwix_utf16/reviews_org.kiwix.kiwixmobile_2016{month:02}.csv"))
        else {
            return;
        };
        let (reader, records) = read(&path);
        assert_eq!(reader.encoding(), Some(Encoding::Utf16Le));
        let maps = "product=Package Name,release=App Version Name,rating=Star Rating,comment=Review Text,occurred_at=Review Submit Millis Since Epoch";
        let mapping = mapping(Kind::Feedback, &reader, maps, "scale=stars");
        let (dates, mut ids) = (Dates::in_zone(UTC), ExternalIds::new([0; 32]));
        for record in &records {
            let row = parse::feedback(record, &mapping, &dates).unwrap().remove(0);
            let text = dates.moment(record.get("Review Submit Date and Time").unwrap()).unwrap();
            assert_eq!(row.occurred_at.timestamp(), text.timestamp());
            assert_eq!(ids.next(&identity::hash_of_response(&row), true).len(), 32);
        }
        count += records.len();
    }
    assert!(count > 2_000, "{count}");
}

#[test]
fn changes_and_incidents_of_a_bank() {
    let Some(changes) = data("rabobank_detail_change_flat.csv.gz") else { return };
    assert_eq!(read(&changes).1.len(), 29_139);
    let Some(incidents) = data("rabobank_incidents_16782_derived.csv.gz") else { return };
    let (reader, records) = read(&incidents);
    let maps = "features=wbs_inferred_from_km,opened_at=opened,resolved_at=closed,external_id=incident";
    let mapping = mapping(Kind::Incidents, &reader, maps, "product=Bank,severity=3");
    let dates = Dates::in_zone(UTC);
    let rows: Vec<_> = records.iter().map(|r| parse::incident(r, &mapping, &dates).unwrap()).collect();
    assert_eq!(rows.len(), 16_782);
    assert!(rows.iter().all(|row| row.features.len() <= 1));
}

#[test]
fn bugs_with_a_cell_of_74_468_characters() {
    let Some(path) = data("gitbugs_hadoop.csv.gz") else { return };
    let (reader, records) = read(&path);
    assert_eq!(records.len(), 2_503);
    let longest = records.iter().filter_map(|r| r.get("Description")).map(|text| text.chars().count()).max();
    assert_eq!(longest, Some(74_468));
    let maps = "severity=Priority,opened_at=Created,resolved_at=Resolved,title=Summary,external_id=Issue id";
    let mapping = mapping(Kind::Incidents, &reader, maps, "product=Hadoop");
    let dates = Dates::in_zone(UTC);
    for record in &records {
        parse::incident(record, &mapping, &dates).unwrap();
    }
}

#[test]
fn a_version_is_a_string() {
    let Some(path) = data("youtube_ios_5000.csv.gz") else { return };
    let (_, records) = read(&path);
    assert_eq!(records.len(), 5_000);
    let with = |version: &str| records.iter().filter(|r| r.get("ver") == Some(version)).count();
    assert!(with("12.10") > 0 && with("12.1") == 0);
}

/// What a file becomes by guess alone: the plan, and what would be rejected.
fn guessed(name: &str, sets: &str) -> Option<(String, plan::Previewed)> {
    let path = data(name)?;
    let set = if sets.is_empty() { Vec::new() } else { mapping::pairs(sets).unwrap() };
    let settings = Settings { guess: true, set, scales: plan::tests::scales(), ..Settings::default() };
    let plan = plan(&path, &settings).unwrap();
    let previewed = plan.preview(&path, 100_000, 1).unwrap();
    let mut told: Vec<String> =
        plan.settings.map.iter().map(|(field, column)| format!("{field}={column}")).collect();
    told.sort();
    let rows = format!("{} of {}", previewed.rows, previewed.read);
    Some((format!("{} {rows} {}", plan.mapping.kind().name(), told.join(" ")), previewed))
}

#[test]
fn all_real_files_are_read_by_guess_alone() {
    for (name, sets, expected) in [
        (
            "india_fintech_7_whole_apps.csv.gz",
            "",
            "feedback 22018 of 22018 comment=content customer=customer external_id=reviewId occurred_at=at product=app rating=score release=reviewCreatedVersion",
        ),
        (
            "youtube_ios_5000.csv.gz",
            "product=youtube",
            "feedback 5000 of 5000 comment=text occurred_at=at rating=score release=ver segment=nation",
        ),
        (
            "kiwix_utf16/reviews_org.kiwix.kiwixmobile_201606.csv",
            "",
            "feedback 287 of 287 comment=Review Text external_id=Review Link occurred_at=Review Submit Millis Since Epoch|Review Submit Date and Time product=Package Name rating=Star Rating release=App Version Name segment=Reviewer Language updated_at=Review Last Update Millis Since Epoch|Review Last Update Date and Time",
        ),
        (
            "rabobank_incidents_16782_derived.csv.gz",
            "product=bank,severity=3",
            "incidents 16782 of 16782 external_id=incident features=wbs_inferred_from_km opened_at=opened resolved_at=closed",
        ),
        (
            "gitbugs_hadoop.csv.gz",
            "product=hadoop",
            "incidents 2503 of 2503 external_id=Issue id opened_at=Created release=Affects Version/s resolved_at=Resolved severity=Priority status=Status title=Summary",
        ),
        ("youtube_ios_changelog_gold_set.xlsx", "product=youtube", "releases 39 of 39 released_at=Date"),
    ] {
        let Some((told, previewed)) = guessed(name, sets) else { return };
        assert_eq!(told, expected, "{name}");
        assert!(previewed.refused.is_empty(), "{name}: {:?}", previewed.refused);
    }
    // A change is no incident, but its rows are read as far as they have a beginning.
    let Some((told, previewed)) = guessed("rabobank_detail_change_flat.csv.gz", "product=bank,severity=3")
    else {
        return;
    };
    assert!(
        told.starts_with(
            "incidents 25974 of 29139 features=Service Component WBS (aff) opened_at=Actual Start"
        ),
        "{told}"
    );
    let [(3_165, reject)] = previewed.refused.as_slice() else { panic!("{:?}", previewed.refused) };
    assert_eq!(reject.reason, "opened_at is required, but empty");
}
