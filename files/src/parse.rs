//! Parsing of records into typed rows; all invalid fields of a row are told.

mod response;
mod row;

use std::cell::{Cell, RefCell};

use chrono::{DateTime, Utc};

pub use response::feedback;
pub use row::{Change, ExposureRow, FeedbackRow, IncidentRow, Reject, ReleaseRow, Touch};

use super::{
    date::Dates,
    identity,
    mapping::{Mapping, Target},
    record::Record,
    value::{count, severity},
};

/// Number of characters of an ID that are kept: fewer than the server accepts, because the names of a feature and a scale may follow.
const LONGEST_ID: usize = 150;

/// Reads the incident in a record.
pub fn incident(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<IncidentRow, Reject> {
    let row = Row::new(record, mapping, dates);
    let mut empty = row.empty();
    let mut bare = false;
    let product = row.required(Target::Product);
    let severity = row.parsed(Target::Severity, |text| {
        let (level, is_bare) = severity(text, mapping.severities())?;
        bare = is_bare;
        Ok(level)
    });
    let opened_at = row.parsed(Target::OpenedAt, |text| row.moment(text));
    let reopened_at = row.maybe(Target::ReopenedAt, |text| row.moment(text));
    let resolved_at = row.maybe(Target::ResolvedAt, |text| row.moment(text));
    let updated_at = row.maybe(Target::UpdatedAt, |text| row.moment(text));
    let is_closed = row.text(Target::Status).is_some_and(|text| is_end(&text));
    let ended_when_updated = is_closed && resolved_at.is_none();
    if ended_when_updated && updated_at.is_none() {
        let reason = "is closed, but does not say since when; map resolved_at, or updated_at, which is the latest that it can be";
        row.refuse(Target::Status, reason.to_owned());
    }
    if ended_when_updated {
        empty.retain(|target| *target != Target::ResolvedAt);
    }
    let affected_customers = row.maybe(Target::AffectedCustomers, count);
    let (Some(product), Some(severity), Some(opened_at)) = (product, severity, opened_at) else {
        return Err(row.rejected());
    };
    row.done(IncidentRow {
        line: record.line(),
        product,
        features: row.features(),
        release: row.text(Target::Release),
        severity,
        severity_was_a_number: bare,
        title: row.line(Target::Title),
        opened_at,
        reopened_at,
        resolved_at: resolved_at.or(updated_at.filter(|_| ended_when_updated)),
        open: empty.contains(&Target::ResolvedAt),
        updated_at,
        affected_customers,
        external_id: row.external_id(),
        source: row.text(Target::Source),
        description: row.text(Target::Description),
        customers: row
            .text(Target::Customers)
            .map(|text| list(&text, mapping.list_separator()))
            .unwrap_or_default(),
        empty,
    })
}

/// Reads the exposure in a record.
pub fn exposure(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<ExposureRow, Reject> {
    let row = Row::new(record, mapping, dates);
    let product = row.required(Target::Product);
    let feature = row.required(Target::Feature);
    let day = row.parsed(Target::Day, |text| dates.day(text).map_err(|e| e.to_string()));
    let active_customers = row.parsed(Target::ActiveCustomers, count);
    let (Some(product), Some(feature), Some(day), Some(active_customers)) =
        (product, feature, day, active_customers)
    else {
        return Err(row.rejected());
    };
    let segment = row.text(Target::Segment);
    row.done(ExposureRow { line: record.line(), product, feature, segment, day, active_customers })
}

/// Reads the release in a record.
pub fn release(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<ReleaseRow, Reject> {
    let row = Row::new(record, mapping, dates);
    let product = row.required(Target::Product);
    let version = row.required(Target::Version);
    let released_at = row.maybe(Target::ReleasedAt, |text| row.moment(text));
    let withdrawn_at = row.maybe(Target::WithdrawnAt, |text| row.moment(text));
    let planned_for = row.maybe(Target::PlannedFor, |text| dates.day(text).map_err(|e| e.to_string()));
    let updated_at = row.maybe(Target::UpdatedAt, |text| row.moment(text));
    let (Some(product), Some(version)) = (product, version) else { return Err(row.rejected()) };
    row.done(ReleaseRow {
        line: record.line(),
        product,
        version,
        previous: row.text(Target::Previous),
        released_at,
        withdrawn_at,
        planned_for,
        notes: row.text(Target::Notes),
        updated_at,
        title: row.line(Target::Title),
        features: row.features().iter().map(|text| touch(text)).collect(),
        empty: row.empty(),
    })
}

/// A record that is being parsed, and what is wrong with it.
struct Row<'a> {
    record: &'a Record,
    mapping: &'a Mapping,
    dates: &'a Dates,
    wrong: RefCell<Vec<(Target, String)>>,
    /// Whether something was found wrong, for quick checks.
    failed: Cell<bool>,
}

impl<'a> Row<'a> {
    fn new(record: &'a Record, mapping: &'a Mapping, dates: &'a Dates) -> Row<'a> {
        Row { record, mapping, dates, wrong: RefCell::default(), failed: Cell::new(false) }
    }

    /// The trimmed text of a target; none when it is blank.
    fn text(&self, target: Target) -> Option<String> {
        let text = self.mapping.get(self.record, target)?;
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The text of a target in one line, whatever breaks it in the file.
    fn line(&self, target: Target) -> Option<String> {
        let text = self.text(target)?;
        if !text.contains(char::is_control) {
            return Some(text);
        }
        let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let words: Vec<&str> = spaced.split_whitespace().collect();
        (!words.is_empty()).then(|| words.join(" "))
    }

    /// The targets that are empty in the source: the file has a column for them, and the cell is empty. This applies
    /// only to rows with a time of update: many files omit what has not changed.
    fn empty(&self) -> Vec<Target> {
        if self.text(Target::UpdatedAt).is_none() {
            return Vec::new();
        }
        let targets = self.mapping.kind().targets();
        targets
            .filter(|of| {
                *of != Target::Status && self.mapping.column(*of).is_some() && self.text(*of).is_none()
            })
            .collect()
    }

    /// The source's ID. One that is too long to be kept, such as the address of a review, is cut, and told from others by its hash.
    fn external_id(&self) -> Option<String> {
        let id = self.text(Target::ExternalId)?;
        if is_rounded(&id) {
            let reason = format!(
                "`{id}` is a number that a spreadsheet has rounded: other rows may have the same ID by that; export the file again, \
                 with the ID as text, or leave the column out"
            );
            self.refuse(Target::ExternalId, reason);
        }
        match id.char_indices().nth(LONGEST_ID) {
            None => Some(id),
            Some(_) => {
                let kept: String = id.chars().take(LONGEST_ID / 2).collect();
                Some(format!("{kept}~{}", identity::short(&id)))
            }
        }
    }

    /// The features: of a list, and those that have columns of their own.
    fn features(&self) -> Vec<String> {
        let text = self.text(Target::Features).or_else(|| self.text(Target::Feature));
        let listed = text.map(|text| list(&text, self.mapping.list_separator())).unwrap_or_default();
        listed.into_iter().chain(self.mapping.marked(self.record).map(str::to_owned)).collect()
    }

    fn required(&self, target: Target) -> Option<String> {
        let text = self.text(target);
        if text.is_none() {
            self.refuse(target, format!("{} is required, but empty", target.name()));
        }
        text
    }

    fn parsed<T>(&self, target: Target, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.required(target)?;
        parse(&text).map_err(|reason| self.refuse(target, reason)).ok()
    }

    fn maybe<T>(&self, target: Target, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(target)?;
        parse(&text).map_err(|reason| self.refuse(target, reason)).ok()
    }

    fn moment(&self, text: &str) -> Result<DateTime<Utc>, String> {
        self.dates.moment(text).map_err(|error| error.to_string())
    }

    fn refuse(&self, target: Target, reason: String) {
        self.failed.set(true);
        self.wrong.borrow_mut().push((target, reason));
    }

    fn rejected(&self) -> Reject {
        Reject::of(self.record.line(), &self.wrong.borrow())
    }

    fn done<T>(&self, row: T) -> Result<T, Reject> {
        if self.failed.get() { Err(self.rejected()) } else { Ok(row) }
    }
}

/// Whether an ID is a large number in the form in which spreadsheets save it: `1.23457E+15`.
fn is_rounded(id: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let Some((number, exponent)) = id.split_once("E+").or_else(|| id.split_once("e+")) else { return false };
    let (whole, fraction) = number.split_once(['.', ',']).unwrap_or((number, "0"));
    whole.len() == 1 && digits(whole) && digits(fraction) && digits(exponent)
}

/// Whether a status says that an incident is over. `6 - Resolved` is, too.
fn is_end(status: &str) -> bool {
    let word: String = status.to_lowercase().chars().filter(|c| c.is_alphabetic()).collect();
    let ends = [
        "closed",
        "resolved",
        "done",
        "fixed",
        "completed",
        "solved",
        "postmortem",
        "canceled",
        "cancelled",
        "geschlossen",
        "gelöst",
        "erledigt",
        "behoben",
        "fermé",
        "résolu",
        "cerrado",
        "resuelto",
    ];
    ends.contains(&word.as_str())
}

/// A JSON list, else parts between a given separator, else between semicolons, else between commas.
fn list(text: &str, separator: Option<&str>) -> Vec<String> {
    if let Ok(parts) = serde_json::from_str::<Vec<String>>(text) {
        return parts;
    }
    let separator = separator.unwrap_or(if text.contains(';') { ";" } else { "," });
    text.split(separator).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn touch(text: &str) -> Touch {
    let named = text.rsplit_once(':').and_then(|(feature, change)| Some((feature, Change::named(change)?)));
    let (feature, change) = named.unwrap_or((text, Change::Changed));
    Touch { feature: feature.trim().to_owned(), change }
}

#[cfg(test)]
mod tests;
