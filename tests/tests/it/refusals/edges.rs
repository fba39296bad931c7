//! What is refused at the edges: of lists and lookups, of time, of what a caller may say, and of reports without anything to
//! report.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

use super::{shop, tries};

on_both!(
    lists_and_lookups_are_refused_what_they_cannot_find,
    times_are_refused_that_cannot_be,
    callers_are_refused_what_is_not_theirs_to_say,
    reports_are_refused_that_have_nothing_to_report,
);

const EDGES: &str = include_str!("../../stories/edges.graphql");

/// Asks what must be refused, with these variables: each with one error, which names an argument.
async fn asks(story: &Story, refused: Vec<(&str, Value)>) {
    for (operation, variables) in refused {
        let answer = story.answer(operation, variables.clone()).await;
        let errors =
            answer["errors"].as_array().unwrap_or_else(|| panic!("{operation} {variables}\n{answer:#}"));
        let extensions = &errors[0]["extensions"];
        assert!(
            errors.len() == 1 && extensions["argument"].is_string(),
            "{operation} {variables}\n{answer:#}"
        );
        story.asks(&story.admin, operation, variables).await;
    }
}

fn with(mut input: Value, fields: Value) -> Value {
    input.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    input
}

async fn lists_and_lookups_are_refused_what_they_cannot_find(backend: Backend) {
    let story = shop(backend, EDGES).await;
    story.admin.plans_release(json!({ "product": "till", "version": "2.0" })).await;
    let days = |from: &str, until: &str| json!({ "from": from, "until": until });
    for (product, name, period) in [
        ("shop", "S1", days("2026-03-02", "2026-03-16")),
        ("shop", "S2", days("2026-03-09", "2026-03-23")),
        ("till", "S1", days("2026-03-20", "2026-04-03")),
    ] {
        story
            .gets(
                "CreateIteration",
                json!({ "input": { "product": product, "name": name, "period": period } }),
            )
            .await;
    }
    for source in ["jira", "pager"] {
        let incident =
            json!({ "product": "shop", "title": source, "severity": 3, "externalId": "7", "source": source });
        story.admin.opens_incident(incident).await;
    }
    // What can be found is found.
    let only = story.gets("Iteration", json!({ "day": "2026-03-20", "product": "till" })).await;
    assert_eq!(only["iteration"], json!({ "name": "S1", "product": { "key": "till" } }));
    let of_jira = story.gets("Incident", json!({ "externalId": "7", "source": "jira" })).await;
    assert_eq!(of_jira["incident"]["title"], "jira");
    let none = "00000000000070008000000000000000";
    let range = |from: &str, until: &str| json!({ "from": from, "until": until });
    asks(
        &story,
        vec![
            ("Features", json!({ "first": 201 })),
            ("Features", json!({ "last": -1 })),
            ("Features", json!({ "first": 5, "last": 5 })),
            ("Features", json!({ "after": "elsewhere" })),
            ("Feedback", json!({ "filter": { "minRating": 3.0 } })),
            ("Feedback", json!({ "filter": { "scale": "csta" } })),
            ("Feedback", json!({ "filter": { "feature": "drawer" } })),
            ("Feedback", json!({ "filter": { "customer": "nobody" } })),
            ("Feedback", json!({ "filter": { "day": range("2026-03-02", "2026-03-02") } })),
            ("Feedback", json!({ "filter": { "receivedAt": range("2026-03-02T00:00:00Z", "2026-03-01T22:00:00+00:00") } })),
            ("Incidents", json!({ "filter": { "openedAt": range("2026-03-02T00:00:00.5Z", "2026-03-02T00:00:00Z") } })),
            ("Incidents", json!({ "filter": { "release": "9.9" } })),
            ("Incident", json!({})),
            ("Incident", json!({ "id": format!("incident_{none}"), "externalId": "7" })),
            ("Incident", json!({ "id": format!("incident_{none}") })),
            ("Incident", json!({ "externalId": "7" })),
            ("Incident", json!({ "externalId": "7", "source": "mail" })),
            ("Incident", json!({ "externalId": "8" })),
            ("Iteration", json!({})),
            ("Iteration", json!({ "name": "S1" })),
            ("Iteration", json!({ "name": "S1", "product": "none" })),
            ("Iteration", json!({ "name": "S9" })),
            ("Iteration", json!({ "day": "2026-03-10" })),
            ("Iteration", json!({ "day": "2026-03-10", "product": "shop" })),
            ("Iteration", json!({ "day": "2026-03-20" })),
            ("Iteration", json!({ "day": "2027-03-20" })),
            ("Iteration", json!({ "iteration": format!("iteration_{none}"), "name": "S1" })),
            ("Release", json!({ "version": "2.0" })),
            ("Release", json!({ "version": "2.1", "product": "shop" })),
            ("Nodes", json!({ "ids": vec![format!("feature_{none}"); 201] })),
            ("Surprises", json!({ "limit": 201 })),
            ("Surprises", json!({ "limit": -1 })),
            ("Suggestions", json!({ "text": "export", "limit": 21 })),
            ("Calendar", json!({ "period": range("2026-03-02", "2026-03-01") })),
            ("Calendar", json!({ "period": range("2026-03-02", "2028-03-01") })),
        ],
    )
    .await;
    insta::assert_snapshot!("lists_and_lookups", story.transcript());
}

async fn times_are_refused_that_cannot_be(backend: Backend) {
    let story = shop(backend, EDGES).await;
    let incident =
        json!({ "product": "shop", "title": "Slow", "severity": 2, "openedAt": "2026-03-10T08:00:00Z" });
    let response = json!({ "product": "shop", "scale": "csat", "rating": 4 });
    let till = json!({ "product": "till", "release": "1.0" });
    story
        .admin
        .plans_release(json!({ "product": "till", "version": "1.0", "releasedAt": "2026-03-05T00:00:00Z" }))
        .await;
    let notice = |kind: &str, from: &str, until: Value| {
        let planned = json!({ "from": from, "until": until });
        json!({ "product": "shop", "kind": kind, "title": "Work", "planned": planned })
    };
    let exposed = |day: &str| json!({ "items": [{ "product": "shop", "day": day, "activeCustomers": 3 }] });
    tries(
        &story,
        vec![
            ("OpenIncident", with(incident.clone(), json!({ "openedAt": "1969-12-31T23:59:59+00:00" }))),
            ("OpenIncident", with(incident.clone(), json!({ "resolvedAt": "2026-03-10T07:59:59.250Z" }))),
            ("OpenIncident", with(incident.clone(), json!({ "reopenedAt": "2026-03-09T08:00:00Z" }))),
            (
                "OpenIncident",
                with(incident.clone(), json!({ "reopenedAt": "2026-03-12T08:00:00Z", "resolvedAt": "2026-03-11T08:00:00+02:00" })),
            ),
            ("SubmitFeedback", with(response.clone(), json!({ "occurredAt": "0800-01-01T00:00:00Z" }))),
            ("PlanRelease", json!({ "product": "shop", "version": "3.0", "releasedAt": "1969-07-20T20:17:40Z" })),
            ("WithdrawRelease", with(till.clone(), json!({ "withdrawnAt": "2026-03-04T00:00:00Z" }))),
            ("UpdateRelease", with(till.clone(), json!({ "previous": "1.0" }))),
            ("CreateAnnouncement", notice("FREEZE", "2026-12-02T00:00:00Z", json!("2026-12-01T00:00:00Z"))),
            ("CreateAnnouncement", notice("FREEZE", "2026-12-02T00:00:00Z", Value::Null)),
            ("CreateToken", json!({ "name": "new", "role": "SUPPORT", "expiresAt": "2026-01-01T00:00:00Z" })),
            ("CreateIteration", json!({ "product": "shop", "name": "S1", "period": { "from": "2026-03-02", "until": "2026-03-02" } })),
            ("CreateIteration", json!({ "product": "shop", "name": "S1", "period": { "from": "1960-03-02", "until": "2026-03-02" } })),
        ],
    )
    .await;
    // Items of a batch are refused one by one.
    for day in ["1969-12-31", "9999-12-31"] {
        let refused =
            story.gets("RecordExposure", json!({ "input": exposed(day) })).await["recordExposureBatch"]
                .clone();
        let error = &refused["items"][0]["error"];
        assert_eq!((&refused["accepted"], &error["field"]), (&json!(0), &json!("day")), "{refused}");
        assert!(error["message"].as_str().unwrap().starts_with(&format!("day: {day} ")), "{error}");
    }
    insta::assert_snapshot!("times", story.transcript());
}

async fn callers_are_refused_what_is_not_theirs_to_say(backend: Backend) {
    let story = shop(backend, EDGES).await;
    let acme = story.customer("acme", None).await;
    story.customer("globex", None).await;
    let page = json!({ "name": "page", "role": "PRODUCT", "scope": "PUBLISHABLE", "product": "shop", "features": ["search"] });
    let page = story.gets("CreateToken", json!({ "input": page })).await["createToken"]["secret"].clone();
    let page = story.actor("page", page.as_str().unwrap());
    let other = json!({ "product": "till", "title": "Drawer sticks", "symptom": "It sticks" });
    let other = story.gets("CreateKnownError", json!({ "input": other })).await["createKnownError"]["knownError"]["id"].clone();
    let hook = json!({ "name": "chat", "url": "https://hooks.example.com/" });
    let hook =
        story.gets("CreateWebhook", json!({ "input": hook })).await["createWebhook"]["webhook"]["id"].clone();
    story.gets("UpdateWebhook", json!({ "input": { "webhook": hook, "enabled": false } })).await;
    let response = json!({ "product": "shop", "scale": "csat", "rating": 4 });
    for (caller, fields) in [
        (&acme, json!({ "customer": "globex" })),
        (&acme, json!({ "product": "none" })),
        (&acme, json!({ "rating": 9 })),
        (&acme, json!({ "respondent": "me" })),
        (&page, json!({})),
        (&page, json!({ "feature": "cart" })),
        (&page, json!({ "product": "till", "feature": "drawer" })),
        (&page, json!({ "feature": "search", "customer": "acme" })),
        (&page, json!({ "feature": "search", "source": "elsewhere" })),
        (&page, json!({ "feature": "search", "release": "2.0" })),
        (&page, json!({ "feature": "search", "respondent": "r".repeat(300) })),
    ] {
        let variables = json!({ "input": with(response.clone(), fields) });
        let (code, field, _) = caller.is_refused("SubmitFeedback", variables.clone()).await;
        assert!(
            ["INVALID_ARGUMENT", "NOT_FOUND"].contains(&code.as_str()) && !field.is_empty(),
            "{code} {variables}"
        );
        story.asks(caller, "SubmitFeedback", variables).await;
    }
    // What a page may say is taken, and what a customer says of itself.
    for (caller, fields) in [(&page, json!({ "feature": "search", "respondent": "r1" })), (&acme, json!({}))]
    {
        let sent = caller.gets("SubmitFeedback", json!({ "input": with(response.clone(), fields) })).await;
        assert_eq!(sent["submitFeedback"]["outcome"], "CREATED");
    }
    let ids: Vec<String> =
        (0..10_001).map(|n| format!("feedback_0000000000007000800000000000{n:04x}")).collect();
    let (code, field, message) = story.is_refused("MarkSeen", json!({ "input": { "feedback": ids } })).await;
    assert_eq!(
        (&*code, &*field, &*message),
        ("TOO_LARGE", "input", "The request has 10001 items in a list; at most 10000 are allowed.")
    );
    let logged = json!({ "product": "shop", "customer": "acme", "comment": "It hangs" });
    tries(
        &story,
        vec![
            ("LogFeedback", with(logged.clone(), json!({ "customer": "nobody" }))),
            ("LogFeedback", with(logged.clone(), json!({ "knownErrors": [other] }))),
            ("LogFeedback", with(logged.clone(), json!({ "comment": null }))),
            ("LogFeedback", with(logged, json!({ "rating": 4 }))),
            ("TestWebhook", json!({ "webhook": hook })),
            ("UpdateWebhook", json!({ "webhook": hook, "name": null })),
            ("UpdateProduct", json!({ "product": "shop", "name": null })),
            ("CreateSchedule", json!({ "name": "mail", "report": "OVERVIEW", "cron": "0 7 * * *", "destinations": [{ "email": "ann@example.com" }] })),
        ],
    )
    .await;
    insta::assert_snapshot!("callers", story.transcript());
}

async fn reports_are_refused_that_have_nothing_to_report(backend: Backend) {
    let story = Story::on(backend, EDGES).await;
    asks(
        &story,
        vec![
            ("Report", json!({ "of": { "kind": "ITERATION" } })),
            ("Report", json!({ "of": { "kind": "VALUE" } })),
            ("Report", json!({ "of": { "kind": "VALUE", "product": "shop" } })),
        ],
    )
    .await;
    story.product("shop", &["search"]).await;
    asks(&story, vec![("Report", json!({ "of": { "kind": "ITERATION" } }))]).await;
    story.product("till", &[]).await;
    story.admin.plans_release(json!({ "product": "shop", "version": "1.0" })).await;
    let report = |fields: Value| json!({ "of": with(json!({ "kind": "VALUE", "product": "shop" }), fields) });
    let file = |fields: Value| with(json!({ "of": { "kind": "OVERVIEW" } }), fields);
    asks(
        &story,
        vec![
            ("Report", json!({ "of": { "kind": "ITERATION" } })),
            ("Report", json!({ "of": { "kind": "ITERATION", "product": "shop", "iteration": "S1" } })),
            ("Report", json!({ "of": { "kind": "ITERATION", "product": "shop", "iteration": "current" } })),
            ("Report", json!({ "of": { "kind": "OVERVIEW", "product": "shop" } })),
            ("Report", report(json!({ "release": "9.9" }))),
            ("Report", report(json!({ "segment": "gold" }))),
            ("Report", report(json!({ "period": { "from": "2026-03-02", "until": "2026-03-02" } }))),
            ("Report", report(json!({ "asOf": "1960-03-02" }))),
            ("Report", report(json!({ "againstRelease": "1.0", "againstSegment": "gold" }))),
            ("Report", json!({ "of": { "kind": "RELEASE", "product": "shop" } })),
            ("Report", json!({ "of": { "kind": "RELEASE", "product": "shop", "release": "9.9" } })),
            ("Report", file(json!({ "format": "HTML", "table": "products" }))),
            ("Report", file(json!({ "format": "CSV", "table": "nothing" }))),
        ],
    )
    .await;
    // Its tables are there.
    let table = story.gets("Report", file(json!({ "format": "CSV", "table": "products" }))).await;
    assert!(table["report"]["file"]["name"].as_str().unwrap().ends_with(".csv"), "{table}");
    insta::assert_snapshot!("reports", story.transcript());
}
