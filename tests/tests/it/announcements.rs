//! Announcements: from a draft to its conclusion, in the voices of the roles.

use ballroom_tests::{
    Backend, on_both,
    story::{Actor, Story},
};
use serde_json::{Value, json};

on_both!(
    support_knows_of_a_release_before_the_telephone_rings,
    a_rescheduled_change_is_told_again_to_everyone_who_was_told,
    customers_see_notices_that_concern_them_and_no_others,
    an_announcement_says_whom_it_affects_and_why,
    announcements_are_found_by_what_they_are_about,
    an_announcement_is_refused_what_it_cannot_be,
    the_calendar_shows_what_is_in_each_others_way,
    surprises_are_incidents_of_releases_that_nobody_announced,
    members_find_in_their_inbox_what_they_should_know_once,
);

const OPERATIONS: &str = include_str!("../stories/announcement.graphql");

/// A shop with two features, a planned release that changes one of them, and its people.
async fn shop(backend: Backend) -> (Story, Actor, Actor) {
    let story = Story::in_shop(backend, OPERATIONS, &["cart", "search"]).await;
    let touched = json!([{ "feature": "search", "change": "CHANGED" }]);
    let release = json!({ "product": "shop", "version": "2.0", "features": touched });
    story.admin.plans_release(release).await;
    let (dora, sue) = (story.member("Dora", "DEVELOPMENT").await, story.member("Sue", "SUPPORT").await);
    (story, dora, sue)
}

fn release() -> Value {
    json!({ "product": "shop", "kind": "RELEASE", "release": "2.0", "title": "New search",
        "planned": { "from": "2031-05-01T08:00:00Z" } })
}

/// Another announcement with these fields.
fn with(mut announcement: Value, fields: Value) -> Value {
    announcement.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    json!({ "input": announcement })
}

async fn published(story: &Story, by: &Actor, input: Value) -> Value {
    let made = story.asks(by, "Create", input).await;
    let id = made["createAnnouncement"]["announcement"]["id"].clone();
    story.asks(by, "Publish", json!({ "announcement": id })).await;
    id
}

async fn support_knows_of_a_release_before_the_telephone_rings(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    story.member("Sam", "SUPPORT").await;
    let made = story.asks(&dora, "Create", json!({ "input": release() })).await;
    let id = made["createAnnouncement"]["announcement"]["id"].clone();
    story.asks(&dora, "Publish", json!({ "announcement": id })).await;
    let texts = json!({ "announcement": id, "changes": "Results are sorted by rating.",
        "talkingPoints": "It finds more.", "workaround": "Sort by name.", "rollback": "Flag `search-v2`.",
        "contactMember": "dora@example.com" });
    story.asks(&dora, "Update", json!({ "input": texts })).await;
    story.asks(&sue, "Acknowledge", json!({ "input": { "announcement": id } })).await;
    story.asks(&dora, "Publish", json!({ "announcement": id })).await;
    story.asks(&dora, "Acknowledge", json!({ "input": { "announcement": id } })).await;
    let note = json!({ "announcement": id, "note": "Read in the morning." });
    story.asks(&sue, "Acknowledge", json!({ "input": note })).await;
    story.asks(&sue, "Acknowledge", json!({ "input": { "announcement": id } })).await;
    story.asks(&sue, "Publish", json!({ "announcement": id })).await;
    story.asks(&dora, "Conclude", json!({ "input": { "announcement": id, "outcome": "Live." } })).await;
    story.asks(&sue, "Whole", json!({ "id": id })).await;
    insta::assert_snapshot!("support_knows_of_a_release", story.transcript());
}

async fn a_rescheduled_change_is_told_again_to_everyone_who_was_told(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let id = published(&story, &dora, with(release(), json!({ "changes": "Sorted by rating." }))).await;
    let acknowledge = json!({ "input": { "announcement": id } });
    story.asks(&sue, "Acknowledge", acknowledge.clone()).await;
    let later =
        json!({ "announcement": id, "planned": { "from": "2031-05-08T08:00:00Z" }, "reason": "Too slow." });
    story
        .asks(&dora, "Update", json!({ "input": { "announcement": id, "planned": later["planned"] } }))
        .await;
    story.asks(&dora, "Reschedule", json!({ "input": later })).await;
    story.asks(&dora, "Reschedule", json!({ "input": later })).await;
    story.asks(&sue, "Acknowledge", acknowledge.clone()).await;
    story.asks(&dora, "Cancel", json!({ "input": { "announcement": id, "reason": "Not this year." } })).await;
    story.asks(&sue, "Whole", json!({ "id": id })).await;
    story.asks(&sue, "Acknowledge", acknowledge).await;
    story.asks(&dora, "Reschedule", json!({ "input": later })).await;
    insta::assert_snapshot!("a_rescheduled_change", story.transcript());
}

/// Submits a response of a customer about a feature.
async fn responds(story: &Story, customer: &str, feature: &str) {
    let input =
        json!({ "product": "shop", "feature": feature, "customer": customer, "scale": "stars", "rating": 4 });
    story.app.submits(input).await;
}

async fn customers_see_notices_that_concern_them_and_no_others(backend: Backend) {
    let (story, dora, _) = shop(backend).await;
    let (ann, bob) = (story.customer("ann", None).await, story.customer("bob", None).await);
    responds(&story, "ann", "search").await;
    responds(&story, "bob", "cart").await;
    let audience = json!({ "changes": "Sorted by rating.", "talkingPoints": "Quicker.", "audiences": ["SUPPORT", "CUSTOMER"] });
    let id = published(&story, &dora, with(release(), audience)).await;
    story.asks(&ann, "Mine", json!({})).await;
    story.asks(&bob, "Mine", json!({})).await;
    story.asks(&bob, "Notice", json!({ "id": id })).await;
    story.asks(&ann, "Inside", json!({ "id": id })).await;
    // Who is affected later is told with the next edition.
    responds(&story, "bob", "search").await;
    let later = json!({ "announcement": id, "planned": { "from": "2031-05-08T08:00:00Z" } });
    story.asks(&dora, "Reschedule", json!({ "input": later })).await;
    story.asks(&bob, "Mine", json!({})).await;
    story.asks(&ann, "Publish", json!({ "announcement": id })).await;
    insta::assert_snapshot!("customers_see_notices", story.transcript());
}

async fn an_announcement_says_whom_it_affects_and_why(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    for key in ["gold", "silver"] {
        story.gets("CreateSegment", json!({ "key": key })).await;
    }
    for key in ["g1", "g2", "g3", "g4", "g5", "g6"] {
        story.customer(key, Some("gold")).await;
        responds(&story, key, "search").await;
    }
    for key in ["s1", "s2", "s3"] {
        story.customer(key, Some("silver")).await;
    }
    let incident = json!({ "product": "shop", "features": ["search"], "title": "Slow", "severity": 2,
        "openedAt": "2026-11-01T08:00:00Z", "customers": ["s1"] });
    story.admin.opens_incident(incident).await;
    let audience = json!({ "changes": "Sorted by rating.", "audiences": ["CUSTOMER"] });
    let made = story.asks(&dora, "Create", with(release(), audience)).await;
    let id = made["createAnnouncement"]["announcement"]["id"].clone();
    let decide = async |customers: &[&str], decision: Value| {
        let input = json!({ "announcement": id, "customers": customers, "decision": decision });
        story.asks(&dora, "SetCustomers", json!({ "input": input })).await;
    };
    decide(&["s2", "s3"], json!("ADDED")).await;
    decide(&["g1"], json!("EXCLUDED")).await;
    decide(&["g2", "g3"], json!("DO_NOT_NOTIFY")).await;
    decide(&["g3"], Value::Null).await;
    decide(&["nobody"], json!("ADDED")).await;
    story.asks(&dora, "Publish", json!({ "announcement": id })).await;
    story.asks(&sue, "Affected", json!({ "id": id })).await;
    let bea = story.member("Bea", "BUSINESS").await;
    story.asks(&bea, "Counts", json!({ "id": id })).await;
    story.asks(&bea, "Affected", json!({ "id": id })).await;
    insta::assert_snapshot!("whom_it_affects", story.transcript());
}

async fn announcements_are_found_by_what_they_are_about(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    story.app.product("desk", &["search"]).await;
    published(&story, &dora, with(release(), json!({ "changes": "Sorted by rating." }))).await;
    let work = json!({ "product": "shop", "kind": "MAINTENANCE", "title": "Move of the database", "features": ["cart"],
        "planned": { "from": "2031-06-01T08:00:00Z", "until": "2031-06-01T10:00:00Z" }, "externalId": "chg-1" });
    story.asks(&dora, "Create", json!({ "input": work })).await;
    story.asks(&dora, "Create", json!({ "input": work })).await;
    story.asks(&dora, "Create", with(work.clone(), json!({ "title": "Move of both databases" }))).await;
    story.asks(&dora, "Create", with(work.clone(), json!({ "product": "desk", "features": [] }))).await;
    let freeze = json!({ "product": "desk", "kind": "FREEZE", "title": "Christmas",
        "planned": { "from": "2031-12-20T00:00:00Z", "until": "2032-01-02T00:00:00Z" } });
    published(&story, &dora, json!({ "input": freeze })).await;
    for filter in [
        json!({}),
        json!({ "text": "DATABASE" }),
        json!({ "product": "desk" }),
        json!({ "feature": "cart" }),
        json!({ "feature": "search", "product": "shop" }),
        json!({ "release": "2.0" }),
        json!({ "kind": ["FREEZE", "RELEASE"] }),
        json!({ "state": ["DRAFT"] }),
        json!({ "planned": { "from": "2031-06-01T09:00:00Z", "until": "2031-12-21T00:00:00Z" } }),
        json!({ "planned": { "from": "2031-06-02T00:00:00Z", "until": "2031-06-01T00:00:00Z" } }),
        json!({ "feature": "basket", "product": "shop" }),
    ] {
        story.asks(&sue, "List", json!({ "filter": filter })).await;
    }
    story.asks(&sue, "List", json!({ "orderBy": { "field": "PLANNED", "direction": "ASC" } })).await;
    story.asks(&sue, "Places", json!({})).await;
    insta::assert_snapshot!("what_they_are_about", story.transcript());
}

async fn an_announcement_is_refused_what_it_cannot_be(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    for fields in [
        json!({ "release": null }),
        json!({ "release": "9.9" }),
        json!({ "kind": "FREEZE" }),
        json!({ "kind": "FREEZE", "release": null }),
        json!({ "title": " " }),
        json!({ "planned": { "from": "2031-05-01T08:00:00Z", "until": "2031-05-01T08:00:00Z" } }),
        json!({ "planned": { "from": "0031-05-01T08:00:00Z" } }),
        json!({ "features": ["search", "basket"] }),
        json!({ "contactMember": "nobody@example.com" }),
        json!({ "contactTeam": "nobody" }),
        json!({ "product": "shoes" }),
    ] {
        story.asks(&dora, "Create", with(release(), fields)).await;
    }
    story.asks(&sue, "Create", json!({ "input": release() })).await;
    let made = story
        .asks(&dora, "Create", with(release(), json!({ "audiences": [], "changes": "It is new." })))
        .await;
    let id = made["createAnnouncement"]["announcement"]["id"].clone();
    story.asks(&dora, "Publish", json!({ "announcement": id })).await;
    story.asks(&dora, "Conclude", json!({ "input": { "announcement": id } })).await;
    let later = json!({ "announcement": id, "planned": { "from": "2031-05-08T08:00:00Z" } });
    story.asks(&dora, "Reschedule", json!({ "input": later })).await;
    story.asks(&dora, "Cancel", json!({ "input": { "announcement": id } })).await;
    story.asks(&dora, "Update", json!({ "input": { "announcement": id, "title": "Newer" } })).await;
    story.asks(&sue, "Acknowledge", json!({ "input": { "announcement": id } })).await;
    let machine = story.machine("pipeline", "SUPPORT", "FULL").await;
    story.asks(&machine, "Acknowledge", json!({ "input": { "announcement": id } })).await;
    story
        .asks(&dora, "Publish", json!({ "announcement": "announcement_00000000000070008000000000000000" }))
        .await;
    insta::assert_snapshot!("refusals", story.transcript());
}

async fn the_calendar_shows_what_is_in_each_others_way(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    let touched = json!([{ "feature": "cart", "change": "FIXED" }]);
    let release_3 = json!({ "product": "shop", "version": "3.0", "title": "Quicker cart", "plannedFor": "2031-05-01", "features": touched });
    story.admin.plans_release(release_3).await;
    published(&story, &dora, with(release(), json!({ "changes": "Sorted by rating." }))).await;
    let work = json!({ "product": "shop", "kind": "MAINTENANCE", "title": "Move of the database", "features": ["cart"],
        "planned": { "from": "2031-05-01T08:00:00Z", "until": "2031-05-01T10:00:00Z" } });
    story.asks(&dora, "Create", json!({ "input": work })).await;
    let freeze = json!({ "product": "shop", "kind": "FREEZE", "title": "Holidays",
        "planned": { "from": "2031-05-01T09:00:00Z", "until": "2031-05-03T00:00:00Z" } });
    let id = published(&story, &dora, json!({ "input": freeze })).await;
    let may = json!({ "period": { "from": "2031-05-01", "until": "2031-06-01" }, "product": "shop" });
    story.asks(&sue, "Calendar", may.clone()).await;
    story.asks(&dora, "Cancel", json!({ "input": { "announcement": id } })).await;
    story.asks(&sue, "Calendar", may).await;
    story.asks(&sue, "Calendar", json!({ "period": { "from": "2031-06-01", "until": "2031-06-02" } })).await;
    story.asks(&sue, "Calendar", json!({ "period": { "from": "2031-06-01", "until": "2031-06-01" } })).await;
    story.asks(&sue, "Calendar", json!({ "period": { "from": "2031-06-01", "until": "2033-06-01" } })).await;
    insta::assert_snapshot!("the_calendar", story.transcript());
}

async fn surprises_are_incidents_of_releases_that_nobody_announced(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    story.customer("ann", None).await;
    responds(&story, "ann", "search").await;
    let audience = json!({ "changes": "Sorted by rating.", "audiences": ["SUPPORT", "CUSTOMER"] });
    let id = published(&story, &dora, with(release(), audience)).await;
    story.asks(&sue, "Acknowledge", json!({ "input": { "announcement": id } })).await;
    for version in ["2.0", "2.1"] {
        let known = json!({ "release": version, "product": "shop" });
        if version == "2.1" {
            story.admin.plans_release(json!({ "product": "shop", "version": "2.1" })).await;
        }
        story.admin.ships_release(known).await;
        let title = format!("Slow since {version}");
        let incident = json!({ "product": "shop", "features": ["search"], "title": title, "severity": 2,
            "openedAt": ballroom::clock::now().to_rfc3339(), "release": version });
        story.admin.opens_incident(incident).await;
    }
    let unknown = json!({ "product": "shop", "title": "Down", "severity": 1, "openedAt": ballroom::clock::now().to_rfc3339() });
    story.admin.opens_incident(unknown).await;
    let data = story.asks_silently(&sue, "Preparedness", json!({})).await;
    let found = &data["product"]["preparedness"];
    let lead = found["medianLeadTimeHours"].as_f64().unwrap();
    assert!((0.0..0.1).contains(&lead), "{found:#}");
    let counts = ["shippedReleases", "announcedReleases", "attributedIncidents", "surpriseIncidents"];
    assert_eq!(counts.map(|name| found[name].as_i64().unwrap()), [2, 1, 2, 1], "{found:#}");
    assert_eq!(found["surprises"], json!([{ "title": "Slow since 2.1" }]));
    let [first, second] = [&found["releases"][0], &found["releases"][1]];
    assert_eq!((&first["release"]["version"], &second["release"]["version"]), (&json!("2.0"), &json!("2.1")));
    assert_eq!(
        (&first["acknowledgements"], &first["affectedCustomers"], &first["coverage"]),
        (&json!(1), &json!(1), &json!(1.0))
    );
    assert_eq!(
        (&second["announcement"], &second["leadTimeHours"], &second["coverage"]),
        (&Value::Null, &Value::Null, &json!(0.0))
    );
}

async fn members_find_in_their_inbox_what_they_should_know_once(backend: Backend) {
    let (story, dora, sue) = shop(backend).await;
    story.gets("CreateTeamAndAddTeamMembers", json!({ "createTeam": { "key": "finders" }, "addTeamMembers": { "team": "finders", "members": ["dora@example.com"] }, "createFeature": { "product": "shop", "key": "filter", "team": "finders" }, "updateFeature": { "feature": "search", "team": "finders" } })).await;
    let id = published(&story, &dora, with(release(), json!({ "changes": "Sorted by rating." }))).await;
    story.asks(&sue, "Inbox", json!({})).await;
    story.asks(&sue, "MarkRead", json!({ "input": {} })).await;
    let later = json!({ "announcement": id, "planned": { "from": "2031-05-08T08:00:00Z" } });
    story.asks(&dora, "Reschedule", json!({ "input": later })).await;
    story.asks(&sue, "Inbox", json!({ "unread": true })).await;
    // A storm of incidents is one notification, and an incident of two features of a team counts once.
    let opened = ballroom::clock::now().to_rfc3339();
    let incident = |title: &str, features: &[&str]| json!({ "product": "shop", "features": features, "title": title, "severity": 2, "openedAt": opened });
    let items = [
        incident("Slow", &["search", "filter"]),
        incident("Down", &["filter"]),
        incident("Empty", &["cart"]),
    ];
    story.gets("OpenIncidentBatch", json!({ "input": { "items": items } })).await;
    let found = story.asks_silently(&dora, "Inbox", json!({})).await;
    let all = found["viewer"]["notifications"]["nodes"].as_array().unwrap();
    assert_eq!(all.len(), 1, "{found:#}");
    let shown = &all[0];
    assert_eq!(
        (&shown["kind"], &shown["reason"], &shown["occurrences"]),
        (&json!("INCIDENT_OPENED"), &json!("TEAM"), &json!(2))
    );
    story
        .asks(
            &sue,
            "MarkRead",
            json!({ "input": { "notifications": ["notification_00000000000070008000000000000000"] } }),
        )
        .await;
    story
        .asks(
            &sue,
            "MarkRead",
            json!({ "input": { "notifications": ["incident_00000000000070008000000000000000"] } }),
        )
        .await;
    let machine = story.machine("pipeline", "SUPPORT", "FULL").await;
    story.asks(&machine, "Inbox", json!({})).await;
    insta::assert_snapshot!("the_inbox", story.transcript());
}
