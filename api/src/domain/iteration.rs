//! Iterations: the sprints of a product.

mod list;

use ballroom_entity::{
    id::{IterationId, ProductId},
    iteration::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ExprTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Set, sea_query::Expr,
};

pub use list::{IterationFilter, IterationSort, Iterations};

use super::{
    access::{Manage, Report},
    check, lookup, range, schedule,
    sent::{Nulls, Outcome},
};
use crate::{
    base::{error::Error, reference::PublicId, text},
    store::{Store, found_by},
    transaction::Event,
};

/// An iteration to create.
#[derive(Clone, Debug)]
pub struct NewIteration {
    /// The product, by ID or key.
    pub product: String,
    /// Its name.
    pub name: String,
    /// Goal.
    pub goal: Option<String>,
    /// First day.
    pub starts_on: NaiveDate,
    /// The day after the last.
    pub ends_before: NaiveDate,
    /// Fields that were sent as null.
    pub nulls: Nulls,
}

/// Changes of an iteration.
#[derive(Clone, Debug, Default)]
pub struct IterationChanges {
    /// A new name.
    pub name: Option<String>,
    /// A new goal, or none.
    pub goal: Option<Option<String>>,
    /// First day.
    pub starts_on: Option<NaiveDate>,
    /// The day after the last.
    pub ends_before: Option<NaiveDate>,
}

/// The iteration with this ID or name: in this product, or the only one of all products. `field` is the name of the
/// caller's argument.
pub async fn find(
    store: &Store,
    by: Report,
    (field, reference): (&str, &str),
    product: Option<&str>,
) -> Result<Model, Error> {
    let known = match IterationId::parse(reference.trim()) {
        Some(id) => Column::Id.eq(id),
        None => Column::Name.is_in(text::forms(reference)),
    };
    let found = of_product(store, by, known, product).await?;
    lookup::only(found, (field, IterationId::NOUN, reference), "the product")
}

/// The iteration that includes this day: in this product, or the only one of all products.
pub async fn find_on(
    store: &Store,
    by: Report,
    day: NaiveDate,
    product: Option<&str>,
) -> Result<Model, Error> {
    let mut found = of_product(store, by, has_day(day), product).await?;
    match (found.pop(), found.pop()) {
        (Some(one), None) => Ok(one),
        (None, _) => Err(Error::NotFound {
            field: "day".to_owned(),
            noun: "iteration that includes",
            reference: day.to_string(),
            near: Vec::new(),
        }),
        (Some(one), Some(other)) => {
            let remedy = match one.product_id == other.product_id {
                true => "send the name or the ID of one instead",
                false => "send the product too",
            };
            let reason =
                format!("{day} is in several iterations, such as {} and {}; {remedy}", one.name, other.name);
            Err(Error::unfit("day", reason))
        }
    }
}

/// The condition that an iteration includes this day.
fn has_day(day: NaiveDate) -> Expr {
    Column::StartsOn.lte(day).and(Column::EndsBefore.gt(day))
}

/// Up to two iterations that a condition holds for, of this product or of all.
async fn of_product(
    store: &Store,
    by: Report,
    known: Expr,
    product: Option<&str>,
) -> Result<Vec<Model>, Error> {
    let product = match product {
        Some(product) => Some(store.dimensions(by.organization()).await?.product("product", product)?.id),
        None => None,
    };
    Ok(Entity::owned_by(by.organization())
        .filter(known)
        .apply_if(product, |query, product| query.filter(Column::ProductId.eq(product)))
        .order_by_asc(Column::Id)
        .limit(2)
        .all(store.reader())
        .await?)
}

/// The last iteration of a product that is over on a day; none: none is.
pub async fn last_over(
    store: &Store,
    by: Report,
    product: ProductId,
    day: NaiveDate,
) -> Result<Option<Model>, Error> {
    let rows = Entity::owned_by(by.organization())
        .filter(Column::ProductId.eq(product))
        .filter(Column::EndsBefore.lte(day))
        .order_by_desc(Column::EndsBefore)
        .order_by_desc(Column::Id);
    Ok(rows.limit(1).one(store.reader()).await?)
}

/// The iteration before another one: the last of its product that was over when it began.
pub async fn previous(store: &Store, by: Report, iteration: &Model) -> Result<Option<Model>, Error> {
    last_over(store, by, iteration.product_id, iteration.starts_on).await
}

/// Creates an iteration, or updates the one with this name; omitted fields are kept.
pub async fn create(
    store: &Store,
    by: Manage,
    new: NewIteration,
    at: DateTime<Utc>,
) -> Result<(Model, Outcome), Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let product = tx.dimensions().product("product", &new.product)?.id;
    let name = check::name("name", &new.name)?;
    let goal = check::text("goal", new.goal.as_deref())?;
    days(new.starts_on, new.ends_before)?;
    let there = Entity::owned_by(by.organization())
        .filter(Column::ProductId.eq(product))
        .filter(Column::Name.eq(&name))
        .one(tx.db())
        .await?;
    if let Some(there) = there {
        let mut after = there.clone();
        new.nulls.take("goal", &mut after.goal, goal);
        (after.starts_on, after.ends_before) = (new.starts_on, new.ends_before);
        if after == there {
            return Ok((there, Outcome::Unchanged));
        }
        after.updated_at = at;
        after.search = Some(found_by(&after.name, after.goal.as_deref()));
        let after = after.into_active_model().reset_all().update(tx.db()).await?;
        schedule::iterations_changed(&tx, product, at).await?;
        tx.emit(Event::IterationUpdated(after.id));
        tx.commit().await?;
        return Ok((after, Outcome::Updated));
    }
    let row = ActiveModel {
        organization_id: Set(by.organization()),
        id: Set(IterationId::new()),
        product_id: Set(product),
        search: Set(Some(found_by(&name, goal.as_deref()))),
        name: Set(name),
        goal: Set(goal),
        starts_on: Set(new.starts_on),
        ends_before: Set(new.ends_before),
        created_at: Set(at),
        updated_at: Set(at),
    };
    let row = row.insert(tx.db()).await?;
    schedule::iterations_changed(&tx, product, at).await?;
    tx.emit(Event::IterationCreated(row.id));
    tx.commit().await?;
    Ok((row, Outcome::Created))
}

/// Changes an iteration.
pub async fn update(
    store: &Store,
    by: Manage,
    iteration: IterationId,
    changes: IterationChanges,
    at: DateTime<Utc>,
) -> Result<Model, Error> {
    let mut tx = store.begin(by.organization(), at).await?;
    let there = Entity::owned_by(by.organization()).filter(Column::Id.eq(iteration)).one(tx.db()).await?;
    let there = there.ok_or_else(|| Error::not_found("iteration", "iteration", iteration.public()))?;
    days(changes.starts_on.unwrap_or(there.starts_on), changes.ends_before.unwrap_or(there.ends_before))?;
    let product = there.product_id;
    let mut row = there.into_active_model();
    if let Some(name) = changes.name {
        let name = check::name("name", &name)?;
        let taken = Entity::owned_by(by.organization())
            .filter(Column::ProductId.eq(product))
            .filter(Column::Name.eq(&name))
            .filter(Column::Id.ne(iteration));
        if taken.one(tx.db()).await?.is_some() {
            return Err(Error::conflict(
                "name",
                format!("the product already has an iteration \"{name}\"; choose another name"),
            ));
        }
        row.name = Set(name);
    }
    if let Some(goal) = changes.goal {
        row.goal = Set(check::text("goal", goal.as_deref())?);
    }
    if let Some(day) = changes.starts_on {
        row.starts_on = Set(day);
    }
    if let Some(day) = changes.ends_before {
        row.ends_before = Set(day);
    }
    row.updated_at = Set(at);
    row.search = Set(Some(found_by(row.name.as_ref(), row.goal.as_ref().as_deref())));
    let row = row.update(tx.db()).await?;
    schedule::iterations_changed(&tx, product, at).await?;
    tx.emit(Event::IterationUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

fn days(starts_on: NaiveDate, ends_before: NaiveDate) -> Result<(), Error> {
    check::valid_day("period", starts_on)?;
    check::valid_day("period", ends_before)?;
    range::not_empty("period", starts_on, ends_before)
}
