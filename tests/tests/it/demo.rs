//! The demo: a year in which truths are planted, and found.

use ballroom::{
    domain::{organization, token},
    score::Scores,
    simulate::{DEFAULT_SEED, World, find::find, plant::plant},
};
use ballroom_tests::{App, Backend, Database, on_both, rounded};
use serde_json::json;

on_both!(every_planted_truth_is_found, a_planted_world_answers_every_question);

#[tokio::test(flavor = "multi_thread")]
async fn the_command_prints_the_reports_and_ends_well() {
    let database = Database::create(Backend::Sqlite).await;
    let ran = database.command().env("COLUMNS", "130").args(["demo", "--no-serve"]).output().await.unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert!(ran.status.success(), "{said}\n{}", String::from_utf8_lossy(&ran.stderr));
    for part in [
        "Perceived value of Atelier",
        "Did a release make things worse?",
        "60,000 responses",
        "Export",
        "found",
        "5.2 was announced 6 days before it shipped",
        "5.3 was not announced",
        "5.3.1 is to fix it",
    ] {
        assert!(said.contains(part), "{part}:\n{said}");
    }
    assert!(!said.contains("MISSED"), "{said}");
    // The picture in the README shows these figures: update it when they change.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let picture = words(&include_str!("../../../docs/demo.svg").replace('\u{a0}', " "));
    let values = said.lines().skip_while(|line| !line.starts_with("Perceived value")).skip(3).take(13);
    for row in values.map(words) {
        assert!(picture.contains(&row), "docs/demo.svg does not show\n{row}");
    }
    let directory = database.path("demo").display().to_string();
    let verified = database.succeeds(&["verify", "--data-dir", &directory]).await;
    assert!(verified.contains("60,000 responses, 400 incidents"), "{verified}");
    for kind in ["iteration.html", "value.pdf", "release.html", "overview.md", "security.html"] {
        let written = std::fs::metadata(database.path("demo").join("reports").join(kind)).unwrap();
        assert!(written.len() > 500 && said.contains(kind), "{kind}: {written:?}\n{said}");
    }
    let report = ["report", "value", "--data-dir", &directory, "--product", "atelier", "--format", "json"];
    let report: serde_json::Value = serde_json::from_str(&database.succeeds(&report).await).unwrap();
    let features = report["value"]["features"].as_array().unwrap();
    assert_eq!(features.len(), 13, "12 features and the product as a whole");
    for feature in features {
        let part = |name: &str| feature["contributions"][name].as_f64().unwrap_or_default();
        let sum: f64 = ["base", "history", "feedback", "incidents"].into_iter().map(part).sum();
        let value = feature["value"]["value"].as_f64().unwrap();
        assert!((sum - value).abs() < 1e-9, "the parts add up: {feature}");
    }
}

async fn every_planted_truth_is_found(backend: Backend) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let first = "2025-01-06".parse().unwrap();
    let world = World::year(DEFAULT_SEED, first);
    let now = ballroom::clock::now();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    let viewer = token::operator(organization.id);
    plant(&store, &viewer, &world, now, |_| ()).await.unwrap();
    let found = store.verify(organization.id).await.unwrap();
    assert_eq!((found.answers, found.incidents, found.drift.len()), (60_000, 400, 0));
    let findings = find(&Scores::new(store), viewer.reports().unwrap(), &world).await.unwrap();
    assert!(findings.all_agree(), "{}\n{}", findings.verdicts.table(), findings.truths_table());
}

async fn a_planted_world_answers_every_question(backend: Backend) {
    let database = Database::create(backend).await;
    let store = database.store().await;
    let world = World::small(DEFAULT_SEED, "2025-01-06".parse().unwrap());
    let now = ballroom::clock::now();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    plant(&store, &token::operator(organization.id), &world, now, |_| ()).await.unwrap();
    store.close().await.unwrap();
    let app = App::on(database).await;
    let last = world.last_day.to_string();
    let query = "query($asOf: Date!, $period: PeriodInput!) { product(product: \"atelier\") {
        name timeZone
        features(first: 2) { totalCount nodes { key name team { name } lifecycle
            value(period: $period) { score lower upper ownWeight ranked incidentBasis
                strata { scale { key } segment { key } weight } }
            standardFigures(period: $period) { scale { kind } value lower upper responses }
            feedback(first: 2) { nodes { rating channel segment { key } } } } }
        releases(first: 3) { nodes { version title lifecycle previous { version } features { change feature { key } }
            deployments { environment status } regression(asOf: $asOf) { verdict firstDay through baseline
                features { feature { key } verdict score pValue coverage rateBasis } } } }
        iterations(last: 1) { nodes { name goal period { from until } } }
        incidents(first: 1, filter: { state: RESOLVED }) { nodes { severity title features { key } } }
        valueReport(period: $period) { responses entries { rank feature { key } value { score method } } }
    } }";
    let from = (world.last_day - chrono::Days::new(89)).to_string();
    let until = (world.last_day + chrono::Days::new(1)).to_string();
    let variables = json!({ "asOf": last, "period": { "from": from, "until": until } });
    let data = app.asks(query, variables).await;
    insta::assert_json_snapshot!("every_question", rounded(data));
}
