//! How quick light queries stay while others send heavy ones: `mixed URL TOKEN SECONDS`. `tests/bench/mixed` calls it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on has failed"
)]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// What a front end asks all the time.
const LIGHT: &str =
    "{ product(product: \"atelier\") { name features(first: 25) { nodes { key name lifecycle } } } }";

/// What a dashboard asks when somebody opens it.
const HEAVY: &str = "{ product(product: \"atelier\") { valueReport { entries { feature { name } value { score lower upper } } }
    releases(first: 50) { nodes { version regression { verdict } } }
    features(first: 50) { nodes { changePoint { detected day } standardFigures { scale { key } } } } } }";

/// Who asks, how many there are, and what came of it.
struct Clients {
    name: &'static str,
    query: &'static str,
    number: usize,
    done: Arc<Mutex<Vec<Duration>>>,
    away: Arc<Mutex<usize>>,
}

impl Clients {
    fn new(name: &'static str, query: &'static str, number: usize) -> Self {
        Self { name, query, number, done: Arc::default(), away: Arc::default() }
    }

    /// Each asks, waits for the response, and asks again, until the time is over.
    fn start(&self, url: &str, token: &str, end: Instant) -> Vec<tokio::task::JoinHandle<()>> {
        let client = || {
            let http = ballroom_tests::http();
            let (url, token, query) = (url.to_owned(), token.to_owned(), self.query);
            let (done, away) = (self.done.clone(), self.away.clone());
            tokio::spawn(async move {
                while Instant::now() < end {
                    let begun = Instant::now();
                    let request = http.post(&url).bearer_auth(&token).json(&json!({ "query": query }));
                    let sent = request.send().await.expect("an answer");
                    let overloaded = sent.status() == 503;
                    let answer: Value = sent.json().await.expect("JSON");
                    if overloaded {
                        *away.lock().unwrap() += 1;
                        tokio::time::sleep(Duration::from_secs(1)).await;
                        continue;
                    }
                    assert!(answer.get("errors").is_none(), "{answer}");
                    done.lock().unwrap().push(begun.elapsed());
                }
            })
        };
        (0..self.number).map(|_| client()).collect()
    }

    fn print(&self) {
        let mut times = self.done.lock().unwrap().clone();
        times.sort();
        let at = |share: f64| {
            let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
        };
        println!(
            "  {:2} {:<6} {:>6} answers   p50 {:>8.1} ms   p95 {:>8.1} ms   p99 {:>8.1} ms   {} turned away",
            self.number,
            self.name,
            times.len(),
            at(0.50),
            at(0.95),
            at(0.99),
            self.away.lock().unwrap()
        );
    }
}

async fn measure(url: &str, token: &str, seconds: u64, clients: &[Clients]) {
    let end = Instant::now() + Duration::from_secs(seconds);
    let running: Vec<_> = clients.iter().flat_map(|clients| clients.start(url, token, end)).collect();
    for one in running {
        one.await.expect("a client ends when its time is over");
    }
    clients.iter().for_each(Clients::print);
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, token, seconds] = arguments.as_slice() else { panic!("mixed URL TOKEN SECONDS") };
    let seconds = seconds.parse().expect("seconds");
    // The client wants to know who does its TLS, even where there is none.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // The first heavy query builds what the others share.
    measure(url, token, 1, &[Clients::new("heavy", HEAVY, 1)]).await;
    println!("light ones alone");
    measure(url, token, seconds, &[Clients::new("light", LIGHT, 4)]).await;
    println!("light ones beside heavy ones");
    measure(url, token, seconds, &[Clients::new("light", LIGHT, 4), Clients::new("heavy", HEAVY, 16)]).await;
}
