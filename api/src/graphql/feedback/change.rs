//! Feedback: submissions, corrections and deletions.

use async_graphql::{
    Context, Enum, ID, InputObject, MaybeUndefined, Object, Value, parser::types::Field,
    resolver_utils::enum_value,
};

use super::Feedback;
use crate::{
    domain::{
        feedback::{self, FeedbackChanges, Handed, NewFeedback, Submitted},
        sent::Nulls,
    },
    graphql::{
        ContextExt,
        bulk::{Item, batches, sorted},
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        plain::{AtOnce, Known},
        scalar::{DateTime, Reference, id, parse},
    },
};

/// A response to submit.
#[derive(InputObject)]
struct SubmitFeedbackInput {
    /// ID or key of the product.
    product: Reference,
    /// ID or key of the feature; null or omitted: the product as a whole.
    feature: MaybeUndefined<Reference>,
    /// ID or version of the release that the customer uses; null or omitted: the newest one live on that day.
    release: MaybeUndefined<Reference>,
    /// ID or key of the segment; null or omitted: that of the customer.
    segment: MaybeUndefined<Reference>,
    /// Customer, by ID or by key in the source system, which is case-sensitive: keys may differ only in case. Unknown
    /// customers are created. Null, empty or omitted: anonymous.
    customer: MaybeUndefined<Reference>,
    /// With a PUBLISHABLE token, instead of `customer`: any text by which the page distinguishes respondents, such as a
    /// random number that it stores. Only a hash of it is stored, which is different for each token.
    respondent: Option<String>,
    /// Scale of the rating, such as csat, nps or stars. Required with `rating`, and refused without it.
    scale: MaybeUndefined<Reference>,
    /// Rating on that scale. Null or omitted: there is only a comment. Null removes the rating of a known response with
    /// this `externalId`.
    rating: MaybeUndefined<f64>,
    /// Comment, at most 100,000 characters; null removes it. Required if there is no rating.
    comment: MaybeUndefined<String>,
    /// Channel, at most 64 characters; null removes it.
    channel: MaybeUndefined<String>,
    /// Time of the response; null or omitted: now, or unchanged if the response is known.
    occurred_at: Option<DateTime>,
    /// ID in the source system. A newer version updates the response (a different rating corrects the counts) and keeps
    /// omitted fields; the same version changes nothing.
    external_id: Option<String>,
    /// Source system; the name of the token by default.
    source: Option<String>,
    /// Time of this version in the source system. An earlier version never replaces a later one. If omitted, the
    /// version sent last is the newest.
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

/// Input of `submitFeedbackBatch`.
#[derive(InputObject)]
struct SubmitFeedbackBatchInput {
    /// Responses, at most 10,000. Each invalid one is refused separately.
    items: Vec<Item<SubmitFeedbackInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Which of two responses of the same customer, feature, scale and day counts for scores: only the last one does.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "crate::domain::feedback::Supersession")]
enum Supersession {
    /// This response counts, and an earlier one no longer does.
    Supersedes,
    /// A later response counts, and this one does not.
    Superseded,
}

payloads! {
    /// Result of `submitFeedback`.
    SubmitFeedbackPayload {
        /// The response.
        feedback: Feedback,
        /// Outcome of the submission.
        outcome: Outcome,
        /// After CREATED: which response counts, if the customer has given another one for the same feature, scale and
        /// day; else null.
        supersession: Option<Supersession>,
    }
}

batches! {
    /// Result of one item of `submitFeedbackBatch`.
    SubmitFeedbackBatchItem in SubmitFeedbackBatchPayload {
        /// The response.
        feedback: Feedback,
        /// Outcome of the submission.
        outcome: Outcome,
        /// After CREATED: which response counts, if the customer has given another one for the same feature, scale and
        /// day; else null.
        supersession: Option<Supersession>,
    }
}

impl AtOnce for Option<Supersession> {
    fn at_once(&self, _: &Known<'_>, _: &Field) -> Option<Value> {
        Some(self.map_or(Value::Null, enum_value))
    }
}

/// The schema's view of an accepted response.
fn shown(submitted: Submitted) -> (Feedback, Outcome, Option<Supersession>) {
    let supersession = submitted.supersession.map(Into::into);
    (Feedback(submitted.feedback), submitted.outcome.into(), supersession)
}

/// Input of `correctFeedback`. Omitted fields are unchanged.
#[derive(InputObject)]
struct CorrectFeedbackInput {
    /// ID of the response.
    feedback: Reference,
    /// New feature; null: the product as a whole.
    feature: MaybeUndefined<Reference>,
    /// New named release; null: none.
    release: MaybeUndefined<Reference>,
    /// New segment; null: none.
    segment: MaybeUndefined<Reference>,
    /// Scale of the new rating; unchanged by default. Required if the response has no rating so far.
    scale: MaybeUndefined<Reference>,
    /// New rating; null removes it, if there is a comment.
    rating: MaybeUndefined<f64>,
    /// New comment; null removes it.
    comment: MaybeUndefined<String>,
    /// New time of the response.
    occurred_at: MaybeUndefined<DateTime>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `correctFeedback`.
    FeedbackPayload {
        /// The response.
        feedback: Feedback,
    }
}

/// Input of `deleteFeedback`.
#[derive(InputObject)]
struct DeleteFeedbackInput {
    /// ID of the response.
    feedback: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `deleteFeedback`.
    DeleteFeedbackPayload {
        /// Former ID of the response.
        deleted_id: ID,
    }
}

#[derive(Default)]
pub(crate) struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// Submits a response. It is stored durably when this returns.
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

    /// Submits several responses. Each is accepted or refused separately: an invalid one does not affect the others.
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

    /// Corrects a response; scores follow.
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

    /// Deletes a response; scores follow. If it is submitted again with its external ID, it is refused with `CONFLICT`,
    /// unless its `updatedAt` is after the deletion: so a system that copies all its data every night does not restore
    /// it.
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
