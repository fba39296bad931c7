//! Iterations: the sprints of a product.

use ballroom_entity::{
    id::IterationId,
    iteration::{ActiveModel, Column, Entity, Model},
};
use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveModelTrait, ColumnTrait, IntoActiveModel, QueryFilter, Set};

use super::{
    access::Manage,
    check,
    sent::{Became, Nulls},
};
use crate::{
    base::{error::Error, reference::PublicId},
    store::Store,
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

/// Creates an iteration, or updates the one with this name; omitted fields are kept.
pub async fn create(
    store: &Store,
    by: Manage,
    new: NewIteration,
    at: DateTime<Utc>,
) -> Result<(Model, Became), Error> {
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
            return Ok((there, Became::AlreadyThere));
        }
        after.updated_at = at;
        let after = after.into_active_model().reset_all().update(tx.db()).await?;
        tx.tell(Event::IterationUpdated(after.id));
        tx.commit().await?;
        return Ok((after, Became::Updated));
    }
    let row = ActiveModel {
        organization_id: Set(by.organization()),
        id: Set(IterationId::new()),
        product_id: Set(product),
        name: Set(name),
        goal: Set(goal),
        starts_on: Set(new.starts_on),
        ends_before: Set(new.ends_before),
        created_at: Set(at),
        updated_at: Set(at),
    };
    let row = row.insert(tx.db()).await?;
    tx.tell(Event::IterationCreated(row.id));
    tx.commit().await?;
    Ok((row, Became::Created))
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
    let there = there.ok_or_else(|| Error::not_found("iterationId", "iteration", iteration.public()))?;
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
    let row = row.update(tx.db()).await?;
    tx.tell(Event::IterationUpdated(row.id));
    tx.commit().await?;
    Ok(row)
}

fn days(starts_on: NaiveDate, ends_before: NaiveDate) -> Result<(), Error> {
    check::valid_day("startsOn", starts_on)?;
    check::valid_day("endsBefore", ends_before)?;
    if ends_before <= starts_on {
        return Err(Error::invalid("endsBefore", format!("must be after startsOn ({starts_on})")));
    }
    Ok(())
}
