//! The known errors of an organization, or of one of its nouns.

use ballroom_entity::{
    id::{FeatureId, FeedbackId, IncidentId, OrganizationId, ProductId, ReleaseId},
    known_error::{Column, Entity},
    known_error_feature, known_error_feedback, known_error_fix, known_error_incident,
    release::{self, ReleaseLifecycle},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait, Select, sea_query::Expr};

use super::{KnownErrorState, sees_public_only};
use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The known errors of a place (a product, a feature, an incident, a response) that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KnownErrors {
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Only those that affect this feature.
    pub feature: Option<FeatureId>,
    /// Only those that this incident comes from.
    pub incident: Option<IncidentId>,
    /// Only those that this response reports.
    pub feedback: Option<FeedbackId>,
    /// Only public ones: all that a customer sees.
    pub public_only: bool,
    /// The filter.
    pub filter: KnownErrorFilter,
    /// The order.
    pub order: Order<KnownErrorSort>,
}

/// Conditions on known errors; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct KnownErrorFilter {
    /// Text contained in the title or symptom, not case-sensitive.
    pub text: Option<String>,
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Only those that affect this feature.
    pub feature: Option<FeatureId>,
    /// Only those that this release fixes.
    pub fixed_in: Option<ReleaseId>,
    /// States, one of which it has.
    pub state: Option<Vec<KnownErrorState>>,
    /// Whether customers may see it.
    pub is_public: Option<bool>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of known errors.
    KnownErrorSort: UpdatedAt Descending {
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for KnownErrors {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match sees_public_only(viewer)? {
            true if !self.public_only => Err(Error::Forbidden(crate::base::right::Right::Report)),
            _ => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let KnownErrorFilter { text, product, feature, fixed_in, state, is_public, updated_at } =
            &self.filter;
        let both = |of, filter: &Option<_>| [of, *filter].into_iter().flatten();
        let all = both(self.product, product)
            .fold(Entity::owned_by(organization), |query, id| query.filter(Column::ProductId.eq(id)));
        let all = [self.feature, *feature]
            .into_iter()
            .flatten()
            .fold(all, |query, id| query.filter(affects(organization, id)));
        all.apply_if(self.incident, |query, id| {
            let linked = known_error_incident::Entity::owned_by(organization)
                .filter(known_error_incident::Column::IncidentId.eq(id))
                .select_only()
                .column(known_error_incident::Column::KnownErrorId);
            query.filter(Column::Id.in_subquery(linked.into_query()))
        })
        .apply_if(self.feedback, |query, id| {
            let linked = known_error_feedback::Entity::owned_by(organization)
                .filter(known_error_feedback::Column::FeedbackId.eq(id))
                .select_only()
                .column(known_error_feedback::Column::KnownErrorId);
            query.filter(Column::Id.in_subquery(linked.into_query()))
        })
        .apply_if(self.public_only.then_some(true), |query, yes| query.filter(Column::IsPublic.eq(yes)))
        .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
        .apply_if(*fixed_in, |query, release| {
            let fixes = fixes(organization).filter(known_error_fix::Column::ReleaseId.eq(release));
            query.filter(Column::Id.in_subquery(fixes.into_query()))
        })
        .apply_if(state.as_ref(), |query, states| {
            query.filter(states.iter().fold(Condition::any(), |any, state| any.add(is(organization, *state))))
        })
        .apply_if(*is_public, |query, is_public| query.filter(Column::IsPublic.eq(is_public)))
        .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}

fn affects(organization: OrganizationId, feature: FeatureId) -> Expr {
    let of_feature = known_error_feature::Entity::owned_by(organization)
        .filter(known_error_feature::Column::FeatureId.eq(feature))
        .select_only()
        .column(known_error_feature::Column::KnownErrorId);
    Column::Id.in_subquery(of_feature.into_query())
}

fn fixes(organization: OrganizationId) -> Select<known_error_fix::Entity> {
    known_error_fix::Entity::owned_by(organization)
        .select_only()
        .column(known_error_fix::Column::KnownErrorId)
}

/// That a known error has a state: the same as [`KnownErrorState::of`].
fn is(organization: OrganizationId, state: KnownErrorState) -> Condition {
    let out = release::Entity::owned_by(organization)
        .filter(release::Column::Lifecycle.eq(ReleaseLifecycle::Released))
        .select_only()
        .column(release::Column::Id);
    let planned = || Column::Id.in_subquery(fixes(organization).into_query());
    let fixed = fixes(organization).filter(known_error_fix::Column::ReleaseId.in_subquery(out.into_query()));
    match state {
        KnownErrorState::WontFix => Condition::all().add(Column::WontFix.is_not_null()),
        KnownErrorState::Open => Condition::all()
            .add(Column::WontFix.is_null())
            .add(Column::Id.not_in_subquery(fixes(organization).into_query())),
        KnownErrorState::Fixed => Condition::all().add(Column::Id.in_subquery(fixed.into_query())),
        KnownErrorState::FixPlanned => {
            Condition::all().add(planned()).add(Column::Id.not_in_subquery(fixed.into_query()))
        }
    }
}
