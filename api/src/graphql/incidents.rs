//! Connections of incidents: filters and orders.

use async_graphql::{Context, InputObject, connection::Connection};

use super::{
    ContextExt,
    fault::Fault,
    incident::{Incident, IncidentState},
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    range::{DateRangeInput, TimeRangeInput},
    scalar::{Reference, text},
};
use crate::domain::{
    incident::{self, IncidentSort, Incidents},
    lookup::References,
};

/// Conditions on incidents; all that are given must hold. Below a feature, release, customer or product, a filter only
/// narrows the incidents of that object.
#[derive(InputObject)]
pub(super) struct IncidentFilter {
    /// ID or key of the product.
    product: Option<Reference>,
    /// Status.
    state: Option<IncidentState>,
    /// Severities, one of which the incident has: 1 (critical) to 4 (minor).
    severity: Option<Vec<i32>>,
    /// ID or key of an affected feature. A key that exists in several products requires `product`.
    feature: Option<Reference>,
    /// ID or version of a release that an attribution names, on any basis. A version that exists in several products
    /// requires `product`.
    release: Option<Reference>,
    /// Whether a published article is about a known error that it comes from. `false` finds knowledge gaps.
    has_article: Option<bool>,
    /// Time at which it began.
    opened_at: Option<TimeRangeInput>,
    /// Day on which it began, in the time zone of its product.
    day: Option<DateRangeInput>,
    /// Time of creation.
    created_at: Option<TimeRangeInput>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of incidents.
    IncidentOrderField for IncidentSort,
    /// Sort order of incidents.
    IncidentOrder {
        /// Time at which it began.
        OpenedAt,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// A page of the filtered incidents.
pub(super) async fn page(
    ctx: &Context<'_>,
    incidents: Incidents,
    filter: Option<IncidentFilter>,
    order: Option<IncidentOrder>,
    arguments: PageArgs,
) -> Result<Connection<String, Incident, Total>, Fault> {
    let only = ctx.reads()?.only();
    let filter = match filter {
        Some(filter) => {
            let dimensions = &*super::dimensions(ctx).await?;
            filter.resolved(References { dimensions, viewer: ctx.viewer(), product: incidents.product })?
        }
        None => incident::IncidentFilter::default(),
    };
    let incidents = Incidents { only, filter, order: or_default(order), ..incidents };
    connection(ctx, incidents, arguments, Incident).await
}

impl IncidentFilter {
    fn resolved(self, known: References<'_>) -> Result<incident::IncidentFilter, Fault> {
        let product = known.product(text(&self.product))?;
        let known = known.within(product);
        Ok(incident::IncidentFilter {
            product,
            feature: known.feature(text(&self.feature))?,
            release: known.release(text(&self.release))?,
            resolved: self.state.map(|state| state == IncidentState::Resolved),
            severity: self.severity,
            has_article: self.has_article,
            opened_at: self.opened_at.map(Into::into),
            day: self.day.map(Into::into),
            created_at: self.created_at.map(Into::into),
            updated_at: self.updated_at.map(Into::into),
        })
    }
}
