//! The announcements of an organization, or of one of its nouns.

use ballroom_entity::{
    announcement::{AnnouncementKind, AnnouncementState, Column, Entity},
    announcement_feature,
    id::{CustomerId, FeatureId, OrganizationId, ProductId, ReleaseId},
    release_feature,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select, sea_query::Expr};

use super::affected::has_notified;
use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The announcements of a place (a product, a feature, a release) that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Announcements {
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Only those that affect this feature.
    pub feature: Option<FeatureId>,
    /// Only of this release.
    pub release: Option<ReleaseId>,
    /// Only those of which this customer was notified.
    pub only: Option<CustomerId>,
    /// The filter.
    pub filter: AnnouncementFilter,
    /// The order.
    pub order: Order<AnnouncementSort>,
}

/// Conditions on announcements; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct AnnouncementFilter {
    /// Text contained in the title or changes, not case-sensitive.
    pub text: Option<String>,
    /// Only of this product.
    pub product: Option<ProductId>,
    /// Only those that affect this feature.
    pub feature: Option<FeatureId>,
    /// Only of this release.
    pub release: Option<ReleaseId>,
    /// Kinds, one of which it has.
    pub kind: Option<Vec<AnnouncementKind>>,
    /// States, one of which it has.
    pub state: Option<Vec<AnnouncementState>>,
    /// Times with which its planned time overlaps.
    pub planned: Option<Range<DateTime<Utc>>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of announcements.
    AnnouncementSort: Planned Descending {
        Planned = StartsAt,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Announcements {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match self.only {
            Some(_) => viewer.reads_within(self.only),
            None => viewer.reports().map(drop),
        }
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.planned", self.filter.planned)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let AnnouncementFilter { text, product, feature, release, kind, state, planned, updated_at } =
            &self.filter;
        let ends = || Expr::col(Column::EndsAt).if_null(Expr::col(Column::StartsAt));
        let both = |of, filter: &Option<_>| [of, *filter].into_iter().flatten();
        let all = both(self.product, product)
            .fold(Entity::owned_by(organization), |query, id| query.filter(Column::ProductId.eq(id)));
        let all = [self.release, *release]
            .into_iter()
            .flatten()
            .fold(all, |query, id| query.filter(Column::ReleaseId.eq(id)));
        let all = [self.feature, *feature]
            .into_iter()
            .flatten()
            .fold(all, |query, id| query.filter(affects(organization, id)));
        all.apply_if(self.only, |query, customer| query.filter(has_notified(organization, customer)))
            .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
            .apply_if(kind.as_ref(), |query, kinds| query.filter(Column::Kind.is_in(kinds.iter().copied())))
            .apply_if(state.as_ref(), |query, states| {
                query.filter(Column::State.is_in(states.iter().copied()))
            })
            .apply_if(planned.and_then(|planned| planned.from), |query, from| query.filter(ends().gte(from)))
            .apply_if(planned.and_then(|planned| planned.until), |query, until| {
                query.filter(Column::StartsAt.lt(until))
            })
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}

/// That a change affects a feature: it is one of its own features, or, if it has none, one that its release touches.
fn affects(organization: OrganizationId, feature: FeatureId) -> Expr {
    let own = announcement_feature::Entity::owned_by(organization)
        .select_only()
        .column(announcement_feature::Column::AnnouncementId);
    let with_feature = own.clone().filter(announcement_feature::Column::FeatureId.eq(feature));
    let touching = release_feature::Entity::owned_by(organization)
        .filter(release_feature::Column::FeatureId.eq(feature))
        .select_only()
        .column(release_feature::Column::ReleaseId);
    let by_release = Column::ReleaseId
        .in_subquery(touching.into_query())
        .and(Column::Id.not_in_subquery(own.into_query()));
    Column::Id.in_subquery(with_feature.into_query()).or(by_release)
}
