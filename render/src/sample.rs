//! A report of each kind, for tests: a product with a regression.

mod iteration;
mod release;

use chrono::{Days, NaiveDate};

pub(crate) use iteration::iteration;
pub(crate) use release::release;

use crate::{
    model::{
        Attribution, Audience, BeforeAfter, Changes, Comparison, Content, Contributions, Estimate,
        FeatureValue, Finding, Incident, Incidents, Kind, Mark, MarkKind, Overview, Period, ProductLine,
        Question, Quote, Rating, Reach, Report, Risk, SCHEMA, Security, SegmentValue, Subject, TrendPoint,
        Value, Verdict,
    },
    words::Vocabulary,
};

pub(crate) fn all() -> Vec<Report> {
    vec![iteration(), value(), release(), overview(), security()]
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn subject(key: &str, name: &str) -> Subject {
    Subject { key: Some(key.to_owned()), name: name.to_owned() }
}

fn estimate(value: f64, half: f64) -> Estimate {
    Estimate { value, lower: value - half, upper: value + half }
}

const FEATURES: [(&str, &str, f64, f64); 6] = [
    ("canvas", "Canvas", 81.2, 1.1),
    ("sharing", "Sharing", 77.9, -0.6),
    ("search", "Search", 71.3, 6.4),
    ("export", "Export", 55.8, -14.2),
    ("notifications", "Notifications", 53.1, 0.3),
    ("whiteboard", "Whiteboard & live collaboration for large teams", 72.0, 0.0),
];

fn feature(at: usize) -> FeatureValue {
    let (key, name, value, change) = FEATURES[at];
    let ranked = at < 5;
    let half = if ranked { 1.6 + 0.4 * at as f64 } else { 12.0 };
    let trend = (0..26).map(|week| {
        let day = date("2026-05-25") + Days::new(7 * week);
        let value = value - if week < 20 { change } else { change * (25 - week) as f64 / 6.0 }
            + (week % 4) as f64 / 3.0;
        TrendPoint { day, value: estimate(value, half) }
    });
    let segment = |name: &str, value: Option<f64>, responses| SegmentValue {
        segment: name.to_owned(),
        value: value.map(|value| estimate(value, 4.0)),
        responses,
    };
    FeatureValue {
        rank: ranked.then_some(at as u32 + 1),
        feature: subject(key, name),
        team: Some("Output".to_owned()),
        value: estimate(value, half),
        before: ranked.then(|| estimate(value - change, half)),
        change: ranked.then(|| estimate(change, 1.4 * half)),
        contributions: Contributions {
            base: 68.0,
            history: value - change - 68.0 + 0.9,
            feedback: change,
            incidents: Some(-0.9),
            own_weight: if ranked { 0.92 } else { 0.1 },
        },
        reach: Reach {
            exposed: Some(4_812.4 - 600.0 * at as f64),
            responses: Some(if ranked { 1_204 - 100 * at as i64 } else { 3 }),
            customers: Some(if ranked { 803 - 90 * at as i64 } else { 3 }),
            liked: Some(0.62),
        },
        trend: trend.collect(),
        ratings: vec![
            Rating {
                scale: "CSAT".to_owned(),
                min: 1.0,
                step: 1.0,
                higher_is_better: true,
                responses: vec![20 + 30 * at as i64, 40, 80, 210, 190],
            },
            Rating {
                scale: "NPS".to_owned(),
                min: 0.0,
                step: 1.0,
                higher_is_better: true,
                responses: vec![3, 1, 2, 4, 6, 9, 14, 30, 41, 52, 33],
            },
        ],
        segments: vec![
            segment("Enterprise", Some(value + 4.0), Some(301)),
            segment("Team", Some(value + 1.0), Some(402)),
            segment("Other segments", None, None),
        ],
    }
}

fn marks() -> Vec<Mark> {
    let release = |day: &str, label: &str| Mark {
        day: date(day),
        kind: MarkKind::Release,
        label: label.to_owned(),
        count: 1,
    };
    let incident = |day: &str, severity: u8| Mark {
        day: date(day),
        kind: MarkKind::Incident,
        label: severity.to_string(),
        count: 1,
    };
    let mut marks = vec![
        release("2026-06-20", "5.0"),
        release("2026-08-01", "5.1"),
        release("2026-08-04", "5.1.1"),
        release("2026-09-17", "5.2"),
        release("2026-10-15", "5.3"),
    ];
    marks.extend((0..12).map(|week| {
        let day = date("2026-06-01") + Days::new(13 * week);
        incident(&day.to_string(), (week % 4) as u8 + 1)
    }));
    marks
}

fn finding(feature: &str, name: &str, verdict: Verdict, change: f64) -> Finding {
    Finding {
        release: "5.3".to_owned(),
        first_day: date("2026-10-15"),
        feature: subject(feature, name),
        verdict,
        reason: (verdict == Verdict::Watch).then(|| "too few responses (3 more after)".to_owned()),
        since: None,
        score: if verdict == Verdict::Regressed { 99.7 } else { 4.0 },
        p: if verdict == Verdict::Regressed { 0.000_02 } else { 0.61 },
        change: Some(estimate(change, 5.1)),
        incidents: [4, 13],
        rate_ratio: Some(3.1),
        responses: Some([812, 240]),
        cause_tested: verdict == Verdict::Regressed,
    }
}

fn incident(title: &str, severity: u8, hours: Option<f64>) -> Incident {
    Incident {
        id: format!("incident_{severity:032x}"),
        title: title.to_owned(),
        severity,
        opened_at: "2026-10-20T08:15:00Z".parse().unwrap(),
        hours_to_restore: hours,
        features: vec!["Export".to_owned()],
        customers: Some(41),
        attribution: (severity < 3).then(|| Attribution {
            release: Some("5.3".to_owned()),
            basis: "inferred".to_owned(),
            confidence: Some(0.83),
        }),
    }
}

fn incidents() -> Incidents {
    Incidents {
        opened: 9,
        by_severity: [1, 2, 4, 2],
        open: 1,
        median_hours_to_restore: Some(6.4),
        attributed: 5,
        not_caused_by_change: 1,
        unattributed: 3,
        customer_hours_lost: Some(1_734.0),
        worst: vec![
            incident("Export of large documents hangs", 1, Some(7.5)),
            incident("=HYPERLINK(\"http://evil\") <b>PDF</b> | is empty", 2, None),
        ],
    }
}

fn question() -> Question {
    Question {
        subject: "Whiteboard".to_owned(),
        text: "3 responses are too few for a rank: 5 are needed. Ask its users, or show the widget there."
            .to_owned(),
    }
}

fn quote(text: &str, rating: &str) -> Quote {
    Quote {
        text: text.to_owned(),
        rating: Some(rating.to_owned()),
        day: date("2026-10-22"),
        release: Some("5.3".to_owned()),
    }
}

fn report(kind: Kind, title: &str, content: Content) -> Report {
    Report {
        schema: SCHEMA,
        kind,
        title: title.to_owned(),
        organization: "Main".to_owned(),
        product: matches!(kind, Kind::Iteration | Kind::Value | Kind::Release)
            .then(|| subject("atelier", "Atelier")),
        audience: Audience::Product,
        vocabulary: Vocabulary::Agile,
        period: Period { from: date("2026-10-12"), until: date("2026-10-26") },
        as_of: date("2026-10-25"),
        complete: true,
        min_group: None,
        method: "2.5".to_owned(),
        revision: 4711,
        changes: Changes::default(),
        content,
    }
}

pub(crate) fn value() -> Report {
    report(
        Kind::Value,
        "Value report: Atelier",
        Content::Value(Box::new(Value {
            release: None,
            segment: None,
            features: (0..6).map(feature).collect(),
            comparison: Some(Comparison {
                before: "5.2".to_owned(),
                after: "5.3".to_owned(),
                features: vec![before_after(3), before_after(2)],
            }),
            questions: vec![question()],
            marks: marks(),
        })),
    )
}

fn before_after(at: usize) -> BeforeAfter {
    let (key, name, value, change) = FEATURES[at];
    BeforeAfter {
        feature: subject(key, name),
        before: estimate(value - change, 2.0),
        after: estimate(value, 2.0),
        difference: estimate(change, 2.8),
        responses: Some([610, 302]),
    }
}

pub(crate) fn overview() -> Report {
    let line = |key: &str, name: &str, value: f64, regressions: Vec<Finding>| ProductLine {
        product: subject(key, name),
        value: Some(estimate(value, 2.2)),
        of_features: key != "desk",
        change: Some(estimate(-1.3, 3.0)),
        responses: Some(4_210),
        releases: 2,
        regressions,
        incidents: 9,
        customer_hours_lost: Some(1_734.0),
        median_lead_hours: Some(98.0),
        surprises: 2,
    };
    let regression = finding("export", "Export", Verdict::Regressed, -17.1);
    let products = vec![
        line("desk", "Desk", 74.2, Vec::new()),
        line("atelier", "Atelier", 68.1, vec![regression]),
        ProductLine { value: None, change: None, responses: Some(0), ..line("new", "New", 0.0, Vec::new()) },
    ];
    report(
        Kind::Overview,
        "Overview of all products",
        Content::Overview(Box::new(Overview { products, questions: vec![question()] })),
    )
}

pub(crate) fn security() -> Report {
    let risk = Risk {
        product: subject("atelier", "Atelier"),
        release: "5.3".to_owned(),
        released_on: Some(date("2026-10-15")),
        live: true,
        incidents: vec![incident("Shared links can be opened without authorization", 1, None)],
        open: 1,
        exposed_customers: 41,
        known_errors: Vec::new(),
    };
    report(
        Kind::Security,
        "Security report",
        Content::Security(Box::new(Security {
            releases: vec![risk],
            unattributed: vec![incident("CVE-2026-12345 in a library", 3, Some(20.0))],
            open: 1,
            exposed_customers: 41,
            basis: "Incidents are security-relevant if their title or description says so.".to_owned(),
            questions: Vec::new(),
        })),
    )
}
