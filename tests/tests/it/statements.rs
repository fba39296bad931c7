//! The cost of a query: the number of statements does not grow with the number of rows.

use ballroom::{
    deliver::Deliveries,
    domain::{
        feature::{self, NewFeature},
        feedback::NewFeedback,
        incident::{self, NewIncident},
        organization,
        product::{self, NewProduct},
        token,
    },
    feed::Feed,
    graphql::{self, Services},
    inbound::Inbound,
    ingest::{GroupCommit, Rates, Uploads},
    job::Jobs,
    score::Scores,
};
use ballroom_tests::{Backend, Database, on_both};
use chrono::{DateTime, TimeDelta, Utc};

on_both!(
    fifty_features_with_everything_are_a_handful_of_statements,
    each_operation_sends_so_many_statements,
    what_is_shown_at_once_is_what_resolvers_return,
    the_results_of_a_batch_are_the_same_at_once_and_resolved,
    pages_fit_together
);

/// The operations that `tests/bench/http` measures, and the number of statements that each may send at most once the
/// organization is cached: on SQLite, and on PostgreSQL. Fewer are sent where the token or the dimensions were looked up a
/// moment before. A change of a number must be made here deliberately.
const OPERATIONS: [(&str, [u64; 2]); 5] = [
    ("who calls", [1, 1]),
    ("one answer", [3, 3]),
    ("20 features with 50 answers each", [3, 3]),
    ("submit one answer", [8, 5]),
    ("submit 1,000 answers", [116, 6]),
];

const ONE: &str = "query($id: ID!) { feedback(id: $id) { id rating comment occurredAt
    product { id } feature { id } release { id } customer { id } } }";
const NESTED: &str = "{ product(key: \"shop\") { features(first: 20) { nodes { key
    feedback(first: 50) { nodes { id rating comment occurredAt release { version } } } } } } }";
const SUBMIT: &str = "mutation($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { outcome feedback { id } } }";
const BATCH: &str = "mutation($input: SubmitFeedbackBatchInput!) {
    submitFeedbackBatch(input: $input) { accepted items { index outcome feedback { id } } } }";

/// Permitted size of a response on PostgreSQL, its row with indexes and the daily counts, in bytes: some percent above and
/// below the measured one.
const BYTES: std::ops::RangeInclusive<i64> = 540..=630;

const QUERY: &str = "{ product(product: \"shop\") { features(first: 50) { nodes {
    key
    value { score lower upper }
    feedback(first: 5) { nodes { rating comment customer { key } scale { key } release { version } } }
    incidents(filter: { state: OPEN }, first: 3) { nodes { title severity features { key } attributions { basis } } }
} } } }";

/// A product with this many features, each with responses and open incidents.
async fn services(database: &Database, features: usize) -> (Services, ballroom::domain::access::Viewer) {
    let store = database.store().await;
    let now: DateTime<Utc> = ballroom::clock::now();
    let (organization, _) = organization::first(&store, now).await.unwrap();
    let viewer = token::operator(organization.id);
    let manage = viewer.manages().unwrap();
    product::create(&store, manage, NewProduct { key: "shop".into(), ..Default::default() }, now)
        .await
        .unwrap();
    let (answers, _) = GroupCommit::start(store.clone());
    let (mut given, mut broken) = (Vec::new(), Vec::new());
    for number in 0..features {
        let key = format!("feature-{number:02}");
        let new = NewFeature { product: "shop".into(), key: key.clone(), ..Default::default() };
        feature::create(&store, manage, new, now).await.unwrap();
        for answer in 0..8 {
            given.push(NewFeedback {
                product: "shop".into(),
                feature: Some(key.clone()),
                customer: Some(format!("customer-{}", (number + answer) % 20)),
                scale: Some(if answer % 2 == 0 { "csat".into() } else { "nps".into() }),
                rating: Some(1.0 + (answer % 5) as f64),
                comment: Some(format!("answer {answer} to {key}")),
                occurred_at: Some(now - TimeDelta::days(answer as i64)),
                ..Default::default()
            });
        }
        broken.push(NewIncident {
            product: "shop".into(),
            features: vec![key],
            severity: 2,
            title: format!("incident {number}"),
            ..Default::default()
        });
    }
    for result in answers.submit(viewer.submits().unwrap(), "test", given).await.unwrap() {
        result.unwrap();
    }
    incident::open(&store, viewer.contributes().unwrap(), "test", broken, now).await.unwrap();
    let scores = Scores::new(store.clone());
    let feed = Feed::start(store.clone(), scores.clone());
    let rates = std::sync::Arc::new(Rates::new(Default::default()));
    let jobs = Jobs::new(store.clone(), scores.clone(), Default::default());
    let deliveries = Deliveries::new(store.clone(), Default::default()).unwrap();
    let inbound = Inbound::new(store.clone());
    let uploads = Uploads::new(store.clone(), scores.clone());
    (Services { scores, store, answers, feed, rates, jobs, deliveries, inbound, uploads }, viewer)
}

async fn statements(database: &Database, features: usize) -> u64 {
    let (services, viewer) = services(database, features).await;
    let schema = graphql::schema(services.clone());
    let before = services.store.statements();
    let answer = graphql::execute(&schema, &services, viewer, async_graphql::Request::new(QUERY)).await;
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let data = answer.data.into_json().unwrap();
    let nodes = data["product"]["features"]["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), features);
    for node in nodes {
        assert_eq!(node["feedback"]["nodes"].as_array().unwrap().len(), 5);
        assert_eq!(node["incidents"]["nodes"].as_array().unwrap().len(), 1);
        assert!(node["value"]["score"].as_f64().unwrap() > 0.0);
    }
    services.store.statements() - before
}

async fn fifty_features_with_everything_are_a_handful_of_statements(backend: Backend) {
    let few = statements(&Database::create(backend).await, 3).await;
    let many = statements(&Database::create(backend).await, 50).await;
    // How often data are loaded twice, because they were requested while being loaded, depends on the speed of the
    // database, but not on the number of features. One statement reads which features each release touches: the others
    // are its control.
    assert!(few <= 16 && many <= 16, "{few} statements for 3 features, {many} for 50");
}

/// A response with all references, as most systems send it. The same number gives the same response.
fn full(number: usize) -> serde_json::Value {
    let at = DateTime::from_timestamp(1_750_000_000 + number as i64 * 700, 0).unwrap();
    serde_json::json!({ "product": "shop", "feature": format!("feature-{:02}", number * 7 % 20), "release": "1.0",
        "customer": format!("customer-{}", number * 13 % 997), "scale": "csat", "rating": 1 + number * 3 % 5,
        "comment": "finds everything but hangs since last week", "channel": "in-app", "source": "bench",
        "externalId": format!("bench-{number}"), "occurredAt": at })
}

async fn each_operation_sends_so_many_statements(backend: Backend) {
    let database = Database::create(backend).await;
    let (services, viewer) = services(&database, 20).await;
    let schema = graphql::schema(services.clone());
    let ask = async |query: &str, variables: serde_json::Value| {
        let asked =
            async_graphql::Request::new(query).variables(async_graphql::Variables::from_json(variables));
        let answer = graphql::execute(&schema, &services, viewer.clone(), asked).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.data.into_json().unwrap()
    };
    let release = "mutation { planRelease(input: { product: \"shop\", version: \"1.0\",
        releasedAt: \"2025-01-01T00:00:00Z\" }) { release { id } userErrors { message } } }";
    ask(release, serde_json::json!({})).await;
    let administer = viewer.administers().unwrap();
    let new = token::NewToken::of(ballroom_entity::api_token::Role::Support, "bench");
    let (_, secret) = token::create(&services.store, administer, new, ballroom::clock::now()).await.unwrap();
    // 50 answers to each feature, so that the nested query shows 1,000.
    let items: Vec<_> = (0..1000).map(full).collect();
    let made = ask(BATCH, serde_json::json!({ "input": { "items": items } })).await;
    assert_eq!(made["submitFeedbackBatch"]["accepted"], 1000);
    let id = made["submitFeedbackBatch"]["items"][500]["feedback"]["id"].clone();

    let mut sent = OPERATIONS.map(|(name, _)| (name, Vec::new()));
    // The first time may read what is cached afterwards.
    for round in 1..=4 {
        for (at, (_, counts)) in sent.iter_mut().enumerate() {
            let before = services.store.statements();
            match at {
                0 => {
                    let holder =
                        token::check(&services.store, &secret, ballroom::clock::now()).await.unwrap();
                    assert!(holder.is_some());
                }
                1 => {
                    let answer = ask(ONE, serde_json::json!({ "id": id })).await;
                    assert!(answer["feedback"]["release"]["id"].is_string(), "{answer}");
                }
                2 => {
                    let answer = ask(NESTED, serde_json::json!({})).await;
                    let nodes = answer["product"]["features"]["nodes"].as_array().unwrap();
                    let answers =
                        nodes.iter().map(|node| node["feedback"]["nodes"].as_array().unwrap().len());
                    assert_eq!(answers.sum::<usize>(), 1000);
                }
                3 => {
                    let answer = ask(SUBMIT, serde_json::json!({ "input": full(round * 10_000) })).await;
                    assert_eq!(answer["submitFeedback"]["outcome"], "CREATED");
                }
                _ => {
                    let items: Vec<_> = (1..=1000).map(|item| full(round * 10_000 + item)).collect();
                    let answer = ask(BATCH, serde_json::json!({ "input": { "items": items } })).await;
                    assert_eq!(answer["submitFeedbackBatch"]["accepted"], 1000);
                }
            }
            if round > 1 {
                counts.push(services.store.statements() - before);
            } else {
                // Work after a response, such as recording the use of a token, belongs to the first time.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
        }
    }
    let at = usize::from(backend == Backend::Postgres);
    for ((name, counts), (_, most)) in sent.iter().zip(OPERATIONS) {
        let highest = counts.iter().max().copied();
        assert!(highest.is_some_and(|highest| highest <= most[at]), "{name}, {backend:?}: {counts:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_takes_so_many_bytes() {
    const ANSWERS: usize = 8_000;
    let database = Database::create(Backend::Postgres).await;
    let (services, viewer) = services(&database, 20).await;
    let row = |number: usize| NewFeedback {
        product: "shop".into(),
        feature: Some(format!("feature-{:02}", number * 7 % 20)),
        customer: Some(format!("customer-{}", number * 131 % 997)),
        scale: Some("csat".into()),
        rating: Some((1 + number * 3 % 5) as f64),
        comment: Some("finds everything but hangs since last week".into()),
        channel: Some("in-app".into()),
        occurred_at: DateTime::from_timestamp(1_750_000_000 + number as i64 * 1_000, 0),
        external_id: Some(format!("bench-{number}")),
        ..Default::default()
    };
    let size = async || {
        use sea_orm::{ConnectionTrait, Database as Connections};
        let connection = Connections::connect(database.url()).await.unwrap();
        let sql = "SELECT pg_total_relation_size('feedback') + pg_total_relation_size('feedback_daily')
                + pg_total_relation_size('count_code') AS bytes";
        let row =
            connection.query_one_raw(sea_orm::Statement::from_string(connection.get_database_backend(), sql));
        row.await.unwrap().unwrap().try_get::<i64>("", "bytes").unwrap()
    };
    let before = size().await;
    for part in 0..ANSWERS / 2_000 {
        let rows: Vec<_> = (part * 2_000..(part + 1) * 2_000).map(row).collect();
        for result in services.answers.submit(viewer.submits().unwrap(), "bench", rows).await.unwrap() {
            result.unwrap();
        }
    }
    let bytes = (size().await - before) / ANSWERS as i64;
    assert!(
        BYTES.contains(&bytes),
        "an answer takes {bytes} bytes with its indexes and counts, not {BYTES:?}"
    );
}

/// Objects are made at once if everything that is selected is known, else field by field: `day` and `segment` are not.
async fn what_is_shown_at_once_is_what_resolvers_return(backend: Backend) {
    const SELECTED: &str =
        "__typename id rating comment channel occurredAt counted source externalId receivedAt updatedAt
        correctedAt releaseInferred ...Places ... on Feedback { scale { __typename id key name } }";
    const PLACES: &str =
        "fragment Places on Feedback { product { id key name } feature { id key name product { key } }
        release { id version product { id } } customer { id } }";
    let database = Database::create(backend).await;
    let (services, viewer) = services(&database, 2).await;
    let schema = graphql::schema(services.clone());
    let unusual =
        NewFeedback { product: "shop".into(), comment: Some("no rating".into()), ..Default::default() };
    let rated = NewFeedback {
        product: "shop".into(),
        feature: Some("feature-01".into()),
        scale: Some("nps".into()),
        rating: Some(0.0),
        external_id: Some("anonymous".into()),
        ..Default::default()
    };
    for result in
        services.answers.submit(viewer.submits().unwrap(), "test", vec![unusual, rated]).await.unwrap()
    {
        result.unwrap();
    }
    let ask = async |selected: String| {
        let query = format!(
            "{{ product(product: \"shop\") {{ feedback(first: 50) {{ nodes {{ {selected} }} }} }} }} {PLACES}"
        );
        let asked = async_graphql::Request::new(query);
        let before = services.store.statements();
        let answer = graphql::execute(&schema, &services, viewer.clone(), asked).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        let data = answer.data.into_json().unwrap();
        let nodes = data["product"]["feedback"]["nodes"].as_array().unwrap().clone();
        assert_eq!(nodes.len(), 18);
        (nodes, services.store.statements() - before)
    };
    ask(SELECTED.to_owned()).await;
    let (at_once, few) = ask(SELECTED.to_owned()).await;
    let (mut resolved, more) = ask(format!("{SELECTED} day segment {{ id }}")).await;
    assert!(few < more, "the customers are looked up by resolvers only: {few}, {more}");
    for node in &mut resolved {
        let fields = node.as_object_mut().unwrap();
        assert!(fields.remove("day").is_some() && fields.remove("segment").is_some());
    }
    assert_eq!(at_once, resolved);
    let twice = ask("customer { id } customer { key }".to_owned()).await.0;
    assert!(
        twice
            .iter()
            .filter(|node| !node["customer"].is_null())
            .all(|node| node["customer"]["key"].is_string())
    );
}

async fn the_results_of_a_batch_are_the_same_at_once_and_resolved(backend: Backend) {
    let database = Database::create(backend).await;
    let (services, viewer) = services(&database, 3).await;
    let schema = graphql::schema(services.clone());
    // `day` is resolved, and so is then each object around it.
    let submit = async |feature: &str, more: &str| {
        let item = |more: serde_json::Value| {
            let mut item =
                serde_json::json!({ "product": "shop", "feature": feature, "scale": "csat", "rating": 4 });
            item.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            item
        };
        let items = [
            item(serde_json::json!({ "customer": "ann", "occurredAt": "2026-01-05T10:00:00Z" })),
            item(serde_json::json!({ "customer": "ann", "occurredAt": "2026-01-05T11:00:00Z", "rating": 2 })),
            item(serde_json::json!({ "feature": "feature-99" })),
            item(
                serde_json::json!({ "scale": null, "rating": null, "comment": "none", "externalId": feature }),
            ),
            item(serde_json::json!({ "rating": "four" })),
        ];
        let query = format!(
            "mutation($input: SubmitFeedbackBatchInput!) {{ submitFeedbackBatch(input: $input) {{ accepted refused
                items {{ __typename index place: index outcome supersession feedback {{ rating comment counted {more} }}
                    error {{ code field message }} }} }} }}"
        );
        let asked = async_graphql::Request::new(query).variables(async_graphql::Variables::from_json(
            serde_json::json!({ "input": { "items": items } }),
        ));
        let answer = graphql::execute(&schema, &services, viewer.clone(), asked).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.data.into_json().unwrap()["submitFeedbackBatch"].clone()
    };
    submit("feature-02", "").await;
    let at_once = submit("feature-00", "").await;
    let mut resolved = submit("feature-01", "day").await;
    for item in resolved["items"].as_array_mut().unwrap() {
        if let Some(feedback) = item["feedback"].as_object_mut() {
            assert!(feedback.remove("day").is_some());
        }
    }
    assert_eq!(at_once, resolved);
    assert_eq!(
        (&at_once["accepted"], &at_once["items"][1]["supersession"]),
        (&3.into(), &"SUPERSEDES".into())
    );
    assert_eq!(at_once["items"][2]["error"]["code"], "NOT_FOUND", "{at_once}");
}

async fn pages_fit_together(backend: Backend) {
    let database = Database::create(backend).await;
    let (services, viewer) = services(&database, 5).await;
    let schema = graphql::schema(services.clone());
    let page = async |arguments: String| {
        let query = format!(
            "{{ feature(feature: \"feature-00\", product: \"shop\") {{ feedback({arguments}) {{
                totalCount nodes {{ comment }} pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }} }}"
        );
        let asked = async_graphql::Request::new(query);
        let answer = graphql::execute(&schema, &services, viewer.clone(), asked).await;
        assert!(answer.errors.is_empty(), "{:?}", answer.errors);
        answer.data.into_json().unwrap()["feature"]["feedback"].clone()
    };
    let comments = |page: &serde_json::Value| -> Vec<String> {
        let nodes = page["nodes"].as_array().unwrap();
        nodes.iter().map(|node| node["comment"].as_str().unwrap().to_owned()).collect()
    };
    let all = comments(&page("first: 100".into()).await);
    assert_eq!(all.len(), 8);
    assert!(all[0].starts_with("answer 0"), "the latest comes first: {all:?}");
    let (mut forwards, mut after) = (Vec::new(), String::new());
    loop {
        let next = page(format!("first: 3{after}")).await;
        assert_eq!(next["totalCount"], 8);
        assert_eq!(next["pageInfo"]["hasPreviousPage"], !after.is_empty());
        forwards.extend(comments(&next));
        if next["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = format!(", after: {}", next["pageInfo"]["endCursor"]);
    }
    assert_eq!(forwards, all);
    let (mut backwards, mut before) = (Vec::new(), String::new());
    loop {
        let next = page(format!("last: 3{before}")).await;
        backwards.splice(0..0, comments(&next));
        if next["pageInfo"]["hasPreviousPage"] == false {
            break;
        }
        before = format!(", before: {}", next["pageInfo"]["startCursor"]);
    }
    assert_eq!(backwards, all);
}
