//! The history of jobs, as administrators read it.

use ballroom_entity::{
    id::OrganizationId,
    job_run::{Column, Entity, JobOutcome, Model},
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use super::Kind;
use crate::{
    base::error::Error,
    domain::{
        access::{Administer, Viewer},
        page::{Direction, List, Order, sorts},
        range::{self, Range},
    },
    store::Store,
};

/// The last runs of a job, or of all jobs, the latest first.
pub async fn runs(store: &Store, by: Administer, kind: Option<Kind>, most: u64) -> Result<Vec<Model>, Error> {
    let mut runs = Entity::owned_by(by.organization()).order_by_desc(Column::Id).limit(most);
    if let Some(kind) = kind {
        runs = runs.filter(Column::Job.eq(kind.name()));
    }
    Ok(runs.all(store.reader()).await?)
}

/// The runs of a job that match a filter.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct JobRuns {
    /// The name of the job.
    pub job: String,
    /// The filter.
    pub filter: JobRunFilter,
    /// The order.
    pub order: Order<JobRunSort>,
}

/// Conditions on runs of a job; all that are given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct JobRunFilter {
    /// Outcomes, one of which the run has.
    pub outcomes: Option<Vec<JobOutcome>>,
    /// Start time.
    pub started_at: Option<Range<DateTime<Utc>>>,
}

sorts! {
    /// Sort fields of runs of a job. IDs are in the order of creation.
    JobRunSort: StartedAt Descending {
        StartedAt = Id,
    }
}

impl List for JobRuns {
    type Entity = Entity;

    fn may(&self, viewer: &Viewer) -> Result<(), Error> {
        match Kind::named(&self.job) {
            Some(Kind::Schedule(_)) => viewer.manages().map(drop),
            _ => viewer.administers().map(drop),
        }
    }

    fn check(&self) -> Result<(), Error> {
        range::check("filter.startedAt", self.filter.started_at)
    }

    fn rows(&self, organization: OrganizationId) -> Select<Entity> {
        let JobRunFilter { outcomes, started_at } = &self.filter;
        Entity::owned_by(organization)
            .filter(Column::Job.eq(&self.job))
            .apply_if(outcomes.as_ref(), |query, outcomes| {
                query.filter(Column::Outcome.is_in(outcomes.iter().copied()))
            })
            .apply_if(*started_at, |query, range| query.filter(range.holds(Column::StartedAt)))
    }

    fn order(&self) -> (Column, Direction) {
        self.order.column()
    }
}
