//! Declines that began before a release, and whether the release brought a second one, or an end of it.

use super::comparison::Comparison;
use super::control::Controls;
use super::family::{Family, founded};
use super::verdict::FALSE_AGAINST_PREVIOUS;
use super::watch::Watch;
use super::{MAX_EARLIER, Since, watch_of};
use crate::change_point::{ChangePoint, Suspect, change_point_after, change_point_of_release};
use crate::error::Result;
use crate::evidence::{Direction, FALSE_DISCOVERIES};
use crate::facts::Day;

/// Minimum probability that a decline began before a release: three to two. A second decline is looked for afterwards, so it may be wrong.
const MIN_PROBABILITY_BEFORE: f64 = 0.6;
/// Minimum share of the responses between a decline and the first day of a release that already name the release, for the
/// decline to be its own: testers, a staged rollout, or another time zone.
const MIN_OWN_SHARE: f64 = 0.1;
/// Evidence neither for a change nor against it.
const NEITHER: f64 = 0.0;
/// Share of the probability of the most probable suspect from which on another one is about as probable.
const AS_PROBABLE: f64 = 0.5;

/// The beginning of a decline, if before the release, in the rows of the verdict.
pub(super) fn began_before(watch: &Watch, feature: u32, until: Day) -> Result<Option<Since>> {
    let found = change_point_of_release(watch.prepared, watch.hyper, feature, watch.release, until - 1)?;
    let fell = |found: &ChangePoint| {
        found.called && found.day < watch.first_day && !may_be_its_own(watch, feature, found.day)
    };
    let Some(found) = found.filter(fell) else { return Ok(None) };
    // The most probable day may lie in the time of another release than the most probable one.
    if probability_before(&found, watch.first_day) < MIN_PROBABILITY_BEFORE {
        return Ok(None);
    }
    let suspect = suspect_before(watch, feature, &found)?;
    Ok(Some(Since {
        day: suspect.map_or(found.day, |suspect| suspect.day),
        release: suspect.map(|suspect| suspect.release),
        probability: suspect.map(|suspect| suspect.probability),
    }))
}

/// The earlier release with which a decline most likely began. Of those about as probable, that with the most evidence of a drop of
/// its own: releases of successive days cannot be told apart by the days alone.
fn suspect_before(watch: &Watch, feature: u32, found: &ChangePoint) -> Result<Option<Suspect>> {
    let began_before = |suspect: &&Suspect| {
        let mut starts = watch.prepared.releases[suspect.release as usize].starts();
        suspect.release != watch.release && starts.any(|day| day < watch.first_day)
    };
    let mut before = found.suspects.iter().filter(began_before);
    let Some(first) = before.next() else { return Ok(None) };
    let alike: Vec<_> =
        before.take_while(|other| other.probability >= AS_PROBABLE * first.probability).collect();
    let mut best = (*first, f64::NEG_INFINITY);
    if alike.is_empty() {
        return Ok(Some(best.0));
    }
    for suspect in [first].into_iter().chain(alike) {
        let Some(own) = watch_of((watch.prepared, watch.hyper), suspect.release, watch.until - 1)? else {
            continue;
        };
        let log_e = own.log_e(&own.compare(feature), Direction::Worse);
        if log_e > best.1 {
            best = (*suspect, log_e);
        }
    }
    Ok(Some(best.0))
}

/// What everything else did on the days of an earlier release.
pub(super) struct Beside<'a>(Option<(Family<'a>, Controls)>);

impl<'a> Beside<'a> {
    pub(super) fn of(watch: &Watch<'a>, release: u32) -> Result<Self> {
        let then = watch_of((watch.prepared, watch.hyper), release, watch.until - 1)?;
        Ok(Self(then.map(|then| {
            let family = Family::of(then);
            let controls = Controls::of(&family.watch, &family.members, family.watch.until);
            (family, controls)
        })))
    }

    /// Whether a feature's decline with that release is no more than that of everything else.
    pub(super) fn explains(&self, feature: u32) -> bool {
        let Some((family, controls)) = &self.0 else { return false };
        let Some((_, member)) = family.of_feature(feature) else { return false };
        let beyond = controls.log_e(&family.watch, member, Direction::Worse);
        let same_days = controls.log_e_of_same_days(&family.watch, member);
        beyond.into_iter().chain(same_days).any(|log_e| log_e <= NEITHER)
    }
}

/// The beginning of a decline relative to the previous release alone, if before the release, in the rows of the two.
pub(super) fn began_with_previous(alone: &Watch, feature: u32, until: Day) -> Result<Option<Since>> {
    let Watch { prepared, hyper, release, from, first_day, .. } = *alone;
    let Some(previous) = prepared.previous(release) else { return Ok(None) };
    let found = change_point_after(prepared, hyper, feature, (previous, from), release, until - 1)?;
    let fell = |found: &ChangePoint| {
        found.called && found.day < first_day && !may_be_its_own(alone, feature, found.day)
    };
    let Some(found) = found.filter(fell) else { return Ok(None) };
    let before = probability_before(&found, first_day);
    Ok((before >= MIN_PROBABILITY_BEFORE).then_some(Since {
        day: found.day,
        release: Some(previous),
        probability: Some(before),
    }))
}

/// A decline, unless a release between its beginning and the judged one restored the level: then what is bad now began again.
pub(super) fn lasting(family: &Family, feature: u32, began: Option<Since>) -> Result<Option<Since>> {
    let Some(decline) = began else { return Ok(None) };
    let Watch { prepared, hyper, release, first_day, .. } = family.watch;
    let needed = (family.tested.len() as f64 / FALSE_DISCOVERIES).ln();
    let mut before = prepared.previous(release);
    for _ in 0..MAX_EARLIER {
        let Some(earlier) = before else { break };
        let then = watch_of((prepared, hyper), earlier, first_day - 1)?;
        let Some(then) = then.filter(|then| then.first_day > decline.day) else { break };
        let since = then.since(decline.day.max(then.from)..then.before);
        let compared = since.compare(feature);
        if compared.has_baseline() && founded(&since, &compared, since.until, Direction::Better) >= needed {
            return Ok(None);
        }
        before = prepared.previous(earlier).filter(|before| *before != earlier);
    }
    Ok(Some(decline))
}

/// Whether enough responses already name the release before its first day for a decline on these days to be its own.
fn may_be_its_own(watch: &Watch, feature: u32, since: Day) -> bool {
    let strata = &watch.prepared.features[feature as usize].answers;
    let responses = |release| -> i64 {
        strata.iter().map(|counts| counts.sums(release, since, watch.first_day).0[0]).sum()
    };
    let own = responses(Some(watch.release));
    own > 0 && own as f64 >= MIN_OWN_SHARE * responses(None) as f64
}

fn probability_before(found: &ChangePoint, day: Day) -> f64 {
    let days = (day - found.first_day).max(0) as usize;
    found.posterior.iter().take(days).sum()
}

/// What happened since an earlier decline: the release compared with the responses and incidents since it began, those of its whole
/// baseline and those of the previous release alone. The latter are closer, but often few: a release after a hotfix has hardly any.
pub(super) struct Second<'a> {
    comparisons: Vec<(Watch<'a>, Comparison<'a>)>,
    /// Number of features that are tested together.
    features: usize,
}

impl<'a> Second<'a> {
    pub(super) fn of(family: &Family<'a>, alone: Option<&Family<'a>>, feature: u32, began: Day) -> Self {
        let against = |family: &Family<'a>| {
            let watch = &family.watch;
            let watch = watch.since(began.max(watch.from)..watch.before);
            let compared = watch.compare(feature);
            compared.has_baseline().then_some((watch, compared))
        };
        let comparisons = [Some(family), alone].into_iter().flatten().filter_map(against).collect();
        Self { comparisons, features: family.tested.len() }
    }

    /// Whether anything speaks for a second decline rather than against it as of the end of a day, or nothing can tell.
    pub(super) fn may_be(&self, until: Day) -> bool {
        let for_it = |(watch, compared): &(Watch, Comparison)| {
            compared.path[(until - 1 - watch.first_day) as usize] > NEITHER
        };
        self.comparisons.is_empty() || self.comparisons.iter().any(for_it)
    }

    /// Whether a second decline is significant as of the end of a day, whatever the other features of the release show.
    pub(super) fn holds(&self, until: Day) -> bool {
        let needed = (self.features as f64 / FALSE_AGAINST_PREVIOUS).ln();
        self.comparisons
            .iter()
            .any(|(watch, compared)| founded(watch, compared, until, Direction::Worse) >= needed)
    }

    /// By how much the feature has become better since ([`rise`]), if that is significant, whatever the other features of the release
    /// show.
    pub(super) fn rise(&self, until: Day) -> Option<f64> {
        let needed = (self.features as f64 / FALSE_DISCOVERIES).ln();
        let (watch, compared) = self.comparisons.first()?;
        let holds = founded(watch, compared, until, Direction::Better) >= needed;
        rise(watch, compared).filter(|_| holds)
    }
}

/// By how much a feature is better than in the baseline: the rise of the mean, or, where only incidents are compared, the fall of the
/// logarithm of their rate.
pub(super) fn rise(watch: &Watch, compared: &Comparison) -> Option<f64> {
    if compared.has_answers {
        return watch.change(compared).map(|(rise, _)| rise);
    }
    let change = compared.incidents.change(watch.until, watch.hyper.phi_incidents);
    change.filter(|_| compared.has_incidents).map(|(log_ratio, _)| -log_ratio)
}
