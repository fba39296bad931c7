//! Asks for value reports while answers arrive: `live RATE SECONDS URL...`, with a token in `TOKEN`.
//!
//! One client sends RATE answers a second, each in a request of its own, to the servers by turns; one client for each server asks
//! for the value report of one product, twenty times a second. An answer that was acknowledged before a report was asked for
//! should be in it: how old the oldest one is that is not, is the age of the report.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a measurement that cannot go on has failed"
)]

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tokio::sync::Semaphore;

/// The product whose report is asked for.
const WATCHED: u64 = 7;
const PRODUCTS: u64 = 50;
const FEATURES: u64 = 12;
const CUSTOMERS: u64 = 10_000;

/// Requests with an answer that may be under way.
const UNDER_WAY: usize = 512;

const REPORT: &str = "query ($product: Reference!) { product(product: $product) { valueReport {
    responses entries { feature { key } rank value { score lower upper responses } } } } }";
const SUBMIT: &str = "mutation ($input: SubmitFeedbackInput!) {
    submitFeedback(input: $input) { outcome userErrors { message } } }";

#[derive(Clone)]
struct Server {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Server {
    async fn ask(&self, query: &str, variables: Value) -> (u16, Value) {
        let body = json!({ "query": query, "variables": variables });
        let sent =
            self.http.post(&self.url).bearer_auth(&self.token).json(&body).send().await.expect("an answer");
        (sent.status().as_u16(), sent.json().await.expect("JSON"))
    }

    async fn responses(&self) -> u64 {
        let (_, answer) = self.ask(REPORT, json!({ "product": format!("p-{WATCHED:02}") })).await;
        answer["data"]["product"]["valueReport"]["responses"].as_u64().unwrap_or_else(|| panic!("{answer}"))
    }
}

/// When the answers to the watched product were acknowledged, in this order.
type Acknowledged = Arc<Mutex<Vec<Instant>>>;

struct Sent {
    times: Vec<Duration>,
    refused: u64,
}

async fn write(servers: Vec<Server>, rate: u64, end: Instant, acknowledged: Acknowledged) -> Sent {
    let (times, refused) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicU64::new(0)));
    let free = Arc::new(Semaphore::new(UNDER_WAY));
    let begin = Instant::now();
    // Another run on the same database is another customer each time.
    let run = std::time::UNIX_EPOCH.elapsed().expect("a clock").as_millis();
    let mut sent = 0_u64;
    while Instant::now() < end {
        let due = begin + Duration::from_secs_f64(sent as f64 / rate as f64);
        tokio::time::sleep_until(due.into()).await;
        let turn = free.clone().acquire_owned().await.expect("a turn");
        let server = servers[(sent % servers.len() as u64) as usize].clone();
        let product = sent % PRODUCTS;
        let each = sent / PRODUCTS;
        let (feature, customer) = (each % FEATURES, each / FEATURES % CUSTOMERS);
        let input = json!({ "product": format!("p-{product:02}"), "feature": format!("f-{product:02}-{feature:02}"),
            "release": "1.19", "customer": format!("r-{run}-{customer}"), "scale": "csat", "rating": 1 + sent % 5,
            "comment": "finds everything but hangs since last week", "channel": "in-app",
            "externalId": format!("{run}-{sent}") });
        let (times, refused, acknowledged) = (times.clone(), refused.clone(), acknowledged.clone());
        tokio::spawn(async move {
            let (status, answer) = server.ask(SUBMIT, json!({ "input": input })).await;
            if status == 503 {
                refused.fetch_add(1, Ordering::Relaxed);
            } else {
                assert_eq!(answer["data"]["submitFeedback"]["outcome"], "CREATED", "{answer}");
                // From when it should have been sent: a client that falls behind is part of the wait.
                times.lock().unwrap().push(due.elapsed());
                if product == WATCHED {
                    acknowledged.lock().unwrap().push(Instant::now());
                }
            }
            drop(turn);
        });
        sent += 1;
    }
    let _ = free.acquire_many(UNDER_WAY as u32).await.expect("all are back");
    let times = std::mem::take(&mut *times.lock().unwrap());
    Sent { times, refused: refused.load(Ordering::Relaxed) }
}

#[derive(Default)]
struct Read {
    times: Vec<Duration>,
    ages: Vec<Duration>,
}

async fn read(server: Server, base: u64, end: Instant, acknowledged: Acknowledged) -> Read {
    let mut read = Read::default();
    while Instant::now() < end {
        let (before, asked) = (acknowledged.lock().unwrap().len() as u64, Instant::now());
        let seen = server.responses().await - base;
        read.times.push(asked.elapsed());
        let oldest = (seen < before).then(|| acknowledged.lock().unwrap()[seen as usize]);
        read.ages.push(oldest.map_or(Duration::ZERO, |oldest| asked - oldest));
        tokio::time::sleep(Duration::from_millis(50).saturating_sub(asked.elapsed())).await;
    }
    read
}

fn line(title: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        let place = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
        times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1e3)
    };
    let (p50, p99, longest) = (at(0.5), at(0.99), at(1.0));
    println!(
        "  {title:<34} {:>7}   p50 {p50:>8.1} ms   p99 {p99:>8.1} ms   longest {longest:>8.1} ms",
        times.len()
    );
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [rate, seconds, urls @ ..] = arguments.as_slice() else { panic!("live RATE SECONDS URL...") };
    let (rate, time) =
        (rate.parse().expect("a rate"), Duration::from_secs(seconds.parse().expect("seconds")));
    let http = reqwest::Client::builder().build().expect("a client");
    let token = std::env::var("TOKEN").expect("TOKEN");
    let servers: Vec<Server> = urls
        .iter()
        .map(|url| Server { http: http.clone(), url: format!("{url}/graphql"), token: token.clone() })
        .collect();
    let mut base = 0;
    for server in &servers {
        base = server.responses().await;
    }
    let end = Instant::now() + time;
    let acknowledged = Acknowledged::default();
    let readers: Vec<_> = servers
        .iter()
        .map(|server| tokio::spawn(read(server.clone(), base, end, acknowledged.clone())))
        .collect();
    let sent = if rate == 0 {
        Sent { times: Vec::new(), refused: 0 }
    } else {
        write(servers, rate, end, acknowledged).await
    };
    let mut all = Read::default();
    for reader in readers {
        let read = reader.await.expect("a reader");
        all.times.extend(read.times);
        all.ages.extend(read.ages);
    }
    if rate > 0 {
        let done = sent.times.len() as f64 / time.as_secs_f64();
        println!("  {rate} answers a second wanted, {done:.0} acknowledged, {} refused", sent.refused);
        line("an answer, to its acknowledgment", sent.times);
    }
    line("a value report", all.times);
    if rate > 0 {
        line("age of what a report lacks", all.ages);
    }
}
