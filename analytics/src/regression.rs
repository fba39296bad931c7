//! Did a release make the experience of a feature worse?

mod comparison;
mod control;
mod family;
mod incidents;
mod verdict;
mod watch;

use crate::error::Result;
use crate::evidence::{SD_CHANGE, change_interval};
use crate::facts::{Day, Stratum};
use crate::prepared::Prepared;
use crate::prior::Hyperparameters;

use family::Family;
use verdict::judge;
pub use verdict::verdicts;
use watch::{Compare, Watch};

/// What is said of one feature of a release.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It got worse, by more than what is not touched in the same days; at most one in ten such verdicts is wrong.
    Regressed,
    /// Suspicious, not proven: the score is 30 or more, or it is, but for a [`Reason`].
    Watch,
    /// It is worse than in the 90 days before, but the fall began with an earlier release, and nothing says that this
    /// one made it worse again.
    Since,
    /// A release before made it worse, and this one brought the level back, wholly or in part.
    Recovered,
    /// It got better; at most one in ten such verdicts is wrong.
    Improved,
    /// Nothing speaks for a change. That is not proof that nothing changed.
    NoEvidence,
    /// Too little is known since the release to say anything.
    CannotTell,
    /// Too little is known from before the release to compare with.
    #[default]
    NoBaseline,
}

/// Why a verdict is not more than it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reason {
    /// There is evidence, but it rests on too few answers ([`RegressionScore::missing`]).
    FewAnswers,
    /// A change beyond what the release does not touch, in the same days, is not proven: that changed as well, or too little
    /// is known of it to tell.
    SharedShift,
    /// It is worse, or better, than in the 90 days before, but not than the previous release alone.
    LikePrevious,
    /// There is nothing to compare with, and a fall beyond what the feature moves by itself is not proven.
    Wanders,
    /// It fell with an earlier release already ([`RegressionScore::since`]), and something speaks for a second fall with
    /// this one, but does not prove it.
    FellBefore,
    /// The score is 30 or more, but the evidence is not enough for a verdict among all features of the release.
    Unproven,
    /// There are answers since, but they are on scales or in segments without a baseline, or those before name no release
    /// and those since do (or the other way around): other people, or another question.
    NotComparable,
    /// Incidents were opened since, and none was recorded before: whether they are more than usual cannot be said.
    NewIncidents,
}

/// Whether the cause was tested, by what happened to everything else in the same days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    /// There is nothing to compare with: the cause is not tested.
    None,
    /// The change goes beyond what is not touched in the same days.
    Held,
    /// What is not touched changed as well: beyond that nothing is proven.
    Shared,
}

/// What the answers before the release were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Rows of the release's declared ancestors in the 90 days before.
    Ancestors,
    /// Rows of every other release in the 90 days before, for it declares no ancestors.
    AnyOther,
    /// Rows of the previous release alone.
    Previous,
}

/// What incidents were counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RateBasis {
    /// Customer-days, known both before and after.
    Exposure,
    /// Calendar days.
    Days,
}

/// The verdicts on one release.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseReport {
    /// The release's code.
    pub release: u32,
    /// Its first day.
    pub first_day: Day,
    /// The last day that was looked at: `as_of`, or the 90th day of the release, or the day it was withdrawn.
    pub through: Day,
    /// The day it was taken back, if that was by `as_of`.
    pub withdrawn: Option<Day>,
    /// What the release was compared with in the first place.
    pub baseline: Baseline,
    /// The previous release, with which alone it was compared as well; none where there is none.
    pub previous: Option<u32>,
    /// Answers that a verdict needs on each side.
    pub min_answers: u32,
    /// Every feature of the product, in the order of the codes.
    pub features: Vec<RegressionScore>,
    /// Over-dispersion of answers that was assumed.
    pub phi: f64,
    /// Over-dispersion of incidents that was assumed.
    pub phi_incidents: f64,
    /// The method's version.
    pub method: &'static str,
}

/// How much a release hurt one feature, with the reasons.
#[derive(Clone, Debug, PartialEq)]
pub struct RegressionScore {
    /// The feature's code.
    pub feature: u32,
    /// The verdict, the same whether one feature is asked for or all.
    pub verdict: Verdict,
    /// What it rests on. All figures here are against the report's baseline; those against the previous release
    /// alone stand in [`previous`](Self::previous).
    pub baseline: Baseline,
    /// Why it is not more than it is.
    pub reason: Option<Reason>,
    /// How many answers are missing, before and after, until the evidence may be a verdict.
    pub missing: Option<(u32, u32)>,
    /// Whether the cause was tested; none where there is no evidence for a change.
    pub control: Option<Control>,
    /// What was compared for that.
    pub controlled: Option<Controlled>,
    /// The fall began before this release: when, and with which.
    pub since: Option<Since>,
    /// Share of the fall before that this release made good, with [`Verdict::Recovered`].
    pub recovery: Option<f64>,
    /// The comparison with the previous release alone; none where either side has too few answers.
    pub previous: Option<AgainstPrevious>,
    /// Probability in percent that the release regressed the feature, if one in ten does.
    pub score: f64,
    /// The always-valid p-value: however often it was looked at, it falls to 0.05 in at most one of twenty
    /// releases that changed nothing.
    pub p: f64,
    /// Natural logarithm of the evidence for a drop, both channels together.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// What the answers say; none when fewer than 5 of any stratum are known from before.
    pub feedback: Option<Evidence>,
    /// What the incidents say; none when the feature is known for less than 14 days before, or the product had no
    /// incident by then: where nobody records them, their absence says nothing.
    pub incidents: Option<Evidence>,
    /// The change of the mean answer in points of 100, after minus before; none without both.
    pub change: Option<Change>,
    /// The change in each stratum that has answers on either side.
    pub strata: Vec<StratumChange>,
    /// Incidents after per incidents before, per customer-day or day; none without any on either side, and where they
    /// cannot be compared.
    pub rate_ratio: Option<RateRatio>,
    /// What incidents were counted against.
    pub rate_basis: RateBasis,
    /// Share of the answers after the release that lie in strata with a baseline, 0 to 1; none without answers.
    pub coverage: Option<f64>,
    /// Share of the feature's answers of the days compared that name no release and so stand on neither side, 0 to 1;
    /// none without answers.
    pub unlabelled: Option<f64>,
    /// Answers before the release.
    pub baseline_responses: i64,
    /// Answers after it.
    pub responses: i64,
    /// Incidents before the release.
    pub baseline_incidents: i64,
    /// Incidents after it.
    pub incidents_opened: i64,
    /// Days before the release on which the feature is known, at most 90.
    pub baseline_days: u32,
    /// The first day on which the verdict was [`Verdict::Regressed`]. It stays when the data recover.
    pub first_flagged_day: Option<Day>,
    /// Natural logarithm of the evidence on every day since the release.
    pub path: Vec<f64>,
}

/// What happened to everything else in the same days (METHOD 2).
#[derive(Clone, Debug, PartialEq)]
pub struct Controlled {
    /// Natural logarithm of the evidence for a drop beyond the common shift.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// The shift that the controls share, in points of 100, with twice its standard deviation on either side.
    pub common_shift: Change,
    /// The change of the feature beyond it.
    pub own_change: Option<Change>,
    /// Incidents of the controls after per incidents before, shrunken toward 1: so many times as many are expected of the
    /// feature; none where too few of them have incidents.
    pub common_rate_ratio: Option<f64>,
    /// What it rests on.
    pub controls: Vec<ControlShift>,
}

/// One thing that the release does not touch.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ControlShift {
    /// The feature; none: answers about the judged feature to earlier releases, on the same days.
    pub feature: Option<u32>,
    /// How far it moved, in points of 100.
    pub shift: f64,
    /// Its weight in the common shift; they add to less than 1, the rest stands for no shift.
    pub weight: f64,
    /// Answers after that it rests on.
    pub answers: f64,
}

/// A fall that began before a release.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Since {
    /// The first day of it.
    pub day: Day,
    /// The release that is most likely to have brought it; none: it began before any.
    pub release: Option<u32>,
    /// Probability, 0 to 1, that it was this release.
    pub probability: Option<f64>,
}

/// A release compared with the one before it alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgainstPrevious {
    /// Natural logarithm of the evidence for a drop.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// Probability in percent that the release is worse than the previous one, if one in ten is.
    pub score: f64,
    /// The always-valid p-value.
    pub p: f64,
    /// The change of the mean answer in points of 100.
    pub change: Option<Change>,
    /// Answers to the previous release.
    pub baseline_responses: i64,
    /// Answers to this one.
    pub responses: i64,
}

/// The evidence of one channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evidence {
    /// Natural logarithm of the e-value for a drop.
    pub log_e: f64,
    /// The same for an improvement.
    pub log_e_improved: f64,
    /// Its share of all evidence for a drop; the channels' shares add to 1.
    pub share: f64,
}

/// A change with the interval that holds on all days at once, with 95 % probability.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// Points of 100, after minus before.
    pub estimate: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// The change in one stratum.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StratumChange {
    /// The stratum.
    pub stratum: Stratum,
    /// Answers before.
    pub baseline_responses: i64,
    /// Answers after.
    pub responses: i64,
    /// Mean before, 0 to 100.
    pub baseline_mean: Option<f64>,
    /// Mean after, 0 to 100.
    pub mean: Option<f64>,
    /// The change; none without at least 5 answers before and one after.
    pub change: Option<Change>,
    /// Its weight in the feature's change; the weights add to 1.
    pub weight: f64,
}

/// Incidents after per incidents before, with the interval that holds on all days at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateRatio {
    /// 1 is no change, 2 is twice as many.
    pub estimate: f64,
    /// Lower end.
    pub lower: f64,
    /// Upper end.
    pub upper: f64,
}

/// Days before a release that its baseline reaches back, and days after it that it is watched.
const BASELINE_DAYS: Day = 90;
const WATCH_DAYS: Day = 90;

/// The verdicts on a release as of the end of a day; none while it has not reached customers. `hyper` are
/// those of the day before its [first day](Prepared::release_first_day_as_of), and stay so.
///
/// `earlier` is the report on the [previous](Prepared::previous) release as of the day before this one began. Without
/// it nothing is said of recovery.
pub fn regression(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    release: u32,
    as_of: Day,
    earlier: Option<&ReleaseReport>,
) -> Result<Option<ReleaseReport>> {
    let then = prepared.as_of(release, as_of);
    let prepared = then.as_ref().unwrap_or(prepared);
    let facts = prepared.release(release)?;
    let Some(first_day) = facts.first_day.filter(|first| *first <= as_of) else { return Ok(None) };
    // A release taken back is judged by the time it had: afterwards its exposure goes on, its incidents do not.
    let withdrawn = facts.withdrawn.filter(|day| (first_day..=as_of).contains(day));
    let through = as_of.min(first_day + WATCH_DAYS - 1).min(withdrawn.unwrap_or(as_of));
    let from = first_day - BASELINE_DAYS;
    let declared = facts.ancestors.clone().filter(|ancestors| !ancestors.is_empty());
    let (baseline, against) = match declared {
        Some(ancestors) => (Baseline::Ancestors, Compare::With(ancestors)),
        None => (Baseline::AnyOther, Compare::WithAnyOther),
    };
    let watch = |whose, from: Day| {
        Watch::of((prepared, hyper), release, whose, from..first_day, first_day..through + 1)
    };
    let family = Family::of(watch(against.clone(), from));
    let previous = prepared.previous(release).filter(|p| *p != release);
    let alone = previous.map(|previous| {
        // Its last time that began before this release; one that it is made from may have begun later.
        let previous_began = prepared.releases[previous as usize].starts().filter(|day| *day <= first_day);
        let since = previous_began.max().unwrap_or(from);
        Family::of(watch(Compare::With(vec![previous]), from.max(since)).along(against))
    });
    Ok(Some(ReleaseReport {
        release,
        first_day,
        through,
        withdrawn,
        baseline,
        previous,
        min_answers: prepared.min_answers,
        features: judge(&family, alone.as_ref(), baseline, earlier)?,
        phi: hyper.phi,
        phi_incidents: hyper.phi_incidents,
        method: crate::METHOD,
    }))
}

impl Change {
    fn of(estimate: f64, variance: f64) -> Option<Self> {
        let (lower, upper) = change_interval(estimate, variance, SD_CHANGE)?;
        Some(Self { estimate: 100.0 * estimate, lower: 100.0 * lower, upper: 100.0 * upper })
    }

    /// With its interval cut where the scale ends: no mean can move by more than 100 points.
    pub fn within_scale(self) -> Self {
        let cut = |points: f64| points.clamp(-100.0, 100.0);
        Self { estimate: cut(self.estimate), lower: cut(self.lower), upper: cut(self.upper) }
    }
}

impl RegressionScore {
    /// Whether enough is known from before the release to say anything.
    pub fn has_baseline(&self) -> bool {
        self.feedback.is_some() || self.incidents.is_some()
    }
}
