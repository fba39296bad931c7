//! Did a release make the experience of a feature worse?

mod comparison;
mod control;
mod family;
mod incidents;
mod report;
mod since;
mod verdict;
mod watch;

use crate::error::Result;
use crate::facts::{Day, Release};
use crate::prepared::Prepared;
use crate::prior::Hyperparameters;

use family::Family;
pub use report::{
    AgainstPrevious, Baseline, Change, Control, ControlShift, Controlled, Evidence, RateBasis, RateRatio,
    Reason, RegressionScore, ReleaseReport, Since, StratumChange, Verdict,
};
pub use verdict::verdicts;
use verdict::{is_telling, judge};
use watch::{Compare, Watch};

/// Length of a release's baseline, and of its watch, in days.
pub(crate) const BASELINE_DAYS: Day = 90;
const WATCH_DAYS: Day = 90;
/// Maximum number of releases before one that are looked at for a decline that it may have ended.
const MAX_EARLIER: usize = 5;

/// The verdicts on a release as of the end of a day; none while it has not reached customers. `hyper` are
/// those of the day before its [first day](Prepared::release_first_day_as_of), throughout its watch.
///
/// `earlier` are the reports on the releases before it as of the day before it began, the nearest first ([`regression_after`]); without
/// them no recovery is found.
pub fn regression(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    release: u32,
    as_of: Day,
    earlier: &[ReleaseReport],
) -> Result<Option<ReleaseReport>> {
    let then = prepared.as_of(release, as_of);
    let prepared = then.as_ref().unwrap_or(prepared);
    let facts = prepared.release(release)?;
    let Some(watch) = watch_of((prepared, hyper), release, as_of)? else { return Ok(None) };
    let Watch { from, first_day, until, .. } = watch;
    let (baseline, against) = (baseline_of(facts), watch.against.clone());
    let family = Family::of(watch);
    let previous = prepared.previous(release).filter(|p| *p != release);
    let alone = previous.map(|previous| {
        // The last time it was released before this one; a declared ancestor may have been released later.
        let previous_began = prepared.releases[previous as usize].starts().filter(|day| *day <= first_day);
        let since = from.max(previous_began.max().unwrap_or(from));
        let (known, whose) = ((prepared, hyper), Compare::With(vec![previous]));
        Family::of(Watch::of(known, release, whose, since..first_day, first_day..until).along(against))
    });
    Ok(Some(ReleaseReport {
        release,
        first_day,
        through: until - 1,
        withdrawn: withdrawn_by(facts, first_day, as_of),
        baseline,
        previous,
        min_answers: prepared.min_answers,
        features: judge(&family, alone.as_ref(), baseline, earlier)?,
        phi: hyper.phi,
        phi_incidents: hyper.phi_incidents,
        method: crate::METHOD,
    }))
}

/// The verdicts on a release with what was said, by the day before it began, of the releases before it: of the previous one, and of
/// those before that one where it has too few responses. `judge` gives the report on a release as of a day, by [`regression`].
pub fn regression_after<E>(
    prepared: &Prepared,
    (release, as_of): (u32, Day),
    mut judge: impl FnMut(u32, Day, &[ReleaseReport]) -> std::result::Result<Option<ReleaseReport>, E>,
) -> std::result::Result<Option<ReleaseReport>, E> {
    let Some(first_day) = prepared.release_first_day_as_of(release, as_of) else { return Ok(None) };
    let eve = first_day - 1;
    let mut before = prepared.previous_as_of(release, as_of).filter(|before| *before != release);
    let mut earlier = Vec::new();
    loop {
        if let Some(before) = before {
            earlier.extend(judge(before, eve, &[])?);
        }
        let report = judge(release, as_of, &earlier)?;
        before = before.and_then(|before| prepared.previous_as_of(before, eve));
        let asks = report.as_ref().is_some_and(|report| report.asks_for_earlier(&earlier));
        if !asks || before.is_none() || earlier.len() >= MAX_EARLIER {
            return Ok(report);
        }
    }
}

/// The watch of a release as of the end of a day, relative to its whole baseline; none while it has not reached customers.
fn watch_of<'a>(
    (prepared, hyper): (&'a Prepared, &'a Hyperparameters),
    release: u32,
    as_of: Day,
) -> Result<Option<Watch<'a>>> {
    let facts = prepared.release(release)?;
    let Some(first_day) = facts.first_day.filter(|first| *first <= as_of) else { return Ok(None) };
    // A withdrawn release is judged by the days before: afterwards its exposure would continue and its incidents would not.
    let last =
        as_of.min(first_day + WATCH_DAYS - 1).min(withdrawn_by(facts, first_day, as_of).unwrap_or(as_of));
    let against = match declared(facts) {
        Some(ancestors) => Compare::With(ancestors.to_vec()),
        None => Compare::WithAnyOther,
    };
    let baseline = first_day - BASELINE_DAYS..first_day;
    Ok(Some(Watch::of((prepared, hyper), release, against, baseline, first_day..last + 1)))
}

fn declared(facts: &Release) -> Option<&[u32]> {
    facts.ancestors.as_deref().filter(|ancestors| !ancestors.is_empty())
}

fn baseline_of(facts: &Release) -> Baseline {
    if declared(facts).is_some() { Baseline::Ancestors } else { Baseline::AnyOther }
}

/// The day on which a release was withdrawn, if not after a day.
fn withdrawn_by(facts: &Release, first_day: Day, as_of: Day) -> Option<Day> {
    facts.withdrawn.filter(|day| (first_day..=as_of).contains(day))
}

impl ReleaseReport {
    /// Whether a feature may have recovered from what a release before those of `earlier` did: this one can be judged and has no
    /// decline, and the last of them has too few responses to tell.
    fn asks_for_earlier(&self, earlier: &[ReleaseReport]) -> bool {
        let Some(last) = earlier.last() else { return false };
        let asks = |score: &RegressionScore| {
            let then = last.features.iter().find(|then| then.feature == score.feature);
            matches!(score.verdict, Verdict::Improved | Verdict::NoEvidence)
                && !then.is_some_and(|then| is_telling(then, last.min_answers))
        };
        self.features.iter().any(asks)
    }
}
