//! Notices: customers who reported a known error are told that it is fixed, and asked once whether the fix helped.
//!
//! "You have it" is said only if it is proven: the customer named a release that contains the fix in a later response, or a
//! deployment to an environment with the key of the customer installed one. Each thing is told once.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use ballroom_entity::{
    customer,
    deployment::{self, DeploymentStatus},
    feedback,
    id::{CustomerId, KnownErrorId, NoticeId, OrganizationId, ReleaseId},
    incident_customer, known_error, known_error_feedback, known_error_fix, known_error_incident,
    notice::{Column, Entity, Model, NoticeKind},
    release::ReleaseLifecycle,
};
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect,
    QueryTrait, Select, sea_query::Expr,
};

use super::{
    access::{Contribute, Read, Viewer},
    check,
    known_error::{Basis, Effect, impact},
    notification,
    page::{Direction, List, Order, sorts},
};
use crate::{
    base::{error::Error, reference::PublicId, right::Right},
    store::{Dimensions, Lease, Store},
    transaction::{Event, Transaction},
};

/// Time after which a customer who has the fix is asked whether it helped.
const QUESTION_AFTER: TimeDelta = TimeDelta::days(7);

/// The notices of a customer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Notices {
    /// The customer.
    pub customer: CustomerId,
    /// Whether they are unread; none: both.
    pub unread: Option<bool>,
    /// The order.
    pub order: Order<NoticeSort>,
}

sorts! {
    /// Sort fields of notices.
    NoticeSort: CreatedAt Descending {
        CreatedAt = Id,
        UpdatedAt = UpdatedAt,
    }
}

impl List for Notices {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match viewer.reads()?.only() {
            Some(own) if own != self.customer => Err(Error::Forbidden(Right::Read)),
            _ => Ok(()),
        }
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let is = |unread: bool| if unread { Column::ReadAt.is_null() } else { Column::ReadAt.is_not_null() };
        Entity::owned_by(organization)
            .filter(Column::CustomerId.eq(self.customer))
            .apply_if(self.unread, |query, unread| query.filter(is(unread)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}

/// The notice with this ID; for a customer only an own one.
pub async fn find(store: &Store, by: Read, id: NoticeId) -> Result<Model, Error> {
    let row = Entity::owned_by(by.organization())
        .filter(Column::Id.eq(id))
        .apply_if(by.only(), |query, customer| query.filter(Column::CustomerId.eq(customer)))
        .one(store.reader())
        .await?;
    row.ok_or_else(|| Error::not_found("notice", NoticeId::NOUN, id.public()))
}

/// The same proof, if the caller is a customer.
pub fn customer(by: Read) -> Result<Read, Error> {
    by.only().map(|_| by).ok_or(Error::Forbidden(Right::Submit))
}

/// Marks all notices of the caller, a customer, as read; returns how many were unread.
pub async fn mark_read(store: &Store, by: Read, at: DateTime<Utc>) -> Result<u64, Error> {
    let customer = by.only().ok_or(Error::Forbidden(Right::Submit))?;
    let tx = store.begin(by.organization(), at).await?;
    let marked = Entity::update_many()
        .col_expr(Column::ReadAt, Expr::val(at))
        .filter(Column::OrganizationId.eq(by.organization()))
        .filter(Column::CustomerId.eq(customer))
        .filter(Column::ReadAt.is_null())
        .exec(tx.db())
        .await?;
    tx.commit().await?;
    Ok(marked.rows_affected)
}

/// Number of unread notices of a customer.
pub async fn unread(store: &Store, organization: OrganizationId, customer: CustomerId) -> Result<u64, Error> {
    let unread = Entity::owned_by(organization)
        .filter(Column::CustomerId.eq(customer))
        .filter(Column::ReadAt.is_null());
    Ok(unread.count(store.reader()).await?)
}

/// Records the answer of a customer to whether a fix helped. The teams of the affected features are notified.
pub async fn answer(
    store: &Store,
    by: Read,
    id: NoticeId,
    helped: bool,
    comment: Option<&str>,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let customer = by.only().ok_or(Error::Forbidden(Right::Submit))?;
    let mut tx = store.begin(by.organization(), at).await?;
    let row = Entity::owned_by(by.organization())
        .filter(Column::Id.eq(id))
        .filter(Column::CustomerId.eq(customer))
        .one(tx.db())
        .await?;
    let mut row = row.ok_or_else(|| Error::not_found("notice", NoticeId::NOUN, id.public()))?;
    if row.kind != NoticeKind::FixQuestion {
        return Err(Error::conflict(
            "notice",
            "asks nothing; only a notice of the kind FIX_QUESTION is answered",
        ));
    }
    let comment = check::text("comment", comment)?;
    if (row.helped, &row.comment) == (Some(helped), &comment) {
        return Ok(row);
    }
    row.helped = Some(helped);
    row.comment = comment;
    row.read_at = row.read_at.or(Some(at));
    row.updated_at = at;
    let row = row.into_active_model().reset_all().update(tx.db()).await?;
    if let Some(known_error) = row.known_error_id {
        notification::fix_judged(&mut tx, known_error, helped).await?;
    }
    tx.emit(Event::NoticeAnswered(id));
    tx.commit().await?;
    Ok(row)
}

/// Tells customers that what they reported is fixed, and asks those who have the fix whether it helped. Returns how many notices
/// were sent.
pub(crate) async fn tell(
    store: &Store,
    by: Contribute,
    lease: Option<&Lease>,
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    let organization = by.organization();
    let mut tx = store.begin(organization, at).await?;
    let dimensions = tx.dimensions();
    let mut fixes: BTreeMap<KnownErrorId, Vec<ReleaseId>> = BTreeMap::new();
    for row in known_error_fix::Entity::owned_by(organization).all(tx.db()).await? {
        fixes.entry(row.known_error_id).or_default().push(row.release_id);
    }
    let is_out = |id: &ReleaseId| {
        dimensions.releases.get(id).is_some_and(|row| row.lifecycle == ReleaseLifecycle::Released)
    };
    fixes.retain(|_, releases| releases.iter().any(is_out));
    let mut sent = Vec::new();
    for (known_error, releases) in &fixes {
        let reporters = reporters(&tx, *known_error).await?;
        if reporters.is_empty() {
            continue;
        }
        let told =
            Entity::owned_by(organization).filter(Column::KnownErrorId.eq(*known_error)).all(tx.db()).await?;
        let told: HashMap<(CustomerId, NoticeKind), Model> =
            told.into_iter().map(|row| ((row.customer_id, row.kind), row)).collect();
        let out = releases.iter().copied().filter(|id| is_out(id));
        let Some(first) = out.min_by_key(|id| dimensions.releases.get(id).and_then(|row| row.released_at))
        else {
            continue;
        };
        let waiting: BTreeSet<CustomerId> = reporters
            .iter()
            .copied()
            .filter(|customer| !told.contains_key(&(*customer, NoticeKind::FixInstalled)))
            .collect();
        let have = installed(&tx, &dimensions, (*known_error, releases), &waiting).await?;
        for customer in reporters {
            let knows = |kind| told.get(&(customer, kind));
            let (kind, release) = match (knows(NoticeKind::FixInstalled), have.get(&customer)) {
                (Some(row), _) if row.created_at + QUESTION_AFTER <= at => {
                    (NoticeKind::FixQuestion, row.release_id)
                }
                (Some(_), _) => continue,
                (None, Some(release)) => (NoticeKind::FixInstalled, Some(*release)),
                (None, None) => (NoticeKind::FixAvailable, Some(first)),
            };
            if knows(kind).is_some() {
                continue;
            }
            sent.push(Model {
                organization_id: organization,
                id: NoticeId::new(),
                customer_id: customer,
                kind,
                topic: format!("{} {kind:?}", known_error.public()),
                known_error_id: Some(*known_error),
                release_id: release,
                feedback_id: None,
                created_at: at,
                updated_at: at,
                read_at: None,
                helped: None,
                comment: None,
            });
        }
    }
    if sent.is_empty() {
        return Ok(0);
    }
    for some in sent.chunks(500) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    tx.emit(Event::NoticeSent(sent.iter().map(|row| row.id).collect()));
    if let Some(lease) = lease {
        lease.hold(tx.db()).await?;
    }
    tx.commit().await?;
    Ok(sent.len() as u64)
}

/// The customers who reported a known error: by a response, or by an incident that affected them.
async fn reporters(tx: &Transaction, known_error: KnownErrorId) -> Result<BTreeSet<CustomerId>, Error> {
    let organization = tx.organization();
    let said = known_error_feedback::Entity::owned_by(organization)
        .filter(known_error_feedback::Column::KnownErrorId.eq(known_error))
        .select_only()
        .column(known_error_feedback::Column::FeedbackId);
    let responded: Vec<Option<CustomerId>> = feedback::Entity::owned_by(organization)
        .filter(feedback::Column::Id.in_subquery(said.into_query()))
        .filter(feedback::Column::CustomerId.is_not_null())
        .select_only()
        .column(feedback::Column::CustomerId)
        .into_tuple()
        .all(tx.db())
        .await?;
    let happened = known_error_incident::Entity::owned_by(organization)
        .filter(known_error_incident::Column::KnownErrorId.eq(known_error))
        .select_only()
        .column(known_error_incident::Column::IncidentId);
    let hurt: Vec<CustomerId> = incident_customer::Entity::owned_by(organization)
        .filter(incident_customer::Column::IncidentId.in_subquery(happened.into_query()))
        .select_only()
        .column(incident_customer::Column::CustomerId)
        .into_tuple()
        .all(tx.db())
        .await?;
    Ok(responded.into_iter().flatten().chain(hurt).collect())
}

/// Those of some customers who have a release that contains the fix, each with that release.
async fn installed(
    tx: &Transaction,
    dimensions: &Dimensions,
    (known_error, fixes): (KnownErrorId, &[ReleaseId]),
    customers: &BTreeSet<CustomerId>,
) -> Result<HashMap<CustomerId, ReleaseId>, Error> {
    let organization = tx.organization();
    let Some(row) = known_error::Entity::owned_by(organization)
        .filter(known_error::Column::Id.eq(known_error))
        .one(tx.db())
        .await?
    else {
        return Ok(HashMap::new());
    };
    // By the graph only: the order of releases is no proof.
    let fixed: HashSet<ReleaseId> = dimensions
        .releases
        .values()
        .filter(|release| release.product_id == row.product_id)
        .filter(|release| {
            let found = impact(dimensions, release.id, row.introduced_in, fixes);
            (found.effect, found.basis) == (Effect::Fixed, Basis::Graph)
        })
        .map(|release| release.id)
        .collect();
    let mut have = HashMap::new();
    let ids: Vec<CustomerId> = customers.iter().copied().collect();
    for some in ids.chunks(1_000) {
        let named: Vec<(Option<CustomerId>, Option<ReleaseId>)> = feedback::Entity::owned_by(organization)
            .filter(feedback::Column::CustomerId.is_in(some.iter().copied()))
            .filter(feedback::Column::ReleaseId.is_in(fixed.iter().copied()))
            .select_only()
            .column(feedback::Column::CustomerId)
            .column(feedback::Column::ReleaseId)
            .into_tuple()
            .all(tx.db())
            .await?;
        have.extend(named.into_iter().filter_map(|(customer, release)| Some((customer?, release?))));
        let keys: Vec<(CustomerId, String)> = customer::Entity::owned_by(organization)
            .filter(customer::Column::Id.is_in(some.iter().copied()))
            .select_only()
            .column(customer::Column::Id)
            .column(customer::Column::Key)
            .into_tuple()
            .all(tx.db())
            .await?;
        let deployed: Vec<(String, ReleaseId)> = deployment::Entity::owned_by(organization)
            .filter(deployment::Column::Environment.is_in(keys.iter().map(|(_, key)| key.as_str())))
            .filter(deployment::Column::ReleaseId.is_in(fixed.iter().copied()))
            .filter(deployment::Column::Status.eq(DeploymentStatus::Succeeded))
            .select_only()
            .column(deployment::Column::Environment)
            .column(deployment::Column::ReleaseId)
            .into_tuple()
            .all(tx.db())
            .await?;
        for (environment, release) in deployed {
            let of = keys.iter().find(|(_, key)| *key == environment);
            have.extend(of.map(|(customer, _)| (*customer, release)));
        }
    }
    Ok(have)
}
