//! A lease: the right to do a piece of work, as long as it has not passed to somebody else.

use std::sync::Arc;

use ballroom_entity::{
    id::OrganizationId,
    job::{Column, Entity},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};

use super::View;
use crate::base::error::Error;

/// The lease of a job. Leases of a job are numbered in the order in which they are given; only the last one holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The organization of the job.
    pub organization: OrganizationId,
    /// The name of the job.
    pub job: Arc<str>,
    /// The number of the lease.
    pub number: i64,
}

impl Lease {
    /// Makes sure that the lease still holds, and that nobody else gets one before the transaction ends: it locks the row
    /// of the job. To be called by whatever writes under the lease, last before the commit.
    pub async fn hold(&self, tx: &View) -> Result<(), Error> {
        let held = Entity::update_many()
            .col_expr(Column::Lease, Expr::val(self.number))
            .filter(self.row())
            .exec(tx)
            .await?;
        match held.rows_affected {
            0 => Err(self.lost()),
            _ => Ok(()),
        }
    }

    /// The row of the job, if this is its last lease and it has not been given back.
    pub(crate) fn row(&self) -> Condition {
        Condition::all()
            .add(Column::OrganizationId.eq(self.organization))
            .add(Column::Name.eq(&*self.job))
            .add(Column::Lease.eq(self.number))
            .add(Column::LeasedUntil.is_not_null())
    }

    /// What whoever holds it no more is told.
    fn lost(&self) -> Error {
        let reason = format!(
            "lease {} of `{}` has ended, and another process may run it now; nothing was written",
            self.number, self.job
        );
        Error::conflict("job", reason)
    }
}
