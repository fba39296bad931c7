//! What it costs to take responses: a batch of them, rows and daily counts and event and commit, on SQLite.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;

use ballroom::{
    domain::{
        feature::{self, NewFeature},
        feedback::{self, EventDetail, NewFeedback, Submission},
        organization,
        product::{self, NewProduct},
        token,
    },
    store::{Settings, Store},
};
use chrono::TimeDelta;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn submit(criterion: &mut Criterion) {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let now = ballroom::clock::now();
    let (store, organization) = runtime.block_on(async {
        let store =
            Store::embedded(&directory.path().join("bench.sqlite"), Settings::default()).await.unwrap();
        store.migrate().await.unwrap();
        let (organization, _) = organization::first(&store, now).await.unwrap();
        let by = token::operator(organization.id).manages().unwrap();
        product::create(&store, by, NewProduct { key: "shop".into(), ..Default::default() }, now)
            .await
            .unwrap();
        for number in 0..50 {
            let key = format!("f{number}");
            let new = NewFeature { product: "shop".into(), key, ..Default::default() };
            feature::create(&store, by, new, now).await.unwrap();
        }
        (store, organization)
    });
    let mut group = criterion.benchmark_group("submit");
    for size in [1_usize, 100, 2_000] {
        group.throughput(Throughput::Elements(size as u64));
        for known in [false, true] {
            let name = if known { "known customers" } else { "anonymous" };
            let mut round = 0_usize;
            group.bench_function(format!("{size} {name}"), |bench| {
                bench.to_async(&runtime).iter_batched(
                    || {
                        round += 1;
                        (0..size).map(|item| answer(round * size + item, known, now)).collect::<Vec<_>>()
                    },
                    |answers| {
                        let store = &store;
                        async move {
                            let how = Submission { create_customers: true, event_detail: EventDetail::Total };
                            let mut tx = store.begin(organization.id, now).await.unwrap();
                            black_box(feedback::submit_in(&mut tx, "bench", answers, how).await.unwrap());
                            tx.commit().await.unwrap();
                        }
                    },
                    BatchSize::PerIteration,
                );
            });
        }
    }
    group.finish();
}

fn answer(number: usize, known: bool, now: chrono::DateTime<chrono::Utc>) -> NewFeedback {
    NewFeedback {
        product: "shop".into(),
        feature: Some(format!("f{}", number % 50)),
        customer: known.then(|| format!("c{}", number % 5_000)),
        scale: Some("csat".into()),
        rating: Some(1.0 + (number % 5) as f64),
        comment: Some("it does what it should".into()),
        occurred_at: Some(now - TimeDelta::days((number % 365) as i64)),
        external_id: Some(format!("x{number}")),
        ..NewFeedback::default()
    }
}

criterion_group!(benches, submit);
criterion_main!(benches);
