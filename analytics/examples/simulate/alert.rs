//! A year of a product's incidents, looked at every day: how often is a usual year called a burst, and is a burst found?

use ballroom_analytics::alert::{Alert, AlertQuery};
use ballroom_analytics::{Day, Error, Facts, Feature, IncidentRow, Prepared, alerts, frame};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Gamma};

use super::incident::bursts;
use super::row::{Bar, Row, Share};
use super::{chance, runs};

const FEATURES: usize = 20;
const YEAR: Day = 365;
/// The first day of a burst, and the feature that has it.
const BURST: Day = 250;
const HIT: usize = 0;

pub(crate) fn incidents(size: f64) -> Vec<Row> {
    let mut rng = chance(21);
    let mut usual = Vec::new();
    for phi in [1.0, 2.0, 4.0] {
        for weekly in [false, true] {
            for office in [false, true] {
                let mut years = Share::default();
                for _ in 0..runs(1_000, size) {
                    let world = World::draw(phi, weekly, office, None, &mut rng);
                    years.add(world.alerts(0, YEAR).is_ok_and(|alerts| !alerts.is_empty()));
                }
                usual.push(years);
            }
        }
    }
    let mut rows = vec![
        Row::share(
            21,
            "a usual year of 20 features, phi 1 to 4: an alert, mean",
            Share::all(&usual),
            Bar::None,
        ),
        Row::share(21, "... worst of 12 settings", Share::highest(&usual), Bar::AtMost(0.05)),
    ];
    for (weekly, bars) in
        [(16.0, [Bar::AtLeast(0.93), Bar::AtLeast(0.98)]), (4.0, [Bar::None, Bar::AtLeast(0.80)])]
    {
        let (mut soon, mut week, mut wrong) = <(Share, Share, Share)>::default();
        for _ in 0..runs(250, size) {
            let world = World::draw(2.0, false, false, Some(weekly), &mut rng);
            let found = |alerts: Result<Vec<Alert>, Error>| {
                alerts.is_ok_and(|alerts| alerts.iter().any(|alert| alert.feature == HIT as u32 + 1))
            };
            soon.add(found(world.alerts(BURST, BURST + 3)));
            week.add(found(world.alerts(BURST, BURST + 7)));
            let another = |alert: &Alert| alert.feature > HIT as u32 + 1;
            wrong.add(world.alerts(BURST, BURST + 7).is_ok_and(|alerts| alerts.iter().any(another)));
        }
        let what = format!("{} incidents in a week where {weekly} are usual: found in 3 days", 10.0 * weekly);
        rows.push(Row::share(22, what, soon, bars[0]));
        rows.push(Row::share(22, "... in 7 days", week, bars[1]));
        rows.push(Row::share(22, "... another feature is flagged", wrong, Bar::AtMost(0.01)));
    }
    rows
}

struct World(Result<Prepared, Error>);

impl World {
    /// Feature 0 is the product as a whole. `burst` is how many incidents a week the feature hit has usually, where it
    /// is to have ten times as many for a week.
    fn draw(phi: f64, weekly: bool, office: bool, burst: Option<f64>, rng: &mut ChaCha8Rng) -> Self {
        let mut rows = Vec::new();
        for feature in 0..FEATURES {
            let drawn = Gamma::new(1.0, 0.3).map_or(0.3, |gamma| gamma.sample(rng));
            let rate = burst.filter(|_| feature == HIT).map_or(drawn, |weekly| weekly / 7.0);
            let mut days = bursts(rate, phi, weekly, YEAR as usize, rng);
            if feature == HIT && burst.is_some() {
                let more = bursts(9.0 * rate, phi, false, 7, rng);
                for (day, more) in days[BURST as usize..].iter_mut().zip(more) {
                    *day += more;
                }
            }
            let opened = days.into_iter().enumerate().map(|(day, opened)| IncidentRow {
                feature: feature as u32 + 1,
                release: None,
                no_change: day % 3 == 0,
                // What happens at weekends is written down on Monday.
                day: if office && day % 7 > 4 { (day - day % 7 + 7) as Day } else { day as Day },
                opened: opened as i64,
                spoiled: 0.0,
            });
            rows.extend(opened);
        }
        Self(prepare(&rows))
    }

    fn alerts(&self, from: Day, until: Day) -> Result<Vec<Alert>, Error> {
        let Ok(prepared) = &self.0 else { return Ok(Vec::new()) };
        alerts(prepared, &AlertQuery { whole: 0, from, until })
    }
}

fn prepare(rows: &[IncidentRow]) -> Result<Prepared, Error> {
    Facts {
        scales: Vec::new(),
        releases: Vec::new(),
        features: vec![Feature { product: 0, whole: false }; FEATURES + 1],
        segments: 1,
        feedback: frame::feedback(&[])?,
        incidents: frame::incidents(rows)?,
        exposure: frame::exposure(&[])?,
        min_answers: ballroom_analytics::MIN_ANSWERS,
    }
    .prepare()
}
