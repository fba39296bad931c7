//! Repeated submissions: for every noun newer versions are applied, the same version changes nothing, and the counts
//! follow.

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

on_both!(
    an_answer_sent_again_with_another_rating_is_corrected,
    an_earlier_state_never_replaces_a_later_one,
    the_same_sent_again_does_not_undo_a_correction,
    a_nightly_copy_of_a_ticket_system_converges,
    an_incident_opened_again_spoils_only_the_days_on_which_it_was_open,
    a_deployment_converges_and_is_not_another_one,
    a_deployment_to_production_ships_a_planned_release,
    deployments_ship_since_the_earliest_in_whichever_order,
    a_deployment_that_turns_out_to_have_failed_ships_nothing,
    what_changed_of_a_deployment_can_be_asked_for,
    a_release_sent_again_converges,
    nouns_without_an_external_id_converge_by_their_key,
    a_release_is_named_by_its_version_in_every_input,
    a_file_imported_again_with_other_states_is_taken,
    null_empties_what_can_be_empty_of_every_noun,
    an_empty_cell_of_a_newer_state_is_null,
    a_state_that_has_not_come_is_refused,
    a_ticket_that_is_opened_again_converges_without_times,
);

const SUBMIT: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) {
    outcome feedback { id rating counted comment revision } } }";
const OPEN: &str = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { outcome
    incident { id title severity state openedAt resolvedAt revision intervals { openedAt resolvedAt } } } }";
const PLAN: &str = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { outcome release {
    id title notes lifecycle releasedAt revision } } }";
const DEPLOY: &str =
    "mutation($input: RecordDeploymentInput!) { recordDeployment(input: $input) { outcome deployment {
    id status environment revision release { version lifecycle releasedAt } } } }";

fn with(mut base: Value, more: Value) -> Value {
    base.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    base
}

async fn an_answer_sent_again_with_another_rating_is_corrected(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let answer = json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 1, "customer": "acme",
        "occurredAt": "2026-03-01T10:00:00Z", "externalId": "a-1", "comment": "slow" });
    let send = async |more: Value| {
        app.asks(SUBMIT, json!({ "input": with(answer.clone(), more) })).await["submitFeedback"].clone()
    };
    assert_eq!(send(json!({})).await["outcome"], "CREATED");
    assert_eq!(send(json!({})).await["outcome"], "UNCHANGED");
    let again = send(json!({ "rating": 5 })).await;
    assert_eq!(again["outcome"], "UPDATED", "{again}");
    assert_eq!((&again["feedback"]["rating"], &again["feedback"]["revision"]), (&json!(5.0), &json!(2)));
    assert_eq!(again["feedback"]["comment"], "slow");
    let short = app.asks(
        SUBMIT,
        json!({ "input": { "product": "shop", "scale": "csat", "rating": 5, "externalId": "a-1" } }),
    );
    assert_eq!(short.await["submitFeedback"]["feedback"]["comment"], "slow", "what is left out stays");
    let mean = "{ feature(feature: \"search\", product: \"shop\") { value(period: { from: \"2026-03-01\",
        until: \"2026-03-02\" }) { responses strata { mean } } } }";
    let value = app.asks(mean, json!({})).await["feature"]["value"].clone();
    assert_eq!((&value["responses"], &value["strata"][0]["mean"]), (&json!(1), &json!(100.0)), "{value}");
    // Of one voice the last response counts, also when the one that counted moves away from it.
    send(json!({ "externalId": "a-2", "rating": 2, "occurredAt": "2026-03-01T09:00:00Z" })).await;
    send(json!({ "occurredAt": "2026-03-01T08:00:00Z" })).await;
    app.verify().await;
    // Twice in one batch, with two states.
    let batch =
        "mutation($items: [SubmitFeedbackInput!]!) { submitFeedbackBatch(input: { items: $items }) { items {
        outcome feedback { rating } error { field } } } }";
    let items = json!([
        with(answer.clone(), json!({ "externalId": "b", "rating": 2 })),
        with(answer.clone(), json!({ "externalId": "b", "rating": 4 })),
        with(answer.clone(), json!({ "externalId": "b", "rating": 4 }))
    ]);
    let data = app.asks(batch, json!({ "items": items })).await;
    let said = |at: usize| data["submitFeedbackBatch"]["items"][at].clone();
    assert_eq!(
        said(1),
        json!({ "outcome": "UPDATED", "feedback": { "rating": 4.0 }, "error": null }),
        "{data}"
    );
    assert_eq!(said(2)["outcome"], "UNCHANGED");
    app.verify().await;
}

async fn an_earlier_state_never_replaces_a_later_one(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let answer = |rating: i32, at: &str| {
        json!({ "input": { "product": "shop", "scale": "csat", "rating": rating, "externalId": "a",
            "occurredAt": "2026-03-01T10:00:00Z", "updatedAt": at } })
    };
    let outcome = async |input| app.asks(SUBMIT, input).await["submitFeedback"]["outcome"].clone();
    assert_eq!(outcome(answer(3, "2026-03-02T10:00:00Z")).await, "CREATED");
    assert_eq!(outcome(answer(5, "2026-03-04T10:00:00Z")).await, "UPDATED");
    assert_eq!(outcome(answer(1, "2026-03-03T10:00:00Z")).await, "OUTDATED");
    let incident = |severity: i32, at: &str| {
        json!({ "input": { "product": "shop", "severity": severity, "title": "down", "externalId": "i",
            "openedAt": "2026-03-01T10:00:00Z", "updatedAt": at } })
    };
    let outcome = async |input| app.asks(OPEN, input).await["openIncident"].clone();
    assert_eq!(outcome(incident(2, "2026-03-02T10:00:00Z")).await["outcome"], "CREATED");
    assert_eq!(outcome(incident(1, "2026-03-04T10:00:00Z")).await["outcome"], "UPDATED");
    let late = outcome(incident(3, "2026-03-03T10:00:00Z")).await;
    assert_eq!((&late["outcome"], &late["incident"]["severity"]), (&json!("OUTDATED"), &json!(1)));
    let release = |title: &str, at: &str| json!({ "input": { "product": "shop", "version": "1", "title": title, "updatedAt": at } });
    let outcome = async |input| app.asks(PLAN, input).await["planRelease"]["outcome"].clone();
    assert_eq!(outcome(release("a", "2026-03-02T10:00:00Z")).await, "CREATED");
    assert_eq!(outcome(release("b", "2026-03-04T10:00:00Z")).await, "UPDATED");
    assert_eq!(outcome(release("c", "2026-03-03T10:00:00Z")).await, "OUTDATED");
    app.verify().await;
}

async fn the_same_sent_again_does_not_undo_a_correction(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let answer = json!({ "input": { "product": "shop", "scale": "csat", "rating": 1, "externalId": "a" } });
    let made = app.asks(SUBMIT, answer.clone()).await;
    let correct = "mutation($id: Reference!) { correctFeedback(input: { feedback: $id, rating: 4 }) { feedback { rating } } }";
    app.asks(correct, json!({ "id": made["submitFeedback"]["feedback"]["id"] })).await;
    let again = app.asks(SUBMIT, answer).await["submitFeedback"].clone();
    assert_eq!((&again["outcome"], &again["feedback"]["rating"]), (&json!("UNCHANGED"), &json!(4.0)));
    let incident =
        json!({ "input": { "product": "shop", "severity": 3, "title": "slow", "externalId": "i" } });
    let made = app.asks(OPEN, incident.clone()).await;
    let update = "mutation($id: Reference!) { updateIncident(input: { incident: $id, severity: 1 }) { incident { id } } }";
    app.asks(update, json!({ "id": made["openIncident"]["incident"]["id"] })).await;
    let again = app.asks(OPEN, incident).await["openIncident"].clone();
    assert_eq!((&again["outcome"], &again["incident"]["severity"]), (&json!("UNCHANGED"), &json!(1)));
    app.verify().await;
}

async fn a_nightly_copy_of_a_ticket_system_converges(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "cart"]).await;
    let ticket = json!({ "product": "shop", "features": ["search"], "severity": 2, "title": "slow",
        "openedAt": "2026-02-01T10:00:00Z", "externalId": "T-1", "source": "tickets" });
    let copy = async |more: Value| {
        app.asks(OPEN, json!({ "input": with(ticket.clone(), more) })).await["openIncident"].clone()
    };
    assert_eq!(copy(json!({})).await["outcome"], "CREATED");
    let resolved = copy(json!({ "resolvedAt": "2026-02-02T09:00:00Z", "title": "very slow" })).await;
    assert_eq!(resolved["outcome"], "UPDATED");
    assert_eq!(
        (&resolved["incident"]["state"], &resolved["incident"]["title"]),
        (&json!("RESOLVED"), &json!("very slow"))
    );
    // A version without an end does not change the end.
    assert_eq!(copy(json!({})).await["incident"]["state"], "RESOLVED");
    let again = copy(json!({ "reopenedAt": "2026-02-10T08:00:00Z" })).await;
    assert_eq!(again["incident"]["state"], "OPEN", "{again}");
    let ended =
        copy(json!({ "reopenedAt": "2026-02-10T08:00:00Z", "resolvedAt": "2026-02-10T12:00:00Z" })).await;
    let intervals = json!([
        { "openedAt": "2026-02-01T10:00:00+00:00", "resolvedAt": "2026-02-02T09:00:00+00:00" },
        { "openedAt": "2026-02-10T08:00:00+00:00", "resolvedAt": "2026-02-10T12:00:00+00:00" },
    ]);
    assert_eq!(ended["incident"]["intervals"], intervals);
    // Reopened by its source, with the time of that version; and moved to another feature.
    let open =
        copy(json!({ "resolvedAt": null, "updatedAt": "2026-02-20T08:00:00Z", "features": ["cart"] })).await;
    assert_eq!(
        open["incident"]["intervals"][2],
        json!({ "openedAt": "2026-02-20T08:00:00+00:00", "resolvedAt": null })
    );
    app.verify().await;
    // It did not begin again after all: the newest word is that it ended before. An older one changes nothing.
    let ended = json!({ "resolvedAt": "2026-02-10T12:00:00Z", "updatedAt": "2026-02-21T08:00:00Z" });
    let ended = copy(ended).await;
    assert_eq!((&ended["outcome"], &ended["incident"]["state"]), (&json!("UPDATED"), &json!("RESOLVED")));
    assert_eq!(ended["incident"]["intervals"], intervals);
    let stale = json!({ "resolvedAt": null, "updatedAt": "2026-02-20T08:00:00Z" });
    assert_eq!(copy(stale).await["incident"]["intervals"], intervals);
    app.verify().await;
    // Other customers are affected than stated before: the removed ones are reported.
    for customer in ["acme", "globex"] {
        let create = "mutation($key: String!) { createCustomer(input: { key: $key }) { customer { id } } }";
        app.asks(create, json!({ "key": customer })).await;
    }
    let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) {
        outcome removedCustomers { key } incident { customers { nodes { key } } } } }";
    let mut told = Vec::new();
    for customers in [json!(["acme"]), json!(["globex"])] {
        let input = with(ticket.clone(), json!({ "customers": customers, "updatedAt": null }));
        told.push(app.asks(open, json!({ "input": input })).await["openIncident"].clone());
    }
    assert_eq!(told[0]["removedCustomers"], json!([]));
    assert_eq!(told[1]["removedCustomers"], json!([{ "key": "acme" }]), "{told:#?}");
    assert_eq!(told[1]["incident"]["customers"]["nodes"], json!([{ "key": "globex" }]));
    app.verify().await;
    let batch =
        "mutation($items: [OpenIncidentInput!]!) { openIncidentBatch(input: { items: $items }) { items {
        outcome incident { state } error { field } } } }";
    let other = with(ticket.clone(), json!({ "externalId": "T-2" }));
    let items = json!([other, with(other.clone(), json!({ "resolvedAt": "2026-02-03T10:00:00Z" }))]);
    let data = app.asks(batch, json!({ "items": items })).await;
    let second = json!({ "outcome": "UPDATED", "incident": { "state": "RESOLVED" }, "error": null });
    assert_eq!(data["openIncidentBatch"]["items"][1], second);
    app.verify().await;
}

async fn an_incident_opened_again_spoils_only_the_days_on_which_it_was_open(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let figures: Vec<Value> = (1..=20)
        .map(|day| {
            json!({ "product": "shop", "feature": "search", "day": format!("2026-02-{day:02}"), "activeCustomers": 100 })
        })
        .collect();
    let record = "mutation($items: [RecordExposureInput!]!) { recordExposureBatch(input: { items: $items }) { items { outcome } } }";
    app.asks(record, json!({ "items": figures })).await;
    app.submits(json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4,
        "occurredAt": "2026-02-05T10:00:00Z" }))
        .await;
    let incident = json!({ "product": "shop", "features": ["search"], "severity": 1, "title": "down",
        "affectedCustomers": 100, "openedAt": "2026-02-01T08:00:00Z", "resolvedAt": "2026-02-01T10:00:00Z" });
    let id = app.asks(OPEN, json!({ "input": incident })).await["openIncident"]["incident"]["id"].clone();
    let spoiled = async || {
        let query =
            "{ feature(feature: \"search\", product: \"shop\") { value(period: { from: \"2026-02-01\",
            until: \"2026-02-21\" }) { incidentImpact } } }";
        let share = app.asks(query, json!({})).await["feature"]["value"]["incidentImpact"].as_f64().unwrap();
        (share * 20.0).round() as i64
    };
    assert_eq!(spoiled().await, 1);
    let reopen = "mutation($input: ReopenIncidentInput!) { reopenIncident(input: $input) { incident {
        state resolvedAt intervals { openedAt resolvedAt } } } }";
    let early = json!({ "input": { "incident": id, "reopenedAt": "2026-02-01T09:00:00Z" } });
    assert_eq!(app.is_refused(reopen, early).await.1, "reopenedAt");
    let at = json!({ "input": { "incident": id, "reopenedAt": "2026-02-15T08:00:00Z" } });
    let reopened = app.asks(reopen, at.clone()).await["reopenIncident"]["incident"].clone();
    assert_eq!(reopened["state"], "OPEN");
    assert_eq!(app.asks(reopen, at).await["reopenIncident"]["incident"], reopened, "said again");
    let resolve =
        "mutation($input: ResolveIncidentInput!) { resolveIncident(input: $input) { incident { state } } }";
    let between = json!({ "input": { "incident": id, "resolvedAt": "2026-02-03T00:00:00Z" } });
    assert_eq!(app.is_refused(resolve, between).await.1, "resolvedAt");
    let ended = json!({ "input": { "incident": id, "resolvedAt": "2026-02-15T10:00:00Z" } });
    app.asks(resolve, ended).await;
    assert_eq!(spoiled().await, 2, "the 1st and the 15th");
    app.verify().await;
    // Reopened on the same day, twice: the day is lost once.
    let same_day = json!({ "input": { "incident": id, "reopenedAt": "2026-02-15T12:00:00Z" } });
    app.asks(reopen, same_day).await;
    let ended = json!({ "input": { "incident": id, "resolvedAt": "2026-02-16T10:00:00Z" } });
    app.asks(resolve, ended).await;
    assert_eq!(spoiled().await, 3, "the 1st, the 15th and the 16th");
    app.verify().await;
}

async fn a_deployment_converges_and_is_not_another_one(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for version in ["1", "2"] {
        app.asks(PLAN, json!({ "input": { "product": "shop", "version": version } })).await;
    }
    let job = json!({ "release": "1", "environment": "staging", "status": "FAILED", "externalId": "job-7",
        "deployedAt": "2026-03-01T10:00:00Z" });
    let deploy = async |more: Value| {
        app.asks(DEPLOY, json!({ "input": with(job.clone(), more) })).await["recordDeployment"].clone()
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
            app.is_refused(DEPLOY, json!({ "input": with(job.clone(), more) })).await;
        assert_eq!((code.as_str(), argument.as_str()), ("CONFLICT", field), "{message}");
    }
}

async fn a_deployment_to_production_ships_a_planned_release(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let plan = async |version: &str| {
        app.asks(PLAN, json!({ "input": { "product": "shop", "version": version } })).await;
    };
    let deploy = async |version: &str, place: &str, status: &str| {
        let input = json!({ "product": "shop", "release": version, "environment": place, "status": status,
            "deployedAt": "2026-03-01T10:00:00Z" });
        let data = app.asks(DEPLOY, json!({ "input": input })).await;
        data["recordDeployment"]["deployment"]["release"].clone()
    };
    plan("1").await;
    assert_eq!(deploy("1", "staging", "SUCCEEDED").await["lifecycle"], "PLANNED");
    assert_eq!(deploy("1", "production", "FAILED").await["lifecycle"], "PLANNED");
    let shipped =
        json!({ "version": "1", "lifecycle": "RELEASED", "releasedAt": "2026-03-01T10:00:00+00:00" });
    assert_eq!(deploy("1", "production", "SUCCEEDED").await, shipped);
    let update =
        "mutation($places: [String!]) { updateProduct(input: { product: \"shop\", shipsTo: $places }) {
        product { shipsTo } } }";
    let places = app.asks(update, json!({ "places": ["eu", "us"] })).await;
    assert_eq!(places["updateProduct"]["product"]["shipsTo"], json!(["eu", "us"]));
    plan("2").await;
    assert_eq!(deploy("2", "production", "SUCCEEDED").await["lifecycle"], "PLANNED");
    assert_eq!(deploy("2", "us", "SUCCEEDED").await["lifecycle"], "RELEASED");
}

async fn a_deployment_that_turns_out_to_have_failed_ships_nothing(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    app.asks(PLAN, json!({ "input": { "product": "shop", "version": "1" } })).await;
    let deploy = async |id: &str, status: &str, at: &str| {
        let input = json!({ "product": "shop", "release": "1", "environment": "production", "status": status,
            "deployedAt": at, "externalId": id });
        let data = app.asks(DEPLOY, json!({ "input": input })).await;
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
    let third =
        app.asks("{ release(release: \"1\") { withdrawnAt } }", json!({})).await["release"]["withdrawnAt"]
            .clone();
    let third = third.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap()
        + chrono::TimeDelta::milliseconds(1);
    let third = third.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    assert_eq!(deploy("again", "SUCCEEDED", &third).await.0, "RELEASED");
    // The times of the release itself are not changed by a deployment at the same time.
    let plan = |version: &str, at: Option<&str>| json!({ "input": { "product": "shop", "version": version, "releasedAt": at } });
    let deploy = async |version: &str, status: &str| {
        let input = json!({ "product": "shop", "release": version, "environment": "production", "status": status,
            "deployedAt": first, "externalId": version });
        let data = app.asks(DEPLOY, json!({ "input": input })).await;
        data["recordDeployment"]["deployment"]["release"]["lifecycle"].as_str().unwrap().to_owned()
    };
    let ship = "mutation($input: ShipReleaseInput!) { shipRelease(input: $input) { release { lifecycle } } }";
    for (version, declared) in [("2", "planned before"), ("3", "shipped after"), ("4", "planned after")] {
        app.asks(PLAN, plan(version, (declared == "planned before").then_some(first))).await;
        assert_eq!(deploy(version, "SUCCEEDED").await, "RELEASED");
        match declared {
            "shipped after" => {
                let input = json!({ "product": "shop", "release": version, "releasedAt": first });
                app.asks(ship, json!({ "input": input })).await;
            }
            "planned after" => {
                app.asks(PLAN, plan(version, Some(first))).await;
            }
            _ => (),
        }
        assert_eq!(deploy(version, "FAILED").await, "RELEASED", "{declared}");
    }
    app.verify().await;
}

async fn deployments_ship_since_the_earliest_in_whichever_order(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let deploy = async |version: &str, day: &str, more: Value| {
        let input = json!({ "product": "shop", "release": version, "environment": "production", "status": "SUCCEEDED",
            "deployedAt": format!("2026-{day}T10:00:00Z") });
        app.asks(DEPLOY, json!({ "input": with(input, more) })).await["recordDeployment"].clone()
    };
    let since = |told: &Value| told["deployment"]["release"]["releasedAt"].as_str().unwrap()[..10].to_owned();
    for (version, days) in [("1", ["05-01", "04-20"]), ("2", ["04-20", "05-01"])] {
        app.asks(PLAN, json!({ "input": { "product": "shop", "version": version } })).await;
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
    app.asks(PLAN, json!({ "input": { "product": "shop", "version": "3" } })).await;
    deploy("3", "04-10", json!({ "externalId": "a" })).await;
    deploy("3", "04-20", json!({ "externalId": "b" })).await;
    let told = deploy("3", "04-15", json!({ "externalId": "a" })).await;
    assert_eq!((told["outcome"].as_str().unwrap(), since(&told)), ("UPDATED", "2026-04-15".to_owned()));
    let told = deploy("3", "04-15", json!({ "externalId": "a", "status": "FAILED" })).await;
    assert_eq!(since(&told), "2026-04-20");
    // A declared time remains, and the release was released again after the withdrawal.
    app.asks(
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
        app.asks(mutation, json!({})).await;
    }
    assert_eq!(since(&deploy("1", "05-09", json!({})).await), "2026-05-09");
    assert_eq!(
        since(&deploy("1", "04-19", json!({})).await),
        "2026-05-09",
        "that was before it was withdrawn"
    );
}

async fn what_changed_of_a_deployment_can_be_asked_for(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    app.asks(PLAN, json!({ "input": { "product": "shop", "version": "1" } })).await;
    let deploy = async |id: &str, status: &str| {
        let input = json!({ "product": "shop", "release": "1", "environment": "qa", "externalId": id, "status": status });
        app.asks(DEPLOY, json!({ "input": input })).await;
    };
    deploy("a", "FAILED").await;
    deploy("b", "SUCCEEDED").await;
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    let now = ballroom_tests::ballroom::clock::now().to_rfc3339();
    let query = "query($at: DateTime!, $direction: OrderDirection!) {
        new: deployments(filter: { createdAt: { from: $at } }) { totalCount }
        changed: deployments(filter: { updatedAt: { from: $at } }) { nodes { externalId } }
        deployments(orderBy: { field: UPDATED_AT, direction: $direction }) { nodes { externalId } } }";
    deploy("b", "SUCCEEDED").await;
    let before = app.asks(query, json!({ "at": now, "direction": "ASC" })).await;
    assert_eq!(before["changed"]["nodes"], json!([]), "the same again changes nothing");
    deploy("a", "SUCCEEDED").await;
    for (direction, order) in [("ASC", ["b", "a"]), ("DESC", ["a", "b"])] {
        let after = app.asks(query, json!({ "at": now, "direction": direction })).await;
        assert_eq!(after["new"]["totalCount"], 0);
        assert_eq!(after["changed"]["nodes"], json!([{ "externalId": "a" }]));
        let nodes = after["deployments"]["nodes"].as_array().unwrap().iter();
        assert_eq!(nodes.map(|node| node["externalId"].as_str().unwrap()).collect::<Vec<_>>(), order);
    }
}

async fn a_release_sent_again_converges(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let job = json!({ "product": "shop", "version": "1", "title": "One" });
    let plan = async |more: Value| {
        app.asks(PLAN, json!({ "input": with(job.clone(), more) })).await["planRelease"].clone()
    };
    assert_eq!(plan(json!({})).await["outcome"], "CREATED");
    assert_eq!(plan(json!({})).await["outcome"], "UNCHANGED");
    let renamed = plan(json!({ "title": "The first" })).await;
    assert_eq!((&renamed["outcome"], &renamed["release"]["title"]), (&json!("UPDATED"), &json!("The first")));
    let shipped = plan(json!({ "title": "The first", "releasedAt": "2026-03-01T10:00:00Z" })).await;
    assert_eq!(
        (&shipped["outcome"], &shipped["release"]["lifecycle"]),
        (&json!("UPDATED"), &json!("RELEASED"))
    );
    let noted = plan(json!({ "title": "The first", "notes": "fast" })).await["release"].clone();
    assert_eq!((&noted["notes"], &noted["lifecycle"]), (&json!("fast"), &json!("RELEASED")));
}

async fn nouns_without_an_external_id_converge_by_their_key(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for (noun, base, other, field, value) in [
        ("Product", json!({ "key": "shop" }), json!({ "name": "The shop" }), "name", "The shop"),
        (
            "Feature",
            json!({ "product": "shop", "key": "search" }),
            json!({ "description": "finds" }),
            "description",
            "finds",
        ),
        ("Segment", json!({ "key": "gold" }), json!({ "name": "Gold" }), "name", "Gold"),
        ("Customer", json!({ "key": "acme" }), json!({ "name": "ACME" }), "name", "ACME"),
        (
            "Iteration",
            json!({ "product": "shop", "name": "S1", "period": { "from": "2026-03-01", "until": "2026-03-15" } }),
            json!({ "goal": "search" }),
            "goal",
            "search",
        ),
    ] {
        let query = format!(
            "mutation($input: Create{noun}Input!) {{ create{noun}(input: $input) {{ outcome {0} {{ {field} }} }} }}",
            noun.to_lowercase()
        );
        let make = async |input: Value| {
            app.asks(&query, json!({ "input": input })).await[format!("create{noun}")].clone()
        };
        if noun != "Product" {
            assert_eq!(make(base.clone()).await["outcome"], "CREATED", "{noun}");
        }
        assert_eq!(make(base.clone()).await["outcome"], "UNCHANGED", "{noun}");
        let made = make(with(base.clone(), other)).await;
        assert_eq!((&made["outcome"], &made[noun.to_lowercase()][field]), (&json!("UPDATED"), &json!(value)));
        assert_eq!(make(base).await["outcome"], "UNCHANGED", "{noun}: what is left out stays");
    }
}

async fn a_release_is_named_by_its_version_in_every_input(backend: Backend) {
    let app = App::start(backend).await;
    for product in ["shop", "till"] {
        app.product(product, &[]).await;
        app.asks(PLAN, json!({ "input": { "product": product, "version": "1" } })).await;
    }
    app.asks(PLAN, json!({ "input": { "product": "shop", "version": "2" } })).await;
    let update =
        "mutation($input: UpdateReleaseInput!) { updateRelease(input: $input) { release { title } } }";
    let ship = "mutation($input: ShipReleaseInput!) { shipRelease(input: $input) { release { lifecycle } } }";
    let withdraw = "mutation($input: WithdrawReleaseInput!) { withdrawRelease(input: $input) { release { lifecycle } } }";
    app.asks(update, json!({ "input": { "product": "shop", "release": "1", "title": "One" } })).await;
    app.asks(ship, json!({ "input": { "release": "2" } })).await;
    app.asks(withdraw, json!({ "input": { "release": "2" } })).await;
    let (code, argument, message) = app.is_refused(ship, json!({ "input": { "release": "1" } })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "release"));
    assert!(message.contains("several products"), "{message}");
    let unknown = app.is_refused(ship, json!({ "input": { "release": "3" } })).await;
    assert_eq!((unknown.0.as_str(), unknown.1.as_str()), ("NOT_FOUND", "release"));
    let incident =
        app.asks(OPEN, json!({ "input": { "product": "shop", "severity": 2, "title": "x" } })).await;
    let attribute =
        "mutation($input: AttributeIncidentInput!) { attributeIncident(input: $input) { attribution {
        release { version product { key } } } } }";
    let input = json!({ "incident": incident["openIncident"]["incident"]["id"], "basis": "CONFIRMED", "release": "1" });
    let said = app.asks(attribute, json!({ "input": input })).await;
    let expected = json!({ "version": "1", "product": { "key": "shop" } });
    assert_eq!(said["attributeIncident"]["attribution"]["release"], expected);
}

async fn a_file_imported_again_with_other_states_is_taken(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let import = async |what: &str, rows: &str| {
        let file = app.database.file("rows.csv", rows);
        app.database.succeeds(&["import", what, &file]).await
    };
    let updated = |said: &str, rows: usize| said.contains(&format!("{rows} updated"));
    let header = "external_id,product,severity,opened_at,resolved_at,updated_at\n";
    import("incidents", &format!("{header}1,shop,2,2026-02-01,,2026-02-01\n")).await;
    let said = import("incidents", &format!("{header}1,shop,2,2026-02-01,2026-02-02,2026-02-02\n")).await;
    assert!(updated(&said, 1), "{said}");
    let said = import("incidents", &format!("{header}1,shop,2,2026-02-01,,2026-02-09\n")).await;
    assert!(updated(&said, 1), "{said}");
    let query = "{ product(product: \"shop\") { incidents { nodes { state intervals { resolvedAt } } } releases { nodes {
        version lifecycle } } } }";
    let incident = app.asks(query, json!({})).await["product"]["incidents"]["nodes"][0].clone();
    assert_eq!((&incident["state"], incident["intervals"].as_array().unwrap().len()), (&json!("OPEN"), 2));
    let header = "product,version,previous,released_at\n";
    import("releases", &format!("{header}shop,1,,\nshop,2,1,\n")).await;
    let said = import("releases", &format!("{header}shop,1,,2026-02-01\nshop,2,1,\n")).await;
    assert!(updated(&said, 1), "{said}");
    let header = "external_id,product,scale,rating,occurred_at\n";
    import("feedback", &format!("{header}1,shop,csat,2,2026-02-01\n")).await;
    let other = format!("{header}1,shop,csat,5,2026-02-01\n");
    let said = import("feedback", &other).await;
    assert!(
        said.contains("1 kept as stored"),
        "without a time of update, it is not known which is newer: {said}"
    );
    let file = app.database.file("rows.csv", &other);
    let said = app.database.succeeds(&["import", "feedback", &file, "--on-conflict", "update"]).await;
    assert!(updated(&said, 1), "{said}");
    app.verify().await;
}

async fn null_empties_what_can_be_empty_of_every_noun(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let nouns = "mutation { createSegment(input: { key: \"gold\" }) { outcome }
        createTeam(input: { key: \"t\" }) { outcome } }";
    app.asks(nouns, json!({})).await;
    // A full version, the same with null, and with null again; and the result for a reader.
    let cases = [
        (
            "createProduct: CreateProductInput product { name description shipsTo }",
            json!({ "key": "office", "name": "Office", "description": "d", "shipsTo": ["eu"] }),
            json!({ "key": "office", "name": null, "description": null, "shipsTo": null }),
            json!({ "name": "office", "description": null, "shipsTo": ["production"] }),
        ),
        (
            "createFeature: CreateFeatureInput feature { name description lifecycle team { key } }",
            json!({ "product": "shop", "key": "cart", "name": "Cart", "description": "d", "lifecycle": "RETIRED", "team": "t" }),
            json!({ "product": "shop", "key": "cart", "name": null, "description": null, "lifecycle": null, "team": null }),
            json!({ "name": "cart", "description": null, "lifecycle": "LIVE", "team": null }),
        ),
        (
            "createTeam: CreateTeamInput team { name }",
            json!({ "key": "finders", "name": "Finders" }),
            json!({ "key": "finders", "name": null }),
            json!({ "name": "finders" }),
        ),
        (
            "createMember: CreateMemberInput member { name roles teams { key } language vocabulary identities { subject } }",
            json!({ "email": "ann@example.com", "name": "Ann", "roles": ["SUPPORT"], "teams": ["t"], "language": "de",
                "vocabulary": "ITIL", "identities": [{ "issuer": "https://a.example", "subject": "1" }] }),
            json!({ "email": "ann@example.com", "name": null, "roles": null, "teams": null, "language": null,
                "vocabulary": null, "identities": null }),
            json!({ "name": "ann@example.com", "roles": [], "teams": [], "language": null, "vocabulary": "PLAIN",
                "identities": [] }),
        ),
        (
            "createSegment: CreateSegmentInput segment { name }",
            json!({ "key": "silver", "name": "Silver" }),
            json!({ "key": "silver", "name": null }),
            json!({ "name": "silver" }),
        ),
        (
            "createCustomer: CreateCustomerInput customer { name segment { key } }",
            json!({ "key": "acme", "name": "Acme", "segment": "gold" }),
            json!({ "key": "acme", "name": null, "segment": null }),
            json!({ "name": null, "segment": null }),
        ),
        (
            "createIteration: CreateIterationInput iteration { goal }",
            json!({ "product": "shop", "name": "1", "goal": "g", "period": { "from": "2026-03-01", "until": "2026-03-15" } }),
            json!({ "product": "shop", "name": "1", "goal": null, "period": { "from": "2026-03-01", "until": "2026-03-15" } }),
            json!({ "goal": null }),
        ),
        (
            "planRelease: PlanReleaseInput release { title notes plannedFor previous { version } features { change } }",
            json!({ "product": "shop", "version": "9", "title": "T", "notes": "N", "plannedFor": "2026-03-01",
                "previous": "8", "features": [{ "feature": "search", "change": "ADDED" }] }),
            json!({ "product": "shop", "version": "9", "title": null, "notes": null, "plannedFor": null,
                "previous": null, "features": null }),
            json!({ "title": null, "notes": null, "plannedFor": null, "previous": null, "features": [] }),
        ),
        (
            "openIncident: OpenIncidentInput incident { description affectedCustomers features { key } customers { nodes { key } } }",
            json!({ "product": "shop", "severity": 2, "title": "x", "externalId": "i", "description": "d",
                "affectedCustomers": 3, "features": ["search"], "customers": ["acme"] }),
            json!({ "product": "shop", "severity": 2, "title": "x", "externalId": "i", "description": null,
                "affectedCustomers": null, "features": null, "customers": [] }),
            json!({ "description": null, "affectedCustomers": null, "features": [], "customers": { "nodes": [] } }),
        ),
        (
            "submitFeedback: SubmitFeedbackInput feedback { comment channel feature { key } customer { key } segment { key } }",
            json!({ "product": "shop", "scale": "csat", "rating": 2, "externalId": "a", "comment": "c", "channel": "mail",
                "feature": "search", "customer": "acme", "segment": "gold" }),
            json!({ "product": "shop", "scale": "csat", "rating": 2, "externalId": "a", "comment": null, "channel": null,
                "feature": null, "customer": null, "segment": null }),
            json!({ "comment": null, "channel": null, "feature": null, "customer": null, "segment": null }),
        ),
    ];
    app.asks(PLAN, json!({ "input": { "product": "shop", "version": "8" } })).await;
    for (what, full, null, expected) in cases {
        let (verb, rest) = what.split_once(": ").unwrap();
        let (input, selection) = rest.split_once(' ').unwrap();
        let noun = selection.split(' ').next().unwrap();
        let document = format!(
            "mutation($input: {input}!) {{ {verb}(input: $input) {{ outcome {selection} userErrors {{ message }} }} }}"
        );
        let send = async |input: &Value| app.asks(&document, json!({ "input": input })).await[verb].clone();
        let made = send(&full).await;
        assert_ne!(made[noun], expected, "{made}");
        let before = made[noun].clone();
        // Omitted fields are kept.
        let mut short = full.clone();
        for (field, value) in null.as_object().unwrap() {
            if value.is_null() || value == &json!([]) {
                short.as_object_mut().unwrap().remove(field);
            }
        }
        assert_eq!(send(&short).await[noun], before, "{verb}");
        let emptied = send(&null).await;
        assert_eq!(
            (&emptied["outcome"], &emptied[noun]),
            (&json!("UPDATED"), &expected),
            "{verb}: {emptied}"
        );
        assert_eq!(send(&null).await["outcome"], "UNCHANGED", "{verb}");
        // It converges: a full version after it is applied as well.
        let full_again = send(&full).await;
        assert_eq!((&full_again["outcome"], &full_again[noun]), (&json!("UPDATED"), &before), "{verb}");
    }
    app.verify().await;
}

async fn an_empty_cell_of_a_newer_state_is_null(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let import = async |what: &str, rows: &str| {
        let file = app.database.file("rows.csv", rows);
        app.database.succeeds(&["import", what, &file, "--create", "customers"]).await
    };
    let answers = "external_id,product,scale,rating,occurred_at,comment,customer,feature,updated_at\n";
    let row = |rest: &str| format!("{answers}1,shop,csat,2,2026-02-01,{rest}\n");
    import("feedback", &row("slow,acme,search,2026-02-01")).await;
    let query =
        "{ product(product: \"shop\") { feedback { nodes { comment customer { key } feature { key } } }
        incidents { nodes { state affectedCustomers features { key } } } } }";
    let there = async |what: &str| app.asks(query, json!({})).await["product"][what]["nodes"][0].clone();
    let whole = json!({ "comment": "slow", "customer": { "key": "acme" }, "feature": { "key": "search" } });
    assert_eq!(there("feedback").await, whole);
    // In a file without times of update, empty cells have no meaning.
    import("feedback", &row(",,,")).await;
    assert_eq!(there("feedback").await, whole);
    import("feedback", &row(",,,2026-01-31")).await;
    assert_eq!(there("feedback").await, whole, "an earlier state");
    let said = import("feedback", &row("NA,,search,2026-02-03")).await;
    assert!(said.contains("1 updated"), "{said}");
    let emptied = json!({ "comment": null, "customer": null, "feature": { "key": "search" } });
    assert_eq!(there("feedback").await, emptied);
    let incidents =
        "external_id,product,severity,opened_at,resolved_at,affected_customers,feature,updated_at\n";
    let row = |rest: &str| format!("{incidents}1,shop,2,2026-02-01,{rest}\n");
    let said = import("incidents", &row("2026-02-02,7,search,")).await;
    assert!(!said.contains("not read"), "`feature` is `features`: {said}");
    assert!(said.contains("1 is read as the most severe"), "the direction of numbers is said: {said}");
    import("incidents", &row(",,,")).await;
    let resolved = json!({ "state": "RESOLVED", "affectedCustomers": 7, "features": [{ "key": "search" }] });
    assert_eq!(there("incidents").await, resolved);
    import("incidents", &row(",,,2026-02-09")).await;
    let open = json!({ "state": "OPEN", "affectedCustomers": null, "features": [] });
    assert_eq!(there("incidents").await, open);
    app.verify().await;
}

async fn a_state_that_has_not_come_is_refused(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let never = "2999-01-01T00:00:00Z";
    for (document, input) in [
        (SUBMIT, json!({ "product": "shop", "scale": "csat", "rating": 2, "externalId": "a" })),
        (OPEN, json!({ "product": "shop", "severity": 2, "title": "x", "externalId": "i" })),
        (PLAN, json!({ "product": "shop", "version": "1" })),
    ] {
        for _ in 0..2 {
            let input = with(input.clone(), json!({ "updatedAt": never }));
            let (code, argument, _) = app.is_refused(document, json!({ "input": input })).await;
            assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "updatedAt"));
            // Known or not.
            app.asks(
                document,
                json!({ "input": with(input, json!({ "updatedAt": "2026-02-01T00:00:00Z" })) }),
            )
            .await;
        }
    }
    let input = json!({ "product": "shop", "release": "1", "environment": "e", "status": "FAILED", "updatedAt": never });
    assert_eq!(app.is_refused(DEPLOY, json!({ "input": input })).await.1, "updatedAt");
}

async fn a_ticket_that_is_opened_again_converges_without_times(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    app.asks(
        PLAN,
        json!({ "input": { "product": "shop", "version": "8", "releasedAt": "2026-01-01T00:00:00Z" } }),
    )
    .await;
    let ticket = json!({ "product": "shop", "severity": 2, "title": "slow", "openedAt": "2026-02-01T10:00:00Z",
        "externalId": "T-1", "release": "8" });
    let tell = async |more: Value| {
        app.asks(OPEN, json!({ "input": with(ticket.clone(), more) })).await["openIncident"].clone()
    };
    tell(json!({ "resolvedAt": null })).await;
    tell(json!({ "resolvedAt": "2026-02-02T10:00:00Z" })).await;
    let again = tell(json!({ "resolvedAt": null })).await;
    assert_eq!(
        (&again["outcome"], &again["incident"]["state"]),
        (&json!("UPDATED"), &json!("OPEN")),
        "{again}"
    );
    assert_eq!(tell(json!({ "resolvedAt": null })).await["outcome"], "UNCHANGED");
    app.verify().await;
    // It had been resolved before its reopening was reported.
    let ended = tell(json!({ "resolvedAt": "2026-02-03T10:00:00Z" })).await["incident"].clone();
    let intervals = json!([
        { "openedAt": "2026-02-01T10:00:00+00:00", "resolvedAt": "2026-02-02T10:00:00+00:00" },
        { "openedAt": "2026-02-03T10:00:00+00:00", "resolvedAt": "2026-02-03T10:00:00+00:00" },
    ]);
    assert_eq!((&ended["state"], &ended["intervals"]), (&json!("RESOLVED"), &intervals));
    app.verify().await;
    // The release is withdrawn, and named again.
    let query =
        "{ product(product: \"shop\") { incidents { nodes { attributions { release { version } } } } } }";
    let stated =
        async || app.asks(query, json!({})).await["product"]["incidents"]["nodes"][0]["attributions"].clone();
    let (named, none) = (json!({ "release": { "version": "8" } }), json!({ "release": null }));
    assert_eq!(stated().await, json!([named]));
    tell(json!({ "release": null, "title": "very slow" })).await;
    assert_eq!(stated().await, json!([named, none]));
    app.verify().await;
    tell(json!({ "release": null, "title": "slow as ever" })).await;
    assert_eq!(stated().await, json!([named, none]), "said once");
    tell(json!({ "title": "slow" })).await;
    assert_eq!(stated().await, json!([named, none, named]));
    app.verify().await;
}
