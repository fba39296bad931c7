//! Incidents that are sent again, resolved and reopened.

use ballroom_tests::{Backend, on_both, story::Story};
use serde_json::{Value, json};

use super::{OPEN, PLAN, with};

on_both!(
    a_nightly_copy_of_a_ticket_system_converges,
    an_incident_opened_again_spoils_only_the_days_on_which_it_was_open,
    a_ticket_that_is_opened_again_converges_without_times,
);

const OPERATIONS: &str = include_str!("../../stories/states.graphql");

async fn a_nightly_copy_of_a_ticket_system_converges(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search", "cart"]).await;
    let ticket = json!({ "product": "shop", "features": ["search"], "severity": 2, "title": "slow",
        "openedAt": "2026-02-01T10:00:00Z", "externalId": "T-1", "source": "tickets" });
    let copy = async |more: Value| {
        story.gets(OPEN, json!({ "input": with(ticket.clone(), more) })).await["openIncident"].clone()
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
    story.verify().await;
    // It did not begin again after all: the newest word is that it ended before. An older one changes nothing.
    let ended = json!({ "resolvedAt": "2026-02-10T12:00:00Z", "updatedAt": "2026-02-21T08:00:00Z" });
    let ended = copy(ended).await;
    assert_eq!((&ended["outcome"], &ended["incident"]["state"]), (&json!("UPDATED"), &json!("RESOLVED")));
    assert_eq!(ended["incident"]["intervals"], intervals);
    let stale = json!({ "resolvedAt": null, "updatedAt": "2026-02-20T08:00:00Z" });
    assert_eq!(copy(stale).await["incident"]["intervals"], intervals);
    story.verify().await;
    // Other customers are affected than stated before: the removed ones are reported.
    for customer in ["acme", "globex"] {
        story.gets("CreateCustomer", json!({ "key": customer })).await;
    }
    let mut told = Vec::new();
    for customers in [json!(["acme"]), json!(["globex"])] {
        let input = with(ticket.clone(), json!({ "customers": customers, "updatedAt": null }));
        told.push(story.gets("OpenIncident", json!({ "input": input })).await["openIncident"].clone());
    }
    assert_eq!(told[0]["removedCustomers"], json!([]));
    assert_eq!(told[1]["removedCustomers"], json!([{ "key": "acme" }]), "{told:#?}");
    assert_eq!(told[1]["incident"]["customers"]["nodes"], json!([{ "key": "globex" }]));
    story.verify().await;
    let other = with(ticket.clone(), json!({ "externalId": "T-2" }));
    let items = json!([other, with(other.clone(), json!({ "resolvedAt": "2026-02-03T10:00:00Z" }))]);
    let data = story.gets("OpenIncidentBatch", json!({ "items": items })).await;
    let second = json!({ "outcome": "UPDATED", "incident": { "state": "RESOLVED" }, "error": null });
    assert_eq!(data["openIncidentBatch"]["items"][1], second);
    story.verify().await;
}

async fn an_incident_opened_again_spoils_only_the_days_on_which_it_was_open(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    let figures: Vec<Value> = (1..=20)
        .map(|day| {
            json!({ "product": "shop", "feature": "search", "day": format!("2026-02-{day:02}"), "activeCustomers": 100 })
        })
        .collect();
    story.gets("RecordExposureBatch", json!({ "items": figures })).await;
    story
        .submits(json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 4,
        "occurredAt": "2026-02-05T10:00:00Z" }))
        .await;
    let incident = json!({ "product": "shop", "features": ["search"], "severity": 1, "title": "down",
        "affectedCustomers": 100, "openedAt": "2026-02-01T08:00:00Z", "resolvedAt": "2026-02-01T10:00:00Z" });
    let id = story.gets(OPEN, json!({ "input": incident })).await["openIncident"]["incident"]["id"].clone();
    let spoiled = async || {
        let share =
            story.gets("Feature", json!({})).await["feature"]["value"]["incidentImpact"].as_f64().unwrap();
        (share * 20.0).round() as i64
    };
    assert_eq!(spoiled().await, 1);
    let early = json!({ "input": { "incident": id, "reopenedAt": "2026-02-01T09:00:00Z" } });
    assert_eq!(story.is_refused("ReopenIncident", early).await.1, "reopenedAt");
    let at = json!({ "input": { "incident": id, "reopenedAt": "2026-02-15T08:00:00Z" } });
    let reopened = story.gets("ReopenIncident", at.clone()).await["reopenIncident"]["incident"].clone();
    assert_eq!(reopened["state"], "OPEN");
    assert_eq!(story.gets("ReopenIncident", at).await["reopenIncident"]["incident"], reopened, "said again");
    let between = json!({ "input": { "incident": id, "resolvedAt": "2026-02-03T00:00:00Z" } });
    assert_eq!(story.is_refused("ResolveIncident", between).await.1, "resolvedAt");
    let ended = json!({ "input": { "incident": id, "resolvedAt": "2026-02-15T10:00:00Z" } });
    story.gets("ResolveIncident", ended).await;
    assert_eq!(spoiled().await, 2, "the 1st and the 15th");
    story.verify().await;
    // Reopened on the same day, twice: the day is lost once.
    let same_day = json!({ "input": { "incident": id, "reopenedAt": "2026-02-15T12:00:00Z" } });
    story.gets("ReopenIncident", same_day).await;
    let ended = json!({ "input": { "incident": id, "resolvedAt": "2026-02-16T10:00:00Z" } });
    story.gets("ResolveIncident", ended).await;
    assert_eq!(spoiled().await, 3, "the 1st, the 15th and the 16th");
    story.verify().await;
}

async fn a_ticket_that_is_opened_again_converges_without_times(backend: Backend) {
    let story = Story::in_shop(backend, OPERATIONS, &[]).await;
    story
        .gets(
            PLAN,
            json!({ "input": { "product": "shop", "version": "8", "releasedAt": "2026-01-01T00:00:00Z" } }),
        )
        .await;
    let ticket = json!({ "product": "shop", "severity": 2, "title": "slow", "openedAt": "2026-02-01T10:00:00Z",
        "externalId": "T-1", "release": "8" });
    let tell = async |more: Value| {
        story.gets(OPEN, json!({ "input": with(ticket.clone(), more) })).await["openIncident"].clone()
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
    story.verify().await;
    // It had been resolved before its reopening was reported.
    let ended = tell(json!({ "resolvedAt": "2026-02-03T10:00:00Z" })).await["incident"].clone();
    let intervals = json!([
        { "openedAt": "2026-02-01T10:00:00+00:00", "resolvedAt": "2026-02-02T10:00:00+00:00" },
        { "openedAt": "2026-02-03T10:00:00+00:00", "resolvedAt": "2026-02-03T10:00:00+00:00" },
    ]);
    assert_eq!((&ended["state"], &ended["intervals"]), (&json!("RESOLVED"), &intervals));
    story.verify().await;
    // The release is withdrawn, and named again.
    let stated = async || {
        story.gets("Product", json!({})).await["product"]["incidents"]["nodes"][0]["attributions"].clone()
    };
    let (named, none) = (json!({ "release": { "version": "8" } }), json!({ "release": null }));
    assert_eq!(stated().await, json!([named]));
    tell(json!({ "release": null, "title": "very slow" })).await;
    assert_eq!(stated().await, json!([named, none]));
    story.verify().await;
    tell(json!({ "release": null, "title": "slow as ever" })).await;
    assert_eq!(stated().await, json!([named, none]), "said once");
    tell(json!({ "title": "slow" })).await;
    assert_eq!(stated().await, json!([named, none, named]));
    story.verify().await;
}
