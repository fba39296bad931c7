//! Taking jobs, holding on to them, and giving them back.

use ballroom_entity::{
    id::{JobRunId, OrganizationId},
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

/// Jobs that are looked at when one is wanted: others may be quicker with the first ones.
const CANDIDATES: u64 = 8;

/// A job that this process has taken.
pub(super) struct Taken {
    /// What it does.
    pub(super) kind: Kind,
    /// The lease under which it is done.
    pub(super) lease: Lease,
    /// Which attempt it is.
    pub(super) attempt: u32,
    /// Its line in the history.
    pub(super) run: JobRunId,
    /// When it was taken.
    pub(super) at: DateTime<Utc>,
}

/// How a job is taken.
pub(super) struct Terms<'a> {
    /// Who takes it.
    pub(super) server: &'a str,
    /// When.
    pub(super) now: DateTime<Utc>,
    /// Until when the lease holds.
    pub(super) until: DateTime<Utc>,
    /// When the job is due again, whatever comes of this run.
    pub(super) next: DateTime<Utc>,
    /// How often it is tried.
    pub(super) attempts: u32,
}

/// How a run ended.
pub(super) struct Ending {
    /// What became of it.
    pub(super) outcome: JobOutcome,
    /// How many things it wrote or deleted.
    pub(super) items: u64,
    /// What it did, or why it did not.
    pub(super) message: String,
    /// When it is to run again, if that is before its regular time.
    pub(super) again: Option<DateTime<Utc>>,
    /// Attempts that count from here on.
    pub(super) attempts: u32,
}

/// Gives an organization, or every one, the jobs that it lacks, due at once.
pub(super) async fn enroll(
    store: &Store,
    only: Option<OrganizationId>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let complete = Entity::find()
        .select_only()
        .column(Column::OrganizationId)
        .filter(is_known())
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
        name: Set(kind.name().to_owned()),
        due_at: Set(now),
        lease: Set(0),
        leased_until: Set(None),
        attempts: Set(0),
    }
}

/// Of a kind that this version of the server knows; those of a later one are left to it.
pub(super) fn is_known() -> Condition {
    Condition::all().add(Column::Name.is_in(Kind::ALL.map(Kind::name)))
}

/// Nobody runs it, or whoever did has let the lease run out.
pub(super) fn is_free(now: DateTime<Utc>) -> Condition {
    Condition::any().add(Column::LeasedUntil.is_null()).add(Column::LeasedUntil.lte(now))
}

/// It is to be run: its time has come, or whoever ran it has let the lease run out.
pub(super) fn is_due(now: DateTime<Utc>) -> Condition {
    let its_time = Condition::all().add(Column::LeasedUntil.is_null()).add(Column::DueAt.lte(now));
    Condition::any().add(its_time).add(Column::LeasedUntil.lte(now))
}

/// Some of the jobs that are to be run, of all organizations, those that have waited longest first.
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

/// The update that makes jobs due at a time that would be due later.
pub(super) fn bring_forward(at: DateTime<Utc>) -> UpdateMany<Entity> {
    Entity::update_many().col_expr(Column::DueAt, Expr::val(at)).filter(Column::DueAt.gt(at))
}

/// Takes a job that was seen, if it is still as it was seen and `when` holds. One whose servers died in every attempt is given
/// up instead: it may be what killed them.
pub(super) async fn take(
    store: &Store,
    (seen, kind): (&Model, Kind),
    when: Condition,
    terms: &Terms<'_>,
) -> Result<Option<Taken>, Error> {
    let was_lost = seen.leased_until.is_some();
    let given_up = was_lost && seen.attempts as u32 >= terms.attempts;
    let (until, attempts) = if given_up { (None, 0) } else { (Some(terms.until), seen.attempts + 1) };
    let tx = store.aside().await?;
    let taken = Entity::update_many()
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
    if taken.rows_affected == 0 {
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
    Ok(Some(Taken { kind, lease, attempt: attempts as u32, run, at: terms.now }))
}

/// Writes into the history that the run under the last lease was lost.
async fn mark_lost(tx: &View, job: &Model, given_up: bool, now: DateTime<Utc>) -> Result<(), Error> {
    let (outcome, message) = match given_up {
        false => (JobOutcome::Lost, "its server died or hung; another took it over"),
        true => {
            (JobOutcome::Failed, "its server died or hung, as in every attempt before; left to its next time")
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

/// Renews a lease; says whether it still held.
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

/// Gives a job back and writes into the history what became of it; says whether the lease still held. If it did not, nothing
/// is written: whoever took the job over has done so.
pub(super) async fn give_back(
    store: &Store,
    taken: &Taken,
    ending: &Ending,
    now: DateTime<Utc>,
) -> Result<bool, Error> {
    let tx = store.aside().await?;
    if let Some(again) = ending.again {
        bring_forward(again).filter(taken.lease.row()).exec(&tx.tx).await?;
    }
    let given_back = Entity::update_many()
        .col_expr(Column::LeasedUntil, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::Attempts, Expr::val(ending.attempts as i32))
        .filter(taken.lease.row())
        .exec(&tx.tx)
        .await?;
    if given_back.rows_affected == 0 {
        return Ok(false);
    }
    job_run::Entity::update_many()
        .col_expr(job_run::Column::Outcome, Expr::val(ending.outcome))
        .col_expr(job_run::Column::Items, Expr::val(ending.items as i64))
        .col_expr(job_run::Column::Message, Expr::val(ending.message.as_str()))
        .col_expr(job_run::Column::EndedAt, Expr::val(now))
        .filter(job_run::Column::OrganizationId.eq(taken.lease.organization))
        .filter(job_run::Column::Id.eq(taken.run))
        .exec(&tx.tx)
        .await?;
    tx.commit().await?;
    Ok(true)
}
