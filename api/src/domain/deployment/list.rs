//! The deployments of an organization or a product.

use ballroom_entity::{
    deployment::{Column, Entity},
    id::{OrganizationId, ProductId},
    release,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::{
    base::{error::Error, text},
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
};

/// The deployments that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Deployments {
    /// The filter.
    pub filter: DeploymentFilter,
    /// The order.
    pub order: Order<DeploymentSort>,
}

/// Conditions on deployments; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct DeploymentFilter {
    /// The product.
    pub product: Option<ProductId>,
    /// Target environment.
    pub environment: Option<String>,
    /// Time at which it finished.
    pub deployed_at: Option<Range<DateTime<Utc>>>,
    /// Time at which it was recorded.
    pub created_at: Option<Range<DateTime<Utc>>>,
    /// Time at which it was recorded or last changed.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of deployments.
    DeploymentSort: CreatedAt Descending {
        CreatedAt = Id,
        DeployedAt = DeployedAt,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Deployments {
    type Entity = Entity;

    fn check(&self) -> Result<(), Error> {
        range::check("filter.deployedAt", self.filter.deployed_at)?;
        range::check("filter.createdAt", self.filter.created_at)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let DeploymentFilter { product, environment, deployed_at, created_at, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(*product, |query, product| {
                let releases = release::Entity::owned_by(organization)
                    .filter(release::Column::ProductId.eq(product))
                    .select_only()
                    .column(release::Column::Id);
                query.filter(Column::ReleaseId.in_subquery(releases.into_query()))
            })
            .apply_if(environment.as_ref(), |query, environment| {
                query.filter(Column::Environment.is_in(text::forms(environment)))
            })
            .apply_if(*deployed_at, |query, range| query.filter(range.holds(Column::DeployedAt)))
            .apply_if(*created_at, |query, range| query.filter(range.holds(Column::CreatedAt)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
