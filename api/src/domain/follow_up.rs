//! What became of a response: seen, linked to a known error, planned, fixed in a release, answered.

use std::collections::HashMap;

use ballroom_entity::{
    feedback, feedback_seen,
    id::{FeedbackId, KnownErrorId, NoticeId, OrganizationId, ReleaseId, ReplyId},
    known_error,
    notice::{self, NoticeKind},
    reply,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Set,
    sea_query::OnConflict,
};

use super::{
    access::Contribute,
    check,
    known_error::{self as known_errors, KnownErrorState},
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// What happened to a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepKind {
    /// It was received.
    Received,
    /// Someone looked at it.
    Seen,
    /// It was found to report a known error.
    Linked,
    /// A release that fixes the known error is planned.
    FixPlanned,
    /// A release that fixes the known error is available.
    Fixed,
    /// It was decided not to fix the known error.
    WontFix,
    /// Someone replied.
    Replied,
}

/// A step in the handling of a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What happened.
    pub kind: StepKind,
    /// When; none: not recorded.
    pub at: Option<DateTime<Utc>>,
    /// The known error; none: it is about none, or the caller may not see it.
    pub known_error: Option<known_error::Model>,
    /// The release that fixes it, if customers have it.
    pub release: Option<ReleaseId>,
    /// The reply, or the reason for not fixing it.
    pub text: Option<String>,
    /// Actor that replied.
    pub by: Option<String>,
}

impl Step {
    fn new(kind: StepKind, at: Option<DateTime<Utc>>) -> Self {
        Self { kind, at, known_error: None, release: None, text: None, by: None }
    }
}

/// What happened to each response, the earliest first. To those who see public known errors only, others are shown without saying
/// what they are.
pub(crate) async fn steps(
    store: &Store,
    organization: OrganizationId,
    ids: &[FeedbackId],
    public_only: bool,
) -> Result<HashMap<FeedbackId, Vec<Step>>, Error> {
    let db = store.reader();
    let mut steps: HashMap<FeedbackId, Vec<Step>> = HashMap::new();
    let mut add = |id: FeedbackId, step: Step| steps.entry(id).or_default().push(step);
    let received: Vec<(FeedbackId, DateTime<Utc>)> = feedback::Entity::owned_by(organization)
        .filter(feedback::Column::Id.is_in(ids.iter().copied()))
        .select_only()
        .column(feedback::Column::Id)
        .column(feedback::Column::ReceivedAt)
        .into_tuple()
        .all(db)
        .await?;
    received.into_iter().for_each(|(id, at)| add(id, Step::new(StepKind::Received, Some(at))));
    let seen = feedback_seen::Entity::owned_by(organization)
        .filter(feedback_seen::Column::FeedbackId.is_in(ids.iter().copied()));
    for row in seen.all(db).await? {
        add(row.feedback_id, Step::new(StepKind::Seen, Some(row.seen_at)));
    }
    let replies = reply::Entity::owned_by(organization)
        .filter(reply::Column::FeedbackId.is_in(ids.iter().copied()))
        .order_by_asc(reply::Column::Id);
    for row in replies.all(db).await? {
        let step = Step::new(StepKind::Replied, Some(row.replied_at));
        add(row.feedback_id, Step { text: Some(row.text), by: row.replied_by, ..step });
    }
    let links = known_errors::of_feedback(store, organization, ids).await?;
    let linked: Vec<KnownErrorId> = links.iter().map(|link| link.known_error_id).collect();
    let rows = known_error::Entity::owned_by(organization)
        .filter(known_error::Column::Id.is_in(linked.iter().copied()))
        .all(db)
        .await?;
    let rows: HashMap<KnownErrorId, known_error::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
    let mut fixes: HashMap<KnownErrorId, Vec<ReleaseId>> = HashMap::new();
    for row in known_errors::fixes_of(store, organization, &linked).await? {
        fixes.entry(row.known_error_id).or_default().push(row.release_id);
    }
    let dimensions = store.dimensions(organization).await?;
    for link in links {
        let Some(row) = rows.get(&link.known_error_id) else { continue };
        let fixes = fixes.get(&row.id).map(Vec::as_slice).unwrap_or_default();
        let shown = (row.is_public || !public_only).then(|| row.clone());
        let of_it = |kind, at| Step { known_error: shown.clone(), ..Step::new(kind, at) };
        add(link.feedback_id, of_it(StepKind::Linked, Some(link.linked_at)));
        match KnownErrorState::of(row, fixes, &dimensions) {
            KnownErrorState::Open => (),
            KnownErrorState::FixPlanned => add(link.feedback_id, of_it(StepKind::FixPlanned, None)),
            KnownErrorState::WontFix => {
                let text = row.wont_fix.clone().filter(|_| shown.is_some());
                add(link.feedback_id, Step { text, ..of_it(StepKind::WontFix, None) });
            }
            KnownErrorState::Fixed => {
                let released = fixes.iter().filter_map(|id| dimensions.releases.get(id));
                let first =
                    released.filter(|row| row.released_at.is_some()).min_by_key(|row| row.released_at);
                let (release, at) = (first.map(|row| row.id), first.and_then(|row| row.released_at));
                add(link.feedback_id, Step { release, ..of_it(StepKind::Fixed, at) });
            }
        }
    }
    for steps in steps.values_mut() {
        steps.sort_by_key(|step| (step.at.is_none(), step.at, step.kind));
    }
    Ok(steps)
}

/// Records that somebody looked at responses; returns how many nobody had looked at before.
pub async fn mark_seen(
    store: &Store,
    by: Contribute,
    ids: &[FeedbackId],
    at: DateTime<Utc>,
) -> Result<u64, Error> {
    check::batch("feedback", ids.len())?;
    let tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let mut marked = 0;
    for some in ids.chunks(500) {
        marked += see(&tx, some).await?;
    }
    tx.commit().await?;
    Ok(marked)
}

/// The same inside a transaction; responses that do not exist are ignored.
async fn see(tx: &Transaction, ids: &[FeedbackId]) -> Result<u64, Error> {
    let there: Vec<FeedbackId> = feedback::Entity::owned_by(tx.organization())
        .filter(feedback::Column::Id.is_in(ids.iter().copied()))
        .select_only()
        .column(feedback::Column::Id)
        .into_tuple()
        .all(tx.db())
        .await?;
    if there.is_empty() {
        return Ok(0);
    }
    let rows = there.iter().map(|id| feedback_seen::ActiveModel {
        organization_id: Set(tx.organization()),
        feedback_id: Set(*id),
        seen_by: Set(tx.actor()),
        seen_at: Set(tx.at),
    });
    let key = [feedback_seen::Column::OrganizationId, feedback_seen::Column::FeedbackId];
    let known = OnConflict::columns(key).do_nothing().to_owned();
    Ok(feedback_seen::Entity::insert_many(rows).on_conflict(known).exec_without_returning(tx.db()).await?)
}

/// Replies to a response. The customer who gave it is told.
pub async fn reply(
    store: &Store,
    by: Contribute,
    id: FeedbackId,
    text: &str,
    at: DateTime<Utc>,
) -> Result<feedback::Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?.done_by(by.actor());
    let row = feedback::Entity::owned_by(tx.organization())
        .filter(feedback::Column::Id.eq(id))
        .one(tx.db())
        .await?;
    let row = row.ok_or_else(|| Error::not_found("feedback", "response", id.public()))?;
    let text = check::text("text", Some(text))?.ok_or_else(|| Error::invalid("text", "must not be empty"))?;
    let reply = reply::Model {
        organization_id: tx.organization(),
        id: ReplyId::new(),
        feedback_id: id,
        text,
        replied_by: tx.actor(),
        replied_at: at,
    };
    let reply = reply.into_active_model().insert(tx.db()).await?;
    see(&tx, &[id]).await?;
    if let Some(customer_id) = row.customer_id {
        let notice = notice::Model {
            organization_id: tx.organization(),
            id: NoticeId::new(),
            customer_id,
            kind: NoticeKind::Reply,
            topic: reply.id.public(),
            known_error_id: None,
            release_id: None,
            feedback_id: Some(id),
            created_at: at,
            updated_at: at,
            read_at: None,
            helped: None,
            comment: None,
        };
        notice.into_active_model().insert(tx.db()).await?;
    }
    tx.emit(Event::FeedbackReplied(id));
    tx.commit().await?;
    Ok(row)
}
