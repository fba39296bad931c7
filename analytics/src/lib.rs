//! Perceived value and regression scores: rows of daily counts in, scores with their reasons out.
//!
//! Pure arithmetic: no clock, no randomness, no input or output; `as_of` is an argument. The way through:
//!
//! ```text
//! Facts --prepare--> Prepared --+--> hyperparameters(as_of) --+--> value, value_report, trend
//!   data frames      running    |    (kept by the caller)     +--> regression, change_point
//!                    sums       +--> alerts, forecast, standard
//! ```
//!
//! `docs/method.md` explains what the numbers mean and how good they are.

mod change;
pub mod error;
pub mod facts;
pub mod frame;
mod labels;
mod levels;
mod prepare;
pub mod prepared;
mod release;
mod running;
mod spoiled;
pub mod utility;

pub mod credibility;
pub mod dispersion;
mod interval;
pub mod prior;

pub mod value;

pub mod evidence;

pub mod control;
pub mod regression;
mod wander;

pub mod change_point;

pub mod alert;
pub mod attribution;
pub mod forecast;
pub mod lost;
pub mod standard;

pub mod words;

pub use alert::alerts;
pub use change::Changes;
pub use change_point::{change_point, change_point_of_product, change_point_of_release};
pub use error::Error;
pub use facts::{
    Day, Earlier, ExposureRow, Facts, Feature, FeedbackRow, IncidentRow, MIN_ANSWERS, Release, Scale,
    ScaleKind, Stratum,
};
pub use forecast::forecast;
pub use labels::first_day_in_use;
pub use lost::customer_days_lost;
pub use prepared::Prepared;
pub use prior::{Hyperparameters, hyperparameters};
pub use regression::{regression, regression_after};
pub use spoiled::{IncidentChange, IncidentWeights, spoiled};
pub use standard::{standard, standard_series};
pub use value::{trend, value, value_report};

/// The version of the method, carried by every score. It changes whenever the same counts would give another
/// number.
pub const METHOD: &str = "2.5";
