//! Claiming, renewing and releasing jobs.

use ballroom_entity::{
    id::{JobRunId, OrganizationId, ScheduleId},
    job::{ActiveModel, Column, Entity, Model},
    job_run::{self, JobOutcome},
    organization,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, EntityTrait, ExprTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Set, UpdateMany,
    sea_query::{Expr, OnConflict},
};

use super::kind::Kind;
use crate::{
    base::{error::Error, reference::PublicId},
    store::{Lease, Store, View},
};

/// Number of due jobs to try: other processes may claim the first ones.
const CANDIDATES: u64 = 8;

/// A job claimed by this process.
pub(super) struct Claimed {
    /// Its kind.
    pub(super) kind: Kind,
    /// Its lease.
    pub(super) lease: Lease,
    /// Number of the attempt.
    pub(super) attempt: u32,
    /// Its run in the history.
    pub(super) run: JobRunId,
    /// Time of the claim.
    pub(super) at: DateTime<Utc>,
}

/// The terms of a claim.
pub(super) struct Terms<'a> {
    /// The server process.
    pub(super) server: &'a str,
    /// The current time.
    pub(super) now: DateTime<Utc>,
    /// Expiry time of the lease.
    pub(super) until: DateTime<Utc>,
    /// The job's next due time, whatever the outcome of this run.
    pub(super) next: DateTime<Utc>,
    /// Maximum number of attempts.
    pub(super) attempts: u32,
}

/// The end of a run.
pub(super) struct Ending {
    /// The outcome.
    pub(super) outcome: JobOutcome,
    /// Number of items written or deleted.
    pub(super) items: u64,
    /// Description of the result or failure.
    pub(super) message: String,
    /// Time of the next attempt, if before the regular due time.
    pub(super) again: Option<DateTime<Utc>>,
    /// Number of failed attempts so far.
    pub(super) attempts: u32,
}

/// Adds the missing jobs of an organization, or of all, due at once.
pub(super) async fn enroll(
    store: &Store,
    only: Option<OrganizationId>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let complete = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .filter(Column::Name.is_in(Kind::ALL.map(Kind::name)))
        .group_by(Column::OrganizationId)
        .having(Expr::cust("COUNT(*)").eq(Kind::ALL.len() as i64));
    let lacking = organization::Entity::find()
        .filter(organization::Column::Id.not_in_subquery(complete.into_query()))
        .apply_if(only, |query, only| query.filter(organization::Column::Id.eq(only)))
        .all(store.reader())
        .await?;
    if lacking.is_empty() {
        return Ok(());
    }
    let jobs = lacking.iter().flat_map(|organization| Kind::ALL.map(|kind| new(organization.id, kind, now)));
    let tx = store.aside().await?;
    Entity::insert_many(jobs)
        .on_conflict(OnConflict::columns([Column::OrganizationId, Column::Name]).do_nothing().to_owned())
        .exec_without_returning(&tx.tx)
        .await?;
    tx.commit().await
}

fn new(organization: OrganizationId, kind: Kind, now: DateTime<Utc>) -> ActiveModel {
    ActiveModel {
        organization_id: Set(organization),
        name: Set(kind.name()),
        due_at: Set(now),
        lease: Set(0),
        leased_until: Set(None),
        attempts: Set(0),
    }
}

/// The condition that this version of the server knows the kind of the job; later versions may know more.
pub(super) fn is_known() -> Condition {
    let is_schedule = Column::Name.starts_with(format!("{}_", ScheduleId::NOUN));
    Condition::any().add(Column::Name.is_in(Kind::ALL.map(Kind::name))).add(is_schedule)
}

/// The condition that the job has no lease, or an expired one.
pub(super) fn is_free(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(now))
}

/// The condition that the job is due, or that its lease has expired.
pub(super) fn is_due(now: DateTime<Utc>) -> Condition {
    let its_time = Condition::all().add(Column::LeasedUntil.is_null()).add(Column::DueAt.lte(now));
    Condition::any().add(its_time).add(Column::LeasedUntil.lte(now))
}

/// Some due jobs of all organizations, the longest due first.
pub(super) async fn due(store: &Store, now: DateTime<Utc>) -> Result<Vec<Model>, Error> {
    let due = Entity::find().filter(is_known()).filter(is_due(now));
    Ok(due.order_by_asc(Column::DueAt).limit(CANDIDATES).all(store.reader()).await?)
}

/// Makes a job due now in every organization that has it.
pub(super) async fn make_due(store: &Store, kind: Kind, now: DateTime<Utc>) -> Result<(), Error> {
    let tx = store.aside().await?;
    bring_forward(now).filter(Column::Name.eq(kind.name())).exec(&tx.tx).await?;
    tx.commit().await
}

/// The update that makes jobs due at a time if they would be due later.
pub(super) fn bring_forward(at: DateTime<Utc>) -> UpdateMany<Entity> {
    Entity::update_many().col_expr(Column::DueAt, Expr::val(at)).filter(Column::DueAt.gt(at))
}

/// Claims a job if its lease number is still the one read before and `when` holds. A job whose servers died in every attempt
/// is given up instead, because it may be the cause.
pub(super) async fn claim(
    store: &Store,
    (seen, kind): (&Model, Kind),
    when: Condition,
    terms: &Terms<'_>,
) -> Result<Option<Claimed>, Error> {
    let was_lost = seen.leased_until.is_some();
    let given_up = was_lost && seen.attempts as u32 >= terms.attempts;
    let (until, attempts) = if given_up { (None, 0) } else { (Some(terms.until), seen.attempts + 1) };
    let tx = store.aside().await?;
    let claimed = Entity::update_many()
        .col_expr(Column::Lease, Expr::val(seen.lease + 1))
        .col_expr(Column::LeasedUntil, Expr::val(until))
        .col_expr(Column::Attempts, Expr::val(attempts))
        .col_expr(Column::DueAt, Expr::val(terms.next))
        .filter(Column::OrganizationId.eq(seen.organization_id))
        .filter(Column::Name.eq(&seen.name))
        .filter(Column::Lease.eq(seen.lease))
        .filter(when)
        .exec(&tx.tx)
        .await?;
    if claimed.rows_affected == 0 {
        return Ok(None);
    }
    if was_lost {
        mark_lost(&tx.tx, seen, given_up, terms.now).await?;
    }
    if given_up {
        tx.commit().await?;
        return Ok(None);
    }
    let lease =
        Lease { organization: seen.organization_id, job: seen.name.as_str().into(), number: seen.lease + 1 };
    let run = begin_run(&tx.tx, &lease, attempts, terms).await?;
    tx.commit().await?;
    Ok(Some(Claimed { kind, lease, attempt: attempts as u32, run, at: terms.now }))
}

/// Records that the run under the last lease was lost.
async fn mark_lost(tx: &View, job: &Model, given_up: bool, now: DateTime<Utc>) -> Result<(), Error> {
    let (outcome, message) = match given_up {
        false => (JobOutcome::Lost, "the server died or hung; another one took the job over"),
        true => {
            (JobOutcome::Failed, "the server died or hung in every attempt; given up until the next due time")
        }
    };
    job_run::Entity::update_many()
        .col_expr(job_run::Column::Outcome, Expr::val(outcome))
        .col_expr(job_run::Column::Message, Expr::val(message))
        .col_expr(job_run::Column::EndedAt, Expr::val(now))
        .filter(job_run::Column::OrganizationId.eq(job.organization_id))
        .filter(job_run::Column::Job.eq(&job.name))
        .filter(job_run::Column::Lease.eq(job.lease))
        .filter(job_run::Column::EndedAt.is_null())
        .exec(tx)
        .await?;
    Ok(())
}

async fn begin_run(tx: &View, lease: &Lease, attempt: i32, terms: &Terms<'_>) -> Result<JobRunId, Error> {
    let run = job_run::Model {
        organization_id: lease.organization,
        id: JobRunId::new(),
        job: lease.job.to_string(),
        lease: lease.number,
        attempt,
        server: terms.server.to_owned(),
        started_at: terms.now,
        ended_at: None,
        outcome: JobOutcome::Running,
        items: 0,
        message: None,
    };
    Ok(run.into_active_model().insert(tx).await?.id)
}

/// Renews a lease; returns whether it was still valid.
pub(super) async fn renew(store: &Store, lease: &Lease, until: DateTime<Utc>) -> Result<bool, Error> {
    let tx = store.aside().await?;
    let renewed = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::val(until))
        .filter(lease.row())
        .exec(&tx.tx)
        .await?;
    tx.commit().await?;
    Ok(renewed.rows_affected > 0)
}

/// Releases a job and records the outcome; returns whether the lease was still valid. If not, nothing is written: the process
/// that took the job over has recorded it.
pub(super) async fn release(
    store: &Store,
    claimed: &Claimed,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let tx = store.aside().await?;
    if let Some(again) = ending.again {
        bring_forward(again).filter(claimed.lease.row()).exec(&tx.tx).await?;
    }
    let released = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::Attempts, Expr::val(ending.attempts as i32))
        .filter(claimed.lease.row())
        .exec(&tx.tx)
        .await?;
    if released.rows_affected == 0 {
        return Ok(false);
    }
    job_run::Entity::update_many()
        .col_expr(job_run::Column::Outcome, Expr::val(ending.outcome))
        .col_expr(job_run::Column::Items, Expr::val(ending.items as i64))
        .col_expr(job_run::Column::Message, Expr::val(ending.message.as_str()))
        .col_expr(job_run::Column::EndedAt, Expr::val(now))
        .filter(job_run::Column::OrganizationId.eq(claimed.lease.organization))
        .filter(job_run::Column::Id.eq(claimed.run))
        .exec(&tx.tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}
