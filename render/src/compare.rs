//! What changed between two reports of one kind.

use std::collections::BTreeMap;

use crate::{
    model::{BeforeAfter, Change, Changes, Content, FeatureValue, Finding, Report, Tone, Verdict},
    number,
};

/// The changes from one report to another of the same kind, with the name of the earlier one.
pub fn compared(before: &Report, now: &Report, since: impl Into<String>) -> Changes {
    Changes { since: Some(since.into()), items: compare(before, now) }
}

/// The changes from one report to another of the same kind, the most important first. Reports of different kinds cannot be
/// compared: there are none.
pub fn compare(before: &Report, now: &Report) -> Vec<Change> {
    let mut changes = Vec::new();
    match (&before.content, &now.content) {
        (Content::Iteration(before), Content::Iteration(now)) => {
            findings(&before.findings, &now.findings, &mut changes);
            values(&before.features, &now.features, &mut changes);
            for one in &now.elsewhere {
                let name = &one.feature.name;
                changes.extend(value(name, one.before.value, one.after.value, Some(&one.difference)));
            }
            let count = |subject, [before, now]: [i64; 2], more| number_of(subject, before, now, more);
            changes.extend(count("Incidents", [before.incidents.opened, now.incidents.opened], Tone::Bad));
            changes.extend(hours(
                "Time to restore",
                before.incidents.median_hours_to_restore,
                now.incidents.median_hours_to_restore,
                Tone::Bad,
            ));
            changes.extend(hours(
                "Lead time of announcements",
                before.announcements.median_lead_hours,
                now.announcements.median_lead_hours,
                Tone::Good,
            ));
            changes.extend(count(
                "Surprises",
                [before.announcements.surprises, now.announcements.surprises],
                Tone::Bad,
            ));
            changes.extend(count(
                "Releases",
                [before.shipped.len() as i64, now.shipped.len() as i64],
                Tone::Neutral,
            ));
        }
        (Content::Value(before), Content::Value(now)) => {
            values(&before.features, &now.features, &mut changes)
        }
        (Content::Release(before), Content::Release(now)) => {
            findings(&before.findings, &now.findings, &mut changes);
            differences(&before.values, &now.values, &mut changes);
            changes.extend(number_of("Incidents", before.incidents.opened, now.incidents.opened, Tone::Bad));
            changes.extend(number_of("Open incidents", before.incidents.open, now.incidents.open, Tone::Bad));
        }
        (Content::Overview(before), Content::Overview(now)) => {
            for line in &now.products {
                let earlier = before.products.iter().find(|one| one.product.key == line.product.key);
                let Some(earlier) = earlier else {
                    changes.push(text(Tone::Neutral, &line.product.name, "is new"));
                    continue;
                };
                findings(&earlier.regressions, &line.regressions, &mut changes);
                if let (Some(before), Some(now)) = (earlier.value, line.value) {
                    changes.extend(value(&line.product.name, before.value, now.value, line.change.as_ref()));
                }
                let subject = format!("{}: incidents", line.product.name);
                changes.extend(number_of(&subject, earlier.incidents, line.incidents, Tone::Bad));
            }
        }
        (Content::Security(before), Content::Security(now)) => {
            changes.extend(number_of("Open security-relevant incidents", before.open, now.open, Tone::Bad));
            changes.extend(number_of(
                "Customers exposed",
                before.exposed_customers,
                now.exposed_customers,
                Tone::Bad,
            ));
            let known = |release: &&crate::model::Risk| {
                !before
                    .releases
                    .iter()
                    .any(|one| one.release == release.release && one.product == release.product)
            };
            for release in now.releases.iter().filter(known) {
                let subject = format!("{} {}", release.product.name, release.release);
                changes.push(text(
                    Tone::Bad,
                    &subject,
                    "has a security-relevant incident or known error now",
                ));
            }
        }
        _ => (),
    }
    // Bad news first, then good; within each the order above holds.
    changes.sort_by_key(|change| match change.tone {
        Tone::Bad => 0,
        Tone::Good => 1,
        Tone::Neutral => 2,
    });
    changes
}

fn text(tone: Tone, subject: &str, text: &str) -> Change {
    Change { tone, subject: subject.to_owned(), text: text.to_owned(), before: None, now: None }
}

/// Verdicts that are new, gone, or others.
fn findings(before: &[Finding], now: &[Finding], changes: &mut Vec<Change>) {
    let telling = |one: &&Finding| {
        matches!(
            one.verdict,
            Verdict::Regressed | Verdict::Watch | Verdict::Since | Verdict::Recovered | Verdict::Improved
        )
    };
    let key = |one: &Finding| (one.release.clone(), one.feature.clone());
    let earlier: BTreeMap<_, _> = before.iter().map(|one| (key(one), one.verdict)).collect();
    let later: BTreeMap<_, _> = now.iter().map(|one| (key(one), one.verdict)).collect();
    for one in now.iter().filter(telling) {
        let (words, tone) = crate::page::verdict_words(one.verdict);
        let subject = format!("{} with {}", one.feature.name, one.release);
        let change = one.change.as_ref().map(|change| format!(", {} points", number::difference(change)));
        let change = change.unwrap_or_default();
        match earlier.get(&key(one)) {
            Some(verdict) if *verdict == one.verdict => (),
            Some(verdict) => {
                let (was, _) = crate::page::verdict_words(*verdict);
                changes.push(text(tone, &subject, &format!("{words}{change}; before: {was}")));
            }
            None => changes.push(text(tone, &subject, &format!("{words}{change}"))),
        }
    }
    for one in before.iter().filter(telling) {
        if let Some(verdict) = later.get(&key(one)).filter(|verdict| {
            matches!(verdict, Verdict::NoEvidence | Verdict::CannotTell | Verdict::NoBaseline)
        }) {
            let subject = format!("{} with {}", one.feature.name, one.release);
            let ((words, _), (was, _)) =
                (crate::page::verdict_words(*verdict), crate::page::verdict_words(one.verdict));
            changes.push(text(Tone::Neutral, &subject, &format!("{words}; before: {was}")));
        }
    }
}

/// Values that changed clearly.
fn values(before: &[FeatureValue], now: &[FeatureValue], changes: &mut Vec<Change>) {
    let earlier: BTreeMap<_, _> = before.iter().map(|one| (&one.feature, one)).collect();
    for one in now {
        // Without responses a value is an estimate from elsewhere, and a difference of two would be one of nothing.
        let is_heard = |one: &FeatureValue| one.reach.responses != Some(0);
        match earlier.get(&one.feature) {
            Some(earlier) if !is_heard(earlier) || !is_heard(one) => (),
            // The difference of the two reports, whatever their periods.
            Some(earlier) => {
                let difference = one.value.since(&earlier.value);
                changes.extend(value(
                    &one.feature.name,
                    earlier.value.value,
                    one.value.value,
                    Some(&difference),
                ));
            }
            None => {
                if let (Some(change), Some(before)) = (one.change, one.before) {
                    let before = before.value;
                    changes.extend(value(&one.feature.name, before, one.value.value, Some(&change)));
                }
            }
        }
    }
}

fn differences(before: &[BeforeAfter], now: &[BeforeAfter], changes: &mut Vec<Change>) {
    for one in now {
        let Some(earlier) = before.iter().find(|earlier| earlier.feature == one.feature) else { continue };
        if earlier.difference.is_clear() == one.difference.is_clear() {
            continue;
        }
        let tone = match one.difference.value {
            _ if !one.difference.is_clear() => Tone::Neutral,
            up if up > 0.0 => Tone::Good,
            _ => Tone::Bad,
        };
        changes.push(Change {
            tone,
            subject: one.feature.name.clone(),
            text: format!(
                "value since the release {}, before {}",
                number::difference(&one.difference),
                number::difference(&earlier.difference)
            ),
            before: Some(earlier.difference.value),
            now: Some(one.difference.value),
        });
    }
}

/// A clear change of a value.
fn value(
    subject: &str,
    before: f64,
    now: f64,
    difference: Option<&crate::model::Difference>,
) -> Option<Change> {
    let difference = difference.filter(|difference| difference.is_clear())?;
    let (tone, verb) = if difference.value > 0.0 { (Tone::Good, "rose") } else { (Tone::Bad, "fell") };
    Some(Change {
        tone,
        subject: subject.to_owned(),
        text: format!(
            "value {verb} from {} to {}, {}",
            number::one(before),
            number::one(now),
            number::difference(difference)
        ),
        before: Some(before),
        now: Some(now),
    })
}

/// A number that changed; `more` is what it means if it grew.
fn number_of(subject: &str, before: i64, now: i64, more: Tone) -> Option<Change> {
    let tone = match (more, now > before) {
        (Tone::Neutral, _) => Tone::Neutral,
        (Tone::Bad, true) | (Tone::Good, false) => Tone::Bad,
        (Tone::Bad, false) | (Tone::Good, true) => Tone::Good,
    };
    (before != now).then(|| Change {
        tone,
        subject: subject.to_owned(),
        text: format!("{}, before {}", number::count(now), number::count(before)),
        before: Some(before as f64),
        now: Some(now as f64),
    })
}

/// A duration that changed by a tenth or more.
fn hours(subject: &str, before: Option<f64>, now: Option<f64>, more: Tone) -> Option<Change> {
    let (before, now) = (before?, now?);
    let differs = (now - before).abs() > 0.1 * before.abs().max(now.abs());
    let tone = if (now > before) == (more == Tone::Bad) { Tone::Bad } else { Tone::Good };
    differs.then(|| Change {
        tone,
        subject: subject.to_owned(),
        text: format!("{}, before {}", number::hours(now), number::hours(before)),
        before: Some(before),
        now: Some(now),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Estimate, sample};

    #[test]
    fn a_report_does_not_differ_from_itself() {
        for report in sample::all() {
            assert_eq!(compare(&report, &report), [], "{}", report.title);
        }
    }

    #[test]
    fn only_a_clear_difference_is_a_change_of_value() {
        let estimate = |value, lower, upper| Estimate { value, lower, upper };
        let near = estimate(75.0, 66.0, 84.0).since(&estimate(70.0, 60.0, 80.0));
        let far = estimate(75.0, 73.0, 77.0).since(&estimate(70.0, 68.0, 72.0));
        assert!(value("Search", 70.0, 75.0, Some(&near)).is_none());
        let change = value("Search", 70.0, 75.0, Some(&far)).unwrap();
        assert_eq!((change.tone, change.before, change.now), (Tone::Good, Some(70.0), Some(75.0)));
        assert!((far.lower - (5.0 - 8.0_f64.sqrt())).abs() < 1e-12);
    }

    #[test]
    fn a_new_regression_comes_first() {
        let (mut before, now) = (sample::iteration(), sample::iteration());
        let Content::Iteration(iteration) = &mut before.content else { panic!("is an iteration") };
        iteration.findings.clear();
        iteration.incidents.opened += 1;
        let changes = compare(&before, &now);
        assert!(changes[0].text.starts_with("regressed"), "{changes:?}");
        assert!(changes.iter().any(|change| change.subject == "Incidents" && change.tone == Tone::Good));
    }
}
