//! Moves of the planned time, and acknowledgements.

use async_graphql::{Context, Description, Enum, InputObject, Object, SimpleObject};
use ballroom_entity::announcement_move;

use super::super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    member::Member,
    scalar::DateTime,
};
use crate::domain::announcement::Planned;

/// A move of an announcement.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::announcement_move::MoveKind")]
enum AnnouncementMoveKind {
    /// Its audience was notified.
    Published,
    /// The change was postponed or brought forward, and everyone who was notified was notified again.
    Rescheduled,
    /// The change was made.
    Concluded,
    /// The change will not be made; everyone who was notified was notified again.
    Cancelled,
}

/// Planned time of a change.
#[derive(SimpleObject)]
pub(super) struct PlannedTime {
    /// Start.
    pub(super) from: DateTime,
    /// End; null: none was given.
    pub(super) until: Option<DateTime>,
}

/// Planned time of a change.
#[derive(InputObject, Clone, Copy)]
pub(super) struct PlannedTimeInput {
    /// Start.
    from: DateTime,
    /// End, exclusive. Required for the kinds MAINTENANCE and FREEZE.
    until: Option<DateTime>,
}

impl From<PlannedTimeInput> for Planned {
    fn from(given: PlannedTimeInput) -> Self {
        Self { from: given.from.into(), until: given.until.map(Into::into) }
    }
}

/// Publication, rescheduling, conclusion or cancellation of an announcement.
#[derive(Description)]
pub(super) struct AnnouncementMove(pub(super) announcement_move::Model);

#[Object(use_type_description)]
impl AnnouncementMove {
    /// What happened.
    async fn kind(&self) -> AnnouncementMoveKind {
        self.0.kind.into()
    }

    /// Edition from then on.
    async fn edition(&self) -> i32 {
        self.0.edition
    }

    /// Planned time from then on.
    async fn planned(&self) -> PlannedTime {
        PlannedTime { from: self.0.starts_at.into(), until: self.0.ends_at.map(Into::into) }
    }

    /// Reason, or the outcome of a conclusion; null if not given.
    async fn reason(&self) -> Option<&str> {
        self.0.reason.as_deref()
    }

    /// Time of the move.
    async fn moved_at(&self) -> DateTime {
        self.0.moved_at.into()
    }

    /// Author of the move; null if not recorded.
    async fn moved_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.moved_by)
    }
}

/// Acknowledgement of one edition of an announcement by a member of support.
#[derive(Description)]
pub(in crate::graphql) struct Acknowledgement(pub(super) ballroom_entity::acknowledgement::Model);

#[Object(use_type_description)]
impl Acknowledgement {
    /// The member.
    async fn member(&self, ctx: &Context<'_>) -> Result<Member, Fault> {
        let row = ctx.load().load_one(self.0.member_id).await?;
        row.map(Member).ok_or_else(|| super::super::gone("member", self.0.member_id))
    }

    /// The edition.
    async fn edition(&self) -> i32 {
        self.0.edition
    }

    /// Remark of the member; null if not given.
    async fn note(&self) -> Option<&str> {
        self.0.note.as_deref()
    }

    /// Time of the acknowledgement.
    async fn acknowledged_at(&self) -> DateTime {
        self.0.acknowledged_at.into()
    }
}
