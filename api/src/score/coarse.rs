//! Scores for callers who may not see single responses: what rests on too few customers is left out, and the rest is coarse enough
//! that no two scores can be subtracted to find it.

mod figures;

use std::collections::HashMap;

use ballroom_analytics::{
    regression::ReleaseReport,
    standard::Standard,
    value::{TrendPoint, ValueScore},
};
use ballroom_entity::id::{FeatureId, ProductId, ReleaseId, ScaleId};
use chrono::{Days, NaiveDate};

use super::{Cell, Period, Snapshot, TrendOf};
use crate::{
    base::error::Error,
    domain::{
        access::Report,
        feedback::{self, About, ResponseScope},
        privacy::MinGroup,
    },
    store::Store,
};

/// Days before a release whose responses its verdicts compare with.
const BASELINE_DAYS: u64 = 90;

/// Who asks, and from which number of customers on a group is shown.
#[derive(Clone, Copy)]
pub struct Coarse<'a> {
    /// Where the responses are.
    pub store: &'a Store,
    /// The right to see scores.
    pub by: Report,
    /// The smallest group that is shown.
    pub group: MinGroup,
}

impl Cell {
    /// The responses that it covers, as far as they are known on its last day.
    pub fn responses(&self, product: ProductId) -> ResponseScope {
        let until = self.period.until.min(self.as_of + Days::new(1)).max(self.period.from);
        ResponseScope {
            product,
            days: (self.period.from, until),
            release: self.release,
            segment: self.segment,
        }
    }
}

impl Coarse<'_> {
    /// The values of features of a product: without those about which too few customers responded.
    pub async fn values(
        self,
        snapshot: &Snapshot,
        product: ProductId,
        cell: Cell,
        values: Vec<ValueScore>,
    ) -> Result<Vec<ValueScore>, Error> {
        let scope = cell.responses(product);
        let people = feedback::people_by_feature(self.store, self.by, scope, None).await?;
        let strata = feedback::people_by_stratum(self.store, self.by, scope, None).await?;
        let coarse = |value: ValueScore| {
            let feature = snapshot.feature_of(&value).some();
            let in_stratum = value.strata.iter().map(|one| {
                let key = (feature, snapshot.segment_of(&one.stratum), snapshot.scale_of(&one.stratum));
                strata.get(&key).copied().unwrap_or_default()
            });
            let in_stratum: Vec<i64> = in_stratum.collect();
            figures::value(self.group, value, people.get(&feature).copied().unwrap_or_default(), &in_stratum)
        };
        Ok(values.into_iter().filter_map(coarse).collect())
    }

    /// The values of products as wholes, each in its own cell.
    pub async fn products(
        self,
        snapshot: &Snapshot,
        cells: &[(ProductId, Cell)],
        values: Vec<ValueScore>,
    ) -> Result<Vec<ValueScore>, Error> {
        let mut shown = Vec::with_capacity(values.len());
        for value in values {
            let product = snapshot.product_of(&value);
            let Some((_, cell)) = cells.iter().find(|(of, _)| *of == product) else { continue };
            shown.extend(self.values(snapshot, product, *cell, vec![value]).await?);
        }
        Ok(shown)
    }

    /// The points of a trend; those to which too few customers responded have no value.
    pub async fn trend(
        self,
        snapshot: &Snapshot,
        (product, feature): (ProductId, FeatureId),
        asked: &TrendOf,
        points: Vec<TrendPoint>,
    ) -> Result<Vec<TrendPoint>, Error> {
        let mut shown = Vec::with_capacity(points.len());
        for mut point in points {
            if let Some(value) = point.value.take() {
                let until = snapshot.date(point.day) + Days::new(1);
                let scope = ResponseScope {
                    product,
                    days: (until - Days::new(asked.days.into()), until),
                    release: asked.release,
                    segment: asked.segment,
                };
                let (about, most) = (About::Feature(feature.some()), self.group.most_that_matter());
                let people = feedback::people(self.store, self.by, scope, about, most).await?;
                point.value = figures::value(self.group, value, people, &[]);
            }
            shown.push(point);
        }
        Ok(shown)
    }

    /// Standard figures of a feature, or of a product with all its features: without the scales on which too few customers responded.
    pub async fn figures(
        self,
        snapshot: &Snapshot,
        scope: ResponseScope,
        feature: FeatureId,
        standard: Vec<Standard>,
    ) -> Result<Vec<Standard>, Error> {
        if standard.is_empty() {
            return Ok(standard);
        }
        let people = self.people_by_scale(scope, feature.some()).await?;
        let coarse = |figure: Standard| {
            let id = snapshot.scale_of(&figure);
            let scale = snapshot.dimensions.scales.get(&id)?;
            figures::standard(self.group, figure, scale, people.get(&id).copied().unwrap_or_default())
        };
        Ok(standard.into_iter().filter_map(coarse).collect())
    }

    /// Number of customers who responded about a feature, or about a product and all its features, on each scale.
    pub async fn people_by_scale(
        self,
        scope: ResponseScope,
        feature: Option<FeatureId>,
    ) -> Result<HashMap<ScaleId, i64>, Error> {
        let about = feature.map_or(About::Everything, |feature| About::Feature(Some(feature)));
        feedback::people_by_scale(self.store, self.by, scope, about).await
    }

    /// The verdicts on a release. They are the same for all callers; the figures that they rest on are not.
    pub async fn verdicts(
        self,
        snapshot: &Snapshot,
        product: ProductId,
        release: ReleaseId,
        report: &ReleaseReport,
    ) -> Result<ReleaseReport, Error> {
        let (first, through) = (snapshot.date(report.first_day), snapshot.date(report.through));
        let days = |period: Period| ResponseScope {
            product,
            days: (period.from, period.until),
            release: None,
            segment: None,
        };
        let before = days(Period { from: first - Days::new(BASELINE_DAYS), until: first });
        let after = days(Period { from: first, until: after_day(through) });
        // Responses that name no release may be those of this one: which of them is only known to the method.
        let named = Some(release);
        let people = [
            feedback::people_by_feature(self.store, self.by, before, None).await?,
            feedback::people_by_feature(self.store, self.by, after, named).await?,
        ];
        let strata = [
            feedback::people_by_stratum(self.store, self.by, before, None).await?,
            feedback::people_by_stratum(self.store, self.by, after, named).await?,
        ];
        let features = report.features.iter().map(|score| {
            let feature = snapshot.feature_of(score).some();
            let sides = [0, 1].map(|side: usize| people[side].get(&feature).copied().unwrap_or_default());
            let in_stratum = score.strata.iter().map(|one| {
                let key = (feature, snapshot.segment_of(&one.stratum), snapshot.scale_of(&one.stratum));
                [0, 1].map(|side: usize| strata[side].get(&key).copied().unwrap_or_default())
            });
            figures::verdict(self.group, score.clone(), sides, &in_stratum.collect::<Vec<_>>())
        });
        Ok(ReleaseReport { features: features.collect(), ..report.clone() })
    }
}

fn after_day(day: NaiveDate) -> NaiveDate {
    day + Days::new(1)
}
