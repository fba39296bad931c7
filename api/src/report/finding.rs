//! What is said of a feature of a release: the verdict with its evidence, in words.

use ballroom_analytics::regression::{
    Baseline, Change, Control, Reason, RegressionScore, ReleaseReport, Verdict,
};
use ballroom_entity::id::ReleaseId;
use ballroom_render::model::{self, Estimate, Finding};

use super::{number, source::subject, terminal::signed};
use crate::{domain::privacy::MinGroup, score::Snapshot};

/// The verdict on a feature, with the figures that it is based on; `only_groups` if these are coarse.
pub(super) fn finding(
    snapshot: &Snapshot,
    report: &ReleaseReport,
    score: &RegressionScore,
    only_groups: Option<MinGroup>,
) -> Finding {
    let version = |release: Option<ReleaseId>| {
        let release = release.and_then(|id| snapshot.dimensions.releases.get(&id));
        release.map(|release| release.version.clone()).unwrap_or_default()
    };
    let alone = score.previous.filter(|_| score.baseline == Baseline::Previous);
    let change = alone.map_or(score.change, |alone| alone.change).map(Change::within_scale);
    let before = alone.map_or(score.baseline_responses, |alone| alone.baseline_responses);
    let mut finding = Finding {
        release: version(snapshot.release_of(report)),
        first_day: snapshot.date(report.first_day),
        feature: subject(&snapshot.dimensions, snapshot.product_of(score), snapshot.feature_of(score)),
        verdict: verdict(score.verdict),
        reason: score.reason.map(|reason| reason_of_score(score, reason)),
        since: score.since.map(|since| match snapshot.release_of(&since) {
            Some(release) => version(Some(release)),
            None => snapshot.date(since.day).to_string(),
        }),
        score: number(alone.map_or(score.score, |alone| alone.score)),
        p: alone.map_or(score.p, |alone| alone.p),
        change: change.map(|change| Estimate {
            value: number(change.estimate),
            lower: number(change.lower),
            upper: number(change.upper),
        }),
        incidents: [score.baseline_incidents, score.incidents_opened],
        rate_ratio: score.rate_ratio.map(|ratio| number(ratio.estimate)),
        responses: Some([before, score.responses]),
        cause_tested: matches!(score.control, Some(Control::Held | Control::Shared)),
    };
    // Three significant digits, whatever their magnitude.
    finding.p = format!("{:.2e}", finding.p).parse().unwrap_or(finding.p);
    // Too few are 0 in coarse verdicts.
    finding.responses = finding
        .responses
        .filter(|sides| only_groups.is_none_or(|group| sides.iter().all(|side| group.is_enough(*side))));
    finding
}

/// Whether a verdict says that something changed.
pub(crate) fn tells(verdict: Verdict) -> bool {
    matches!(
        verdict,
        Verdict::Regressed | Verdict::Watch | Verdict::Since | Verdict::Recovered | Verdict::Improved
    )
}

/// The place of a verdict among others: the strongest first.
pub(super) fn rank(verdict: model::Verdict) -> u8 {
    match verdict {
        model::Verdict::Regressed => 0,
        model::Verdict::Watch => 1,
        model::Verdict::Since => 2,
        model::Verdict::Improved => 3,
        model::Verdict::Recovered => 4,
        model::Verdict::NoEvidence => 5,
        model::Verdict::CannotTell => 6,
        model::Verdict::NoBaseline => 7,
    }
}

fn verdict(of: Verdict) -> model::Verdict {
    match of {
        Verdict::Regressed => model::Verdict::Regressed,
        Verdict::Watch => model::Verdict::Watch,
        Verdict::Since => model::Verdict::Since,
        Verdict::Recovered => model::Verdict::Recovered,
        Verdict::Improved => model::Verdict::Improved,
        Verdict::NoEvidence => model::Verdict::NoEvidence,
        Verdict::CannotTell => model::Verdict::CannotTell,
        Verdict::NoBaseline => model::Verdict::NoBaseline,
    }
}

/// The reason for a weak verdict, in words.
pub(super) fn reason_of_score(score: &RegressionScore, reason: Reason) -> String {
    let shift = score.controlled.as_ref().map_or(0.0, |controlled| controlled.common_shift.estimate);
    reason_of(reason, score.missing, shift, score.change.map_or(0.0, |change| change.estimate))
}

/// The same from the numbers of missing responses, the common shift, and the change.
pub(crate) fn reason_of(reason: Reason, missing: Option<(u32, u32)>, shift: f64, change: f64) -> String {
    match (reason, missing) {
        (Reason::FewAnswers, Some((before, after))) => {
            let sides = [(before, "before"), (after, "after")];
            let missing = sides.iter().filter(|(missing, _)| *missing > 0);
            let missing: Vec<_> = missing.map(|(missing, side)| format!("{missing} more {side}")).collect();
            format!("too few responses ({})", missing.join(", "))
        }
        (Reason::FewAnswers, None) => "too few responses".to_owned(),
        (Reason::LikePrevious, _) => "like the previous release".to_owned(),
        (Reason::Unproven, _) => "not significant".to_owned(),
        (Reason::NotComparable, _) => "responses before and after cannot be compared".to_owned(),
        (Reason::Wanders, _) => "not significant against its own fluctuation".to_owned(),
        (Reason::FellBefore, _) => "a further decline is not significant".to_owned(),
        (Reason::NewIncidents, _) => "incidents after, none recorded before".to_owned(),
        (Reason::SharedShift, _) => {
            // Half of the change, or more, in the same direction.
            if shift * change > 0.0 && 2.0 * shift.abs() >= change.abs() {
                format!("everything changed ({})", signed(shift))
            } else if shift == 0.0 {
                // Only incidents have controls.
                "not significant against the others".to_owned()
            } else {
                format!("not significant against the others ({})", signed(shift))
            }
        }
    }
}

/// A verdict in words.
pub fn name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Regressed => "regressed",
        Verdict::Watch => "watch",
        Verdict::Since => "worse since",
        Verdict::Recovered => "recovered",
        Verdict::Improved => "improved",
        Verdict::NoEvidence => "no evidence",
        Verdict::CannotTell => "cannot tell",
        Verdict::NoBaseline => "no baseline",
    }
}
