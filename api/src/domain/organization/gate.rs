//! What the release gates of an organization tolerate.

use ballroom_entity::organization::{ActiveModel, Model};
use sea_orm::Set;

use crate::base::error::Error;

/// Maximum of `min_responses`.
const MAX_MIN_RESPONSES: i32 = 1_000_000;

/// What a gate tolerates, and what it demands.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GateThresholds {
    /// Whether a suspicion is sufficient to fail.
    pub fail_on_watch: bool,
    /// The largest decline of the mean rating that does not fail, in points of 100. It is tolerated only while there is no
    /// evidence of more incidents.
    pub max_decline: f64,
    /// Responses since the release that each feature needs before the gate passes; none: as many as its verdict needs.
    pub min_responses: Option<i32>,
}

/// Changes of thresholds, for a call or for good; omitted ones are kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct GateChanges {
    /// Whether a suspicion is sufficient to fail.
    pub fail_on_watch: Option<bool>,
    /// The largest decline that does not fail.
    pub max_decline: Option<f64>,
    /// The responses that each feature needs.
    pub min_responses: Option<Option<i32>>,
}

impl GateChanges {
    /// The thresholds with these changes. `field` is where the caller gave them.
    pub fn applied(self, field: &str, thresholds: GateThresholds) -> Result<GateThresholds, Error> {
        if let Some(decline) = self.max_decline
            && !(0.0..=100.0).contains(&decline)
        {
            let reason = format!("is {decline}; send a number of points from 0 to 100");
            return Err(Error::invalid(format!("{field}.maxDecline"), reason));
        }
        if let Some(Some(responses)) = self.min_responses
            && !(1..=MAX_MIN_RESPONSES).contains(&responses)
        {
            let reason = format!("is {responses}; send a number from 1 to {MAX_MIN_RESPONSES}, or null");
            return Err(Error::invalid(format!("{field}.minResponses"), reason));
        }
        Ok(GateThresholds {
            fail_on_watch: self.fail_on_watch.unwrap_or(thresholds.fail_on_watch),
            max_decline: self.max_decline.unwrap_or(thresholds.max_decline),
            min_responses: self.min_responses.unwrap_or(thresholds.min_responses),
        })
    }
}

/// The thresholds of an organization.
pub fn gate(row: &Model) -> GateThresholds {
    GateThresholds {
        fail_on_watch: row.gate_fail_on_watch,
        max_decline: row.gate_max_decline,
        min_responses: row.gate_min_responses,
    }
}

/// The row with these thresholds.
pub(super) fn with_gate(row: ActiveModel, thresholds: GateThresholds) -> ActiveModel {
    ActiveModel {
        gate_fail_on_watch: Set(thresholds.fail_on_watch),
        gate_max_decline: Set(thresholds.max_decline),
        gate_min_responses: Set(thresholds.min_responses),
        ..row
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_within_their_ranges_and_change_one_by_one() {
        let own = GateThresholds { fail_on_watch: true, max_decline: 2.0, min_responses: Some(50) };
        let kept = GateChanges::default().applied("thresholds", own);
        assert_eq!(kept.ok(), Some(own));
        let free = GateChanges { min_responses: Some(None), ..GateChanges::default() };
        assert_eq!(free.applied("gate", own).ok(), Some(GateThresholds { min_responses: None, ..own }));
        let told = |changes: GateChanges| changes.applied("gate", own).map_err(|error| error.to_string());
        for decline in [-0.1, 100.5, f64::NAN] {
            let changes = GateChanges { max_decline: Some(decline), ..GateChanges::default() };
            let reason = format!("gate.maxDecline: is {decline}; send a number of points from 0 to 100");
            assert_eq!(told(changes), Err(reason));
        }
        let changes = GateChanges { min_responses: Some(Some(0)), ..GateChanges::default() };
        let reason = "gate.minResponses: is 0; send a number from 1 to 1000000, or null";
        assert_eq!(told(changes), Err(reason.to_owned()));
    }
}
