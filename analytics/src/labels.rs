//! The share of responses that name their release, and the treatment of those that do not (METHOD 0, "Unlabelled answers").
//!
//! In real reviews a tenth to a third of the responses name no release, and their ratings differ from the others. So
//! they count for the value of their feature, but are on neither side of a verdict: assigned to the newest release,
//! they led to false verdicts. Only if a product's responses hardly ever name a release are they
//! assigned to the newest declared release.

use std::cell::LazyCell;
use std::collections::HashMap;
use std::ops::Range;

use crate::facts::{Day, Release};
use crate::levels::Levels;
use crate::running::Running;

/// A product is labelled if at least this share of its responses of the last [`SPAN`] days names a release.
const MIN_LABELED: f64 = 0.10;
/// Number of days up to a response that decide whether its product is labelled.
const SPAN: Day = 28;
/// An inferred release is in use from the day on which this many of its responses lie within [`WEEK`] days ...
const IN_USE: i64 = 5;
/// ... or this share of all responses of those days that name a release, if there are that many: a single late response in a
/// week with few responses is not enough ...
const SHARE_IN_USE: f64 = 0.05;
const FEW_IN_USE: i64 = 2;
const WEEK: Day = 7;
/// ... or the same share of [`SPAN`] days, if responses are rarer than that.
const RARE_IN_USE: i64 = 3;
/// These do not count if the release's share of the responses of the four weeks from then on is less than this
/// fraction of its maximum over four weeks with at least that many responses (or scaled to them); nor if it has fewer responses
/// than that in [`WATCH`] days, and less than this fraction of those in as many later ones.
const PART_OF_PEAK: f64 = 0.10;
const WATCH: Day = 90;
const ENOUGH: i64 = 10;

/// How many responses, or incidents, of a product name a release.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Labels {
    /// Those that name one, and all.
    days: Running<2>,
}

impl Default for Labels {
    fn default() -> Self {
        Self { days: Running::of([]) }
    }
}

impl Labels {
    /// From rows in any order: their days, whether they name a release, and their counts.
    pub(crate) fn of(rows: impl IntoIterator<Item = (Day, bool, i64)>) -> Self {
        let mut days: Vec<(Day, [i64; 2])> = Vec::new();
        for (day, named, count) in rows {
            let counts = [if named { count } else { 0 }, count];
            match days.last_mut() {
                Some((last, sums)) if *last == day => *sums = [sums[0] + counts[0], sums[1] + counts[1]],
                _ => days.push((day, counts)),
            }
        }
        days.sort_by_key(|(day, _)| *day);
        Self { days: Running::of(days) }
    }

    /// Adds `count`, which may be negative. Returns whether that changes the releases of responses of other days.
    pub(crate) fn add(&mut self, day: Day, named: bool, count: i64) -> bool {
        let decided = |labels: &Self| (day..day + SPAN).map(|day| labels.gives(day)).collect::<Vec<_>>();
        let before = decided(self);
        self.days.add(day, [if named { count } else { 0 }, count]);
        before != decided(self)
    }

    /// Whether there are responses of a day that name no release and are assigned to one.
    fn gives(&self, day: Day) -> bool {
        let [labelled, all] = self.days.between(day, day + 1);
        labelled < all && self.hardly_any(day)
    }

    /// Whether fewer than a tenth of the product's responses of the four weeks up to a day name a release.
    pub(crate) fn hardly_any(&self, day: Day) -> bool {
        let [labelled, all] = self.days.between(day + 1 - SPAN, day + 1);
        (labelled as f64) < MIN_LABELED * all as f64
    }

    /// Share of the responses of a span of days, of those that belong to a release, that name none and were assigned to one
    /// because [hardly any](Self::hardly_any) named a release then; none without responses.
    pub(crate) fn assigned(&self, days: Range<Day>) -> Option<f64> {
        let counts = self.days.daily(days.start, days.end);
        let (assigned, all) = counts.fold((0, 0), |(assigned, all), (day, [named, count])| {
            let more = if self.hardly_any(day) { count - named } else { 0 };
            (assigned + more, all + named + more)
        });
        (all > 0).then(|| assigned as f64 / all as f64)
    }

    /// Share of the rows of the days before a day that name a release; 1 without rows.
    pub(crate) fn share_until(&self, until: Day) -> f64 {
        let [labelled, all] = self.days.until(until);
        if all > 0 { labelled as f64 / all as f64 } else { 1.0 }
    }

    fn named_between(&self, from: Day, until: Day) -> i64 {
        self.days.between(from, until)[0]
    }
}

/// The first days of a product's undeclared releases: those on which their own responses show them in real use. One
/// late review of an old version, or one of a future version, does not start a release. None if it was never in use.
pub(crate) fn first_days<'a>(
    undeclared: &[u32],
    features: impl Iterator<Item = &'a Levels>,
    labels: &Labels,
) -> Vec<(u32, Option<Day>)> {
    let mut own: HashMap<u32, Vec<(Day, [i64; 1])>> =
        undeclared.iter().map(|code| (*code, Vec::new())).collect();
    if own.is_empty() {
        return Vec::new();
    }
    for (key, count) in features.flat_map(Levels::all) {
        let Some(days) = key.label.and_then(|release| own.get_mut(&release)) else { continue };
        match days.last_mut() {
            Some((last, [sum])) if *last == key.day => *sum += count,
            _ => days.push((key.day, [count])),
        }
    }
    let mut first_day = |code: u32| {
        let mut days = own.remove(&code).unwrap_or_default();
        days.sort_by_key(|(day, _)| *day);
        in_use(&Running::of(days), |from, until| labels.named_between(from, until))
    };
    undeclared.iter().map(|code| (*code, first_day(*code))).collect()
}

/// The first day on which a release's own responses show it in real use, from the responses of each day that name it, and
/// those of its product that name any release, in the order of the days.
pub fn first_day_in_use(own: &[(Day, i64)], labelled: &[(Day, i64)]) -> Option<Day> {
    let running = |days: &[(Day, i64)]| Running::of(days.iter().map(|(day, count)| (*day, [*count])));
    let labelled = running(labelled);
    in_use(&running(own), |from, until| labelled.between(from, until)[0])
}

fn in_use(own: &Running<1>, labelled: impl Fn(Day, Day) -> i64) -> Option<Day> {
    let within = |day: Day, days: Day, enough: i64| {
        let (from, until) = (day + 1 - days, day + 1);
        let [own] = own.between(from, until);
        own >= enough && own as f64 >= SHARE_IN_USE * labelled(from, until) as f64
    };
    // A few early responses do not start the release if it later has ten times their share of all responses, or if too few
    // follow within [`WATCH`] days and ten times as many do later.
    let share_from =
        |day: Day| own.between(day, day + SPAN)[0] as f64 / labelled(day, day + SPAN).max(ENOUGH) as f64;
    let watched_from = |day: Day| own.between(day, day + WATCH)[0] as f64;
    let peak = LazyCell::new(|| own.days().iter().map(|day| share_from(*day)).fold(0.0, f64::max));
    let most = LazyCell::new(|| own.days().iter().map(|day| watched_from(*day)).fold(0.0, f64::max));
    let is_straggler = |day: Day| {
        let watched = watched_from(day);
        share_from(day) < PART_OF_PEAK * *peak || (watched < ENOUGH as f64 && watched < PART_OF_PEAK * *most)
    };
    let in_use = |day: &&Day| {
        let [week] = own.between(**day + 1 - WEEK, **day + 1);
        let few = || within(**day, WEEK, FEW_IN_USE) || within(**day, SPAN, RARE_IN_USE);
        week >= IN_USE || (few() && !is_straggler(**day))
    };
    own.days().iter().find(in_use).copied()
}

impl Release {
    /// Whether its release date was not declared.
    pub(crate) fn is_undeclared(&self) -> bool {
        self.inferred || self.first_day.is_none()
    }
}
