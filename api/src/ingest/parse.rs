//! Parsing of records into typed rows, field by field; the first invalid field rejects the row.

mod row;

use chrono::{DateTime, Utc};

pub use row::{Change, ExposureRow, FeedbackRow, IncidentRow, Reject, ReleaseRow, Touch};

use super::{
    date::Dates,
    mapping::{Mapping, Target},
    record::{Record, excerpt},
};

/// Reads the response in a record.
pub fn feedback(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<FeedbackRow, Reject> {
    let row = Row { record, mapping, dates };
    let product = row.required(Target::Product)?;
    let (rating, comment) = (row.maybe(Target::Rating, rating)?, row.text(Target::Comment));
    // A constant scale does not imply that a row has a rating.
    let scale = rating.map(|_| row.required(Target::Scale)).transpose()?;
    if rating.is_none() && comment.is_none() {
        let reason = "rating is empty, and so is comment; at least one of them is required";
        return Err(row.reject(Target::Rating, reason.to_owned()));
    }
    Ok(FeedbackRow {
        line: record.line(),
        product,
        feature: row.text(Target::Feature),
        release: row.text(Target::Release),
        segment: row.text(Target::Segment),
        customer: row.text(Target::Customer),
        scale,
        rating,
        comment,
        channel: row.text(Target::Channel),
        occurred_at: row.parsed(Target::OccurredAt, |text| row.moment(text))?,
        updated_at: row.maybe(Target::UpdatedAt, |text| row.moment(text))?,
        external_id: row.text(Target::ExternalId),
        empty: row.empty(),
    })
}

/// Reads the incident in a record.
pub fn incident(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<IncidentRow, Reject> {
    let row = Row { record, mapping, dates };
    let empty = row.empty();
    Ok(IncidentRow {
        line: record.line(),
        product: row.required(Target::Product)?,
        features: row.text(Target::Features).map(|text| list(&text)).unwrap_or_default(),
        release: row.text(Target::Release),
        severity: row.parsed(Target::Severity, severity)?,
        title: row.text(Target::Title),
        opened_at: row.parsed(Target::OpenedAt, |text| row.moment(text))?,
        reopened_at: row.maybe(Target::ReopenedAt, |text| row.moment(text))?,
        resolved_at: row.maybe(Target::ResolvedAt, |text| row.moment(text))?,
        open: empty.contains(&Target::ResolvedAt),
        updated_at: row.maybe(Target::UpdatedAt, |text| row.moment(text))?,
        affected_customers: row.maybe(Target::AffectedCustomers, count)?,
        external_id: row.text(Target::ExternalId),
        empty,
    })
}

/// Reads the exposure in a record.
pub fn exposure(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<ExposureRow, Reject> {
    let row = Row { record, mapping, dates };
    Ok(ExposureRow {
        line: record.line(),
        product: row.required(Target::Product)?,
        feature: row.required(Target::Feature)?,
        segment: row.text(Target::Segment),
        day: row.parsed(Target::Day, |text| dates.day(text).map_err(|e| e.to_string()))?,
        active_customers: row.parsed(Target::ActiveCustomers, count)?,
    })
}

/// Reads the release in a record.
pub fn release(record: &Record, mapping: &Mapping, dates: &Dates) -> Result<ReleaseRow, Reject> {
    let row = Row { record, mapping, dates };
    let features = row.text(Target::Features).map(|text| list(&text)).unwrap_or_default();
    Ok(ReleaseRow {
        line: record.line(),
        product: row.required(Target::Product)?,
        version: row.required(Target::Version)?,
        previous: row.text(Target::Previous),
        released_at: row.maybe(Target::ReleasedAt, |text| row.moment(text))?,
        withdrawn_at: row.maybe(Target::WithdrawnAt, |text| row.moment(text))?,
        updated_at: row.maybe(Target::UpdatedAt, |text| row.moment(text))?,
        title: row.text(Target::Title),
        features: features.iter().map(|text| touch(text)).collect(),
        empty: row.empty(),
    })
}

struct Row<'a> {
    record: &'a Record,
    mapping: &'a Mapping,
    dates: &'a Dates,
}

impl Row<'_> {
    /// The trimmed text of a target; none when it is blank.
    fn text(&self, target: Target) -> Option<String> {
        let text = self.mapping.get(self.record, target)?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The targets that are empty in the source: the file has a column for them, and the cell is empty. This applies
    /// only to rows with a time of update: many files omit what has not changed.
    fn empty(&self) -> Vec<Target> {
        if self.text(Target::UpdatedAt).is_none() {
            return Vec::new();
        }
        let targets = self.mapping.kind().targets();
        targets.filter(|of| self.mapping.column(*of).is_some() && self.text(*of).is_none()).collect()
    }

    fn required(&self, target: Target) -> Result<String, Reject> {
        self.text(target)
            .ok_or_else(|| self.reject(target, format!("{} is required, but empty", target.name())))
    }

    fn parsed<T>(&self, target: Target, parse: impl Fn(&str) -> Result<T, String>) -> Result<T, Reject> {
        parse(&self.required(target)?).map_err(|reason| self.reject(target, reason))
    }

    fn maybe<T>(
        &self,
        target: Target,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, Reject> {
        let parsed = self.text(target).map(|text| parse(&text)).transpose();
        parsed.map_err(|reason| self.reject(target, reason))
    }

    fn moment(&self, text: &str) -> Result<DateTime<Utc>, String> {
        self.dates.moment(text).map_err(|error| error.to_string())
    }

    fn reject(&self, target: Target, reason: String) -> Reject {
        Reject { line: self.record.line(), field: target.name().to_owned(), reason }
    }
}

/// Whether the rating is valid on its scale is checked later.
fn rating(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    number.ok_or_else(|| format!("`{}` is not a number; write for example 4 or 4.5", excerpt(text)))
}

fn count(text: &str) -> Result<i64, String> {
    let whole = text.parse::<f64>().ok().filter(|n| n.fract() == 0.0 && (0.0..=1e15).contains(n));
    whole.map(|n| n as i64).ok_or_else(|| format!("`{}` is not a non-negative integer", excerpt(text)))
}

/// As numbers, as trackers name them and as operations write them.
fn severity(text: &str) -> Result<u8, String> {
    let name: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric() || *c == '.').collect();
    let number = name.trim_start_matches(|c: char| c.is_alphabetic());
    let numbered =
        ["", "severity", "sev", "s", "priority", "prio", "p"].map(|prefix| format!("{prefix}{number}"));
    if numbered.contains(&name) {
        match number.parse::<f64>() {
            Ok(1.0) => return Ok(1),
            Ok(2.0) => return Ok(2),
            Ok(3.0) => return Ok(3),
            Ok(4.0) => return Ok(4),
            _ => {}
        }
    }
    match name.as_str() {
        "blocker" | "critical" | "highest" => Ok(1),
        "high" | "major" => Ok(2),
        "medium" | "minor" | "normal" => Ok(3),
        "low" | "trivial" | "lowest" => Ok(4),
        _ => Err(format!(
            "unknown severity `{}`; use 1 to 4, sev1, P1, critical, high, medium, low, blocker, major, \
             minor, trivial",
            excerpt(text)
        )),
    }
}

/// A JSON list, else parts between semicolons, else between commas.
fn list(text: &str) -> Vec<String> {
    if let Ok(parts) = serde_json::from_str::<Vec<String>>(text) {
        return parts;
    }
    let separator = if text.contains(';') { ';' } else { ',' };
    text.split(separator).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn touch(text: &str) -> Touch {
    let named = text.rsplit_once(':').and_then(|(feature, change)| Some((feature, Change::named(change)?)));
    let (feature, change) = named.unwrap_or((text, Change::Changed));
    Touch { feature: feature.trim().to_owned(), change }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono_tz::UTC;
    use csv::StringRecord;

    use super::super::mapping::Kind;
    use super::super::record::Columns;
    use super::*;

    fn parsed<T>(
        kind: Kind,
        cells: &[(&str, &str)],
        parse: fn(&Record, &Mapping, &Dates) -> Result<T, Reject>,
    ) -> Result<T, Reject> {
        let columns = Arc::new(Columns::new(cells.iter().map(|(name, _)| name)));
        let mapping = Mapping::new(kind, &columns, &[], &[]).unwrap();
        let fields = StringRecord::from(cells.iter().map(|(_, text)| *text).collect::<Vec<_>>());
        parse(&Record::new(9, columns, fields), &mapping, &Dates::in_zone(UTC))
    }

    const ANSWER: [(&str, &str); 4] = [
        ("product", " Kiwix "),
        ("scale", "stars"),
        ("rating", "5.0"),
        ("occurred_at", "2016-06-01T00:05:58Z"),
    ];

    #[test]
    fn an_answer_needs_little_and_may_have_much() {
        let short = parsed(Kind::Feedback, &ANSWER, feedback).unwrap();
        assert_eq!((short.product.as_str(), short.rating, short.line), ("Kiwix", Some(5.0), 9));
        assert_eq!((short.customer, short.comment, short.release), (None, None, None));
        let more = [("release", "12.10"), ("comment", "  "), ("customer", "u1"), ("feature", "search")];
        let long = parsed(Kind::Feedback, &[&ANSWER[..], &more].concat(), feedback).unwrap();
        assert_eq!(
            (long.release.as_deref(), long.comment, long.customer.as_deref()),
            (Some("12.10"), None, Some("u1"))
        );
    }

    #[test]
    fn a_field_that_makes_no_sense_is_named() {
        for (place, cell, field, reason) in [
            (0, ("product", " "), "product", "product is required, but empty"),
            (2, ("rating", "good"), "rating", "`good` is not a number"),
            (2, ("rating", "inf"), "rating", "`inf` is not a number"),
            (2, ("rating", "NaN"), "rating", "rating is empty"),
            (3, ("occurred_at", "4/5/2016"), "occurred_at", "unsupported date format `4/5/2016`"),
        ] {
            let mut cells = ANSWER;
            cells[place] = cell;
            let reject = parsed(Kind::Feedback, &cells, feedback).unwrap_err();
            assert_eq!((reject.line, reject.field.as_str()), (9, field));
            assert!(reject.reason.starts_with(reason), "{}", reject.reason);
        }
    }

    #[test]
    fn an_answer_has_a_rating_or_a_comment() {
        let with = |rating, scale, comment| {
            let [product, _, _, occurred_at] = ANSWER;
            let cells = [product, ("scale", scale), ("rating", rating), occurred_at, ("comment", comment)];
            parsed(Kind::Feedback, &cells, feedback)
        };
        let unrated = with("", "stars", "hangs").unwrap();
        assert_eq!((unrated.rating, unrated.scale, unrated.comment.as_deref()), (None, None, Some("hangs")));
        let reject = with(" ", "stars", "-").unwrap_err();
        assert_eq!(
            reject.to_string(),
            "line 9: rating is empty, and so is comment; at least one of them is required"
        );
        assert_eq!(with("5", "", "hangs").unwrap_err().reason, "scale is required, but empty");
        let no_column = [ANSWER[0], ANSWER[3], ("comment", "hangs")];
        assert_eq!(parsed(Kind::Feedback, &no_column, feedback).unwrap().rating, None);
    }

    #[test]
    fn severities_by_all_their_names() {
        for (text, expected) in [
            ("1", Ok(1)),
            ("4", Ok(4)),
            ("2.0", Ok(2)),
            ("Sev 2", Ok(2)),
            ("SEV-3", Ok(3)),
            ("P1", Ok(1)),
            ("Critical", Ok(1)),
            ("High", Ok(2)),
            ("medium", Ok(3)),
            ("low", Ok(4)),
            ("Blocker", Ok(1)),
            ("Major", Ok(2)),
            ("Minor", Ok(3)),
            ("Trivial", Ok(4)),
            ("5", Err(())),
            ("10", Err(())),
            ("1.5", Err(())),
            ("x1", Err(())),
            ("0", Err(())),
            ("bad", Err(())),
        ] {
            assert_eq!(severity(text).map_err(drop), expected, "{text}");
        }
    }

    #[test]
    fn an_incident_has_features_times_and_a_reach() {
        let cells = [
            ("product", "Bank"),
            ("severity", "Major"),
            ("opened_at", "30/Sep/21 17:20"),
            ("resolved_at", ""),
            ("features", "WBS1; WBS2;"),
            ("affected_customers", "12"),
        ];
        let incident = parsed(Kind::Incidents, &cells, incident).unwrap();
        assert_eq!(incident.features, ["WBS1", "WBS2"]);
        assert_eq!(
            (incident.severity, incident.resolved_at, incident.affected_customers),
            (2, None, Some(12))
        );
        let cells = [cells[0], cells[1], cells[2], ("affected customers", "-3")];
        let reject = parsed(Kind::Incidents, &cells, super::incident).unwrap_err();
        assert_eq!(reject.reason, "`-3` is not a non-negative integer");
    }

    #[test]
    fn exposure_is_a_count_on_a_day() {
        let cells =
            [("product", "A"), ("feature", "search"), ("Day", "2024-02-29"), ("active customers", "120.0")];
        let row = parsed(Kind::Exposure, &cells, exposure).unwrap();
        assert_eq!(
            (row.day.to_string().as_str(), row.active_customers, row.segment),
            ("2024-02-29", 120, None)
        );
    }

    #[test]
    fn a_release_names_what_it_follows_and_what_it_touches() {
        let cells = [
            ("product", "A"),
            ("version", "4.10"),
            ("previous", "4.9"),
            ("features", "search:fixed, export, log:in:Added, a:b"),
        ];
        let release = parsed(Kind::Releases, &cells, release).unwrap();
        assert_eq!((release.previous.as_deref(), release.released_at), (Some("4.9"), None));
        let touched: Vec<_> = release.features.iter().map(|t| (t.feature.as_str(), t.change)).collect();
        let expected = [
            ("search", Change::Fixed),
            ("export", Change::Changed),
            ("log:in", Change::Added),
            ("a:b", Change::Changed),
        ];
        assert_eq!(touched, expected);
    }

    #[test]
    fn a_list_is_json_or_between_semicolons_or_commas() {
        assert_eq!(list(r#"["a, b", "c"]"#), ["a, b", "c"]);
        assert_eq!(list("a, b; c"), ["a, b", "c"]);
        assert_eq!(list("a,b,"), ["a", "b"]);
    }
}
