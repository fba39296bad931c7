//! Callers who write something and read nothing.

use ballroom_tests::{App, Backend, on_both};
use serde_json::json;

use super::{pages::publishable, samples};

on_both!(
    a_publishable_token_can_only_submit,
    a_token_that_only_writes_is_told_the_outcome_and_an_id,
    messages_tell_who_only_writes_nothing_of_what_is_stored,
);

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
