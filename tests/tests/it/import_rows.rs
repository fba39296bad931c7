//! The rows of a file: nothing is created for empty cells, for rejected rows, or twice.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    cells_that_say_that_there_is_nothing_make_nothing,
    what_a_refused_row_names_is_not_made,
    anonymous_answers_of_two_files_all_count,
    a_twin_of_a_release_is_warned_of,
    rejects_come_in_the_order_of_the_file_and_name_the_flag,
    a_mistyped_setting_is_found_before_the_first_row,
    releases_that_name_releases_of_the_same_file_come_in,
    a_twin_is_told_by_whoever_makes_it,
    columns_that_are_not_read_are_named,
    rows_that_an_earlier_file_had_are_counted_again_with_a_word,
);

const OPERATIONS: &str = include_str!("../stories/import_rows.graphql");

async fn import(story: &Story, rows: &str, more: &[&str]) -> String {
    let file = story.database.file("rows.csv", rows);
    story.database.succeeds(&[&["import", "feedback", &file, "--set", "product=shop"], more].concat()).await
}

/// What there is: versions, keys of features, responses, and the customer of each.
async fn there(story: &Story) -> Value {
    story.gets("ProductReleases", json!({})).await["product"].clone()
}

async fn cells_that_say_that_there_is_nothing_make_nothing(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let mut rows = "scale,rating,occurred_at,release,customer,comment\n".to_owned();
    for cell in ["NA", "N/A", "-", "null", "None", "nan", "#N/A"] {
        rows.push_str(&format!("csat,4,2026-03-01T10:00:00Z,{cell},{cell},{cell}\n"));
    }
    let said = import(&story, &rows, &["--create", "releases,customers,features"]).await;
    assert!(said.contains("7 accepted"), "anonymous answers each count: {said}");
    let there = there(&story).await;
    assert_eq!(there["releases"]["nodes"], json!([]));
    assert_eq!(there["feedback"]["totalCount"], 7);
    for answer in there["feedback"]["nodes"].as_array().unwrap() {
        assert_eq!(answer, &json!({ "comment": null, "customer": null }));
    }
    // It can be requested explicitly.
    let rows = "scale,rating,occurred_at,release,customer,comment\ncsat,4,2026-04-01T10:00:00Z,unknown,?,unknown\n\
        csat,4,2026-04-01T10:00:00Z,<NA>,—,TBD\n";
    let said = import(&story, rows, &["--create", "releases,customers"]).await;
    assert!(said.contains("2 accepted") && !said.contains("Created"), "{said}");
    let comments = story.gets("ProductFeedback", json!({})).await["product"]["feedback"]["nodes"].to_string();
    assert!(comments.contains("unknown") && comments.contains("TBD"), "somebody wrote that: {comments}");
    let rows =
        "scale,rating,occurred_at,release\ncsat,4,2026-03-01T10:00:00Z,none\ncsat,4,2026-03-01T10:00:00Z,?\n";
    let said = import(&story, rows, &["--create", "releases", "--missing", "?"]).await;
    assert!(said.contains("1 release"), "{said}");
    story.verify().await;
}

async fn what_a_refused_row_names_is_not_made(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "feature,scale,rating,occurred_at,release,segment,customer\n\
        cart,csat,9,2026-03-01,1.0,gold,acme\n\
        login,csat,4,2026-03-01,2.0,silver,bolt\n\
        search,csat,4,2026-03-01,3.0,bad\u{7}segment,crux\n";
    let file = story.database.file("rows.csv", rows);
    let create = ["--create", "features,releases,segments,customers"];
    let ran = story
        .database
        .ballroom(&[&["import", "feedback", &file, "--set", "product=shop"], &create[..]].concat())
        .await;
    assert_eq!(ran.status.code(), Some(2), "{ran:?}");
    let there = there(&story).await;
    assert_eq!(there["releases"]["nodes"], json!([{ "version": "2.0" }]), "{ran:?}");
    assert_eq!(there["features"]["nodes"], json!([{ "key": "login" }, { "key": "search" }]));
    let made = story.gets("SegmentsAndCustomers", json!({})).await;
    assert_eq!(
        made,
        json!({ "segments": { "nodes": [{ "key": "silver" }] }, "customers": { "nodes": [{ "key": "bolt" }] } })
    );
    story.verify().await;
}

async fn anonymous_answers_of_two_files_all_count(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let one = "rating,occurred_at\n5,2026-03-01\n5,2026-03-01\n";
    let other = "rating,occurred_at\n5,2026-03-01\n4,2026-03-02\n";
    let stars = async |rows: &str| import(&story, rows, &["--scale", "csat"]).await;
    assert!(stars(one).await.contains("2 accepted"));
    assert!(stars(other).await.contains("2 accepted"), "the second file's answer is another one's");
    assert!(stars(one).await.contains("2 unchanged"), "the same file again is the same");
    assert_eq!(there(&story).await["feedback"]["totalCount"], 4);
    // Two files of one and the same rating are two, unless they are one file: its bytes or its name say so.
    let same = "rating,occurred_at\n3,2026-11-18\n";
    let named = async |name: &str, rows: &str| {
        let file = story.database.file(name, rows);
        story
            .database
            .succeeds(&["import", "feedback", &file, "--set", "product=shop", "--scale", "csat"])
            .await
    };
    assert!(named("monday.csv", same).await.contains("1 accepted"));
    let other = "rating,x,occurred_at\n3,a,2026-11-18\n";
    assert!(named("tuesday.csv", other).await.contains("1 accepted"));
    assert!(named("monday copy.csv", same).await.contains("1 unchanged"));
    // A known customer has responded once, whichever file contains it.
    let named = |more: &str| format!("rating,occurred_at,customer\n5,2026-03-01,acme\n{more}");
    let create = ["--scale", "csat", "--create", "customers"];
    import(&story, &named(""), &create).await;
    let said = import(&story, &named("4,2026-03-02,acme\n"), &create).await;
    assert!(said.contains("1 accepted") && said.contains("1 unchanged"), "{said}");
    story.verify().await;
}

async fn a_twin_of_a_release_is_warned_of(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let input = json!({ "product": "shop", "version": "1.2.3" });
    assert_eq!(story.gets("PlanRelease", json!({ "input": input })).await["planRelease"]["alike"], json!([]));
    let rows = "feature,scale,rating,occurred_at,release\nSearch,csat,4,2026-03-01,v1.2.3\ncart,csat,4,2026-03-01,1.2.4\n";
    let bare = import(&story, rows, &["--create", "features,releases", "--release-prefix", "v"]).await;
    assert!(!bare.contains("v1.2.3"), "{bare}");
    assert!(bare.contains("\"Search\"") && bare.contains("\"search\""), "near features are named: {bare}");
    let rows = rows.replace("1.2.4", "v1.2.3");
    let said = import(&story, &rows, &["--create", "features,releases", "--on-conflict", "update"]).await;
    assert!(
        said.contains("\"v1.2.3\"") && said.contains("\"1.2.3\"") && said.contains("--release-prefix"),
        "{said}"
    );
    assert!(!said.contains("1.2.4"), "another version is no twin: {said}");
    assert!(said.matches("write \"search\"").count() <= 1, "{said}");
    let input = json!({ "product": "shop", "version": "1.2.3.0" });
    let alike = story.gets("PlanRelease", json!({ "input": input })).await["planRelease"]["alike"].clone();
    assert_eq!(alike.as_array().unwrap().len(), 2, "{alike}");
    // Only case, separators, a leading `v` and trailing zeros do not distinguish versions; words and other numbers do.
    for (version, alike) in [
        ("Änderung-1", json!([])),
        ("v1.0", json!([])),
        ("release-1.0", json!([])),
        ("1.0-hotfix", json!([])),
        ("V1_0", json!([{ "version": "v1.0" }])),
        ("10", json!([])),
    ] {
        let input = json!({ "product": "shop", "version": version });
        assert_eq!(
            story.gets("PlanRelease", json!({ "input": input })).await["planRelease"]["alike"],
            alike,
            "{version}"
        );
    }
}

async fn rejects_come_in_the_order_of_the_file_and_name_the_flag(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "feature,scale,rating,occurred_at\nghost,csat,4,2026-03-01\nsearch,csat,good,2026-03-01\n\
        search,faces,4,2026-03-01\nsearch,csat,4,1st of May\nsearch,csat,9,2026-03-01\n";
    let file = story.database.file("rows.csv", rows);
    let ran = story.database.ballroom(&["import", "feedback", &file, "--set", "product=shop"]).await;
    assert_eq!(ran.status.code(), Some(2));
    let rejects = std::fs::read_to_string(format!("{file}.rejects.csv")).unwrap();
    let told: Vec<&str> = rejects.lines().skip(1).collect();
    let lines: Vec<&str> = told.iter().map(|row| row.split(',').next().unwrap()).collect();
    assert_eq!(lines, ["2", "3", "4", "5", "6"], "{rejects}");
    assert!(told[0].contains("--create features"), "{}", told[0]);
    assert!(told[2].contains("create scales with createScale"), "{}", told[2]);
    assert!(told[3].contains("--date-format"), "{}", told[3]);
}

async fn a_mistyped_setting_is_found_before_the_first_row(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let file = story.database.file("rows.csv", "rating,occurred_at\n5,2026-03-01\n");
    for (arguments, parts) in [
        (["--set", "product=shop", "--scale", "cast"], ["--scale", "csat"]),
        (["--set", "product=shpo", "--scale", "csat"], ["product", "shop"]),
        (["--set", "product=shop,feature=serach", "--scale", "csat"], ["feature", "search"]),
    ] {
        let ran = story.database.ballroom(&[&["import", "feedback", &file], &arguments[..]].concat()).await;
        assert!(!ran.status.success() && !ran.out.contains("rows read"), "{ran:?}");
        assert!(parts.iter().all(|part| ran.err.contains(part)), "{}", ran.err);
    }
    assert!(!std::path::Path::new(&format!("{file}.rejects.csv")).exists());
}

async fn releases_that_name_releases_of_the_same_file_come_in(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let mut rows = "product,version,previous,released_at\nshop,0,,2026-01-01\n".to_owned();
    for number in 1..300 {
        rows.push_str(&format!("shop,{number},{},2026-01-01\n", number - 1));
    }
    let file = story.database.file("releases.csv", &rows);
    let said = story.database.succeeds(&["import", "releases", &file]).await;
    assert!(said.contains("300 accepted"), "{said}");
    assert_eq!(story.gets("ReleasePrevious", json!({})).await["release"]["previous"]["version"], "298");
    let said = story.database.succeeds(&["import", "releases", &file]).await;
    assert!(said.contains("300 unchanged"), "{said}");
}

async fn a_twin_is_told_by_whoever_makes_it(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = |customers: &[&str]| {
        let rows = customers.iter().map(|customer| format!("csat,4,2026-03-01,{customer}\n"));
        format!("scale,rating,occurred_at,customer\n{}", rows.collect::<String>())
    };
    let create = ["--create", "customers"];
    let said = import(&story, &rows(&["acme", "globex"]), &create).await;
    assert!(said.contains("Created: 2 customers.") && !said.contains("Warning"), "{said}");
    let said = import(&story, &rows(&["Acme", "ACME", "GLOBEX", "initech", "acme"]), &create).await;
    assert!(said.contains("Created: 4 customers."), "{said}");
    for twin in ["Acme", "ACME"] {
        let warning = format!(
            "Warning: customer \"{twin}\" is created, and a similar one, \"acme\", exists; if they are the same, write \"acme\" in the file."
        );
        assert!(said.contains(&warning), "{said}");
    }
    assert!(
        said.contains("\"GLOBEX\" is created, and a similar one, \"globex\", exists")
            && !said.contains("initech"),
        "{said}"
    );
    assert!(said.find("Warning").unwrap() < said.find("rows read").unwrap(), "before it is made: {said}");
    // Two that are new and much alike, and versions that a prefix does not explain.
    let said = import(&story, &rows(&["umbrella-1", "Umbrella 1"]), &create).await;
    assert!(said.contains("\"umbrella-1\" is created, and a similar one, \"Umbrella 1\", exists"), "{said}");
    let release = "scale,rating,occurred_at,release\ncsat,4,2026-03-01,2.0.0\ncsat,4,2026-03-01,2.0\n";
    let said = import(&story, release, &["--create", "releases"]).await;
    assert!(said.contains("write \"2.0\" in the file") && !said.contains("--release-prefix"), "{said}");

    for (verb, key, more) in [
        ("createProduct", "Shop", json!({})),
        ("createFeature", "SEARCH", json!({ "product": "shop" })),
        ("createSegment", "Gold", json!({})),
        ("createCustomer", "AcMe", json!({})),
    ] {
        let (first, noun) = (verb[6..7].to_uppercase(), verb[6..].to_lowercase());
        let document = format!(
            "mutation($input: Create{first}{}Input!) {{ {verb}(input: $input) {{ outcome {noun} {{ key }} alike {{ key }} }} }}",
            &verb[7..]
        );
        let send = async |key: &str| {
            let mut input = more.clone();
            input["key"] = json!(key);
            story.app.asks(&document, json!({ "input": input })).await[verb].clone()
        };
        send(&key.to_lowercase()).await;
        let made = send(key).await;
        assert_eq!(made["outcome"], "CREATED", "{verb}: {made}");
        assert!(made["alike"].as_array().unwrap().contains(&json!({ "key": key.to_lowercase() })), "{made}");
        assert_eq!(send(key).await["alike"], json!([]), "said once: {verb}");
        assert_eq!(send("another-one").await["alike"], json!([]), "{verb}");
    }
}

async fn columns_that_are_not_read_are_named(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let file = story.database.file(
        "incidents.csv",
        "product,severity,opened_at,feature,resolvd_at,bogus,other\nshop,2,2026-03-01,search,2026-03-02,x,y\n",
    );
    let said = story.database.succeeds(&["import", "incidents", &file]).await;
    assert!(said.contains("column `resolvd_at` is not read; did you mean `resolved_at`"), "{said}");
    assert!(said.contains("Warning: columns not read: `bogus`, `other`."), "{said}");
    let incident =
        story.gets("ProductIncidents", json!({})).await["product"]["incidents"]["nodes"][0].clone();
    assert_eq!(incident, json!({ "state": "OPEN", "features": [{ "key": "search" }] }));
}

async fn rows_that_an_earlier_file_had_are_counted_again_with_a_word(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let rows = "rating,occurred_at,comment\n5,2026-03-01,good\n5,2026-03-01,good\n4,2026-03-02,\n";
    let csat = ["--scale", "csat"];
    let said = import(&story, rows, &csat).await;
    assert!(said.contains("3 accepted") && !said.contains("Warning"), "{said}");
    assert!(!import(&story, rows, &csat).await.contains("Warning"), "the same file again is the same");
    let grown = format!("{rows}5,2026-03-01,good\n3,2026-03-03,new\n");
    let said = import(&story, &grown, &csat).await;
    assert!(said.contains("5 accepted"), "{said}");
    assert!(said.contains("Warning: 3 accepted rows equal rows of an earlier import"), "{said}");
    let named = "rating,occurred_at,comment,external_id\n5,2026-03-01,good,1\n";
    assert!(!import(&story, named, &csat).await.contains("Warning"), "it has an id");
}
