//! What became of responses: steps, replies, and notices of customers.

use async_graphql::{Context, Description, Enum, ID, InputObject, Object, connection::Connection};
use ballroom_entity::{id::NoticeId, notice::Model};

use super::{
    ContextExt,
    actor::{self, Actor},
    fault::Fault,
    feedback::Feedback,
    known_error::{self, KnownError},
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    payload::{payload, payloads},
    release::{self, Release},
    scalar::{DateTime, Reference, id, ids, parse},
};
use crate::domain::{
    follow_up::{self as domain, Step},
    notice::{self, NoticeSort, Notices},
};

/// What happened to a response.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "domain::StepKind")]
enum FeedbackStepKind {
    /// It was received.
    Received,
    /// Someone looked at it.
    Seen,
    /// It was found to report a known error.
    Linked,
    /// A release that fixes the known error is planned.
    FixPlanned,
    /// A release that fixes the known error is available to customers.
    Fixed,
    /// It was decided not to fix the known error.
    WontFix,
    /// Someone replied.
    Replied,
}

/// A step in the handling of a response.
#[derive(Description)]
pub(super) struct FeedbackStep(pub(super) Step);

#[Object(use_type_description)]
impl FeedbackStep {
    /// What happened.
    async fn kind(&self) -> FeedbackStepKind {
        self.0.kind.into()
    }

    /// Time of the step; null if not recorded.
    async fn at(&self) -> Option<DateTime> {
        self.0.at.map(Into::into)
    }

    /// Known error that it is about; null: none, or one that is not public, for a customer.
    async fn known_error(&self) -> Option<KnownError> {
        self.0.known_error.clone().map(KnownError)
    }

    /// Available release that fixes it; null: none.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Text of the reply, or the reason for not fixing it; null for other steps.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// Author of the reply; null for other steps, or if not recorded. Not for customers.
    async fn replied_by(&self, ctx: &Context<'_>) -> Result<Option<Actor>, Fault> {
        actor::recorded(ctx, &self.0.by)
    }
}

/// Kind of a notice.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::notice::NoticeKind")]
enum NoticeKind {
    /// A release that fixes what the customer reported is available.
    FixAvailable,
    /// The customer has a release that fixes it: the customer named it in a response, or it was deployed for the customer.
    FixInstalled,
    /// Asks whether the fix helped, 7 days after FIX_INSTALLED: `answerNotice`.
    FixQuestion,
    /// Someone replied to a response of the customer.
    Reply,
}

/// A message to a customer about the follow-up of their feedback.
#[derive(Description)]
pub struct Notice(pub Model);

#[Object(use_type_description)]
impl Notice {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Kind of the notice.
    async fn kind(&self) -> NoticeKind {
        self.0.kind.into()
    }

    /// Known error that was fixed; null: it is about none, or about one that is not public, for a customer.
    async fn known_error(&self, ctx: &Context<'_>) -> Result<Option<KnownError>, Fault> {
        Ok(known_error::shown(ctx, self.0.known_error_id.into_iter().collect()).await?.pop())
    }

    /// Release that fixes it; null: it is about none.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release_id {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => Ok(None),
        }
    }

    /// Response that it is about; null: it is about none, or it was deleted.
    async fn feedback(&self, ctx: &Context<'_>) -> Result<Option<Feedback>, Fault> {
        match self.0.feedback_id {
            Some(feedback) => Ok(ctx.load().load_one(feedback).await?.map(Feedback)),
            None => Ok(None),
        }
    }

    /// Time at which the customer was notified.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }

    /// Time at which the customer read it; null: not yet.
    async fn read_at(&self) -> Option<DateTime> {
        self.0.read_at.map(Into::into)
    }

    /// The customer's answer to whether the fix helped; null: none.
    async fn helped(&self) -> Option<bool> {
        self.0.helped
    }

    /// Comment of the customer on the answer; null: none.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }
}

orders! {
    /// Sort fields of notices.
    NoticeOrderField for NoticeSort,
    /// Sort order of notices.
    NoticeOrder {
        /// Time at which the customer was notified.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// Conditions on notices; all that are given must hold.
#[derive(InputObject, Default)]
pub(super) struct NoticeFilter {
    /// Whether it is unread.
    unread: Option<bool>,
}

/// A page of the notices of a customer.
pub(super) async fn notices(
    ctx: &Context<'_>,
    customer: ballroom_entity::id::CustomerId,
    filter: Option<NoticeFilter>,
    order: Option<NoticeOrder>,
    args: PageArgs,
) -> Result<Connection<String, Notice, Total>, Fault> {
    let unread = filter.and_then(|filter| filter.unread);
    connection(ctx, Notices { customer, unread, order: or_default(order) }, args, Notice).await
}

/// Input of `markFeedbackSeen`.
#[derive(InputObject)]
struct MarkFeedbackSeenInput {
    /// IDs of responses, at most 10,000. Those that do not exist are ignored.
    feedback: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `replyToFeedback`.
#[derive(InputObject)]
struct ReplyToFeedbackInput {
    /// ID of the response.
    feedback: Reference,
    /// Text of the reply, which the customer sees.
    text: String,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `answerNotice`.
#[derive(InputObject)]
struct AnswerNoticeInput {
    /// ID of a notice of the kind FIX_QUESTION.
    notice: Reference,
    /// Whether the fix helped.
    helped: bool,
    /// What the customer adds.
    comment: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `markNoticesRead`.
#[derive(InputObject)]
struct MarkNoticesReadInput {
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `markFeedbackSeen`.
    MarkFeedbackSeenPayload {
        /// Number of responses that nobody had looked at before.
        marked: i64,
    }

    /// Result of `replyToFeedback`.
    ReplyToFeedbackPayload {
        /// The response.
        feedback: Feedback,
    }

    /// Result of `answerNotice`.
    AnswerNoticePayload {
        /// The notice.
        notice: Notice,
    }

    /// Result of `markNoticesRead`.
    MarkNoticesReadPayload {
        /// Number of notices that were unread.
        marked: i64,
    }
}

#[derive(Default)]
pub(super) struct FollowUpMutation;

#[Object]
impl FollowUpMutation {
    /// Records that someone has looked at responses, which their customers can see.
    async fn mark_feedback_seen(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: MarkFeedbackSeenInput,
    ) -> Result<MarkFeedbackSeenPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, ids) = (ctx.contributes()?, ids("feedback", &input.feedback)?);
            let marked = domain::mark_seen(ctx.store(), by, &ids, ctx.now()).await?;
            Ok(MarkFeedbackSeenPayload::done(marked as i64))
        })
        .await
    }

    /// Replies to a response. The customer who gave it gets a notice.
    async fn reply_to_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: ReplyToFeedbackInput,
    ) -> Result<ReplyToFeedbackPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.contributes()?, parse("feedback", &input.feedback.0)?);
            let row = domain::reply(ctx.store(), by, id, &input.text, ctx.now()).await?;
            Ok(ReplyToFeedbackPayload::done(Feedback(row)))
        })
        .await
    }

    /// Answers, as a customer, whether a fix helped. The teams of the affected features are notified.
    async fn answer_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: AnswerNoticeInput,
    ) -> Result<AnswerNoticePayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            ctx.submits()?;
            let by = notice::customer(ctx.reads()?)?;
            let id = parse::<NoticeId>("notice", &input.notice.0)?;
            let comment = input.comment.as_deref();
            let row = notice::answer(ctx.store(), by, id, input.helped, comment, ctx.now()).await?;
            Ok(AnswerNoticePayload::done(Notice(row)))
        })
        .await
    }

    /// Marks all notices of the caller, a customer, as read.
    async fn mark_notices_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: MarkNoticesReadInput,
    ) -> Result<MarkNoticesReadPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            ctx.submits()?;
            let marked = notice::mark_read(ctx.store(), ctx.reads()?, ctx.now()).await?;
            Ok(MarkNoticesReadPayload::done(marked as i64))
        })
        .await
    }
}
