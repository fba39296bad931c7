//! `ballroom export`: what goes out comes in again, with nothing lost.

use std::{fs, process::Stdio};

use ballroom_tests::{Backend, Database, on_both, story::Story};
use serde_json::{Value, json};

on_both!(what_is_exported_is_imported_with_nothing_lost, an_interrupted_export_is_continued);

const OPERATIONS: &str = include_str!("../stories/export.graphql");

const CREATE: &str = "products,features,releases,segments,customers";

/// A shop with everything that a response, an incident and a release can have.
async fn shop(story: &Story) {
    story.product("shop", &["search", "cart"]).await;
    for (version, previous, at) in [
        ("1.0", None, Some("2026-01-01T08:00:00Z")),
        ("1.1", Some("1.0"), Some("2026-02-01T08:00:00Z")),
        ("2.0", Some("1.1"), None),
    ] {
        let input = json!({ "product": "shop", "version": version, "previous": previous, "releasedAt": at, "title": format!("No. {version}"),
            "features": [{ "feature": "search", "change": "CHANGED" }] });
        story.admin.plans_release(input).await;
    }
    let mut rows = String::from(
        "product,feature,release,scale,rating,comment,customer,segment,channel,occurred_at,external_id\n",
    );
    for n in 0..450 {
        let (feature, release) = (["search", "cart", ""][n % 3], ["1.0", "1.1", ""][n / 3 % 3]);
        let (rating, scale) =
            if n % 50 == 0 { (String::new(), "") } else { ((n % 5 + 1).to_string(), "stars") };
        let comment = ["\"quick, and \"\"good\"\"\"", "\"two\nlines\"", "", "=1+1", "ünïcödé 🎉"][n % 5];
        let comment = if rating.is_empty() { "only words" } else { comment };
        let (customer, id) = if n % 4 == 0 {
            (String::new(), format!("r{n}"))
        } else {
            (format!("c{}", n % 40), String::new())
        };
        let segment = if customer.is_empty() { "" } else { "pro" };
        rows += &format!(
            "shop,{feature},{release},{scale},{rating},{comment},{customer},{segment},mail,2026-0{}-{:02}T{:02}:{:02}:00Z,{id}\n",
            n / 150 + 1,
            n % 28 + 1,
            n % 24,
            n % 60
        );
    }
    let file = story.database.file("rows.csv", &rows);
    story.database.succeeds(&["import", "feedback", &file, "--create", CREATE]).await;
    let incidents = "product,features,severity,title,opened_at,reopened_at,resolved_at,affected_customers,external_id\n\
        shop,search,1,down,2026-02-03T10:00:00Z,,2026-02-03T12:00:00Z,7,i1\n\
        shop,search,1,down,2026-02-03T10:00:00Z,2026-02-05T10:00:00Z,2026-02-06T12:00:00Z,7,i1\n\
        shop,search;cart,3,slow,2026-02-10T10:00:00Z,,,2,i2\n";
    let file = story.database.file("incidents.csv", incidents);
    story.database.succeeds(&["import", "incidents", &file]).await;
    let exposure = "product,feature,segment,day,active_customers\nshop,search,pro,2026-02-01,30\nshop,search,,2026-02-01,12\n";
    let file = story.database.file("exposure.csv", exposure);
    story.database.succeeds(&["import", "exposure", &file, "--create", "segments"]).await;
}

/// What a reader sees of it: all scores, counts and incidents, without IDs.
async fn seen(story: &Story) -> Value {
    ballroom_tests::rounded(story.gets("ProductValueReport", json!({})).await)
}

async fn what_is_exported_is_imported_with_nothing_lost(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shop(&story).await;
    let server = story.url("/");
    let before = seen(&story).await;
    for extension in ["csv", "ndjson", "parquet"] {
        let elsewhere = Database::create(backend).await;
        elsewhere.succeeds(&["migrate"]).await;
        for what in ["releases", "feedback", "incidents", "exposure"] {
            let file = story.database.path(&format!("{what}.{extension}"));
            let file = file.to_str().unwrap();
            let here = story.database.ballroom(&["export", what, "--out", file]).await;
            assert!(here.status.success() && here.err.contains("Wrote "), "{here:?}");
            if extension == "csv" {
                // A server says the same, byte for byte.
                let there = ["export", what, "--server", &server, "--token", &story.token];
                assert_eq!(elsewhere.succeeds(&there).await, fs::read_to_string(file).unwrap(), "{what}");
            }
            let ran = elsewhere.ballroom(&["import", what, file, "--create", CREATE]).await;
            assert!(ran.status.success(), "{what} {extension}: {ran:?}");
        }
        elsewhere.verify().await;
        let other = Story::with(elsewhere, &[], OPERATIONS).await;
        assert_eq!(seen(&other).await, before, "{extension}");
    }
    // What is new since, and part of it.
    let part = story
        .database
        .succeeds(&["export", "feedback", "--feature", "cart", "--product", "shop", "--from", "2026-02-01"])
        .await;
    assert!(
        part.lines().count() > 50 && part.lines().skip(1).all(|line| !line.contains(",search,")),
        "{part}"
    );
    let none =
        story.database.succeeds(&["export", "feedback", "--updated-after", "2090-01-01T00:00:00Z"]).await;
    assert_eq!(none.lines().count(), 1);
    let refused = story.database.ballroom(&["export", "feedback", "--format", "parquet"]).await;
    assert!(!refused.status.success() && refused.err.contains("--out"), "{refused:?}");
    let dash = story.database.succeeds(&["export", "releases", "--out", "-"]).await;
    assert_eq!(dash, story.database.succeeds(&["export", "releases"]).await, "`-` is standard output");
    let refused = story.database.ballroom(&["export", "feedback", "--product", "shap"]).await;
    assert!(!refused.status.success() && refused.err.contains("shop"), "{refused:?}");
}

async fn an_interrupted_export_is_continued(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    shop(&story).await;
    let whole = story.database.path("whole.csv");
    let out = whole.to_str().unwrap();
    story.database.succeeds(&["export", "feedback", "--out", out]).await;
    let file = story.database.path("parts.csv");
    let (file, part, state) =
        (file.to_str().unwrap(), file.with_extension("csv.part"), file.with_extension("csv.state"));
    let mut kills = 0;
    for _ in 0..200 {
        let mut command = story.database.command();
        let mut running = command
            .args(["export", "feedback", "--out", file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // As soon as there is something to continue, it is killed in the middle of whatever it does.
        let before = fs::read(&state).unwrap_or_default();
        let ended = loop {
            if let Some(status) = running.try_wait().unwrap() {
                break Some(status);
            }
            if kills < 3 && fs::read(&state).is_ok_and(|now| now != before) {
                running.kill().await.unwrap();
                break None;
            }
            tokio::time::sleep(std::time::Duration::from_millis(1)).await;
        };
        match ended {
            Some(status) => {
                assert!(status.success());
                break;
            }
            None => kills += 1,
        }
    }
    assert_eq!(
        fs::read_to_string(file).unwrap(),
        fs::read_to_string(&whole).unwrap(),
        "after {kills} interruptions"
    );
    assert!(kills > 0 && !part.exists() && !state.exists());
}
