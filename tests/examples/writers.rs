//! How quick light queries stay while many write: `writers URL TOKEN SECONDS`. `tests/bench/writers` calls it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on has failed"
)]

use std::time::{Duration, Instant};

use serde_json::{Value, json};

const LIGHT: &str =
    "{ product(product: \"bench\") { name features(first: 25) { nodes { key name lifecycle } } } }";
const OPEN: &str =
    "mutation($input: OpenIncidentBatchInput!) { openIncidentBatch(input: $input) { items { __typename } } }";

#[derive(Clone)]
struct Server {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Server {
    async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables });
        let sent =
            self.http.post(&self.url).bearer_auth(&self.token).json(&body).send().await.expect("an answer");
        sent.json().await.expect("JSON")
    }

    /// Asks light queries until the time is over, and prints how long they took.
    async fn light(&self, title: &str, end: Instant) {
        let client = || {
            let server = self.clone();
            tokio::spawn(async move {
                let mut times = Vec::new();
                while Instant::now() < end {
                    let begun = Instant::now();
                    let answer = server.ask(LIGHT, json!({})).await;
                    assert!(answer.get("errors").is_none(), "{answer}");
                    times.push(begun.elapsed());
                }
                times
            })
        };
        let running: Vec<_> = (0..4).map(|_| client()).collect();
        let mut times = Vec::new();
        for one in running {
            times.extend(one.await.expect("a client"));
        }
        times.sort();
        let at = |share: f64| {
            times[((times.len() as f64 * share) as usize).min(times.len() - 1)].as_secs_f64() * 1e3
        };
        let (p50, p95, p99) = (at(0.5), at(0.95), at(0.99));
        println!(
            "  {title:<42} p50 {p50:>7.1} ms   p95 {p95:>7.1} ms   p99 {p99:>7.1} ms   {} answers",
            times.len()
        );
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, seconds] = arguments.as_slice() else { panic!("writers URL TOKEN SECONDS") };
    let time = Duration::from_secs(seconds.parse().expect("seconds"));
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server { http: ballroom_tests::http(), url: url.clone(), token: token.clone() };
    let made = "mutation { createProduct(input: { key: \"bench\" }) { product { id } }
        createFeature(input: { product: \"bench\", key: \"search\" }) { feature { id } } }";
    server.ask(made, json!({})).await;
    let items: Vec<_> = (0..40)
        .map(|n| json!({ "product": "bench", "scale": "csat", "rating": 4, "customer": format!("c-{n}") }))
        .collect();
    let submit =
        "mutation($input: SubmitFeedbackBatchInput!) { submitFeedbackBatch(input: $input) { accepted } }";
    server.ask(submit, json!({ "input": { "items": items } })).await;

    server.light("alone", Instant::now() + time).await;
    for clients in [64, 256] {
        let end = Instant::now() + time;
        let writers: Vec<_> = (0..clients)
            .map(|_| {
                let server = server.clone();
                tokio::spawn(async move {
                    let item =
                        json!({ "product": "bench", "severity": 3, "title": "slow", "customers": ["c-1"] });
                    while Instant::now() < end {
                        server.ask(OPEN, json!({ "input": { "items": [item] } })).await;
                    }
                })
            })
            .collect();
        server.light(&format!("beside {clients} who open incidents"), end).await;
        for writer in writers {
            writer.await.expect("a writer");
        }
    }
    let items: Vec<_> = (0..10_000)
        .map(|n| {
            let customers: Vec<_> = (0..20).map(|at| format!("c-{}", (n + at) % 40)).collect();
            json!({ "product": "bench", "features": ["search"], "severity": 3, "title": "slow", "customers": customers })
        })
        .collect();
    let large = server.clone();
    let end = Instant::now() + time;
    let writer = tokio::spawn(async move {
        while Instant::now() < end {
            let begun = Instant::now();
            let answer = large.ask(OPEN, json!({ "input": { "items": items } })).await;
            let opened = answer["data"]["openIncidentBatch"]["items"].as_array().map_or(0, Vec::len);
            println!(
                "  {opened} incidents of 20 customers each in one request: {:.1} s",
                begun.elapsed().as_secs_f64()
            );
        }
    });
    server.light("beside requests of 10,000 incidents", end).await;
    writer.await.expect("a writer");
}
