//! Inputs of callers in all their forms, and the results.

mod coercion;
mod filters;
mod names;
mod nulls;

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

on_both!(whom_an_incident_hurts_can_be_read_and_changed,);

async fn ships(app: &App, product: &str, version: &str) -> Value {
    let plan = "mutation($input: PlanReleaseInput!) { planRelease(input: $input) { release { id } } }";
    let input = json!({ "product": product, "version": version, "releasedAt": "2026-03-01T00:00:00Z" });
    app.asks(plan, json!({ "input": input })).await["planRelease"]["release"]["id"].clone()
}

async fn opens(app: &App, input: Value) -> String {
    let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
    let mut whole = json!({ "product": "shop", "severity": 2, "title": "broken" });
    whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
    let opened = app.asks(open, json!({ "input": whole })).await;
    opened["openIncident"]["incident"]["id"].as_str().unwrap().to_owned()
}

fn answer(more: Value) -> Value {
    let mut answer = json!({ "product": "shop", "scale": "csat", "rating": 4 });
    answer.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    answer
}

async fn whom_an_incident_hurts_can_be_read_and_changed(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    for customer in ["acme", "bolt", "globex"] {
        app.submits(answer(json!({ "customer": customer }))).await;
    }
    let incident = opens(&app, json!({ "customers": ["acme"] })).await;
    let hurt = async || {
        let query = format!(
            "{{ incident(id: \"{incident}\") {{ affectedCustomers customers {{ totalCount nodes {{ key }} }} }} }}"
        );
        let answer = app.asks(&query, json!({})).await["incident"].clone();
        assert_eq!(
            answer["affectedCustomers"].as_i64().unwrap_or(0),
            answer["customers"]["totalCount"].as_i64().unwrap()
        );
        let keys = answer["customers"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| node["key"].as_str().unwrap().to_owned());
        keys.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(hurt().await, "acme");
    let add = "mutation($i: Reference!, $c: [Reference!]!) { addIncidentCustomers(input: { incident: $i, customers: $c }) {
        addedCustomers { key } } }";
    let added = app.asks(add, json!({ "i": incident, "c": ["acme", "bolt"] })).await;
    assert_eq!(added["addIncidentCustomers"]["addedCustomers"], json!([{ "key": "bolt" }]));
    assert_eq!(hurt().await, "acme bolt");
    let (code, argument, _) = app.is_refused(add, json!({ "i": incident, "c": ["acme", "nobody"] })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("NOT_FOUND", "customers.1"));
    let remove = add.replace("addInc", "removeInc").replace("addedC", "removedC");
    let removed = app.asks(&remove, json!({ "i": incident, "c": ["acme", "globex"] })).await;
    assert_eq!(removed["removeIncidentCustomers"]["removedCustomers"], json!([{ "key": "acme" }]));
    assert_eq!(hurt().await, "bolt");
    // Each field of a mutation sees what the one before it did.
    let both = "mutation($i: Reference!) {
        add: addIncidentCustomers(input: { incident: $i, customers: [\"acme\"] }) { incident { customers { nodes { key } } } }
        remove: removeIncidentCustomers(input: { incident: $i, customers: [\"acme\"] }) {
            incident { customers { nodes { key } } } } }";
    let both = app.asks(both, json!({ "i": incident })).await;
    assert_eq!(both["add"]["incident"]["customers"]["nodes"], json!([{ "key": "acme" }, { "key": "bolt" }]));
    assert_eq!(both["remove"]["incident"]["customers"]["nodes"], json!([{ "key": "bolt" }]));
    let update =
        "mutation($i: Reference!, $c: [Reference!]!) { updateIncident(input: { incident: $i, customers: $c }) {
        removedCustomers { key } } }";
    let updated = app.asks(update, json!({ "i": incident, "c": ["globex", "acme"] })).await;
    assert_eq!(updated["updateIncident"]["removedCustomers"], json!([{ "key": "bolt" }]));
    assert_eq!(hurt().await, "acme globex");
    let of = app.asks("{ customer(customer: \"globex\") { incidents { nodes { title } } } other: customer(customer: \"bolt\") {
        incidents { totalCount } } }", json!({})).await;
    assert_eq!(
        of,
        json!({ "customer": { "incidents": { "nodes": [{ "title": "broken" }] } }, "other": { "incidents": { "totalCount": 0 } } })
    );
    // A customer sees its own incidents, but no other affected customers.
    let create = ["token", "create", "--name", "acme", "--quiet", "--role", "customer", "--customer", "acme"];
    let acme = app.database.succeeds(&create).await.trim().to_owned();
    let (_, own) = app
        .answer_to(&acme, "{ customer(customer: \"acme\") { incidents { totalCount } } }", json!({}))
        .await;
    assert_eq!(own["data"]["customer"]["incidents"]["totalCount"], 1, "{own:#}");
    let (_, others) =
        app.answer_to(&acme, "{ incidents { nodes { customers { nodes { key } } } } }", json!({})).await;
    assert_eq!(others["errors"][0]["extensions"]["code"], "FORBIDDEN", "{others:#}");
    app.verify().await;
}
