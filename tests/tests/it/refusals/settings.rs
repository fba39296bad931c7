//! What is refused of people, tokens, and the settings of an organization.

use ballroom_tests::{Backend, Database, on_both, story::Story};
use serde_json::{Value, json};

use super::{shop, stocked, tries};

on_both!(people_and_tokens_are_refused_what_they_cannot_be, settings_are_refused_what_they_cannot_be);

const SETTINGS: &str = include_str!("../../stories/refusals_of_settings.graphql");

async fn people_and_tokens_are_refused_what_they_cannot_be(backend: Backend) {
    let story = shop(backend, SETTINGS).await;
    story.customer("acme", None).await;
    for (email, subject) in [("ann@example.com", "1"), ("bob@example.com", "2")] {
        let identity = json!({ "issuer": "https://id.example.com", "subject": subject });
        story.gets("CreateMember", json!({ "input": { "email": email, "identities": [identity] } })).await;
    }
    let token = |fields: Value| {
        let mut token = json!({ "name": "new", "role": "SUPPORT" });
        token.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        token
    };
    let publishable = |fields: Value| {
        let mut token =
            json!({ "name": "page", "role": "PRODUCT", "scope": "PUBLISHABLE", "product": "shop" });
        token.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        token
    };
    let taken = json!([{ "issuer": "https://id.example.com", "subject": "1" }]);
    tries(
        &story,
        vec![
            ("CreateMember", json!({ "email": "ann" })),
            ("CreateMember", json!({ "email": "eve@example.com", "language": "deutsch, bitte" })),
            ("CreateMember", json!({ "email": "eve@example.com", "roles": ["CUSTOMER"] })),
            ("CreateMember", json!({ "email": "eve@example.com", "teams": ["none"] })),
            ("CreateMember", json!({ "email": "eve@example.com", "identities": taken })),
            ("UpdateMember", json!({ "member": "eve@example.com", "name": "Eve" })),
            ("UpdateMember", json!({ "member": "bob@example.com", "email": "ann@example.com" })),
            ("UpdateMember", json!({ "member": "bob@example.com", "identities": taken })),
            ("UpdateMember", json!({ "member": "bob@example.com", "name": "" })),
            ("CreateTeam", json!({ "key": "" })),
            ("CreateTeam", json!({ "key": "." })),
            ("CreateTeam", json!({ "key": " .. " })),
            ("CreateTeam", json!({ "key": "team_00000000000070008000000000000000" })),
            ("CreateToken", token(json!({ "name": "" }))),
            ("CreateToken", token(json!({ "name": "token of acme" }))),
            ("CreateToken", token(json!({ "role": "CUSTOMER" }))),
            ("CreateToken", token(json!({ "customer": "acme" }))),
            ("CreateToken", token(json!({ "role": "CUSTOMER", "customer": "none" }))),
            (
                "CreateToken",
                token(json!({ "role": "CUSTOMER", "customer": "acme", "member": "ann@example.com" })),
            ),
            ("CreateToken", token(json!({ "member": "eve@example.com" }))),
            ("CreateToken", token(json!({ "expiresAt": "2020-01-01T00:00:00Z" }))),
            ("CreateToken", token(json!({ "origins": ["https://www.example.com"] }))),
            ("CreateToken", token(json!({ "product": "shop" }))),
            ("CreateToken", token(json!({ "role": "BUSINESS", "scope": "INGEST" }))),
            ("CreateToken", publishable(json!({ "product": null }))),
            ("CreateToken", publishable(json!({ "product": "none" }))),
            ("CreateToken", publishable(json!({ "features": ["drawer"] }))),
            ("CreateToken", publishable(json!({ "origins": ["www.example.com/page"] }))),
        ],
    )
    .await;
    insta::assert_snapshot!("people_and_tokens", story.transcript());
}

async fn settings_are_refused_what_they_cannot_be(backend: Backend) {
    // A server that can send reports, so that only the destinations are wrong.
    let database = Database::create(backend).await;
    let folder = database.path("reports").display().to_string();
    std::fs::create_dir(&folder).unwrap();
    let mail = ["--smtp-url", "smtp://127.0.0.1:1", "--mail-from", "Ballroom <reports@example.com>"];
    let arguments = [&mail[..], &["--report-directory", &folder, "--job-workers", "0"]].concat();
    let story = stocked(Story::with(database, &arguments, SETTINGS).await).await;
    let schedule = |fields: Value| {
        let mut schedule =
            json!({ "name": "new", "report": "VALUE", "product": "shop", "cron": "0 7 * * MON" });
        schedule.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        schedule
    };
    for name in ["weekly", "daily"] {
        story.gets("CreateSchedule", json!({ "input": schedule(json!({ "name": name })) })).await;
    }
    let hook = |fields: Value| {
        let mut hook = json!({ "name": "new", "url": "https://hooks.example.com/" });
        hook.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        hook
    };
    story.gets("CreateWebhook", json!({ "input": hook(json!({ "name": "chat" })) })).await;
    let inbound = |fields: Value| {
        let mut inbound = json!({ "name": "new", "kind": "GITHUB", "product": "shop" });
        inbound.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        inbound
    };
    story.gets("CreateInboundWebhook", json!({ "input": inbound(json!({ "name": "builds" })) })).await;
    let mapping = json!({ "kind": "INCIDENT", "fields": [] });
    let to = |destination: Value| schedule(json!({ "destinations": [destination] }));
    let none = "_00000000000070008000000000000000";
    tries(
        &story,
        vec![
            ("CreateSchedule", schedule(json!({ "name": "" }))),
            ("CreateSchedule", schedule(json!({ "name": "weekly" }))),
            ("CreateSchedule", schedule(json!({ "product": null }))),
            ("CreateSchedule", schedule(json!({ "product": "none" }))),
            ("CreateSchedule", schedule(json!({ "cron": "every day" }))),
            ("CreateSchedule", schedule(json!({ "cron": "0 0 31 2 *" }))),
            ("CreateSchedule", schedule(json!({ "report": "OVERVIEW", "product": null, "cron": null }))),
            ("CreateSchedule", schedule(json!({ "timeZone": "Mars/Olympus" }))),
            ("CreateSchedule", schedule(json!({ "days": 0 }))),
            ("CreateSchedule", to(json!({}))),
            ("CreateSchedule", to(json!({ "email": "ann" }))),
            ("CreateSchedule", to(json!({ "email": "ann@example.com", "slack": "https://hooks.example.com/" }))),
            ("CreateSchedule", to(json!({ "directory": "/etc" }))),
            ("CreateSchedule", to(json!({ "directory": "../up" }))),
            ("CreateSchedule", to(json!({ "webhook": "ftp://example.com" }))),
            (
                "CreateSchedule",
                schedule(json!({ "destinations": [{ "email": "ann@example.com" }, { "email": "ann@example.com" }] })),
            ),
            ("UpdateSchedule", json!({ "schedule": format!("schedule{none}"), "paused": true })),
            ("CreateWebhook", hook(json!({ "name": "" }))),
            ("CreateWebhook", hook(json!({ "name": "chat" }))),
            ("CreateWebhook", hook(json!({ "url": "hooks.example.com" }))),
            ("CreateWebhook", hook(json!({ "url": "ftp://hooks.example.com/" }))),
            ("CreateWebhook", hook(json!({ "events": ["WEBHOOK_TEST"] }))),
            ("UpdateWebhook", json!({ "webhook": format!("webhook{none}"), "enabled": false })),
            ("TestWebhook", json!({ "webhook": "chat" })),
            ("CreateInboundWebhook", inbound(json!({ "name": "builds" }))),
            ("CreateInboundWebhook", inbound(json!({ "product": "none" }))),
            ("CreateInboundWebhook", inbound(json!({ "kind": "GENERIC" }))),
            ("CreateInboundWebhook", inbound(json!({ "mapping": mapping }))),
            ("CreateInboundWebhook", inbound(json!({ "kind": "GENERIC", "mapping": mapping }))),
            ("CreateInboundWebhook", inbound(json!({ "secret": "short" }))),
            ("CreateInboundWebhook", inbound(json!({ "secret": "x".repeat(5_000) }))),
            ("UpdateInboundWebhook", json!({ "webhook": format!("inbound{none}"), "enabled": false })),
            ("CreateCalendarFeed", json!({ "name": "" })),
            ("CreateCalendarFeed", json!({ "name": "releases", "product": "none" })),
            ("UpdateOrganization", json!({ "minResponses": 0 })),
            ("UpdateOrganization", json!({ "minGroup": -1 })),
            ("UpdateOrganization", json!({ "gate": { "maxDecline": -5.0 } })),
            ("UpdateOrganization", json!({ "incidentWeights": [{ "severity": 7, "weight": 1.0, "unknownShare": 0.1 }] })),
        ],
    )
    .await;
    insta::assert_snapshot!("settings", story.transcript());
}
