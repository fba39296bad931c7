//! One feature before and after a release: its sides by stratum, and what is computed from them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;

use super::incidents::Incidents;
use super::watch::{Compare, Watch, is_baseline};
use super::{Change, StratumChange};
use crate::control::{Compared, SameDay, Shift};
use crate::credibility::variance_ratio;
use crate::evidence::{Direction, MIN_BASELINE, stratum_change};
use crate::facts::Day;
use crate::prepared::{FeatureCounts, IncidentDay, KnownStratum, StratumCounts};
use crate::running::Running;
use crate::utility::{Moments, Sums};
use crate::wander::{Deviation, Wander};

/// The counts of one feature before and after a release.
pub(super) struct Comparison<'a> {
    pub(super) feature: u32,
    pub(super) counts: &'a FeatureCounts,
    pub(super) sides: Vec<Sides<'a>>,
    pub(super) incidents: Incidents,
    /// Whether any stratum has a baseline.
    pub(super) has_answers: bool,
    /// Whether incidents can be compared.
    pub(super) has_incidents: bool,
    /// Evidence of a drop at the end of each day.
    pub(super) path: Vec<f64>,
    pub(super) wander: OnceCell<Wander>,
}

/// A stratum before and after the release.
pub(super) struct Sides<'a> {
    pub(super) stratum: &'a KnownStratum,
    pub(super) counts: &'a StratumCounts,
    pub(super) ratio: f64,
    pub(super) before: Moments,
    pub(super) after: Moments,
    /// The responses on the release by day.
    pub(super) released: Option<&'a Running<3>>,
}

impl Comparison<'_> {
    pub(super) fn has_baseline(&self) -> bool {
        self.has_answers || self.has_incidents
    }

    /// Responses before and after in the strata with a baseline; those after in the given days, or all.
    pub(super) fn answers(&self, until: Option<(Day, Day)>) -> (f64, f64) {
        let compared = self.sides.iter().filter(|side| side.is_compared());
        compared.fold((0.0, 0.0), |(before, after), side| {
            (
                before + side.before.n,
                after + until.map_or(side.after.n, |(from, until)| side.after(from, until).n),
            )
        })
    }

    /// Evidence of the incidents up to a day, with `factor` times as many expected; none if they cannot be compared.
    pub(super) fn log_e_incidents(
        &self,
        watch: &Watch,
        until: Day,
        direction: Direction,
        factor: f64,
    ) -> Option<f64> {
        self.has_incidents.then(|| self.incidents.log_e(until, watch.hyper.phi_incidents, direction, factor))
    }

    /// Expected number of incidents up to a day by the baseline; 0 if they cannot be compared.
    pub(super) fn expected_incidents(&self, until: Day) -> f64 {
        if self.has_incidents { self.incidents.expected(until) } else { 0.0 }
    }

    /// The feature's own fluctuation in the year before the release.
    pub(super) fn wander(&self, watch: &Watch) -> &Wander {
        const YEAR: Day = 365;
        let of = |from, compare: &Compare| {
            let whose = |release: u32| is_baseline(compare, watch.release, Some(release));
            self.deviations(watch, from..watch.before, whose)
        };
        let history = || of(watch.before - YEAR, &watch.line);
        self.wander.get_or_init(|| match &watch.against {
            against if *against == watch.line => Wander::of(&history(), &history()),
            against => Wander::of(&history(), &of(watch.from, against)),
        })
    }

    /// The release's own responses up to a day.
    pub(super) fn watched(&self, watch: &Watch, until: Day) -> Vec<Deviation> {
        self.deviations(watch, watch.first_day..until, |release| release == watch.release)
    }

    fn deviations(&self, watch: &Watch, days: Range<Day>, whose: impl Fn(u32) -> bool) -> Vec<Deviation> {
        let mut all = BTreeMap::new();
        for side in self.sides.iter().filter(|side| side.is_compared()) {
            side.deviations(watch, days.clone(), &whose, &mut all);
        }
        let deviation = |(day, [n, sum, variance]): (Day, [f64; 3])| Deviation {
            day,
            shift: Shift { shift: sum / n, variance: variance / (n * n) },
        };
        all.into_iter().filter(|(_, [n, ..])| *n > 0.0).map(deviation).collect()
    }

    /// The strata with a baseline, with the responses up to a day.
    pub(super) fn compared(&self, watch: &Watch, until: Day) -> Vec<Compared> {
        let one = |side: &Sides| {
            compared(&side.before, &side.after(watch.first_day, until), side.ratio, watch.hyper.phi)
        };
        self.sides.iter().filter(|side| side.is_compared()).map(one).collect()
    }
}

impl Sides<'_> {
    pub(super) fn is_compared(&self) -> bool {
        self.before.n >= MIN_BASELINE
    }

    /// Adds, for each day, the number of responses on the releases `whose`, the sum of their deviations from the baseline's
    /// mean, and its variance.
    fn deviations(
        &self,
        watch: &Watch,
        days: Range<Day>,
        whose: impl Fn(u32) -> bool,
        all: &mut BTreeMap<Day, [f64; 3]>,
    ) {
        let baseline = compared(&self.before, &Moments::default(), self.ratio, watch.hyper.phi);
        let of_line = self.counts.by_release().filter(|(release, _)| release.is_some_and(&whose));
        for (day, [n, levels, _]) in of_line.flat_map(|(_, running)| running.daily(days.start, days.end)) {
            let (n, mean) = self.stratum.ruler.mean(n, levels);
            let sums = all.entry(day).or_default();
            let more = [n, n * (mean - baseline.mu()), n * baseline.variance()];
            sums.iter_mut().zip(more).for_each(|(sum, more)| *sum += more);
        }
    }

    pub(super) fn after(&self, from: Day, until: Day) -> Moments {
        let sums = self.released.map_or([0; 3], |released| released.between(from, until));
        self.stratum.ruler.moments(Sums(sums))
    }

    /// The number of the release's own responses on each day, with number and mean of those on `others`.
    pub(super) fn same_days(&self, from: Day, until: Day, others: impl Fn(u32) -> bool) -> Vec<SameDay> {
        let Some(released) = self.released else { return Vec::new() };
        let mut days: Vec<_> =
            released.daily(from, until).map(|(day, [own, ..])| (day, own, [0; 2])).collect();
        let others = self.counts.by_release().filter(|(release, _)| release.is_some_and(&others));
        for (_, running) in others {
            for (day, [n, levels, _]) in running.daily(from, until) {
                if let Ok(place) = days.binary_search_by_key(&day, |(day, ..)| *day) {
                    let sums = &mut days[place].2;
                    *sums = [sums[0] + n, sums[1] + levels];
                }
            }
        }
        let day = |(_, own, [n, levels]): (Day, i64, [i64; 2])| {
            let (others, mean) = self.stratum.ruler.mean(n, levels);
            SameDay { own: own as f64, others, mean }
        };
        days.into_iter().map(day).collect()
    }

    pub(super) fn change(&self, phi: f64, precision: f64) -> Option<StratumChange> {
        if self.before.n + self.after.n <= 0.0 {
            return None;
        }
        let change = stratum_change(&self.before, &self.after, self.ratio, phi);
        let mean = |side: &Moments| (side.n > 0.0).then_some(100.0 * side.mean);
        Some(StratumChange {
            stratum: self.stratum.stratum,
            baseline_responses: self.before.n as i64,
            responses: self.after.n as i64,
            baseline_mean: mean(&self.before),
            mean: mean(&self.after),
            change: change.and_then(|(estimate, variance)| Change::of(estimate, variance)),
            weight: change.map_or(0.0, |(_, variance)| 1.0 / variance / precision),
        })
    }
}

fn compared(before: &Moments, after: &Moments, ratio: f64, phi: f64) -> Compared {
    let mu = (before.n * before.mean + 0.5) / (before.n + 1.0);
    let rho = variance_ratio(before, mu, ratio);
    Compared { n0: before.n, y0: before.mean, n1: after.n, y1: after.mean, phi, rho }
}

impl IncidentDay {
    /// Whether it may come from a change.
    pub(super) fn is_of_change(&self) -> bool {
        !self.no_change
    }
}
