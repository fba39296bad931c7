//! Which release an incident may come from.
//!
//! Incidents of a feature come at a rate that has nothing to do with releases. A release that changed the feature may multiply that
//! rate, by an effect that fades with time. Whether it did, and how much, is inferred from the incidents of the feature since the
//! release against those of the time before, by the same predictive ratio as the regression score, with the same prior: one in ten
//! releases makes a feature worse. The confidence is then the probability that this incident is one of the additional ones: of
//! events of two superposed Poisson processes, each belongs to one of them with a probability in proportion to its rate. So an
//! incident right after a release that changed its feature is a suspicion, and five of them are evidence; and even after a bad
//! release some incidents would have happened anyway, which is why the confidence does not reach 1.

/// Days after a release within which an incident may come from it.
pub const WINDOW: f64 = 28.0;

/// Days in which the effect of a release falls to 1/e.
const FADES: f64 = 30.0;

/// Share of the releases that make a feature that they change worse.
const BAD: f64 = 0.1;

/// Factors by which a bad release multiplies the rate of incidents, all equally probable.
const FACTORS: [f64; 3] = [2.0, 4.0, 8.0];

/// Confidence that a release that changed other features causes an incident right after it.
const ELSEWHERE: f64 = 0.01;

/// Days of history that the rate of an average feature is worth.
const HISTORY: f64 = 30.0;

/// Why a release may have caused an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// It shipped shortly before, and changed a feature that the incident affects, or the incident affects the product as a whole.
    SameFeature,
    /// It shipped shortly before to the same customers, and changed other features.
    SameEnvironment,
}

/// A release that shipped shortly before an incident, and what happened to the affected features before and since.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Days between the release and the incident, from 0 to [`WINDOW`].
    pub age: f64,
    /// Why it may have caused the incident.
    pub evidence: Evidence,
    /// The other incidents of the affected features since the release: days between it and each of them.
    pub others: Vec<f64>,
    /// Days of the window that are over.
    pub days: f64,
    /// Number of incidents of the affected features in the time before the release.
    pub before: f64,
    /// Days of that time.
    pub days_before: f64,
    /// Incidents per day of an average feature in that time.
    pub average: f64,
}

/// The probability that an incident comes from each of these releases, in their order. They add up to less than 1: the rest is the
/// probability that it comes from none of them.
pub fn confidences(candidates: &[Candidate]) -> Vec<f64> {
    let odds: Vec<f64> = candidates
        .iter()
        .map(|one| {
            let alone = alone(one).clamp(0.0, 0.999);
            alone / (1.0 - alone)
        })
        .collect();
    let sum = 1.0 + odds.iter().sum::<f64>();
    odds.into_iter().map(|one| one / sum).collect()
}

/// The part of its effect that a release has some days after it.
fn left(age: f64) -> f64 {
    (-age.max(0.0) / FADES).exp()
}

/// The probability that an incident comes from a release, if no other one is a candidate.
fn alone(candidate: &Candidate) -> f64 {
    if candidate.evidence == Evidence::SameEnvironment {
        return ELSEWHERE * left(candidate.age);
    }
    let days = candidate.days.clamp(candidate.age.max(0.0), WINDOW);
    // Incidents and days of the time before, with those of an average feature as a prior.
    let known = candidate.before + HISTORY * candidate.average + 0.5;
    let exposure = candidate.days_before + HISTORY;
    let events = candidate.others.len() as f64;
    let weight = |factor: f64| {
        let each: f64 = candidate.others.iter().map(|age| ((factor - 1.0) * left(*age)).ln_1p()).sum();
        let more = (factor - 1.0) * FADES * (1.0 - left(days));
        BAD / FACTORS.len() as f64
            * (each + (known + events) * ((exposure + days) / (exposure + days + more)).ln()).exp()
    };
    let weights = FACTORS.map(weight);
    let share = |factor: f64| {
        let added = (factor - 1.0) * left(candidate.age);
        added / (1.0 + added)
    };
    let caused: f64 = FACTORS.iter().zip(weights).map(|(factor, weight)| weight * share(*factor)).sum();
    caused / (1.0 - BAD + weights.iter().sum::<f64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A feature with an incident a month.
    fn candidate(age: f64, evidence: Evidence, others: &[f64]) -> Candidate {
        Candidate {
            age,
            evidence,
            others: others.to_vec(),
            days: age.max(1.0),
            before: 3.0,
            days_before: 90.0,
            average: 1.0 / 30.0,
        }
    }

    fn confidence(candidate: Candidate) -> f64 {
        confidences(&[candidate])[0]
    }

    /// A day after the release, without other incidents: known = 4.5, exposure = 120, and of the factor 2 the weight is
    /// 0.1/3 ((121)/(121 + 30 (1 - e^(-1/30))))^4.5 = 0.0321, of 4 0.0299, of 8 0.0260; the shares are 0.4917, 0.7438 and 0.8713.
    #[test]
    fn the_confidence_is_the_share_of_the_release_in_the_rate() {
        let by_hand =
            (0.0321 * 0.4917 + 0.0299 * 0.7438 + 0.0260 * 0.8713) / (0.9 + 0.0321 + 0.0299 + 0.0260);
        let found = confidence(candidate(1.0, Evidence::SameFeature, &[]));
        assert!((found - by_hand).abs() < 0.001, "{found} {by_hand}");
    }

    #[test]
    fn it_fades_with_time_and_is_low_for_releases_that_changed_something_else() {
        let fresh = confidence(candidate(1.0, Evidence::SameFeature, &[0.5]));
        let old = confidence(candidate(20.0, Evidence::SameFeature, &[0.5]));
        let elsewhere = confidence(candidate(1.0, Evidence::SameEnvironment, &[0.5]));
        assert!(fresh > old && old > 0.0, "{fresh} {old}");
        assert!(elsewhere <= 0.01 && elsewhere < fresh, "{elsewhere}");
    }

    #[test]
    fn many_incidents_since_the_release_are_evidence_and_one_is_not() {
        let one = confidence(candidate(3.0, Evidence::SameFeature, &[]));
        let many = confidence(candidate(3.0, Evidence::SameFeature, &[0.5, 1.0, 2.0, 2.5]));
        assert!(one < 0.2 && many > 0.6 && many < 1.0, "{one} {many}");
    }

    #[test]
    fn two_releases_share_what_is_not_background() {
        let one = candidate(1.0, Evidence::SameFeature, &[0.2, 0.4, 0.6]);
        let both = confidences(&[one.clone(), one.clone()]);
        assert!((both[0] - both[1]).abs() < 1e-12 && both[0] < confidence(one));
        assert!(both.iter().sum::<f64>() < 1.0);
        assert!(confidences(&[]).is_empty());
    }

    #[test]
    fn a_product_without_history_gives_no_certainty() {
        let nothing = Candidate {
            before: 0.0,
            days_before: 0.0,
            average: 0.0,
            ..candidate(0.0, Evidence::SameFeature, &[])
        };
        let found = confidence(nothing);
        assert!(found > 0.0 && found < 0.2, "{found}");
    }
}
