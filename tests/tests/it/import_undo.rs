//! Imports of every kind are taken back: what they stored, and what they created for it and nothing else names.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    an_import_of_incidents_is_undone,
    an_import_of_releases_is_undone_but_for_those_that_are_named,
    an_import_of_exposure_is_undone,
    what_an_import_created_goes_with_it,
    many_responses_are_removed_at_once,
);

const OPERATIONS: &str = include_str!("../stories/import_undo.graphql");

async fn undo(story: &Story) -> String {
    let said = story.database.succeeds(&["imports", "undo", "last"]).await;
    story.verify().await;
    said
}

async fn an_import_of_incidents_is_undone(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let before =
        json!({ "product": "shop", "title": "Before", "severity": 2, "openedAt": "2026-03-01T10:00:00Z" });
    story.admin.opens_incident(before).await;
    let rows = "external_id,severity,opened_at,resolved_at,reopened_at,features,release,title,customers\n\
        1,1,2026-03-02T10:00:00Z,2026-03-03T10:00:00Z,,search,1.0,Slow,acme\n\
        2,3,2026-03-02T10:00:00Z,,2026-03-05T10:00:00Z,search;cart,1.0,Down,\n3,2,2026-03-04T10:00:00Z,,,,,Broken,\n";
    let file = story.database.file("incidents.csv", rows);
    story.admin.creates_customer(json!({ "key": "acme" })).await;
    let state = async || story.gets("IncidentsAndProduct", json!({})).await;
    let earlier = state().await;
    let base = ["import", "incidents", &file, "--set", "product=shop", "--create", "features,releases"];
    let said = story.database.succeeds(&base).await;
    assert!(said.contains("3 accepted"), "{said}");
    story.verify().await;
    assert_eq!(state().await["incidents"]["totalCount"], 4);
    let said = undo(&story).await;
    assert!(said.contains("The import of incidents.csv was undone: 3 incidents removed."), "{said}");
    assert!(said.contains("2 objects created for them removed, too."), "{said}");
    assert_eq!(state().await, earlier);
    // And again, read otherwise.
    let said = story.database.succeeds(&[&base[..], &["--severity-range", "3..1"]].concat()).await;
    assert!(said.contains("3 accepted"), "{said}");
    let told = story.gets("Incidents", json!({})).await["incidents"]["nodes"].to_string();
    assert!(
        told.contains("{\"title\":\"Slow\",\"severity\":4}")
            || told.contains("{\"severity\":4,\"title\":\"Slow\"}"),
        "{told}"
    );
    story.verify().await;
}

async fn an_import_of_releases_is_undone_but_for_those_that_are_named(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "version,released_at,previous,features\n1.0,2026-03-01T00:00:00Z,,search\n1.1,2026-03-02T00:00:00Z,1.0,search:fixed\n\
        1.2,2026-03-03T00:00:00Z,1.1,\n1.3,2026-03-04T00:00:00Z,1.2,\n";
    let file = story.database.file("releases.csv", rows);
    let base = ["import", "releases", &file, "--set", "product=shop"];
    assert!(story.database.succeeds(&base).await.contains("4 accepted"));
    story.submits(json!({ "product": "shop", "scale": "csat", "rating": 4, "release": "1.1", "occurredAt": "2026-03-02T12:00:00Z" }))
        .await;
    let said = undo(&story).await;
    assert!(said.contains("2 releases removed."), "{said}");
    assert!(said.contains("2 objects that it had created stay"), "1.1, and 1.0, which it follows: {said}");
    let versions = async || {
        let found = story.gets("ProductReleases", json!({})).await["product"]["releases"]["nodes"].clone();
        let told = |one: &Value| format!("{} {}", one["version"], one["previous"]["version"]);
        found.as_array().unwrap().iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(versions().await, ["\"1.0\" null", "\"1.1\" \"1.0\""]);
    let said = story.database.succeeds(&base).await;
    assert!(said.contains("2 accepted") && said.contains("2 unchanged"), "{said}");
    assert_eq!(versions().await.len(), 4);
    story.verify().await;
}

async fn an_import_of_exposure_is_undone(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let file = story
        .database
        .file("one.csv", "feature,day,active_customers\nsearch,2026-03-01,100\nsearch,2026-03-02,0\n");
    let base = |file: &str| ["import", "exposure", file, "--set", "product=shop"].map(str::to_owned);
    let run = async |file: &str| {
        let words = base(file);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        story.database.succeeds(&words).await
    };
    run(&file).await;
    let figures = async || story.gets("FeatureExposure", json!({})).await.to_string();
    let before = figures().await;
    let file = story.database.file(
        "two.csv",
        "feature,day,active_customers\nsearch,2026-03-01,5\nsearch,2026-03-02,7\nsearch,2026-03-03,9\nsearch,2026-03-01,6\n",
    );
    run(&file).await;
    assert_ne!(figures().await, before);
    let said = undo(&story).await;
    assert!(said.contains("3 figures removed."), "{said}");
    assert_eq!(figures().await, before, "changed figures are what they were, 0 included");
    assert!(run(&file).await.contains("4 rows read"));
    story.verify().await;
}

async fn what_an_import_created_goes_with_it(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "rating,occurred_at,customer,segment,release,feature\n5,2026-03-01,acme,gold,1.0,search\n\
        4,2026-03-01,bolt,gold,1.1,cart\n3,2026-03-01,crux,silver,1.0,cart\n";
    let file = story.database.file("rows.csv", rows);
    let base = [
        "import",
        "feedback",
        &file,
        "--set",
        "product=shop",
        "--scale",
        "csat",
        "--create",
        "customers,segments,releases,features",
    ];
    let there = async || story.gets("CustomersAndSegments", json!({})).await;
    let before = there().await;
    story.database.succeeds(&base).await;
    let said = undo(&story).await;
    assert!(said.contains("3 responses removed.") && said.contains("8 objects"), "{said}");
    assert_eq!(there().await, before);
    story.database.succeeds(&base).await;
    // What is used elsewhere, or was given a name, stays.
    story.submits(json!({ "product": "shop", "scale": "csat", "rating": 4, "customer": "acme", "release": "1.1", "occurredAt": "2026-03-05T12:00:00Z" }))
        .await;
    story.gets("UpdateCustomer", json!({ "input": { "customer": "bolt", "name": "Bolt Ltd" } })).await;
    let said = undo(&story).await;
    assert!(said.contains("stay: something else names them, or they were changed since"), "{said}");
    let stays = there().await;
    assert_eq!(stays["customers"]["nodes"], json!([{ "key": "acme" }, { "key": "bolt" }]));
    assert_eq!(stays["product"]["releases"]["nodes"], json!([{ "version": "1.1" }]));
    assert_eq!(stays["segments"]["nodes"], json!([{ "key": "gold" }]), "of customers that stay");
    assert_eq!(stays["product"]["features"], before["product"]["features"]);
}

async fn many_responses_are_removed_at_once(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    // Before the import, each of 50 customers had a voice on its day.
    let mut before = "rating,occurred_at,customer\n".to_owned();
    let mut rows = before.clone();
    for number in 0..12_000 {
        let (customer, day) = (number % 50, 1 + number % 28);
        let hour = (number / 50) % 20;
        rows.push_str(&format!(
            "{},2026-02-{day:02}T{:02}:{:02}:00Z,c{customer}\n",
            1 + number % 5,
            2 + hour,
            number % 60
        ));
    }
    for customer in 0..50 {
        before.push_str(&format!("5,2026-02-01T00:00:00Z,c{customer}\n"));
    }
    let import = async |name: &str, rows: &str| {
        let file = story.database.file(name, rows);
        let base = [
            "import",
            "feedback",
            &file,
            "--set",
            "product=shop",
            "--scale",
            "csat",
            "--create",
            "customers",
        ];
        story.database.succeeds(&base).await
    };
    import("before.csv", &before).await;
    let counted = async || story.gets("ProductRatingDistribution", json!({})).await.to_string();
    let earlier = counted().await;
    import("rows.csv", &rows).await;
    assert_ne!(counted().await, earlier);
    let began = std::time::Instant::now();
    let said = undo(&story).await;
    assert!(said.contains("12,000 responses removed."), "{said}");
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(counted().await, earlier);
}
