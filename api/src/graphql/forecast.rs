//! Forecasts: the expected number of incidents, and the effect of a planned release.

use async_graphql::{Context, Description, Object, SimpleObject};
use ballroom_analytics::forecast::Forecast as Found;
use ballroom_entity::{id::FeatureId, product};
use chrono::NaiveDate;

use super::{
    ContextExt,
    fault::Fault,
    scalar::{Date, Reference},
};
use crate::{
    domain::product as products,
    score::{ForecastOf, known_day},
};

/// The query of a forecast.
pub(super) struct Asked {
    /// Number of days.
    pub(super) days: i32,
    /// A planned release; its planned day is used.
    pub(super) release: Option<Reference>,
    /// Day of a release that does not exist yet.
    pub(super) release_on: Option<Date>,
    /// Expected number of active customers on each day.
    pub(super) active_customers: Option<Vec<f64>>,
    /// Last day whose data are used.
    pub(super) as_of: Option<Date>,
}

/// Expected incidents of a feature over the next days.
#[derive(Description)]
pub struct Forecast {
    as_of: NaiveDate,
    days: u32,
    release_on: Option<NaiveDate>,
    found: Found,
}

#[Object(use_type_description)]
impl Forecast {
    /// Last day whose data are used; the forecast begins on the next day.
    async fn as_of(&self) -> Date {
        self.as_of.into()
    }

    /// Number of days.
    async fn days(&self) -> i64 {
        self.days.into()
    }

    /// Day of the release that is included; null: none besides those that have shipped.
    async fn release_on(&self) -> Option<Date> {
        self.release_on.map(Into::into)
    }

    /// Expected number of incidents over all days: the mean. Base plans on the quantiles.
    async fn mean(&self) -> f64 {
        self.found.mean
    }

    /// Standard deviation of the number of incidents.
    async fn standard_deviation(&self) -> f64 {
        self.found.sd
    }

    /// Quantiles of the number of incidents, the lowest probability first.
    async fn quantiles(&self) -> Vec<ForecastQuantile> {
        let quantile = |one: &ballroom_analytics::forecast::Quantile| ForecastQuantile {
            probability: one.share,
            incidents: one.incidents,
        };
        self.found.quantiles.iter().map(quantile).collect()
    }

    /// Effect of the organization's releases on the rate of incidents, by days since the release: 1 is no effect, 2 is
    /// twice as many.
    async fn release_effect(&self) -> Vec<ReleaseEffect> {
        let [first, second, third] = self.found.release_effect;
        let effect = |(from_day, until_day, rate_ratio)| ReleaseEffect { from_day, until_day, rate_ratio };
        [(0, 2, first), (2, 7, second), (7, 14, third)].map(effect).to_vec()
    }

    /// Incidents of the feature in the last half year, which the forecast is based on.
    async fn incidents(&self) -> i64 {
        self.found.incidents
    }

    /// Version of the method.
    async fn method(&self) -> &str {
        self.found.method
    }
}

/// A quantile of a forecast.
#[derive(SimpleObject, Clone, Copy)]
pub struct ForecastQuantile {
    /// Probability, 0 to 1.
    probability: f64,
    /// Number of incidents that is not exceeded with this probability.
    incidents: f64,
}

impl ForecastQuantile {
    /// A quantile: the number of incidents that is not exceeded with a probability.
    pub(super) fn new(probability: f64, incidents: f64) -> Self {
        Self { probability, incidents }
    }
}

/// Effect of a release on incidents for some days.
#[derive(SimpleObject, Clone, Copy)]
pub struct ReleaseEffect {
    /// First day since the release; 0 is the day of the release.
    from_day: i32,
    /// Day after the last one.
    until_day: i32,
    /// Ratio of incidents with a release to incidents without.
    rate_ratio: f64,
}

/// The forecast of a feature, or of a product as a whole.
pub(super) async fn of(
    ctx: &Context<'_>,
    product: &product::Model,
    feature: FeatureId,
    asked: Asked,
) -> Result<Option<Forecast>, Fault> {
    let today = products::today(product, ctx.now());
    let as_of = known_day("asOf", asked.as_of.map_or(today, Into::into), today)?;
    let days = u32::try_from(asked.days).ok().filter(|days| (1..=366).contains(days));
    let days = days
        .ok_or_else(|| Fault::invalid("days", &format!("is {}; it must be between 1 and 366", asked.days)))?;
    let release_on = match (asked.release, asked.release_on) {
        (Some(_), Some(_)) => {
            return Err(Fault::invalid("releaseOn", "must be omitted with `release`, which has its own day"));
        }
        (Some(release), None) => {
            let dimensions = super::dimensions(ctx).await?;
            let release = dimensions.release(product.id, "release", &release.0)?;
            let day = release.released_on.or(release.planned_for);
            let nowhere = || Fault::invalid("release", "has no planned day; set it with `plannedFor` first");
            Some(day.ok_or_else(nowhere)?)
        }
        (None, day) => day.map(Into::into),
    };
    let active_customers = asked.active_customers.unwrap_or_default();
    let given = active_customers.len();
    if given != 0 && given != days as usize {
        let reason = format!("has {given} numbers; send one for each of the {days} days, or none");
        return Err(Fault::invalid("activeCustomers", &reason));
    }
    if active_customers.iter().any(|customers| !customers.is_finite() || *customers < 0.0) {
        return Err(Fault::invalid("activeCustomers", "must contain numbers of customers, 0 or more"));
    }
    let forecast = ForecastOf { as_of, days, release_on, active_customers };
    let scores = &ctx.services().scores;
    let found = scores.forecast(ctx.reports()?, today, product.id, feature, forecast).await?;
    Ok(found.map(|found| Forecast { as_of, days, release_on, found }))
}
