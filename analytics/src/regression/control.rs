//! The controls of a release: everything else on the same days (METHOD 2).

use super::comparison::Comparison;
use super::watch::{Watch, is_baseline};
use super::{Change, ControlShift, Controlled};
use crate::control::{
    CommonShift, Concurrent, MIN_AFTER, MIN_BEFORE, MIN_INCIDENT_CONTROLS, MIN_SAME_DAYS, Shift,
    log_e_controlled,
};
use crate::evidence::{Direction, SD_CHANGE, change_interval, combine};
use crate::facts::Day;

/// Share of a fall from which on another one is about as great.
const ALIKE: f64 = 0.5;

/// The features of a product with their shifts as of the end of a day, if the release declares which of them it touches.
pub(super) struct Controls {
    until: Day,
    touched: Vec<u32>,
    answers: Vec<(ControlShift, Shift)>,
    incidents: Vec<(u32, Shift)>,
}

/// The controls of one feature.
struct Against {
    shifts: Vec<(ControlShift, Shift)>,
    common: CommonShift,
    /// Factor of the expected incidents.
    rate: f64,
    /// Whether there are controls of its responses, and of its incidents.
    answers: bool,
    incidents: bool,
}

impl Controls {
    pub(super) fn of(watch: &Watch, members: &[Comparison], until: Day) -> Self {
        let touched = watch.prepared.releases[watch.release as usize].touched.clone();
        let is_known = |c: &&Comparison| !touched.is_empty() && !c.counts.whole;
        let own = watch.hyper.movement.own;
        let shift = |c: &Comparison| {
            let mut strata = c.compared(watch, until);
            let before: f64 = strata.iter().map(|s| s.n0).sum();
            strata.retain(|s| s.n1 > 0.0);
            let answers: f64 = strata.iter().map(|s| s.n1).sum();
            (before >= MIN_BEFORE && answers >= MIN_AFTER).then(|| {
                let shift = Shift::of(&strata, own);
                let shown = ControlShift {
                    feature: Some(c.feature),
                    shift: 100.0 * shift.shift,
                    weight: 0.0,
                    answers,
                };
                (shown, shift)
            })
        };
        let rate = |c: &Comparison| {
            let (log_ratio, variance) = c.incidents.change(until, watch.hyper.phi_incidents)?;
            c.has_incidents.then(|| (c.feature, Shift::of_rate(log_ratio, variance)))
        };
        let known = || members.iter().filter(is_known);
        let answers = known().filter_map(shift).collect();
        let incidents = known().filter_map(rate).collect();
        Self { until, answers, incidents, touched }
    }

    /// The controls of a feature among others: those that the release does not touch. An untouched feature without enough of them is
    /// compared with the touched ones: what came to both alike is no side effect of the release.
    fn others<T: Copy>(
        &self,
        member: &Comparison,
        all: &[T],
        feature: impl Fn(&T) -> Option<u32>,
        enough: usize,
    ) -> Vec<T> {
        let is_touched = |feature: u32| self.touched.contains(&feature);
        let other = |one: &&T| feature(one) != Some(member.feature);
        let untouched = |one: &&T| !feature(one).is_some_and(is_touched);
        let controls: Vec<_> = all.iter().filter(other).filter(untouched).copied().collect();
        if controls.len() >= enough || is_touched(member.feature) || member.counts.whole {
            return controls;
        }
        all.iter().filter(other).copied().collect()
    }

    /// Evidence of a change beyond the common shift; none without controls.
    pub(super) fn log_e(&self, watch: &Watch, member: &Comparison, direction: Direction) -> Option<f64> {
        let against = self.against(watch, member)?;
        Some(self.evidence(watch, member, against.expected(), direction))
    }

    /// Evidence of a drop beyond that of the responses to earlier releases of its line on the same days alone; none without any. As one of
    /// several controls they may look like an outlier, and there may be too few to be one, but they tell most about this feature.
    pub(super) fn log_e_of_same_days(&self, watch: &Watch, member: &Comparison) -> Option<f64> {
        let same = self.same_days(watch, member)?;
        let rate =
            self.against(watch, member).filter(|against| against.incidents).map(|against| against.rate);
        Some(self.evidence(watch, member, (same.shift, rate), Direction::Worse))
    }

    /// Whether the responses to earlier releases of its line on the same days, while too few to be a control, fell by at least half as
    /// much: at the beginning of a staged rollout noise would hide what they show.
    pub(super) fn show_alike(&self, watch: &Watch, member: &Comparison) -> bool {
        let few = self.same_days(watch, member).filter(|same| same.answers < MIN_SAME_DAYS);
        few.zip(watch.change(member))
            .is_some_and(|(same, (own, _))| own < 0.0 && same.shift.shift <= own * ALIKE)
    }

    /// Whether there are controls of that which carries the evidence: its responses, or its incidents.
    pub(super) fn test_what_carries(&self, watch: &Watch, member: &Comparison) -> bool {
        let Some(against) = self.against(watch, member) else { return false };
        if !member.has_answers || !member.has_incidents || against.incidents {
            return true;
        }
        let [answers, incidents] = self.channels(watch, member, against.expected(), Direction::Worse);
        answers >= incidents
    }

    /// All figures of a feature's controls; without any, of the few responses of the same days that can veto a verdict.
    pub(super) fn show(&self, watch: &Watch, member: &Comparison) -> Option<Controlled> {
        let against = self.against(watch, member).or_else(|| self.against_from(MIN_AFTER, watch, member))?;
        let CommonShift { shift, variance, weights } = &against.common;
        let own_change = watch.change(member).and_then(|(change, sampling)| {
            let unknown = sampling + variance + watch.hyper.movement.own.powi(2);
            let (lower, upper) = change_interval(change - shift, unknown, SD_CHANGE)?;
            Some(points(change - shift, lower, upper))
        });
        let sd = variance.sqrt();
        let controls = against.shifts.iter().zip(weights);
        Some(Controlled {
            log_e: self.evidence(watch, member, against.expected(), Direction::Worse),
            log_e_improved: self.evidence(watch, member, against.expected(), Direction::Better),
            common_shift: points(*shift, shift - 2.0 * sd, shift + 2.0 * sd),
            own_change: own_change.filter(|_| against.answers),
            common_rate_ratio: against.incidents.then_some(against.rate),
            controls: controls
                .map(|((shown, _), weight)| ControlShift { weight: *weight, ..*shown })
                .collect(),
        })
    }

    fn against(&self, watch: &Watch, member: &Comparison) -> Option<Against> {
        self.against_from(MIN_SAME_DAYS, watch, member)
    }

    /// The controls of a feature, `least` being the minimum of responses to earlier releases on the same days.
    fn against_from(&self, least: f64, watch: &Watch, member: &Comparison) -> Option<Against> {
        let mut shifts = self.others(member, &self.answers, |(shown, _)| shown.feature, 1);
        let same = self.same_days(watch, member).filter(|same| same.answers >= least);
        shifts.extend(same.map(|Concurrent { shift, answers }| {
            (ControlShift { feature: None, shift: 100.0 * shift.shift, weight: 0.0, answers }, shift)
        }));
        let rates =
            self.others(member, &self.incidents, |(feature, _)| Some(*feature), MIN_INCIDENT_CONTROLS);
        let rates: Vec<_> = rates.into_iter().map(|(_, shift)| shift).collect();
        let incidents = member.has_incidents && rates.len() >= MIN_INCIDENT_CONTROLS;
        let answers = member.has_answers && !shifts.is_empty();
        let tested = if member.has_answers { answers } else { incidents };
        tested.then(|| {
            let known: Vec<_> = shifts.iter().map(|(_, shift)| *shift).collect();
            let own = watch.change(member).map_or(0.0, |(change, _)| change);
            let own_rate = member.incidents.change(self.until, watch.hyper.phi_incidents);
            let own_rate = own_rate.map_or(0.0, |(log_ratio, _)| log_ratio);
            Against {
                common: CommonShift::of_window(&known, watch.hyper.movement.common, own),
                rate: if incidents { CommonShift::of_rates(&rates, own_rate).shift.exp() } else { 1.0 },
                shifts,
                answers,
                incidents,
            }
        })
    }

    /// Responses about the feature on releases of its line that began earlier, on the days of the release's own. Later releases are
    /// no controls, because they may contain the same change; nor are other lines, whose level is another.
    fn same_days(&self, watch: &Watch, member: &Comparison) -> Option<Concurrent> {
        let releases = &watch.prepared.releases;
        let began_later = |code: u32| {
            let first = releases.get(code as usize).and_then(|release| release.first_day);
            first.is_some_and(|first| first >= watch.first_day)
        };
        let others = |code: u32| is_baseline(&watch.line, watch.release, Some(code)) && !began_later(code);
        let compared = member.compared(watch, self.until);
        let sides = member.sides.iter().filter(|side| side.is_compared());
        let strata: Vec<_> = sides
            .zip(&compared)
            .map(|(side, baseline)| {
                let days = side.same_days(watch.first_day, self.until, others);
                (baseline.n1, Concurrent::of(baseline, &days, 0.0))
            })
            .collect();
        Concurrent::together(&strata).filter(|same| same.answers >= MIN_AFTER)
    }

    /// Evidence of a change beyond an expected shift, and an expected factor of the incidents.
    fn evidence(
        &self,
        watch: &Watch,
        member: &Comparison,
        (expected, rate): (Shift, Option<f64>),
        direction: Direction,
    ) -> f64 {
        let channels = self.channels(watch, member, (expected, rate), direction);
        combine(&channels.into_iter().flatten().collect::<Vec<_>>())
    }

    /// The same of the responses, and of the incidents.
    fn channels(
        &self,
        watch: &Watch,
        member: &Comparison,
        (expected, rate): (Shift, Option<f64>),
        direction: Direction,
    ) -> [Option<f64>; 2] {
        let answers = member.has_answers.then(|| {
            let strata = member.compared(watch, self.until);
            let variance = expected.variance + watch.hyper.movement.own.powi(2);
            log_e_controlled(&strata, expected.shift, variance, direction)
        });
        [answers, member.log_e_incidents(watch, self.until, direction, rate.unwrap_or(1.0))]
    }
}

impl Against {
    /// The shift that is expected without the release, and the factor of the incidents.
    fn expected(&self) -> (Shift, Option<f64>) {
        let CommonShift { shift, variance, .. } = self.common;
        (Shift { shift, variance }, self.incidents.then_some(self.rate))
    }
}

fn points(estimate: f64, lower: f64, upper: f64) -> Change {
    Change { estimate: 100.0 * estimate, lower: 100.0 * lower, upper: 100.0 * upper }
}

/// Evidence of a change beyond the feature's own fluctuation, for features without controls.
pub(super) fn log_e_beyond_wander(
    watch: &Watch,
    member: &Comparison,
    until: Day,
    direction: Direction,
) -> f64 {
    let answers =
        member.has_answers.then(|| member.wander(watch).log_e(&member.watched(watch, until), direction));
    let rate = member.log_e_incidents(watch, until, direction, 1.0);
    combine(&[answers, rate].into_iter().flatten().collect::<Vec<_>>())
}
