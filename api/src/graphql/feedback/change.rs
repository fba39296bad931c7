//! Feedback: how it is submitted, corrected and deleted.

use async_graphql::{Context, Enum, ID, InputObject, MaybeUndefined, Object};

use super::Feedback;
use crate::{
    domain::{
        feedback::{self, FeedbackChanges, Handed, NewFeedback, Submitted},
        sent::Nulls,
    },
    graphql::{
        Asking,
        bulk::{Item, batches, sorted},
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{DateTime, Reference, id, parse},
    },
};

/// An answer to submit.
#[derive(InputObject)]
struct SubmitFeedbackInput {
    /// The product.
    product: Reference,
    /// The feature; left out or null: the product as a whole.
    feature: MaybeUndefined<Reference>,
    /// The release that the customer uses; left out or null: the newest live on that day.
    release: MaybeUndefined<Reference>,
    /// The segment; left out or null: the customer's.
    segment: MaybeUndefined<Reference>,
    /// Who answered: an id, or the key of the source system, letter for letter: systems have ids that differ in the case of a
    /// letter only. One who is named for the first time is made. Left out or null: anonymous.
    customer: MaybeUndefined<Reference>,
    /// With a PUBLISHABLE token, instead of `customer`: any text by which the page tells one respondent from another,
    /// such as a random number that it keeps. Only a hash of it is kept, which is different for each token.
    respondent: Option<String>,
    /// The scale of the rating, for example csat, nps or stars. Required with `rating`, and refused without it.
    scale: MaybeUndefined<Reference>,
    /// The rating on that scale. Left out or null: there is only a comment. Null removes the rating of an answer that is
    /// known by its `externalId`.
    rating: MaybeUndefined<f64>,
    /// What the customer wrote, at most 100,000 characters; null removes it. Required if there is no rating.
    comment: MaybeUndefined<String>,
    /// How it came, at most 64 characters; null removes it.
    channel: MaybeUndefined<String>,
    /// When the customer answered; now if left out or null, and if the answer is known, as before.
    occurred_at: Option<DateTime>,
    /// The sending system's id of it. Sent again, what is newer is taken (another rating corrects the counts), and what is
    /// left out stays; the same again changes nothing.
    external_id: Option<String>,
    /// The sending system; the token's name if left out.
    source: Option<String>,
    /// When the sending system says that it became so: an earlier state never replaces a later one. Left out: what is
    /// sent last is the newest.
    updated_at: Option<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

impl From<SubmitFeedbackInput> for Handed {
    fn from(input: SubmitFeedbackInput) -> Self {
        let respondent = input.respondent;
        let mut nulls = Nulls::default();
        let mut reference = |field, sent: MaybeUndefined<Reference>| {
            nulls.note(field, given(sent)).map(|reference| reference.0)
        };
        let answer = NewFeedback {
            product: input.product.0,
            feature: reference("feature", input.feature),
            release: reference("release", input.release),
            segment: reference("segment", input.segment),
            customer: reference("customer", input.customer),
            scale: reference("scale", input.scale),
            rating: nulls.note("rating", given(input.rating)),
            comment: nulls.note("comment", given(input.comment)),
            channel: nulls.note("channel", given(input.channel)),
            occurred_at: input.occurred_at.map(Into::into),
            external_id: input.external_id,
            source: input.source,
            updated_at: input.updated_at.map(Into::into),
            nulls,
        };
        let mut handed = Self::from(answer);
        handed.respondent = respondent;
        handed
    }
}

/// Answers to submit together.
#[derive(InputObject)]
struct SubmitFeedbackBatchInput {
    /// The answers, at most 10,000. One that does not fit its type is refused by itself too.
    items: Vec<Item<SubmitFeedbackInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Which of two responses of the same customer, feature, scale and day counts for scores: the last one.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::domain::feedback::Supersession")]
enum Supersession {
    /// This one, instead of an earlier one.
    Supersedes,
    /// A later one that was there.
    Superseded,
}

payloads! {
    /// Result of `submitFeedback`.
    SubmitFeedbackPayload {
        /// The response.
        feedback: Feedback,
        /// What the mutation did with the input.
        outcome: Outcome,
        /// After CREATED: which response counts, if the customer has given another of the feature on the scale on that day;
        /// else null.
        supersession: Option<Supersession>,
    }
}

batches! {
    /// What became of one item of `submitFeedbackBatch`.
    SubmitFeedbackBatchItem in SubmitFeedbackBatchPayload {
        /// The response.
        feedback: Feedback,
        /// What the mutation did with the item.
        outcome: Outcome,
        /// After CREATED: which response counts, if the customer has given another of the feature on the scale on that day;
        /// else null.
        supersession: Option<Supersession>,
    }
}

/// What the schema shows of a response that was taken.
fn shown(submitted: Submitted) -> (Feedback, Outcome, Option<Supersession>) {
    let supersession = submitted.supersession.map(Into::into);
    (Feedback(submitted.feedback), submitted.outcome.into(), supersession)
}

/// What to correct of an answer; what is left out stays.
#[derive(InputObject)]
struct CorrectFeedbackInput {
    /// ID of the response.
    feedback: Reference,
    /// The feature that it is about; null: the product as a whole.
    feature: MaybeUndefined<Reference>,
    /// The release that it names; null: none.
    release: MaybeUndefined<Reference>,
    /// The segment that it counts for; null: none.
    segment: MaybeUndefined<Reference>,
    /// The scale of the new rating; the same scale as before if left out. Required if the answer has no rating so far.
    scale: MaybeUndefined<Reference>,
    /// The rating; null removes it, if there is a comment.
    rating: MaybeUndefined<f64>,
    /// What the customer wrote; null: nothing.
    comment: MaybeUndefined<String>,
    /// When the customer answered.
    occurred_at: MaybeUndefined<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// The answer as it is now.
    FeedbackPayload {
        /// The answer.
        feedback: Feedback,
    }
}

/// An answer to delete.
#[derive(InputObject)]
struct DeleteFeedbackInput {
    /// ID of the response.
    feedback: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// What was deleted.
    DeleteFeedbackPayload {
        /// The id that the answer had.
        deleted_id: ID,
    }
}

#[derive(Default)]
pub(crate) struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// Submits an answer. When this returns, it is on disk.
    async fn submit_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: SubmitFeedbackInput,
    ) -> Result<SubmitFeedbackPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut results = submit(ctx, vec![input]).await?;
            let only = results.pop().ok_or_else(|| Fault::invalid("input", "must not be empty"))?;
            let (feedback, outcome, supersession) = shown(only?);
            Ok(SubmitFeedbackPayload::done(feedback, outcome, supersession))
        })
        .await
    }

    /// Submits answers together. Each is taken or refused by itself: a bad one never fails its neighbours.
    async fn submit_feedback_batch(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: SubmitFeedbackBatchInput,
    ) -> Result<SubmitFeedbackBatchPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            ctx.submits()?;
            let (some, places) = sorted(input.items)?;
            let results = places.filled(submit(ctx, some).await?);
            Ok(SubmitFeedbackBatchPayload::of(results, |index, submitted| {
                let (feedback, outcome, supersession) = shown(submitted);
                SubmitFeedbackBatchItem::accepted(index, feedback, outcome, supersession)
            }))
        })
        .await
    }

    /// Corrects an answer; the scores follow.
    async fn correct_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CorrectFeedbackInput,
    ) -> Result<FeedbackPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let reference = |sent: MaybeUndefined<Reference>| given(sent).map(|one| one.map(|one| one.0));
            let changes = FeedbackChanges {
                feature: reference(input.feature),
                release: reference(input.release),
                segment: reference(input.segment),
                scale: kept("scale", input.scale)?.map(|scale| scale.0),
                rating: given(input.rating),
                comment: given(input.comment),
                occurred_at: kept("occurredAt", input.occurred_at)?.map(Into::into),
            };
            let id = parse("feedback", &input.feedback.0)?;
            let row = feedback::correct(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(FeedbackPayload::done(Feedback(row)))
        })
        .await
    }

    /// Deletes an answer; the scores follow. Sent again with its external id, it is refused with `CONFLICT`, unless its
    /// `updatedAt` lies after the deletion: a system that copies everything every night does not bring it back.
    async fn delete_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: DeleteFeedbackInput,
    ) -> Result<DeleteFeedbackPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let feedback = parse("feedback", &input.feedback.0)?;
            let row = feedback::delete(ctx.store(), by, feedback, ctx.now()).await?;
            Ok(DeleteFeedbackPayload::done(id(row.id)))
        })
        .await
    }
}

async fn submit(
    ctx: &Context<'_>,
    items: Vec<SubmitFeedbackInput>,
) -> Result<Vec<Result<Submitted, Fault>>, Fault> {
    let by = ctx.submits()?;
    let items: Vec<Handed> = items.into_iter().map(Handed::from).collect();
    ctx.services().rates.admit(ctx.viewer(), &items)?;
    let results = ctx.services().answers.submit(by, &ctx.viewer().source, items).await?;
    Ok(results.into_iter().map(|result| result.map_err(Fault::from)).collect())
}
