//! The one reader of the outbox.

use std::{
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Weak},
    time::Duration,
};

use ballroom_entity::{
    announcement, deleted_feedback, feedback,
    id::{AnnouncementId, FeedbackId, IncidentId, KnownErrorId, NotificationId, OrganizationId, ReleaseId},
    incident, known_error, notification, organization, outbox,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::{
    sync::{broadcast, watch},
    time::{Instant, sleep, sleep_until},
};

use super::{Channel, Cursor, Deleted, Incident, Place, Portion, Shared, Topic};
use crate::{
    base::error::{Error, with_causes},
    domain::{incident as incidents, lookup::ById},
    store::Dimensions,
    transaction::Event,
};

/// Interval of checks for commits of other processes.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Minimum interval between reads: a hundred commits per second are not read one by one.
const MIN_READ_INTERVAL: Duration = Duration::from_millis(20);

/// Number of events that are read at once.
const EVENTS: u64 = 64;

/// Maximum number of objects in a portion.
pub(super) const PORTION_SIZE: usize = 64;

/// Maximum size of the comments in a portion, in bytes.
const PORTION_TEXT_SIZE: usize = 64 * 1024;

/// Number of rows that are loaded with one statement.
const ROWS: usize = 1_000;

/// Reads until the feed is dropped.
pub(super) async fn run(
    shared: Weak<Shared>,
    mut anybody: watch::Receiver<bool>,
    mut commits: watch::Receiver<()>,
) {
    let mut works = true;
    loop {
        if anybody.wait_for(|listening| *listening).await.is_err() {
            return;
        }
        let again = Instant::now() + MIN_READ_INTERVAL;
        let Some(feed) = shared.upgrade() else { return };
        commits.mark_unchanged();
        match feed.read().await {
            Ok(()) => works = true,
            // Logged once; the cursors do not move, so nothing is lost.
            Err(error) if works => {
                works = false;
                tracing::warn!(
                    error = with_causes(&error),
                    "cannot read the outbox; subscribers wait until it is available"
                );
            }
            Err(_) => (),
        }
        drop(feed);
        tokio::select! {
            // Without a store there are no more commits; polling continues until the feed is dropped.
            Ok(()) = commits.changed() => (),
            () = sleep(POLL_INTERVAL) => (),
        }
        sleep_until(again).await;
    }
}

impl Shared {
    /// Reads new events of every organization with subscribers. One statement if there are none.
    async fn read(&self) -> Result<(), Error> {
        let cursors: HashMap<OrganizationId, Cursor> = {
            let mut channels = self.channels.lock().await;
            channels.retain(|_, channel| !channel.is_idle());
            if channels.is_empty() {
                self.listening.send_replace(false);
                return Ok(());
            }
            channels.iter().map(|(organization, channel)| (*organization, channel.cursor)).collect()
        };
        let revisions: Vec<(OrganizationId, i64)> = organization::Entity::find()
            .select_only()
            .column(organization::Column::Id)
            .column(organization::Column::Revision)
            .filter(organization::Column::Id.is_in(cursors.keys().copied()))
            .into_tuple()
            .all(self.store.reader())
            .await?;
        for (organization, revision) in revisions {
            let Some(cursor) = cursors.get(&organization).copied() else { continue };
            if revision > cursor.revision {
                self.read_organization(organization, cursor, revision).await?;
            }
        }
        Ok(())
    }

    /// Reads an organization's events from a cursor on, at least up to a revision.
    async fn read_organization(
        &self,
        organization: OrganizationId,
        mut cursor: Cursor,
        revision: i64,
    ) -> Result<(), Error> {
        use outbox::Column;
        loop {
            let further = Condition::any().add(Column::Revision.gt(cursor.revision)).add(
                Condition::all().add(Column::Revision.eq(cursor.revision)).add(Column::Id.gt(cursor.event)),
            );
            let events = outbox::Entity::owned_by(organization)
                .filter(further)
                .order_by_asc(Column::Revision)
                .order_by_asc(Column::Id)
                .limit(EVENTS)
                .all(self.store.reader())
                .await?;
            if let Some(last) = events.last() {
                cursor = Cursor { revision: last.revision, event: last.id };
            }
            let ended = events.len() < EVENTS as usize;
            if ended {
                // Transactions without events have revisions, too.
                cursor = cursor.max(Cursor::after(revision));
            }
            self.deliver(organization, events, cursor).await?;
            if ended {
                return Ok(());
            }
        }
    }

    /// Loads the objects of events, sends them, and moves the cursor.
    async fn deliver(
        &self,
        organization: OrganizationId,
        events: Vec<outbox::Model>,
        cursor: Cursor,
    ) -> Result<(), Error> {
        let wanted = {
            let channels = self.channels.lock().await;
            let Some(channel) = channels.get(&organization) else { return Ok(()) };
            About::of(&events, channel)
        };
        let found = self.load(organization, wanted).await?;
        let mut channels = self.channels.lock().await;
        // A channel that was recreated meanwhile has a later cursor; its subscribers skip events before their own
        // cursor.
        let Some(channel) = channels.get_mut(&organization) else { return Ok(()) };
        if let Some(found) = found {
            found.send(channel);
        }
        channel.cursor = channel.cursor.max(cursor);
        Ok(())
    }

    async fn load(&self, organization: OrganizationId, wanted: About) -> Result<Option<Found>, Error> {
        if wanted.is_nothing() {
            return Ok(None);
        }
        let feedback = self.rows(organization, wanted.feedback).await?;
        let deletions = self.deletions(organization, wanted.deletions).await?;
        let incidents = self.incidents(organization, wanted.incidents).await?;
        // Last, so that they contain everything that the rows refer to.
        let dimensions = self.store.dimensions(organization).await?;
        let release = |(place, id)| Some((place, dimensions.releases.get(&id)?.clone()));
        let releases = wanted.releases.into_iter().filter_map(release).collect();
        Ok(Some(Found {
            feedback,
            deletions,
            incidents,
            releases,
            announcements: self.rows(organization, wanted.announcements).await?,
            known_errors: self.rows(organization, wanted.known_errors).await?,
            notifications: self.rows(organization, wanted.notifications).await?,
            scores_changed: wanted.scores_changed,
            dimensions,
        }))
    }

    /// Rows by their IDs; those that no longer exist are not sent.
    pub(super) async fn rows<I: ById>(
        &self,
        organization: OrganizationId,
        wanted: Vec<(Place, I)>,
    ) -> Result<Vec<(Place, I::Row)>, Error> {
        let mut found = Vec::with_capacity(wanted.len());
        for wanted in wanted.chunks(ROWS) {
            let ids: Vec<I> = wanted.iter().map(|(_, id)| *id).collect();
            let rows = I::rows(&self.store, organization, &ids).await?;
            found.extend(wanted.iter().filter_map(|(place, id)| Some((*place, rows.get(id)?.clone()))));
        }
        Ok(found)
    }

    pub(super) async fn deletions(
        &self,
        organization: OrganizationId,
        wanted: Vec<(Place, FeedbackId)>,
    ) -> Result<Vec<(Place, Deleted)>, Error> {
        let mut found = Vec::with_capacity(wanted.len());
        for wanted in wanted.chunks(ROWS) {
            let rows = deleted_feedback::Entity::owned_by(organization)
                .filter(deleted_feedback::Column::Id.is_in(wanted.iter().map(|(_, id)| *id)))
                .all(self.store.reader())
                .await?;
            let mut rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
            found.extend(wanted.iter().filter_map(|(place, id)| Some((*place, rows.remove(id)?))));
        }
        Ok(found)
    }

    pub(super) async fn incidents(
        &self,
        organization: OrganizationId,
        wanted: Vec<(Place, IncidentId)>,
    ) -> Result<Vec<(Place, Incident)>, Error> {
        let mut found = Vec::with_capacity(wanted.len());
        for wanted in wanted.chunks(ROWS) {
            let ids: Vec<IncidentId> = wanted.iter().map(|(_, id)| *id).collect();
            let rows = incident::Entity::owned_by(organization)
                .filter(incident::Column::Id.is_in(ids.iter().copied()))
                .all(self.store.reader())
                .await?;
            let rows: HashMap<_, _> = rows.into_iter().map(|row| (row.id, row)).collect();
            let features = incidents::features_of(&self.store, organization, &ids).await?;
            let attributions = incidents::attributions_of(&self.store, organization, &ids).await?;
            let whole = |(place, id): &(Place, IncidentId)| {
                let hurt = features.iter().filter(|link| link.incident_id == *id).map(|link| link.feature_id);
                let stated = attributions.iter().filter(|one| one.incident_id == *id).cloned();
                let row = rows.get(id)?.clone();
                Some((*place, Incident { row, features: hurt.collect(), attributions: stated.collect() }))
            };
            found.extend(wanted.iter().filter_map(whole));
        }
        Ok(found)
    }
}

/// The objects of events that have subscribers: each once per revision.
#[derive(Default)]
struct About {
    feedback: Vec<(Place, FeedbackId)>,
    deletions: Vec<(Place, FeedbackId)>,
    incidents: Vec<(Place, IncidentId)>,
    releases: Vec<(Place, ReleaseId)>,
    announcements: Vec<(Place, AnnouncementId)>,
    known_errors: Vec<(Place, KnownErrorId)>,
    notifications: Vec<(Place, NotificationId)>,
    scores_changed: bool,
}

impl About {
    fn of(events: &[outbox::Model], channel: &Channel) -> Self {
        let mut about = Self::default();
        for row in events {
            // Skip unknown events of another version of the server.
            let Some(event) = Event::read(&row.kind, &row.payload) else { continue };
            if channel.feedback.receiver_count() > 0 {
                about.feedback.extend(placed(row, event.answers()));
            }
            if channel.deletions.receiver_count() > 0 {
                about.deletions.extend(placed(row, event.deletions()));
            }
            if channel.incidents.receiver_count() > 0 {
                about.incidents.extend(placed(row, event.incidents()));
            }
            if channel.releases.receiver_count() > 0 {
                about.releases.extend(placed(row, event.releases()));
            }
            if channel.announcements.receiver_count() > 0 {
                about.announcements.extend(placed(row, event.announcements()));
            }
            if channel.known_errors.receiver_count() > 0 {
                about.known_errors.extend(placed(row, event.known_errors()));
            }
            if channel.notifications.receiver_count() > 0 {
                about.notifications.extend(placed(row, event.notifications()));
            }
            let watched = channel.verdicts.is_some() || channel.alerts.is_some();
            about.scores_changed |= watched && event.changes_scores();
        }
        once(&mut about.incidents);
        once(&mut about.releases);
        once(&mut about.announcements);
        once(&mut about.known_errors);
        once(&mut about.notifications);
        about
    }

    fn is_nothing(&self) -> bool {
        let things = self.feedback.len()
            + self.deletions.len()
            + self.incidents.len()
            + self.releases.len()
            + self.announcements.len()
            + self.known_errors.len()
            + self.notifications.len();
        things == 0 && !self.scores_changed
    }
}

/// The objects of an event with their places.
pub(super) fn placed<I: Copy>(row: &outbox::Model, ids: &[I]) -> impl Iterator<Item = (Place, I)> {
    let (revision, event) = (row.revision, row.id);
    let place = move |number: usize| Place { revision, event, number: number as u32 };
    ids.iter().copied().enumerate().map(move |(number, id)| (place(number), id))
}

/// An object with two events in a transaction (a release that is entered when it has shipped) is sent once.
fn once<I: Copy + Eq + Hash>(things: &mut Vec<(Place, I)>) {
    let mut seen = HashSet::new();
    things.retain(|(place, id)| seen.insert((place.revision, *id)));
}

/// The loaded objects.
struct Found {
    dimensions: Arc<Dimensions>,
    feedback: Vec<(Place, feedback::Model)>,
    deletions: Vec<(Place, Deleted)>,
    incidents: Vec<(Place, Incident)>,
    releases: Vec<(Place, ballroom_entity::release::Model)>,
    announcements: Vec<(Place, announcement::Model)>,
    known_errors: Vec<(Place, known_error::Model)>,
    notifications: Vec<(Place, notification::Model)>,
    scores_changed: bool,
}

impl Found {
    fn send(self, channel: &Channel) {
        let text = |answer: &feedback::Model| answer.comment.as_ref().map_or(0, String::len);
        send(&channel.feedback, &self.dimensions, self.feedback, text);
        send(&channel.deletions, &self.dimensions, self.deletions, |_| 0);
        let text = |incident: &Incident| incident.row.description.as_ref().map_or(0, String::len);
        send(&channel.incidents, &self.dimensions, self.incidents, text);
        let text = |release: &ballroom_entity::release::Model| release.notes.as_ref().map_or(0, String::len);
        send(&channel.releases, &self.dimensions, self.releases, text);
        let text = |announcement: &announcement::Model| announcement.changes.as_ref().map_or(0, String::len);
        send(&channel.announcements, &self.dimensions, self.announcements, text);
        let text = |error: &known_error::Model| error.symptom.as_ref().map_or(0, String::len);
        send(&channel.known_errors, &self.dimensions, self.known_errors, text);
        send(&channel.notifications, &self.dimensions, self.notifications, |_| 0);
        if self.scores_changed {
            channel.verdicts.iter().for_each(|verdicts| verdicts.scores_changed());
            channel.alerts.iter().for_each(|alerts| alerts.scores_changed());
        }
    }
}

/// Sends objects in portions of limited size, so that the buffer for slow subscribers is limited, too.
fn send<T>(
    topic: &Topic<T>,
    dimensions: &Arc<Dimensions>,
    things: Vec<(Place, T)>,
    text: impl Fn(&T) -> usize,
) {
    let (mut portion, mut bytes) = (Vec::new(), 0);
    for (place, thing) in things {
        bytes += text(&thing);
        portion.push((place, thing));
        if portion.len() == PORTION_SIZE || bytes > PORTION_TEXT_SIZE {
            send_portion(topic, dimensions, std::mem::take(&mut portion));
            bytes = 0;
        }
    }
    if !portion.is_empty() {
        send_portion(topic, dimensions, portion);
    }
}

fn send_portion<T>(topic: &Topic<T>, dimensions: &Arc<Dimensions>, things: Vec<(Place, T)>) {
    let portion = Portion { dimensions: dimensions.clone(), things };
    // An error only means that there are no subscribers.
    let _: Result<usize, broadcast::error::SendError<_>> = topic.send(Arc::new(portion));
}
