//! Figures for an audience that may not see single responses: small groups are left out, and the rest is coarse enough that no
//! two reports can be subtracted to find them.

use ballroom_render::model::{BeforeAfter, Estimate, FeatureValue, Finding, Reach};

use crate::domain::privacy::{MIN_GROUP, rounded, step};

/// Makes figures coarse.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coarse;

impl Coarse {
    /// A feature about which a number of customers responded, in the period and in the one before; none if they are too few.
    pub(super) fn feature(self, mut feature: FeatureValue, [before, now]: [i64; 2]) -> Option<FeatureValue> {
        if now < MIN_GROUP {
            return None;
        }
        let step_now = step(now);
        let wide = if before < MIN_GROUP { 100.0 } else { step(before).max(step_now) };
        feature.value = estimate(feature.value, step_now);
        feature.before = feature.before.filter(|_| before >= MIN_GROUP).map(|value| estimate(value, wide));
        feature.change =
            feature.change.filter(|_| before >= MIN_GROUP).map(|change| difference(change, wide));
        let parts = &mut feature.contributions;
        for part in [&mut parts.base, &mut parts.history, &mut parts.feedback] {
            *part = to(*part, step_now);
        }
        parts.incidents = parts.incidents.map(|part| to(part, step_now));
        // The rounded parts add to the rounded value.
        parts.base =
            feature.value.value - parts.history - parts.feedback - parts.incidents.unwrap_or_default();
        parts.own_weight = to(100.0 * parts.own_weight, step_now.min(100.0)) / 100.0;
        feature.reach = Reach {
            exposed: feature.reach.exposed.map(f64::round),
            responses: feature.reach.responses.map(rounded),
            customers: feature.reach.customers.map(rounded),
            liked: feature.reach.liked.map(|liked| to(100.0 * liked, step_now) / 100.0),
        };
        // Each point of a trend rests on a part of the customers only.
        if step_now > 1.0 {
            feature.trend.clear();
        }
        for point in &mut feature.trend {
            point.value = estimate(point.value, 5.0);
        }
        for rating in &mut feature.ratings {
            rating.responses.iter_mut().for_each(|responses| *responses = rounded(*responses));
        }
        feature.ratings.retain(|rating| rating.responses.iter().any(|responses| *responses > 0));
        Some(feature)
    }

    /// A verdict.
    pub(super) fn finding(self, finding: &mut Finding) {
        let responses = finding.responses.unwrap_or_default();
        let fewest = responses.into_iter().min().unwrap_or_default();
        let few = fewest < MIN_GROUP;
        finding.responses = (!few).then(|| responses.map(rounded));
        finding.change = finding.change.filter(|_| !few).map(|change| difference(change, step(fewest)));
        finding.score = finding.score.round();
        finding.p = format!("{:.0e}", finding.p).parse().unwrap_or(finding.p);
    }

    /// Values before and after; none if too few customers responded on either side.
    pub(super) fn before_after(self, mut of: BeforeAfter) -> Option<BeforeAfter> {
        let responses = of.responses?;
        let fewest = responses.into_iter().min().unwrap_or_default();
        if fewest < MIN_GROUP {
            return None;
        }
        let step = step(fewest);
        of.before = estimate(of.before, step);
        of.after = estimate(of.after, step);
        of.difference = difference(of.difference, step);
        of.responses = Some(responses.map(rounded));
        Some(of)
    }

    /// The value of a group of customers.
    pub(super) fn value(self, value: Estimate, customers: i64) -> Estimate {
        estimate(value, step(customers))
    }
}

fn to(value: f64, step: f64) -> f64 {
    let rounded = (value / step).round() * step;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// The interval is rounded outward: it still contains what it contained.
fn difference(of: Estimate, step: f64) -> Estimate {
    let outward = |end: f64, up: bool| {
        let steps = end / step;
        let steps = if up { steps.ceil() } else { steps.floor() };
        if steps == 0.0 { 0.0 } else { steps * step }
    };
    Estimate { value: to(of.value, step), lower: outward(of.lower, false), upper: outward(of.upper, true) }
}

fn estimate(of: Estimate, step: f64) -> Estimate {
    let Estimate { value, lower, upper } = difference(of, step);
    Estimate { value: value.clamp(0.0, 100.0), lower: lower.max(0.0), upper: upper.min(100.0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_is_rounded_outward() {
        let of = Estimate { value: 71.3, lower: 68.9, upper: 73.2 };
        assert_eq!(estimate(of, 5.0), Estimate { value: 70.0, lower: 65.0, upper: 75.0 });
        assert_eq!(estimate(of, 50.0), Estimate { value: 50.0, lower: 50.0, upper: 100.0 });
        let negative = Estimate { value: -14.2, lower: -17.1, upper: -0.4 };
        assert_eq!(difference(negative, 2.0), Estimate { value: -14.0, lower: -18.0, upper: 0.0 });
    }

    #[test]
    fn a_verdict_on_few_responses_shows_no_figures_of_them() {
        let estimate = Estimate { value: -14.2, lower: -17.1, upper: -0.4 };
        let mut finding = Finding {
            release: "5.3".into(),
            first_day: chrono::NaiveDate::default(),
            feature: ballroom_render::model::Subject { key: None, name: "Atelier".into() },
            verdict: ballroom_render::model::Verdict::Watch,
            reason: None,
            since: None,
            score: 41.234,
            p: 0.012_34,
            change: Some(estimate),
            incidents: [0, 0],
            rate_ratio: None,
            responses: Some([120, 4]),
            cause_tested: false,
        };
        Coarse.finding(&mut finding);
        assert_eq!((finding.change, finding.responses, finding.score), (None, None, 41.0));
    }
}
