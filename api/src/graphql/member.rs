//! Members: objects and lookups.

mod change;

use async_graphql::{
    Context, Description, Enum, ID, InputObject, Object, SimpleObject, connection::Connection,
};
use ballroom_entity::{
    id::{MemberId, OrganizationId, TeamId},
    member::{Column, Entity, Model},
};
use sea_orm::{ColumnTrait, QueryFilter, QueryTrait, Select};
use uuid::Uuid;

pub(super) use change::MemberMutation;

use super::{
    ContextExt,
    fault::Fault,
    load::{IdentitiesOf, TeamsOf},
    lookup,
    ordered::ordered,
    paged::{Both, Direction, Paged, Sort, Total, connection},
    range::{self, Range, TimeRangeInput},
    scalar::{DateTime, Reference, id},
    team::Team,
    token::Role,
};
use crate::{
    domain::{member, team},
    store::holds,
};

/// A person who works with Ballroom. A member grants no rights: the token decides what a caller may do.
#[derive(Description)]
pub struct Member(pub Model);

/// The terms in which results are shown.
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
#[derive(InputObject, Clone, Debug, Default, PartialEq, Eq, Hash)]
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

ordered! {
    /// Sort fields of members.
    MemberOrderField,
    /// Sort order of members.
    MemberOrder: Name Ascending {
        /// Display name.
        Name = (Name, Text, |row| row.name.clone()),
        /// Time of creation.
        CreatedAt = (Id, Id, |_| String::new()),
        /// Time of creation or of the last change.
        UpdatedAt = (UpdatedAt, Moment, |row| row.updated_at.to_rfc3339()),
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Members {
    team: Both<TeamId>,
    filter: MemberFilter,
    order: Option<MemberOrder>,
}

impl Members {
    /// The members that match a filter.
    pub(super) async fn of(
        ctx: &Context<'_>,
        filter: Option<MemberFilter>,
        order: Option<MemberOrder>,
    ) -> Result<Self, Fault> {
        ctx.reports()?;
        let filter = filter.unwrap_or_default();
        if filter.text.is_some() {
            // A caller who can search by address could find it out.
            ctx.reads()?;
        }
        let team = match &filter.team {
            Some(team) => Some(super::dimensions(ctx).await?.team("filter.team", &team.0)?.id),
            None => None,
        };
        Ok(Self { team: Both::default().and(team), filter, order })
    }

    /// The members of a team.
    pub(super) fn of_team(self, team: TeamId) -> Self {
        Self { team: Both::at(team).and(self.team.all().next()), ..self }
    }
}

impl Paged for Members {
    type Entity = Entity;

    fn check(&self) -> Result<(), Fault> {
        range::check("filter.updatedAt", self.filter.updated_at)
    }

    fn select(&self, organization: OrganizationId) -> Select<Entity> {
        let removed = match self.filter.removed {
            Some(true) => Column::RemovedAt.is_not_null(),
            _ => Column::RemovedAt.is_null(),
        };
        self.team
            .all()
            .fold(Entity::owned_by(organization).filter(removed), |query, id| {
                query.filter(team::has(organization, id))
            })
            .apply_if(self.filter.text.as_ref(), |query, text| query.filter(holds(text)))
            .apply_if(self.filter.updated_at, |query, range| query.filter(range.holds(Column::UpdatedAt)))
    }

    fn sort(&self) -> (Column, Sort, Direction) {
        MemberOrder::sort(self.order)
    }

    fn id() -> Column {
        Column::Id
    }

    fn mark(&self, row: &Model) -> (String, Uuid) {
        MemberOrder::mark(self.order, row)
    }
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
        let members = Members::of(ctx, filter, order_by).await?;
        connection(ctx, members, (first, after, last, before), Member).await
    }
}
