//! Connections of incidents: filters and orders.

use async_graphql::{Context, InputObject, connection::Connection};
use ballroom_entity::{
    attribution,
    id::{CustomerId, FeatureId, OrganizationId, ProductId, ReleaseId},
    incident::{Column, Entity, Model},
    incident_feature,
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::{
    ContextExt,
    answers::{feature_of, product_of, release_of},
    fault::Fault,
    incident::{Incident, IncidentState},
    ordered::ordered,
    paged::{Both, Direction, PageArgs, Paged, Sort, Total, connection},
    range::{self, DateRangeInput, Range, TimeRangeInput},
    scalar::Reference,
};
use crate::{
    base::error::Error,
    domain::{access::Viewer, incident::affects},
};

/// Conditions on incidents; all that are given must hold. Below a feature, release, customer or product, a filter only
/// narrows the incidents of that object.
#[derive(InputObject, Default)]
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
    /// Time at which it began.
    opened_at: Option<TimeRangeInput>,
    /// Day on which it began, in the time zone of its product.
    day: Option<DateRangeInput>,
    /// Time of creation.
    created_at: Option<TimeRangeInput>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

ordered! {
    /// Sort fields of incidents.
    IncidentOrderField,
    /// Sort order of incidents.
    IncidentOrder: OpenedAt Descending {
        /// Time at which it began.
        OpenedAt = (OpenedAt, Moment, |row| row.opened_at.to_rfc3339()),
        /// Time of creation.
        CreatedAt = (Id, Id, |_| String::new()),
        /// Time of creation or of the last change.
        UpdatedAt = (UpdatedAt, Moment, |row| row.updated_at.to_rfc3339()),
    }
}

/// The incidents of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Incidents {
    pub(super) product: Option<ProductId>,
    pub(super) feature: Both<FeatureId>,
    /// The affected customer, if only those are shown.
    pub(super) customer: Option<CustomerId>,
    pub(super) release: Both<ReleaseId>,
    pub(super) state: Option<IncidentState>,
    pub(super) severity: Option<Vec<i32>>,
    /// The product of the filter, which narrows that of the connection.
    pub(super) of: Option<ProductId>,
    pub(super) opened_at: Option<TimeRangeInput>,
    pub(super) day: Option<DateRangeInput>,
    pub(super) created_at: Option<TimeRangeInput>,
    pub(super) updated_at: Option<TimeRangeInput>,
    pub(super) order: Option<IncidentOrder>,
    /// The customer that the caller is restricted to.
    pub(super) only: Option<CustomerId>,
}

impl Incidents {
    /// A page of the filtered incidents.
    pub(super) async fn page(
        mut self,
        ctx: &Context<'_>,
        filter: Option<IncidentFilter>,
        order: Option<IncidentOrder>,
        four: PageArgs,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        self.only = ctx.reads()?.only();
        if let Some(filter) = filter {
            let dimensions = super::dimensions(ctx).await?;
            self.of = product_of(&dimensions, filter.product)?;
            let product = self.product.or(self.of);
            if let Some(feature) = filter.feature {
                self.feature = self.feature.and(Some(feature_of(&dimensions, product, feature)?));
            }
            if let Some(release) = filter.release {
                self.release =
                    self.release.and(Some(release_of(&dimensions, ctx.viewer(), product, release)?));
            }
            self.state = filter.state;
            self.severity = filter.severity;
            self.opened_at = filter.opened_at;
            self.day = filter.day;
            self.created_at = filter.created_at;
            self.updated_at = filter.updated_at;
        }
        self.order = order;
        connection(ctx, self, four, Incident).await
    }
}

impl Paged for Incidents {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reads_within(self.only)
    }

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.openedAt", self.opened_at)?;
        range::check("filter.day", self.day)?;
        range::check("filter.createdAt", self.created_at)?;
        range::check("filter.updatedAt", self.updated_at)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let all = self.feature.all().fold(Entity::owned_by(organization), |query, feature| {
            let hurt = incident_feature::Entity::owned_by(organization)
                .filter(incident_feature::Column::FeatureId.eq(feature))
                .select_only()
                .column(incident_feature::Column::IncidentId);
            query.filter(Column::Id.in_subquery(hurt.into_query()))
        });
        let all = self.release.all().fold(all, |query, release| {
            let stated = attribution::Entity::owned_by(organization)
                .filter(attribution::Column::ReleaseId.eq(release))
                .select_only()
                .column(attribution::Column::IncidentId);
            query.filter(Column::Id.in_subquery(stated.into_query()))
        });
        all.apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.of, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.customer, |query, customer| query.filter(affects(organization, customer)))
            .apply_if(self.only, |query, customer| query.filter(affects(organization, customer)))
            .apply_if(self.state, |query, state| match state {
                IncidentState::Open => query.filter(Column::ResolvedAt.is_null()),
                IncidentState::Resolved => query.filter(Column::ResolvedAt.is_not_null()),
            })
            .apply_if(self.severity.as_ref(), |query, severity| {
                query.filter(Column::Severity.is_in(severity.iter().copied()))
            })
            .apply_if(self.opened_at, |query, range| query.filter(range.holds(Column::OpenedAt)))
            .apply_if(self.day, |query, range| query.filter(range.holds(Column::OpenedOn)))
            .apply_if(self.created_at, |query, range| query.filter(range.holds(Column::CreatedAt)))
            .apply_if(self.updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        IncidentOrder::sort(self.order)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        IncidentOrder::mark(self.order, row)
    }
}
