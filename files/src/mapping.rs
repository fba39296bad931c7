//! Mapping of columns to fields.
//!
//! A target (a field of a row: `rating`, `occurred_at`) comes from the column given by `--map`, or from a constant
//! given by `--set`, or else from the column of the same name, in any spelling: `Occurred At`, `occurredAt` and
//! `occurred_at` are equal.

mod error;
mod options;
mod target;

use std::borrow::Cow;

pub use error::MappingError;
pub use options::{Measure, ScalePeriod, pairs, values};
pub use target::{Kind, MISSING, Target, UNKNOWN};

use ballroom_names::near::near;

use super::json::Path;
use super::record::{Columns, Record, excerpt};
use super::value::{ScaleShape, SeverityRange};

/// The source of each target in the rows of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    kind: Kind,
    sources: Vec<(Target, Source)>,
    /// Fields that are not read, whatever the columns are called: their text is given, and empty.
    left_out: Vec<Target>,
    missing: Vec<String>,
    unknown: Vec<String>,
    release_prefix: Option<String>,
    values: Vec<(Target, String, String)>,
    measures: Vec<(String, Place)>,
    marks: Vec<Place>,
    list_separator: Option<String>,
    scales: Vec<ScaleShape>,
    periods: Vec<ScalePeriod>,
    severities: Option<SeverityRange>,
    skip_empty: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Source {
    /// The first of these columns that has something.
    Columns(Vec<Place>),
    Constant(String),
}

/// A column, or a place in the JSON of one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    position: usize,
    name: String,
    path: Option<Path>,
}

impl Place {
    fn text<'a>(&self, record: &'a Record) -> Option<Cow<'a, str>> {
        let text = record.at(self.position)?;
        match &self.path {
            None => Some(Cow::Borrowed(text)),
            Some(path) => path.text(text).map(Cow::Owned),
        }
    }
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
        let mapping = Mapping::partial(kind, columns, maps, sets)?;
        match mapping.absent() {
            Some(target) => Err(MappingError::Missing { target: target.name(), there: listed(columns) }),
            None => Ok(mapping),
        }
    }

    /// The same, where required targets may be absent.
    pub fn partial(
        kind: Kind,
        columns: &Columns,
        maps: &[(String, String)],
        sets: &[(String, String)],
    ) -> Result<Mapping, MappingError> {
        let [missing, unknown] =
            [&MISSING[..], &UNKNOWN[..]].map(|texts| texts.iter().map(|text| text.to_lowercase()).collect());
        let mut mapping = Mapping {
            kind,
            sources: Vec::new(),
            left_out: Vec::new(),
            missing,
            unknown,
            release_prefix: None,
            values: Vec::new(),
            measures: Vec::new(),
            marks: Vec::new(),
            list_separator: None,
            scales: Vec::new(),
            periods: Vec::new(),
            severities: None,
            skip_empty: false,
        };
        for (target, constant) in sets {
            let target = kind.target(target)?;
            if constant.trim().is_empty() {
                mapping.leave_out(target)?;
            } else {
                mapping.add(target, Source::Constant(constant.clone()))?;
            }
        }
        for (target, column) in maps {
            // `rating:nps=COLUMN` is a measure of its own.
            if let Some((target, scale)) = target.split_once(':')
                && kind.target(target)? == Target::Rating
            {
                let place = find(columns, Target::Rating.name(), column)?;
                mapping.measures.push((scale.trim().to_owned(), place));
                continue;
            }
            let target = kind.target(target)?;
            mapping.add(target, Source::Columns(all(columns, target.name(), column)?))?;
        }
        for target in kind.targets().collect::<Vec<_>>() {
            let called =
                |wanted: &str| columns.names().iter().position(|name| normalized(name) == normalized(wanted));
            let namesake = called(target.name()).or_else(|| called(target.alias()?));
            if let (true, Some(position)) = (mapping.is_open(target), namesake) {
                let name = columns.names()[position].clone();
                mapping.sources.push((target, Source::Columns(vec![Place { position, name, path: None }])));
            }
        }
        Ok(mapping)
    }

    /// What the rows contain.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// A required target that is absent.
    pub fn absent(&self) -> Option<Target> {
        let required = self.kind.required().iter().chain(self.rated()).copied();
        required.into_iter().find(|target| self.source(*target).is_none())
    }

    /// All required targets that are absent.
    pub fn all_absent(&self) -> Vec<Target> {
        let required = self.kind.required().iter().chain(self.rated()).copied();
        required.filter(|target| self.source(*target).is_none()).collect()
    }

    /// Further required targets of responses: a rating and its scale, or neither if they have comments.
    fn rated(&self) -> &'static [Target] {
        match self.kind {
            Kind::Feedback if !self.measures.is_empty() => &[],
            Kind::Feedback if self.has(Target::Rating) && !self.periods.is_empty() => &[],
            Kind::Feedback
                if self.has(Target::Scale) || self.has(Target::Rating) || !self.has(Target::Comment) =>
            {
                &[Target::Scale, Target::Rating]
            }
            _ => &[],
        }
    }

    /// The text of a target in a record; none if the cell means "no value".
    pub fn get<'a>(&'a self, record: &'a Record, target: Target) -> Option<Cow<'a, str>> {
        let text = match self.source(target)? {
            Source::Columns(places) => places.iter().find_map(|place| self.cell(record, target, place)),
            Source::Constant(text) => Some(Cow::Borrowed(text.as_str())),
        }?;
        match (&self.release_prefix, target) {
            (Some(prefix), Target::Release | Target::Version | Target::Previous) => {
                let text = text.trim();
                Some(Cow::Owned(text.strip_prefix(prefix.as_str()).unwrap_or(text).to_owned()))
            }
            _ => Some(text),
        }
    }

    /// The text of a cell as a value of a target: translated, and none if it means "no value".
    fn cell<'a>(&'a self, record: &'a Record, target: Target, place: &Place) -> Option<Cow<'a, str>> {
        let text = place.text(record)?;
        let is_it =
            |(of, from, _): &&(Target, String, String)| *of == target && *from == text.trim().to_lowercase();
        if let Some((_, _, to)) = self.values.iter().find(is_it) {
            return Some(Cow::Borrowed(to.as_str())).filter(|to| !to.is_empty());
        }
        (!self.is_missing(target, &text)).then_some(text)
    }

    /// The measures of a record: scale and rating. More than one if several columns are mapped.
    pub(crate) fn measured<'a>(
        &'a self,
        record: &'a Record,
    ) -> impl Iterator<Item = (&'a str, Cow<'a, str>)> {
        self.measures.iter().filter_map(|(scale, place)| {
            let text = self.cell(record, Target::Rating, place)?;
            (!text.trim().is_empty()).then_some((scale.as_str(), text))
        })
    }

    /// The features that a record marks in columns of their own.
    pub(crate) fn marked<'a>(&'a self, record: &'a Record) -> impl Iterator<Item = &'a str> {
        self.marks.iter().filter_map(|place| {
            let text = place.text(record)?;
            super::value::is_mark(&text, &place.name)
                .then(|| place.name.rsplit_once(": ").map_or(place.name.as_str(), |(_, option)| option))
        })
    }

    /// The constant of a target; none if a column has it.
    pub fn constant(&self, target: Target) -> Option<&str> {
        match self.source(target)? {
            Source::Columns(_) => None,
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
        let mapped = self.sources.iter().flat_map(|(_, source)| match source {
            Source::Columns(places) => places.as_slice(),
            Source::Constant(_) => &[],
        });
        let others = self.measures.iter().map(|(_, place)| place).chain(&self.marks);
        let read: Vec<usize> = mapped.chain(others).map(|place| place.position).collect();
        let free: Vec<Target> = self.kind.targets().filter(|target| self.is_open(*target)).collect();
        let meant = |name: &str| {
            let near = near(name, free.iter().map(|target| target.name()));
            free.iter().copied().find(|target| near.first().is_some_and(|near| near == target.name()))
        };
        let names = columns.names().iter().enumerate().filter(|(at, _)| !read.contains(at));
        names.map(|(_, name)| (name.as_str(), meant(name))).collect()
    }

    /// The targets that are the same in all rows.
    pub fn constants(&self) -> impl Iterator<Item = (Target, &str)> {
        self.sources.iter().filter_map(|(target, source)| match source {
            Source::Constant(text) => Some((*target, text.as_str())),
            Source::Columns(_) => None,
        })
    }

    /// The column that a target comes from; none when it is a constant or not there.
    pub fn column(&self, target: Target) -> Option<&str> {
        match self.source(target)? {
            Source::Columns(places) => places.first().map(|place| place.name.as_str()),
            Source::Constant(_) => None,
        }
    }

    /// Whether nothing was said about a target, so that a column may be proposed for it.
    pub(crate) fn is_open(&self, target: Target) -> bool {
        self.source(target).is_none() && !self.left_out.contains(&target)
    }

    /// Whether a target comes from anywhere.
    pub fn has(&self, target: Target) -> bool {
        self.source(target).is_some()
    }

    fn source(&self, target: Target) -> Option<&Source> {
        self.sources.iter().find(|(known, _)| *known == target).map(|(_, source)| source)
    }

    fn add(&mut self, target: Target, source: Source) -> Result<(), MappingError> {
        self.not_given(target)?;
        self.sources.push((target, source));
        Ok(())
    }

    fn leave_out(&mut self, target: Target) -> Result<(), MappingError> {
        self.not_given(target)?;
        self.left_out.push(target);
        Ok(())
    }

    fn not_given(&self, target: Target) -> Result<(), MappingError> {
        if self.is_open(target) { Ok(()) } else { Err(MappingError::Twice { target: target.name() }) }
    }
}

/// The columns of `A|B`: the second one where the first one is empty.
fn all(columns: &Columns, target: &'static str, column: &str) -> Result<Vec<Place>, MappingError> {
    if columns.position(column).is_some() || !column.contains('|') {
        return Ok(vec![find(columns, target, column)?]);
    }
    column.split('|').map(|one| find(columns, target, one.trim())).collect()
}

/// The column as it was written, else the only one that is the same but for case and spaces, else a path into one.
fn find(columns: &Columns, target: &'static str, column: &str) -> Result<Place, MappingError> {
    let alike = |column: &str| {
        let position = || columns.names().iter().position(|name| name.eq_ignore_ascii_case(column));
        columns.position(column).or_else(position)
    };
    let placed = |position: usize, path| Place { position, name: columns.names()[position].clone(), path };
    if let Some(position) = alike(column) {
        return Ok(placed(position, None));
    }
    if let Some((column, path)) = Path::read(column)
        && let Some(position) = alike(column)
    {
        return Ok(placed(position, Some(path)));
    }
    let column = column.to_owned();
    let near = near(&column, columns.names().iter().map(String::as_str));
    Err(MappingError::NoSuchColumn { target, column, there: listed(columns), near })
}

/// The columns of a file, for messages; of hundreds only the first.
pub(crate) fn listed(columns: &Columns) -> String {
    const SHOWN: usize = 40;
    let names = columns.names();
    let more = names.len().saturating_sub(SHOWN);
    let shown: Vec<String> = names.iter().take(SHOWN).map(|name| format!("`{}`", excerpt(name))).collect();
    match more {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// A name without what its spellings differ in.
pub(crate) fn normalized(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests;
