//! The history of jobs, as administrators read it.

use ballroom_entity::job_run::{Column, Entity, Model};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};

use super::Kind;
use crate::{base::error::Error, domain::access::Administer, store::Store};

/// The last runs of a job, or of all jobs, the latest first.
pub async fn runs(store: &Store, by: Administer, kind: Option<Kind>, most: u64) -> Result<Vec<Model>, Error> {
    let mut runs = Entity::owned_by(by.organization()).order_by_desc(Column::Id).limit(most);
    if let Some(kind) = kind {
        runs = runs.filter(Column::Job.eq(kind.name()));
    }
    Ok(runs.all(store.reader()).await?)
}
