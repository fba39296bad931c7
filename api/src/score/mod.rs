//! Scores: from daily counts, through analytics, back to the organization's own nouns.

pub mod distribution;
pub mod facts;
pub mod parameters;
pub mod timeline;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard},
};

use ballroom_analytics::{
    self as analytics, Day, Hyperparameters, Prepared,
    alert::{Alert, AlertQuery},
    change_point::ChangePoint,
    forecast::{Forecast, ForecastQuery},
    regression::ReleaseReport,
    standard::{Standard, StandardQuery},
    value::{ReportQuery, TrendPoint, TrendQuery, ValueScore},
};
use ballroom_entity::{
    id::{FeatureId, OrganizationId, ProductId, ReleaseId, SegmentId},
    release_feature::FeatureChange,
};
use chrono::{DateTime, Days, NaiveDate};

use self::{
    facts::{Codes, Counted},
    parameters::Parameters,
};
use crate::{
    base::{
        day::{date, day},
        error::Error,
        reference::PublicId,
    },
    domain::access::Report,
    store::{Dimensions, Store},
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
        let epoch = DateTime::UNIX_EPOCH.date_naive();
        if period.from < epoch - Days::new(DEFAULT_DAYS) || period.until > today + Days::new(MAX_DAYS as u64)
        {
            return Err(Error::invalid("period", "must be between 1970 and a century from now"));
        }
        if period.until <= period.from {
            return Err(Error::invalid(
                "period.until",
                "must be after period.from: a period ends the day before `until`",
            ));
        }
        if (period.until - period.from).num_days() > MAX_DAYS {
            return Err(Error::invalid("period", "must not be longer than a century"));
        }
        let as_of = as_of.unwrap_or_else(|| today.min(period.until - Days::new(1)));
        Ok((period, as_of))
    }
}

/// Validates the day of a score: not in the future.
pub fn known_day(field: &str, day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Error> {
    if day > today {
        return Err(Error::invalid(field, format!("must not be after today ({today})")));
    }
    if day < DateTime::UNIX_EPOCH.date_naive() {
        return Err(Error::invalid(field, "must not be before 1970"));
    }
    Ok(day)
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
    kept: Arc<Mutex<HashMap<OrganizationId, SnapshotSlot>>>,
}

/// The last snapshot of an organization. It is locked while a new one is created, so that concurrent requests
/// share it.
type SnapshotSlot = Arc<tokio::sync::Mutex<Option<Arc<Snapshot>>>>;

/// An organization's counts at one revision, ready for any number of scores.
pub struct Snapshot {
    revision: i64,
    today: NaiveDate,
    /// The organization's dimensions at that revision.
    pub dimensions: Arc<Dimensions>,
    /// The codes used by analytics.
    pub codes: Codes,
    prepared: Prepared,
    priors: Mutex<HashMap<Day, Arc<Hyperparameters>>>,
    /// The days whose stored parameters were looked up. It is locked while they are read, so that
    /// none are computed that are about to be found.
    looked_for: tokio::sync::Mutex<HashSet<NaiveDate>>,
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
    /// How many days.
    pub days: u32,
    /// When a release is planned.
    pub release_on: Option<NaiveDate>,
    /// Expected active customers on each day; empty: as recently.
    pub active_customers: Vec<f64>,
}

impl Scores {
    /// Scores of the data in this database.
    pub fn new(store: Store) -> Self {
        Self { store, kept: Arc::default() }
    }

    /// The organization's current counts. One statement if nothing has changed.
    pub async fn snapshot(&self, by: Report, today: NaiveDate) -> Result<Arc<Snapshot>, Error> {
        let organization = by.organization();
        let kept = {
            let mut all = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            all.entry(organization).or_default().clone()
        };
        let mut kept = kept.lock().await;
        let is_it = |known: &&Arc<Snapshot>, revision| known.revision == revision && known.today == today;
        let revision = self.store.revision(organization).await?;
        if let Some(known) = kept.as_ref().filter(|known| is_it(known, revision)) {
            return Ok(known.clone());
        }
        let view = self.store.view().await?;
        let (row, dimensions) = self.store.dimensions_in(&view, organization).await?;
        let counted = Counted::read(&view, &row, &dimensions, today).await?;
        view.commit().await?;
        let (codes, prepared) = blocking(move || counted.prepare()).await?;
        let snapshot = Arc::new(Snapshot {
            revision: row.revision,
            today,
            dimensions,
            codes,
            prepared,
            priors: Mutex::default(),
            looked_for: tokio::sync::Mutex::default(),
        });
        *kept = Some(snapshot.clone());
        Ok(snapshot)
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

    /// The values of the products as wholes, compared: the ranked ones from the highest down, then those with not
    /// enough responses. Each has a cell of its own, for its days are those of its time zone. Products without any response
    /// about the whole are left out.
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

    /// The parameters as of a day: those kept, or else computed now.
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
        let snapshot = self.judging(by, today, release).await?;
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
        feature: u32,
        through: NaiveDate,
    ) -> Result<Option<ChangePoint>, Error> {
        let snapshot = self.judging(by, today, release).await?;
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
    ) -> Result<Arc<Snapshot>, Error> {
        let snapshot = self.snapshot(by, today).await?;
        let eve = |release| snapshot.first_day(release).and_then(|first| first.pred_opt());
        let eves: Vec<_> =
            [Some(release), snapshot.previous(release)].into_iter().flatten().filter_map(eve).collect();
        self.recall(by, &snapshot, &eves).await?;
        Ok(snapshot)
    }

    /// The snapshot with the parameters that are kept of some days.
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

impl Snapshot {
    fn value_report(&self, product: ProductId, cell: Cell) -> Result<Vec<ValueScore>, Error> {
        let whole = self.feature(product, FeatureId::NONE)?;
        let mut features = self.prepared.features_of(whole);
        // The product as a whole is included only if it has responses.
        if self.prepared.first_day(whole).is_none() {
            features.retain(|feature| *feature != whole);
        }
        self.report(features, cell)
    }

    fn report(&self, features: Vec<u32>, cell: Cell) -> Result<Vec<ValueScore>, Error> {
        let query = ReportQuery {
            features,
            from: day(cell.period.from),
            until: day(cell.period.until),
            release: cell.release.map(|release| self.release(release)).transpose()?,
            segment: cell.segment.map(|segment| self.segment(segment)).transpose()?,
            as_of: day(cell.as_of),
        };
        Ok(analytics::value_report(&self.prepared, &self.prior(day(cell.as_of)), &query)?)
    }

    fn products(&self, cells: &[(ProductId, Cell)]) -> Result<Vec<ValueScore>, Error> {
        // Time zones are few, so are the cells: those that share one are looked at together.
        let mut together: HashMap<Cell, Vec<u32>> = HashMap::new();
        for (product, cell) in cells {
            // A product created since the snapshot has nothing to compare.
            let Ok(whole) = self.feature(*product, FeatureId::NONE) else { continue };
            if self.prepared.first_day(whole).is_some() {
                together.entry(*cell).or_default().push(whole);
            }
        }
        let mut values = Vec::with_capacity(cells.len());
        for (cell, features) in together {
            values.extend(self.report(features, cell)?);
        }
        values.sort_by(|a, b| {
            b.ranked.cmp(&a.ranked).then(b.score.total_cmp(&a.score)).then(a.feature.cmp(&b.feature))
        });
        Ok(values)
    }

    fn trend(
        &self,
        product: ProductId,
        feature: FeatureId,
        asked: &TrendOf,
    ) -> Result<Vec<TrendPoint>, Error> {
        let query = TrendQuery {
            feature: self.feature(product, feature)?,
            days: asked.days,
            release: asked.release.map(|release| self.release(release)).transpose()?,
            segment: asked.segment.map(|segment| self.segment(segment)).transpose()?,
        };
        let priors: Vec<_> = asked.as_of.iter().map(|as_of| self.prior(day(*as_of))).collect();
        Ok(analytics::trend(&self.prepared, priors.iter().map(AsRef::as_ref), &query)?)
    }

    fn forecast(
        &self,
        product: ProductId,
        feature: FeatureId,
        asked: ForecastOf,
    ) -> Result<Option<Forecast>, Error> {
        let query = ForecastQuery {
            feature: self.feature(product, feature)?,
            as_of: day(asked.as_of),
            days: asked.days,
            release_day: asked.release_on.map(day),
            exposure: asked.active_customers,
        };
        Ok(analytics::forecast(&self.prepared, &self.prior(day(asked.as_of)), &query)?)
    }

    fn alerts(&self, product: ProductId, period: Period) -> Result<Vec<Alert>, Error> {
        let query = AlertQuery {
            whole: self.feature(product, FeatureId::NONE)?,
            from: day(period.from),
            // The future has no incidents.
            until: day(period.until).min(day(self.today) + 1),
        };
        Ok(analytics::alerts(&self.prepared, &query)?)
    }

    /// The first day of a release: as declared, else that on which its own responses show it in use; none while it is
    /// only planned, or was never more than a few responses.
    pub fn first_day(&self, release: ReleaseId) -> Option<NaiveDate> {
        Some(date(self.prepared.release_first_day(self.codes.releases.code(release)?)?))
    }

    /// The day since which a release is in use according to its responses: that on which they show it in use,
    /// else that of the first of them; none where there is none.
    pub fn first_seen(&self, release: ReleaseId) -> Option<NaiveDate> {
        self.first_day(release).or_else(|| self.codes.first_answers.get(&release).copied())
    }

    /// The release with which alone another is compared: the one that it was made from, else the one before it.
    fn previous(&self, release: ReleaseId) -> Option<ReleaseId> {
        self.release_of(self.prepared.previous(self.codes.releases.code(release)?)?)
    }

    fn regression(&self, release: ReleaseId, as_of: NaiveDate) -> Result<Option<ReleaseReport>, Error> {
        let Some(first) = self.first_day(release) else { return Ok(None) };
        let eve = day(first) - 1;
        // Whether it repairs the previous release depends on the verdict on that one at the time.
        let earlier = match self.previous(release) {
            Some(previous) => self.judged(previous, eve, None)?,
            None => None,
        };
        self.judged(release, day(as_of), earlier.as_ref())
    }

    fn judged(
        &self,
        release: ReleaseId,
        as_of: Day,
        earlier: Option<&ReleaseReport>,
    ) -> Result<Option<ReleaseReport>, Error> {
        let Some(first) = self.first_day(release) else { return Ok(None) };
        let prior = self.prior(day(first) - 1);
        Ok(analytics::regression(&self.prepared, &prior, self.release(release)?, as_of, earlier)?)
    }

    fn suspects(
        &self,
        release: ReleaseId,
        feature: u32,
        through: NaiveDate,
    ) -> Result<Option<ChangePoint>, Error> {
        let Some(first) = self.first_day(release) else { return Ok(None) };
        let (prior, release) = (self.prior(day(first) - 1), self.release(release)?);
        Ok(analytics::change_point_of_release(&self.prepared, &prior, feature, release, day(through))?)
    }

    fn change_point(
        &self,
        product: ProductId,
        feature: FeatureId,
        as_of: NaiveDate,
    ) -> Result<Option<ChangePoint>, Error> {
        let (prior, code) = (self.prior(day(as_of)), self.feature(product, feature)?);
        Ok(match feature {
            FeatureId::NONE => analytics::change_point_of_product(&self.prepared, &prior, code, day(as_of))?,
            _ => analytics::change_point(&self.prepared, &prior, code, day(as_of))?,
        })
    }

    fn standard(&self, product: ProductId, feature: FeatureId, cell: Cell) -> Result<Vec<Standard>, Error> {
        let code = self.feature(product, feature)?;
        // The product as a whole is known by the responses about all of it.
        let whole = feature == FeatureId::NONE;
        let query = StandardQuery {
            feature: (!whole).then_some(code),
            product: whole.then_some(code),
            release: cell.release.map(|release| self.release(release)).transpose()?,
            segment: cell.segment.map(|segment| self.segment(segment)).transpose()?,
            from: day(cell.period.from),
            until: day(cell.period.until),
        };
        Ok(analytics::standard(&self.prepared, &query)?)
    }

    /// The declared change of a release to a feature, both as codes; none: it does not touch it.
    pub fn change_of(&self, release: u32, feature: u32) -> Option<FeatureChange> {
        self.codes.touches.get(&(release, feature)).copied()
    }

    /// The feature of a code; `NONE` for the product as a whole.
    pub fn feature_of(&self, code: u32) -> (ProductId, FeatureId) {
        self.codes.features.id(code).unwrap_or((ProductId::NONE, FeatureId::NONE))
    }

    /// The release of a code.
    pub fn release_of(&self, code: u32) -> Option<ReleaseId> {
        self.codes.releases.id(code)
    }

    /// The name of a feature; the product's name for the product as a whole.
    pub fn feature_name(&self, code: u32) -> &str {
        let (product, feature) = self.feature_of(code);
        match self.dimensions.features.get(&feature) {
            Some(feature) => &feature.name,
            None => self.dimensions.products.get(&product).map_or("", |product| &product.name),
        }
    }

    /// The date of a day of analytics.
    pub fn date(&self, day: Day) -> NaiveDate {
        date(day)
    }

    fn prior(&self, as_of: Day) -> Arc<Hyperparameters> {
        if let Some(prior) = self.priors().get(&as_of) {
            return prior.clone();
        }
        let prior = Arc::new(analytics::hyperparameters(&self.prepared, as_of));
        self.priors().insert(as_of, prior.clone());
        prior
    }

    fn priors(&self) -> MutexGuard<'_, HashMap<Day, Arc<Hyperparameters>>> {
        self.priors.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// The parameters of a day from the counts as they are, whatever is kept of it.
    pub(super) fn estimate(&self, as_of: NaiveDate) -> Hyperparameters {
        analytics::hyperparameters(&self.prepared, day(as_of))
    }

    fn feature(&self, product: ProductId, feature: FeatureId) -> Result<u32, Error> {
        let code = self.codes.features.code((product, feature));
        code.ok_or_else(|| unknown("feature", feature.public()))
    }

    fn release(&self, release: ReleaseId) -> Result<u32, Error> {
        let code = self.codes.releases.code(release);
        code.ok_or_else(|| unknown("release", release.public()))
    }

    fn segment(&self, segment: SegmentId) -> Result<u32, Error> {
        let code = self.codes.segments.code(segment);
        code.ok_or_else(|| unknown("segment", segment.public()))
    }
}

/// The error for an object that is missing in the facts, although it was looked up before.
fn unknown(noun: &str, id: String) -> Error {
    Error::Inconsistent(format!("the facts of the scores have no {noun} {id}"))
}

/// Runs Polars on a blocking thread: on a thread that serves requests it panics.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::internal("the computation was aborted", error)))
}
