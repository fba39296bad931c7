//! Who gets in, and who may do what.

mod blind;
mod customers;
mod pages;
mod table;
mod tokens;

use ballroom_tests::App;

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
