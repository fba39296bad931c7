//! Alerts: days and weeks with more incidents than expected.

use std::sync::Arc;

use async_graphql::{Context, Description, Enum, Object};
use ballroom_analytics::alert::{Alert, AlertKind as Kind};
use ballroom_entity::{
    id::{FeatureId, ProductId},
    product as stored,
};

use super::{
    ContextExt,
    fault::Fault,
    feature::{self, Feature},
    product::{self, Product},
    scalar::{PeriodInput, PeriodShown, period},
};
use crate::{
    domain::product as products,
    feed::AlertBegun,
    score::{Period, Snapshot},
};

/// A day or a week in which a feature, or a product with all its features, had more incidents than expected from the
/// half year before it. All incidents count, including those without a release and those known not to be caused by a
/// change; an incident that affects several features counts for each. Fewer than 3 incidents are never an alert, and
/// there are none in the first 56 days of a product.
#[derive(Description)]
pub struct IncidentAlert {
    snapshot: Arc<Snapshot>,
    product: ProductId,
    feature: Option<FeatureId>,
    alert: Alert,
}

/// Length of the time in which incidents were counted.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
enum AlertKind {
    /// One day.
    Day,
    /// Seven days, starting on any day of the week. Of the weeks of one burst, only the least likely one is shown.
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

    /// Incidents that were opened in it.
    async fn incidents(&self) -> i64 {
        self.alert.incidents
    }

    /// Expected number of incidents, from a forecast based on the days before it.
    async fn expected(&self) -> f64 {
        self.alert.expected
    }

    /// 95 % quantile of the forecast: the number of incidents that is exceeded with a probability of 5 %.
    #[graphql(name = "quantile95")]
    async fn quantile_95(&self) -> f64 {
        self.alert.quantile_95
    }

    /// Probability, 0 to 1, of this number of incidents or more, according to the forecast.
    async fn probability(&self) -> f64 {
        self.alert.probability
    }

    /// Upper bound, 0 to 1, of the probability that anything this unlikely occurs within a year in which the product
    /// behaves as usual: `probability` times `forecasts`. Alerts have 0.05 or less.
    async fn adjusted_probability(&self) -> f64 {
        self.alert.adjusted_probability
    }

    /// Number of forecasts that are compared with the actual numbers within a year: days and weeks, 365 times, of the
    /// product and each feature known at the time.
    async fn forecasts(&self) -> i64 {
        self.alert.forecasts.into()
    }

    /// Version of the method.
    async fn method(&self) -> &str {
        self.alert.method
    }
}

/// The alerts of a product with all its features; with a feature, only of that feature.
pub(super) async fn of(
    ctx: &Context<'_>,
    product: &stored::Model,
    feature: Option<FeatureId>,
    days: Option<PeriodInput>,
) -> Result<Vec<IncidentAlert>, Fault> {
    let today = products::today(product, ctx.now());
    let (period, _) = period(days, None, today)?;
    let days = (period.until - period.from).num_days();
    if days > MAX_DAYS {
        let reason = format!("has {days} days; send a period of at most ten years ({MAX_DAYS} days)");
        return Err(Fault::invalid("period", &reason));
    }
    let (snapshot, alerts) = ctx.services().scores.alerts(ctx.reports()?, today, product.id, period).await?;
    let shown = |alert: Alert| {
        let of = snapshot.feature_of(&alert);
        feature.is_none_or(|wanted| wanted == of).then(|| IncidentAlert {
            snapshot: snapshot.clone(),
            product: product.id,
            feature: of.some(),
            alert,
        })
    };
    Ok(alerts.into_iter().filter_map(shown).collect())
}

/// Maximum length of the period.
const MAX_DAYS: i64 = 3_660;
