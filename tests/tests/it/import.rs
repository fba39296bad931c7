//! Importing files through the command line: all numbers add up, importing twice is idempotent, and known facts are
//! found in the real data.

use ballroom_tests::{Backend, Database, on_both, rounded, shared_data, story::Story};
use serde_json::{Value, json};

on_both!(
    rows_add_up_and_twice_is_once,
    a_bad_row_goes_to_the_rejects_with_its_line_and_reason,
    a_wrong_mapping_is_explained,
    exposure_incidents_and_releases_come_in_too,
    fintech_reviews_show_the_regression_of_junio,
    youtube_reviews_show_the_fall_of_11_49,
    kiwix_exports_in_utf_16_raise_no_alarm,
    rabobank_incidents_come_in_per_component_and_show_the_burst,
);

const OPERATIONS: &str = include_str!("../stories/import.graphql");

/// The summary of an import: read, accepted, unchanged, superseded, rejected.
fn summary(said: &str) -> [u64; 5] {
    let number = |label: &str| -> u64 {
        let Some(line) = said.lines().find(|line| line.contains(label)) else {
            // Only responses supersede each other.
            assert_eq!(label, " superseded", "{said}");
            return 0;
        };
        let digits =
            line.split(label).next().unwrap().rsplit([':', ' ']).find(|word| !word.is_empty()).unwrap();
        digits.replace(',', "").parse().unwrap()
    };
    let all = [" row", " accepted", " unchanged", " superseded", " rejected"].map(number);
    assert_eq!(all[0], all[1..].iter().sum::<u64>() + number(" updated"), "{said}");
    all
}

const ANSWERS: &str = "\u{feff}when,app,part,who,stars,words,version
2026-03-01 10:00:00,shop,search,acme,5,\"good, and
fast\",1.0
2026-03-01 11:00:00,shop,search,acme,4,second thoughts,1.0
2026-03-02 10:00:00,shop,cart,,3,,1.10
2026-03-02 10:00:00,shop,cart,,3,,1.10
2026-03-03 10:00:00,shop,cart,bolt,1,=1+1,1.1
";

const MAP: &str =
    "occurred_at=when,product=app,feature=part,customer=who,rating=stars,comment=words,release=version";

async fn rows_add_up_and_twice_is_once(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let file = story.database.file("answers.csv", ANSWERS);
    let arguments = [
        "import",
        "feedback",
        &file,
        "--map",
        MAP,
        "--scale",
        "stars",
        "--create",
        "products,features,releases,customers",
    ];
    let said = story.database.succeeds(&arguments).await;
    assert_eq!(summary(&said), [5, 4, 0, 1, 0], "{said}");
    assert!(said.contains("1 product, 2 features, 3 releases"), "{said}");
    let again = story.database.succeeds(&arguments).await;
    assert_eq!(summary(&again), [5, 0, 5, 0, 0], "{again}");
    let data = story.gets("ProductReleases", json!({})).await;
    let releases = data["product"]["releases"]["nodes"].as_array().unwrap();
    let of = |version: &str| releases.iter().find(|release| release["version"] == version).unwrap();
    // 1.10 and 1.1 are two releases: versions are not numbers.
    assert_eq!(of("1.10")["releasedAt"], "2026-03-02T10:00:00+00:00");
    assert_eq!(of("1.1")["releasedAt"], "2026-03-03T10:00:00+00:00");
    assert_eq!(of("1.0")["inferred"], true);
    story.verify().await;
}

async fn a_bad_row_goes_to_the_rejects_with_its_line_and_reason(backend: Backend) {
    let database = Database::create(backend).await;
    database.succeeds(&["migrate"]).await;
    let rows = "product,feature,scale,rating,occurred_at\nshop,search,csat,4,2026-03-01\nshop,search,csat,7,2026-03-01\n\
        shop,search,csat,good,2026-03-01\nshop,search,csat,4,yesterday\nshop,search,csat,4\nshop,search,faces,4,2026-03-01\n\
        shop,search,csat,4,9999-01-01\n";
    let file = database.file("mixed.csv", rows);
    let ran =
        database.ballroom(&["import", "feedback", &file, "--create", "products,features,releases"]).await;
    assert_eq!(ran.status.code(), Some(2), "whoever runs this hears that rows were rejected");
    assert_eq!(summary(&ran.out), [7, 1, 0, 0, 6], "{ran:?}");
    let rejects = std::fs::read_to_string(format!("{file}.rejects.csv")).unwrap();
    for (line, part) in [
        (3, "between 1 and 5"),
        (4, "good"),
        (5, "yesterday"),
        (6, "occurred_at is required"),
        (7, "faces"),
        (8, "future"),
    ] {
        let found = rejects.lines().any(|row| row.starts_with(&format!("{line},")) && row.contains(part));
        assert!(found, "line {line}, {part}:\n{rejects}");
    }
    // Without --create nothing is created.
    let ghosts = rows.replace("shop", "ghost");
    let file = database.file("ghosts.csv", &ghosts);
    let ran = database.ballroom(&["import", "feedback", &file]).await;
    assert_eq!(summary(&ran.out)[1], 0, "{ran:?}");
    database.verify().await;
}

async fn a_wrong_mapping_is_explained(backend: Backend) {
    let database = Database::create(backend).await;
    database.succeeds(&["migrate"]).await;
    let file = database.file("answers.csv", ANSWERS);
    for (arguments, parts) in [
        (vec!["--map", "rating=points"], ["points", "stars"]),
        (vec!["--map", "mood=stars"], ["mood", "rating"]),
        (vec!["--map", "rating=stars"], ["product", "app"]),
    ] {
        let ran = database.ballroom(&[vec!["import", "feedback", &file], arguments].concat()).await;
        assert!(!ran.status.success());
        for part in parts {
            assert!(ran.err.contains(part), "{part}: {}", ran.err);
        }
    }
    let none = database.ballroom(&["import", "feedback", "nowhere.csv"]).await;
    assert!(!none.status.success() && none.err.contains("nowhere.csv"), "{}", none.err);
    // Before anything is imported.
    let create = ["--create", "products,features,releases,customers"];
    let whole = [&["import", "feedback", &file, "--map", MAP, "--scale", "stars"], &create[..]].concat();
    let ran = database.ballroom(&[&whole[..], &["--rejects", "/nowhere/rejects.csv"]].concat()).await;
    assert!(!ran.status.success() && ran.err.contains("/nowhere/rejects.csv"), "{ran:?}");
    let said = database.succeeds(&whole).await;
    assert_eq!(summary(&said)[2], 0, "something had been imported: {said}");
}

async fn exposure_incidents_and_releases_come_in_too(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let database = &story.database;
    let releases = database.file(
        "releases.ndjson",
        "{\"product\":\"shop\",\"version\":\"1.0\",\"released_at\":\"2026-01-01T00:00:00Z\"}\n\
         {\"product\":\"shop\",\"version\":\"1.1\",\"previous\":\"1.0\",\"released_at\":\"2026-02-01T00:00:00Z\",\
          \"withdrawn_at\":\"2026-02-03T00:00:00Z\"}\n",
    );
    let incidents = database.file(
        "incidents.csv",
        "id,product,component,release,severity,opened,closed,hurt\n\
         I1,shop,search,1.1,critical,2026-02-01 10:00,2026-02-02 09:00,12\nI2,shop,search,,3,2026-02-05,,\n",
    );
    let exposure = database.file(
        "exposure.tsv",
        "product\tfeature\tsegment\tday\tactive_customers\nshop\tsearch\tgold\t2026-02-01\t100\n\
         shop\tsearch\tgold\t2026-02-02\t90\n",
    );
    let said = database.succeeds(&["import", "releases", &releases, "--create", "products"]).await;
    assert_eq!(summary(&said), [2, 2, 0, 0, 0]);
    let map = "external_id=id,features=component,opened_at=opened,resolved_at=closed,affected_customers=hurt";
    let said =
        database.succeeds(&["import", "incidents", &incidents, "--map", map, "--create", "features"]).await;
    assert_eq!(summary(&said), [2, 2, 0, 0, 0]);
    let said = database.succeeds(&["import", "exposure", &exposure, "--create", "segments"]).await;
    assert_eq!(summary(&said), [2, 2, 0, 0, 0]);
    for (what, file, more) in [
        ("releases", &releases, vec![]),
        ("incidents", &incidents, vec!["--map", map]),
        ("exposure", &exposure, vec![]),
    ] {
        let said = database.succeeds(&[vec!["import", what, file], more].concat()).await;
        assert_eq!(summary(&said), [2, 0, 2, 0, 0], "{what}: {said}");
    }
    let data = story.gets("Product", json!({})).await;
    insta::assert_json_snapshot!("what_came_in", rounded(data));
    story.verify().await;
}

const FINTECH: &str = "product=app,release=reviewCreatedVersion,rating=score,comment=content,occurred_at=at,external_id=reviewId";

async fn fintech_reviews_show_the_regression_of_junio(backend: Backend) {
    let Some(file) = shared_data("india_fintech_7_whole_apps.csv.gz") else { return };
    let story = Story::on(backend, OPERATIONS).await;
    let file = file.display().to_string();
    let rejects = story.database.path("rejects.csv").display().to_string();
    let arguments = [
        "import",
        "feedback",
        &file,
        "--map",
        FINTECH,
        "--scale",
        "stars",
        "--create",
        "products,releases,customers",
        "--rejects",
        &rejects,
    ];
    let said = story.database.succeeds(&arguments).await;
    // All are stored. 1,306 are second thoughts of a customer about the same story on the same day.
    assert_eq!(summary(&said), [22_018, 20_712, 0, 1_306, 0], "{said}");
    let again = story.database.succeeds(&arguments).await;
    assert_eq!(summary(&again), [22_018, 0, 22_018, 0, 0], "{again}");
    story.verify().await;

    let junio = "in.junio";
    // Ratings fell in the week of 2022-04-04, with 2.0.2, and stayed low through 2.0.5: so 2.0.5 is worse than before,
    // and the change itself is attributed to the release that caused it.
    let inherited = verdict(&story, junio, "2.0.5", "2022-07-31").await;
    assert_eq!(inherited["verdict"], "SINCE", "{inherited:#}");
    assert_eq!(inherited["features"][0]["since"]["release"]["version"], "2.0.2", "{inherited:#}");
    // Without the responses that name no release.
    assert!(inherited["features"][0]["pValue"].as_f64().unwrap() < 0.02, "{inherited:#}");
    let recovered = verdict(&story, junio, "2.0.6", "2022-12-31").await;
    assert_eq!(recovered["verdict"], "RECOVERED", "{recovered:#}");
    assert!(recovered["features"][0]["recovery"].as_f64().unwrap() > 0.33, "{recovered:#}");
    let changed = whole(&story, junio, "2022-07-31").await;
    assert_eq!((&changed["detected"], &changed["day"]), (&json!(true), &json!("2022-04-07")), "{changed:#}");
    assert_eq!(changed["suspects"][0]["release"]["version"], "2.0.2", "{changed:#}");

    // If 2.0.5 is declared to replace 2.0.1 for these customers, it is compared with that alone.
    let found = story.gets("Release", json!({ "product": junio, "version": "2.0.5" })).await;
    let input = json!({ "release": found["release"]["id"], "previous": "2.0.1" });
    story.gets("UpdateRelease", json!({ "input": input })).await;
    let declared = verdict(&story, junio, "2.0.5", "2022-07-31").await;
    let judged = &declared["features"][0];
    // What came between is then no part of the comparison: for these customers 2.0.5 is the fall. Responses on 2.0.2 to
    // 2.0.4 would be a control, but only on the days of 2.0.5: there 18 are worth 11, of the 20 that a control needs. So
    // the verdict stands as that without a control does, and says that the cause was not tested.
    assert_eq!((&declared["baseline"], &judged["verdict"]), (&json!("ANCESTORS"), &json!("REGRESSED")));
    assert_eq!((&judged["control"], &judged["concurrent"]), (&json!("NONE"), &Value::Null), "{declared:#}");
    assert!(judged["pValue"].as_f64().unwrap() < 0.001, "{declared:#}");
    assert_eq!(judged["changePoint"]["detected"], true, "{declared:#}");
    assert_eq!(judged["suspects"][0]["release"]["version"], "2.0.5", "{declared:#}");
    assert!(judged["suspects"][0]["probability"].as_f64().unwrap() > 0.5, "{declared:#}");

    // Greenlight loses half of its value in five years, a little at a time.
    for as_of in ["2018-12-31", "2019-12-31", "2020-12-31", "2021-12-31", "2022-12-31", "2023-04-30"] {
        let drifting = whole(&story, "me.greenlight", as_of).await;
        let suspects = drifting["suspects"].as_array().unwrap();
        let surest = suspects.first().map_or(0.0, |suspect| suspect["probability"].as_f64().unwrap());
        assert!(drifting["detected"] == true || suspects.is_empty(), "{as_of}: {drifting:#}");
        assert!(surest < 0.5 && suspects.len() <= 10, "{as_of}: {drifting:#}");
    }
}

const YOUTUBE: &str = "release=ver,rating=score,comment=text,occurred_at=at,segment=nation";

async fn youtube_reviews_show_the_fall_of_11_49(backend: Backend) {
    let Some(file) = shared_data("youtube_ios_5000.csv.gz") else { return };
    let story = Story::on(backend, OPERATIONS).await;
    let file = file.display().to_string();
    let rejects = story.database.path("rejects.csv").display().to_string();
    let arguments = [
        "import",
        "feedback",
        &file,
        "--map",
        YOUTUBE,
        "--set",
        "product=youtube",
        "--scale",
        "stars",
        "--create",
        "products,releases,segments",
        "--rejects",
        &rejects,
    ];
    story.database.succeeds(&arguments).await;
    let judged = verdict(&story, "youtube", "11.49", "2017-03-31").await;
    let whole = &judged["features"][0];
    // Stars fell from 2.15 to 1.83. This is found and attributed to 11.49, although a third of the responses name no
    // release; the product fluctuated as much in the year before, so the verdict is to watch it.
    assert_eq!(whole["verdict"], "WATCH", "{judged:#}");
    assert!(whole["change"]["upper"].as_f64().unwrap() < 0.0, "{judged:#}");
    assert_eq!(whole["changePoint"]["detected"], true, "{judged:#}");
    assert_eq!(whole["suspects"][0]["release"]["version"], "11.49", "{judged:#}");
    assert!(whole["suspects"][0]["probability"].as_f64().unwrap() > 0.5, "{judged:#}");
}

/// The verdict on a release.
async fn verdict(story: &Story, product: &str, version: &str, as_of: &str) -> Value {
    let data = story
        .gets("ReleaseRegression", json!({ "product": product, "version": version, "asOf": as_of }))
        .await;
    data["release"]["regression"].clone()
}

/// The change point of a product as a whole.
async fn whole(story: &Story, product: &str, as_of: &str) -> Value {
    let data = story.gets("ProductChangePoint", json!({ "product": product, "asOf": as_of })).await;
    data["product"]["changePoint"].clone()
}

async fn kiwix_exports_in_utf_16_raise_no_alarm(backend: Backend) {
    let months = ["06", "07", "08", "09", "10", "11"];
    let files: Vec<_> = months
        .iter()
        .filter_map(|month| {
            shared_data(&format!("kiwix_utf16/reviews_org.kiwix.kiwixmobile_2016{month}.csv"))
        })
        .collect();
    if files.len() < months.len() {
        return;
    }
    let story = Story::on(backend, OPERATIONS).await;
    let rejects = story.database.path("rejects.csv").display().to_string();
    let map = "product=Package Name,release=App Version Name,rating=Star Rating,comment=Review Text,\
        occurred_at=Review Last Update Millis Since Epoch";
    let mut taken = 0;
    for file in files {
        let file = file.display().to_string();
        let arguments = [
            "import",
            "feedback",
            &file,
            "--map",
            map,
            "--scale",
            "stars",
            "--create",
            "products,releases",
            "--rejects",
            &rejects,
        ];
        let first = summary(&story.database.succeeds(&arguments).await);
        assert_eq!(first[4], 0, "nothing is rejected");
        taken += first[1];
        let again = summary(&story.database.succeeds(&arguments).await);
        assert_eq!(again, [first[0], 0, first[0], 0, 0]);
    }
    assert!(taken > 1_000, "{taken}");
    let nothing = verdict(&story, "org.kiwix.kiwixmobile", "2.0", "2016-11-30").await;
    assert!(nothing["verdict"] != "REGRESSED" && nothing["verdict"] != "WATCH", "{nothing:#}");
    story.verify().await;
}

async fn rabobank_incidents_come_in_per_component_and_show_the_burst(backend: Backend) {
    let Some(file) = shared_data("rabobank_incidents_16782_derived.csv.gz") else { return };
    let story = Story::on(backend, OPERATIONS).await;
    let file = file.display().to_string();
    let rejects = story.database.path("rejects.csv").display().to_string();
    let map = "external_id=incident,opened_at=opened,resolved_at=closed,features=wbs_inferred_from_km";
    let arguments = [
        "import",
        "incidents",
        &file,
        "--map",
        map,
        "--set",
        "product=bank,severity=3",
        "--create",
        "products,features",
        "--rejects",
        &rejects,
    ];
    let first = summary(&story.database.succeeds(&arguments).await);
    assert_eq!(first[..2], [16_782, 16_782]);
    let again = summary(&story.database.succeeds(&arguments).await);
    assert_eq!(again, [16_782, 0, 16_782, 0, 0]);

    // By the article that was consulted: the burst of February 2014 is found.
    let map = "external_id=incident,opened_at=opened,resolved_at=closed,features=km_number";
    let arguments = [
        "import",
        "incidents",
        &file,
        "--map",
        map,
        "--set",
        "product=articles,severity=3",
        "--source",
        "articles",
        "--create",
        "products,features",
        "--rejects",
        &rejects,
    ];
    assert_eq!(summary(&story.database.succeeds(&arguments).await)[..2], [16_782, 16_782]);
    let burst = story.gets("FeatureChangePoint", json!({})).await["feature"]["changePoint"].clone();
    assert_eq!(burst["detected"], true, "{burst:#}");
    let day = burst["day"].as_str().unwrap();
    assert!(("2014-02-03"..="2014-02-09").contains(&day), "{burst:#}");
    let alerts = story.gets("FeatureAlerts", json!({})).await["feature"]["alerts"].clone();
    let is_the_burst = |alert: &Value| {
        let (from, until) =
            (alert["period"]["from"].as_str().unwrap(), alert["period"]["until"].as_str().unwrap());
        alert["kind"] == "WEEK"
            && alert["incidents"].as_i64() >= Some(40)
            && from < "2014-02-10"
            && until > "2014-02-03"
    };
    assert!(alerts.as_array().unwrap().iter().any(is_the_burst), "{alerts:#}");
    story.verify().await;
}
