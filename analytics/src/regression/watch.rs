//! The watch of one release: its baseline, and the evidence on each day.

use std::cell::OnceCell;
use std::ops::Range;

use super::comparison::{Comparison, Sides};
use super::incidents::{Attributable, Incidents};
use super::{Change, Evidence, RegressionScore, Verdict};
use crate::evidence::{
    Direction, Prediction, always_valid_p, combine, feedback_change, log_e_feedback, log_mean_exp,
    log_sum_exp, regression_score,
};
use crate::facts::Day;
use crate::prepared::{Prepared, StratumCounts};
use crate::prior::Hyperparameters;
use crate::utility::Sums;

/// A release, and what it is compared with.
#[derive(Clone)]
pub(super) struct Watch<'a> {
    pub(super) prepared: &'a Prepared,
    pub(super) hyper: &'a Hyperparameters,
    pub(super) release: u32,
    pub(super) against: Compare,
    /// Whose rows show the feature's own fluctuation: more than the baseline's, if that is one release alone.
    pub(super) line: Compare,
    /// The first day of the baseline.
    pub(super) from: Day,
    /// The day after the baseline: usually the first day of the release.
    pub(super) before: Day,
    pub(super) first_day: Day,
    pub(super) until: Day,
    /// The days on which incidents of the baseline, and of the release, can be seen.
    pub(super) attributable_before: Attributable,
    pub(super) attributable_after: Attributable,
    /// Whether the product began to name releases, or ceased to, between the baseline and the release.
    labels_changed: bool,
}

/// Whose rows are the baseline.
#[derive(Clone, PartialEq)]
pub(super) enum Compare {
    /// Those of these releases.
    With(Vec<u32>),
    /// Those of every other release. Responses that belong to none are never part of a baseline.
    WithAnyOther,
}

impl<'a> Watch<'a> {
    pub(super) fn of(
        (prepared, hyper): (&'a Prepared, &'a Hyperparameters),
        release: u32,
        against: Compare,
        baseline: Range<Day>,
        watched: Range<Day>,
    ) -> Self {
        let product = prepared.releases[release as usize].product;
        let before = |newest| is_baseline(&against, release, newest);
        let after = |newest| newest == Some(release);
        Self {
            prepared,
            hyper,
            release,
            from: baseline.start,
            before: baseline.end,
            first_day: watched.start,
            until: watched.end,
            labels_changed: prepared.labels_changed(product, baseline.clone(), watched.clone()),
            attributable_before: Attributable::of(prepared, product, baseline, before),
            attributable_after: Attributable::of(prepared, product, watched, after),
            line: against.clone(),
            against,
        }
    }

    /// The same with other rows for the features' own fluctuation.
    pub(super) fn along(self, line: Compare) -> Self {
        Self { line, ..self }
    }

    /// The same release with another baseline.
    pub(super) fn since(&self, baseline: Range<Day>) -> Self {
        let known = (self.prepared, self.hyper);
        let against = self.against.clone();
        Self::of(known, self.release, against, baseline, self.first_day..self.until).along(self.line.clone())
    }

    pub(super) fn compare(&self, feature: u32) -> Comparison<'a> {
        let counts = &self.prepared.features[feature as usize];
        let sides: Vec<_> = counts.answers.iter().map(|counts| self.sides(counts)).collect();
        let incidents = Incidents::of(self, counts);
        let has_answers = sides.iter().any(Sides::is_compared);
        let has_incidents = incidents.are_compared(self);
        let (path, wander) = (Vec::new(), OnceCell::new());
        let mut comparison =
            Comparison { feature, counts, sides, incidents, has_answers, has_incidents, path, wander };
        comparison.path = self.path(&comparison);
        comparison
    }

    /// Whether rows of a release belong to the baseline.
    pub(super) fn is_baseline(&self, release: Option<u32>) -> bool {
        is_baseline(&self.against, self.release, release)
    }

    /// Whether there are enough responses before the release and since, but too few of them in the same strata, or with a name of
    /// their release on both sides.
    pub(super) fn is_other_kind(&self, member: &Comparison) -> bool {
        let enough = f64::from(self.prepared.min_answers);
        let after: f64 = member.sides.iter().map(|side| side.after.n).sum();
        let before: i64 = member.sides.iter().map(|side| self.given_before(side.counts)).sum();
        let (_, compared) = member.answers(None);
        after >= enough && before as f64 >= enough && compared < enough
    }

    /// Number of responses before the release that are its baseline, or would be if they named their release.
    fn given_before(&self, counts: &StratumCounts) -> i64 {
        let given = |release| {
            let Sums([responses, ..]) = counts.sums(release, self.from, self.before);
            responses
        };
        let Sums([unlabelled, ..]) = counts.unlabelled(self.from, self.before);
        match &self.against {
            Compare::With(releases) => {
                unlabelled + releases.iter().map(|release| given(Some(*release))).sum::<i64>()
            }
            Compare::WithAnyOther => given(None) - given(Some(self.release)),
        }
    }

    fn sides(&self, counts: &'a StratumCounts) -> Sides<'a> {
        let (from, until) = (self.from, self.before);
        let stratum = &self.prepared.strata[counts.stratum];
        let before = match &self.against {
            Compare::With(releases) => {
                let each = releases.iter().map(|release| counts.sums(Some(*release), from, until));
                each.fold(Sums::default(), Sums::plus)
            }
            Compare::WithAnyOther => {
                let own = counts.sums(Some(self.release), from, until);
                counts.sums(None, from, until).minus(own).minus(counts.unlabelled(from, until))
            }
        };
        // Customers who name their release rate differently from others.
        let before = if self.labels_changed { Sums::default() } else { before };
        let after = counts.sums(Some(self.release), self.first_day, self.until);
        Sides {
            stratum,
            counts,
            ratio: self.hyper.stratum(stratum).1,
            before: stratum.ruler.moments(before),
            after: stratum.ruler.moments(after),
            released: counts.of_release(Some(self.release)),
        }
    }

    /// The evidence of a drop at the end of each day since the release.
    fn path(&self, comparison: &Comparison) -> Vec<f64> {
        let days = (self.until - self.first_day) as usize;
        let mut feedback = vec![[0.0; 3]; days];
        for side in &comparison.sides {
            let predicted = Prediction::of(&side.before, side.ratio, self.hyper.phi, Direction::Worse);
            let (Some(prediction), Some(released)) = (predicted, side.released) else { continue };
            let mut sums = Sums::<i64>::default();
            let mut known = 0;
            let mut log_ratios = [0.0; 3];
            let add = |days: &mut [[f64; 3]], log_ratios: &[f64; 3]| {
                for total in days {
                    total.iter_mut().zip(log_ratios).for_each(|(total, ratio)| *total += ratio);
                }
            };
            // The evidence does not change on days without responses.
            for (day, counts) in released.daily(self.first_day, self.until) {
                let index = (day - self.first_day) as usize;
                add(&mut feedback[known..index], &log_ratios);
                sums = sums.plus(Sums(counts));
                log_ratios = prediction.log_ratios(&side.stratum.ruler.moments(sums));
                known = index;
            }
            add(&mut feedback[known..], &log_ratios);
        }
        let day = |(day, log_ratios): (Day, &[f64; 3])| {
            let feedback = comparison.has_answers.then(|| log_mean_exp(log_ratios));
            match [feedback, comparison.log_e_incidents(self, day + 1, Direction::Worse, 1.0)] {
                [Some(feedback), Some(rate)] => combine(&[feedback, rate]),
                [one, other] => one.or(other).unwrap_or(0.0),
            }
        };
        (self.first_day..).zip(&feedback).map(day).collect()
    }

    /// All figures of a feature; the verdict is added later.
    pub(super) fn score(&self, comparison: &Comparison) -> RegressionScore {
        let Comparison { sides, incidents, has_answers, .. } = comparison;
        let answers = |direction| has_answers.then(|| self.log_e_feedback(sides, direction));
        let rate = |direction| comparison.log_e_incidents(self, self.until, direction, 1.0);
        let worse = [answers(Direction::Worse), rate(Direction::Worse)];
        let better = [answers(Direction::Better), rate(Direction::Better)];
        let present = |channels: [Option<f64>; 2]| channels.into_iter().flatten().collect::<Vec<_>>();
        let all = log_sum_exp(&present(worse));
        let evidence = |channel: usize| {
            let (log_e, log_e_improved) = (worse[channel]?, better[channel]?);
            Some(Evidence { log_e, log_e_improved, share: (log_e - all).exp() })
        };

        let change = self.change(comparison);
        let precision = change.map_or(0.0, |(_, variance)| 1.0 / variance);
        let answered: f64 = sides.iter().map(|s| s.after.n).sum();
        let (_, covered) = comparison.answers(None);
        let log_e = combine(&present(worse));
        RegressionScore {
            feature: comparison.feature,
            verdict: Verdict::NoBaseline,
            baseline: super::Baseline::AnyOther,
            reason: None,
            missing: None,
            control: None,
            controlled: None,
            since: None,
            recovery: None,
            previous: None,
            score: regression_score(log_e),
            p: always_valid_p(&comparison.path),
            log_e,
            log_e_improved: combine(&present(better)),
            feedback: evidence(0),
            incidents: evidence(1),
            change: change.and_then(|(estimate, variance)| Change::of(estimate, variance)),
            strata: sides.iter().filter_map(|s| s.change(self.hyper.phi, precision)).collect(),
            rate_ratio: incidents.ratio(self).filter(|_| comparison.has_incidents),
            rate_basis: incidents.basis,
            coverage: (answered > 0.0).then(|| covered / answered),
            unlabelled: self.unlabelled(comparison),
            baseline_responses: sides.iter().map(|s| s.before.n).sum::<f64>() as i64,
            responses: answered as i64,
            baseline_incidents: incidents.opened_before,
            incidents_opened: incidents.opened_until(self.until),
            baseline_days: incidents.baseline_days.max(0) as u32,
            first_flagged_day: None,
            path: comparison.path.clone(),
        }
    }

    /// The change of the mean over the strata, with its variance.
    pub(super) fn change(&self, comparison: &Comparison) -> Option<(f64, f64)> {
        let changes: Vec<_> = comparison.sides.iter().map(|s| (s.before, s.after, s.ratio)).collect();
        feedback_change(&changes, self.hyper.phi)
    }

    /// Evidence of a change over the whole watch, from both channels.
    pub(super) fn log_e(&self, comparison: &Comparison, direction: Direction) -> f64 {
        let answers = comparison.has_answers.then(|| self.log_e_feedback(&comparison.sides, direction));
        let rate = comparison.log_e_incidents(self, self.until, direction, 1.0);
        combine(&[answers, rate].into_iter().flatten().collect::<Vec<_>>())
    }

    fn log_e_feedback(&self, sides: &[Sides], direction: Direction) -> f64 {
        let predicted = sides.iter().filter_map(|s| {
            let prediction = Prediction::of(&s.before, s.ratio, self.hyper.phi, direction)?;
            Some(prediction.log_ratios(&s.after))
        });
        log_e_feedback(predicted)
    }

    fn unlabelled(&self, comparison: &Comparison) -> Option<f64> {
        let share = comparison.sides.iter().fold((0, 0), |(without, all), side| {
            let Sums([unlabelled, ..]) = side.counts.unlabelled(self.from, self.until);
            let Sums([answers, ..]) = side.counts.sums(None, self.from, self.until);
            (without + unlabelled, all + answers)
        });
        (share.1 > 0).then(|| share.0 as f64 / share.1 as f64)
    }
}

pub(super) fn is_baseline(against: &Compare, judged: u32, release: Option<u32>) -> bool {
    match (against, release) {
        (Compare::With(releases), Some(release)) => releases.contains(&release),
        (Compare::WithAnyOther, Some(release)) => release != judged,
        (_, None) => false,
    }
}
