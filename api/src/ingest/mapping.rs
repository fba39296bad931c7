//! Mapping of columns to fields.
//!
//! A target (a field of a row: `rating`, `occurred_at`) comes from the column given by `--map`, or from a constant
//! given by `--set`, or else from the column of the same name, in any spelling: `Occurred At`, `occurredAt` and
//! `occurred_at` are equal.

mod error;
mod target;

pub use error::MappingError;
pub use target::{Kind, MISSING, Target, UNKNOWN};

use super::record::{Columns, Record};
use crate::base::near::near;

/// The source of each target in the rows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    kind: Kind,
    sources: Vec<(Target, Source)>,
    missing: Vec<String>,
    unknown: Vec<String>,
    release_prefix: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    Column { position: usize, name: String },
    Constant(String),
}

impl Mapping {
    /// Resolves every target for a file with these columns; `maps` are `(target, column)`, `sets` are
    /// `(target, constant)`.
    pub fn new(
        kind: Kind,
        columns: &Columns,
        maps: &[(String, String)],
        sets: &[(String, String)],
    ) -> Result<Mapping, MappingError> {
        let [missing, unknown] =
            [&MISSING[..], &UNKNOWN[..]].map(|texts| texts.iter().map(|text| text.to_lowercase()).collect());
        let mut mapping = Mapping { kind, sources: Vec::new(), missing, unknown, release_prefix: None };
        for (target, constant) in sets {
            mapping.add(kind.target(target)?, Source::Constant(constant.clone()))?;
        }
        for (target, column) in maps {
            let target = kind.target(target)?;
            mapping.add(target, find(columns, target, column)?)?;
        }
        for target in kind.targets().collect::<Vec<_>>() {
            let called =
                |wanted: &str| columns.names().iter().position(|name| normalized(name) == normalized(wanted));
            let namesake = called(target.name()).or_else(|| called(target.alias()?));
            if let (None, Some(position)) = (mapping.source(target), namesake) {
                let name = columns.names()[position].clone();
                mapping.sources.push((target, Source::Column { position, name }));
            }
        }
        let required = kind.required().iter().chain(mapping.rated()).copied();
        match required.into_iter().find(|target| mapping.source(*target).is_none()) {
            Some(target) => Err(MappingError::Missing { target: target.name(), there: listed(columns) }),
            None => Ok(mapping),
        }
    }

    /// Further required targets of responses: a rating and its scale, or neither if they have comments.
    fn rated(&self) -> &'static [Target] {
        match self.kind {
            Kind::Feedback
                if self.has(Target::Scale) || self.has(Target::Rating) || !self.has(Target::Comment) =>
            {
                &[Target::Scale, Target::Rating]
            }
            _ => &[],
        }
    }

    /// Treats cells with these texts as empty, instead of [the](MISSING) [default ones](UNKNOWN), not
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

    /// What the rows contain.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The text of a target in a record; none if the cell means "no value".
    pub fn get<'a>(&'a self, record: &'a Record, target: Target) -> Option<&'a str> {
        let text = match self.source(target)? {
            Source::Column { position, .. } => {
                record.at(*position).filter(|text| !self.is_missing(target, text))
            }
            Source::Constant(text) => Some(text.as_str()),
        }?;
        match (&self.release_prefix, target) {
            (Some(prefix), Target::Release | Target::Version | Target::Previous) => {
                let text = text.trim();
                Some(text.strip_prefix(prefix.as_str()).unwrap_or(text))
            }
            _ => Some(text),
        }
    }

    /// The constant of a target; none if a column has it.
    pub fn constant(&self, target: Target) -> Option<&str> {
        match self.source(target)? {
            Source::Column { .. } => None,
            Source::Constant(text) => Some(text),
        }
    }

    fn is_missing(&self, target: Target, text: &str) -> bool {
        let text = text.trim();
        let is_one = |known: &String| known.len() == text.len() && *known == text.to_lowercase();
        self.missing.iter().any(is_one) || (target.may_be_unknown() && self.unknown.iter().any(is_one))
    }

    /// The columns that are not read, each with a suggested target.
    pub fn unread<'a>(&self, columns: &'a Columns) -> Vec<(&'a str, Option<Target>)> {
        let is_read = |at: usize| {
            self.sources
                .iter()
                .any(|(_, source)| matches!(source, Source::Column { position, .. } if *position == at))
        };
        let free: Vec<Target> = self.kind.targets().filter(|target| self.source(*target).is_none()).collect();
        let meant = |name: &str| {
            let near = near(name, free.iter().map(|target| target.name()));
            free.iter().copied().find(|target| near.first().is_some_and(|near| near == target.name()))
        };
        let names = columns.names().iter().enumerate().filter(|(at, _)| !is_read(*at));
        names.map(|(_, name)| (name.as_str(), meant(name))).collect()
    }

    /// The targets that are the same in all rows.
    pub fn constants(&self) -> impl Iterator<Item = (Target, &str)> {
        self.sources.iter().filter_map(|(target, source)| match source {
            Source::Constant(text) => Some((*target, text.as_str())),
            Source::Column { .. } => None,
        })
    }

    /// The column that a target comes from; none when it is a constant or not there.
    pub fn column(&self, target: Target) -> Option<&str> {
        match self.source(target)? {
            Source::Column { name, .. } => Some(name),
            Source::Constant(_) => None,
        }
    }

    /// Whether a target comes from anywhere.
    pub fn has(&self, target: Target) -> bool {
        self.source(target).is_some()
    }

    fn source(&self, target: Target) -> Option<&Source> {
        self.sources.iter().find(|(known, _)| *known == target).map(|(_, source)| source)
    }

    fn add(&mut self, target: Target, source: Source) -> Result<(), MappingError> {
        if self.source(target).is_some() {
            return Err(MappingError::Twice { target: target.name() });
        }
        self.sources.push((target, source));
        Ok(())
    }
}

/// Reads `rating=score,comment=content`. A part without `=` belongs to the value before it, so that a value
/// may hold commas.
pub fn pairs(text: &str) -> Result<Vec<(String, String)>, MappingError> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for part in text.split(',') {
        match (part.split_once('='), pairs.last_mut()) {
            (Some((target, value)), _) => pairs.push((target.trim().to_owned(), value.trim().to_owned())),
            (None, Some((_, value))) => *value = format!("{value},{part}"),
            (None, None) => return Err(MappingError::NotAPair(part.to_owned())),
        }
    }
    Ok(pairs)
}

/// The column as it was written, else the only one that is the same but for case and spaces.
fn find(columns: &Columns, target: Target, column: &str) -> Result<Source, MappingError> {
    let alike = || columns.names().iter().position(|name| name.eq_ignore_ascii_case(column));
    let Some(position) = columns.position(column).or_else(alike) else {
        let (target, column) = (target.name(), column.to_owned());
        let near = near(&column, columns.names().iter().map(String::as_str));
        return Err(MappingError::NoSuchColumn { target, column, there: listed(columns), near });
    };
    Ok(Source::Column { position, name: columns.names()[position].clone() })
}

fn listed(columns: &Columns) -> String {
    columns.names().iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// A name without what its spellings differ in.
fn normalized(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use csv::StringRecord;

    use super::*;

    fn mapped(kind: Kind, header: &[&str], maps: &str, sets: &str) -> Result<Mapping, String> {
        let read = |text: &str| if text.is_empty() { Ok(Vec::new()) } else { pairs(text) };
        let (maps, sets) = (read(maps).map_err(|e| e.to_string())?, read(sets).map_err(|e| e.to_string())?);
        Mapping::new(kind, &Columns::new(header), &maps, &sets).map_err(|e| e.to_string())
    }

    #[test]
    fn a_target_comes_from_its_column_its_constant_or_its_namesake() {
        let header = ["Star Rating", "product", "Occurred At", "customerID", "Customer"];
        let mapping =
            mapped(Kind::Feedback, &header, "rating=star rating", "scale=stars,product=Kiwix").unwrap();
        let fields = StringRecord::from(vec!["5", "other", "2023-04-24", "7", ""]);
        let record = Record::new(2, Arc::new(Columns::new(header)), fields);
        let get = |target| mapping.get(&record, target);
        assert_eq!(get(Target::Rating), Some("5"));
        assert_eq!(get(Target::Product), Some("Kiwix"));
        assert_eq!(get(Target::OccurredAt), Some("2023-04-24"));
        assert_eq!(get(Target::Customer), None);
        assert_eq!(get(Target::Segment), None);
        assert_eq!(mapping.column(Target::OccurredAt), Some("Occurred At"));
        assert_eq!(mapping.constants().count(), 2);
    }

    #[test]
    fn names_are_the_same_however_they_are_written() {
        for name in ["occurred_at", "OccurredAt", "occurredAt", "Occurred at", "OCCURRED-AT", " occurred at "]
        {
            let header = ["product", "scale", "rating", name];
            assert!(mapped(Kind::Feedback, &header, "", "").is_ok(), "{name}");
        }
    }

    #[test]
    fn what_does_not_fit_is_said_with_what_there_is() {
        let header = ["app", "score", "at"];
        for (kind, maps, sets, expected) in [
            (
                Kind::Feedback,
                "stars=score",
                "",
                "unknown field `stars` for feedback; use one of product, occurred_at, scale, rating, comment, feature, release, segment, customer, channel, external_id, updated_at",
            ),
            (
                Kind::Feedback,
                "rating=scroe",
                "",
                "the file has no column `scroe` for rating (did you mean `score`?); it has the columns `app`, `score`, `at`",
            ),
            (
                Kind::Feedback,
                "ratng=score",
                "",
                "unknown field `ratng` for feedback (did you mean `rating`?); use one of product, occurred_at, scale, rating, comment, feature, release, segment, customer, channel, external_id, updated_at",
            ),
            (
                Kind::Feedback,
                "product=app,occurred_at=at",
                "scale=stars",
                "rating is required, and the file has no column of that name; name the column (--map rating=COLUMN) or give it to all rows (--set rating=VALUE); the file has `app`, `score`, `at`",
            ),
            (
                Kind::Feedback,
                "product=app,occurred_at=at,comment=score,rating=score",
                "",
                "scale is required, and the file has no column of that name; name the column (--map scale=COLUMN) or give it to all rows (--set scale=VALUE); the file has `app`, `score`, `at`",
            ),
            (
                Kind::Feedback,
                "rating",
                "",
                "`rating` has no `=`; write FIELD=VALUE, for example rating=score",
            ),
            (Kind::Feedback, "rating=score", "rating=5", "rating is given twice; give it once"),
            (
                Kind::Exposure,
                "product=app,feature=score,day=at",
                "",
                "active_customers is required, and the file has no column of that name; name the column (--map active_customers=COLUMN) or give it to all rows (--set active_customers=VALUE); the file has `app`, `score`, `at`",
            ),
        ] {
            assert_eq!(mapped(kind, &header, maps, sets).unwrap_err(), expected);
        }
    }

    #[test]
    fn a_cell_that_says_that_there_is_nothing_is_empty() {
        let header = ["product", "scale", "rating", "occurred at", "release", "customer", "comment"];
        let record = |cell: &str| {
            let fields = StringRecord::from(vec!["a", "csat", "5", "2023-04-24", cell, cell, cell]);
            Record::new(2, Arc::new(Columns::new(header)), fields)
        };
        let of_a_kind = [Target::Release, Target::Customer, Target::Comment];
        let usual = mapped(Kind::Feedback, &header, "", "").unwrap();
        for cell in ["NA", "n/a", "-", "NULL", "None", " nan ", "#N/A"] {
            let record = record(cell);
            assert!(of_a_kind.iter().all(|target| usual.get(&record, *target).is_none()), "{cell}");
        }
        for cell in ["Nathan", "n", "1.0-", "nullable"] {
            assert_eq!(usual.get(&record(cell), Target::Release), Some(cell));
        }
        for cell in ["<NA>", "—", "–", "(blank)", "#NAME?"] {
            let record = record(cell);
            assert!(of_a_kind.iter().all(|target| usual.get(&record, *target).is_none()), "{cell}");
        }
        for cell in ["?", "Unknown", "TBD", "."] {
            let record = record(cell);
            assert!(of_a_kind[..2].iter().all(|target| usual.get(&record, *target).is_none()), "{cell}");
            assert_eq!(usual.get(&record, Target::Comment), Some(cell), "somebody wrote that");
        }
        let own = usual.clone().with_missing(&["?".to_owned()]);
        assert_eq!(own.get(&record("?"), Target::Release), None);
        assert_eq!(own.get(&record("NA"), Target::Release), Some("NA"));
        let bare = usual.without_release_prefix("v");
        assert_eq!(bare.get(&record("v1.2"), Target::Release), Some("1.2"));
        assert_eq!(bare.get(&record("v1.2"), Target::Comment), Some("v1.2"));
    }

    #[test]
    fn answers_with_comments_need_no_rating() {
        let header = ["product", "occurred_at", "comment"];
        let mapping = mapped(Kind::Feedback, &header, "", "").unwrap();
        assert_eq!(
            (mapping.column(Target::Rating), mapping.column(Target::Comment)),
            (None, Some("comment"))
        );
    }

    #[test]
    fn what_is_not_read_is_known_with_what_may_have_been_meant() {
        let header = ["product", "severity", "opened_at", "feature", "resolvd_at", "bogus"];
        let mapping = mapped(Kind::Incidents, &header, "", "").unwrap();
        assert_eq!(mapping.column(Target::Features), Some("feature"));
        let said = mapped(Kind::Incidents, &header, "feature=bogus", "").unwrap();
        assert_eq!(said.column(Target::Features), Some("bogus"), "the other name may be said, too");
        let expected = [("resolvd_at", Some(Target::ResolvedAt)), ("bogus", None)];
        assert_eq!(mapping.unread(&Columns::new(header)), expected);
        let both = ["product", "severity", "opened_at", "feature", "features"];
        assert_eq!(
            mapped(Kind::Incidents, &both, "", "").unwrap().column(Target::Features),
            Some("features")
        );
    }

    #[test]
    fn a_value_may_hold_commas() {
        let expected = [("title", "a, b"), ("product", "x=y")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(pairs("title=a, b,product=x=y").unwrap(), expected);
    }
}
