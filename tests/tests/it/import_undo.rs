//! Imports of every kind are taken back: what they stored, and what they created for it and nothing else names.

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

on_both!(
    an_import_of_incidents_is_undone,
    an_import_of_releases_is_undone_but_for_those_that_are_named,
    an_import_of_exposure_is_undone,
    what_an_import_created_goes_with_it,
    many_responses_are_removed_at_once,
);

async fn start(backend: Backend) -> App {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    app
}

async fn undo(app: &App) -> String {
    let said = app.database.succeeds(&["imports", "undo", "last"]).await;
    app.verify().await;
    said
}

async fn an_import_of_incidents_is_undone(backend: Backend) {
    let app = start(backend).await;
    let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
    let before =
        json!({ "product": "shop", "title": "Before", "severity": 2, "openedAt": "2026-03-01T10:00:00Z" });
    app.asks(open, json!({ "input": before })).await;
    let rows = "external_id,severity,opened_at,resolved_at,reopened_at,features,release,title,customers\n\
        1,1,2026-03-02T10:00:00Z,2026-03-03T10:00:00Z,,search,1.0,Slow,acme\n\
        2,3,2026-03-02T10:00:00Z,,2026-03-05T10:00:00Z,search;cart,1.0,Down,\n3,2,2026-03-04T10:00:00Z,,,,,Broken,\n";
    let file = app.database.file("incidents.csv", rows);
    let customer = "mutation { createCustomer(input: { key: \"acme\" }) { customer { id } } }";
    app.asks(customer, json!({})).await;
    let state = async || {
        let query =
            "{ incidents(orderBy: { field: OPENED_AT, direction: ASC }) { totalCount nodes { title } }
            product(product: \"shop\") { releases { nodes { version } } features { nodes { key } } } }";
        app.asks(query, json!({})).await
    };
    let earlier = state().await;
    let base = ["import", "incidents", &file, "--set", "product=shop", "--create", "features,releases"];
    let said = app.database.succeeds(&base).await;
    assert!(said.contains("3 accepted"), "{said}");
    app.verify().await;
    assert_eq!(state().await["incidents"]["totalCount"], 4);
    let said = undo(&app).await;
    assert!(said.contains("The import of incidents.csv was undone: 3 incidents removed."), "{said}");
    assert!(said.contains("2 objects created for them removed, too."), "{said}");
    assert_eq!(state().await, earlier);
    // And again, read otherwise.
    let said = app.database.succeeds(&[&base[..], &["--severity-range", "3..1"]].concat()).await;
    assert!(said.contains("3 accepted"), "{said}");
    let query = "{ incidents(orderBy: { field: OPENED_AT, direction: ASC }) { nodes { title severity } } }";
    let told = app.asks(query, json!({})).await["incidents"]["nodes"].to_string();
    assert!(
        told.contains("{\"title\":\"Slow\",\"severity\":4}")
            || told.contains("{\"severity\":4,\"title\":\"Slow\"}"),
        "{told}"
    );
    app.verify().await;
}

async fn an_import_of_releases_is_undone_but_for_those_that_are_named(backend: Backend) {
    let app = start(backend).await;
    let rows = "version,released_at,previous,features\n1.0,2026-03-01T00:00:00Z,,search\n1.1,2026-03-02T00:00:00Z,1.0,search:fixed\n\
        1.2,2026-03-03T00:00:00Z,1.1,\n1.3,2026-03-04T00:00:00Z,1.2,\n";
    let file = app.database.file("releases.csv", rows);
    let base = ["import", "releases", &file, "--set", "product=shop"];
    assert!(app.database.succeeds(&base).await.contains("4 accepted"));
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 4, "release": "1.1", "occurredAt": "2026-03-02T12:00:00Z" }))
        .await;
    let said = undo(&app).await;
    assert!(said.contains("2 releases removed."), "{said}");
    assert!(said.contains("2 objects that it had created stay"), "1.1, and 1.0, which it follows: {said}");
    let query = "{ product(product: \"shop\") { releases(orderBy: { field: VERSION, direction: ASC }) {
        nodes { version previous { version } } } } }";
    let versions = async || {
        let found = app.asks(query, json!({})).await["product"]["releases"]["nodes"].clone();
        let told = |one: &Value| format!("{} {}", one["version"], one["previous"]["version"]);
        found.as_array().unwrap().iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(versions().await, ["\"1.0\" null", "\"1.1\" \"1.0\""]);
    let said = app.database.succeeds(&base).await;
    assert!(said.contains("2 accepted") && said.contains("2 unchanged"), "{said}");
    assert_eq!(versions().await.len(), 4);
    app.verify().await;
}

async fn an_import_of_exposure_is_undone(backend: Backend) {
    let app = start(backend).await;
    let file = app
        .database
        .file("one.csv", "feature,day,active_customers\nsearch,2026-03-01,100\nsearch,2026-03-02,0\n");
    let base = |file: &str| ["import", "exposure", file, "--set", "product=shop"].map(str::to_owned);
    let run = async |file: &str| {
        let words = base(file);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        app.database.succeeds(&words).await
    };
    run(&file).await;
    let figures = async || {
        let query = "{ feature(feature: \"search\", product: \"shop\") { exposure(orderBy: { field: DAY, direction: ASC }) {
            nodes { day activeCustomers } } } }";
        app.asks(query, json!({})).await.to_string()
    };
    let before = figures().await;
    let file = app.database.file(
        "two.csv",
        "feature,day,active_customers\nsearch,2026-03-01,5\nsearch,2026-03-02,7\nsearch,2026-03-03,9\nsearch,2026-03-01,6\n",
    );
    run(&file).await;
    assert_ne!(figures().await, before);
    let said = undo(&app).await;
    assert!(said.contains("3 figures removed."), "{said}");
    assert_eq!(figures().await, before, "changed figures are what they were, 0 included");
    assert!(run(&file).await.contains("4 rows read"));
    app.verify().await;
}

async fn what_an_import_created_goes_with_it(backend: Backend) {
    let app = start(backend).await;
    let rows = "rating,occurred_at,customer,segment,release,feature\n5,2026-03-01,acme,gold,1.0,search\n\
        4,2026-03-01,bolt,gold,1.1,cart\n3,2026-03-01,crux,silver,1.0,cart\n";
    let file = app.database.file("rows.csv", rows);
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
    let there = async || {
        let query = "{ customers(orderBy: { field: KEY, direction: ASC }) { nodes { key } } segments(orderBy: { field: KEY, direction: ASC }) { nodes { key } }
            product(product: \"shop\") { releases(orderBy: { field: VERSION, direction: ASC }) { nodes { version } } features(orderBy: { field: KEY, direction: ASC }) { nodes { key } } } }";
        app.asks(query, json!({})).await
    };
    let before = there().await;
    app.database.succeeds(&base).await;
    let said = undo(&app).await;
    assert!(said.contains("3 responses removed.") && said.contains("8 objects"), "{said}");
    assert_eq!(there().await, before);
    app.database.succeeds(&base).await;
    // What is used elsewhere, or was given a name, stays.
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 4, "customer": "acme", "release": "1.1", "occurredAt": "2026-03-05T12:00:00Z" }))
        .await;
    let name = "mutation { updateCustomer(input: { customer: \"bolt\", name: \"Bolt Ltd\" }) { customer { name } } }";
    app.asks(name, json!({})).await;
    let said = undo(&app).await;
    assert!(said.contains("stay: something else names them, or they were changed since"), "{said}");
    let stays = there().await;
    assert_eq!(stays["customers"]["nodes"], json!([{ "key": "acme" }, { "key": "bolt" }]));
    assert_eq!(stays["product"]["releases"]["nodes"], json!([{ "version": "1.1" }]));
    assert_eq!(stays["segments"]["nodes"], json!([{ "key": "gold" }]), "of customers that stay");
    assert_eq!(stays["product"]["features"], before["product"]["features"]);
}

async fn many_responses_are_removed_at_once(backend: Backend) {
    let app = start(backend).await;
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
        let file = app.database.file(name, rows);
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
        app.database.succeeds(&base).await
    };
    import("before.csv", &before).await;
    let counted = async || {
        let query = "{ product(product: \"shop\") { ratingDistribution(period: { from: \"2026-02-01\", until: \"2026-03-09\" }) {
            responses ratings { rating responses } } } }";
        app.asks(query, json!({})).await.to_string()
    };
    let earlier = counted().await;
    import("rows.csv", &rows).await;
    assert_ne!(counted().await, earlier);
    let began = std::time::Instant::now();
    let said = undo(&app).await;
    assert!(said.contains("12,000 responses removed."), "{said}");
    assert!(began.elapsed() < std::time::Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(counted().await, earlier);
}
