//! Repeated submissions: one rule for all nouns.
//!
//! A system sends its data, and sends them again when they have changed, or because a request may have been lost. So an
//! object is identified by its external ID (or its key or version), and the newest version is applied: the one sent
//! last, unless the source provides the time of each version; then the one with the latest time. The same version
//! submitted again changes nothing, not even later corrections: it is compared with the last submission, not with the
//! stored object.

use std::{borrow::Cow, collections::BTreeMap};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::check;
use crate::base::{error::Error, near::near};

/// The outcome of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Unknown before: created.
    Created,
    /// Known and different: updated.
    Updated,
    /// Known and equal: unchanged.
    Unchanged,
    /// A later version is known: ignored.
    Outdated,
}

impl Outcome {
    /// The objects with names similar to that of a created one: possible duplicates.
    pub(crate) fn alike<'a, T: Clone + 'a>(
        self,
        name: &str,
        all: impl Iterator<Item = &'a T>,
        name_of: impl Fn(&T) -> &str,
    ) -> Vec<T> {
        if self != Self::Created {
            return Vec::new();
        }
        let others: Vec<&T> = all.filter(|one| name_of(one) != name).collect();
        let near = near(name, others.iter().map(|one| name_of(one)));
        let named = |name: &String| others.iter().find(|one| name_of(one) == name).map(|one| (*one).clone());
        near.iter().filter_map(named).collect()
    }
}

/// Identifies a version of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Time of the version according to the source.
    pub(crate) updated_at: Option<DateTime<Utc>>,
    /// Hash of the submission.
    pub(crate) sent: i64,
}

impl Stamp {
    /// The stamp of a submitted item. A version from the future would block all later ones, so it is refused.
    pub(crate) fn of(
        item: &impl Serialize,
        updated_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<Self, Error> {
        let updated_at = updated_at.map(|at| check::updated_at(at, now)).transpose()?;
        let hash = Sha256::digest(written(item));
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(hash);
        // Zero stands for null on the way into PostgreSQL.
        let sent = match i64::from_be_bytes([a, b, c, d, e, f, g, h]) {
            0 => 1,
            hash => hash,
        };
        Ok(Self { updated_at, sent })
    }

    /// The outcome if the version is not to be applied; none if it is.
    pub(crate) fn against(self, updated_at: Option<DateTime<Utc>>, sent: Option<i64>) -> Option<Outcome> {
        if sent == Some(self.sent) {
            return Some(Outcome::Unchanged);
        }
        match (self.updated_at, updated_at) {
            (Some(given), Some(known)) if given < known => Some(Outcome::Outdated),
            _ => None,
        }
    }

    /// The time to store once this version is applied.
    pub(crate) fn later(self, updated_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        self.updated_at.max(updated_at)
    }
}

/// A submission as its hash is computed from it: JSON with sorted names. Omitted fields are left out, so that a new field does
/// not change the hash.
fn written(item: &impl Serialize) -> String {
    let all = serde_json::to_string(item).unwrap_or_else(|_| "null".to_owned());
    let Ok(fields) = serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(&all) else { return all };
    let mut text = String::with_capacity(all.len());
    for (name, value) in fields {
        let value = value.get();
        if matches!(value, "null" | "[]" | "false") {
            continue;
        }
        text.push(if text.is_empty() { '{' } else { ',' });
        let name = serde_json::Value::String(name.into_owned());
        // An object within has its names sorted too.
        let sorted = value.contains('{').then(|| serde_json::from_str::<serde_json::Value>(value));
        match sorted {
            Some(Ok(sorted)) => text += &format!("{name}:{sorted}"),
            _ => text += &format!("{name}:{value}"),
        }
    }
    text += if text.is_empty() { "{}" } else { "}" };
    text
}

/// The fields that were sent as null, by name. They are part of the submission.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Nulls(Vec<&'static str>);

impl Nulls {
    /// The value of a field: none if it was omitted or null; null is recorded.
    pub fn note<T>(&mut self, field: &'static str, given: Option<Option<T>>) -> Option<T> {
        if matches!(given, Some(None)) {
            self.0.push(field);
        }
        given.flatten()
    }

    /// The same for a list: an empty one is equivalent to null.
    pub fn note_list<T>(&mut self, field: &'static str, given: Option<Option<Vec<T>>>) -> Vec<T> {
        let given = given.map(|list| list.filter(|list| !list.is_empty()));
        self.note(field, given).unwrap_or_default()
    }

    /// Whether a field was sent as null.
    pub(crate) fn has(&self, field: &str) -> bool {
        self.0.contains(&field)
    }

    /// Applies the value of a nullable field: null removes the value, an omitted field is kept.
    pub(crate) fn take<T>(&self, field: &str, known: &mut Option<T>, given: Option<T>) {
        if given.is_some() || self.has(field) {
            *known = given;
        }
    }

    /// The same of a field that cannot be empty: null is its default.
    pub(crate) fn take_or<T>(
        &self,
        field: &str,
        known: &mut T,
        given: Option<T>,
        default: impl FnOnce() -> T,
    ) {
        match given {
            Some(given) => *known = given,
            None if self.has(field) => *known = default(),
            None => (),
        }
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
        let of = |text: &str, at| Stamp::of(&serde_json::json!({ "title": text }), at, noon + hour).unwrap();
        let known = of("a", Some(noon));
        let against = |given: Stamp| given.against(known.updated_at, Some(known.sent));
        assert_eq!(against(of("a", Some(noon))), Some(Outcome::Unchanged));
        assert_eq!(against(of("b", Some(noon - hour))), Some(Outcome::Outdated));
        assert_eq!(against(of("b", Some(noon + hour))), None);
        assert_eq!(against(of("b", None)), None, "without a time, the version sent last is the newest");
    }

    #[test]
    fn what_is_not_given_is_no_part_of_what_was_sent() {
        let short = serde_json::json!({ "title": "a" });
        let long = serde_json::json!({ "title": "a", "release": null, "features": [], "open": false });
        let of = |item| Stamp::of(item, None, DateTime::UNIX_EPOCH).unwrap();
        assert_eq!(of(&short), of(&long));
    }

    #[test]
    fn what_is_written_for_the_hash_is_what_it_always_was() {
        // A change would make every stored hash another, and every repeated submission an update.
        let item = serde_json::json!({ "title": "a \"b\" \u{1} ä 😀 {", "severity": 2, "share": 0.1, "many": 1e21, "whole": 4.0,
            "features": ["x", "y"], "none": null, "empty": [], "open": false, "closed": true, "say \"it\"": 1,
            "nested": [{ "b": null, "a": { "d": [], "c": 1.50 } }] });
        assert_eq!(
            written(&item),
            "{\"closed\":true,\"features\":[\"x\",\"y\"],\"many\":1e+21,\"nested\":[{\"a\":{\"c\":1.5,\"d\":[]},\"b\":null}],\
             \"say \\\"it\\\"\":1,\"severity\":2,\"share\":0.1,\"title\":\"a \\\"b\\\" \\u0001 ä 😀 {\",\"whole\":4.0}"
        );
        let mut sorted = item.clone();
        sorted.as_object_mut().unwrap().retain(|_, value| {
            !value.is_null()
                && value.as_array().is_none_or(|list| !list.is_empty())
                && *value != serde_json::json!(false)
        });
        assert_eq!(written(&item), sorted.to_string());
        #[derive(Serialize)]
        struct Declared {
            title: &'static str,
            rating: Option<f64>,
            at: DateTime<Utc>,
            by: Option<&'static str>,
        }
        let of = Declared { title: "z", rating: Some(7.25), at: DateTime::UNIX_EPOCH, by: None };
        assert_eq!(written(&of), "{\"at\":\"1970-01-01T00:00:00Z\",\"rating\":7.25,\"title\":\"z\"}");
        assert_eq!((written(&()), written(&serde_json::json!({}))), ("null".to_owned(), "{}".to_owned()));
    }

    #[test]
    fn null_is_a_part_of_what_was_sent_and_empties_what_can_be_empty() {
        let mut nulls = Nulls::default();
        assert_eq!(nulls.note("title", Some(Some(1))), Some(1));
        assert_eq!(nulls.note("notes", None::<Option<i32>>), None);
        assert_eq!(nulls, Nulls::default());
        assert_eq!(nulls.note("comment", Some(None::<i32>)), None);
        assert!(nulls.note_list("features", Some(Some(Vec::<i32>::new()))).is_empty());
        let (mut comment, mut notes, mut features) = (Some(1), Some(2), vec![3]);
        nulls.take("comment", &mut comment, None);
        nulls.take("notes", &mut notes, None);
        nulls.take_or("features", &mut features, None, Vec::new);
        assert_eq!((comment, notes, features), (None, Some(2), vec![]));
        let of =
            |nulls: &Nulls| Stamp::of(&serde_json::json!({ "nulls": nulls }), None, DateTime::UNIX_EPOCH);
        assert_ne!(of(&nulls).unwrap(), of(&Nulls::default()).unwrap());
    }

    #[test]
    fn a_state_that_has_not_come_is_refused() {
        let ahead = |minutes| {
            Stamp::of(&(), Some(DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)), DateTime::UNIX_EPOCH)
        };
        assert!(ahead(5).is_ok());
        assert!(ahead(6).unwrap_err().to_string().starts_with("updatedAt: "));
    }
}
