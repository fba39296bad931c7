//! Things that are sent again: one rule for all nouns.
//!
//! A system sends what it knows, and sends it again when it has changed, or only in case it got lost. So a thing is
//! known by its external id (or its key or version), and what is newer is taken: what was sent last, unless the
//! source says when each state began, for then the latest of those is the newest. The same thing sent again changes
//! nothing, not even what people have corrected since: it is compared with what was sent, not with what became of it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

/// What became of a thing that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Became {
    /// It was not known: it was made.
    Created,
    /// It was known and was different: it was changed.
    Updated,
    /// It was known and is the same: nothing was changed.
    AlreadyThere,
    /// A later state of it is known: nothing was changed.
    Outdated,
}

/// What tells one state of a thing from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// When the source says that the thing became so.
    pub(crate) updated_at: Option<DateTime<Utc>>,
    /// Hash of all that was sent.
    pub(crate) sent: i64,
}

impl Stamp {
    /// That of an item as it was sent.
    pub(crate) fn of(item: &impl Serialize, updated_at: Option<DateTime<Utc>>) -> Self {
        // Fields that are not given are left out, so that a new field of ours does not change what is known.
        let mut value = serde_json::to_value(item).unwrap_or_default();
        if let Some(fields) = value.as_object_mut() {
            fields.retain(|_, value| {
                !value.is_null()
                    && value.as_array().is_none_or(|list| !list.is_empty())
                    && *value != serde_json::Value::Bool(false)
            });
        }
        let hash = Sha256::digest(value.to_string());
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hash);
        // Zero stands for null on the way into PostgreSQL.
        let sent = match i64::from_be_bytes([a, b, c, d, e, f, g, h]) {
            0 => 1,
            hash => hash,
        };
        Self { updated_at: updated_at.map(|at| chrono::SubsecRound::trunc_subsecs(at, 6)), sent }
    }

    /// What it is against what is known: an end of the matter, or none where it is to be taken.
    pub(crate) fn against(self, updated_at: Option<DateTime<Utc>>, sent: Option<i64>) -> Option<Became> {
        if sent == Some(self.sent) {
            return Some(Became::AlreadyThere);
        }
        match (self.updated_at, updated_at) {
            (Some(given), Some(known)) if given < known => Some(Became::Outdated),
            _ => None,
        }
    }

    /// The time that is known once this state is taken.
    pub(crate) fn later(self, updated_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        self.updated_at.max(updated_at)
    }
}

/// Replaces a value by one that was given, if one was.
pub(crate) fn take<T: PartialEq>(known: &mut T, given: Option<T>) {
    if let Some(given) = given {
        *known = given;
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn what_is_newer_is_taken_and_the_same_again_is_not() {
        let noon = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let hour = TimeDelta::hours(1);
        let of = |text: &str, at| Stamp::of(&serde_json::json!({ "title": text }), at);
        let known = of("a", Some(noon));
        let against = |given: Stamp| given.against(known.updated_at, Some(known.sent));
        assert_eq!(against(of("a", Some(noon))), Some(Became::AlreadyThere));
        assert_eq!(against(of("b", Some(noon - hour))), Some(Became::Outdated));
        assert_eq!(against(of("b", Some(noon + hour))), None);
        assert_eq!(against(of("b", None)), None, "without a time, what was sent last is the newest");
    }

    #[test]
    fn what_is_not_given_is_no_part_of_what_was_sent() {
        let short = serde_json::json!({ "title": "a" });
        let long = serde_json::json!({ "title": "a", "release": null, "features": [], "open": false });
        assert_eq!(Stamp::of(&short, None), Stamp::of(&long, None));
    }
}
