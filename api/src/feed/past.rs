//! What happened before a listener came and after it was there last: read from the outbox, in the order in which it was
//! told, before the listener goes on with what happens now.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
    sync::Arc,
};

use ballroom_entity::{
    feedback,
    id::{FeedbackId, IncidentId, OrganizationId, ReleaseId},
    outbox, release,
};
use futures::{Stream, stream};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};

use super::{Cursor, Deleted, Incident, Place, Portion, Shared, reader::placed};
use crate::{
    base::{error::Error, reference::PublicId},
    transaction::Event,
};

/// How many transactions a listener may have missed. Whoever was away for longer asks by queries what has changed.
const LONGEST: i64 = 100_000;

/// Events that are read at once; one may name 10,000 things.
const EVENTS: u64 = 16;

/// Things that are loaded at once.
const THINGS: usize = 256;

/// Something that happens to be told of.
pub(super) trait Thing: Sized + Send + Sync {
    /// Its id in events.
    type Id: PublicId + Eq + Hash + Send + Sync;

    /// The things that an event tells of.
    fn told_by(event: &Event) -> &[Self::Id];

    /// Loads the things that are still there.
    fn load(
        shared: &Shared,
        organization: OrganizationId,
        wanted: Vec<(Place, Self::Id)>,
    ) -> impl Future<Output = Result<Portion<Self>, Error>> + Send;
}

impl Thing for feedback::Model {
    type Id = FeedbackId;

    fn told_by(event: &Event) -> &[FeedbackId] {
        event.answers()
    }

    async fn load(
        shared: &Shared,
        organization: OrganizationId,
        wanted: Vec<(Place, FeedbackId)>,
    ) -> Result<Portion<Self>, Error> {
        let things = shared.answers(organization, wanted).await?;
        Ok(Portion { dimensions: shared.store.dimensions(organization).await?, things })
    }
}

impl Thing for Deleted {
    type Id = FeedbackId;

    fn told_by(event: &Event) -> &[FeedbackId] {
        event.deletions()
    }

    async fn load(
        shared: &Shared,
        organization: OrganizationId,
        wanted: Vec<(Place, FeedbackId)>,
    ) -> Result<Portion<Self>, Error> {
        let things = shared.deletions(organization, wanted).await?;
        Ok(Portion { dimensions: shared.store.dimensions(organization).await?, things })
    }
}

impl Thing for Incident {
    type Id = IncidentId;

    fn told_by(event: &Event) -> &[IncidentId] {
        event.incidents()
    }

    async fn load(
        shared: &Shared,
        organization: OrganizationId,
        wanted: Vec<(Place, IncidentId)>,
    ) -> Result<Portion<Self>, Error> {
        let things = shared.incidents(organization, wanted).await?;
        Ok(Portion { dimensions: shared.store.dimensions(organization).await?, things })
    }
}

impl Thing for release::Model {
    type Id = ReleaseId;

    fn told_by(event: &Event) -> &[ReleaseId] {
        event.releases()
    }

    async fn load(
        shared: &Shared,
        organization: OrganizationId,
        wanted: Vec<(Place, ReleaseId)>,
    ) -> Result<Portion<Self>, Error> {
        let dimensions = shared.store.dimensions(organization).await?;
        let release = |(place, id)| Some((place, dimensions.releases.get(&id)?.clone()));
        let things = wanted.into_iter().filter_map(release).collect();
        Ok(Portion { dimensions, things })
    }
}

/// What is left to be told of the past.
pub(super) struct Past<T: Thing> {
    shared: Arc<Shared>,
    organization: OrganizationId,
    /// What was told already.
    told: Place,
    /// How far the outbox has been read.
    read: Cursor,
    /// The last revision of the past.
    until: i64,
    /// The revision that is being read, and what it has told of: a thing is told once a revision.
    of_revision: (i64, HashSet<T::Id>),
    waiting: VecDeque<(Place, T::Id)>,
    is_read: bool,
}

impl<T: Thing> Past<T> {
    /// The past from a place on up to a revision.
    pub(super) fn between(
        shared: Arc<Shared>,
        organization: OrganizationId,
        told: Place,
        (until, pruned): (i64, i64),
    ) -> Result<Self, Error> {
        if told.revision > until {
            let reason =
                "is not a cursor of this feed: it lies ahead of all that has happened; subscribe without it";
            return Err(Error::invalid("after", reason));
        }
        if until - told.revision > LONGEST {
            let reason = format!(
                "is too old: more than {LONGEST} transactions lie between; filter by `updatedAt` for what has changed, and subscribe without it"
            );
            return Err(Error::invalid("after", reason));
        }
        if told < Place::after(pruned) {
            return Err(gone());
        }
        Ok(Self {
            shared,
            organization,
            told,
            // From the beginning of the revision on: what it tells of twice is told once.
            read: Cursor::after(told.revision - 1),
            until,
            of_revision: (i64::MIN, HashSet::new()),
            waiting: VecDeque::new(),
            is_read: false,
        })
    }

    /// What is left, portion by portion.
    pub(super) fn portions(self) -> impl Stream<Item = Result<Arc<Portion<T>>, Error>> {
        stream::try_unfold(self, |mut past| async {
            let portion = past.next().await?;
            Ok(portion.map(|portion| (portion, past)))
        })
    }

    async fn next(&mut self) -> Result<Option<Arc<Portion<T>>>, Error> {
        while self.waiting.len() < THINGS && !self.is_read {
            self.read().await?;
        }
        if self.waiting.is_empty() {
            return Ok(None);
        }
        let wanted = self.waiting.drain(..THINGS.min(self.waiting.len())).collect();
        Ok(Some(Arc::new(T::load(&self.shared, self.organization, wanted).await?)))
    }

    async fn read(&mut self) -> Result<(), Error> {
        use outbox::Column;
        let further = Condition::any().add(Column::Revision.gt(self.read.revision)).add(
            Condition::all().add(Column::Revision.eq(self.read.revision)).add(Column::Id.gt(self.read.event)),
        );
        let events = outbox::Entity::owned_by(self.organization)
            .filter(further)
            .filter(Column::Revision.lte(self.until))
            .order_by_asc(Column::Revision)
            .order_by_asc(Column::Id)
            .limit(EVENTS)
            .all(self.shared.store.reader())
            .await?;
        // Looked at afterwards: what was pruned before is missing among what was read.
        let (_, pruned) = self.shared.store.feed_revisions(self.organization).await?;
        if self.told.max(self.read.place()) < Place::after(pruned) {
            return Err(gone());
        }
        self.is_read = events.len() < EVENTS as usize;
        for row in &events {
            self.read = Cursor { revision: row.revision, event: row.id };
            let Some(event) = Event::read(&row.kind, &row.payload) else { continue };
            if self.of_revision.0 != row.revision {
                self.of_revision = (row.revision, HashSet::new());
            }
            for (place, id) in placed(row, T::told_by(&event)) {
                if self.of_revision.1.insert(id) && place > self.told {
                    self.waiting.push_back((place, id));
                }
            }
        }
        Ok(())
    }
}

/// What a listener is told whose cursor lies before what is kept.
fn gone() -> Error {
    let reason = "is too old: what happened next is no longer kept; filter by `updatedAt` for what has changed, and subscribe \
                  without it";
    Error::invalid("after", reason)
}
