//! The overview of all products.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Difference, Estimate, Finding, Question, Subject};

/// All products at a glance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Overview {
    /// The products: the ranked ones from the highest value down, then the others.
    pub products: Vec<ProductLine>,
    /// What the data do not answer.
    pub questions: Vec<Question>,
}

/// A product in the overview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProductLine {
    /// The product.
    pub product: Subject,
    /// Perceived value: of the product as a whole, else the mean of its features, weighted by their responses; null: no
    /// responses.
    pub value: Option<Estimate>,
    /// Whether the value is the mean of the features, because there are no responses about the product as a whole.
    pub of_features: bool,
    /// Change since the period before; null: no responses.
    pub change: Option<Difference>,
    /// Number of responses; null: too few customers to be shown.
    pub responses: Option<i64>,
    /// Number of releases that shipped.
    pub releases: i64,
    /// Regressions.
    pub regressions: Vec<Finding>,
    /// Number of incidents that began.
    pub incidents: i64,
    /// Customer-hours lost to incidents, weighted by severity; null: unknown.
    pub customer_hours_lost: Option<f64>,
    /// Median lead time of announcements in hours; null: none was announced.
    pub median_lead_hours: Option<f64>,
    /// Number of incidents of releases that were not announced.
    pub surprises: i64,
}
