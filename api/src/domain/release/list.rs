//! The releases of an organization or a product, or those that touch a feature.

use ballroom_entity::{
    count_code, feedback_daily,
    id::{FeatureId, OrganizationId, ProductId},
    release::{Column, Entity, Model, ReleaseLifecycle},
    release_feature,
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, ModelTrait, QueryFilter, QuerySelect, QueryTrait, Select, Value,
    sea_query::{Expr, Func},
};

use crate::{
    base::error::Error,
    domain::{
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The releases that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Releases {
    /// The product, if only its releases are shown.
    pub product: Option<ProductId>,
    /// The feature that they touch, if only those are shown.
    pub feature: Option<FeatureId>,
    /// The filter.
    pub filter: ReleaseFilter,
    /// The order.
    pub order: Order<ReleaseSort>,
}

/// Conditions on releases; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReleaseFilter {
    /// Lifecycle stages, one of which the release has.
    pub lifecycle: Option<Vec<ReleaseLifecycle>>,
    /// First day on which customers used it.
    pub released_on: Option<Range<NaiveDate>>,
    /// Text contained in the version or title, not case-sensitive.
    pub text: Option<String>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of releases.
    ReleaseSort: CreatedAt Descending {
        CreatedAt = Id,
        Version = VersionOrder,
        PlannedFor = PlannedFor,
        UpdatedAt = UpdatedAt,
    }
}

impl Releases {
    /// The day that represents none where releases are sorted by their planned day: the last one.
    fn unplanned(&self) -> Option<NaiveDate> {
        let year = match self.order.direction {
            Direction::Ascending => 9999,
            Direction::Descending => 1,
        };
        NaiveDate::from_ymd_opt(year, 1, 1).filter(|_| self.order.field == ReleaseSort::PlannedFor)
    }
}

impl List for Releases {
    type Entity = Entity;

    fn check(&self) -> Result<(), Error> {
        range::check("filter.releasedOn", self.filter.released_on)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let ReleaseFilter { lifecycle, released_on, text, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .apply_if(self.product, |query, product| query.filter(Column::ProductId.eq(product)))
            .apply_if(self.feature, |query, feature| {
                let touching = release_feature::Entity::owned_by(organization)
                    .filter(release_feature::Column::FeatureId.eq(feature))
                    .select_only()
                    .column(release_feature::Column::ReleaseId);
                query.filter(Column::Id.in_subquery(touching.into_query()))
            })
            .apply_if(lifecycle.as_ref(), |query, stages| {
                let any = stages.iter().map(|stage| in_stage(organization, *stage));
                query.filter(any.fold(Condition::any(), Condition::add))
            })
            .apply_if(*released_on, |query, range| query.filter(range.holds(Column::ReleasedOn)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
            .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }

    fn sort_value(&self) -> Expr {
        match self.unplanned() {
            Some(day) => Func::coalesce([Column::PlannedFor.into_expr(), Expr::val(day)]).into(),
            None => Expr::col((Entity, self.order().0)),
        }
    }

    fn sort_value_of(&self, row: &Model) -> Value {
        match self.unplanned() {
            Some(day) => row.planned_for.unwrap_or(day).into(),
            None => row.get(self.order().0),
        }
    }
}

/// The condition that a release is in a lifecycle stage: a planned one that responses name is available to customers.
fn in_stage(organization: OrganizationId, stage: ReleaseLifecycle) -> Condition {
    let stored = |stage: ReleaseLifecycle| Column::Lifecycle.eq(stage);
    let named = || {
        let named = feedback_daily::Entity::owned_by(organization)
            .select_only()
            .column(feedback_daily::Column::ReleaseCode)
            .into_query();
        let named = count_code::Entity::owned_by(organization)
            .filter(count_code::Column::Code.in_subquery(named))
            .select_only()
            .column(count_code::Column::ObjectId)
            .into_query();
        Column::Id.in_subquery(named)
    };
    let planned = Condition::all().add(stored(ReleaseLifecycle::Planned));
    match stage {
        ReleaseLifecycle::Planned => planned.add(named().not()),
        ReleaseLifecycle::Released => {
            Condition::any().add(stored(ReleaseLifecycle::Released)).add(planned.add(named()))
        }
        ReleaseLifecycle::Withdrawn => Condition::all().add(stored(ReleaseLifecycle::Withdrawn)),
    }
}
