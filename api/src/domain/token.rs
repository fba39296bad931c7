//! Tokens: creating, checking and revoking them.
//!
//! A token is `ballroom_` and 64 bytes in base64: the organization's ID and its own, which locate the row by its
//! key, and a secret of 32 random bytes, of which only the SHA-256 is stored. A fast hash is sufficient: there
//! is nothing to guess in 256 random bits.

mod holder;
mod list;

use std::collections::HashMap;

use ballroom_entity::{
    api_token::{ActiveModel, Column, Entity, Model, Role, Scope},
    customer as customer_row,
    id::{ApiTokenId, CustomerId, FeatureId, MemberId},
    member as member_row,
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use rand::{TryRng, rngs::SysRng};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, Condition, IntoActiveModel, Iterable, QueryFilter, QueryOrder,
    Set,
};
use serde_json::json;
use uuid::Uuid;

use super::{
    access::{Administer, Publication},
    check, customer, member,
};
use crate::{
    base::{error::Error, reference::PublicId, right::Right},
    store::{Dimensions, Store},
    transaction::Event,
    words,
};

pub(crate) use holder::check_recent;
pub use holder::{Holder, check, operator};
pub(super) use holder::{hash, holder_of};
pub use list::{TokenFilter, TokenSort, Tokens};

const PREFIX: &str = "ballroom_";

/// A token to create.
#[derive(Clone, Debug)]
pub struct NewToken {
    /// Its role.
    pub role: Role,
    /// Its scope.
    pub scope: Scope,
    /// The customer that it acts for, by ID or key; with the role of a customer only.
    pub customer: Option<String>,
    /// The member that it belongs to, by ID or email address; none: a program's token.
    pub member: Option<String>,
    /// Name; also the source of the data that it submits.
    pub name: String,
    /// Expiration time; none: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// The product that a publishable token submits feedback for, by ID or key; required for it.
    pub product: Option<String>,
    /// The features of that product, by ID or key; empty: all, and the product as a whole.
    pub features: Vec<String>,
    /// The origins whose pages may use it; empty: any, and callers that are not web pages. Publishable tokens only.
    pub origins: Vec<String>,
}

impl NewToken {
    /// A token with the full scope of a role.
    pub fn of(role: Role, name: &str) -> Self {
        Self {
            role,
            scope: Scope::Full,
            customer: None,
            member: None,
            name: name.to_owned(),
            expires_at: None,
            product: None,
            features: Vec::new(),
            origins: Vec::new(),
        }
    }
}

/// Creates a token and returns its text, which is not stored.
pub async fn create(
    store: &Store,
    by: Administer,
    new: NewToken,
    at: DateTime<Utc>,
) -> Result<(Model, String), Error> {
    let NewToken { role, scope, customer, member, name, expires_at, product, features, origins } = new;
    can_do_something(role, scope)?;
    let name = check::line("name", &name, 64)?;
    let customer = match (role, customer) {
        (Role::Customer, Some(customer)) => Some(customer::for_token(store, by, &customer).await?.id),
        (Role::Customer, None) => {
            return Err(Error::invalid(
                "customer",
                "is required with the role CUSTOMER; send the ID or key of a customer",
            ));
        }
        (_, Some(_)) => {
            return Err(Error::invalid("customer", "is allowed with the role CUSTOMER only"));
        }
        (_, None) => None,
    };
    in_future("expiresAt", expires_at, at)?;
    let secret = random_secret()?;
    let mut tx = store.begin(by.organization(), at).await?;
    let member = match member {
        None => None,
        Some(_) if role == Role::Customer || scope == Scope::Publishable => {
            let reason = "must be omitted with the role CUSTOMER or the scope PUBLISHABLE";
            return Err(Error::invalid("member", reason));
        }
        Some(reference) => Some(member::active(tx.db(), by.organization(), "member", &reference).await?.id),
    };
    let page = page(&tx.dimensions(), scope, product.as_deref(), &features, &origins)?;
    let namesake = Entity::owned_by(by.organization())
        .filter(Column::Name.eq(&name))
        .filter(Column::RevokedAt.is_null())
        .one(tx.db())
        .await?;
    if let Some(namesake) = namesake {
        let id = namesake.id.public();
        let reason =
            format!("there is already a token \"{name}\" ({id}); revoke it first, or choose another name");
        return Err(Error::conflict("name", reason));
    }
    let list = |texts: Vec<String>| (!texts.is_empty()).then(|| json!(texts));
    let features = page.features.iter().map(|feature| feature.0.to_string()).collect();
    let row = ActiveModel {
        organization_id: Set(by.organization()),
        id: Set(ApiTokenId::new()),
        product_id: Set(page.product),
        feature_ids: Set(list(features)),
        origins: Set(list(page.origins)),
        last_used_at: Set(None),
        name: Set(name),
        role: Set(role),
        scope: Set(scope),
        customer_id: Set(customer),
        member_id: Set(member),
        secret_hash: Set(hash(&secret)),
        created_at: Set(at),
        updated_at: Set(at),
        expires_at: Set(expires_at),
        revoked_at: Set(None),
    };
    let row = row.insert(tx.db()).await?;
    tx.emit(Event::TokenCreated(row.id));
    tx.commit().await?;
    let parts = [by.organization().0.as_bytes().as_slice(), row.id.0.as_bytes(), &secret].concat();
    Ok((row, format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(parts))))
}

/// Refuses an expiration time that has passed.
pub(super) fn in_future(field: &str, end: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Result<(), Error> {
    match end {
        Some(end) if check::is_leap(end) => {
            Err(Error::invalid(field, "is a leap second, which cannot be stored; send second 59"))
        }
        Some(end) if end <= at => Err(Error::invalid(
            field,
            format!("is {}, which has passed; it must be in the future", words::time(end)),
        )),
        _ => Ok(()),
    }
}

/// A random secret.
pub(super) fn random_secret() -> Result<[u8; 32], Error> {
    let mut secret = [0; 32];
    SysRng
        .try_fill_bytes(&mut secret)
        .map_err(|error| Error::internal("cannot get random bytes", error.to_string()))?;
    Ok(secret)
}

/// Refuses a token without any rights.
fn can_do_something(role: Role, scope: Scope) -> Result<(), Error> {
    if Right::ALL.iter().any(|right| right.of_role(role) && right.of_scope(scope)) {
        return Ok(());
    }
    let scopes = Scope::iter()
        .filter(|scope| Right::ALL.iter().any(|right| right.of_role(role) && right.of_scope(*scope)));
    let scopes: Vec<_> = scopes.map(|scope| scope.to_value().to_uppercase()).collect();
    let reason = format!(
        "gives a token with the role {} no rights; choose one of {}",
        role.to_value().to_uppercase(),
        scopes.join(", ")
    );
    Err(Error::invalid("scope", reason))
}

/// The restrictions of a publishable token. Other tokens have none.
fn page(
    dimensions: &Dimensions,
    scope: Scope,
    product: Option<&str>,
    features: &[String],
    origins: &[String],
) -> Result<Publication, Error> {
    if scope != Scope::Publishable {
        let given = [
            ("product", product.is_some()),
            ("features", !features.is_empty()),
            ("origins", !origins.is_empty()),
        ];
        return match given.iter().find(|(_, given)| *given) {
            Some((field, _)) => Err(Error::invalid(*field, "is allowed with the scope PUBLISHABLE only")),
            None => Ok(Publication::default()),
        };
    }
    let Some(product) = product else {
        return Err(Error::invalid(
            "product",
            "is required with the scope PUBLISHABLE; send the ID or key of the product that responses are for",
        ));
    };
    let product = dimensions.product("product", product)?.id;
    let mut ids = Vec::with_capacity(features.len());
    for (index, feature) in features.iter().enumerate() {
        let id = dimensions.feature(product, &format!("features.{index}"), feature)?.id;
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    let origin = |(index, origin): (usize, &String)| origin_of(&format!("origins.{index}"), origin);
    let origins = origins.iter().enumerate().map(origin).collect::<Result<_, _>>()?;
    Ok(Publication { realm: String::new(), product: Some(product), features: ids, origins })
}

/// An origin as browsers send it: scheme, host, and the port unless it is the default.
fn origin_of(field: &str, origin: &str) -> Result<String, Error> {
    let origin = check::line(field, origin, check::NAME_LENGTH)?.to_ascii_lowercase();
    let wrong = || {
        Error::invalid(
            field,
            format!("\"{origin}\" is not an origin; send one such as https://www.example.com"),
        )
    };
    let (scheme, host) = origin.split_once("://").ok_or_else(wrong)?;
    let host = host.strip_suffix('/').unwrap_or(host);
    let fits = |host: &str| {
        !host.is_empty()
            && host.chars().all(|one| one.is_ascii_alphanumeric() || ".-:[]_".contains(one))
            && !host.starts_with([':', '.'])
    };
    if !["http", "https"].contains(&scheme) || !fits(host) {
        return Err(wrong());
    }
    let usual = if scheme == "https" { ":443" } else { ":80" };
    Ok(format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(host)))
}

/// The restrictions of a token, if it is publishable.
pub fn publication(row: &Model) -> Publication {
    let texts = |list: &Option<serde_json::Value>| -> Vec<String> {
        let texts = list.as_ref().and_then(|list| list.as_array()).into_iter().flatten();
        texts.filter_map(|text| text.as_str().map(str::to_owned)).collect()
    };
    let features =
        texts(&row.feature_ids).into_iter().filter_map(|id| Uuid::try_parse(&id).ok()).map(FeatureId);
    Publication {
        realm: row.id.public(),
        product: row.product_id,
        features: features.collect(),
        origins: texts(&row.origins),
    }
}

/// All tokens, the oldest first.
pub async fn all(store: &Store, by: Administer) -> Result<Vec<Model>, Error> {
    Ok(Entity::owned_by(by.organization()).order_by_asc(Column::Id).all(store.reader()).await?)
}

/// The condition that a token is active at a time.
pub(crate) fn is_active(at: DateTime<Utc>) -> Condition {
    let lasts = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(at));
    Condition::all().add(Column::RevokedAt.is_null()).add(lasts)
}

/// The keys of the customers that tokens act for.
pub async fn customers(
    store: &Store,
    by: Administer,
    tokens: &[Model],
) -> Result<HashMap<CustomerId, String>, Error> {
    let named = tokens.iter().filter_map(|token| token.customer_id);
    let rows =
        customer_row::Entity::owned_by(by.organization()).filter(customer_row::Column::Id.is_in(named));
    Ok(rows.all(store.reader()).await?.into_iter().map(|row| (row.id, row.key)).collect())
}

/// The names of the members that tokens belong to.
pub async fn members(
    store: &Store,
    by: Administer,
    tokens: &[Model],
) -> Result<HashMap<MemberId, String>, Error> {
    let named = tokens.iter().filter_map(|token| token.member_id);
    let rows = member_row::Entity::owned_by(by.organization()).filter(member_row::Column::Id.is_in(named));
    Ok(rows.all(store.reader()).await?.into_iter().map(|row| (row.id, row.name)).collect())
}

/// Revokes a token, by its ID, or by its name if only one active token has it.
/// `field` is the name of the argument in the request.
pub async fn revoke(
    store: &Store,
    by: Administer,
    (field, token): (&str, &str),
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = Entity::owned_by(by.organization());
    let name = check::line(field, token, check::NAME_LENGTH)?;
    let mut there = match ApiTokenId::parse(&name) {
        Some(id) => there.filter(Column::Id.eq(id)),
        None => there.filter(Column::Name.eq(&name)).filter(Column::RevokedAt.is_null()),
    }
    .all(tx.db())
    .await?;
    let row = there.pop().ok_or_else(|| Error::not_found(field, "token", token))?;
    if !there.is_empty() {
        return Err(Error::conflict(field, format!("several tokens have the name \"{token}\"; send the ID")));
    }
    if row.revoked_at.is_some() {
        return Ok(row);
    }
    let mut row = row.into_active_model();
    row.revoked_at = Set(Some(at));
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    tx.emit(Event::TokenRevoked(row.id));
    tx.commit().await?;
    store.tokens().invalidate(&row.id);
    Ok(row)
}
