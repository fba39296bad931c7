//! The value report.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{BeforeAfter, FeatureValue, Mark, Question};

/// Perceived value of the features of a product.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Value {
    /// Only responses on the release with this version; null: all.
    pub release: Option<String>,
    /// Only the value to this segment; null: all.
    pub segment: Option<String>,
    /// The ranked features from the highest value down, then those with too few responses.
    pub features: Vec<FeatureValue>,
    /// Comparison with another release, segment or period; null: none was requested.
    pub comparison: Option<Comparison>,
    /// What the data do not answer.
    pub questions: Vec<Question>,
    /// Releases and incidents on the time axis of the trends.
    pub marks: Vec<Mark>,
}

/// Comparison of the values of two releases, segments or periods.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// What the values are compared with.
    pub before: String,
    /// What is compared.
    pub after: String,
    /// The features, from the greatest loss to the greatest gain.
    pub features: Vec<BeforeAfter>,
}
