//! Products, features, releases, iterations, customers, segments and scales: created once, changed, and the verbs of
//! the domain.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

on_both!(
    making_the_same_again_returns_what_is_there,
    a_release_is_planned_shipped_and_withdrawn,
    the_release_graph_has_no_circles,
    what_is_left_out_stays_and_null_removes,
    ids_of_one_noun_are_not_ids_of_another,
    an_incident_lives_and_is_attributed,
    incidents_of_two_products_are_two,
    figures_of_exposure_replace_one_another,
    a_scale_of_ones_own_counts_like_any_other,
);

const OPERATIONS: &str = include_str!("../stories/nouns.graphql");

async fn making_the_same_again_returns_what_is_there(backend: Backend) {
    let story = Story::on(backend, OPERATIONS).await;
    let input = json!({ "key": "shop", "name": "The shop", "timeZone": "Europe/Berlin" });
    let first = story.gets("CreateProduct", json!({ "input": input })).await;
    let again = story.gets("CreateProduct", json!({ "input": input })).await;
    assert_eq!(first, again);
    let zone = json!({ "input": { "key": "shop", "timeZone": "Asia/Tokyo" } });
    let (code, argument, _) = story.is_refused("CreateProduct", zone).await;
    assert_eq!(
        (code.as_str(), argument.as_str()),
        ("CONFLICT", "timeZone"),
        "its days are counted in its zone"
    );
    let bad = json!({ "input": { "key": "other", "timeZone": "Mars/Olympus" } });
    let (code, argument, message) = story.is_refused("CreateProduct", bad).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "timeZone"));
    assert!(message.contains("Europe/Berlin"), "it says what would be right: {message}");
}

async fn a_release_is_planned_shipped_and_withdrawn(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let input = json!({ "product": "shop", "version": "2.0", "plannedFor": "2026-04-01",
        "features": [{ "feature": "search", "change": "CHANGED" }] });
    let planned = story.gets("PlanRelease", json!({ "input": input })).await;
    let release = &planned["planRelease"]["release"];
    assert_eq!((&release["lifecycle"], &release["releasedAt"]), (&json!("PLANNED"), &Value::Null));
    let id = release["id"].clone();
    let early = story.is_refused("WithdrawRelease", json!({ "input": { "release": id } })).await;
    assert_eq!(early.0, "CONFLICT", "{early:?}");
    let shipping = json!({ "input": { "release": id, "releasedAt": "2026-04-02T08:00:00Z" } });
    let shipped = story.gets("ShipRelease", shipping.clone()).await;
    assert_eq!(shipped["shipRelease"]["release"]["lifecycle"], "RELEASED");
    assert_eq!(story.gets("ShipRelease", shipping).await, shipped, "shipping it again changes nothing");
    let withdrawing = json!({ "input": { "release": id, "withdrawnAt": "2026-04-03T08:00:00Z" } });
    let withdrawn = story.gets("WithdrawRelease", withdrawing).await;
    assert_eq!(withdrawn["withdrawRelease"]["release"]["lifecycle"], "WITHDRAWN");
    let early = json!({ "input": { "release": id, "releasedAt": "2026-04-03T07:00:00Z" } });
    assert_eq!(story.is_refused("ShipRelease", early).await.1, "releasedAt", "it was not withdrawn yet");
    let later = json!({ "input": { "release": id, "releasedAt": "2026-04-09T08:00:00Z" } });
    assert_eq!(
        story.gets("ShipRelease", later).await["shipRelease"]["release"],
        json!({ "lifecycle": "RELEASED", "releasedAt": "2026-04-09T08:00:00+00:00" })
    );
    let input =
        json!({ "release": id, "environment": "production", "status": "ROLLED_BACK", "externalId": "d-1" });
    let deployed = story.gets("RecordDeployment", json!({ "input": input })).await;
    assert_eq!(story.gets("RecordDeployment", json!({ "input": input })).await, deployed);
    assert_eq!(
        deployed["recordDeployment"]["deployment"]["release"]["features"][0]["feature"]["key"],
        "search"
    );
}

async fn the_release_graph_has_no_circles(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    let mut ids = Vec::new();
    for (version, previous) in [("1", Value::Null), ("2", json!("1")), ("3", json!("2"))] {
        let input = json!({ "product": "shop", "version": version, "previous": previous });
        ids.push(
            story.gets("PlanRelease", json!({ "input": input })).await["planRelease"]["release"]["id"]
                .clone(),
        );
    }
    let circle =
        story.is_refused("UpdateRelease", json!({ "input": { "release": ids[0], "previous": "3" } })).await;
    assert_eq!((circle.0.as_str(), circle.1.as_str()), ("INVALID_ARGUMENT", "previous"));
    let itself =
        story.is_refused("UpdateRelease", json!({ "input": { "release": ids[0], "previous": "1" } })).await;
    assert_eq!(itself.0, "INVALID_ARGUMENT");
    let free = story.gets("UpdateRelease", json!({ "input": { "release": ids[2], "previous": null } })).await;
    assert_eq!(free["updateRelease"]["release"]["previous"], Value::Null);
}

async fn what_is_left_out_stays_and_null_removes(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let id = story.gets("Feature", json!({})).await["feature"]["id"].clone();
    story.gets("CreateTeam", json!({ "input": { "key": "Kestrel" } })).await;
    let change = async |more: Value| {
        let mut input = json!({ "feature": id });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        story.gets("UpdateFeature", json!({ "input": input })).await["updateFeature"]["feature"].clone()
    };
    let full = change(json!({ "name": "Search", "description": "finds", "team": "Kestrel" })).await;
    assert_eq!(
        full,
        json!({ "name": "Search", "description": "finds", "team": { "key": "Kestrel" }, "lifecycle": "LIVE" })
    );
    let less = change(json!({ "description": null, "lifecycle": "RETIRED" })).await;
    assert_eq!(
        less,
        json!({ "name": "Search", "description": null, "team": { "key": "Kestrel" }, "lifecycle": "RETIRED" })
    );
    story.gets("CreateSegment", json!({ "input": { "key": "gold" } })).await;
    assert_eq!(
        story.gets("CreateCustomer", json!({ "input": { "key": "acme", "segment": "gold" } })).await["createCustomer"]
            ["customer"]["segment"]["key"],
        "gold"
    );
    assert_eq!(
        story
            .gets(
                "UpdateCustomer",
                json!({ "input": { "customer": "acme", "segment": null, "name": "ACME" } })
            )
            .await["updateCustomer"]["customer"],
        json!({ "name": "ACME", "segment": null })
    );
    let days = json!({ "product": "shop", "name": "Sprint 1", "period": { "from": "2026-03-01", "until": "2026-03-15" } });
    let made = story.gets("CreateIteration", json!({ "input": days })).await;
    let wrong = json!({ "iteration": made["createIteration"]["iteration"]["id"], "period": { "from": "2026-03-01", "until": "2026-02-01" } });
    assert_eq!(story.is_refused("UpdateIteration", json!({ "input": wrong })).await.1, "period");
}

async fn ids_of_one_noun_are_not_ids_of_another(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let data = story.gets("FeatureAndProduct", json!({})).await;
    let refused = story.is_refused("Release", json!({ "release": data["feature"]["id"] })).await;
    assert_eq!(refused.0, "INVALID_ARGUMENT", "{refused:?}");
    let by_ids = json!({ "feature": data["feature"]["id"], "product": data["product"]["id"] });
    assert_eq!(story.gets("FeatureWithKey", by_ids).await["feature"]["key"], "search");
    let ghost = json!({ "feature": "ghost", "product": "shop" });
    assert_eq!(story.is_refused("FeatureWithKey", ghost).await.0, "NOT_FOUND");
}

async fn an_incident_lives_and_is_attributed(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let input = json!({ "product": "shop", "version": "1.0", "releasedAt": "2026-01-01T00:00:00Z" });
    let release =
        story.gets("PlanRelease", json!({ "input": input })).await["planRelease"]["release"]["id"].clone();
    let input = json!({ "product": "shop", "features": ["search"], "severity": 1, "title": "search is down",
        "openedAt": "2026-02-01T10:00:00Z", "externalId": "INC-1" });
    let opened = story.gets("OpenIncident", json!({ "input": input })).await;
    assert_eq!(
        story.gets("OpenIncident", json!({ "input": input })).await["openIncident"]["outcome"],
        "UNCHANGED"
    );
    let id = opened["openIncident"]["incident"]["id"].clone();
    let bad = json!({ "input": { "product": "shop", "severity": 9, "title": "x" } });
    assert_eq!(story.is_refused("OpenIncident", bad).await.1, "severity");
    let before = json!({ "input": { "incident": id, "resolvedAt": "2026-01-01T00:00:00Z" } });
    assert_eq!(story.is_refused("ResolveIncident", before).await.1, "resolvedAt");
    let resolved = json!({ "input": { "incident": id, "resolvedAt": "2026-02-02T00:00:00Z" } });
    assert_eq!(
        story.gets("ResolveIncident", resolved).await["resolveIncident"]["incident"]["state"],
        "RESOLVED"
    );
    let unsure = json!({ "incident": id, "release": release, "basis": "INFERRED" });
    assert_eq!(story.is_refused("AttributeIncident", json!({ "input": unsure })).await.1, "confidence");
    let inferred = json!({ "incident": id, "release": release, "basis": "INFERRED", "confidence": 0.8 });
    story.gets("AttributeIncident", json!({ "input": inferred })).await;
    story.verify().await;
    let rejected = json!({ "incident": id, "release": release, "basis": "REJECTED" });
    let said = story.gets("AttributeIncident", json!({ "input": rejected })).await;
    let stated = said["attributeIncident"]["incident"]["attributions"].as_array().unwrap();
    let bases: Vec<_> = stated.iter().map(|one| one["basis"].as_str().unwrap()).collect();
    assert_eq!(bases, ["INFERRED", "REJECTED"]);
    story.verify().await;
}

async fn incidents_of_two_products_are_two(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    story.product("till", &[]).await;
    let incident = |product: &str, title: &str, external: &str| json!({ "product": product, "severity": 3, "title": title, "externalId": external });
    let items = json!([
        incident("shop", "one", "1"),
        incident("till", "other", "1"),
        incident("shop", "blank", ""),
        incident("shop", "blank too", " "),
    ]);
    let data = story.gets("OpenIncidentBatch", json!({ "items": items })).await;
    let items = &data["openIncidentBatch"]["items"];
    assert_eq!(items[1]["error"], json!({ "code": "CONFLICT", "field": "externalId" }));
    for (at, title) in [(0, "one"), (2, "blank"), (3, "blank too")] {
        let created = json!({ "outcome": "CREATED", "incident": { "title": title }, "error": null });
        assert_eq!(items[at], created);
    }
    story.verify().await;
}

async fn figures_of_exposure_replace_one_another(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let figure = |active: i64, source: &str| {
        json!({ "product": "shop", "feature": "search", "day": "2026-03-01",
        "activeCustomers": active, "source": source })
    };
    let items = json!([figure(10, "web"), figure(12, "web"), figure(5, "phone"), figure(-1, "web")]);
    let data = story.gets("RecordExposureBatch", json!({ "items": items })).await;
    assert_eq!(data["recordExposureBatch"]["items"][3]["error"]["field"], "activeCustomers");
    let again = story.gets("RecordExposureBatch", json!({ "items": [figure(12, "web")] })).await;
    assert_eq!(again["recordExposureBatch"]["items"][0]["outcome"], "UNCHANGED");
    story
        .submits(json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4,
        "occurredAt": "2026-03-01T10:00:00Z" }))
        .await;
    let data = story.gets("FeatureValue", json!({})).await;
    assert_eq!(data["feature"]["value"], json!({ "customerDays": 17.0, "exposureDays": 1 }));
    story.verify().await;
}

async fn a_scale_of_ones_own_counts_like_any_other(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let effort = json!({ "key": "effort", "min": 0, "max": 10, "step": 0.5, "higherIsBetter": false });
    assert_eq!(
        story.gets("CreateScale", json!({ "input": effort })).await["createScale"]["scale"]["kind"],
        "CUSTOM"
    );
    for (bad, argument) in [
        (json!({ "key": "a", "min": 1, "max": 1 }), "max"),
        (json!({ "key": "a", "min": 0, "max": 1, "step": 0.3 }), "step"),
        (json!({ "key": "a", "min": 0, "max": 1, "step": 0.0001 }), "step"),
        (json!({ "key": "a", "min": 1, "max": 5, "kind": "NPS" }), "kind"),
    ] {
        assert_eq!(story.is_refused("CreateScale", json!({ "input": bad })).await.1, argument, "{bad}");
    }
    let made = story
        .submits(json!({ "product": "shop", "feature": "search", "scale": "effort", "rating": 2.5,
            "occurredAt": "2026-03-01T10:00:00Z" }))
        .await;
    assert_eq!(made["feedback"]["rating"], 2.5);
    // The maximum number of levels: scores support all of them, and one more is refused when the scale is created.
    let fine = json!({ "key": "fine", "min": 0, "max": 1, "step": 0.001 });
    story.gets("CreateScale", json!({ "input": fine })).await;
    story
        .submits(json!({ "product": "shop", "feature": "search", "scale": "fine", "rating": 1,
        "occurredAt": "2026-03-01T10:00:00Z" }))
        .await;
    let finer = json!({ "key": "finer", "min": 0, "max": 1001, "step": 1 });
    let (code, argument, message) = story.is_refused("CreateScale", json!({ "input": finer })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "step"));
    assert!(message.contains("1002") && message.contains("1001"), "{message}");
    // Low effort is good: 2.5 of 10 is 75 of 100.
    let mean = story.gets("FeatureValueWithStrata", json!({})).await["feature"]["value"]["strata"][0]["mean"]
        .as_f64()
        .unwrap();
    assert!((mean - 75.0).abs() < 1e-9, "{mean}");
}
