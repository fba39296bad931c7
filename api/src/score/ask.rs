//! Queries of a snapshot, in the organization's own nouns.

use std::{collections::HashMap, sync::Arc};

use ballroom_analytics::{
    self as analytics, Day, Hyperparameters,
    alert::{Alert, AlertQuery},
    change_point::ChangePoint,
    forecast::{Forecast, ForecastQuery},
    regression::ReleaseReport,
    standard::{Standard, StandardQuery},
    value::{ReportQuery, TrendPoint, TrendQuery, ValueScore},
};
use ballroom_entity::id::{FeatureId, ProductId, ReleaseId, SegmentId};
use chrono::NaiveDate;

use super::{Cell, ForecastOf, Period, Snapshot, TrendOf};
use crate::base::{
    day::{date, day},
    error::Error,
    reference::PublicId,
};

impl Snapshot {
    pub(super) fn value_report(&self, product: ProductId, cell: Cell) -> Result<Vec<ValueScore>, Error> {
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

    pub(super) fn products(&self, cells: &[(ProductId, Cell)]) -> Result<Vec<ValueScore>, Error> {
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

    pub(super) fn trend(
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

    pub(super) fn forecast(
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

    pub(super) fn alerts(&self, product: ProductId, period: Period) -> Result<Vec<Alert>, Error> {
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

    /// The first day on which a release is in use according to its responses: that on which they show it in use, else
    /// that of the first of them; none if there are none.
    pub fn first_seen(&self, release: ReleaseId) -> Option<NaiveDate> {
        self.first_day(release).or_else(|| self.first_answer(release))
    }

    /// The release with which alone another is compared, as it was known by a day: the one that it was made from, else the
    /// one before it.
    pub(super) fn previous(&self, release: ReleaseId, as_of: NaiveDate) -> Option<ReleaseId> {
        let code = self.codes.releases.code(release)?;
        self.codes.releases.id(self.prepared.previous_as_of(code, day(as_of))?)
    }

    /// The first day of a release as it was known by a day, which is another one where it was taken back and came again.
    pub(super) fn first_day_as_of(&self, release: ReleaseId, as_of: NaiveDate) -> Option<NaiveDate> {
        let code = self.codes.releases.code(release)?;
        self.prepared.release_first_day_as_of(code, day(as_of)).map(date)
    }

    pub(super) fn regression(
        &self,
        release: ReleaseId,
        as_of: NaiveDate,
    ) -> Result<Option<ReleaseReport>, Error> {
        analytics::regression_after(
            &self.prepared,
            (self.release(release)?, day(as_of)),
            |code, as_of, earlier| self.judged(code, as_of, earlier),
        )
    }

    fn judged(
        &self,
        code: u32,
        as_of: Day,
        earlier: &[ReleaseReport],
    ) -> Result<Option<ReleaseReport>, Error> {
        let Some(first) = self.prepared.release_first_day_as_of(code, as_of) else { return Ok(None) };
        let prior = self.prior(first - 1);
        Ok(analytics::regression(&self.prepared, &prior, code, as_of, earlier)?)
    }

    pub(super) fn suspects(
        &self,
        release: ReleaseId,
        feature: FeatureId,
        through: NaiveDate,
    ) -> Result<Option<ChangePoint>, Error> {
        let Some(first) = self.first_day_as_of(release, through) else { return Ok(None) };
        let Some(row) = self.dimensions.releases.get(&release) else { return Ok(None) };
        let (feature, code) = (self.feature(row.product_id, feature)?, self.release(release)?);
        let prior = self.prior(day(first) - 1);
        Ok(analytics::change_point_of_release(&self.prepared, &prior, feature, code, day(through))?)
    }

    pub(super) fn change_point(
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

    pub(super) fn standard(
        &self,
        product: ProductId,
        feature: FeatureId,
        cell: Cell,
    ) -> Result<Vec<Standard>, Error> {
        let code = self.feature(product, feature)?;
        // The product as a whole has the responses about all of it.
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

    /// The date of a day of analytics.
    pub fn date(&self, day: Day) -> NaiveDate {
        date(day)
    }

    pub(super) fn prior(&self, as_of: Day) -> Arc<Hyperparameters> {
        if let Some(prior) = self.priors().get(&as_of) {
            return prior.clone();
        }
        let prior = Arc::new(analytics::hyperparameters(&self.prepared, as_of));
        self.priors().insert(as_of, prior.clone());
        prior
    }

    /// The parameters of a day from the current counts, whether or not some are stored.
    pub(super) fn estimate(&self, as_of: NaiveDate) -> Hyperparameters {
        analytics::hyperparameters(&self.prepared, day(as_of))
    }

    pub(super) fn feature(&self, product: ProductId, feature: FeatureId) -> Result<u32, Error> {
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
