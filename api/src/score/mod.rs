//! Scores: from daily counts, through analytics, back to the organization's own nouns.

mod ask;
mod cache;
pub mod coarse;
pub mod distribution;
pub mod facts;
pub mod gate;
mod noun;
pub mod parameters;
mod snapshot;
pub mod timeline;
pub mod words;

use std::sync::Arc;

use ballroom_analytics::{
    alert::Alert,
    change_point::ChangePoint,
    forecast::Forecast,
    regression::ReleaseReport,
    standard::Standard,
    value::{TrendPoint, ValueScore},
};
use ballroom_entity::id::{FeatureId, ProductId, ReleaseId, SegmentId};
use chrono::{DateTime, Days, NaiveDate};

pub use self::snapshot::Snapshot;
use self::{cache::SnapshotCache, parameters::Parameters};
use crate::{
    base::{day::day, error::Error},
    domain::access::Report,
    store::Store,
};

/// The period of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// The day after the last.
    pub until: NaiveDate,
}

/// Default length of the period: a quarter, about what a customer remembers.
const DEFAULT_DAYS: u64 = 90;

/// Maximum length of a period: a century.
const MAX_DAYS: i64 = 36_525;

impl Period {
    /// The last days up to a day, inclusive.
    pub fn last(days: u64, last: NaiveDate) -> Self {
        Self { from: last - Days::new(days - 1), until: last + Days::new(1) }
    }

    /// The requested period (default: the last 90 days), and the last known day: by default the
    /// period's last, or today if that is earlier.
    pub fn resolve(
        given: Option<Self>,
        as_of: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<(Self, NaiveDate), Error> {
        let as_of = as_of.map(|day| known_day("asOf", day, today)).transpose()?;
        let period = given.unwrap_or_else(|| Self::last(DEFAULT_DAYS, as_of.unwrap_or(today)));
        period.check(today)?;
        let as_of = as_of.unwrap_or_else(|| today.min(period.until - Days::new(1)));
        Ok((period, as_of))
    }

    /// Whether it ends after it begins, and is within bounds.
    fn check(self, today: NaiveDate) -> Result<(), Error> {
        let Self { from, until } = self;
        let (first, last) =
            (DateTime::UNIX_EPOCH.date_naive() - Days::new(DEFAULT_DAYS), today + Days::new(MAX_DAYS as u64));
        if from < first {
            return Err(Error::invalid("period.from", format!("is {from}; give {first} or a later day")));
        }
        if until > last {
            return Err(Error::invalid("period.until", format!("is {until}; give {last} or an earlier day")));
        }
        if until <= from {
            let reason = format!(
                "is {until}, and period.from is {from}: give a later day for it, since a period ends before its `until`"
            );
            return Err(Error::invalid("period.until", reason));
        }
        let days = (until - from).num_days();
        if days > MAX_DAYS {
            let reason = format!("has {days} days; give at most {MAX_DAYS}, a century");
            return Err(Error::invalid("period", reason));
        }
        Ok(())
    }
}

/// Validates the day of a score: not in the future.
pub fn known_day(field: &str, day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Error> {
    let epoch = DateTime::UNIX_EPOCH.date_naive();
    match day {
        _ if day > today => Err(Error::invalid(
            field,
            format!("is {day}, which is in the future; give today ({today}) or an earlier day"),
        )),
        _ if day < epoch => Err(Error::invalid(field, format!("is {day}; give {epoch} or a later day"))),
        day => Ok(day),
    }
}

/// The part of the responses that a value covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The days.
    pub period: Period,
    /// Only this release.
    pub release: Option<ReleaseId>,
    /// Only this segment.
    pub segment: Option<SegmentId>,
    /// The last known day.
    pub as_of: NaiveDate,
}

impl Cell {
    /// Whether every day of the period is known and over; if not, its figures are provisional. A day is over when
    /// another has begun in the product's time zone.
    pub fn complete(&self, today: NaiveDate) -> bool {
        self.as_of.succ_opt().is_none_or(|unknown| self.period.until <= unknown.min(today))
    }
}

/// Computes scores and caches what they share.
#[derive(Clone)]
pub struct Scores {
    store: Store,
    cache: SnapshotCache,
}

/// The value of a feature as of a series of days, each over a period of the same length that ends on the day.
#[derive(Clone, Debug)]
pub struct TrendOf {
    /// Length of the period in days.
    pub days: u32,
    /// The days.
    pub as_of: Vec<NaiveDate>,
    /// Only this release.
    pub release: Option<ReleaseId>,
    /// Only this segment.
    pub segment: Option<SegmentId>,
}

/// A forecast for a feature.
#[derive(Clone, Debug)]
pub struct ForecastOf {
    /// The last known day; the forecast begins the day after.
    pub as_of: NaiveDate,
    /// Number of days.
    pub days: u32,
    /// When a release is planned.
    pub release_on: Option<NaiveDate>,
    /// Expected active customers on each day; empty: as recently.
    pub active_customers: Vec<f64>,
}

impl Scores {
    /// Scores of the data in this database.
    pub fn new(store: Store) -> Self {
        Self { store, cache: SnapshotCache::default() }
    }

    /// The organization's current counts. One statement if nothing has changed.
    pub async fn snapshot(&self, by: Report, today: NaiveDate) -> Result<Arc<Snapshot>, Error> {
        self.cache.snapshot(&self.store, by, today).await
    }

    /// The value of every feature of a product (and of the product as a whole, if responses are about it): the
    /// ranked ones from the highest down, then those with not enough responses.
    pub async fn value_report(
        &self,
        by: Report,
        today: NaiveDate,
        product: ProductId,
        cell: Cell,
    ) -> Result<(Arc<Snapshot>, Vec<ValueScore>), Error> {
        let snapshot = self.known(by, today, &[cell.as_of]).await?;
        let asked = snapshot.clone();
        let report = blocking(move || asked.value_report(product, cell)).await?;
        Ok((snapshot, report))
    }

    /// The values of the products as wholes, compared: the ranked ones from the highest down, then those with too few
    /// responses. Each has its own cell, because its days are those of its time zone. Products without responses about
    /// the whole are omitted.
    pub async fn products(
        &self,
        by: Report,
        today: NaiveDate,
        cells: Vec<(ProductId, Cell)>,
    ) -> Result<(Arc<Snapshot>, Vec<ValueScore>), Error> {
        let mut days: Vec<NaiveDate> = cells.iter().map(|(_, cell)| cell.as_of).collect();
        days.sort_unstable();
        days.dedup();
        let snapshot = self.known(by, today, &days).await?;
        let asked = snapshot.clone();
        let values = blocking(move || asked.products(&cells)).await?;
        Ok((snapshot, values))
    }

    /// The value of a feature as of a series of days, in one pass over the counts.
    pub async fn trend(
        &self,
        by: Report,
        today: NaiveDate,
        product: ProductId,
        feature: FeatureId,
        asked: TrendOf,
    ) -> Result<(Arc<Snapshot>, Vec<TrendPoint>), Error> {
        let snapshot = self.known(by, today, &asked.as_of).await?;
        let of = snapshot.clone();
        let points = blocking(move || of.trend(product, feature, &asked)).await?;
        Ok((snapshot, points))
    }

    /// The incidents to expect of a feature; none while nothing is known.
    pub async fn forecast(
        &self,
        by: Report,
        today: NaiveDate,
        product: ProductId,
        feature: FeatureId,
        asked: ForecastOf,
    ) -> Result<Option<Forecast>, Error> {
        let snapshot = self.known(by, today, &[asked.as_of]).await?;
        blocking(move || snapshot.forecast(product, feature, asked)).await
    }

    /// The days and weeks of a product and its features that end in the period and had more incidents than was to be
    /// expected.
    pub async fn alerts(
        &self,
        by: Report,
        today: NaiveDate,
        product: ProductId,
        period: Period,
    ) -> Result<(Arc<Snapshot>, Vec<Alert>), Error> {
        let snapshot = self.snapshot(by, today).await?;
        let asked = snapshot.clone();
        let alerts = blocking(move || asked.alerts(product, period)).await?;
        Ok((snapshot, alerts))
    }

    /// The parameters as of a day: the stored ones, or else computed now.
    pub async fn parameters(
        &self,
        by: Report,
        today: NaiveDate,
        as_of: NaiveDate,
    ) -> Result<(Arc<Snapshot>, Parameters), Error> {
        let snapshot = self.known(by, today, &[as_of]).await?;
        let asked = snapshot.clone();
        let computed = blocking(move || Ok(asked.prior(day(as_of)))).await?;
        let parameters = Parameters::of(&computed, &snapshot.codes);
        Ok((snapshot, parameters))
    }

    /// The verdicts on a release; none while it is only planned.
    pub async fn regression(
        &self,
        by: Report,
        today: NaiveDate,
        release: ReleaseId,
        as_of: NaiveDate,
    ) -> Result<(Arc<Snapshot>, Option<ReleaseReport>), Error> {
        let snapshot = self.judging(by, today, release, as_of).await?;
        let asked = snapshot.clone();
        let report = blocking(move || asked.regression(release, as_of)).await?;
        Ok((snapshot, report))
    }

    /// When the experience of a feature changed, in the rows that the verdict on a release rests on, and which
    /// release is suspect. `through` is the last day that the verdict looked at.
    pub async fn suspects(
        &self,
        by: Report,
        today: NaiveDate,
        release: ReleaseId,
        feature: FeatureId,
        through: NaiveDate,
    ) -> Result<Option<ChangePoint>, Error> {
        let snapshot = self.judging(by, today, release, through).await?;
        blocking(move || snapshot.suspects(release, feature, through)).await
    }

    /// When the experience of a feature changed, and which release is suspect.
    pub async fn change_point(
        &self,
        by: Report,
        today: NaiveDate,
        product: ProductId,
        feature: FeatureId,
        as_of: NaiveDate,
    ) -> Result<(Arc<Snapshot>, Option<ChangePoint>), Error> {
        let snapshot = self.known(by, today, &[as_of]).await?;
        let asked = snapshot.clone();
        let found = blocking(move || asked.change_point(product, feature, as_of)).await?;
        Ok((snapshot, found))
    }

    /// NPS, CSAT and the like of a feature.
    pub async fn standard(
        &self,
        by: Report,
        today: NaiveDate,
        product: ProductId,
        feature: FeatureId,
        cell: Cell,
    ) -> Result<(Arc<Snapshot>, Vec<Standard>), Error> {
        let snapshot = self.snapshot(by, today).await?;
        let asked = snapshot.clone();
        let figures = blocking(move || asked.standard(product, feature, cell)).await?;
        Ok((snapshot, figures))
    }

    /// The snapshot from which a release is judged.
    async fn judging(
        &self,
        by: Report,
        today: NaiveDate,
        release: ReleaseId,
        as_of: NaiveDate,
    ) -> Result<Arc<Snapshot>, Error> {
        let snapshot = self.snapshot(by, today).await?;
        let eve = |release, as_of| snapshot.first_day_as_of(release, as_of)?.pred_opt();
        let own = eve(release, as_of);
        let of_previous = own.and_then(|own| eve(snapshot.previous(release, as_of)?, own));
        let eves: Vec<_> = own.into_iter().chain(of_previous).collect();
        self.recall(by, &snapshot, &eves).await?;
        Ok(snapshot)
    }

    /// The snapshot with the stored parameters of some days.
    async fn known(&self, by: Report, today: NaiveDate, days: &[NaiveDate]) -> Result<Arc<Snapshot>, Error> {
        let snapshot = self.snapshot(by, today).await?;
        self.recall(by, &snapshot, days).await?;
        Ok(snapshot)
    }

    async fn recall(&self, by: Report, snapshot: &Snapshot, days: &[NaiveDate]) -> Result<(), Error> {
        let mut looked_for = snapshot.looked_for.lock().await;
        let missing: Vec<_> = days.iter().filter(|day| !looked_for.contains(day)).copied().collect();
        if missing.is_empty() {
            return Ok(());
        }
        let kept = parameters::kept(&self.store, by, &snapshot.codes, &missing).await?;
        snapshot.priors().extend(kept.into_iter().map(|(kept, prior)| (day(kept), Arc::new(prior))));
        looked_for.extend(missing);
        Ok(())
    }
}

/// Runs Polars on a blocking thread: on a thread that serves requests it panics.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::internal("the computation was aborted", error)))
}
