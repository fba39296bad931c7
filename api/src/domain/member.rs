//! Members: the people who use Ballroom. A member grants no right; rights come from the token.

mod fields;
mod list;

use ballroom_entity::{
    api_token,
    api_token::Role,
    digest::DigestFrequency,
    id::{ApiTokenId, MemberId, OrganizationId, TeamId},
    member::{ActiveModel, Column, Entity, Model, Vocabulary},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    sea_query::Expr,
};
use serde_json::json;

pub use fields::roles;

pub(super) use fields::email;
use fields::{found_by, language, stored_roles};

pub use list::{MemberFilter, MemberSort, Members};

use super::{
    access::{Administer, Profile, Report},
    check, digest,
    identity::{self, Subject},
    sent::{Nulls, Outcome},
    team,
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::{Event, Transaction},
};

/// A member to create.
#[derive(Clone, Debug, Default)]
pub struct NewMember {
    /// The email address, by which the member is known.
    pub email: String,
    /// Display name; the email address if not given.
    pub name: Option<String>,
    /// Roles of the member.
    pub roles: Option<Vec<Role>>,
    /// The teams, by ID or key.
    pub teams: Option<Vec<String>>,
    /// Preferred language.
    pub language: Option<String>,
    /// Preferred vocabulary.
    pub vocabulary: Option<Vocabulary>,
    /// The OpenID Connect subjects who are this member.
    pub identities: Option<Vec<Subject>>,
    /// What of it was sent as null.
    pub nulls: Nulls,
}

/// What to change of a member.
#[derive(Clone, Debug, Default)]
pub struct MemberChanges {
    /// A new email address, or none.
    pub email: Option<Option<String>>,
    /// The new roles.
    pub roles: Option<Vec<Role>>,
    /// The teams, by ID or key, instead of those before.
    pub teams: Option<Vec<String>>,
    /// The OpenID Connect subjects who are this member, instead of those before.
    pub identities: Option<Vec<Subject>>,
    /// Settings that members change themselves.
    pub profile: ProfileChanges,
}

/// The settings that members change themselves.
#[derive(Clone, Debug, Default)]
pub struct ProfileChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new preferred language, or none.
    pub language: Option<Option<String>>,
    /// A new preferred vocabulary.
    pub vocabulary: Option<Vocabulary>,
    /// How often the member wants the unread notifications by mail.
    pub digest: Option<DigestFrequency>,
}

/// The member with this ID or email address, removed or not. `field` is the name of the caller's argument.
pub async fn find(store: &Store, by: Report, (field, reference): (&str, &str)) -> Result<Model, Error> {
    referenced(store.reader(), by.organization(), field, reference).await
}

/// Creates a member, or updates the one with this email address; omitted fields are kept. A removed member is restored.
pub async fn create(
    store: &Store,
    by: Administer,
    new: NewMember,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let email = email("email", &new.email)?;
    let name = new.name.as_deref().map(|name| check::name("name", name)).transpose()?;
    let roles = new.roles.as_deref().map(stored_roles).transpose()?;
    let language = language(new.language.as_deref())?;
    let teams = teams_of(&tx, new.teams.as_deref())?;
    let there = Entity::owned_by(by.organization()).filter(Column::Email.eq(&email)).one(tx.db()).await?;
    let (mut row, outcome) = match there {
        None => {
            let name = name.unwrap_or_else(|| email.clone());
            let row = Model {
                roles: roles.unwrap_or_else(|| json!([])),
                language,
                vocabulary: new.vocabulary.unwrap_or(Vocabulary::Plain),
                ..blank(&tx, Some(email), name)
            };
            (row.into_active_model().insert(tx.db()).await?, Outcome::Created)
        }
        Some(there) => {
            let mut after = there.clone();
            let nulls = &new.nulls;
            nulls.take_or("name", &mut after.name, name, || email.clone());
            nulls.take_or("roles", &mut after.roles, roles, || json!([]));
            nulls.take("language", &mut after.language, language);
            nulls.take_or("vocabulary", &mut after.vocabulary, new.vocabulary, || Vocabulary::Plain);
            after.removed_at = None;
            let outcome = if after == there { Outcome::Unchanged } else { Outcome::Updated };
            (after, outcome)
        }
    };
    let mut outcome = outcome;
    let moved = match (&teams, new.nulls.has("teams")) {
        (None, false) => false,
        (teams, _) => rejoin(&tx, row.id, teams.as_deref().unwrap_or_default()).await?,
    };
    let relinked = match (&new.identities, new.nulls.has("identities")) {
        (None, false) => false,
        (subjects, _) => {
            identity::link_only(&tx, row.id, subjects.as_deref().unwrap_or_default(), &row.name).await?
        }
    };
    if outcome == Outcome::Unchanged && (moved || relinked) {
        outcome = Outcome::Updated;
    }
    match outcome {
        Outcome::Created => tx.emit(Event::MemberCreated(row.id)),
        Outcome::Unchanged => return Ok((row, outcome)),
        _ => {
            row = write(&tx, row).await?;
            tx.emit(Event::MemberUpdated(row.id));
        }
    }
    tx.commit().await?;
    Ok((row, outcome))
}

/// Changes a member.
pub async fn update(
    store: &Store,
    by: Administer,
    member: &str,
    changes: MemberChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let mut row = referenced(tx.db(), by.organization(), "member", member).await?;
    if let Some(given) = changes.email {
        row.email = given.as_deref().map(|given| email("email", given)).transpose()?;
        let others = Entity::owned_by(by.organization())
            .filter(Column::Email.eq(row.email.clone()))
            .filter(Column::Id.ne(row.id));
        if row.email.is_some()
            && let Some(other) = others.one(tx.db()).await?
        {
            let reason = format!(
                "is already used by another member, {} ({}); send another address",
                other.name,
                other.id.public()
            );
            return Err(Error::conflict("email", reason));
        }
    }
    if let Some(roles) = changes.roles {
        row.roles = stored_roles(&roles)?;
    }
    change_digest(&tx, &row, &changes.profile).await?;
    apply(&mut row, changes.profile)?;
    if let Some(teams) = teams_of(&tx, changes.teams.as_deref())? {
        team::join_only(&tx, row.id, &teams).await?;
    }
    if let Some(subjects) = changes.identities {
        identity::link_only(&tx, row.id, &subjects, &row.name).await?;
    }
    let row = write(&tx, row).await?;
    tx.emit(Event::MemberUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Changes the fields that members edit themselves: name, language and vocabulary.
pub async fn update_profile(
    store: &Store,
    by: Profile,
    changes: ProfileChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let mut row = referenced(tx.db(), by.organization(), "member", &by.member().public()).await?;
    change_digest(&tx, &row, &changes).await?;
    apply(&mut row, changes)?;
    let row = write(&tx, row).await?;
    tx.emit(Event::MemberUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// Removes a member from all teams and lists, and revokes the member's tokens. Records of the member's actions remain.
pub async fn remove(store: &Store, by: Administer, member: &str, at: DateTime<Utc>) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let mut row = referenced(tx.db(), by.organization(), "member", member).await?;
    if row.removed_at.is_some() {
        return Ok(row);
    }
    team::join_only(&tx, row.id, &[]).await?;
    let working = api_token::Entity::owned_by(by.organization())
        .filter(api_token::Column::MemberId.eq(row.id))
        .filter(api_token::Column::RevokedAt.is_null());
    let revoked: Vec<ApiTokenId> = working.all(tx.db()).await?.into_iter().map(|token| token.id).collect();
    api_token::Entity::update_many()
        .col_expr(api_token::Column::RevokedAt, Expr::val(at))
        .col_expr(api_token::Column::UpdatedAt, Expr::val(at))
        .filter(api_token::Column::OrganizationId.eq(by.organization()))
        .filter(api_token::Column::Id.is_in(revoked.iter().copied()))
        .exec(tx.db())
        .await?;
    revoked.iter().for_each(|token| tx.emit(Event::TokenRevoked(*token)));
    row.removed_at = Some(at);
    let row = write(&tx, row).await?;
    tx.emit(Event::MemberRemoved(row.id));
    tx.commit().await?;
    revoked.iter().for_each(|token| store.tokens().invalidate(token));
    Ok(row)
}

/// A member whom the claims of a caller describe, to be created.
pub(super) async fn create_in(
    tx: &mut Transaction,
    email: Option<String>,
    name: String,
    role: Role,
) -> Result<Model, Error> {
    let row = Model { roles: stored_roles(&[role])?, ..blank(tx, email, name) };
    let row = row.into_active_model().insert(tx.db()).await?;
    tx.emit(Event::MemberCreated(row.id));
    Ok(row)
}

fn blank(tx: &Transaction, email: Option<String>, name: String) -> Model {
    Model {
        organization_id: tx.organization(),
        id: MemberId::new(),
        search: found_by(&name, email.as_deref()),
        email,
        name,
        roles: json!([]),
        language: None,
        vocabulary: Vocabulary::Plain,
        removed_at: None,
        created_at: tx.at,
        updated_at: tx.at,
    }
}

async fn write(tx: &Transaction, row: Model) -> Result<Model, Error> {
    let row = Model { search: found_by(&row.name, row.email.as_deref()), updated_at: tx.at, ..row };
    let row: ActiveModel = row.into_active_model().reset_all();
    Ok(row.update(tx.db()).await?)
}

/// Stores how often a member wants a digest, which needs an address.
async fn change_digest(tx: &Transaction, row: &Model, changes: &ProfileChanges) -> Result<(), Error> {
    let Some(frequency) = changes.digest else { return Ok(()) };
    if frequency != DigestFrequency::Never && row.email.is_none() {
        let reason =
            "cannot be sent: no email address of the member is known; ask an administrator to enter one";
        return Err(Error::unfit("digest", reason));
    }
    digest::set(tx, row.id, frequency).await
}

fn apply(row: &mut Model, changes: ProfileChanges) -> Result<(), Error> {
    if let Some(name) = changes.name {
        row.name = check::name("name", &name)?;
    }
    if let Some(given) = changes.language {
        row.language = language(given.as_deref())?;
    }
    if let Some(vocabulary) = changes.vocabulary {
        row.vocabulary = vocabulary;
    }
    Ok(())
}

/// The member with this ID or email address, removed or not.
pub(super) async fn referenced(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    field: &str,
    reference: &str,
) -> Result<Model, Error> {
    let none = || Error::not_found(field, "member", reference);
    let known = Condition::any()
        .add_option(email(field, reference).ok().map(|email| Column::Email.eq(email)))
        .add_option(MemberId::parse(reference.trim()).map(|id| Column::Id.eq(id)));
    if known.is_empty() {
        return Err(none());
    }
    Entity::owned_by(organization).filter(known).one(db).await?.ok_or_else(none)
}

/// The same, not removed.
pub(super) async fn active(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    field: &str,
    reference: &str,
) -> Result<Model, Error> {
    let row = referenced(db, organization, field, reference).await?;
    match row.removed_at {
        None => Ok(row),
        Some(_) => {
            let reason = format!(
                "\"{}\" was removed; restore the member by createMember with the same email address",
                row.name
            );
            Err(Error::unfit(field, reason))
        }
    }
}

fn teams_of(tx: &Transaction, references: Option<&[String]>) -> Result<Option<Vec<TeamId>>, Error> {
    let Some(references) = references else { return Ok(None) };
    let dimensions = tx.dimensions();
    let mut teams = Vec::with_capacity(references.len());
    for (index, reference) in references.iter().enumerate() {
        let id = dimensions.team(&format!("teams.{index}"), reference)?.id;
        if !teams.contains(&id) {
            teams.push(id);
        }
    }
    Ok(Some(teams))
}

/// Puts a member into exactly these teams; returns whether anything changed.
async fn rejoin(tx: &Transaction, member: MemberId, teams: &[TeamId]) -> Result<bool, Error> {
    let there = team::joined(tx, member).await?;
    if there.len() == teams.len() && there.iter().all(|team| teams.contains(team)) {
        return Ok(false);
    }
    team::join_only(tx, member, teams).await?;
    Ok(true)
}
