//! Members: mutations.

use async_graphql::{Context, InputObject, MaybeUndefined, Object};

use super::{DigestFrequency, Member, Vocabulary};
use crate::{
    domain::{
        identity::Subject,
        member::{self, MemberChanges, NewMember, ProfileChanges},
        sent::Nulls,
    },
    graphql::{
        ContextExt,
        fault::Fault,
        given, kept,
        outcome::Outcome,
        payload::{payload, payloads},
        scalar::{Reference, sent_texts, texts},
        token::Role,
    },
};

/// An account with an OpenID Connect issuer.
#[derive(InputObject)]
struct MemberIdentityInput {
    /// URL of the issuer, exactly as in its tokens (`iss`).
    issuer: String,
    /// Issuer's ID of the account (`sub`).
    subject: String,
}

/// Input of `createMember`.
#[derive(InputObject)]
struct CreateMemberInput {
    /// Email address; unique in the organization. Stored in lower case.
    email: String,
    /// Display name; the email address by default.
    name: MaybeUndefined<String>,
    /// Roles of the member; any role except CUSTOMER. Null or empty: not stated.
    roles: MaybeUndefined<Vec<Role>>,
    /// Teams by ID or key; null or empty: none.
    teams: MaybeUndefined<Vec<Reference>>,
    /// Preferred language as a BCP 47 tag, such as `en` or `pt-BR`; null: none.
    language: MaybeUndefined<String>,
    /// Preferred vocabulary; PLAIN by default.
    vocabulary: MaybeUndefined<Vocabulary>,
    /// Accounts with OpenID Connect issuers by which the member is recognized; null or empty: none.
    identities: MaybeUndefined<Vec<MemberIdentityInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateMember`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateMemberInput {
    /// ID or email address of the member.
    member: Reference,
    /// New email address; null removes it.
    email: MaybeUndefined<String>,
    /// New display name.
    name: MaybeUndefined<String>,
    /// New roles of the member; any role except CUSTOMER. Null or empty: not stated.
    roles: MaybeUndefined<Vec<Role>>,
    /// New list of teams by ID or key; null or empty: none.
    teams: MaybeUndefined<Vec<Reference>>,
    /// New preferred language as a BCP 47 tag, such as `en` or `pt-BR`; null removes it.
    language: MaybeUndefined<String>,
    /// New preferred vocabulary.
    vocabulary: MaybeUndefined<Vocabulary>,
    /// New list of accounts with OpenID Connect issuers by which the member is recognized; null or empty: none.
    identities: MaybeUndefined<Vec<MemberIdentityInput>>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateProfile`. Omitted fields are unchanged.
#[derive(InputObject)]
struct UpdateProfileInput {
    /// New display name.
    name: MaybeUndefined<String>,
    /// New preferred language as a BCP 47 tag, such as `en` or `pt-BR`; null removes it.
    language: MaybeUndefined<String>,
    /// New preferred vocabulary.
    vocabulary: MaybeUndefined<Vocabulary>,
    /// How often the member gets the unread notifications by mail. Digests contain what happens from then on.
    digest: MaybeUndefined<DigestFrequency>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `removeMember`.
#[derive(InputObject)]
struct RemoveMemberInput {
    /// ID or email address of the member.
    member: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of a mutation of a member.
    MemberPayload {
        /// The member.
        member: Member,
        /// Outcome of the submission; null except after `createMember`.
        outcome: Option<Outcome>,
    }
}

fn stored(roles: Vec<Role>) -> Vec<ballroom_entity::api_token::Role> {
    roles.into_iter().map(Into::into).collect()
}

fn subjects(identities: Vec<MemberIdentityInput>) -> Vec<Subject> {
    let subject = |one: MemberIdentityInput| Subject { issuer: one.issuer, subject: one.subject };
    identities.into_iter().map(subject).collect()
}

#[derive(Default)]
pub(crate) struct MemberMutation;

#[Object]
impl MemberMutation {
    /// Creates a member, or updates the one with this email address; a removed member is restored. Only for
    /// administrators.
    async fn create_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateMemberInput,
    ) -> Result<MemberPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let mut nulls = Nulls::default();
            let new = NewMember {
                email: input.email,
                name: nulls.note("name", given(input.name)),
                roles: nulls.note("roles", given(input.roles)).map(stored),
                teams: nulls.note("teams", given(input.teams)).map(texts),
                language: nulls.note("language", given(input.language)),
                vocabulary: nulls.note("vocabulary", given(input.vocabulary)).map(Into::into),
                identities: nulls.note("identities", given(input.identities)).map(subjects),
                nulls,
            };
            let (row, outcome) = member::create(ctx.store(), ctx.administers()?, new, ctx.now()).await?;
            Ok(MemberPayload::done(Member(row), Some(outcome.into())))
        })
        .await
    }

    /// Changes a member. Only for administrators; members change their own preferences with `updateProfile`.
    async fn update_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateMemberInput,
    ) -> Result<MemberPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let changes = MemberChanges {
                email: given(input.email),
                roles: given(input.roles).map(|roles| stored(roles.unwrap_or_default())),
                teams: sent_texts(input.teams),
                identities: given(input.identities).map(|all| subjects(all.unwrap_or_default())),
                profile: ProfileChanges {
                    name: kept("name", input.name)?,
                    language: given(input.language),
                    vocabulary: kept("vocabulary", input.vocabulary)?.map(Into::into),
                    digest: None,
                },
            };
            let by = ctx.administers()?;
            let row = member::update(ctx.store(), by, &input.member.0, changes, ctx.now()).await?;
            Ok(MemberPayload::done(Member(row), None))
        })
        .await
    }

    /// Changes the name and preferences of the member to whom the caller's token belongs.
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateProfileInput,
    ) -> Result<MemberPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let changes = ProfileChanges {
                name: kept("name", input.name)?,
                language: given(input.language),
                vocabulary: kept("vocabulary", input.vocabulary)?.map(Into::into),
                digest: kept("digest", input.digest)?.map(Into::into),
            };
            let by = ctx.viewer().edits_profile()?;
            let row = member::update_profile(ctx.store(), by, changes, ctx.now()).await?;
            Ok(MemberPayload::done(Member(row), None))
        })
        .await
    }

    /// Removes a member from all teams and lists, and revokes the member's tokens. Earlier actions still show the
    /// member's name. Only for administrators.
    async fn remove_member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RemoveMemberInput,
    ) -> Result<MemberPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let row = member::remove(ctx.store(), ctx.administers()?, &input.member.0, ctx.now()).await?;
            Ok(MemberPayload::done(Member(row), None))
        })
        .await
    }
}
