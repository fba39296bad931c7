//! The articles of an organization, or of one of its nouns.

use ballroom_entity::{
    article::{ArticleState, Column, Entity},
    article_feature, article_known_error,
    id::{FeatureId, KnownErrorId, OrganizationId, ProductId},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait, Select};

use crate::{
    base::error::Error,
    domain::{
        access::Viewer,
        known_error::sees_public_only,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::holds,
};

/// The articles of a place (a product, a feature, a known error) that match a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Articles {
    /// Only about this product.
    pub product: Option<ProductId>,
    /// Only about this feature.
    pub feature: Option<FeatureId>,
    /// Only about this known error.
    pub known_error: Option<KnownErrorId>,
    /// Only published ones: all that a customer sees.
    pub published_only: bool,
    /// The filter.
    pub filter: ArticleFilter,
    /// The order.
    pub order: Order<ArticleSort>,
}

/// Conditions on articles; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ArticleFilter {
    /// Text contained in the title, not case-sensitive.
    pub text: Option<String>,
    /// Only about this product.
    pub product: Option<ProductId>,
    /// Only about this feature.
    pub feature: Option<FeatureId>,
    /// Language of the text, as ISO 639-1.
    pub language: Option<String>,
    /// States, one of which it has.
    pub state: Option<Vec<ArticleState>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of articles.
    ArticleSort: UpdatedAt Descending {
        Title = Title,
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Articles {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match sees_public_only(viewer)? {
            true if !self.published_only => Err(Error::Forbidden(crate::base::right::Right::Report)),
            _ => Ok(()),
        }
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let ArticleFilter { text, product, feature, language, state, updated_at } = &self.filter;
        let both = |of, filter: &Option<_>| [of, *filter].into_iter().flatten();
        let all = both(self.product, product)
            .fold(Entity::owned_by(organization), |query, id| query.filter(Column::ProductId.eq(id)));
        let all = [self.feature, *feature].into_iter().flatten().fold(all, |query, id| {
            let about = article_feature::Entity::owned_by(organization)
                .filter(article_feature::Column::FeatureId.eq(id))
                .select_only()
                .column(article_feature::Column::ArticleId);
            query.filter(Column::Id.in_subquery(about.into_query()))
        });
        all.apply_if(self.known_error, |query, id| {
            let about = article_known_error::Entity::owned_by(organization)
                .filter(article_known_error::Column::KnownErrorId.eq(id))
                .select_only()
                .column(article_known_error::Column::ArticleId);
            query.filter(Column::Id.in_subquery(about.into_query()))
        })
        .apply_if(self.published_only.then_some(ArticleState::Published), |query, published| {
            query.filter(Column::State.eq(published))
        })
        .apply_if(text.as_ref(), |query, text| query.filter(holds(text)))
        .apply_if(language.as_ref(), |query, language| query.filter(Column::Language.eq(language)))
        .apply_if(state.as_ref(), |query, states| query.filter(Column::State.is_in(states.iter().copied())))
        .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
