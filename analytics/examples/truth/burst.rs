//! Bursts in a bank's incidents of a year (BPI Challenge 2014), which hardly recorded any in its first half.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

use ballroom_analytics::alert::{Alert, AlertKind, AlertQuery};
use ballroom_analytics::{Facts, Feature, IncidentRow, MIN_ANSWERS, alerts, frame};
use flate2::read::GzDecoder;

use super::Error;
use super::review::day;
use super::row::{Bar, Row};

/// The article that had 42 incidents in a week after 9 in all, and the Monday of that week.
const ARTICLE: &str = "KM0002285";
const WEEK: &str = "2014-02-03";
/// The days in which the bank began to record its incidents.
const SET_IN: [&str; 2] = ["2013-08-01", "2013-11-15"];

/// The rows of the table, and all alerts by component.
pub(crate) fn measure(directory: &Path) -> Result<(Vec<Row>, Vec<String>), Error> {
    let by_article = Bank::read(directory, "km_number")?;
    let found = by_article.alerts()?;
    let week = day(WEEK)?;
    let is_burst = |alert: &&Alert| {
        by_article.features[alert.feature as usize] == ARTICLE
            && (week - 6..week + 7).contains(&alert.first_day)
    };
    let found = found.iter().any(|alert| is_burst(&alert));
    let by_component = Bank::read(directory, "wbs_inferred_from_km")?;
    let alerts = by_component.alerts()?;
    let [from, until] = [day(SET_IN[0])?, day(SET_IN[1])?];
    let set_in = |alert: &&Alert| {
        alert.feature == 0 && alert.kind == AlertKind::Week && (from..until).contains(&alert.first_day)
    };
    let set_ins = alerts.iter().filter(set_in).count();
    let components = alerts.iter().filter(|alert| alert.feature != 0 && alert.first_day >= until).count();
    let rows = vec![
        Row::figure(
            6,
            format!("{ARTICLE}, week of {WEEK}: an alert"),
            f64::from(u8::from(found)),
            0.0,
            Bar::AtLeast(1.0),
        ),
        Row::figure(
            6,
            "the bank begins to record incidents: weekly alerts",
            set_ins as f64,
            0.0,
            Bar::AtMost(1.0),
        ),
        Row::figure(6, "... of components afterwards", components as f64, 0.0, Bar::None),
    ];
    Ok((rows, alerts.iter().map(|alert| by_component.line(alert)).collect()))
}

struct Bank {
    /// Feature 0 is the product as a whole.
    features: Vec<String>,
    rows: Vec<IncidentRow>,
}

impl Bank {
    fn read(directory: &Path, feature: &str) -> Result<Self, Error> {
        let file = GzDecoder::new(File::open(directory.join("rabobank_incidents_16782_derived.csv.gz"))?);
        let mut reader = csv::Reader::from_reader(file);
        let headers = reader.headers()?.clone();
        let place = |column: &str| {
            headers.iter().position(|header| header == column).ok_or(format!("no column \"{column}\""))
        };
        let (feature, opened) = (place(feature)?, place("opened")?);
        let mut bank = Self { features: vec![String::new()], rows: Vec::new() };
        let mut codes: HashMap<String, u32> = HashMap::from([(String::new(), 0)]);
        for row in reader.records() {
            let row = row?;
            let code = *codes.entry(row[feature].to_owned()).or_insert_with(|| {
                bank.features.push(row[feature].to_owned());
                bank.features.len() as u32 - 1
            });
            bank.rows.push(IncidentRow {
                feature: code,
                release: None,
                no_change: false,
                day: day(&row[opened])?,
                opened: 1,
                spoiled: 0.0,
            });
        }
        Ok(bank)
    }

    fn alerts(&self) -> Result<Vec<Alert>, Error> {
        let feature = |code| Feature { product: 0, whole: code == 0 };
        let prepared = Facts {
            scales: Vec::new(),
            releases: Vec::new(),
            features: (0..self.features.len()).map(feature).collect(),
            segments: 1,
            feedback: frame::feedback(&[])?,
            incidents: frame::incidents(&self.rows)?,
            exposure: frame::exposure(&[])?,
            min_answers: MIN_ANSWERS,
        }
        .prepare()?;
        let days = || self.rows.iter().map(|row| row.day);
        let (from, until) = (days().min().unwrap_or(0), days().max().unwrap_or(0) + 1);
        Ok(alerts(&prepared, &AlertQuery { whole: 0, from, until })?)
    }

    fn line(&self, alert: &Alert) -> String {
        let Alert { feature, kind, first_day, incidents, expected, adjusted_probability, .. } = alert;
        let feature = if *feature == 0 { "all" } else { &self.features[*feature as usize] };
        let date = chrono::NaiveDate::default() + chrono::Days::new(u64::from(first_day.unsigned_abs()));
        let kind = if kind.days() == 1 { "day" } else { "week" };
        format!(
            "{date} {kind:<5} {feature:<10} {incidents:>5} where {expected:.1} were expected, p {adjusted_probability:.1e}"
        )
    }
}
