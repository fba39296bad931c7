//! The arithmetic of coarse scores.

use ballroom_analytics::{
    facts::ScaleKind,
    regression::{
        AgainstPrevious, Change, ControlShift, Controlled, Evidence, RegressionScore, StratumChange,
    },
    standard::Standard,
    value::{StratumValue, ValueScore},
};
use ballroom_entity::scale;

use crate::domain::privacy::{MinGroup, Step};

/// A value about which a number of people responded, and of them a number in each stratum (none: strata are not shown); none if
/// they are too few.
pub(super) fn value(group: MinGroup, of: ValueScore, people: i64, in_stratum: &[i64]) -> Option<ValueScore> {
    if !group.is_enough(people) {
        return None;
    }
    let step = group.step(people);
    let [score, lower, upper] = step.figure_with_interval([of.score, of.lower, of.upper]);
    let [history, feedback, incidents] =
        [of.history, of.feedback, of.incidents].map(|part| step.rounded(part));
    let visible = group.visible(in_stratum);
    let strata = of.strata.iter().zip(in_stratum.iter().zip(visible));
    let strata = strata.filter(|(_, (people, visible))| *visible && **people > 0);
    let strata = strata.map(|(one, (people, _))| stratum(group, one, step.or(group.step(*people))));
    Some(ValueScore {
        score,
        lower,
        upper,
        sd: step.figure(of.sd),
        // The rounded parts add to the rounded value.
        base: score - history - feedback - incidents,
        history,
        feedback,
        incidents,
        strata: strata.collect(),
        own_weight: step.share(of.own_weight),
        responses: group.rounded(of.responses),
        history_responses: group.amount(of.history_responses),
        spoiled: hundredths(of.spoiled),
        customer_days: group.amount(of.customer_days),
        ..of
    })
}

fn stratum(group: MinGroup, of: &StratumValue, step: Step) -> StratumValue {
    StratumValue {
        stratum: of.stratum,
        weight: hundredths(of.weight),
        responses: group.rounded(of.responses),
        history_responses: group.amount(of.history_responses),
        mean: of.mean.map(|mean| step.figure(mean)),
        expected: step.figure(of.expected),
        contribution: step.rounded(of.contribution),
    }
}

/// A standard figure of responses of a number of people; none if they are too few.
pub(super) fn standard(group: MinGroup, of: Standard, scale: &scale::Model, people: i64) -> Option<Standard> {
    if !group.is_enough(people) {
        return None;
    }
    let step = group.step(people);
    let (least, most) = match of.kind {
        ScaleKind::Nps => (-100.0, 100.0),
        ScaleKind::Csat | ScaleKind::Thumbs => (0.0, 100.0),
        ScaleKind::Ces | ScaleKind::Stars | ScaleKind::Custom => (scale.min, scale.max),
    };
    let width = most - least;
    let place = |figure: f64| 100.0 * (figure - least) / width;
    let back = |place: f64| thousandths(least + place * width / 100.0);
    let ends = [of.value, of.lower.unwrap_or(of.value), of.upper.unwrap_or(of.value)];
    let [value, lower, upper] = step.figure_with_interval(ends.map(place)).map(back);
    Some(Standard {
        value,
        se: of.se.map(|se| thousandths(step.figure(100.0 * se / width) * width / 100.0)),
        lower: of.lower.map(|_| lower),
        upper: of.upper.map(|_| upper),
        responses: group.rounded(of.responses),
        levels: of.levels.iter().map(|responses| group.count(*responses)).collect(),
        ..of
    })
}

/// The figures of a verdict on responses of a number of people before and after a release, and in each stratum.
pub(super) fn verdict(
    group: MinGroup,
    of: RegressionScore,
    people: [i64; 2],
    in_stratum: &[[i64; 2]],
) -> RegressionScore {
    let [before, after] = [people[0].min(of.baseline_responses), people[1].min(of.responses)];
    let fewest = before.min(after);
    let shown = group.is_enough(fewest);
    let step = group.step(fewest);
    let smaller: Vec<i64> = in_stratum.iter().map(|sides| sides[0].min(sides[1])).collect();
    let visible = group.visible(&smaller);
    let strata = of.strata.iter().zip(smaller.iter().zip(visible));
    let strata = strata.filter(|(_, (people, visible))| shown && *visible && **people > 0);
    let strata = strata.map(|(one, (people, _))| change_in(group, one, step.or(group.step(*people))));
    let counts = [of.baseline_responses, of.responses];
    let [baseline_responses, responses] = counts.map(|count| if shown { group.rounded(count) } else { 0 });
    RegressionScore {
        missing: of.missing.map(|(before, after)| (up(group, before), up(group, after))),
        controlled: of.controlled.as_ref().filter(|_| shown).map(|one| controlled(group, one, step)),
        recovery: of.recovery.map(|share| (share * 10.0).round() / 10.0),
        previous: of
            .previous
            .filter(|one| group.is_enough(one.baseline_responses.min(before)))
            .filter(|one| group.is_enough(one.responses.min(after)))
            .map(|one| against_previous(group, one, before, after)),
        score: of.score.round(),
        p: one_digit(of.p),
        log_e: whole(of.log_e),
        log_e_improved: whole(of.log_e_improved),
        feedback: of.feedback.filter(|_| shown).map(|one| Evidence {
            log_e: whole(one.log_e),
            log_e_improved: whole(one.log_e_improved),
            share: (one.share * 10.0).round() / 10.0,
        }),
        change: of.change.filter(|_| shown).map(|change| changed(change, step)),
        strata: strata.collect(),
        coverage: of.coverage.filter(|_| shown).map(|share| step.share(share)),
        unlabelled: of.unlabelled.filter(|_| shown).map(|share| step.share(share)),
        baseline_responses,
        responses,
        path: of.path.iter().filter(|_| shown).map(|log_e| whole(*log_e)).collect(),
        ..of
    }
}

fn controlled(group: MinGroup, of: &Controlled, step: Step) -> Controlled {
    let controls = of.controls.iter().filter(|one| group.is_enough(one.answers.floor() as i64));
    let control = |one: &ControlShift| ControlShift {
        shift: group.step(one.answers as i64).rounded(one.shift),
        weight: hundredths(one.weight),
        answers: group.amount(one.answers),
        ..*one
    };
    Controlled {
        log_e: whole(of.log_e),
        log_e_improved: whole(of.log_e_improved),
        common_shift: changed(of.common_shift, step),
        own_change: of.own_change.map(|change| changed(change, step)),
        common_rate_ratio: of.common_rate_ratio,
        controls: controls.map(control).collect(),
    }
}

fn against_previous(group: MinGroup, of: AgainstPrevious, before: i64, after: i64) -> AgainstPrevious {
    let step = group.step(of.baseline_responses.min(before)).or(group.step(of.responses.min(after)));
    AgainstPrevious {
        log_e: whole(of.log_e),
        log_e_improved: whole(of.log_e_improved),
        score: of.score.round(),
        p: one_digit(of.p),
        change: of.change.map(|change| changed(change, step)),
        baseline_responses: group.rounded(of.baseline_responses),
        responses: group.rounded(of.responses),
    }
}

fn change_in(group: MinGroup, of: &StratumChange, step: Step) -> StratumChange {
    StratumChange {
        stratum: of.stratum,
        baseline_responses: group.rounded(of.baseline_responses),
        responses: group.rounded(of.responses),
        baseline_mean: of.baseline_mean.map(|mean| step.figure(mean)),
        mean: of.mean.map(|mean| step.figure(mean)),
        change: of.change.map(|change| changed(change, step)),
        weight: hundredths(of.weight),
    }
}

fn changed(of: Change, step: Step) -> Change {
    let Change { estimate, lower, upper } = of.within_scale();
    let [estimate, lower, upper] = step.interval([estimate, lower, upper]);
    Change { estimate, lower, upper }
}

/// A number of missing responses: at least so many.
fn up(group: MinGroup, missing: u32) -> u32 {
    let group = u32::try_from(group.number()).unwrap_or(u32::MAX);
    missing.div_ceil(group).saturating_mul(group)
}

fn whole(value: f64) -> f64 {
    let rounded = value.round();
    if rounded == 0.0 { 0.0 } else { rounded }
}

fn one_digit(p: f64) -> f64 {
    format!("{p:.0e}").parse().unwrap_or(p)
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

fn thousandths(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}
