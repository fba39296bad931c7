//! Rate limits of publishable tokens. Such tokens are public, so they must be limited.
//!
//! Each process counts separately, in memory: a restart resets the counts, and two servers admit twice as
//! much. A protection against floods need not be exact.

use std::{
    hash::Hash,
    net::IpAddr,
    num::NonZeroU32,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use governor::{
    DefaultKeyedRateLimiter, Quota,
    clock::{Clock, DefaultClock},
};

use crate::{
    base::error::Error,
    domain::{access::Viewer, feedback::Handed},
};

/// Keys that were not seen for a minute are removed after this many checks.
const CLEANUP_INTERVAL: usize = 10_000;

/// Limits in responses per minute. As many may arrive at once if none arrived in the minute before.
#[derive(Clone, Copy, Debug)]
pub struct RateSettings {
    /// With one publishable token.
    pub token: NonZeroU32,
    /// With publishable tokens from one address.
    pub address: NonZeroU32,
    /// Of one respondent.
    pub respondent: NonZeroU32,
}

impl Default for RateSettings {
    fn default() -> Self {
        let rate = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        Self { token: rate(1_200), address: rate(120), respondent: rate(20) }
    }
}

/// The recent submissions of publishable tokens.
pub struct Rates {
    tokens: Rate<String>,
    addresses: Rate<IpAddr>,
    respondents: Rate<(String, String)>,
}

impl Rates {
    /// Without submissions.
    pub fn new(settings: RateSettings) -> Self {
        Self {
            tokens: Rate::new("with this token", settings.token),
            addresses: Rate::new("from this address", settings.address),
            respondents: Rate::new("of this respondent", settings.respondent),
        }
    }

    /// Admits a caller's responses, or returns the time to wait. Callers without a publishable token are always admitted.
    pub fn admit(&self, viewer: &Viewer, answers: &[Handed]) -> Result<(), Error> {
        let Some(publication) = viewer.publication() else { return Ok(()) };
        // The address first: it bounds the respondents that a caller can invent.
        if let Some(address) = viewer.address {
            self.addresses.admit(address, answers.len())?;
        }
        let mut respondents: Vec<&str> = answers.iter().filter_map(|one| one.respondent.as_deref()).collect();
        respondents.sort_unstable();
        for same in respondents.chunk_by(|a, b| a == b) {
            let key = (publication.realm.clone(), same[0].to_owned());
            self.respondents.admit(key, same.len())?;
        }
        self.tokens.admit(publication.realm.clone(), answers.len())
    }
}

struct Rate<K: Hash + Eq + Clone> {
    whose: &'static str,
    a_minute: NonZeroU32,
    limiter: DefaultKeyedRateLimiter<K>,
    asked: AtomicUsize,
}

impl<K: Hash + Eq + Clone> Rate<K> {
    fn new(whose: &'static str, a_minute: NonZeroU32) -> Self {
        let limiter = DefaultKeyedRateLimiter::keyed(Quota::per_minute(a_minute));
        Self { whose, a_minute, limiter, asked: AtomicUsize::new(0) }
    }

    fn admit(&self, key: K, answers: usize) -> Result<(), Error> {
        let Some(answers) = u32::try_from(answers).ok().and_then(NonZeroU32::new) else { return Ok(()) };
        if self.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(CLEANUP_INTERVAL) {
            self.limiter.retain_recent();
        }
        let most = format!("at most {} responses per minute are accepted {}", self.a_minute, self.whose);
        match self.limiter.check_key_n(&key, answers) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(until)) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                Err(Error::RateLimited { most, wait: wait.max(Duration::from_secs(1)) })
            }
            Err(_) => Err(Error::invalid(
                "items",
                format!("has {answers} responses; {most}, so send fewer per request"),
            )),
        }
    }
}
