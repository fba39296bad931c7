//! Teams: who owns features, and which members belong to them.

mod list;

use ballroom_entity::{
    feature,
    id::{MemberId, OrganizationId, TeamId},
    member,
    team::{ActiveModel, Column, Entity, Model},
    team_member,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Set, sea_query::Expr,
};

pub use list::{TeamFilter, TeamSort, Teams};

use super::{access::Manage, check, links::LinkTable, member as members, sent::Outcome};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// The members of teams.
const MEMBERS: LinkTable<team_member::Entity> = LinkTable::new(
    team_member::Column::OrganizationId,
    team_member::Column::TeamId,
    team_member::Column::MemberId,
);

/// The teams of members.
const TEAMS: LinkTable<team_member::Entity> = LinkTable::new(
    team_member::Column::OrganizationId,
    team_member::Column::MemberId,
    team_member::Column::TeamId,
);

/// Creates a team, or gives the one with this key another name, if one is given; null: its key.
pub async fn create(
    store: &Store,
    by: Manage,
    key: &str,
    name: Option<Option<&str>>,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let tx = store.begin(by.organization(), at).await?;
    let key = check::key("key", key)?;
    let name = match name {
        None => None,
        Some(None) => Some(key.clone()),
        Some(Some(name)) => Some(check::name("name", name)?),
    };
    if let Some(there) = tx.dimensions().known_team(&key) {
        let mut after = there.clone();
        if let Some(name) = name {
            after.name = name;
        }
        if after == *there {
            return Ok((after, Outcome::Unchanged));
        }
        after.updated_at = at;
        let after = after.into_active_model().reset_all().update(tx.db()).await?;
        return written(tx, Event::TeamUpdated, after, Outcome::Updated).await;
    }
    let row = ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(TeamId::new()),
        name: Set(name.unwrap_or_else(|| key.clone())),
        key: Set(key),
        created_at: Set(at),
        updated_at: Set(at),
    };
    let row = row.insert(tx.db()).await?;
    written(tx, Event::TeamCreated, row, Outcome::Created).await
}

/// Gives a team another name.
pub async fn rename(
    store: &Store,
    by: Manage,
    team: &str,
    name: &str,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let tx = store.begin(by.organization(), at).await?;
    let mut row = tx.dimensions().team("team", team)?.clone().into_active_model();
    row.name = Set(check::name("name", name)?);
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    Ok(written(tx, Event::TeamUpdated, row, Outcome::Updated).await?.0)
}

async fn written(
    mut tx: Transaction,
    event: fn(TeamId) -> Event,
    row: Model,
    outcome: Outcome,
) -> Result<(Model, Outcome), Error> {
    tx.dimensions_changed().await?;
    tx.emit(event(row.id));
    tx.commit().await?;
    Ok((row, outcome))
}

/// Removes a team: its features have no team afterwards, and its members are in one team less.
pub async fn remove(store: &Store, by: Manage, team: &str, at: DateTime<Utc>) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let row = tx.dimensions().team("team", team)?.clone();
    feature::Entity::update_many()
        .col_expr(feature::Column::TeamId, Expr::value(Option::<TeamId>::None))
        .col_expr(feature::Column::UpdatedAt, Expr::val(at))
        .filter(feature::Column::OrganizationId.eq(by.organization()))
        .filter(feature::Column::TeamId.eq(row.id))
        .exec(tx.db())
        .await?;
    team_member::Entity::delete_many()
        .filter(team_member::Column::OrganizationId.eq(by.organization()))
        .filter(team_member::Column::TeamId.eq(row.id))
        .exec(tx.db())
        .await?;
    Entity::delete_many()
        .filter(Column::OrganizationId.eq(by.organization()))
        .filter(Column::Id.eq(row.id))
        .exec(tx.db())
        .await?;
    tx.dimensions_changed().await?;
    tx.emit(Event::TeamRemoved(row.id));
    tx.commit().await?;
    Ok(row)
}

/// A team whose members have changed.
#[derive(Clone, Debug)]
pub struct Joined {
    /// The team.
    pub team: Model,
    /// The named members who were not in the team before, or no longer are.
    pub changed: Vec<member::Model>,
}

/// Adds members to a team. Members who belong to it already stay in it.
pub async fn add_members(
    store: &Store,
    by: Manage,
    team: &str,
    named: &[String],
    at: DateTime<Utc>,
) -> Result<Joined, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let team = tx.dimensions().team("team", team)?.clone();
    let mut changed = named_in(&tx, named).await?;
    let there: Vec<MemberId> = MEMBERS.of(tx.db(), tx.organization(), team.id).await?;
    changed.retain(|member| !there.contains(&member.id));
    if changed.is_empty() {
        return Ok(Joined { team, changed });
    }
    let new: Vec<MemberId> = changed.iter().map(|member| member.id).collect();
    MEMBERS.add(&tx, team.id, &new).await?;
    tx.emit(Event::TeamUpdated(team.id));
    tx.commit().await?;
    Ok(Joined { team, changed })
}

/// Removes members from a team. Members who do not belong to it are left alone.
pub async fn remove_members(
    store: &Store,
    by: Manage,
    team: &str,
    named: &[String],
    at: DateTime<Utc>,
) -> Result<Joined, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let team = tx.dimensions().team("team", team)?.clone();
    let mut changed = named_in(&tx, named).await?;
    let there: Vec<MemberId> = MEMBERS.of(tx.db(), tx.organization(), team.id).await?;
    changed.retain(|member| there.contains(&member.id));
    if changed.is_empty() {
        return Ok(Joined { team, changed });
    }
    team_member::Entity::delete_many()
        .filter(team_member::Column::OrganizationId.eq(by.organization()))
        .filter(team_member::Column::TeamId.eq(team.id))
        .filter(team_member::Column::MemberId.is_in(changed.iter().map(|member| member.id)))
        .exec(tx.db())
        .await?;
    tx.emit(Event::TeamUpdated(team.id));
    tx.commit().await?;
    Ok(Joined { team, changed })
}

async fn named_in(tx: &Transaction, named: &[String]) -> Result<Vec<member::Model>, Error> {
    check::batch("members", named.len())?;
    let mut found: Vec<member::Model> = Vec::with_capacity(named.len());
    for (index, reference) in named.iter().enumerate() {
        let field = format!("members.{index}");
        let member = members::active(tx.db(), tx.organization(), &field, reference).await?;
        if found.iter().all(|known| known.id != member.id) {
            found.push(member);
        }
    }
    Ok(found)
}

/// The teams to which a member belongs.
pub(super) async fn joined(tx: &Transaction, member: MemberId) -> Result<Vec<TeamId>, Error> {
    TEAMS.of(tx.db(), tx.organization(), member).await
}

/// Puts a member into exactly these teams.
pub(super) async fn join_only(tx: &Transaction, member: MemberId, teams: &[TeamId]) -> Result<(), Error> {
    TEAMS.replace(tx, member, teams).await
}

/// The teams of some members.
pub(crate) async fn of_members(
    store: &Store,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<team_member::Model>, Error> {
    let rows = team_member::Entity::owned_by(organization)
        .filter(team_member::Column::MemberId.is_in(members.iter().copied()))
        .order_by_asc(team_member::Column::TeamId);
    Ok(rows.all(store.reader()).await?)
}

/// That a member belongs to a team.
pub(crate) fn has(organization: OrganizationId, team: TeamId) -> Expr {
    let members = team_member::Entity::owned_by(organization)
        .filter(team_member::Column::TeamId.eq(team))
        .select_only()
        .column(team_member::Column::MemberId);
    member::Column::Id.in_subquery(members.into_query())
}
