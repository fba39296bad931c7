//! Further settings of a mapping: what values mean, and what one row has several of.

use chrono::NaiveDate;

use super::{Mapping, MappingError, Target, find};
use crate::record::Columns;
use crate::value::{ScaleShape, SeverityRange};

/// A column of ratings on a scale of its own.
pub type Measure = (String, String);

/// The scale of the ratings of some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScalePeriod {
    /// The scale.
    pub scale: String,
    /// The first day; none: from the beginning.
    pub from: Option<NaiveDate>,
    /// The first day after it; none: until the end.
    pub until: Option<NaiveDate>,
}

impl Mapping {
    /// Treats cells with these texts as empty, instead of [the](super::MISSING) [default ones](super::UNKNOWN), not
    /// case-sensitive.
    pub fn with_missing(mut self, texts: &[String]) -> Mapping {
        self.unknown.clear();
        self.missing = texts.iter().map(|text| text.trim().to_lowercase()).collect();
        self
    }

    /// Removes this prefix from versions.
    pub fn without_release_prefix(mut self, prefix: &str) -> Mapping {
        self.release_prefix = Some(prefix.to_owned()).filter(|prefix| !prefix.is_empty());
        self
    }

    /// Says what texts of a field mean: pairs of field, text and value; an empty value means that there is none.
    pub fn with_values(mut self, values: &[(String, String, String)]) -> Result<Mapping, MappingError> {
        for (target, from, to) in values {
            let target = self.kind.target(target)?;
            self.values.push((target, from.trim().to_lowercase(), to.trim().to_owned()));
        }
        Ok(self)
    }

    /// Reads features from columns of their own, which say for each row whether it is about them.
    pub fn with_feature_columns(
        mut self,
        columns: &Columns,
        names: &[String],
    ) -> Result<Mapping, MappingError> {
        for name in names {
            self.marks.push(find(columns, "feature", name)?);
        }
        Ok(self)
    }

    /// Reads several features from the column of the feature, between separators.
    pub fn with_list_separator(mut self, separator: Option<&str>) -> Mapping {
        self.list_separator = separator.map(str::to_owned);
        self
    }

    /// The scales that there are, without which ratings can only be numbers.
    pub fn with_scales(mut self, scales: Vec<ScaleShape>) -> Mapping {
        self.scales = scales;
        self
    }

    /// The scale of all ratings by their day.
    pub fn with_scale_periods(mut self, periods: Vec<ScalePeriod>) -> Mapping {
        self.periods = periods;
        self
    }

    /// The numbers of severities, from the most severe to the least.
    pub fn with_severities(mut self, range: Option<SeverityRange>) -> Mapping {
        self.severities = range;
        self
    }

    /// Skips rows with neither a rating nor a comment instead of rejecting them.
    pub fn skipping_empty(mut self, skip: bool) -> Mapping {
        self.skip_empty = skip;
        self
    }

    pub(crate) fn skips_empty(&self) -> bool {
        self.skip_empty
    }

    pub(crate) fn list_separator(&self) -> Option<&str> {
        self.list_separator.as_deref()
    }

    /// The numbers of severities.
    pub fn severities(&self) -> SeverityRange {
        self.severities.unwrap_or_default()
    }

    /// Whether the direction of severities was given.
    pub fn says_severities(&self) -> bool {
        self.severities.is_some()
    }

    /// The shape of a scale.
    pub fn scale(&self, key: &str) -> Option<&ScaleShape> {
        let key = key.trim();
        self.scales.iter().find(|scale| scale.key == key)
    }

    /// The names of the scales that the mapping names itself.
    pub fn named_scales(&self) -> impl Iterator<Item = &str> {
        let measures = self.measures.iter().map(|(scale, _)| scale.as_str());
        measures
            .chain(self.periods.iter().map(|period| period.scale.as_str()))
            .chain(self.constant(Target::Scale))
    }

    /// Whether the ratings are those of several scales, each in a column of its own.
    pub fn has_measures(&self) -> bool {
        !self.measures.is_empty()
    }

    /// The scale of a day by [periods](ScalePeriod); none if none covers it.
    pub(crate) fn scale_on(&self, day: NaiveDate) -> Option<&str> {
        let covers = |period: &&ScalePeriod| {
            period.from.is_none_or(|from| from <= day) && period.until.is_none_or(|until| day < until)
        };
        self.periods.iter().find(covers).map(|period| period.scale.as_str())
    }

    /// Whether the scale depends on the day.
    pub(crate) fn has_periods(&self) -> bool {
        !self.periods.is_empty()
    }
}

/// Reads `rating=score,comment=content`. A part without `=` belongs to the value before it, so that a value
/// may hold commas.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, MappingError> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        // The name of a measure holds a colon, and a condition of a path an equals sign.
        let pair = match part.split_once('=') {
            Some((target, _)) if target.contains('[') => None,
            pair => pair,
        };
        match (pair, pairs.last_mut()) {
            (Some((target, value)), _) => pairs.push((target.trim().to_owned(), value.trim().to_owned())),
            (None, Some((_, value))) => *value = format!("{value},{part}"),
            (None, None) => return Err(MappingError::NotAPair(part.to_owned())),
        }
    }
    Ok(pairs)
}

/// Reads `rating:Yes=5,No=1`: the field, and what its texts mean. A text may be quoted, and hold commas and equals signs
/// then.
pub fn values(text: &str) -> Result<Vec<(String, String, String)>, MappingError> {
    let wrong = || MappingError::NotValues(text.to_owned());
    let (field, mut rest) = text.split_once(':').ok_or_else(wrong)?;
    let mut found = Vec::new();
    while !rest.trim().is_empty() {
        rest = rest.trim_start();
        let (from, after) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (from, after) = quoted.split_once('"').ok_or_else(wrong)?;
                (from, after.trim_start().strip_prefix('=').ok_or_else(wrong)?)
            }
            None => rest.split_once('=').ok_or_else(wrong)?,
        };
        let (to, after) = after.split_once(',').unwrap_or((after, ""));
        found.push((field.trim().to_owned(), from.trim().to_owned(), to.trim().to_owned()));
        rest = after;
    }
    if found.is_empty() { Err(wrong()) } else { Ok(found) }
}
