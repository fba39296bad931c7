//! Connections of incidents: which, in which order.

use async_graphql::{Context, Enum, InputObject, connection::Connection};
use ballroom_entity::{
    attribution,
    id::{CustomerId, FeatureId, OrganizationId, ProductId, ReleaseId},
    incident::{Column, Entity, Model},
    incident_feature,
};
use chrono::{NaiveDate, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use super::{
    Asking,
    answers::{feature_of, release_of},
    fault::Fault,
    incident::{Incident, IncidentState},
    page::{Both, Direction, Four, Paged, Sort, Total, connection, in_order},
    scalar::{Date, DateTime, Reference},
};
use crate::{
    base::error::Error,
    domain::{access::Viewer, incident::hurts},
};

/// Which incidents are wanted: all that is given must hold, and so must what the place of the connection says. Below a
/// feature, a release, a customer or a product a filter narrows what is shown there and never shows another's.
#[derive(InputObject, Default)]
pub(super) struct IncidentFilter {
    /// Only open ones, or only resolved ones.
    state: Option<IncidentState>,
    /// Of one of these severities, 1 (critical) to 4 (minor).
    severity: Option<Vec<i32>>,
    /// Hurting this feature: its id, or its key where the product is known.
    feature: Option<Reference>,
    /// Of which something was stated about this release, whatever it was: its id, or its version where the product
    /// is known.
    release: Option<Reference>,
    /// Opened at this moment or later.
    opened_from: Option<DateTime>,
    /// Opened before this moment.
    opened_until: Option<DateTime>,
    /// Opened on this day or later, in the time zone of its product.
    day_from: Option<Date>,
    /// Opened before this day, in the time zone of its product.
    day_until: Option<Date>,
    /// Entered after this moment.
    received_after: Option<DateTime>,
    /// Entered or changed after this moment: see `Incident.updatedAt`.
    updated_after: Option<DateTime>,
}

/// What incidents can be sorted by.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::enum_variant_names, reason = "all are moments")]
pub(super) enum IncidentOrderField {
    /// When it began.
    OpenedAt,
    /// When it was entered.
    CreatedAt,
    /// When it was entered or last changed.
    UpdatedAt,
}

/// In which order incidents come.
#[derive(InputObject, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct IncidentOrder {
    /// What they are sorted by.
    field: IncidentOrderField,
    /// Which come first.
    direction: Direction,
}

/// Which incidents a connection holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Incidents {
    pub(super) product: Option<ProductId>,
    pub(super) feature: Both<FeatureId>,
    /// The customer whom they hurt, if only one's are shown.
    pub(super) customer: Option<CustomerId>,
    pub(super) release: Both<ReleaseId>,
    pub(super) state: Option<IncidentState>,
    pub(super) severity: Option<Vec<i32>>,
    pub(super) opened: (Option<chrono::DateTime<Utc>>, Option<chrono::DateTime<Utc>>),
    pub(super) days: (Option<NaiveDate>, Option<NaiveDate>),
    pub(super) received_after: Option<chrono::DateTime<Utc>>,
    pub(super) updated_after: Option<chrono::DateTime<Utc>>,
    pub(super) order: Option<IncidentOrder>,
    /// The customer to whom the caller is confined.
    pub(super) only: Option<CustomerId>,
}

impl Incidents {
    /// A page of those that the filter leaves.
    pub(super) async fn page(
        mut self,
        ctx: &Context<'_>,
        filter: Option<IncidentFilter>,
        order: Option<IncidentOrder>,
        four: Four,
    ) -> Result<Connection<String, Incident, Total>, Fault> {
        self.only = ctx.reads()?.only();
        if let Some(filter) = filter {
            let dimensions = super::dimensions(ctx).await?;
            if let Some(feature) = filter.feature {
                self.feature = self.feature.and(Some(feature_of(&dimensions, self.product, feature)?));
            }
            if let Some(release) = filter.release {
                self.release =
                    self.release.and(Some(release_of(&dimensions, ctx.viewer(), self.product, release)?));
            }
            self.state = filter.state;
            self.severity = filter.severity;
            self.opened = (filter.opened_from.map(Into::into), filter.opened_until.map(Into::into));
            self.days = (filter.day_from.map(Into::into), filter.day_until.map(Into::into));
            self.received_after = filter.received_after.map(Into::into);
            self.updated_after = filter.updated_after.map(Into::into);
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
        in_order("filter.openedUntil", self.opened)?;
        in_order("filter.dayUntil", self.days)
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
            .apply_if(self.customer, |query, customer| query.filter(hurts(organization, customer)))
            .apply_if(self.only, |query, customer| query.filter(hurts(organization, customer)))
            .apply_if(self.state, |query, state| match state {
                IncidentState::Open => query.filter(Column::ResolvedAt.is_null()),
                IncidentState::Resolved => query.filter(Column::ResolvedAt.is_not_null()),
            })
            .apply_if(self.severity.as_ref(), |query, severity| {
                query.filter(Column::Severity.is_in(severity.iter().copied()))
            })
            .apply_if(self.opened.0, |query, from| query.filter(Column::OpenedAt.gte(from)))
            .apply_if(self.opened.1, |query, until| query.filter(Column::OpenedAt.lt(until)))
            .apply_if(self.days.0, |query, from| query.filter(Column::OpenedOn.gte(from)))
            .apply_if(self.days.1, |query, until| query.filter(Column::OpenedOn.lt(until)))
            .apply_if(self.received_after, |query, after| query.filter(Column::CreatedAt.gt(after)))
            .apply_if(self.updated_after, |query, after| query.filter(Column::UpdatedAt.gt(after)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        let opened_last =
            IncidentOrder { field: IncidentOrderField::OpenedAt, direction: Direction::Descending };
        let order = self.order.unwrap_or(opened_last);
        match order.field {
            IncidentOrderField::OpenedAt => (Column::OpenedAt, Sort::Moment, order.direction),
            IncidentOrderField::CreatedAt => (Column::Id, Sort::Id, order.direction),
            IncidentOrderField::UpdatedAt => (Column::UpdatedAt, Sort::Moment, order.direction),
        }
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        let at = match self.order.map(|order| order.field) {
            Some(IncidentOrderField::UpdatedAt) => row.updated_at,
            _ => row.opened_at,
        };
        (at.to_rfc3339(), row.id.0)
    }
}
