//! Parsed rows, and why a row is rejected.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::{mapping::Target, record::BadRecord};

/// A response in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct FeedbackRow {
    /// The line of the record.
    pub line: u64,
    /// The product's name.
    pub product: String,
    /// The feature's name; none: the product as a whole.
    pub feature: Option<String>,
    /// The version that the response names.
    pub release: Option<String>,
    /// The segment's name.
    pub segment: Option<String>,
    /// Customer; none: anonymous.
    pub customer: Option<String>,
    /// Name of the scale; none without a rating.
    pub scale: Option<String>,
    /// The rating on that scale; none: there is only a comment.
    pub rating: Option<f64>,
    /// Comment.
    pub comment: Option<String>,
    /// How it came.
    pub channel: Option<String>,
    /// When it was given.
    pub occurred_at: DateTime<Utc>,
    /// Time of the update according to the source.
    pub updated_at: Option<DateTime<Utc>>,
    /// The source's ID.
    pub external_id: Option<String>,
    /// The system that the row comes from, where rows of a file come from several.
    pub source: Option<String>,
    /// Fields that are empty at the source: the row has a time of update, and these cells are empty.
    pub empty: Vec<Target>,
}

/// An incident in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct IncidentRow {
    /// The line of the record.
    pub line: u64,
    /// The product's name.
    pub product: String,
    /// The features that did not work.
    pub features: Vec<String>,
    /// The reported cause.
    pub release: Option<String>,
    /// 1 (critical) to 4 (minor).
    pub severity: u8,
    /// Whether it was a bare number, whose direction the file does not show.
    pub severity_was_a_number: bool,
    /// Title.
    pub title: Option<String>,
    /// When it began.
    pub opened_at: DateTime<Utc>,
    /// When it began again, after it had been resolved.
    pub reopened_at: Option<DateTime<Utc>>,
    /// When it ended; none: it is open.
    pub resolved_at: Option<DateTime<Utc>>,
    /// Whether it is open at the source: the row has a time of update, and the cell of the end is empty.
    pub open: bool,
    /// Time of the update according to the source.
    pub updated_at: Option<DateTime<Utc>>,
    /// Number of affected customers; none: unknown.
    pub affected_customers: Option<i64>,
    /// The source's ID.
    pub external_id: Option<String>,
    /// The system that the row comes from, where rows of a file come from several.
    pub source: Option<String>,
    /// Description.
    pub description: Option<String>,
    /// The affected customers.
    pub customers: Vec<String>,
    /// Fields that are empty at the source: the row has a time of update, and these cells are empty.
    pub empty: Vec<Target>,
}

/// The active customers of a feature on a day in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ExposureRow {
    /// The line of the record.
    pub line: u64,
    /// The product's name.
    pub product: String,
    /// The feature's name.
    pub feature: String,
    /// The segment's name; none: all customers that are in no segment.
    pub segment: Option<String>,
    /// The day, in the product's time zone.
    pub day: NaiveDate,
    /// Number of customers who used the feature.
    pub active_customers: i64,
}

/// A release in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseRow {
    /// The line of the record.
    pub line: u64,
    /// The product's name.
    pub product: String,
    /// The version, a string: 12.10 is not 12.1.
    pub version: String,
    /// The version that it follows.
    pub previous: Option<String>,
    /// When it was released; none: it is planned.
    pub released_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The day for which it was planned.
    pub planned_for: Option<NaiveDate>,
    /// What it changes, for customers.
    pub notes: Option<String>,
    /// Time of the update according to the source.
    pub updated_at: Option<DateTime<Utc>>,
    /// Title.
    pub title: Option<String>,
    /// The features that it touches.
    pub features: Vec<Touch>,
    /// Fields that are empty at the source: the row has a time of update, and these cells are empty.
    pub empty: Vec<Target>,
}

/// A feature that a release touches; in a file `search` or `search:fixed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The feature's name.
    pub feature: String,
    /// Effect of the release.
    pub change: Change,
}

/// Effect of a release on a feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is new.
    Added,
    /// It works differently.
    Changed,
    /// A defect is fixed.
    Fixed,
    /// The feature is removed.
    Removed,
}

impl Change {
    /// The name that files use.
    pub fn name(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Changed => "changed",
            Change::Fixed => "fixed",
            Change::Removed => "removed",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Change> {
        let all = [Change::Added, Change::Changed, Change::Fixed, Change::Removed];
        all.into_iter().find(|change| change.name().eq_ignore_ascii_case(name.trim()))
    }
}

/// A rejected row, for the rejects file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct Reject {
    /// The line of the record.
    pub line: u64,
    /// The invalid field; empty if the whole record is invalid.
    pub field: String,
    /// What is wrong and what would be valid.
    pub reason: String,
}

impl Reject {
    /// All that is wrong with a row.
    pub(crate) fn of(line: u64, wrong: &[(Target, String)]) -> Reject {
        if let [(target, reason)] = wrong {
            return Reject { line, field: target.name().to_owned(), reason: reason.clone() };
        }
        let field = wrong.iter().map(|(target, _)| target.name()).collect::<Vec<_>>().join(", ");
        let reasons = wrong.iter().map(|(target, reason)| format!("{}: {reason}", target.name()));
        Reject { line, field, reason: reasons.collect::<Vec<_>>().join("; ") }
    }

    /// The reason without the values of the row, by which rejects are counted.
    pub fn sort(&self) -> String {
        let mut kept = String::with_capacity(self.reason.len());
        let mut inside = None;
        for one in self.reason.chars() {
            match (inside, one) {
                (None, '`' | '"') => {
                    inside = Some(one);
                    kept.push('…');
                }
                (Some(quote), one) if quote == one => inside = None,
                (Some(_), _) => (),
                (None, one) if one.is_ascii_digit() => {
                    if !kept.ends_with('0') {
                        kept.push('0');
                    }
                }
                (None, one) => kept.push(one),
            }
        }
        kept
    }
}

impl From<&BadRecord> for Reject {
    fn from(bad: &BadRecord) -> Reject {
        Reject { line: bad.line, field: String::new(), reason: bad.reason.clone() }
    }
}
