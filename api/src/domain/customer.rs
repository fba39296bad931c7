//! Customers.

mod list;

use std::collections::{HashMap, HashSet};

pub(crate) use ballroom_entity::customer::Model;
use ballroom_entity::{
    customer::{ActiveModel, Column, Entity},
    id::{CustomerId, OrganizationId, SegmentId},
};
use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Set,
};

pub use list::{CustomerFilter, CustomerSort, Customers};

use super::{
    access::{Administer, Contribute, Read},
    check,
    feedback::RESPONDENT,
    sent::{Nulls, Outcome},
};
use crate::{
    base::{error::Error, reference::PublicId, text},
    store::{Store, found_by, is_any},
    transaction::{Event, Total, Transaction},
};

/// Maximum number of customers that are compared for suggestions.
const MAX_COMPARED: u64 = 500;

/// A customer to create.
#[derive(Clone, Debug, Default)]
pub struct NewCustomer {
    /// The ID or pseudonym that the source systems use.
    pub key: String,
    /// Name, if it may be stored.
    pub name: Option<String>,
    /// The segment, by ID or key.
    pub segment: Option<String>,
    /// Fields that were sent as null.
    pub nulls: Nulls,
}

/// Changes of a customer. Earlier responses keep the segment that they were given in.
#[derive(Clone, Debug, Default)]
pub struct CustomerChanges {
    /// A new name, or none.
    pub name: Option<Option<String>>,
    /// The segment from now on, or none.
    pub segment: Option<Option<String>>,
}

/// The customer with this ID or key. A viewer restricted to one customer finds no other. `field` is the name of the
/// caller's argument.
pub async fn find(store: &Store, by: Read, (field, reference): (&str, &str)) -> Result<Model, Error> {
    let there = Entity::owned_by(by.organization())
        .filter(is(reference))
        .apply_if(by.only(), |query, customer| query.filter(Column::Id.eq(customer)))
        .one(store.reader())
        .await?;
    match there {
        Some(there) => Ok(there),
        // A viewer restricted to one customer learns nothing about others.
        None if by.only().is_some() => Err(Error::not_found(field, "customer", reference)),
        None => Err(unknown(store.reader(), by.organization(), field, reference).await?),
    }
}

/// The customer with this key, for authentication.
pub(crate) async fn by_key(
    store: &Store,
    organization: OrganizationId,
    key: &str,
) -> Result<Option<Model>, Error> {
    Ok(Entity::owned_by(organization).filter(Column::Key.is_in(text::forms(key))).one(store.reader()).await?)
}

/// The customer with this ID or key, for the management of tokens.
pub(super) async fn for_token(store: &Store, by: Administer, reference: &str) -> Result<Model, Error> {
    match Entity::owned_by(by.organization()).filter(is(reference)).one(store.reader()).await? {
        Some(there) => Ok(there),
        None => Err(unknown(store.reader(), by.organization(), "customer", reference).await?),
    }
}

/// Creates a customer, or updates the one with this key; omitted fields are kept.
pub async fn create(
    store: &Store,
    by: Contribute,
    new: NewCustomer,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let key = check::key("key", &new.key)?;
    if key.starts_with(RESPONDENT) {
        let reason = format!(
            "must not begin with \"{RESPONDENT}\", which is reserved for respondents of PUBLISHABLE tokens; choose another key"
        );
        return Err(Error::invalid("key", reason));
    }
    let name = check::optional_line("name", new.name.as_deref(), check::NAME_LENGTH)?;
    let segment = segment_of(&tx, new.segment.as_deref())?;
    let there = Entity::owned_by(by.organization()).filter(Column::Key.eq(&key)).one(tx.db()).await?;
    if let Some(there) = there {
        let mut after = there.clone();
        new.nulls.take("name", &mut after.name, name);
        new.nulls.take("segment", &mut after.segment_id, segment);
        if after == there {
            return Ok((there, Outcome::Unchanged));
        }
        after.updated_at = at;
        after.search = Some(found_by(&after.key, after.name.as_deref()));
        let after = after.into_active_model().reset_all().update(tx.db()).await?;
        tx.emit(Event::CustomerUpdated(after.id));
        tx.commit().await?;
        return Ok((after, Outcome::Updated));
    }
    let row = row(&tx, key, name, segment).insert(tx.db()).await?;
    tx.emit(Event::CustomerCreated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Created))
}

/// Changes a customer.
pub async fn update(
    store: &Store,
    by: Contribute,
    customer: &str,
    changes: CustomerChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = match Entity::owned_by(by.organization()).filter(is(customer)).one(tx.db()).await? {
        Some(there) => there,
        None => return Err(unknown(tx.db(), by.organization(), "customer", customer).await?),
    };
    let key = there.key.clone();
    let mut row = there.into_active_model();
    if let Some(name) = changes.name {
        let name = check::optional_line("name", name.as_deref(), check::NAME_LENGTH)?;
        row.search = Set(Some(found_by(&key, name.as_deref())));
        row.name = Set(name);
    }
    if let Some(segment) = changes.segment {
        row.segment_id = Set(segment_of(&tx, segment.as_deref())?);
    }
    row.updated_at = Set(at);
    let row = row.update(tx.db()).await?;
    tx.emit(Event::CustomerUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

/// A customer that a batch refers to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Referred {
    pub(crate) id: CustomerId,
    pub(crate) segment_id: Option<SegmentId>,
}

/// The customers that a batch refers to, by reference; two statements whatever their number.
pub(crate) async fn known(
    tx: &Transaction,
    references: impl IntoIterator<Item = &str>,
) -> Result<HashMap<String, Referred>, Error> {
    let distinct: HashSet<&str> = references.into_iter().collect();
    let references: Vec<(&str, Vec<String>)> =
        distinct.into_iter().map(|reference| (reference, text::forms(reference))).collect();
    let mut known = HashMap::new();
    for some in references.chunks(1_000) {
        let ids = some.iter().filter_map(|(reference, _)| CustomerId::parse(reference.trim()));
        let ids: Vec<CustomerId> = ids.collect();
        let keys = some.iter().flat_map(|(_, forms)| forms.iter().map(String::as_str));
        let some_by_id = !ids.is_empty();
        let by_id = some_by_id.then(|| is_any(tx.db(), Column::Id, ids));
        let is_one = Condition::any().add(is_any(tx.db(), Column::Key, keys)).add_option(by_id);
        let rows = Entity::owned_by(tx.organization())
            .filter(is_one)
            .select_only()
            .columns([Column::Id, Column::Key, Column::SegmentId])
            .into_tuple::<(CustomerId, String, Option<SegmentId>)>();
        for (id, key, segment_id) in rows.all(tx.db()).await? {
            if some_by_id {
                known.insert(id.public(), Referred { id, segment_id });
            }
            known.insert(key, Referred { id, segment_id });
        }
    }
    for (reference, forms) in references {
        if !known.contains_key(reference)
            && let Some(one) =
                forms.iter().map(String::as_str).chain([reference.trim()]).find_map(|form| known.get(form))
        {
            known.insert(reference.to_owned(), *one);
        }
    }
    Ok(known)
}

/// The customers with these IDs or keys, each once.
pub(crate) async fn named(tx: &Transaction, references: &[String]) -> Result<Vec<CustomerId>, Error> {
    if references.is_empty() {
        return Ok(Vec::new());
    }
    named_in(&known(tx, references.iter().map(String::as_str)).await?, references)
}

/// The same among those that are known.
pub(crate) fn named_in(
    known: &HashMap<String, Referred>,
    references: &[String],
) -> Result<Vec<CustomerId>, Error> {
    let mut seen = HashSet::with_capacity(references.len());
    let mut customers = Vec::with_capacity(references.len());
    for (index, reference) in references.iter().enumerate() {
        let found = known.get(reference);
        let found = found
            .ok_or_else(|| Error::not_found(format!("customers.{index}"), "customer", reference.as_str()))?;
        if seen.insert(found.id) {
            customers.push(found.id);
        }
    }
    Ok(customers)
}

/// The keys of all customers that have a name.
pub(crate) async fn keys(tx: &Transaction) -> Result<Vec<String>, Error> {
    let keys = Entity::owned_by(tx.organization()).select_only().column(Column::Key);
    let mut keys: Vec<String> = keys.into_tuple().all(tx.db()).await?;
    keys.retain(|key| !key.starts_with(RESPONDENT));
    Ok(keys)
}

/// Creates the customers that a batch refers to for the first time, with their segments.
pub(super) async fn create_many(
    tx: &mut Transaction,
    new: Vec<(String, Option<SegmentId>)>,
) -> Result<Vec<Model>, Error> {
    let mut made = Vec::with_capacity(new.len());
    for (key, segment) in new {
        let key = check::key("customer", &key)?;
        made.push(Model {
            organization_id: tx.organization(),
            id: CustomerId::new(),
            search: Some(found_by(&key, None)),
            key,
            name: None,
            segment_id: segment,
            created_at: tx.at,
            updated_at: tx.at,
        });
    }
    for some in made.chunks(500) {
        let rows = some.iter().cloned().map(IntoActiveModel::into_active_model);
        Entity::insert_many(rows).exec_without_returning(tx.db()).await?;
    }
    if !made.is_empty() {
        tx.emit(Event::CustomerSeen(Total(made.len() as u64)));
    }
    Ok(made)
}

fn row(tx: &Transaction, key: String, name: Option<String>, segment: Option<SegmentId>) -> ActiveModel {
    ActiveModel {
        organization_id: Set(tx.organization()),
        id: Set(CustomerId::new()),
        search: Set(Some(found_by(&key, name.as_deref()))),
        key: Set(key),
        name: Set(name),
        segment_id: Set(segment),
        created_at: Set(tx.at),
        updated_at: Set(tx.at),
    }
}

fn segment_of(tx: &Transaction, reference: Option<&str>) -> Result<Option<SegmentId>, Error> {
    let dimensions = tx.dimensions();
    reference.map(|reference| Ok(dimensions.segment("segment", reference)?.id)).transpose()
}

fn is(reference: &str) -> Condition {
    Condition::any()
        .add(Column::Key.is_in(text::forms(reference)))
        .add_option(CustomerId::parse(reference.trim()).map(|id| Column::Id.eq(id)))
}

/// The error for an unknown customer, with suggestions of similar keys.
async fn unknown(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    field: &str,
    reference: &str,
) -> Result<Error, Error> {
    let alike = with_same_initial(db, organization, reference).await?;
    Ok(Error::not_found(field, "customer", reference).or_near(alike.iter().map(|row| row.key.as_str())))
}

/// The customers whose keys are similar to that of a created one: possible duplicates.
pub async fn alike(store: &Store, by: Contribute, made: &Model) -> Result<Vec<Model>, Error> {
    let others = with_same_initial(store.reader(), by.organization(), &made.key).await?;
    Ok(Outcome::Created.alike(&made.key, others.iter(), |row| &row.key))
}

/// Customers, up to a limit, whose keys begin with the same letter in either case.
async fn with_same_initial(
    db: &impl ConnectionTrait,
    organization: OrganizationId,
    reference: &str,
) -> Result<Vec<Model>, Error> {
    let key = text::key(reference);
    let first = key.chars().next().filter(|first| first.is_ascii_alphanumeric() && !key.contains('\0'));
    let Some(first) = first else { return Ok(Vec::new()) };
    // Those written the same but for case are found however many begin alike.
    let (lower, upper) = (key.to_lowercase(), key.to_uppercase());
    let title = format!("{}{}", first.to_ascii_uppercase(), lower.get(1..).unwrap_or_default());
    let same =
        Entity::owned_by(organization).filter(Column::Key.is_in([lower, upper, title])).all(db).await?;
    let begins = [first.to_ascii_lowercase(), first.to_ascii_uppercase()];
    let begins =
        begins.iter().fold(Condition::any(), |any, first| any.add(Column::Key.like(format!("{first}%"))));
    let some = Entity::owned_by(organization)
        .filter(begins)
        .order_by_asc(Column::Key)
        .limit(MAX_COMPARED)
        .all(db)
        .await?;
    let known: HashSet<CustomerId> = same.iter().map(|row| row.id).collect();
    let all = same.into_iter().chain(some.into_iter().filter(|row| !known.contains(&row.id)));
    Ok(all.filter(|row| !row.key.starts_with(RESPONDENT)).collect())
}
