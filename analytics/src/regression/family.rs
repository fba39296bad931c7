//! All features of a release's product in one comparison, and the significant changes among them.

use super::comparison::Comparison;
use super::control::{Controls, log_e_beyond_wander};
use super::watch::Watch;
use super::{AgainstPrevious, Change, Control};
use crate::evidence::{Direction, always_valid_p, e_bh, regression_score};
use crate::facts::Day;

/// Minimum number of incidents for a verdict from incidents alone.
pub(super) const MIN_INCIDENTS: f64 = 3.0;
/// Maximum evidence of a change relative to the previous release alone, with enough responses, of a release that is not
/// blamed for the change: three to one against it. The change came with an earlier release.
const NO_CHANGE: f64 = 1.0 / 3.0;
/// Evidence neither for nor against a change beyond that of the same days.
const EVEN: f64 = 0.0;

/// All features of a product in one comparison.
pub(super) struct Family<'a> {
    pub(super) watch: Watch<'a>,
    pub(super) members: Vec<Comparison<'a>>,
    /// The indexes of those with a baseline.
    pub(super) tested: Vec<usize>,
}

/// The result for a member with sufficient evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Called {
    Holds(Control),
    FewAnswers,
    Shared,
    /// Earlier releases are as bad on the same days: it came to all of them, or with one of them.
    AlsoBefore,
    /// The previous release alone has enough responses, and this one is not worse than it.
    Alike,
    /// There are no controls, and the feature often changes as much by itself.
    Wanders,
}

impl<'a> Family<'a> {
    pub(super) fn of(watch: Watch<'a>) -> Self {
        let product = watch.prepared.releases[watch.release as usize].product;
        let features = watch.prepared.features_of(product);
        let members: Vec<_> = features.into_iter().map(|feature| watch.compare(feature)).collect();
        let tested = (0..members.len()).filter(|i| members[*i].has_baseline()).collect();
        Self { watch, members, tested }
    }

    pub(super) fn of_feature(&self, feature: u32) -> Option<(usize, &Comparison<'a>)> {
        self.members.iter().enumerate().find(|(_, member)| member.feature == feature)
    }

    /// Whether the comparison with the previous release alone is evidence against a change as of the end of a day.
    pub(super) fn is_alike(&self, feature: u32, until: Day, direction: Direction) -> bool {
        let Some((place, member)) = self.of_feature(feature) else { return false };
        let log_e = self.evidence(place, until, direction);
        log_e < NO_CHANGE.ln() && self.missing(member, until) == (0, 0)
    }

    /// Evidence of a drop as of the end of a day, or of an improvement as of the end of the watch.
    fn evidence(&self, place: usize, until: Day, direction: Direction) -> f64 {
        match direction {
            Direction::Worse => self.members[place].path[(until - 1 - self.watch.first_day) as usize],
            Direction::Better => self.watch.log_e(&self.members[place], direction),
        }
    }

    /// Numbers of missing responses before and after as of the end of a day; (0, 0) if there are enough.
    pub(super) fn missing(&self, member: &Comparison, until: Day) -> (u32, u32) {
        missing(&self.watch, member, until)
    }

    /// The significant members as of the end of a day, by index, among those `wanted`.
    pub(super) fn called(
        &self,
        until: Day,
        direction: Direction,
        q: f64,
        wanted: impl Fn(u32) -> bool,
    ) -> Vec<(usize, Called)> {
        let watch = &self.watch;
        let evidence: Vec<_> =
            self.tested.iter().map(|place| self.evidence(*place, until, direction)).collect();
        let mut called = e_bh(&evidence, q);
        called.retain(|i| wanted(self.members[self.tested[*i]].feature));
        if called.is_empty() {
            return Vec::new();
        }
        // The minimum of responses only removes verdicts: a verdict must also hold without responses that are too few.
        let founded_of = |(place, evidence): (&usize, &f64)| {
            let member = &self.members[*place];
            if self.missing(member, until) == (0, 0) {
                *evidence
            } else {
                of_incidents(watch, member, until, direction)
            }
        };
        let founded: Vec<_> = self.tested.iter().zip(&evidence).map(founded_of).collect();
        let held = e_bh(&founded, q);
        let mut controls = None;
        let one = |i: usize| {
            let place = self.tested[i];
            if held.binary_search(&i).is_err() {
                return (place, Called::FewAnswers);
            }
            let controls = controls.get_or_insert_with(|| Controls::of(watch, &self.members, until));
            (place, self.controlled(controls, i, &evidence, (until, direction, q)))
        };
        called.into_iter().map(one).collect()
    }

    /// Whether a member is significant relative to its controls as well, in the same family.
    fn controlled(
        &self,
        controls: &Controls,
        i: usize,
        evidence: &[f64],
        (until, direction, q): (Day, Direction, f64),
    ) -> Called {
        let member = &self.members[self.tested[i]];
        // This protects from blame. That a level is restored is true whoever restored it, and few responses must not hide it.
        let of_same_days = || controls.log_e_of_same_days(&self.watch, member);
        let also_before =
            || of_same_days().is_some_and(|log_e| log_e <= EVEN) || controls.show_alike(&self.watch, member);
        if direction == Direction::Worse && also_before() {
            return Called::AlsoBefore;
        }
        let log_e = |i: usize| controls.log_e(&self.watch, &self.members[self.tested[i]], direction);
        let Some(own) = log_e(i) else {
            let beyond = log_e_beyond_wander(&self.watch, member, until, direction);
            return if beyond < (1.0 / q).ln() { Called::Wanders } else { Called::Holds(Control::None) };
        };
        // Most can be decided alone: e-BH requires at least 1/q, and at most K/q.
        let holds = if own < (1.0 / q).ln() {
            false
        } else if own >= (self.tested.len() as f64 / q).ln() {
            true
        } else {
            // Members without controls stay in the family with their evidence.
            let family: Vec<_> = (0..self.tested.len()).map(|j| log_e(j).unwrap_or(evidence[j])).collect();
            e_bh(&family, q).binary_search(&i).is_ok()
        };
        match holds {
            false => Called::Shared,
            true if controls.test_what_carries(&self.watch, member) => Called::Holds(Control::Held),
            true => Called::Holds(Control::None),
        }
    }

    /// The comparison with the previous release alone, if both sides have enough responses.
    pub(super) fn against_previous(&self, feature: u32) -> Option<AgainstPrevious> {
        let (_, member) = self.of_feature(feature)?;
        if self.missing(member, self.watch.until) != (0, 0) {
            return None;
        }
        let (before, after) = member.answers(None);
        let log_e = self.watch.log_e(member, Direction::Worse);
        Some(AgainstPrevious {
            log_e,
            score: regression_score(log_e),
            p: always_valid_p(&member.path),
            log_e_improved: self.watch.log_e(member, Direction::Better),
            change: self.watch.change(member).and_then(|(estimate, variance)| Change::of(estimate, variance)),
            baseline_responses: before as i64,
            responses: after as i64,
        })
    }
}

fn missing(watch: &Watch, member: &Comparison, until: Day) -> (u32, u32) {
    let (before, after) = member.answers(Some((watch.first_day, until)));
    let missing = |answers: f64| watch.prepared.min_answers.saturating_sub(answers as u32);
    (missing(before), missing(after))
}

/// Evidence of a change as of the end of a day, that of an improvement at the end of the watch: of the incidents alone where there are
/// too few responses.
pub(super) fn founded(watch: &Watch, member: &Comparison, until: Day, direction: Direction) -> f64 {
    if missing(watch, member, until) != (0, 0) {
        return of_incidents(watch, member, until, direction);
    }
    match direction {
        Direction::Worse => member.path[(until - 1 - watch.first_day) as usize],
        Direction::Better => watch.log_e(member, direction),
    }
}

/// Evidence of the incidents alone, if there are enough.
fn of_incidents(watch: &Watch, member: &Comparison, until: Day, direction: Direction) -> f64 {
    let telling = match direction {
        Direction::Worse => member.incidents.opened_until(until) as f64,
        Direction::Better => member.expected_incidents(until),
    };
    let alone = member.log_e_incidents(watch, until, direction, 1.0);
    let channels = if member.has_answers { 2.0_f64 } else { 1.0 };
    alone.filter(|_| telling >= MIN_INCIDENTS).map_or(f64::NEG_INFINITY, |log_e| log_e - channels.ln())
}
