//! The security view.

use chrono::NaiveDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Incident, KnownError, Question, Subject};

/// Releases with security-relevant incidents or known errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Security {
    /// The releases with a risk: those with open incidents first, then the latest.
    pub releases: Vec<Risk>,
    /// Security-relevant incidents that are open, or began in the period and are attributed to no release.
    pub unattributed: Vec<Incident>,
    /// Number of security-relevant incidents that are open.
    pub open: i64,
    /// Customers affected by open incidents, as far as known: an incident without a number counts 0.
    pub exposed_customers: i64,
    /// How incidents are recognized as security-relevant.
    pub basis: String,
    /// What the data do not answer.
    pub questions: Vec<Question>,
}

/// The risk that a release carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Risk {
    /// The product.
    pub product: Subject,
    /// Version of the release.
    pub release: String,
    /// First day with customers; null: not shipped yet.
    pub released_on: Option<NaiveDate>,
    /// Whether it is with customers.
    pub live: bool,
    /// Security-relevant incidents.
    pub incidents: Vec<Incident>,
    /// Number of security-relevant incidents that are open.
    pub open: i64,
    /// Customers affected by open security-relevant incidents, as far as known.
    pub exposed_customers: i64,
    /// Security-relevant known errors.
    pub known_errors: Vec<KnownError>,
}
