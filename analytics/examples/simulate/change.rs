//! 120 days with a release every 14: is a change called when there is none, and is the right release named?

use ballroom_analytics::change_point::{Series, posterior};
use ballroom_analytics::evidence::Rate;
use rand::RngExt;

use super::profile::{Sums, poisson, profiles};
use super::row::{Bar, Row, Share};
use super::{chance, runs};

const DAYS: usize = 120;

pub(crate) fn points(size: f64) -> Vec<Row> {
    let mut rng = chance(17);
    let releases: Vec<_> = (1..).map(|k| 14 * k).take_while(|day| *day < DAYS - 7).collect();
    let typical = &profiles()[0];
    let (mut called, mut named) = <(Share, Share)>::default();
    for (daily, drop) in [(3.0, 0.0), (20.0, 0.0), (20.0, 0.10)] {
        let after = typical.shifted(-drop);
        for _ in 0..runs(600, size) {
            let truth = rng.random_range(1..releases.len() - 1);
            let day = |day: usize| {
                let mut sums = Sums::default();
                let profile = if day >= releases[truth] { &after } else { typical };
                profile.answer(poisson(daily, &mut rng), &mut sums, &mut rng);
                (sums.n, sums.moments().mean)
            };
            let mean = typical.mean();
            let series = Series {
                variance: typical.ratio() * mean * (1.0 - mean),
                days: (0..DAYS).map(day).collect(),
            };
            let incidents: Vec<_> = (0..DAYS)
                .map(|_| Rate { incidents: f64::from(poisson(0.2, &mut rng)), exposure: 1.0 })
                .collect();
            let found = posterior(&[series], &incidents, 1.0, 1.0, &releases);
            let is_called = found.log_bf >= 20_f64.ln();
            if drop == 0.0 {
                called.add(is_called);
            } else if is_called {
                let top =
                    (0..releases.len()).max_by(|a, b| found.suspects[*a].total_cmp(&found.suspects[*b]));
                named.add(top == Some(truth));
            }
        }
    }
    vec![
        Row::share(17, "change point called with nothing changed", called, Bar::AtMost(0.05)),
        Row::share(
            18,
            "suspect release is the true one, drop .10, 20 responses a day",
            named,
            Bar::AtLeast(0.88),
        ),
    ]
}
