//! The days of reports, as options.

use chrono::NaiveDate;
use clap::Args;

use crate::score::Period;

/// The days of a report.
#[derive(Args)]
pub(super) struct AnyDays {
    /// First day.
    #[arg(long, value_name = "DAY", requires = "until", conflicts_with = "days")]
    pub(super) from: Option<NaiveDate>,

    /// Day after the last.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub(super) until: Option<NaiveDate>,

    /// Number of days up to today, or up to `--as-of`; default: 28 for the overview, 90 for security.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=36_525))]
    pub(super) days: Option<u64>,
}

/// The days whose responses count.
#[derive(Args)]
pub(super) struct Days {
    /// First day. The title of a period that is not over says "so far"; today is not over.
    #[arg(long, value_name = "DAY", requires = "until", conflicts_with = "days")]
    pub(super) from: Option<NaiveDate>,

    /// Day after the last.
    #[arg(long, value_name = "DAY", requires = "from")]
    pub(super) until: Option<NaiveDate>,

    /// Number of days up to today, or up to `--as-of`, 1 to 36525.
    #[arg(long, value_name = "NUMBER", default_value = "90", value_parser = clap::value_parser!(u64).range(1..=36_525))]
    pub(super) days: u64,
}

impl Days {
    /// The period, if it is given by its ends.
    pub(super) fn named(&self) -> Option<Period> {
        Some(Period { from: self.from?, until: self.until? })
    }
}
