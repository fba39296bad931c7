//! Deliveries of scheduled reports: from a run to rows, and from rows to attempts.

use ballroom_entity::{
    id::{OrganizationId, ReportDeliveryId, ReportId, ScheduleId},
    report_delivery::{Column, Entity, Model},
    schedule,
    webhook_delivery::DeliveryState,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, Set, sea_query::Expr,
};

use super::{Destination, destination, destinations, in_transaction};
use crate::{
    base::{error::Error, reference::PublicId},
    domain::{
        access::{Manage, Viewer},
        check,
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::{Lease, Store},
};

/// Maximum number of deliveries that are attempted in one run of the job, or sent again at once.
const PORTION: u64 = 200;

/// Records that a schedule is done through a time: the deliveries of its report, in the transaction that stores the report and
/// under the lease of the run.
pub async fn done(
    db: &impl ConnectionTrait,
    row: &schedule::Model,
    report: ReportId,
    through: DateTime<Utc>,
    at: DateTime<Utc>,
) -> Result<usize, Error> {
    let new = |destination: Destination| Model {
        organization_id: row.organization_id,
        id: ReportDeliveryId::new(),
        schedule_id: row.id,
        report_id: report,
        format: row.format.clone(),
        destination: serde_json::to_value(destination).unwrap_or_default(),
        state: DeliveryState::Pending,
        attempts: 0,
        due_at: at,
        failure: None,
        delivered_at: None,
        created_at: at,
        updated_at: at,
    };
    let deliveries: Vec<Model> = destinations(&row.destinations).into_iter().map(new).collect();
    let count = deliveries.len();
    if count > 0 {
        let rows = deliveries.into_iter().map(IntoActiveModel::into_active_model);
        Entity::insert_many(rows).exec_without_returning(db).await?;
    }
    // A request that came meanwhile stays.
    schedule::Entity::update_many()
        .col_expr(schedule::Column::DoneThrough, Expr::val(through.max(row.done_through)))
        .filter(schedule::Column::OrganizationId.eq(row.organization_id))
        .filter(schedule::Column::Id.eq(row.id))
        .exec(db)
        .await?;
    if let Some(requested) = row.requested_at {
        schedule::Entity::update_many()
            .col_expr(schedule::Column::RequestedAt, Expr::val(None::<DateTime<Utc>>))
            .filter(schedule::Column::OrganizationId.eq(row.organization_id))
            .filter(schedule::Column::Id.eq(row.id))
            .filter(schedule::Column::RequestedAt.eq(requested))
            .exec(db)
            .await?;
    }
    Ok(count)
}

/// A delivery to attempt, and where it goes.
#[derive(Clone, Debug)]
pub struct Delivering {
    /// The delivery.
    pub row: Model,
    /// Where it goes.
    pub destination: Destination,
}

/// Deliveries of an organization that are due, the longest due first.
pub async fn due(
    store: &Store,
    organization: OrganizationId,
    now: DateTime<Utc>,
) -> Result<Vec<Delivering>, Error> {
    let due = Entity::owned_by(organization)
        .filter(Column::State.eq(DeliveryState::Pending))
        .filter(Column::DueAt.lte(now))
        .order_by_asc(Column::DueAt)
        .order_by_asc(Column::Id)
        .limit(PORTION)
        .all(store.reader())
        .await?;
    let one = |row: Model| {
        let destination = serde_json::from_value(row.destination.clone());
        destination.map(|destination| Delivering { row, destination })
    };
    due.into_iter()
        .map(|row| one(row).map_err(|error| Error::internal("a destination cannot be read", error)))
        .collect()
}

/// When the next delivery of an organization is due; none: there is none.
pub async fn next_due(store: &Store, organization: OrganizationId) -> Result<Option<DateTime<Utc>>, Error> {
    let next = Entity::owned_by(organization)
        .filter(Column::State.eq(DeliveryState::Pending))
        .order_by_asc(Column::DueAt)
        .one(store.reader())
        .await?;
    Ok(next.map(|row| row.due_at))
}

/// Records the end of an attempt, under the lease of the job: accepted, or failed with a reason, to be attempted again after a
/// pause or not at all.
pub async fn recorded(
    store: &Store,
    lease: &Lease,
    row: &Model,
    end: Result<(), (String, Option<TimeDelta>)>,
    at: DateTime<Utc>,
) -> Result<DeliveryState, Error> {
    let (state, failure, pause) = match end {
        Ok(()) => (DeliveryState::Delivered, None, None),
        Err((reason, Some(pause))) => (DeliveryState::Pending, Some(reason), Some(pause)),
        Err((reason, None)) => (DeliveryState::Dead, Some(reason), None),
    };
    let tx = store.aside().await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::val(state))
        .col_expr(Column::Attempts, Expr::val(row.attempts + 1))
        .col_expr(Column::Failure, Expr::val(failure))
        .col_expr(Column::DueAt, Expr::val(at + pause.unwrap_or_default()))
        .col_expr(Column::DeliveredAt, Expr::val((state == DeliveryState::Delivered).then_some(at)))
        .col_expr(Column::UpdatedAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(row.organization_id))
        .filter(Column::Id.eq(row.id))
        .filter(Column::State.eq(DeliveryState::Pending))
        .exec(&tx.tx)
        .await?;
    lease.hold(&tx.tx).await?;
    tx.commit().await?;
    Ok(state)
}

/// Sends deliveries of a schedule again: these, also accepted ones, or all that were given up. Returns how many.
pub async fn deliver_again(
    store: &Store,
    by: Manage,
    schedule: ScheduleId,
    deliveries: Option<&[ReportDeliveryId]>,
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    if let Some(deliveries) = deliveries {
        check::batch("deliveries", deliveries.len())?;
    }
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    in_transaction(&tx, schedule).await?;
    let of = Entity::owned_by(by.organization()).filter(Column::ScheduleId.eq(schedule));
    let chosen = match deliveries {
        Some(ids) => {
            of.filter(Column::Id.is_in(ids.iter().copied())).filter(Column::State.ne(DeliveryState::Pending))
        }
        None => of.filter(Column::State.eq(DeliveryState::Dead)),
    };
    let chosen: Vec<ReportDeliveryId> =
        chosen.select_only().column(Column::Id).limit(PORTION).into_tuple().all(tx.db()).await?;
    Entity::update_many()
        .col_expr(Column::State, Expr::val(DeliveryState::Pending))
        .col_expr(Column::Attempts, Expr::val(0))
        .col_expr(Column::DueAt, Expr::val(at))
        .col_expr(Column::DeliveredAt, Expr::val(None::<DateTime<Utc>>))
        .col_expr(Column::UpdatedAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(by.organization()))
        .filter(Column::Id.is_in(chosen.iter().copied()))
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(chosen.len() as u64)
}

/// Removes the deliveries of a schedule.
pub(super) async fn remove(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    schedule: ScheduleId,
) -> Result<(), Error> {
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::ScheduleId.eq(schedule))
        .exec(db)
        .await?;
    Ok(())
}

/// The address that a link ends the subscription of; none: there is no such subscription any more. `token` is the organization, the
/// schedule and the recipient's secret.
pub async fn unsubscribed_address(store: &Store, token: &Unsubscribe<'_>) -> Result<Option<String>, Error> {
    let found = schedule::Entity::owned_by(token.organization)
        .filter(schedule::Column::Id.eq(token.schedule))
        .one(store.reader())
        .await?;
    let Some(row) = found else { return Ok(None) };
    let address = |one| match one {
        Destination::Email { address, unsubscribe } if unsubscribe == token.secret => Some(address),
        _ => None,
    };
    Ok(destinations(&row.destinations).into_iter().find_map(address))
}

/// The parts of the link that ends a subscription.
#[derive(Clone, Copy, Debug)]
pub struct Unsubscribe<'a> {
    /// The organization.
    pub organization: OrganizationId,
    /// The schedule.
    pub schedule: ScheduleId,
    /// The secret of the recipient.
    pub secret: &'a str,
}

impl<'a> Unsubscribe<'a> {
    /// The parts of the path of a link, as [`link`](Self::path) writes it.
    pub fn parse(organization: &str, schedule: &str, secret: &'a str) -> Option<Self> {
        let (organization, schedule) = (OrganizationId::parse(organization)?, ScheduleId::parse(schedule)?);
        (secret.len() == 64).then_some(Self { organization, schedule, secret })
    }

    /// The path of the link.
    pub fn path(&self) -> String {
        format!("unsubscribe/{}/{}/{}", self.organization.public(), self.schedule.public(), self.secret)
    }
}

/// Ends the subscription of a recipient; returns the address, or none if there is no such subscription any more.
pub async fn unsubscribe(
    store: &Store,
    token: &Unsubscribe<'_>,
    at: DateTime<Utc>,
) -> Result<Option<String>, Error> {
    if unsubscribed_address(store, token).await?.is_none() {
        return Ok(None);
    }
    let mut tx = store.begin(token.organization, at).await?;
    let row = in_transaction(&tx, token.schedule).await?;
    let (gone, stay): (Vec<_>, Vec<_>) = destinations(&row.destinations).into_iter().partition(
        |one| matches!(one, Destination::Email { unsubscribe, .. } if unsubscribe == token.secret),
    );
    let mut row = row.into_active_model();
    row.destinations = Set(destination::stored(&stay));
    row.updated_at = Set(at);
    row.update(tx.db()).await?;
    tx.emit(crate::transaction::Event::ScheduleUpdated(token.schedule));
    tx.commit().await?;
    Ok(gone.first().map(Destination::label))
}

sorts! {
    /// Sort fields of deliveries of reports.
    ReportDeliverySort: CreatedAt Descending {
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

/// The deliveries of a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReportDeliveries {
    /// The schedule.
    pub schedule: ScheduleId,
    /// The filter.
    pub filter: ReportDeliveryFilter,
    /// The order.
    pub order: Order<ReportDeliverySort>,
}

/// Conditions on deliveries; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ReportDeliveryFilter {
    /// States, one of which it has.
    pub state: Option<Vec<DeliveryState>>,
    /// Time of creation.
    pub created_at: Option<Range<DateTime<Utc>>>,
    /// Time of creation or of the last change.
    pub updated_at: Option<Range<DateTime<Utc>>>,
}

impl List for ReportDeliveries {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        viewer.manages().map(drop)
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.createdAt", self.filter.created_at)?;
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let ReportDeliveryFilter { state, created_at, updated_at } = &self.filter;
        Entity::owned_by(organization)
            .filter(Column::ScheduleId.eq(self.schedule))
            .apply_if(state.as_ref(), |query, states| {
                query.filter(Column::State.is_in(states.iter().copied()))
            })
            .apply_if(*created_at, |query, range| query.filter(range.holds(Column::CreatedAt)))
            .apply_if(*updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
