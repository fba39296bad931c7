//! Incidents that are sent again, resolved and reopened.

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

use super::{OPEN, PLAN, with};

on_both!(
    a_nightly_copy_of_a_ticket_system_converges,
    an_incident_opened_again_spoils_only_the_days_on_which_it_was_open,
    a_ticket_that_is_opened_again_converges_without_times,
);

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
