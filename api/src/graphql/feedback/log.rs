//! Feedback that support logs on behalf of customers.

use async_graphql::{Context, Description, InputObject, Object};

use super::Feedback;
use crate::{
    domain::feedback::{self as domain, NewFeedback},
    graphql::{
        ContextExt,
        fault::Fault,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{DateTime, Reference, ids},
    },
};

/// Channel of a response that is logged without one.
const CHANNEL: &str = "support";

/// A response of the same customer that may be the same.
#[derive(Description)]
struct LikelyDuplicate(domain::Duplicate);

#[Object(use_type_description)]
impl LikelyDuplicate {
    /// The response.
    async fn feedback(&self) -> Feedback {
        Feedback(self.0.feedback.clone())
    }

    /// Share of the words of the shorter comment that both have, 0 to 1.
    async fn similarity(&self) -> f64 {
        self.0.similarity
    }
}

/// Input of `logFeedback`.
#[derive(InputObject)]
struct LogFeedbackInput {
    /// ID or key of the customer on whose behalf it is logged. The customer must exist.
    customer: Reference,
    /// ID or key of the product.
    product: Reference,
    /// ID or key of the feature; the product as a whole by default.
    feature: Option<Reference>,
    /// ID or version of the release that the customer uses; the newest one live on that day by default.
    release: Option<Reference>,
    /// What the customer said, at most 100,000 characters. Required if there is no rating.
    comment: Option<String>,
    /// Scale of the rating. Required with `rating`, and refused without it.
    scale: Option<Reference>,
    /// Rating on that scale.
    rating: Option<f64>,
    /// Channel, such as call or mail, at most 64 characters; support by default.
    channel: Option<String>,
    /// Time at which the customer said it; now by default.
    occurred_at: Option<DateTime>,
    /// IDs of known errors of the product that it reports, such as those of `suggestions`.
    #[graphql(default)]
    known_errors: Vec<Reference>,
    /// Whether it is stored even if the customer has given a response that may be the same; false by default.
    #[graphql(default)]
    allow_duplicate: bool,
    /// ID in the source system.
    external_id: Option<String>,
    /// Source system; the name of the token by default.
    source: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `logFeedback`.
    LogFeedbackPayload {
        /// The response; null if nothing was stored because of likely duplicates.
        feedback: Option<Feedback>,
        /// Outcome of the submission; null if nothing was stored.
        outcome: Option<Outcome>,
        /// Responses of the customer of the last 30 days that may be the same, the most similar first, at most 5.
        likely_duplicates: Vec<LikelyDuplicate>,
    }
}

#[derive(Default)]
pub(in crate::graphql) struct LogFeedbackMutation;

#[Object]
impl LogFeedbackMutation {
    /// Logs a response on behalf of a customer, for example after a call. If the customer has given a response that may
    /// be the same, it is returned in `likelyDuplicates`, and nothing is stored unless `allowDuplicate` is true.
    async fn log_feedback(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: LogFeedbackInput,
    ) -> Result<LogFeedbackPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = (ctx.contributes()?, ctx.reads()?);
            let known_errors = ids("knownErrors", &input.known_errors)?;
            let text = |reference: Option<Reference>| reference.map(|reference| reference.0);
            let new = NewFeedback {
                product: input.product.0,
                feature: text(input.feature),
                release: text(input.release),
                customer: Some(input.customer.0),
                scale: text(input.scale),
                rating: input.rating,
                comment: input.comment,
                channel: Some(input.channel.unwrap_or_else(|| CHANNEL.to_owned())),
                occurred_at: input.occurred_at.map(Into::into),
                external_id: input.external_id,
                source: input.source,
                ..NewFeedback::default()
            };
            let (source, allowed) = (&ctx.viewer().source, input.allow_duplicate);
            let logged = domain::log(ctx.store(), by, source, new, &known_errors, allowed, ctx.now()).await?;
            let (feedback, outcome) = match logged.submitted {
                Some(submitted) => (Some(Feedback(submitted.feedback)), Some(submitted.outcome.into())),
                None => (None, None),
            };
            let duplicates = logged.duplicates.into_iter().map(LikelyDuplicate).collect();
            Ok(LogFeedbackPayload::done(feedback, outcome, duplicates))
        })
        .await
    }
}
