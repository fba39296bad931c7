//! Running jobs: one at a time in each worker, under a lease that is renewed meanwhile.

use std::{panic::AssertUnwindSafe, time::Duration};

use ballroom_entity::{job::Model, job_run::JobOutcome};
use chrono::TimeDelta;
use futures::{FutureExt, future::join_all};
use rand::{TryRng, rngs::SysRng};
use sea_orm::Condition;
use tokio::{
    sync::watch,
    time::{sleep, timeout},
};

use super::{
    Jobs, Kind,
    kind::{Done, Work},
    lease::{self, Claimed, Ending, Terms},
};
use crate::{
    base::error::{Error, with_causes},
    domain::access::Administer,
};

/// Number of renewals within the time of a lease.
const RENEWALS: u32 = 3;

/// Maximum pause before a failed job is retried.
const MAX_PAUSE: Duration = Duration::from_secs(3_600);

/// The end of a run.
pub struct Ended {
    /// The outcome.
    pub outcome: JobOutcome,
    /// Description of the result or failure.
    pub message: String,
}

/// The reason why a run was interrupted.
enum Interrupted {
    /// The server stops.
    Stopped,
    /// The lease is lost.
    Lost,
}

impl Jobs {
    /// Runs jobs until `stop` becomes true. Running jobs are then released, and another process can run them at once.
    pub async fn work(&self, stop: watch::Receiver<bool>) {
        // Days may have ended, or responses for them may have arrived, while no server ran.
        if let Err(error) = lease::make_due(&self.store, Kind::ScoreParameters, self.now()).await {
            tracing::warn!(
                error = with_causes(&error),
                "cannot schedule the computation of missing score parameters; it runs at night"
            );
        }
        join_all((0..self.settings.workers).map(|_| self.clone().worker(stop.clone()))).await;
    }

    async fn worker(self, mut stop: watch::Receiver<bool>) {
        let mut works = true;
        while !*stop.borrow() {
            match self.run_due(stop.clone()).await {
                Ok(true) => continue,
                Ok(false) => works = true,
                // Logged once; checking again does no harm.
                Err(error) if works => {
                    works = false;
                    tracing::warn!(error = with_causes(&error), "cannot read the due jobs");
                }
                Err(_) => (),
            }
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.due.notified() => (),
                () = sleep(self.settings.poll) => (),
            }
        }
    }

    /// Runs one due job, if any; returns whether there was one. When `stop` becomes true, it returns once the job has been
    /// released.
    pub async fn run_due(&self, stop: watch::Receiver<bool>) -> Result<bool, Error> {
        let now = self.now();
        lease::enroll(&self.store, None, now).await?;
        for job in lease::due(&self.store, now).await? {
            let Some(kind) = Kind::named(&job.name) else { continue };
            match self.claim((&job, kind), lease::is_due(now)).await {
                Ok(Some(claimed)) => {
                    self.run(claimed, stop).await;
                    return Ok(true);
                }
                Ok(None) => (),
                // The others can run anyway.
                Err(error) => {
                    tracing::error!(job = job.name, error = with_causes(&error), "cannot claim a job");
                }
            }
        }
        Ok(false)
    }

    /// Runs a job now, whether it is due or not, in this process.
    pub async fn run_now(&self, by: Administer, kind: Kind) -> Result<Ended, Error> {
        let now = self.now();
        self.enroll(by).await?;
        let job = self.row(by, kind).await?;
        let Some(claimed) = self.claim((&job, kind), lease::is_free(now)).await? else {
            let reason = format!("`{}` is running in another process; wait until it ends", job.name);
            return Err(Error::conflict("name", reason));
        };
        let (_go_on, never) = watch::channel(false);
        match self.run(claimed, never).await {
            Some(ended) => Ok(ended),
            None => {
                let reason = format!("another process took `{}` over; nothing more was written", job.name);
                Err(Error::conflict("name", reason))
            }
        }
    }

    async fn claim(&self, (job, kind): (&Model, Kind), when: Condition) -> Result<Option<Claimed>, Error> {
        let now = self.now();
        let terms = Terms {
            server: &self.server,
            now,
            until: now + self.settings.lease,
            next: kind.next(&self.store, job.organization_id, now).await?,
            attempts: self.settings.attempts,
        };
        lease::claim(&self.store, (job, kind), when, &terms).await
    }

    /// Runs a claimed job and releases it. Returns the outcome; none if the lease was lost.
    async fn run(&self, claimed: Claimed, mut stop: watch::Receiver<bool>) -> Option<Ended> {
        let name = &*claimed.lease.job;
        let ended = tokio::select! {
            biased;
            done = self.attempt(&claimed) => Ok(done),
            () = self.renew(&claimed) => Err(Interrupted::Lost),
            // A dropped sender stops nothing.
            Ok(_) = stop.wait_for(|stop| *stop) => Err(Interrupted::Stopped),
        };
        let ending = match ended {
            Ok(done) => self.ending(&claimed, done),
            Err(Interrupted::Stopped) => self.stopped(&claimed),
            Err(Interrupted::Lost) => {
                tracing::warn!(
                    job = name,
                    "the lease of a job expired; another process may have taken the job over"
                );
                return None;
            }
        };
        match lease::release(&self.store, &claimed, &ending, self.now()).await {
            Ok(true) => {
                tracing::info!(job = name, outcome = ?ending.outcome, "{}", ending.message);
                Some(Ended { outcome: ending.outcome, message: ending.message })
            }
            Ok(false) => {
                tracing::warn!(
                    job = name,
                    "another process took a job over; the result of this process is discarded"
                );
                None
            }
            Err(error) => {
                // Its lease expires, and it runs again.
                tracing::error!(job = name, error = with_causes(&error), "cannot release a job");
                None
            }
        }
    }

    /// Does the work within the time limit; a panic counts as a failure.
    async fn attempt(&self, claimed: &Claimed) -> Result<Done, String> {
        let work = Work {
            store: &self.store,
            scores: &self.scores,
            settings: &self.settings,
            sender: self.settings.sender.as_deref(),
            lease: &claimed.lease,
            now: claimed.at,
        };
        let time = self.settings.time;
        match AssertUnwindSafe(timeout(time, claimed.kind.run(&work))).catch_unwind().await {
            Ok(Ok(Ok(done))) => Ok(done),
            Ok(Ok(Err(error))) => {
                tracing::error!(job = &*claimed.lease.job, error = with_causes(&error), "a job failed");
                Err(error.to_string())
            }
            Ok(Err(_)) => Err(format!("took longer than {} s", time.as_secs_f64())),
            Err(_) => Err("panicked; see the log".to_owned()),
        }
    }

    /// Renews the lease until it is lost.
    async fn renew(&self, claimed: &Claimed) {
        let mut until = claimed.at + self.settings.lease;
        loop {
            sleep(self.settings.lease / RENEWALS).await;
            let now = self.now();
            match lease::renew(&self.store, &claimed.lease, now + self.settings.lease).await {
                Ok(true) => until = now + self.settings.lease,
                Ok(false) => return,
                // The database may be available again before the lease expires.
                Err(_) if now < until => (),
                Err(error) => {
                    let job = &*claimed.lease.job;
                    tracing::error!(job, error = with_causes(&error), "cannot renew the lease of a job");
                    return;
                }
            }
        }
    }

    fn ending(&self, claimed: &Claimed, done: Result<Done, String>) -> Ending {
        let reason = match done {
            Ok(Done { items, message }) => {
                return Ending { outcome: JobOutcome::Succeeded, items, message, again: None, attempts: 0 };
            }
            Err(reason) => reason,
        };
        if claimed.attempt >= self.settings.attempts {
            let message = format!("{reason}; given up until the next due time");
            return Ending { outcome: JobOutcome::Failed, items: 0, message, again: None, attempts: 0 };
        }
        let pause = pause(self.settings.pause, claimed.attempt, chance());
        let again = Some(self.now() + pause);
        let attempts = claimed.attempt;
        Ending { outcome: JobOutcome::Retried, items: 0, message: reason, again, attempts }
    }

    /// An attempt that was stopped does not count.
    fn stopped(&self, claimed: &Claimed) -> Ending {
        let message = "the server was stopped".to_owned();
        let (again, attempts) = (Some(self.now()), claimed.attempt - 1);
        Ending { outcome: JobOutcome::Stopped, items: 0, message, again, attempts }
    }
}

/// The pause after a failed attempt: doubled after each, with a random part of up to half, so that jobs that failed together
/// are not retried together.
pub(super) fn pause(first: Duration, attempt: u32, chance: f64) -> TimeDelta {
    let doubled = first.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
    let pause = doubled.min(MAX_PAUSE).mul_f64(0.5 + 0.5 * chance.clamp(0.0, 1.0));
    TimeDelta::milliseconds(pause.as_millis() as i64)
}

/// A random number from 0 to 1.
pub(super) fn chance() -> f64 {
    SysRng.try_next_u32().map_or(0.5, |drawn| f64::from(drawn) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_vary_by_half() {
        let seconds = |attempt, chance| pause(Duration::from_secs(30), attempt, chance).num_seconds();
        assert_eq!([1, 2, 3, 4].map(|attempt| seconds(attempt, 1.0)), [30, 60, 120, 240]);
        assert_eq!([1, 2, 3, 4].map(|attempt| seconds(attempt, 0.0)), [15, 30, 60, 120]);
        assert_eq!(seconds(1, 0.5), 22);
        assert_eq!([8, 99].map(|attempt| seconds(attempt, 1.0)), [3_600, 3_600]);
        assert!((0.0..=1.0).contains(&chance()));
    }
}
