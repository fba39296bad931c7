//! Reports: a model of each kind, filled from the domain and the scores. `ballroom_render` turns models into files.

mod features;
pub mod finding;
mod happened;
mod iteration;
mod known;
mod overview;
mod release;
mod security;
mod source;
mod stored;
pub mod terminal;
mod value;

use ballroom_render::{
    Report, Vocabulary,
    model::{Audience, Changes, Content, Kind, Period as Days, SCHEMA, Subject},
};
use chrono::{DateTime, NaiveDate, Utc};

use self::source::Source;
use crate::{
    base::error::Error,
    domain::access::{self, Read, Viewer},
    score::{Cell, Period, Scores},
    store::Store,
};

pub use stored::{changes_between, kind, read, rendered, stored_kind, to_store};
pub use value::Against;

/// A report to build. Objects are given by reference: ID, key, name or version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// What an iteration achieved.
    Iteration {
        /// The product.
        product: Option<String>,
        /// Which of its iterations.
        iteration: Which,
        /// Only what was known at the end of this day.
        as_of: Option<NaiveDate>,
    },
    /// Perceived value of the features of a product.
    Value {
        /// The product.
        product: String,
        /// The days; the last 90 by default.
        period: Option<Period>,
        /// Only responses on this release.
        release: Option<String>,
        /// Only the value to this segment.
        segment: Option<String>,
        /// What it is compared with besides the period before.
        against: Option<Against>,
        /// Only what was known at the end of this day.
        as_of: Option<NaiveDate>,
    },
    /// One page about one release.
    Release {
        /// The product.
        product: String,
        /// The release.
        release: String,
        /// Only what was known at the end of this day.
        as_of: Option<NaiveDate>,
    },
    /// All products.
    Overview {
        /// The days; the last 30 by default.
        period: Option<Period>,
        /// Only what was known at the end of this day.
        as_of: Option<NaiveDate>,
    },
    /// Releases with security-relevant incidents or known errors.
    Security {
        /// The days; the last 90 by default.
        period: Option<Period>,
        /// Only what was known at the end of this day.
        as_of: Option<NaiveDate>,
    },
}

/// An iteration of a product.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The last one that is over.
    Last,
    /// The one that includes today.
    Current,
    /// The one with this ID or name.
    Named(String),
}

impl Which {
    /// An iteration by its name or ID, or by one of the words `last` and `current`.
    pub fn of(which: String) -> Self {
        match which.as_str() {
            "last" => Self::Last,
            "current" => Self::Current,
            _ => Self::Named(which),
        }
    }
}

impl Asked {
    /// The kind of the report.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Iteration { .. } => Kind::Iteration,
            Self::Value { .. } => Kind::Value,
            Self::Release { .. } => Kind::Release,
            Self::Overview { .. } => Kind::Overview,
            Self::Security { .. } => Kind::Security,
        }
    }
}

/// For whom a report is built.
#[derive(Clone, Copy, Debug)]
pub struct Reader {
    pub(super) by: access::Report,
    /// The right to read single responses, if the caller has it.
    read: Option<Read>,
    /// The audience.
    pub audience: Audience,
    /// Its vocabulary.
    pub vocabulary: Vocabulary,
}

impl Reader {
    /// A report for an audience (by default that of the role of the caller), in a vocabulary (by default that of the audience). It
    /// contains what both the caller and the audience may see.
    pub fn of(
        viewer: &Viewer,
        audience: Option<Audience>,
        vocabulary: Option<Vocabulary>,
    ) -> Result<Self, Error> {
        use ballroom_entity::api_token::Role;
        let by = viewer.reports()?;
        let read = viewer.reads().ok().filter(|read| read.only().is_none());
        let audience = audience.unwrap_or(match viewer.role() {
            Some(Role::Development) => Audience::Development,
            Some(Role::Operations) => Audience::Operations,
            Some(Role::Security) => Audience::Security,
            Some(Role::Business) => Audience::Business,
            Some(Role::Support) => Audience::Support,
            Some(Role::Product | Role::Administrator | Role::Customer) | None => Audience::Product,
        });
        Ok(Self { by, read, audience, vocabulary: vocabulary.unwrap_or(audience.vocabulary()) })
    }

    /// The right to read single responses, if the audience may see them.
    fn reads(&self) -> Option<Read> {
        self.read.filter(|_| self.audience.sees_responses())
    }
}

/// Builds a report from the current data.
pub async fn build(
    store: &Store,
    scores: &Scores,
    reader: &Reader,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<Report, Error> {
    let source = Source::new(store, scores, reader, now).await?;
    match asked {
        Asked::Iteration { product, iteration, as_of } => {
            iteration::report(&source, product.as_deref(), iteration, *as_of).await
        }
        Asked::Value { .. } => value::report(&source, asked).await,
        Asked::Release { product, release, as_of } => {
            release::report(&source, product, release, *as_of).await
        }
        Asked::Overview { period, as_of } => overview::report(&source, *period, *as_of).await,
        Asked::Security { period, as_of } => security::report(&source, *period, *as_of).await,
    }
}

/// What all kinds have in common.
fn whole(
    source: &Source<'_>,
    title: String,
    product: Option<Subject>,
    (cell, today): (&Cell, NaiveDate),
    changes: Changes,
    content: Content,
) -> Report {
    let kind = match content {
        Content::Iteration(_) => Kind::Iteration,
        Content::Value(_) => Kind::Value,
        Content::Release(_) => Kind::Release,
        Content::Overview(_) => Kind::Overview,
        Content::Security(_) => Kind::Security,
    };
    Report {
        schema: SCHEMA,
        kind,
        title,
        organization: source.organization.name.clone(),
        product,
        audience: source.reader.audience,
        vocabulary: source.reader.vocabulary,
        period: Days { from: cell.period.from, until: cell.period.until },
        as_of: cell.as_of,
        complete: cell.complete(today),
        min_group: source.only_groups().and_then(|group| u32::try_from(group.number()).ok()),
        method: ballroom_analytics::METHOD.to_owned(),
        revision: source.revision,
        changes,
        content,
    }
}

/// A figure with three decimals: more are noise, and differ between machines. Zero has no sign.
fn number(value: f64) -> f64 {
    let rounded = (value * 1_000.0).round() / 1_000.0;
    if rounded == 0.0 { 0.0 } else { rounded }
}
