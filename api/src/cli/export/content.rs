//! What can be exported, and by what it can be filtered.

use clap::ValueEnum;

/// What can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Content {
    /// Responses of customers.
    Feedback,
    /// Incidents: a row for each interval in which one was open.
    Incidents,
    /// Number of active customers per feature and day.
    Exposure,
    /// Releases.
    Releases,
    /// Known errors.
    KnownErrors,
    /// Articles of the knowledge base.
    Articles,
    /// Announcements of changes.
    Announcements,
    /// Iterations.
    Iterations,
    /// Deployments.
    Deployments,
}

impl Content {
    /// The name on the command line.
    pub(super) fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Whether it can be filtered by feature, release, segment and days.
    pub(super) fn filters(self) -> [bool; 4] {
        match self {
            Self::Feedback => [true, true, true, true],
            Self::Incidents => [true, true, false, true],
            Self::Exposure => [true, false, true, true],
            Self::Releases => [false, false, false, true],
            Self::KnownErrors | Self::Articles => [true, false, false, false],
            Self::Announcements => [true, true, false, true],
            Self::Iterations => [false, false, false, true],
            Self::Deployments => [false, false, false, true],
        }
    }

    /// The field of the filter for days.
    pub(super) fn day(self) -> &'static str {
        match self {
            Self::Releases => "releasedOn",
            Self::Announcements => "planned",
            Self::Iterations => "period",
            Self::Deployments => "deployedAt",
            _ => "day",
        }
    }
}
