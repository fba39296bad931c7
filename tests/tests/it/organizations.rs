//! Many organizations on one server: they are isolated from each other, and those who create them cannot see their
//! data.

mod operators;
mod walls;

use apollo_compiler::{Schema, schema::FieldDefinition};
use ballroom::{
    job::{Jobs, Settings},
    score::Scores,
};
use ballroom_tests::{App, Backend, Database, walk};
use serde_json::{Value, json};
use tokio::sync::watch;

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
    token_of(app, organization, name, &[]).await
}

async fn token_of(app: &App, organization: &str, name: &str, more: &[&str]) -> String {
    let create =
        ["token", "create", "--role", "administrator", "--quiet", "--organization", organization, "--name"];
    app.database.succeeds(&[&create[..], &[name], more].concat()).await.trim().to_owned()
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
        let schedule = "mutation { createSchedule(input: { name: \"walled\", report: VALUE, product: \"walled-shop\",
            cron: \"0 7 * * MON\", destinations: [{ slack: \"https://walled.invalid/\" }] }) { schedule { id } } }";
        let schedule = asks(&app, &first, schedule).await["createSchedule"]["schedule"]["id"].clone();
        asks(
            &app,
            &first,
            &format!("mutation {{ runSchedule(input: {{ schedule: {schedule} }}) {{ schedule {{ id }} }} }}"),
        )
        .await;
        asks(&app, &first, EVENTS).await;
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
        let response =
            "{ feedback(externalId: \"walled\") { id } deleted: feedback(externalId: \"walled-3\") { id } }";
        let response = asks(&app, &first, response).await;
        let (replied, deleted) = (&response["feedback"]["id"], &response["deleted"]["id"]);
        let follow_up = format!(
            "mutation {{ replyToFeedback(input: {{ feedback: {replied}, text: \"walled\" }}) {{ feedback {{ id }} }}
                deleteFeedback(input: {{ feedback: {deleted} }}) {{ deletedId }} }}"
        );
        asks(&app, &first, &follow_up).await;
        // The jobs write the scheduled report, its delivery, candidates of causes, and what members are notified of.
        let store = app.database.store().await;
        let jobs = Jobs::new(store.clone(), Scores::new(store), Settings::default());
        let (_go_on, never) = watch::channel(false);
        while jobs.run_due(never.clone()).await.unwrap() {}
        // Notifications are seen by their member only.
        let first = token_of(&app, MARK, "walled member token", &["--member", "walled@example.com"]).await;
        // Organizations are listed for operators.
        let lists = walk::everything(&walk::schema(), &["organizations"]);
        let lists = asks(&app, &first, &lists).await;
        let others = "{ organization { id } viewer { notifications { nodes { id } } } }";
        let all = json!([lists, asks(&app, &first, others).await]);
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
        let field = field.trim_end_matches("Id").trim_end_matches('s');
        let noun = match field {
            "previous" | "introducedIn" | "fixedIn" => "release",
            "contactMember" | "watcher" => "member",
            "contactTeam" => "team",
            "deliverie" => "delivery",
            "id" | "node" => "feature",
            field => {
                let object = format!("{}{}", field[..1].to_uppercase(), &field[1..]);
                walk::noun_of(&object).unwrap_or(field)
            }
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
            // Others have no key.
            noun if walk::NODES.iter().any(|(_, known)| *known == noun) => {
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

/// What happens last: a watched release, an incident of the member's team, and a response that is deleted again.
const EVENTS: &str = "mutation {
    watchRelease(input: { release: \"walled-1\", product: \"walled-shop\", watcher: \"walled@example.com\" }) {
        release { id } }
    openIncident(input: { product: \"walled-shop\", features: [\"walled-feature\"], severity: 2, title: \"walled\" }) {
        incident { id } }
    submitFeedback(input: { product: \"walled-shop\", scale: \"csat\", rating: 1, comment: \"walled\",
        externalId: \"walled-3\" }) { feedback { id } } }";

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
