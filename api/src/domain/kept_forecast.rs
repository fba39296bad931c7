//! Forecasts of incidents after releases, kept as they were made, beside what came.

use ballroom_entity::{
    id::{OrganizationId, ProductId, ReleaseId},
    incident, incident_feature,
    release_forecast::{Column, Entity, Model},
};
use chrono::{Days, NaiveDate};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
};

use super::access::Report;
use crate::{base::error::Error, store::Store, transaction::Transaction};

/// Days of a kept forecast.
pub(crate) const DAYS: u32 = 14;

/// The probabilities between which nine of ten numbers of incidents should lie.
const INTERVAL: (f64, f64) = (0.05, 0.95);

/// A forecast and what came.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The forecast.
    pub row: Model,
    /// Number of incidents that began in its days, each once for each of its features; none while they are not over.
    pub actual: Option<u64>,
}

/// How well kept forecasts were calibrated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    /// Number of forecasts whose days are over.
    pub forecasts: u64,
    /// Those among them whose number of incidents lay within the 90 % interval.
    pub within: u64,
    /// For each probability, the share of the forecasts whose number of incidents was not greater than the quantile.
    pub shares: Vec<(f64, f64)>,
    /// Mean of expected less actual incidents.
    pub bias: f64,
}

impl Kept {
    /// The first day, and the day after the last one.
    pub fn days(&self) -> (NaiveDate, NaiveDate) {
        let first = self.row.as_of + Days::new(1);
        (first, first + Days::new(u64::try_from(self.row.days).unwrap_or(0)))
    }

    /// Pairs of a probability and the number of incidents that is not exceeded with it.
    pub fn quantiles(&self) -> Vec<(f64, f64)> {
        serde_json::from_value(self.row.quantiles.clone()).unwrap_or_default()
    }

    /// Whether the number of incidents lay within the 90 % interval; none while it is not known.
    pub fn is_within(&self) -> Option<bool> {
        let quantiles = self.quantiles();
        let at = |share: f64| quantiles.iter().find(|(one, _)| (one - share).abs() < 1e-9).map(|(_, n)| *n);
        let (low, high, actual) = (at(INTERVAL.0)?, at(INTERVAL.1)?, self.actual? as f64);
        Some(low <= actual && actual <= high)
    }
}

/// Stores the forecast of a release, inside a transaction.
pub(crate) async fn keep(tx: &Transaction, row: Model) -> Result<(), Error> {
    row.into_active_model().insert(tx.db()).await?;
    Ok(())
}

/// The kept forecasts of some releases.
pub(crate) async fn rows(
    store: &Store,
    organization: OrganizationId,
    releases: &[ReleaseId],
) -> Result<Vec<Model>, Error> {
    let mut found = Vec::new();
    for some in releases.chunks(1_000) {
        let rows = Entity::owned_by(organization).filter(Column::ReleaseId.is_in(some.iter().copied()));
        found.extend(rows.all(store.reader()).await?);
    }
    Ok(found)
}

/// The forecast of a release beside what came until a day.
pub async fn of_release(
    store: &Store,
    by: Report,
    (product, release): (ProductId, ReleaseId),
    today: NaiveDate,
) -> Result<Option<Kept>, Error> {
    let Some(row) = rows(store, by.organization(), &[release]).await?.pop() else { return Ok(None) };
    Ok(Some(beside(store, by.organization(), product, row, today).await?))
}

/// How well the kept forecasts of a product were calibrated, as known on a day.
pub async fn calibration(
    store: &Store,
    by: Report,
    product: ProductId,
    today: NaiveDate,
) -> Result<Calibration, Error> {
    let dimensions = store.dimensions(by.organization()).await?;
    let releases: Vec<ReleaseId> = dimensions.releases_of(product).into_iter().map(|row| row.id).collect();
    let mut kept = Vec::new();
    for row in rows(store, by.organization(), &releases).await? {
        kept.push(beside(store, by.organization(), product, row, today).await?);
    }
    Ok(calibrated(&kept))
}

fn calibrated(kept: &[Kept]) -> Calibration {
    let over: Vec<(&Kept, f64)> = kept.iter().filter_map(|one| Some((one, one.actual? as f64))).collect();
    let number = over.len() as f64;
    let Some((first, _)) = over.first() else { return Calibration::default() };
    let shares = first.quantiles().into_iter().map(|(share, _)| share);
    let not_greater = |share: f64| {
        let held = over.iter().filter(|(one, actual)| {
            let quantiles = one.quantiles();
            quantiles.iter().any(|(at, incidents)| (at - share).abs() < 1e-9 && actual <= incidents)
        });
        held.count() as f64 / number
    };
    Calibration {
        forecasts: over.len() as u64,
        within: over.iter().filter(|(one, _)| one.is_within() == Some(true)).count() as u64,
        shares: shares.map(|share| (share, not_greater(share))).collect(),
        bias: over.iter().map(|(one, actual)| one.row.mean - actual).sum::<f64>() / number,
    }
}

async fn beside(
    store: &Store,
    organization: OrganizationId,
    product: ProductId,
    row: Model,
    today: NaiveDate,
) -> Result<Kept, Error> {
    let mut kept = Kept { row, actual: None };
    let (first, until) = kept.days();
    if until <= today {
        let began = incident::Entity::owned_by(organization)
            .filter(incident::Column::ProductId.eq(product))
            .filter(incident::Column::OpenedOn.gte(first))
            .filter(incident::Column::OpenedOn.lt(until));
        let ids = began.clone().select_only().column(incident::Column::Id).into_query();
        let of_features = incident_feature::Entity::owned_by(organization)
            .filter(incident_feature::Column::IncidentId.in_subquery(ids))
            .count(store.reader())
            .await?;
        let all = incident_feature::Entity::owned_by(organization)
            .select_only()
            .column(incident_feature::Column::IncidentId)
            .into_query();
        let whole = began.filter(incident::Column::Id.not_in_subquery(all)).count(store.reader()).await?;
        kept.actual = Some(of_features + whole);
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn kept(mean: f64, actual: Option<u64>) -> Kept {
        let row = Model {
            organization_id: OrganizationId::NONE,
            release_id: ReleaseId::NONE,
            as_of: NaiveDate::MIN,
            days: 14,
            mean,
            quantiles: serde_json::json!([[0.05, mean - 3.0], [0.5, mean], [0.95, mean + 3.0]]),
            made_at: DateTime::UNIX_EPOCH,
        };
        Kept { row, actual }
    }

    #[test]
    fn calibration_compares_each_forecast_with_what_came() {
        let found =
            calibrated(&[kept(5.0, Some(4)), kept(5.0, Some(9)), kept(5.0, Some(5)), kept(5.0, None)]);
        assert_eq!((found.forecasts, found.within), (3, 2));
        let share = |at: f64| found.shares.iter().find(|(share, _)| *share == at).unwrap().1;
        assert!((share(0.5) - 2.0 / 3.0).abs() < 1e-9 && (share(0.95) - 2.0 / 3.0).abs() < 1e-9, "{found:?}");
        assert!((found.bias + 1.0).abs() < 1e-9, "{found:?}");
        assert_eq!(calibrated(&[kept(5.0, None)]), Calibration::default());
    }
}
