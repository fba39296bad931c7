//! What holds in the planted world.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sha2::{Digest, Sha256};

use super::*;

fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2025, 1, 6).unwrap()
}

fn year() -> World {
    World::year(DEFAULT_SEED, first_day())
}

fn mean<'a>(answers: impl Iterator<Item = &'a Answer>) -> f64 {
    let span: HashMap<_, _> =
        SCALES.iter().map(|s| (s.key, (f64::from(s.min), f64::from(s.max - s.min)))).collect();
    let utility = |answer: &Answer| (f64::from(answer.rating) - span[answer.scale].0) / span[answer.scale].1;
    let (n, sum) = answers.fold((0.0, 0.0), |(n, sum), answer| (n + 1.0, sum + utility(answer)));
    sum / n
}

#[test]
fn a_year_has_what_it_says() {
    let world = year();
    assert_eq!((world.answers.len(), world.incidents.len()), (60_000, 400));
    assert_eq!((world.features.len(), world.releases.len()), (12, 12));
    assert_eq!((world.segments.len(), world.scales.len(), world.iterations.len()), (4, 3, 26));
    assert_eq!(
        (world.first_day.to_string(), world.last_day.to_string()),
        ("2025-01-06".into(), "2026-01-05".into())
    );
    let zone = world.product.time_zone;
    let inside = |at: &DateTime<Utc>| {
        (world.first_day..=world.last_day).contains(&at.with_timezone(&zone).date_naive())
    };
    assert!(world.answers.iter().all(|answer| inside(&answer.occurred_at)));
    assert!(world.incidents.iter().all(|incident| inside(&incident.opened_at)));
    let ids: HashSet<_> = world.answers.iter().map(|answer| &answer.external_id).collect();
    assert_eq!(ids.len(), 60_000);
    assert_eq!(World::small(3, first_day()).answers.len(), 2_000);
}

#[test]
fn everything_that_is_named_is_there() {
    let world = year();
    let features: HashSet<_> = world.features.iter().map(|feature| feature.key).collect();
    let versions: HashSet<_> = world.releases.iter().map(|release| release.version).collect();
    let customers: HashMap<_, _> =
        world.customers.iter().map(|c| (c.pseudonym.as_str(), c.segment)).collect();
    for answer in &world.answers {
        assert!(answer.feature.is_none_or(|feature| features.contains(feature)));
        assert!(answer.release.is_none_or(|version| versions.contains(version)));
        let scale = world.scales.iter().find(|scale| scale.key == answer.scale).unwrap();
        assert!((scale.min..=scale.max).contains(&answer.rating));
        assert!(answer.customer.as_deref().is_none_or(|customer| customers[customer] == answer.segment));
        let release = world.releases.iter().find(|release| Some(release.version) == answer.release);
        assert!(release.is_none_or(|release| release.released_at <= answer.occurred_at));
    }
    for release in &world.releases {
        assert!(release.previous.is_none_or(|previous| versions.contains(previous)));
        assert!(release.touches.iter().all(|touch| features.contains(touch.feature.as_str())));
    }
    assert!(world.incidents.iter().all(|incident| incident.features.iter().all(|f| features.contains(f))));
    assert!(
        world.incidents.iter().all(|incident| incident.resolved_at.is_none_or(|at| at > incident.opened_at))
    );
}

#[test]
fn the_same_seed_gives_the_same_world_and_another_another() {
    let world = World::small(DEFAULT_SEED, first_day());
    assert_eq!(world, World::small(DEFAULT_SEED, first_day()));
    assert_ne!(world.answers, World::small(DEFAULT_SEED + 1, first_day()).answers);
}

#[test]
fn the_year_is_the_same_whenever_it_begins() {
    let ratings =
        |day: NaiveDate| World::small(9, day).answers.into_iter().map(|a| (a.rating, a.release, a.feature));
    let later = first_day() + chrono::Days::new(94);
    assert!(ratings(first_day()).eq(ratings(later)));
}

/// A change of this number changes what the demo shows: look at the truths again before writing it down.
#[test]
fn the_default_world_is_this_one_on_every_machine() {
    let world = year();
    let told = format!("{:?}{:?}{:?}{:?}", world.answers, world.incidents, world.exposure, world.customers);
    let hash = Sha256::digest(told);
    let hash: String = hash[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hash, "57ebb693c1ac1bb7");
}

#[test]
fn the_truths_are_in_the_answers() {
    let world = year();
    let of = |feature, from: &str, until: &str| {
        let day = |version: &str| world.releases.iter().find(|r| r.version == version).unwrap().released_at;
        let (from, until) = (day(from), if until.is_empty() { DateTime::<Utc>::MAX_UTC } else { day(until) });
        let fits = move |a: &&Answer| a.feature == Some(feature) && (from..until).contains(&a.occurred_at);
        mean(world.answers.iter().filter(fits))
    };
    let hurt = of(EXPORT, HURTS, "") - of(EXPORT, SHIFTS, HURTS);
    assert!((-0.18..-0.10).contains(&hurt), "{hurt}");
    let gain = of(SEARCH, IMPROVES, SHIFTS) - of(SEARCH, COINCIDES, IMPROVES);
    assert!((0.08..0.14).contains(&gain), "{gain}");

    for feature in ["canvas", "comments", "export"] {
        let common = of(feature, COINCIDES, "4.13") - of(feature, "4.11", COINCIDES);
        assert!((-0.10..-0.04).contains(&common), "{feature}: {common}");
    }

    let free = |from: usize, to: usize| {
        let part = &world.answers[from..to];
        part.iter().filter(|answer| answer.segment == FREE).count() as f64 / part.len() as f64
    };
    let ratio = free(45_000, 60_000) / free(0, 35_000);
    assert!((1.8..2.2).contains(&ratio), "{ratio}");

    let loved: Vec<_> = world.answers.iter().filter(|answer| answer.feature == Some(WHITEBOARD)).collect();
    assert_eq!(loved.iter().map(|answer| answer.rating).collect::<Vec<_>>(), [5, 5, 5]);

    let day = |version: &str| world.releases.iter().find(|r| r.version == version).unwrap().released_at;
    let broken = |after: bool| {
        let fits = |i: &&Incident| i.features[0] == EXPORT && (i.opened_at >= day(HURTS)) == after;
        world.incidents.iter().filter(fits).count() as f64 / if after { 45.0 } else { 320.0 }
    };
    // Three times as many, at the busiest time of the year, and chance.
    let ratio = broken(true) / broken(false);
    assert!((2.5..6.0).contains(&ratio), "{ratio}");
}

#[test]
fn a_backport_follows_its_line_and_careful_customers_stay_on_it() {
    let world = year();
    let previous = |version: &str| world.releases.iter().find(|r| r.version == version).unwrap().previous;
    assert_eq!((previous("4.10.1"), previous("4.12")), (Some("4.10"), Some("4.11")));
    let on = |version: &str| world.answers.iter().filter(|answer| answer.release == Some(version)).count();
    assert!(on("4.10.2") > 1_000 && on("5.0") > 10_000, "{} {}", on("4.10.2"), on("5.0"));
}

#[test]
fn answers_written_to_a_file_are_read_back_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("answers.csv");
    write_csv(3_000, 5, first_day(), &path).unwrap();
    let reader = ballroom_files::open(&path, &ballroom_files::ReadOptions::default()).unwrap();
    let mapping =
        ballroom_files::Mapping::new(ballroom_files::Kind::Feedback, reader.columns(), &[], &[]).unwrap();
    let dates = ballroom_files::Dates::in_zone(chrono_tz::UTC);
    let rows = reader
        .flat_map(|record| ballroom_files::parse::feedback(&record.unwrap(), &mapping, &dates).unwrap());
    let pairs = rows.zip(Answers::new(5, first_day(), 3_000)).inspect(|(row, answer)| {
        assert_eq!(row.external_id.as_deref(), Some(answer.external_id.as_str()));
        assert_eq!((row.rating, row.release.as_deref()), (Some(f64::from(answer.rating)), answer.release));
        assert_eq!((&row.comment, row.occurred_at), (&answer.comment, answer.occurred_at));
    });
    assert_eq!(pairs.count(), 3_000);
}
