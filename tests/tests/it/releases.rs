//! Releases in time: which is the newest, and since when each is with customers.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    the_newest_release_of_a_day_is_the_one_released_later,
    releases_sort_by_the_natural_order_of_their_versions,
    a_withdrawn_release_that_ships_again_has_a_new_first_day,
    the_first_time_of_a_release_that_came_again_is_on_neither_side,
    what_is_told_again_of_a_time_that_is_over_changes_nothing,
    shipping_an_inferred_release_keeps_the_first_day_seen,
    shipping_without_a_time_keeps_the_first_day_seen_in_every_way,
    the_previous_release_may_be_of_the_same_day,
    a_gate_passes_on_nothing_that_it_does_not_know,
    a_planned_release_that_answers_name_is_with_customers,
    a_release_known_from_responses_has_no_time_before_its_first_day,
);

const OPERATIONS: &str = include_str!("../stories/releases.graphql");

const SHIP: &str = "ShipRelease";
const WITHDRAW: &str = "WithdrawRelease";

async fn plan(story: &Story, input: Value) -> Value {
    story.gets("PlanRelease", json!({ "input": input })).await["planRelease"]["release"]["id"].clone()
}

/// The release that a response counts for which names none.
async fn counts_for(story: &Story, product: &str, at: &str) -> Value {
    let input = json!({ "product": product, "scale": "csat", "rating": 4, "occurredAt": at });
    story.gets("SubmitFeedback", json!({ "input": input })).await["submitFeedback"]["feedback"]["release"]["version"]
        .clone()
}

async fn the_newest_release_of_a_day_is_the_one_released_later(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    for (product, older, newer) in [
        ("hours", ("1.9", "08:00"), ("1.10", "17:00")),
        ("backwards", ("1.10", "08:00"), ("1.9", "17:00")),
        ("candidate", ("2.0.0-rc.1", "08:00"), ("2.0.0", "08:00")),
        ("build", ("4.6.1 (9)", "08:00"), ("4.6.1 (10)", "08:00")),
        ("numbers", ("1.9", "08:00"), ("1.10", "08:00")),
    ] {
        story.product(product, &[]).await;
        // The newer one is entered first: the order of the submissions does not matter.
        for (version, time) in [newer, older] {
            plan(&story, json!({ "product": product, "version": version, "releasedAt": format!("2026-02-01T{time}:00Z") })).await;
        }
        assert_eq!(counts_for(&story, product, "2026-02-03T10:00:00Z").await, newer.0, "{product}");
    }
    // At the same time, a release follows its predecessor, whatever its number.
    story.product("backport", &[]).await;
    for (version, previous) in [("2.0", Value::Null), ("1.9.1", json!("2.0"))] {
        plan(
            &story,
            json!({ "product": "backport", "version": version, "previous": previous,
            "releasedAt": "2026-02-01T08:00:00Z" }),
        )
        .await;
    }
    assert_eq!(counts_for(&story, "backport", "2026-02-03T10:00:00Z").await, "1.9.1");
}

async fn releases_sort_by_the_natural_order_of_their_versions(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let sorted = ["1.9", "v1.10", "2.0.0-beta.2", "2.0.0-rc.1", "2.0.0", "4.6.1 (9)", "4.6.1 (10)"];
    for at in [3, 0, 6, 1, 4, 2, 5] {
        plan(&story, json!({ "product": "shop", "version": sorted[at] })).await;
    }
    for direction in ["ASC", "DESC"] {
        let (mut versions, mut after) = (Vec::new(), Value::Null);
        for _ in 0..2 {
            let data = story.gets("ProductReleases", json!({ "direction": direction, "after": after })).await;
            let page = &data["product"]["releases"];
            let nodes = page["nodes"].as_array().unwrap();
            versions.extend(nodes.iter().map(|node| node["version"].as_str().unwrap().to_owned()));
            after = page["pageInfo"]["endCursor"].clone();
        }
        if direction == "DESC" {
            versions.reverse();
        }
        assert_eq!(versions, sorted, "{direction}");
    }
}

async fn a_withdrawn_release_that_ships_again_has_a_new_first_day(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    plan(&story, json!({ "product": "shop", "version": "1.0", "releasedAt": "2026-01-01T08:00:00Z" })).await;
    plan(&story, json!({ "product": "shop", "version": "2.0", "releasedAt": "2026-02-01T08:00:00Z" })).await;
    let withdrawn = json!({ "input": { "release": "2.0", "withdrawnAt": "2026-02-03T08:00:00Z" } });
    story.gets(WITHDRAW, withdrawn).await;
    // A time before the withdrawal is not silently ignored.
    let early = json!({ "input": { "release": "2.0", "releasedAt": "2026-02-02T08:00:00Z" } });
    let (code, argument, message) = story.is_refused(SHIP, early).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "releasedAt"));
    assert!(message.contains("2026-02-03"), "{message}");
    let again = json!({ "input": { "release": "2.0", "releasedAt": "2026-03-01T08:00:00Z" } });
    let shipped = story.gets(SHIP, again).await["shipRelease"]["release"].clone();
    assert_eq!(shipped["lifecycle"], "RELEASED");
    assert_eq!(
        (&shipped["releasedOn"], &shipped["firstDayBasis"]),
        (&json!("2026-03-01"), &json!("DECLARED"))
    );
    assert_eq!(counts_for(&story, "shop", "2026-02-20T10:00:00Z").await, "1.0", "the gap");
    assert_eq!(counts_for(&story, "shop", "2026-03-01T10:00:00Z").await, "2.0");
    assert_eq!(
        story.gets("ReleaseRegression", json!({})).await["release"]["regression"]["firstDay"],
        "2026-03-01"
    );
}

/// Responses of one rating that name no release, some each day.
async fn answers(story: &Story, product: &str, feature: Option<&str>, days: &[(&str, usize, i32)]) {
    let items: Vec<Value> = days
        .iter()
        .flat_map(|(day, many, rating)| {
            (0..*many).map(move |_| {
                json!({ "product": product, "feature": feature, "scale": "stars", "rating": rating,
                    "occurredAt": format!("{day}T10:00:00Z") })
            })
        })
        .collect();
    let taken = story.gets("SubmitFeedbackBatch", json!({ "items": items })).await;
    assert_eq!(taken["submitFeedbackBatch"]["accepted"], items.len());
}

async fn the_first_time_of_a_release_that_came_again_is_on_neither_side(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    plan(&story, json!({ "product": "shop", "version": "1.0", "releasedAt": "2026-01-01T08:00:00Z" })).await;
    plan(&story, json!({ "product": "shop", "version": "2.0", "releasedAt": "2026-02-01T08:00:00Z" })).await;
    let good = [("2026-01-10", 30, 4), ("2026-02-01", 20, 1), ("2026-02-10", 13, 4), ("2026-03-02", 17, 4)];
    answers(&story, "shop", None, &good).await;
    story.admin.opens_incident(json!({ "product": "shop", "severity": 2, "title": "down", "openedAt": "2026-02-02T08:00:00Z", "resolvedAt": "2026-02-02T09:00:00Z" })).await;
    let withdrawn = json!({ "input": { "release": "2.0", "withdrawnAt": "2026-02-03T08:00:00Z" } });
    story.gets(WITHDRAW, withdrawn).await;
    let again = json!({ "input": { "release": "2.0", "releasedAt": "2026-03-01T08:00:00Z" } });
    story.gets(SHIP, again).await;
    let report = story.gets("Release", json!({})).await["release"]["regression"].clone();
    assert_eq!(report["firstDay"], "2026-03-01");
    let score = &report["features"][0];
    assert_eq!((&score["responses"], &score["baselineResponses"]), (&json!(17), &json!(43)), "{report:#}");
    assert_eq!(score["baselineIncidents"], 0);
    assert!(score["change"]["estimate"].as_f64().unwrap().abs() < 1e-9, "{report:#}");
    // The days of its first time are its own.
    let at = |day: &str| format!("{day}T10:00:00Z");
    for (day, version) in
        [("2026-01-31", "1.0"), ("2026-02-02", "2.0"), ("2026-02-03", "1.0"), ("2026-03-01", "2.0")]
    {
        assert_eq!(counts_for(&story, "shop", &at(day)).await, version, "{day}");
    }
    story.verify().await;
}

async fn what_is_told_again_of_a_time_that_is_over_changes_nothing(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let first = json!({ "product": "shop", "version": "2.0", "releasedAt": "2026-02-01T08:00:00Z" });
    plan(&story, first.clone()).await;
    let withdrawn = json!({ "input": { "release": "2.0", "withdrawnAt": "2026-02-03T08:00:00Z" } });
    story.gets(WITHDRAW, withdrawn.clone()).await;
    let again = json!({ "input": { "release": "2.0", "releasedAt": "2026-03-01T08:00:00Z" } });
    let shipped = story.gets(SHIP, again).await["shipRelease"]["release"].clone();
    story.gets(WITHDRAW, withdrawn).await;
    let mut renamed = first;
    renamed["title"] = json!("Two");
    plan(&story, renamed).await;
    let told = json!({ "input": { "release": "2.0", "releasedAt": "2026-02-01T08:00:00Z" } });
    assert_eq!(story.gets(SHIP, told).await["shipRelease"]["release"], shipped);
    let file = story.database.file(
        "rows.csv",
        "product,version,title,released_at,withdrawn_at\nshop,2.0,2,2026-02-01T08:00:00Z,2026-02-03T08:00:00Z\n",
    );
    story.database.succeeds(&["import", "releases", &file]).await;
    let same = story.gets(SHIP, json!({ "input": { "release": "2.0" } })).await;
    assert_eq!(same["shipRelease"]["release"], shipped);
    // A third time: both earlier intervals are stored.
    for (verb, input) in [
        (WITHDRAW, json!({ "release": "2.0", "withdrawnAt": "2026-03-05T08:00:00Z" })),
        (SHIP, json!({ "release": "2.0", "releasedAt": "2026-03-09T08:00:00Z" })),
    ] {
        story.gets(verb, json!({ "input": input })).await;
    }
    plan(&story, json!({ "product": "shop", "version": "1.0", "releasedAt": "2026-01-01T08:00:00Z" })).await;
    for (day, version) in
        [("02-02", "2.0"), ("02-20", "1.0"), ("03-04", "2.0"), ("03-06", "1.0"), ("03-09", "2.0")]
    {
        assert_eq!(counts_for(&story, "shop", &format!("2026-{day}T10:00:00Z")).await, version, "{day}");
    }
}

async fn shipping_without_a_time_keeps_the_first_day_seen_in_every_way(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    for (product, way) in
        [("a", "ship"), ("b", "deploy"), ("c", "plan"), ("d", "declared"), ("e", "withdraw")]
    {
        story.product(product, &[]).await;
        if way == "declared" {
            plan(&story, json!({ "product": product, "version": "7.0" })).await;
        }
        // A response a month earlier shows nothing.
        let rows = format!("{product},csat,4,2026-01-05T10:00:00Z,6.0\n").repeat(90)
            + &format!("{product},csat,4,2026-01-05T10:00:00Z,7.0\n")
            + &format!("{product},csat,4,2026-02-05T11:00:00Z,7.0\n").repeat(4)
            + &format!("{product},csat,4,2026-02-05T10:00:00Z,7.0\n").repeat(4);
        let file =
            story.database.file("rows.csv", &format!("product,scale,rating,occurred_at,release\n{rows}"));
        story.database.succeeds(&["import", "feedback", &file, "--create", "releases"]).await;
        let this = json!({ "product": product, "release": "7.0" });
        let mut with = this.clone();
        match way {
            "deploy" => {
                with["environment"] = json!("production");
                with["status"] = json!("SUCCEEDED");
                story.gets("RecordDeployment", json!({ "input": with })).await;
            }
            "withdraw" => {
                plan(&story, json!({ "product": product, "version": "7.0", "title": "Seven" })).await;
                with["withdrawnAt"] = json!("2026-02-20T10:00:00Z");
                story.gets(WITHDRAW, json!({ "input": with })).await;
            }
            _ => {
                if way == "plan" {
                    plan(&story, json!({ "product": product, "version": "7.0", "title": "Seven" })).await;
                }
                story.gets(SHIP, json!({ "input": this })).await;
            }
        }
        let kept = json!({ "releasedAt": "2026-02-05T10:00:00+00:00", "releasedOn": "2026-02-05", "firstDayBasis": "DECLARED" });
        assert_eq!(
            story.gets("ReleaseWithReleasedAt", json!({ "product": product })).await["release"],
            kept,
            "{way}"
        );
    }
}

async fn the_previous_release_may_be_of_the_same_day(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    for (version, at) in [
        ("1.10", "2026-03-01T17:00:00Z"),
        ("1.0", "2026-01-01T08:00:00Z"),
        ("1.9", "2026-03-01T08:00:00Z"),
        ("2.0.0", "2026-03-05T08:00:00Z"),
        ("2.0.0-rc.1", "2026-03-05T08:00:00Z"),
    ] {
        plan(&story, json!({ "product": "shop", "version": version, "releasedAt": at })).await;
    }
    answers(&story, "shop", None, &[("2026-02-01", 12, 4), ("2026-03-02", 12, 4)]).await;
    for (version, previous) in
        [("1.9", "1.0"), ("1.10", "1.9"), ("2.0.0-rc.1", "1.10"), ("2.0.0", "2.0.0-rc.1")]
    {
        let data = story.gets("ReleaseRegressionWithPrevious", json!({ "release": version })).await;
        assert_eq!(data["release"]["regression"]["previous"]["version"], previous, "{version}");
    }
}

async fn a_gate_passes_on_nothing_that_it_does_not_know(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search", "cart", "old", "wish"]).await;
    plan(&story, json!({ "product": "shop", "version": "1.0", "releasedAt": "2026-01-01T08:00:00Z" })).await;
    let touches = |features: &[(&str, &str)]| {
        features
            .iter()
            .map(|(feature, change)| json!({ "feature": feature, "change": change }))
            .collect::<Vec<_>>()
    };
    plan(
        &story,
        json!({ "product": "shop", "version": "2.0", "releasedAt": "2026-02-01T08:00:00Z",
            "features": touches(&[("search", "CHANGED"), ("cart", "FIXED")]) }),
    )
    .await;
    answers(&story, "shop", Some("search"), &[("2026-01-10", 12, 4), ("2026-02-02", 12, 4)]).await;
    let gate = async || {
        let gate =
            story.gets("ReleaseRegressionWithGate", json!({})).await["release"]["regression"]["gate"].clone();
        (gate["outcome"].as_str().unwrap().to_owned(), gate["reason"].as_str().unwrap().to_owned())
    };
    let (outcome, reason) = gate().await;
    assert_eq!(outcome, "CANNOT_TELL");
    assert!(reason.contains("cart") && !reason.contains("search"), "{reason}");
    let touch = async |features: &[(&str, &str)]| {
        story
            .gets("UpdateRelease", json!({ "input": { "release": "2.0", "features": touches(features) } }))
            .await;
    };
    // A removed feature cannot be judged, and an added one has nothing before.
    touch(&[("search", "CHANGED"), ("old", "REMOVED"), ("wish", "ADDED")]).await;
    let (outcome, reason) = gate().await;
    assert!(outcome == "CANNOT_TELL" && reason.contains("wish") && !reason.contains("old"), "{reason}");
    answers(&story, "shop", Some("wish"), &[("2026-02-03", 12, 4)]).await;
    assert_eq!(gate().await.0, "PASS");
    touch(&[("wish", "ADDED")]).await;
    let (outcome, reason) = gate().await;
    assert!(outcome == "CANNOT_TELL" && reason.contains("nothing to compare with"), "{reason}");
    touch(&[("search", "CHANGED")]).await;
    assert_eq!(gate().await.0, "PASS");
    let withdrawn = json!({ "input": { "release": "2.0", "withdrawnAt": "2026-03-03T08:00:00Z" } });
    story.gets(WITHDRAW, withdrawn).await;
    let (outcome, reason) = gate().await;
    assert!(outcome == "CANNOT_TELL" && reason.contains("withdrawn on 2026-03-03"), "{reason}");
    // A verdict of worse remains.
    answers(&story, "shop", Some("search"), &[("2026-01-11", 100, 5), ("2026-02-04", 100, 1)]).await;
    assert_eq!(gate().await.0, "FAIL");
}

async fn shipping_an_inferred_release_keeps_the_first_day_seen(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let rows = "product,scale,rating,occurred_at,release\n".to_owned()
        + &"shop,csat,4,2026-03-02T10:00:00Z,2.0\n".repeat(6)
        + "shop,csat,4,2026-03-02T10:00:00Z,3.0\n";
    let file = story.database.file("rows.csv", &rows);
    story.database.succeeds(&["import", "feedback", &file, "--create", "releases"]).await;
    let shipped =
        story.gets(SHIP, json!({ "input": { "release": "2.0" } })).await["shipRelease"]["release"].clone();
    let kept = json!({ "lifecycle": "RELEASED", "releasedAt": "2026-03-02T10:00:00+00:00",
        "releasedOn": "2026-03-02", "firstDayBasis": "DECLARED", "inferred": false });
    assert_eq!(shipped, kept);
    let given = json!({ "input": { "release": "3.0", "releasedAt": "2026-03-01T10:00:00Z" } });
    assert_eq!(story.gets(SHIP, given).await["shipRelease"]["release"]["releasedOn"], "2026-03-01");
}

async fn a_planned_release_that_answers_name_is_with_customers(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    plan(&story, json!({ "product": "shop", "version": "1.0", "releasedAt": "2026-01-01T08:00:00Z" })).await;
    for version in ["2.0", "3.0"] {
        plan(&story, json!({ "product": "shop", "version": version })).await;
    }
    let answers = async |release: &str, day: &str, many: usize| {
        let items: Vec<Value> = (0..many)
            .map(|_| {
                json!({ "product": "shop", "release": release, "scale": "csat", "rating": 4,
                "occurredAt": format!("{day}T10:00:00Z") })
            })
            .collect();
        story.gets("SubmitFeedbackBatch", json!({ "items": items })).await;
    };
    // What scores say may be up to a second behind the responses while somebody else catches up.
    let releases = async || {
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        let data = story.gets("ProductIn", json!({ "stage": "RELEASED" })).await["product"].clone();
        (data["in"]["totalCount"].as_i64().unwrap(), data["releases"]["nodes"].clone())
    };
    let (live, nodes) = releases().await;
    assert_eq!((live, &nodes[1]["lifecycle"], &nodes[1]["releasedOn"]), (1, &json!("PLANNED"), &Value::Null));
    answers("1.0", "2026-03-01", 200).await;
    // One straggler does not start it; five responses do.
    answers("2.0", "2026-03-01", 1).await;
    let (live, nodes) = releases().await;
    let straggler = json!({ "lifecycle": "RELEASED", "releasedAt": null, "releasedOn": "2026-03-01",
        "firstDayBasis": "FIRST_RESPONSE", "regression": null });
    assert_eq!((live, &nodes[1]), (2, &straggler));
    answers("1.0", "2026-03-20", 200).await;
    answers("2.0", "2026-03-20", 6).await;
    let (_, nodes) = releases().await;
    assert_eq!(
        (&nodes[1]["releasedOn"], &nodes[1]["firstDayBasis"]),
        (&json!("2026-03-20"), &json!("INFERRED"))
    );
    assert_eq!(nodes[1]["regression"]["firstDay"], "2026-03-20");
    // Late rows move it.
    answers("2.0", "2026-03-10", 6).await;
    assert_eq!(releases().await.1[1]["releasedOn"], "2026-03-10");
    assert_eq!(releases().await.1[2]["lifecycle"], "PLANNED");
}

async fn a_release_known_from_responses_has_no_time_before_its_first_day(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let rows = |release: &str, day: &str, many: usize| -> String {
        (0..many).map(|n| format!("{release}-{day}-{n},{day}T10:00:00Z,4,{release}\n")).collect()
    };
    let import = async |name: &str, rows: String| {
        let file = story.database.file(name, &format!("external_id,occurred_at,rating,release\n{rows}"));
        let settings = ["--set", "product=shop", "--scale", "csat", "--create", "releases"];
        story.database.succeeds(&[&["import", "feedback", &file][..], &settings].concat()).await;
    };
    let of = async |version: &str| {
        tokio::time::sleep(std::time::Duration::from_millis(1_100)).await;
        let data = story.gets("ProductIn", json!({ "stage": "RELEASED" })).await;
        let at = usize::from(version == "2.0");
        let node = &data["product"]["releases"]["nodes"][at];
        json!([node["releasedAt"], node["releasedOn"], node["firstDayBasis"]])
    };
    import("first.csv", rows("1.0", "2026-03-01", 200) + &rows("2.0", "2026-03-01", 1)).await;
    // One response is all that is known of it: then its time is that of the response.
    assert_eq!(of("2.0").await, json!(["2026-03-01T10:00:00+00:00", "2026-03-01", "FIRST_RESPONSE"]));
    import("second.csv", rows("1.0", "2026-03-20", 200) + &rows("2.0", "2026-03-20", 6)).await;
    assert_eq!(of("2.0").await, json!([null, "2026-03-20", "INFERRED"]), "nobody declared when that day");
    assert_eq!(of("1.0").await, json!(["2026-03-01T10:00:00+00:00", "2026-03-01", "INFERRED"]));
    // Whoever ships it says it.
    story
        .admin
        .ships_release(json!({ "product": "shop", "release": "2.0", "releasedAt": "2026-03-19T07:00:00Z" }))
        .await;
    assert_eq!(of("2.0").await, json!(["2026-03-19T07:00:00+00:00", "2026-03-19", "DECLARED"]));
}
