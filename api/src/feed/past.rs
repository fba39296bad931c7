//! Missed events of a subscriber: read from the outbox, in the order in which they were
//! sent, before the subscriber continues with current events.

use std::{
    collections::{HashSet, VecDeque},
    hash::Hash,
    sync::Arc,
};

use ballroom_entity::{
    announcement, feedback,
    id::{AnnouncementId, FeedbackId, IncidentId, KnownErrorId, NotificationId, OrganizationId, ReleaseId},
    known_error, notification, outbox, release,
};
use futures::{Stream, stream};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};

use super::{Cursor, Deleted, Incident, Place, Portion, Shared, reader::placed};
use crate::{
    base::{error::Error, reference::PublicId},
    transaction::Event,
};

/// Maximum number of transactions that a subscriber may have missed. After more, it must query the changes.
const MAX_MISSED: i64 = 100_000;

/// Number of events that are read at once; one may list 10,000 objects.
const EVENTS: u64 = 16;

/// Number of objects that are loaded at once.
const THINGS: usize = 256;

/// A type of object in the feed.
pub(super) trait Thing: Sized + Send + Sync {
    /// The type of its ID.
    type Id: PublicId + Eq + Hash + Send + Sync;

    /// The objects of an event.
    fn of_event(event: &Event) -> &[Self::Id];

    /// Loads the objects that still exist.
    fn load(
        shared: &Shared,
        organization: OrganizationId,
        wanted: Vec<(Place, Self::Id)>,
    ) -> impl Future<Output = Result<Portion<Self>, Error>> + Send;
}

impl Thing for Deleted {
    type Id = FeedbackId;

    fn of_event(event: &Event) -> &[FeedbackId] {
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

    fn of_event(event: &Event) -> &[IncidentId] {
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

    fn of_event(event: &Event) -> &[ReleaseId] {
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

/// Things whose rows are read as they are.
macro_rules! rows {
    ($($table:ident by $id:ident of $of_event:ident),* $(,)?) => {$(
        impl Thing for $table::Model {
            type Id = $id;

            fn of_event(event: &Event) -> &[$id] {
                event.$of_event()
            }

            async fn load(
                shared: &Shared,
                organization: OrganizationId,
                wanted: Vec<(Place, $id)>,
            ) -> Result<Portion<Self>, Error> {
                let things = shared.rows(organization, wanted).await?;
                Ok(Portion { dimensions: shared.store.dimensions(organization).await?, things })
            }
        }
    )*};
}

rows! {
    feedback by FeedbackId of answers,
    announcement by AnnouncementId of announcements,
    known_error by KnownErrorId of known_errors,
    notification by NotificationId of notifications,
}

/// The remaining missed events.
pub(super) struct Past<T: Thing> {
    shared: Arc<Shared>,
    organization: OrganizationId,
    /// The last place that was sent.
    told: Place,
    /// The position in the outbox.
    read: Cursor,
    /// The last missed revision.
    until: i64,
    /// The revision that is being read, and its objects so far: an object is sent once per revision.
    of_revision: (i64, HashSet<T::Id>),
    waiting: VecDeque<(Place, T::Id)>,
    is_read: bool,
}

impl<T: Thing> Past<T> {
    /// The missed events from a place up to a revision.
    pub(super) fn between(
        shared: Arc<Shared>,
        organization: OrganizationId,
        told: Place,
        (until, pruned): (i64, i64),
    ) -> Result<Self, Error> {
        if told.revision > until {
            let reason = "is not a cursor of this feed: it is ahead of the last event; subscribe without it";
            return Err(Error::invalid("after", reason));
        }
        if until - told.revision > MAX_MISSED {
            let reason = format!(
                "is too old: more than {MAX_MISSED} transactions were missed; query the changes with a filter by `updatedAt`, and subscribe without it"
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
            // From the beginning of the revision: an object that occurs twice is sent once.
            read: Cursor::after(told.revision - 1),
            until,
            of_revision: (i64::MIN, HashSet::new()),
            waiting: VecDeque::new(),
            is_read: false,
        })
    }

    /// The remaining events, portion by portion.
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
        // Checked afterwards: events pruned before are missing among those read.
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
            for (place, id) in placed(row, T::of_event(&event)) {
                if self.of_revision.1.insert(id) && place > self.told {
                    self.waiting.push_back((place, id));
                }
            }
        }
        Ok(())
    }
}

/// The error for a cursor before the stored events.
fn gone() -> Error {
    let reason = "is too old: the events after it are no longer stored; query the changes with a filter by `updatedAt`, and subscribe without it";
    Error::invalid("after", reason)
}
