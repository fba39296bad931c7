//! From evidence to verdicts: the family is all features of the release that have a baseline.

use std::collections::HashSet;

use super::control::Controls;
use super::family::{Called, Family, MIN_INCIDENTS};
use super::watch::{Comparison, Watch};
use super::{
    AgainstPrevious, BASELINE_DAYS, Baseline, Control, Reason, RegressionScore, ReleaseReport, Since, Verdict,
};
use crate::change_point::change_point_of_release;
use crate::error::Result;
use crate::evidence::{Direction, FALSE_DISCOVERIES, e_bh, is_watched};
use crate::facts::Day;

/// Share of wrong verdicts accepted in the comparison with the previous release alone, which comes on top.
const FALSE_AGAINST_PREVIOUS: f64 = 0.01;
/// Probability that a fall began before a release from which it is not laid at its door: four to one.
const BEGAN_BEFORE: f64 = 0.8;
/// Share of a fall that must be made good to call it recovered.
const RECOVERED: f64 = 1.0 / 3.0;

/// The verdicts of one family from its log e-values for a drop and for an improvement, as they stand now, were they
/// all there is to know.
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

/// Gives the verdicts on every feature, as of the end of the watch and, for the first day that one was flagged, of
/// every day before.
pub(super) fn judge(
    family: &Family,
    alone: Option<&Family>,
    baseline: Baseline,
    earlier: Option<&ReleaseReport>,
) -> Result<Vec<RegressionScore>> {
    let watch = &family.watch;
    let mut scores: Vec<_> = family.members.iter().map(|member| watch.score(member)).collect();
    let all = |_| true;
    let now = Standing::of(family, alone, watch.until, all);
    let improved = family.called(watch.until, Direction::Better, FALSE_DISCOVERIES, all);
    let mended = alone.map(|alone| alone.called(watch.until, Direction::Better, FALSE_DISCOVERIES, all));
    let controls = Controls::of(watch, &family.members, watch.until);

    for (place, (score, member)) in scores.iter_mut().zip(&family.members).enumerate() {
        score.baseline = baseline;
        score.controlled = controls.show(watch, member);
        let against_previous = alone.and_then(|alone| alone.against_previous(member.feature));
        score.previous = against_previous;
        if !member.has_baseline() {
            continue;
        }
        let missing = family.missing(member, watch.until);
        score.missing = (missing != (0, 0)).then_some(missing);
        let improvement = find(&improved, place);
        (score.verdict, score.reason, score.control) = match find(&now.worse, place) {
            Some(Called::Holds(control)) => (Verdict::Regressed, None, Some(control)),
            Some(Called::Shared) => (Verdict::Watch, Some(Reason::SharedShift), Some(Control::Shared)),
            Some(Called::FewAnswers) => (Verdict::Watch, Some(Reason::FewAnswers), None),
            Some(Called::Alike) => (Verdict::Watch, Some(Reason::LikePrevious), None),
            Some(Called::Wanders) => (Verdict::Watch, Some(Reason::Wanders), Some(Control::None)),
            None if is_watched(score.log_e) => {
                (Verdict::Watch, score.missing.map(|_| Reason::FewAnswers), None)
            }
            None => match improvement {
                Some(Called::Holds(control)) => (Verdict::Improved, None, Some(control)),
                Some(Called::Shared) => (Verdict::Improved, Some(Reason::SharedShift), Some(Control::Shared)),
                Some(Called::Wanders | Called::Alike) => {
                    (Verdict::NoEvidence, Some(Reason::Wanders), Some(Control::None))
                }
                Some(Called::FewAnswers) => (Verdict::CannotTell, Some(Reason::FewAnswers), None),
                None if can_tell(family, member) => (Verdict::NoEvidence, None, None),
                None => (Verdict::CannotTell, Some(Reason::FewAnswers), None),
            },
        };
        if score.verdict != Verdict::Watch && !member.has_incidents && opened(watch, member) >= MIN_INCIDENTS
        {
            // Nobody knows what incidents were usual, so nothing says that these are not the release's.
            score.reason.get_or_insert(Reason::NewIncidents);
            if score.verdict == Verdict::NoEvidence {
                score.verdict = Verdict::CannotTell;
            }
        }
        // Against the release before alone it may have been made worse, or mended.
        let alone_place = alone.and_then(|alone| alone.of_feature(member.feature)).map(|(place, _)| place);
        let worse_alone = alone_place.and_then(|place| find(&now.worse_alone, place));
        let better_alone = alone_place.and_then(|place| find(mended.as_deref().unwrap_or_default(), place));
        if let Some(Called::Holds(control)) = worse_alone {
            if score.verdict != Verdict::Regressed {
                score.baseline = Baseline::Previous;
                (score.verdict, score.reason, score.control) = (Verdict::Regressed, None, Some(control));
            }
        } else if let (Some(Called::Holds(control)), Some(recovery)) =
            (better_alone.map(or_wandering), recovered(watch, earlier, member.feature, against_previous))
        {
            score.baseline = Baseline::Previous;
            (score.verdict, score.reason, score.control) = (Verdict::Recovered, None, Some(control));
            score.recovery = Some(recovery);
        } else if let Some(Called::Holds(_) | Called::Alike | Called::Wanders) = find(&now.worse, place) {
            score.since = began_before(watch, member.feature, watch.until)?;
            // One day on which a fall began does not say that there is no other: where the comparison with the previous
            // release alone speaks for a second fall, it is not laid wholly at the door of the first.
            let again = against_previous.is_some_and(|previous| is_watched(previous.log_e));
            if score.since.is_some() {
                score.verdict = if again { Verdict::Watch } else { Verdict::Since };
                score.reason = again.then_some(Reason::FellBefore);
            }
        }
    }
    flag(family, alone, &mut scores)?;
    Ok(scores)
}

/// A level that comes back has come back, even where the feature often moves as much: only the cause is not tested.
fn or_wandering(called: Called) -> Called {
    if called == Called::Wanders { Called::Holds(Control::None) } else { called }
}

/// What is called as of the end of a day, against all that was before and against the previous release alone.
struct Standing {
    worse: Vec<(usize, Called)>,
    worse_alone: Vec<(usize, Called)>,
}

impl Standing {
    fn of(family: &Family, alone: Option<&Family>, until: Day, wanted: impl Fn(u32) -> bool) -> Self {
        let mut worse = family.called(until, Direction::Worse, FALSE_DISCOVERIES, &wanted);
        let Some(alone) = alone else { return Self { worse, worse_alone: Vec::new() } };
        for (place, called) in worse.iter_mut().filter(|(_, called)| matches!(called, Called::Holds(_))) {
            if alone.is_alike(family.members[*place].feature, until) {
                *called = Called::Alike;
            }
        }
        Self { worse, worse_alone: alone.called(until, Direction::Worse, FALSE_AGAINST_PREVIOUS, wanted) }
    }
}

/// Notes the first day on which each verdict was "regressed".
fn flag(family: &Family, alone: Option<&Family>, scores: &mut [RegressionScore]) -> Result<()> {
    let watch = &family.watch;
    // Asking for the controls of a day costs more than all else: it is done for those only that no day has flagged yet.
    let mut flagged = HashSet::new();
    for day in watch.first_day..watch.until {
        let standing = Standing::of(family, alone, day + 1, |feature| !flagged.contains(&feature));
        if standing.worse.is_empty() && standing.worse_alone.is_empty() {
            continue;
        }
        for (place, score) in scores.iter_mut().enumerate().filter(|(_, s)| s.first_flagged_day.is_none()) {
            let holds = |called: Option<Called>| matches!(called, Some(Called::Holds(_)));
            let alone_place = alone.and_then(|alone| alone.of_feature(score.feature)).map(|(place, _)| place);
            let is_flagged = if alone_place.is_some_and(|place| holds(find(&standing.worse_alone, place))) {
                true
            } else {
                holds(find(&standing.worse, place)) && began_before(watch, score.feature, day + 1)?.is_none()
            };
            if is_flagged {
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

/// Whether "no evidence" would say anything: there are answers enough, or incidents enough were to be expected. How many
/// came says nothing by itself: the more they are, the less they speak for the release.
fn can_tell(family: &Family, member: &Comparison) -> bool {
    let until = family.watch.until;
    family.missing(member, until) == (0, 0) || member.expected_incidents(until) >= MIN_INCIDENTS
}

/// Incidents opened since the release.
fn opened(watch: &Watch, member: &Comparison) -> f64 {
    member.incidents.opened_until(watch.until) as f64
}

/// When a fall began, if that was before the release, in the rows that the verdict rests on.
fn began_before(watch: &Watch, feature: u32, until: Day) -> Result<Option<Since>> {
    let found = change_point_of_release(watch.prepared, watch.hyper, feature, watch.release, until - 1)?;
    let Some(found) = found.filter(|found| found.called && found.day < watch.first_day) else {
        return Ok(None);
    };
    let days = (watch.first_day - found.first_day).max(0) as usize;
    let before: f64 = found.posterior.iter().take(days).sum();
    let began_before = |code: &u32| {
        let mut starts = watch.prepared.releases[*code as usize].starts();
        *code != watch.release && starts.any(|day| day < watch.first_day)
    };
    let mut release = found.suspects.iter().map(|suspect| suspect.release).filter(began_before);
    Ok((before >= BEGAN_BEFORE).then(|| Since { day: found.day, release: release.next() }))
}

/// The share of a fall with the previous release that this one made good; none where there was none, or hardly any
/// of it is back. The fall is from the 90 days before it began to the previous release.
fn recovered(
    watch: &Watch,
    earlier: Option<&ReleaseReport>,
    feature: u32,
    against_previous: Option<AgainstPrevious>,
) -> Option<f64> {
    let earlier = earlier?;
    let fallen = earlier.features.iter().find(|score| score.feature == feature)?;
    // Whether it was to blame or not: a fall is one, as soon as there was evidence of it.
    let had_fallen = fallen.p <= FALSE_DISCOVERIES && fallen.missing.is_none();
    let began = fallen.since.map_or(earlier.first_day, |since| since.day);
    if !had_fallen {
        return None;
    }
    let before_it = watch.since(began - BASELINE_DAYS..began);
    let (still_missing, _) = before_it.change(&before_it.compare(feature))?;
    let rise = against_previous?.change?.estimate / 100.0;
    let fall = rise - still_missing;
    let recovery = rise / fall;
    (fall > 0.0 && recovery >= RECOVERED).then_some(recovery)
}
