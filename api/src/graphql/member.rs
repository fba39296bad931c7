//! Members: objects and lookups.

mod change;

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object, SimpleObject, connection::Connection,
};
use ballroom_entity::{id::MemberId, member::Model};

pub(super) use change::MemberMutation;

use super::{
    ContextExt,
    fault::Fault,
    load::{DigestOf, IdentitiesOf, TeamsOf},
    lookup,
    order::orders,
    page::{PageArgs, Total, connection, or_default},
    range::TimeRangeInput,
    scalar::{DateTime, Reference, id},
    team::Team,
    token::Role,
};
use crate::domain::{
    member::{self, Members},
    page::List,
};

/// A person who works with Ballroom. A member grants no rights: the token decides what a caller may do.
#[derive(Description)]
pub struct Member(pub Model);

/// Vocabulary in which results are shown.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::member::Vocabulary")]
pub(super) enum Vocabulary {
    /// Terms of agile development, such as "bug" and "sprint".
    Agile,
    /// Terms of IT service management (ITIL), such as "known error" and "change".
    Itil,
    /// Plain language.
    Plain,
}

/// How often a member gets the unread notifications by mail.
#[derive(Enum, Clone, Copy, Debug, PartialEq, Eq)]
#[graphql(remote = "ballroom_entity::digest::DigestFrequency")]
pub(super) enum DigestFrequency {
    /// Not at all.
    Never,
    /// Every morning at 6:00 UTC, if there is something new.
    Daily,
    /// On Mondays at 6:00 UTC, if there is something new.
    Weekly,
}

/// Account of a member with an OpenID Connect issuer.
#[derive(SimpleObject)]
pub(super) struct MemberIdentity {
    /// URL of the issuer, exactly as in its tokens (`iss`).
    issuer: String,
    /// Issuer's ID of the account (`sub`).
    subject: String,
}

#[Object(use_type_description)]
impl Member {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Email address in lower case, unique in the organization; null if unknown. Only for callers who may read
    /// responses, incidents and customers.
    async fn email(&self, ctx: &Context<'_>) -> Result<Option<&str>, Fault> {
        ctx.is_inside()?;
        ctx.reads()?;
        Ok(self.0.email.as_deref())
    }

    /// Roles of the member.
    async fn roles(&self) -> Vec<Role> {
        member::roles(&self.0).into_iter().map(Into::into).collect()
    }

    /// Teams of the member, by key.
    async fn teams(&self, ctx: &Context<'_>) -> Result<Vec<Team>, Fault> {
        let ids = ctx.load().load_one(TeamsOf(self.0.id)).await?.unwrap_or_default();
        let dimensions = super::dimensions(ctx).await?;
        let mut teams: Vec<_> = ids.iter().filter_map(|id| dimensions.teams.get(id)).collect();
        teams.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(teams.into_iter().cloned().map(Team).collect())
    }

    /// Preferred language as a BCP 47 tag, such as `en` or `pt-BR`; null: none.
    async fn language(&self) -> Option<&str> {
        self.0.language.as_deref()
    }

    /// Preferred vocabulary.
    async fn vocabulary(&self) -> Vocabulary {
        self.0.vocabulary.into()
    }

    /// How often the member gets the unread notifications by mail; NEVER by default.
    async fn digest(&self, ctx: &Context<'_>) -> Result<DigestFrequency, Fault> {
        Ok(ctx.load().load_one(DigestOf(self.0.id)).await?.map_or(DigestFrequency::Never, Into::into))
    }

    /// Accounts with OpenID Connect issuers by which the member is recognized. Only for administrators.
    async fn identities(&self, ctx: &Context<'_>) -> Result<Option<Vec<MemberIdentity>>, Fault> {
        ctx.administers()?;
        let rows = ctx.load().load_one(IdentitiesOf(self.0.id)).await?.unwrap_or_default();
        let shown = rows.into_iter().map(|row| MemberIdentity { issuer: row.issuer, subject: row.subject });
        Ok(Some(shown.collect()))
    }

    /// Time of removal; null for an active member.
    async fn removed_at(&self) -> Option<DateTime> {
        self.0.removed_at.map(Into::into)
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change, except of teams.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on members; all that are given must hold.
#[derive(InputObject)]
pub(super) struct MemberFilter {
    /// Text contained in the name or email address, not case-sensitive. Only for callers who may read `Member.email`.
    text: Option<String>,
    /// ID or key of a team of the member.
    team: Option<Reference>,
    /// Whether to return removed members instead of active ones; false by default.
    removed: Option<bool>,
    /// Time of creation or of the last change, except of teams.
    updated_at: Option<TimeRangeInput>,
}

orders! {
    /// Sort fields of members.
    MemberOrderField for member::MemberSort,
    /// Sort order of members.
    MemberOrder {
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// A page of the filtered members.
pub(super) async fn page(
    ctx: &Context<'_>,
    members: Members,
    filter: Option<MemberFilter>,
    order: Option<MemberOrder>,
    arguments: PageArgs,
) -> Result<Connection<String, Member, Total>, Fault> {
    let mut members = Members { order: or_default(order), ..members };
    if let Some(MemberFilter { text, team, removed, updated_at }) = filter {
        let (removed, updated_at) = (removed.unwrap_or(false), updated_at.map(Into::into));
        members.filter = member::MemberFilter { text, team: None, removed, updated_at };
        members.may(ctx.viewer())?;
        members.filter.team = lookup::team(ctx, "filter.team", team.as_ref()).await?;
    }
    connection(ctx, members, arguments, Member).await
}

#[derive(Default)]
pub(super) struct MemberQuery;

#[Object]
impl MemberQuery {
    /// A member, possibly a removed one, by exactly one of `member`, `id` and `email`. Null if there is none; see
    /// `errors`.
    async fn member(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or email address.")] member: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Email address, not case-sensitive.")] email: Option<String>,
    ) -> Result<Member, Fault> {
        let by = ctx.reports()?;
        let (argument, member) = lookup::named::<MemberId>(member, id, ("email", email))?;
        Ok(Member(member::find(ctx.store(), by, (argument, &member)).await?))
    }

    /// Members of the organization, by name.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which members to return; all active ones by default.")] filter: Option<
            MemberFilter,
        >,
        #[graphql(desc = "Sort order; by name by default.")] order_by: Option<MemberOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Member, Total>, Fault> {
        page(ctx, Members::default(), filter, order_by, (first, after, last, before)).await
    }
}
