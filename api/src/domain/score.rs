//! Scores: from daily counts, by way of analytics, back to the organization's own nouns.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use ballroom_analytics::{
    self as analytics, Day, Hyperparameters, Prepared,
    change_point::ChangePoint,
    regression::ReleaseReport,
    standard::{Standard, StandardQuery},
    value::{ReportQuery, ValueScore},
};
use ballroom_entity::id::{FeatureId, OrganizationId, ProductId, ReleaseId, SegmentId};
use chrono::{DateTime, Days, NaiveDate};

use super::{access::Read, error::Error, reference::PublicId};
use crate::{
    counts::facts::{Codes, Counted, date, day},
    store::{Dimensions, Store},
};

/// What a value is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// The day after the last.
    pub until: NaiveDate,
}

/// The days that a value covers if the caller names none: a quarter, about what a customer remembers.
const USUAL_DAYS: u64 = 90;

/// The longest period: the daily counts of a century.
const MOST_DAYS: i64 = 36_525;

impl Period {
    /// The last days up to and with a day.
    pub fn last(days: u64, last: NaiveDate) -> Self {
        Self { from: last - Days::new(days - 1), until: last + Days::new(1) }
    }

    /// The period asked for (the last 90 days if none is named), and the last day that may be known: by default the
    /// period's last, or today if that is earlier.
    pub fn resolve(
        given: Option<Self>,
        as_of: Option<NaiveDate>,
        today: NaiveDate,
    ) -> Result<(Self, NaiveDate), Error> {
        let as_of = as_of.map(|day| known_day(day, today)).transpose()?;
        let period = given.unwrap_or_else(|| Self::last(USUAL_DAYS, as_of.unwrap_or(today)));
        let epoch = DateTime::UNIX_EPOCH.date_naive();
        if period.from < epoch - Days::new(USUAL_DAYS) || period.until > today + Days::new(MOST_DAYS as u64) {
            return Err(Error::invalid("period", "must lie between 1970 and a century from now"));
        }
        if period.until <= period.from {
            return Err(Error::invalid(
                "period.until",
                "must lie after period.from: a period ends before its `until`",
            ));
        }
        if (period.until - period.from).num_days() > MOST_DAYS {
            return Err(Error::invalid("period", "must not be longer than a century"));
        }
        let as_of = as_of.unwrap_or_else(|| today.min(period.until - Days::new(1)));
        Ok((period, as_of))
    }
}

/// A day as of which a score may be asked: one that has come.
pub fn known_day(day: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Error> {
    if day > today {
        return Err(Error::invalid("asOf", format!("must not lie after today ({today})")));
    }
    if day < DateTime::UNIX_EPOCH.date_naive() {
        return Err(Error::invalid("asOf", "must not lie before 1970"));
    }
    Ok(day)
}

/// Which part of the answers a value is asked of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cell {
    /// The days.
    pub period: Period,
    /// Only this release.
    pub release: Option<ReleaseId>,
    /// Only this segment.
    pub segment: Option<SegmentId>,
    /// The last day whose rows may be known.
    pub as_of: NaiveDate,
}

/// Computes scores, and keeps what several of them share.
#[derive(Clone)]
pub struct Scores {
    store: Store,
    kept: Arc<Mutex<HashMap<OrganizationId, Kept>>>,
}

/// The last snapshot of an organization. The lock is held while a new one is made, so that many who ask at
/// once make one together.
type Kept = Arc<tokio::sync::Mutex<Option<Arc<Snapshot>>>>;

/// An organization's counts at one revision, ready for any number of scores.
pub struct Snapshot {
    revision: i64,
    today: NaiveDate,
    /// The organization's dimensions at that revision.
    pub dimensions: Arc<Dimensions>,
    /// The codes in which analytics answers.
    pub codes: Codes,
    prepared: Prepared,
    priors: Mutex<HashMap<Day, Arc<Hyperparameters>>>,
}

impl Scores {
    /// Scores of what is in this database.
    pub fn new(store: Store) -> Self {
        Self { store, kept: Arc::default() }
    }

    /// The organization's counts as they are now. One statement when nothing has changed.
    pub async fn snapshot(&self, by: Read, today: NaiveDate) -> Result<Arc<Snapshot>, Error> {
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
        let counted = Counted::read(&view, organization, &dimensions, today).await?;
        view.commit().await?;
        let (codes, prepared) = blocking(move || counted.prepare()).await?;
        let snapshot = Arc::new(Snapshot {
            revision: row.revision,
            today,
            dimensions,
            codes,
            prepared,
            priors: Mutex::default(),
        });
        *kept = Some(snapshot.clone());
        Ok(snapshot)
    }

    /// The value of every feature of a product (and of the product as a whole, if answers are about it): the
    /// ranked ones from the highest down, then those with not enough answers.
    pub async fn value_report(
        &self,
        by: Read,
        today: NaiveDate,
        product: ProductId,
        cell: Cell,
    ) -> Result<(Arc<Snapshot>, Vec<ValueScore>), Error> {
        let snapshot = self.snapshot(by, today).await?;
        let asked = snapshot.clone();
        let report = blocking(move || asked.value_report(product, cell)).await?;
        Ok((snapshot, report))
    }

    /// The verdicts on a release; none while it is only planned.
    pub async fn regression(
        &self,
        by: Read,
        today: NaiveDate,
        release: ReleaseId,
        as_of: NaiveDate,
    ) -> Result<(Arc<Snapshot>, Option<ReleaseReport>), Error> {
        let snapshot = self.snapshot(by, today).await?;
        let asked = snapshot.clone();
        let report = blocking(move || asked.regression(release, as_of)).await?;
        Ok((snapshot, report))
    }

    /// When the experience of a feature changed, and which release is suspect.
    pub async fn change_point(
        &self,
        by: Read,
        today: NaiveDate,
        product: ProductId,
        feature: FeatureId,
        as_of: NaiveDate,
    ) -> Result<(Arc<Snapshot>, Option<ChangePoint>), Error> {
        let snapshot = self.snapshot(by, today).await?;
        let asked = snapshot.clone();
        let found = blocking(move || asked.change_point(product, feature, as_of)).await?;
        Ok((snapshot, found))
    }

    /// NPS, CSAT and the like of a feature.
    pub async fn standard(
        &self,
        by: Read,
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
}

impl Snapshot {
    fn value_report(&self, product: ProductId, cell: Cell) -> Result<Vec<ValueScore>, Error> {
        let whole = self.feature(product, FeatureId::NONE)?;
        let mut features = self.prepared.features_of(whole);
        // Nobody asked about the product as a whole unless somebody answered.
        if self.prepared.first_day(whole).is_none() {
            features.retain(|feature| *feature != whole);
        }
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

    fn regression(&self, release: ReleaseId, as_of: NaiveDate) -> Result<Option<ReleaseReport>, Error> {
        let known = self.dimensions.releases.get(&release);
        let Some(first) = known.and_then(|release| release.released_on) else { return Ok(None) };
        let prior = self.prior(day(first) - 1);
        Ok(analytics::regression(&self.prepared, &prior, self.release(release)?, day(as_of))?)
    }

    fn change_point(
        &self,
        product: ProductId,
        feature: FeatureId,
        as_of: NaiveDate,
    ) -> Result<Option<ChangePoint>, Error> {
        let (prior, feature) = (self.prior(day(as_of)), self.feature(product, feature)?);
        Ok(analytics::change_point(&self.prepared, &prior, feature, day(as_of))?)
    }

    fn standard(&self, product: ProductId, feature: FeatureId, cell: Cell) -> Result<Vec<Standard>, Error> {
        let query = StandardQuery {
            feature: Some(self.feature(product, feature)?),
            release: cell.release.map(|release| self.release(release)).transpose()?,
            segment: cell.segment.map(|segment| self.segment(segment)).transpose()?,
            from: day(cell.period.from),
            until: day(cell.period.until),
        };
        Ok(analytics::standard(&self.prepared, &query)?)
    }

    /// The feature of a code; `NONE` for the product as a whole.
    pub fn feature_of(&self, code: u32) -> (ProductId, FeatureId) {
        self.codes.features.id(code).unwrap_or((ProductId::NONE, FeatureId::NONE))
    }

    /// The release of a code.
    pub fn release_of(&self, code: u32) -> Option<ReleaseId> {
        self.codes.releases.id(code)
    }

    /// What a feature is called; the product's name for the product as a whole.
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
        let known = |priors: &HashMap<Day, Arc<Hyperparameters>>| priors.get(&as_of).cloned();
        let lock = || self.priors.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(prior) = known(&lock()) {
            return prior;
        }
        let prior = Arc::new(analytics::hyperparameters(&self.prepared, as_of));
        lock().insert(as_of, prior.clone());
        prior
    }

    fn feature(&self, product: ProductId, feature: FeatureId) -> Result<u32, Error> {
        let code = self.codes.features.code((product, feature));
        code.ok_or_else(|| Error::not_found("feature", "feature", feature.public()))
    }

    fn release(&self, release: ReleaseId) -> Result<u32, Error> {
        let code = self.codes.releases.code(release);
        code.ok_or_else(|| Error::not_found("release", "release", release.public()))
    }

    fn segment(&self, segment: SegmentId) -> Result<u32, Error> {
        let code = self.codes.segments.code(segment);
        code.ok_or_else(|| Error::not_found("segment", "segment", segment.public()))
    }
}

/// Polars must not be called on a thread that answers requests: it blocks, and says so by panicking.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|error| Err(Error::Score(format!("the computation ended early: {error}"))))
}
