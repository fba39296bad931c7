//! The feed: what happened, told to those who listen, from whichever server process it came.
//!
//! One task of the process reads the outbox, as long as anybody listens: at once when a transaction of this
//! process has been committed, and every half second for what others have committed. It loads what the events are
//! about once, and hands it to all listeners.
//!
//! Nothing is lost and nothing is told twice, though event ids are only nearly in the order of commits (clocks
//! differ, and a transaction that began earlier may end later): the feed goes by revision instead. Writers of one
//! organization follow one another by the lock on its row, which each takes to count the revision up. So whoever
//! reads revision 7 there sees every event up to revision 7, and none above it is missed by going on from 7.
//!
//! A listener who falls behind is cut off ([`Cut::Behind`]): what is kept for all of them together is bounded.

mod alerts;
mod past;
mod place;
mod reader;
mod scope;
mod verdicts;
mod watched;

use std::{any::Any, collections::HashMap, sync::Arc};

use ballroom_entity::{
    attribution, deleted_feedback, feedback,
    id::{EventId, FeatureId, OrganizationId, ProductId},
    incident, release,
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
    domain::access::{Read, Report},
    score::Scores,
    store::{Dimensions, Store},
};
use past::{Past, Thing};
use watched::{Computed, Watched};

/// Portions that are kept for the slowest listener. A portion holds what was read at once, at most
/// `PORTION` things; at the reader's fastest pace this is ten seconds.
const KEPT: usize = 512;

/// What happens, for whoever listens.
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

/// What one organization's listeners share.
struct Channel {
    cursor: Cursor,
    feedback: Topic<Received>,
    deletions: Topic<Deleted>,
    incidents: Topic<Incident>,
    releases: Topic<release::Model>,
    verdicts: Option<Arc<Watched<VerdictChanged>>>,
    alerts: Option<Arc<Watched<AlertBegun>>>,
}

type Topic<T> = broadcast::Sender<Arc<Portion<T>>>;

/// How far the outbox has been read.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Cursor {
    revision: i64,
    event: EventId,
}

impl Cursor {
    /// Behind every event of a revision.
    fn after(revision: i64) -> Self {
        Self { revision, event: EventId(Uuid::max()) }
    }

    /// Behind everything that has been read.
    fn place(self) -> Place {
        Place { revision: self.revision, event: self.event, number: u32::MAX }
    }
}

/// Things that happened, as they were read together.
pub struct Portion<T> {
    /// The organization's dimensions, no older than any of the things.
    pub dimensions: Arc<Dimensions>,
    things: Vec<(Place, T)>,
}

/// An answer that was submitted.
pub type Received = feedback::Model;

/// A response that was deleted.
pub type Deleted = deleted_feedback::Model;

/// An incident that changed, with what is linked to it.
pub struct Incident {
    /// The incident.
    pub row: incident::Model,
    /// The features that it hurts.
    pub features: Vec<FeatureId>,
    /// What is stated of where it comes from, in the order of the statements.
    pub attributions: Vec<attribution::Model>,
}

/// Why a listener hears no more.
#[derive(Debug)]
pub enum Cut {
    /// It was too slow: what came meanwhile is no longer kept.
    Behind,
    /// What it missed could not be read.
    Failed(Error),
}

/// What one listener hears.
pub struct Heard<T> {
    /// What was told up to this place the listener has heard, or did not come for.
    since: Place,
    /// What happened before the listener came, if it wants to hear of that.
    past: Option<BoxStream<'static, Result<Arc<Portion<T>>, Error>>>,
    /// Where the past ends.
    came: Place,
    receiver: broadcast::Receiver<Arc<Portion<T>>>,
    /// After the receiver: it is dropped when the receiver is gone, and makes others look who still listens.
    _interest: Option<Box<dyn Any + Send + Sync>>,
}

impl<T> Heard<T> {
    /// Waits for what happens next.
    pub async fn next(&mut self) -> Result<Arc<Portion<T>>, Cut> {
        if let Some(past) = &mut self.past {
            if let Some(portion) = past.try_next().await.map_err(Cut::Failed)? {
                return Ok(portion);
            }
            self.past = None;
            self.since = self.came;
        }
        // The sender is gone only when the feed is, and then nothing happens any more.
        match self.receiver.recv().await {
            Ok(portion) => Ok(portion),
            Err(broadcast::error::RecvError::Lagged(_)) => Err(Cut::Behind),
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }

    /// The things of a portion that happened since the listener came.
    pub fn of<'a>(&self, portion: &'a Portion<T>) -> impl Iterator<Item = (Place, &'a T)> + use<'a, T> {
        let since = self.since;
        portion.things.iter().filter(move |(place, _)| *place > since).map(|(place, thing)| (*place, thing))
    }
}

impl Feed {
    /// A feed of what is written to this database. Its reader ends when the last handle is dropped. Must be called
    /// within a tokio runtime.
    pub fn start(store: Store, scores: Scores) -> Self {
        let (listening, anybody) = watch::channel(false);
        let commits = store.commits();
        let shared = Arc::new(Shared { store, scores, channels: Mutex::default(), listening });
        tokio::spawn(reader::run(Arc::downgrade(&shared), anybody, commits));
        Self { shared }
    }

    /// Answers that are submitted from now on, or that were submitted after a place.
    pub async fn feedback(&self, by: Read, after: Option<Place>) -> Result<Heard<Received>, Error> {
        self.listen(by.organization(), after, |channel| channel.feedback.subscribe()).await
    }

    /// Responses that are deleted from now on, or that were deleted after a place.
    pub async fn deletions(&self, by: Read, after: Option<Place>) -> Result<Heard<Deleted>, Error> {
        self.listen(by.organization(), after, |channel| channel.deletions.subscribe()).await
    }

    /// Incidents that change from now on, or that changed after a place.
    pub async fn incidents(&self, by: Read, after: Option<Place>) -> Result<Heard<Incident>, Error> {
        self.listen(by.organization(), after, |channel| channel.incidents.subscribe()).await
    }

    /// Releases that change from now on, or that changed after a place.
    pub async fn releases(&self, by: Report, after: Option<Place>) -> Result<Heard<release::Model>, Error> {
        self.listen(by.organization(), after, |channel| channel.releases.subscribe()).await
    }

    /// Verdicts that change from now on; those of one product, or of all.
    pub async fn verdicts(
        &self,
        by: Report,
        product: Option<ProductId>,
    ) -> Result<Heard<VerdictChanged>, Error> {
        self.watch(by, product).await
    }

    /// Bursts of incidents that begin from now on; those of one product, or of all.
    pub async fn alerts(&self, by: Report, product: Option<ProductId>) -> Result<Heard<AlertBegun>, Error> {
        self.watch(by, product).await
    }

    async fn watch<C: Computed>(&self, by: Report, product: Option<ProductId>) -> Result<Heard<C>, Error> {
        let (watched, heard) = {
            let mut channels = self.shared.channels.lock().await;
            let channel = self.channel(&mut channels, by.organization()).await?;
            let watched = C::of(channel).get_or_insert_with(|| Watched::watch(&self.shared, by)).clone();
            let receiver = watched.subscribe();
            let interest = Some(watched.listened(product));
            // What is told here was found by comparison with what is found below: all of it is new.
            let (since, came) = (Place::FIRST, Place::FIRST);
            (watched, Heard { since, past: None, came, receiver, _interest: interest })
        };
        watched.know(&self.shared).await?;
        Ok(heard)
    }

    async fn listen<T: Thing + 'static>(
        &self,
        organization: OrganizationId,
        after: Option<Place>,
        subscribe: impl Fn(&Channel) -> broadcast::Receiver<Arc<Portion<T>>>,
    ) -> Result<Heard<T>, Error> {
        let mut channels = self.shared.channels.lock().await;
        let channel = self.channel(&mut channels, organization).await?;
        let receiver = subscribe(channel);
        // Read after the receiver is there, and while the reader, who needs the lock, tells nothing: whatever is
        // committed from here on has a higher revision and will be told.
        let revisions = self.shared.store.feed_revisions(organization).await?;
        let came = Place::after(revisions.0);
        let past = match after {
            Some(told) => {
                Some(Past::between(self.shared.clone(), organization, told, revisions)?.portions().boxed())
            }
            None => None,
        };
        Ok(Heard { since: after.unwrap_or(came), past, came, receiver, _interest: None })
    }

    /// Where the feed stands now: whoever subscribes after it misses nothing from here on.
    pub async fn now(&self, by: Report) -> Result<Place, Error> {
        Ok(Place::after(self.shared.store.revision(by.organization()).await?))
    }

    /// The organization's channel; a new one begins with what is committed from now on.
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
            feedback: Topic::new(KEPT),
            deletions: Topic::new(KEPT),
            incidents: Topic::new(KEPT),
            releases: Topic::new(KEPT),
            verdicts: None,
            alerts: None,
        }
    }

    fn is_idle(&self) -> bool {
        let listeners = self.feedback.receiver_count()
            + self.deletions.receiver_count()
            + self.incidents.receiver_count()
            + self.releases.receiver_count();
        listeners == 0 && self.verdicts.is_none() && self.alerts.is_none()
    }
}
