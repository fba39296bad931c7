//! Feedback.

use async_graphql::{Context, Description, Enum, ID, InputObject, MaybeUndefined, Object};
use ballroom_entity::{feedback::Model, id::FeedbackId};

use super::{
    Asking,
    bulk::{Item, batches, sorted},
    customer::Customer,
    fault::Fault,
    feature::{self, Feature},
    lookup::{self, By},
    outcome::Outcome,
    payload::{payload, payloads},
    product::{self, Product},
    release::{self, Release},
    scalar::{Date, DateTime, Reference, id, parse},
    scale::{self, Scale},
    segment::{self, Segment},
};
use crate::domain::{
    feedback::{self, FeedbackChanges, Handed, NewFeedback, Submitted},
    scale::rating,
    sent::Nulls,
};

/// One answer of a customer.
#[derive(Description)]
pub struct Feedback(pub Model);

#[Object(use_type_description)]
impl Feedback {
    /// Its id.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// The product that it is about.
    async fn product(&self, ctx: &Context<'_>) -> Result<Product, Fault> {
        product::of(ctx, self.0.product_id).await
    }

    /// The feature that it is about; null: the product as a whole.
    async fn feature(&self, ctx: &Context<'_>) -> Result<Option<Feature>, Fault> {
        match self.0.feature_id {
            Some(feature) => Ok(Some(feature::of(ctx, feature).await?)),
            None => Ok(None),
        }
    }

    /// The release that it counts for: the one that it names, else the newest that was live on its day. Null if
    /// none was.
    async fn release(&self, ctx: &Context<'_>) -> Result<Option<Release>, Fault> {
        match self.0.release_id {
            Some(release) => Ok(Some(release::of(ctx, release).await?)),
            None => {
                let dimensions = super::dimensions(ctx).await?;
                let live = crate::domain::release::live_on(&dimensions, self.0.product_id, self.0.day);
                Ok(live.cloned().map(Release))
            }
        }
    }

    /// Whether the answer names no release, so that the one shown is inferred from its day.
    async fn release_inferred(&self) -> bool {
        self.0.release_id.is_none()
    }

    /// Who answered; null: anonymous.
    async fn customer(&self, ctx: &Context<'_>) -> Result<Option<Customer>, Fault> {
        match self.0.customer_id {
            Some(customer) => Ok(ctx.load().load_one(customer).await?.map(Customer)),
            None => Ok(None),
        }
    }

    /// The segment that it counts for; null if none. Not for customers: it may say what is thought of them.
    async fn segment(&self, ctx: &Context<'_>) -> Result<Option<Segment>, Fault> {
        ctx.is_inside()?;
        segment::of(ctx, self.0.segment_id).await
    }

    /// The scale of its rating; null if it has none.
    async fn scale(&self, ctx: &Context<'_>) -> Result<Option<Scale>, Fault> {
        match self.0.scale_id {
            Some(scale) => Ok(Some(scale::of(ctx, scale).await?)),
            None => Ok(None),
        }
    }

    /// The rating on that scale; null: the customer only wrote a comment.
    async fn rating(&self, ctx: &Context<'_>) -> Result<Option<f64>, Fault> {
        let (Some(scale), Some(level)) = (self.0.scale_id, self.0.level) else { return Ok(None) };
        Ok(Some(rating(&scale::of(ctx, scale).await?.0, level)))
    }

    /// What the customer wrote; null if nothing.
    async fn comment(&self) -> Option<&str> {
        self.0.comment.as_deref()
    }

    /// How it came: in-app, mail, store, call; null if nobody said.
    async fn channel(&self) -> Option<&str> {
        self.0.channel.as_deref()
    }

    /// When the customer answered.
    async fn occurred_at(&self) -> DateTime {
        self.0.occurred_at.into()
    }

    /// The day on which it counts, in the product's time zone.
    async fn day(&self) -> Date {
        self.0.day.into()
    }

    /// Whether it is in the counts that scores read. False: it has no rating, or the same customer gave another rating
    /// later on the same day for the same feature on the same scale, and the last one counts.
    async fn counted(&self) -> bool {
        self.0.counted
    }

    /// The system that it came from.
    async fn source(&self) -> &str {
        &self.0.source
    }

    /// That system's id of it; null if it gave none.
    async fn external_id(&self) -> Option<&str> {
        self.0.external_id.as_deref()
    }

    /// When it was stored.
    async fn received_at(&self) -> DateTime {
        self.0.received_at.into()
    }

    /// How many states of it there have been: 1 when it was submitted.
    async fn revision(&self) -> i32 {
        self.0.revision
    }

    /// When it last changed: it was stored or corrected, or began or ceased to count because another answer of the same
    /// customer came or went.
    async fn updated_at(&self) -> DateTime {
        self.0.changed_at.unwrap_or(self.0.received_at).into()
    }

    /// When it was last corrected; null if never.
    async fn corrected_at(&self) -> Option<DateTime> {
        self.0.corrected_at.map(Into::into)
    }
}

#[derive(Default)]
pub(super) struct FeedbackQuery;

#[Object]
impl FeedbackQuery {
    /// A response by exactly one of `id` and `externalId`. Null if there is none; `errors` says so.
    async fn feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID.")] id: Option<ID>,
        #[graphql(desc = "ID in the system that it came from.")] external_id: Option<String>,
        #[graphql(
            desc = "The system that it came from; needed for an external ID that several systems use."
        )]
        source: Option<String>,
    ) -> Result<Feedback, Fault> {
        let (store, by) = (ctx.store(), ctx.reads()?);
        let given = [("id", id.map(By::Id)), ("externalId", external_id.map(By::Name))];
        let (argument, given) = lookup::one(given)?;
        let text = given.text::<FeedbackId>(argument)?;
        Ok(Feedback(match argument {
            "id" => feedback::find(store, by, parse("id", &text)?).await?,
            _ => feedback::find_external(store, by, &text, source.as_deref()).await?,
        }))
    }
}

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
    /// Any text of yours: it comes back in the payload.
    client_mutation_id: Option<String>,
}

impl From<SubmitFeedbackInput> for Handed {
    fn from(input: SubmitFeedbackInput) -> Self {
        let respondent = input.respondent;
        let mut nulls = Nulls::default();
        let mut reference = |field, given: MaybeUndefined<Reference>| {
            nulls.note(field, super::given(given)).map(|reference| reference.0)
        };
        let answer = NewFeedback {
            product: input.product.0,
            feature: reference("feature", input.feature),
            release: reference("release", input.release),
            segment: reference("segment", input.segment),
            customer: reference("customer", input.customer),
            scale: reference("scale", input.scale),
            rating: nulls.note("rating", super::given(input.rating)),
            comment: nulls.note("comment", super::given(input.comment)),
            channel: nulls.note("channel", super::given(input.channel)),
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
    /// Any text of yours: it comes back in the payload.
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
    /// Any text of yours: it comes back in the payload.
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
    /// Any text of yours: it comes back in the payload.
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
pub(super) struct FeedbackMutation;

#[Object]
impl FeedbackMutation {
    /// Submits an answer. When this returns, it is on disk.
    async fn submit_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What is to be done.")] input: SubmitFeedbackInput,
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
        #[graphql(desc = "What is to be done.")] input: SubmitFeedbackBatchInput,
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
        #[graphql(desc = "What is to be done.")] input: CorrectFeedbackInput,
    ) -> Result<FeedbackPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let reference =
                |given: MaybeUndefined<Reference>| super::given(given).map(|one| one.map(|one| one.0));
            let changes = FeedbackChanges {
                feature: reference(input.feature),
                release: reference(input.release),
                segment: reference(input.segment),
                scale: super::kept("scale", input.scale)?.map(|scale| scale.0),
                rating: super::given(input.rating),
                comment: super::given(input.comment),
                occurred_at: super::kept("occurredAt", input.occurred_at)?.map(Into::into),
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
        #[graphql(desc = "What is to be done.")] input: DeleteFeedbackInput,
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
