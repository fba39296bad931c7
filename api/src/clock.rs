//! The one place that knows what time it is. Everything else is told.

use chrono::{DateTime, SubsecRound, Utc};

/// Now, by a clock that never goes back: for how long something took or may take.
pub fn instant() -> std::time::Instant {
    std::time::Instant::now()
}

/// Now, to the microsecond: what PostgreSQL keeps, so that a time reads back as it was written.
#[allow(clippy::disallowed_methods, reason = "this is the clock")]
pub fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(6)
}
