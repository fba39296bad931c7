//! Known errors: mutations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::KnownError;
use crate::{
    domain::known_error::{self as domain, KnownErrorChanges, Links, NewKnownError},
    graphql::{
        ContextExt,
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{Reference, ids, parse, sent_texts},
    },
};

/// Input of `createKnownError`.
#[derive(InputObject)]
struct CreateKnownErrorInput {
    /// ID or key of the product that has it.
    product: Reference,
    /// Summary in one line.
    title: String,
    /// What customers notice.
    symptom: MaybeUndefined<String>,
    /// Why it happens; customers do not see it.
    cause: MaybeUndefined<String>,
    /// What customers can do meanwhile.
    workaround: MaybeUndefined<String>,
    /// Affected features, by ID or key; null or empty: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// First release that has it, by ID or version; null: unknown.
    introduced_in: MaybeUndefined<Reference>,
    /// Releases that fix it, planned or shipped, by ID or version: several if the fix is ported back.
    fixed_in: MaybeUndefined<Vec<Reference>>,
    /// Reason why it will not be fixed; null unless that was decided.
    wont_fix_reason: MaybeUndefined<String>,
    /// Whether customers may see it; false by default.
    is_public: MaybeUndefined<bool>,
    /// Source system; the name of the token by default.
    source: Option<String>,
    /// ID in the source system. The same ID again updates the known error.
    external_id: Option<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateKnownError`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateKnownErrorInput {
    /// ID of the known error.
    known_error: Reference,
    /// New summary in one line.
    title: MaybeUndefined<String>,
    /// New text on what customers notice; null removes it.
    symptom: MaybeUndefined<String>,
    /// New text on why it happens; null removes it.
    cause: MaybeUndefined<String>,
    /// New text on what customers can do meanwhile; null removes it.
    workaround: MaybeUndefined<String>,
    /// New list of affected features, by ID or key; null or empty: the product as a whole.
    features: MaybeUndefined<Vec<Reference>>,
    /// New first release that has it, by ID or version; null: unknown.
    introduced_in: MaybeUndefined<Reference>,
    /// New list of releases that fix it, by ID or version; null or empty: none.
    fixed_in: MaybeUndefined<Vec<Reference>>,
    /// Reason why it will not be fixed; null withdraws that decision.
    wont_fix_reason: MaybeUndefined<String>,
    /// Whether customers may see it.
    is_public: MaybeUndefined<bool>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `linkKnownError`.
#[derive(InputObject)]
struct LinkKnownErrorInput {
    /// ID of the known error.
    known_error: Reference,
    /// IDs of incidents that come from it, at most 10,000.
    #[graphql(default)]
    incidents: Vec<Reference>,
    /// IDs of responses that report it, at most 10,000.
    #[graphql(default)]
    feedback: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `unlinkKnownError`.
#[derive(InputObject)]
struct UnlinkKnownErrorInput {
    /// ID of the known error.
    known_error: Reference,
    /// IDs of incidents that do not come from it, at most 10,000. Those that are not linked are ignored.
    #[graphql(default)]
    incidents: Vec<Reference>,
    /// IDs of responses that do not report it, at most 10,000. Those that are not linked are ignored.
    #[graphql(default)]
    feedback: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createKnownError`.
    CreateKnownErrorPayload {
        /// The known error.
        known_error: KnownError,
        /// Outcome of the submission.
        outcome: Outcome,
    }

    /// Result of the mutations that change a known error.
    KnownErrorPayload {
        /// The known error.
        known_error: KnownError,
    }
}

fn links(incidents: &[Reference], feedback: &[Reference]) -> Result<Links, Fault> {
    Ok(Links { incidents: ids("incidents", incidents)?, feedback: ids("feedback", feedback)? })
}

#[derive(Default)]
pub(in crate::graphql) struct KnownErrorMutation;

#[Object]
impl KnownErrorMutation {
    /// Creates a known error, or updates the one with this external ID.
    async fn create_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateKnownErrorInput,
    ) -> Result<CreateKnownErrorPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let new = NewKnownError {
                product: input.product.0,
                title: input.title,
                details: KnownErrorChanges {
                    title: None,
                    symptom: given(input.symptom),
                    cause: given(input.cause),
                    workaround: given(input.workaround),
                    features: sent_texts(input.features),
                    introduced_in: given(input.introduced_in).map(|release| release.map(|release| release.0)),
                    fixed_in: sent_texts(input.fixed_in),
                    wont_fix: given(input.wont_fix_reason),
                    is_public: given(input.is_public).map(Option::unwrap_or_default),
                },
                source: input.source,
                external_id: input.external_id,
            };
            let source = &ctx.viewer().source;
            let (row, outcome) = domain::create(ctx.store(), by, source, new, ctx.now()).await?;
            Ok(CreateKnownErrorPayload::done(KnownError(row), outcome.into()))
        })
        .await
    }

    /// Changes a known error.
    async fn update_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateKnownErrorInput,
    ) -> Result<KnownErrorPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.contributes()?;
            let changes = KnownErrorChanges {
                title: kept("title", input.title)?,
                symptom: given(input.symptom),
                cause: given(input.cause),
                workaround: given(input.workaround),
                features: sent_texts(input.features),
                introduced_in: given(input.introduced_in).map(|release| release.map(|release| release.0)),
                fixed_in: sent_texts(input.fixed_in),
                wont_fix: given(input.wont_fix_reason),
                is_public: kept("isPublic", input.is_public)?,
            };
            let id = parse("knownError", &input.known_error.0)?;
            let row = domain::update(ctx.store(), by, id, changes, ctx.now()).await?;
            Ok(KnownErrorPayload::done(KnownError(row)))
        })
        .await
    }

    /// Links incidents and responses to a known error of their product; the existing links are kept.
    async fn link_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: LinkKnownErrorInput,
    ) -> Result<KnownErrorPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.contributes()?, parse("knownError", &input.known_error.0)?);
            let links = links(&input.incidents, &input.feedback)?;
            let row = domain::link(ctx.store(), by, id, &links, ctx.now()).await?;
            Ok(KnownErrorPayload::done(KnownError(row)))
        })
        .await
    }

    /// Removes links of incidents and responses to a known error; the other links are kept.
    async fn unlink_known_error(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UnlinkKnownErrorInput,
    ) -> Result<KnownErrorPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, id) = (ctx.contributes()?, parse("knownError", &input.known_error.0)?);
            let links = links(&input.incidents, &input.feedback)?;
            let row = domain::unlink(ctx.store(), by, id, &links, ctx.now()).await?;
            Ok(KnownErrorPayload::done(KnownError(row)))
        })
        .await
    }
}
