//! Identities: callers authenticated by an OpenID Connect issuer, and their members.
//!
//! A caller is known by the issuer and its `sub`, never by an email address: addresses are given to other people. An
//! address is used once, at the first request of a caller, and only if the issuer has verified it.

use ballroom_entity::{
    api_token::Role,
    id::{IdentityId, MemberId, OrganizationId},
    identity::{Column, Entity, Model},
    member as member_row,
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    sea_query::Expr,
};

use super::{check, member};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
    transaction::Transaction,
};

/// Maximum length of an issuer and of a subject, in characters.
const ISSUER_LENGTH: usize = 500;
const SUBJECT_LENGTH: usize = 255;

/// A subject of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The issuer, exactly as its tokens name it (`iss`).
    pub issuer: String,
    /// The issuer's ID of the caller (`sub`).
    pub subject: String,
}

/// A caller authenticated by an issuer.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The subject.
    pub subject: Subject,
    /// The client of the caller; identifies programs.
    pub client: String,
    /// The person described by the token.
    pub person: Person,
    /// The role and scope of the caller.
    pub role: Role,
}

/// The person described by a token.
#[derive(Clone, Debug, Default)]
pub struct Person {
    /// The name according to the issuer.
    pub name: Option<String>,
    /// A fallback name. It does not indicate a person: programs have one too.
    pub login: Option<String>,
    /// The email address, if the issuer has verified it.
    pub verified_email: Option<String>,
}

/// The result of identifying a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identification {
    /// The identity, and the member if there is one.
    Identified(IdentityId, Option<MemberId>),
    /// The member was removed from the organization.
    Removed,
}

/// The stored state of a caller.
enum Found {
    Known(Identification),
    /// A new identity, or one that needs a member.
    New {
        identity: Option<Model>,
        member: NewMember,
    },
}

enum NewMember {
    /// The claims describe no person.
    Nobody,
    There(MemberId),
    ToCreate {
        email: Option<String>,
        name: String,
    },
}

/// Identifies a caller. A new caller is stored, and becomes a member if the claims contain a name or
/// a verified email address.
pub async fn identify(
    store: &Store,
    organization: OrganizationId,
    caller: &Caller,
    at: DateTime<Utc>,
) -> Result<Identification, Error> {
    if let Found::Known(known) = find(store.reader(), organization, caller).await? {
        return Ok(known);
    }
    let mut tx = store.begin(organization, at).await?;
    // A concurrent request of the same caller may have been faster.
    let (identity, new) = match find(tx.db(), organization, caller).await? {
        Found::Known(known) => return Ok(known),
        Found::New { identity, member } => (identity, member),
    };
    let member = match new {
        NewMember::Nobody => None,
        NewMember::There(member) => Some(member),
        NewMember::ToCreate { email, name } => {
            Some(member::create_in(&mut tx, email, name, caller.role).await?.id)
        }
    };
    let row = match identity {
        Some(there) => {
            let row = Model { member_id: member, ..there };
            row.into_active_model().reset_all().update(tx.db()).await?
        }
        None => {
            let row = Model {
                organization_id: organization,
                id: IdentityId::new(),
                issuer: caller.subject.issuer.clone(),
                subject: caller.subject.subject.clone(),
                name: caller.client.clone(),
                member_id: member,
                created_at: at,
            };
            row.into_active_model().insert(tx.db()).await?
        }
    };
    tx.commit().await?;
    Ok(Identification::Identified(row.id, member))
}

async fn find(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    caller: &Caller,
) -> Result<Found, Error> {
    let identity = Entity::owned_by(organization)
        .filter(Column::Issuer.eq(&caller.subject.issuer))
        .filter(Column::Subject.eq(&caller.subject.subject))
        .one(db)
        .await?;
    if let Some((identity, id)) = identity.as_ref().and_then(|row| Some((row.id, row.member_id?))) {
        let row = member_row::Entity::owned_by(organization).filter(member_row::Column::Id.eq(id));
        let removed = row.one(db).await?.is_some_and(|member| member.removed_at.is_some());
        return Ok(Found::Known(if removed {
            Identification::Removed
        } else {
            Identification::Identified(identity, Some(id))
        }));
    }
    let member = described(db, organization, caller).await?;
    Ok(match (identity, member) {
        (_, Some(Described::Removed)) => Found::Known(Identification::Removed),
        (Some(identity), None) => Found::Known(Identification::Identified(identity.id, None)),
        (identity, None) => Found::New { identity, member: NewMember::Nobody },
        (identity, Some(Described::Member(member))) => Found::New { identity, member },
    })
}

enum Described {
    Member(NewMember),
    Removed,
}

/// The member described by the claims; none if they describe no person.
async fn described(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    caller: &Caller,
) -> Result<Option<Described>, Error> {
    let Person { name, login, verified_email } = &caller.person;
    // Invalid claims are ignored.
    let fits = |name: &Option<String>| check::name("name", name.as_deref()?).ok();
    let email = verified_email.as_deref().and_then(|email| member::email("email", email).ok());
    let Some(email) = email else {
        return Ok(fits(name).map(|name| Described::Member(NewMember::ToCreate { email: None, name })));
    };
    let name = fits(name).or_else(|| fits(login)).unwrap_or_else(|| email.clone());
    let there = member_row::Entity::owned_by(organization).filter(member_row::Column::Email.eq(&email));
    let Some(there) = there.one(db).await? else {
        return Ok(Some(Described::Member(NewMember::ToCreate { email: Some(email), name })));
    };
    let others = Entity::owned_by(organization)
        .filter(Column::MemberId.eq(there.id))
        .filter(Column::Issuer.eq(&caller.subject.issuer));
    if others.one(db).await?.is_some() {
        // The issuer has another subject for the member: the address now belongs to another person.
        return Ok(Some(Described::Member(NewMember::ToCreate { email: None, name })));
    }
    Ok(Some(match there.removed_at {
        Some(_) => Described::Removed,
        None => Described::Member(NewMember::There(there.id)),
    }))
}

/// Links exactly these subjects to a member; returns whether anything changed.
pub(super) async fn link_only(
    tx: &Transaction,
    member: MemberId,
    subjects: &[Subject],
    name: &str,
) -> Result<bool, Error> {
    let organization = tx.organization();
    let before = Entity::owned_by(organization).filter(Column::MemberId.eq(member)).all(tx.db()).await?;
    let mut kept = Vec::with_capacity(subjects.len());
    let mut changed = false;
    for (index, given) in subjects.iter().enumerate() {
        let field = format!("identities.{index}");
        let issuer = check::line(&format!("{field}.issuer"), &given.issuer, ISSUER_LENGTH)?;
        let subject = check::line(&format!("{field}.subject"), &given.subject, SUBJECT_LENGTH)?;
        let there = Entity::owned_by(organization)
            .filter(Column::Issuer.eq(&issuer))
            .filter(Column::Subject.eq(&subject))
            .one(tx.db())
            .await?;
        match there {
            Some(there) if there.member_id == Some(member) => kept.push(there.id),
            Some(Model { member_id: Some(other), .. }) => {
                let reason =
                    format!("already belongs to another member ({}); remove it there first", other.public());
                return Err(Error::conflict(field, reason));
            }
            Some(there) => {
                kept.push(there.id);
                changed = true;
                let row = Model { member_id: Some(member), ..there };
                row.into_active_model().reset_all().update(tx.db()).await?;
            }
            None => {
                let id = IdentityId::new();
                kept.push(id);
                changed = true;
                let row = Model {
                    organization_id: organization,
                    id,
                    issuer,
                    subject,
                    name: name.to_owned(),
                    member_id: Some(member),
                    created_at: tx.at,
                };
                row.into_active_model().insert(tx.db()).await?;
            }
        }
    }
    let dropped: Vec<IdentityId> = before.iter().map(|row| row.id).filter(|id| !kept.contains(id)).collect();
    if dropped.is_empty() {
        return Ok(changed);
    }
    Entity::update_many()
        .col_expr(Column::MemberId, Expr::value(Option::<MemberId>::None))
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Id.is_in(dropped))
        .exec(tx.db())
        .await?;
    Ok(true)
}

/// The identities of these members.
pub(crate) async fn of_members(
    store: &Store,
    organization: OrganizationId,
    members: &[MemberId],
) -> Result<Vec<Model>, Error> {
    let rows = Entity::owned_by(organization)
        .filter(Column::MemberId.is_in(members.iter().copied()))
        .order_by_asc(Column::Id);
    Ok(rows.all(store.reader()).await?)
}
