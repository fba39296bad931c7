//! Many organizations on one server: they are isolated from each other, and those who create them cannot see their
//! data.

use std::collections::BTreeSet;

use apollo_compiler::{Schema, schema::FieldDefinition};
use ballroom_tests::{
    App, Backend, Database, on_both,
    walk::{self, fields_of, schema, selection},
};
use serde_json::{Value, json};

on_both!(
    nothing_of_an_organization_is_seen_by_another,
    nothing_of_an_organization_is_changed_by_another,
    an_organization_hears_only_itself,
    an_operator_creates_organizations_and_sees_nothing_of_them,
    commands_work_for_the_organization_that_is_named,
);

/// Stands in every text of the organization that others must not see.
const MARK: &str = "walled";

/// Two organizations on one server: one full of things, whose tokens no other has, and one with a product of its own.
struct Two {
    app: App,
    /// An administrator's token of the first.
    first: String,
    /// An administrator's token of the second.
    second: String,
    /// Ids of everything that the first has.
    ids: Vec<String>,
}

async fn token(app: &App, organization: &str, name: &str) -> String {
    let create =
        ["token", "create", "--role", "administrator", "--quiet", "--organization", organization, "--name"];
    app.database.succeeds(&[&create[..], &[name]].concat()).await.trim().to_owned()
}

async fn asks(app: &App, token: &str, query: &str) -> Value {
    let (_, answer) = app.answer_to(token, query, json!({})).await;
    assert!(answer.get("errors").is_none(), "{query}: {answer:#}");
    answer["data"].clone()
}

impl Two {
    async fn start(backend: Backend) -> Self {
        // Everything at once, including scores of ten features of each of ten tokens, costs more than usual. Jobs would
        // change the compared data.
        let app = App::with(
            Database::create(backend).await,
            &[
                "--limit-cost",
                "1000000",
                "--limit-aliases",
                "1000",
                "--job-workers",
                "0",
                "--webhook-workers",
                "0",
            ],
        )
        .await;
        for key in [MARK, "other"] {
            app.database.succeeds(&["organization", "create", key]).await;
        }
        let first = token(&app, MARK, "walled token").await;
        let second = token(&app, "other", "other token").await;
        for document in [
            "mutation { createProduct(input: { key: \"walled-shop\", name: \"walled product\" }) { product { id } }
                createTeam(input: { key: \"walled-team\" }) { team { id } }
                createSegment(input: { key: \"walled-segment\" }) { segment { id } }
                createScale(input: { key: \"walled-scale\", name: \"walled\", min: 0, max: 1 }) { scale { id } }
                createMember(input: { email: \"walled@example.com\", name: \"walled member\", teams: [\"walled-team\"],
                    identities: [{ issuer: \"https://walled.example\", subject: \"walled\" }] }) { member { id } } }",
            "mutation { createFeature(input: { product: \"walled-shop\", key: \"walled-feature\", team: \"walled-team\",
                    description: \"walled\" }) { feature { id } }
                createCustomer(input: { key: \"walled-customer\", name: \"walled\", segment: \"walled-segment\" }) {
                    customer { id } }
                createIteration(input: { product: \"walled-shop\", name: \"walled\", goal: \"walled\",
                    period: { from: \"2026-03-01\", until: \"2026-03-15\" } }) { iteration { id } }
                planRelease(input: { product: \"walled-shop\", version: \"walled-1\", title: \"walled\", notes: \"walled\",
                    releasedAt: \"2026-03-01T00:00:00Z\", features: [{ feature: \"walled-feature\", change: ADDED }] }) {
                    release { id } } }",
            "mutation { recordDeployment(input: { product: \"walled-shop\", release: \"walled-1\",
                    environment: \"walled\", status: SUCCEEDED, externalId: \"walled\" }) { deployment { id } }
                submitFeedback(input: { product: \"walled-shop\", feature: \"walled-feature\", release: \"walled-1\",
                    scale: \"csat\", rating: 2, customer: \"walled-customer\", comment: \"walled\",
                    occurredAt: \"2026-03-02T00:00:00Z\", externalId: \"walled\" }) { feedback { id } }
                openIncident(input: { product: \"walled-shop\", features: [\"walled-feature\"], release: \"walled-1\",
                    severity: 2, title: \"walled\", description: \"walled\", customers: [\"walled-customer\"],
                    openedAt: \"2026-03-02T00:00:00Z\", externalId: \"walled\" }) { incident { id } }
                recordExposureBatch(input: { items: [{ product: \"walled-shop\", feature: \"walled-feature\",
                    day: \"2026-03-02\", activeCustomers: 100 }] }) { items { outcome } }
                createAnnouncement(input: { product: \"walled-shop\", kind: RELEASE, release: \"walled-1\",
                    title: \"walled\", changes: \"walled\", contactMember: \"walled@example.com\",
                    contactTeam: \"walled-team\", planned: { from: \"2026-03-02T00:00:00Z\" },
                    externalId: \"walled\" }) { announcement { id } }
                createKnownError(input: { product: \"walled-shop\", title: \"walled\", symptom: \"walled\", cause: \"walled\",
                    workaround: \"walled\", features: [\"walled-feature\"], introducedIn: \"walled-1\",
                    externalId: \"walled\" }) { knownError { id } }
                createArticle(input: { product: \"walled-shop\", title: \"walled\", body: \"walled\",
                    features: [\"walled-feature\"], externalId: \"walled\" }) { article { id } } }",
            "mutation { storeReport(input: { report: { kind: RELEASE, product: \"walled-shop\", release: \"walled-1\" } }) {
                    storedReport { id } } }",
        ] {
            asks(&app, &first, document).await;
        }
        let schedule = "mutation { createSchedule(input: { name: \"walled\", report: VALUE, product: \"walled-shop\", cron: \"0 7 * * MON\" }) {
            schedule { id } } }";
        asks(&app, &first, schedule).await;
        let feed = "mutation { createCalendarFeed(input: { name: \"walled\", product: \"walled-shop\" }) { calendarFeed { id } } }";
        asks(&app, &first, feed).await;
        let hook = "mutation { createWebhook(input: { name: \"walled\", url: \"https://walled.invalid/\" }) { webhook { id } } }";
        let hook = asks(&app, &first, hook).await["createWebhook"]["webhook"]["id"].clone();
        let test =
            format!("mutation {{ testWebhook(input: {{ webhook: {hook} }}) {{ delivery {{ id }} }} }}");
        asks(&app, &first, &test).await;
        let ask = "mutation { createFeedbackRequest(input: { product: \"walled-shop\", release: \"walled-1\",
            scale: \"csat\", question: \"walled\" }) { request { id } } }";
        asks(&app, &first, ask).await;
        let inbound = "mutation { createInboundWebhook(input: { name: \"walled inbound\", kind: ALERTMANAGER,
            product: \"walled-shop\" }) { secret webhook { path } } }";
        let inbound = asks(&app, &first, inbound).await["createInboundWebhook"].clone();
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let (path, secret) = (text(&inbound["webhook"]["path"]), text(&inbound["secret"]));
        let sent = app.http().post(app.url(&path)).bearer_auth(secret).body("{\"walled\": 1}").send().await;
        assert_eq!(sent.unwrap().status(), 202);
        asks(&app, &second, "mutation { createProduct(input: { key: \"own-shop\" }) { product { id } } }")
            .await;
        let rows = "external_id,rating,occurred_at,comment\nwalled-2,3,2026-03-02T00:00:00Z,walled\n";
        let file = app.database.file("walled.csv", rows);
        let import =
            ["import", "feedback", &file, "--set", "product=walled-shop,scale=csat", "--organization", MARK];
        app.database.succeeds(&import).await;
        let all = asks(&app, &first, EVERYTHING).await;
        let mut ids = Vec::new();
        collect(&all, &mut ids);
        ids.sort();
        ids.dedup();
        Self { app, first, second, ids }
    }

    /// An ID of a noun of the first organization.
    fn id(&self, noun: &str) -> &str {
        let id = self.ids.iter().find(|id| id.rsplit_once('_').is_some_and(|(known, _)| known == noun));
        id.unwrap_or_else(|| panic!("no {noun} among {:?}", self.ids))
    }

    /// A reference to an object of the first organization, by ID or by its natural key.
    fn named(&self, field: &str, by_id: bool) -> Option<String> {
        let noun = match field.trim_end_matches("Id").trim_end_matches('s') {
            "previous" => "release",
            "contactMember" | "watcher" => "member",
            "contactTeam" => "team",
            "knownError" => "known_error",
            "introducedIn" | "fixedIn" => "release",
            "deliverie" => "delivery",
            "storedReport" => "report",
            "id" | "node" => "feature",
            noun => noun,
        };
        let key = match noun {
            "product" => "walled-shop",
            "feature" => "walled-feature",
            "release" => "walled-1",
            "customer" => "walled-customer",
            "segment" => "walled-segment",
            "team" => "walled-team",
            "member" => "walled@example.com",
            "scale" => "walled-scale",
            "organization" => MARK,
            // None was sent: it takes a fix that shipped.
            "notice" => return Some("notice_00000000000000000000000000000000".to_owned()),
            "announcement" | "known_error" | "article" | "feedback" | "incident" | "iteration" | "token"
            | "import" | "schedule" | "webhook" | "delivery" | "inbound" | "receipt" | "request"
            | "report" | "calendar" => {
                return Some(self.id(noun).to_owned());
            }
            _ => return None,
        };
        Some(if by_id { self.id(noun).to_owned() } else { key.to_owned() })
    }

    /// A document about a root field that names things of the first organization wherever it can, its variables, and whether
    /// it names anything.
    fn document(
        &self,
        schema: &Schema,
        root: &str,
        field: &FieldDefinition,
        by_id: bool,
    ) -> (String, Value, bool) {
        let (document, variables) = walk::document(schema, root, field, &|field| self.named(field, by_id));
        let names_something = leaks(self, &variables);
        (document, variables, names_something)
    }
}

/// Every noun that has an ID.
const EVERYTHING: &str =
    "{ organization { id } tokens { nodes { id } } scales { nodes { id key } } segments { nodes { id } } announcements { nodes { id } } knownErrors { nodes { id } } articles { nodes { id } } teams { nodes { id } } members { nodes { id } } customers { nodes { id } } deployments { nodes { id } } feedbackRequests { nodes { id } } calendarFeeds { nodes { id } } inboundWebhooks { nodes { id deliveries { nodes { id } } } } webhooks { nodes { id deliveries { nodes { id } } } } imports { nodes { id } } storedReports { nodes { id } } schedules { nodes { id } }
    products { nodes { id features { nodes { id } } releases { nodes { id } } iterations { nodes { id } }
        feedback { nodes { id } } incidents { nodes { id attributions { id } } } } } }";

fn collect(value: &Value, ids: &mut Vec<String>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| match value.as_str() {
            Some(id) if name == "id" => ids.push(id.to_owned()),
            _ => collect(value, ids),
        }),
        Value::Array(items) => items.iter().for_each(|item| collect(item, ids)),
        _ => (),
    }
}

/// Whether data contain anything of the first organization. What a caller has sent itself does not count: IDs are
/// quoted in messages.
fn leaks(two: &Two, data: &Value) -> bool {
    let text = data.to_string();
    text.contains(MARK) || two.ids.iter().any(|id| text.contains(id.as_str()))
}

fn without_messages(mut data: Value) -> Value {
    match &mut data {
        Value::Object(fields) => {
            fields.remove("userErrors");
            fields.remove("error");
            fields.values_mut().for_each(|value| *value = without_messages(value.take()));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without_messages(item.take())),
        _ => (),
    }
    data
}

async fn nothing_of_an_organization_is_seen_by_another(backend: Backend) {
    let two = Two::start(backend).await;
    let nouns: BTreeSet<_> = two.ids.iter().map(|id| id.rsplit_once('_').unwrap().0).collect();
    assert_eq!(nouns.len(), 26, "every noun with an id is there: {nouns:?}");
    let asks = async |token: &str, query: &str, variables: Value| {
        let (status, answer) = two.app.plain_answer_to(token, query, variables).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert!(status == 200, "{query}: {answer:#}");
        let wrong = ["VALIDATION_ERROR", "PARSE_ERROR", "TOO_COMPLEX", "TOO_LARGE", "INTERNAL"];
        assert!(!wrong.iter().any(|one| code == one), "{query}: {answer:#}");
        answer
    };
    // Every ID, alone and with others.
    let nodes = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";
    let seen = asks(&two.first, nodes, json!({ "ids": two.ids })).await["data"]["nodes"].clone();
    assert_eq!(seen.as_array().unwrap().iter().filter(|node| node.is_object()).count(), two.ids.len());
    let seen = asks(&two.second, nodes, json!({ "ids": two.ids })).await["data"]["nodes"].clone();
    assert!(seen.as_array().unwrap().iter().all(Value::is_null), "{seen:#}");
    for id in &two.ids {
        let seen = asks(&two.second, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": id })).await;
        assert_eq!(seen["data"]["node"], Value::Null, "{id}");
    }
    // Every field of the root, with whatever its arguments can name, and everything below it.
    let schema = schema();
    let (mut seen_by_first, mut named) = (0, 0);
    for field in fields_of(&schema, "Query") {
        for by_id in [true, false] {
            let (document, variables, names) = two.document(&schema, "query", field, by_id);
            named += usize::from(names);
            let own = asks(&two.first, &document, variables.clone()).await;
            seen_by_first += usize::from(leaks(&two, &own["data"]));
            let answer = asks(&two.second, &document, variables).await;
            assert!(!leaks(&two, &answer["data"]), "{document}: {answer:#}");
        }
    }
    assert!(
        named > 20 && seen_by_first > 20,
        "{named} documents named something, {seen_by_first} showed something"
    );
    // Cursors of one organization lead to rows of the other's own.
    for list in
        ["products", "features", "segments", "customers", "incidents", "deployments", "members", "teams"]
    {
        let page = asks(&two.first, &format!("{{ {list} {{ pageInfo {{ endCursor }} }} }}"), json!({})).await;
        let cursor = page["data"][list]["pageInfo"]["endCursor"].clone();
        assert!(cursor.is_string(), "{list}: {page:#}");
        for argument in ["after", "before"] {
            let query = format!(
                "query($cursor: String) {{ {list}({argument}: $cursor) {{ totalCount nodes {{ id }} }} }}"
            );
            let answer = asks(&two.second, &query, json!({ "cursor": cursor })).await;
            assert!(!leaks(&two, &answer["data"]), "{query}: {answer:#}");
            assert_eq!(answer["data"][list]["totalCount"], usize::from(list == "products"), "{list}");
        }
    }
}

async fn nothing_of_an_organization_is_changed_by_another(backend: Backend) {
    let two = Two::start(backend).await;
    let schema = schema();
    let dump = async || {
        let mut all = Vec::new();
        for field in fields_of(&schema, "Query") {
            // When the token was last used is noted whenever it is used; cursors of the feed are times.
            if ["node", "nodes", "viewer"].contains(&field.name.as_str()) {
                continue;
            }
            let (document, variables, _) = two.document(&schema, "query", field, true);
            let (_, answer) = two.app.plain_answer_to(&two.first, &document, variables).await;
            all.push((
                field.name.to_string(),
                without(
                    answer["data"].clone(),
                    &["lastUsedAt", "cause", "attributionCandidates", "suspectedIncidents", "delivery"],
                ),
            ));
        }
        all
    };
    let before = dump().await;
    let mut named = 0;
    for field in fields_of(&schema, "Mutation") {
        for by_id in [true, false] {
            let (document, variables, names) = two.document(&schema, "mutation", field, by_id);
            named += usize::from(names);
            let (status, answer) = two.app.plain_answer_to(&two.second, &document, variables).await;
            assert_eq!(status, 200, "{document}: {answer:#}");
            assert!(!leaks(&two, &without_messages(answer["data"].clone())), "{document}: {answer:#}");
            let text = answer.to_string();
            assert!(!text.contains("did you mean \\\"walled"), "{document}: {answer:#}");
        }
    }
    assert!(named > 50, "{named} documents named something");
    assert_eq!(dump().await, before);
    let verified = two.app.database.succeeds(&["verify", "--organization", MARK]).await;
    assert!(verified.contains("the daily counts agree with the rows"), "{verified}");
}

fn without(mut data: Value, names: &[&str]) -> Value {
    match &mut data {
        Value::Object(fields) => {
            names.iter().for_each(|name| {
                fields.remove(*name);
            });
            fields.values_mut().for_each(|value| *value = without(value.take(), names));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| *item = without(item.take(), names)),
        _ => (),
    }
    data
}

async fn an_organization_hears_only_itself(backend: Backend) {
    let two = Two::start(backend).await;
    let schema = schema();
    let cursor = async |token: &str| {
        let answer = asks(&two.app, token, "{ organization { feedCursor } }").await;
        answer["organization"]["feedCursor"].as_str().unwrap().to_owned()
    };
    let theirs = cursor(&two.first).await;
    let mut listening = Vec::new();
    for field in fields_of(&schema, "Subscription") {
        let shown = selection(&schema, field.ty.inner_named_type(), 2);
        let has_cursor = field.arguments.iter().any(|argument| argument.name == "after");
        let mut given = vec![String::new()];
        if has_cursor {
            given.push(format!("(after: \"{theirs}\")"));
        }
        for given in given {
            let document = format!("subscription {{ {}{given} {shown} }}", field.name);
            let asked = two.app.http().post(two.app.url("/graphql")).bearer_auth(&two.second);
            let asked = asked.header("accept", "text/event-stream").json(&json!({ "query": document }));
            listening.push((document, asked.send().await.unwrap()));
        }
        // References to objects of another organization are not found.
        if field.arguments.iter().any(|argument| argument.name == "product") {
            for product in [two.id("product"), "walled-shop"] {
                let document =
                    format!("subscription {{ {}(product: \"{product}\") {{ __typename }} }}", field.name);
                let asked = two.app.http().post(two.app.url("/graphql")).bearer_auth(&two.second);
                let asked = asked.header("accept", "text/event-stream").json(&json!({ "query": document }));
                let text = asked.send().await.unwrap().text().await.unwrap();
                assert!(text.contains("NOT_FOUND"), "{document}: {text}");
            }
        }
    }
    let happens = |product: &str| {
        format!(
            "mutation {{ submitFeedback(input: {{ product: \"{product}\", scale: \"csat\", rating: 1 }}) {{ outcome }}
            openIncident(input: {{ product: \"{product}\", severity: 1, title: \"{product}\" }}) {{ outcome }}
            planRelease(input: {{ product: \"{product}\", version: \"{product}\" }}) {{ outcome }} }}"
        )
    };
    asks(&two.app, &two.first, &happens("walled-shop")).await;
    asks(&two.app, &two.second, &happens("own-shop")).await;
    let mut heard = 0;
    for (document, mut answer) in listening {
        let mut text = String::new();
        let until = tokio::time::Instant::now() + std::time::Duration::from_secs(3);
        while let Ok(Ok(Some(chunk))) = tokio::time::timeout_at(until, answer.chunk()).await {
            text.push_str(&String::from_utf8_lossy(&chunk));
            if text.contains("own-shop") {
                break;
            }
        }
        assert!(!text.contains(MARK), "{document}: {text}");
        assert!(!two.ids.iter().any(|id| text.contains(id.as_str())), "{document}: {text}");
        match document.contains("after:") {
            true => {
                assert!(text.contains("INVALID_ARGUMENT"), "a cursor of another's feed: {document}: {text}")
            }
            false => heard += usize::from(text.contains("own-shop")),
        }
    }
    assert_eq!(heard, 3, "of its own feedback, incidents and releases an organization hears");
}

async fn an_operator_creates_organizations_and_sees_nothing_of_them(backend: Backend) {
    let two = Two::start(backend).await;
    let app = &two.app;
    let create = ["operator", "create", "--name", "hosting", "--quiet"];
    let operator = app.database.succeeds(&create).await.trim().to_owned();
    assert!(operator.starts_with("ballroom_operator_"));
    let again = app.database.ballroom(&create).await;
    assert!(!again.status.success() && again.err.contains("already a token"), "{again:?}");

    let keys =
        "{ organizations { totalCount nodes { key name createdAt } } viewer { name role operatesServer } }";
    let listed = asks(app, &operator, keys).await;
    let nodes = listed["organizations"]["nodes"].as_array().unwrap();
    let found: Vec<_> = nodes.iter().map(|node| node["key"].as_str().unwrap()).collect();
    assert_eq!(found, ["main", "other", MARK]);
    assert_eq!(listed["viewer"], json!({ "name": "hosting", "role": null, "operatesServer": true }));
    let create = "mutation { createOrganization(input: { key: \"acme\", name: \"Acme\" }) { outcome secret
        organization { id key name } } }";
    let made = asks(app, &operator, create).await["createOrganization"].clone();
    assert_eq!((&made["outcome"], &made["organization"]["name"]), (&json!("CREATED"), &json!("Acme")));
    let again = asks(app, &operator, create).await["createOrganization"].clone();
    assert_eq!((&again["outcome"], &again["secret"]), (&json!("UNCHANGED"), &Value::Null));
    // The first administrator works with it, and has the usual scales.
    let administrator = made["secret"].as_str().unwrap();
    let seen =
        asks(app, administrator, "{ organization { key } scales { totalCount } tokens { nodes { name } } }")
            .await;
    assert_eq!(seen["organization"]["key"], "acme");
    assert!(seen["scales"]["totalCount"].as_i64().unwrap() > 3);
    let rename = "mutation { renameOrganization(input: { organization: \"acme\", name: \"ACME\" }) {
        organization { name } } }";
    assert_eq!(
        asks(app, &operator, rename).await["renameOrganization"]["organization"]["name"],
        json!("ACME")
    );
    let another = "mutation { createAdministratorToken(input: { organization: \"acme\", name: \"second\" }) { secret } }";
    let another = asks(app, &operator, another).await["createAdministratorToken"]["secret"].clone();
    assert_eq!(
        asks(app, another.as_str().unwrap(), "{ viewer { name role } }").await["viewer"]["role"],
        "ADMINISTRATOR"
    );

    // Nothing else is open to it: every other field of the roots, with and without things of an organization.
    let schema = schema();
    let open =
        ["organizations", "viewer", "createOrganization", "renameOrganization", "createAdministratorToken"];
    for (root, operation) in [("Query", "query"), ("Mutation", "mutation")] {
        for field in fields_of(&schema, root) {
            let (document, variables, _) = two.document(&schema, operation, field, true);
            if open.contains(&field.name.as_str()) {
                for token in [&two.first, &two.second, &app.token] {
                    let (_, answer) = app.plain_answer_to(token, &document, variables.clone()).await;
                    let forbidden = answer["errors"][0]["extensions"]["code"] == "FORBIDDEN";
                    assert_eq!(forbidden, field.name != "viewer", "{document}: {answer:#}");
                }
                continue;
            }
            let (_, answer) = app.plain_answer_to(&operator, &document, variables).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{document}: {answer:#}");
        }
    }
    let body = json!({ "query": "subscription { releaseChanged { id } }" });
    let asked = app.http().post(app.url("/graphql")).bearer_auth(&operator).json(&body);
    let text = asked.header("accept", "text/event-stream").send().await.unwrap().text().await.unwrap();
    assert!(text.contains("FORBIDDEN"), "{text}");
    app.database.succeeds(&["operator", "revoke", "hosting"]).await;
    assert_eq!(app.answer_to(&operator, keys, json!({})).await.0, 401);
    let list = app.database.succeeds(&["operator", "list"]).await;
    assert!(list.contains("hosting") && list.contains("revoked"), "{list}");
    for wrong in ["ballroom_operator_AAAA", &operator.replace("operator_", ""), &format!("{operator}x")] {
        assert_eq!(app.answer_to(wrong, keys, json!({})).await.0, 401, "{wrong}");
    }
}

async fn commands_work_for_the_organization_that_is_named(backend: Backend) {
    let two = Two::start(backend).await;
    let database = &two.app.database;
    let list = database.succeeds(&["organization", "list"]).await;
    for key in ["main", "other", MARK] {
        assert!(list.lines().any(|line| line.trim_start().starts_with(key)), "{key}: {list}");
    }
    let again = database.succeeds(&["organization", "create", "other"]).await;
    assert!(again.contains("already exists"), "{again}");
    let renamed = database.succeeds(&["organization", "create", "other", "--name", "Other Ltd."]).await;
    assert!(renamed.contains("Other Ltd."), "{renamed}");
    let missing = database.ballroom(&["token", "list", "--organization", "othr"]).await;
    assert!(!missing.status.success() && missing.err.contains("did you mean \"other\""), "{missing:?}");

    let file = database.file("feedback.csv", "rating,occurred_at\n3,2026-03-02T00:00:00Z\n");
    let import =
        ["import", "feedback", &file, "--set", "product=own-shop,scale=csat", "--create", "products"];
    database.succeeds(&[&import[..], &["--organization", "other"]].concat()).await;
    let count = "{ product(product: \"own-shop\") { feedback { totalCount } } }";
    assert_eq!(asks(&two.app, &two.second, count).await["product"]["feedback"]["totalCount"], 1);
    let elsewhere = two.app.answer(count, json!({})).await;
    assert_eq!(elsewhere["errors"][0]["extensions"]["code"], "NOT_FOUND", "{elsewhere:#}");

    let report = ["report", "--organization", MARK, "value", "--product", "walled-shop"];
    database.succeeds(&report).await;
    let report = ["report", "value", "--product", "walled-shop", "--organization", "other"];
    assert!(!database.ballroom(&report).await.status.success());
    database.succeeds(&["parameters", "--organization", "other"]).await;
    let tokens = database.succeeds(&["token", "--organization", MARK, "list"]).await;
    assert!(tokens.contains("walled token") && !tokens.contains("other token"), "{tokens}");
    let verified = database.succeeds(&["verify", "--organization", "other"]).await;
    assert!(verified.contains("other:") && !verified.contains("main:"), "{verified}");
}
