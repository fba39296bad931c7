//! From evidence to verdicts: the family is all features of the release that have a baseline.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use super::comparison::Comparison;
use super::control::Controls;
use super::family::{Called, Family, MIN_INCIDENTS, founded};
use super::since::{Beside, Second, began_before, began_with_previous, lasting, rise};
use super::watch::Watch;
use super::{BASELINE_DAYS, Baseline, Control, Reason, RegressionScore, ReleaseReport, Since, Verdict};
use crate::error::Result;
use crate::evidence::{Direction, FALSE_DISCOVERIES, e_bh, is_watched};
use crate::facts::Day;

/// False discovery rate of the additional comparisons: with the previous release alone, and since an earlier decline.
pub(super) const FALSE_AGAINST_PREVIOUS: f64 = 0.01;
/// Minimum number of responses to an earlier release for its "no evidence" to say how a feature was, in those that a verdict needs.
const MIN_TELLING: u32 = 3;
/// Minimum share of a decline that is restored, for `recovered`.
const MIN_RECOVERY: f64 = 1.0 / 3.0;

/// The verdicts of one family from its current log e-values of a drop and of an improvement alone.
pub fn verdicts(worse: &[f64], better: &[f64]) -> Vec<Verdict> {
    let (regressed, improved) = (e_bh(worse, FALSE_DISCOVERIES), e_bh(better, FALSE_DISCOVERIES));
    let verdict = |i: usize| {
        if regressed.binary_search(&i).is_ok() {
            Verdict::Regressed
        } else if is_watched(worse[i]) {
            Verdict::Watch
        } else if improved.binary_search(&i).is_ok() {
            Verdict::Improved
        } else {
            Verdict::NoEvidence
        }
    };
    (0..worse.len()).map(verdict).collect()
}

/// The verdicts on every feature as of the end of the watch, and the first day on which each was `regressed`.
pub(super) fn judge(
    family: &Family,
    alone: Option<&Family>,
    baseline: Baseline,
    earlier: &[ReleaseReport],
) -> Result<Vec<RegressionScore>> {
    let watch = &family.watch;
    let mut scores: Vec<_> = family.members.iter().map(|member| watch.score(member)).collect();
    let controls = Controls::of(watch, &family.members, watch.until);
    let findings = Findings::of(family, alone, earlier);
    for (place, (score, member)) in scores.iter_mut().zip(&family.members).enumerate() {
        score.baseline = baseline;
        score.controlled = controls.show(watch, member);
        score.previous = alone.and_then(|alone| alone.against_previous(member.feature));
        let missing = family.missing(member, watch.until);
        score.missing = (member.has_baseline() && missing != (0, 0)).then_some(missing);
        let said = findings.said(place, score)?;
        score.baseline = said.baseline.unwrap_or(baseline);
        (score.verdict, score.reason, score.control) = (said.verdict, said.reason, said.control);
        (score.since, score.recovery) = (said.since, said.recovery);
        if score.reason == Some(Reason::NotComparable) {
            score.missing = None;
        }
    }
    flag(family, alone, &mut scores)?;
    excuse(watch, &mut scores)?;
    Ok(scores)
}

/// The significant changes in all comparisons of a release, as of the end of its watch.
struct Findings<'f> {
    family: &'f Family<'f>,
    alone: Option<&'f Family<'f>>,
    /// The reports on the releases before, the nearest first.
    earlier: &'f [ReleaseReport],
    worse: Vec<(usize, Called)>,
    better: Vec<(usize, Called)>,
    /// In the comparison with the previous release alone, by the indexes of that family.
    worse_alone: Vec<(usize, Called)>,
    better_alone: Vec<(usize, Called)>,
}

/// The verdict on one feature.
#[derive(Default)]
struct Said {
    verdict: Verdict,
    reason: Option<Reason>,
    control: Option<Control>,
    /// Its baseline, if not that of the release.
    baseline: Option<Baseline>,
    since: Option<Since>,
    recovery: Option<f64>,
}

impl Said {
    fn of(verdict: Verdict, reason: impl Into<Option<Reason>>, control: impl Into<Option<Control>>) -> Self {
        Self { verdict, reason: reason.into(), control: control.into(), ..Self::default() }
    }
}

impl<'f> Findings<'f> {
    fn of(family: &'f Family<'f>, alone: Option<&'f Family<'f>>, earlier: &'f [ReleaseReport]) -> Self {
        let until = family.watch.until;
        let all = |_| true;
        let Standing { worse, worse_alone } = Standing::of(family, alone, until, all);
        let better = |family: &Family| family.called(until, Direction::Better, FALSE_DISCOVERIES, all);
        let better_alone = alone.map(better).unwrap_or_default();
        Self { family, alone, earlier, worse, better: better(family), worse_alone, better_alone }
    }

    fn said(&self, place: usize, score: &RegressionScore) -> Result<Said> {
        let watch = &self.family.watch;
        let member = &self.family.members[place];
        let mut said = if !member.has_baseline() {
            Said::of(Verdict::NoBaseline, None, None)
        } else if let Some(said) = self.against_previous(place)? {
            said
        } else if let Some(said) = self.worse(place, score)? {
            said
        } else if let Some(recovery) = self.restored(place) {
            let control = match find(&self.better, place) {
                Some(Called::Holds(control)) => control,
                _ => Control::None,
            };
            Said { recovery: Some(recovery), ..Said::of(Verdict::Recovered, None, control) }
        } else {
            self.better(place)
        };
        let few_answers = said.reason == Some(Reason::FewAnswers) || !member.has_baseline();
        if few_answers && watch.is_other_kind(member) {
            said.reason = Some(Reason::NotComparable);
        }
        let opened = member.incidents.opened_until(watch.until) as f64;
        if said.verdict != Verdict::Watch
            && member.has_baseline()
            && !member.has_incidents
            && opened >= MIN_INCIDENTS
        {
            // Nobody knows what incidents were usual, so nothing says that these are not the release's.
            said.reason.get_or_insert(Reason::NewIncidents);
            if said.verdict == Verdict::NoEvidence {
                said.verdict = Verdict::CannotTell;
            }
        }
        Ok(said)
    }

    /// The verdict from the comparison with the previous release alone: worse, or recovered.
    fn against_previous(&self, place: usize) -> Result<Option<Said>> {
        let feature = self.family.members[place].feature;
        let Some((alone, alone_place)) =
            self.alone.and_then(|alone| Some((alone, alone.of_feature(feature)?.0)))
        else {
            return Ok(None);
        };
        if let Some(Called::Holds(control)) = find(&self.worse_alone, alone_place) {
            let began = began_with_previous(&alone.watch, feature, alone.watch.until)?;
            if let Some(since) = lasting(self.family, feature, began)? {
                return Ok(Some(self.since(feature, since, Said::of(Verdict::Regressed, None, control))));
            }
            return Ok(Some(match find(&self.worse, place) {
                Some(Called::Holds(control)) => Said::of(Verdict::Regressed, None, control),
                _ => {
                    Said { baseline: Some(Baseline::Previous), ..Said::of(Verdict::Regressed, None, control) }
                }
            }));
        }
        // A restored level is a recovery even if the feature often changes as much; only the cause is not tested.
        let control = match find(&self.better_alone, alone_place) {
            Some(Called::Holds(control)) => control,
            Some(Called::Wanders) => Control::None,
            _ => return Ok(None),
        };
        let rise = rise(&alone.watch, &alone.members[alone_place]);
        let recovery = self
            .earlier
            .first()
            .zip(rise)
            .and_then(|(earlier, rise)| recovered(&self.family.watch, (earlier, feature), rise));
        let said = Said::of(Verdict::Recovered, None, control);
        Ok(recovery.map(|share| Said { baseline: Some(Baseline::Previous), recovery: Some(share), ..said }))
    }

    /// The share of an earlier decline that this release restored, if the previous release alone has too few responses to show it: the
    /// level is compared with all responses since the decline.
    fn restored(&self, place: usize) -> Option<f64> {
        let (family, feature) = (self.family, self.family.members[place].feature);
        let of_feature = |report: &'f ReleaseReport| {
            let score = report.features.iter().find(|score| score.feature == feature)?;
            Some((report, score))
        };
        // The nearest release that says something about the feature: those between have too few responses.
        let is_telling = |report: &ReleaseReport, score| is_telling(score, report.min_answers);
        let (report, fallen) =
            self.earlier.iter().filter_map(of_feature).find(|(report, score)| is_telling(report, score))?;
        let began = has_fallen(fallen).then(|| began(report, fallen))?;
        let rise = Second::of(family, None, feature, began).rise(family.watch.until)?;
        recovered(&family.watch, (report, feature), rise)
    }

    /// The verdict on a decline that began before the release. There may be a second one: it is judged by the responses since the first
    /// day of the first.
    fn since(&self, feature: u32, since: Since, said: Said) -> Said {
        let decline = Second::of(self.family, self.alone, feature, since.day);
        let until = self.family.watch.until;
        let (verdict, reason) = if said.verdict == Verdict::Regressed && decline.holds(until) {
            (Verdict::Regressed, None)
        } else if decline.may_be(until) {
            (Verdict::Watch, Some(Reason::FellBefore))
        } else {
            (Verdict::Since, None)
        };
        Said { verdict, reason, since: Some(since), ..said }
    }

    /// The verdict on a decline, if there is evidence of one.
    fn worse(&self, place: usize, score: &RegressionScore) -> Result<Option<Said>> {
        let Family { watch, members, .. } = self.family;
        let feature = members[place].feature;
        let alike = || self.alone.is_some_and(|alone| alone.is_alike(feature, watch.until, Direction::Worse));
        let by_incidents = |place: usize| founded(watch, &members[place], watch.until, Direction::Worse);
        let said = match find(&self.worse, place) {
            Some(Called::Holds(control)) => Said::of(Verdict::Regressed, None, control),
            Some(Called::Alike) => Said::of(Verdict::Watch, Reason::LikePrevious, None),
            Some(Called::Wanders) if alike() => Said::of(Verdict::Watch, Reason::LikePrevious, None),
            Some(Called::Wanders) => Said::of(Verdict::Watch, Reason::Wanders, Control::None),
            Some(Called::Shared) => {
                return Ok(Some(Said::of(Verdict::Watch, Reason::SharedShift, Control::Shared)));
            }
            Some(Called::AlsoBefore) => Said::of(Verdict::Watch, Reason::SharedShift, Control::Shared),
            Some(Called::FewAnswers) => return Ok(Some(Said::of(Verdict::Watch, Reason::FewAnswers, None))),
            None if !is_watched(score.log_e) => return Ok(None),
            // Of what is known by its incidents alone, no responses are missing.
            None if score.missing.is_some() && !is_watched(by_incidents(place)) => {
                return Ok(Some(Said::of(Verdict::Watch, Reason::FewAnswers, None)));
            }
            None if alike() => Said::of(Verdict::Watch, Reason::LikePrevious, None),
            None => Said::of(Verdict::Watch, Reason::Unproven, None),
        };
        let began = began_before(watch, feature, watch.until)?;
        Ok(Some(match lasting(self.family, feature, began)? {
            Some(since) => self.since(feature, since, said),
            None => said,
        }))
    }

    /// The verdict on an improvement, or on no change. The rules are those for declines: the improvement must exceed the common
    /// shift, and be that of this release and not of an earlier one.
    fn better(&self, place: usize) -> Said {
        let Family { watch, members, .. } = self.family;
        let feature = members[place].feature;
        let alike =
            || self.alone.is_some_and(|alone| alone.is_alike(feature, watch.until, Direction::Better));
        match find(&self.better, place) {
            Some(Called::Holds(_) | Called::Alike | Called::Wanders) if alike() => {
                Said::of(Verdict::NoEvidence, Reason::LikePrevious, None)
            }
            Some(Called::Holds(control)) => Said::of(Verdict::Improved, None, control),
            Some(Called::Shared | Called::AlsoBefore) => {
                Said::of(Verdict::NoEvidence, Reason::SharedShift, Control::Shared)
            }
            Some(Called::Wanders | Called::Alike) => {
                Said::of(Verdict::NoEvidence, Reason::Wanders, Control::None)
            }
            Some(Called::FewAnswers) => Said::of(Verdict::CannotTell, Reason::FewAnswers, None),
            None if can_tell(self.family, &members[place]) => Said::of(Verdict::NoEvidence, None, None),
            None => Said::of(Verdict::CannotTell, Reason::FewAnswers, None),
        }
    }
}

/// The significant declines as of the end of a day, relative to the baseline and to the previous release alone.
struct Standing {
    worse: Vec<(usize, Called)>,
    worse_alone: Vec<(usize, Called)>,
}

impl Standing {
    fn of(family: &Family, alone: Option<&Family>, until: Day, wanted: impl Fn(u32) -> bool) -> Self {
        let mut worse = family.called(until, Direction::Worse, FALSE_DISCOVERIES, &wanted);
        let Some(alone) = alone else { return Self { worse, worse_alone: Vec::new() } };
        for (place, called) in worse.iter_mut().filter(|(_, called)| matches!(called, Called::Holds(_))) {
            if alone.is_alike(family.members[*place].feature, until, Direction::Worse) {
                *called = Called::Alike;
            }
        }
        Self { worse, worse_alone: alone.called(until, Direction::Worse, FALSE_AGAINST_PREVIOUS, wanted) }
    }
}

/// Names no earlier release with a decline that came to everything else on the same days.
fn excuse(watch: &Watch, scores: &mut [RegressionScore]) -> Result<()> {
    let mut beside = HashMap::new();
    for score in scores {
        let Some(since) = &mut score.since else { continue };
        let Some(release) = since.release else { continue };
        let beside = match beside.entry(release) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => unknown.insert(Beside::of(watch, release)?),
        };
        if beside.explains(score.feature) {
            (since.release, since.probability) = (None, None);
        }
    }
    Ok(())
}

/// Finds the first day on which each verdict was `regressed`.
fn flag(family: &Family, alone: Option<&Family>, scores: &mut [RegressionScore]) -> Result<()> {
    let (watch, whole_alone) = (&family.watch, alone);
    // The controls of a day are the most expensive part, so they are only computed for features not yet flagged.
    let mut flagged = HashSet::new();
    for day in watch.first_day..watch.until {
        let standing = Standing::of(family, alone, day + 1, |feature| !flagged.contains(&feature));
        if standing.worse.is_empty() && standing.worse_alone.is_empty() {
            continue;
        }
        for (place, score) in scores.iter_mut().enumerate().filter(|(_, s)| s.first_flagged_day.is_none()) {
            let holds = |called: Option<Called>| matches!(called, Some(Called::Holds(_)));
            let alone_place = alone.and_then(|alone| alone.of_feature(score.feature)).map(|(place, _)| place);
            let alone =
                alone.filter(|_| alone_place.is_some_and(|place| holds(find(&standing.worse_alone, place))));
            let began = if let Some(alone) = alone {
                began_with_previous(&alone.watch, score.feature, day + 1)?
            } else if holds(find(&standing.worse, place)) {
                began_before(watch, score.feature, day + 1)?
            } else {
                continue;
            };
            let falls_again =
                |since: Since| Second::of(family, whole_alone, score.feature, since.day).holds(day + 1);
            if lasting(family, score.feature, began)?.is_none_or(falls_again) {
                score.first_flagged_day = Some(day);
                flagged.insert(score.feature);
            }
        }
    }
    Ok(())
}

fn find(called: &[(usize, Called)], place: usize) -> Option<Called> {
    called.iter().find(|(called, _)| *called == place).map(|(_, called)| *called)
}

/// Whether "no evidence" is informative: there are enough responses, or enough incidents were expected. The number of
/// actual incidents is not a criterion, because more of them are not in favor of the release.
fn can_tell(family: &Family, member: &Comparison) -> bool {
    let until = family.watch.until;
    family.missing(member, until) == (0, 0) || member.expected_incidents(until) >= MIN_INCIDENTS
}

/// Whether the verdict on an earlier release says something about the state of a feature then. "No evidence" of few responses does not.
pub(super) fn is_telling(score: &RegressionScore, min_answers: u32) -> bool {
    match score.verdict {
        Verdict::CannotTell | Verdict::NoBaseline => has_fallen(score),
        // Without any response it is what the incidents say.
        Verdict::NoEvidence => {
            has_fallen(score)
                || score.responses == 0
                || score.responses >= i64::from(MIN_TELLING * min_answers)
        }
        _ => true,
    }
}

/// Whether an earlier release was found to have made a feature worse, or to have taken over such a state.
fn has_fallen(score: &RegressionScore) -> bool {
    score.first_flagged_day.is_some()
        || score.reason == Some(Reason::FellBefore)
        || matches!(score.verdict, Verdict::Regressed | Verdict::Since)
}

/// The first day of the decline of an earlier release, be it its own or one that began before it.
fn began(earlier: &ReleaseReport, fallen: &RegressionScore) -> Day {
    fallen.since.map_or(earlier.first_day, |since| since.day)
}

/// The share of an earlier release's decline that a rise since restored; none if there was no decline, or if hardly any of it
/// is restored. The decline is measured from the 90 days before it began.
fn recovered(watch: &Watch, (earlier, feature): (&ReleaseReport, u32), risen: f64) -> Option<f64> {
    let fallen = earlier.features.iter().find(|score| score.feature == feature)?;
    // Only a significant decline can be recovered from.
    let began = has_fallen(fallen).then(|| began(earlier, fallen))?;
    let before_it = watch.since(began - BASELINE_DAYS..began);
    let still = rise(&before_it, &before_it.compare(feature))?;
    let fall = risen - still;
    let recovery = risen / fall;
    // It may have become better than before.
    (fall > 0.0 && recovery >= MIN_RECOVERY).then_some(recovery.min(1.0))
}
