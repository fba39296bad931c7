//! The parameters of scores: estimates from the organization as a whole, stored for each day
//! that is over, so that a score as of a past day is reproducible.
//!
//! A day's parameters are computed in the night after it (the job `score-parameters`), on request, and at the end of
//! an import for all stored days that it changed. Late responses that arrive one by one do not change them: past
//! scores remain as reported. If none are stored, they are computed from the counts when a score needs them.

use std::collections::HashMap;

use ballroom_analytics::{Hyperparameters, METHOD, Stratum, control::Movement, prior::StratumPrior};
use ballroom_entity::{
    id::{ScaleId, SegmentId},
    parameters_daily::{Column, Entity, Model},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::{ColumnTrait, Iterable, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};

use super::{Period, Scores, Snapshot, facts::Codes};
use crate::{
    base::{day::day, error::Error},
    domain::{
        access::{Manage, Report},
        product, range,
    },
    store::{Bulk, Dimensions, Lease, Store, values},
};

/// Maximum number of days that are computed at once.
pub const MAX_DAYS: u64 = 400;

/// Number of days that the nightly job looks back for missed days.
const CATCH_UP: u64 = 92;

/// The interval at which a day can end somewhere: time zones differ by quarters of an hour.
const QUARTER: TimeDelta = TimeDelta::minutes(15);

/// Number of quarters of an hour to look ahead: a day, and an hour to spare for clocks that are set back.
const MAX_QUARTERS: i32 = 4 * 25;

/// The parameters of a day, in the organization's own IDs. Variances and means are of utilities, 0 to 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// The mean over all scales and segments.
    pub mean: f64,
    /// Variance between features, of what all their responses share.
    pub between_features: f64,
    /// Variance within a feature, between its scales and segments.
    pub within_features: f64,
    /// Variance by which a feature drifts from its history.
    pub drift: f64,
    /// Over-dispersion of responses.
    pub overdispersion: f64,
    /// Over-dispersion of incidents.
    pub incident_overdispersion: f64,
    /// Standard deviation of a feature's own change from one month to the next.
    pub own_movement: f64,
    /// Standard deviation of the common change of all features of a product.
    pub common_movement: f64,
    /// Features with responses in the year before.
    pub features: u32,
    /// Scales and segments with responses in the year before.
    pub strata: Vec<StratumParameters>,
}

/// Expectation for one scale and segment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StratumParameters {
    /// The scale.
    pub scale: uuid::Uuid,
    /// The segment; nil: none.
    pub segment: uuid::Uuid,
    /// The mean over features.
    pub mean: f64,
    /// The variance of a response as a share of the largest possible, `mean (1 - mean)`.
    pub variance_ratio: f64,
}

impl Parameters {
    /// From what analytics computed.
    pub fn of(computed: &Hyperparameters, codes: &Codes) -> Self {
        let stratum = |one: &StratumPrior| {
            let scale = codes.scales.id(one.stratum.scale)?.0;
            let segment = codes.segments.id(one.stratum.segment)?.0;
            Some(StratumParameters { scale, segment, mean: one.mean, variance_ratio: one.ratio })
        };
        Self {
            mean: computed.mean,
            between_features: computed.tau_a,
            within_features: computed.tau_b,
            drift: computed.tau_g,
            overdispersion: computed.phi,
            incident_overdispersion: computed.phi_incidents,
            own_movement: computed.movement.own,
            common_movement: computed.movement.common,
            features: computed.features,
            strata: computed.strata.iter().filter_map(stratum).collect(),
        }
    }

    /// The input of analytics.
    fn coded(&self, known: NaiveDate, codes: &Codes) -> Hyperparameters {
        let stratum = |one: &StratumParameters| {
            let scale = codes.scales.code(ScaleId(one.scale))?;
            let segment = codes.segments.code(SegmentId(one.segment))?;
            let stratum = Stratum { scale, segment };
            Some(StratumPrior { stratum, mean: one.mean, ratio: one.variance_ratio })
        };
        let mut strata: Vec<_> = self.strata.iter().filter_map(stratum).collect();
        strata.sort_by_key(|one| one.stratum);
        Hyperparameters {
            day: day(known),
            strata,
            mean: self.mean,
            tau_a: self.between_features,
            tau_b: self.within_features,
            tau_g: self.drift,
            phi: self.overdispersion,
            phi_incidents: self.incident_overdispersion,
            movement: Movement { own: self.own_movement, common: self.common_movement },
            features: self.features,
            method: METHOD.to_owned(),
        }
    }
}

/// The last day that is over in every product's time zone; none while there is no product.
pub fn last_day(dimensions: &Dimensions, now: DateTime<Utc>) -> Option<NaiveDate> {
    let today = |product: &ballroom_entity::product::Model| product::today(product, now);
    dimensions.products.values().map(today).min()?.pred_opt()
}

/// The stored parameters of some days, ready for scores.
pub(super) async fn kept(
    store: &Store,
    by: Report,
    codes: &Codes,
    days: &[NaiveDate],
) -> Result<HashMap<NaiveDate, Hyperparameters>, Error> {
    let rows = Entity::owned_by(by.organization())
        .filter(Column::Day.is_in(days.iter().copied()))
        .filter(Column::Method.eq(METHOD))
        .all(store.reader())
        .await?;
    let coded = |row: Model| {
        let unreadable = |error| Error::Inconsistent(format!("the parameters of {}: {error}", row.day));
        let parameters: Parameters = serde_json::from_value(row.parameters).map_err(unreadable)?;
        Ok((row.day, parameters.coded(row.day, codes)))
    };
    rows.into_iter().map(coded).collect()
}

/// The time at which the parameters of a day were computed and stored; none if they are not stored.
pub async fn kept_at(store: &Store, by: Report, day: NaiveDate) -> Result<Option<DateTime<Utc>>, Error> {
    let row = Entity::owned_by(by.organization())
        .filter(Column::Day.eq(day))
        .filter(Column::Method.eq(METHOD))
        .one(store.reader())
        .await?;
    Ok(row.map(|row| row.computed_at))
}

/// Computes the parameters of days that are over from the current counts, and stores them in place of those
/// that were. Returns the stored days: days before the first response have none.
pub async fn compute(
    store: &Store,
    scores: &Scores,
    by: Manage,
    period: Period,
    now: DateTime<Utc>,
) -> Result<Vec<NaiveDate>, Error> {
    range::not_empty("period", period.from, period.until)?;
    let asked = (period.until - period.from).num_days();
    if asked > MAX_DAYS as i64 {
        let reason = format!("has {asked} days; at most {MAX_DAYS} days can be computed at once");
        return Err(Error::invalid("period", reason));
    }
    let dimensions = store.dimensions(by.organization()).await?;
    let over = last_day(&dimensions, now);
    if let Some(over) = over.filter(|over| period.until > *over + Days::new(1)) {
        let reason = format!("must end by {over}: parameters are stored only for days that are over");
        return Err(Error::invalid("period", reason));
    }
    let days = period.from.iter_days().take_while(|day| *day < period.until).collect();
    keep(store, scores, by, None, days, now).await
}

/// Computes the missed days: from the last stored one to the last that is over. Under a lease they are stored only
/// while it is valid.
pub async fn catch_up(
    store: &Store,
    scores: &Scores,
    by: Manage,
    lease: Option<&Lease>,
    now: DateTime<Utc>,
) -> Result<Vec<NaiveDate>, Error> {
    let dimensions = store.dimensions(by.organization()).await?;
    let Some(over) = last_day(&dimensions, now) else { return Ok(Vec::new()) };
    let last = Entity::owned_by(by.organization())
        .filter(Column::Method.eq(METHOD))
        .order_by_desc(Column::Day)
        .one(store.reader())
        .await?
        .map(|row| row.day);
    let first = last.map_or(over, |last| (last + Days::new(1)).max(over - Days::new(CATCH_UP)));
    let days = first.iter_days().take_while(|day| *day <= over).collect();
    keep(store, scores, by, lease, days, now).await
}

/// After an import: recomputes the stored days from `since` on, whose counts it changed, and the missed ones.
pub async fn after_import(
    store: &Store,
    scores: &Scores,
    by: Manage,
    since: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<NaiveDate>, Error> {
    let rows = Entity::owned_by(by.organization()).filter(Column::Day.gte(since)).all(store.reader()).await?;
    let mut days: Vec<_> = rows.into_iter().map(|row| row.day).collect();
    days.sort_unstable();
    let mut computed = Vec::new();
    for days in days.chunks(MAX_DAYS as usize) {
        computed.extend(keep(store, scores, by, None, days.to_vec(), now).await?);
    }
    computed.extend(catch_up(store, scores, by, None, now).await?);
    Ok(computed)
}

/// The time when the next day will be over in every product's time zone; without a product, the next quarter of an
/// hour.
pub fn next_night(dimensions: &Dimensions, now: DateTime<Utc>) -> DateTime<Utc> {
    let over = last_day(dimensions, now);
    let quarter = now.timestamp().div_euclid(QUARTER.num_seconds()) * QUARTER.num_seconds();
    let quarter = DateTime::from_timestamp(quarter, 0).unwrap_or(now);
    let mut quarters = (1..=MAX_QUARTERS).map(|n| quarter + QUARTER * n);
    quarters.find(|at| last_day(dimensions, *at) > over).unwrap_or(now + QUARTER)
}

async fn keep(
    store: &Store,
    scores: &Scores,
    by: Manage,
    lease: Option<&Lease>,
    days: Vec<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<Vec<NaiveDate>, Error> {
    if days.is_empty() {
        return Ok(days);
    }
    let snapshot = scores.snapshot(by.into(), now.date_naive()).await?;
    let computed = super::blocking(move || Ok(computed(&snapshot, &days))).await?;
    if computed.is_empty() {
        return Ok(Vec::new());
    }
    let columns: Vec<Column> = Column::iter().collect();
    let row = |(day, parameters): &(NaiveDate, Parameters)| {
        let parameters = serde_json::to_value(parameters)
            .map_err(|error| Error::internal("cannot serialize the parameters", error))?;
        let row = Model {
            organization_id: by.organization(),
            day: *day,
            method: METHOD.to_owned(),
            parameters,
            computed_at: now,
        };
        Ok(values(&row, &columns))
    };
    let rows = computed.iter().map(row).collect::<Result<Vec<_>, Error>>()?;
    let table = Bulk::into::<Entity>(
        "ON CONFLICT (organization_id, day) DO UPDATE
         SET method = excluded.method, parameters = excluded.parameters, computed_at = excluded.computed_at",
        columns.iter().copied(),
    );
    let tx = store.begin(by.organization(), now).await?;
    table.insert(tx.db(), rows).await?;
    if let Some(lease) = lease {
        lease.hold(tx.db()).await?;
    }
    tx.commit().await?;
    Ok(computed.into_iter().map(|(day, _)| day).collect())
}

fn computed(snapshot: &Snapshot, days: &[NaiveDate]) -> Vec<(NaiveDate, Parameters)> {
    let one = |known: &NaiveDate| {
        let computed = snapshot.estimate(*known);
        (computed.features > 0).then(|| (*known, Parameters::of(&computed, &snapshot.codes)))
    };
    days.iter().filter_map(one).collect()
}
