//! The only place that reads the system clock. All other code takes the time as an argument.

use chrono::{DateTime, SubsecRound, Utc};

/// The monotonic time: for durations and timeouts.
pub fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

/// The current time in microseconds, the resolution of PostgreSQL, so that a time reads back as it was written.
#[allow(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
