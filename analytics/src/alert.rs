//! Which days and weeks had more incidents than was to be expected? Bursts come from anywhere: no release is asked for.
//!
//! Every day and every seven days that end on it are compared with their [forecast](crate::forecast), made from the
//! rows before them and nothing later. The probability of so many incidents or more is that of the forecast's negative
//! binomial; it is adjusted (Bonferroni) for all that is looked at in a year: each known feature and the product as a
//! whole, days and weeks, 365 times. That holds whatever depends on whatever, as overlapping weeks, days within their
//! weeks and features within their product do; and an alert stays what it is, whichever days are asked for.

use std::collections::HashMap;

use crate::dispersion::IncidentDispersion;
use crate::error::{Error, Result};
use crate::evidence::Rate;
use crate::facts::Day;
use crate::forecast::{self, HISTORY, Past, Spread, recent_exposure, release_days, release_effect, spread};
use crate::prepared::{FeatureCounts, Prepared};

/// Which alerts are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlertQuery {
    /// The feature that stands for the product as a whole. It is not looked at by itself: its incidents and those of
    /// all the product's features are added for the product.
    pub whole: u32,
    /// The first day on which a day or week may end.
    pub from: Day,
    /// The day after the last.
    pub until: Day,
}

/// A day or a week with more incidents than was to be expected.
#[derive(Clone, Debug, PartialEq)]
pub struct Alert {
    /// The feature's code; [`AlertQuery::whole`] for the product with all its features.
    pub feature: u32,
    /// Day or week.
    pub kind: AlertKind,
    /// The first day.
    pub first_day: Day,
    /// Incidents opened, whatever release or none they come from.
    pub incidents: i64,
    /// The forecast's mean.
    pub expected: f64,
    /// The number of incidents that the forecast exceeds with a probability of 5 %.
    pub quantile_95: f64,
    /// The probability of so many incidents or more by the forecast.
    pub probability: f64,
    /// The probability that anything so unlikely would be seen in a year of this product, at most.
    pub adjusted_probability: f64,
    /// How many forecasts a year that is adjusted for.
    pub forecasts: u32,
    /// The method's version.
    pub method: &'static str,
}

/// The time that incidents are counted over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AlertKind {
    /// One day.
    Day,
    /// Seven days.
    Week,
}

impl AlertKind {
    /// Length in days.
    pub fn days(self) -> Day {
        match self {
            Self::Day => 1,
            Self::Week => 7,
        }
    }
}

/// Adjusted probability up to which there is an alert.
pub const LEVEL: f64 = 0.05;
/// Fewer incidents are never an alert, however rare the feature's incidents are.
const LEAST: i64 = 3;
/// Minimum number of days that a product is known: with fewer, the variation of its incidents is unknown.
const KNOWN: Day = 56;
/// Incidents of a product in half a year from which it needs no other products to be known by.
const ENOUGH: i64 = 50;
/// Days of a year: how often each feature is looked at.
const LOOKS: u32 = 365;
/// The longest time that may be asked for.
const LONGEST: Day = 3_660;
/// Expected incidents that the belief in "all weekdays are alike" is worth.
const K_WEEKDAY: f64 = 10.0;
/// Weeks that the dispersion is measured on.
const WEEKS: Day = 26;
/// Weeks from which more, or fewer, incidents may be a new level, and the deviance that speaks for one.
const NEW_LEVEL: usize = 4;
const APART: f64 = 20.0;
/// Days without an alert after which the next one is another.
const PAUSE: Day = 3;

/// The alerts of a product and its features, in the order of their last days. Of those of one burst the most unlikely is
/// taken.
pub fn alerts(prepared: &Prepared, query: &AlertQuery) -> Result<Vec<Alert>> {
    if query.until.saturating_sub(query.from) > LONGEST {
        return Err(Error::Invalid { column: "until", reason: "must be at most 3660 days after from" });
    }
    let product = prepared.feature(query.whole)?.product;
    let codes = prepared.features_of(product);
    let known = codes.iter().filter_map(|code| prepared.first_day(*code)).min();
    let Some(known) = known else { return Ok(Vec::new()) };
    let mut pasts = HashMap::new();
    let world = World::of(prepared, query.from - AlertKind::Week.days() - HISTORY, query.until);
    let units: Vec<_> = std::iter::once(Unit { code: query.whole, parts: codes.clone(), of_product: true })
        .chain(codes.iter().filter(|code| **code != query.whole).map(|code| Unit {
            code: *code,
            parts: vec![*code],
            of_product: false,
        }))
        .collect();
    let mut found = Vec::new();
    for last in query.from..query.until {
        let is_known = |code| prepared.first_day(code).is_some_and(|first| first <= last);
        let looked_at = units.iter().filter(|unit| unit.of_product || is_known(unit.code));
        let forecasts = 2 * LOOKS * looked_at.count() as u32;
        for kind in [AlertKind::Day, AlertKind::Week] {
            let first = last + 1 - kind.days();
            if first - known < KNOWN {
                continue;
            }
            for unit in &units {
                let incidents = unit.incidents(prepared, first, last + 1);
                if incidents < LEAST {
                    continue;
                }
                let past = pasts.entry(first).or_insert_with(|| Others::of(prepared, &world, product, first));
                let Some(told) = past.forecast(prepared, &world, unit, first, kind) else { continue };
                let probability = told.tail(incidents as f64);
                let adjusted_probability = (probability * f64::from(forecasts)).min(1.0);
                if adjusted_probability <= LEVEL {
                    found.push(Alert {
                        feature: unit.code,
                        kind,
                        first_day: first,
                        incidents,
                        expected: told.mean,
                        quantile_95: told.quantile(0.95),
                        probability,
                        adjusted_probability,
                        forecasts,
                        method: crate::METHOD,
                    });
                }
            }
        }
    }
    Ok(one_a_burst(found))
}

/// Of alerts of one kind and feature that follow each other, day after day, the most unlikely: one burst is one alert, however
/// long it lasts.
fn one_a_burst(mut found: Vec<Alert>) -> Vec<Alert> {
    found.sort_by_key(|a| (a.feature, a.kind.days(), a.first_day));
    let goes_on = |a: &Alert, b: &Alert| {
        (a.feature, a.kind) == (b.feature, b.kind) && b.first_day - a.first_day <= PAUSE
    };
    let bursts = found.chunk_by(goes_on);
    let most_unlikely =
        |burst: &[Alert]| burst.iter().min_by(|a, b| a.probability.total_cmp(&b.probability)).cloned();
    let mut kept: Vec<_> = bursts.filter_map(most_unlikely).collect();
    kept.sort_by_key(|a| (a.first_day + a.kind.days(), a.kind.days(), a.feature));
    kept
}

/// What is looked at: a feature, or a product with all its features.
struct Unit {
    code: u32,
    parts: Vec<u32>,
    of_product: bool,
}

impl Unit {
    fn counts<'a>(&'a self, prepared: &'a Prepared) -> impl Iterator<Item = &'a FeatureCounts> {
        self.parts.iter().map(|code| prepared.features[*code as usize].as_ref())
    }

    fn incidents(&self, prepared: &Prepared, from: Day, until: Day) -> i64 {
        self.counts(prepared).flat_map(|part| part.incidents(from, until)).map(|i| i.opened).sum()
    }

    fn first_day(&self, prepared: &Prepared) -> Option<Day> {
        self.counts(prepared).filter_map(|part| part.first_day).min()
    }
}

/// The days of every product, and which effect of a release they have.
struct World {
    origin: Day,
    until: Day,
    calendars: HashMap<u32, Calendar>,
}

/// The days of a product.
struct Calendar {
    /// The effect of each day; 3 is none.
    bins: Vec<usize>,
    /// How many days of each effect lie before.
    days: Vec<[f64; 4]>,
}

impl World {
    fn of(prepared: &Prepared, origin: Day, until: Day) -> Self {
        let mut world = Self { origin, until, calendars: HashMap::new() };
        for feature in &prepared.features {
            if !world.calendars.contains_key(&feature.product) {
                world.calendars.insert(feature.product, world.calendar(prepared, feature));
            }
        }
        world
    }

    fn calendar(&self, prepared: &Prepared, feature: &FeatureCounts) -> Calendar {
        let mut releases = release_days(prepared, feature, self.until);
        releases.sort_unstable();
        let age = |day: Day| {
            let started = releases.partition_point(|release| *release <= day);
            started.checked_sub(1).map(|latest| day - releases[latest])
        };
        let bins: Vec<_> =
            (self.origin..self.until).map(|day| forecast::bin(age(day)).unwrap_or(3)).collect();
        let mut days = vec![[0.0; 4]];
        let mut sum = [0.0; 4];
        for bin in &bins {
            sum[*bin] += 1.0;
            days.push(sum);
        }
        Calendar { bins, days }
    }

    fn bin(&self, product: u32, day: Day) -> usize {
        self.calendars[&product].bins[(day - self.origin) as usize]
    }

    fn days(&self, product: u32, from: Day, until: Day) -> [f64; 4] {
        let days = &self.calendars[&product].days;
        let (low, high) = (days[(from - self.origin) as usize], days[(until - self.origin) as usize]);
        std::array::from_fn(|i| high[i] - low[i])
    }

    /// Incidents and days of some features' last half year by days since a release. Days, or customer-days.
    fn past<'a>(
        &self,
        parts: impl Iterator<Item = &'a FeatureCounts>,
        exposed: Option<&FeatureCounts>,
        product: u32,
        from: Day,
        until: Day,
    ) -> Past {
        let mut exposure = [0.0; 4];
        match exposed {
            Some(feature) => {
                for (day, [active]) in feature.exposure.total.daily(from, until) {
                    exposure[self.bin(product, day)] += active as f64;
                }
            }
            None => exposure = self.days(product, from, until),
        }
        let mut bins = exposure.map(|exposure| Rate { incidents: 0.0, exposure });
        for incident in parts.flat_map(|part| part.incidents(from, until)) {
            bins[self.bin(product, incident.day)].incidents += incident.opened as f64;
        }
        Past(bins)
    }
}

/// What the rows before a day say of a feature's incidents of which nothing else is known: those of all features of its
/// product, which are counted alike; while they are few, those of all features of the organization.
struct Others {
    until: Day,
    effect: [f64; 3],
    expected: [f64; 3],
    /// Of a feature's rate by day, and by customer-day.
    by_day: (f64, f64),
    by_customer: Option<(f64, f64)>,
    phi: f64,
}

impl Others {
    fn of(prepared: &Prepared, world: &World, product: u32, until: Day) -> Self {
        let of_product = || prepared.features.iter().filter(|feature| feature.product == product);
        let incidents = of_product().flat_map(|f| f.incidents(until - HISTORY, until)).map(|i| i.opened);
        let alone = incidents.sum::<i64>() >= ENOUGH;
        let mut dispersion = IncidentDispersion::default();
        let (mut own, mut days, mut customers) = (Vec::new(), Vec::new(), Vec::new());
        let others = prepared.features.iter().map(AsRef::as_ref);
        for feature in others.filter(|feature: &&FeatureCounts| !alone || feature.product == product) {
            let Some(first) = feature.first_day.filter(|first| *first < until) else { continue };
            let weeks = Weeks::of(&[feature], feature, first, until);
            let from = weeks.from(first);
            let past = |exposed| world.past(std::iter::once(feature), exposed, feature.product, from, until);
            days.push(past(None));
            if feature.exposure.between(from, until) > 0.0 {
                customers.push(past(Some(feature)));
                own.push(past(Some(feature)));
            } else {
                own.push(past(None));
            }
            weeks.add_to(&mut dispersion);
        }
        let (observed, expected) = forecast::bins(&own);
        let effect = release_effect(observed, expected);
        let phi = dispersion.phi();
        let prior = |pasts: &[Past]| {
            let totals: Vec<_> = pasts.iter().map(|past| past.total(&effect)).collect();
            forecast::rate_prior(&totals, phi)
        };
        let by_customer = (!customers.is_empty()).then(|| prior(&customers));
        Self { until, effect, expected, by_day: prior(&days), by_customer, phi }
    }

    /// The forecast of the days from this one on; none where nothing is known.
    fn forecast(
        &self,
        prepared: &Prepared,
        world: &World,
        unit: &Unit,
        first: Day,
        kind: AlertKind,
    ) -> Option<Spread> {
        let head = prepared.features[unit.code as usize].as_ref();
        let product = head.product;
        let since = unit.first_day(prepared).filter(|since| *since < self.until).unwrap_or(self.until);
        let parts: Vec<_> = unit.counts(prepared).collect();
        let weeks = Weeks::of(&parts, head, since, self.until);
        let from = weeks.from(since);
        let exposed = (head.exposure.between(from, self.until) > 0.0).then_some(head);
        let past = world.past(unit.counts(prepared), exposed, product, from, self.until);
        let past = past.total(&self.effect);
        let prior = match exposed {
            // A product is like no other: its own rate is all that is known, and weighs half an incident.
            _ if unit.of_product => (0.5, 0.5 * past.exposure / (past.incidents + 0.5)),
            Some(_) => self.by_customer?,
            None => self.by_day,
        };
        let mut own = IncidentDispersion::default();
        weeks.add_to(&mut own);
        // One that happened to vary little so far may vary as all do; one that varies more goes on so.
        let phi = own.phi_towards(self.phi).max(self.phi);
        let customers = exposed.map_or(1.0, |feature| recent_exposure(feature, self.until));
        let weekdays = (kind == AlertKind::Day).then(|| self.weekdays(prepared, product));
        let day = |day: Day| {
            let weekday = weekdays.map_or(1.0, |effects| effects[day.rem_euclid(7) as usize]);
            let bin = Some(world.bin(product, day)).filter(|bin| *bin < 3);
            (customers * weekday, bin)
        };
        let days: Vec<_> = (first..first + kind.days()).map(day).collect();
        let told = spread(past, prior, &days, &self.effect, Some(self.expected), phi);
        (told.mean > 0.0).then_some(told)
    }

    /// Incidents of a product on each day of the week, from the day that 1970 began with, per incident of an average
    /// day.
    fn weekdays(&self, prepared: &Prepared, product: u32) -> [f64; 7] {
        let mut opened = [0.0; 7];
        let from = self.until - 7 * WEEKS;
        for part in prepared.features.iter().filter(|feature| feature.product == product) {
            for incident in part.incidents(from, self.until) {
                opened[incident.day.rem_euclid(7) as usize] += incident.opened as f64;
            }
        }
        let expected = opened.iter().sum::<f64>() / 7.0;
        opened.map(|opened| (opened + K_WEEKDAY) / (expected + K_WEEKDAY))
    }
}

/// The incidents of the last 26 weeks, of all kinds, with their exposure, the newest week first.
struct Weeks {
    until: Day,
    weeks: [(f64, f64); WEEKS as usize],
    /// How many of them have the level of the newest.
    level: usize,
}

impl Weeks {
    fn of(parts: &[&FeatureCounts], exposed: &FeatureCounts, first: Day, until: Day) -> Self {
        let from = until - 7 * WEEKS;
        let by_customer = exposed.exposure.between(from, until) > 0.0;
        let mut weeks = [(0.0, 0.0); WEEKS as usize];
        for (week, (_, exposure)) in (0..).zip(&mut weeks) {
            let end = until - 7 * week;
            *exposure = match by_customer {
                true => exposed.exposure.between(end - 7, end),
                false => f64::from((end - first).clamp(0, 7)),
            };
        }
        for incident in parts.iter().flat_map(|part| part.incidents(from, until)) {
            weeks[((until - 1 - incident.day) / 7) as usize].0 += incident.opened as f64;
        }
        Self { until, level: level(&weeks), weeks }
    }

    /// The first day of the present level, of a past that is known from a day on.
    fn from(&self, first: Day) -> Day {
        first.max(self.until - 7 * self.level as Day)
    }

    fn add_to(&self, dispersion: &mut IncidentDispersion) {
        if self.weeks.iter().any(|(incidents, _)| *incidents > 0.0) {
            dispersion.add(&self.weeks[..self.level]);
        }
    }
}

/// How many of these weeks, from the newest back, have one level. A component that came into use, or that is recorded from
/// some day on, has had another one before: that says nothing of how its incidents vary now, and taken for bursts it would
/// hide those to come.
///
/// ```text
/// D = 2 (N_1 ln(N_1/X_1) + N_2 ln(N_2/X_2) - N ln(N/X)) / phi;   a new level: the largest D of all splits is 20 or more
/// ```
///
/// `phi` is that of both parts, each around its own rate. A split leaves at least [`NEW_LEVEL`] weeks on the newer side, else
/// a burst would be its own level; the newer part may be split again.
fn level(weeks: &[(f64, f64)]) -> usize {
    let sums = |weeks: &[(f64, f64)]| {
        weeks.iter().fold((0.0, 0.0), |(n, x), (incidents, exposure)| (n + incidents, x + exposure))
    };
    let log_rate = |(n, x): (f64, f64)| if n > 0.0 { n * (n / x).ln() } else { 0.0 };
    let mut level = weeks.len();
    loop {
        let weeks = &weeks[..level];
        let is_known = |(_, exposure): &&(f64, f64)| *exposure > 0.0;
        let apart = |split: usize| {
            let (new, old) = weeks.split_at(split);
            let (new_sums, old_sums) = (sums(new), sums(old));
            if new_sums.1 <= 0.0 || old_sums.1 <= 0.0 {
                return 0.0;
            }
            let all = (new_sums.0 + old_sums.0, new_sums.1 + old_sums.1);
            let mut dispersion = IncidentDispersion::default();
            dispersion.add(new);
            dispersion.add(old);
            2.0 * (log_rate(new_sums) + log_rate(old_sums) - log_rate(all)) / dispersion.phi()
        };
        let known = weeks.iter().filter(is_known).count();
        let splits = NEW_LEVEL..known.saturating_sub(1);
        let best = splits.map(|split| (split, apart(split))).max_by(|a, b| a.1.total_cmp(&b.1));
        match best {
            Some((split, apart)) if apart >= APART => level = split,
            _ => return level,
        }
    }
}
