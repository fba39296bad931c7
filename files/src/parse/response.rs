//! Responses: one record may hold several, on several scales or about several features.

use super::{FeedbackRow, Reject, Row, list};
use crate::date::Dates;
use crate::mapping::{Mapping, Target};
use crate::record::Record;
use crate::value::rating;

/// Reads the responses in a record. None if it has neither a rating nor a comment and such records are skipped.
///
/// Several measures or features of a record become several responses. The first one has the comment, and the external ID of
/// each begins with that of the record.
pub fn feedback(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<Vec<FeedbackRow>, Reject> {
    let row = Row::new(record, mapping, dates);
    let comment = row.text(Target::Comment);
    let occurred_at = row.parsed(Target::OccurredAt, |text| row.moment(text));
    let day = occurred_at.map(|at| at.with_timezone(&dates.zone()).date_naive());
    let rated = ratings(&row, day);
    if rated.is_empty() && comment.is_none() && !row.failed.get() {
        if mapping.skips_empty() {
            return Ok(Vec::new());
        }
        let reason = "rating is empty, and so is comment; at least one of them is required";
        row.refuse(Target::Rating, reason.to_owned());
    }
    let product = row.required(Target::Product);
    let updated_at = row.maybe(Target::UpdatedAt, |text| row.moment(text));
    let features = features(&row);
    let external_id = row.external_id();
    let (Some(product), Some(occurred_at)) = (product, occurred_at) else { return Err(row.rejected()) };
    row.done(())?;
    let whole = FeedbackRow {
        line: record.line(),
        product,
        feature: None,
        release: row.text(Target::Release),
        segment: row.text(Target::Segment),
        customer: row.text(Target::Customer),
        scale: None,
        rating: None,
        comment,
        channel: row.text(Target::Channel),
        occurred_at,
        updated_at,
        external_id,
        source: row.text(Target::Source),
        empty: row.empty(),
    };
    let several_scales = mapping.has_measures();
    let several_features = features.len() > 1;
    let rated: Vec<(Option<String>, Option<f64>)> = match rated.is_empty() {
        true => vec![(None, None)],
        false => rated.into_iter().map(|(scale, rating)| (Some(scale), Some(rating))).collect(),
    };
    let features: Vec<Option<String>> = match features.is_empty() {
        true => vec![None],
        false => features.into_iter().map(Some).collect(),
    };
    let mut rows = Vec::with_capacity(rated.len() * features.len());
    for feature in &features {
        for (scale, rating) in &rated {
            let mut one = whole.clone();
            if !rows.is_empty() {
                one.comment = None;
            }
            if let Some(id) = &mut one.external_id {
                let scale = scale.as_deref().filter(|_| several_scales);
                for part in feature.as_deref().filter(|_| several_features).into_iter().chain(scale) {
                    id.push('/');
                    id.push_str(part);
                }
            }
            (one.feature, one.scale, one.rating) = (feature.clone(), scale.clone(), *rating);
            rows.push(one);
        }
    }
    Ok(rows)
}

fn ratings(row: &Row, day: Option<chrono::NaiveDate>) -> Vec<(String, f64)> {
    let mapping = row.mapping;
    let read = |scale: &str, text: &str| {
        rating(text.trim(), mapping.scale(scale)).map_err(|reason| row.refuse(Target::Rating, reason)).ok()
    };
    let mut found: Vec<(String, f64)> = Vec::new();
    for (scale, text) in mapping.measured(row.record) {
        found.extend(read(scale, &text).map(|rating| (scale.to_owned(), rating)));
    }
    let Some(text) = row.text(Target::Rating) else { return found };
    // A constant scale does not imply that a row has a rating.
    let scale = match (mapping.has_periods(), day) {
        (false, _) => row.required(Target::Scale),
        (true, None) => None,
        (true, Some(day)) => {
            let scale = mapping.scale_on(day).map(str::to_owned);
            if scale.is_none() {
                row.refuse(
                    Target::Scale,
                    format!("no scale is given for {day}; give one for all days with --scale"),
                );
            }
            scale
        }
    };
    match scale {
        Some(scale) => found.extend(read(&scale, &text).map(|rating| (scale, rating))),
        None => drop(read("", &text)),
    }
    found
}

/// One feature, or several if a separator is given or columns stand for features.
fn features(row: &Row) -> Vec<String> {
    let text = row.text(Target::Feature);
    let listed = match (text, row.mapping.list_separator()) {
        (None, _) => Vec::new(),
        (Some(text), None) => vec![text],
        (Some(text), separator) => list(&text, separator),
    };
    let marked = row.mapping.marked(row.record).map(str::to_owned);
    let mut all: Vec<String> = Vec::new();
    for feature in listed.into_iter().chain(marked) {
        if !all.contains(&feature) {
            all.push(feature);
        }
    }
    all
}
