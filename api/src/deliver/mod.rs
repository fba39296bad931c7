//! Sending events to webhooks, in the format of Standard Webhooks (<https://www.standardwebhooks.com>).
//!
//! Every process that serves also sends. What is to be sent are rows (`domain/webhook`), which a process claims one by one, so
//! several processes send each delivery once. A receiver that fails is tried again after pauses that triple; after the last
//! attempt a delivery is *dead*: listed, and sent again on request.
//!
//! Addresses come from people who administer an organization, not from those who run the server. So nothing is sent to private or
//! loopback addresses unless the server is configured to, whatever a name resolves to, and wherever a redirect leads.

mod address;
pub mod report;
mod send;

use std::{collections::HashMap, time::Duration};

use ballroom_entity::id::WebhookId;
use chrono::{DateTime, TimeDelta, Utc};
use rand::{TryRng, rngs::SysRng};
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};

use crate::{
    base::error::{Error, with_causes},
    clock,
    domain::webhook::{self, Attempt, Ended, Terms},
    store::Store,
};

/// Interval of checks for deliveries that are due, and for commits of other processes.
const POLL_INTERVAL: Duration = Duration::from_millis(500);

/// Minimum interval between checks: a hundred commits a second are not checked one by one.
const MIN_INTERVAL: Duration = Duration::from_millis(20);

/// Maximum number of attempts at a time for one webhook: a slow receiver does not keep the others waiting.
const PER_WEBHOOK: usize = 4;

/// Maximum pause between attempts.
const MAX_PAUSE: Duration = Duration::from_secs(6 * 3_600);

/// Time for which a server that stops waits for attempts in progress.
const LAST_ATTEMPTS: Duration = Duration::from_secs(5);

/// Settings of webhooks.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Number of attempts at a time in this process; 0: it sends nothing.
    pub workers: usize,
    /// Time limit of an attempt.
    pub timeout: Duration,
    /// Number of attempts before a delivery is given up.
    pub attempts: u32,
    /// Pause after the first failed attempt; tripled after each further one.
    pub pause: Duration,
    /// Whether private and loopback addresses are allowed, and HTTP without TLS.
    pub private: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            workers: 16,
            timeout: Duration::from_secs(15),
            attempts: 10,
            pause: Duration::from_secs(5),
            private: false,
        }
    }
}

/// Sends events to the webhooks of all organizations.
#[derive(Clone)]
pub struct Deliveries {
    store: Store,
    settings: Settings,
    client: reqwest::Client,
}

impl Deliveries {
    /// Nothing is sent before [`work`](Self::work) is called.
    pub fn new(store: Store, settings: Settings) -> Result<Self, reqwest::Error> {
        let client = send::client(&settings)?;
        Ok(Self { store, settings, client })
    }

    /// Refuses an address to which nothing would be sent.
    pub fn check(&self, field: &str, url: &str) -> Result<(), Error> {
        address::check(url, self.settings.private).map(drop).map_err(|reason| Error::invalid(field, reason))
    }

    /// Sends until `stop` becomes true.
    pub async fn work(self, mut stop: watch::Receiver<bool>) {
        if self.settings.workers == 0 {
            return;
        }
        let mut commits = self.store.commits();
        let (mut running, mut works) = (JoinSet::new(), true);
        let mut busy = Busy::default();
        while !*stop.borrow() {
            commits.mark_unchanged();
            match self.round(&mut running, &mut busy).await {
                Ok(()) => works = true,
                // Logged once; nothing is lost while the database is unavailable.
                Err(error) if works => {
                    works = false;
                    tracing::warn!(error = with_causes(&error), "cannot read what is to be sent to webhooks");
                }
                Err(_) => (),
            }
            tokio::select! {
                () = stopped(&mut stop) => break,
                Some(ended) = running.join_next() => busy.ended(ended.ok()),
                Ok(()) = commits.changed() => sleep(MIN_INTERVAL).await,
                () = sleep(POLL_INTERVAL) => (),
            }
        }
        let last = async { while running.join_next().await.is_some() {} };
        if timeout(LAST_ATTEMPTS, last).await.is_err() {
            tracing::info!("some webhooks did not respond in time; their deliveries are attempted again");
        }
    }

    /// Writes deliveries of new events, and begins as many attempts as there is room for.
    async fn round(&self, running: &mut JoinSet<WebhookId>, busy: &mut Busy) -> Result<(), Error> {
        webhook::fan_out(&self.store, clock::now()).await?;
        while let Some(ended) = running.try_join_next() {
            busy.ended(ended.ok());
        }
        while running.len() < self.settings.workers {
            // One row of each webhook at a time would be slow, and all of them at once would be those of one webhook.
            let most = (self.settings.workers - running.len()).min(PER_WEBHOOK);
            let claimed = webhook::claim(&self.store, most, &busy.all(), self.terms(), clock::now()).await?;
            if claimed.is_empty() {
                return Ok(());
            }
            for attempt in claimed {
                busy.began(attempt.webhook.id);
                running.spawn(self.clone().attempt(attempt));
            }
        }
        Ok(())
    }

    async fn attempt(self, attempt: Attempt) -> WebhookId {
        let end = send::send(&self.client, &self.settings, &attempt, clock::now()).await;
        let pause = pause(self.settings.pause, attempt.delivery.attempts, chance());
        let recorded = webhook::ended(&self.store, &attempt, &end, self.terms(), pause, clock::now()).await;
        if let Err(error) = recorded {
            // The claim expires, and the delivery is attempted again.
            tracing::warn!(error = with_causes(&error), "cannot record the end of a delivery to a webhook");
        }
        if let Ended::Failed(_, reason) = &end {
            tracing::debug!(webhook = attempt.webhook.name, reason, "a webhook did not accept a delivery");
        }
        attempt.webhook.id
    }

    fn terms(&self) -> Terms {
        let longest = self.settings.timeout * 2 + Duration::from_secs(30);
        Terms { attempts: self.settings.attempts, claim: TimeDelta::milliseconds(longest.as_millis() as i64) }
    }
}

/// Waits until the server stops.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|stop| *stop).await;
}

/// The number of attempts in progress of each webhook.
#[derive(Default)]
struct Busy(HashMap<WebhookId, usize>);

impl Busy {
    fn began(&mut self, webhook: WebhookId) {
        *self.0.entry(webhook).or_default() += 1;
    }

    /// An attempt that panicked does not say of which webhook it was: it counts for one more.
    fn ended(&mut self, webhook: Option<WebhookId>) {
        if let Some(count) = webhook.and_then(|webhook| self.0.get_mut(&webhook)) {
            *count -= 1;
        }
        self.0.retain(|_, count| *count > 0);
    }

    fn all(&self) -> Vec<WebhookId> {
        self.0.iter().filter(|(_, count)| **count >= PER_WEBHOOK).map(|(webhook, _)| *webhook).collect()
    }
}

/// The pause after a failed attempt: tripled after each, with a random part of up to half, so that deliveries that failed
/// together are not attempted together.
fn pause(first: Duration, attempt: i32, chance: f64) -> TimeDelta {
    let tripled = first.saturating_mul(3_u32.saturating_pow(attempt.saturating_sub(1).max(0) as u32));
    let pause = tripled.min(MAX_PAUSE).mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0));
    TimeDelta::milliseconds(pause.as_millis() as i64)
}

/// A random number from 0 to 1.
fn chance() -> f64 {
    SysRng.try_next_u32().map_or(0.5, |drawn| f64::from(drawn) / f64::from(u32::MAX))
}

/// The time as senders and receivers of webhooks count it.
fn seconds(at: DateTime<Utc>) -> i64 {
    at.timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_six_hours_and_vary_by_half() {
        let seconds = |attempt, chance| pause(Duration::from_secs(5), attempt, chance).num_seconds();
        assert_eq!([1, 2, 3, 4].map(|attempt| seconds(attempt, 1.0)), [5, 15, 45, 135]);
        assert_eq!(seconds(2, 0.0), 7);
        assert_eq!([20, 99].map(|attempt| seconds(attempt, 1.0)), [21_600, 21_600]);
    }

    #[test]
    fn a_webhook_is_busy_while_four_attempts_run() {
        let (mut busy, webhook) = (Busy::default(), WebhookId::NONE);
        (0..PER_WEBHOOK).for_each(|_| busy.began(webhook));
        assert_eq!(busy.all(), [webhook]);
        busy.ended(Some(webhook));
        assert_eq!(busy.all(), []);
    }
}
