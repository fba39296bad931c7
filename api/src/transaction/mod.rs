//! A writing transaction of one organization: rows, daily counts and events are stored together or not at all.

mod event;

use std::{collections::BTreeSet, sync::Arc};

use ballroom_entity::{
    id::{EventId, OrganizationId},
    job, outbox, release, release_interval,
};
use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Value, sea_query::Expr};
use uuid::Uuid;

pub use event::{ATTRIBUTE_INCIDENTS, Event, FOLLOW_UP, Total};

use crate::{
    base::{actor::Actor, error::Error, reference::PublicId},
    counts::Changes,
    store::{Bulk, Dimensions, Store, Together, View, Writing, inserted},
};

/// An open transaction. Dropped without [`commit`](Self::commit), it is rolled back.
pub struct Transaction {
    writing: Writing,
    store: Store,
    /// The dimensions as this transaction sees them.
    dimensions: Arc<Dimensions>,
    dimensions_changed: bool,
    /// The time of the change.
    pub at: DateTime<Utc>,
    /// The actor; none: not recorded.
    actor: Option<Actor>,
    /// Changes of the daily counts; written at the commit.
    pub counts: Changes,
    /// Whether the daily counts were removed, and are to be replaced.
    counts_anew: bool,
    events: Vec<Event>,
    /// Rows that are sent with others.
    together: Together,
}

impl Store {
    /// Begins a transaction and takes the organization's next revision.
    ///
    /// Taking the revision locks the organization's row, so that the writers of one organization are
    /// serialized. What they read (which response of a voice counts, which external IDs exist) then still holds
    /// when they write, and the counts stay exact, with any number of server processes. Group commit spreads
    /// the cost: many responses share one transaction.
    pub async fn begin(&self, organization: OrganizationId, at: DateTime<Utc>) -> Result<Transaction, Error> {
        let writing = self.write(organization).await?;
        Ok(Transaction {
            store: self.clone(),
            dimensions: writing.dimensions.clone(),
            writing,
            dimensions_changed: false,
            at,
            actor: None,
            counts: Changes::default(),
            counts_anew: false,
            events: Vec::new(),
            together: Together::default(),
        })
    }
}

impl Transaction {
    /// The connection, for the statements of the domain.
    pub fn db(&self) -> &View {
        &self.writing.tx
    }

    /// The same transaction with an actor, who is recorded with the changes.
    pub fn done_by(mut self, actor: Option<Actor>) -> Self {
        self.actor = actor;
        self
    }

    /// The stored form of the actor; none: not recorded.
    pub(crate) fn actor(&self) -> Option<String> {
        self.actor.map(Actor::stored)
    }

    /// The organization.
    pub fn organization(&self) -> OrganizationId {
        self.writing.organization
    }

    /// The products, features, releases, segments and scales as this transaction sees them.
    pub fn dimensions(&self) -> Arc<Dimensions> {
        self.dimensions.clone()
    }

    /// To be called after a row of a dimension was written: reloads the dimensions, here and in all other readers.
    pub async fn dimensions_changed(&mut self) -> Result<(), Error> {
        self.dimensions_changed = true;
        self.dimensions = Arc::new(
            Dimensions::load(&self.writing.tx, self.writing.organization, self.writing.revision).await?,
        );
        Ok(())
    }

    /// To be called after a release was written if more follow: reloading all of them after each would take time
    /// proportional to the square of their number. [`dimensions_changed`](Self::dimensions_changed) completes it.
    pub(crate) fn release_written(&mut self, release: &release::Model) {
        Arc::make_mut(&mut self.dimensions).put(release.clone());
    }

    /// The same after a time that customers had a release was written.
    pub(crate) fn release_interval_written(&mut self, time: release_interval::Model) {
        Arc::make_mut(&mut self.dimensions).put_earlier(time);
    }

    /// Replaces the daily counts; the caller has removed the old ones.
    pub(crate) fn replace_counts(&mut self, counts: Changes) {
        self.counts = counts;
        self.counts_anew = true;
    }

    /// Inserts rows, at the latest at the commit. Before anything reads them here, [send](Self::send_rows) them.
    pub(crate) async fn insert(&mut self, table: &Bulk, rows: Vec<Vec<Value>>) -> Result<(), Error> {
        Ok(self.together.insert(&self.writing.tx, table, rows).await?)
    }

    /// Sends the rows that wait for others.
    pub(crate) async fn send_rows(&mut self) -> Result<(), Error> {
        Ok(self.together.send(&self.writing.tx).await?)
    }

    /// Adds an event, which subscribers get once the transaction is committed.
    pub fn emit(&mut self, event: Event) {
        self.events.push(event);
    }

    /// Writes the daily counts and the events, and commits. When this returns, everything is on disk.
    pub async fn commit(mut self) -> Result<(), Error> {
        self.give_codes().await?;
        let counts = std::mem::take(&mut self.counts);
        let Writing { organization, revision, .. } = self.writing;
        let when = (organization, revision, self.at);
        let codes = &self.dimensions.codes;
        counts.write(&self.writing.tx, &mut self.together, when, codes, self.counts_anew).await?;
        self.make_jobs_due().await?;
        self.write_events().await?;
        self.send_rows().await?;
        self.store.commit(self.writing, self.dimensions, self.dimensions_changed).await
    }

    /// Gives codes to objects that were made, or that are counted for the first time.
    async fn give_codes(&mut self) -> Result<(), Error> {
        let counted = self.counts.feedback.keys().flat_map(|key| key.objects());
        let mut new: Vec<Uuid> = counted.filter(|id| self.dimensions.codes.code(*id).is_none()).collect();
        if self.dimensions_changed || !new.is_empty() {
            new.extend(self.dimensions.countable());
            let dimensions = Arc::make_mut(&mut self.dimensions);
            let codes = dimensions.give_codes(new);
            if !codes.is_empty() {
                // Other processes read them with the dimensions.
                dimensions.revision = self.writing.revision;
                self.dimensions_changed = true;
                let (table, rows) = inserted(&codes);
                self.insert(&table, rows).await?;
            }
        }
        Ok(())
    }

    /// Brings the jobs forward that events make due: with the events, or not at all.
    async fn make_jobs_due(&self) -> Result<(), Error> {
        let jobs: BTreeSet<&str> = self.events.iter().flat_map(Event::makes_due).copied().collect();
        if jobs.is_empty() {
            return Ok(());
        }
        job::Entity::update_many()
            .col_expr(job::Column::DueAt, Expr::val(self.at))
            .filter(job::Column::OrganizationId.eq(self.organization()))
            .filter(job::Column::Name.is_in(jobs))
            .filter(job::Column::DueAt.gt(self.at))
            .exec(self.db())
            .await?;
        Ok(())
    }

    async fn write_events(&mut self) -> Result<(), Error> {
        let rows = std::mem::take(&mut self.events)
            .into_iter()
            .map(|event| {
                vec![
                    Value::Uuid(Some(self.writing.organization.0)),
                    Value::Uuid(Some(EventId::new().0)),
                    Value::String(Some(event.kind().to_owned())),
                    Value::Json(Some(Box::new(event.payload()))),
                    Value::ChronoDateTimeUtc(Some(self.at)),
                    Value::BigInt(Some(self.writing.revision)),
                ]
            })
            .collect();
        use outbox::Column::{CreatedAt, Id, Kind, OrganizationId, Payload, Revision};
        let columns = [OrganizationId, Id, Kind, Payload, CreatedAt, Revision];
        let outbox = Bulk::into::<outbox::Entity>("", columns);
        Ok(self.together.insert(&self.writing.tx, &outbox, rows).await?)
    }
}
