//! Deletions of responses: reported to clients that keep a copy, and consistent under concurrent submissions.

use std::time::Duration;

use ballroom_tests::{Backend, ballroom::clock, on_both, story::Story};
use chrono::TimeDelta;
use reqwest::{Response, header};
use serde_json::{Value, json};
use tokio::time::timeout;

on_both!(
    a_copy_learns_of_each_deletion,
    a_copy_that_was_away_hears_of_what_it_missed,
    a_deletion_and_the_same_response_at_once_have_one_outcome,
);

const OPERATIONS: &str = include_str!("../stories/deleted.graphql");

async fn start(backend: Backend) -> Story {
    let story = Story::in_shop(backend, OPERATIONS, &["search"]).await;
    story.product("shelf", &[]).await;
    story
}

/// Submits a response and gives its ID.
async fn said(story: &Story, product: &str, more: Value) -> Value {
    let mut input = json!({ "product": product, "scale": "csat", "rating": 4, "source": "crm" });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    story.submits(input).await["feedback"]["id"].clone()
}

async fn deletes(story: &Story, id: &Value) {
    assert_eq!(story.gets("DeleteFeedback", json!({ "id": id })).await["deleteFeedback"]["deletedId"], *id);
}

async fn customer(story: &Story, key: &str) -> String {
    let create = ["token", "create", "--role", "customer", "--customer", key, "--name", key, "--quiet"];
    story.database.succeeds(&create).await.trim().to_owned()
}

/// The IDs in a list of deleted responses.
fn ids(data: &Value) -> Vec<Value> {
    let nodes = data["deletedFeedback"]["nodes"].as_array().unwrap_or_else(|| panic!("{data:#}"));
    nodes.iter().map(|node| node["deletedId"].clone()).collect()
}

async fn a_copy_learns_of_each_deletion(backend: Backend) {
    let story = start(backend).await;
    let named = said(&story, "shop", json!({ "externalId": "r-1", "customer": "acme" })).await;
    let bare = said(&story, "shop", json!({ "customer": "globex" })).await;
    let other = said(&story, "shelf", json!({ "externalId": "r-1", "source": "web" })).await;
    assert_eq!(story.gets("DeletedFeedbackPageInfo", json!({})).await["deletedFeedback"]["totalCount"], 0);
    for id in [&named, &bare, &other] {
        deletes(&story, id).await;
    }
    let all = story.gets("DeletedFeedbackPageInfo", json!({})).await;
    assert_eq!(ids(&all), [named.clone(), bare.clone(), other.clone()], "{all:#}");
    let nodes = &all["deletedFeedback"]["nodes"];
    assert_eq!((&nodes[0]["externalId"], &nodes[0]["source"]), (&json!("r-1"), &json!("crm")), "{all:#}");
    assert_eq!(
        (&nodes[1]["externalId"], &nodes[2]["product"]["key"]),
        (&Value::Null, &json!("shelf")),
        "{all:#}"
    );

    // By pages, by product, by time.
    let page = story.gets("DeletedFeedbackPageInfo", json!({ "first": 2 })).await;
    assert_eq!((ids(&page).len(), &page["deletedFeedback"]["pageInfo"]["hasNextPage"]), (2, &json!(true)));
    let after = &page["deletedFeedback"]["pageInfo"]["endCursor"];
    let rest = story.gets("DeletedFeedbackPageInfo", json!({ "first": 2, "after": after })).await;
    assert_eq!(ids(&rest), std::slice::from_ref(&other));
    let at = |index: usize| nodes[index]["deletedAt"].clone();
    for (filter, expected) in [
        (json!({ "product": "shop" }), vec![&named, &bare]),
        (json!({ "deletedAt": { "from": at(1) } }), vec![&bare, &other]),
        (json!({ "deletedAt": { "until": at(1) } }), vec![&named]),
        (json!({ "deletedAt": { "from": at(1), "until": at(2) }, "product": "shelf" }), vec![]),
    ] {
        let found = ids(&story.gets("DeletedFeedbackPageInfo", json!({ "filter": filter })).await);
        assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{filter}");
    }
    let empty = json!({ "filter": { "deletedAt": { "from": at(1), "until": at(1) } } });
    assert_eq!(story.is_refused("DeletedFeedbackPageInfo", empty).await.1, "filter.deletedAt");
    assert_eq!(
        story.is_refused("DeletedFeedbackPageInfo", json!({ "filter": { "product": "none" } })).await.1,
        "filter.product"
    );

    // A customer sees the own ones.
    let acme = customer(&story, "acme").await;
    let (_, own) = story.answer_to(&acme, "DeletedFeedback", json!({})).await;
    assert_eq!(
        (ids(&own["data"]), &own["data"]["deletedFeedback"]["totalCount"]),
        (vec![named.clone()], &json!(1))
    );

    // A resubmitted response has another ID; the deletion remains.
    let since = (clock::now() + TimeDelta::minutes(1)).to_rfc3339();
    let again = said(&story, "shop", json!({ "externalId": "r-1", "updatedAt": since })).await;
    assert_ne!(again, named);
    assert_eq!(story.gets("DeletedFeedbackPageInfo", json!({})).await["deletedFeedback"]["totalCount"], 3);
    deletes(&story, &again).await;
    assert_eq!(ids(&story.gets("DeletedFeedbackPageInfo", json!({})).await).last(), Some(&again));
    let old = json!({ "product": "shop", "comment": "a", "externalId": "r-1", "source": "crm", "updatedAt": at(0) });
    assert_eq!(story.is_refused("SubmitFeedback", json!({ "input": old })).await.0, "CONFLICT");
    story.verify().await;
}

/// A subscription over server-sent events.
struct Listening {
    stream: Response,
    read: String,
}

impl Listening {
    async fn after(story: &Story, token: &str, cursor: &Value) -> Self {
        let query = "subscription($after: String) { feedbackDeleted(product: \"shop\", after: $after) {
            deletedId externalId source product { key } } }";
        let body = json!({ "query": query, "variables": { "after": cursor } });
        let request = story.http().post(story.url("/graphql")).bearer_auth(token).json(&body);
        let stream = request.header(header::ACCEPT, "text/event-stream").send().await.unwrap();
        assert_eq!(stream.status(), 200);
        Self { stream, read: String::new() }
    }

    /// The next event: the deleted response, and the cursor.
    async fn hears(&mut self) -> (Value, Value) {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let data = event.lines().find_map(|line| line.strip_prefix("data: ")).map(str::to_owned);
                self.read = rest.to_owned();
                let Some(data) = data.filter(|data| !data.is_empty()) else { continue };
                let said: Value = serde_json::from_str(&data).unwrap();
                let told = said["data"]["feedbackDeleted"].clone();
                assert!(told.is_object(), "{said:#}");
                return (told, said["extensions"]["cursor"].clone());
            }
            let piece =
                timeout(Duration::from_secs(20), self.stream.chunk()).await.expect("something is said");
            self.read += std::str::from_utf8(&piece.unwrap().expect("the stream goes on")).unwrap();
        }
    }

    async fn hears_nothing(&mut self) {
        if let Ok(heard) = timeout(Duration::from_millis(900), self.hears()).await {
            panic!("heard {heard:?}");
        }
    }
}

async fn a_copy_that_was_away_hears_of_what_it_missed(backend: Backend) {
    let story = start(backend).await;
    let named = said(&story, "shop", json!({ "externalId": "r-1", "customer": "acme" })).await;
    let bare = said(&story, "shop", json!({})).await;
    let other = said(&story, "shelf", json!({})).await;
    let begin = story.gets("Organization", json!({})).await["organization"]["feedCursor"].clone();
    for id in [&named, &other, &bare] {
        deletes(&story, id).await;
    }
    let mut listening = Listening::after(&story, &story.token, &begin).await;
    let (told, cursor) = listening.hears().await;
    let expected =
        json!({ "deletedId": named, "externalId": "r-1", "source": "crm", "product": { "key": "shop" } });
    assert_eq!(told, expected);
    assert_eq!(listening.hears().await.0["deletedId"], bare);
    // Then new events: the same subscriber gets each once.
    let late = said(&story, "shop", json!({})).await;
    deletes(&story, &late).await;
    assert_eq!(listening.hears().await.0["deletedId"], late);
    listening.hears_nothing().await;
    // Another begins where this one would have ended.
    let mut again = Listening::after(&story, &story.token, &cursor).await;
    assert_eq!(again.hears().await.0["deletedId"], bare);
    assert_eq!(again.hears().await.0["deletedId"], late);
    // A customer hears of the own ones.
    let mut own = Listening::after(&story, &customer(&story, "acme").await, &begin).await;
    assert_eq!(own.hears().await.0["deletedId"], named);
    own.hears_nothing().await;
}

/// Number of responses that are deleted and resubmitted concurrently.
const ROUNDS: usize = 24;

async fn a_deletion_and_the_same_response_at_once_have_one_outcome(backend: Backend) {
    let story = start(backend).await;
    // On PostgreSQL from two servers; on SQLite, which has one server, on two connections.
    let second = match backend {
        Backend::Postgres => Some(Story::with(story.database.clone(), &[], OPERATIONS).await),
        Backend::Sqlite => None,
    };
    let other = second.as_ref().unwrap_or(&story);
    let since = (clock::now() + TimeDelta::minutes(3)).to_rfc3339();
    let mut back = Vec::new();
    for round in 0..ROUNDS {
        let external = format!("r-{round}");
        let newer = round % 2 == 0;
        let sent = json!({ "externalId": external, "customer": format!("customer-{}", round % 3) });
        let id = said(&story, "shop", sent.clone()).await;
        let mut input = json!({ "product": "shop", "scale": "csat", "rating": 2, "source": "crm", "externalId": external });
        if newer {
            input["updatedAt"] = json!(since);
        }
        let delete = json!({ "id": id });
        let (one, submitted, two) = tokio::join!(
            story.answer("DeleteFeedback", delete.clone()),
            other.answer("SubmitFeedback", json!({ "input": input })),
            other.answer("DeleteFeedback", delete.clone()),
        );
        let refused = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();
        let (one, two) = (refused(&one), refused(&two));
        assert!((one == "NOT_FOUND") != (two == "NOT_FOUND"), "deleted once: {one} {two}");
        assert!(one.is_null() || two.is_null(), "{one} {two}");
        match (submitted["data"]["submitFeedback"]["outcome"].as_str(), refused(&submitted).as_str()) {
            // It was first, and its content was deleted.
            (Some("UPDATED"), None) => (),
            (Some("CREATED"), None) if newer => back.push(json!(external)),
            (None, Some("CONFLICT")) if !newer => (),
            _ => panic!("{submitted:#}"),
        }
    }
    let data = story.gets("ProductFeedback", json!({})).await;
    let there = data["product"]["feedback"]["nodes"].as_array().unwrap();
    let mut found: Vec<_> = there.iter().map(|node| node["externalId"].clone()).collect();
    found.sort_by_key(Value::to_string);
    back.sort_by_key(Value::to_string);
    assert_eq!(found, back);
    let deleted = story.gets("DeletedFeedbackPageInfo", json!({ "first": 200 })).await;
    assert_eq!(ids(&deleted).len(), ROUNDS, "each once");
    story.verify().await;
}
