//! Inbound webhooks: what other systems send, from the signature to the object.

mod mapping;

use std::time::Duration;

use ballroom_tests::{Backend, on_both, story::Story};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep};

use self::mapping::{ALARMS, mapping};

on_both!(
    a_release_of_github_ships_and_is_deployed,
    an_issue_of_sentry_is_an_incident_until_it_is_resolved,
    alerts_are_incidents_of_their_features,
    cdevents_are_incidents_tickets_and_deployments,
    what_is_not_signed_is_not_stored,
    what_failed_is_replayed,
    inbound_webhooks_are_for_administrators,
);

const OPERATIONS: &str = include_str!("../stories/inbound.graphql");

const RELEASE: &str = include_str!("../payloads/github_release.json");

const DEPLOYMENT: &str = include_str!("../payloads/github_deployment_status.json");

const ISSUE: &str = include_str!("../payloads/sentry_issue.json");

const ALERTS: &str = include_str!("../payloads/alertmanager.json");

const CDEVENTS: [&str; 3] = [
    include_str!("../payloads/cdevents_service_deployed.json"),
    include_str!("../payloads/cdevents_incident.json"),
    include_str!("../payloads/cdevents_ticket.json"),
];

/// HMAC with SHA-256, as RFC 2104 says it: the tests do not ask the library that the server asks.
fn mac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut block = [0; 64];
    match key.len() > 64 {
        true => block[..32].copy_from_slice(&Sha256::digest(key)),
        false => block[..key.len()].copy_from_slice(key),
    }
    let pad = |with: u8| block.iter().map(|byte| byte ^ with).collect::<Vec<_>>();
    let inner = Sha256::digest([&pad(0x36), text].concat());
    Sha256::digest([&pad(0x5c), inner.as_slice()].concat()).to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Hook<'a> {
    story: &'a Story,
    id: String,
    path: String,
    secret: String,
}

impl<'a> Hook<'a> {
    async fn new(story: &'a Story, kind: &str, more: Value) -> Self {
        let mut input = json!({ "name": format!("from {kind}"), "kind": kind, "product": "shop" });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made =
            story.gets("CreateInboundWebhook", json!({ "input": input })).await["createInboundWebhook"]
                .clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (id, path) = (text(&made["webhook"]["id"]), text(&made["webhook"]["path"]));
        Self { story, id, path, secret: text(&made["secret"]) }
    }

    async fn sends(&self, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let mut request = self.story.http().post(self.story.url(&self.path)).body(body.to_owned());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    }

    async fn github(&self, event: &str, key: &str, body: &str) -> (u16, String) {
        let signature = format!("sha256={}", hex(&mac(self.secret.as_bytes(), body.as_bytes())));
        let headers =
            [("x-hub-signature-256", &*signature), ("x-github-event", event), ("x-github-delivery", key)];
        self.sends(&headers, body).await
    }

    async fn standard(&self, id: &str, age: i64, body: &str) -> (u16, String) {
        let at = (ballroom::clock::now().timestamp() - age).to_string();
        let key = BASE64_STANDARD.decode(self.secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signature =
            format!("v1,{}", BASE64_STANDARD.encode(mac(&key, format!("{id}.{at}.{body}").as_bytes())));
        let headers = [("webhook-id", id), ("webhook-timestamp", &at), ("webhook-signature", &signature)];
        self.sends(&headers, body).await
    }

    /// What was sent, once none of it waits any more.
    async fn done(&self, count: usize) -> Vec<Value> {
        let end = Instant::now() + Duration::from_secs(30);
        loop {
            let found = self.story.gets("InboundWebhookDeliveries", json!({ "id": self.id })).await;
            let nodes = found["inboundWebhook"]["deliveries"]["nodes"].as_array().unwrap().clone();
            if nodes.len() == count && nodes.iter().all(|node| node["state"] != "PENDING") {
                return nodes;
            }
            assert!(Instant::now() < end, "{nodes:#?}");
            sleep(Duration::from_millis(30)).await;
        }
    }
}

async fn shop(backend: Backend) -> Story {
    Story::in_shop(backend, OPERATIONS, &["search", "cart"]).await
}

async fn incidents(story: &Story) -> Vec<Value> {
    story.gets("ProductIncidents", json!({})).await["product"]["incidents"]["nodes"]
        .as_array()
        .unwrap()
        .clone()
}

async fn a_release_of_github_ships_and_is_deployed(backend: Backend) {
    let story = shop(backend).await;
    let github =
        Hook::new(&story, "GITHUB", json!({ "versionPrefix": "v", "secret": "a secret of github" })).await;
    assert_eq!(github.github("ping", "1", r#"{"zen": "Design for failure."}"#).await.0, 202);
    let (status, said) = github.github("release", "2", RELEASE).await;
    assert_eq!((status, said.as_str()), (202, r#"{"status":"accepted"}"#));
    github.done(2).await;
    // Sent again by GitHub, and sent again as another delivery.
    assert_eq!(github.github("release", "2", RELEASE).await, (202, r#"{"status":"known"}"#.to_owned()));
    github.github("release", "3", RELEASE).await;
    github.github("deployment_status", "4", DEPLOYMENT).await;
    github.github("deployment_status", "5", &DEPLOYMENT.replace("\"success\"", "\"in_progress\"")).await;
    let done = github.done(5).await;
    let states: Vec<_> = done
        .iter()
        .map(|one| (one["state"].as_str().unwrap(), one["results"][0]["outcome"].as_str()))
        .collect();
    let expected = [
        ("IGNORED", None),
        ("PROCESSED", Some("CREATED")),
        ("PROCESSED", Some("UNCHANGED")),
        ("PROCESSED", Some("CREATED")),
        ("IGNORED", None),
    ];
    assert_eq!(states, expected, "{done:#?}");
    let release = story.gets("ReleaseDeployments", json!({})).await["release"].clone();
    assert_eq!(
        release,
        json!({ "version": "2.4", "title": "A new search", "notes": "Search finds more.", "lifecycle": "RELEASED",
            "releasedAt": "2026-05-01T10:00:00+00:00", "deployments": [{ "environment": "production",
            "status": "SUCCEEDED", "deployedAt": "2026-05-01T10:20:00+00:00", "source": "from GITHUB" }] })
    );
}

async fn an_issue_of_sentry_is_an_incident_until_it_is_resolved(backend: Backend) {
    let story = shop(backend).await;
    let sentry = Hook::new(&story, "SENTRY", json!({ "secret": "the client secret" })).await;
    let resolved = ISSUE.replacen("\"created\"", "\"resolved\"", 1);
    for (body, count) in [(ISSUE, 1), (&resolved, 2)] {
        let signature = hex(&mac(b"the client secret", body.as_bytes()));
        let headers = [("sentry-hook-signature", &*signature), ("sentry-hook-resource", "issue")];
        assert_eq!(sentry.sends(&headers, body).await.0, 202);
        sentry.done(count).await;
    }
    let found = incidents(&story).await;
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["severity"], &found[0]["externalId"]), (&json!(1), &json!("1170820242")));
    assert_eq!(found[0]["title"], "TypeError: cart.total is not a function");
    assert_eq!(found[0]["openedAt"], "2026-05-02T08:14:00+00:00");
    assert_eq!(found[0]["resolvedAt"], "2026-05-02T08:15:00+00:00");
}

async fn alerts_are_incidents_of_their_features(backend: Backend) {
    let story = shop(backend).await;
    let alerts = Hook::new(&story, "ALERTMANAGER", json!({})).await;
    let token = format!("Bearer {}", alerts.secret);
    assert_eq!(alerts.sends(&[("authorization", &token)], ALERTS).await.0, 202);
    // Alertmanager repeats itself.
    assert_eq!(alerts.sends(&[("authorization", &token)], ALERTS).await.1, r#"{"status":"known"}"#);
    alerts.done(1).await;
    let ended = ALERTS
        .replacen("\"firing\",\n      \"labels\"", "\"resolved\",\n      \"labels\"", 1)
        .replace("0001-01-01T00:00:00Z", "2026-05-03T12:30:00Z");
    alerts.sends(&[("authorization", &token)], &ended).await;
    alerts.done(2).await;
    let found = incidents(&story).await;
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!((&found[0]["title"], &found[0]["severity"]), (&json!("CartErrors"), &json!(3)));
    assert_eq!(found[0]["features"], json!([]));
    assert_eq!((&found[1]["title"], &found[1]["severity"]), (&json!("Search is slow"), &json!(1)));
    assert_eq!(found[1]["features"], json!([{ "key": "search" }]));
    assert_eq!(found[1]["resolvedAt"], "2026-05-03T12:30:00+00:00");
}

async fn cdevents_are_incidents_tickets_and_deployments(backend: Backend) {
    let story = shop(backend).await;
    story.admin.plans_release(json!({ "product": "shop", "version": "2.4" })).await;
    let events = Hook::new(&story, "CDEVENTS", json!({ "versionPrefix": "v" })).await;
    for (n, body) in CDEVENTS.iter().enumerate() {
        assert_eq!(events.standard(&format!("msg_{n}"), 0, body).await.0, 202);
    }
    // In an envelope of CloudEvents, from a sender that cannot sign; the event is known by its own ID.
    let token = format!("Bearer {}", events.secret);
    let envelope = format!(
        r#"{{"specversion": "1.0", "id": "x", "type": "t", "source": "s", "data": {}}}"#,
        CDEVENTS[1]
    );
    assert_eq!(events.sends(&[("authorization", &token)], &envelope).await.1, r#"{"status":"known"}"#);
    let resolved = CDEVENTS[1]
        .replace("incident.detected", "incident.resolved")
        .replace("271069a8", "371069a8")
        .replace("14:27:05.315384", "15:00:00");
    events.done(3).await;
    events.standard("msg_9", 0, &resolved).await;
    events
        .standard("msg_10", 0, &CDEVENTS[2].replace("\"bug\"", "\"story\"").replace("0b7f6a52", "1b7f6a52"))
        .await;
    let done = events.done(5).await;
    assert_eq!(done[4]["state"], "IGNORED");
    assert!(done[..4].iter().all(|one| one["state"] == "PROCESSED"), "{done:#?}");
    let found = incidents(&story).await;
    assert_eq!(found.len(), 2, "{found:#?}");
    assert_eq!(found[0]["attributions"][0]["release"]["version"], "2.4");
    assert_eq!(found[0]["resolvedAt"], "2026-05-04T15:00:00+00:00");
    assert_eq!(
        (&found[1]["title"], &found[1]["severity"]),
        (&json!("Vouchers are applied twice"), &json!(2))
    );
    let deployed = story.gets("Release", json!({})).await;
    assert_eq!(
        deployed["release"]["deployments"],
        json!([{ "environment": "staging", "status": "SUCCEEDED" }])
    );
}

async fn what_is_not_signed_is_not_stored(backend: Backend) {
    let story = shop(backend).await;
    let github = Hook::new(&story, "GITHUB", json!({})).await;
    let generic = Hook::new(&story, "GENERIC", json!({ "mapping": mapping() })).await;
    let alerts = Hook::new(&story, "ALERTMANAGER", json!({})).await;
    assert_eq!(github.sends(&[("x-github-event", "release")], RELEASE).await.0, 401);
    let wrong = format!("sha256={}", hex(&mac(b"another", RELEASE.as_bytes())));
    assert_eq!(github.sends(&[("x-hub-signature-256", &wrong)], RELEASE).await.0, 401);
    let of_another_body = format!("sha256={}", hex(&mac(github.secret.as_bytes(), b"{}")));
    assert_eq!(github.sends(&[("x-hub-signature-256", &of_another_body)], RELEASE).await.0, 401);
    assert_eq!(github.sends(&[("x-hub-signature-256", "sha256=")], RELEASE).await.0, 401);
    assert_eq!(generic.standard("old", 600, ALARMS).await.0, 401);
    assert_eq!(generic.standard("future", -600, ALARMS).await.0, 401);
    assert_eq!(generic.standard("text", 0, "no JSON").await.0, 400);
    assert_eq!(alerts.sends(&[], ALERTS).await.0, 401);
    assert_eq!(alerts.sends(&[("authorization", "Bearer x")], ALERTS).await.0, 401);
    let elsewhere = Hook {
        story: &story,
        id: String::new(),
        path: "/inbound/AAAA".to_owned(),
        secret: github.secret.clone(),
    };
    assert_eq!(elsewhere.github("release", "1", RELEASE).await.0, 404);
    let huge = format!("\"{}\"", "x".repeat(5 * 1024 * 1024));
    assert_eq!(github.github("release", "1", &huge).await.0, 413);
    assert_eq!(story.http().get(story.url(&github.path)).send().await.unwrap().status(), 405);
    story.gets("UpdateInboundWebhook", json!({ "input": { "webhook": github.id, "enabled": false } })).await;
    assert_eq!(github.github("release", "1", RELEASE).await.0, 404);
    for hook in [&github, &generic, &alerts] {
        hook.done(0).await;
    }
}

async fn what_failed_is_replayed(backend: Backend) {
    let mut story = shop(backend).await;
    let (id, path, secret) = {
        let github = Hook::new(&story, "GITHUB", json!({ "versionPrefix": "v" })).await;
        github.github("deployment_status", "1", DEPLOYMENT).await;
        let failed = github.done(1).await;
        assert_eq!(failed[0]["state"], "FAILED");
        assert_eq!(failed[0]["reason"], "item 0: release: there is no release \"2.4\"");
        (github.id.clone(), github.path.clone(), github.secret.clone())
    };
    // What was stored and not worked off is worked off by the next server.
    story.restart().await;
    let github = Hook { story: &story, id, path, secret };
    github.github("release", "2", RELEASE).await;
    github.done(2).await;
    let again = story.gets("ReplayInboundDeliveries", json!({ "input": { "webhook": github.id } })).await;
    assert_eq!(again["replayInboundDeliveries"]["replayed"], 1);
    let done = github.done(2).await;
    assert_eq!(
        (&done[0]["state"], &done[0]["results"][0]["outcome"]),
        (&json!("PROCESSED"), &json!("CREATED"))
    );
    let named = json!({ "webhook": github.id, "deliveries": [done[0]["id"]] });
    story.gets("ReplayInboundDeliveries", json!({ "input": named })).await;
    let done = github.done(2).await;
    assert_eq!(done[0]["results"][0]["outcome"], "UNCHANGED");
}

async fn inbound_webhooks_are_for_administrators(backend: Backend) {
    let story = shop(backend).await;
    let github = Hook::new(&story, "GITHUB", json!({})).await;
    let role =
        story.database.succeeds(&["token", "create", "--role", "product", "--name", "p", "--quiet"]).await;
    for asked in [
        "{ inboundWebhooks { nodes { id } } }",
        &format!("{{ inboundWebhook(id: \"{}\") {{ name }} }}", github.id),
    ] {
        let (_, answer) = story.app.answer_to(role.trim(), asked, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    }
    let refused = async |input: Value| {
        let (code, field, message) =
            story.is_refused("CreateInboundWebhook", json!({ "input": input })).await;
        (code, field, message)
    };
    let generic = json!({ "name": "x", "kind": "GENERIC", "product": "shop" });
    let with = |more: Value| {
        let mut input = generic.clone();
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    assert_eq!(refused(generic.clone()).await.1, "mapping");
    assert_eq!(refused(with(json!({ "kind": "GITHUB", "mapping": mapping() }))).await.1, "mapping");
    assert_eq!(refused(with(json!({ "kind": "GITHUB", "secret": "short" }))).await.1, "secret");
    assert_eq!(refused(with(json!({ "kind": "GITHUB", "name": "from GITHUB" }))).await.0, "CONFLICT");
    assert_eq!(refused(with(json!({ "kind": "GITHUB", "product": "desk" }))).await.0, "NOT_FOUND");
    let mut unknown = mapping();
    unknown["fields"][0]["target"] = json!("titel");
    let (_, field, message) = refused(with(json!({ "mapping": unknown }))).await;
    assert_eq!(field, "mapping.fields.0.target");
    assert!(message.contains("title"), "{message}");
    let mut lacking = mapping();
    lacking["fields"].as_array_mut().unwrap().remove(0);
    assert!(refused(with(json!({ "mapping": lacking }))).await.2.contains("title"));
    story.gets("DeleteInboundWebhook", json!({ "input": { "webhook": github.id } })).await;
    assert_eq!(
        story.is_refused("DeleteInboundWebhook", json!({ "input": { "webhook": github.id } })).await.0,
        "NOT_FOUND"
    );
}
