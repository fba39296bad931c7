//! Timelines: events and figures by day, week or month.

use std::{collections::BTreeMap, sync::Arc};

use ballroom_analytics::{self as analytics, standard::Standard, standard::StandardQuery};
use ballroom_entity::{
    id::{FeatureId, OrganizationId, ProductId, ReleaseId},
    incident::{Column, Entity},
    incident_feature,
};
use chrono::{Datelike, Days, Months, NaiveDate};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{Period, Scores, Snapshot, blocking};
use crate::{
    base::{day::day, error::Error},
    domain::access::Report,
    store::{Dimensions, Store},
};

/// Maximum number of buckets of a timeline.
const MAX_BUCKETS: usize = 400;

/// The length of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// A day.
    Day,
    /// A week, from Monday on.
    Week,
    /// A month of the calendar.
    Month,
}

/// Days that are shown together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The days.
    pub days: Period,
    /// Whether it is a whole day, week or month, and over.
    pub complete: bool,
}

/// The figures of a bucket.
#[derive(Clone, Debug)]
pub struct Happened {
    /// NPS, CSAT and the like, with the number of responses.
    pub figures: Vec<Standard>,
    /// Incidents that were opened, each counted once.
    pub opened: i64,
    /// Customer-days lost to incidents; none if neither exposure nor affected customers are known.
    pub lost: Option<f64>,
}

/// The standard figures of a bucket, and the customer-days that were lost.
type Counted = (Vec<Standard>, Option<f64>);

impl Step {
    /// The first day of the day, week or month that holds a day.
    fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => day,
            Self::Week => day - Days::new(day.weekday().num_days_from_monday().into()),
            Self::Month => day - Days::new(day.day0().into()),
        }
    }

    fn next(self, start: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => start + Days::new(1),
            Self::Week => start + Days::new(7),
            Self::Month => start + Months::new(1),
        }
    }

    /// Minimum number of days.
    fn shortest(self) -> usize {
        match self {
            Self::Day => 1,
            Self::Week => 7,
            Self::Month => 28,
        }
    }
}

/// The buckets of a period: weeks and months of the calendar, the first and the last cut off by the period.
pub fn buckets(period: Period, step: Step, today: NaiveDate) -> Result<Vec<Bucket>, Error> {
    let days = (period.until - period.from).num_days() as usize;
    if days.div_ceil(step.shortest()) > MAX_BUCKETS {
        let longer = match step {
            Step::Day => "choose a shorter period or a longer step",
            Step::Week | Step::Month => "choose a shorter period",
        };
        let reason = format!("has {days} days, which gives more than {MAX_BUCKETS} points; {longer}");
        return Err(Error::invalid("period", reason));
    }
    let mut buckets = Vec::new();
    let mut start = step.start(period.from);
    while start < period.until {
        let next = step.next(start);
        let days = Period { from: start.max(period.from), until: next.min(period.until) };
        buckets.push(Bucket { days, complete: days == Period { from: start, until: next } && next <= today });
        start = next;
    }
    Ok(buckets)
}

/// The days in a period on which customers got a release of a product, the first one first; a release that was
/// withdrawn and released again has several.
pub fn releases(snapshot: &Snapshot, product: ProductId, period: Period) -> Vec<(ReleaseId, NaiveDate)> {
    let dimensions: &Dimensions = &snapshot.dimensions;
    let mut marks: Vec<(ReleaseId, NaiveDate)> = Vec::new();
    for release in dimensions.releases_of(product) {
        let earlier = dimensions.earlier(release.id).iter().map(|earlier| earlier.time.released_on);
        let days = earlier.chain(snapshot.first_seen(release.id));
        marks.extend(days.map(|day| (release.id, day)));
    }
    marks.retain(|(_, day)| (period.from..period.until).contains(day));
    // Releases come in their order, which holds among those of a day.
    marks.sort_by_key(|(_, day)| *day);
    marks
}

impl Scores {
    /// The data of a feature, or of a product with all its features, in each bucket. The buckets are contiguous.
    pub async fn timeline(
        &self,
        by: Report,
        today: NaiveDate,
        product: ProductId,
        feature: FeatureId,
        buckets: &[Bucket],
    ) -> Result<(Arc<Snapshot>, Vec<Happened>), Error> {
        let snapshot = self.snapshot(by, today).await?;
        let opened = opened(&self.store, by.organization(), product, feature, buckets).await?;
        let (asked, days) = (snapshot.clone(), buckets.to_vec());
        let counted = blocking(move || asked.timeline(product, feature, &days)).await?;
        let happened = counted.into_iter().zip(opened).map(|((figures, lost), opened)| Happened {
            figures,
            opened,
            lost,
        });
        Ok((snapshot, happened.collect()))
    }
}

impl Snapshot {
    fn timeline(
        &self,
        product: ProductId,
        feature: FeatureId,
        buckets: &[Bucket],
    ) -> Result<Vec<Counted>, Error> {
        let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return Ok(Vec::new()) };
        let starts: Vec<_> = buckets.iter().map(|bucket| day(bucket.days.from)).collect();
        let code = self.feature(product, feature)?;
        let whole = feature == FeatureId::NONE;
        let query = StandardQuery {
            feature: (!whole).then_some(code),
            product: whole.then_some(code),
            release: None,
            segment: None,
            from: day(first.days.from),
            until: day(last.days.until),
        };
        let figures = analytics::standard_series(&self.prepared, &query, &starts)?;
        let features = if whole { self.prepared.features_of(code) } else { vec![code] };
        let lost = analytics::customer_days_lost(&self.prepared, &features, &starts, query.until)?;
        Ok(figures.into_iter().zip(lost).collect())
    }
}

/// Incidents that were opened in each bucket. One that affects several features is one incident of the product, so they
/// are counted separately: the daily counts contain it once for each feature.
async fn opened(
    store: &Store,
    organization: OrganizationId,
    product: ProductId,
    feature: FeatureId,
    buckets: &[Bucket],
) -> Result<Vec<i64>, Error> {
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return Ok(Vec::new()) };
    let rows: Vec<(NaiveDate, i64)> = Entity::owned_by(organization)
        .filter(Column::ProductId.eq(product))
        .filter(Column::OpenedOn.gte(first.days.from))
        .filter(Column::OpenedOn.lt(last.days.until))
        .apply_if(feature.some(), |query, feature| {
            let hurt = incident_feature::Entity::owned_by(organization)
                .filter(incident_feature::Column::FeatureId.eq(feature))
                .select_only()
                .column(incident_feature::Column::IncidentId);
            query.filter(Column::Id.in_subquery(hurt.into_query()))
        })
        .select_only()
        .column(Column::OpenedOn)
        .column_as(Column::Id.count(), "opened")
        .group_by(Column::OpenedOn)
        .into_tuple()
        .all(store.reader())
        .await?;
    let by_day: BTreeMap<NaiveDate, i64> = rows.into_iter().collect();
    let of = |bucket: &Bucket| {
        by_day.range(bucket.days.from..bucket.days.until).map(|(_, opened)| opened).sum::<i64>()
    };
    Ok(buckets.iter().map(of).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn shown(from: &str, until: &str, step: Step, today: &str) -> Vec<String> {
        let period = Period { from: date(from), until: date(until) };
        let buckets = buckets(period, step, date(today)).unwrap();
        let shown = |one: &Bucket| {
            let end = if one.complete { "" } else { " so far" };
            format!("{}..{}{end}", one.days.from, one.days.until)
        };
        buckets.iter().map(shown).collect()
    }

    #[test]
    fn weeks_begin_on_monday_and_are_cut_off_by_the_period() {
        let weeks = shown("2026-03-04", "2026-03-18", Step::Week, "2026-03-17");
        let expected =
            ["2026-03-04..2026-03-09 so far", "2026-03-09..2026-03-16", "2026-03-16..2026-03-18 so far"];
        assert_eq!(weeks, expected);
    }

    #[test]
    fn a_month_and_a_day_are_over_when_the_next_has_begun() {
        let months = shown("2026-02-01", "2026-04-01", Step::Month, "2026-03-31");
        assert_eq!(months, ["2026-02-01..2026-03-01", "2026-03-01..2026-04-01 so far"]);
        let days = shown("2026-02-28", "2026-03-02", Step::Day, "2026-03-01");
        assert_eq!(days, ["2026-02-28..2026-03-01", "2026-03-01..2026-03-02 so far"]);
    }

    #[test]
    fn there_are_only_so_many_buckets() {
        let of = |until: &str, step| {
            buckets(Period { from: date("2024-01-01"), until: date(until) }, step, date("2026-01-01"))
        };
        assert_eq!(of("2025-02-04", Step::Day).unwrap().len(), 400);
        let refused = of("2025-02-05", Step::Day).unwrap_err().to_string();
        assert_eq!(
            refused,
            "period: has 401 days, which gives more than 400 points; choose a shorter period or a longer step"
        );
        assert_eq!(of("2025-02-05", Step::Week).unwrap().len(), 58);
        assert!(of("2054-01-01", Step::Month).unwrap().len() <= 400);
        assert!(of("2124-01-01", Step::Month).is_err());
    }
}
