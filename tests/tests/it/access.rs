//! Who gets in, and who may do what.

use std::time::Duration;

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;
use tokio::time::sleep;

on_both!(
    a_token_is_needed,
    a_revoked_token_lets_nobody_in,
    the_table_of_roles_and_fields_is_complete,
    whoever_may_not_is_told_so_before_anything_else,
    a_customer_sees_only_what_is_the_customers,
    a_publishable_token_can_only_submit,
    a_token_that_only_writes_is_told_the_outcome_and_an_id,
    a_publishable_token_speaks_for_whoever_looks_at_the_page,
    a_page_replaces_nobody_and_learns_of_no_plan,
    pages_of_other_origins_may_not_use_a_token,
    a_flood_from_a_page_is_stopped,
    a_token_that_can_do_nothing_is_not_made,
    tokens_are_listed_with_what_they_may,
    messages_tell_who_only_writes_nothing_of_what_is_stored,
);

const ASK: &str = "{ organization { name } }";

async fn a_token_is_needed(backend: Backend) {
    let app = App::start(backend).await;
    let body = json!({ "query": ASK });
    let without = app.http().post(app.url("/graphql")).json(&body).send().await.unwrap();
    assert_eq!(without.status(), 401);
    assert!(without.headers().contains_key("www-authenticate"));
    let answer: serde_json::Value = without.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    for bad in ["nonsense", "ballroom_AAAA", &format!("{}x", app.token), &app.token[..app.token.len() - 4]] {
        let (status, answer) = app.answer_to(bad, ASK, json!({})).await;
        assert_eq!(
            (status, &answer["errors"][0]["extensions"]["code"]),
            (401, &json!("UNAUTHENTICATED")),
            "{bad}"
        );
    }
    let basic =
        app.http().post(app.url("/graphql")).basic_auth("me", Some("secret")).json(&body).send().await;
    assert_eq!(basic.unwrap().status(), 401);
    assert_eq!(app.http().get(app.url("/healthz")).send().await.unwrap().status(), 200);
    assert_eq!(app.http().get(app.url("/readyz")).send().await.unwrap().status(), 200);
}

async fn a_revoked_token_lets_nobody_in(backend: Backend) {
    let app = App::start(backend).await;
    let made =
        app.database.succeeds(&["token", "create", "--role", "business", "--name", "phone", "--quiet"]).await;
    let token = made.trim();
    assert_eq!(made.lines().count(), 1, "--quiet prints the token and nothing else");
    assert_eq!(app.answer_to(token, ASK, json!({})).await.0, 200);
    let list = app.database.succeeds(&["token", "list"]).await;
    assert!(list.contains("phone") && list.contains("business") && !list.contains(token), "{list}");
    app.database.succeeds(&["token", "revoke", "phone"]).await;
    // Another process revoked it: this one finds out within a second.
    sleep(Duration::from_secs(1)).await;
    assert_eq!(app.answer_to(token, ASK, json!({})).await.0, 401);
    let none = app.database.ballroom(&["token", "revoke", "phone"]).await;
    assert!(!none.status.success() && none.err.contains("phone"), "{none:?}");
    let revoke = "mutation { revokeToken(input: { token: \"phone\" }) { token { id } } }";
    assert_eq!(app.is_refused(revoke, json!({})).await.1, "token");
}

/// Who calls: each role without limits, then each scope with the role that may do most; and an operator of the server.
const CALLERS: [(&str, &[&str]); 13] = [
    ("PRODUCT", &["--role", "product"]),
    ("DEVELOPMENT", &["--role", "development"]),
    ("OPERATIONS", &["--role", "operations"]),
    ("SECURITY", &["--role", "security"]),
    ("BUSINESS", &["--role", "business"]),
    ("SUPPORT", &["--role", "support"]),
    ("CUSTOMER", &["--role", "customer", "--customer", "acme"]),
    ("ADMINISTRATOR", &["--role", "administrator"]),
    ("read", &["--role", "administrator", "--scope", "read"]),
    ("ingest", &["--role", "administrator", "--scope", "ingest"]),
    ("reports", &["--role", "administrator", "--scope", "reports"]),
    ("publishable", &["--role", "administrator", "--scope", "publishable", "--product", "shop"]),
    ("OPERATOR", &[]),
];

/// Every root field, with arguments that are valid and change nothing: their references do not exist.
fn samples() -> Vec<(String, String)> {
    let none = |noun: &str| format!("\"{noun}_00000000000000000000000000000000\"");
    let mut samples = Vec::new();
    let mut query = |name: &str, rest: &str| {
        samples.push((format!("Query.{name}"), format!("{{ {name}{rest} }}")));
    };
    query("organization", " { id }");
    query("viewer", " { name }");
    query("glossary", " { vocabulary }");
    query("organizations", "(first: 1) { nodes { id } }");
    query("node", &format!("(id: {}) {{ id }}", none("feature")));
    query("nodes", &format!("(ids: [{}]) {{ id }}", none("feature")));
    for list in [
        "products",
        "features",
        "segments",
        "scales",
        "customers",
        "imports",
        "incidents",
        "deployments",
        "announcements",
        "knownErrors",
        "articles",
        "storedReports",
        "members",
        "teams",
        "schedules",
        "tokens",
        "webhooks",
        "inboundWebhooks",
        "calendarFeeds",
        "feedbackRequests",
    ] {
        query(list, "(first: 1) { nodes { id } }");
    }
    for one in ["product", "customer", "release", "feature", "member", "team", "segment", "scale"] {
        query(one, &format!("({one}: {}) {{ id }}", none(one)));
    }
    for one in ["feedback", "incident", "iteration", "announcement", "article"] {
        query(one, &format!("(id: {}) {{ id }}", none(one)));
    }
    query("knownError", "(id: \"known_error_00000000000000000000000000000000\") { id }");
    query("suggestions", "(text: \"x\") { relevance }");
    query("customerSituation", &format!("(customer: {}) {{ isAffected }}", none("customer")));
    query("schedule", &format!("(id: {}) {{ id }}", none("schedule")));
    query("feedbackRequest", &format!("(id: {}) {{ id }}", none("request")));
    query("webhook", &format!("(id: {}) {{ id }}", none("webhook")));
    query("inboundWebhook", &format!("(id: {}) {{ id }}", none("inbound")));
    query("inboundPreview", &format!("(webhook: {}, body: \"{{}}\") {{ reason }}", none("inbound")));
    query("deletedFeedback", "(first: 1) { nodes { deletedId } }");
    query(
        "calendar",
        "(period: { from: \"2026-03-01\", until: \"2026-03-02\" }) { conflicts { isInFreeze } }",
    );
    query("releaseGate", &format!("(release: {}) {{ outcome }}", none("release")));
    query("storedReport", &format!("(id: {}) {{ id }}", none("report")));
    query("report", "(of: { kind: OVERVIEW }) { kind }");
    query("scoreParameters", " { mean }");
    query("jobs", " { name }");
    query("productComparison", " { asOf }");
    let feature = none("feature");
    let mut mutation = |name: &str, input: &str| {
        let query = format!("mutation {{ {name}(input: {{ {input} }}) {{ clientMutationId }} }}");
        samples.push((format!("Mutation.{name}"), query));
    };
    mutation("undoImport", &format!("import: {}", none("import")));
    let answer = "product: \"none\", scale: \"csat\", rating: 3";
    mutation("submitFeedback", answer);
    mutation("submitFeedbackBatch", &format!("items: [{{ {answer} }}]"));
    mutation("correctFeedback", &format!("feedback: {}", none("feedback")));
    mutation("deleteFeedback", &format!("feedback: {}", none("feedback")));
    let incident = "product: \"none\", severity: 2, title: \"x\"";
    mutation("openIncident", incident);
    mutation("openIncidentBatch", &format!("items: [{{ {incident} }}]"));
    for (name, rest) in [
        ("updateIncident", ""),
        ("resolveIncident", ""),
        ("reopenIncident", ""),
        ("attributeIncident", ", basis: NOT_CAUSED_BY_CHANGE"),
        ("addIncidentCustomers", ", customers: [\"acme\"]"),
        ("removeIncidentCustomers", ", customers: [\"acme\"]"),
    ] {
        mutation(name, &format!("incident: {}{rest}", none("incident")));
    }
    mutation(
        "recordExposureBatch",
        "items: [{ product: \"none\", day: \"2026-03-01\", activeCustomers: 3 }]",
    );
    mutation("createCustomer", "key: \"\"");
    mutation("updateCustomer", &format!("customer: {}", none("customer")));
    mutation("planRelease", "product: \"none\", version: \"1\"");
    for name in ["updateRelease", "shipRelease", "withdrawRelease"] {
        mutation(name, &format!("release: {}", none("release")));
    }
    let deployment = format!("release: {}, environment: \"production\", status: SUCCEEDED", none("release"));
    mutation("recordDeployment", &deployment);
    mutation("createProduct", "key: \"\"");
    mutation("updateOrganization", "minResponses: 0");
    mutation("updateProduct", "product: \"none\"");
    mutation("createFeature", "product: \"none\", key: \"x\"");
    mutation("updateFeature", &format!("feature: {feature}"));
    mutation(
        "createIteration",
        "product: \"none\", name: \"x\", period: { from: \"2026-03-01\", until: \"2026-03-02\" }",
    );
    mutation("updateIteration", &format!("iteration: {}", none("iteration")));
    let announcement =
        "product: \"none\", kind: DEPLOYMENT, title: \"x\", planned: { from: \"2026-03-01T00:00:00Z\" }";
    mutation("createAnnouncement", announcement);
    for (name, rest) in [
        ("updateAnnouncement", ""),
        ("publishAnnouncement", ""),
        ("rescheduleAnnouncement", ", planned: { from: \"2026-03-01T00:00:00Z\" }"),
        ("concludeAnnouncement", ""),
        ("cancelAnnouncement", ""),
        ("acknowledgeAnnouncement", ""),
        ("setAnnouncementCustomers", ", customers: [\"acme\"]"),
    ] {
        mutation(name, &format!("announcement: {}{rest}", none("announcement")));
    }
    let known_error = "knownError: \"known_error_00000000000000000000000000000000\"";
    mutation("createKnownError", "product: \"none\", title: \"x\"");
    mutation("updateKnownError", known_error);
    mutation("linkKnownError", &format!("{known_error}, incidents: [{}]", none("incident")));
    mutation("unlinkKnownError", &format!("{known_error}, incidents: [{}]", none("incident")));
    mutation("createArticle", "product: \"none\", title: \"x\"");
    for name in ["updateArticle", "publishArticle", "retireArticle"] {
        mutation(name, &format!("article: {}", none("article")));
    }
    for name in ["confirmAttribution", "rejectAttribution"] {
        mutation(name, &format!("incident: {}, release: {}", none("incident"), none("release")));
    }
    mutation("markFeedbackSeen", &format!("feedback: [{}]", none("feedback")));
    mutation("replyToFeedback", &format!("feedback: {}, text: \"x\"", none("feedback")));
    mutation("answerNotice", &format!("notice: {}, helped: true", none("notice")));
    mutation("markNoticesRead", "");
    mutation("watchRelease", &format!("release: {}, watcher: \"none\"", none("release")));
    mutation("setPublicView", "product: \"none\", isPublic: true");
    mutation("logFeedback", "customer: \"none\", product: \"none\", comment: \"x\"");
    mutation("createSchedule", "name: \"x\", report: VALUE, product: \"none\", cron: \"0 7 * * MON\"");
    for name in ["updateSchedule", "deleteSchedule", "runSchedule", "replayReportDeliveries"] {
        mutation(name, &format!("schedule: {}", none("schedule")));
    }
    mutation("storeReport", "report: { kind: RELEASE, product: \"none\", release: \"none\" }");
    mutation("markNotificationsRead", "notifications: []");
    mutation("createTeam", "key: \"\"");
    mutation("updateTeam", &format!("team: {}, name: \"x\"", none("team")));
    mutation("removeTeam", &format!("team: {}", none("team")));
    for name in ["addTeamMembers", "removeTeamMembers"] {
        mutation(name, &format!("team: {}, members: []", none("team")));
    }
    mutation("updateProfile", "name: \"\"");
    mutation("createMember", "email: \"\"");
    for name in ["updateMember", "removeMember"] {
        mutation(name, &format!("member: {}", none("member")));
    }
    mutation("createOrganization", "key: \"\"");
    mutation("renameOrganization", &format!("organization: {}, name: \"x\"", none("organization")));
    mutation("createAdministratorToken", &format!("organization: {}, name: \"x\"", none("organization")));
    mutation("createSegment", "key: \"\"");
    mutation("updateSegment", &format!("segment: {}, name: \"x\"", none("segment")));
    mutation("createScale", "key: \"\", name: \"x\", min: 0, max: 1");
    mutation("computeScoreParameters", "period: { from: \"2026-03-02\", until: \"2026-03-01\" }");
    mutation("runJob", "name: PRUNE_HISTORY");
    mutation("createToken", "name: \"\", role: SUPPORT");
    mutation("revokeToken", "token: \"none\"");
    let request = "product: \"none\", release: \"1\", scale: \"csat\", question: \"x\"";
    mutation("createFeedbackRequest", request);
    mutation("closeFeedbackRequest", &format!("request: {}", none("request")));
    mutation("createWebhook", "name: \"\", url: \"\"");
    for name in
        ["updateWebhook", "deleteWebhook", "rotateWebhookSecret", "testWebhook", "replayWebhookDeliveries"]
    {
        mutation(name, &format!("webhook: {}", none("webhook")));
    }
    mutation("createCalendarFeed", "name: \"\"");
    mutation("deleteCalendarFeed", &format!("calendarFeed: {}", none("calendar")));
    mutation("createInboundWebhook", "name: \"\", kind: GITHUB, product: \"none\"");
    for name in ["updateInboundWebhook", "deleteInboundWebhook", "replayInboundDeliveries"] {
        mutation(name, &format!("webhook: {}", none("inbound")));
    }
    for name in [
        "feedbackReceived",
        "feedbackDeleted",
        "incidentChanged",
        "releaseChanged",
        "announcementChanged",
        "knownErrorChanged",
        "notificationReceived",
        "verdictChanged",
        "incidentAlert",
    ] {
        let shown = match name {
            "feedbackDeleted" => "deletedId",
            "verdictChanged" => "after",
            "incidentAlert" => "kind",
            _ => "id",
        };
        samples.push((format!("Subscription.{name}"), format!("subscription {{ {name} {{ {shown} }} }}")));
    }
    samples
}

/// Selections on an object that a caller has reached: on a product, a feature and a release.
const NESTED: [(&str, &str, &str); 82] = [
    ("Product", "features", "(first: 1) { nodes { id } }"),
    ("Product", "releases", "(first: 1) { nodes { id } }"),
    ("Product", "iterations", "(first: 1) { nodes { id } }"),
    ("Product", "feedback", "(first: 1) { nodes { id } }"),
    ("Product", "incidents", "(first: 1) { nodes { id } }"),
    ("Product", "announcements", "(first: 1) { nodes { id } }"),
    ("Product", "preparedness", " { shippedReleases }"),
    ("Feature", "announcements", "(first: 1) { nodes { id } }"),
    ("Release", "announcements", "(first: 1) { nodes { id } }"),
    ("Product", "knownErrors", "(first: 1) { nodes { id } }"),
    ("Product", "articles", "(first: 1) { nodes { id } }"),
    ("Product", "knowledgeGaps", " { totalIncidents }"),
    ("Product", "delivery", " { totalDeployments }"),
    ("Feature", "knownErrors", "(first: 1) { nodes { id } }"),
    ("Feature", "articles", "(first: 1) { nodes { id } }"),
    ("Release", "knownErrors", " { effect }"),
    ("Release", "delivery", " { totalDeployments }"),
    ("Release", "suspectedIncidents", " { confidence }"),
    ("Incident", "knownErrors", " { id }"),
    ("Incident", "cause", " { basis }"),
    ("Incident", "attributionCandidates", " { confidence }"),
    ("Feedback", "knownErrors", " { id }"),
    ("Product", "isPublic", ""),
    ("Product", "forecastCalibration", " { totalForecasts }"),
    ("Release", "watch", " { days }"),
    ("Release", "keptForecast", " { mean }"),
    ("Customer", "notices", "(first: 1) { nodes { id } }"),
    ("Feedback", "followUp", " { kind }"),
    ("Product", "value", " { score }"),
    ("Product", "valueReport", " { responses }"),
    ("Product", "trend", " { asOf }"),
    ("Product", "forecast", " { mean }"),
    ("Product", "changePoint", " { detected }"),
    ("Product", "standardFigures", " { value }"),
    ("Product", "alerts", " { kind }"),
    ("Product", "timeline", " { points { responses } }"),
    ("Product", "ratingDistribution", " { responses }"),
    ("Feature", "feedback", "(first: 1) { nodes { id } }"),
    ("Feature", "incidents", "(first: 1) { nodes { id } }"),
    ("Feature", "value", " { score }"),
    ("Feature", "trend", " { asOf }"),
    ("Feature", "forecast", " { mean }"),
    ("Feature", "changePoint", " { detected }"),
    ("Feature", "standardFigures", " { value }"),
    ("Feature", "alerts", " { kind }"),
    ("Feature", "timeline", " { points { responses } }"),
    ("Feature", "ratingDistribution", " { responses }"),
    ("Product", "commentWords", " { comments }"),
    ("Product", "incidentWords", " { incidents }"),
    ("Feature", "commentWords", " { comments }"),
    ("Feature", "incidentWords", " { incidents }"),
    ("Release", "commentWords", " { comments }"),
    ("Release", "incidentWords", " { incidents }"),
    ("Release", "feedbackRequests", "(first: 1) { nodes { id } }"),
    ("Feature", "releases", "(first: 1) { nodes { id } }"),
    ("Feature", "exposure", "(first: 1) { nodes { day } }"),
    ("Feature", "name", ""),
    ("Release", "feedback", "(first: 1) { nodes { id } }"),
    ("Release", "incidents", "(first: 1) { nodes { id } }"),
    ("Release", "ratingDistribution", " { responses }"),
    ("Release", "regression", " { verdict }"),
    ("Release", "version", ""),
    ("Release", "notes", ""),
    ("Release", "plannedFor", ""),
    ("Release", "previous", " { version }"),
    ("Release", "features", " { change }"),
    ("Release", "deployments", " { id }"),
    ("Feature", "team", " { key members { nodes { name } } }"),
    ("Release", "shippedBy", " { name member { name } }"),
    ("Incident", "openedBy", " { name }"),
    ("Incident", "intervals", " { openedBy { name } }"),
    ("Member", "email", ""),
    ("Member", "identities", " { subject }"),
    ("Customer", "segment", " { key }"),
    ("Customer", "exposure", "(first: 1) { nodes { day } }"),
    ("Feedback", "segment", " { key }"),
    ("Incident", "attributions", " { id }"),
    ("Incident", "affectedCustomers", ""),
    ("Incident", "customers", "(first: 1) { nodes { id } }"),
    ("Customer", "incidents", "(first: 1) { nodes { id } }"),
    ("Release", "createdAt", ""),
    ("Release", "updatedAt", ""),
];

/// Who may do what: the table that `docs/access.md` shows, for every root field and whatever needs more than to have
/// reached its object.
async fn the_table_of_roles_and_fields_is_complete(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"1.0\", releasedAt: \"2026-03-01T00:00:00Z\" })
        { release { id } } }";
    app.asks(plan, json!({})).await;
    let people = "mutation { createTeam(input: { key: \"finders\" }) { team { id } }
        createMember(input: { email: \"ann@example.com\", teams: [\"finders\"] }) { member { id } }
        createFeature(input: { product: \"shop\", key: \"search\", team: \"finders\" }) { feature { id } } }";
    app.asks(people, json!({})).await;
    let answer = app
        .submits(
            json!({ "product": "shop", "feature": "search", "release": "1.0", "scale": "csat", "rating": 3,
            "customer": "acme" }),
        )
        .await;
    let open = "mutation { openIncident(input: { product: \"shop\", severity: 2, title: \"x\", customers: [\"acme\"] }) {
        incident { id } } }";
    app.asks(open, json!({})).await;
    let mut rows = samples();
    let schema = ballroom::graphql::sdl();
    for name in root_fields(&schema) {
        assert!(rows.iter().any(|(sample, _)| *sample == name), "{name} is missing in this test");
    }
    for (object, field, rest) in NESTED {
        let path = match object {
            "Product" => format!("product {{ {field}{rest} }}"),
            "Feature" => format!("feature {{ {field}{rest} }}"),
            "Customer" => format!("customer {{ {field}{rest} }}"),
            "Member" => format!("feature {{ team {{ members {{ nodes {{ {field}{rest} }} }} }} }}"),
            "Feedback" => format!("{field}{rest}"),
            "Incident" => format!("product {{ incidents {{ nodes {{ {field}{rest} }} }} }}"),
            _ => format!("release {{ {field}{rest} }}"),
        };
        // Reached by way of a response, as a customer would; who may not read responses reaches it by its key.
        let by_answer = format!("{{ feedback(id: {}) {{ {path} }} }}", answer["feedback"]["id"]);
        let by_key = match object {
            "Product" => format!("{{ product(product: \"shop\") {{ {field}{rest} }} }}"),
            "Feature" => format!("{{ feature(feature: \"search\", product: \"shop\") {{ {field}{rest} }} }}"),
            "Release" => format!("{{ release(release: \"1.0\", product: \"shop\") {{ {field}{rest} }} }}"),
            "Member" => format!("{{ member(member: \"ann@example.com\") {{ {field}{rest} }} }}"),
            // Responses, incidents and customers have no key by which others reach them.
            _ => by_answer.clone(),
        };
        rows.push((format!("{object}.{field}"), format!("{by_answer}|{by_key}")));
    }
    let tokens = callers(&app).await;
    let names: Vec<_> = CALLERS.iter().map(|(name, _)| *name).collect();
    let mut table = format!("| field | {} |\n|---|{}\n", names.join(" | "), ":-:|".repeat(names.len()));
    for (name, queries) in &rows {
        let mut cells = Vec::new();
        for (_, token) in &tokens {
            let mut allowed = false;
            for query in queries.split('|') {
                allowed |= may(&app, token, query).await;
            }
            cells.push(if allowed { "x" } else { " " });
        }
        table.push_str(&format!("| {name} | {} |\n", cells.join(" | ")));
    }
    let documented = include_str!("../../../docs/access.md");
    assert!(
        documented.contains(&table),
        "docs/access.md shows another table; this is the right one:\n{table}"
    );
}

/// A token for each caller.
async fn callers(app: &App) -> Vec<(&'static str, String)> {
    let mut tokens = Vec::new();
    for (name, arguments) in CALLERS {
        let noun = if name == "OPERATOR" { "operator" } else { "token" };
        let create = [&[noun, "create", "--name", name, "--quiet"], arguments].concat();
        tokens.push((name, app.database.succeeds(&create).await.trim().to_owned()));
    }
    tokens
}

async fn whoever_may_not_is_told_so_before_anything_else(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    app.asks("mutation { createCustomer(input: { key: \"acme\" }) { customer { id } } }", json!({})).await;
    let mut told = 0;
    for (name, token) in callers(&app).await {
        for (field, query) in samples() {
            let bent = match field.as_str() {
                "Mutation.updateProduct" => query.replace("\"none\"", "\"none\", name: null"),
                _ => query
                    .replace("_00000000000000000000000000000000", "")
                    .replace("(first: 1)", "(first: -1)"),
            };
            if bent != query && !may(&app, &token, &query).await {
                assert!(!may(&app, &token, &bent).await, "{name} {field}");
                told += 1;
            }
        }
    }
    assert!(told > 50, "{told}");
}

async fn may(app: &App, token: &str, query: &str) -> bool {
    if !query.starts_with("subscription") {
        let (_, answer) = app.plain_answer_to(token, query, json!({})).await;
        let codes =
            answer["errors"].as_array().into_iter().flatten().map(|error| &error["extensions"]["code"]);
        let codes: Vec<_> = codes.collect();
        // Whatever else is wrong with the sample, the right was sufficient.
        assert!(
            codes.iter().all(|code| ["FORBIDDEN", "NOT_FOUND"].iter().any(|right| *code == right)),
            "{query}: {answer:#}"
        );
        return codes.iter().all(|code| *code != "FORBIDDEN");
    }
    let body = json!({ "query": query });
    let asked = app.http().post(app.url("/graphql")).bearer_auth(token).json(&body);
    let mut answer = asked.header("accept", "text/event-stream").send().await.unwrap();
    let first = tokio::time::timeout(std::time::Duration::from_millis(300), answer.chunk()).await;
    // A permitted subscription gets no event yet.
    !first
        .is_ok_and(|chunk| String::from_utf8_lossy(&chunk.unwrap().unwrap_or_default()).contains("FORBIDDEN"))
}

/// The fields of the three root types, from the schema as it is printed.
fn root_fields(schema: &str) -> Vec<String> {
    let schema = apollo_compiler::Schema::parse(schema, "schema.graphql").unwrap();
    ["Query", "Mutation", "Subscription"]
        .iter()
        .flat_map(|root| {
            schema.get_object(root).unwrap().fields.keys().map(move |field| format!("{root}.{field}"))
        })
        .collect()
}

async fn a_customer_sees_only_what_is_the_customers(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let mut ids = Vec::new();
    for customer in ["acme", "bolt"] {
        for rating in [2, 4] {
            let answer = json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": rating,
                "customer": customer, "comment": format!("{customer} says {rating}"),
                "occurredAt": format!("2026-03-0{rating}T00:00:00Z") });
            ids.push(app.submits(answer).await["feedback"]["id"].clone());
        }
        let open = "mutation($input: OpenIncidentInput!) { openIncident(input: $input) { incident { id } } }";
        let input = json!({ "product": "shop", "severity": 2, "title": format!("{customer} is stuck"),
            "customers": [customer] });
        let opened = app.asks(open, json!({ "input": input })).await;
        ids.push(opened["openIncident"]["incident"]["id"].clone());
    }
    let create = ["token", "create", "--name", "acme", "--quiet", "--role", "customer", "--customer", "acme"];
    let acme = app.database.succeeds(&create).await.trim().to_owned();
    let asks = async |query: &str| app.answer_to(&acme, query, json!({})).await.1;

    let query = format!(
        "{{ nodes(ids: {}) {{ ... on Feedback {{ comment }} ... on Incident {{ title }} }} incidents {{ nodes {{ title }} }}
        mine: feedback(id: {}) {{ customer {{ key feedback {{ totalCount }} }}
            product {{ name feedback {{ totalCount nodes {{ comment }} }} }}
            feature {{ name feedback {{ totalCount }} incidents {{ totalCount }} }} }} }}",
        serde_json::to_string(&ids).unwrap(),
        ids[0]
    );
    let seen = asks(&query).await;
    assert!(seen.get("errors").is_none(), "{seen:#}");
    let expected = json!([{ "comment": "acme says 2" }, { "comment": "acme says 4" }, { "title": "acme is stuck" },
        null, null, null]);
    assert_eq!(seen["data"]["nodes"], expected);
    assert_eq!(seen["data"]["incidents"]["nodes"], json!([{ "title": "acme is stuck" }]));
    let mine = &seen["data"]["mine"];
    assert_eq!(mine["product"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert_eq!(mine["feature"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert_eq!(mine["customer"]["feedback"]["totalCount"], 2, "{mine:#}");
    assert!(!seen.to_string().contains("bolt"), "{seen:#}");
    let others = asks(&format!("{{ feedback(id: {}) {{ comment }} }}", ids[3])).await;
    assert_eq!(others["errors"][0]["extensions"]["code"], "NOT_FOUND");
    let filtered = "{ customer(customer: \"bolt\") { feedback { totalCount } } }";
    assert_eq!(asks(filtered).await["errors"][0]["extensions"]["code"], "NOT_FOUND");

    // A filter must not reveal what the rows do not show: planned releases, and the segment of the customer.
    app.asks(
        "mutation { planRelease(input: { product: \"shop\", version: \"9-codename\" }) { release { id } }
            createSegment(input: { key: \"churn-risk\" }) { segment { id } } }",
        json!({}),
    )
    .await;
    for filter in ["{ release: \"9-codename\" }", "{ release: \"10\" }"] {
        for of in ["feedback", "incidents"] {
            let query = format!(
                "{{ feedback(id: {}) {{ product {{ {of}(filter: {filter}) {{ totalCount }} }} }} }}",
                ids[0]
            );
            assert_eq!(asks(&query).await["errors"][0]["extensions"]["code"], "NOT_FOUND", "{query}");
        }
    }
    let segment =
        "{ customer(customer: \"acme\") { feedback(filter: { segment: \"churn-risk\" }) { totalCount } } }";
    assert_eq!(asks(segment).await["errors"][0]["extensions"]["code"], "FORBIDDEN");

    // A submission of the customer is always the customer's own.
    let submit = |rest: &str| {
        format!(
            "mutation {{ submitFeedback(input: {{ product: \"shop\", scale: \"csat\", rating: 1{rest} }}) {{
            outcome feedback {{ source customer {{ key }} }} }} }}"
        )
    };
    let submitted = asks(&submit(", externalId: \"1\", source: \"test\"")).await;
    let feedback = &submitted["data"]["submitFeedback"]["feedback"];
    assert_eq!(feedback["customer"]["key"], "acme", "{submitted:#}");
    assert!(feedback["source"].as_str().unwrap().starts_with("customer "), "{submitted:#}");
    let as_bolt = asks(&submit(", customer: \"bolt\"")).await;
    assert_eq!(as_bolt["errors"][0]["extensions"]["argument"], "customer", "{as_bolt:#}");
    app.verify().await;
}

async fn a_publishable_token_can_only_submit(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let page = publishable(&app, "page", &["--product", "shop"]).await;
    let submit =
        "mutation { submitFeedback(input: { product: \"shop\", scale: \"csat\", rating: 4, externalId: \"7\",
        comment: \"private\" }) { outcome feedback { id } } }";
    let (_, first) = app.answer_to(&page, submit, json!({})).await;
    assert_eq!(first["data"]["submitFeedback"]["outcome"], "CREATED", "{first:#}");
    // A page that has got no response sends it again.
    let (_, again) = app.answer_to(&page, submit, json!({})).await;
    assert_eq!(again["data"]["submitFeedback"]["outcome"], "UNCHANGED", "{again:#}");
    assert_eq!(again["data"]["submitFeedback"]["feedback"], first["data"]["submitFeedback"]["feedback"]);
    // The ID of another customer's response does not help.
    let other = submit.replace("private", "mine");
    let (_, other) = app.answer_to(&page, &other, json!({})).await;
    assert_eq!(other["data"]["submitFeedback"]["outcome"], "CREATED", "{other:#}");
    let made = "mutation($input: CreateTokenInput!) { createToken(input: $input) { token { scope role customer { key } } } }";
    let input = json!({ "name": "n", "role": "CUSTOMER" });
    let (code, argument, message) = app.is_refused(made, json!({ "input": input })).await;
    assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "customer"), "{message}");
    let input = json!({ "name": "n", "role": "SUPPORT", "customer": "acme" });
    assert_eq!(app.is_refused(made, json!({ "input": input })).await.1, "customer");
    let input = json!({ "name": "n", "role": "SUPPORT", "scope": "READ" });
    let token = app.asks(made, json!({ "input": input })).await["createToken"]["token"].clone();
    assert_eq!(token, json!({ "scope": "READ", "role": "SUPPORT", "customer": null }));
}

/// Who may write something and read nothing.
const BLIND: [(&str, &[&str]); 4] = [
    ("ingest", &["--role", "administrator", "--scope", "ingest"]),
    ("customer ingest", &["--role", "customer", "--customer", "acme", "--scope", "ingest"]),
    ("publishable", &["--role", "product", "--scope", "publishable", "--product", "shop"]),
    (
        "customer publishable",
        &["--role", "customer", "--customer", "acme", "--scope", "publishable", "--product", "shop"],
    ),
];

/// Fields that describe the outcome, in payloads and in their items.
const TOLD: [&str; 7] =
    ["outcome", "supersession", "accepted", "refused", "index", "deletedId", "clientMutationId"];

/// A field that can be reached from a payload.
struct Below {
    name: String,
    document: String,
    /// Whether a write-only caller may select it.
    told: bool,
}

/// Every field of every type that can be reached from any payload, by the shortest way to it.
fn fields_below_payloads(schema: &apollo_compiler::Schema) -> Vec<Below> {
    use apollo_compiler::schema::ExtendedType;
    let begin = |field: &str| {
        let samples = samples().into_iter().find(|(name, _)| *name == format!("Mutation.{field}"));
        let (_, query) = samples.unwrap_or_else(|| panic!("{field} is missing among the samples"));
        query.rsplit_once("{ clientMutationId").unwrap().0.trim_end().to_owned()
    };
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut queue = std::collections::VecDeque::new();
    for (name, field) in &schema.get_object("Mutation").unwrap().fields {
        queue.push_back((field.ty.inner_named_type().clone(), vec![begin(name)], true));
    }
    while let Some((ty, way, open)) = queue.pop_front() {
        let (fields, is_node) = match &schema.types[&ty] {
            _ if !seen.insert(ty.clone()) => continue,
            ExtendedType::Object(object) => {
                (&object.fields, object.implements_interfaces.iter().any(|one| one.name == "Node"))
            }
            ExtendedType::Interface(interface) => (&interface.fields, interface.name == "Node"),
            _ => continue,
        };
        let leads_on = ty.ends_with("Payload") || ty.ends_with("Item");
        let says_why = ty == "UserError";
        for (name, field) in fields {
            let needs: Vec<_> = field.arguments.iter().filter(|argument| argument.is_required()).collect();
            let written = match needs.as_slice() {
                [] => name.to_string(),
                [only] if only.ty.inner_named_type() == "Reference" => {
                    format!("{name}({}: \"x\")", only.name)
                }
                [only] => match &schema.types[only.ty.inner_named_type()] {
                    ExtendedType::Enum(known) => {
                        let (value, _) = known.values.first().unwrap();
                        format!("{name}({}: {value})", only.name)
                    }
                    _ => panic!("{ty}.{name} needs arguments"),
                },
                _ => panic!("{ty}.{name} needs arguments"),
            };
            let below = field.ty.inner_named_type();
            let is_object =
                matches!(schema.types[below], ExtendedType::Object(_) | ExtendedType::Interface(_));
            let shown = if is_object { format!("{written} {{ __typename }}") } else { written.clone() };
            let document = format!("{} {{ {shown} {}", way.join(" { "), "} ".repeat(way.len() + 1));
            // A list of nouns holds others than the one that was written.
            let others = field.ty.is_list()
                && match &schema.types[below] {
                    ExtendedType::Object(object) => {
                        object.implements_interfaces.iter().any(|one| one.name == "Node")
                    }
                    _ => false,
                };
            let told = match is_object {
                true => open && leads_on && !others,
                false => {
                    open && (says_why
                        || (leads_on && TOLD.contains(&name.as_str()))
                        || (is_node && name == "id"))
                }
            };
            found.push(Below { name: format!("{ty}.{name}"), document, told });
            if is_object {
                queue.push_back((below.clone(), [way.clone(), vec![written]].concat(), told));
            }
        }
    }
    found
}

async fn a_token_that_only_writes_is_told_the_outcome_and_an_id(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let segment = "mutation { createSegment(input: { key: \"secret\" }) { segment { id } }
        createCustomer(input: { key: \"acme\", name: \"Acme Inc\", segment: \"secret\" }) { customer { id } } }";
    app.asks(segment, json!({})).await;
    let schema = apollo_compiler::Schema::parse(ballroom::graphql::sdl(), "schema.graphql").unwrap();
    let fields = fields_below_payloads(&schema);
    assert!(fields.len() > 200, "{}", fields.len());
    for (name, arguments) in BLIND {
        let create = [&["token", "create", "--name", name, "--quiet"], arguments].concat();
        let token = app.database.succeeds(&create).await.trim().to_owned();
        for Below { name: field, document, told } in &fields {
            let (_, answer) = app.plain_answer_to(&token, document, json!({})).await;
            let why = answer["errors"][0]["message"].as_str().unwrap_or_default();
            assert_eq!(
                why.contains("This token is write-only"),
                !told,
                "{name}: {field}: {document} {answer:#}"
            );
            assert!(*told || answer["data"].is_null(), "{name}: {field}: {answer:#}");
        }
        // Neither a fragment nor an alias nor a condition circumvents the rule.
        for hidden in [
            "{ feedback { ... on Node { ... on Feedback { comment } } } }",
            "{ feedback { ...F } } } fragment F on Feedback { id: comment ",
            "{ feedback { customer @include(if: true) { id } } }",
            "{ feedback { id } } organization: createSegment(input: { key: \"x\" }) { segment { key } }",
        ] {
            let document = format!(
                "mutation {{ submitFeedback(input: {{ product: \"shop\", scale: \"csat\", rating: 4 }}) {hidden} }}"
            );
            let (_, answer) = app.plain_answer_to(&token, &document, json!({})).await;
            assert_eq!(
                answer["errors"][0]["extensions"]["code"], "FORBIDDEN",
                "{name}: {document} {answer:#}"
            );
        }
        let submit = "mutation { submitFeedback(input: { product: \"shop\", scale: \"csat\", rating: 4 }) {
            outcome feedback { __typename id } userErrors { message } } }";
        let (_, answer) = app.plain_answer_to(&token, submit, json!({})).await;
        let told = &answer["data"]["submitFeedback"];
        assert_eq!(told["outcome"], "CREATED", "{name}: {answer:#}");
        assert!(told["feedback"]["id"].as_str().unwrap().starts_with("feedback_"), "{name}: {answer:#}");
    }
}

async fn publishable(app: &App, name: &str, more: &[&str]) -> String {
    let create =
        ["token", "create", "--name", name, "--quiet", "--role", "product", "--scope", "publishable"];
    app.database.succeeds(&[&create, more].concat()).await.trim().to_owned()
}

const SUBMIT: &str = "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { outcome supersession feedback { id } } }";

/// A response from a page about the shop, and its result: which one counts, else the outcome, or the wrong field.
async fn says(app: &App, token: &str, more: serde_json::Value) -> String {
    let mut input = json!({ "product": "shop", "scale": "csat", "rating": 2 });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let (_, answer) = app.answer_to(token, SUBMIT, json!({ "input": input })).await;
    let extensions = &answer["errors"][0]["extensions"];
    let payload = &answer["data"]["submitFeedback"];
    let said = [&payload["supersession"], &payload["outcome"], &extensions["argument"], &extensions["code"]];
    said.iter().find_map(|said| said.as_str()).unwrap_or_else(|| panic!("{answer:#}")).to_owned()
}

async fn a_publishable_token_speaks_for_whoever_looks_at_the_page(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search", "cart"]).await;
    app.product("office", &[]).await;
    app.asks("mutation { createSegment(input: { key: \"big\" }) { segment { id } } }", json!({})).await;
    let create = ["token", "create", "--name", "any", "--role", "product", "--scope", "publishable"];
    let none = app.database.ballroom(&create).await;
    assert!(!none.status.success() && none.err.contains("product"), "{none:?}");
    let page = publishable(&app, "page", &["--product", "shop"]).await;
    let search = publishable(&app, "search", &["--product", "shop", "--feature", "search"]).await;

    for (field, value) in [
        ("customer", json!("acme")),
        ("segment", json!("big")),
        ("source", json!("elsewhere")),
        ("occurredAt", json!("2026-03-01T00:00:00Z")),
        ("updatedAt", json!("2026-03-01T00:00:00Z")),
    ] {
        assert_eq!(says(&app, &page, json!({ field: value })).await, field);
    }
    assert_eq!(says(&app, &page, json!({ "product": "office" })).await, "product");
    assert_eq!(says(&app, &page, json!({ "feature": "cart" })).await, "CREATED");
    assert_eq!(says(&app, &search, json!({ "feature": "cart" })).await, "feature");
    assert_eq!(says(&app, &search, json!({})).await, "feature");
    assert_eq!(says(&app, &search, json!({ "feature": "search" })).await, "CREATED");
    assert_eq!(says(&app, &app.token, json!({ "respondent": "x" })).await, "respondent");

    // One respondent has one voice; that of another token is another, and so is a customer of that name.
    assert_eq!(says(&app, &page, json!({ "respondent": "acme" })).await, "CREATED");
    assert_eq!(says(&app, &page, json!({ "respondent": "acme", "rating": 5 })).await, "SUPERSEDES");
    assert_eq!(says(&app, &page, json!({ "respondent": "bolt" })).await, "CREATED");
    let other = publishable(&app, "other", &["--product", "shop"]).await;
    assert_eq!(says(&app, &other, json!({ "respondent": "acme" })).await, "CREATED");
    assert_eq!(says(&app, &app.token, json!({ "customer": "acme" })).await, "CREATED");
    let listed = app.asks("{ customers { nodes { key name } } }", json!({})).await.to_string();
    assert_eq!(listed.matches("respondent-").count(), 3, "{listed}");
    assert!(!listed.contains("bolt"), "{listed}");
    let taken = "mutation { createCustomer(input: { key: \"respondent-1\" }) { customer { id } } }";
    assert_eq!(app.is_refused(taken, json!({})).await.1, "key");
    assert_eq!(says(&app, &app.token, json!({ "customer": "respondent-1" })).await, "customer");
    app.verify().await;
}

async fn a_page_replaces_nobody_and_learns_of_no_plan(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let plan = "mutation { planRelease(input: { product: \"shop\", version: \"3.0\" }) { release { id } } }";
    app.asks(plan, json!({})).await;
    let page = publishable(&app, "page", &["--product", "shop"]).await;
    let create = ["token", "create", "--name", "acme", "--quiet", "--role", "customer", "--customer", "acme"];
    let named = app
        .submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme",
        "externalId": "7", "source": "page", "comment": "mine" }))
        .await;
    let acme = app.database.succeeds(&create).await.trim().to_owned();
    for token in [&page, &acme] {
        assert_eq!(says(&app, token, json!({ "release": "3.0" })).await, "release");
    }
    assert_eq!(says(&app, &app.token, json!({ "release": "3.0" })).await, "CREATED");
    // A page cannot refer to releases that were withdrawn before now.
    let shipped = "mutation { planRelease(input: { product: \"shop\", version: \"2.0\", releasedAt: \"2026-01-01T00:00:00Z\" }) {
        release { id } } }";
    app.asks(shipped, json!({})).await;
    assert_eq!(says(&app, &page, json!({ "release": "2.0" })).await, "CREATED");
    let withdrawn =
        "mutation { withdrawRelease(input: { product: \"shop\", release: \"2.0\" }) { outcome } }";
    assert_eq!(app.asks(withdrawn, json!({})).await["withdrawRelease"]["outcome"], "UPDATED");
    assert_eq!(app.asks(withdrawn, json!({})).await["withdrawRelease"]["outcome"], "UNCHANGED");
    assert_eq!(says(&app, &page, json!({ "release": "2.0" })).await, "release");
    assert_eq!(says(&app, &app.token, json!({ "release": "2.0" })).await, "CREATED");
    for respondent in ["acme", named["feedback"]["id"].as_str().unwrap()] {
        let said = says(&app, &page, json!({ "respondent": respondent, "externalId": "7" })).await;
        assert_eq!(said, "CREATED");
    }
    assert_eq!(says(&app, &page, json!({ "externalId": "7" })).await, "CREATED");
    let still = format!("{{ feedback(id: {}) {{ counted comment rating }} }}", named["feedback"]["id"]);
    let still = app.asks(&still, json!({})).await;
    assert_eq!(still["feedback"], json!({ "counted": true, "comment": "mine", "rating": 5.0 }));
    app.verify().await;
}

async fn pages_of_other_origins_may_not_use_a_token(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let origin = ["--product", "shop", "--origin", "https://WWW.example.com:443/"];
    let page = publishable(&app, "page", &origin).await;
    let body = json!({ "query": SUBMIT, "variables": { "input": { "product": "shop", "scale": "csat", "rating": 2 } } });
    for (origin, status) in [
        (Some("https://www.example.com"), 200),
        (Some("https://www.example.com.evil.org"), 403),
        (Some("http://www.example.com"), 403),
        (Some("null"), 403),
        (None, 403),
    ] {
        let mut asked = app.http().post(app.url("/graphql")).bearer_auth(&page).json(&body);
        if let Some(origin) = origin {
            asked = asked.header("origin", origin);
        }
        assert_eq!(asked.send().await.unwrap().status(), status, "{origin:?}");
    }
    let create = [
        "token",
        "create",
        "--name",
        "x",
        "--role",
        "product",
        "--scope",
        "publishable",
        "--product",
        "shop",
    ];
    for wrong in ["example.com", "ftp://example.com", "https://", "https://example.com/page", "*"] {
        let made = app.database.ballroom(&[&create, ["--origin", wrong].as_slice()].concat()).await;
        assert!(!made.status.success() && made.err.contains("origin"), "{wrong}: {made:?}");
    }
    let made = app.database.ballroom(&[
        "token",
        "create",
        "--name",
        "y",
        "--role",
        "product",
        "--origin",
        "https://a.b",
    ]);
    assert!(!made.await.status.success());
}

async fn a_flood_from_a_page_is_stopped(backend: Backend) {
    let limits = [
        "--rate-respondent",
        "2",
        "--rate-address",
        "6",
        "--rate-token",
        "7",
        "--address-header",
        "x-forwarded-for",
    ];
    let app = App::with(ballroom_tests::Database::create(backend).await, &limits).await;
    app.product("shop", &[]).await;
    let page = publishable(&app, "page", &["--product", "shop"]).await;
    let says = async |address: &str, more: serde_json::Value| {
        let mut input = json!({ "product": "shop", "scale": "csat", "rating": 2 });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let body = json!({ "query": SUBMIT, "variables": { "input": input } });
        let asked =
            app.http().post(app.url("/graphql")).bearer_auth(&page).header("x-forwarded-for", address);
        let answer: serde_json::Value = asked.json(&body).send().await.unwrap().json().await.unwrap();
        let extensions = &answer["errors"][0]["extensions"];
        if extensions["code"] == "RATE_LIMITED" {
            assert!((1..=60).contains(&extensions["retryAfter"].as_i64().unwrap()), "{answer:#}");
            return answer["errors"][0]["message"].as_str().unwrap().to_owned();
        }
        answer["data"]["submitFeedback"]["outcome"]
            .as_str()
            .unwrap_or_else(|| panic!("{answer:#}"))
            .to_owned()
    };
    assert_eq!(says("10.0.0.1", json!({ "respondent": "a" })).await, "CREATED");
    assert_eq!(says("10.0.0.1", json!({ "respondent": "a" })).await, "CREATED");
    assert!(says("10.0.0.1", json!({ "respondent": "a" })).await.contains("of this respondent"));
    for _ in 0..3 {
        assert_eq!(says("10.0.0.1", json!({})).await, "CREATED");
    }
    assert!(says("10.0.0.1", json!({})).await.contains("from this address"));
    for _ in 0..2 {
        // Addresses that the caller adds before the proxy's own are ignored.
        assert_eq!(says("10.9.9.9, 10.0.0.2", json!({})).await, "CREATED");
    }
    assert!(says("10.0.0.3", json!({})).await.contains("with this token"));
    // All others are unaffected.
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 2 })).await;
    let batch = "mutation($items: [SubmitFeedbackInput!]!) { submitFeedbackBatch(input: { items: $items }) { accepted } }";
    let items: Vec<_> = (0..9).map(|_| json!({ "product": "shop", "scale": "csat", "rating": 2 })).collect();
    let (_, answer) = app.answer_to(&page, batch, json!({ "items": items })).await;
    assert_eq!(answer["errors"][0]["extensions"]["argument"], "items", "{answer:#}");
}

async fn a_token_that_can_do_nothing_is_not_made(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    app.submits(json!({ "product": "shop", "scale": "csat", "rating": 5, "customer": "acme" })).await;
    let create = "mutation($input: CreateTokenInput!) { createToken(input: $input) { token { id } } }";
    for (role, scope) in [("BUSINESS", "PUBLISHABLE"), ("BUSINESS", "INGEST"), ("CUSTOMER", "REPORTS")] {
        let mut input = json!({ "name": format!("{role} {scope}"), "role": role, "scope": scope });
        if scope == "PUBLISHABLE" {
            input["product"] = json!("shop");
        }
        if role == "CUSTOMER" {
            input["customer"] = json!("acme");
        }
        let (code, argument, message) = app.is_refused(create, json!({ "input": input })).await;
        assert_eq!((code.as_str(), argument.as_str()), ("INVALID_ARGUMENT", "scope"), "{message}");
        assert!(message.contains(role) && message.contains("READ"), "{message}");
    }
    // And no two tokens of one name, until the first is revoked.
    let input = json!({ "input": { "name": "phone", "role": "SUPPORT" } });
    app.asks(create, input.clone()).await;
    let (code, argument, message) = app.is_refused(create, input.clone()).await;
    assert_eq!((code.as_str(), argument.as_str()), ("CONFLICT", "name"), "{message}");
    app.database.succeeds(&["token", "revoke", "phone"]).await;
    app.asks(create, input).await;
}

async fn tokens_are_listed_with_what_they_may(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let page = publishable(
        &app,
        "page",
        &[
            "--product",
            "shop",
            "--feature",
            "search",
            "--origin",
            "https://a.example",
            "--expires",
            "2099-01-01T00:00:00Z",
        ],
    )
    .await;
    let body = json!({ "query": SUBMIT, "variables": { "input": { "product": "shop", "feature": "search", "scale": "csat",
        "rating": 2 } } });
    let asked = app.http().post(app.url("/graphql")).bearer_auth(&page).header("origin", "https://a.example");
    assert_eq!(asked.json(&body).send().await.unwrap().status(), 200);
    let ask =
        "{ tokens { nodes { name scope expiresAt product { key } features { key } origins lastUsedAt } } }";
    let mut token = json!(null);
    for _ in 0..50 {
        let tokens = app.asks(ask, json!({})).await;
        token = tokens["tokens"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|token| token["name"] == "page")
            .unwrap()
            .clone();
        if !token["lastUsedAt"].is_null() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(token["lastUsedAt"].as_str().is_some_and(|at| at.starts_with("20")), "{token}");
    token["lastUsedAt"] = json!(null);
    assert_eq!(
        token,
        json!({ "name": "page", "scope": "PUBLISHABLE", "expiresAt": "2099-01-01T00:00:00+00:00",
        "product": { "key": "shop" }, "features": [{ "key": "search" }], "origins": ["https://a.example"],
        "lastUsedAt": null })
    );
    let list = app.database.succeeds(&["token", "list"]).await;
    let line = list.lines().find(|line| line.contains("page")).unwrap();
    for word in ["publishable", "shop search https://a.example", "active until 2099-01-01"] {
        assert!(line.contains(word), "{word}: {list}");
    }
}

async fn messages_tell_who_only_writes_nothing_of_what_is_stored(backend: Backend) {
    let app = App::start(backend).await;
    app.product("shop", &[]).await;
    let create =
        ["token", "create", "--name", "ci", "--quiet", "--role", "administrator", "--scope", "ingest"];
    let ingest = app.database.succeeds(&create).await.trim().to_owned();
    let made = "mutation {
        a: planRelease(input: { product: \"shop\", version: \"1.0\", releasedAt: \"2026-01-01T00:00:00Z\" }) { outcome }
        b: planRelease(input: { product: \"shop\", version: \"2.0\" }) { outcome }
        recordDeployment(input: { product: \"shop\", release: \"1.0\", environment: \"e\", status: FAILED, externalId: \"d\", source: \"jobs\" }) {
            outcome }
        openIncident(input: { product: \"shop\", title: \"x\", severity: 2, openedAt: \"2026-02-03T00:00:00Z\" }) {
            incident { id } } }";
    let made = app.asks(made, json!({})).await;
    let incident = made["openIncident"]["incident"]["id"].as_str().unwrap();
    let resolve = format!(
        "resolveIncident(input: {{ incident: \"{incident}\", resolvedAt: \"2026-01-01T00:00:00Z\" }})"
    );
    for (verb, told, untold) in [
        (
            "recordDeployment(input: { product: \"shop\", release: \"2.0\", environment: \"e\", status: FAILED, externalId: \"d\", source: \"jobs\" })",
            "is \"1.0\" in the deployment",
            "release: differs from the stored value, or the state of the object forbids it",
        ),
        (
            "shipRelease(input: { product: \"shop\", release: \"1.0\", releasedAt: \"2026-01-02T00:00:00Z\" })",
            "was already released at 2026-01-01",
            "release: differs from the stored value, or the state of the object forbids it",
        ),
        (resolve.as_str(), "before the incident was opened", "resolvedAt: conflicts with stored data"),
    ] {
        let document = format!("mutation {{ did: {verb} {{ userErrors {{ message }} }} }}");
        let message = async |token: &str| {
            let (_, answer) = app.plain_answer_to(token, &document, json!({})).await;
            answer["data"]["did"]["userErrors"][0]["message"].as_str().unwrap_or_default().to_owned()
        };
        assert!(message(&app.token).await.contains(told), "{verb}: {}", message(&app.token).await);
        assert_eq!(message(&ingest).await, untold, "{verb}");
    }
    let others = "mutation { planRelease(input: { product: \"shop\", version: \"v1.0\" }) { alike { id } } }";
    let (_, answer) = app.plain_answer_to(&ingest, others, json!({})).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
}
