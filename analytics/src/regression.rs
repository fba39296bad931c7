//! Did a release make the experience of a feature worse?

use crate::error::Result;
use crate::evidence::{
    Direction, FALSE_DISCOVERIES, MIN_BASELINE, Prediction, Rate, SD_CHANGE, SD_LOG_RATE_RATIO,
    always_valid_p, change_interval, combine, e_bh, feedback_change, incident_change, is_watched,
    log_e_feedback, log_e_incidents, log_mean_exp, log_sum_exp, regression_score, stratum_change,
};
use crate::facts::{Day, Stratum};
use crate::prepared::{Exposure, FeatureCounts, IncidentDay, KnownStratum, Prepared, StratumCounts};
use crate::prior::Hyperparameters;
use crate::running::Running;
use crate::utility::{Moments, Sums};

/// What is said of one feature of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It got worse; at most one in ten such verdicts is wrong.
    Regressed,
    /// Suspicious, not proven: the score is 30 or more.
    Watch,
    /// It got better; at most one in ten such verdicts is wrong.
    Improved,
    /// Nothing speaks for a change. That is not proof that nothing changed.
    NoEvidence,
    /// Too little is known from before the release to compare with.
    NoBaseline,
}

/// What the answers before the release were.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Rows of the release's declared ancestors.
    Ancestors,
    /// Rows of every other release, for it declares no ancestors.
    AnyOther,
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
    /// What the release was compared with.
    pub baseline: Baseline,
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
    /// What the incidents say; none when the feature is known for less than 14 days before.
    pub incidents: Option<Evidence>,
    /// The change of the mean answer in points of 100, after minus before; none without both.
    pub change: Option<Change>,
    /// The change in each stratum that has answers on either side.
    pub strata: Vec<StratumChange>,
    /// Incidents after per incidents before, per customer-day or day; none without both.
    pub rate_ratio: Option<RateRatio>,
    /// What incidents were counted against.
    pub rate_basis: RateBasis,
    /// Share of the answers after the release that lie in strata with a baseline, 0 to 1; none without answers.
    pub coverage: Option<f64>,
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
/// Days for which a feature must be known before incidents can be compared.
const MIN_DAYS: Day = 14;

/// The verdicts on a release as of the end of a day; none while it has not reached customers. `hyper` are
/// those of the day before its first day, and stay so.
pub fn regression(
    prepared: &Prepared,
    hyper: &Hyperparameters,
    release: u32,
    as_of: Day,
) -> Result<Option<ReleaseReport>> {
    let facts = prepared.release(release)?;
    let Some(first_day) = facts.first_day.filter(|first| *first <= as_of) else { return Ok(None) };
    // A release taken back is judged by the time it had: afterwards its exposure goes on, its incidents do not.
    let taken_back = facts.withdrawn.filter(|w| *w >= first_day).unwrap_or(as_of);
    let through = as_of.min(first_day + WATCH_DAYS - 1).min(taken_back);
    let ancestors = facts.ancestors.as_deref().unwrap_or_default();
    let watch = Watch { prepared, hyper, release, ancestors, first_day, until: through + 1 };

    let features = prepared.features_of(facts.product);
    let mut features: Vec<_> =
        features.into_iter().map(|f| watch.score(f, &prepared.features[f as usize])).collect();
    judge(&mut features, first_day);
    Ok(Some(ReleaseReport {
        release,
        first_day,
        through,
        baseline: if ancestors.is_empty() { Baseline::AnyOther } else { Baseline::Ancestors },
        features,
        phi: hyper.phi,
        phi_incidents: hyper.phi_incidents,
        method: crate::METHOD,
    }))
}

/// Gives the verdicts: the family is all features of the release that have a baseline, on every day anew.
fn judge(features: &mut [RegressionScore], first_day: Day) {
    let mut family: Vec<_> = features.iter_mut().filter(|f| f.has_baseline()).collect();
    let days = family.first().map_or(0, |f| f.path.len());
    for day in 0..days {
        let evidence: Vec<_> = family.iter().map(|f| f.path[day]).collect();
        for called in e_bh(&evidence, FALSE_DISCOVERIES) {
            family[called].first_flagged_day.get_or_insert(first_day + day as Day);
        }
    }
    let worse: Vec<_> = family.iter().map(|f| f.log_e).collect();
    let better: Vec<_> = family.iter().map(|f| f.log_e_improved).collect();
    for (feature, verdict) in family.iter_mut().zip(verdicts(&worse, &better)) {
        feature.verdict = verdict;
    }
}

/// The verdicts of one family from its log e-values for a drop and for an improvement, as they stand now.
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

/// One release being watched.
struct Watch<'a> {
    prepared: &'a Prepared,
    hyper: &'a Hyperparameters,
    release: u32,
    /// Empty: every other release is the baseline.
    ancestors: &'a [u32],
    first_day: Day,
    until: Day,
}

/// A stratum before and after the release.
struct Sides<'a> {
    stratum: &'a KnownStratum,
    ratio: f64,
    before: Moments,
    after: Moments,
    /// The answers of the release, day by day.
    released: Option<&'a Running<3>>,
}

impl Watch<'_> {
    fn score(&self, code: u32, feature: &FeatureCounts) -> RegressionScore {
        let sides: Vec<_> = feature.answers.iter().map(|counts| self.sides(counts)).collect();
        let incidents = Incidents::of(self, feature);
        let has_answers = sides.iter().any(|s| s.before.n >= MIN_BASELINE);
        let has_incidents = incidents.baseline_days >= MIN_DAYS;

        let path = self.path(&sides, &incidents, has_answers, has_incidents);
        let answers = |direction| has_answers.then(|| self.log_e_feedback(&sides, direction));
        let rate = |direction| {
            let (before, after) = (incidents.before(), incidents.after_until(self.until));
            has_incidents.then(|| log_e_incidents(before, after, self.hyper.phi_incidents, direction))
        };
        let worse = [answers(Direction::Worse), rate(Direction::Worse)];
        let better = [answers(Direction::Better), rate(Direction::Better)];
        let present = |channels: [Option<f64>; 2]| channels.into_iter().flatten().collect::<Vec<_>>();
        let all = log_sum_exp(&present(worse));
        let evidence = |channel: usize| {
            let (log_e, log_e_improved) = (worse[channel]?, better[channel]?);
            Some(Evidence { log_e, log_e_improved, share: (log_e - all).exp() })
        };

        let changes: Vec<_> = sides.iter().map(|s| (s.before, s.after, s.ratio)).collect();
        let change = feedback_change(&changes, self.hyper.phi);
        let precision = change.map_or(0.0, |(_, variance)| 1.0 / variance);
        let answered: f64 = sides.iter().map(|s| s.after.n).sum();
        let comparable = sides.iter().filter(|s| s.before.n >= MIN_BASELINE);
        let covered: f64 = comparable.map(|s| s.after.n).sum();
        let log_e = combine(&present(worse));
        RegressionScore {
            feature: code,
            verdict: Verdict::NoBaseline,
            score: regression_score(log_e),
            p: always_valid_p(&path),
            log_e,
            log_e_improved: combine(&present(better)),
            feedback: evidence(0),
            incidents: evidence(1),
            change: change.and_then(|(estimate, variance)| Change::of(estimate, variance)),
            strata: sides.iter().filter_map(|s| s.change(self.hyper.phi, precision)).collect(),
            rate_ratio: incidents.ratio(self),
            rate_basis: incidents.basis,
            coverage: (answered > 0.0).then(|| covered / answered),
            baseline_responses: sides.iter().map(|s| s.before.n).sum::<f64>() as i64,
            responses: answered as i64,
            baseline_incidents: incidents.opened_before,
            incidents_opened: incidents.opened_until(self.until),
            baseline_days: incidents.baseline_days.max(0) as u32,
            first_flagged_day: None,
            path,
        }
    }

    fn sides<'b>(&'b self, counts: &'b StratumCounts) -> Sides<'b> {
        let (from, until) = (self.first_day - BASELINE_DAYS, self.first_day);
        let stratum = &self.prepared.strata[counts.stratum];
        let before = if self.ancestors.is_empty() {
            let (all, own) = (counts.sums(None, from, until), counts.sums(Some(self.release), from, until));
            all.minus(own)
        } else {
            let each = self.ancestors.iter().map(|a| counts.sums(Some(*a), from, until));
            each.fold(Sums::default(), Sums::plus)
        };
        let after = counts.sums(Some(self.release), self.first_day, self.until);
        Sides {
            stratum,
            ratio: self.hyper.stratum(stratum).1,
            before: stratum.ruler.moments(before),
            after: stratum.ruler.moments(after),
            released: counts.of_release(Some(self.release)),
        }
    }

    fn log_e_feedback(&self, sides: &[Sides], direction: Direction) -> f64 {
        let predicted = sides.iter().filter_map(|s| {
            let prediction = Prediction::of(&s.before, s.ratio, self.hyper.phi, direction)?;
            Some(prediction.log_ratios(&s.after))
        });
        log_e_feedback(predicted)
    }

    /// The evidence for a drop as of each day since the release.
    fn path(&self, sides: &[Sides], incidents: &Incidents, answers: bool, rates: bool) -> Vec<f64> {
        let days = (self.until - self.first_day) as usize;
        let mut feedback = vec![[0.0; 3]; days];
        for side in sides {
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
            // The evidence stands still on days without answers.
            for (day, counts) in released.daily(self.first_day, self.until) {
                let index = (day - self.first_day) as usize;
                add(&mut feedback[known..index], &log_ratios);
                sums = sums.plus(Sums(counts));
                log_ratios = prediction.log_ratios(&side.stratum.ruler.moments(sums));
                known = index;
            }
            add(&mut feedback[known..], &log_ratios);
        }
        let before = incidents.before();
        let day = |(day, log_ratios): (Day, &[f64; 3])| {
            let feedback = answers.then(|| log_mean_exp(log_ratios));
            let rate = rates.then(|| {
                let after = incidents.after_until(day + 1);
                log_e_incidents(before, after, self.hyper.phi_incidents, Direction::Worse)
            });
            let channels = [feedback, rate];
            match channels {
                [Some(feedback), Some(rate)] => combine(&[feedback, rate]),
                [one, other] => one.or(other).unwrap_or(0.0),
            }
        };
        (self.first_day..).zip(&feedback).map(day).collect()
    }
}

/// A feature's incidents around a release.
struct Incidents<'a> {
    exposure: &'a Exposure,
    first_day: Day,
    basis: RateBasis,
    /// Days before the release on which the feature is known; not above 0 for one that came with it.
    baseline_days: Day,
    exposed_before: f64,
    opened_before: i64,
    /// Running sum of those of the release.
    opened: Running<1>,
}

impl<'a> Incidents<'a> {
    fn of(watch: &Watch, feature: &'a FeatureCounts) -> Self {
        let (from, first_day) = (watch.first_day - BASELINE_DAYS, watch.first_day);
        let since = feature.first_day.filter(|d| *d < watch.until).unwrap_or(first_day);
        let baseline_days = first_day - since.max(from);
        let exposure = &feature.exposure;
        let before = exposure.between(from, first_day);
        let exposed = before > 0.0 && exposure.between(first_day, watch.until) > 0.0;
        let is_baseline = |i: &&IncidentDay| match (watch.ancestors, i.release) {
            ([], release) => release != Some(watch.release),
            (ancestors, release) => release.is_some_and(|r| ancestors.contains(&r)),
        };
        let of_change = |i: &&IncidentDay| !i.no_change;
        let earlier = feature.incidents(from, first_day).iter().filter(of_change).filter(is_baseline);
        let own = feature.incidents(first_day, watch.until).iter().filter(of_change);
        let own = own.filter(|i| i.release == Some(watch.release));
        Self {
            exposure,
            first_day,
            basis: if exposed { RateBasis::Exposure } else { RateBasis::Days },
            baseline_days,
            exposed_before: if exposed { before } else { f64::from(baseline_days) },
            opened_before: earlier.map(|i| i.opened).sum(),
            opened: Running::of(own.map(|i| (i.day, [i.opened]))),
        }
    }

    fn before(&self) -> Rate {
        Rate { incidents: self.opened_before as f64, exposure: self.exposed_before }
    }

    fn opened_until(&self, until: Day) -> i64 {
        self.opened.until(until)[0]
    }

    fn after_until(&self, until: Day) -> Rate {
        let exposure = match self.basis {
            RateBasis::Exposure => self.exposure.between(self.first_day, until),
            RateBasis::Days => f64::from(until - self.first_day),
        };
        Rate { incidents: self.opened_until(until) as f64, exposure }
    }

    fn ratio(&self, watch: &Watch) -> Option<RateRatio> {
        let after = self.after_until(watch.until);
        let (log_ratio, variance) = incident_change(self.before(), after, watch.hyper.phi_incidents)?;
        let (lower, upper) = change_interval(log_ratio, variance, SD_LOG_RATE_RATIO)?;
        let [estimate, lower, upper] = [log_ratio, lower, upper].map(|x| x.exp().min(f64::MAX));
        Some(RateRatio { estimate, lower, upper })
    }
}

impl Sides<'_> {
    fn change(&self, phi: f64, precision: f64) -> Option<StratumChange> {
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

impl Change {
    fn of(estimate: f64, variance: f64) -> Option<Self> {
        let (lower, upper) = change_interval(estimate, variance, SD_CHANGE)?;
        Some(Self { estimate: 100.0 * estimate, lower: 100.0 * lower, upper: 100.0 * upper })
    }
}

impl RegressionScore {
    /// Whether enough is known from before the release to say anything.
    pub fn has_baseline(&self) -> bool {
        self.feedback.is_some() || self.incidents.is_some()
    }
}
