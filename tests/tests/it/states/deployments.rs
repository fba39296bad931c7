//! Deployments that are sent again, and the releases that they ship.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

use super::{PLAN, with};

on_both!(
    a_deployment_converges_and_is_not_another_one,
    a_deployment_to_production_ships_a_planned_release,
    deployments_ship_since_the_earliest_in_whichever_order,
    a_deployment_that_turns_out_to_have_failed_ships_nothing,
    what_changed_of_a_deployment_can_be_asked_for,
);

const OPERATIONS: &str = include_str!("../../stories/states.graphql");

async fn a_deployment_converges_and_is_not_another_one(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    for version in ["1", "2"] {
        story.gets(PLAN, json!({ "input": { "product": "shop", "version": version } })).await;
    }
    let job = json!({ "release": "1", "environment": "staging", "status": "FAILED", "externalId": "job-7",
        "deployedAt": "2026-03-01T10:00:00Z" });
    let deploy = async |more: Value| {
        story.gets("RecordDeployment", json!({ "input": with(job.clone(), more) })).await["recordDeployment"]
            .clone()
    };
    let first = deploy(json!({})).await;
    assert_eq!(first["outcome"], "CREATED");
    assert_eq!(deploy(json!({})).await["outcome"], "UNCHANGED");
    let again = deploy(json!({ "status": "SUCCEEDED" })).await;
    assert_eq!((&again["outcome"], &again["deployment"]["status"]), (&json!("UPDATED"), &json!("SUCCEEDED")));
    assert_eq!(again["deployment"]["id"], first["deployment"]["id"]);
    for (more, field) in
        [(json!({ "release": "2" }), "release"), (json!({ "environment": "qa" }), "environment")]
    {
        let (code, argument, message) =
            story.is_refused("RecordDeployment", json!({ "input": with(job.clone(), more) })).await;
        assert_eq!((code.as_str(), argument.as_str()), ("CONFLICT", field), "{message}");
    }
}

async fn a_deployment_to_production_ships_a_planned_release(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let plan = async |version: &str| {
        story.gets(PLAN, json!({ "input": { "product": "shop", "version": version } })).await;
    };
    let deploy = async |version: &str, place: &str, status: &str| {
        let input = json!({ "product": "shop", "release": version, "environment": place, "status": status,
            "deployedAt": "2026-03-01T10:00:00Z" });
        let data = story.gets("RecordDeployment", json!({ "input": input })).await;
        data["recordDeployment"]["deployment"]["release"].clone()
    };
    plan("1").await;
    assert_eq!(deploy("1", "staging", "SUCCEEDED").await["lifecycle"], "PLANNED");
    assert_eq!(deploy("1", "production", "FAILED").await["lifecycle"], "PLANNED");
    let shipped =
        json!({ "version": "1", "lifecycle": "RELEASED", "releasedAt": "2026-03-01T10:00:00+00:00" });
    assert_eq!(deploy("1", "production", "SUCCEEDED").await, shipped);
    let places = story.gets("UpdateProduct", json!({ "places": ["eu", "us"] })).await;
    assert_eq!(places["updateProduct"]["product"]["shipsTo"], json!(["eu", "us"]));
    plan("2").await;
    assert_eq!(deploy("2", "production", "SUCCEEDED").await["lifecycle"], "PLANNED");
    assert_eq!(deploy("2", "us", "SUCCEEDED").await["lifecycle"], "RELEASED");
}

async fn a_deployment_that_turns_out_to_have_failed_ships_nothing(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    story.gets(PLAN, json!({ "input": { "product": "shop", "version": "1" } })).await;
    let deploy = async |id: &str, status: &str, at: &str| {
        let input = json!({ "product": "shop", "release": "1", "environment": "production", "status": status,
            "deployedAt": at, "externalId": id });
        let data = story.gets("RecordDeployment", json!({ "input": input })).await;
        let release = data["recordDeployment"]["deployment"]["release"].clone();
        (release["lifecycle"].as_str().unwrap().to_owned(), release["releasedAt"].clone())
    };
    let since = |at: &str| json!(at.replace('Z', "+00:00"));
    let (first, second) = ("2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z");
    assert_eq!(deploy("a", "SUCCEEDED", first).await, ("RELEASED".to_owned(), since(first)));
    assert_eq!(deploy("a", "FAILED", first).await, ("PLANNED".to_owned(), json!(null)));
    // The same success again, and another one: each is recorded, not only the last.
    assert_eq!(deploy("a", "SUCCEEDED", first).await, ("RELEASED".to_owned(), since(first)));
    assert_eq!(deploy("b", "SUCCEEDED", second).await, ("RELEASED".to_owned(), since(first)));
    assert_eq!(deploy("a", "FAILED", first).await, ("RELEASED".to_owned(), since(second)));
    // Rolled back, it had been available to customers, and no longer is.
    assert_eq!(deploy("b", "ROLLED_BACK", second).await, ("WITHDRAWN".to_owned(), since(second)));
    assert_eq!(deploy("b", "FAILED", second).await, ("WITHDRAWN".to_owned(), since(second)));
    // Deployed once more, customers have it again; what was before its withdrawal does not bring it back.
    assert_eq!(deploy("late", "SUCCEEDED", first).await.0, "WITHDRAWN");
    let withdrawn = story.gets("Release", json!({})).await["release"]["withdrawnAt"].clone();
    let withdrawn: chrono::DateTime<chrono::Utc> = withdrawn.as_str().unwrap().parse().unwrap();
    let later =
        (withdrawn + chrono::TimeDelta::milliseconds(1)).to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    assert_eq!(deploy("again", "SUCCEEDED", &later).await.0, "RELEASED");
    // The times of the release itself are not changed by a deployment at the same time.
    let plan = |version: &str, at: Option<&str>| json!({ "input": { "product": "shop", "version": version, "releasedAt": at } });
    let deploy = async |version: &str, status: &str| {
        let input = json!({ "product": "shop", "release": version, "environment": "production", "status": status,
            "deployedAt": first, "externalId": version });
        let data = story.gets("RecordDeployment", json!({ "input": input })).await;
        data["recordDeployment"]["deployment"]["release"]["lifecycle"].as_str().unwrap().to_owned()
    };
    for (version, declared) in [("2", "planned before"), ("3", "shipped after"), ("4", "planned after")] {
        story.gets(PLAN, plan(version, (declared == "planned before").then_some(first))).await;
        assert_eq!(deploy(version, "SUCCEEDED").await, "RELEASED");
        match declared {
            "shipped after" => {
                let input = json!({ "product": "shop", "release": version, "releasedAt": first });
                story.admin.ships_release(input).await;
            }
            "planned after" => {
                story.gets(PLAN, plan(version, Some(first))).await;
            }
            _ => (),
        }
        assert_eq!(deploy(version, "FAILED").await, "RELEASED", "{declared}");
    }
    story.verify().await;
}

async fn deployments_ship_since_the_earliest_in_whichever_order(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let deploy = async |version: &str, day: &str, more: Value| {
        let input = json!({ "product": "shop", "release": version, "environment": "production", "status": "SUCCEEDED",
            "deployedAt": format!("2026-{day}T10:00:00Z") });
        story.gets("RecordDeployment", json!({ "input": with(input, more) })).await["recordDeployment"]
            .clone()
    };
    let since = |told: &Value| told["deployment"]["release"]["releasedAt"].as_str().unwrap()[..10].to_owned();
    for (version, days) in [("1", ["05-01", "04-20"]), ("2", ["04-20", "05-01"])] {
        story.gets(PLAN, json!({ "input": { "product": "shop", "version": version } })).await;
        deploy(version, days[0], json!({})).await;
        let told = deploy(version, days[1], json!({})).await;
        assert_eq!((told["outcome"].as_str().unwrap(), since(&told)), ("CREATED", "2026-04-20".to_owned()));
        // In another environment, or without success, it has no effect; repeated, it is unchanged.
        deploy(version, "04-01", json!({ "environment": "staging" })).await;
        let told = deploy(version, "04-02", json!({ "status": "FAILED" })).await;
        assert_eq!(since(&told), "2026-04-20");
        assert_eq!(deploy(version, days[0], json!({})).await["outcome"], "UNCHANGED");
    }
    // One that was corrected.
    story.gets(PLAN, json!({ "input": { "product": "shop", "version": "3" } })).await;
    deploy("3", "04-10", json!({ "externalId": "a" })).await;
    deploy("3", "04-20", json!({ "externalId": "b" })).await;
    let told = deploy("3", "04-15", json!({ "externalId": "a" })).await;
    assert_eq!((told["outcome"].as_str().unwrap(), since(&told)), ("UPDATED", "2026-04-15".to_owned()));
    let told = deploy("3", "04-15", json!({ "externalId": "a", "status": "FAILED" })).await;
    assert_eq!(since(&told), "2026-04-20");
    // A declared time remains, and the release was released again after the withdrawal.
    story
        .gets(
            PLAN,
            json!({ "input": { "product": "shop", "version": "4", "releasedAt": "2026-05-01T00:00:00Z" } }),
        )
        .await;
    assert_eq!(since(&deploy("4", "04-20", json!({})).await), "2026-05-01");
    for mutation in [
        "mutation { withdrawRelease(input: { product: \"shop\", release: \"1\", withdrawnAt: \"2026-05-02T00:00:00Z\" }) {
            release { id } } }",
        "mutation { shipRelease(input: { product: \"shop\", release: \"1\", releasedAt: \"2026-05-09T10:00:00Z\" }) {
            release { id } } }",
    ] {
        story.app.asks(mutation, json!({})).await;
    }
    assert_eq!(since(&deploy("1", "05-09", json!({})).await), "2026-05-09");
    assert_eq!(
        since(&deploy("1", "04-19", json!({})).await),
        "2026-05-09",
        "that was before it was withdrawn"
    );
}

async fn what_changed_of_a_deployment_can_be_asked_for(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    story.gets(PLAN, json!({ "input": { "product": "shop", "version": "1" } })).await;
    let deploy = async |id: &str, status: &str| {
        let input = json!({ "product": "shop", "release": "1", "environment": "qa", "externalId": id, "status": status });
        story.gets("RecordDeployment", json!({ "input": input })).await;
    };
    deploy("a", "FAILED").await;
    deploy("b", "SUCCEEDED").await;
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let now = ballroom_tests::ballroom::clock::now().to_rfc3339();
    deploy("b", "SUCCEEDED").await;
    let before = story.gets("Deployments", json!({ "at": now, "direction": "ASC" })).await;
    assert_eq!(before["changed"]["nodes"], json!([]), "the same again changes nothing");
    deploy("a", "SUCCEEDED").await;
    for (direction, order) in [("ASC", ["b", "a"]), ("DESC", ["a", "b"])] {
        let after = story.gets("Deployments", json!({ "at": now, "direction": direction })).await;
        assert_eq!(after["new"]["totalCount"], 0);
        assert_eq!(after["changed"]["nodes"], json!([{ "externalId": "a" }]));
        let nodes = after["deployments"]["nodes"].as_array().unwrap().iter();
        assert_eq!(nodes.map(|node| node["externalId"].as_str().unwrap()).collect::<Vec<_>>(), order);
    }
}
