//! Knowledge gaps: incidents that no published article answers.

use std::collections::HashMap;

use ballroom_entity::{
    article::{self, ArticleState},
    article_known_error,
    id::{FeatureId, OrganizationId, ProductId},
    incident, incident_feature, known_error_incident,
};
use chrono::NaiveDate;
use sea_orm::{
    ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, SelectStatement},
};

use crate::{base::error::Error, domain::access::Report, store::Store};

/// The incidents of a feature that no published article answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The feature; none: the product as a whole.
    pub feature: Option<FeatureId>,
    /// Number of its incidents without an article.
    pub unanswered: i64,
    /// Number of all its incidents.
    pub incidents: i64,
}

/// The incidents whose known error has a published article.
pub(crate) fn answered(organization: OrganizationId) -> SelectStatement {
    let published = article::Entity::owned_by(organization)
        .filter(article::Column::State.eq(ArticleState::Published))
        .select_only()
        .column(article::Column::Id);
    let explained = article_known_error::Entity::owned_by(organization)
        .filter(article_known_error::Column::ArticleId.in_subquery(published.into_query()))
        .select_only()
        .column(article_known_error::Column::KnownErrorId);
    known_error_incident::Entity::owned_by(organization)
        .filter(known_error_incident::Column::KnownErrorId.in_subquery(explained.into_query()))
        .select_only()
        .column(known_error_incident::Column::IncidentId)
        .into_query()
}

/// The features with incidents that began in a period and that no article answers, the most incidents first.
pub async fn gaps(
    store: &Store,
    by: Report,
    product: ProductId,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<Vec<Gap>, Error> {
    let organization = by.organization();
    let began = incident::Entity::owned_by(organization)
        .filter(incident::Column::ProductId.eq(product))
        .filter(incident::Column::OpenedOn.gte(from))
        .filter(incident::Column::OpenedOn.lt(until));
    let open = began.clone().filter(incident::Column::Id.not_in_subquery(answered(organization)));
    let by_feature = async |incidents: SelectStatement| -> Result<HashMap<FeatureId, i64>, Error> {
        let rows: Vec<(FeatureId, i64)> = incident_feature::Entity::owned_by(organization)
            .filter(incident_feature::Column::IncidentId.in_subquery(incidents))
            .select_only()
            .column(incident_feature::Column::FeatureId)
            .column_as(Expr::cust("COUNT(*)"), "incidents")
            .group_by(incident_feature::Column::FeatureId)
            .into_tuple()
            .all(store.reader())
            .await?;
        Ok(rows.into_iter().collect())
    };
    let ids = |rows: &sea_orm::Select<incident::Entity>| {
        rows.clone().select_only().column(incident::Column::Id).into_query()
    };
    let (unanswered, all) = (by_feature(ids(&open)).await?, by_feature(ids(&began)).await?);
    let mut gaps: Vec<Gap> = unanswered
        .into_iter()
        .map(|(feature, unanswered)| {
            let incidents = all.get(&feature).copied().unwrap_or(unanswered);
            Gap { feature: Some(feature), unanswered, incidents }
        })
        .collect();
    let with_feature = || {
        incident_feature::Entity::owned_by(organization)
            .select_only()
            .column(incident_feature::Column::IncidentId)
    };
    let whole = async |rows: sea_orm::Select<incident::Entity>| -> Result<i64, Error> {
        let rows = rows.filter(incident::Column::Id.not_in_subquery(with_feature().into_query()));
        Ok(rows.count(store.reader()).await? as i64)
    };
    let unanswered = whole(open).await?;
    if unanswered > 0 {
        gaps.push(Gap { feature: None, unanswered, incidents: whole(began).await? });
    }
    gaps.sort_by_key(|gap| (-gap.unanswered, gap.feature));
    Ok(gaps)
}
