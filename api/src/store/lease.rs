//! A lease: the exclusive right to do a piece of work until another process takes it over.

use std::sync::Arc;

use ballroom_entity::{
    id::OrganizationId,
    job::{Column, Entity},
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, sea_query::Expr};

use super::View;
use crate::base::error::Error;

/// The lease of a job. Leases of a job are numbered in order; only the last one is valid.
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
    /// Ensures that the lease is still valid and that no other process gets one before the transaction ends: it locks the row
    /// of the job. All code that writes under the lease calls it last before the commit.
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

    /// The condition for the row of the job if this is its last lease and it was not released.
    pub(crate) fn row(&self) -> Condition {
        Condition::all()
            .add(Column::OrganizationId.eq(self.organization))
            .add(Column::Name.eq(&*self.job))
            .add(Column::Lease.eq(self.number))
            .add(Column::LeasedUntil.is_not_null())
    }

    /// The error if the lease is no longer valid.
    fn lost(&self) -> Error {
        let reason = format!(
            "lease {} of `{}` has expired, and another process may run the job now; nothing was written",
            self.number, self.job
        );
        Error::conflict("job", reason)
    }
}
