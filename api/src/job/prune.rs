//! Deleting expired rows, in portions: writers wait for one portion at most.

use ballroom_entity::{
    id::JobRunId,
    job_run::{self, JobOutcome},
    organization, outbox,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};

use super::kind::{Done, Work};
use crate::{base::error::Error, domain::webhook, words::counted};

/// Approximate number of rows deleted in one transaction.
const PORTION_SIZE: u64 = 1_000;

/// Deletes events from the outbox, and deliveries to webhooks that ended. The events of a transaction are deleted together, the oldest transactions first, and the
/// last deleted revision is stored in the organization: a subscription from an earlier cursor is refused.
pub(super) async fn events(work: &Work<'_>) -> Result<Done, Error> {
    let before = work.now - TimeDelta::days(work.settings.keep_events.into());
    let mut items = 0;
    while let Some(revision) = old_revision(work, before).await? {
        items += prune_through(work, revision).await?;
    }
    let tx = work.store.aside().await?;
    let deliveries = webhook::prune(&tx.tx, work.lease.organization, before).await?;
    work.lease.hold(&tx.tx).await?;
    tx.commit().await?;
    let days = counted(work.settings.keep_events.into(), "day");
    let mut message = format!("pruned {} older than {days}", counted(items, "event"));
    if deliveries > 0 {
        message += &format!(", and {} to webhooks", counted(deliveries, "delivery"));
    }
    Ok(Done { items: items + deliveries, message })
}

/// The last revision of the next portion of events that are all older than `before`; none if there is none. The events of
/// the newest revision are never deleted, so that subscribers who received them can resume however long nothing happens.
async fn old_revision(work: &Work<'_>, before: DateTime<Utc>) -> Result<Option<i64>, Error> {
    use outbox::Column;
    let reader = work.store.reader();
    let events = || outbox::Entity::owned_by(work.lease.organization).select_only().column(Column::Revision);
    let newest = events().order_by_desc(Column::Revision).into_tuple::<i64>().one(reader).await?;
    let Some(newest) = newest else { return Ok(None) };
    let oldest: Vec<(i64, DateTime<Utc>)> = events()
        .column(Column::CreatedAt)
        .filter(Column::Revision.lt(newest))
        .order_by_asc(Column::Revision)
        .limit(PORTION_SIZE)
        .into_tuple()
        .all(reader)
        .await?;
    Ok(oldest.iter().take_while(|(_, at)| *at < before).last().map(|(revision, _)| *revision))
}

async fn prune_through(work: &Work<'_>, revision: i64) -> Result<u64, Error> {
    let tx = work.store.aside().await?;
    organization::Entity::update_many()
        .col_expr(organization::Column::PrunedRevision, Expr::val(revision))
        .filter(organization::Column::Id.eq(work.lease.organization))
        .exec(&tx.tx)
        .await?;
    let pruned = outbox::Entity::delete_many()
        .filter(outbox::Column::OrganizationId.eq(work.lease.organization))
        .filter(outbox::Column::Revision.lte(revision))
        .exec(&tx.tx)
        .await?;
    work.lease.hold(&tx.tx).await?;
    tx.commit().await?;
    Ok(pruned.rows_affected)
}

/// Deletes runs from the history, except running ones.
pub(super) async fn runs(work: &Work<'_>) -> Result<Done, Error> {
    let before = work.now - TimeDelta::days(work.settings.keep_runs.into());
    let mut items = 0;
    loop {
        let old = old_runs(work, before).await?;
        if old.is_empty() {
            break;
        }
        items += prune_runs(work, old).await?;
    }
    let days = counted(work.settings.keep_runs.into(), "day");
    Ok(Done { items, message: format!("pruned {} older than {days}", counted(items, "run")) })
}

async fn old_runs(work: &Work<'_>, before: DateTime<Utc>) -> Result<Vec<JobRunId>, Error> {
    use job_run::Column;
    let old = job_run::Entity::owned_by(work.lease.organization)
        .filter(Column::StartedAt.lt(before))
        .filter(Column::Outcome.ne(JobOutcome::Running))
        .order_by_asc(Column::Id)
        .limit(PORTION_SIZE);
    Ok(old.all(work.store.reader()).await?.into_iter().map(|run| run.id).collect())
}

async fn prune_runs(work: &Work<'_>, runs: Vec<JobRunId>) -> Result<u64, Error> {
    let tx = work.store.aside().await?;
    let pruned = job_run::Entity::delete_many()
        .filter(job_run::Column::OrganizationId.eq(work.lease.organization))
        .filter(job_run::Column::Id.is_in(runs))
        .exec(&tx.tx)
        .await?;
    work.lease.hold(&tx.tx).await?;
    tx.commit().await?;
    Ok(pruned.rows_affected)
}
