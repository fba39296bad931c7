//! Teams.

use async_graphql::{Context, Description, ID, InputObject, MaybeUndefined, Object, connection::Connection};
use ballroom_entity::{id::TeamId, team::Model};

use super::{
    ContextExt,
    delivery::{self, DeliveryPerformance},
    fault::Fault,
    feature::{self, Feature, FeatureFilter, FeatureOrder},
    lookup,
    member::{self, Member, MemberFilter, MemberOrder},
    order::orders,
    outcome::Outcome,
    page::{Total, connection, or_default},
    payload::{payload, payloads},
    range::TimeRangeInput,
    scalar::{DateTime, PeriodInput, Reference, id, texts},
};
use crate::domain::{
    delivery::Scope,
    feature::Features,
    member::Members,
    team::{self, Teams},
};

/// A team, which owns features and has members.
#[derive(Description)]
pub struct Team(pub Model);

#[Object(use_type_description)]
impl Team {
    /// Global ID.
    pub(super) async fn id(&self) -> ID {
        id(self.0.id)
    }

    /// Key, used in files and references; unique in the organization.
    async fn key(&self) -> &str {
        &self.0.key
    }

    /// Display name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// How often deployments of releases that change a feature of the team failed, and how long it took to restore service. Only
    /// incidents of features of the team count.
    async fn delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Days of the deployments, in UTC; the last 90 days by default.")] period: Option<
            PeriodInput,
        >,
    ) -> Result<DeliveryPerformance, Fault> {
        let (period, _) = super::scalar::period(period, None, ctx.now().date_naive())?;
        let period = Some((period.from, period.until));
        delivery::of(ctx, Scope { team: Some(self.0.id), period, ..Scope::default() }).await
    }

    /// Features that the team owns, by key.
    async fn features(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which features to return; all by default.")] filter: Option<FeatureFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<FeatureOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Feature, Total>, Fault> {
        let features = Features { team: Some(self.0.id), ..Features::default() };
        feature::page(ctx, features, filter, order_by, (first, after, last, before)).await
    }

    /// Members of the team, by name.
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which members to return; all by default.")] filter: Option<MemberFilter>,
        #[graphql(desc = "Sort order; by name by default.")] order_by: Option<MemberOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Member, Total>, Fault> {
        let members = Members { team: Some(self.0.id), ..Members::default() };
        member::page(ctx, members, filter, order_by, (first, after, last, before)).await
    }

    /// Time of creation.
    async fn created_at(&self) -> DateTime {
        self.0.created_at.into()
    }

    /// Time of creation or of the last change of its key or name.
    async fn updated_at(&self) -> DateTime {
        self.0.updated_at.into()
    }
}

/// Conditions on teams; all that are given must hold.
#[derive(InputObject)]
struct TeamFilter {
    /// Text contained in the key or name, not case-sensitive.
    text: Option<String>,
    /// Time of creation or of the last change.
    updated_at: Option<TimeRangeInput>,
}

impl From<TeamFilter> for team::TeamFilter {
    fn from(given: TeamFilter) -> Self {
        Self { text: given.text, updated_at: given.updated_at.map(Into::into) }
    }
}

orders! {
    /// Sort fields of teams.
    TeamOrderField for team::TeamSort,
    /// Sort order of teams.
    TeamOrder {
        /// Unique key.
        Key,
        /// Display name.
        Name,
        /// Time of creation.
        CreatedAt,
        /// Time of creation or of the last change.
        UpdatedAt,
    }
}

/// The team with an ID that is known to exist; none without an ID.
pub(super) async fn of(ctx: &Context<'_>, team: Option<TeamId>) -> Result<Option<Team>, Fault> {
    let Some(team) = team else { return Ok(None) };
    Ok(Some(Team(super::row(ctx, team, |dimensions| &dimensions.teams).await?)))
}

#[derive(Default)]
pub(super) struct TeamQuery;

#[Object]
impl TeamQuery {
    /// A team by exactly one of `team`, `id` and `key`. Null if there is none; see `errors`.
    async fn team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "ID or key.")] team: Option<Reference>,
        #[graphql(desc = "Global ID.")] id: Option<ID>,
        #[graphql(desc = "Unique key.")] key: Option<String>,
    ) -> Result<Team, Fault> {
        ctx.reports()?;
        let (argument, team) = lookup::named::<TeamId>(team, id, ("key", key))?;
        Ok(Team(super::dimensions(ctx).await?.team(argument, &team)?.clone()))
    }

    /// Teams of the organization, by key.
    async fn teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which teams to return; all by default.")] filter: Option<TeamFilter>,
        #[graphql(desc = "Sort order; by key by default.")] order_by: Option<TeamOrder>,
        #[graphql(desc = "Number of items to return from the start; default 25, at most 200.")] first: Option<
            i32,
        >,
        #[graphql(desc = "Return only items after this cursor.")] after: Option<String>,
        #[graphql(desc = "Number of items to return from the end; at most 200.")] last: Option<i32>,
        #[graphql(desc = "Return only items before this cursor.")] before: Option<String>,
    ) -> Result<Connection<String, Team, Total>, Fault> {
        let teams = Teams { filter: or_default(filter), order: or_default(order_by) };
        connection(ctx, teams, (first, after, last, before), Team).await
    }
}

/// Input of `createTeam`.
#[derive(InputObject)]
struct CreateTeamInput {
    /// Key, used in files and references; unique in the organization, at most 200 characters.
    key: String,
    /// Display name; the key by default.
    name: MaybeUndefined<String>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `updateTeam`.
#[derive(InputObject)]
struct UpdateTeamInput {
    /// ID or key of the team.
    team: Reference,
    /// New display name.
    name: String,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `removeTeam`.
#[derive(InputObject)]
struct RemoveTeamInput {
    /// ID or key of the team.
    team: Reference,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

/// Input of `addTeamMembers` and `removeTeamMembers`.
#[derive(InputObject)]
struct TeamMembersInput {
    /// ID or key of the team.
    team: Reference,
    /// Members by ID or email address, at most 10,000.
    members: Vec<Reference>,
    /// Opaque client string, returned unchanged.
    client_mutation_id: Option<String>,
}

payloads! {
    /// Result of `createTeam` and `updateTeam`.
    TeamPayload {
        /// The team.
        team: Team,
        /// Outcome of the submission; null after an update.
        outcome: Option<Outcome>,
        /// After a creation: teams whose key differs only slightly, for example in case or spaces. Check that both are
        /// intended.
        alike: Vec<Team>,
    }

    /// Result of `removeTeam`.
    RemoveTeamPayload {
        /// ID of the removed team.
        removed_id: ID,
    }

    /// Result of `addTeamMembers`.
    AddTeamMembersPayload {
        /// The team.
        team: Team,
        /// Members who were not in the team before.
        added_members: Vec<Member>,
    }

    /// Result of `removeTeamMembers`.
    RemoveTeamMembersPayload {
        /// The team.
        team: Team,
        /// Members who were in the team before.
        removed_members: Vec<Member>,
    }
}

#[derive(Default)]
pub(super) struct TeamMutation;

#[Object]
impl TeamMutation {
    /// Creates a team, or renames the one with this key if a name is given.
    async fn create_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: CreateTeamInput,
    ) -> Result<TeamPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let name = super::given(input.name);
            let name = name.as_ref().map(Option::as_deref);
            let (row, outcome) =
                team::create(ctx.store(), ctx.manages()?, &input.key, name, ctx.now()).await?;
            let dimensions = ctx.store().dimensions(row.organization_id).await?;
            let alike = outcome.alike(&row.key, dimensions.teams.values(), |row| &row.key);
            let alike = alike.into_iter().map(Team).collect();
            Ok(TeamPayload::done(Team(row), Some(outcome.into()), alike))
        })
        .await
    }

    /// Renames a team.
    async fn update_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: UpdateTeamInput,
    ) -> Result<TeamPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let by = ctx.manages()?;
            let row = team::rename(ctx.store(), by, &input.team.0, &input.name, ctx.now()).await?;
            Ok(TeamPayload::done(Team(row), None, Vec::new()))
        })
        .await
    }

    /// Removes a team. Its features have no team afterwards.
    async fn remove_team(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: RemoveTeamInput,
    ) -> Result<RemoveTeamPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let row = team::remove(ctx.store(), ctx.manages()?, &input.team.0, ctx.now()).await?;
            Ok(RemoveTeamPayload::done(id(row.id)))
        })
        .await
    }

    /// Adds members to a team. Members who are already in it are ignored.
    async fn add_team_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: TeamMembersInput,
    ) -> Result<AddTeamMembersPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, members) = (ctx.manages()?, texts(input.members));
            let joined = team::add_members(ctx.store(), by, &input.team.0, &members, ctx.now()).await?;
            let changed = joined.changed.into_iter().map(Member).collect();
            Ok(AddTeamMembersPayload::done(Team(joined.team), changed))
        })
        .await
    }

    /// Removes members from a team. Members who are not in it are ignored.
    async fn remove_team_members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Input of the mutation.")] input: TeamMembersInput,
    ) -> Result<RemoveTeamMembersPayload, Fault> {
        let mark = input.client_mutation_id.clone();
        payload(mark, async {
            let (by, members) = (ctx.manages()?, texts(input.members));
            let joined = team::remove_members(ctx.store(), by, &input.team.0, &members, ctx.now()).await?;
            let changed = joined.changed.into_iter().map(Member).collect();
            Ok(RemoveTeamMembersPayload::done(Team(joined.team), changed))
        })
        .await
    }
}
