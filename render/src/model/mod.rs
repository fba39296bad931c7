//! The models of the reports. They are serialized as they are: a field that is published keeps its name and its meaning, and
//! later versions only add fields. `SCHEMA` counts incompatible versions.

mod figure;
mod iteration;
mod news;
mod overview;
mod release;
mod security;
mod value;

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use figure::{
    Contributions, Difference, Estimate, FeatureValue, Mark, MarkKind, Rating, Reach, SegmentValue, Subject,
    TrendPoint,
};
pub use iteration::{Deployments, Iteration};
pub use news::{
    Announced, Announcements, Attribution, Finding, Incident, Incidents, KnownError, KnownErrors, News,
    Question, Quote, RequestSegment, Requests, Shipped, Touch, Verdict, Word,
};
pub use overview::{Overview, ProductLine};
pub use release::{Adoption, BeforeAfter, Forecast, Release};
pub use security::{Risk, Security};
pub use value::{Comparison, Value};

use crate::words::Vocabulary;

/// The version of the schema of the models.
pub const SCHEMA: u32 = 1;

/// A report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Version of this schema. It changes only with incompatible changes.
    pub schema: u32,
    /// Kind; the field of the same name has the content.
    pub kind: Kind,
    /// Title.
    pub title: String,
    /// Name of the organization.
    pub organization: String,
    /// Product; null: all products.
    pub product: Option<Subject>,
    /// The audience: its rights determine what the report contains.
    pub audience: Audience,
    /// The vocabulary of the audience.
    pub vocabulary: Vocabulary,
    /// The days that the report covers.
    pub period: Period,
    /// The last day whose data are used.
    pub as_of: NaiveDate,
    /// Whether every day of the period is known and over; if not, the figures are provisional.
    pub complete: bool,
    /// Minimum number of customers of a group that is shown; null: the audience may see single responses.
    pub min_group: Option<u32>,
    /// Version of the method: the same data give the same scores only under the same version.
    pub method: String,
    /// Revision of the organization's data.
    pub revision: i64,
    /// What changed since the last report.
    pub changes: Changes,
    /// The content.
    #[serde(flatten)]
    pub content: Content,
}

/// The content of a report: one field, named after the kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Content {
    /// An iteration.
    Iteration(Box<Iteration>),
    /// Perceived value of the features of a product.
    Value(Box<Value>),
    /// One release.
    Release(Box<Release>),
    /// All products.
    Overview(Box<Overview>),
    /// Security: releases with risks.
    Security(Box<Security>),
}

/// The kind of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Kind {
    /// What an iteration achieved.
    Iteration,
    /// Perceived value of the features of a product.
    Value,
    /// One page about one release.
    Release,
    /// All products at a glance.
    Overview,
    /// Releases with security-relevant incidents or known errors.
    Security,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Iteration, Self::Value, Self::Release, Self::Overview, Self::Security];

    /// Its name in file names and on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iteration => "iteration",
            Self::Value => "value",
            Self::Release => "release",
            Self::Overview => "overview",
            Self::Security => "security",
        }
    }
}

/// For whom a report is: the roles of the organization.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Audience {
    /// Product management.
    Product,
    /// Development.
    Development,
    /// Operations.
    Operations,
    /// Security.
    Security,
    /// Business: sees no single responses, incidents or customers.
    Business,
    /// Support.
    Support,
}

impl Audience {
    /// All audiences.
    pub const ALL: [Self; 6] =
        [Self::Product, Self::Development, Self::Operations, Self::Security, Self::Business, Self::Support];

    /// Whether it may see single responses and incidents, as its role may.
    pub fn sees_responses(self) -> bool {
        self != Self::Business
    }

    /// The vocabulary that it prefers unless another one is requested.
    pub fn vocabulary(self) -> Vocabulary {
        match self {
            Self::Product | Self::Development => Vocabulary::Agile,
            Self::Operations | Self::Support | Self::Security => Vocabulary::Itil,
            Self::Business => Vocabulary::Plain,
        }
    }
}

/// A period; its days are half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// First day.
    pub from: NaiveDate,
    /// The day after the last.
    pub until: NaiveDate,
}

/// What changed since another report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// What it is compared with, such as the previous iteration; null: there is nothing to compare with.
    pub since: Option<String>,
    /// The changes, the most important first.
    pub items: Vec<Change>,
}

/// A change between two reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Whether it is good or bad news.
    pub tone: Tone,
    /// What changed, such as the name of a feature.
    pub subject: String,
    /// The change in one sentence.
    pub text: String,
    /// The figure before; null: it is no figure, or there was none.
    pub before: Option<f64>,
    /// The figure now; null: it is no figure, or there is none.
    pub now: Option<f64>,
}

/// Whether something is good news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Tone {
    /// It is.
    Good,
    /// It is neither.
    Neutral,
    /// It is bad news.
    Bad,
}
