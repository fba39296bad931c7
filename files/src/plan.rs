//! How a file will be read: found from its first rows, a preset and what the user says, which goes before everything else.

mod content;
mod preview;
mod settings;

use std::path::Path;

use thiserror::Error;

pub use preview::{PreviewRow, Previewed, count};
pub use settings::Settings;

use super::date::{DateError, DateOrder, Dates, OrderFinder};
use super::guess::{self, Guess, Reason};
use super::identity::{Fingerprint, KNOWN_BY, RowHash};
use super::mapping::{Kind, Mapping, MappingError, Target, listed};
use super::preset::{self, Preset};
use super::read::{About, OpenError, ReadOptions, Reader, open};
use super::record::{Columns, Record};
use super::value::plain;

/// Rows by which a mapping is proposed.
const SAMPLE: usize = 2_000;

/// How a file will be read.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How its bytes become records.
    pub read: ReadOptions,
    /// What was found out about the file.
    pub about: About,
    /// Its columns.
    pub columns: Columns,
    /// Which columns are which fields.
    pub mapping: Mapping,
    /// How its dates are written.
    pub dates: Dates,
    /// The preset in use.
    pub preset: Option<&'static Preset>,
    /// Fields whose columns were proposed.
    pub guesses: Vec<Guess>,
    /// Required fields that come from nowhere: the file cannot be imported without them.
    pub absent: Vec<Target>,
    /// What else the user should know.
    pub notes: Vec<String>,
    /// By which the same file is known again.
    pub fingerprint: RowHash,
    /// The settings that give the same plan without any proposal.
    pub settings: Settings,
}

/// Why there is no plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// The file cannot be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The mapping does not fit.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The format of dates is none.
    #[error(transparent)]
    Date(#[from] DateError),
    /// Nothing says what the rows contain.
    #[error(
        "cannot tell what the rows of the file contain by its columns {there}; say it: feedback, incidents, exposure or \
         releases{hint}"
    )]
    UnknownKind {
        /// The columns that there are.
        there: String,
        /// Where its columns may be instead.
        hint: String,
    },
    /// The mapping does not fit, and the file may have to be read otherwise.
    #[error("{error}{hint}")]
    Elsewhere {
        /// What does not fit.
        error: MappingError,
        /// Where its columns may be instead.
        hint: String,
    },
    /// There is no such preset.
    #[error("unknown preset `{name}`; use {known}")]
    UnknownPreset {
        /// What was written.
        name: String,
        /// The presets that there are.
        known: String,
    },
    /// The preset is for other rows.
    #[error("the preset {preset} is for {expected}, not for {given}")]
    OtherKind {
        /// The preset.
        preset: &'static str,
        /// Its rows.
        expected: &'static str,
        /// What was said.
        given: &'static str,
    },
}

/// Looks at the first rows of a file and plans how to read all.
pub fn plan(path: &Path, settings: &Settings) -> Result<Plan, PlanError> {
    let mut reader = open(path, &settings.read)?;
    let sample: Vec<Record> = reader.by_ref().flatten().take(SAMPLE).collect();
    let columns = reader.columns().clone();
    let preset = match &settings.preset {
        Some(name) => Some(preset::named(name).ok_or_else(|| PlanError::UnknownPreset {
            name: name.clone(),
            known: preset::all().map(|preset| preset.name).collect::<Vec<_>>().join(", "),
        })?),
        None if settings.guess => {
            preset::detect(&columns).filter(|preset| settings.kind.is_none_or(|kind| kind == preset.kind))
        }
        None => None,
    };
    if let (Some(preset), Some(kind)) = (preset, settings.kind)
        && preset.kind != kind
    {
        return Err(PlanError::OtherKind {
            preset: preset.name,
            expected: preset.kind.name(),
            given: kind.name(),
        });
    }
    let kind = settings.kind.or(preset.map(|preset| preset.kind));
    let kind = kind.or_else(|| guess::kind(&columns, &sample)).ok_or_else(|| PlanError::UnknownKind {
        there: listed(&columns),
        hint: elsewhere(reader.about(), &columns),
    })?;
    let mut settings = Settings { kind: Some(kind), ..settings.clone() };
    let mut notes = reader.about().notes.clone();
    let mut guesses = Vec::new();
    if let Some(preset) = preset {
        settings.apply(preset, &columns, kind, &mut guesses);
    }
    // A known export is known in full, but for the questions of a survey.
    if preset.map_or(settings.guess, |preset| preset.survey) {
        propose(&mut settings, kind, &columns, &sample, &mut guesses)?;
    }
    let mapping = settings.mapping(&columns)?;
    let absent = if settings.allow_absent {
        mapping.all_absent()
    } else {
        Mapping::new(kind, &columns, &settings.map, &settings.set).map(drop).or_else(
            |error| match mapping.absent() {
                None => Ok(()),
                Some(_) => match elsewhere(reader.about(), &columns) {
                    hint if hint.is_empty() => Err(PlanError::Mapping(error)),
                    hint => Err(PlanError::Elsewhere { error, hint }),
                },
            },
        )?;
        Vec::new()
    };
    let (dates, note) = dates(&settings, &mapping, preset, &sample)?;
    notes.extend(note);
    notes.extend(severities(&mapping, &dates, &sample));
    let fingerprint = fingerprint(path, &settings.read, &mapping, &dates)?;
    let about = reader.about().clone();
    let read = settings.read.clone();
    Ok(Plan { read, about, columns, mapping, dates, preset, guesses, absent, notes, fingerprint, settings })
}

impl Plan {
    /// Opens the file again, from its first row on.
    pub fn open(&self, path: &Path) -> Result<Reader, OpenError> {
        open(path, &self.read)
    }
}

/// Where the columns of a file may be, if those that were found are none: on another sheet, or in another row.
fn elsewhere(about: &About, columns: &Columns) -> String {
    let names = columns.names();
    let mut hint = String::new();
    if let (Some(sheet), [_, _, ..]) = (&about.sheet, &about.sheets[..]) {
        let others: Vec<String> =
            about.sheets.iter().filter(|other| *other != sheet).map(|other| format!("`{other}`")).collect();
        hint += &format!("; this is the sheet `{sheet}`, and there are {} (--sheet)", others.join(", "));
    }
    let dates = Dates::in_zone(chrono_tz::UTC).with_order(Some(DateOrder::DayFirst));
    let is_value = |name: &String| name.parse::<f64>().is_ok() || (name.len() > 7 && dates.day(name).is_ok());
    let is_unnamed =
        |name: &String| name.strip_prefix("column ").is_some_and(|rest| rest.parse::<u32>().is_ok());
    if names.iter().any(is_value) {
        hint += "; if the first row is no header, say it: --header-rows 0";
    } else if names.len() == 1 || names.iter().any(is_unnamed) {
        hint += "; if the header is further down, say how many lines are above it: --skip-rows";
    }
    hint
}

/// Proposes columns for fields that come from nowhere.
fn propose(
    settings: &mut Settings,
    kind: Kind,
    columns: &Columns,
    sample: &[Record],
    guesses: &mut Vec<Guess>,
) -> Result<(), MappingError> {
    let known = settings.mapping(columns)?;
    // Qualtrics groups the answers to its question about recommending.
    let question = columns.names().iter().find_map(|name| {
        let question = name.strip_suffix("_NPS_GROUP")?;
        columns.names().iter().find(|name| *name == question)
    });
    let is_open = kind == Kind::Feedback && known.is_open(Target::Rating) && !known.has_measures();
    if let (true, Some(question)) = (is_open, question) {
        settings.map.push(("rating".to_owned(), question.clone()));
        guesses.push(Guess { target: Target::Rating, column: question.clone(), reason: Reason::Preset });
        if known.is_open(Target::Scale) && settings.scale_periods.is_empty() {
            settings.set.push(("scale".to_owned(), "nps".to_owned()));
        }
    }
    let known = settings.mapping(columns)?;
    let is_open = kind == Kind::Feedback
        && known.is_open(Target::Rating)
        && !known.has_measures()
        && known.is_open(Target::Scale)
        && settings.scale_periods.is_empty();
    if is_open {
        let unread = known.unread(columns);
        let is_taken = |name: &&String| !unread.iter().any(|(unread, _)| unread == &name.as_str());
        let taken: Vec<String> = columns.names().iter().filter(is_taken).cloned().collect();
        for (scale, column) in guess::measures(columns, sample, &taken, &settings.scales) {
            settings.map.push((format!("rating:{scale}"), column.clone()));
            guesses.push(Guess { target: Target::Rating, column, reason: Reason::Name });
        }
    }
    let known = settings.mapping(columns)?;
    let free: Vec<Target> = kind
        .targets()
        .filter(|target| known.is_open(*target))
        // The columns of ratings are given.
        .filter(|target| !(known.has_measures() && [Target::Rating, Target::Scale].contains(target)))
        .collect();
    let unread = known.unread(columns);
    let taken: Vec<String> = columns
        .names()
        .iter()
        .filter(|name| !unread.iter().any(|(unread, _)| unread == &name.as_str()))
        .cloned()
        .collect();
    // What a survey adds about its own questions is no question.
    let extra = columns.names().iter().filter(|name| name.ends_with("_NPS_GROUP")).cloned();
    let taken: Vec<String> = taken.into_iter().chain(extra).collect();
    let found = guess::guess(kind, columns, sample, (&free, &taken), &settings.scales);
    for guess in found.columns {
        settings.map.push((guess.target.name().to_owned(), guess.column.clone()));
        guesses.push(guess);
    }
    let needs_scale = kind == Kind::Feedback
        && known.is_open(Target::Scale)
        && settings.scale_periods.is_empty()
        && !settings.map.iter().any(|(target, _)| target == "scale");
    if needs_scale && let Some(scale) = found.scale {
        settings.set.push(("scale".to_owned(), scale));
    }
    Ok(())
}

/// How dates are written: as given, else in the order that the dates themselves show.
fn dates(
    settings: &Settings,
    mapping: &Mapping,
    preset: Option<&Preset>,
    sample: &[Record],
) -> Result<(Dates, Option<String>), DateError> {
    if let Some(format) = &settings.date_format {
        return Ok((Dates::with_format(settings.time_zone, format)?, None));
    }
    let dates = Dates::in_zone(settings.time_zone);
    if settings.date_order.is_some() {
        return Ok((dates.with_order(settings.date_order), None));
    }
    let mut finder = OrderFinder::default();
    for target in mapping.kind().targets().filter(|target| target.is_time()) {
        for record in sample {
            if let Some(text) = mapping.get(record, target) {
                finder.see(&plain(&text));
            }
        }
    }
    let order = finder.found();
    let shown = match order {
        Some(DateOrder::DayFirst) => Some("day, month, year"),
        Some(DateOrder::MonthFirst) => Some("month, day, year"),
        None => None,
    };
    let note = shown.zip(finder.shown_by()).map(|(order, date)| {
        format!("dates are read as {order}, as `{date}` shows; if that is wrong, give --date-order")
    });
    let usual = preset.filter(|preset| preset.month_first && finder.matters()).map(|_| DateOrder::MonthFirst);
    Ok((dates.with_order(order.or(usual)), note))
}

/// The direction of severities that are bare numbers, which files have either way.
fn severities(mapping: &Mapping, dates: &Dates, sample: &[Record]) -> Option<String> {
    let is_open = mapping.kind() == Kind::Incidents
        && mapping.absent().is_none()
        && mapping.column(Target::Severity).is_some()
        && !mapping.says_severities();
    let is_bare = |record: &Record| {
        super::parse::incident(record, mapping, dates).is_ok_and(|row| row.severity_was_a_number)
    };
    (is_open && sample.iter().any(is_bare)).then(|| {
        "severities are numbers: 1 is read as the most severe and 4 as the least; if that is wrong, give --severity-range"
            .to_owned()
    })
}

/// What the first rows of a file say.
fn fingerprint(
    path: &Path,
    read: &ReadOptions,
    mapping: &Mapping,
    dates: &Dates,
) -> Result<RowHash, OpenError> {
    let mut fingerprint = Fingerprint::default();
    if mapping.absent().is_some() {
        return Ok(fingerprint.finish());
    }
    let mut weight = 0;
    for record in open(path, read)?.flatten().take(KNOWN_BY) {
        match mapping.kind() {
            Kind::Feedback => {
                let rows = super::parse::feedback(&record, mapping, dates).unwrap_or_default();
                for row in &rows {
                    fingerprint.add(&super::identity::hash_of_response(row));
                    weight += super::identity::weight(row);
                }
            }
            Kind::Incidents => {
                if let Ok(row) = super::parse::incident(&record, mapping, dates) {
                    fingerprint.add(&super::identity::hash_of_incident(&row));
                }
            }
            // They are known by their own keys.
            Kind::Exposure | Kind::Releases => break,
        }
    }
    // Two files of a few ratings may say the same by chance.
    if mapping.kind() == Kind::Feedback && weight < super::identity::CERTAIN_WEIGHT {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        fingerprint.add(&super::identity::hash_of_name(&name));
    }
    Ok(fingerprint.finish())
}

impl Settings {
    fn apply(&mut self, preset: &'static Preset, columns: &Columns, kind: Kind, guesses: &mut Vec<Guess>) {
        let is_given = |settings: &Settings, field: &str| {
            settings.map.iter().chain(&settings.set).any(|(given, _)| {
                let given = given.split(':').next().unwrap_or_default();
                kind.targets().any(|target| target.name() == field && target.is_called(given))
            })
        };
        let measured = self.map.iter().any(|(field, _)| field.contains(':'));
        for (field, column) in preset.maps(columns) {
            if !is_given(self, &field) && !(measured && (field == "rating" || field == "scale")) {
                if let Some(target) = kind.targets().find(|target| target.name() == field) {
                    guesses.push(Guess { target, column: column.clone(), reason: Reason::Preset });
                }
                self.map.push((field, column));
            }
        }
        for (field, text) in preset.sets {
            let is_other_scale = *field == "scale" && (measured || !self.scale_periods.is_empty());
            if !is_other_scale && !is_given(self, field) {
                self.set.push(((*field).to_owned(), (*text).to_owned()));
            }
        }
        let own = |value: &&(&str, &str, &str)| {
            !self.values.iter().any(|(field, from, _)| field == value.0 && from.eq_ignore_ascii_case(value.1))
        };
        let more: Vec<_> = preset
            .values
            .iter()
            .filter(own)
            .map(|(field, from, to)| ((*field).to_owned(), (*from).to_owned(), (*to).to_owned()))
            .collect();
        self.values.extend(more);
        if self.release_prefix.is_none() {
            self.release_prefix = preset.release_prefix.map(str::to_owned);
        }
        self.skip_empty |= preset.skip_empty;
    }
}

#[cfg(test)]
pub(crate) mod tests;
