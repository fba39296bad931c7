//! The expected number of incidents of a day or a week, from the rows before it.

use std::collections::BTreeMap;

use super::AlertKind;
use super::calendar::World;
use super::level::{WEEKS, Weeks};
use crate::dispersion::IncidentDispersion;
use crate::facts::Day;
use crate::forecast::{self, HISTORY, Past, Spread, recent_exposure, release_effect, spread};
use crate::prepared::{FeatureCounts, Prepared};

/// Minimum number of incidents of a product in half a year for which other products are not used.
const MIN_PRODUCT_INCIDENTS: i64 = 50;
/// Weight of "all weekdays are equal" in expected incidents.
const K_WEEKDAY: f64 = 10.0;

/// A feature, or a product with all its features.
pub(super) struct Unit {
    pub(super) code: u32,
    pub(super) parts: Vec<u32>,
    pub(super) of_product: bool,
}

impl Unit {
    pub(super) fn counts<'a>(&'a self, prepared: &'a Prepared) -> impl Iterator<Item = &'a FeatureCounts> {
        self.parts.iter().map(|code| prepared.features[*code as usize].as_ref())
    }

    pub(super) fn incidents(&self, prepared: &Prepared, from: Day, until: Day) -> i64 {
        self.counts(prepared).flat_map(|part| part.incidents(from, until)).map(|i| i.opened).sum()
    }

    pub(super) fn first_day(&self, prepared: &Prepared) -> Option<Day> {
        self.counts(prepared).filter_map(|part| part.first_day).min()
    }
}

/// The prior of a feature's incidents, from the rows before a day: those of all features of its product, or, while these
/// are few, of all features of the organization.
pub(super) struct Others {
    until: Day,
    effect: [f64; 3],
    expected: [f64; 3],
    /// Gamma prior of a feature's rate per day, and per customer-day.
    by_day: (f64, f64),
    by_customer: Option<(f64, f64)>,
    phi: f64,
}

impl Others {
    pub(super) fn of(prepared: &Prepared, world: &World, product: u32, until: Day) -> Self {
        let of_product = || prepared.features.iter().filter(|feature| feature.product == product);
        let incidents = of_product().flat_map(|f| f.incidents(until - HISTORY, until)).map(|i| i.opened);
        let alone = incidents.sum::<i64>() >= MIN_PRODUCT_INCIDENTS;
        let mut dispersions: BTreeMap<u32, IncidentDispersion> = BTreeMap::new();
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
            weeks.add_to(dispersions.entry(feature.product).or_default());
        }
        let (observed, expected) = forecast::bins(&own);
        let effect = release_effect(observed, expected);
        // That of a usual product: one burst says nothing about the others.
        let known = dispersions.values().filter(|one| one.is_known());
        let phi = median(known.map(IncidentDispersion::phi).collect()).unwrap_or(1.0);
        let prior = |pasts: &[Past]| {
            let totals: Vec<_> = pasts.iter().map(|past| past.total(&effect)).collect();
            forecast::rate_prior(&totals, phi)
        };
        let by_customer = (!customers.is_empty()).then(|| prior(&customers));
        Self { until, effect, expected, by_day: prior(&days), by_customer, phi }
    }

    /// The forecast of the period that begins on a day; none if nothing is known.
    pub(super) fn forecast(
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
            // Products are not similar: the prior is the product's own rate with the weight of half an incident.
            _ if unit.of_product => (0.5, 0.5 * past.exposure / (past.incidents + 0.5)),
            Some(_) => self.by_customer?,
            None => self.by_day,
        };
        let mut own = IncidentDispersion::default();
        weeks.add_to(&mut own);
        // At least the dispersion of all; more if the feature's own is greater.
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

    /// Incidents of a product by day of the week, from Thursday on (1970-01-01), relative to an average day.
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

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().checked_sub(1)? / 2)?, values.get(values.len() / 2)?);
    Some((low + high) / 2.0)
}
