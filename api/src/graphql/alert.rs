//! Alerts: days and weeks with more incidents than was to be expected.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_analytics::alert::{Alert, AlertKind as Kind};
use ballroom_entity::{
    id::{FeatureId, ProductId},
    product as stored,
};

use super::{
    Asking,
    fault::Fault,
    feature::{self, Feature},
    product::{self, Product},
    scalar::{PeriodInput, PeriodShown, begun_period},
};
use crate::{
    domain::product as products,
    feed::AlertBegun,
    score::{Period, Snapshot},
};

/// A day or a week in which a feature, or a product with all its features, had more incidents than was to be expected
/// from the half year before it. All incidents count: those of a release, those without, and those known not to come
/// from a change; one that hurts several features counts for each. Fewer than 3 are never an alert, and there is none in
/// the first 56 days of a product.
#[derive(Description)]
pub struct IncidentAlert {
    snapshot: Arc<Snapshot>,
    product: ProductId,
    feature: Option<FeatureId>,
    alert: Alert,
}

/// How long the time is that incidents were counted over.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum AlertKind {
    /// One day.
    Day,
    /// Seven days, which may begin on any day of the week. Of weeks of one feature that overlap only the most unlikely
    /// is shown.
    Week,
}

impl From<&AlertBegun> for IncidentAlert {
    fn from(begun: &AlertBegun) -> Self {
        Self {
            snapshot: begun.snapshot.clone(),
            product: begun.product,
            feature: begun.feature.some(),
            alert: begun.alert.clone(),
        }
    }
}

#[Object(use_type_description)]
impl IncidentAlert {
    /// The product.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.product).await
    }

    /// The feature; null: the product with all its features.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.feature {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// Whether it is a day or a week.
    async fn kind(&self) -> AlertKind {
        match self.alert.kind {
            Kind::Day => AlertKind::Day,
            Kind::Week => AlertKind::Week,
        }
    }

    /// The day or the seven days, in the time zone of the product.
    async fn period(&self) -> PeriodShown {
        let Alert { first_day, kind, .. } = self.alert;
        let (from, until) = (self.snapshot.date(first_day), self.snapshot.date(first_day + kind.days()));
        Period { from, until }.into()
    }

    /// The incidents that opened in it.
    async fn incidents(&self) -> i64 {
        self.alert.incidents
    }

    /// How many were to be expected, by a forecast from the days before it.
    async fn expected(&self) -> f64 {
        self.alert.expected
    }

    /// The number that the forecast exceeds with a probability of 5 %.
    #[graphql(name = "quantile95")]
    async fn quantile_95(&self) -> f64 {
        self.alert.quantile_95
    }

    /// Probability, 0 to 1, of so many incidents or more by the forecast.
    async fn probability(&self) -> f64 {
        self.alert.probability
    }

    /// Probability, 0 to 1, at most, that anything so unlikely is seen in a whole year of a product in which nothing is
    /// out of the ordinary: `probability` times `forecasts`. An alert has 0.05 or less.
    async fn adjusted_probability(&self) -> f64 {
        self.alert.adjusted_probability
    }

    /// How many forecasts of a year are compared with what came: days and weeks, 365 times, of the product and each
    /// feature that was known then.
    async fn forecasts(&self) -> i64 {
        self.alert.forecasts.into()
    }

    /// The version of the method.
    async fn method(&self) -> &str {
        self.alert.method
    }
}

/// The alerts of a product with all its features; with a feature, of that only.
pub(super) async fn of(
    ctx: &Context<'_>,
    product: &stored::Model,
    feature: Option<FeatureId>,
    days: Option<PeriodInput>,
) -> Result<Vec<IncidentAlert>, Fault> {
    let today = products::today(product, ctx.now());
    let (period, _) = begun_period(days, None, today)?;
    if (period.until - period.from).num_days() > MOST_DAYS {
        return Err(Fault::invalid("period", "must not be longer than ten years (3660 days)"));
    }
    let (snapshot, alerts) = ctx.services().scores.alerts(ctx.reports()?, today, product.id, period).await?;
    let shown = |alert: Alert| {
        let of = snapshot.feature_of(alert.feature).1;
        feature.is_none_or(|wanted| wanted == of).then(|| IncidentAlert {
            snapshot: snapshot.clone(),
            product: product.id,
            feature: of.some(),
            alert,
        })
    };
    Ok(alerts.into_iter().filter_map(shown).collect())
}

/// The longest time that may be asked for.
const MOST_DAYS: i64 = 3_660;
