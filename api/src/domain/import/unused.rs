//! What an import created because its rows named it, and what nothing names any more after it was undone.

use std::collections::HashSet;

use ballroom_entity::{
    announcement, announcement_customer, announcement_feature, api_token, article, article_feature,
    calendar_feed, customer, deleted_feedback, exposure, feature, feedback, feedback_invitation,
    feedback_request,
    id::{ImportId, ReleaseId},
    import_created::{self, CreatedKind},
    inbound_webhook, incident, incident_customer, incident_feature, iteration, known_error,
    known_error_feature, notice, product, product_publication, release, release_feature, schedule, segment,
    session, stored_report,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::{base::error::Error, domain::release as releases, store::is_any, transaction::Transaction};

/// Adds to a set which IDs rows of tables have in a column.
macro_rules! named_by {
    ($tx:ident, $organization:ident, $ids:expr, $into:ident, $($table:ident.$column:ident)*) => {{$(
        for some in $ids.chunks(20_000) {
            let rows = $table::Entity::owned_by($organization)
                .filter($crate::store::is_any($tx.db(), $table::Column::$column, some.iter().copied()));
            let rows = ::sea_orm::QuerySelect::select_only(rows);
            let rows = ::sea_orm::QuerySelect::column(rows, $table::Column::$column);
            let rows = ::sea_orm::QuerySelect::distinct(rows);
            let found: Vec<Option<::uuid::Uuid>> = rows.into_tuple().all($tx.db()).await?;
            $into.extend(found.into_iter().flatten());
        }
    )*}};
}
pub(crate) use named_by;

/// Removes rows of a table whose creation was the last change.
macro_rules! remove_of {
    ($tx:ident, $ids:expr, $table:ident) => {{
        let mut removed = 0;
        for some in $ids.chunks(1_000) {
            let result = $table::Entity::delete_many()
                .filter($table::Column::OrganizationId.eq($tx.organization()))
                .filter(is_any($tx.db(), $table::Column::Id, some.iter().copied()))
                // Somebody gave it a name, or has changed it in another way.
                .filter(::sea_orm::sea_query::ExprTrait::equals(
                    ::sea_orm::sea_query::Expr::col($table::Column::UpdatedAt),
                    $table::Column::CreatedAt,
                ))
                .exec($tx.db())
                .await?;
            removed += result.rows_affected;
        }
        removed
    }};
}

/// Removes what an import created and nothing names, and returns how much was removed, and how much stays.
pub(super) async fn remove(tx: &mut Transaction, import: ImportId) -> Result<(u64, u64), Error> {
    let created = import_created::Entity::owned_by(tx.organization())
        .filter(import_created::Column::ImportId.eq(import))
        .all(tx.db())
        .await?;
    if created.is_empty() {
        return Ok((0, 0));
    }
    tx.dimensions_changed().await?;
    let mut removed = 0;
    // Products last: the others are theirs.
    for kind in [
        CreatedKind::Customer,
        CreatedKind::Release,
        CreatedKind::Feature,
        CreatedKind::Segment,
        CreatedKind::Product,
    ] {
        let of_kind = created.iter().filter(|row| row.kind == kind);
        let ids: Vec<Uuid> = of_kind.map(|row| row.object_id).collect();
        if ids.is_empty() {
            continue;
        }
        if kind == CreatedKind::Release {
            let ids: Vec<ReleaseId> = ids.into_iter().map(ReleaseId).collect();
            removed += releases::remove_unnamed_in(tx, &ids).await?;
            continue;
        }
        let named = named(tx, kind, &ids).await?;
        let unnamed: Vec<Uuid> = ids.into_iter().filter(|id| !named.contains(id)).collect();
        removed += match kind {
            CreatedKind::Customer => remove_of!(tx, unnamed, customer),
            CreatedKind::Feature => remove_of!(tx, unnamed, feature),
            CreatedKind::Segment => remove_of!(tx, unnamed, segment),
            CreatedKind::Product => remove_of!(tx, unnamed, product),
            CreatedKind::Release => 0,
        };
    }
    tx.dimensions_changed().await?;
    import_created::Entity::delete_many()
        .filter(import_created::Column::OrganizationId.eq(tx.organization()))
        .filter(import_created::Column::ImportId.eq(import))
        .exec(tx.db())
        .await?;
    Ok((removed, created.len() as u64 - removed.min(created.len() as u64)))
}

async fn named(tx: &Transaction, kind: CreatedKind, ids: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
    let organization = tx.organization();
    let mut named = HashSet::new();
    match kind {
        CreatedKind::Customer => named_by!(
            tx, organization, ids, named,
            announcement_customer.CustomerId
            api_token.CustomerId
            feedback.CustomerId
            feedback_invitation.CustomerId
            incident_customer.CustomerId
            notice.CustomerId
            session.CustomerId
        ),
        CreatedKind::Feature => named_by!(
            tx, organization, ids, named,
            announcement_feature.FeatureId
            article_feature.FeatureId
            exposure.FeatureId
            feedback.FeatureId
            feedback_request.FeatureId
            incident_feature.FeatureId
            known_error_feature.FeatureId
            release_feature.FeatureId
        ),
        CreatedKind::Segment => named_by!(
            tx, organization, ids, named,
            customer.SegmentId
            exposure.SegmentId
            feedback.SegmentId
            feedback_invitation.SegmentId
        ),
        // Responses that were deleted are listed with their product.
        CreatedKind::Product => named_by!(
            tx, organization, ids, named,
            announcement.ProductId
            api_token.ProductId
            article.ProductId
            calendar_feed.ProductId
            deleted_feedback.ProductId
            exposure.ProductId
            feature.ProductId
            feedback.ProductId
            feedback_request.ProductId
            inbound_webhook.ProductId
            incident.ProductId
            iteration.ProductId
            known_error.ProductId
            product_publication.ProductId
            release.ProductId
            schedule.ProductId
            stored_report.ProductId
        ),
        // Their own function knows by what releases are named.
        CreatedKind::Release => (),
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    /// A table that is added with a column of such an object must say here whether it keeps the object.
    #[test]
    fn every_column_that_names_an_object_is_known() {
        // Derived from the others, or part of the object itself.
        let derived = [
            "exposure_daily",
            "feedback_daily",
            "incident_daily",
            "attribution_candidate",
            "release_forecast",
            "release_interval",
            "release_watch",
            "import_exposure",
            "deleted_feedback",
        ];
        let own = [("release", "release_id"), ("release_feature", "release_id"), ("feature", "feature_id")];
        let entities = concat!(env!("CARGO_MANIFEST_DIR"), "/../entity/src");
        let known = [include_str!("unused.rs"), include_str!("../release/remove.rs")].concat();
        let mut found = 0;
        for entry in std::fs::read_dir(entities).unwrap() {
            let path = entry.unwrap().path();
            let table = path.file_stem().unwrap().to_string_lossy().into_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            for line in text.lines().filter_map(|line| line.trim().strip_prefix("pub ")) {
                let Some((field, kind)) = line.split_once(": ") else { continue };
                let is_one = ["CustomerId", "ReleaseId", "FeatureId", "SegmentId", "ProductId"]
                    .iter()
                    .any(|id| kind.contains(id));
                let is_part = derived.contains(&table.as_str()) || own.contains(&(&table, field));
                if !is_one || field == "id" || is_part || field == "previous_release_id" {
                    continue;
                }
                found += 1;
                let column: String = field
                    .split('_')
                    .map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..]))
                    .collect();
                assert!(
                    known.contains(&format!("{table}.{column}")),
                    "{table}.{column} may name what an import created"
                );
            }
        }
        assert!(found > 40, "{found}");
    }
}
