//! The cost of a query: the number of statements does not grow with the number of rows.

use ballroom::{
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
    ingest::{GroupCommit, Rates},
    job::Jobs,
    score::Scores,
};
use ballroom_tests::{Backend, Database, on_both};
use chrono::{DateTime, TimeDelta, Utc};

on_both!(fifty_features_with_everything_are_a_handful_of_statements, pages_fit_together);

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
    (Services { scores, store, answers, feed, rates, jobs }, viewer)
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
