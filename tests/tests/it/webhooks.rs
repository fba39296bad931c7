//! Webhooks: events on their way to other systems.

use std::{collections::BTreeSet, time::Duration};

use ballroom_tests::{
    Backend, Database, on_both,
    receiver::{Receiver, Reply},
    story::Story,
};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

on_both!(
    a_receiver_gets_signed_events_that_it_wants,
    a_receiver_that_fails_gets_the_same_event_again,
    what_was_given_up_is_listed_and_replayed,
    a_receiver_that_is_gone_gets_nothing_more,
    a_slow_receiver_is_asked_again_and_keeps_nobody_waiting,
    several_servers_send_each_event_once,
    nothing_is_sent_into_the_network_of_the_server,
    a_redirect_is_followed_if_it_keeps_the_body,
    a_replaced_secret_is_valid_for_a_day,
    webhooks_are_for_administrators_and_have_names,
);

const OPERATIONS: &str = include_str!("../stories/webhooks.graphql");

const SETTINGS: [&str; 3] = ["--webhook-private-addresses", "--webhook-pause", "1"];

async fn server(backend: Backend, more: &[&str]) -> Story {
    let story = Story::with(Database::create(backend).await, &[&SETTINGS, more].concat(), OPERATIONS).await;
    story.product("shop", &["search"]).await;
    story
}

const CREATE: &str = "CreateWebhook";

/// A webhook for incidents that are opened, and its secret.
async fn webhook(story: &Story, url: &str) -> (String, String) {
    let name = format!("to {url}");
    let input = json!({ "name": name, "url": url, "events": ["INCIDENT_OPENED"] });
    let made = story.gets(CREATE, json!({ "input": input })).await["createWebhook"].clone();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["webhook"]["id"]), text(&made["secret"]))
}

async fn open_incident(story: &Story, title: &str) -> String {
    let incident = json!({ "product": "shop", "features": ["search"], "title": title, "severity": 2 });
    let opened = story.gets("OpenIncident", json!({ "input": incident })).await;
    opened["openIncident"]["incident"]["id"].as_str().unwrap().to_owned()
}

/// The deliveries of a webhook, once all of them are in this state.
async fn deliveries(story: &Story, webhook: &str, count: usize, state: &str) -> Vec<Value> {
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        let found = story.gets("WebhookDeliveries", json!({ "id": webhook })).await;
        let nodes = found["webhook"]["deliveries"]["nodes"].as_array().unwrap().clone();
        if nodes.len() == count && nodes.iter().all(|node| node["state"] == state) {
            return nodes;
        }
        assert!(Instant::now() < end, "{nodes:#?}");
        sleep(Duration::from_millis(50)).await;
    }
}

async fn a_receiver_gets_signed_events_that_it_wants(backend: Backend) {
    let (story, receiver) = (server(backend, &[]).await, Receiver::start().await);
    open_incident(&story, "Before").await;
    let (id, secret) = webhook(&story, &receiver.url("/hook?key=1")).await;
    let wrong = json!({ "product": "shop", "features": ["basket"], "title": "Wrong", "severity": 2 });
    story.is_refused("OpenIncident", json!({ "input": wrong })).await;
    story.submits(json!({ "product": "shop", "scale": "stars", "rating": 4 })).await;
    let incident = open_incident(&story, "Down").await;
    let got = receiver.receives(1).await;
    assert!(got[0].is_signed_with(&secret));
    assert!(!got[0].is_signed_with("whsec_c29tZXRoaW5nIGVsc2U="));
    assert_eq!(got[0].path, "/hook?key=1");
    assert!(got[0].header("user-agent").starts_with("Ballroom/"));
    let body = got[0].json();
    assert_eq!((&body["type"], &body["data"]["ids"]), (&json!("incident.opened"), &json!([incident])));
    assert!(body["timestamp"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().is_ok());
    let all = deliveries(&story, &id, 1, "DELIVERED").await;
    assert_eq!((&all[0]["event"], &all[0]["status"]), (&json!("INCIDENT_OPENED"), &json!(204)));
    assert_eq!(all[0]["eventId"], got[0].header("webhook-id"));
    assert_eq!((&all[0]["attempts"], &all[0]["nextAttemptAt"]), (&json!(1), &Value::Null));
    // Neither what was before, nor what was refused, nor what it does not want.
    sleep(Duration::from_millis(700)).await;
    assert_eq!(receiver.received().len(), 1);
    story.gets("TestWebhook", json!({ "input": { "webhook": id } })).await;
    let got = receiver.receives(2).await;
    assert_eq!(got[1].json()["type"], "webhook.test");
    assert!(got[1].is_signed_with(&secret));
}

async fn a_receiver_that_fails_gets_the_same_event_again(backend: Backend) {
    let (story, receiver) = (server(backend, &[]).await, Receiver::start().await);
    receiver.replies(&[Reply::Status(500), Reply::Status(204)]);
    let (id, secret) = webhook(&story, &receiver.url("/")).await;
    open_incident(&story, "Down").await;
    let got = receiver.receives(2).await;
    assert!(got.iter().all(|one| one.is_signed_with(&secret)));
    assert_eq!(got[0].header("webhook-id"), got[1].header("webhook-id"));
    assert_eq!(got[0].body, got[1].body);
    let all = deliveries(&story, &id, 1, "DELIVERED").await;
    assert_eq!((&all[0]["attempts"], &all[0]["failure"]), (&json!(2), &Value::Null));
}

async fn what_was_given_up_is_listed_and_replayed(backend: Backend) {
    let (mut story, receiver) =
        (server(backend, &["--webhook-attempts", "1"]).await, Receiver::start().await);
    receiver.replies(&[Reply::Status(503)]);
    let (id, _) = webhook(&story, &receiver.url("/")).await;
    open_incident(&story, "Down").await;
    open_incident(&story, "Down again").await;
    let dead = deliveries(&story, &id, 2, "DEAD").await;
    assert_eq!(dead[0]["failure"], "the receiver responded with status 503 Service Unavailable");
    // Nobody tries what was given up, also after a restart.
    story.restart().await;
    sleep(Duration::from_millis(700)).await;
    assert_eq!(receiver.received().len(), 2);
    receiver.replies(&[Reply::Status(200)]);
    let one = story
        .gets("ReplayWebhookDeliveries", json!({ "input": { "webhook": id, "deliveries": [dead[0]["id"]] } }))
        .await;
    assert_eq!(one["replayWebhookDeliveries"]["replayed"], 1);
    receiver.receives(3).await;
    let rest = story.gets("ReplayWebhookDeliveries", json!({ "input": { "webhook": id } })).await;
    assert_eq!(rest["replayWebhookDeliveries"]["replayed"], 1);
    deliveries(&story, &id, 2, "DELIVERED").await;
    let got = receiver.received();
    assert_eq!(got[2].header("webhook-id"), dead[0]["eventId"]);
    assert_eq!(got[3].header("webhook-id"), dead[1]["eventId"]);
    let again = story
        .gets("ReplayWebhookDeliveries", json!({ "input": { "webhook": id, "deliveries": [dead[0]["id"]] } }))
        .await;
    assert_eq!(again["replayWebhookDeliveries"]["replayed"], 1, "an accepted one is sent again on request");
    receiver.receives(5).await;
}

async fn a_receiver_that_is_gone_gets_nothing_more(backend: Backend) {
    let (story, receiver) = (server(backend, &[]).await, Receiver::start().await);
    receiver.replies(&[Reply::Status(410)]);
    let (id, _) = webhook(&story, &receiver.url("/")).await;
    open_incident(&story, "Down").await;
    deliveries(&story, &id, 1, "DEAD").await;
    let found = story.gets("WebhookDeliveries", json!({ "id": id })).await["webhook"].clone();
    assert_eq!(found["state"], "DISABLED");
    assert!(found["disabledReason"].as_str().unwrap().contains("410"));
    open_incident(&story, "Down while disabled").await;
    sleep(Duration::from_millis(700)).await;
    assert_eq!(receiver.received().len(), 1);
    let refused = story.is_refused("TestWebhookWithDelivery", json!({ "input": { "webhook": id } })).await;
    assert_eq!((refused.0.as_str(), refused.1.as_str()), ("CONFLICT", "webhook"));
    receiver.replies(&[Reply::Status(204)]);
    let enabled = story.gets("UpdateWebhook", json!({ "input": { "webhook": id, "enabled": true } })).await;
    assert_eq!(enabled["updateWebhook"]["webhook"], json!({ "state": "ACTIVE", "disabledReason": null }));
    let incident = open_incident(&story, "Down and enabled").await;
    let got = receiver.receives(2).await;
    assert_eq!(got[1].json()["data"]["ids"], json!([incident]), "what happened meanwhile is not sent");
}

async fn a_slow_receiver_is_asked_again_and_keeps_nobody_waiting(backend: Backend) {
    let more = ["--webhook-timeout", "1", "--webhook-workers", "6"];
    let (story, slow, quick) =
        (server(backend, &more).await, Receiver::start().await, Receiver::start().await);
    slow.replies(&[Reply::After(Duration::from_secs(20))]);
    let (id, _) = webhook(&story, &slow.url("/")).await;
    webhook(&story, &quick.url("/")).await;
    for n in 0..8 {
        open_incident(&story, &format!("Down {n}")).await;
    }
    let began = Instant::now();
    quick.receives(8).await;
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    // Its response comes after the time limit: to the server it is none.
    slow.receives(2).await;
    slow.replies(&[Reply::After(Duration::from_millis(1_500)), Reply::Status(204)]);
    let all = deliveries(&story, &id, 8, "DELIVERED").await;
    assert!(all.iter().any(|one| one["attempts"].as_i64() > Some(1)), "{all:#?}");
    let events: BTreeSet<_> = slow.received().iter().map(|one| one.header("webhook-id").to_owned()).collect();
    assert_eq!(events.len(), 8, "a receiver knows by the ID what it got before");
}

async fn several_servers_send_each_event_once(backend: Backend) {
    let (story, receiver) = (server(backend, &[]).await, Receiver::start().await);
    let second = Story::with(story.database.clone(), &SETTINGS, OPERATIONS).await;
    let (id, _) = webhook(&story, &receiver.url("/")).await;
    let mut incidents = BTreeSet::new();
    for n in 0..20 {
        let server = if n % 2 == 0 { &story } else { &second };
        incidents.insert(open_incident(server, &format!("Down {n}")).await);
    }
    deliveries(&story, &id, 20, "DELIVERED").await;
    sleep(Duration::from_millis(700)).await;
    let got = receiver.received();
    assert_eq!(got.len(), 20, "each once");
    let told = got.iter().map(|one| one.json()["data"]["ids"][0].as_str().unwrap().to_owned());
    assert_eq!(told.collect::<BTreeSet<_>>(), incidents);
}

async fn nothing_is_sent_into_the_network_of_the_server(backend: Backend) {
    let receiver = Receiver::start().await;
    let story = Story::with(Database::create(backend).await, &["--webhook-attempts", "1"], OPERATIONS).await;
    story.product("shop", &["search"]).await;
    let refused = async |url: &str| {
        let input = json!({ "name": "in", "url": url });
        let (code, field, message) = story.is_refused(CREATE, json!({ "input": input })).await;
        assert_eq!((code.as_str(), field.as_str()), ("INVALID_ARGUMENT", "url"), "{message}");
        message
    };
    assert!(refused(&receiver.url("/")).await.contains("https://"));
    assert!(refused("https://127.0.0.1/").await.contains("private or loopback"));
    assert!(refused("https://[::ffff:10.0.0.1]/").await.contains("private or loopback"));
    assert!(refused("somewhere").await.contains("is not an address"));
    // A name tells where it leads only when it is resolved.
    let (id, _) = webhook(&story, &receiver.url("/").replace("http://127.0.0.1", "https://localhost")).await;
    open_incident(&story, "Down").await;
    let dead = deliveries(&story, &id, 1, "DEAD").await;
    assert!(dead[0]["failure"].as_str().unwrap().contains("private or loopback"), "{dead:#?}");
    assert_eq!(receiver.received().len(), 0);
}

async fn a_redirect_is_followed_if_it_keeps_the_body(backend: Backend) {
    let (story, old, new) = (
        server(backend, &["--webhook-attempts", "1"]).await,
        Receiver::start().await,
        Receiver::start().await,
    );
    let (id, secret) = webhook(&story, &old.url("/")).await;
    old.replies(&[Reply::Redirect(307, new.url("/moved"))]);
    open_incident(&story, "Down").await;
    let got = new.receives(1).await;
    assert_eq!(got[0].path, "/moved");
    assert!(got[0].is_signed_with(&secret));
    deliveries(&story, &id, 1, "DELIVERED").await;
    old.replies(&[Reply::Redirect(302, new.url("/moved"))]);
    let (id, _) = webhook(&story, &old.url("/other")).await;
    open_incident(&story, "Down").await;
    let dead = deliveries(&story, &id, 1, "DEAD").await;
    assert_eq!(dead[0]["status"], 302);
    assert_eq!(new.received().len(), 1);
}

async fn a_replaced_secret_is_valid_for_a_day(backend: Backend) {
    let (story, receiver) = (server(backend, &[]).await, Receiver::start().await);
    let (id, old) = webhook(&story, &receiver.url("/")).await;
    let made = story.gets("RotateWebhookSecret", json!({ "input": { "webhook": id } })).await;
    let new = made["rotateWebhookSecret"]["secret"].as_str().unwrap();
    assert_ne!(new, old);
    open_incident(&story, "Down").await;
    let got = receiver.receives(1).await;
    assert!(got[0].is_signed_with(new) && got[0].is_signed_with(&old));
}

async fn webhooks_are_for_administrators_and_have_names(backend: Backend) {
    let story = server(backend, &[]).await;
    let (id, _) = webhook(&story, "https://example.com/a").await;
    let input = json!({ "name": "to https://example.com/a", "url": "https://example.com/b" });
    let (code, field, _) = story.is_refused(CREATE, json!({ "input": input })).await;
    assert_eq!((code.as_str(), field.as_str()), ("CONFLICT", "name"));
    let test =
        json!({ "input": { "name": "x", "url": "https://example.com/b", "events": ["WEBHOOK_TEST"] } });
    assert_eq!(story.is_refused(CREATE, test).await.1, "events");
    let role =
        story.database.succeeds(&["token", "create", "--role", "product", "--name", "p", "--quiet"]).await;
    for asked in ["{ webhooks { nodes { id } } }", &format!("{{ webhook(id: \"{id}\") {{ name }} }}")] {
        let (_, answer) = story.app.answer_to(role.trim(), asked, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    }
    let input = json!({ "input": { "name": "y", "url": "https://example.com/b" } });
    let (_, answer) = story.answer_to(role.trim(), CREATE, input).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    let deleted = story.gets("DeleteWebhook", json!({ "input": { "webhook": id } })).await;
    assert_eq!(deleted["deleteWebhook"]["deletedId"], id);
    assert_eq!(story.is_refused("DeleteWebhook", json!({ "input": { "webhook": id } })).await.0, "NOT_FOUND");
    let left = story.gets("Webhooks", json!({})).await;
    assert_eq!(left["webhooks"]["totalCount"], 0);
}
