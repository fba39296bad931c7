//! What an import created because its rows named it, and what nothing names any more after it was undone.

use std::collections::HashSet;

use ballroom_entity::{
    id::{ImportId, ReleaseId},
    import_created::{self, CreatedKind},
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};
use uuid::Uuid;

use crate::{base::error::Error, domain::release as releases, store::is_any, transaction::Transaction};

/// Adds to a set which IDs rows of tables have in a column.
macro_rules! named_by {
    ($tx:ident, $organization:ident, $ids:expr, $into:ident, $($table:ident.$column:ident)*) => {{$(
        for some in $ids.chunks(20_000) {
            use ::ballroom_entity::$table::{Column, Entity};

            let rows = Entity::owned_by($organization)
                .filter($crate::store::is_any($tx.db(), Column::$column, some.iter().copied()));
            let rows = ::sea_orm::QuerySelect::select_only(rows);
            let rows = ::sea_orm::QuerySelect::column(rows, Column::$column);
            let rows = ::sea_orm::QuerySelect::distinct(rows);
            let found: Vec<Option<::uuid::Uuid>> = rows.into_tuple().all($tx.db()).await?;
            $into.extend(found.into_iter().flatten());
        }
    )*}};
}
pub(crate) use named_by;

/// The kinds of objects that rows of an import create by naming them, the table of each, and the columns that name one and so keep it.
/// Products are the last: the others are theirs. Releases have functions of their own (`domain/release/remove.rs`).
macro_rules! kinds {
    ($($kind:ident in $own:ident: $($table:ident.$column:ident)*;)*) => {
        const IN_ORDER: &[CreatedKind] = &[CreatedKind::Release, $(CreatedKind::$kind),*];

        /// Which of some objects are named by anything that stays.
        async fn named(tx: &Transaction, kind: CreatedKind, ids: &[Uuid]) -> Result<HashSet<Uuid>, Error> {
            let organization = tx.organization();
            let mut named = HashSet::new();
            match kind {
                $(CreatedKind::$kind => named_by!(tx, organization, ids, named, $($table.$column)*),)*
                CreatedKind::Release => (),
            }
            Ok(named)
        }

        /// Removes those of some objects whose creation was the last change, and returns their number.
        async fn remove_all(tx: &Transaction, kind: CreatedKind, ids: &[Uuid]) -> Result<u64, Error> {
            let mut removed = 0;
            for some in ids.chunks(1_000) {
                removed += match kind {
                    $(CreatedKind::$kind => {
                        use ballroom_entity::$own::{Column, Entity};

                        Entity::delete_many()
                            .filter(Column::OrganizationId.eq(tx.organization()))
                            .filter(is_any(tx.db(), Column::Id, some.iter().copied()))
                            // Otherwise somebody gave it a name, or has changed it in another way.
                            .filter(sea_orm::sea_query::ExprTrait::equals(Expr::col(Column::UpdatedAt), Column::CreatedAt))
                            .exec(tx.db())
                            .await?
                            .rows_affected
                    })*
                    CreatedKind::Release => 0,
                };
            }
            Ok(removed)
        }
    };
}

kinds! {
    Customer in customer:
        announcement_customer.CustomerId
        api_token.CustomerId
        feedback.CustomerId
        feedback_invitation.CustomerId
        incident_customer.CustomerId
        notice.CustomerId
        session.CustomerId;
    Feature in feature:
        announcement_feature.FeatureId
        article_feature.FeatureId
        exposure.FeatureId
        feedback.FeatureId
        feedback_request.FeatureId
        incident_feature.FeatureId
        known_error_feature.FeatureId
        release_feature.FeatureId;
    Segment in segment:
        customer.SegmentId
        exposure.SegmentId
        feedback.SegmentId
        feedback_invitation.SegmentId;
    // Responses that were deleted are listed with their product.
    Product in product:
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
        stored_report.ProductId;
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
    for &kind in IN_ORDER {
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
        removed += remove_all(tx, kind, &unnamed).await?;
    }
    tx.dimensions_changed().await?;
    import_created::Entity::delete_many()
        .filter(import_created::Column::OrganizationId.eq(tx.organization()))
        .filter(import_created::Column::ImportId.eq(import))
        .exec(tx.db())
        .await?;
    Ok((removed, created.len() as u64 - removed.min(created.len() as u64)))
}

#[cfg(test)]
mod tests {
    /// A table that is added with a column of such an object must say here whether it keeps the object.
    #[test]
    fn every_column_that_names_an_object_is_known() {
        // Derived from the others, or part of the object itself.
        let derived = [
            "exposure_daily",
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
