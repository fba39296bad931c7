//! Which release an incident may come from: the share of each release in the rate of incidents at that moment.
//!
//! Incidents of a feature come at a rate that has nothing to do with releases, and at additional rates after releases that changed
//! it, which fade with time. If the rates add up, the probability that an incident comes from a release is that release's share of
//! the sum (a Poisson process that is a superposition of others: each event belongs to one of them with a probability in proportion
//! to its rate). What a release adds is estimated from the incidents of the feature since it shipped, in excess of those expected
//! without it, shrunk toward a prior: one incident right after a release is no evidence, five in a week are.

/// Days after a release within which an incident may come from it.
pub const WINDOW: f64 = 28.0;

/// Days in which the additional rate of a release falls to 1/e.
const FADES: f64 = 12.0;

/// Expected number of incidents that a release causes of a feature that it changed.
const CAUSED: f64 = 0.25;

/// Weight of that expectation against what was observed, in releases.
const PRIOR: f64 = 1.0;

/// The same expectation for a release that did not change the feature, and only shipped shortly before.
const CAUSED_ELSEWHERE: f64 = 0.02;

/// Days of history that the rate of an unknown feature is worth.
const HISTORY: f64 = 30.0;

/// Why a release may have caused an incident.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Evidence {
    /// It shipped shortly before, and changed a feature that the incident affects.
    SameFeature,
    /// It shipped shortly before, and the incident affects the product as a whole.
    WholeProduct,
    /// It shipped shortly before to the same customers, and changed other features.
    SameEnvironment,
}

/// A release that shipped shortly before an incident.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Candidate {
    /// Days between the release and the incident, from 0 to [`WINDOW`].
    pub age: f64,
    /// Why it may have caused the incident.
    pub evidence: Evidence,
    /// Number of incidents of the affected features within the window of the release so far.
    pub since: f64,
    /// Days of the window that are over.
    pub days: f64,
}

/// The rate of incidents before releases: incidents per day of the affected features.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Background {
    /// Number of incidents of the affected features in the time before.
    pub incidents: f64,
    /// Number of days of that time.
    pub days: f64,
    /// Incidents per day of an average feature of the product.
    pub average: f64,
}

impl Background {
    /// Incidents per day.
    fn rate(&self) -> f64 {
        let average = self.average.max(1e-4);
        (self.incidents + HISTORY * average) / (self.days + HISTORY)
    }
}

/// The probability that an incident comes from each of these releases, in their order. They add up to less than 1: the rest is the
/// probability that it comes from none of them.
pub fn confidences(candidates: &[Candidate], background: Background) -> Vec<f64> {
    let rate = background.rate();
    let added: Vec<f64> = candidates.iter().map(|one| added(one, rate)).collect();
    let sum = rate + added.iter().sum::<f64>();
    added.into_iter().map(|one| one / sum).collect()
}

/// Incidents per day that a release adds at the time of an incident.
fn added(candidate: &Candidate, rate: f64) -> f64 {
    let caused = match candidate.evidence {
        Evidence::SameEnvironment => CAUSED_ELSEWHERE,
        Evidence::SameFeature | Evidence::WholeProduct => {
            // The incident itself is no evidence of what caused it.
            let excess = (candidate.since - 1.0 - rate * candidate.days).max(0.0);
            (PRIOR * CAUSED + excess) / (PRIOR + 1.0)
        }
    };
    let whole = FADES * (1.0 - (-WINDOW / FADES).exp());
    let age = candidate.age.clamp(0.0, WINDOW);
    caused * (-age / FADES).exp() / whole
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUIET: Background = Background { incidents: 3.0, days: 90.0, average: 0.03 };

    fn candidate(age: f64, evidence: Evidence, since: f64) -> Candidate {
        Candidate { age, evidence, since, days: age.max(1.0) }
    }

    fn confidence(candidate: Candidate) -> f64 {
        confidences(&[candidate], QUIET)[0]
    }

    /// Rate without releases: (3 + 30 * 0.03) / 120 = 0.0325 a day. A release adds 0.25 / 2 incidents, and at age 0
    /// 0.125 / (12 (1 - e^(-28/12))) = 0.01154 a day: 0.01154 / (0.0325 + 0.01154) = 0.262.
    #[test]
    fn the_confidence_is_the_share_of_the_release_in_the_rate() {
        assert!((confidence(candidate(0.0, Evidence::SameFeature, 1.0)) - 0.262).abs() < 0.001);
    }

    #[test]
    fn it_fades_with_time_and_is_low_for_releases_that_changed_something_else() {
        let fresh = confidence(candidate(1.0, Evidence::SameFeature, 2.0));
        let old = confidence(candidate(20.0, Evidence::SameFeature, 2.0));
        let elsewhere = confidence(candidate(1.0, Evidence::SameEnvironment, 2.0));
        assert!(fresh > old && old > 0.0, "{fresh} {old}");
        assert!(elsewhere < 0.1 && elsewhere < fresh, "{elsewhere}");
    }

    #[test]
    fn many_incidents_since_the_release_are_evidence_and_one_is_not() {
        let one = confidence(candidate(3.0, Evidence::SameFeature, 1.0));
        let many = confidence(candidate(3.0, Evidence::SameFeature, 6.0));
        assert!(one < 0.3 && many > 0.7, "{one} {many}");
    }

    #[test]
    fn two_releases_share_what_is_not_background() {
        let one = candidate(1.0, Evidence::SameFeature, 4.0);
        let both = confidences(&[one, one], QUIET);
        assert!((both[0] - both[1]).abs() < 1e-12 && both[0] < confidence(one));
        assert!(both.iter().sum::<f64>() < 1.0);
        assert!(confidences(&[], QUIET).is_empty());
    }

    #[test]
    fn a_product_without_history_gives_no_certainty() {
        let nothing = Background { incidents: 0.0, days: 0.0, average: 0.0 };
        let found = confidences(&[candidate(0.0, Evidence::WholeProduct, 1.0)], nothing)[0];
        assert!(found.is_finite() && found < 1.0);
    }
}
