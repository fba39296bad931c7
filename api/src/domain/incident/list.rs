//! The incidents of an organization, a product, a feature, a release or a customer.

use ballroom_entity::{
    attribution,
    id::{CustomerId, FeatureId, KnownErrorId, OrganizationId, ProductId, ReleaseId},
    incident::{Column, Entity},
    incident_feature, known_error_incident,
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use super::affects;
use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        article::answered,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
};

/// The incidents of a place that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Incidents {
    /// The product, if only its incidents are shown.
    pub product: Option<ProductId>,
    /// The affected feature, if only its incidents are shown.
    pub feature: Option<FeatureId>,
    /// The release that an attribution names, if only its incidents are shown.
    pub release: Option<ReleaseId>,
    /// The affected customer, if only its incidents are shown.
    pub customer: Option<CustomerId>,
    /// The known error, if only the incidents that come from it are shown.
    pub known_error: Option<KnownErrorId>,
    /// The customer that the caller is restricted to.
    pub only: Option<CustomerId>,
    /// The filter.
    pub filter: IncidentFilter,
    /// The order.
    pub order: Order<IncidentSort>,
}

/// Conditions on incidents; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct IncidentFilter {
    /// The product.
    pub product: Option<ProductId>,
    /// An affected feature.
    pub feature: Option<FeatureId>,
    /// A release that an attribution names, on any basis.
    pub release: Option<ReleaseId>,
    /// Whether it is resolved.
    pub resolved: Option<bool>,
    /// Severities, one of which the incident has.
    pub severity: Option<Vec<i32>>,
    /// Whether a published article answers it.
    pub has_article: Option<bool>,
    /// Time at which it began.
    pub opened_at: Option<Range<DateTime<Utc>>>,
    /// Day on which it began, in the time zone of its product.
    pub day: Option<Range<NaiveDate>>,
    /// Time of creation.
    pub created_at: Option<Range<DateTime<Utc>>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of incidents.
    IncidentSort: OpenedAt Descending {
        OpenedAt = OpenedAt,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Incidents {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.reads_within(self.only)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.openedAt", self.filter.opened_at)?;
        range::check("filter.day", self.filter.day)?;
        range::check("filter.createdAt", self.filter.created_at)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let IncidentFilter { product, feature, release, resolved, severity, has_article, .. } = &self.filter;
        let IncidentFilter { opened_at, day, created_at, updated_at, .. } = &self.filter;
        let all =
            self.feature.iter().chain(feature).fold(Entity::owned_by(organization), |query, feature| {
                let hurt = incident_feature::Entity::owned_by(organization)
                    .filter(incident_feature::Column::FeatureId.eq(*feature))
                    .select_only()
                    .column(incident_feature::Column::IncidentId);
                query.filter(Column::Id.in_subquery(hurt.into_query()))
            });
        let all = self.release.iter().chain(release).fold(all, |query, release| {
            let stated = attribution::Entity::owned_by(organization)
                .filter(attribution::Column::ReleaseId.eq(*release))
                .select_only()
                .column(attribution::Column::IncidentId);
            query.filter(Column::Id.in_subquery(stated.into_query()))
        });
        all.apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(*product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.customer, |query, customer| query.filter(affects(organization, customer)))
            .apply_if(self.only, |query, customer| query.filter(affects(organization, customer)))
            .apply_if(self.known_error, |query, id| {
                let linked = known_error_incident::Entity::owned_by(organization)
                    .filter(known_error_incident::Column::KnownErrorId.eq(id))
                    .select_only()
                    .column(known_error_incident::Column::IncidentId);
                query.filter(Column::Id.in_subquery(linked.into_query()))
            })
            .apply_if(*has_article, |query, has| match has {
                true => query.filter(Column::Id.in_subquery(answered(organization))),
                false => query.filter(Column::Id.not_in_subquery(answered(organization))),
            })
            .apply_if(*resolved, |query, resolved| match resolved {
                false => query.filter(Column::ResolvedAt.is_null()),
                true => query.filter(Column::ResolvedAt.is_not_null()),
            })
            .apply_if(severity.as_ref(), |query, severity| {
                query.filter(Column::Severity.is_in(severity.iter().copied()))
            })
            .apply_if(*opened_at, |query, range| query.filter(range.holds(Column::OpenedAt)))
            .apply_if(*day, |query, range| query.filter(range.holds(Column::OpenedOn)))
            .apply_if(*created_at, |query, range| query.filter(range.holds(Column::CreatedAt)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
