//! An acknowledged write is on disk: when the server is stopped, and when it is killed.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use ballroom_tests::{App, Backend, on_both};
use serde_json::{Value, json};

on_both!(
    a_stop_loses_nothing_acknowledged,
    a_kill_loses_nothing_acknowledged,
    two_servers_on_one_database_count_each_voice_once,
);

/// Submits responses until the server is unreachable, and returns the IDs that were acknowledged.
async fn submit_until_gone(app: &App, client: usize, gone: Arc<AtomicBool>) -> Vec<String> {
    let query =
        "mutation($input: SubmitFeedbackInput!) { submitFeedback(input: $input) { feedback { id } } }";
    let mut acknowledged = Vec::new();
    for number in 0.. {
        let input = json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 1 + number % 5,
            "customer": format!("c-{}", number % 7), "externalId": format!("{client}-{number}") });
        let body = json!({ "query": query, "variables": { "input": input } });
        let sent = app.http().post(app.url("/graphql")).bearer_auth(&app.token).json(&body).send().await;
        let Ok(answer) = sent else { break };
        let Ok(answer) = answer.json::<Value>().await else { break };
        match answer["data"]["submitFeedback"]["feedback"]["id"].as_str() {
            Some(id) => acknowledged.push(id.to_owned()),
            None => assert!(gone.load(Ordering::SeqCst), "refused while the server ran: {answer:#}"),
        }
        if gone.load(Ordering::SeqCst) {
            break;
        }
    }
    acknowledged
}

async fn loses_nothing(backend: Backend, kill: bool) {
    let mut app = App::start(backend).await;
    app.product("shop", &["search"]).await;
    let gone = Arc::new(AtomicBool::new(false));
    let acknowledged = {
        let shared = &app;
        let clients = (0..8).map(|client| submit_until_gone(shared, client, gone.clone()));
        let ending = async {
            tokio::time::sleep(std::time::Duration::from_millis(700)).await;
            gone.store(true, Ordering::SeqCst);
            shared.signal(if kill { "KILL" } else { "TERM" }).await;
        };
        let (acknowledged, ()) = tokio::join!(futures::future::join_all(clients), ending);
        acknowledged.concat()
    };
    assert!(acknowledged.len() > 8, "only {} answers were acknowledged", acknowledged.len());
    if !kill {
        assert!(app.stop().await.success(), "a stop that was asked for is a success");
    }
    app.restart().await;
    for ids in acknowledged.chunks(100) {
        let found = app.asks("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
        let found = found["nodes"].as_array().unwrap();
        assert!(found.iter().zip(ids).all(|(node, id)| node["id"] == *id), "{found:?}");
    }
    app.verify().await;
}

async fn a_stop_loses_nothing_acknowledged(backend: Backend) {
    loses_nothing(backend, false).await;
}

async fn a_kill_loses_nothing_acknowledged(backend: Backend) {
    loses_nothing(backend, true).await;
}

async fn two_servers_on_one_database_count_each_voice_once(backend: Backend) {
    let one = App::start(backend).await;
    one.product("shop", &["search"]).await;
    let other = App::on(one.database.clone()).await;
    let clients = (0..8).map(|client| {
        let app = if client % 2 == 0 { &one } else { &other };
        async move {
            for number in 0..10 {
                app.submits(
                    json!({ "product": "shop", "feature": "search", "scale": "csat", "rating": 1 + number % 5,
                    "customer": "acme", "occurredAt": "2026-03-01T10:00:00Z" }),
                )
                .await;
            }
        }
    });
    futures::future::join_all(clients).await;
    let query = "{ product(product: \"shop\") { valueReport(period: { from: \"2026-03-01\", until: \"2026-03-02\" }) {
        responses } } }";
    for app in [&one, &other] {
        assert_eq!(app.asks(query, json!({})).await["product"]["valueReport"]["responses"], 1);
    }
    one.verify().await;
}
