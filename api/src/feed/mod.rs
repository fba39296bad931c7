//! The feed: events for subscribers, from all server processes.
//!
//! One task per process reads the outbox while there are subscribers: at once when a transaction of this
//! process has been committed, and every half second for those of other processes. It loads the objects of the events
//! once and passes them to all subscribers.
//!
//! Nothing is lost or sent twice, although event IDs are only nearly in the order of commits (clocks
//! differ, and a transaction that began earlier may end later): the feed follows revisions instead. Writers of one
//! organization are serialized by the lock on its row, which each takes to increment the revision. So a reader that
//! finds revision 7 there sees every event up to revision 7, and misses none by continuing from 7.
//!
//! A subscriber that falls behind is disconnected ([`StreamEnd::Behind`]): the buffer for all of them is bounded.

mod alerts;
mod monitor;
mod past;
mod place;
mod reader;
mod scope;
mod verdicts;

use std::{any::Any, collections::HashMap, sync::Arc};

use ballroom_entity::{
    announcement, attribution, deleted_feedback, feedback,
    id::{EventId, FeatureId, OrganizationId, ProductId},
    incident, known_error, notification, release,
};
use futures::{StreamExt, TryStreamExt, stream::BoxStream};
use tokio::sync::{Mutex, broadcast, watch};
use uuid::Uuid;

pub use alerts::AlertBegun;
pub use place::Place;
pub use scope::Scope;
pub use verdicts::VerdictChanged;

use crate::{
    base::error::Error,
    domain::access::{Profile, Read, Report},
    score::Scores,
    store::{Dimensions, Store},
};
use monitor::{Computed, Monitor};
use past::{Past, Thing};

/// Number of portions buffered for the slowest subscriber. A portion holds what was read at once, at most
/// `PORTION_SIZE` objects; at the reader's fastest pace this is ten seconds.
const BUFFERED_PORTIONS: usize = 512;

/// Events for subscribers.
#[derive(Clone)]
pub struct Feed {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    scores: Scores,
    channels: Mutex<HashMap<OrganizationId, Channel>>,
    /// Whether there are any channels; the reader sleeps while there are none.
    listening: watch::Sender<bool>,
}

/// State shared by the subscribers of an organization.
struct Channel {
    cursor: Cursor,
    feedback: Topic<Received>,
    deletions: Topic<Deleted>,
    incidents: Topic<Incident>,
    releases: Topic<release::Model>,
    announcements: Topic<announcement::Model>,
    known_errors: Topic<known_error::Model>,
    notifications: Topic<notification::Model>,
    verdicts: Option<Arc<Monitor<VerdictChanged>>>,
    alerts: Option<Arc<Monitor<AlertBegun>>>,
}

type Topic<T> = broadcast::Sender<Arc<Portion<T>>>;

/// The position in the outbox.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    revision: i64,
    event: EventId,
}

impl Cursor {
    /// After every event of a revision.
    fn after(revision: i64) -> Self {
        Self { revision, event: EventId(Uuid::max()) }
    }

    /// Behind everything that has been read.
    fn place(self) -> Place {
        Place { revision: self.revision, event: self.event, number: u32::MAX }
    }
}

/// Objects of events that were read together.
pub struct Portion<T> {
    /// The organization's dimensions, no older than any of the objects.
    pub dimensions: Arc<Dimensions>,
    things: Vec<(Place, T)>,
}

/// A response that was submitted.
pub type Received = feedback::Model;

/// A deleted response.
pub type Deleted = deleted_feedback::Model;

/// A changed incident with its links.
pub struct Incident {
    /// The incident.
    pub row: incident::Model,
    /// The affected features.
    pub features: Vec<FeatureId>,
    /// Its attributions, in order.
    pub attributions: Vec<attribution::Model>,
}

/// The reason why a subscription ends.
#[derive(Debug)]
pub enum StreamEnd {
    /// It was too slow: the events are no longer buffered.
    Behind,
    /// The missed events could not be read.
    Failed(Error),
}

/// The stream of one subscriber.
pub struct EventReceiver<T> {
    /// Events up to this place were received before, or are not wanted.
    since: Place,
    /// Earlier events, if wanted.
    past: Option<BoxStream<'static, Result<Arc<Portion<T>>, Error>>>,
    /// Where the past ends.
    came: Place,
    receiver: broadcast::Receiver<Arc<Portion<T>>>,
    /// Dropped after the receiver; then the remaining subscribers are checked.
    _interest: Option<Box<dyn Any + Send + Sync>>,
}

impl<T> EventReceiver<T> {
    /// Waits for the next events.
    pub async fn next(&mut self) -> Result<Arc<Portion<T>>, StreamEnd> {
        if let Some(past) = &mut self.past {
            if let Some(portion) = past.try_next().await.map_err(StreamEnd::Failed)? {
                return Ok(portion);
            }
            self.past = None;
            self.since = self.came;
        }
        // The sender is dropped only with the feed, and then there are no more events.
        match self.receiver.recv().await {
            Ok(portion) => Ok(portion),
            Err(broadcast::error::RecvError::Lagged(_)) => Err(StreamEnd::Behind),
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }

    /// The objects of a portion since the start of the subscription.
    pub fn of<'a>(&self, portion: &'a Portion<T>) -> impl Iterator<Item = (Place, &'a T)> + use<'a, T> {
        let since = self.since;
        portion.things.iter().filter(move |(place, _)| *place > since).map(|(place, thing)| (*place, thing))
    }
}

impl Feed {
    /// Starts a feed of the changes in this database. Its reader ends when the last handle is dropped. Must be called
    /// within a tokio runtime.
    pub fn start(store: Store, scores: Scores) -> Self {
        let (listening, anybody) = watch::channel(false);
        let commits = store.commits();
        let shared = Arc::new(Shared { store, scores, channels: Mutex::default(), listening });
        tokio::spawn(reader::run(Arc::downgrade(&shared), anybody, commits));
        Self { shared }
    }

    /// Responses submitted from now on, or after a place.
    pub async fn feedback(&self, by: Read, after: Option<Place>) -> Result<EventReceiver<Received>, Error> {
        self.listen(by.organization(), after, |channel| channel.feedback.subscribe()).await
    }

    /// Responses deleted from now on, or after a place.
    pub async fn deletions(&self, by: Read, after: Option<Place>) -> Result<EventReceiver<Deleted>, Error> {
        self.listen(by.organization(), after, |channel| channel.deletions.subscribe()).await
    }

    /// Incidents changed from now on, or after a place.
    pub async fn incidents(&self, by: Read, after: Option<Place>) -> Result<EventReceiver<Incident>, Error> {
        self.listen(by.organization(), after, |channel| channel.incidents.subscribe()).await
    }

    /// Releases changed from now on, or after a place.
    pub async fn releases(
        &self,
        by: Report,
        after: Option<Place>,
    ) -> Result<EventReceiver<release::Model>, Error> {
        self.listen(by.organization(), after, |channel| channel.releases.subscribe()).await
    }

    /// Announcements changed from now on, or after a place.
    pub async fn announcements(
        &self,
        by: Report,
        after: Option<Place>,
    ) -> Result<EventReceiver<announcement::Model>, Error> {
        self.listen(by.organization(), after, |channel| channel.announcements.subscribe()).await
    }

    /// Known errors changed from now on, or after a place.
    pub async fn known_errors(
        &self,
        by: Report,
        after: Option<Place>,
    ) -> Result<EventReceiver<known_error::Model>, Error> {
        self.listen(by.organization(), after, |channel| channel.known_errors.subscribe()).await
    }

    /// Notifications of all members from now on, or after a place: the caller shows each member its own.
    pub async fn notifications(
        &self,
        by: Profile,
        after: Option<Place>,
    ) -> Result<EventReceiver<notification::Model>, Error> {
        self.listen(by.organization(), after, |channel| channel.notifications.subscribe()).await
    }

    /// Verdicts changed from now on, of one product or of all.
    pub async fn verdicts(
        &self,
        by: Report,
        product: Option<ProductId>,
    ) -> Result<EventReceiver<VerdictChanged>, Error> {
        self.watch(by, product).await
    }

    /// Alerts that begin from now on, of one product or of all.
    pub async fn alerts(
        &self,
        by: Report,
        product: Option<ProductId>,
    ) -> Result<EventReceiver<AlertBegun>, Error> {
        self.watch(by, product).await
    }

    async fn watch<C: Computed>(
        &self,
        by: Report,
        product: Option<ProductId>,
    ) -> Result<EventReceiver<C>, Error> {
        let (watched, heard) = {
            let mut channels = self.shared.channels.lock().await;
            let channel = self.channel(&mut channels, by.organization()).await?;
            let watched = C::of(channel).get_or_insert_with(|| Monitor::watch(&self.shared, by)).clone();
            let receiver = watched.subscribe();
            let registrations = Some(watched.register(product));
            // These are differences from the state found below: all of them are new.
            let (since, came) = (Place::FIRST, Place::FIRST);
            (watched, EventReceiver { since, past: None, came, receiver, _interest: registrations })
        };
        watched.initialize(&self.shared).await?;
        Ok(heard)
    }

    async fn listen<T: Thing + 'static>(
        &self,
        organization: OrganizationId,
        after: Option<Place>,
        subscribe: impl Fn(&Channel) -> broadcast::Receiver<Arc<Portion<T>>>,
    ) -> Result<EventReceiver<T>, Error> {
        let mut channels = self.shared.channels.lock().await;
        let channel = self.channel(&mut channels, organization).await?;
        let receiver = subscribe(channel);
        // Read after the receiver was created, and while the reader, which needs the lock, sends nothing: what is
        // committed from here on has a higher revision and will be sent.
        let revisions = self.shared.store.feed_revisions(organization).await?;
        let came = Place::after(revisions.0);
        let past = match after {
            Some(told) => {
                Some(Past::between(self.shared.clone(), organization, told, revisions)?.portions().boxed())
            }
            None => None,
        };
        Ok(EventReceiver { since: after.unwrap_or(came), past, came, receiver, _interest: None })
    }

    /// The current place of the feed: a subscription after it misses nothing from here on.
    pub async fn now(&self, by: Report) -> Result<Place, Error> {
        Ok(Place::after(self.shared.store.revision(by.organization()).await?))
    }

    /// The organization's channel; a new one starts with transactions from now on.
    async fn channel<'a>(
        &self,
        channels: &'a mut HashMap<OrganizationId, Channel>,
        organization: OrganizationId,
    ) -> Result<&'a mut Channel, Error> {
        let revision = match channels.contains_key(&organization) {
            true => 0,
            false => self.shared.store.revision(organization).await?,
        };
        let channel = channels.entry(organization).or_insert_with(|| Channel::from(revision));
        self.shared.listening.send_replace(true);
        Ok(channel)
    }
}

impl Channel {
    fn from(revision: i64) -> Self {
        Self {
            cursor: Cursor::after(revision),
            feedback: Topic::new(BUFFERED_PORTIONS),
            deletions: Topic::new(BUFFERED_PORTIONS),
            incidents: Topic::new(BUFFERED_PORTIONS),
            releases: Topic::new(BUFFERED_PORTIONS),
            announcements: Topic::new(BUFFERED_PORTIONS),
            known_errors: Topic::new(BUFFERED_PORTIONS),
            notifications: Topic::new(BUFFERED_PORTIONS),
            verdicts: None,
            alerts: None,
        }
    }

    fn is_idle(&self) -> bool {
        let listeners = self.feedback.receiver_count()
            + self.deletions.receiver_count()
            + self.incidents.receiver_count()
            + self.releases.receiver_count()
            + self.announcements.receiver_count()
            + self.known_errors.receiver_count()
            + self.notifications.receiver_count();
        listeners == 0 && self.verdicts.is_none() && self.alerts.is_none()
    }
}
