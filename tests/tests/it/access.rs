//! Who gets in, and who may do what.

mod blind;
mod customers;
mod pages;
mod table;
mod tokens;

use ballroom_tests::{App, walk};

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

/// Queries that are no lists and no lookups, with arguments that are valid. `<noun>` is an ID that does not exist.
const QUERIES: [(&str, &str); 14] = [
    ("calendar", "(period: { from: \"2026-03-01\", until: \"2026-03-02\" }) { conflicts { isInFreeze } }"),
    ("customerSituation", "(customer: <customer>) { isAffected }"),
    ("glossary", " { vocabulary }"),
    ("inboundPreview", "(webhook: <inbound>, body: \"{}\") { reason }"),
    ("jobs", " { name }"),
    ("node", "(id: <feature>) { id }"),
    ("nodes", "(ids: [<feature>]) { id }"),
    ("organization", " { id }"),
    ("productComparison", " { asOf }"),
    ("releaseGate", "(release: <release>) { outcome }"),
    ("report", "(of: { kind: OVERVIEW }) { kind }"),
    ("scoreParameters", " { mean }"),
    ("suggestions", "(text: \"x\") { relevance }"),
    ("viewer", " { name }"),
];

/// Mutations that require more than references, or do more with more, with inputs that are valid and change nothing.
const MUTATIONS: [(&str, &str); 48] = [
    ("addIncidentCustomers", "incident: <incident>, customers: [\"acme\"]"),
    ("addTeamMembers", "team: <team>, members: []"),
    ("answerNotice", "notice: <notice>, helped: true"),
    ("attributeIncident", "incident: <incident>, basis: NOT_CAUSED_BY_CHANGE"),
    ("computeScoreParameters", "period: { from: \"2026-03-02\", until: \"2026-03-01\" }"),
    ("createAdministratorToken", "organization: <organization>, name: \"x\""),
    (
        "createAnnouncement",
        "product: \"none\", kind: DEPLOYMENT, title: \"x\", planned: { from: \"2026-03-01T00:00:00Z\" }",
    ),
    ("createArticle", "product: \"none\", title: \"x\""),
    ("createCalendarFeed", "name: \"\""),
    ("createCustomer", "key: \"\""),
    ("createFeature", "product: \"none\", key: \"x\""),
    ("createFeedbackRequest", "product: \"none\", release: \"1\", scale: \"csat\", question: \"x\""),
    ("createInboundWebhook", "name: \"\", kind: GITHUB, product: \"none\""),
    (
        "createIteration",
        "product: \"none\", name: \"x\", period: { from: \"2026-03-01\", until: \"2026-03-02\" }",
    ),
    ("createKnownError", "product: \"none\", title: \"x\""),
    ("createMember", "email: \"\""),
    ("createOrganization", "key: \"\""),
    ("createProduct", "key: \"\""),
    ("createScale", "key: \"\", name: \"x\", min: 0, max: 1"),
    ("createSchedule", "name: \"x\", report: VALUE, product: \"none\", cron: \"0 7 * * MON\""),
    ("createSegment", "key: \"\""),
    ("createTeam", "key: \"\""),
    ("createToken", "name: \"\", role: SUPPORT"),
    ("createWebhook", "name: \"\", url: \"\""),
    ("logFeedback", "customer: \"none\", product: \"none\", comment: \"x\""),
    ("markFeedbackSeen", "feedback: [<feedback>]"),
    ("markNoticesRead", ""),
    ("markNotificationsRead", "notifications: []"),
    ("openIncident", "product: \"none\", severity: 2, title: \"x\""),
    ("openIncidentBatch", "items: [{ product: \"none\", severity: 2, title: \"x\" }]"),
    ("planRelease", "product: \"none\", version: \"1\""),
    ("recordDeployment", "release: <release>, environment: \"production\", status: SUCCEEDED"),
    ("recordExposureBatch", "items: [{ product: \"none\", day: \"2026-03-01\", activeCustomers: 3 }]"),
    ("removeIncidentCustomers", "incident: <incident>, customers: [\"acme\"]"),
    ("removeTeamMembers", "team: <team>, members: []"),
    ("renameOrganization", "organization: <organization>, name: \"x\""),
    ("replyToFeedback", "feedback: <feedback>, text: \"x\""),
    ("rescheduleAnnouncement", "announcement: <announcement>, planned: { from: \"2026-03-01T00:00:00Z\" }"),
    ("runJob", "name: PRUNE_HISTORY"),
    ("setAnnouncementCustomers", "announcement: <announcement>, customers: [\"acme\"]"),
    ("setPublicView", "product: \"none\", isPublic: true"),
    ("storeReport", "report: { kind: RELEASE, product: \"none\", release: \"none\" }"),
    ("submitFeedback", "product: \"none\", scale: \"csat\", rating: 3"),
    ("submitFeedbackBatch", "items: [{ product: \"none\", scale: \"csat\", rating: 3 }]"),
    ("updateOrganization", "minResponses: 0"),
    ("updateProfile", "name: \"\""),
    ("updateSegment", "segment: <segment>, name: \"x\""),
    ("updateTeam", "team: <team>, name: \"x\""),
];

/// Every root field, with arguments that are valid and change nothing, because their references do not exist. Lists, lookups, and
/// mutations that require references only, are those of the schema.
fn samples() -> Vec<(String, String)> {
    let schema = walk::schema();
    let mut samples = Vec::new();
    for (name, rest) in QUERIES {
        samples.push((format!("Query.{name}"), format!("{{ {name}{} }}", without_ids(rest))));
    }
    for field in walk::fields_of(&schema, "Query") {
        let has = |argument: &str| field.argument_by_name(argument).is_some();
        let rest = match walk::noun_of(field.ty.inner_named_type()) {
            _ if has("first") => "(first: 1) { nodes { __typename } }".to_owned(),
            Some(noun) if has("id") => format!("(id: <{noun}>) {{ id }}"),
            _ => continue,
        };
        samples
            .push((format!("Query.{}", field.name), format!("{{ {}{} }}", field.name, without_ids(&rest))));
    }
    let mutation = |name: &str, input: &str| {
        let input = without_ids(input);
        let query = format!("mutation {{ {name}(input: {{ {input} }}) {{ clientMutationId }} }}");
        (format!("Mutation.{name}"), query)
    };
    samples.extend(MUTATIONS.iter().map(|(name, input)| mutation(name, input)));
    for field in walk::fields_of(&schema, "Mutation") {
        let input = field.argument_by_name("input").unwrap().ty.inner_named_type();
        let fields = &schema.get_input_object(input).unwrap().fields;
        let required: Vec<_> = fields.values().filter(|field| field.is_required()).collect();
        let names_only = required.iter().all(|field| field.ty.to_string() == "Reference!");
        let has_sample = MUTATIONS.iter().any(|(name, _)| field.name == *name);
        if names_only && !required.is_empty() && !has_sample {
            let input: Vec<_> = required.iter().map(|field| format!("{0}: <{0}>", field.name)).collect();
            samples.push(mutation(&field.name, &input.join(", ")));
        }
    }
    for field in walk::fields_of(&schema, "Subscription") {
        let shown = match field.name.as_str() {
            "feedbackDeleted" => "deletedId",
            "verdictChanged" => "after",
            "incidentAlert" => "kind",
            _ => "id",
        };
        let query = format!("subscription {{ {} {{ {shown} }} }}", field.name);
        samples.push((format!("Subscription.{}", field.name), query));
    }
    let root = |name: &str| ["Query", "Mutation"].iter().position(|root| name.starts_with(root)).unwrap_or(2);
    samples.sort_by_key(|(name, _)| (root(name), name.clone()));
    samples
}

/// Arguments with IDs that do not exist in place of `<noun>`.
fn without_ids(arguments: &str) -> String {
    arguments.replace('<', "\"").replace('>', "_00000000000000000000000000000000\"")
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
