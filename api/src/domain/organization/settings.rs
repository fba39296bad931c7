//! Settings of an organization that apply to all its scores.

use ballroom_analytics::{IncidentWeights, MIN_ANSWERS};
use ballroom_entity::organization::{ActiveModel, Column, Entity, Model};
use chrono::{DateTime, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, Set};

use super::{
    find,
    gate::{self, GateChanges, GateThresholds},
};
use crate::{
    base::error::Error,
    domain::{access::Administer, privacy::MinGroup},
    store::Store,
    transaction::{Event, Transaction},
};

/// Maximum of `min_answers`.
const MAX_MIN_ANSWERS: i32 = 10_000;

/// The changes; omitted settings are kept.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Number of responses that a verdict needs on each side.
    pub min_answers: Option<i32>,
    /// Weights of incidents of some severities.
    pub incident_weights: Vec<IncidentWeight>,
    /// What release gates tolerate.
    pub gate: GateChanges,
    /// Number of customers from which a group is shown to callers who may not see single customers.
    pub min_group: Option<i32>,
}

/// The weights of incidents of a severity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IncidentWeight {
    /// 1 (critical) to 4 (minor).
    pub severity: i32,
    /// Share of an affected customer's day that is lost, 0 to 1.
    pub weight: f64,
    /// Assumed share of the active customers affected if their number is unknown, 0 to 1.
    pub unknown_share: f64,
}

/// The weights of incidents in an organization, as the input of analytics.
pub fn weights(row: &Model) -> IncidentWeights {
    IncidentWeights {
        severity: [
            row.severity_weight_1,
            row.severity_weight_2,
            row.severity_weight_3,
            row.severity_weight_4,
        ],
        unknown_share: [row.unknown_share_1, row.unknown_share_2, row.unknown_share_3, row.unknown_share_4],
    }
}

/// The same as a list, the most severe first.
pub fn incident_weights(row: &Model) -> Vec<IncidentWeight> {
    let IncidentWeights { severity, unknown_share } = weights(row);
    let shares = (1..).zip(severity.into_iter().zip(unknown_share));
    shares
        .map(|(severity, (weight, unknown_share))| IncidentWeight { severity, weight, unknown_share })
        .collect()
}

/// The settings of a new organization.
pub(super) fn defaults() -> ActiveModel {
    let bare = ActiveModel {
        min_answers: Set(MIN_ANSWERS as i32),
        min_group: Set(MinGroup::DEFAULT),
        ..Default::default()
    };
    gate::with_gate(with_weights(bare, IncidentWeights::default()), GateThresholds::default())
}

/// Changes settings. They apply to all scores at once, because the counts contain no weights.
pub async fn change(
    store: &Store,
    by: Administer,
    changes: Changes,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    if let Some(answers) = changes.min_answers {
        check_min_answers(answers)?;
    }
    if let Some(customers) = changes.min_group {
        check_min_group(customers)?;
    }
    let mut tx = store.begin(by.organization(), at).await?;
    let row = own(&tx).await?;
    let weights = changed(weights(&row), &changes.incident_weights)?;
    let thresholds = changes.gate.applied("gate", gate::gate(&row))?;
    let mut row = gate::with_gate(with_weights(row.into_active_model(), weights), thresholds);
    if let Some(answers) = changes.min_answers {
        row.min_answers = Set(answers);
    }
    if let Some(customers) = changes.min_group {
        row.min_group = Set(customers);
    }
    row.updated_at = Set(at);
    row.update(tx.db()).await?;
    tx.emit(Event::OrganizationUpdated(by.organization()));
    tx.commit().await?;
    find(store, by.organization()).await
}

/// The row of the transaction's organization, as the transaction sees it.
async fn own(tx: &Transaction) -> Result<Model, Error> {
    let row = Entity::find().filter(Column::Id.eq(tx.organization())).one(tx.db()).await?;
    row.ok_or_else(|| Error::Inconsistent("the organization of the transaction does not exist".to_owned()))
}

fn with_weights(row: ActiveModel, weights: IncidentWeights) -> ActiveModel {
    let [first, second, third, fourth] = weights.severity.map(Set);
    let [first_share, second_share, third_share, fourth_share] = weights.unknown_share.map(Set);
    ActiveModel {
        severity_weight_1: first,
        severity_weight_2: second,
        severity_weight_3: third,
        severity_weight_4: fourth,
        unknown_share_1: first_share,
        unknown_share_2: second_share,
        unknown_share_3: third_share,
        unknown_share_4: fourth_share,
        ..row
    }
}

fn check_min_answers(answers: i32) -> Result<(), Error> {
    if !(1..=MAX_MIN_ANSWERS).contains(&answers) {
        let reason = format!("is {answers}; send a number from 1 to {MAX_MIN_ANSWERS}");
        return Err(Error::invalid("minResponses", reason));
    }
    Ok(())
}

fn check_min_group(customers: i32) -> Result<(), Error> {
    if !MinGroup::BOUNDS.contains(&customers) {
        let (least, most) = (MinGroup::BOUNDS.start(), MinGroup::BOUNDS.end());
        let reason =
            format!("is {customers}; send a number from {least} to {most}: a group of one is a person");
        return Err(Error::invalid("minGroup", reason));
    }
    Ok(())
}

/// The weights with some of them changed.
fn changed(mut weights: IncidentWeights, changes: &[IncidentWeight]) -> Result<IncidentWeights, Error> {
    let mut named = [false; 4];
    for (at, change) in changes.iter().enumerate() {
        let field = |name: &str| format!("incidentWeights.{at}.{name}");
        let grade = grade(field("severity"), change.severity)?;
        if std::mem::replace(&mut named[grade], true) {
            let reason = format!("is {}, which occurs twice; send each severity once", change.severity);
            return Err(Error::invalid(field("severity"), reason));
        }
        weights.severity[grade] = share(field("weight"), change.weight)?;
        weights.unknown_share[grade] = share(field("unknownShare"), change.unknown_share)?;
    }
    if !changes.is_empty() {
        check_falling("weight", weights.severity)?;
        check_falling("unknownShare", weights.unknown_share)?;
    }
    Ok(weights)
}

fn grade(field: String, severity: i32) -> Result<usize, Error> {
    match severity {
        1..=4 => Ok(severity as usize - 1),
        _ => Err(Error::invalid(field, format!("is {severity}; send a number from 1 to 4"))),
    }
}

fn share(field: String, share: f64) -> Result<f64, Error> {
    match (0.0..=1.0).contains(&share) {
        true => Ok(share),
        false => Err(Error::invalid(field, format!("is {share}; send a number from 0 to 1"))),
    }
}

/// A less severe incident never weighs more than a more severe one.
fn check_falling(name: &str, shares: [f64; 4]) -> Result<(), Error> {
    for (severity, pair) in (1..).zip(shares.windows(2)) {
        let (graver, minor) = (pair[0], pair[1]);
        if minor > graver {
            let reason = format!(
                "would make {name} {minor} for severity {} and {graver} for severity {severity}; send weights that do not \
                 increase from severity 1 to 4",
                severity + 1,
            );
            return Err(Error::unfit("incidentWeights", reason));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A severity, its weight and its unknown share.
    type Given = (i32, f64, f64);

    fn told(changes: &[Given]) -> String {
        let changes: Vec<_> = changes
            .iter()
            .map(|&(severity, weight, unknown_share)| IncidentWeight { severity, weight, unknown_share })
            .collect();
        match changed(IncidentWeights::default(), &changes) {
            Ok(weights) => format!("{:?} {:?}", weights.severity, weights.unknown_share),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn weights_are_shares_that_fall_with_the_severity_and_each_is_named_once() {
        let cases: [(&[Given], &str); 8] = [
            (&[(0, 0.5, 0.5)], "incidentWeights.0.severity: is 0; send a number from 1 to 4"),
            (&[(5, 0.5, 0.5)], "incidentWeights.0.severity: is 5; send a number from 1 to 4"),
            (
                &[(2, 0.5, 0.2), (2, 0.5, 0.2)],
                "incidentWeights.1.severity: is 2, which occurs twice; send each severity once",
            ),
            (&[(1, 1.1, 0.5)], "incidentWeights.0.weight: is 1.1; send a number from 0 to 1"),
            (&[(1, 1.0, f64::NAN)], "incidentWeights.0.unknownShare: is NaN; send a number from 0 to 1"),
            (
                &[(3, 0.6, 0.05)],
                "incidentWeights: would make weight 0.6 for severity 3 and 0.5 for severity 2; send weights that do not \
                 increase from severity 1 to 4",
            ),
            (
                &[(1, 1.0, 0.1)],
                "incidentWeights: would make unknownShare 0.2 for severity 2 and 0.1 for severity 1; send weights that do \
                 not increase from severity 1 to 4",
            ),
            (&[(2, 1.0, 0.5), (3, 0.3, 0.05)], "[1.0, 1.0, 0.3, 0.05] [0.5, 0.5, 0.05, 0.01]"),
        ];
        for (changes, reason) in cases {
            assert_eq!(told(changes), reason);
        }
    }
}
