//! Kinds of rows and the fields that they have.

use super::{MappingError, normalized};
use ballroom_names::near::near;

/// What the rows of a file contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Responses of customers.
    Feedback,
    /// Incidents.
    Incidents,
    /// Number of active customers per feature and day.
    Exposure,
    /// Releases of a product.
    Releases,
}

/// A field that a row can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names are descriptive, and `Kind::targets` says which kind has which")]
pub enum Target {
    Product,
    Feature,
    Features,
    Release,
    Version,
    Previous,
    Segment,
    Customer,
    Scale,
    Rating,
    Comment,
    Channel,
    OccurredAt,
    Severity,
    Title,
    OpenedAt,
    ResolvedAt,
    ReopenedAt,
    AffectedCustomers,
    Day,
    ActiveCustomers,
    ReleasedAt,
    WithdrawnAt,
    PlannedFor,
    Notes,
    ExternalId,
    UpdatedAt,
    Source,
    Description,
    Customers,
    Status,
}

impl Kind {
    /// The required targets.
    pub fn required(self) -> &'static [Target] {
        use Target::*;
        match self {
            Kind::Feedback => &[Product, OccurredAt],
            Kind::Incidents => &[Product, Severity, OpenedAt],
            Kind::Exposure => &[Product, Feature, Day, ActiveCustomers],
            Kind::Releases => &[Product, Version],
        }
    }

    /// The optional targets.
    pub fn optional(self) -> &'static [Target] {
        use Target::*;
        match self {
            Kind::Feedback => &[
                Scale, Rating, Comment, Feature, Release, Segment, Customer, Channel, ExternalId, UpdatedAt,
                Source,
            ],
            Kind::Incidents => &[
                Features,
                Release,
                Title,
                ReopenedAt,
                ResolvedAt,
                AffectedCustomers,
                ExternalId,
                UpdatedAt,
                Source,
                Description,
                Customers,
                Status,
            ],
            Kind::Exposure => &[Segment],
            Kind::Releases => {
                &[Previous, ReleasedAt, WithdrawnAt, PlannedFor, Title, Notes, Features, UpdatedAt]
            }
        }
    }

    /// Every target of this kind of row.
    pub fn targets(self) -> impl Iterator<Item = Target> {
        self.required().iter().chain(self.optional()).copied()
    }

    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Feedback => "feedback",
            Kind::Incidents => "incidents",
            Kind::Exposure => "exposure",
            Kind::Releases => "releases",
        }
    }
}

impl Target {
    /// The name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Target::Product => "product",
            Target::Feature => "feature",
            Target::Features => "features",
            Target::Release => "release",
            Target::Version => "version",
            Target::Previous => "previous",
            Target::Segment => "segment",
            Target::Customer => "customer",
            Target::Scale => "scale",
            Target::Rating => "rating",
            Target::Comment => "comment",
            Target::Channel => "channel",
            Target::OccurredAt => "occurred_at",
            Target::Severity => "severity",
            Target::Title => "title",
            Target::OpenedAt => "opened_at",
            Target::ResolvedAt => "resolved_at",
            Target::AffectedCustomers => "affected_customers",
            Target::Day => "day",
            Target::ActiveCustomers => "active_customers",
            Target::ReleasedAt => "released_at",
            Target::WithdrawnAt => "withdrawn_at",
            Target::PlannedFor => "planned_for",
            Target::Notes => "notes",
            Target::ExternalId => "external_id",
            Target::UpdatedAt => "updated_at",
            Target::ReopenedAt => "reopened_at",
            Target::Source => "source",
            Target::Description => "description",
            Target::Customers => "customers",
            Target::Status => "status",
        }
    }
}

/// Texts that people and programs use for "no value".
pub const MISSING: [&str; 25] = [
    "NA",
    "N/A",
    "#N/A",
    "<NA>",
    "n.a.",
    "n.a",
    "NaN",
    "null",
    "nil",
    "none",
    "undefined",
    "(null)",
    "(none)",
    "(blank)",
    "(empty)",
    "-",
    "--",
    "–",
    "—",
    "\\N",
    "#NAME?",
    "#VALUE!",
    "#REF!",
    "#DIV/0!",
    "#NULL!",
];

/// Texts that mean "unknown" in a name, a release date or a number of customers. In a comment they are
/// ordinary text, and in place of a time, a rating or a product they are an error.
pub const UNKNOWN: [&str; 8] = ["?", "??", "???", ".", "unknown", "(unknown)", "TBD", "TBA"];

impl Target {
    /// Whether [texts that mean "unknown"](UNKNOWN) leave it empty.
    pub(super) fn may_be_unknown(self) -> bool {
        use Target::*;
        matches!(
            self,
            Feature
                | Features
                | Release
                | Previous
                | Segment
                | Customer
                | Channel
                | ReleasedAt
                | AffectedCustomers
        )
    }

    /// Whether it is a date or a time.
    pub(crate) fn is_time(self) -> bool {
        use Target::*;
        matches!(
            self,
            OccurredAt
                | OpenedAt
                | ResolvedAt
                | ReopenedAt
                | ReleasedAt
                | WithdrawnAt
                | UpdatedAt
                | PlannedFor
                | Day
        )
    }

    /// Whether a name, in any spelling, is its own.
    pub(crate) fn is_called(self, name: &str) -> bool {
        [Some(self.name()), self.alias()].into_iter().flatten().any(|one| normalized(one) == normalized(name))
    }

    /// Another common name of the column.
    pub(super) fn alias(self) -> Option<&'static str> {
        match self {
            Target::Features => Some("feature"),
            _ => None,
        }
    }
}

impl Kind {
    pub(super) fn target(self, name: &str) -> Result<Target, MappingError> {
        self.targets().find(|target| target.is_called(name)).ok_or_else(|| {
            let known = self.targets().map(Target::name).collect::<Vec<_>>().join(", ");
            let near = near(name, self.targets().map(Target::name));
            MappingError::UnknownTarget { kind: self.name(), target: name.to_owned(), known, near }
        })
    }
}
