//! Tables whose rows only link an object to others of another noun, such as an article to features.

use ballroom_entity::id::OrganizationId;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    TryGetable, Value,
};

use crate::{base::error::Error, transaction::Transaction};

/// Rows in one statement.
const ROWS: usize = 500;

/// A table of links, by its columns.
pub(super) struct LinkTable<E: EntityTrait> {
    organization: E::Column,
    owner: E::Column,
    linked: E::Column,
}

impl<E: EntityTrait> LinkTable<E> {
    /// The table whose rows link an owner to others.
    pub(super) const fn new(organization: E::Column, owner: E::Column, linked: E::Column) -> Self {
        Self { organization, owner, linked }
    }

    /// The IDs of what an owner is linked to, in their order.
    pub(super) async fn of<I: TryGetable>(
        &self,
        db: &impl ConnectionTrait,
        organization: OrganizationId,
        owner: impl Into<Value>,
    ) -> Result<Vec<I>, Error> {
        let rows = E::find()
            .filter(self.organization.eq(organization))
            .filter(self.owner.eq(owner))
            .select_only()
            .column(self.linked)
            .order_by_asc(self.linked);
        Ok(rows.into_tuple().all(db).await?)
    }

    /// Adds links of an owner, which has none of them.
    pub(super) async fn add<I: Copy + Into<Value>>(
        &self,
        tx: &Transaction,
        owner: impl Copy + Into<Value>,
        linked: &[I],
    ) -> Result<(), Error> {
        for some in linked.chunks(ROWS) {
            let mut rows = Vec::with_capacity(some.len());
            for one in some {
                let mut row = <E::ActiveModel as ActiveModelTrait>::default();
                row.try_set(self.organization, tx.organization().into())?;
                row.try_set(self.owner, owner.into())?;
                row.try_set(self.linked, (*one).into())?;
                rows.push(row);
            }
            E::insert_many(rows).exec_without_returning(tx.db()).await?;
        }
        Ok(())
    }

    /// Replaces the links of an owner.
    pub(super) async fn replace<I: Copy + Into<Value>>(
        &self,
        tx: &Transaction,
        owner: impl Copy + Into<Value>,
        linked: &[I],
    ) -> Result<(), Error> {
        E::delete_many()
            .filter(self.organization.eq(tx.organization()))
            .filter(self.owner.eq(owner))
            .exec(tx.db())
            .await?;
        self.add(tx, owner, linked).await
    }
}
