//! Removing releases that should never have been stored: those of an import that is undone, as far as nothing names them.

use std::collections::HashSet;

use ballroom_entity::{
    attribution_candidate,
    id::{OrganizationId, ReleaseId},
    release::{Column, Entity, Model},
    release_feature, release_forecast, release_interval, release_watch,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr};

use crate::{base::error::Error, domain::import::named_by, store::is_any, transaction::Transaction};

macro_rules! remove_of {
    ($tx:ident, $ids:ident, $($table:ident)*) => {$(
        $table::Entity::delete_many()
            .filter($table::Column::OrganizationId.eq($tx.organization()))
            .filter(is_any($tx.db(), $table::Column::ReleaseId, $ids.iter().copied()))
            .exec($tx.db())
            .await?;
    )*};
}

/// Removes those of some releases that nothing names: no response, incident, deployment, announcement, or later release that
/// stays. Returns their number. The caller must call [`Transaction::dimensions_changed`] before and afterwards.
pub(crate) async fn remove_unnamed_in(tx: &mut Transaction, ids: &[ReleaseId]) -> Result<u64, Error> {
    let candidates: HashSet<ReleaseId> = ids.iter().copied().collect();
    let dimensions = tx.dimensions();
    let there: Vec<&Model> =
        dimensions.releases.values().filter(|row| candidates.contains(&row.id)).collect();
    if there.is_empty() {
        return Ok(0);
    }
    let mut kept: HashSet<ReleaseId> = named(tx, &there).await?;
    // What a release that stays follows, and so on, stays.
    let mut open: Vec<ReleaseId> = kept.iter().copied().collect();
    open.extend(dimensions.releases.values().map(|row| row.id).filter(|id| !candidates.contains(id)));
    while let Some(id) = open.pop() {
        let previous = dimensions.releases.get(&id).and_then(|row| row.previous_release_id);
        if let Some(previous) = previous.filter(|previous| candidates.contains(previous))
            && kept.insert(previous)
        {
            open.push(previous);
        }
    }
    let gone: Vec<ReleaseId> = there.iter().map(|row| row.id).filter(|id| !kept.contains(id)).collect();
    drop(dimensions);
    for some in gone.chunks(1_000) {
        Entity::update_many()
            .col_expr(Column::PreviousReleaseId, Expr::val(Option::<uuid::Uuid>::None))
            .filter(Column::OrganizationId.eq(tx.organization()))
            .filter(is_any(tx.db(), Column::Id, some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    for some in gone.chunks(1_000) {
        remove_of!(tx, some,
            release_feature release_interval release_forecast release_watch attribution_candidate
        );
        Entity::delete_many()
            .filter(Column::OrganizationId.eq(tx.organization()))
            .filter(is_any(tx.db(), Column::Id, some.iter().copied()))
            .exec(tx.db())
            .await?;
    }
    Ok(gone.len() as u64)
}

/// Those of some releases that something names.
async fn named(tx: &Transaction, releases: &[&Model]) -> Result<HashSet<ReleaseId>, Error> {
    let ids: Vec<uuid::Uuid> = releases.iter().map(|row| row.id.0).collect();
    let organization: OrganizationId = tx.organization();
    let mut named = HashSet::new();
    named_by!(
        tx, organization, &ids, named,
        announcement.ReleaseId
        attribution.ReleaseId
        deployment.ReleaseId
        feedback.ReleaseId
        feedback_request.ReleaseId
        known_error.IntroducedIn
        known_error_fix.ReleaseId
        notice.ReleaseId
    );
    Ok(named.into_iter().map(ReleaseId).collect())
}
