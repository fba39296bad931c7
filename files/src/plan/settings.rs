//! What the user says about a file.

use chrono_tz::Tz;

use crate::date::DateOrder;
use crate::mapping::{Kind, Mapping, MappingError, ScalePeriod};
use crate::read::ReadOptions;
use crate::record::Columns;
use crate::value::{ScaleShape, SeverityRange};

/// What the user says about a file; everything else is found.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What the rows contain; none: found.
    pub kind: Option<Kind>,
    /// How the file is read.
    pub read: ReadOptions,
    /// Columns of fields: pairs of field and column.
    pub map: Vec<(String, String)>,
    /// Fields that are the same in all rows: pairs of field and text.
    pub set: Vec<(String, String)>,
    /// What texts of fields mean: field, text and value.
    pub values: Vec<(String, String, String)>,
    /// Texts that mean "no value"; the default ones if not given.
    pub missing: Option<Vec<String>>,
    /// Prefix of the versions in this file.
    pub release_prefix: Option<String>,
    /// Format of dates and times, if not a common one.
    pub date_format: Option<String>,
    /// The order of day and month; none: found.
    pub date_order: Option<DateOrder>,
    /// Time zone of times without one.
    pub time_zone: Tz,
    /// The scales that there are.
    pub scales: Vec<ScaleShape>,
    /// The scale of the ratings by their day.
    pub scale_periods: Vec<ScalePeriod>,
    /// Columns that say for each row whether it is about a feature.
    pub feature_columns: Vec<String>,
    /// The separator between several features of a row.
    pub list_separator: Option<String>,
    /// The numbers of severities.
    pub severities: Option<SeverityRange>,
    /// Skips rows with neither a rating nor a comment instead of rejecting them.
    pub skip_empty: bool,
    /// A known kind of export.
    pub preset: Option<String>,
    /// Whether to propose columns for fields that are not given, and to recognize known exports.
    pub guess: bool,
    /// Whether required fields may be absent: for a preview.
    pub allow_absent: bool,
}

impl Settings {
    /// The mapping for a file with these columns; required fields may be absent.
    pub fn mapping(&self, columns: &Columns) -> Result<Mapping, MappingError> {
        let kind = self.kind.unwrap_or(Kind::Feedback);
        let mut mapping = Mapping::partial(kind, columns, &self.map, &self.set)?
            .with_values(&self.values)?
            .with_feature_columns(columns, &self.feature_columns)?
            .with_list_separator(self.list_separator.as_deref())
            .with_scales(self.scales.clone())
            .with_scale_periods(self.scale_periods.clone())
            .with_severities(self.severities)
            .skipping_empty(self.skip_empty);
        if let Some(missing) = &self.missing {
            mapping = mapping.with_missing(missing);
        }
        if let Some(prefix) = &self.release_prefix {
            mapping = mapping.without_release_prefix(prefix);
        }
        Ok(mapping)
    }
}
