//! Schedules: reports that are written at set times, or when an iteration ends, and sent to where people read them.
//!
//! A schedule is a job of its own (`job/`): one process runs it at a time, and another one takes over. What a run writes, the
//! report, its deliveries and the time that is done (`done_through`), is one transaction; so each time is done exactly once,
//! also if a process dies after it. Times that passed while no server ran are caught up by one run.

mod delivery;
mod destination;
mod list;
mod when;

use ballroom_entity::{
    id::{OrganizationId, ProductId, ScheduleId},
    job,
    schedule::{Column, Entity, Model},
    stored_report::ReportKind,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, Set,
    sea_query::Expr,
};

pub use delivery::{
    Delivering, ReportDeliveries, ReportDeliveryFilter, ReportDeliverySort, Unsubscribe, deliver_again, done,
    due, next_due, recorded, unsubscribe, unsubscribed_address,
};
pub(super) use destination::secret as new_secret;
pub use destination::{Destination, NewDestination, key, read as destinations};
pub use list::{ScheduleFilter, ScheduleSort, Schedules};
pub use when::{Times, times};

use super::{access::Manage, check};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// Maximum number of days of a report.
const MAX_DAYS: i32 = 3_660;

/// Maximum number of schedules of an organization.
const MOST: u64 = 200;

/// A schedule to create.
#[derive(Clone, Debug)]
pub struct NewSchedule {
    /// Purpose; unique.
    pub name: String,
    /// The report.
    pub report: ReportKind,
    /// The product, by ID or key.
    pub product: Option<String>,
    /// For whom the report is written, by name.
    pub audience: String,
    /// The rendering, by name.
    pub format: String,
    /// Length of the period in days.
    pub days: Option<i32>,
    /// The cron expression; none: when an iteration ends.
    pub cron: Option<String>,
    /// The time zone of `cron`; none: that of the product, else UTC.
    pub time_zone: Option<String>,
    /// Where the report is sent.
    pub destinations: Vec<NewDestination>,
}

/// Changes of a schedule; fields that are none are kept.
#[derive(Clone, Debug, Default)]
pub struct ScheduleChanges {
    /// Purpose.
    pub name: Option<String>,
    /// For whom the report is written.
    pub audience: Option<String>,
    /// The rendering.
    pub format: Option<String>,
    /// Length of the period in days.
    pub days: Option<i32>,
    /// The cron expression, or none.
    pub cron: Option<Option<String>>,
    /// The time zone.
    pub time_zone: Option<String>,
    /// All destinations.
    pub destinations: Option<Vec<NewDestination>>,
    /// Whether it runs only on request.
    pub paused: Option<bool>,
}

/// The name of the job of a schedule.
pub fn job_name(schedule: ScheduleId) -> String {
    schedule.public()
}

/// Creates a schedule.
pub async fn create(store: &Store, by: Manage, new: NewSchedule, at: DateTime<Utc>) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let name = check::name("name", &new.name)?;
    let there = Entity::owned_by(by.organization()).all(tx.db()).await?;
    if there.len() as u64 >= MOST {
        let reason =
            format!("there are {MOST} schedules, and no more are allowed; delete one that is not needed");
        return Err(Error::conflict("name", reason));
    }
    if there.iter().any(|row| row.name == name) {
        let reason = format!("there is already a schedule \"{name}\"; choose another name, or update it");
        return Err(Error::conflict("name", reason));
    }
    let product = match &new.product {
        Some(product) => Some(tx.dimensions().product("product", product)?.clone()),
        None => None,
    };
    let zone = match (&new.time_zone, &product) {
        (Some(zone), _) => check::time_zone("timeZone", zone)?.name().to_owned(),
        (None, Some(product)) => product.time_zone.clone(),
        (None, None) => "UTC".to_owned(),
    };
    let row = Model {
        organization_id: by.organization(),
        id: ScheduleId::new(),
        name,
        report: new.report,
        product_id: product.map(|product| product.id),
        audience: new.audience,
        format: new.format,
        days: days(new.days.unwrap_or(7))?,
        cron: cron(new.cron.as_deref(), at)?,
        time_zone: zone,
        destinations: destination::stored(&destination::renewed(&[], new.destinations)?),
        paused: false,
        done_through: at,
        requested_at: None,
        created_by: tx.actor(),
        created_at: at,
        updated_at: at,
    };
    coherent(&row)?;
    let row = row.into_active_model().insert(tx.db()).await?;
    let job = job::ActiveModel {
        organization_id: Set(row.organization_id),
        name: Set(job_name(row.id)),
        due_at: Set(due_at(tx.db(), &row, at).await?),
        lease: Set(0),
        leased_until: Set(None),
        attempts: Set(0),
    };
    job::Entity::insert(job).exec_without_returning(tx.db()).await?;
    tx.emit(Event::ScheduleCreated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Changes a schedule.
pub async fn update(
    store: &Store,
    by: Manage,
    id: ScheduleId,
    changes: ScheduleChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let before = in_transaction(&tx, id).await?;
    let mut row = before.clone();
    if let Some(name) = changes.name {
        row.name = check::name("name", &name)?;
        let namesakes = Entity::owned_by(by.organization()).filter(Column::Name.eq(&row.name));
        if namesakes.all(tx.db()).await?.iter().any(|other| other.id != id) {
            let reason = format!("there is already a schedule \"{}\"; choose another name", row.name);
            return Err(Error::conflict("name", reason));
        }
    }
    if let Some(audience) = changes.audience {
        row.audience = audience;
    }
    if let Some(format) = changes.format {
        row.format = format;
    }
    if let Some(given) = changes.days {
        row.days = days(given)?;
    }
    if let Some(given) = changes.cron {
        row.cron = cron(given.as_deref(), at)?;
    }
    if let Some(zone) = changes.time_zone {
        row.time_zone = check::time_zone("timeZone", &zone)?.name().to_owned();
    }
    if let Some(new) = changes.destinations {
        row.destinations = destination::stored(&destination::renewed(&destinations(&row.destinations), new)?);
    }
    row.paused = changes.paused.unwrap_or(row.paused);
    coherent(&row)?;
    if row == before {
        return Ok(row);
    }
    // What passed while it was paused, or before it had these times, is not caught up.
    if (row.paused, &row.cron, &row.time_zone) != (before.paused, &before.cron, &before.time_zone) {
        row.done_through = row.done_through.max(at);
    }
    row.updated_at = at;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    reschedule(tx.db(), &row, at).await?;
    tx.emit(Event::ScheduleUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Removes a schedule with its deliveries. The reports that it wrote are kept.
pub async fn remove(store: &Store, by: Manage, id: ScheduleId, at: DateTime<Utc>) -> Result<(), Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    in_transaction(&tx, id).await?;
    delivery::remove(tx.db(), by.organization(), id).await?;
    job::Entity::delete_many()
        .filter(job::Column::OrganizationId.eq(by.organization()))
        .filter(job::Column::Name.eq(job_name(id)))
        .exec(tx.db())
        .await?;
    Entity::delete_by_id((by.organization(), id)).exec(tx.db()).await?;
    tx.emit(Event::ScheduleRemoved(id));
    tx.commit().await
}

/// Asks for a run now, also of a paused schedule.
pub async fn request(store: &Store, by: Manage, id: ScheduleId, at: DateTime<Utc>) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let mut row = in_transaction(&tx, id).await?.into_active_model();
    row.requested_at = Set(Some(at));
    let row = row.update(tx.db()).await?;
    reschedule(tx.db(), &row, at).await?;
    tx.commit().await?;
    Ok(row)
}

/// Times of schedules that wait for the end of an iteration of this product, after its iterations have changed.
pub(super) async fn iterations_changed(
    tx: &Transaction,
    product: ProductId,
    at: DateTime<Utc>,
) -> Result<(), Error> {
    let waiting = Entity::owned_by(tx.organization())
        .filter(Column::ProductId.eq(product))
        .filter(Column::Cron.is_null())
        .all(tx.db())
        .await?;
    for row in waiting {
        reschedule(tx.db(), &row, at).await?;
    }
    Ok(())
}

/// The time for which a schedule is to run now; none: it is done.
pub async fn pending(
    db: &impl ConnectionTrait,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    if let Some(requested) = row.requested_at {
        return Ok(Some(requested));
    }
    let last = if row.paused { None } else { times(db, row, now).await?.last };
    Ok(last.filter(|last| *last > row.done_through))
}

/// When the job of a schedule is due next.
pub async fn due_at(
    db: &impl ConnectionTrait,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    if pending(db, row, now).await?.is_some() {
        return Ok(now);
    }
    let next = if row.paused { None } else { times(db, row, now).await?.next };
    Ok(next.unwrap_or_else(when::never))
}

/// When the job of a schedule is due after a run now.
pub async fn next_of_job(
    store: &Store,
    organization: OrganizationId,
    id: ScheduleId,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, Error> {
    let Some(row) = of_job(store, organization, id).await? else { return Ok(when::never()) };
    let next = if row.paused { None } else { times(store.reader(), &row, now).await?.next };
    Ok(next.unwrap_or_else(when::never))
}

/// When a schedule runs next by itself; none: never.
pub async fn next_run(
    db: &impl ConnectionTrait,
    row: &Model,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, Error> {
    let due = due_at(db, row, now).await?;
    Ok((due < when::never()).then_some(due))
}

/// The schedule with this ID, for a run of it.
pub async fn of_job(
    store: &Store,
    organization: OrganizationId,
    id: ScheduleId,
) -> Result<Option<Model>, Error> {
    Ok(Entity::owned_by(organization).filter(Column::Id.eq(id)).one(store.reader()).await?)
}

/// Writes the due time of the job of a schedule.
async fn reschedule(db: &impl ConnectionTrait, row: &Model, at: DateTime<Utc>) -> Result<(), Error> {
    job::Entity::update_many()
        .col_expr(job::Column::DueAt, Expr::val(due_at(db, row, at).await?))
        .filter(job::Column::OrganizationId.eq(row.organization_id))
        .filter(job::Column::Name.eq(job_name(row.id)))
        .exec(db)
        .await?;
    Ok(())
}

fn days(days: i32) -> Result<i32, Error> {
    match (1..=MAX_DAYS).contains(&days) {
        true => Ok(days),
        false => Err(Error::invalid("days", format!("is {days}; send a number from 1 to {MAX_DAYS}"))),
    }
}

fn cron(given: Option<&str>, at: DateTime<Utc>) -> Result<Option<String>, Error> {
    let Some(text) = given else { return Ok(None) };
    let text = check::line("cron", text, 200)?;
    if when::around(&when::cron("cron", &text)?, chrono_tz::UTC, at).next.is_none() {
        return Err(Error::invalid("cron", format!("\"{text}\" never occurs; send days that exist")));
    }
    Ok(Some(text))
}

/// Whether the fields of a schedule fit together.
fn coherent(row: &Model) -> Result<(), Error> {
    let of_product = matches!(row.report, ReportKind::Iteration | ReportKind::Value | ReportKind::Release);
    if of_product && row.product_id.is_none() {
        return Err(Error::unfit(
            "product",
            "is required for this report; send the product that it is about",
        ));
    }
    if row.cron.is_none() && row.product_id.is_none() {
        let reason = "is required without a product, because there are no iterations to wait for; send one such as \"0 7 * * MON\"";
        return Err(Error::unfit("cron", reason));
    }
    Ok(())
}

async fn in_transaction(tx: &Transaction, id: ScheduleId) -> Result<Model, Error> {
    let row = Entity::owned_by(tx.organization()).filter(Column::Id.eq(id)).one(tx.db()).await?;
    row.ok_or_else(|| Error::not_found("schedule", ScheduleId::NOUN, id.public()))
}
